"""The supervisor: takes requests from the worker, executes them one after the other, replies with outcomes.

Runs: inside the sandbox, as its first process. The end of its input means that the owner is gone: it returns, and the
sandbox with it. An error of our own is not caught: the runner dies of it, and the worker sees a broken sandbox.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections import deque
from typing import Any, NoReturn

from ..wire.messages import RUNNER_HEARTBEAT_S, Ended, Frames, Outcome
from . import beside as beside_program
from . import program
from .accounting import LOOK_EVERY_S
from .inputs import InputCache
from .keeper_client import KeeperClient
from .outbox import OUTCOME_WAIT_S, Outbox
from .process import Process
from .task_code import TaskCode, compile_failure

REQUEST_READ_BYTES = 1 << 16  # what a pipe holds; from 128 KiB on malloc would ask the kernel each time
LONGEST_FRAME_BYTES = 1 << 30
LIVE_INPUT = ("feed", "eof")


class OwnerGone(Exception):
    """The worker has closed our input."""


class Stopped(Exception):
    """The worker wants nothing more of the current task."""


class Supervisor:
    """Executes one task at a time.

    The mutable state: the inputs in the cache, the requests read but not begun, the current task and its code, the
    process that runs now, which in function mode stays for the whole task, the process before it while that ends, and
    the one after it while its runtime starts.
    """

    def __init__(self, keepers: list[KeeperClient], requests: int, replies: int) -> None:
        self.keepers = keepers
        self.turn = 0  # the index of the keeper whose process is the next
        self.requests = requests
        self.replies = replies
        self.frames = Frames(LONGEST_FRAME_BYTES)
        self.waiting: deque[tuple[dict[str, Any], bytes | memoryview]] = deque()
        self.inputs = InputCache(keepers[0].cgroup)
        self.code: TaskCode | None = None
        self.process: Process | None = None
        self.ending: Process | None = None
        self.following: Process | None = None
        self.may_begin = True
        self.outbox = Outbox()
        self.imported: set[str] = set()  # libraries

    def serve(self) -> None:
        """Answer requests until the worker is gone.

        Raises:
            OwnerGone: It is.
        """
        while True:
            while not self.waiting:
                if self.outbox:
                    self._flush()
                elif self.process is None:
                    self._read_requests()
                else:
                    self._turn(self.process)
            head, body = self.waiting.popleft()
            if head["kind"] == "run" and self.code is not None:
                with contextlib.suppress(Stopped):
                    self._run(self.code, head, body)
            elif head["kind"] in LIVE_INPUT:  # of a program that has ended
                pass
            elif head["kind"] == "end":
                self._flush()
                self._end_process()
            else:
                self._end_task()
                if head["kind"] == "load":
                    self._load(head, body)

    def _read_requests(self) -> bool:
        """Take what the worker has sent; return whether it ends the current task."""
        data = os.read(self.requests, REQUEST_READ_BYTES)
        if not data:
            raise OwnerGone
        self.frames.feed(data)
        is_over = False
        while (message := self.frames.next()) is not None:
            head, body = message
            if head["kind"] == "keep":
                self.inputs.add(head["input"], head["bytes"], head["start"], body)
            elif head["kind"] == "drop":
                self.inputs.drop(head["input"])
            elif head["kind"] == "begin":
                self.may_begin = True
            elif head["kind"] == "late":
                process, code = self.process, self.code  # unless it is over meanwhile
                if process and code and not process.rests and code.needs_compiling == head["compiles"]:
                    process.kill(Ended.TIME_LIMIT)
            else:
                if head["kind"] in ("load", "stop"):
                    self.waiting.clear()
                    is_over = True
                self.waiting.append((head, self.inputs.view(head["input"]) if "input" in head else body))
        return is_over

    def _load(self, head: dict[str, Any], source: bytes | memoryview) -> None:
        """Begin a task: keep its code, and have the keepers import the libraries that it names."""
        self.code = TaskCode(head, source)
        task = self.code.task
        texts = (task.source, task.preamble, *(text for _, text in task.files))
        missing = program.runner_of(task.language).libraries(texts) - self.imported
        if missing:
            self._settle()
            self.imported |= missing
            for each in self.keepers:
                each.start_import(task.language, missing)
                while not each.has_imported(RUNNER_HEARTBEAT_S):
                    self._beat()

    def _run(self, code: TaskCode, head: dict[str, Any], body: bytes | memoryview) -> None:
        """Execute one run; or one call, and the calls that wait behind it.

        Raises:
            Stopped: The worker wants no more of the task; nothing of it is left running.
        """
        if code.needs_compiling and code.failure is None:
            self._compile(code)
        if code.failure is not None:
            self._reply(code, code.failure)
            return
        process = self.process or self._begin(code, body, head)
        if not process.is_function:
            outcome = self._watch(process)
            if self._converse(process, has_looked=False):
                self._stop()
            if process.reports.compiled:
                code.replace(process.reports.compiled)
        else:
            process.call(body)
            outcome = self._watch(process)
            while process.stays(outcome) and self.waiting and self.waiting[0][0]["kind"] == "run":
                process.call(self.waiting.popleft()[1])  # first, so that the program works while we report
                self._reply(code, outcome)
                outcome = self._watch(process)
        if not process.stays(outcome):
            self._end_process()
        self._reply(code, outcome)

    def _compile(self, code: TaskCode) -> None:
        """Compile the program, once for the task. The worker gets the artefact, for later tasks.

        Raises:
            Stopped: See `_run`.
        """
        process = self._begin(code, b"")
        outcome = self._watch(process)
        self._end_process()
        artefact = process.reports.compiled
        if not artefact:
            code.failure = compile_failure(outcome, code.limits)
            return
        code.replace(artefact)
        self.may_begin = not code.is_timed_outside
        is_full = self.outbox.add_artefact(code.number, artefact)
        is_over = (is_full or not self.may_begin) and self._flush()
        while not (self.may_begin or is_over):
            is_over = self._read_requests()
        if is_over:
            self._stop()

    def _begin(self, code: TaskCode, stdin: bytes | memoryview, head: dict[str, Any] | None = None) -> Process:
        """Start a process for the task; in stdin mode it reads `stdin`. `head`: of the request to run.

        The process gets ready while the one before it ends, if that is another keeper's.
        """
        if self.following is not None:
            process, self.following = self.following, None
        else:
            if self.ending is not None and self.ending.keeper is self.keepers[self.turn]:
                self._settle()
            process = self._next_process(code, stdin, head)
            if self.ending is not None:
                process.get_ready()
        self._settle()
        self.process = process
        process.begin()
        process.poll.register(self.requests, select.POLLIN)
        return process

    def _next_process(self, code: TaskCode, stdin: bytes | memoryview, head: dict[str, Any] | None) -> Process:
        """Take the process in waiting of the keeper whose turn it is. `head`: of the request to run."""
        keeper = self.keepers[self.turn]
        self.turn = (self.turn + 1) % len(self.keepers)
        if head is None or "files" not in head:
            return Process(keeper, code, stdin)
        beside, stdin = beside_program.packed(head, stdin, self.inputs)
        return Process(keeper, code, stdin, beside, bool(head["returns"]))

    def _start_following(self, code: TaskCode) -> None:
        """Have the runtime of the next run start while this one is at work, where another keeper is free."""
        is_free = self.following is None and len(self.keepers) > 1
        if is_free and code.has_gate and self.waiting:
            head, body = self.waiting[0]
            if head["kind"] == "run" and "files" not in head:
                self.following = self._next_process(code, body, head)
                self.following.get_ready()

    def _watch(self, process: Process) -> Outcome:
        """Return the next outcome of the process."""
        while (outcome := process.outcome()) is None:
            if self.code is not None:
                self._start_following(self.code)
            if self._turn(process):
                self._stop()
        return outcome

    def _stop(self) -> NoReturn:
        self._end_task()
        raise Stopped

    def _turn(self, process: Process) -> bool:
        """Serve the process, and read what the worker has sent; return whether that ends the current task."""
        is_over = False
        for fd, _ in process.poll.poll(1000 * (OUTCOME_WAIT_S if self.outbox else LOOK_EVERY_S)):
            if fd == self.requests:
                is_over = self._read_requests()
            else:
                process.handle(fd)
        now = time.monotonic()
        if self.outbox.is_due(now):
            is_over |= self._flush()
        elif self.outbox.needs_heartbeat(now):
            is_over |= self._beat()
        has_looked = process.look()
        return self._converse(process, has_looked) or is_over

    def _converse(self, process: Process, has_looked: bool) -> bool:
        """Carry what a live program reads and prints; return whether what was read ends the current task."""
        is_over = False
        feed = process.pipes.feed
        while process.pipes.is_live and feed is not None and self.code is not None:
            while self.waiting and self.waiting[0][0]["kind"] in LIVE_INPUT:
                head, body = self.waiting.popleft()
                if head["kind"] == "feed":
                    feed.send(body)
                else:
                    feed.end()
            if said := process.pipes.take_output():
                self.outbox.add_live(self.code.number, {"kind": "said"}, said)
            if has_looked:
                seen = {"kind": "look", "asleep_s": process.accounting.asleep_s, "fed": feed.fed_bytes}
                self.outbox.add_live(self.code.number, seen)
                has_looked = False
            if not self.outbox:
                break
            is_over |= self._flush()
        return is_over

    def _beat(self) -> bool:
        """Send a heartbeat; return whether what was read meanwhile ends the current task."""
        self.outbox.add_heartbeat()
        return self._flush()

    def _end_process(self) -> None:
        """Let the process run no longer. Nothing of it is left once the next one begins."""
        if self.process is not None:
            self._settle()
            self.process.kill(Ended.KILLED)
            self.ending, self.process = self.process, None
            if self.ending.exit is not None:
                self._settle()

    def _settle(self) -> None:
        """Wait until nothing is left of the process that was ended last."""
        if self.ending is not None:
            self.ending.finish()
            self.ending = None

    def _end_task(self) -> None:
        self._end_process()
        if self.following is not None:
            self._settle()
            self.following.kill(Ended.KILLED)
            self.ending, self.following = self.following, None
        if self.code is not None:
            self.code.close()
            self.code = None
        self.outbox.clear()

    def _reply(self, code: TaskCode, outcome: Outcome) -> None:
        self.outbox.add(code.number, outcome)
        if self.outbox.is_full and self._flush():
            self._stop()

    def _flush(self) -> bool:
        """Send the outcomes, and read on meanwhile: the worker may be sending a large input before it reads.

        Return whether what was read ends the current task.
        """
        is_over = False
        for piece in self.outbox.take():
            rest = memoryview(piece)
            while rest:
                try:
                    rest = rest[os.write(self.replies, rest) :]
                except BlockingIOError:
                    is_over |= self._wait_to_write()
        return is_over

    def _wait_to_write(self) -> bool:
        """Wait until the worker reads, or read what it has sent; return whether that ends the current task."""
        poll = select.poll()
        poll.register(self.requests, select.POLLIN)
        poll.register(self.replies, select.POLLOUT)
        return self.requests in dict(poll.poll()) and self._read_requests()
