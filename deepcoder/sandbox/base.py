"""The Sandbox: a live runner in an isolated place, spoken to over a byte stream.

Runs: worker node. How a sandbox was started is known only to `docker.py` and `process.py`, which hand over a `Stream`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from importlib import resources
from typing import Any, Protocol

from deepcoder.lru import Lru
from deepcoder.wire.limits import Mode
from deepcoder.wire.messages import PROTOCOL, Ended, Frames, Outcome, Task, abandoned_after_s, frame

log = logging.getLogger(__name__)

START_S = 60.0  # from the first byte sent to the runner's hello
GRACE_S = 30.0  # beyond the limits of an execution, before its sandbox counts as broken
SILENT_S = 20.0  # without any word of a runner at work, which has one every BEAT_S: it is frozen, or its engine is
HEAD_BYTES = 1 << 20  # of a frame, beside the output that a program may have
AHEAD, AHEAD_BYTES = 16, 1 << 20  # inputs sent before the first of them is answered
AHEAD_S = 0.1  # of tests, by what the last one took, that the runner has before it is through with the present one
STOP_S = 0.02  # how often somebody who may be stopped looks whether he is
# From here on the runner keeps an input for the next program; to know it again has a cost too.
KEPT_FROM_BYTES = 1 << 14
KEPT_BYTES, KEPT_SHARE = 256 << 20, 8  # the most that it keeps; of a small sandbox's memory this part
PART_BYTES = 1 << 18  # sent at a time

# A bare interpreter reads the runner's modules from its standard input, then becomes the runner. What libraries ask to
# have done after each fork is noted instead (threading and random alone cost a third of a test): see runner.program.
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
for name in ("deepcoder", "deepcoder.wire", "deepcoder.runner"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, source in sent["modules"]:
    module = types.ModuleType("deepcoder." + name)
    module.__package__ = module.__name__.rpartition(".")[0]
    sys.modules[module.__name__] = module
    exec(compile(source, name + ".py", "exec"), module.__dict__)
sys.modules["runner"] = sys.modules["deepcoder.runner"]  # preambles of files prepared in 2026 import runner.values
sys.modules["runner.values"] = sys.modules["deepcoder.wire.values"]
module.main(sent["scratch"], sent["memory_bytes"], hooks)
"""
_MODULES = (
    *("wire.limits", "wire.messages", "wire.values", "runner.memory_files", "runner.cgroup", "runner.syscalls"),
    *("runner.program", "runner.keeper", "runner.testcode", "runner.wall_time", "runner.process", "runner.inputs"),
    "runner.supervisor",
)


class SandboxError(Exception):
    """The sandbox failed. This says nothing about the program that was in it."""


class SandboxUnavailable(SandboxError):
    """No sandbox of this kind can start here until somebody changes something; the message says what."""


class Stream(Protocol):
    """A started interpreter's standard input and output."""

    name: str  # for logs: the container's or the process's
    interpreter: str  # for people: what runs the programs, as exactly as its kind of sandbox can say
    pid: int | None  # of the process here that all of the sandbox descends from; None where an engine has it

    def send(self, data: bytes) -> None:
        """Write everything.

        Raises:
            OSError: The other end is gone.
        """

    def receive(self, timeout_s: float) -> bytes:
        """Some bytes, or none at the end of the stream.

        Raises:
            TimeoutError: Nothing came in time.
            OSError: The other end is gone.
        """

    def last_words(self) -> str:
        """What the runner wrote to its standard error, for the log."""

    def close(self) -> None:
        """End the other side and wait until nothing of it is left."""


class Sandbox:
    """A runner at work. One task at a time.

    The mutable state: the number of the current task, the inputs that the runner keeps, the bytes sent to it, and
    whether the sandbox is open; one that broke is not.
    """

    def __init__(self, stream: Stream, scratch: str = "/tmp", path: Iterable[str] = (), memory_bytes: int = 0) -> None:
        """Start the runner on the stream. `memory_bytes`: the limit of its cgroup, 0 where it has none.

        Raises:
            SandboxError: It did not start.
        """
        self.interpreter = stream.interpreter
        self.pid = stream.pid
        self._stream = stream
        self._frames = Frames(max_bytes=HEAD_BYTES)
        self._task = 0
        most_bytes = min(KEPT_BYTES, memory_bytes // KEPT_SHARE) if memory_bytes else KEPT_BYTES
        self._kept: Lru[bytes, int] = Lru(most_bytes)  # the numbers of inputs that the runner keeps, by digest
        self._last_input = 0
        self.sent_bytes = 0
        self.is_open = True
        try:
            self._send(bundle(scratch, path, memory_bytes))
            hello = self._receive(START_S)
            assert hello is not None
            self.hello = hello[0]
            if self.hello.get("kind") != "hello" or self.hello.get("protocol") != PROTOCOL:
                raise SandboxError(f"{stream.name} does not answer as a runner: {self.hello}")
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<Sandbox {self._stream.name}>"

    def run(
        self, task: Task, inputs: Iterable[bytes], ahead: int = AHEAD, stop: threading.Event | None = None
    ) -> Generator[Outcome, None, None]:
        """One outcome per input, in order. Closing the iterator early ends whatever the task still runs.

        Up to `ahead` inputs are sent before the first of them is answered (fewer where they are large), so that the
        runner is at work while the caller checks. In stdin mode it is one at first, since many programs fail the first
        test, then twice as many each time, but only while they are short: tests of seconds stay with the caller.

        Setting `stop` ends it too, from another thread.

        Raises:
            SandboxError: The sandbox broke; it is closed. Or its machine is too busy to run the program.
        """
        self._task += 1
        # What an earlier task sent may still be on its way, so this never shrinks.
        self._frames.max_bytes = max(self._frames.max_bytes, HEAD_BYTES + int(task.limits.output_bytes))
        head = {"kind": "load", "task": self._task, "mode": task.mode.value, "limits": vars(task.limits)}
        head |= {"entry_point": task.entry_point, "preamble": task.preamble, "language": task.language}
        pending = frame(head, task.source.encode("utf-8", "surrogatepass"))
        deadline_s = GRACE_S + abandoned_after_s(task.limits.wall_s)
        to_send = iter(inputs)
        is_over = False
        stays = task.mode is Mode.FUNCTION  # the process, for the next call, until it is told that there is none
        most = ahead if stays else 1
        outstanding: deque[int] = deque()  # sizes
        try:
            while True:
                while not is_over and len(outstanding) < most and sum(outstanding) < AHEAD_BYTES:
                    given = next(to_send, None)
                    if given is None:
                        is_over = True
                        if outstanding and stays:
                            pending += frame({"kind": "end"})
                            stays = False
                        break
                    outstanding.append(len(given))
                    if len(given) < KEPT_FROM_BYTES:
                        pending += frame({"kind": "run", "task": self._task}, given)
                    else:
                        digest = hashlib.sha256(given).digest()
                        if (number := self._kept.find(digest)) is None:
                            self._send(pending)
                            pending = b""
                            number = self._keep(digest, given)
                        pending += frame({"kind": "run", "task": self._task, "input": number})
                    given = None  # it may be large
                if not outstanding:
                    return
                if pending:
                    self._send(pending)
                    pending = b""
                outcome = self._outcome(deadline_s, stop)
                if outcome is None:
                    return
                outstanding.popleft()
                if outcome.ended is Ended.STARVED:
                    raise SandboxError(f"{self._stream.name} got too little processor time to run a program")
                yield outcome
                if task.mode is Mode.STDIN:
                    most = min(2 * most, 1 + int(AHEAD_S / max(outcome.wall_s, 1e-6)), ahead)
        finally:
            # A run sent ahead, or the process of a function, would go on using the processor.
            if self.is_open and (outstanding or stays):
                try:
                    self._send(frame({"kind": "stop"}))
                except SandboxError as error:  # what the caller knows already stays true; the next task meets the error
                    log.info("%s", error)

    def _keep(self, digest: bytes, given: bytes) -> int:
        """Have the runner keep the input; its number."""
        for each in self._kept.make_room(len(given)):
            self._send(frame({"kind": "drop", "input": each}))
        self._last_input += 1
        head = {"kind": "keep", "input": self._last_input, "bytes": len(given)}
        with memoryview(given) as view:
            for start in range(0, len(given), PART_BYTES):
                self._send(frame({**head, "start": start}, view[start : start + PART_BYTES]))
        self._kept.keep(digest, self._last_input, len(given))
        return self._last_input

    def _outcome(self, timeout_s: float, stop: threading.Event | None) -> Outcome | None:
        """The next outcome of the current task; what is left of an earlier one is passed over. None when stopped."""
        deadline = time.monotonic() + timeout_s
        while True:
            message = self._receive(min(SILENT_S, max(0.0, deadline - time.monotonic())), stop)
            if message is None:
                return None
            head, body = message
            if head.pop("task", None) == self._task and head.pop("kind", None) == "outcome":
                try:
                    return Outcome.read(head, body)
                except (KeyError, ValueError) as error:
                    raise self._broken(f"sent a malformed outcome: {error!r}") from None

    def _send(self, data: bytes) -> None:
        if not self.is_open:
            raise SandboxError(f"{self._stream.name} is closed")
        self.sent_bytes += len(data)
        try:
            self._stream.send(data)
        except OSError as error:
            raise self._broken(f"takes no requests: {error}") from error

    def _receive(self, timeout_s: float, stop: threading.Event | None = None) -> tuple[dict[str, Any], bytes] | None:
        """The next message; None when stopped."""
        deadline = time.monotonic() + timeout_s
        try:
            while (message := self._frames.next()) is None:
                try:
                    data = self._stream.receive(timeout_s if stop is None else min(timeout_s, STOP_S))
                except TimeoutError:
                    if stop is None or time.monotonic() > deadline:
                        raise
                    if stop.is_set():
                        return None
                    continue
                if not data:
                    raise self._broken("ended")
                self._frames.feed(data)
        except TimeoutError:
            raise self._broken(f"did not answer within {timeout_s:.0f} s") from None
        except (OSError, ValueError) as error:
            raise self._broken(f"failed: {error}") from error
        return message

    def _broken(self, what: str) -> SandboxError:
        """Close, and say why: a sandbox in doubt is thrown away."""
        words = self._stream.last_words().strip() if self.is_open else ""
        self.close()
        return SandboxError(f"{self._stream.name} {what}" + (f"; it said: {words}" if words else ""))

    def close(self) -> None:
        """End the sandbox. Safe to repeat."""
        if self.is_open:
            self.is_open = False
            self._stream.close()


class Session:
    """A task whose next input depends on the outcomes before it."""

    def __init__(self, sandbox: Sandbox, task: Task) -> None:
        self.task = task
        self._inputs: deque[bytes] = deque()
        self._outcomes = sandbox.run(task, iter(self._inputs.popleft, None), ahead=1)

    def ask(self, given: bytes) -> Outcome:
        """What comes of this input.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        self._inputs.append(given)
        return next(self._outcomes)

    def close(self) -> None:
        """End whatever the task still runs."""
        self._outcomes.close()


def bundle(scratch: str, path: Iterable[str], memory_bytes: int) -> bytes:
    """The runner's source and where it may write, as the bootstrap reads them."""
    package = resources.files("deepcoder")
    paths = [(name, f"{name.replace('.', '/')}.py") for name in _MODULES]
    modules = [(name, package.joinpath(path).read_text(encoding="utf-8")) for name, path in paths]
    sent = {"modules": modules, "scratch": scratch, "path": list(path), "memory_bytes": memory_bytes}
    body = json.dumps(sent).encode()
    return b"%8d" % len(body) + body
