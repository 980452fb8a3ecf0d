"""The cache of large inputs, which the worker sends once for the runs of many programs.

Runs: inside the sandbox, in the supervisor alone. The keepers are forked before the first input comes, so no program's
memory has any; a program gets a copy of its own, as a file or out of a pipe.
"""

from __future__ import annotations

import mmap

from .cgroup import Cgroup


class InputCache:
    """Inputs by number. The worker says what to cache and what to drop.

    The mutable state: memory of its own for each input, which goes back to the kernel when the last run that has the
    input is over.
    """

    def __init__(self, cgroup: Cgroup | None) -> None:
        self._memory: dict[int, mmap.mmap] = {}
        self._cgroup = cgroup

    def add(self, number: int, size: int, start: int, part: bytes) -> None:
        """Take a part, from `start` on, of an input of `size` bytes."""
        if number not in self._memory:
            self._memory[number] = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self._count(size)
        self._memory[number][start : start + len(part)] = part

    def view(self, number: int) -> memoryview:
        """Return the whole input, to be read."""
        return memoryview(self._memory[number]).toreadonly()

    def drop(self, number: int) -> None:
        """Remove the input from the cache."""
        self._count(-len(self._memory.pop(number)))

    def _count(self, growth: int) -> None:
        """Note how much of the cgroup's memory is the cache's."""
        if self._cgroup is not None:
            self._cgroup.cached_bytes += growth
