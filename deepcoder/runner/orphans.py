"""Whose children the processes become whose parent has ended: the keeper's, or the first process's of the sandbox.

Runs: inside the sandbox, in the supervisor and the keeper. Linux makes them the keeper's, which asks for them. Some
versions of gVisor do not know how. There a keeper with process numbers of its own gets them as the first of these. Else
they become the supervisor's, and only their user tells whose they are.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

from .view import FIRST

_PR_GET_CHILD_SUBREAPER = 37

REACH_WHO_ASKS = ctypes.CDLL(None).prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(ctypes.c_int()), 0, 0, 0) == 0


def reach_keeper() -> bool:
    """Return whether they become the children of this keeper."""
    return REACH_WHO_ASKS or os.getpid() == FIRST


def kill_all(uid: int) -> bool:
    """Kill every process of the user with one signal, which no fork can outrun; return whether there was one.

    The first process of a set of numbers keeps one user's at a time.
    """
    if os.getpid() == FIRST:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
            return True
        return False
    killer = os.fork()
    if killer == 0:
        killed = 0
        try:
            # Linux lets a process send signals by its effective user, and receives them by the others. So the user's
            # processes cannot stop this one. The user before is of a program that has ended, or of none.
            os.setresuid(uid - 1, uid, uid - 1)
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
                killed = 1
        finally:
            os._exit(killed)
    return os.waitpid(killer, 0)[1] != 0


def bury(*_: object) -> None:
    """Wait for every child that has ended: the handler of the signal that says so."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
