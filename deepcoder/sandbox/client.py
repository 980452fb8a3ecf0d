"""The Sandbox: the owner's side of a live runner in an isolated place.

Runs: worker node. A backend starts the place and hands over a `Stream`; nothing here knows which backend it was.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Collection, Generator, Iterable, Iterator
from typing import Any

from deepcoder.sandbox.artefacts import Artefacts
from deepcoder.sandbox.clock import Clock
from deepcoder.sandbox.input_cache import CACHED_FROM_BYTES, InputCache
from deepcoder.sandbox.stream import SandboxError, SandboxLost, Stream, bundle
from deepcoder.sandbox.window import Key, Window
from deepcoder.wire.languages import Language, check_functions, language
from deepcoder.wire.limits import COMPILE_LIMITS, Limits, Mode
from deepcoder.wire.messages import PROTOCOL, Ended, Frames, Given, Outcome, Task, abandoned_after_s, frame

log = logging.getLogger(__name__)

OUTCOME_GRACE_S = 30.0  # an execution may exceed its limits by this much before its sandbox counts as broken
HEAD_BYTES = 1 << 20  # the most that a frame may have beside the output of a program
PIPELINE_INPUTS = 16  # sent before the first of them is answered
STOP_POLL_S = 0.02  # how often a run checks its stop event


class Sandbox:
    """A runner at work. It runs one task at a time.

    The mutable state: the number of the current task, the inputs that the runner has cached, the artefacts of programs
    compiled here, the bytes sent to the runner, and whether the sandbox is open; one that broke is not.
    """

    def __init__(
        self,
        stream: Stream,
        scratch: str = "/tmp",
        path: Iterable[str] = (),
        memory_bytes: int = 0,
        clock: Clock | None = None,
        views: str = "",
    ) -> None:
        """Start the runner on the stream. `memory_bytes` is the limit of its cgroup, 0 where it has none.

        `clock`: what to trust in place of the runner's. `views`: the folder in which the runner makes the roots that
        programs see; empty where they see its own.

        Raises:
            SandboxError: The runner did not start.
        """
        self.interpreter = stream.interpreter
        self.pid = stream.pid
        self.clock = clock or Clock()
        self._stream = stream
        self._frames = Frames(max_bytes=HEAD_BYTES)
        self._task = 0
        self._loaded: Task | None = None  # the current task, unless it was stopped
        self._inputs = InputCache(memory_bytes)
        self.compile_limits = COMPILE_LIMITS
        self.is_isolated = True
        self.sent_bytes = 0
        self.is_open = True
        try:
            self._send(bundle(scratch, path, memory_bytes, views))
            hello = self._receive(stream.start_timeout_s)
            assert hello is not None
            self.hello = hello[0]
            self.languages: dict[str, str] = self.hello.get("languages", {})  # their versions, by name
            self._artefacts = Artefacts(f"{self.interpreter} on {self.hello.get('machine')}", self.languages)
            if self.hello.get("kind") != "hello" or self.hello.get("protocol") != PROTOCOL:
                raise SandboxError(f"{stream.name} does not answer as a runner: {self.hello}")
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<Sandbox {self._stream.name}>"

    def run(
        self,
        task: Task,
        inputs: Iterable[tuple[Key, bytes | Given]],
        ahead: int = PIPELINE_INPUTS,
        stop: threading.Event | None = None,
    ) -> Generator[tuple[Key, Outcome], None, None]:
        """Yield each input's key and its outcome, in order. Closing the iterator early ends what still runs.

        Up to `ahead` inputs are sent before the first of them is answered (fewer where they are large), so that the
        runner is at work while the caller checks. In stdin mode the number starts at one, since many programs fail the
        first test, and doubles while tests are short. Setting `stop` from another thread ends the run, too.

        Raises:
            SandboxError: The sandbox broke; it is closed. Or its machine is too busy to run the program.
            ValueError: The table of languages does not have the task's, or the runner cannot call its functions.
        """
        limits = _limits_of(task, self.compile_limits)
        timeout_s = OUTCOME_GRACE_S + abandoned_after_s(max(each.wall_s for each in limits))
        least = 2 if language(task.language).gate else 1
        window = Window(inputs, min(ahead, self.clock.most_ahead or ahead), least, grows=task.mode is Mode.STDIN)
        stays = task.mode is Mode.FUNCTION  # the process waits for the next call, until it is told that none comes
        unsent = self._load_request(task, stop)
        try:
            while True:
                unsent = self._queue_inputs(window, unsent)
                if not window.sent:
                    return
                if stays and window.is_over:
                    unsent += frame({"kind": "end"})
                    stays = False
                if unsent:
                    self._send(unsent)
                    unsent = b""
                outcome = self._outcome(task, timeout_s, stop)
                if outcome is None:
                    return
                yield window.answered(outcome), outcome
        finally:
            self._artefacts.unlock()
            if self.is_open and (window.sent or stays):
                self.stop()

    def outcomes(
        self, task: Task, inputs: Iterable[bytes | Given], ahead: int = PIPELINE_INPUTS
    ) -> Generator[Outcome, None, None]:
        """Yield one outcome per input, in order: `run` for those who need no keys.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        run = self.run(task, ((None, data) for data in inputs), ahead)
        try:
            for _, outcome in run:
                yield outcome
        finally:
            run.close()

    def begin(self, task: Task, given: Given) -> None:
        """Begin a live execution: see `deepcoder.sandbox.live`.

        Raises:
            SandboxError: The sandbox broke; it is closed.
            ValueError: As `run`.
        """
        unsent = b""
        if task is not self._loaded:
            unsent = self._load_request(task, stop=None)
        for message in self._given_messages(given):
            self.clock.restart()
            self._send(unsent + message)
            unsent = b""

    def post(self, kind: str, data: bytes = b"") -> None:
        """Send a message of the live execution.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        self._send(frame({"kind": kind, "task": self._task}, data))

    def received(self, task: Task) -> list[tuple[dict[str, Any], bytes]]:
        """Receive what has come of the live execution, if anything has, and return the messages.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        try:
            data = self._stream.receive(0.0)
            if not data:
                raise self.broken("ended")
            self._frames.feed(data)
            messages = list(iter(self._frames.next, None))
        except TimeoutError:
            return []
        except (OSError, ValueError) as error:
            raise self.broken(f"failed: {error}") from error
        current = [each for each in messages if each[0].get("task", self._task) == self._task]
        for head, body in current:
            if head.get("kind") == "artefact":
                self._keep(task, body)
            elif head.get("kind") != "beat":
                self._artefacts.unlock()
        if not any(head.get("kind") == "outcome" for head, _ in current) and (late := self.clock.late()):
            self._send(late)
        return current

    def check_alive(self, heard_at: float) -> None:
        """Check that a runner at work is not silent for too long. `heard_at`: when it was heard of last.

        Raises:
            SandboxError: It is; the sandbox is closed.
        """
        if time.monotonic() - heard_at > self._stream.silence_timeout_s:
            raise self.broken(f"did not answer within {self._stream.silence_timeout_s:.0f} s")

    def fileno(self) -> int:
        """Return the descriptor that is readable when a message has come."""
        return self._stream.fileno()

    def stop(self) -> None:
        """End what the task still runs: a run sent ahead, or the process of a function, would go on using the CPU."""
        self._loaded = None
        self._artefacts.unlock()
        try:
            self._send(frame({"kind": "stop"}))
        except SandboxError as error:  # the caller's outcomes stay true; the next task meets the error
            log.info("%s", error)

    def _load_request(self, task: Task, stop: threading.Event | None) -> bytes:
        """Return the message that begins the task, and allow for the size of what it is answered with.

        Where another sandbox of the node compiles the program now, wait for it.
        """
        row = _language_of(task, self.languages, self._stream.name)
        self._artefacts.lock(row, task, self.compile_limits.cpu_s, stop)
        self._task += 1
        self._loaded = task
        most_bytes = HEAD_BYTES + int(max(each.output_bytes for each in _limits_of(task, self.compile_limits)))
        self._frames.max_bytes = max(self._frames.max_bytes, most_bytes)  # an earlier task's may still be on the way
        head = {"kind": "load", "task": self._task, "mode": task.mode.value, "limits": vars(task.limits)}
        head |= {"entry_point": task.entry_point, "preamble": task.preamble, "language": row.name}
        head |= {"compile_limits": vars(self.compile_limits), "fuse": self.clock.fuse}
        head |= {"entry_file": task.entry_file, "files": task.files}
        artefact = self._artefacts.find(row, task)
        if row.is_executed and artefact is None:
            self.clock.limit(self.compile_limits, None)
        else:
            self.clock.limit(task.limits, task.mode)
        if artefact is not None:
            return frame({**head, "is_compiled": True, "files": ()}, artefact)
        return frame({**head, "is_compiled": False}, task.source.encode("utf-8", "surrogatepass"))

    def _queue_inputs(self, window: Window[Any], unsent: bytes) -> bytes:
        """Return the unsent messages and those of the next inputs; a large input is sent at once.

        The clock restarts before what is executed is sent: it may use its time before this process gets to look.
        """
        for data in window.fill():
            if isinstance(data, Given):
                for message in self._given_messages(data):
                    self.clock.restart()
                    self._send(unsent + message)
                    unsent = b""
                continue
            if len(data) < CACHED_FROM_BYTES:
                unsent += frame({"kind": "run", "task": self._task}, data)
            else:
                number, messages = self._inputs.cached(data)
                for message in messages:
                    self._send(unsent + message)
                    unsent = b""
                unsent += frame({"kind": "run", "task": self._task, "input": number})
            self.clock.restart()
        return unsent

    def _given_messages(self, given: Given) -> Iterator[bytes]:
        """Yield the messages that have the jury's program run; large files cross once, as inputs do."""
        files, body = [], []
        all_bytes = sum(len(content) for _, content in given.files)
        is_cached = 2 * all_bytes <= self._inputs.most_bytes  # so that none evicts another
        for name, content in given.files:
            number = None
            if len(content) >= CACHED_FROM_BYTES and is_cached:
                number, messages = self._inputs.cached(content)
                yield from messages
            else:
                body.append(content)
            files.append((name, len(content), number))
        head = {"kind": "run", "task": self._task, "arguments": given.arguments, "files": files}
        yield frame({**head, "returns": given.returns}, b"".join([*body, given.stdin]))

    def _outcome(self, task: Task, timeout_s: float, stop: threading.Event | None) -> Outcome | None:
        """Return the next outcome of the current task, None when stopped. Outcomes of earlier tasks are dropped."""
        deadline = time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, deadline - time.monotonic())
            message = self._receive(min(self._stream.silence_timeout_s, left_s), stop)
            if message is None:
                return None
            head, body = message
            kind, is_current = head.pop("kind", None), head.pop("task", None) == self._task
            if is_current and kind == "artefact":
                self._keep(task, body)
            if is_current and kind == "outcome":
                self._artefacts.unlock()  # what is not compiled by now does not compile
                return self.read_outcome(head, body)

    def read_outcome(self, head: dict[str, Any], body: bytes) -> Outcome:
        """Read what the runner says of an execution, with the time that this side's clock has for it.

        Raises:
            SandboxError: It is malformed, and the sandbox is closed. Or the machine is too busy to run the program.
        """
        try:
            outcome = self.clock.timed(Outcome.read(head, body))
        except (KeyError, ValueError) as error:
            raise self.broken(f"sent a malformed outcome: {error!r}") from None
        if outcome.ended is Ended.STARVED:
            raise SandboxError(f"{self._stream.name} got too little processor time to run a program")
        return outcome

    def _keep(self, task: Task, artefact: bytes) -> None:
        """Keep what was compiled, and let the program begin where this side has its clock."""
        self._artefacts.keep(language(task.language), task, artefact)
        self.clock.limit(task.limits, task.mode)
        if self.clock.fuse > 1:
            self._send(frame({"kind": "begin"}))

    def _send(self, data: bytes) -> None:
        if not self.is_open:
            raise SandboxError(f"{self._stream.name} is closed")
        self.sent_bytes += len(data)
        try:
            self._stream.send(data)
        except OSError as error:
            raise self.broken(f"takes no requests: {error}") from error

    def _receive(self, timeout_s: float, stop: threading.Event | None = None) -> tuple[dict[str, Any], bytes] | None:
        """Return the next message, None when stopped."""
        deadline = time.monotonic() + timeout_s
        is_polled = stop is not None or self.clock.fuse > 1
        try:
            while (message := self._frames.next()) is None:
                try:
                    data = self._stream.receive(min(timeout_s, STOP_POLL_S) if is_polled else timeout_s)
                except TimeoutError:
                    if not is_polled or time.monotonic() > deadline:
                        raise
                    if stop is not None and stop.is_set():
                        return None
                    if late := self.clock.late():
                        self._send(late)
                    continue
                if not data:
                    raise self.broken("ended")
                self._frames.feed(data)
        except TimeoutError:
            raise self.broken(f"did not answer within {timeout_s:.0f} s") from None
        except (OSError, ValueError) as error:
            raise self.broken(f"failed: {error}") from error
        return message

    def broken(self, what: str) -> SandboxError:
        """Close the sandbox, since one in doubt is thrown away, and return the error that says why."""
        words = self._stream.last_words().strip() if self.is_open else ""
        lost = self._stream.why_lost() if self.is_open else ""
        self.close()
        if lost:
            return SandboxLost(f"{self._stream.name} {what}: {lost}")
        return SandboxError(f"{self._stream.name} {what}" + (f"; it said: {words}" if words else ""))

    def close(self) -> None:
        """End the sandbox. Safe to repeat."""
        if self._loaded is not None:  # it may compile just now
            self._artefacts.unlock()
        if self.is_open:
            self.is_open = False
            self._stream.close()


class StepwiseTask:
    """A task whose next input depends on the outcomes before it."""

    def __init__(self, sandbox: Sandbox, task: Task) -> None:
        self.task = task
        self._inputs: deque[bytes | Given] = deque()
        self._outcomes = sandbox.outcomes(task, iter(self._inputs.popleft, None), ahead=1)

    def ask(self, data: bytes | Given) -> Outcome:
        """Return the outcome of this input.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        self._inputs.append(data)
        return next(self._outcomes)

    def close(self) -> None:
        """End what the task still runs."""
        self._outcomes.close()


def _language_of(task: Task, languages: Collection[str], sandbox: str) -> Language:
    """Return the row of the task's language, which must be among those that the sandbox has."""
    row = language(task.language)
    if task.mode is Mode.FUNCTION:
        check_functions(row)
    if row.name not in languages:
        raise ValueError(f"{sandbox} cannot run {row.title}: it has {', '.join(languages)} (docs/languages.md)")
    return row


def _limits_of(task: Task, compile_limits: Limits) -> list[Limits]:
    """Return the limits of what is executed for the task: the program, and where there is one its compiler."""
    return [task.limits, *([compile_limits] if language(task.language).is_executed else [])]
