"""Docker sandboxes on Podman: a sample of what must hold in every kind of sandbox, as root and rootless.

Each service has its own socket, its own storage, and a mount namespace in which its mounts end with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxUnavailable, start
from deepcoder.sandbox.docker import IMAGE, about, connect
from deepcoder.tools import redteam
from deepcoder.tools.redteam import Attack, Bench, attacks
from deepcoder.wire.messages import Ended
from tests import test_sandbox
from tests.conftest import leave_out
from tests.test_sandbox import until

pytestmark = [pytest.mark.docker, pytest.mark.sandbox]

NOBODY = 65534  # a user that every machine has
SUBORDINATE = "nobody:100000:65536\n"  # of whose users a rootless container has these
START_TIMEOUT_S = 30.0

# Of the tests of every kind of sandbox, those in which an engine has a part.
CONFORMANCE = (
    test_sandbox.test_scratch_folder_when_full_refuses_the_program_and_is_empty_for_the_next,
    test_sandbox.test_forks_without_end_leave_the_sandbox_usable,
    test_sandbox.test_only_the_scratch_folder_is_writable,
    test_sandbox.test_nothing_in_shared_memory_can_be_executed,
    test_sandbox.test_program_is_another_user_than_the_one_before,
    test_sandbox.test_program_has_no_capabilities_and_cannot_gain_any,
    test_sandbox.test_network_is_out_of_reach,
    test_sandbox.test_environment_tells_nothing_of_the_owner,
    test_sandbox.test_resource_limits_cannot_be_raised,
)
ATTACKED = (
    "bomb_inodes",
    "bomb_memory",
    "kernel_mount",
    "leave_daemon",
    "leave_files",
    "path_of_kernel_settings",
    "signal_everything",
)
ATTACKS = [each for each in attacks() if each.name in ATTACKED]


@dataclass(frozen=True)
class Podman:
    """A service of Podman."""

    is_rootless: bool


@pytest.fixture(scope="module", params=["root", "rootless"])
def podman(request: pytest.FixtureRequest, docker_sandboxes: None) -> Iterator[Podman]:
    """A service with the sandbox image, which DOCKER_HOST names. Root starts it."""
    is_rootless = request.param == "rootless"
    if reason := why_no_podman(is_rootless):
        leave_out(reason)
    with tempfile.TemporaryDirectory(prefix="podman-") as folder, pytest.MonkeyPatch.context() as patch:
        if is_rootless:
            os.chown(folder, NOBODY, NOBODY)
        with closing(connect()) as engine, service(Path(folder), is_rootless):
            patch.setenv("DOCKER_HOST", f"unix://{folder}/podman.sock")
            with closing(connect()) as client:
                client.images.load(b"".join(engine.images.get(IMAGE).save(named=IMAGE)))
                yield Podman(is_rootless)
                assert until(lambda: not client.api.containers(all=True))


def why_no_podman(is_rootless: bool) -> str:
    """Return why no such service can be started here; empty where one can."""
    needed = ["podman", "runc", "unshare", "setpriv", *(["newuidmap"] if is_rootless else [])]
    if missing := [name for name in needed if not shutil.which(name)]:
        return f"there is no {' and no '.join(missing)} on the path"
    return "only root starts services of Podman here" if os.getuid() else ""


@contextlib.contextmanager
def service(folder: Path, is_rootless: bool) -> Iterator[None]:
    """Run the service on `podman.sock` in the folder, with all that it stores there."""
    (folder / "subordinate").write_text(SUBORDINATE)
    roots = ["--root", f"{folder}/storage", "--runroot", f"{folder}/run", "--tmpdir", f"{folder}/tmp"]
    usual = [
        "--storage-driver",
        "overlay",
        "--runtime",
        "runc",
        "--cgroup-manager",
        "cgroupfs",
        "--events-backend",
        "file",
    ]
    command = ["podman", *roots, *usual, "system", "service", "--time=0", f"unix://{folder}/podman.sock"]
    if is_rootless:
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        mounts = "for each in subuid subgid; do mount --bind subordinate /etc/$each; done"
        command = ["sh", "-euc", f'{mounts}; exec "$@"', "sh", *become, *command]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "USER": "nobody"}
    with open(folder / "log", "wb") as log:
        started = subprocess.Popen(
            ["unshare", "--mount", *command],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        is_there = until((folder / "podman.sock").exists, START_TIMEOUT_S)
        assert is_there and started.poll() is None, (folder / "log").read_text()
        yield
    finally:
        pauses = [int(each.read_text()) for each in folder.glob("**/pause.pid")]  # of a rootless one's namespaces
        started.kill()
        started.wait()
        for pid in pauses:
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: not killed(folder))


def killed(folder: Path) -> list[int]:
    """Kill what the service has started, which names its folder; return what was found."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            if str(folder) in path.read_text(errors="replace"):
                found.append(int(path.parent.name))
                os.kill(found[-1], signal.SIGKILL)
    return found


@pytest.fixture(scope="module")
def podman_sandbox(podman: Podman) -> Iterator[Sandbox]:
    """One sandbox for many tests."""
    with closing(start(SandboxConfig("docker"))) as started:
        yield started


@pytest.fixture(scope="module")
def bench(podman: Podman) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch, closing(Bench(SandboxConfig("docker"))) as opened:
        patch.setattr(redteam, "RECOVERY_S", 15.0)  # the machine may be very busy
        yield opened


def test_doctor_knows_it(podman: Podman) -> None:
    name, *lacks = about().split(", ")

    assert name.startswith("Podman ")
    assert ("rootless" in lacks) is podman.is_rootless


@pytest.mark.parametrize(("limits", "source", "ended"), test_sandbox.EXCEEDED)
def test_limit_exceeded_ends_the_execution(
    podman_sandbox: Sandbox, limits: dict[str, Any], source: str, ended: Ended
) -> None:
    test_sandbox.test_limit_exceeded_ends_the_execution(podman_sandbox, limits, source, ended)


@pytest.mark.parametrize("holds", CONFORMANCE, ids=lambda holds: holds.__name__)
def test_what_every_sandbox_must_do(holds: Callable[[Sandbox], None], podman_sandbox: Sandbox) -> None:
    holds(podman_sandbox)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_fails_and_leaves_nothing(attack: Attack, bench: Bench) -> None:
    attempt = bench.attack(attack, "stdin")

    assert attempt.held and attempt.is_expected, attempt


def test_owner_that_ends_takes_its_sandbox_along(podman: Podman) -> None:
    test_sandbox.test_owner_that_ends_takes_its_sandbox_along("docker", "SIGKILL")


def test_runtime_of_one_container_is_refused(podman: Podman) -> None:
    with pytest.raises(
        SandboxUnavailable, match="one runtime for all containers, as Podman has: start its service with crun"
    ):
        start(SandboxConfig("docker", runtime="crun"))
