"""The artefacts that a node keeps: compiled once for all its sandboxes, and never a damaged one."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from deepcoder import sandbox
from deepcoder.sandbox import Sandbox, SandboxConfig, artefact_store
from deepcoder.sandbox.artefact_store import NO_LOCK, ArtefactStore
from deepcoder.sandbox.artefacts import Artefacts
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Outcome, Task
from tests.conftest import need_language

CPP = LANGUAGES["cpp"]
ADD = '#include <cstdio>\nint main() { int a, b; scanf("%d %d", &a, &b); printf("%d", a + b); }\n'
KEY, OTHER = b"k" * 32, b"o" * 32


def task(source: str) -> Task:
    """The task of a program in C++."""
    return Task(source, Mode.STDIN, Limits(), language="cpp")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the node's store, empty at first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "deepcoder" / "artefacts"


# --- The files --------------------------------------------------------------------------------------------------------


def test_artefact_is_found_by_another_process(folder: Path) -> None:
    ArtefactStore(folder).keep(KEY, b"made")

    assert ArtefactStore(folder).find(KEY) == b"made"
    assert ArtefactStore(folder).find(OTHER) is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("damage", [lambda held: held[:-1], lambda held: b"", lambda held: held[:-1] + b"X"])
def test_damaged_file_is_removed(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    store = ArtefactStore(folder)
    store.keep(KEY, b"made")
    path = folder / KEY.hex()
    path.write_bytes(damage(path.read_bytes()))

    assert store.find(KEY) is None
    assert not path.exists()


def test_what_was_used_least_recently_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefact_store, "LEAST_COUNTED_BYTES", 1)
    monkeypatch.setattr(artefact_store, "STORE_BYTES", 3 * 132)
    monkeypatch.setattr(artefact_store, "EVICT_EVERY_BYTES", 1)
    store = ArtefactStore(folder)
    for number in range(3):
        store.keep(bytes([number]), b"m" * 100)
        os.utime(folder / bytes([number]).hex(), (number, number))
    assert store.find(b"\0") is not None  # used now

    store.keep(KEY, b"m" * 100)

    assert [store.find(key) is not None for key in (b"\0", b"\1", b"\2", KEY)] == [True, False, True, True]


@pytest.mark.parametrize("what", ["file", "stranger", "full"])
def test_folder_that_cannot_be_used_is_reported_once(
    folder: Path, what: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder.parent.mkdir()
    if what == "file":
        folder.write_bytes(b"")
    elif what == "stranger":
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    else:
        monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "no space left")))
    caplog.set_level(logging.INFO)

    for _ in range(2):
        artefacts = Artefacts("here", {"cpp": "1.0"})
        artefacts.lock(CPP, task(ADD), 1.0, None)
        artefacts.keep(CPP, task(ADD), b"made")
        assert artefacts.find(CPP, task(ADD)) == b"made"

    assert len(caplog.records) == 1
    assert "in memory only" in caplog.text
    assert not folder.is_dir() or not list(folder.iterdir())


def test_user_without_a_home_has_no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    store = ArtefactStore(Path("~/.cache/deepcoder"))
    store.keep(KEY, b"made")
    assert (store.find(KEY), store.lock(KEY), list(tmp_path.iterdir())) == (None, NO_LOCK, [])


@pytest.mark.parametrize("other", [("there", "1.0"), ("here", "1.1")])
def test_another_compiler_has_artefacts_of_its_own(folder: Path, other: tuple[str, str]) -> None:
    Artefacts("here", {"cpp": "1.0"}).keep(CPP, task(ADD), b"made")

    assert Artefacts("here", {"cpp": "1.0"}).find(CPP, task(ADD)) == b"made"
    assert Artefacts(other[0], {"cpp": other[1]}).find(CPP, task(ADD)) is None
    assert Artefacts("here", {"cpp": "1.0"}).find(CPP, task(ADD + "\n")) is None


# --- The lock ---------------------------------------------------------------------------------------------------------


def locked(artefacts: Artefacts, timeout_s: float = 10.0, stop: threading.Event | None = None) -> float:
    """How long it took to get a lock, or to go on without."""
    began = time.monotonic()
    artefacts.lock(CPP, task(ADD), timeout_s, stop)
    return time.monotonic() - began


def test_one_compiles_and_the_other_waits_for_it(folder: Path) -> None:
    first, second = Artefacts("here", {}), Artefacts("here", {})
    locked(first)
    with ThreadPoolExecutor(1) as thread:
        waits = thread.submit(locked, second)
        time.sleep(0.2)
        assert not waits.done()
        first.keep(CPP, task(ADD), b"made")
        waits.result(5.0)

    assert second.find(CPP, task(ADD)) == b"made"
    assert [each.suffix for each in folder.iterdir()] == [""]  # no lock is left


def test_those_who_wait_for_a_program_that_does_not_compile_take_no_turns(folder: Path) -> None:
    others = [Artefacts("here", {}) for _ in range(3)]
    first = Artefacts("here", {})
    locked(first)
    with ThreadPoolExecutor(3) as threads:
        waits = [threads.submit(locked, each) for each in others]
        time.sleep(0.2)
        first.unlock()
        for each in waits:
            each.result(5.0)


def test_nobody_waits_longer_than_told(folder: Path) -> None:
    locked(Artefacts("here", {}))
    assert 0.2 <= locked(Artefacts("here", {}), timeout_s=0.2) < 2.0
    stop = threading.Event()
    stop.set()
    assert locked(Artefacts("here", {}), stop=stop) < 2.0


# --- Sandboxes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(config_of_all_languages: SandboxConfig, folder: Path) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two sandboxes of one node."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(closing(sandbox.start(config_of_all_languages))) for _ in range(2))
        need_language(first, "cpp")
        yield first, second


def run(started: Sandbox, source: str) -> Outcome:
    """The outcome of one run."""
    (outcome,) = started.outcomes(task(source), [b"1 2\n"])
    return outcome


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Artefacts]:
    """What grows with each compilation: the artefacts of the sandbox that has compiled."""
    found: list[Artefacts] = []
    keep = Artefacts.keep

    def noted(self: Artefacts, *given: object) -> None:
        found.append(self)
        keep(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Artefacts, "keep", noted)
    return found


def test_what_one_sandbox_compiled_another_executes(
    two: tuple[Sandbox, Sandbox], folder: Path, compiled: list[Artefacts]
) -> None:

    assert [run(each, ADD).output for each in two] == [b"3", b"3"]

    assert compiled == [two[0]._artefacts]
    assert len(list(folder.iterdir())) == 1


def test_two_sandboxes_at_once_compile_once(two: tuple[Sandbox, Sandbox], compiled: list[Artefacts]) -> None:
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda each: run(each, ADD), two))

    assert [each.output for each in outcomes] == [b"3", b"3"]
    assert len(compiled) == 1


def test_damaged_file_costs_a_compilation_and_no_verdict(
    two: tuple[Sandbox, Sandbox], folder: Path, compiled: list[Artefacts]
) -> None:
    assert run(two[0], ADD).output == b"3"
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:1000])

    assert run(two[1], ADD).output == b"3"

    assert len(compiled) == 2


def test_program_that_does_not_compile_leaves_nothing(two: tuple[Sandbox, Sandbox], folder: Path) -> None:
    assert [run(each, "int main( {").ended for each in two] == [Ended.COMPILE_ERROR] * 2
    assert list(folder.iterdir()) == []


def test_sandbox_that_ends_while_it_compiles_keeps_no_other_waiting(two: tuple[Sandbox, Sandbox]) -> None:
    first, second = two
    first._load_request(task(ADD), stop=None)
    first.close()
    locked(second._artefacts)

    assert second._artefacts._locked[1] != NO_LOCK
