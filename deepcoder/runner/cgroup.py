"""What the sandbox's own memory cgroup says: of memory that no process's account shows, and of the kernel's kills.

Runs: inside the sandbox, in the supervisor. A container has a cgroup of its own, unless its engine can make none.
"""

from __future__ import annotations

import os

# By version, 2 and 1: the limit; bytes charged; what they consist of; the file with the kills; the part that is files.
VERSIONS = (
    ("/sys/fs/cgroup/memory.", "max", "current", "stat", "events", "file"),
    ("/sys/fs/cgroup/memory/memory.", "limit_in_bytes", "usage_in_bytes", "stat", "oom_control", "cache"),
)
ROUNDING_BYTES = 1 << 16  # the kernel keeps limits in pages
CHANGE_BYTES = 8 << 20  # of what is charged, from which on it is looked again at what is held


class Cgroup:
    """A memory cgroup.

    The mutable state: what was held in it before this program ran, what the runner keeps in it since it started itself,
    and how often the kernel had killed in it.
    """

    def __init__(self, usage: str, parts: str, events: str, files: str) -> None:
        self._parts = parts
        self._files = files
        # Both are asked often, so it must cost little.
        self._usage_fd = os.open(usage, os.O_RDONLY)
        self._events_fd = os.open(events, os.O_RDONLY)
        self._charged_before = self._held_before = 0
        self.kept_bytes = 0
        self._kills = self._oom_kills()

    def begin(self) -> None:
        """What is held now, its input among it, is not the next program's, nor is a kill until now.

        The kernel keeps something of every program, as the names of files that it has looked for, and we do.
        """
        self.has_killed()
        charged = self._charged_bytes()
        if abs(charged - self._charged_before) > CHANGE_BYTES:
            self._charged_before, self._held_before = charged, self._held_bytes() - self.kept_bytes

    def has_killed(self) -> bool:
        """Whether the kernel has killed here for want of memory since this was last asked."""
        before, self._kills = self._kills, self._oom_kills()
        return self._kills > before

    def _oom_kills(self) -> int:
        lines = os.pread(self._events_fd, 4096, 0).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(b"oom_kill "))

    def has_grown_by(self, size: int) -> bool:
        """Whether the program holds so many bytes. Asking is cheap as long as it is far from that."""
        return self._charged_bytes() > self._before() + size and self.growth() > size

    def growth(self) -> int:
        """Bytes that the program holds."""
        return self._held_bytes() - self._before()

    def _before(self) -> int:
        return self._held_before + self.kept_bytes

    def _charged_bytes(self) -> int:
        return int(os.pread(self._usage_fd, 64, 0))

    def _held_bytes(self) -> int:
        """What is charged and cannot be taken back: all but files, of which those in memory (shmem) cannot either.

        Version 2 tells, too, what of the kernel's own objects can be.
        """
        parts = _numbers(self._parts)
        return self._charged_bytes() - parts[self._files] + parts["shmem"] - parts.get("slab_reclaimable", 0)


def own_cgroup(memory_bytes: int) -> Cgroup | None:
    """The cgroup whose files are shown here, if it has this limit; 0, or another, and it is not this sandbox's own."""
    for folder, limit, usage, parts, events, files in VERSIONS:
        if memory_bytes and os.path.exists(folder + limit):
            with open(folder + limit) as found:
                text = found.read().strip()
            if text.isdigit() and abs(int(text) - memory_bytes) < ROUNDING_BYTES:
                return Cgroup(folder + usage, folder + parts, folder + events, files)
    return None


def _numbers(path: str) -> dict[str, int]:
    with open(path) as lines:
        return {name: int(value) for name, value in map(str.split, lines)}
