"""What the tests share: their tiers, one Ray, where Docker is, and the real data beside the checkout.

A test belongs to the highest tier that it needs, and `-m` selects tiers by name:

    pure      starts no sandbox and no Ray; `make test-fast` runs these
    slow      starts neither, but takes long: the modules of `SLOW`
    sandbox   starts sandboxes
    ray       starts Ray, or pools on it
    hosts     starts hosts with networks or engines of their own

A fixture of `NEEDS` gives a test its tier; a module that starts such things by itself has `pytestmark =
pytest.mark.TIER`. The tests run in several processes (pytest-xdist). One process runs those of one file and kind of
sandbox, in their order, and one runs all of the tier `hosts`.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from zlib import crc32

import docker
import pyarrow
import pyarrow.parquet
import pytest
import ray

from deepcoder import sandbox
from deepcoder.datasets.formats import hardtests
from deepcoder.jury import Jury
from deepcoder.pool import SandboxPool, local
from deepcoder.pool.clusters import NAMESPACE
from deepcoder.sandbox import ISOLATING, Sandbox, SandboxConfig, SandboxUnavailable
from deepcoder.sandbox.backends import E2B_TEMPLATE_VARIABLE
from deepcoder.sandbox.gvisor import RUNSC

TESTED = (*ISOLATING, "runsc")  # kinds of sandbox; "runsc" is Docker's with that runtime
IN_GVISOR = ("gvisor", "runsc")
TIERS = ("pure", "slow", "sandbox", "ray", "hosts")
SLOW = {
    *(
        "test_async_rollouts",
        "test_bench",
        "test_fuzz",
        "test_hub",
        "test_learn",
        "test_passrate",
        "test_presets",
        "test_ranks",
        "test_resume",
    ),
    *("test_report_browser", "test_rollouts", "test_simulation", "test_training", "test_trl_internals"),
}
HOSTS = {f"tests/cluster/{name}.py" for name in ("test_clock", "test_faults", "test_ray_up")}
NEEDS = {
    **dict.fromkeys((*(f"{kind}_sandboxes" for kind in TESTED), "sandbox_kind"), "sandbox"),
    **dict.fromkeys(("shared_ray", "no_ray"), "ray"),
}
collect_ignore = ["pairs", "programs"]  # programs to judge, whatever their names
# In gVisor they run in the direct way only, unless all do.
_IN_ONE_WAY = {
    *("test_continuations", "test_explain", "test_judge", "test_jury", "test_own_languages", "test_resource_limits"),
    *("test_spare", "test_stdin", "test_strangers", "test_suspicion"),
}
# Kinds of sandbox in which only some modules run, and of these one case of each test; all with DEEPCODER_ALL_<KIND>.
SAMPLED = {
    # The others test what does not depend on the kind, or start compilers, which take long there.
    "gvisor": {
        *("test_attacks", "test_corpus", "test_interactive", "test_isolation", "test_jury_programs", "test_sandbox"),
        *_IN_ONE_WAY,
    },
    "e2b": {"test_corpus", "test_interactive", "test_sandbox"},  # a process sandbox, started by a stand-in of E2B
}
# Where Docker is there for certain, each case of these runs in one of the two kinds: else in both.
IN_TURNS = {"test_corpus", "test_early_runtimes", "test_jury_programs"}
TURNS = ("docker", "process")
SLOW_IN_GVISOR = {
    "test_only_the_scratch_folder_is_writable",
    "test_many_tasks_leave_nothing_behind",
    "test_function_programs_that_fail_to_load_never_break_the_sandbox",
    "test_the_limits_of_a_test_hold_for_all_its_calls",
    "test_input_is_no_memory_of_the_program",
    "test_every_call_that_only_an_attack_makes_ends_the_process",
    "test_recursion_without_end_on_a_stack_without_limit_ends",
    "test_sandbox_lost_in_waiting_is_replaced",
    "test_added_language_is_judged_like_the_others",
}
NO_PARAMETERS = SimpleNamespace(params={})  # of a test that has none
MARKS = dict.fromkeys(("docker", "runsc"), pytest.mark.docker)  # of the tests on each kind of sandbox
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out, where only pure tests are asked for, the modules that have none: to import them takes long."""
    return True if config.option.markexpr == "pure" and collection_path.stem in SLOW else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test its tier. The slow tiers run first. Of a kind in `SAMPLED`, run one case of each test."""
    items[:] = [item for item in items if kind_of(item) not in SAMPLED or item.path.stem in SAMPLED[kind_of(item)]]
    items[:] = sampled(items)
    tiers = {item: tier(item) for item in items}
    for item in items:
        item.add_marker(tiers[item])
        different = item.get_closest_marker(f"not_{kind_of(item)}")
        if different:
            item.add_marker(pytest.mark.skip(reason=f"{kind_of(item)}: {different.args[0]}"))
    items.sort(key=lambda item: -TIERS.index(tiers[item]))


def kind_of(item: pytest.Item) -> str:
    """Return the kind of sandbox that the test is run in, where it is run in each; of both ways to gVisor "gvisor"."""
    kind = str(getattr(item, "callspec", NO_PARAMETERS).params.get("sandbox_kind", ""))
    return "gvisor" if kind in IN_GVISOR else kind


def sampled(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield of the tests in a kind of `SAMPLED` the first of each function; of a corpus, the first of each verdict.

    The functions take turns at the two ways to gVisor, by their names, and some cases at Docker and processes.
    The attacks that run there are chosen by their module.
    """
    seen = set()
    for item in items:
        kind, parameters = kind_of(item), getattr(item, "callspec", NO_PARAMETERS).params
        if kind in TURNS and item.path.stem in IN_TURNS and os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
            if kind != TURNS[crc32(item.name.replace(kind, "").encode()) % 2]:
                continue
        is_sampled = kind in SAMPLED and not os.environ.get(f"DEEPCODER_ALL_{kind.upper()}")
        if is_sampled and "attack" not in parameters:
            name, verdict = getattr(item, "originalname", ""), getattr(parameters.get("path"), "parent", Path()).name
            case = parameters["sandbox_kind"], item.path, name, verdict
            way = "gvisor" if item.path.stem in _IN_ONE_WAY else IN_GVISOR[crc32(name.encode()) % 2]
            is_other_way = kind == "gvisor" and parameters["sandbox_kind"] != way
            if case in seen or is_other_way or (kind == "gvisor" and name in SLOW_IN_GVISOR):
                continue
            seen.add(case)
        yield item


def tier(item: pytest.Item) -> str:
    """Return the highest tier of those that the test is marked with, and that its fixtures need."""
    marked = {mark.name for mark in item.iter_markers() if mark.name in TIERS}
    needed = {NEEDS[name] for name in getattr(item, "fixturenames", ()) if name in NEEDS}
    usual = "slow" if item.path.stem in SLOW else "pure"
    return max(marked | needed | {usual}, key=TIERS.index)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return the scheduler of pytest-xdist that keeps a group of tests in one process."""
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            # The first process begins with the slow tiers, the others with the quick ones: two Rays slow each other.
            if node is not self.nodes[0]:
                self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
            super()._assign_work_unit(node)

    return GroupScheduling(config, log)


def group(nodeid: str) -> str:
    """Return the name of a test's group: one for all hosts, which need the whole machine; else a file and a kind."""
    path, _, name = nodeid.partition("::")
    if path in HOSTS:
        return "hosts"
    parameters = name.partition("[")[2].rstrip("]").split("-")
    return "-".join([path, *(kind for kind in TESTED if kind in parameters)])


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have a folder of the tests' own for artefacts: what an earlier run has compiled would hide an error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_account() -> Iterator[None]:
    """Have no account with E2B: no test rents a machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("E2B_API_KEY", "E2B_API_URL", "E2B_SANDBOX_URL", "E2B_DOMAIN", E2B_TEMPLATE_VARIABLE):
            patch.delenv(name, raising=False)
        yield


class SharedRay:
    """The one Ray on which the pools of many modules are: to start one takes seconds. The mutable state: its folder."""

    folder: Path | None = None

    def start(self) -> None:
        if not ray.is_initialized():
            self.folder = local.start(4, "", NAMESPACE)

    def end(self) -> None:
        local.end(self.folder)
        self.folder = None


@pytest.fixture(scope="session")
def ray_of_session() -> Iterator[SharedRay]:
    """The shared Ray of this process, which ends with it."""
    ray_of_session = SharedRay()
    yield ray_of_session
    ray_of_session.end()


@pytest.fixture(scope="module")
def shared_ray(ray_of_session: SharedRay) -> None:
    """Have the shared Ray."""
    ray_of_session.start()


@pytest.fixture(scope="module")
def process_pool(shared_ray: None) -> Iterator[SandboxPool]:
    """Have a pool of two process sandboxes, for a service."""
    with SandboxPool(2, SandboxConfig("process", memory_bytes=1 << 30)) as started:
        yield started


@pytest.fixture(scope="module")
def no_ray(ray_of_session: SharedRay) -> Iterator[None]:
    """Have no Ray, for tests that start their own."""
    ray_of_session.end()
    yield
    ray_of_session.end()


def unavailable(config: SandboxConfig) -> str:
    """Why no such sandbox can start here; empty when one can."""
    try:
        sandbox.start(config).close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


def docker_missing() -> str:
    """Why no Docker sandbox can start here; empty when one can."""
    return unavailable(SandboxConfig(kind="docker"))


def leave_out(reason: str) -> NoReturn:
    """Skip the test, unless the environment says that everything must be here."""
    if os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
        pytest.fail(f"Docker and all languages are required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Have torch use one thread: on a busy machine, those of a tiny model wait for longer than they compute."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def docker_sandboxes() -> None:
    """Skips where Docker cannot be used, unless the environment says that it must."""
    if reason := docker_missing():
        leave_out(reason)


@pytest.fixture(scope="session")
def gvisor_sandboxes() -> None:
    """Skips where gVisor cannot start, unless the environment says that everything must be here."""
    if reason := unavailable(SandboxConfig(kind="gvisor")):
        leave_out(reason)


@pytest.fixture(scope="session")
def runsc_sandboxes(docker_sandboxes: None) -> None:
    """Skips where the engine has no gVisor, unless the environment says that everything must be here."""
    with closing(docker.from_env()) as client:
        if RUNSC not in client.info()["Runtimes"]:
            leave_out("the engine has no runtime runsc: `make engine` adds it where runsc is on the path")


NEWER_RUNSC = "DEEPCODER_NEWER_RUNSC"  # names a runsc of 2024 or newer, where the one on the path is older
FIRST_NEWER = 2024_02_23  # from then on it starts where a /proc cannot be mounted


def runsc_version(path: str) -> int:
    """The day of a runsc's version."""
    words = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"20\d{6}", words)
    assert found, words
    return int(found.group())


@pytest.fixture(scope="session")
def newer_runsc() -> Path:
    """A runsc that starts in a pod. Skips where there is none, unless the environment says that there must be one."""
    path = os.environ.get(NEWER_RUNSC) or shutil.which(RUNSC)
    if path is None or runsc_version(path) < FIRST_NEWER:
        leave_out(f"no runsc of 2024 or newer is on the path, and {NEWER_RUNSC} names none")
    return Path(path)


@pytest.fixture(scope="session")
def older_runsc() -> Path:
    """A runsc that mounts a /proc."""
    path = shutil.which(RUNSC)
    if path is None or runsc_version(path) >= FIRST_NEWER:
        pytest.skip("the runsc on the path is none of before 2024")
    return Path(path)


@pytest.fixture(scope="session")
def e2b_sandboxes() -> Iterator[None]:
    """Serve a stand-in of E2B for the session; skips where its machines cannot start, as for another user than root."""
    from tests.e2b_standin import serving  # which takes long

    with serving():
        if reason := unavailable(SandboxConfig(kind="e2b")):
            leave_out(reason)
        yield


@pytest.fixture(scope="session")
def process_sandboxes() -> None:
    """Need nothing; what starts process sandboxes asks for this, which gives its tests their tier."""


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment that names an engine which does not answer."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the docker package leaves a socket open when it cannot connect it


@pytest.fixture(scope="session", params=[pytest.param(kind, marks=MARKS.get(kind, ())) for kind in TESTED])
def sandbox_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of sandbox in turn."""
    if request.param != "process":
        request.getfixturevalue(f"{request.param}_sandboxes")
    return str(request.param)


def config_of(kind: str, **more: Any) -> SandboxConfig:
    """Say how to start a kind of sandbox that tests name."""
    return SandboxConfig("docker", runtime=RUNSC, **more) if kind == "runsc" else SandboxConfig(kind, **more)


ALL_LANGUAGES = "deepcoder-sandbox:all"  # the image that `make image LANGUAGES=all` makes


@pytest.fixture(scope="session")
def all_languages_image(docker_sandboxes: None) -> str:
    """The image with all languages. Skips where the engine has none, unless the environment says that it must."""
    if reason := unavailable(SandboxConfig("docker", ALL_LANGUAGES)):
        leave_out(reason)
    return ALL_LANGUAGES


@pytest.fixture(scope="session")
def config_of_all_languages(request: pytest.FixtureRequest, sandbox_kind: str) -> SandboxConfig:
    """Say how to start each kind of sandbox with all languages."""
    if sandbox_kind in ("docker", "runsc"):
        request.getfixturevalue("all_languages_image")
    return config_of(sandbox_kind, image=ALL_LANGUAGES)


def need_language(sandbox: Sandbox, name: str) -> None:
    """Skip the test where the sandbox lacks the language, unless the environment says that nothing may be left out."""
    if name not in sandbox.languages:
        leave_out(f"{sandbox!r} has no compiler or interpreter for {name}")


@pytest.fixture(scope="session")
def shared_sandbox(sandbox_kind: str) -> Iterator[Sandbox]:
    """One sandbox for many tests, as a worker uses it."""
    started = sandbox.start(config_of(sandbox_kind))
    yield started
    started.close()


@pytest.fixture(scope="module")
def jury(sandbox_kind: str) -> Iterator[Jury]:
    """The jury of one module's tests, as a worker has it."""
    with closing(Jury(config_of(sandbox_kind))) as jury:
        yield jury


@pytest.fixture(scope="module")
def compiling_jury(config_of_all_languages: SandboxConfig) -> Iterator[Jury]:
    """A jury whose sandbox has a compiler."""
    with closing(sandbox.start(config_of_all_languages)) as started:
        need_language(started, "cpp")
    with closing(Jury(config_of_all_languages)) as jury:
        yield jury


@pytest.fixture(scope="module")
def problems_of_hardtests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The half of HardTests' rows that has the problems, where the environment says."""
    folder = tmp_path_factory.mktemp("hardtests_problems")
    lines = (Path(__file__).parent / "fixtures" / "hardtests" / "problems.jsonl").read_text(encoding="utf-8")
    table = pyarrow.Table.from_pylist([json.loads(line) for line in lines.splitlines()])
    pyarrow.parquet.write_table(table, folder / "train-00000-of-00001.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(hardtests.FOLDER, str(folder))
        yield


def shared_rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of real data, which is not part of the checkout."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"no {name} beside this checkout")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
