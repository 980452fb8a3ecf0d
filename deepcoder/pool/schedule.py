"""Which worker judges what next, and what becomes of a submission whose sandbox failed. No I/O, no clock, no Ray.

Runs: in the coordinator.

A job is a submission, and at first one part. A part whose tests take long is split when a worker has nothing to do: it
gets every second one of the tests that are still to come. What the parts find is put together here.

Clients share the workers, and so do the batches of one client: the next part is of the client that has been given the
least so far, of its batches of the one that has been given the least, and of that batch the one that is expected to
take longest, so that no long one is left for the end. Workers get several short parts at once.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import math
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from deepcoder.pool.learned import Learned
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign

MAX_ATTEMPTS = 5
MAX_BROKEN = 3  # sandboxes that one program may take down before that is its own verdict
MAX_EXCUSED = 100  # times that a worker turned out to be gone when it was given a part of the job
LEASE_S = 0.1  # expected seconds of the parts that a worker is given at once
SPLIT_AFTER_S = 0.05  # a part at work for longer is worth the messages that splitting it takes
LOOK = 100  # parts that a worker had are looked through for one that suits the next
STALE = 0.5  # a part expected to take less than this share of what was thought finds its place anew

Sharing = TypeVar("Sharing", bound="Share")


class Fault(Enum):
    """Why an attempt gave no judgement."""

    BROKEN = "the sandbox broke under the program"  # while the next one on that node started well
    LOST = "the worker or its engine was lost"


@dataclass(eq=False)
class Job:
    """A submission on its way. `payload` is the caller's; the schedule never looks into it."""

    payload: Any
    problem: str  # by which `Learned` knows it
    total: int  # tests of the problem
    splits: bool = False  # whether its tests may be run in any order, by several workers
    limit_s: float = 1.0  # what one is expected to take as long as nothing is known of the problem
    attempts: int = 0
    broken: int = 0
    counted: int = -1  # parts with a number up to this one were given out before the last failure that counts
    excused: int = 0
    tried: set[Hashable] = field(default_factory=set)
    parts: set[Part] = field(default_factory=set)  # that wait or are at work
    found: Judgement | None = None  # by the parts that are done
    took_s: float = 0.0  # by them together
    is_over: bool = False


@dataclass(eq=False)
class Part:
    """Tests of a job for one worker."""

    number: int
    job: Job
    tests: frozenset[int] | None = None  # None: all of them
    worker: Hashable | None = None
    since: float = 0.0  # when the worker got it
    ask_after: float = 0.0  # before then it has nothing to give away
    refusals: int = 0

    def wanted(self) -> frozenset[int]:
        """The tests that it is of."""
        return frozenset(range(self.job.total)) if self.tests is None else self.tests

    def many(self) -> int:
        """How many those are."""
        return self.job.total if self.tests is None else len(self.tests)


@dataclass(eq=False)
class Share:
    """What is given some of the workers' time beside others. The mutable state: how much, and whether more waits."""

    served_s: float = 0.0
    is_queued: bool = False


class Turns(Generic[Sharing]):
    """Whose turn it is: of those for whom something waits, the one that has been given the least.

    The mutable state: a heap of them, and how much the one had been given that was given something last.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Sharing]] = []
        self._numbers = itertools.count()
        self._served_s = 0.0

    def join(self, one: Sharing) -> None:
        """Something waits for it."""
        if not one.is_queued:
            one.is_queued = True
            one.served_s = max(one.served_s, self._served_s)  # having been away earns nothing
            heapq.heappush(self._heap, (one.served_s, next(self._numbers), one))

    def first(self) -> Sharing | None:
        """Whose turn it is."""
        return self._heap[0][2] if self._heap else None

    def leave(self) -> None:
        """Nothing waits for the first."""
        heapq.heappop(self._heap)[2].is_queued = False

    def give(self, seconds: float) -> None:
        """To the first."""
        _, number, first = self._heap[0]
        self._served_s = first.served_s
        first.served_s += seconds
        heapq.heapreplace(self._heap, (first.served_s, number, first))


@dataclass(eq=False)
class Client(Share):
    """Somebody who asks for batches."""

    batches: Turns[Batch] = field(default_factory=Turns)


@dataclass(eq=False)
class Batch(Share):
    """What one call of a client has asked for. The mutable state: the parts that wait."""

    client: Client = field(default_factory=Client)
    waiting: list[tuple[float, int, Part]] = field(default_factory=list)  # a heap: what takes longest first


class Schedule:
    """The mutable state: the workers that are alive, the clients with parts that wait, and what each worker holds."""

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self.alive: set[Hashable] = set()
        self.waiting = 0  # parts
        self._numbers = itertools.count()
        self._clients: Turns[Client] = Turns()
        self._again: OrderedDict[int, Part] = OrderedDict()  # by number, parts that a worker had
        self._held: dict[Hashable, dict[int, Part]] = {}

    def _part(self, job: Job, tests: frozenset[int] | None = None) -> Part:
        part = Part(next(self._numbers), job, tests)
        job.parts.add(part)
        return part

    def add(self, batch: Batch, job: Job) -> None:
        """Have the job done for the batch."""
        part = self._part(job)
        self.waiting += 1
        heapq.heappush(batch.waiting, (-self._expected_s(part), part.number, part))
        batch.client.batches.join(batch)
        self._clients.join(batch.client)

    def _expected_s(self, part: Part) -> float:
        whole_s = self.learned.submission_s(part.job.problem)
        if whole_s is None:
            return part.job.limit_s
        return whole_s if part.tests is None else whole_s * len(part.tests) / part.job.total

    def lease(self, worker: Hashable, now: float) -> list[Part]:
        """What this worker should do next, beside what it holds; none where nothing waits that it may do."""
        most = math.ceil(self.waiting / (2 * max(1, len(self.alive))))
        left_s = LEASE_S - sum(map(self._expected_s, self.held(worker)))
        parts: list[Part] = []
        while len(parts) < most and (left_s > 0 or not self._held.get(worker)):
            part = self._pop(worker, left_s if self._held.get(worker) else math.inf)
            if part is None:
                break
            left_s -= self._expected_s(part)
            self._give(worker, part, now)
            parts.append(part)
        return parts

    def _give(self, worker: Hashable, part: Part, now: float) -> None:
        part.worker, part.since, part.ask_after, part.refusals = worker, now, now + SPLIT_AFTER_S, 0
        self._held.setdefault(worker, {})[part.number] = part

    def _pop(self, worker: Hashable, at_most_s: float) -> Part | None:
        for part in itertools.islice(self._again.values(), LOOK):
            tried = part.job.tried
            if (worker not in tried or self.alive <= tried) and self._expected_s(part) <= at_most_s:
                del self._again[part.number]
                self.waiting -= 1
                return part
        found = self._next()
        if found is None or found[1] > at_most_s:
            return None
        batch, expected_s = found
        part = heapq.heappop(batch.waiting)[2]
        batch.client.batches.give(expected_s)
        self._clients.give(expected_s)
        self.waiting -= 1
        return part

    def _next(self) -> tuple[Batch, float] | None:
        """The batch whose turn it is, and the seconds expected of its first part."""
        while (client := self._clients.first()) is not None:
            while (batch := client.batches.first()) is not None:
                expected_s = self._first(batch)
                if expected_s is not None:
                    return batch, expected_s
                client.batches.leave()
            self._clients.leave()
        return None

    def _first(self, batch: Batch) -> float | None:
        """The seconds expected of the first part of the batch, which is really the first then; None without any."""
        while batch.waiting:
            thought_s, number, part = batch.waiting[0]
            if part.job.is_over:
                heapq.heappop(batch.waiting)
                continue
            expected_s = self._expected_s(part)
            if expected_s >= -thought_s * STALE:
                return expected_s
            heapq.heapreplace(batch.waiting, (-expected_s, number, part))
        return None

    def held(self, worker: Hashable) -> Iterable[Part]:
        """What the worker has, in the order in which it does it."""
        return self._held.get(worker, {}).values()

    def at_work(self) -> int:
        """How many workers have something to do."""
        return sum(1 for parts in self._held.values() if parts)

    def _take(self, worker: Hashable, number: int) -> Part | None:
        """The part back from the worker; None where nobody wants to know of it any more."""
        part = self._held.get(worker, {}).pop(number, None)
        if part is not None:
            part.worker = None
        return part

    def _wait_again(self, part: Part, first: bool) -> None:
        part.number = next(self._numbers)  # so that nothing said of its last time is taken to be of the next
        self.waiting += 1
        self._again[part.number] = part
        if first:
            self._again.move_to_end(part.number, last=False)

    def returned(self, worker: Hashable, numbers: Iterable[int]) -> None:
        """Parts come back as they were, because the worker is at something long."""
        for number in numbers:
            part = self._take(worker, number)
            if part is not None and not part.job.is_over:
                self._wait_again(part, first=False)

    def judged(
        self, worker: Hashable, number: int, judgement: Judgement, costs: Sequence[tuple[int, float]]
    ) -> tuple[Job, Judgement] | None:
        """A part is done: its job's judgement, where that is known now. `costs`: its tests that were run, CPU s."""
        part = self._take(worker, number)
        if part is None:
            return None
        job = part.job
        failed = judgement.verdict is not Verdict.AC
        job.parts.discard(part)
        job.took_s += judgement.wall_s
        job.found = judgement if job.found is None else _together(job.found, judgement)
        if judgement.verdict is not Verdict.IE:
            self.learned.ran(job.problem, costs, failed)
        if job.splits and not failed:
            given_away = part.wanted() - {test for test, _ in costs}  # whatever became of the answer that says so
            if given_away:
                self._wait_again(self._part(job, given_away), first=True)
        if job.parts and not failed:
            return None
        self.end(job)
        if not failed and job.found.passed != job.total:  # never an AC for tests that nobody has run
            return job, unjudged(job.total, f"of {job.total} tests only {job.found.passed} came back")
        if judgement.verdict is not Verdict.IE:
            self.learned.took(job.problem, job.took_s)
        return job, job.found

    def end(self, job: Job) -> None:
        """Nobody waits for it any more. What workers still hold of it is for `drop`."""
        if not job.is_over:
            job.is_over = True
            for part in job.parts:
                if part.worker is None:
                    self.waiting -= 1
                    self._again.pop(part.number, None)

    def drop(self, job: Job) -> list[tuple[Hashable, int]]:
        """Take from the workers what they hold of a job that is over: each worker, and the number of the part."""
        found = [(part.worker, part.number) for part in job.parts if part.worker is not None]
        for worker, number in found:
            self._take(worker, number)
        job.parts.clear()
        return found

    def failed(
        self, worker: Hashable, number: int, fault: Fault, near: Iterable[Hashable] = ()
    ) -> tuple[Job, Judgement] | None:
        """Note a failed attempt: the final judgement if there will be no other, else the part waits again.

        `near`: workers that the same may happen to, who should not be the next to have it.
        """
        part = self._take(worker, number)
        if part is None:
            return None
        job = part.job
        job.tried |= {worker, *near}
        if number > job.counted:  # else one event has struck several workers that had parts of it
            job.attempts += 1
            job.broken += fault is Fault.BROKEN
            job.counted = next(self._numbers)
        if job.broken >= MAX_BROKEN:
            detail = f"the program took down {job.broken} sandboxes"
            last = Judgement(Verdict.RTE, 0, 0, job.total, detail=detail, suspicious=(Sign.SANDBOX,))
        elif job.attempts >= MAX_ATTEMPTS:
            last = unjudged(job.total, f"{job.attempts} attempts failed, the last because {fault.value}")
        else:
            self._wait_again(part, first=True)
            return None
        job.parts.discard(part)
        self.end(job)
        return job, last

    def lost(
        self, worker: Hashable, at_once: bool = False, near: Iterable[Hashable] = ()
    ) -> tuple[Job, Judgement] | None:
        """The worker is gone, and what it held with it: the first of that was at work.

        `at_once`: it was gone before it got that, most likely, which then counts as no attempt. Not for ever. `near`:
        as for `failed`.
        """
        self.alive.discard(worker)
        numbers = list(self._held.get(worker, {}))
        ended = None
        if numbers:
            job = self._held[worker][numbers[0]].job
            if at_once and job.excused < MAX_EXCUSED:
                job.excused += 1
            else:
                ended = self.failed(worker, numbers.pop(0), Fault.LOST, near)
        self.returned(worker, numbers)
        self._held.pop(worker, None)
        return ended

    def to_split(self, now: float, most: int) -> list[tuple[Hashable, Part]]:
        """At most so many workers whose part at work may have tests to give away, the oldest part first."""
        found = (
            (worker, part)
            for worker, parts in self._held.items()
            for part in itertools.islice(parts.values(), 1)
            if part.ask_after <= now and part.job.splits and part.many() > 1
        )
        return heapq.nsmallest(most, found, key=lambda pair: pair[1].since)

    def split(self, worker: Hashable, number: int, given: Collection[int], now: float) -> None:
        """Have others do the tests of a part that its worker let go of, if any."""
        part = self._held.get(worker, {}).get(number)
        if part is None:  # done meanwhile, and its job ended or its missing tests noticed
            return
        part.refusals = 0 if given else part.refusals + 1
        part.ask_after = now + SPLIT_AFTER_S * 2**part.refusals
        if given:
            part.tests = part.wanted() - set(given)
            self._wait_again(self._part(part.job, frozenset(given)), first=True)


def _together(one: Judgement, other: Judgement) -> Judgement:
    """Of two parts of a submission; where one has failed, what failed it."""
    worse = one if one.verdict is not Verdict.AC else other
    return dataclasses.replace(
        worse,
        passed=one.passed + other.passed,
        ran=one.ran + other.ran,
        cpu_s=round(one.cpu_s + other.cpu_s, 6),
        wall_s=max(one.wall_s, other.wall_s),
        slowest_s=max(one.slowest_s, other.slowest_s),
        suspicious=tuple(sorted({*one.suspicious, *other.suspicious})),
    )


def unjudged(total: int, why: str) -> Judgement:
    """An internal error: says nothing about the program."""
    return Judgement(Verdict.IE, passed=0, ran=0, total=total, detail=why)
