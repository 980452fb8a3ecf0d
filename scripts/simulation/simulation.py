"""A run: clients, workers, failures, and what came of it."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from deepcoder.pool.calls import Call
from deepcoder.pool.coordinator import REPORT_TIMEOUT_S
from deepcoder.pool.pending import WINDOW
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign
from scripts.simulation.clock import Clock
from scripts.simulation.coordinator import Coordinator, Costs, Meter, Outbox
from scripts.simulation.load import VERDICTS, Load
from scripts.simulation.worker import Breaks, Worker

LOOK_S = 1.0  # between two moments that are kept


@dataclass(frozen=True)
class Failures:
    """What goes wrong. The rates are chosen to be worse than those of a cluster that anybody would keep."""

    worker_s: float = 3600.0  # between two losses of a worker, on the average
    node_s: float = 7200.0  # of a node, with all its workers
    node_workers: int = 16
    worker_noticed_s: float = 0.1
    node_noticed_s: float = REPORT_TIMEOUT_S
    slow_share: float = 0.01  # of the nodes
    slowness: float = 10.0
    breaks: float = 1e-4  # share of parts under which a sandbox breaks
    engines: float = 0.1  # share of those breaks after which no new sandbox starts
    breakers: float = 1e-4  # share of programs that break every sandbox


@dataclass(frozen=True)
class Asking:
    """What a client asks for: these submissions, all at once or one by one over some seconds; it may leave."""

    submissions: Sequence[int]
    at: float = 0.0
    over_s: float = 0.0
    leaves_at: float | None = None


class Moment(NamedTuple):
    """How it looked at one moment."""

    at: float
    judging: int  # workers
    waiting: int  # parts
    messages: int  # so far


@dataclass
class Result:
    """What came of a run. Times are simulated, in seconds, but for those called real or processor's."""

    workers: int
    submissions: int  # that somebody waited for to the end
    makespan_s: float = 0.0
    bound_s: float = 0.0  # below which no schedule is
    judging_s: float = 0.0  # of all workers
    needed_s: float = 0.0  # of it those that no schedule saves
    busy_s: float = 0.0  # of the coordinator's processor
    ended_s: list[float] = field(default_factory=list)  # for each client
    messages: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)  # what was, by kind
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unjudged: int = 0
    doubled: int = 0
    wrong: int = 0
    real_s: float = 0.0
    schedule_s: dict[str, float] = field(default_factory=dict)  # the processor's, by function
    calls: Counter[str] = field(default_factory=Counter)
    events: int = 0
    seen: list[Moment] = field(default_factory=list)

    @property
    def utilisation(self) -> float:
        """Share of the workers' time in which they judge."""
        return self.judging_s / (self.workers * self.makespan_s)

    @property
    def is_whole(self) -> bool:
        """Whether each submission was judged once, and rightly."""
        return not (self.unjudged or self.doubled or self.wrong)


class _Windows:
    """How a client asks for more than it should at once. The mutable state: calls to be sent, and what is missing."""

    def __init__(self, coordinator: Coordinator, calls: deque[Outbox]) -> None:
        self._coordinator, self._coming = coordinator, calls
        self._unanswered = 0  # submissions

    def send(self) -> None:
        while self._coming and self._unanswered <= WINDOW:
            self._unanswered += len(self._coming[0].submissions)
            self._coordinator.ask(self._coming.popleft())

    def told(self) -> None:
        """Of one submission."""
        self._unanswered -= 1
        self.send()


class Run:
    """The mutable state: all of it."""

    def __init__(
        self, load: Load, askings: list[Asking], workers: int, costs: Costs, failures: Failures | None, seed: int = 0
    ) -> None:
        self._load, self._askings, self._failures = load, askings, failures
        self._rng = random.Random(seed)
        self._clock = Clock()
        self._meter = Meter()
        self._seen = bytearray(load.count)
        self._missing = sum(len(each.submissions) for each in askings if each.leaves_at is None)
        self._result = Result(workers, self._missing, ended_s=[0.0] * len(askings))
        self.coordinator = Coordinator(self._clock, load, costs, self._meter)
        breaks = Breaks()
        if failures is not None:
            breakers = (each for each in range(load.count) if self._rng.random() < failures.breakers)
            breaks = Breaks(frozenset(breakers), failures.breaks, failures.engines)
        self._breakers = breaks.breakers
        self._workers = [self._worker(number, breaks) for number in range(workers)]

    def _worker(self, number: int, breaks: Breaks) -> Worker:
        speed = 1.0
        if self._failures is not None:
            node = number // self._failures.node_workers
            if random.Random(node).random() < self._failures.slow_share:
                speed /= self._failures.slowness
                self._result.lost["slow workers"] += 1
        heard, lost = self.coordinator.heard, self.coordinator.heard_lost
        return Worker(self._clock, self._load, self._rng, breaks, speed, heard, lost)

    def result(self) -> Result:
        """Run until all who stay have what they asked for."""
        began, began_cpu = time.perf_counter(), time.process_time()
        for worker in self._workers:
            self._clock.at(0.0, self.coordinator.drive, worker)
        for number, asking in enumerate(self._askings):
            self._begin(number, asking)
        if self._failures is not None:
            self._lose_later("workers", self._failures.worker_s / len(self._workers))
            self._lose_later("nodes", self._failures.node_s * self._failures.node_workers / len(self._workers))
        self._look()
        self._clock.run(lambda: self._missing == 0)
        return self._counted(time.perf_counter() - began, time.process_time() - began_cpu)

    def _look(self) -> None:
        judging = sum(worker.is_judging for worker in self._workers)
        coordinator = self.coordinator
        moment = Moment(self._clock.now, judging, coordinator.schedule.waiting, sum(coordinator.messages.values()))
        self._result.seen.append(moment)
        self._clock.at(self._clock.now + LOOK_S, self._look)

    def _begin(self, number: int, asking: Asking) -> None:
        """One call for each submission as it comes, or windows of them, one after the other."""
        client, many = f"client {number}", len(asking.submissions)
        size = 1 if asking.over_s else WINDOW

        def told(submission: int, judgement: Judgement) -> None:
            self._told(number, submission, judgement)
            windows.told()

        submissions = [asking.submissions[place : place + size] for place in range(0, many, size)]
        calls = [Outbox(Call(client), each, told) for each in submissions]
        windows = _Windows(self.coordinator, deque() if asking.over_s else deque(calls))
        for place, call in enumerate(calls, 1):
            if asking.over_s:
                self._clock.at(asking.at + asking.over_s * place / many, self.coordinator.ask, call)
        self._clock.at(asking.at, windows.send)
        if asking.leaves_at is not None:
            for call in calls:
                self._clock.at(asking.leaves_at, self.coordinator.leave, call)

    def _told(self, client: int, submission: int, judgement: Judgement) -> None:
        result = self._result
        if self._seen[submission]:
            result.doubled += 1
            return
        self._seen[submission] = 1
        result.verdicts[judgement.verdict] += 1
        result.wrong += judgement.verdict not in self._right(submission, judgement)
        result.ended_s[client] = result.makespan_s = self._clock.now
        if self._askings[client].leaves_at is None:
            self._missing -= 1

    def _right(self, submission: int, judgement: Judgement) -> set[Verdict]:
        """The verdicts that it may get: an internal error says nothing wrong."""
        broken = {Verdict.RTE} if Sign.SANDBOX in judgement.suspicious else set[Verdict]()
        own = set[Verdict]() if submission in self._breakers else {VERDICTS[self._load.kind(submission)]}
        return {Verdict.IE} | broken | own

    def _lose_later(self, kind: str, every_s: float) -> None:
        self._clock.at(self._clock.now + self._rng.expovariate(1 / every_s), self._lose, kind, every_s)

    def _lose(self, kind: str, every_s: float) -> None:
        assert self._failures is not None
        first, many, noticed_s = self._rng.randrange(len(self._workers)), 1, self._failures.worker_noticed_s
        if kind == "nodes":
            many, noticed_s = self._failures.node_workers, self._failures.node_noticed_s
            first -= first % many
        self._result.lost[kind] += 1
        for worker in self._workers[first : first + many]:
            if not worker.is_gone:
                worker.go(noticed_s)
        self._lose_later(kind, every_s)

    def _counted(self, real_s: float, cpu_s: float) -> Result:
        result, load = self._result, self._load
        asked = list(itertools.chain.from_iterable(e.submissions for e in self._askings if e.leaves_at is None))
        result.unjudged = sum(not self._seen[each] for each in asked)
        honest = [each for each in asked if each not in self._breakers]
        result.needed_s = sum(map(load.needed_s, honest))
        longest_s = max(map(load.undivided_s, honest))
        result.bound_s = max(result.needed_s / sum(each.speed for each in self._workers), longest_s)
        result.judging_s = sum(worker.judging_s for worker in self._workers)
        result.busy_s = self.coordinator.busy_s
        result.messages = self.coordinator.messages
        # The clock of a thread costs more than most of what it would measure: so the share of the time that passed.
        result.schedule_s = {name: seconds * cpu_s / real_s for name, seconds in self._meter.seconds.items()}
        result.calls, result.events, result.real_s = self._meter.calls, self._clock.events, real_s
        return result
