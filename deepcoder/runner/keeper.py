"""The keeper: forks a program when told, waits for it, kills it when told, and leaves nothing of it behind.

Runs: inside the sandbox, as root of it where there are many users, else as the only one. It never sees a source or an
input (they pass as descriptors), so its memory, which every program inherits, holds nothing to find.

    supervisor → keeper   {"start": job} + descriptors   {"kill": true}   {"warm": [modules]}
    keeper → supervisor   {"pid": n}     {"status": n, "cpu_s": s, "peak_bytes": n}
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import threading
import time
from typing import Any

from . import program

MESSAGE_BYTES = 1 << 16
SWEEP_S = 5.0  # a program whose processes outlive this many seconds of killing costs the sandbox
THREAD_STACK_BYTES = 8 << 20  # the usual default; the C library would take the main stack's 1 GiB

_PR_SET_CHILD_SUBREAPER = 36

# What contest programs import, so that a forked program finds it loaded.
USUAL_MODULES = (
    "array bisect cmath collections contextlib copy dataclasses datetime decimal enum fractions functools heapq "
    "io itertools json math numbers operator os queue random re statistics string struct sys textwrap threading "
    "time traceback types typing"
).split()


def keep(channel: socket.socket, scratch_root: str, uids: range | None) -> None:
    """Serve the supervisor until it closes the channel.

    Raises:
        RuntimeError: A program's processes could not be killed.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    threading.stack_size(THREAD_STACK_BYTES)
    for name in USUAL_MODULES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    if uids is not None:
        os.chmod(scratch_root, 0o711)  # an engine may have made it as open as the image has it
    started = 0
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 6)
        if not data:
            return
        message = json.loads(data)
        if "warm" in message:
            for name in message["warm"]:
                with contextlib.suppress(ImportError):  # the program meets the same error itself
                    importlib.import_module(name)
            gc.freeze()
        elif "start" in message:
            uid = None if uids is None else uids[started % len(uids)]
            started += 1
            _run_one(channel, message["start"], descriptors, scratch_root, uid)


def _run_one(channel: socket.socket, job: dict[str, Any], descriptors: list[int], root: str, uid: int | None) -> None:
    scratch = os.path.join(root, f"{uid or os.getpid()}")
    os.mkdir(scratch, 0o700)
    if uid is not None:
        os.chown(scratch, uid, uid)
    job["uid"], job["scratch"] = uid, scratch
    pid = os.fork()
    if pid == 0:
        program.run(job, descriptors)
    for fd in descriptors:
        os.close(fd)
    channel.send(json.dumps({"pid": pid}).encode())
    _wait_for_exit(channel, pid)
    _, status, usage = os.wait4(pid, 0)
    survivors_cpu_s = _sweep(uid)
    _remove(scratch, uid)
    result = {
        "status": status,
        "cpu_s": usage.ru_utime + usage.ru_stime + survivors_cpu_s,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    channel.send(json.dumps(result).encode())


def _wait_for_exit(channel: socket.socket, pid: int) -> None:
    exited = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(exited, select.POLLIN)
    poll.register(channel, select.POLLIN)
    while all(fd != exited for fd, _ in poll.poll()):
        channel.recv(MESSAGE_BYTES)  # a kill, or the end of the supervisor: the same to the program
        os.kill(pid, signal.SIGKILL)
    os.close(exited)


def _sweep(uid: int | None) -> float:
    """Kill what the program left running; the CPU seconds that it used.

    Orphans become the keeper's children, so one call that finds no child proves that none is left.
    """
    cpu_s, deadline = 0.0, time.monotonic() + SWEEP_S
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu_s
        if pid:
            cpu_s += usage.ru_utime + usage.ru_stime
            continue
        if time.monotonic() > deadline:
            raise RuntimeError("a program's processes could not be killed")
        _kill_all(uid)


def _kill_all(uid: int | None) -> None:
    """SIGKILL every process of the user at once, which no fork can outrun; with one user, every descendant found."""
    if uid is None:
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
        return
    killer = os.fork()
    if killer == 0:
        try:
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(killer, 0)


def stat_fields(pid: int) -> list[str]:
    """/proc/<pid>/stat from the state (proc(5)): [1] parent, [11:15] CPU ticks, [17] threads, [21] resident pages."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()


def descendants(ancestor: int) -> dict[int, list[str]]:
    """The stat fields of each descendant, by pid; zombies too, since they hold CPU time that nobody has counted."""
    found: dict[int, list[str]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):  # it ended meanwhile
                found[int(name)] = stat_fields(int(name))
    family, grown = {ancestor}, True
    while grown:
        members = {pid for pid, fields in found.items() if int(fields[1]) in family}
        grown = not members <= family
        family |= members
    return {pid: found[pid] for pid in family - {ancestor} if pid in found}


def _remove(scratch: str, uid: int | None) -> None:
    """Delete the folder. Usually it is empty; otherwise its owner empties it, since root here may not enter it."""
    with contextlib.suppress(OSError):
        os.rmdir(scratch)
        return
    cleaner = os.fork()
    if cleaner == 0:
        try:
            if uid is not None:
                os.setresuid(uid, uid, uid)
            _empty(scratch)
        finally:
            os._exit(0)
    os.waitpid(cleaner, 0)
    os.rmdir(scratch)


def _empty(folder: str) -> None:
    """Delete what is in the folder, however deep and however closed: folders inside folders are moved up first."""
    os.chmod(folder, 0o700)
    os.chdir(folder)
    moved = 0
    while names := os.listdir():
        for name in names:
            if os.path.islink(name) or not os.path.isdir(name):
                os.unlink(name)
                continue
            os.chmod(name, 0o700)
            for inner in os.listdir(name):
                path = os.path.join(name, inner)
                if os.path.islink(path) or not os.path.isdir(path):
                    os.unlink(path)
                else:
                    os.chmod(path, 0o700)
                    while os.path.lexists(f"moved-{moved}"):
                        moved += 1
                    os.rename(path, f"moved-{moved}")
            os.rmdir(name)
