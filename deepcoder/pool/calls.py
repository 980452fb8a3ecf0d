"""Define what clients ask of the coordinator: calls with requests for problems, and the answers.

Runs: in the coordinator, in its clients, and in the simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deepcoder.pool.job import Job
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement

Answers = list[tuple[int, Judgement]]  # each with the position of its request in the batch


class Request(NamedTuple):
    """One submission of a client's batch."""

    position: int  # in the batch
    problem: str  # key
    program: Program


class ProblemInfo(NamedTuple):
    """Hold what the dispatcher needs to know of a problem."""

    reference: Any  # by which a worker fetches it; the dispatcher never looks into it
    order: Sequence[int]  # of its tests, as long as nothing has been learned
    splits: bool  # whether its tests may be run in any order, by several workers
    limit_s: float  # CPU seconds of one test
    name: str  # problem_id, for the logs


@dataclass(eq=False)
class Call:
    """A client's call with a batch. The mutable state: the jobs that it waits for, and whether its client is gone."""

    client: str
    is_ahead: bool = False  # a call of `begin`: its answers are not read, and a later call asks for the same
    missing: dict[int, Job] = field(default_factory=dict)  # by the position of the request
    is_over: bool = False
