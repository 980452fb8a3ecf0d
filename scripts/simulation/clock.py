"""Simulated time: a queue of events, in the order of their times."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any


class Clock:
    """The mutable state: the present, and the events to come. Events of one moment happen in the order of `at`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events = 0
        self._coming: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._numbers = itertools.count()

    def at(self, when: float, action: Callable[..., None], *arguments: Any) -> None:
        """Have the action called at that time."""
        heapq.heappush(self._coming, (when, next(self._numbers), action, arguments))

    def run(self, until: Callable[[], bool]) -> None:
        """Run event after event until the condition holds.

        Raises:
            RuntimeError: No event is left, and the condition does not hold.
        """
        while not until():
            if not self._coming:
                raise RuntimeError(f"no event is left at {self.now:.1f} s")
            self.now, _, action, arguments = heapq.heappop(self._coming)
            self.events += 1
            action(*arguments)
