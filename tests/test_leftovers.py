"""What an owner of sandboxes that is gone has left is removed; what belongs to one that lives is not."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from deepcoder.sandbox import SandboxConfig, SandboxError, gvisor, owner, process, start, sweep
from deepcoder.sandbox.docker import IMAGE, LABEL

pytestmark = pytest.mark.sandbox


@pytest.fixture
def gone() -> str:
    """The name of a process that has ended."""
    with subprocess.Popen(["sleep", "60"]) as process:
        name = owner.name(process.pid)
        assert not owner.is_gone(name, is_of_this_machine=True)
        process.kill()
    return name


def test_process_that_has_ended_is_gone(gone: str) -> None:
    assert owner.is_gone(gone, is_of_this_machine=True)


def test_process_that_has_not_been_waited_for_is_gone() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        name = owner.name(process.pid)
        assert process.stdin is not None
        process.stdin.close()
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            pass
        assert owner.is_gone(name, is_of_this_machine=True)


def test_this_process_is_not_gone() -> None:
    assert not owner.is_gone(owner.name(), is_of_this_machine=True)


def test_another_process_with_the_same_pid_is_somebody_else() -> None:
    *where, since = owner.name().split("-")
    assert owner.is_gone("-".join([*where, str(int(since) - 1)]), is_of_this_machine=True)


@pytest.mark.parametrize("label", ["", "1234", "a-b-c"])
def test_label_that_is_not_ours_is_left_alone(label: str) -> None:
    assert not owner.is_gone(label, is_of_this_machine=True)


def test_process_of_another_boot_is_gone_only_where_the_machine_is_the_same(gone: str) -> None:
    other = "0" * 32 + gone[32:]
    assert owner.is_gone(other, is_of_this_machine=True)
    assert not owner.is_gone(other, is_of_this_machine=False)


def test_process_of_another_pid_namespace_cannot_be_told(gone: str) -> None:
    boot, _, *rest = gone.split("-")
    assert not owner.is_gone("-".join([boot, "1", *rest]), is_of_this_machine=True)


@pytest.fixture
def client(docker_sandboxes: None) -> Iterator[docker.DockerClient]:
    opened = docker.from_env()
    yield opened
    opened.close()


def left(client: docker.DockerClient, label: str) -> Container:
    return client.containers.create(IMAGE, ["sleep", "60"], labels={LABEL: label}, network_mode="none")


@pytest.mark.docker
@pytest.mark.parametrize("state", ["created", "running", "paused"])
def test_container_of_an_owner_that_is_gone_is_removed(client: docker.DockerClient, state: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:  # it lives as long as others could sweep too early
        container = left(client, owner.name(process.pid))
        if state != "created":
            container.start()
        if state == "paused":
            container.pause()
        process.kill()
    sweep(SandboxConfig("docker"))
    with pytest.raises(docker.errors.NotFound):
        client.containers.get(container.id or "")


@pytest.mark.docker
def test_container_of_an_owner_that_lives_is_left_alone(client: docker.DockerClient) -> None:
    sandbox = start(SandboxConfig("docker"))
    beside = left(client, owner.name(1))
    sweep(SandboxConfig("docker"))
    assert sandbox.is_open
    assert str(beside.name) in [str(each.name) for each in client.containers.list(all=True, ignore_removed=True)]
    assert any(str(each.name) in repr(sandbox) for each in client.containers.list(ignore_removed=True))
    beside.remove()
    sandbox.close()


def test_folder_of_an_owner_that_is_gone_is_removed(gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"deepcoder-{gone}.abc").mkdir()
    ours = tmp_path / f"deepcoder-{owner.name()}.abc"
    another_machines = tmp_path / f"deepcoder-{'0' * 32 + gone[32:]}.abc"  # as in a scratch folder of a cluster
    ours.mkdir()
    another_machines.mkdir()
    sweep(SandboxConfig("unisolated"))
    assert set(tmp_path.iterdir()) == {ours, another_machines}


def bundles() -> set[str]:
    """The names of this process's bundles, of those that are there and of those that a process of gVisor has."""
    prefix = f"{gvisor.BUNDLE_PREFIX}{owner.name()}."
    found = {path.name for path in Path(tempfile.gettempdir()).glob(f"{prefix}*")}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found |= {word for word in path.read_text().split("\0") if word.startswith(prefix)}
        except OSError:  # it has ended
            pass
    return found


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["/usr/bin/none"], id="cannot start"),
        pytest.param(["/bin/false"], id="ends at once"),
        pytest.param(["/bin/sh", "-c", "cat > /dev/null; sleep 600"], id="never answers, nor ends with its input"),
    ],
)
def test_gvisor_that_does_not_start_leaves_nothing(
    command: list[str], gvisor_sandboxes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bundles()
    monkeypatch.setattr(gvisor, "command_of", lambda interpreter: command)
    monkeypatch.setattr(process.Process, "start_timeout_s", 0.2)
    monkeypatch.setattr(process, "CLOSE_TIMEOUT_S", 0.2)

    with pytest.raises(SandboxError):
        start(SandboxConfig("gvisor"))

    deadline = time.monotonic() + 5  # who is killed takes a moment
    while bundles() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert bundles() == before
