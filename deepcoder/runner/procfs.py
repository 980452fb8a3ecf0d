"""Read what /proc says of processes and their threads.

Runs: inside the sandbox, in the supervisor and the keeper.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Mapping

from .wall_time import NO_ACCOUNT, ThreadTimes

FILE_BYTES = 1 << 12  # no file that is read here is longer
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

# Indices into the fields of /proc/PID/stat that `stat_fields` returns; times are in ticks, sizes as proc(5) says.
STATE, PARENT, THREADS, MAPPED_BYTES, RESIDENT_PAGES = 0, 1, 17, 20, 21
CPU_TIMES = slice(11, 15)  # user and system time of the process, then of the children that it has waited for

# In /proc/PID/smaps: how a mapping is shared (s) or private (p), and its inode, 0 for none; then sizes in KiB.
_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ ...([ps]) [0-9a-f]+ \S+ ([0-9]+)")
_SIZE = re.compile(r"(Rss|Anonymous): +([0-9]+) kB")


def stat_fields(pid: int | str) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; also of one thread, as "PID/task/THREAD"."""
    return read_proc(f"/proc/{pid}/stat").rpartition(")")[2].split()


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process with its threads, by clock_getcpuclockid(3).

    Raises:
        OSError: There is no such process.
    """
    return time.clock_gettime((~pid << 3) | 2)


def read_proc(path: str) -> str:
    """Return a short file of /proc. A file object would cost several times the kernel's work."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, FILE_BYTES).decode("utf-8", "replace")
    finally:
        os.close(fd)


def bytes_but_for_files(pid: int) -> int:
    """Return what is resident in a process without the files that it maps for itself and has not changed.

    gVisor counts such a file in full, once a byte of it was read. Names of files are not escaped there, so a program
    may forge lines, which can only add to what it has.
    """
    total, counted = 0, "Rss"
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if mapping := _MAPPING.match(line):
                counted = "Anonymous" if mapping[1] == "p" and mapping[2] != "0" else "Rss"
            elif (size := _SIZE.match(line)) and size[1] == counted:
                total += int(size[2]) << 10
    return total


def descendants(ancestor: int) -> dict[int, list[str]]:
    """Return the stat fields of each descendant, by pid. Zombies count: their CPU time is in no other account."""
    processes: dict[int, list[str]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):  # the process has ended meanwhile
                processes[int(name)] = stat_fields(int(name))
    family, has_grown = {ancestor}, True
    while has_grown:
        members = {pid for pid, fields in processes.items() if int(fields[PARENT]) in family}
        has_grown = not members <= family
        family |= members
    return {pid: processes[pid] for pid in family - {ancestor} if pid in processes}


def cpu_s(family: Mapping[int, list[str]], threads: Mapping[int, ThreadTimes]) -> float:
    """Return the CPU seconds of these processes, by their stat fields, and of the children that they have waited for.

    Ticks leave out up to two of each process, which many short ones add up to a multiple of a limit. So a process has
    at least what its first thread has, which is exact.
    """
    total_s = 0.0
    for pid, fields in family.items():
        user, system, *waited = (int(ticks) / TICKS_PER_S for ticks in fields[CPU_TIMES])
        total_s += max(user + system, threads[pid].cpu_s) + sum(waited)
    return total_s


def first_threads(family: Mapping[int, list[str]]) -> dict[int, ThreadTimes]:
    """Return the times of the first thread of each process, by pid."""
    return {pid: _thread_times(f"/proc/{pid}", fields[STATE]) for pid, fields in family.items()}


def all_threads(family: Mapping[int, list[str]]) -> dict[int, ThreadTimes]:
    """Return the times of every thread of these processes, by its number: of the first thread that is the pid."""
    threads = first_threads(family)
    for pid, fields in family.items():
        if int(fields[THREADS]) > 1:
            with contextlib.suppress(OSError):  # the process has ended meanwhile
                for name in os.listdir(f"/proc/{pid}/task"):
                    if name != str(pid):
                        with contextlib.suppress(OSError):  # the thread has ended meanwhile
                            state = stat_fields(f"{pid}/task/{name}")[STATE]
                            threads[int(name)] = _thread_times(f"/proc/{pid}/task/{name}", state)
    return threads


def _thread_times(folder: str, state: str) -> ThreadTimes:
    """Return what schedstat says of a thread: nanoseconds on a processor and in queues, and its turns."""
    try:
        cpu_ns, queued_ns, turns = map(int, read_proc(f"{folder}/schedstat").split())
    except (OSError, ValueError):  # the thread has ended, or the kernel keeps no account
        return ThreadTimes(state == "R")
    return ThreadTimes(state == "R", cpu_ns / 1e9, queued_ns / 1e9, turns if _KEEPS_QUEUES else NO_ACCOUNT)


def _keeps_queues() -> bool:
    """Return whether the kernel keeps an account of how long threads wait; some show one that stays zero."""
    try:
        return read_proc("/proc/self/schedstat").split()[2] != "0"
    except (OSError, IndexError):
        return False


_KEEPS_QUEUES = _keeps_queues()
