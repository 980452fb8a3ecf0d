"""The program's own process: lose every privilege, wait for an order, take its limits, then become the program.

Runs: inside the sandbox, in a fork of the keeper that never returns. From `confine` on nothing here is trusted: a
program may do to this code whatever it likes, and gains only what its own process may do. What depends on the language
is in `languages/`.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import marshal
import math
import os
import re
import resource
import signal
import socket
import sys
import traceback
from typing import NoReturn, cast

from ..wire.languages import LANGUAGES
from . import beside
from .capabilities import keep_capabilities
from .channel import CONFINED, REPORT, REPORTS, Order, die_of_memory, receive_order
from .language import Hooks, LanguageRunner

OWN_FOLDER = "/proc/self/cwd"  # the same words for every program
DESCRIPTORS = 256  # the most that a process may have open
REHEARSALS = 20
KERNEL = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))

# Whatever the runner was started with, a program finds the same in every kind of sandbox.
PROGRAM_LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_NICE: 0,
    resource.RLIMIT_RTPRIO: 0,
    resource.RLIMIT_MEMLOCK: 1 << 16,
    resource.RLIMIT_SIGPENDING: 1 << 10,
    resource.RLIMIT_NOFILE: DESCRIPTORS,
}

_PR_SET_DUMPABLE = 4
_prctl = ctypes.CDLL(None).prctl
_hard_limits: dict[int, int] = {}  # by kind of limit
_spare_processes = 0  # that the kernel allows beyond a limit of processes
_confined = REPORT.pack(CONFINED, 0)


RUNNERS = {
    name: cast(LanguageRunner, importlib.import_module(f".languages.{name}", __package__))
    for name in dict.fromkeys(each.runner for each in LANGUAGES.values())
}


def runner_of(language: str) -> LanguageRunner:
    """Return the module for the programs of a language."""
    return RUNNERS[LANGUAGES[language].runner]


# --- In the keeper ----------------------------------------------------------------------------------------------------


def prepare(hooks: Hooks, trial_uid: int | None) -> None:
    """Make what is the same for every program: each page that a new process touches costs that process time.

    `trial_uid`: a user that runs nothing; None where programs have no users of their own.
    """
    global _spare_processes
    os.environ.update(HOME=OWN_FOLDER, TMPDIR=OWN_FOLDER)
    for name in ("TERM", "container"):  # of Podman
        os.environ.pop(name, None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a worker in the background may ignore
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, *PROGRAM_LIMITS):
        hard = resource.getrlimit(kind)[1]
        _hard_limits[kind] = sys.maxsize if hard == resource.RLIM_INFINITY else hard
    for kind, value in PROGRAM_LIMITS.items():
        with contextlib.suppress(ValueError):  # gVisor refuses to change those that it has no use for
            _limit(kind, value)
    for each in RUNNERS.values():
        each.prepare(hooks)
    if trial_uid is not None:
        os.setgroups([])
        _spare_processes = _allowed_processes(trial_uid) - 1
    _rehearse()


def _allowed_processes(uid: int) -> int:
    """Return how many processes a user may have whose limit is 1: in gVisor 2. The user runs nothing else."""
    pid = os.fork()
    if pid == 0:
        allowed = 1
        try:
            os.setresuid(uid, uid, uid)
            resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
            if child := os.fork():
                os.waitpid(child, 0)
            allowed = 2
        finally:
            os._exit(allowed)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _rehearse() -> None:
    """Do what every process does, as far as it changes nothing.

    The first call of a function of the C library touches many pages. So does Python code that has not yet run as often
    as the interpreter wants before it adapts the code.
    """
    os.setpgid(0, 0)
    with contextlib.suppress(PermissionError):  # which the leader of a group gets
        os.setsid()
    os.setresgid(-1, -1, -1)
    os.setresuid(-1, -1, -1)
    os.chdir("/")
    order = Order(os.getpid(), True, "", True, False, 0, 0, 0, 0, 0.0, "/")
    orders, process = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with orders, process:
        for _ in range(REHEARSALS):
            orders.send(order.packed())
            receive_order(process)
            _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
            for each in RUNNERS.values():
                each.rehearse()


# --- In the program's process -----------------------------------------------------------------------------------------


def run(orders: socket.socket, uid: int | None, keeper_bytes: int, channel: socket.socket | None = None) -> NoReturn:
    """Lose every privilege, wait for an order, get ready, and become the program.

    `keeper_bytes` is the address space that the process has inherited. `channel`: where to say that it waits.
    """
    try:
        confine(uid)
        if channel is not None:
            channel.send(marshal.dumps((os.getpid(), uid)))
            os.close(channel.fileno())
        os.closerange(0, REPORTS + 1)  # so that the descriptors of the order take these places
        order = receive_order(orders)
        _take_limits(order, uid, keeper_bytes)
        os.write(REPORTS, _confined)
        execute = runner_of(order.language).ready(order)
        while not order.goes:
            order = receive_order(orders)
        os.chdir(order.scratch)
        os.closerange(REPORTS + 1, DESCRIPTORS)
        if order.beside_bytes:
            beside.lay_out(order)
        execute(order.scratch)
    except MemoryError:
        die_of_memory()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def confine(uid: int | None) -> None:
    """Become a user of its own without privileges, in a session of its own."""
    if uid is None:
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # which the runner is not, so that /proc/self is the program's again
    score = os.open(b"/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(score, b"1000")  # when the sandbox's memory ends, the kernel picks the program
    os.close(score)
    if uid is not None:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # here, since to become another user takes it away
    else:
        keep_capabilities(0)  # of a root of a user namespace with one user
    os.setsid()


def _take_limits(order: Order, uid: int | None, keeper_bytes: int) -> None:
    """Set the limits that the kernel enforces. They stop what is too quick for the supervisor, which watches memory."""
    _limit(resource.RLIMIT_AS, keeper_bytes + order.memory_bytes + order.reserved_bytes)
    if uid is not None or not _counts_all_of_the_user():
        _limit(resource.RLIMIT_NPROC, order.processes - _spare_processes)
    if not order.is_function:
        # The supervisor ends a program at its limit. This is for when it is late. The kernel counts ticks: not exactly.
        _limit(resource.RLIMIT_CPU, math.ceil(2 * order.cpu_s) + 1)


def _counts_all_of_the_user() -> bool:
    """Return whether the kernel counts all that our user runs on this machine, not only the program's processes."""
    if KERNEL < (5, 14):  # which counts them in a user namespace, too
        return True
    with open("/proc/self/uid_map") as rows:
        return rows.read().split() == ["0", "0", "4294967295"]


def _limit(kind: int, value: int) -> None:
    value = min(value, _hard_limits[kind])
    resource.setrlimit(kind, (value, value))
