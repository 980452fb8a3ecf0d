"""One program process as the supervisor sees it: its pipes, its clocks, and at the end the facts.

Runs: inside the sandbox, in the supervisor. It says whether a limit was hit; what that is worth is decided outside.
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import select
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any

from ..wire.limits import Mode
from ..wire.messages import ABANDONED_FACTOR, STDERR_BYTES, Ended, Outcome, Sign, Task, abandoned_after_s
from . import keeper, program
from .cgroup import Cgroup
from .memory_files import standard_input
from .wall_time import NO_ACCOUNT, ThreadTimes, WallTime

TICK_S = 0.025  # how often a running program's memory and CPU time are looked at
READ_BYTES = 1 << 16  # what a pipe holds
REPORT_BYTES = 64 << 20  # compiled code and messages
PIPE_BYTES = 1 << 20  # what an unprivileged process may ask for
_F_SETPIPE_SZ = 1031
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SCRATCH_BYTES = 64 << 20  # the most that files in a scratch folder take, which are memory too


def _cpu_s(family: Mapping[int, list[str]], threads: Mapping[int, ThreadTimes]) -> float:
    """Return the CPU seconds of these processes, by their stat fields, and of the children that they have waited for.

    Ticks leave out up to two of each process, which many short ones add up to a multiple of a limit. So a process has
    at least what its first thread has, which is exact.
    """
    total_s = 0.0
    for pid, fields in family.items():
        user, system, *waited = (int(ticks) / _TICKS_PER_S for ticks in fields[11:15])
        total_s += max(user + system, threads[pid].cpu_s) + sum(waited)
    return total_s


def _threads(family: Mapping[int, list[str]]) -> dict[int, ThreadTimes]:
    """Return the times of all threads of these processes. The first thread of each has the number of the process."""
    threads = {}
    for pid, fields in family.items():
        threads[pid] = _thread_times(f"/proc/{pid}", fields[0])
        if int(fields[17]) > 1:
            with contextlib.suppress(OSError):  # the process has ended meanwhile
                for name in os.listdir(f"/proc/{pid}/task"):
                    if name != str(pid):
                        with contextlib.suppress(OSError):  # the thread has ended meanwhile
                            state = keeper.stat_fields(f"{pid}/task/{name}")[0]
                            threads[int(name)] = _thread_times(f"/proc/{pid}/task/{name}", state)
    return threads


def _thread_times(folder: str, state: str) -> ThreadTimes:
    """Return what schedstat says of a thread: nanoseconds on a processor and in queues, and its turns."""
    try:
        cpu_ns, queued_ns, turns = map(int, keeper.read_proc(f"{folder}/schedstat").split())
    except (OSError, ValueError):  # the thread has ended, or the kernel keeps no account
        return ThreadTimes(state == "R")
    return ThreadTimes(state == "R", cpu_ns / 1e9, queued_ns / 1e9, turns if _KEEPS_QUEUES else NO_ACCOUNT)


def _keeps_queues() -> bool:
    """Return whether the kernel keeps an account of how long threads wait; some show one that stays zero."""
    try:
        return keeper.read_proc("/proc/self/schedstat").split()[2] != "0"
    except (OSError, IndexError):
        return False


_KEEPS_QUEUES = _keeps_queues()


def _family_cpu_s(ancestor: int) -> float:
    family = keeper.descendants(ancestor)
    return _cpu_s(family, {pid: _thread_times(f"/proc/{pid}", fields[0]) for pid, fields in family.items()})


def _in_micros(seconds: float) -> float:
    """Without the digits below a microsecond; `round` is dearer."""
    return int(1e6 * seconds) / 1e6


class Keeper:
    """A keeper as the supervisor sees it, and the cgroup that all share, where there is one."""

    def __init__(self, channel: socket.socket, jobs: socket.socket, scratch_root: str, cgroup: Cgroup | None) -> None:
        self.channel = channel
        self.jobs = jobs
        self.pid = 0
        self.scratch_root = scratch_root
        self.cgroup = cgroup
        self.null = os.open(os.devnull, os.O_RDONLY)
        self.bytes_at_first = 0  # resident
        self.mapped_bytes = 0
        self._own_at_first = 0
        self.growth = 0  # bytes by what it has imported since for some programs, which must not count against others

    def close(self) -> None:
        """Let it go: it ends."""
        self.channel.close()
        self.jobs.close()
        os.close(self.null)

    def note(self) -> None:
        """Wait until it is ready, and take its size for what it is at first."""
        select.select([self.channel], [], [])
        self.mapped_bytes, self.bytes_at_first, self._own_at_first = self._bytes()

    def _bytes(self) -> tuple[int, int, int]:
        """Mapped; resident; and of that its own, which all programs inherit, while of files each has what it uses."""
        pages = map(int, keeper.read_proc(f"/proc/{self.pid}/statm").split())
        mapped, resident, of_files, *_ = (each * _PAGE_BYTES for each in pages)
        return mapped, resident, resident - of_files

    def waiting(self) -> tuple[int, int | None]:
        """The process that waits for an order: its pid and user."""
        pid, uid = self._heard()
        return pid, uid

    def _heard(self) -> Any:
        data = self.channel.recv(keeper.MESSAGE_BYTES)
        if not data:
            raise RuntimeError("the keeper is gone")
        return marshal.loads(data)

    def warm(self, modules: Iterable[str]) -> None:
        """Have it import what the next programs need; the process that waits has not got it, and goes."""
        self.waiting()
        self.channel.send(marshal.dumps({"warm": sorted(modules)}))

    def is_warm(self, timeout_s: float) -> bool:
        """Whether it has imported all of that within the time; true once for each `warm`."""
        if not select.select([self.channel], [], [], timeout_s)[0]:
            return False
        self._heard()
        self.mapped_bytes, _, own = self._bytes()
        self.growth = max(0, own - self._own_at_first)
        return True


class Process:
    """Executes one stdin run, or the calls of one task in sequence.

    The mutable state: the descriptors still open, what has come out of them, and the accounts of this execution.
    """

    def __init__(self, its_keeper: Keeper, task: Task, job: int, is_compiled: bool, given: bytes | memoryview) -> None:
        self.keeper = its_keeper
        self.job = job
        self.channel = its_keeper.channel
        self.limits = task.limits
        self.calls = task.mode is Mode.FUNCTION
        self.exit: tuple[int, float, int, list[str]] | None = None  # the keeper's last word
        self.killed_for: Ended | None = None
        self.confined = False  # until the harness says so, a failure is ours
        self.compiled = b""
        self.reported: tuple[Ended, bytes, str, str] | None = None  # how it ended, output, error, bases
        self.stdout, self.stderr, self.reports = bytearray(), bytearray(), bytearray()
        self.unsent: list[memoryview] = []  # of a call
        self.signs: set[Sign] = set()
        self.is_first = True  # of the calls
        self.cpu_before: float | None = None  # what the family had used when this execution began
        self.rests = False  # between two calls
        self.was_early = False  # to get ready, while another program's process ended
        self.wall = WallTime(ABANDONED_FACTOR * self.limits.wall_s)
        self.poll = select.poll()
        self._start(job, task, is_compiled, given)

    def _start(self, job: int, task: Task, is_compiled: bool, given: bytes | memoryview) -> None:
        printed, errors, reports = os.pipe(), os.pipe(), os.pipe()
        for fd, _ in (printed, errors):
            os.fchmod(fd, 0o666)  # a program may open /dev/stdout, which asks whose pipe it is
        self.stdin = calls = self.keeper.null
        self.giving = -1
        if self.calls:
            calls, self.giving = os.pipe()
            os.set_blocking(self.giving, False)
        else:
            self.stdin = standard_input(given)  # open here to the end, so that no program is charged for freeing it
        self.theirs = [self.stdin, printed[1], errors[1], job, calls, reports[1]]
        self.pid, self.uid = self.keeper.waiting()
        self.folders = keeper.folders_of(self.keeper.scratch_root, self.uid, self.pid)
        self.its_order = program.Order(
            pid=self.pid,
            goes=False,
            job_bytes=os.fstat(job).st_size,
            mode=task.mode.value,
            memory_bytes=int(self.limits.memory_bytes),
            processes=int(self.limits.processes),
            cpu_s=self.limits.cpu_s,
            scratch=self.folders[0],
            is_random="random" in task.source or "random" in task.preamble,
        )
        self.hears = reports[0]
        self.said = select.poll()
        self.said.register(self.hears, select.POLLIN)
        self.readers = {printed[0]: self._printed, errors[0]: self._erred, reports[0]: self._heard}
        for fd in self.readers:
            os.set_blocking(fd, False)
        self.outputs = {printed[0], errors[0]}
        for fd in self.outputs:
            self.poll.register(fd, select.POLLIN)
        # Each wake costs; what can wait for the end of a run is read then.
        if self.calls or not is_compiled:
            self.poll.register(reports[0], select.POLLIN)
        if self.calls:
            self.poll.register(self.channel, select.POLLIN)

    def begin(self) -> None:
        """Let it go; nothing of another program may be left."""
        self.was_early = not self.theirs
        for folder in self.folders:
            with contextlib.suppress(FileNotFoundError):  # of one that ended early its keeper may have removed it
                os.mkdir(folder, 0o700)
                if self.uid is not None:
                    os.chown(folder, self.uid, self.uid)
        if self.keeper.cgroup is not None:
            self.keeper.cgroup.begin()
        self.looked = time.monotonic()
        self._open_accounts()
        self.cpu_before = None if self.calls else self.main_before
        self.order(goes=True)

    def order(self, goes: bool) -> None:
        """Have the process get ready, and go if it `goes`. What it needs for that comes with the first order."""
        order = marshal.dumps(tuple(self.its_order._replace(goes=goes)))
        socket.send_fds(self.keeper.jobs, [order], self.theirs)
        for fd in self.theirs:
            if fd not in (self.job, self.keeper.null, self.stdin):
                os.close(fd)
        self.theirs = []

    def _open_accounts(self) -> None:
        """Of one execution."""
        self.began = time.monotonic()
        self.main_before = self._main_cpu_s() or 0.0
        self.cpu_before = None  # to ask is dear, so that of a call's is taken at the first look
        self.wall.restart()
        self.peak_bytes = 0
        self.printed_bytes = 0

    def call(self, arguments: bytes | memoryview) -> None:
        """Give the arguments of one call."""
        if self.rests:
            if self.hears in self.readers and self.said.poll(0):
                self._read(self.hears)  # what came since the last answer was nobody's to say
            self.reported = None
            self.is_first = False
            self._open_accounts()
        self.rests = False
        size = program.CALL.pack(len(arguments))
        if len(arguments) > READ_BYTES:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self.giving, _F_SETPIPE_SZ, min(len(arguments), PIPE_BYTES))
            self.unsent = [memoryview(size), memoryview(arguments)]
        else:
            self.unsent = [memoryview(size + arguments)]
        self._write()
        if self.unsent:
            self.poll.register(self.giving, select.POLLOUT)

    def _write(self) -> None:
        try:
            while self.unsent:
                rest = self.unsent[0][os.write(self.giving, self.unsent[0]) :]
                self.unsent[:1] = [rest] if rest else []
        except BlockingIOError:
            return
        except BrokenPipeError:  # the program reads no more: its own business
            self.unsent = []

    def handle(self, fd: int) -> None:
        """Serve one descriptor that `poll` found ready."""
        if fd in self.readers:
            self._read(fd)
        elif fd == self.giving:
            self._write()
            if not self.unsent:
                self.poll.unregister(fd)
        elif fd == self.channel.fileno():
            self._hear_keeper()

    def _hear_keeper(self, flags: int = socket.MSG_DONTWAIT) -> None:
        """What it has said so far."""
        while self.exit is None:
            try:
                data = self.channel.recv(keeper.MESSAGE_BYTES, flags)
            except BlockingIOError:
                return
            if not data:
                raise RuntimeError("the keeper is gone")
            self.exit = marshal.loads(data)
        for fd in list(self.readers):  # every writer is dead: read on to the end
            while fd in self.readers:
                self._read(fd)

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            data = b"" if self.exit else None  # type: ignore[assignment]
        if data:
            self.readers[fd](data)
        elif data is not None:
            with contextlib.suppress(KeyError):  # one that was never waited for
                self.poll.unregister(fd)
            del self.readers[fd]
            os.close(fd)
            self.outputs.discard(fd)
            if not self.outputs and not self.calls:
                self.poll.register(self.channel, select.POLLIN)

    def _printed(self, data: bytes) -> None:
        self.printed_bytes += len(data)
        if self.printed_bytes > self.limits.output_bytes:
            self.kill(Ended.OUTPUT_LIMIT)
        elif not self.calls:
            self.stdout += data

    def _erred(self, data: bytes) -> None:
        self.stderr += data
        del self.stderr[:-STDERR_BYTES]

    def _heard(self, data: bytes) -> None:
        """Reports of the harness, or of a program that imitates it: believed only where lying gains nothing."""
        self.reports += data
        while self.killed_for is None and len(self.reports) >= program.REPORT.size:
            kind, size = program.REPORT.unpack_from(self.reports)
            if size > (self.limits.output_bytes if kind == b"V" else REPORT_BYTES):
                self.kill(Ended.OUTPUT_LIMIT)
            end = program.REPORT.size + size
            if len(self.reports) < end:
                return
            body = bytes(self.reports[program.REPORT.size : end])
            del self.reports[:end]
            self._report(kind, body)

    def _report(self, kind: bytes, body: bytes) -> None:
        if self.reported or (kind == b"S" and self.confined):
            self.signs.add(Sign.REPORT)  # a call has one answer
        if kind == b"S":
            self.confined = True
        elif kind == b"C":
            self.compiled = body
        elif kind == b"V":
            self.reported = Ended.RETURNED, body, "", ""
        elif kind == b"M":
            self.reported = Ended.MEMORY_LIMIT, b"", "", ""
        elif kind in (b"E", b"X"):
            ended = Ended.COMPILE_ERROR if kind == b"E" else Ended.RAISED
            error, _, bases = body.decode("utf-8", "replace").partition("\n")
            self.reported = ended, b"", error, bases
        else:
            self.signs.add(Sign.REPORT)
            self.kill(Ended.RAISED)

    def kill(self, reason: Ended) -> None:
        """End the process; the keeper tells when it is gone."""
        if self.exit is None and self.killed_for is None:
            self.channel.send(marshal.dumps({"kill": self.pid}))
            self.poll.register(self.channel, select.POLLIN)
        self.killed_for = self.killed_for or reason

    def _main_cpu_s(self) -> float | None:
        """CPU seconds of the main process with its threads, by clock_getcpuclockid(3); None once it is gone."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return None

    def _call_cpu_s(self, main_s: float) -> float:
        """CPU seconds of the call; of a short one those of the main process, which is all that `main_s` counts."""
        if self.cpu_before is None:
            return main_s - self.main_before
        return max(main_s - self.main_before, _family_cpu_s(self.keeper.pid) - self.cpu_before)

    def look(self) -> None:
        """Enforce the limits that need watching, when a tick has passed."""
        now = time.monotonic()
        if now - self.looked < TICK_S or self.exit or self.killed_for:
            return
        self._hear_keeper()
        if self.exit:
            return
        found = keeper.descendants(self.keeper.pid)
        if self.pid not in found:  # it is over, and the keeper cleans up
            return
        family = list(found.values())
        if any(
            fields[1] == str(self.keeper.pid) and fields[0] != "Z" for pid, fields in found.items() if pid != self.pid
        ):
            self.signs.add(Sign.PROCESSES)  # it let go of them while it ran
        threads = _threads(found)
        cpu_s = _cpu_s(found, threads)
        if self.cpu_before is None:
            of_main = (self._main_cpu_s() or 0.0) - self.main_before
            self.cpu_before = self.main_before if self.is_first else cpu_s - of_main
        if not self.rests:
            self.wall.look(now - max(self.looked, self.began), cpu_s - self.cpu_before, threads)
        self.looked = now
        self.peak_bytes = max(self.peak_bytes, self._held_bytes(found))
        wall_s = self.limits.wall_s
        if cpu_s - self.cpu_before > self.limits.cpu_s:
            self.kill(Ended.TIME_LIMIT)
        elif self.wall.charged_s > wall_s:
            self.kill(Ended.TIME_LIMIT)
        elif self.peak_bytes > self.limits.memory_bytes or self._hides_memory():
            self.kill(Ended.MEMORY_LIMIT)
        elif sum(int(fields[17]) for fields in family) > self.limits.processes:
            self.kill(Ended.KILLED)  # the kernel usually refuses them before
        elif not self.rests and now - self.began > abandoned_after_s(wall_s):
            self.kill(Ended.STARVED)

    def _held_bytes(self, found: Mapping[int, list[str]]) -> int:
        """Resident in the main process, as its high-water mark counts it, and in others beyond what all inherit.

        What they inherit of the main process would count for each of them, were there no cgroup to say what all hold.
        """
        growth, cgroup = self.keeper.growth, self.keeper.cgroup
        of_main = of_others = 0
        for pid, fields in found.items():
            resident = int(fields[21]) * _PAGE_BYTES
            if pid == self.pid:
                of_main = max(0, resident - growth)
            elif int(fields[20]) < self.keeper.mapped_bytes:  # it has become another program, and inherits nothing
                of_others += resident
            else:
                of_others += max(0, resident - growth - self.keeper.bytes_at_first)
        if cgroup is None or not of_others or of_main + of_others < self.limits.memory_bytes:
            return of_main + of_others
        return max(of_main, min(of_main + of_others, cgroup.growth()))

    def _hides_memory(self) -> bool:
        """Memory in files, sockets and pipes is in no process's account.

        Only a look finds it: when a process has ended, what it held is gone. The kernel's own mark of the most that the
        cgroup held does not do: it counts files that could be taken back, and cannot be set back from here.
        """
        if self.keeper.cgroup is None:
            return False
        return self.keeper.cgroup.has_grown_by(int(self.limits.memory_bytes) + SCRATCH_BYTES + len(self.stdout))

    def outcome(self) -> Outcome | None:
        """The facts of this execution once it is over.

        Raises:
            RuntimeError: The process failed before the program was in charge of it.
        """
        if self.exit is not None:
            return self._after_exit(*self.exit)
        if self.reported is None or not self.calls or self.unsent or self.killed_for:
            return None
        main_s = self._main_cpu_s()
        if main_s is None:  # it reported with its last breath: the keeper's word will come
            return None
        ended, output, error, bases = self.reported
        cpu_s = self._call_cpu_s(main_s)
        if cpu_s > self.limits.cpu_s:
            ended, output = Ended.TIME_LIMIT, b""
        self.rests = True
        return self._facts(ended, output, error, bases, cpu_s)

    def _after_exit(self, status: int, total_s: float, peak_bytes: int, signs: Iterable[str]) -> Outcome:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        code = None if number else os.WEXITSTATUS(status)
        if self.cpu_before is None:  # of a short call: children of earlier ones are in the total
            cpu_s = min(total_s - self.main_before, time.monotonic() - self.began)
        else:
            cpu_s = total_s - self.cpu_before
        if not self.calls:  # the kernel's high-water mark is of the process, not of one call
            self.peak_bytes = max(self.peak_bytes, peak_bytes - self.keeper.growth)
        output, error, bases = b"", "", ""
        self.signs |= set(map(Sign, signs))
        if self.killed_for:
            ended = self.killed_for
        elif cpu_s > self.limits.cpu_s:
            ended = Ended.TIME_LIMIT
        elif self.peak_bytes > self.limits.memory_bytes or number == signal.SIGUSR2:
            ended = Ended.MEMORY_LIMIT
        elif number == signal.SIGKILL and self.keeper.cgroup and self.keeper.cgroup.has_killed():
            ended = Ended.MEMORY_LIMIT
        elif not self.confined:
            raise RuntimeError(f"a program could not be confined: {status=}, {bytes(self.stderr)!r}")
        elif self.reported:
            ended, output, error, bases = self.reported
            self.reported = None  # it is the answer to no other call
        else:
            ended, output = (Ended.KILLED if number else Ended.EXITED), bytes(self.stdout)
        return self._facts(ended, output, error, bases, cpu_s, exit_code=code, signal=number)

    def _facts(self, ended: Ended, output: bytes, error: str, bases: str, cpu_s: float, **exit: Any) -> Outcome:
        return Outcome(
            ended=ended,
            output=output,
            error=error,
            bases=bases,
            stderr=self.stderr.decode("utf-8", "replace"),
            cpu_s=_in_micros(max(0.0, cpu_s)),
            wall_s=_in_micros(time.monotonic() - self.began),
            charged_s=_in_micros(self.wall.charged_s),
            peak_bytes=self.peak_bytes,
            signs=tuple(sorted(self.signs)),
            **exit,
        )

    def finish(self) -> None:
        """Wait until nothing of the process remains: neither it, which has been killed, nor our ends of its pipes."""
        self._hear_keeper(flags=0)
        if self.was_early:  # it may have ended, and its keeper have cleaned up, before it had its folders
            for folder in self.folders:
                with contextlib.suppress(FileNotFoundError):
                    os.rmdir(folder)
        if self.giving >= 0:
            os.close(self.giving)
            self.giving = -1
        if not self.calls:
            os.close(self.stdin)
