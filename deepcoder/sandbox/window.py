"""The inputs of one task on their way to the runner.

Runs: worker node. No I/O.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from deepcoder.wire.messages import Given, Outcome

PIPELINE_BYTES = 1 << 20  # no more is sent before the first of it is answered
PIPELINE_S = 0.1  # seconds of tests kept queued in the runner, estimated from the last one

Key = TypeVar("Key")


class Window(Generic[Key]):
    """The inputs of one task, of which some are sent ahead of their outcomes.

    The mutable state: the keys and sizes of those sent, the sum of the sizes, and how many inputs there may be.
    """

    def __init__(self, inputs: Iterable[tuple[Key, bytes | Given]], most: int, least: int, grows: bool) -> None:
        self._inputs = iter(inputs)
        self._most = most
        self._least = min(least, most)  # once the first is answered: the runner starts a runtime ahead of its input
        self._grows = grows
        self._room = 1 if grows else most
        self.sent: deque[tuple[Key, int]] = deque()
        self._sent_bytes = 0
        self.is_over = False

    def fill(self) -> Iterator[bytes | Given]:
        """Yield the next inputs, until the window is full or there are no more."""
        while not self.is_over and len(self.sent) < self._room and self._sent_bytes < PIPELINE_BYTES:
            following = next(self._inputs, None)
            if following is None:
                self.is_over = True
                return
            key, data = following
            size = len(data.stdin) if isinstance(data, Given) else len(data)
            self.sent.append((key, size))
            self._sent_bytes += size
            yield data

    def answered(self, outcome: Outcome) -> Key:
        """Take the first input out and return its key; this is its outcome, from which the window grows."""
        if self._grows:
            most = min(2 * self._room, 1 + int(PIPELINE_S / max(outcome.wall_s, 1e-6)), self._most)
            self._room = max(most, self._least)
        key, size = self.sent.popleft()
        self._sent_bytes -= size
        return key
