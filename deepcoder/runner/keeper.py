"""The keeper: forks a process for the next program ahead of time, waits for it, kills it when told, and leaves nothing
of it behind.

Runs: inside the sandbox, as root of it where there are many users, else as the only one. It never sees a source or an
input (they pass from the supervisor to the process): its memory, which every program inherits, holds nothing to find.

Where there are many users there are two keepers, so that one has the next process ready while the other's is at work.
With one user there is one: a process in waiting would be of the same user as the program at work.

By marshal, which touches the fewest pages: after a fork each one touched must be copied, and each copy costs. For that
reason all that is done for every program is plain, too.

    keeper → supervisor   (pid, uid or None) of the process in waiting
                          (status, CPU seconds, peak bytes, [signs]) once nothing is left of it
    supervisor → keeper   {"kill": pid}   {"warm": [modules]}, which ends the process too
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import importlib
import marshal
import os
import select
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from ..wire.messages import Sign
from . import program, syscalls

MESSAGE_BYTES = 1 << 16
KEEPERS = 2  # where there are many users
SHM = "shm"  # the folder that /dev/shm is a link to
PROC_BYTES = 1 << 12
SWEEP_S = 5.0  # a program whose processes outlive this many seconds of killing costs the sandbox
THREAD_STACK_BYTES = 8 << 20  # the usual default; the C library would take the main stack's 1 GiB
SPACE_STEP_BYTES = 64 << 20  # a program's limit must not show by how much interpreters differ

_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38

# What contest programs import, so that a forked program finds it loaded.
USUAL_MODULES = (
    "array bisect cmath collections contextlib copy dataclasses datetime decimal enum fractions functools heapq "
    "io itertools json math numbers operator os queue random re statistics string struct sys textwrap threading "
    "time traceback types typing"
).split()


def keep(
    channel: socket.socket,
    jobs: socket.socket,
    scratch_root: str,
    uids: range | None,
    shared_memory: bool,
    hooks: program.Hooks,
) -> None:
    """Serve the supervisor until it closes the channel. `jobs`: where each process in waiting is given its own.
    `shared_memory`, `hooks`: see `syscalls.forbid`, `program.prepare`.

    Raises:
        RuntimeError: What a program left could not be removed.
        OSError: The kernel refuses to confine programs.
    """
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # here, so that programs inherit it as they do the filter
    syscalls.forbid(shared_memory)
    threading.stack_size(THREAD_STACK_BYTES)
    for name in USUAL_MODULES:
        importlib.import_module(name)
    channel, jobs = _above_the_programs(channel), _above_the_programs(jobs)
    program.prepare(hooks, own_user=uids is not None)
    gc.collect()
    gc.freeze()
    started, room, size = 0, Room.of(scratch_root, 1 if uids is None else KEEPERS), _address_space_bytes()
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    exited = None
    while True:
        uid = None if uids is None else uids[started % len(uids)]
        started += 1
        pid = os.fork()
        if pid == 0:
            os.close(channel.fileno())
            program.run(jobs, uid, size)
        last, exited = exited, os.pidfd_open(pid)
        if last is not None:  # closed only now, so that whoever counts our descriptors always finds as many
            os.close(last)
        channel.send(marshal.dumps((pid, uid)))
        told = _wait_for_exit(poll, channel, pid, exited)
        if told is None:
            _sweep(uid)  # where no namespace ends with us
            return
        result = _result(pid, uid, room, killed=bool(told))
        if "warm" in told:
            program.import_all(told["warm"], hooks)
            gc.freeze()
            size = _address_space_bytes()
        channel.send(marshal.dumps(result))


def _above_the_programs(one: socket.socket) -> socket.socket:
    """The socket at a number that no program's descriptor has."""
    return socket.socket(fileno=fcntl.fcntl(one.detach(), fcntl.F_DUPFD_CLOEXEC, program.REPORTS + 1))


def _address_space_bytes() -> int:
    """What every program inherits, in whole steps."""
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return -(-mapped // SPACE_STEP_BYTES) * SPACE_STEP_BYTES


def _wait_for_exit(poll: select.poll, channel: socket.socket, pid: int, exited: int) -> dict[str, Any] | None:
    """What it had to be killed for, empty if it ended by itself; None once the supervisor is gone."""
    poll.register(exited, select.POLLIN)
    told: dict[str, Any] | None = {}
    while exited not in dict(poll.poll()):
        try:
            data = channel.recv(MESSAGE_BYTES)
        except ConnectionResetError:  # gone before it read all that we said
            data = b""
        if not data:
            poll.unregister(channel)
        message = marshal.loads(data) if data else None
        if message is None or message.get("kill", pid) == pid:  # else of the last one, which was ending by itself
            os.kill(pid, signal.SIGKILL)
            told = message
    poll.unregister(exited)
    return told


def folders_of(root: str, uid: int | None, pid: int) -> tuple[str, str]:
    """The scratch folder of one process, and the one that it finds as /dev/shm, which is at one place for all."""
    return f"{root}/{uid or pid}", f"{root}/{SHM}"


def _result(pid: int, uid: int | None, room: Room, killed: bool) -> tuple[int, float, int, list[str]]:
    """What the process was, once nothing is left of it."""
    _, status, usage = os.wait4(pid, 0)
    cpu_s = usage.ru_utime + usage.ru_stime
    has_forbidden = _is_forbidden(status)
    signs = []
    swept = _sweep(uid)
    if swept is not None:
        cpu_s += swept.cpu_s
        has_forbidden |= any(map(_is_forbidden, swept.statuses))
        if swept.alive and not killed:  # children of what we killed ourselves were at work
            signs.append(Sign.PROCESSES.value)
    if uid is None:
        os.chmod(room.root, 0o711)  # which the program may have closed
    scratch, shm = folders_of(room.root, uid, pid)
    if _remove(scratch, uid) or uid is None:  # else it never began, and the other keeper's program may have that place
        _remove(shm, uid)
    if has_forbidden:
        signs.append(Sign.SYSTEM_CALL.value)
    if room.clear(may_be_written=uid is None):
        signs.append(Sign.FILES.value)
    return status, cpu_s, usage.ru_maxrss * 1024, signs


def _is_forbidden(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS


@dataclass
class Swept:
    """What a program left behind it. The mutable state: it grows with every process found."""

    alive: bool = False  # something had to be killed
    cpu_s: float = 0.0
    statuses: set[int] = field(default_factory=set)


def _sweep(uid: int | None) -> Swept | None:
    """Kill what the program left running; None where it left nothing, not even a zombie.

    Orphans become the keeper's children, so one call that finds no child proves that none is left.
    """
    swept, deadline = None, 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return swept
        if swept is None:
            swept, deadline = Swept(), time.monotonic() + SWEEP_S
        if pid:
            swept.cpu_s += usage.ru_utime + usage.ru_stime
            swept.statuses.add(status)
            continue
        if time.monotonic() > deadline:
            raise RuntimeError("a program's processes could not be killed")
        swept.alive = True
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


def stat_fields(pid: int | str) -> list[str]:
    """/proc/<pid>/stat from the state (proc(5)): [1] parent, [11:15] CPU ticks, [17] threads, [21] resident pages.

    Also of one thread, "<pid>/task/<thread>".
    """
    return read_proc(f"/proc/{pid}/stat").rpartition(")")[2].split()


def read_proc(path: str) -> str:
    """A short file of /proc. Without a file object, which costs several times the kernel's work."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, PROC_BYTES).decode("utf-8", "replace")
    finally:
        os.close(fd)


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


def _remove(folder: str, uid: int | None) -> bool:
    """Delete the folder; whether there was one. Usually it is empty; else its owner empties it: root may not enter."""
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return False
    except NotADirectoryError:  # a program of our own user has put something else there
        os.unlink(folder)
    except OSError:
        _empty(folder, uid)
        os.rmdir(folder)
    return True


@dataclass(frozen=True)
class Room:
    """The file system that all folders of programs are in, and what is free in it when there are none."""

    root: str
    blocks: int = 0
    inodes: int = 0

    @classmethod
    def of(cls, root: str, keepers: int) -> Room:
        """As it is before the first program; each other keeper may have two empty folders in it at any time."""
        if not os.path.ismount(root):  # others use it too, and what is free in it tells nothing
            return cls(root)
        space = os.statvfs(root)
        return cls(root, space.f_bfree, space.f_ffree - 2 * (keepers - 1))

    def is_clear(self) -> bool:
        space = os.statvfs(self.root)
        return space.f_bfree >= self.blocks and space.f_ffree >= self.inodes

    def clear(self, may_be_written: bool) -> bool:
        """Have it as it was; whether a program had left something beside its own folder, where it may.

        Raises:
            RuntimeError: Something stays in use.
        """
        attributes = os.listxattr(self.root) if may_be_written else []
        for name in attributes:
            os.removexattr(self.root, name)
        if self.is_clear():
            return bool(attributes)
        # Elsewhere what is there is of the other keeper's program, which that keeper removes.
        strange = may_be_written and bool(attributes or os.listdir(self.root))
        if strange:
            _empty(self.root, None)
            os.chmod(self.root, 0o711)
        deadline = time.monotonic() + SWEEP_S
        while not self.is_clear():
            if time.monotonic() > deadline:
                raise RuntimeError("what a program left in files could not be freed")
            # Files sent through a socket that nobody reads live on until the kernel looks for such, when one closes.
            for end in socket.socketpair():
                end.close()
            time.sleep(0.001)
        return strange


def _empty(folder: str, uid: int | None) -> None:
    """Delete what is in the folder, as its owner."""
    cleaner = os.fork()
    if cleaner == 0:
        try:
            if uid is not None:
                os.setresuid(uid, uid, uid)
            _delete_all(folder)
        finally:
            os._exit(0)
    os.waitpid(cleaner, 0)


def _delete_all(folder: str) -> None:
    """However deep and however closed: folders inside folders are moved up first."""
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
