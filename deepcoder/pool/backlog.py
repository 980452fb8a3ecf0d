"""The queue of parts that wait for a worker, shared fairly between clients. No I/O, no clock, no Ray.

Runs: in the coordinator, and in the simulation.

Clients share the workers, and so do the batches of one client. The next part is of the client that was served least so
far, of that client's batches the one that was served least, and of that batch the part that is expected to take
longest, so that no long one is left for the end. Parts that a worker had before (retries, splits, returned leases) go
first.
"""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Hashable, Set
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from deepcoder.pool.job import Job, Part
from deepcoder.pool.learned import Learned

RETRIES_SEEN = 100  # of the parts that a worker had before, so many are looked through for one that suits a worker
STALE_SHARE = 0.5  # a part expected to take less than this share of what its place in the queue says is queued anew

Sharing = TypeVar("Sharing", bound="Share")


@dataclass(eq=False)
class Share:
    """One of several that share the workers' time. The mutable state: how much it had, and whether it has a turn."""

    served_s: float = 0.0
    is_queued: bool = False


class Turns(Generic[Sharing]):
    """Fair turns: of those for which something waits, the one that was served least is first.

    The mutable state: a heap of them, and how much the one that was charged last had been served before.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Sharing]] = []
        self._numbers = itertools.count()
        self._served_s = 0.0

    def join(self, share: Sharing) -> None:
        """Queue a share for which something waits now. Having been away earns it nothing."""
        if not share.is_queued:
            share.is_queued = True
            share.served_s = max(share.served_s, self._served_s)
            heapq.heappush(self._heap, (share.served_s, next(self._numbers), share))

    def first(self) -> Sharing | None:
        """Return the share whose turn it is; None where nothing waits."""
        return self._heap[0][2] if self._heap else None

    def leave(self) -> None:
        """Remove the first, for which nothing waits any more."""
        heapq.heappop(self._heap)[2].is_queued = False

    def charge(self, seconds: float) -> None:
        """Charge the first in line, and re-sort it."""
        _, number, first = self._heap[0]
        self._served_s = first.served_s
        first.served_s += seconds
        heapq.heapreplace(self._heap, (first.served_s, number, first))


@dataclass(eq=False)
class Client(Share):
    """The share of a process that asks for batches."""

    batches: Turns[Batch] = field(default_factory=Turns)


@dataclass(eq=False)
class Batch(Share):
    """The share of one call of a client. The mutable state: the parts that wait."""

    client: Client = field(default_factory=Client)
    waiting: list[tuple[float, int, Part]] = field(default_factory=list)  # a heap: what takes longest first


class Backlog:
    """Queues parts, and pops the next one for a worker.

    The mutable state: how many parts wait, the clients that have some, and the parts that a worker had before.
    """

    def __init__(self, learned: Learned) -> None:
        self.waiting = 0  # parts
        self._learned = learned
        self._clients: Turns[Client] = Turns()
        self._again: OrderedDict[int, Part] = OrderedDict()  # by number, parts that a worker had before

    def expected_s(self, part: Part) -> float:
        """Return the seconds that the part is expected to take."""
        whole_s = self._learned.submission_s(part.job.problem)
        if whole_s is None:
            return part.job.limit_s
        return whole_s if part.tests is None else whole_s * len(part.tests) / part.job.total

    def add(self, batch: Batch, part: Part) -> None:
        """Queue a new part for its batch."""
        self.waiting += 1
        heapq.heappush(batch.waiting, (-self.expected_s(part), part.number, part))
        batch.client.batches.join(batch)
        self._clients.join(batch.client)

    def add_again(self, part: Part, first: bool) -> None:
        """Queue a part that a worker had before, as the first or the last of those."""
        self.waiting += 1
        self._again[part.number] = part
        if first:
            self._again.move_to_end(part.number, last=False)

    def remove(self, job: Job) -> None:
        """Forget the parts of a job that is over. Those in a batch's heap go when they come to its top."""
        for part in job.parts:
            if part.worker is None:
                self.waiting -= 1
                self._again.pop(part.number, None)

    def pop(self, worker: Hashable, alive: Set[Hashable], at_most_s: float) -> Part | None:
        """Take the next part for this worker out of the queue, if one is expected to take no longer than that.

        A part goes back to a worker that it has failed on only when it has failed on all that are `alive`.
        """
        for part in itertools.islice(self._again.values(), RETRIES_SEEN):
            tried = part.job.tried
            if (worker not in tried or alive <= tried) and self.expected_s(part) <= at_most_s:
                del self._again[part.number]
                self.waiting -= 1
                return part
        turn = self._turn()
        if turn is None or turn[1] > at_most_s:
            return None
        batch, expected_s = turn
        part = heapq.heappop(batch.waiting)[2]
        batch.client.batches.charge(expected_s)
        self._clients.charge(expected_s)
        self.waiting -= 1
        return part

    def _turn(self) -> tuple[Batch, float] | None:
        """Return the batch whose turn it is, and the seconds expected of its first part; None where nothing waits."""
        while (client := self._clients.first()) is not None:
            while (batch := client.batches.first()) is not None:
                expected_s = self._sort(batch)
                if expected_s is not None:
                    return batch, expected_s
                client.batches.leave()
            self._clients.leave()
        return None

    def _sort(self, batch: Batch) -> float | None:
        """Make the part that takes longest the batch's first; return the seconds expected of it, None without any.

        What is expected of a part changes while the part waits, because judging others teaches more of its problem.
        """
        while batch.waiting:
            queued_s, number, part = batch.waiting[0]
            if part.job.is_over:
                heapq.heappop(batch.waiting)
                continue
            expected_s = self.expected_s(part)
            if expected_s >= -queued_s * STALE_SHARE:
                return expected_s
            heapq.heapreplace(batch.waiting, (-expected_s, number, part))
        return None
