"""The stream between a sandbox and its owner: what a backend must give, and the first message that goes over it.

Runs: worker node. A backend starts a bare Python interpreter on `BOOTSTRAP` and hands over its standard input and
output as a `Stream`. `bundle` is the first message: the source of the runner, which the interpreter then becomes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import select
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any, Protocol

from deepcoder.wire.languages import PYTHON, added

START_TIMEOUT_S = 60.0  # the usual `Stream.start_timeout_s`
SILENCE_TIMEOUT_S = 20.0  # the usual `Stream.silence_timeout_s`, of several RUNNER_HEARTBEAT_S
SEND_TIMEOUT_S = 60.0  # a send without any progress fails after this
READ_BYTES = 1 << 16  # what a pipe holds
STDERR_TAIL_BYTES = 4096  # what is kept of the runner's standard error, for logs

PROGRAM_HEADROOM_BYTES = 1 << 30  # a sandbox's memory above a program's own limit, so that a program meets that first
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "ONLINE_JUDGE": "1",  # by which programs tell that they are to read standard input
    **PYTHON.environment,
}

# A bare interpreter reads the runner's modules from its standard input, then becomes the runner. The hooks that
# libraries register for each fork are collected instead of run (those of threading and random alone cost a third of a
# test): see `runner/languages`.
BOOTSTRAP = """
import json, os, sys, types
def read(n):
    data = b""
    while len(data) < n:
        part = os.read(0, n - len(data))
        if not part: os._exit(0)
        data += part
    return data
sent = json.loads(read(int(read(8))))
hooks = []
os.register_at_fork = lambda **given: hooks.append(given)
sys.path[:] = [p for p in sys.path if p] + sent["path"]
for name in ("deepcoder", "deepcoder.wire", "deepcoder.runner", "deepcoder.runner.languages"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, source in sent["modules"]:
    module = types.ModuleType("deepcoder." + name)
    module.__package__ = module.__name__.rpartition(".")[0]
    sys.modules[module.__name__] = module
    exec(compile(source, name + ".py", "exec"), module.__dict__)
sys.modules["runner"] = sys.modules["deepcoder.runner"]  # preambles of files prepared in 2026 import runner.values
sys.modules["runner.values"] = sys.modules["deepcoder.wire.values"]
module.main(sent["scratch"], sent["memory_bytes"], sent["languages"], sent["views"], hooks)
"""
# Dependencies first.
RUNNER_MODULES = (
    "wire.limits wire.languages wire.messages wire.nodes wire.values "
    "runner.memory_files runner.cgroup runner.syscalls runner.wall_time runner.procfs runner.scratch "
    "runner.capabilities runner.view runner.orphans runner.channel runner.feed runner.inputs runner.language "
    "runner.program_files runner.beside runner.languages.python runner.languages.executed runner.languages.java "
    "runner.languages.javascript_values runner.languages.javascript_harness runner.languages.javascript "
    "runner.program runner.keeper runner.testcode runner.keeper_client runner.accounting runner.reports "
    "runner.pipes runner.task_code runner.process runner.outbox runner.users runner.versions runner.supervisor "
    "runner.start"
).split()


class SandboxError(Exception):
    """The sandbox failed. This says nothing about the program that was in it."""


class SandboxLost(SandboxError):
    """The machine of the sandbox was taken away, or cannot be reached. The program did not do that."""


class SandboxUnavailable(SandboxError):
    """No sandbox of this kind can start here until something is changed; the message says what."""


def send_all(fd: int, data: bytes, writable: select.poll, timeout_s: float) -> None:
    """Write everything to a descriptor that does not block.

    Raises:
        TimeoutError: Nothing more could be written for so long.
        OSError: The other end is gone.
    """
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            if not writable.poll(1000 * timeout_s):
                raise TimeoutError("the other end does not read") from None


def read_now(fd: int) -> bytes:
    """Return what a descriptor that does not block has now; nothing at its end.

    Raises:
        TimeoutError: It has nothing yet.
        OSError: The other end is gone.
    """
    try:
        return os.read(fd, READ_BYTES)
    except BlockingIOError:
        raise TimeoutError from None


class Pipes:
    """The worker's ends of what carries requests and replies on this machine: two pipes, or one socket twice."""

    def __init__(self, requests: int, replies: int, send_timeout_s: float = SEND_TIMEOUT_S) -> None:
        """Take over the descriptors."""
        self._send_timeout_s = send_timeout_s
        self._requests, self._replies = requests, replies
        for fd in (requests, replies):
            os.set_blocking(fd, False)
        self._writable, self._readable = select.poll(), select.poll()  # select takes no large descriptors
        self._writable.register(requests, select.POLLOUT)
        self._readable.register(replies, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Write everything: see `Stream`."""
        send_all(self._requests, data, self._writable, self._send_timeout_s)

    def receive(self, timeout_s: float) -> bytes:
        """Return some bytes, or none at the end: see `Stream`."""
        if timeout_s > 0 and not self._readable.poll(1000 * timeout_s):
            raise TimeoutError
        return read_now(self._replies)

    def fileno(self) -> int:
        """Return the descriptor that is readable when bytes have come."""
        return self._replies

    def close(self) -> None:
        """Close the pipes, by which the other side ends."""
        os.close(self._requests)
        os.close(self._replies)


@contextlib.contextmanager
def new_pipes() -> Iterator[tuple[Pipes, tuple[int, int]]]:
    """Yield the worker's ends of two new pipes, and the sandbox's: to read requests, to write replies."""
    its_requests, requests = os.pipe()
    replies, its_replies = os.pipe()
    pipes = Pipes(requests, replies)
    try:
        yield pipes, (its_requests, its_replies)
    except BaseException:
        pipes.close()
        raise
    finally:
        os.close(its_requests)
        os.close(its_replies)


class Stream(Protocol):
    """The standard input and output of an interpreter that a backend has started."""

    name: str  # the container's or the process's, for logs
    interpreter: str  # what runs the programs, for people, as exactly as the backend can say
    pid: int | None  # the process on this machine that all of the sandbox descends from; None where an engine has it
    start_timeout_s: float  # from the first byte sent to the runner's hello
    silence_timeout_s: float  # a runner at work that sends nothing for this long is frozen, or its engine is

    def send(self, data: bytes) -> None:
        """Write everything.

        Raises:
            OSError: The other end is gone.
        """

    def receive(self, timeout_s: float) -> bytes:
        """Return some bytes, or none at the end of the stream.

        Raises:
            TimeoutError: Nothing came in time.
            OSError: The other end is gone.
        """

    def fileno(self) -> int:
        """Return the descriptor that is readable when bytes have come."""

    def last_words(self) -> str:
        """Return what the runner wrote to its standard error, for the log."""

    def why_lost(self) -> str:
        """Return why a runner that fails was lost with its machine; empty where a program may have made it fail."""

    def close(self) -> None:
        """End the other side and wait until nothing of it is left."""


def bundle(scratch: str, path: Iterable[str], memory_bytes: int, views: str = "") -> bytes:
    """Return the runner's source and settings as one message that `BOOTSTRAP` reads."""
    sent: dict[str, Any] = {"modules": _modules(), "scratch": scratch, "path": list(path), "memory_bytes": memory_bytes}
    sent["views"] = views
    sent["languages"] = [dataclasses.asdict(row) for row in added()]
    body = json.dumps(sent).encode()
    return b"%8d" % len(body) + body


@functools.cache
def runner_digest() -> str:
    """Return a digest of the runner's source."""
    return hashlib.sha256(repr(_modules()).encode()).hexdigest()


@functools.cache
def _modules() -> tuple[tuple[str, str], ...]:
    """Return the name and the source of each of the runner's modules."""
    package = resources.files("deepcoder")
    paths = [(name, f"{name.replace('.', '/')}.py") for name in RUNNER_MODULES]
    return tuple((name, package.joinpath(path).read_text(encoding="utf-8")) for name, path in paths)
