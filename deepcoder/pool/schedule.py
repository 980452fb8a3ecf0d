"""Which worker judges what next, and what becomes of a submission whose sandbox failed. No I/O, no clock, no Ray.

Runs: in the coordinator.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from deepcoder.runner.wire import Sign
from deepcoder.verdicts import Judgement, Verdict

MAX_ATTEMPTS = 5
MAX_BROKEN = 3  # sandboxes that one program may take down before that is its own verdict


class Fault(Enum):
    """Why an attempt gave no judgement."""

    BROKEN = "the sandbox broke under the program"  # while the next one on that node started well
    LOST = "the worker or its engine was lost"


@dataclass(eq=False)
class Job:
    """A submission on its way. `payload` is the caller's; the schedule never looks into it."""

    payload: Any
    total: int  # tests of the problem, for a judgement that no sandbox gave
    attempts: int = 0
    broken: int = 0
    tried: set[Hashable] = field(default_factory=set)


class Schedule:
    """First come, first served; a retry goes first, and to a worker that has not failed it if there is one.

    The mutable state: the jobs that wait, and the workers that are alive.
    """

    def __init__(self) -> None:
        self.waiting: deque[Job] = deque()
        self.alive: set[Hashable] = set()

    def add(self, job: Job) -> None:
        self.waiting.append(job)

    def withdraw(self, jobs: set[Job]) -> None:
        """Forget jobs that nobody waits for any more."""
        self.waiting = deque(job for job in self.waiting if job not in jobs)

    def next_for(self, worker: Hashable) -> Job | None:
        """The job that this idle worker should do now."""
        for position, job in enumerate(self.waiting):
            if worker not in job.tried or self.alive <= job.tried:
                del self.waiting[position]
                return job
        return None

    def failed(self, worker: Hashable, job: Job, fault: Fault) -> Judgement | None:
        """Note a failed attempt: the final judgement if there will be no other, else the job waits again."""
        job.attempts += 1
        job.broken += fault is Fault.BROKEN
        job.tried.add(worker)
        if job.broken >= MAX_BROKEN:
            detail = f"the program took down {job.broken} sandboxes"
            return Judgement(Verdict.RTE, 0, 0, job.total, detail=detail, suspicious=(Sign.SANDBOX,))
        if job.attempts >= MAX_ATTEMPTS:
            return unjudged(job.total, f"{job.attempts} attempts failed, the last because {fault.value}")
        self.waiting.appendleft(job)
        return None


def unjudged(total: int, why: str) -> Judgement:
    """An internal error: says nothing about the program."""
    return Judgement(Verdict.IE, passed=0, ran=0, total=total, detail=why)
