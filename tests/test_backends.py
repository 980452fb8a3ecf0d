"""The table of backends: what a row says, what follows from it, and what a node need not have."""

from __future__ import annotations

import dataclasses
import importlib
import logging
import os
import subprocess
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from deepcoder.sandbox import (
    BACKENDS,
    ISOLATING,
    KINDS,
    SandboxConfig,
    SandboxError,
    SandboxUnavailable,
    Spare,
    docker,
    e2b,
    gvisor,
    process,
    unisolated,
)
from deepcoder.sandbox import backends as table
from deepcoder.sandbox.backends import Backend, BackendModule, DockerOptions, ProcessOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.fake import FakeSandbox
from deepcoder.wire.limits import Limits
from deepcoder.wire.messages import Ended, Outcome, Task

MODULES: list[BackendModule] = [docker, process, gvisor, unisolated, e2b]


def nothing(task: Task, given: bytes) -> Outcome:
    return Outcome(Ended.EXITED, exit_code=0)


@dataclasses.dataclass(frozen=True)
class SmallOptions:
    cpus: float = 1.0
    address: str = "here"


class Small:
    """The file of a backend."""

    def __init__(self, why_not: str = "") -> None:
        self.reason = why_not
        self.started: list[tuple[int, SmallOptions]] = []
        self.own_uids = True

    def start(self, memory_bytes: int, options: SmallOptions) -> Sandbox:
        self.started.append((memory_bytes, options))
        sandbox = FakeSandbox(nothing)
        sandbox.hello["own_uids"] = self.own_uids
        return sandbox

    def sweep(self, options: SmallOptions) -> None:
        pass

    def why_not(self) -> str:
        return self.reason

    def about(self) -> str:
        return "Small 1.0"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Small:
    """A table with one more backend, before the others: its file and its row are all that it takes."""
    module = Small()
    monkeypatch.setitem(sys.modules, "deepcoder.sandbox.small", module)
    rows = {"small": Backend("small", SmallOptions), **BACKENDS}
    monkeypatch.setattr(table, "BACKENDS", rows)
    monkeypatch.setattr(table, "KINDS", ("auto", *rows))
    return module


def test_every_row_names_a_file_with_the_functions_of_a_backend() -> None:
    assert [importlib.import_module(f"deepcoder.sandbox.{name}") for name in BACKENDS] == MODULES
    assert KINDS == ("auto", *BACKENDS)
    for backend in BACKENDS.values():
        backend.options()  # every option has a default
    assert all(backend.isolation for backend in BACKENDS.values())
    assert ISOLATING == tuple(name for name in BACKENDS if name != "unisolated")


def test_one_row_more_is_enough_for_a_new_backend(small: Small) -> None:
    table.start(SandboxConfig("small", memory_bytes=1 << 28, cpus=3.0)).close()
    table.start(SandboxConfig("small", options=SmallOptions(address="there"))).close()

    assert small.started == [(1 << 28, SmallOptions(3.0, "here")), (1 << 30, SmallOptions(1.0, "there"))]


def test_auto_takes_the_first_backend_that_can_start(small: Small) -> None:
    assert table.resolve(SandboxConfig()).kind == "small"


def test_auto_says_why_it_takes_one_that_stops_less(small: Small, caplog: pytest.LogCaptureFixture) -> None:
    small.reason = "it rains"
    with caplog.at_level(logging.WARNING), pytest.MonkeyPatch.context() as patch:
        patch.setattr(docker, "why_not", lambda: "no Docker engine answers")
        resolved = table.resolve(SandboxConfig(memory_bytes=1 << 28))

    assert resolved == SandboxConfig("process", memory_bytes=1 << 28)
    (record,) = caplog.records
    assert record.message.startswith("It rains; no Docker engine answers. So programs run as local processes in ")


def test_auto_without_a_backend_that_can_start_says_why(small: Small) -> None:
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(
            SandboxUnavailable,
            match="^no sandbox can start here: it rains; no; never; there is no runsc. For programs that you trust, ",
        ),
    ):
        small.reason = "it rains"
        patch.setattr(docker, "why_not", lambda: "no")
        patch.setattr(process, "why_not", lambda: "never")
        patch.setattr(gvisor, "why_not", lambda: "there is no runsc")
        table.resolve(SandboxConfig())


def test_what_an_engine_refuses_is_left_out_of_one_container() -> None:
    tried: list[set[str]] = []

    def refusing(without: Set[str]) -> str:
        tried.append(set(without))
        for word in ("nr_inodes", "rlimit"):
            if word not in without:
                raise APIError(f"500 Server Error: unknown {word}")
        return "a container"

    assert docker.without_what_is_refused(refusing) == "a container"
    assert tried == [set(), {"nr_inodes"}, {"nr_inodes", "rlimit"}]


def test_other_errors_of_an_engine_are_not_tried_again() -> None:
    def failing(without: Set[str]) -> str:
        raise APIError("500 Server Error: no space left on device")

    with pytest.raises(APIError, match="no space left"):
        docker.without_what_is_refused(failing)


DOCKER = {"ServerVersion": "20.10.24", "CgroupDriver": "cgroupfs", "CgroupVersion": "1", "SecurityOptions": []}
ROOTLESS_DOCKER = DOCKER | {
    "CgroupDriver": "none",
    "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
}
PODMAN = DOCKER | {"ServerVersion": "4.3.1", "BuildahVersion": "1.28.2", "Rootless": False}
ROOTLESS_PODMAN = PODMAN | {"Rootless": True}
NO_LIMITS = "which limits no container as a whole (docs/security.md)"


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (DOCKER, "Docker 20.10.24"),
        (ROOTLESS_DOCKER, f"Docker 20.10.24, rootless, {NO_LIMITS}"),
        (PODMAN, "Podman 4.3.1"),
        (ROOTLESS_PODMAN, f"Podman 4.3.1, rootless, {NO_LIMITS}"),
        (ROOTLESS_PODMAN | {"CgroupVersion": "2"}, "Podman 4.3.1, rootless"),
    ],
)
def test_engine_is_known_by_what_it_says_of_itself(info: dict[str, Any], said: str) -> None:
    assert docker.engine_of(info) == said


def test_options_of_docker_are_given_one_by_one_or_together() -> None:
    options = DockerOptions("image:1", 1.0, "runsc")
    assert SandboxConfig("docker", "image:1", 1 << 28, 1.0, "runsc").backend_options() == options
    assert SandboxConfig("docker", options=options).backend_options() == options
    assert SandboxConfig("docker").backend_options() == DockerOptions()
    assert SandboxConfig("process", cpus=1.0).backend_options() == ProcessOptions()


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("nowhere", None, "sandbox must be one of auto, docker, process, gvisor, unisolated, e2b, not 'nowhere'"),
        ("process", DockerOptions(), "a process sandbox has ProcessOptions"),
        ("auto", DockerOptions(), "not decided yet"),
    ],
)
def test_wrong_configuration_is_refused(kind: str, options: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SandboxConfig(kind, options=options)


def test_sandbox_with_less_isolation_than_its_row_promises_does_not_start(small: Small) -> None:
    small.own_uids = False
    with pytest.raises(SandboxError, match="a user of its own"):
        table.start(SandboxConfig("small"))


def test_backend_that_starts_fast_has_no_spare(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    spare = Spare(SandboxConfig("small"), lambda sandbox: None)
    row = table.BACKENDS["small"]
    monkeypatch.setitem(table.BACKENDS, "small", dataclasses.replace(row, has_spare=False))

    spare.prepare()

    assert small.started == []
    spare.take().close()
    spare.close()


WITHOUT_DOCKER = """
import sys
sys.path[:0] = {path!r}
sys.modules["docker"] = None  # importing it fails
import deepcoder.pool.worker
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable, resolve, start, sweep
assert resolve(SandboxConfig()).kind == "process"
sweep(SandboxConfig())
start(SandboxConfig("process")).close()
try:
    start(SandboxConfig("docker"))
except SandboxUnavailable as error:
    print(error)
"""


@pytest.mark.sandbox
def test_processes_start_without_the_docker_package() -> None:
    script = WITHOUT_DOCKER.format(path=[str(Path(__file__).parents[1]), *sys.path])
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert (ran.returncode, ran.stdout) == (
        0,
        "no docker sandbox can start: the package docker is not installed here: install it, or use another sandbox\n",
    ), ran.stderr


def test_auto_takes_gvisor_where_neither_docker_nor_namespaces_are(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.MonkeyPatch.context() as patch:
        patch.setattr(docker, "why_not", lambda: "no Docker engine answers")
        patch.setattr(process, "why_not", lambda: "no namespaces")
        patch.setattr(gvisor, "why_not", lambda: "")
        assert table.resolve(SandboxConfig()).kind == "gvisor"

    (record,) = caplog.records
    assert record.message.startswith("No Docker engine answers; no namespaces. So programs run in gVisor")


def test_gvisor_without_runsc_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    said = "no gVisor sandbox: there is no runsc on the path: install gVisor"

    assert gvisor.why_not().startswith(said)
    with pytest.raises(SandboxUnavailable, match=said):
        table.start(SandboxConfig("gvisor"))


def test_gvisor_that_does_not_end_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runsc = tmp_path / gvisor.RUNSC
    runsc.write_text("#!/bin/sh\nexec sleep 60\n")
    runsc.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(gvisor, "TRIAL_TIMEOUT_S", 0.1)

    assert gvisor.why_not() == "no gVisor sandbox: runsc does not end within 0 s"


def test_limits_of_compilers_reach_the_container() -> None:
    config = SandboxConfig("docker", compile_limits=Limits(memory_bytes=4 << 30))
    assert config.backend_options().compile_limits == config.compile_limits
