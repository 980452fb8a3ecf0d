"""The large inputs, which the worker sends once for the runs of many programs.

Runs: inside the sandbox, in the supervisor alone. The keepers are forked before the first input comes, so no program's
memory has any; a program gets a copy of its own, as a file or out of a pipe.
"""

from __future__ import annotations

import mmap

from .cgroup import Cgroup


class Inputs:
    """What is kept, by number. What to keep and what to drop is the worker's to say.

    The mutable state: memory of its own for each, which goes back to the kernel when the last run that has it is over.
    """

    def __init__(self, cgroup: Cgroup | None) -> None:
        self._memory: dict[int, mmap.mmap] = {}
        self._cgroup = cgroup

    def keep(self, number: int, size: int, start: int, part: bytes) -> None:
        """Take a part, from `start` on, of an input of `size` bytes."""
        if number not in self._memory:
            self._memory[number] = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self._note(size)
        self._memory[number][start : start + len(part)] = part

    def view(self, number: int) -> memoryview:
        """The whole of it, to be read."""
        return memoryview(self._memory[number]).toreadonly()

    def drop(self, number: int) -> None:
        """Keep it no longer."""
        self._note(-len(self._memory.pop(number)))

    def _note(self, growth: int) -> None:
        if self._cgroup is not None:
            self._cgroup.kept_bytes += growth
