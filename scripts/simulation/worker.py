"""`deepcoder/pool/worker.py` without sandbox, threads and Ray: the same states, reports at the same moments."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from deepcoder.pool.schedule import LEASE_S, Fault
from deepcoder.pool.worker import BEAT_S, Done, Failed, Report
from deepcoder.sandbox.base import AHEAD_S
from deepcoder.verdicts import Judgement, Verdict
from scripts.bench.mix import TESTS
from scripts.simulation.clock import Clock
from scripts.simulation.load import VERDICTS, Load

RESTART_S = 1.3  # until a lost worker is there again: `start` in docs/performance.md
SANDBOX_S = 0.5  # until a new sandbox is there: `start` in docs/performance.md
TICK_S = 1e-6  # by which a time-out is late, as real ones are


@dataclass(frozen=True)
class Work:
    """A part of a submission, as a worker gets it."""

    number: int
    submission: int
    tests: tuple[int, ...]
    splits: bool


@dataclass(frozen=True)
class Breaks:
    """Of sandboxes."""

    breakers: frozenset[int] = frozenset()  # programs that take down each
    share: float = 0.0  # of other parts that do, by bad luck
    engines: float = 0.0  # share of all breaks after which no new sandbox starts


@dataclass
class _Current:
    """The part that is being judged: its tests, when each begins and ends, and how the part ends."""

    work: Work
    began: float
    tests: list[int] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    ends_at: float = 0.0
    breaks: bool = False
    stop: bool = False


class Worker:
    """The mutable state is that of the real one, and whether it is gone."""

    def __init__(
        self, clock: Clock, load: Load, rng: random.Random, breaks: Breaks, speed: float,
        hear: Callable[[Worker, Report], None], lost: Callable[[Worker], None],
    ) -> None:  # fmt: skip
        self._clock, self._load, self._rng, self._breaks, self.speed = clock, load, rng, breaks, speed
        self._hear, self._lost = hear, lost
        self.is_gone = False
        self._life = 0  # a number for each time that it starts
        self._noticed_at = 0.0  # that it is gone
        self.judging_s = 0.0  # in all
        self._reset()

    def _reset(self) -> None:
        self._waiting: deque[Work] = deque()
        self._current: _Current | None = None
        self._is_busy = False
        self._is_fit = True
        self._is_asked = False  # the coordinator waits for a report
        self._asked = 0.0  # when it asked last
        self._looks = 0
        self._done: list[Done] = []
        self._failed: list[Failed] = []
        self._done_since = 0.0

    def go(self, noticed_s: float) -> None:
        """Be lost, which is noticed so many seconds later by those who wait for an answer."""
        if self._current is not None:
            self.judging_s += self._clock.now - self._current.began
        self.is_gone = True
        self._noticed_at = self._clock.now + noticed_s
        self._life += 1
        was_asked = self._is_asked
        self._reset()
        if was_asked:
            self._clock.at(self._noticed_at, self._lost, self)
        else:  # Ray starts it again, and nobody knows
            self._clock.at(self._noticed_at + RESTART_S, self.start)

    def start(self) -> None:
        self.is_gone, self._is_fit = False, True

    @property
    def is_judging(self) -> bool:
        return self._current is not None

    def exchange(self, works: Iterable[Work]) -> None:
        """Take more parts; a report follows when it is due."""
        if self.is_gone:
            self._clock.at(max(self._clock.now, self._noticed_at), self._lost, self)
            return
        self._waiting.extend(works)
        self._is_asked, self._asked = True, self._clock.now
        if self._waiting and not self._is_busy:
            self._is_busy = True
            self._next()
        self._look()

    def _look(self) -> None:
        """Report if that is due, else look again when it will be."""
        if not self._is_asked:
            return
        due_s = self._due_s()
        self._looks += 1
        if due_s <= 0:
            self._is_asked = False
            self._hear(self, self._report())
        else:
            self._clock.at(self._clock.now + due_s + TICK_S, self._look_again, self._life, self._looks)

    def _look_again(self, life: int, looks: int) -> None:
        if life == self._life and looks == self._looks:
            self._look()

    def _due_s(self) -> float:
        now, due = self._clock.now, self._asked + BEAT_S
        if not self._is_busy:
            return 0.0
        if self._done or self._failed:
            due = min(due, self._done_since + LEASE_S if len(self._waiting) > 1 else now)
        if self._waiting:
            due = min(due, (self._current.began if self._current else now) + LEASE_S)
        return due - now

    def _report(self) -> Report:
        late = self._current is not None and self._clock.now - self._current.began >= LEASE_S
        returned = [each.number for each in self._waiting] if late or not self._is_fit else []
        if returned:
            self._waiting.clear()
        found = Report(self._done, self._failed, returned, not late, self._is_fit, "simulated", not self._is_busy)
        self._done, self._failed = [], []
        return found

    def split(self, number: int) -> list[int]:
        """Let go of every second test that is still to come: neither begun nor sent ahead."""
        current = self._current
        if self.is_gone or current is None or current.work.number != number or not current.work.splits:
            return []
        now, taken = self._clock.now, 0
        for place, begins in enumerate(current.begins):
            ends = current.begins[place + 1] if place + 1 < len(current.begins) else current.ends_at
            if begins <= now or ends <= now + AHEAD_S:
                taken = place + 1
        coming = current.tests[taken:]
        if coming[::2]:
            current.tests = current.tests[:taken] + coming[1::2]
            self._plan(current)
        return coming[::2]

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget these parts."""
        self._waiting = deque(work for work in self._waiting if work.number not in numbers)
        current = self._current
        if current is not None and current.work.number in numbers:
            current.stop, current.ends_at = True, self._clock.now
            self._clock.at(self._clock.now, self._end, self._life, current, self._clock.now)

    def _next(self) -> None:
        """Begin what waits."""
        if not self._waiting or not self._is_fit:
            self._is_busy = False
            self._look()
            return
        work = self._waiting.popleft()
        self._current = current = _Current(work, self._clock.now, list(work.tests))
        current.breaks = work.submission in self._breaks.breakers or self._rng.random() < self._breaks.share
        self._plan(current)

    def _plan(self, current: _Current) -> None:
        """When each test begins, and the last one ends: the first that fails, or all."""
        load, submission, at = self._load, current.work.submission, current.began
        current.begins = []
        for test in current.tests:
            current.begins.append(at)
            at += (load.test_s(submission, test) + load.beside_s) / self.speed
            if load.fails(submission, test):
                break
        current.ends_at = at + SANDBOX_S if current.breaks else at
        self._clock.at(current.ends_at, self._end, self._life, current, current.ends_at)

    def _end(self, life: int, current: _Current, planned: float) -> None:
        if life != self._life or current is not self._current or planned != current.ends_at:
            return
        now = self._clock.now
        self._current = None
        if not self._done and not self._failed:
            self._done_since = now
        if current.stop:
            pass
        elif current.breaks:
            self._is_fit = self._rng.random() >= self._breaks.engines
            fault = Fault.BROKEN if self._is_fit else Fault.LOST
            self._failed.append(Failed(current.work.number, fault, "simulated", "simulated"))
        else:
            self._done.append(self._judged(current))
        self.judging_s += now - current.began
        is_news = len(self._waiting) <= 1 or len(self._done) + len(self._failed) == 1
        self._next()
        if is_news:
            self._look()

    def _judged(self, current: _Current) -> Done:
        load, submission = self._load, current.work.submission
        ran = current.tests[: len(current.begins)]
        failed = ran[-1] if ran and load.fails(submission, ran[-1]) else None
        verdict = Verdict.AC if failed is None else VERDICTS[load.kind(submission)]
        costs = [(test, load.test_s(submission, test)) for test in ran]
        cpu_s = sum(seconds for _, seconds in costs)
        wall_s = self._clock.now - current.began
        judgement = Judgement(
            verdict, len(ran) - (failed is not None), len(ran), TESTS, failed, cpu_s, wall_s,
            slowest_s=max((seconds for _, seconds in costs), default=0.0),
        )  # fmt: skip
        return Done(current.work.number, judgement, costs)
