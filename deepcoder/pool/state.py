"""The state of a pool at one moment.

Runs: from the coordinator to the client that asks.
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
    tests: int = 0  # run by the workers that are there now


@dataclass(frozen=True)
class State:
    """A pool at one moment, and what it has done so far."""

    workers: int
    alive: int
    busy: int
    waiting: int  # parts in the queue
    failures: tuple[str, ...]  # why workers do not start, each reason once
    judged: int  # submissions
    repeated: int  # submissions that were in the cache, or at work already
    suspicious: int  # submissions
    ie: int  # submissions
    tests: int  # run
    retries: int
    sandbox_starts: int
    sandbox_recycles: int
    worker_losses: int
    judged_per_s: float  # over the last minute
    tests_per_s: float
    nodes: tuple[NodeState, ...]
    unplaced: int  # workers that wait for room
    is_hopeless: bool  # no worker starts before a person changes something

    @property
    def failure(self) -> str:
        """Return why a worker does not start; empty when all have."""
        return self.failures[0] if self.failures else ""

    def __str__(self) -> str:
        share = self.ie / max(1, self.judged)
        return (
            f"{self.alive} of {self.workers} workers, {self.busy} busy, {self.waiting} waiting, "
            f"{self.judged} judged, {self.judged_per_s:.0f}/s, {share:.1%} IE"
        )
