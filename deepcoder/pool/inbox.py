"""A worker's queue: the parts that wait, the one at work, and those done but not reported. No I/O, no clock, no Ray.

Runs: in the worker, and in the simulation. Every call takes the present, in seconds of any clock.

The coordinator sends parts with a request and waits for the report. A report is due as soon as the coordinator can act
on it. So one message carries many short parts, and a long part holds nothing up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from deepcoder.pool.schedule import LEASE_S, Fault
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement

MOST_REFERENCES = 4  # to a problem, each of another client; a worker can fetch the problem by any of them
WORKER_BEAT_S = 5.0  # a worker's heartbeat: while it has something to do it reports at least this often


class Work(NamedTuple):
    """A part of a submission, as a worker gets it."""

    number: int
    problem: str  # key
    program: Program
    tests: tuple[int, ...] | None  # in the order to run them; `split` may take some away. None: all, in their own order


class Done(NamedTuple):
    """A part that was judged."""

    number: int
    judgement: Judgement
    costs: list[tuple[int, float]]  # each test that was run, with its CPU seconds


class Failed(NamedTuple):
    """A part that could not be judged."""

    number: int
    fault: Fault
    detail: str
    sandbox: str  # name of the sandbox that it was tried in; empty where there was none


class Report(NamedTuple):
    """Report what became of a worker's parts since its last report."""

    done: list[Done]
    failed: list[Failed]
    returned: list[int]  # not begun, and given back because the part at work is a long one
    is_free: bool  # the worker is at no long part
    is_fit: bool  # the worker has a sandbox
    sandbox: str  # its name; empty where there is none
    is_idle: bool  # the worker has no part


@dataclass(eq=False)
class Current:
    """The part at work. The mutable state: the tests that are still to come, and whether the part is dropped."""

    work: Work
    began: float
    tests: deque[int]
    is_dropped: bool = False


class Inbox:
    """The parts of one worker.

    The mutable state: the parts, since when some are done, when the last request came, and whether the worker has a
    sandbox (`is_fit`), which the worker itself sets.
    """

    def __init__(self) -> None:
        self.is_fit = True
        self.current: Current | None = None
        self._waiting: deque[Work] = deque()
        self._is_busy = False
        self._done: list[Done] = []
        self._failed: list[Failed] = []
        self._done_since = 0.0
        self._asked = 0.0

    def take(self, works: Iterable[Work], now: float) -> bool:
        """Queue the parts of a request; return whether judging is to begin again, having stopped for want of parts."""
        self._asked = now
        self._waiting.extend(works)
        begins = bool(self._waiting) and not self._is_busy
        self._is_busy |= begins
        return begins

    def problems(self) -> set[str]:
        """Return the keys of the problems of all parts that are not done."""
        return {work.problem for work in (*self._waiting, *([self.current.work] if self.current else []))}

    def begin_next(self, now: float) -> Current | None:
        """Take the next part out of the queue; return None where judging stops, without parts or without a sandbox."""
        if not self._waiting or not self.is_fit:
            self._is_busy = False
            return None
        work = self._waiting.popleft()
        self.current = Current(work, now, deque(work.tests or ()))
        return self.current

    def finish(self, outcome: Done | Failed, now: float) -> bool:
        """Note the result of the current part; return whether a report may be due now."""
        if not self._done and not self._failed:
            self._done_since = now
        if isinstance(outcome, Failed):
            self._failed.append(outcome)
        elif self.current is None or not self.current.is_dropped:
            self._done.append(outcome)
        self.current = None
        return len(self._waiting) <= 1 or len(self._done) + len(self._failed) == 1

    def due_s(self, now: float) -> float:
        """Return the seconds until a report is due; 0 or less: now.

        A report is due when parts are done and at most one other waits, when the current part takes long while others
        wait, when there is nothing to do, and as a heartbeat after WORKER_BEAT_S.
        """
        if not self._is_busy:
            return 0.0
        due = [self._asked + WORKER_BEAT_S]
        if self._done or self._failed:
            due.append(self._done_since + LEASE_S if len(self._waiting) > 1 else now)
        if self._waiting:
            due.append((self.current.began if self.current else now) + LEASE_S)
        return min(due) - now

    def report(self, sandbox: str, now: float) -> Report:
        """Return what was not reported yet, and forget it. `sandbox`: the name of the sandbox, if there is one."""
        is_long = self.current is not None and now - self.current.began >= LEASE_S
        returned = [work.number for work in self._waiting] if is_long or not self.is_fit else []
        if returned:
            self._waiting.clear()
        done, self._done = self._done, []
        failed, self._failed = self._failed, []
        sandbox = sandbox if self.is_fit else ""
        return Report(done, failed, returned, not is_long, self.is_fit, sandbox, not self._is_busy)

    def split(self, number: int) -> list[int]:
        """Give away every second test that is still to come; none where the part is not the current one."""
        if self.current is None or self.current.work.number != number:
            return []
        coming = list(self.current.tests)
        self.current.tests = deque(coming[1::2])
        return coming[::2]

    def drop(self, numbers: Collection[int]) -> Current | None:
        """Drop these parts, which are not reported; return the current one if it is among them."""
        self._waiting = deque(work for work in self._waiting if work.number not in numbers)
        return self._drop_current() if self.current and self.current.work.number in numbers else None

    def clear(self) -> Current | None:
        """Drop all parts; return the current one, if any."""
        self._waiting.clear()
        return self._drop_current()

    def _drop_current(self) -> Current | None:
        if self.current is not None:
            self.current.is_dropped = True
        return self.current
