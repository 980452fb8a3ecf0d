"""Outcomes on their way to the worker. Each write wakes the worker, so an outcome waits a little for the next ones.

Runs: inside the sandbox, in the supervisor. No I/O.
"""

from __future__ import annotations

import time
from typing import Any

from ..wire.messages import RUNNER_HEARTBEAT_S, Outcome, opening

OUTCOME_WAIT_S = 0.005  # how long an outcome may wait for the next
BATCH_BYTES = 1 << 16  # outcomes of more bytes wait no longer


class Outbox:
    """The mutable state: the frames that wait, since when, and when something was sent last."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._bytes = 0
        self._waits_since = 0.0
        self._sent_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._frames)

    def add(self, task: int, outcome: Outcome) -> None:
        """Add an outcome of the task."""
        if not self._frames:
            self._waits_since = time.monotonic()
        self._add({"kind": "outcome", "task": task, **outcome.facts()}, outcome.output)

    def add_artefact(self, task: int, artefact: bytes) -> bool:
        """Add what was compiled for the task; return whether to send before anything else is done."""
        self._add({"kind": "artefact", "task": task}, artefact)
        return self.is_full

    def add_live(self, task: int, head: dict[str, Any], body: bytes = b"") -> None:
        """Add what a live program does: `wire.messages` says which messages there are."""
        self._add({**head, "task": task}, body)

    def add_heartbeat(self) -> None:
        """Add a frame that only shows life."""
        self._add({"kind": "beat"})

    def _add(self, head: dict[str, Any], body: bytes = b"") -> None:
        before = opening(head, len(body))
        self._frames += [before, body]
        self._bytes += len(before) + len(body)

    @property
    def is_full(self) -> bool:
        """Return whether to send before anything else is done."""
        return self._bytes > BATCH_BYTES

    def is_due(self, now: float) -> bool:
        """Return whether an outcome has waited long enough."""
        return bool(self._frames) and now - self._waits_since > OUTCOME_WAIT_S

    def needs_heartbeat(self, now: float) -> bool:
        """Return whether nothing was sent for so long that the worker may doubt the runner."""
        return now - self._sent_at > RUNNER_HEARTBEAT_S

    def take(self) -> list[bytes]:
        """Return what to write, as few pieces as their size allows, and be empty."""
        self._sent_at = time.monotonic()
        pieces = self._frames if self.is_full else [b"".join(self._frames)]
        self.clear()
        return pieces

    def clear(self) -> None:
        """Drop what waits."""
        self._frames, self._bytes = [], 0
