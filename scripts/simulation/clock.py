"""Simulated time: what happens when, in order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any


class Clock:
    """The mutable state: the present, and what is to come. Events of one moment happen in the order they were set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events = 0
        self._coming: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._numbers = itertools.count()

    def at(self, when: float, action: Callable[..., None], *given: Any) -> None:
        heapq.heappush(self._coming, (when, next(self._numbers), action, given))

    def run(self, until: Callable[[], bool]) -> None:
        """Event after event.

        Raises:
            RuntimeError: Nothing comes any more, and it is not as it should be.
        """
        while not until():
            if not self._coming:
                raise RuntimeError(f"nothing is to come at {self.now:.1f} s")
            self.now, _, action, given = heapq.heappop(self._coming)
            self.events += 1
            action(*given)
