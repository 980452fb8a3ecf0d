"""Measure what one program uses (CPU time, wall time, memory, processes of its family) and which limit it has reached.

Runs: inside the sandbox, in the supervisor. A family is the process of a program and all its descendants.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Optional

from ..wire.limits import Limits
from ..wire.messages import ABANDONED_FACTOR, Ended, abandoned_after_s
from . import procfs
from .keeper_client import KeeperClient
from .scratch import MOST_FILES, uncounted_files
from .wall_time import WallTime

LOOK_EVERY_S = 0.025
EXEC_BYTES = 8 << 20  # the most that a process takes beyond what it inherits, until it executes another program
FORK_BYTES = 1 << 16  # the most address space that a process loses when it is forked, as in gVisor
SCRATCH_BYTES = 64 << 20  # the most that files in a scratch folder take, which are memory too


class Usage(NamedTuple):
    """Hold what an execution has used by now."""

    cpu_s: float = 0.0
    charged_s: float = 0.0  # of its wall time
    wall_s: float = 0.0
    memory_bytes: int = 0
    hides_memory: bool = False  # more than its limit is in no process's account
    processes: int = 0
    files: int = 0  # that no file system limits


def reached_limit(usage: Usage, limits: Limits) -> Optional[Ended]:
    """Return the reason to end an execution that has used so much; None where there is none.

    It does not depend on how busy the machine is: wall time that is not charged only ends an execution as STARVED,
    which says nothing about the program.
    """
    if usage.cpu_s > limits.cpu_s or usage.charged_s > limits.wall_s:
        return Ended.TIME_LIMIT
    if usage.memory_bytes > limits.memory_bytes or usage.hides_memory:
        return Ended.MEMORY_LIMIT
    if usage.processes > limits.processes or usage.files > MOST_FILES:
        return Ended.KILLED  # the kernel usually refuses them before
    if usage.wall_s > abandoned_after_s(limits.wall_s):
        return Ended.STARVED
    return None


def resident_bytes(pid: int, fields: list[str]) -> int:
    """Return what is resident in a process, by its stat fields."""
    return int(fields[procfs.RESIDENT_PAGES]) * procfs.PAGE_BYTES


def bytes_but_for_files(pid: int, fields: list[str]) -> int:
    """Return it without files."""
    try:
        return procfs.bytes_but_for_files(pid)
    except OSError:  # the process has ended
        return 0


class Accounting:
    """The accounts of one process and its family: of the one run of a stdin program, or of each call of a function.

    The mutable state: when the present execution began, what had been used before it, and what it has used.
    """

    def __init__(
        self, pid: int, keeper: KeeperClient, limits: Limits, is_function: bool, is_executed: bool = False
    ) -> None:
        """Take the keeper's process. `is_executed` says whether it becomes another program by exec."""
        self.peak_bytes = 0
        self.began = 0.0
        self.asleep_s = 0.0  # neither on a processor nor waiting for one, by the last look
        self.has_runtime = False  # whether the process started a runtime before the program began
        self._pid = pid
        self._keeper = keeper
        self._limits = limits
        self._is_function = is_function
        self._is_executed = is_executed
        self._is_first_call = True
        self._looked = 0.0
        self._main_before_s = 0.0
        self._family_before_s: float | None = None  # unknown until the first look at a call: to ask costs much
        # So a program that only seems to wait runs into its wall limit before it is taken for starved.
        self._wall = WallTime((ABANDONED_FACTOR - 1) * limits.wall_s)

    @property
    def charged_s(self) -> float:
        """Return the wall seconds that count against the limit, by the last look."""
        return self._wall.charged_s

    def begin(self) -> None:
        """Start the clocks of a program that begins now."""
        if self._keeper.cgroup is not None:
            self._keeper.cgroup.begin()
        self._looked = time.monotonic()
        self._reset()
        if not self._is_function:
            self._family_before_s = self._main_before_s

    def begin_next_call(self) -> None:
        """Start the clocks of another call."""
        self._is_first_call = False
        self._reset()

    def _reset(self) -> None:
        """Start the clocks and counters of one run or call."""
        self.began = time.monotonic()
        self._main_before_s = self.main_cpu_s() or 0.0
        self._family_before_s = None
        self._wall.restart()
        self.peak_bytes = 0

    def is_due(self, now: float) -> bool:
        """Return whether it is time for a look."""
        return now - self._looked >= LOOK_EVERY_S

    def look(self, now: float, family: Mapping[int, list[str]], rests: bool, kept_bytes: int) -> Usage:
        """Bring the accounts up to date, and return them; between two calls the wall time stands still.

        `family` has the stat fields of each process; `kept_bytes` is what the runner keeps of the program's output, and
        the runtime of the next run has.
        """
        threads = procfs.all_threads(family)
        family_s = procfs.cpu_s(family, threads)
        if self._family_before_s is None:
            main_s = (self.main_cpu_s() or 0.0) - self._main_before_s
            self._family_before_s = self._main_before_s if self._is_first_call else family_s - main_s
        cpu_s = family_s - self._family_before_s
        if not rests:
            self._wall.look(now - max(self._looked, self.began), cpu_s, threads)
        self._looked = now
        self.asleep_s = self._wall.charged_s - cpu_s
        main = self._main(family)
        self.peak_bytes = max(self.peak_bytes, self._held_bytes(family, main))
        return Usage(
            cpu_s,
            self._wall.charged_s,
            0.0 if rests else now - self.began,
            self.peak_bytes,
            self._hides_memory(kept_bytes),
            sum(int(fields[procfs.THREADS]) for fields in family.values()) - (main != self._pid),
            uncounted_files(self._keeper.scratch_root),
        )

    def main_cpu_s(self) -> float | None:
        """Return the CPU seconds of the first process with its threads; None once it is gone."""
        try:
            return procfs.process_cpu_s(self._pid)
        except OSError:
            return None

    def call_cpu_s(self, main_s: float) -> float:
        """Return the CPU seconds of a call; of a short one those of the first process, which `main_s` counts."""
        if self._family_before_s is None:
            return main_s - self._main_before_s
        family = self._keeper.family()
        family_s = procfs.cpu_s(family, procfs.first_threads(family))
        return max(main_s - self._main_before_s, family_s - self._family_before_s)

    def close(self, total_s: float, peak_bytes: int) -> float:
        """Take over what the keeper counted for the whole process; return the CPU seconds of this execution."""
        if self._is_executed:
            if peak_bytes > self._keeper.inherited_bytes + EXEC_BYTES:  # the mark of a small one is that before exec
                self.peak_bytes = max(self.peak_bytes, peak_bytes)
        elif not self._is_function:  # the kernel's high-water mark is of the process, not of one call
            self.peak_bytes = max(self.peak_bytes, peak_bytes - self._keeper.growth_bytes)
        if self._family_before_s is None:  # of a short call: children of earlier ones are in the total
            return min(total_s - self._main_before_s, time.monotonic() - self.began)
        return total_s - self._family_before_s

    def _held_bytes(self, family: Mapping[int, list[str]], main: int) -> int:
        """Return what is resident in the first process, and in the others beyond what all inherit.

        It is counted as the high-water mark of the first process counts it. What the others inherit of the first would
        count for each of them, were there no cgroup to say what all hold. Where the kernel counts files in full, they
        are left out of what seems to be too much.
        """
        cgroup, limit_bytes = self._keeper.cgroup, self._limits.memory_bytes
        of_main, of_others = self._parts(family, main, resident_bytes)
        if self._keeper.counts_files_in_full and of_main + of_others > limit_bytes:
            of_main, of_others = self._parts(family, main, bytes_but_for_files)
        if cgroup is None or not of_others or of_main + of_others < limit_bytes:
            return of_main + of_others
        return max(of_main, min(of_main + of_others, cgroup.growth()))

    def _parts(
        self, family: Mapping[int, list[str]], main: int, of_executed: Callable[[int, list[str]], int]
    ) -> tuple[int, int]:
        """Return the first and the second part of it. `of_executed` tells what a process has that executes a file."""
        growth_bytes = self._keeper.growth_bytes
        of_main = of_others = 0
        for pid, fields in family.items():
            if pid == main:
                executes = self._has_executed(fields)
                of_main = of_executed(pid, fields) if executes else max(0, resident_bytes(pid, fields) - growth_bytes)
            elif pid == self._pid:  # it only waits for the program
                continue
            elif int(fields[procfs.MAPPED_BYTES]) < self._keeper.mapped_bytes - FORK_BYTES:  # it executes another file
                of_others += of_executed(pid, fields)
            else:
                of_others += max(0, resident_bytes(pid, fields) - self._keeper.inherited_bytes)
        return of_main, of_others

    def _main(self, family: Mapping[int, list[str]]) -> int:
        """Return the process that is the program: the first, or the runtime that it started."""
        if self.has_runtime and not self._has_executed(family[self._pid]):
            return next((pid for pid, fields in family.items() if int(fields[procfs.PARENT]) == self._pid), self._pid)
        return self._pid

    def _has_executed(self, fields: list[str]) -> bool:
        """Return whether the process has become another program: its address space is not what it inherited."""
        mapped_bytes = int(fields[procfs.MAPPED_BYTES])
        return self._is_executed and abs(mapped_bytes - self._keeper.mapped_bytes) > EXEC_BYTES

    def _hides_memory(self, kept_bytes: int) -> bool:
        """Return whether files, sockets and pipes hold more memory than the limit: it is in no process's account.

        Only a look finds it: when a process has ended, what it held is gone. The kernel's own mark of the most that the
        cgroup held does not do: it counts files that could be taken back, and cannot be set back from here.
        """
        if self._keeper.cgroup is None:
            return False
        return self._keeper.cgroup.has_grown_by(int(self._limits.memory_bytes) + SCRATCH_BYTES + kept_bytes)
