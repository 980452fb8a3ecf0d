"""A run: clients, workers, failures, and the result."""

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

MOMENT_S = 1.0  # between two moments that are recorded


@dataclass(frozen=True)
class Failures:
    """Say what goes wrong. The rates are worse than those of any cluster that is in use."""

    worker_s: float = 3600.0  # between two losses of one worker, on the average
    node_s: float = 7200.0  # between two losses of one node, with all its workers
    node_workers: int = 16
    worker_seen_s: float = 0.1  # until the coordinator sees the loss of a worker
    node_seen_s: float = REPORT_TIMEOUT_S
    slow_share: float = 0.01  # of the nodes
    slowness: float = 10.0  # a slow node takes so many times as long
    breaks: float = 1e-4  # share of parts under which a sandbox breaks
    engines: float = 0.1  # share of those breaks after which no new sandbox starts
    breakers: float = 1e-4  # share of programs that break every sandbox


@dataclass(frozen=True)
class Asking:
    """Ask for these submissions as one client, all at once or one by one over some seconds. The client may leave."""

    submissions: Sequence[int]
    at: float = 0.0
    over_s: float = 0.0
    leaves_at: float | None = None


class Moment(NamedTuple):
    """The run at one moment."""

    at: float
    judging: int  # workers
    waiting: int  # parts in the queue
    messages: int  # so far


@dataclass
class Result:
    """The result of a run. Times are simulated, in seconds, except those called real or the processor's."""

    workers: int
    submissions: int  # of clients that stay to the end
    makespan_s: float = 0.0
    bound_s: float = 0.0  # no schedule is shorter
    judging_s: float = 0.0  # of all workers
    needed_s: float = 0.0  # the part of judging_s that no schedule saves
    busy_s: float = 0.0  # of the coordinator's processor
    ended_s: list[float] = field(default_factory=list)  # the last answer to each client
    messages: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)  # workers and nodes, by kind
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
        """The share of the workers' time in which they judge."""
        return self.judging_s / (self.workers * self.makespan_s)

    @property
    def is_whole(self) -> bool:
        """Return whether every submission was judged once, with the right verdict."""
        return not (self.unjudged or self.doubled or self.wrong)


class _Windows:
    """The windows of a client. The mutable state: the calls not sent yet, and how many submissions have no answer."""

    def __init__(self, coordinator: Coordinator, calls: deque[Outbox]) -> None:
        self._coordinator, self._coming = coordinator, calls
        self._unanswered = 0  # submissions

    def send(self) -> None:
        """Send the next windows, if little enough is unanswered."""
        while self._coming and self._unanswered <= WINDOW:
            self._unanswered += len(self._coming[0].submissions)
            self._coordinator.ask(self._coming.popleft())

    def answered(self) -> None:
        """Note an answer to one submission."""
        self._unanswered -= 1
        self.send()


class Run:
    """A simulation. The mutable state: all of it."""

    def __init__(
        self, load: Load, askings: list[Asking], workers: int, costs: Costs, failures: Failures | None, seed: int = 0
    ) -> None:
        self._load, self._askings, self._failures = load, askings, failures
        self._rng = random.Random(seed)
        self._clock = Clock()
        self._meter = Meter()
        self._answered = bytearray(load.count)  # by submission
        self._missing = sum(len(asking.submissions) for asking in askings if asking.leaves_at is None)
        self._result = Result(workers, self._missing, ended_s=[0.0] * len(askings))
        self.coordinator = Coordinator(self._clock, load, costs, self._meter)
        breaks = Breaks()
        if failures is not None:
            breakers = (number for number in range(load.count) if self._rng.random() < failures.breakers)
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
        reported, lost = self.coordinator.reported, self.coordinator.lost
        return Worker(self._clock, self._load, self._rng, breaks, speed, reported, lost)

    def result(self) -> Result:
        """Run until all clients that stay have their answers; return the result."""
        began, began_cpu = time.perf_counter(), time.process_time()
        for worker in self._workers:
            self._clock.at(0.0, self.coordinator.start, worker)
        for number, asking in enumerate(self._askings):
            self._begin(number, asking)
        if self._failures is not None:
            self._lose_later("workers", self._failures.worker_s / len(self._workers))
            self._lose_later("nodes", self._failures.node_s * self._failures.node_workers / len(self._workers))
        self._record_moment()
        self._clock.run(lambda: self._missing == 0)
        return self._completed(time.perf_counter() - began, time.process_time() - began_cpu)

    def _record_moment(self) -> None:
        judging = sum(worker.is_judging for worker in self._workers)
        coordinator = self.coordinator
        moment = Moment(self._clock.now, judging, coordinator.schedule.waiting, sum(coordinator.messages.values()))
        self._result.seen.append(moment)
        self._clock.at(self._clock.now + MOMENT_S, self._record_moment)

    def _begin(self, number: int, asking: Asking) -> None:
        """Have a client send one call per submission as it comes, or windows of them, one after the other."""
        client, many = f"client {number}", len(asking.submissions)
        size = 1 if asking.over_s else WINDOW

        def take(submission: int, judgement: Judgement) -> None:
            self._take(number, submission, judgement)
            windows.answered()

        submissions = [asking.submissions[first : first + size] for first in range(0, many, size)]
        calls = [Outbox(Call(client), window, take) for window in submissions]
        windows = _Windows(self.coordinator, deque() if asking.over_s else deque(calls))
        for rank, call in enumerate(calls, 1):
            if asking.over_s:
                self._clock.at(asking.at + asking.over_s * rank / many, self.coordinator.ask, call)
        self._clock.at(asking.at, windows.send)
        if asking.leaves_at is not None:
            for call in calls:
                self._clock.at(asking.leaves_at, self.coordinator.leave, call)

    def _take(self, client: int, submission: int, judgement: Judgement) -> None:
        """Take an answer to a client, and check it."""
        result = self._result
        if self._answered[submission]:
            result.doubled += 1
            return
        self._answered[submission] = 1
        result.verdicts[judgement.verdict] += 1
        result.wrong += judgement.verdict not in self._right(submission, judgement)
        result.ended_s[client] = result.makespan_s = self._clock.now
        if self._askings[client].leaves_at is None:
            self._missing -= 1

    def _right(self, submission: int, judgement: Judgement) -> set[Verdict]:
        """Return the verdicts that the submission may get. IE is never wrong: it says nothing about the program."""
        broken = {Verdict.RTE} if Sign.SANDBOX in judgement.suspicious else set[Verdict]()
        own = set[Verdict]() if submission in self._breakers else {VERDICTS[self._load.kind(submission)]}
        return {Verdict.IE} | broken | own

    def _lose_later(self, kind: str, every_s: float) -> None:
        self._clock.at(self._clock.now + self._rng.expovariate(1 / every_s), self._lose, kind, every_s)

    def _lose(self, kind: str, every_s: float) -> None:
        assert self._failures is not None
        first, many, seen_s = self._rng.randrange(len(self._workers)), 1, self._failures.worker_seen_s
        if kind == "nodes":
            many, seen_s = self._failures.node_workers, self._failures.node_seen_s
            first -= first % many
        self._result.lost[kind] += 1
        for worker in self._workers[first : first + many]:
            if not worker.is_gone:
                worker.go(seen_s)
        self._lose_later(kind, every_s)

    def _completed(self, real_s: float, cpu_s: float) -> Result:
        result, load = self._result, self._load
        stay = (asking for asking in self._askings if asking.leaves_at is None)
        asked = list(itertools.chain.from_iterable(asking.submissions for asking in stay))
        result.unjudged = sum(not self._answered[number] for number in asked)
        honest = [number for number in asked if number not in self._breakers]
        result.needed_s = sum(map(load.needed_s, honest))
        longest_s = max(map(load.undivided_s, honest))
        result.bound_s = max(result.needed_s / sum(worker.speed for worker in self._workers), longest_s)
        result.judging_s = sum(worker.judging_s for worker in self._workers)
        result.busy_s = self.coordinator.busy_s
        result.messages = self.coordinator.messages
        # A thread's own clock costs more than most of what it would measure. So this scales the wall time instead.
        result.schedule_s = {name: seconds * cpu_s / real_s for name, seconds in self._meter.seconds.items()}
        result.calls, result.events, result.real_s = self._meter.calls, self._clock.events, real_s
        return result
