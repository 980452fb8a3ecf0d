"""Requests that are answered line by line, and that outlive a lost connection where their client has given an id.

Runs: in the service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from deepcoder.remote import ALIVE_S

KEPT_S = 60.0  # after its last reader has left, a request with an id goes on, or its answer is kept, for so long
MOST_KEPT = 20_000  # submissions and runs whose answers are kept; the oldest answer is given up first
MOST_KEPT_BYTES = 1 << 30  # of these answers

log = logging.getLogger(__name__)


class OtherRequest(ValueError):
    """The id is of another request."""


class Batch:
    """One request. The mutable state: the lines so far, whether there will be more, and its readers."""

    def __init__(self, digest: bytes, size: int) -> None:
        self.digest = digest
        self.size = size
        self.readers = 0
        self.lines: list[bytes] = []
        self.bytes = 0  # of the lines
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.end: asyncio.TimerHandle | None = None

    @property
    def is_over(self) -> bool:
        """Return whether no more lines will come."""
        return self.task is not None and self.task.done()

    @property
    def has_failed(self) -> bool:
        """Return whether it ended before all lines were there."""
        task = self.task
        return task is not None and task.done() and (task.cancelled() or task.exception() is not None)

    async def fill(self, lines: AsyncIterator[bytes]) -> None:
        """Take the lines as they come, and wake the readers."""
        try:
            async for line in lines:
                self.lines.append(line)
                self.bytes += len(line)
                self._wake()
        finally:
            asyncio.get_running_loop().call_soon(self._wake)  # once the task is done

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Batches:
    """The requests at work, and those whose answers are kept. The mutable state: all of them, by user and id."""

    def __init__(self) -> None:
        self._batches: dict[tuple[str, str], Batch] = {}

    @property
    def open(self) -> int:
        """Return how many submissions and runs are at work."""
        return sum(each.size for each in self._batches.values() if not each.is_over)

    def find(self, key: tuple[str, str], digest: bytes) -> Batch | None:
        """Return the request of that user and id.

        Raises:
            OtherRequest: It was another one.
        """
        found = self._batches.get(key)
        if found is not None and found.has_failed and not found.readers:
            self._forget(key, found)
            found = None
        if found is not None and found.digest != digest:
            raise OtherRequest(f"the id {key[1]!r} is of another request: give each request its own")
        return found

    def begin(self, key: tuple[str, str], digest: bytes, size: int, lines: AsyncIterator[bytes]) -> Batch:
        """Begin a request that is not there."""
        self._forget_oldest()
        batch = self._batches[key] = Batch(digest, size)
        batch.task = asyncio.create_task(batch.fill(lines))
        self._end_later(key, batch, ALIVE_S)  # unless a reader comes, whose client may have gone by now
        return batch

    def _forget_oldest(self) -> None:
        """Forget the oldest answers without a reader, until few enough are left."""
        kept = {key: each for key, each in self._batches.items() if each.is_over and not each.readers}
        size = sum(each.size for each in kept.values())
        taken = sum(each.bytes for each in kept.values())
        for key, each in kept.items():
            if size <= MOST_KEPT and taken <= MOST_KEPT_BYTES:
                return
            size -= each.size
            taken -= each.bytes
            self._forget(key, each)

    async def read(self, key: tuple[str, str], batch: Batch, is_kept: bool) -> AsyncIterator[bytes]:
        """Yield the lines from the first one on, and an empty one where none comes for a while.

        Without readers the request ends: at once, or later where it `is_kept`.
        """
        batch.readers += 1
        if batch.end is not None:
            batch.end.cancel()
        read = 0
        try:
            while True:
                changed, is_over = batch.changed, batch.is_over
                if read < len(batch.lines):
                    start, read = read, len(batch.lines)
                    yield b"".join(batch.lines[start:read])
                elif is_over:
                    return
                else:
                    try:
                        await asyncio.wait_for(changed.wait(), ALIVE_S)
                    except TimeoutError:
                        yield b"\n"
        finally:
            batch.readers -= 1
            if not batch.readers:
                self._end_later(key, batch, KEPT_S if is_kept else 0.0)

    def _end_later(self, key: tuple[str, str], batch: Batch, seconds: float) -> None:
        batch.end = asyncio.get_running_loop().call_later(seconds, self._forget, key, batch)

    def _forget(self, key: tuple[str, str], batch: Batch) -> None:
        if not batch.readers and self._batches.get(key) is batch:
            del self._batches[key]
            assert batch.task is not None
            batch.task.cancel()
