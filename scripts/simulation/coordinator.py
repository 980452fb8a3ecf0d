"""`deepcoder/pool/coordinator.py` without Ray: the same schedule, the same messages, one processor for all of them."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deepcoder.pool.coordinator import CLOSE_S, MOST_OPEN, PACE_S, ROOM_S
from deepcoder.pool.inbox import Report, Work
from deepcoder.pool.learned import Learned
from deepcoder.pool.schedule import SPLIT_AFTER_S, Batch, Client, Job, Part, Schedule
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement
from scripts.bench.mix import TESTS
from scripts.simulation.clock import Clock
from scripts.simulation.load import LIMIT_S, Load
from scripts.simulation.worker import RESTART_S, Worker

TIMED = ("add", "lease", "judged", "failed", "returned", "lost", "to_split", "split", "end", "drop")


@dataclass(frozen=True)
class Costs:
    """What the coordinator's processor spends, and what a message takes on its way, in seconds."""

    report_s: float  # a worker's report, and what it is given then
    judgement_s: float
    hop_s: float


class Asked(NamedTuple):
    """A job's payload."""

    call: Call
    submission: int


@dataclass(eq=False)
class Caller:
    """A process that asks. The mutable state: what waits or is at work for it."""

    share: Client = field(default_factory=Client)
    open: int = 0  # submissions


@dataclass(eq=False)
class Call:
    """One of `judge`. The mutable state: what it waits for, and what it has not been told yet."""

    caller: Caller
    submissions: Sequence[int]
    tell: Callable[[Call, int, Judgement], None]
    missing: dict[int, Job] = field(default_factory=dict)
    found: list[tuple[int, Judgement]] = field(default_factory=list)
    told_at: float = -PACE_S
    is_to_be_told: bool = False
    is_gone: bool = False


class Meter:
    """The mutable state: seconds and calls of each function that it was given, without those that it calls."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._inner_s = 0.0

    def of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured."""

        def measured(*given: Any, **named: Any) -> Any:
            outer, self._inner_s = self._inner_s, 0.0
            began = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                took_s = time.perf_counter() - began
                self.seconds[name] += took_s - self._inner_s
                self.calls[name] += 1
                self._inner_s = outer + took_s

        return measured


class Coordinator:
    """The mutable state is that of the real one, and until when its processor is busy."""

    def __init__(self, clock: Clock, load: Load, costs: Costs, meter: Meter) -> None:
        self._clock, self._load, self._costs = clock, load, costs
        self._learned = Learned()
        self.schedule = Schedule(self._learned)
        for name in TIMED:
            setattr(self.schedule, name, meter.of(name, getattr(self.schedule, name)))
        self._order = meter.of("order", self._learned.order)
        self._idle: dict[Worker, None] = {}
        self._free_at = 0.0
        self.busy_s = 0.0
        self.messages: Counter[str] = Counter()
        clock.at(SPLIT_AFTER_S, self._split_for_the_idle)

    def _spend(self, seconds: float, since: float) -> float:
        """Have the processor do something that came at that moment, after all that came before; when it is done."""
        self.busy_s += seconds
        self._free_at = max(self._free_at, since) + seconds
        return self._free_at

    def hear(self, kind: str, cost_s: float, action: Callable[..., None], *given: Any) -> None:
        """A message that is sent now."""
        self.messages[kind] += 1
        self._clock.at(self._spend(cost_s, self._clock.now + self._costs.hop_s), action, *given)

    def _send(self, kind: str, action: Callable[..., None], *given: Any) -> None:
        """A message to somebody, after all that came before."""
        self.messages[kind] += 1
        self._clock.at(self._spend(self._costs.report_s / 2, self._clock.now) + self._costs.hop_s, action, *given)

    def _answer(self, worker: Worker, parts: list[Part]) -> None:
        """More for a worker that was just heard: goes out at once, and its cost is that of the report."""
        self.messages["exchanges"] += 1
        works = [self._work(part) for part in parts]
        self._clock.at(self._clock.now + self._costs.hop_s, worker.exchange, works)

    def drive(self, worker: Worker) -> None:
        """The worker has started."""
        worker.start()
        self.schedule.alive.add(worker)
        self._exchange(worker)

    def _exchange(self, worker: Worker) -> None:
        parts = self.schedule.lease(worker, self._clock.now)
        if not parts and not self.schedule.held(worker):
            self._idle[worker] = None
            return
        self._answer(worker, parts)

    def _work(self, part: Part) -> Work:
        job = part.job
        tests = self._order(job.problem, sorted(part.wanted())) if job.splits else None
        return Work(part.number, job.problem, Program(str(job.payload.submission)), tests)

    def _feed(self) -> None:
        """Give idle workers what waits."""
        for worker in list(self._idle):
            if not self.schedule.waiting:
                return
            if parts := self.schedule.lease(worker, self._clock.now):
                del self._idle[worker]
                self._send("exchanges", worker.exchange, [self._work(part) for part in parts])

    def heard(self, worker: Worker, report: Report) -> None:
        cost_s = self._costs.report_s + self._costs.judgement_s * len(report.done)
        self.hear("reports", cost_s, self._reported, worker, report)

    def _reported(self, worker: Worker, report: Report) -> None:
        for number, judgement, costs in report.done:
            self._end(self.schedule.judged(worker, number, judgement, costs))
        for number, fault, _, _ in report.failed:
            self._end(self.schedule.failed(worker, number, fault))
        self.schedule.returned(worker, report.returned)
        if report.is_idle and self.schedule.held(worker):  # Ray has started it anew since it was given that
            self._end(self.schedule.lost(worker))
            self.schedule.alive.add(worker)
        if self.schedule.waiting:
            self._feed()
        if not report.is_fit:
            self._lost(worker)
        elif report.is_free:
            self._exchange(worker)
        else:  # it is at something long: others should have what waits
            self._answer(worker, [])

    def heard_lost(self, worker: Worker) -> None:
        """An exchange has failed."""
        self.hear("errors", self._costs.report_s, self._lost, worker)

    def _lost(self, worker: Worker) -> None:
        self._end(self.schedule.lost(worker))
        self._feed()
        self._clock.at(self._clock.now + RESTART_S, self.drive, worker)

    def _end(self, ended: tuple[Job, Judgement] | None) -> None:
        if ended is None:
            return
        job, judgement = ended
        self._forget(job)
        call, submission = job.payload
        if call.missing.pop(submission, None) is not None:
            call.caller.open -= 1
            call.found.append((submission, judgement))
            self._tell_soon(call)

    def _forget(self, job: Job) -> None:
        self.schedule.end(job)
        numbers: dict[Any, list[int]] = {}
        for worker, number in sorted(self.schedule.drop(job), key=lambda each: each[1]):  # so that a seed says all
            numbers.setdefault(worker, []).append(number)
        for worker, found in numbers.items():
            self._send("drops", worker.drop, found)

    def _tell_soon(self, call: Call) -> None:
        """At most one message per PACE_S."""
        if not call.is_to_be_told:
            call.is_to_be_told = True
            self._clock.at(max(self._clock.now, call.told_at + PACE_S), self._tell, call)

    def _tell(self, call: Call) -> None:
        call.is_to_be_told, call.told_at = False, self._clock.now
        found, call.found = call.found, []
        self._send("answers", _told, call, found)

    def _split_for_the_idle(self) -> None:
        now = self._clock.now
        if self._idle:
            for victim, part in self.schedule.to_split(now, len(self._idle)):
                part.ask_after = now + CLOSE_S
                self._send("splits", self._ask_for_a_split, victim, part.number)
        self._clock.at(now + SPLIT_AFTER_S, self._split_for_the_idle)

    def _ask_for_a_split(self, victim: Worker, number: int) -> None:
        if not victim.is_gone:
            self.hear("splits", self._costs.report_s / 2, self._split, victim, number, victim.split(number))

    def _split(self, victim: Worker, number: int, given: list[int]) -> None:
        self.schedule.split(victim, number, given, self._clock.now)
        self._feed()

    def ask(self, call: Call) -> None:
        """A client asks."""
        self.hear("asks", self._costs.report_s, self._asked, call)

    def _asked(self, call: Call) -> None:
        caller = call.caller
        if call.is_gone:
            return
        if caller.open >= MOST_OPEN:
            self._clock.at(self._clock.now + ROOM_S, self._asked, call)
            return
        batch = Batch(client=caller.share)
        for submission in call.submissions:
            problem = self._load.problem(submission)
            self._learned.meet(problem.key, range(TESTS))
            job = Job(Asked(call, submission), problem.key, TESTS, problem.splits, LIMIT_S)
            call.missing[submission] = job
            self.schedule.add(batch, job)
        caller.open += len(call.submissions)
        self._feed()

    def leave(self, call: Call) -> None:
        """Nobody waits for it any more."""
        self.hear("asks", self._costs.report_s, self._left, call)

    def _left(self, call: Call) -> None:
        call.is_gone = True
        jobs = list(call.missing.values())
        call.caller.open -= len(jobs)
        call.missing.clear()
        for job in jobs:
            self._forget(job)


def _told(call: Call, found: list[tuple[int, Judgement]]) -> None:
    for submission, judgement in found:
        call.tell(call, submission, judgement)
