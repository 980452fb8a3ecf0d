"""Decide which worker judges what next, and what becomes of a submission whose sandbox failed.

No I/O, no clock, no Ray.

Runs: in the coordinator, and in the simulation.

A job starts as one part. A part whose tests take long is split when a worker has nothing to do: that worker gets every
second one of the tests that are still to come. The results of the parts are put together here.

A worker leases several short parts at once. Which parts come next, the backlog says.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import math
from collections.abc import Collection, Hashable, Iterable, Sequence
from enum import Enum

from deepcoder.pool.backlog import Backlog, Batch
from deepcoder.pool.job import Job, Part
from deepcoder.pool.learned import Learned
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign

MAX_ATTEMPTS = 5  # at a job, the first one included
MAX_BROKEN = 3  # sandboxes that one program may take down before that is its own verdict
MAX_EXCUSED = 100  # losses of a job that count as no attempt, because the worker was gone when it was given the part
LEASE_S = 0.1  # expected seconds of the parts that a worker is given at once
SPLIT_AFTER_S = 0.05  # a part at work for longer is worth the messages that splitting it takes


class Fault(Enum):
    """Name why an attempt gave no judgement."""

    BROKEN = "the sandbox broke under the program"  # while the next one on that node started well
    LOST = "the worker or its engine was lost"


class Schedule:
    """Leases parts to workers, and puts their results together.

    The mutable state: the workers that are alive, the backlog, and the parts that each worker holds.
    """

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self.alive: set[Hashable] = set()
        self._backlog = Backlog(learned)
        self._numbers = itertools.count()
        self._held: dict[Hashable, dict[int, Part]] = {}

    @property
    def waiting(self) -> int:
        """Return the number of parts that wait for a worker."""
        return self._backlog.waiting

    def _part(self, job: Job, tests: frozenset[int] | None = None) -> Part:
        part = Part(next(self._numbers), job, tests)
        job.parts.add(part)
        return part

    def add(self, batch: Batch, job: Job) -> None:
        """Queue the job for the batch."""
        self._backlog.add(batch, self._part(job))

    def lease(self, worker: Hashable, now: float) -> list[Part]:
        """Return what this worker should do next, beside what it holds; nothing where nothing waits that it may do."""
        most = math.ceil(self.waiting / (2 * max(1, len(self.alive))))
        left_s = LEASE_S - sum(map(self._backlog.expected_s, self.held(worker)))
        parts: list[Part] = []
        while len(parts) < most and (left_s > 0 or not self._held.get(worker)):
            part = self._backlog.pop(worker, self.alive, left_s if self._held.get(worker) else math.inf)
            if part is None:
                break
            left_s -= self._backlog.expected_s(part)
            self._give(worker, part, now)
            parts.append(part)
        return parts

    def _give(self, worker: Hashable, part: Part, now: float) -> None:
        part.worker, part.leased_at, part.split_after, part.refusals = worker, now, now + SPLIT_AFTER_S, 0
        self._held.setdefault(worker, {})[part.number] = part

    def held(self, worker: Hashable) -> Iterable[Part]:
        """Return the parts that the worker has, in the order in which it judges them."""
        return self._held.get(worker, {}).values()

    def at_work(self) -> int:
        """Return how many workers have something to do."""
        return sum(1 for parts in self._held.values() if parts)

    def _take(self, worker: Hashable, number: int) -> Part | None:
        """Take the part back from the worker; return None where the part was dropped or never leased to it."""
        part = self._held.get(worker, {}).pop(number, None)
        if part is not None:
            part.worker = None
        return part

    def _requeue(self, part: Part, first: bool) -> None:
        """Queue a part again, under a new number: what a worker still reports of the old number is ignored."""
        part.number = next(self._numbers)
        self._backlog.add_again(part, first)

    def returned(self, worker: Hashable, numbers: Iterable[int]) -> None:
        """Queue parts again that the worker has not begun, because it is at something long."""
        for number in numbers:
            part = self._take(worker, number)
            if part is not None and not part.job.is_over:
                self._requeue(part, first=False)

    def judged(
        self, worker: Hashable, number: int, judgement: Judgement, costs: Sequence[tuple[int, float]]
    ) -> tuple[Job, Judgement] | None:
        """Note that a part is done; return its job and the job's judgement if that is known now.

        `costs`: the tests that were run, each with its CPU seconds.
        """
        part = self._take(worker, number)
        if part is None:
            return None
        job = part.job
        failed = judgement.verdict is not Verdict.AC
        job.parts.discard(part)
        job.took_s += judgement.wall_s
        job.result = judgement if job.result is None else _together(job.result, judgement)
        if judgement.verdict is not Verdict.IE:
            self.learned.ran(job.problem, costs, failed)
        if job.splits and not failed:
            # The worker let go of these tests, even if its answer that says so was lost.
            missing = part.wanted() - {test for test, _ in costs}
            if missing:
                self._requeue(self._part(job, missing), first=True)
        if job.parts and not failed:
            return None
        self.end(job)
        if not failed and job.result.passed != job.total:  # never an AC for tests that were not run
            return job, unjudged(job.total, f"of {job.total} tests only {job.result.passed} came back")
        if judgement.verdict is not Verdict.IE:
            self.learned.took(job.problem, job.took_s)
        return job, job.result

    def end(self, job: Job) -> None:
        """Take a job out of the backlog for which no call waits. `drop` takes the rest of it from the workers."""
        if not job.is_over:
            job.is_over = True
            self._backlog.remove(job)

    def drop(self, job: Job) -> list[tuple[Hashable, int]]:
        """Take from the workers the parts of a job that is over; return each worker with the number of its part."""
        dropped = [(part.worker, part.number) for part in job.parts if part.worker is not None]
        for worker, number in dropped:
            self._take(worker, number)
        job.parts.clear()
        return dropped

    def failed(
        self, worker: Hashable, number: int, fault: Fault, near: Iterable[Hashable] = ()
    ) -> tuple[Job, Judgement] | None:
        """Note a failed attempt. Return the final judgement if there will be no retry, else queue the part again.

        `near`: workers that the same may happen to, which should not be the next to have the part.
        """
        part = self._take(worker, number)
        if part is None:
            return None
        job = part.job
        job.tried |= {worker, *near}
        if number > job.last_failure:
            job.attempts += 1
            job.broken += fault is Fault.BROKEN
            job.last_failure = next(self._numbers)
        if job.broken >= MAX_BROKEN:
            detail = f"the program took down {job.broken} sandboxes"
            last = Judgement(Verdict.RTE, 0, 0, job.total, detail=detail, suspicious=(Sign.SANDBOX,))
        elif job.attempts >= MAX_ATTEMPTS:
            last = unjudged(job.total, f"{job.attempts} attempts failed, the last because {fault.value}")
        else:
            self._requeue(part, first=True)
            return None
        job.parts.discard(part)
        self.end(job)
        return job, last

    def lost(
        self, worker: Hashable, dead_on_delivery: bool = False, near: Iterable[Hashable] = ()
    ) -> tuple[Job, Judgement] | None:
        """Note that a worker is gone. The first part that it held was at work; the others are queued again.

        `dead_on_delivery`: the worker was most likely gone before it got the part. That counts as no attempt, but at
        most MAX_EXCUSED times. `near` and the result: as for `failed`.
        """
        self.alive.discard(worker)
        numbers = list(self._held.get(worker, {}))
        ended = None
        if numbers:
            job = self._held[worker][numbers[0]].job
            if dead_on_delivery and job.excused < MAX_EXCUSED:
                job.excused += 1
            else:
                ended = self.failed(worker, numbers.pop(0), Fault.LOST, near)
        self.returned(worker, numbers)
        self._held.pop(worker, None)
        return ended

    def to_split(self, now: float, most: int) -> list[tuple[Hashable, Part]]:
        """Return at most so many workers whose part at work may have tests to give away, the oldest part first."""
        candidates = (
            (worker, part)
            for worker, parts in self._held.items()
            for part in itertools.islice(parts.values(), 1)
            if part.split_after <= now and part.job.splits and part.test_count() > 1
        )
        return heapq.nsmallest(most, candidates, key=lambda pair: pair[1].leased_at)

    def split(self, worker: Hashable, number: int, tests: Collection[int], now: float) -> None:
        """Queue the tests of a part that its worker has given away, if any.

        A part that has none to give is asked for some again after a time that doubles with each refusal.
        """
        part = self._held.get(worker, {}).get(number)
        if part is None:  # done meanwhile: either its job has ended, or `judged` has queued its missing tests
            return
        part.refusals = 0 if tests else part.refusals + 1
        part.split_after = now + SPLIT_AFTER_S * 2**part.refusals
        if tests:
            part.tests = part.wanted() - set(tests)
            self._requeue(self._part(part.job, frozenset(tests)), first=True)


def _together(one: Judgement, other: Judgement) -> Judgement:
    """Return the judgement of two parts of a submission. If one has failed, the verdict is that one's."""
    worse = one if one.verdict is not Verdict.AC else other
    return dataclasses.replace(
        worse,
        passed=one.passed + other.passed,
        ran=one.ran + other.ran,
        cpu_s=round(one.cpu_s + other.cpu_s, 6),
        wall_s=max(one.wall_s, other.wall_s),
        slowest_s=max(one.slowest_s, other.slowest_s),
        suspicious=tuple(sorted({*one.suspicious, *other.suspicious})),
        isolated=one.isolated and other.isolated,
    )


def unjudged(total: int, why: str) -> Judgement:
    """Return an internal error, which says nothing about the program."""
    return Judgement(Verdict.IE, passed=0, ran=0, total=total, detail=why)
