"""The keeper: forks a process for the next program ahead of time, waits for it, kills it when told, and leaves nothing
of it behind.

Runs: inside the sandbox, as root of it where there are many users, else as the only one. It never sees a source or an
input (they pass from the supervisor to the process): its memory, which every program inherits, holds nothing to find.

Where there are many users there are two keepers, so that one has the next process ready while the other's is at work.
With one user there is one: a process in waiting would be of the same user as the program at work.

By marshal, which touches the fewest pages: after a fork each one touched must be copied, and each copy costs. For that
reason all that is done for every program is plain, too.

    keeper → supervisor   (pid, uid or None) of the process in waiting
                          the fields of an `Exit` once nothing is left of it
    supervisor → keeper   {"kill": pid}
                          {"import": (language, libraries)}, which ends the process in waiting
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import gc
import itertools
import marshal
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any, List, NamedTuple

from ..wire.messages import Sign
from . import orphans, procfs, program, syscalls, view
from .channel import REPORTS
from .language import Hooks
from .scratch import ScratchSpace, folders_of, remove

MESSAGE_BYTES = 1 << 16
KEEPERS = 2  # where there are many users
SWEEP_S = 5.0  # a program whose processes outlive this many seconds of killing costs the sandbox
SPACE_STEP_BYTES = 64 << 20  # a program's limit must not show by how much interpreters differ

_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38


def _has_pidfds() -> bool:
    """Return whether a descriptor can tell that a process has ended: not in gVisor before 2026."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        return False
    return True


HAS_PIDFDS = _has_pidfds()


class Exit(NamedTuple):
    """Say what a process was, once nothing is left of it."""

    status: int  # as wait4 says it
    cpu_s: float
    peak_bytes: int
    signs: List[str]


def keep(
    channel: socket.socket,
    orders: socket.socket,
    scratch_root: str,
    uids: range | None,
    shared_memory: bool,
    hooks: Hooks,
    root: str = "",
) -> None:
    """Serve the supervisor until it closes the channel. A process in waiting receives its orders from `orders`.

    `shared_memory`: see `syscalls.forbid`. `hooks`: see `LanguageRunner.prepare`. `root`: see `view.enter`; empty for
    the supervisor's own.

    Raises:
        RuntimeError: What a program left could not be removed.
        OSError: The kernel refuses to confine programs.
    """
    sizes = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)  # the root may not have it
    if root:
        view.enter(root)
    _confine(shared_memory)
    channel, orders = _above_the_programs(channel), _above_the_programs(orders)
    program.prepare(hooks, None if uids is None else uids[0])
    gc.collect()
    gc.freeze()
    space = ScratchSpace.baseline(scratch_root, 1 if uids is None else KEEPERS)
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    mapped_bytes, exited = _mapped_bytes(sizes), -1
    for started in itertools.count():
        uid = None if uids is None else uids[started % len(uids)]
        pid = _fork(channel, orders, uid, mapped_bytes, announces_itself=bool(root))
        exited = _exit_of(pid, exited)
        if not root:
            channel.send(marshal.dumps((pid, uid)))
        message = _wait_for_exit(poll, channel, pid, exited)
        if message is None:
            _sweep(uid)  # where no namespace ends with us
            return
        result = _clean_up(pid, uid, space, killed=bool(message))
        if "import" in message:
            _import(message["import"], hooks)
            mapped_bytes = _mapped_bytes(sizes)
        channel.send(marshal.dumps(tuple(result)))


def _fork(
    channel: socket.socket, orders: socket.socket, uid: int | None, mapped_bytes: int, announces_itself: bool
) -> int:
    """Start a process in waiting; return its pid.

    `announces_itself`: the supervisor knows it by another number, which comes with what the process says itself.
    """
    pid = os.fork()
    if pid == 0:
        if not announces_itself:
            os.close(channel.fileno())
        program.run(orders, uid, mapped_bytes, channel if announces_itself else None)
    return pid


def _import(wanted: tuple[str, List[str]], hooks: Hooks) -> None:
    """Import libraries for the programs that name them."""
    language, libraries = wanted
    program.runner_of(language).import_libraries(libraries, hooks)
    gc.freeze()


def _exit_of(pid: int, last: int) -> int:
    """Return a descriptor that is readable once the child has ended; -1 where there is none. Close the last one.

    It is closed only now, so that a count of our descriptors never changes.
    """
    if not HAS_PIDFDS:
        return last
    exited = os.pidfd_open(pid)
    if last >= 0:
        os.close(last)
    return exited


def _confine(shared_memory: bool) -> None:
    """Become the parent of all orphans, and give up for all programs what none of them may have."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    syscalls.forbid(shared_memory)


def _above_the_programs(end: socket.socket) -> socket.socket:
    """Return the socket at a number that no program's descriptor has."""
    return socket.socket(fileno=fcntl.fcntl(end.detach(), fcntl.F_DUPFD_CLOEXEC, REPORTS + 1))


def _mapped_bytes(sizes: int) -> int:
    """Return the address space that every program inherits, in whole steps. `sizes`: our file of /proc that tells."""
    mapped = int(os.pread(sizes, procfs.FILE_BYTES, 0).split()[0]) * procfs.PAGE_BYTES
    return -(-mapped // SPACE_STEP_BYTES) * SPACE_STEP_BYTES


def _wait_for_exit(poll: select.poll, channel: socket.socket, pid: int, exited: int) -> dict[str, Any] | None:
    """Wait until the process has ended. Return the message for which it was killed; None once the supervisor is gone.

    The message is empty if the process ended by itself.
    """
    if exited < 0:
        return _wait_without_pidfd(channel, pid)
    poll.register(exited, select.POLLIN)
    reason: dict[str, Any] | None = {}
    while exited not in dict(poll.poll()):
        message = _receive(channel)
        if message is None:
            poll.unregister(channel)
        if message is None or message.get("kill", pid) == pid:  # else of the last process, which was ending by itself
            os.kill(pid, signal.SIGKILL)
            reason = message
    poll.unregister(exited)
    return reason


def _wait_without_pidfd(channel: socket.socket, pid: int) -> dict[str, Any] | None:
    """Do the same where the supervisor kills the process itself, after it has sent the message."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    while True:
        try:
            message = _receive(channel, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return {}
        if message is None or message.get("kill", pid) == pid:
            return message


def _receive(channel: socket.socket, flags: int = 0) -> dict[str, Any] | None:
    """Return the supervisor's next message; None once it is gone. `flags` are those of recv(2)."""
    try:
        data = channel.recv(MESSAGE_BYTES, flags)
    except ConnectionResetError:  # gone before it read all that we said
        data = b""
    return marshal.loads(data) if data else None


def _clean_up(pid: int, uid: int | None, space: ScratchSpace, killed: bool) -> Exit:
    """Leave nothing of a process that has ended, and return what it was."""
    _, status, usage = os.wait4(pid, 0)
    cpu_s = usage.ru_utime + usage.ru_stime
    has_forbidden = _is_forbidden(status)
    signs = []
    swept = _sweep(uid)
    if swept is not None:
        cpu_s += swept.cpu_s
        has_forbidden |= any(map(_is_forbidden, swept.statuses))
        if swept.has_killed and not killed:  # children of what we killed ourselves were at work
            signs.append(Sign.PROCESSES.value)
    if uid is None:
        os.chmod(space.root, 0o711)  # which the program may have closed
    scratch, shared_memory = folders_of(space.root, uid, pid)
    if remove(scratch, uid) or uid is None:  # else it never began, and the other keeper's program may have that place
        remove(shared_memory, uid)
    if has_forbidden:
        signs.append(Sign.SYSTEM_CALL.value)
    if space.clear(may_be_written=uid is None):
        signs.append(Sign.FILES.value)
    return Exit(status, cpu_s, usage.ru_maxrss * 1024, signs)


def _is_forbidden(status: int) -> bool:
    """Return whether the process was ended for a system call that programs may not make."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS


@dataclass
class Swept:
    """Collect what a program left running. The mutable state: it grows with every process found."""

    has_killed: bool = False
    cpu_s: float = 0.0
    statuses: set[int] = field(default_factory=set)


def _sweep(uid: int | None) -> Swept | None:
    """Kill what the program left running. Return None where it left nothing, not even a zombie.

    Orphans become the keeper's children, so one call that finds no child proves that none is left. Where they do not,
    a signal that finds none does.
    """
    swept, deadline = None, 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            if orphans.reach_keeper() or uid is None or not orphans.kill_all(uid):
                return swept
            pid = 0
        if swept is None:
            swept, deadline = Swept(), time.monotonic() + SWEEP_S
        if pid:
            swept.cpu_s += usage.ru_utime + usage.ru_stime
            swept.statuses.add(status)
            continue
        if time.monotonic() > deadline:
            raise RuntimeError("a program's processes could not be killed")
        swept.has_killed = True
        _kill_all(uid)


def _kill_all(uid: int | None) -> None:
    """Kill every process of the user; with one user, each descendant."""
    if uid is None:
        for pid in procfs.descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)
        return
    orphans.kill_all(uid)
