"""What can be said of a pool at one moment.

Runs: from the coordinator to whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeState:
    """The workers on one node."""

    node: str  # id
    address: str
    workers: int = 0
    alive: int = 0
    busy: int = 0
    tests: int = 0  # that those that are there now have run


@dataclass(frozen=True)
class State:
    """The pool at one moment, and what it has done so far."""

    workers: int
    alive: int
    busy: int
    waiting: int
    failures: tuple[str, ...]  # why workers do not start, each reason once
    judged: int  # submissions
    repeated: int  # of them those that had been judged before, or were being judged
    suspicious: int  # of them
    ie: int  # of them
    tests: int  # that were run
    retries: int
    sandbox_starts: int
    sandbox_recycles: int
    worker_losses: int
    judged_per_s: float  # over the last minute
    tests_per_s: float
    nodes: tuple[NodeState, ...]
    unplaced: int  # workers that wait for room
    is_hopeless: bool  # no worker starts until a person has changed something

    @property
    def failure(self) -> str:
        """Why a worker does not start; empty when all have."""
        return self.failures[0] if self.failures else ""

    def __str__(self) -> str:
        share = self.ie / max(1, self.judged)
        return (
            f"{self.alive} of {self.workers} workers, {self.busy} busy, {self.waiting} waiting, "
            f"{self.judged} judged, {self.judged_per_s:.0f}/s, {share:.1%} IE"
        )
