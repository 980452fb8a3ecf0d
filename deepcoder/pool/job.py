"""A job: one submission while it is judged, cut into parts for workers. No I/O, no clock, no Ray.

Runs: in the coordinator, and in the simulation.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from deepcoder.verdicts import Judgement


@dataclass(eq=False)
class Job:
    """A submission that is being judged. `payload` is the caller's: the schedule never looks into it.

    The mutable state: attempts, parts and results.
    """

    payload: Any
    problem: str  # key
    total: int  # tests of the problem
    splits: bool = False  # whether its tests may be run in any order, by several workers
    limit_s: float = 1.0  # the seconds expected of it as long as nothing has been learned of the problem
    attempts: int = 0
    broken: int = 0  # sandboxes that broke under it
    last_failure: int = -1  # parts numbered up to this one were already out then; their failures are the same event
    excused: int = 0  # losses that counted as no attempt
    tried: set[Hashable] = field(default_factory=set)  # workers that it has failed on, and the workers near them
    parts: set[Part] = field(default_factory=set)  # that wait or are at work
    result: Judgement | None = None  # of the parts that are done, together
    took_s: float = 0.0  # of those parts, together
    is_over: bool = False


@dataclass(eq=False)
class Part:
    """Tests of a job for one worker. The mutable state: all but the job."""

    number: int
    job: Job
    tests: frozenset[int] | None = None  # None: all of them
    worker: Hashable | None = None  # None while it waits
    leased_at: float = 0.0
    split_after: float = 0.0  # not worth splitting before then
    refusals: int = 0  # times in a row that the worker had no tests to give away

    def wanted(self) -> frozenset[int]:
        """Return the numbers of its tests."""
        return frozenset(range(self.job.total)) if self.tests is None else self.tests

    def test_count(self) -> int:
        """Return the number of its tests."""
        return self.job.total if self.tests is None else len(self.tests)
