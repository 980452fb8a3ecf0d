"""A cache of bounded size, from which the least recently used entry goes first.

Runs: everywhere. No I/O.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Lru(Generic[Key, Value]):
    """Keeps the entries that were used last. An entry that is larger than the cache is kept alone.

    The mutable state: the entries with their sizes, the one used last at the end, and the sum of the sizes.

    Args:
        most_size: The largest sum of sizes, in the unit that `keep` is given. The size of an entry is 1 by default.
        most_entries: The largest number of entries; None for any number.
    """

    def __init__(self, most_size: int, most_entries: int | None = None) -> None:
        self._most_size = most_size
        self._most_entries = most_entries
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: Key) -> Value | None:
        """Return the value and mark it as used now; None where there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def keep(self, key: Key, value: Value, size: int = 1) -> list[Value]:
        """Add or replace an entry; return the values that were evicted for it."""
        self.pop(key)
        evicted = []
        while self._entries and not self._has_room(size):
            _, (oldest, its_size) = self._entries.popitem(last=False)
            self._size -= its_size
            evicted.append(oldest)
        self._entries[key] = value, size
        self._size += size
        return evicted

    def pop(self, key: Key) -> Value | None:
        """Remove an entry; return its value, None where there is none."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._size -= entry[1]
        return entry[0]

    def _has_room(self, size: int) -> bool:
        has_place = self._most_entries is None or len(self._entries) < self._most_entries
        return has_place and self._size + size <= self._most_size
