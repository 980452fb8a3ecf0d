"""The sandbox's own memory cgroup: it shows memory that is in no process's account, and the kernel's kills.

Runs: inside the sandbox, in the supervisor. A container has a cgroup of its own, unless its engine can make none.
"""

from __future__ import annotations

import os

# By version, 2 and 1: the limit; bytes charged; what they consist of; the file with the kills; the part that is files.
VERSIONS = (
    ("/sys/fs/cgroup/memory.", "max", "current", "stat", "events", "file"),
    ("/sys/fs/cgroup/memory/memory.", "limit_in_bytes", "usage_in_bytes", "stat", "oom_control", "cache"),
)
LIMIT_ROUNDING_BYTES = 1 << 16  # the kernel keeps limits in pages
BASELINE_CHANGE_BYTES = 8 << 20  # measure again what is held before a program when so much more or less is charged


class Cgroup:
    """A memory cgroup.

    The mutable state: what was held in it before this program ran, what the runner's cache holds in it, and how often
    the kernel had killed in it.
    """

    def __init__(self, usage: str, parts: str, events: str, files: str) -> None:
        self._parts = parts
        self._files = files
        # Both files are read often, so each stays open.
        self._usage_fd = os.open(usage, os.O_RDONLY)
        self._events_fd = os.open(events, os.O_RDONLY)
        self._charged_before = self._held_before = 0
        self.cached_bytes = 0
        self._kills = self._oom_kills()

    def begin(self) -> None:
        """Begin a program: what is held now, its input among it, is not the program's, nor is any kill until now.

        The kernel keeps something of every earlier program, as the names of files that it has looked for. So do we.
        """
        self.has_killed()
        charged = self._charged_bytes()
        if abs(charged - self._charged_before) > BASELINE_CHANGE_BYTES:
            self._charged_before, self._held_before = charged, self._held_bytes() - self.cached_bytes

    def has_killed(self) -> bool:
        """Return whether the kernel has killed here for want of memory since this was last asked."""
        before, self._kills = self._kills, self._oom_kills()
        return self._kills > before

    def _oom_kills(self) -> int:
        lines = os.pread(self._events_fd, 4096, 0).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(b"oom_kill "))

    def has_grown_by(self, size: int) -> bool:
        """Return whether the program holds more than so many bytes; cheap as long as the program is far from that."""
        return self._charged_bytes() > self._before() + size and self.growth() > size

    def growth(self) -> int:
        """Return the bytes that the program holds."""
        return self._held_bytes() - self._before()

    def _before(self) -> int:
        return self._held_before + self.cached_bytes

    def _charged_bytes(self) -> int:
        return int(os.pread(self._usage_fd, 64, 0))

    def _held_bytes(self) -> int:
        """Return the bytes that are charged and cannot be taken back: all but files that are on a disk.

        Files in memory (shmem) cannot be taken back. Version 2 tells what of the kernel's own objects can be.
        """
        parts = _numbers(self._parts)
        return self._charged_bytes() - parts[self._files] + parts["shmem"] - parts.get("slab_reclaimable", 0)


def own_cgroup(memory_bytes: int) -> Cgroup | None:
    """Return the cgroup whose files are shown here, if its limit is this; else it is not this sandbox's own.

    A limit of 0 means that the sandbox has no cgroup. One with a file too few tells too little.
    """
    for folder, limit, usage, parts, events, files in VERSIONS:
        if memory_bytes and all(os.path.exists(folder + name) for name in (limit, usage, parts, events)):
            with open(folder + limit) as found:
                text = found.read().strip()
            if text.isdigit() and abs(int(text) - memory_bytes) < LIMIT_ROUNDING_BYTES:
                return Cgroup(folder + usage, folder + parts, folder + events, files)
    return None


def _numbers(path: str) -> dict[str, int]:
    with open(path) as lines:
        return {name: int(value) for name, value in map(str.split, lines)}
