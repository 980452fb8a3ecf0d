"""A worker without sandbox, threads and Ray: the pool's own inbox, and parts that take as long as the load says."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from deepcoder.pool.crew import Member
from deepcoder.pool.inbox import Current, Done, Failed, Inbox, Report, Work
from deepcoder.pool.schedule import Fault
from deepcoder.sandbox.client import PIPELINE_S
from deepcoder.verdicts import Judgement, Verdict
from scripts.bench.mix import TESTS
from scripts.simulation.clock import Clock
from scripts.simulation.load import VERDICTS, Load

RESTART_S = 1.3  # until a lost worker is there again: `start` in docs/performance.md
SANDBOX_S = 0.5  # until a new sandbox is there: `start` in docs/performance.md
TICK_S = 1e-6  # by which a time-out is late, as real ones are


@dataclass(frozen=True)
class Breaks:
    """Of sandboxes."""

    breakers: frozenset[int] = frozenset()  # programs that take down each
    share: float = 0.0  # of other parts that do, by bad luck
    engines: float = 0.0  # share of all breaks after which no new sandbox starts


@dataclass
class _Plan:
    """How the current part goes: its tests, when each begins, and when and how the part ends."""

    current: Current
    submission: int
    tests: list[int] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    ends_at: float = 0.0
    breaks: bool = False


class Worker:
    """The mutable state: the inbox, the plan of the current part, whether the worker is gone and a report wanted."""

    def __init__(
        self, clock: Clock, load: Load, rng: random.Random, breaks: Breaks, speed: float,
        hear: Callable[[Worker, Report], None], lost: Callable[[Worker], None],
    ) -> None:  # fmt: skip
        self._clock, self._load, self._rng, self._breaks, self.speed = clock, load, rng, breaks, speed
        self._hear, self._lost = hear, lost
        self.member = Member(self)
        self.is_gone = False
        self._life = 0  # a number for each time that it starts
        self._noticed_at = 0.0  # that it is gone
        self.judging_s = 0.0  # in all
        self._reset()

    def _reset(self) -> None:
        self._inbox = Inbox()
        self._plan: _Plan | None = None
        self._is_asked = False  # the coordinator waits for a report
        self._looks = 0

    def go(self, noticed_s: float) -> None:
        """Be lost, which is noticed so many seconds later by those who wait for an answer."""
        if self._inbox.current is not None:
            self.judging_s += self._clock.now - self._inbox.current.began
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
        self.is_gone, self._inbox.is_fit = False, True

    @property
    def is_judging(self) -> bool:
        return self._inbox.current is not None

    def exchange(self, works: Iterable[Work]) -> None:
        """Take more parts; a report follows when it is due."""
        if self.is_gone:
            self._clock.at(max(self._clock.now, self._noticed_at), self._lost, self)
            return
        self._is_asked = True
        if self._inbox.take(works, self._clock.now):
            self._begin_next()
        self._look()

    def _look(self) -> None:
        """Report if that is due, else look again when it will be."""
        if not self._is_asked:
            return
        due_s = self._inbox.due_s(self._clock.now)
        self._looks += 1
        if due_s <= 0:
            self._is_asked = False
            self._hear(self, self._inbox.report("simulated", self._clock.now))
        else:
            self._clock.at(self._clock.now + due_s + TICK_S, self._look_again, self._life, self._looks)

    def _look_again(self, life: int, looks: int) -> None:
        if life == self._life and looks == self._looks:
            self._look()

    def split(self, number: int) -> list[int]:
        """Let go of some tests that are still to come: neither begun nor sent ahead."""
        plan = self._plan
        if self.is_gone or plan is None:
            return []
        now, taken, coming = self._clock.now, 0, plan.current.tests
        for place, begins in enumerate(plan.begins):
            ends = plan.begins[place + 1] if place + 1 < len(plan.begins) else plan.ends_at
            if begins <= now or ends <= now + PIPELINE_S:
                taken = place + 1
        while coming and len(plan.tests) - len(coming) < taken:
            coming.popleft()
        given = self._inbox.split(number)
        if given:
            plan.tests = plan.tests[:taken] + list(plan.current.tests)
            self._lay_out(plan)
        return given

    def drop(self, numbers: Collection[int]) -> None:
        """Forget these parts."""
        if self._inbox.drop(numbers) is not None and self._plan is not None:
            self._plan.ends_at = self._clock.now
            self._clock.at(self._clock.now, self._end, self._life, self._plan, self._clock.now)

    def _begin_next(self) -> None:
        current = self._inbox.begin_next(self._clock.now)
        if current is None:
            self._look()
            return
        submission = int(current.work.program.source)
        tests = range(TESTS) if current.work.tests is None else current.work.tests
        self._plan = plan = _Plan(current, submission, list(tests))
        plan.breaks = submission in self._breaks.breakers or self._rng.random() < self._breaks.share
        self._lay_out(plan)

    def _lay_out(self, plan: _Plan) -> None:
        """Say when each test begins, and the last one ends: the first that fails, or all."""
        load, at = self._load, plan.current.began
        plan.begins = []
        for test in plan.tests:
            plan.begins.append(at)
            at += (load.test_s(plan.submission, test) + load.beside_s) / self.speed
            if load.fails(plan.submission, test):
                break
        plan.ends_at = at + SANDBOX_S if plan.breaks else at
        self._clock.at(plan.ends_at, self._end, self._life, plan, plan.ends_at)

    def _end(self, life: int, plan: _Plan, planned: float) -> None:
        if life != self._life or plan is not self._plan or planned != plan.ends_at:
            return
        now, number = self._clock.now, plan.current.work.number
        self._plan = None
        outcome: Done | Failed
        if plan.breaks and not plan.current.is_dropped:
            self._inbox.is_fit = self._rng.random() >= self._breaks.engines
            fault = Fault.BROKEN if self._inbox.is_fit else Fault.LOST
            outcome = Failed(number, fault, "simulated", "simulated")
        else:
            outcome = self._judged(plan)
        self.judging_s += now - plan.current.began
        is_news = self._inbox.finish(outcome, now)
        self._begin_next()
        if is_news:
            self._look()

    def _judged(self, plan: _Plan) -> Done:
        load, submission = self._load, plan.submission
        ran = plan.tests[: len(plan.begins)]
        failed = ran[-1] if ran and load.fails(submission, ran[-1]) else None
        verdict = Verdict.AC if failed is None else VERDICTS[load.kind(submission)]
        costs = [(test, load.test_s(submission, test)) for test in ran]
        cpu_s = sum(seconds for _, seconds in costs)
        wall_s = self._clock.now - plan.current.began
        judgement = Judgement(
            verdict, len(ran) - (failed is not None), len(ran), TESTS, failed, cpu_s, wall_s,
            slowest_s=max((seconds for _, seconds in costs), default=0.0),
        )  # fmt: skip
        return Done(plan.current.work.number, judgement, costs)
