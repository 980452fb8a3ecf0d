"""The pipe through which a program gets what it reads while it runs: the calls of a function, or live standard input.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
from enum import Enum

PIPE_READ_BYTES = 1 << 16  # what a pipe holds
CALL_PIPE_BYTES = 1 << 20  # what an unprivileged process may ask for
_F_SETPIPE_SZ = 1031


class Fed(Enum):
    """Name what a program reads while it runs."""

    CALLS = "calls"
    LIVE = "live standard input"


class Feed:
    """The writing end of the pipe.

    The mutable state: the descriptor, what is not yet written, how much was, and whether the end is to follow.
    """

    def __init__(self, what: Fed, poll: select.poll, ends: tuple[int, int]) -> None:
        """Take the pipe. `poll` watches it while it is full."""
        self.is_live = what is Fed.LIVE
        self.program_end, self.fd = ends
        os.set_blocking(self.fd, False)
        self.fed_bytes = 0
        self.unsent: list[memoryview] = []
        self._poll = poll
        self._is_watched = False
        self._ends = False

    def make_room(self, size: int) -> None:
        """Have the pipe hold as much as it may of so many bytes."""
        if size > PIPE_READ_BYTES:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self.fd, _F_SETPIPE_SZ, min(size, CALL_PIPE_BYTES))

    def send(self, *pieces: bytes | memoryview) -> None:
        """Send these bytes, as much of them as the pipe takes now; nothing once it was ended."""
        if self.fd >= 0 and not self._ends:
            self.unsent += map(memoryview, pieces)
            self.write()

    def end(self) -> None:
        """Close the pipe when all is written."""
        self._ends = True
        self.write()

    def write(self) -> None:
        """Write what the pipe takes now."""
        try:
            while self.unsent:
                written = os.write(self.fd, self.unsent[0])
                self.fed_bytes += written
                rest = self.unsent[0][written:]
                self.unsent[:1] = [rest] if rest else []
        except BlockingIOError:
            self._poll.register(self.fd, select.POLLOUT)
            self._is_watched = True
            return
        except BrokenPipeError:  # the program reads no more: its own business
            self.fed_bytes += sum(map(len, self.unsent))
            self.unsent = []
        if self._is_watched:
            self._poll.unregister(self.fd)
            self._is_watched = False
        if self._ends:
            self.close()

    def close(self) -> None:
        """Close the pipe. Safe to repeat."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
