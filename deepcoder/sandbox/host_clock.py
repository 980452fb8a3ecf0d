"""The time that programs in one gVisor sandbox take, as the kernel of this machine counts it.

Runs: worker node. gVisor's own clock of a program is the wall time while it wants a processor, in ticks of 10 ms. What
the program executes is executed by processes of this machine, the stubs: descendants of `runsc-sandbox`, whose threads
are gVisor's kernel. The CPU time of the stubs is the program's, with a little of the runner's. The kernel's own CPU
time is not counted: it is a multiple of what this machine's kernel would take. The limits that the runner enforces are
a fuse, for a worker that is not there to look. One execution is sent at a time, so that what is counted is its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time

from deepcoder.runner import procfs
from deepcoder.runner.wall_time import WallTime
from deepcoder.sandbox.clock import Clock
from deepcoder.sandbox.stream import SandboxError
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import ABANDONED_S, Ended, Outcome, frame

LOOK_EVERY_S = 0.05
RUNNERS_SHARE = 0.05  # of a processor: at most what the runner takes to look at a process that waits for its next call
DECIDED = {Ended.TIME_LIMIT, Ended.MEMORY_LIMIT, Ended.OUTPUT_LIMIT, Ended.COMPILE_ERROR, Ended.STARVED}
KERNEL = b"runsc-sandbox"  # the name that gVisor's kernel gives itself
KERNEL_INSIDE = "#1 SMP Sun Jan 10 15:06:54 PST 2016"  # what every version of it says to be in uname(2)


class HostClock(Clock):
    """The clock of one execution at a time.

    The mutable state: gVisor's kernel, once it was looked for; the stubs, with the CPU time of each, and the processes
    that are none; the limits, and whether they are watched; the CPU time until the execution began; when it was looked
    at last, and its wall time; since when the process of a function waits for its next call, and whether it had
    exceeded its limit of CPU time when that came.
    """

    fuse = 10
    most_ahead = 1

    def __init__(self, pid: int) -> None:
        """Keep the clock of a sandbox whose kernel is this process, or descends from it."""
        self._pid = pid
        self._kernel: int | None = None
        self._stubs: dict[int, float] = {}
        self._others: set[int] = set()
        self._limits = Limits()
        self._mode: Mode | None = None
        self._is_watched = False
        self._before_s = self._looked = self._charged_s = 0.0
        self._wall = WallTime(ABANDONED_S)
        self._rests_since: float | None = None
        self._was_late = False

    def limit(self, limits: Limits, mode: Mode | None) -> None:
        """Note the limits, and begin an execution: see `Clock.limit`."""
        self._limits, self._mode, self._rests_since = limits, mode, None
        self.restart()

    def restart(self) -> None:
        """Begin another execution. A function's process may have gone on computing since its last call."""
        cpu_s, now = self._cpu_s(), time.monotonic()
        runners_s = RUNNERS_SHARE * (now - (self._rests_since or now))
        self._was_late = self._rests_since is not None and cpu_s - runners_s > self._limits.cpu_s
        self._rests_since = None
        self._before_s = self._total_s()
        self._looked, self._charged_s = now, 0.0
        self._wall.restart()
        self._is_watched = True

    def late(self) -> bytes:
        """Look at the execution, when it is time: see `Clock.late`."""
        if not self._is_watched or time.monotonic() - self._looked < LOOK_EVERY_S:
            return b""
        cpu_s = self._cpu_s()
        self._look(cpu_s)
        self._is_watched = not self._is_late(cpu_s, self._charged_s)
        return b"" if self._is_watched else frame({"kind": "late", "compiles": self._mode is None})

    def timed(self, outcome: Outcome) -> Outcome:
        """Return the outcome with the times of this clock, by which it may be late."""
        self._is_watched = False
        cpu_s = self._cpu_s()
        # How long it slept is known best inside, where it takes CPU time whenever it wants a processor. Out here the
        # waits of gVisor's own threads, which work for the runner as well, seem to be the program's.
        asleep_s = max(0.0, outcome.charged_s - outcome.cpu_s)
        charged_s = max(self._charged_s, min(cpu_s + asleep_s, outcome.wall_s))
        outcome = dataclasses.replace(outcome, cpu_s=cpu_s, charged_s=charged_s)
        if self._is_late(cpu_s, charged_s) and outcome.ended not in DECIDED:
            return dataclasses.replace(outcome, ended=Ended.TIME_LIMIT, output=b"")
        if outcome.ended in (Ended.RETURNED, Ended.RAISED):
            self._rests_since = time.monotonic()
        return outcome

    def _is_late(self, cpu_s: float, charged_s: float) -> bool:
        """Return whether the execution, or what its process did before it, has exceeded a limit of time."""
        # Who waits for whom in a live execution is known elsewhere, where its wall time is limited.
        has_waited = charged_s > self._limits.wall_s and self._mode is not Mode.INTERACTIVE
        return self._was_late or cpu_s > self._limits.cpu_s or has_waited

    def _cpu_s(self) -> float:
        """Return the CPU seconds of the execution so far."""
        self._find_stubs()
        return round(self._total_s() - self._before_s, 6)

    def _look(self, cpu_s: float) -> None:
        """Charge the wall time since the last look, but for what the threads waited for a processor."""
        family = {}
        for pid in filter(None, (self._kernel, *self._stubs)):
            with contextlib.suppress(OSError):  # it has ended
                family[pid] = procfs.stat_fields(pid)
        now = time.monotonic()
        gap_s, self._looked = now - self._looked, now
        self._wall.look(gap_s, cpu_s, procfs.all_threads(family))
        self._charged_s = round(self._wall.charged_s, 6)

    def _find_stubs(self) -> None:
        """Add the stubs that are new. The parent of a process is read once: to read all each time costs much.

        Raises:
            SandboxError: There is no sandbox.
        """
        if self._kernel is None:
            family = (self._pid, *procfs.descendants(self._pid))
            self._kernel = next((each for each in family if is_kernel(each)), None)
            if self._kernel is None:
                raise SandboxError("the process of gVisor's kernel is not to be found")
            self._stubs = dict.fromkeys(procfs.descendants(self._kernel), 0.0)
        pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
        self._others &= pids
        for pid in sorted(pids - self._others - self._stubs.keys()):
            with contextlib.suppress(OSError):  # it has ended
                parent = int(procfs.stat_fields(pid)[procfs.PARENT])
                if parent == self._kernel or parent in self._stubs:
                    self._stubs[pid] = 0.0
                else:
                    self._others.add(pid)

    def _total_s(self) -> float:
        """Return the CPU seconds of all stubs until now; one that has ended keeps what it had at last."""
        for pid in self._stubs:
            with contextlib.suppress(OSError):  # it has ended
                self._stubs[pid] = procfs.process_cpu_s(pid)
        return sum(self._stubs.values())


def is_kernel(pid: int) -> bool:
    """Return whether the process is gVisor's kernel, by the name by which it was started."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as words:
        return words.read().partition(b"\0")[0] == KERNEL
    return False
