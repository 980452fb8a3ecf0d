"""A worker without sandbox, threads and Ray: the pool's own inbox, and parts that take the seconds of the load."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from deepcoder.pool.crew import Member
from deepcoder.pool.inbox import Current, Done, Failed, Inbox, Report, Work
from deepcoder.pool.schedule import Fault
from deepcoder.sandbox.window import PIPELINE_S
from deepcoder.verdicts import Judgement, Verdict
from scripts.bench.mix import TESTS
from scripts.simulation.clock import Clock
from scripts.simulation.load import VERDICTS, Load

RESTART_S = 1.3  # for Ray to restart a lost worker: `start` in docs/performance.md
SANDBOX_S = 0.5  # for a new sandbox to start: `start` in docs/performance.md
LATE_S = 1e-6  # a timer is late by so much, as real ones are


@dataclass(frozen=True)
class Breaks:
    """Say how sandboxes break."""

    breakers: frozenset[int] = frozenset()  # programs that take down every sandbox
    share: float = 0.0  # of other parts under which a sandbox breaks by bad luck
    engines: float = 0.0  # share of the breaks after which no new sandbox starts


@dataclass
class _Plan:
    """The course of the current part: its tests, when each begins, and when and how the part ends."""

    current: Current
    submission: int
    tests: list[int] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    ends_at: float = 0.0
    breaks: bool = False


class Worker:
    """The mutable state: the inbox, the plan of the current part, and whether the worker is gone or owes a report."""

    def __init__(
        self, clock: Clock, load: Load, rng: random.Random, breaks: Breaks, speed: float,
        send_report: Callable[[Worker, Report], None], send_loss: Callable[[Worker], None],
    ) -> None:  # fmt: skip
        self._clock, self._load, self._rng, self._breaks, self.speed = clock, load, rng, breaks, speed
        self._send_report, self._send_loss = send_report, send_loss
        self.member = Member(self)
        self._life = 0  # counts the losses: timers of an earlier life are ignored
        self._loss_seen_at: float | None = None  # None while it is not gone
        self.judging_s = 0.0  # in all
        self._reset()

    def _reset(self) -> None:
        self._inbox = Inbox()
        self._plan: _Plan | None = None
        self._owes_report = False
        self._timers = 0  # only the last timer counts

    @property
    def is_gone(self) -> bool:
        """Return whether the worker is lost and has not been restarted."""
        return self._loss_seen_at is not None

    def go(self, seen_after_s: float) -> None:
        """Be lost. If the worker owes a report, the coordinator sees the loss after so many seconds."""
        if self._inbox.current is not None:
            self.judging_s += self._clock.now - self._inbox.current.began
        self._loss_seen_at = self._clock.now + seen_after_s
        self._life += 1
        owed_report = self._owes_report
        self._reset()
        if owed_report:
            self._clock.at(self._loss_seen_at, self._send_loss, self)
        else:  # Ray restarts it, and the coordinator does not see it
            self._clock.at(self._loss_seen_at + RESTART_S, self.start)

    def start(self) -> None:
        """Have a sandbox."""
        self._loss_seen_at, self._inbox.is_fit = None, True

    @property
    def is_judging(self) -> bool:
        """Return whether a part is at work."""
        return self._inbox.current is not None

    def exchange(self, works: Iterable[Work]) -> None:
        """Take more parts; a report follows when it is due."""
        if self._loss_seen_at is not None:
            self._clock.at(max(self._clock.now, self._loss_seen_at), self._send_loss, self)
            return
        self._owes_report = True
        if self._inbox.take(works, self._clock.now):
            self._begin_next()
        self._report_when_due()

    def _report_when_due(self) -> None:
        """Report if that is due, else set a timer."""
        if not self._owes_report:
            return
        due_s = self._inbox.due_s(self._clock.now)
        self._timers += 1
        if due_s <= 0:
            self._owes_report = False
            self._send_report(self, self._inbox.report("simulated", self._clock.now))
        else:
            self._clock.at(self._clock.now + due_s + LATE_S, self._on_timer, self._life, self._timers)

    def _on_timer(self, life: int, timers: int) -> None:
        if life == self._life and timers == self._timers:
            self._report_when_due()

    def split(self, number: int) -> list[int]:
        """Give away some tests that are still to come: neither begun nor sent ahead to the sandbox."""
        plan = self._plan
        if self.is_gone or plan is None:
            return []
        now, taken, coming = self._clock.now, 0, plan.current.tests
        for rank, begins in enumerate(plan.begins):
            ends = plan.begins[rank + 1] if rank + 1 < len(plan.begins) else plan.ends_at
            if begins <= now or ends <= now + PIPELINE_S:
                taken = rank + 1
        while coming and len(plan.tests) - len(coming) < taken:
            coming.popleft()
        given_away = self._inbox.split(number)
        if given_away:
            plan.tests = plan.tests[:taken] + list(plan.current.tests)
            self._lay_out(plan)
        return given_away

    def drop(self, numbers: Collection[int]) -> None:
        """Drop these parts."""
        if self._inbox.drop(numbers) is not None and self._plan is not None:
            self._plan.ends_at = self._clock.now
            self._clock.at(self._clock.now, self._end, self._life, self._plan, self._clock.now)

    def _begin_next(self) -> None:
        current = self._inbox.begin_next(self._clock.now)
        if current is None:
            self._report_when_due()
            return
        submission = int(current.work.program.source)
        tests = range(TESTS) if current.work.tests is None else current.work.tests
        self._plan = plan = _Plan(current, submission, list(tests))
        plan.breaks = submission in self._breaks.breakers or self._rng.random() < self._breaks.share
        self._lay_out(plan)

    def _lay_out(self, plan: _Plan) -> None:
        """Plan when each test begins, and when the last one ends. The first test that fails is the last."""
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
        may_be_due = self._inbox.finish(outcome, now)
        self._begin_next()
        if may_be_due:
            self._report_when_due()

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
