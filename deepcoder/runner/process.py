"""One process of a program as the supervisor sees it: from the first order to the facts about each execution.

Runs: inside the sandbox, in the supervisor. It says whether a limit was reached; what that is worth is decided outside.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from typing import Any

from ..wire.languages import LANGUAGES
from ..wire.messages import Ended, Outcome, Sign, frame
from . import procfs
from .accounting import Accounting, reached_limit
from .channel import OUT_OF_MEMORY_SIGNAL
from .feed import Fed
from .keeper import Exit
from .keeper_client import KeeperClient
from .pipes import Pipes
from .reports import Answer, Reports
from .scratch import folders_of
from .task_code import TaskCode


def _in_micros(seconds: float) -> float:
    """Return the seconds without the digits below a microsecond; `round` costs more."""
    return int(1e6 * seconds) / 1e6


class Process:
    """Executes one stdin run, or the calls of one task in sequence.

    The mutable state: what the keeper said at the end, why the process was killed, and between which calls it is.
    """

    def __init__(
        self,
        keeper: KeeperClient,
        code: TaskCode,
        stdin: bytes | memoryview,
        beside: bytes = b"",
        returns: bool = False,
    ) -> None:
        """Take the keeper's process in waiting for the task; in stdin mode it will read `stdin`.

        `beside`: what else it is given, packed. `returns`: whether files of it come back.
        """
        self.keeper = keeper
        self.limits = code.enforced_limits
        self.is_function = code.is_function
        self.exit: Exit | None = None
        self.killed_for: Ended | None = None
        self.signs: set[Sign] = set()
        self.rests = False  # between two calls
        self.was_early = False  # whether it got ready while another program's process ended
        self.reports = Reports(int(self.limits.output_bytes), returns)
        given = Fed.CALLS if self.is_function else Fed.LIVE if code.is_live else stdin
        self.pid, self.uid = keeper.next_process()
        self.pipes = Pipes(code.file, given, self.reports, self.uid, beside)
        self.folders = folders_of(keeper.scratch_root, self.uid, self.pid)
        is_executed = code.language.is_executed and not code.needs_compiling
        self.accounting = Accounting(self.pid, keeper, self.limits, self.is_function, is_executed)
        self._order = code.order(keeper.own_pid, self.folders[0], len(beside))
        if self.is_function or returns or not code.is_compiled:
            self.pipes.watch_reports()
        if self.is_function:
            self.poll.register(keeper.channel, select.POLLIN)

    @property
    def poll(self) -> select.poll:
        """Return what has to be served while the process runs; each wake costs."""
        return self.pipes.poll

    def get_ready(self) -> None:
        """Have the process load the program, or start its runtime, and wait for `begin`."""
        if self._order.has_gate:
            self.accounting.has_runtime = True
            self._order = self._order._replace(processes=self._order.processes + 1)
            self._make(self.folders[0])
        self.pipes.send_order(self.keeper.orders, self._order)

    def begin(self) -> None:
        """Have the program begin; nothing of another program may be left."""
        self.was_early = self.pipes.is_ordered
        for folder in self.folders[self.was_early and self._order.has_gate :]:
            self._make(folder)
        self.accounting.begin()
        self.pipes.send_order(self.keeper.orders, self._order._replace(goes=True))

    def _make(self, folder: str) -> None:
        """Make a folder of the program's."""
        with contextlib.suppress(FileNotFoundError):  # of one that ended early its keeper may have removed it
            os.mkdir(folder, 0o700)
            if self.uid is not None:
                os.chown(folder, self.uid, self.uid)

    def call(self, arguments: bytes | memoryview) -> None:
        """Send the arguments of one call."""
        if self.rests:
            self.pipes.read_strays()
            self._heed_pipes()
            self.reports.answer = None
            self.accounting.begin_next_call()
            self.pipes.start_call()
        self.rests = False
        self.pipes.send_call(arguments)

    def stays(self, outcome: Outcome) -> bool:
        """Return whether another call may follow: not where the program could not be loaded, or has ended itself."""
        has_raised = outcome.ended is Ended.RAISED and bool(outcome.raised)
        return outcome.ended is Ended.RETURNED or (has_raised and self.rests)

    def handle(self, fd: int) -> None:
        """Serve one descriptor that `poll` found ready."""
        if fd == self.keeper.channel.fileno():
            self._hear_keeper()
        else:
            self.pipes.handle(fd)
            self._heed_pipes()

    def _heed_pipes(self) -> None:
        """Do what the bytes that came ask for."""
        if self.pipes.limit is not None:
            self.kill(self.pipes.limit)
        if self.pipes.is_drained and not self.is_function:  # it is about to end
            self.poll.register(self.keeper.channel, select.POLLIN)

    def _hear_keeper(self, flags: int = socket.MSG_DONTWAIT) -> None:
        """Receive what the keeper has said; if it is the end of the process, read on to the end of the pipes."""
        if self.exit is None:
            self.exit = self.keeper.receive_exit(flags)
            if self.exit is not None:
                self.pipes.read_to_the_end()
                self._heed_pipes()

    def kill(self, reason: Ended) -> None:
        """End the process; the keeper says when it is gone."""
        if self.exit is None and self.killed_for is None:
            self.keeper.kill(self.pid)
            self.poll.register(self.keeper.channel, select.POLLIN)
        self.killed_for = self.killed_for or reason

    def look(self) -> bool:
        """Enforce the limits that have to be watched, when it is time for a look; return whether it was."""
        now = time.monotonic()
        if not self.accounting.is_due(now) or self.exit or self.killed_for:
            return False
        self._hear_keeper()
        if self.exit:
            return False
        family = self.keeper.family()
        if self.pid not in family:  # it is over, and the keeper cleans up
            return False
        if self._has_let_go(family):
            self.signs.add(Sign.PROCESSES)
        usage = self.accounting.look(now, family, self.rests, len(self.pipes.stdout) + self._beside_bytes)
        if self.pipes.is_live:  # who waits for whom is known outside, where the wall time is limited
            usage = usage._replace(charged_s=0.0, wall_s=0.0)
        limit = reached_limit(usage, self.limits)
        if limit is not None:
            self.kill(limit)
        return True

    @property
    def _beside_bytes(self) -> int:
        """Return the most memory that the runtime of the next run takes while it waits."""
        return LANGUAGES[self._order.language].runtime_bytes if self._order.has_gate else 0

    def _has_let_go(self, family: Mapping[int, list[str]]) -> bool:
        """Return whether processes of the program have lost their parent."""
        parent = str(self.keeper.parent_of_orphans)
        return any(
            fields[procfs.PARENT] == parent and fields[procfs.STATE] != "Z"
            for pid, fields in family.items()
            if pid != self.pid
        )

    def outcome(self) -> Outcome | None:
        """Return the facts of the present execution once it is over.

        Raises:
            RuntimeError: The process failed before the program was in charge of it.
        """
        if self.exit is not None:
            return self._outcome_of_exit(self.exit)
        answer = self.reports.answer
        if answer is None or not self.is_function or not self.pipes.is_fed or self.killed_for:
            return None
        main_s = self.accounting.main_cpu_s()
        if main_s is None:  # it reported with its last breath: the keeper's word will come
            return None
        cpu_s = self.accounting.call_cpu_s(main_s)
        if cpu_s > self.limits.cpu_s:
            answer = answer._replace(ended=Ended.TIME_LIMIT, output=b"")
        self.rests = True
        return self._facts(answer, cpu_s)

    def _outcome_of_exit(self, exited: Exit) -> Outcome:
        number = os.WTERMSIG(exited.status) if os.WIFSIGNALED(exited.status) else None
        exit_code = None if number else os.WEXITSTATUS(exited.status)
        cpu_s = self.accounting.close(exited.cpu_s, exited.peak_bytes)
        self.signs |= set(map(Sign, exited.signs))
        if self.killed_for:
            answer = Answer(self.killed_for)
        elif cpu_s > self.limits.cpu_s:
            answer = Answer(Ended.TIME_LIMIT)
        elif self.accounting.peak_bytes > self.limits.memory_bytes or self._was_out_of_memory(exited.status):
            answer = Answer(Ended.MEMORY_LIMIT)
        elif not self.reports.is_confined:
            raise RuntimeError(f"a program could not be confined: {exited.status=}, {bytes(self.pipes.stderr)!r}")
        elif self.reports.answer:
            answer = self.reports.answer
            self.reports.answer = None  # it is the answer to no other call
        else:
            output = bytes(self.pipes.stdout)
            if self.reports.has_files:
                output = (self.reports.files or b"") + frame({"file": ""}, output)
            is_too_much = self.reports.has_files and len(output) > self.limits.output_bytes
            ended = Ended.OUTPUT_LIMIT if is_too_much else Ended.KILLED if number else Ended.EXITED
            answer = Answer(ended, b"" if is_too_much else output)
        return self._facts(answer, cpu_s, exit_code=exit_code, signal=number)

    def _was_out_of_memory(self, status: int) -> bool:
        """Return whether the signal that ended the process says so, the program's or the kernel's; or its runtime."""
        number, cgroup = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, self.keeper.cgroup
        if number == signal.SIGKILL and cgroup is not None and cgroup.has_killed():
            return True
        language = LANGUAGES[self._order.language]
        if not language.is_executed:
            return number == OUT_OF_MEMORY_SIGNAL
        words = language.out_of_memory.encode()
        heap_bytes = self.limits.memory_bytes - language.runtime_bytes
        has_much = self.accounting.peak_bytes > heap_bytes / 2  # else it lies, or asked for too much at once
        return bool(words) and status != 0 and has_much and words in self.pipes.stderr

    def _facts(self, answer: Answer, cpu_s: float, **exit: Any) -> Outcome:
        if self.reports.is_forged:
            self.signs.add(Sign.REPORT)
        return Outcome(
            ended=answer.ended,
            output=answer.output,
            error=answer.error,
            raised=answer.raised,
            stderr=self.pipes.stderr.decode("utf-8", "replace"),
            cpu_s=_in_micros(max(0.0, cpu_s)),
            wall_s=_in_micros(time.monotonic() - self.accounting.began),
            charged_s=_in_micros(self.accounting.charged_s),
            peak_bytes=self.accounting.peak_bytes,
            signs=tuple(sorted(self.signs)),
            **exit,
        )

    def finish(self) -> None:
        """Wait until nothing is left of the process, which has been killed, nor of our ends of its pipes."""
        self._hear_keeper(flags=0)
        if self.was_early:  # it may have ended, and its keeper have cleaned up, before it had its folders
            for folder in self.folders:
                with contextlib.suppress(FileNotFoundError):
                    os.rmdir(folder)
        self.pipes.close()
