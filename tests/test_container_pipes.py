"""What is sent to a container goes through pipes where they can be opened, and through the engine where they cannot."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deepcoder.problems import Limits, Mode
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, docker, start
from deepcoder.sandbox.container_pipes import opened
from deepcoder.wire.messages import Task

needs_docker = [pytest.mark.docker, pytest.mark.usefixtures("docker_sandboxes")]
CONFIG = SandboxConfig(kind="docker")


def answers(sandbox: Sandbox) -> bool:
    (outcome,) = sandbox.outcomes(Task("print(int(input()) + 1)", Mode.STDIN, Limits()), [b"41"])
    return outcome.output == b"42\n"


def has_pipes(sandbox: Sandbox) -> bool:
    return stat.S_ISFIFO(os.fstat(sandbox.fileno()).st_mode)


@pytest.fixture
def offered() -> Iterator[tuple[int, int, list[list[int]]]]:
    """The other ends of two pipes of this process, and its offer."""
    (its_end, requests), (replies, other_end) = os.pipe(), os.pipe()
    yield its_end, other_end, [[fd, os.fstat(fd).st_ino] for fd in (requests, replies)]
    for fd in (its_end, requests, replies, other_end):
        os.close(fd)


def test_offered_pipes_are_opened(offered: tuple[int, int, list[list[int]]]) -> None:
    reads, writes, offer = offered
    with closing(opened(os.getpid(), json.dumps(offer).encode())) as pipes:
        pipes.send(b"asked")
        os.write(writes, b"answered")

        assert os.read(reads, 10) == b"asked"
        assert pipes.receive(1.0) == b"answered"


@pytest.mark.parametrize("which", [0, 1])
def test_file_of_another_process_is_not_taken_for_a_pipe(which: int, offered: tuple[int, int, list[list[int]]]) -> None:
    offer = offered[2]
    offer[which][1] += 1  # what a pid of another namespace comes to: an inode that this pipe does not have
    before = os.listdir("/proc/self/fd")

    with pytest.raises(FileNotFoundError, match="is another file"):
        opened(os.getpid(), json.dumps(offer).encode())
    assert os.listdir("/proc/self/fd") == before


class TestContainer:
    pytestmark = needs_docker

    def test_gets_pipes(self) -> None:
        with closing(start(CONFIG)) as sandbox:
            assert has_pipes(sandbox)
            assert answers(sandbox)

    def test_keeps_the_stream_of_an_engine_that_is_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def elsewhere(pid: int, offer: bytes) -> Any:
            return opened(os.getpid(), offer)  # as a pid of another machine is one of this machine

        monkeypatch.setattr(docker, "opened", elsewhere)
        with closing(start(CONFIG)) as sandbox:
            assert not has_pipes(sandbox)
            assert answers(sandbox)

    def test_tells_why_its_runner_did_not_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(docker, "BOOTSTRAP", "import sys\nsys.exit('no runner today')")

        with pytest.raises(SandboxError, match="no runner today"):
            start(CONFIG)
