"""The cache of large inputs in a runner, as the worker sees it: it numbers the entries and decides which are evicted.

Runs: worker node.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from deepcoder.lru import Lru
from deepcoder.wire.messages import frame

CACHED_FROM_BYTES = 1 << 14  # the runner caches inputs of this size and above; the digest of a small one costs more
INPUT_CACHE_BYTES, INPUT_CACHE_SHARE = 256 << 20, 8  # its size; in a small sandbox, this part of the memory
INPUT_PART_BYTES = 1 << 18  # a large input is sent in parts of this size


class InputCache:
    """The inputs that the runner has cached for later programs: a large input crosses the wall once.

    The mutable state: the numbers of the inputs, by digest, and the last number that was given.
    """

    def __init__(self, memory_bytes: int) -> None:
        """Begin empty. `memory_bytes` is the limit of the sandbox's cgroup, 0 where it has none."""
        share = memory_bytes // INPUT_CACHE_SHARE if memory_bytes else INPUT_CACHE_BYTES
        self.most_bytes = min(INPUT_CACHE_BYTES, share)
        self._numbers: Lru[bytes, int] = Lru(self.most_bytes)
        self._last = 0

    def cached(self, data: bytes) -> tuple[int, Iterable[bytes]]:
        """Return the input's number and the messages that put it into the runner's cache: none where it is there."""
        digest = hashlib.sha256(data).digest()
        number = self._numbers.find(digest)
        if number is not None:
            return number, ()
        self._last += 1
        evicted = self._numbers.keep(digest, self._last, len(data))
        return self._last, _cache_messages(self._last, data, evicted)


def _cache_messages(number: int, data: bytes, evicted: Iterable[int]) -> Iterator[bytes]:
    for each in evicted:
        yield frame({"kind": "drop", "input": each})
    head = {"kind": "keep", "input": number, "bytes": len(data)}
    with memoryview(data) as view:
        for start in range(0, len(data), INPUT_PART_BYTES):
            yield frame({**head, "start": start}, view[start : start + INPUT_PART_BYTES])
