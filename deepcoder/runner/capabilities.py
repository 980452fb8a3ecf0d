"""The capabilities of a process: which of root's powers it has.

Runs: inside the sandbox, in the supervisor, the keeper and the program's process.
"""

from __future__ import annotations

import ctypes
import os

_VERSION_3 = 0x20080522

_LIBC = ctypes.CDLL(None, use_errno=True)


def keep_capabilities(kept: int) -> None:
    """Keep only the capabilities of this mask, and hand on none to a program that is executed (capset(2), version 3).

    Raises:
        OSError: The kernel refuses.
    """
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)(kept, kept))  # effective and permitted, not inheritable


def call(name: str, *arguments: object) -> None:
    """Make a system call for which Python has no function.

    Raises:
        OSError: The kernel refuses.
    """
    if getattr(_LIBC, name)(*arguments) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}{arguments}: {os.strerror(error)}")
