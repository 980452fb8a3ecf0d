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

import _thread
import contextlib
import ctypes
import errno
import fcntl
import gc
import marshal
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any, List, NamedTuple

from ..wire.messages import Sign
from . import orphans, procfs, program, syscalls
from .channel import REPORTS
from .language import Hooks
from .scratch import ScratchSpace, folders_of, remove

MESSAGE_BYTES = 1 << 16
KEEPERS = 2  # where there are many users
SWEEP_S = 5.0  # a program whose processes outlive this many seconds of killing costs the sandbox
THREAD_STACK_BYTES = 1 << 18
SPACE_STEP_BYTES = 64 << 20  # a program's limit must not show by how much interpreters differ

_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38


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
) -> None:
    """Serve the supervisor until it closes the channel. A process in waiting receives its orders from `orders`.

    `shared_memory`: see `syscalls.forbid`. `hooks`: see `LanguageRunner.prepare`.

    Raises:
        RuntimeError: What a program left could not be removed.
        OSError: The kernel refuses to confine programs.
    """
    _confine(shared_memory)
    channel, orders = _above_the_programs(channel), _above_the_programs(orders)
    program.prepare(hooks, own_user=uids is not None)
    _rehearse_exit()
    gc.collect()
    gc.freeze()
    space = ScratchSpace.baseline(scratch_root, 1 if uids is None else KEEPERS)
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    started, mapped_bytes, exited = 0, _mapped_bytes(), None
    while True:
        uid = None if uids is None else uids[started % len(uids)]
        started += 1
        pid = _fork(channel, orders, uid, mapped_bytes)
        last, exited = exited, _exit_of(pid)
        if last is not None:  # closed only now, so that whoever counts our descriptors always finds as many
            os.close(last)
        channel.send(marshal.dumps((pid, uid)))
        message = _wait_for_exit(poll, channel, pid, exited)
        if message is None:
            _sweep(uid)  # where no namespace ends with us
            return
        result = _clean_up(pid, uid, space, killed=bool(message))
        if "import" in message:
            language, libraries = message["import"]
            program.runner_of(language).import_libraries(libraries, hooks)
            gc.freeze()
            mapped_bytes = _mapped_bytes()
        channel.send(marshal.dumps(tuple(result)))


def _fork(channel: socket.socket, orders: socket.socket, uid: int | None, mapped_bytes: int) -> int:
    """Start a process in waiting; return its pid."""
    pid = os.fork()
    if pid == 0:
        os.close(channel.fileno())
        program.run(orders, uid, mapped_bytes)
    return pid


def _exit_of(pid: int) -> int:
    """Return a descriptor that is readable once the child has ended, which is still to be waited for."""
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
    exited, end = os.pipe()
    of_programs = _thread.stack_size(THREAD_STACK_BYTES)
    _thread.start_new_thread(_close_at_exit, (pid, end))
    _thread.stack_size(of_programs)
    return exited


def _rehearse_exit() -> None:
    """Have all that the wait for a process maps before the first process inherits it."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    exited = _exit_of(pid)
    select.select([exited], [], [])
    os.close(exited)
    os.waitpid(pid, 0)


def _close_at_exit(pid: int, end: int) -> None:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    os.close(end)


def _confine(shared_memory: bool) -> None:
    """Become the parent of all orphans, and give up for all programs what none of them may have."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    syscalls.forbid(shared_memory)


def _above_the_programs(end: socket.socket) -> socket.socket:
    """Return the socket at a number that no program's descriptor has."""
    return socket.socket(fileno=fcntl.fcntl(end.detach(), fcntl.F_DUPFD_CLOEXEC, REPORTS + 1))


def _mapped_bytes() -> int:
    """Return the address space that every program inherits, in whole steps."""
    mapped = int(procfs.read_proc("/proc/self/statm").split()[0]) * procfs.PAGE_BYTES
    return -(-mapped // SPACE_STEP_BYTES) * SPACE_STEP_BYTES


def _wait_for_exit(poll: select.poll, channel: socket.socket, pid: int, exited: int) -> dict[str, Any] | None:
    """Wait until the process has ended. Return the message for which it was killed; None once the supervisor is gone.

    The message is empty if the process ended by itself.
    """
    poll.register(exited, select.POLLIN)
    reason: dict[str, Any] | None = {}
    while exited not in dict(poll.poll()):
        try:
            data = channel.recv(MESSAGE_BYTES)
        except ConnectionResetError:  # gone before it read all that we said
            data = b""
        if not data:
            poll.unregister(channel)
        message = marshal.loads(data) if data else None
        if message is None or message.get("kill", pid) == pid:  # else of the last process, which was ending by itself
            os.kill(pid, signal.SIGKILL)
            reason = message
    poll.unregister(exited)
    return reason


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
            if orphans.REACH_KEEPER or uid is None or not orphans.kill_all(uid):
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
