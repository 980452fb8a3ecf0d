"""Files in memory that nobody can change: the job of a program, and what it reads as standard input.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import fcntl
import os

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def sealed(name: str, data: bytes | memoryview) -> int:
    """Return a descriptor of a new file that holds the data; no seal can be taken off."""
    file = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    write_all(file, data)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, _SEALS)
    return file


def standard_input(data: bytes | memoryview) -> int:
    """Return a read-only descriptor, at offset 0, of a new sealed file.

    Each run gets a file of its own: locks, times and mode bits belong to the file, and would tell the next program
    something.
    """
    file = sealed("stdin", data)
    os.fchmod(file, 0o444)  # a program may open /dev/stdin anew, and only to read it
    try:
        return os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(file)


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write everything to a blocking descriptor."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
