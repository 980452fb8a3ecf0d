"""Attacks in other languages than Python, on the sandbox and on the compiler, fail and leave nothing.

`make test` runs one attack of each class and language in process sandboxes, and one of each language in containers.
`make attacks` runs them all, and with C++ those in C, with PyPy those in Python.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from deepcoder.sandbox import ISOLATING, Sandbox, SandboxConfig, SandboxUnavailable, start
from deepcoder.tools import redteam
from deepcoder.tools.redteam import LIMITS, Attack, Bench, attacks, attacks_in
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Task
from tests.conftest import MARKS, leave_out, need_language

pytestmark = pytest.mark.sandbox

ALL_ATTACKS = bool(os.environ.get("DEEPCODER_ALL_ATTACKS"))  # `make attacks`
ATTACKED = [name for name in LANGUAGES if name not in ("python", "cpp20", "cpp23")]  # these two are C++ again
OWN = {name: attacks_in(name) for name in ATTACKED}
# They end with the time of the compiler.
SLOW = {"compile_constant_loop", "compile_deep_types", "compile_include_itself", "compile_macros", "compile_templates"}


def chosen(language: str, kind: str) -> list[Attack]:
    """Return the attacks that are run in sandboxes of this kind."""
    if ALL_ATTACKS:
        return attacks(language=language)
    quick = [each for each in OWN[language] if each.name not in SLOW]
    first = {each.kind: each for each in reversed(quick)}
    return sorted(first.values(), key=lambda each: each.name)[: 1 if kind == "docker" else None]


CASES = [
    pytest.param(kind, attack, id=f"{kind}-{language}-{attack.name}", marks=MARKS.get(kind, ()))
    for kind in ISOLATING
    for language in ATTACKED
    for attack in chosen(language, kind)
]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may be very busy."""
    monkeypatch.setattr(redteam, "RECOVERY_S", 15.0)


@pytest.fixture(scope="module")
def bench(config_of_all_languages: SandboxConfig) -> Iterator[Bench]:
    with closing(Bench(dataclasses.replace(config_of_all_languages, memory_bytes=LIMITS.memory_bytes))) as opened:
        yield opened


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("sandbox_kind", "attack"), CASES, indirect=["sandbox_kind"])
def test_attack_in_another_language_fails_and_leaves_nothing(attack: Attack, bench: Bench) -> None:
    try:
        finding = bench.attack(attack, "stdin")
    except SandboxUnavailable as error:
        leave_out(str(error))

    assert finding.held, finding
    assert finding.judgement is not None and finding.judgement.detail.isprintable(), finding
    if attack in OWN[attack.language]:  # PyPy is another Python: it fails in other ways
        assert finding.is_expected, finding


BOMBS = {
    "cpp": ("compile_templates", "compile_endless_template"),
    "c": ("compile_include_endless", "compile_include_itself", "compile_macros", "compile_huge_array"),
    "rust": ("compile_constant_loop", "compile_macros"),
    "java": ("compile_huge_constant",),
}
FEW = Limits(cpu_s=1.0, memory_bytes=256 << 20, output_bytes=1 << 20)
SECRET = "secret of the worker"


@pytest.fixture(scope="module")
def sandbox(config_of_all_languages: SandboxConfig) -> Iterator[Sandbox]:
    """A sandbox whose worker has a secret in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_WORKER", SECRET)
        with closing(start(config_of_all_languages)) as started:
            yield started


@pytest.mark.parametrize(("language", "name"), [(language, name) for language in BOMBS for name in BOMBS[language]])
def test_attack_on_a_compiler_meets_its_limits(
    language: str, name: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_language(sandbox, language)
    (attack,) = (each for each in OWN[language] if each.name == name)
    monkeypatch.setattr(sandbox, "compile_limits", FEW)
    (outcome,) = sandbox.outcomes(Task(attack.source, Mode.STDIN, LIMITS, language=language), [b""])

    assert outcome.ended is Ended.COMPILE_ERROR, outcome
    assert outcome.error and outcome.error.isprintable()
    assert outcome.cpu_s < 3 * FEW.cpu_s
    assert len(outcome.stderr) < 1 << 16


TOLD = [
    *(
        "/dev/stdin",
        "/proc/self/environ",
        "/proc/self/cmdline",
        "/proc/self/maps",
        "/proc/1/environ",
        "/proc/1/cmdline",
    ),
    *(f"/proc/self/fd/{number}" for number in range(3, 8)),
    *("../main.c", "/tmp", "/work", "/run/secrets"),
]


@pytest.mark.parametrize("path", TOLD)
def test_messages_of_the_compiler_tell_nothing_of_the_judge(path: str, sandbox: Sandbox) -> None:
    """A file that is included in the wrong place is shown in the messages, line by line."""
    need_language(sandbox, "c")
    source = f'int x = !\n#include "{path}"\n;\nint main(void) {{ return 0; }}'
    (outcome,) = sandbox.outcomes(Task(source, Mode.STDIN, LIMITS, language="c"), [b"secret of the test"])

    assert outcome.ended is Ended.COMPILE_ERROR
    assert "secret of" not in outcome.stderr + outcome.error
    for word in ("RAY_", "DOCKER_", "deepcoder", "import "):  # of the worker, and of the runner's command line
        assert word not in outcome.stderr + outcome.error


def test_attacks_in_each_language_are_of_several_classes() -> None:
    for language, own in OWN.items():
        every = {each.kind for each in attacks(language=language)}

        assert len(every) >= 4 and "compiling" in every, language
        assert own and max(Counter(each.name for each in own).values()) == 1


def test_sample_has_every_class_of_each_language() -> None:
    for language in ATTACKED:
        quick = {each.kind for each in OWN[language] if each.name not in SLOW}

        assert {each.kind for each in chosen(language, "process")} >= quick
