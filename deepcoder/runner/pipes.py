"""The supervisor's ends of one program's pipes: what the program reads, prints and reports.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket

from ..wire.messages import STDERR_BYTES, Ended
from . import channel
from .channel import Order
from .memory_files import standard_input
from .reports import Reports

PIPE_READ_BYTES = 1 << 16  # what a pipe holds
CALL_PIPE_BYTES = 1 << 20  # what an unprivileged process may ask for
_F_SETPIPE_SZ = 1031


class Pipes:
    """The pipes of one process. `poll` watches those that have to be served while the program runs.

    The mutable state: the descriptors still open, what has come out of them, and the arguments not yet sent.
    """

    def __init__(self, code: int, stdin: bytes | memoryview | None, reports: Reports) -> None:
        """Make the pipes of a program that reads `stdin`, or of a function where that is None."""
        printed, errors, reported = os.pipe(), os.pipe(), os.pipe()
        for fd, _ in (printed, errors):
            os.fchmod(fd, 0o666)  # a program may open /dev/stdout, which asks whose pipe it is
        self.stdout, self.stderr = bytearray(), bytearray()
        self.limit: Ended | None = None  # why the process is to be killed
        self.unsent: list[memoryview] = []
        self.poll = select.poll()
        self._reports = reports
        self._printed_bytes = 0
        self._calls = self._stdin = -1
        null = os.open(os.devnull, os.O_RDONLY)  # the program's own: a lock on it ends with the program
        if stdin is None:
            calls, self._calls = os.pipe()
            os.set_blocking(self._calls, False)
        else:
            calls = null
            self._stdin = standard_input(stdin)  # open here to the end: no program is charged for freeing it
        self._program_ends = [
            (null, True) if stdin is None else (self._stdin, False),
            *((printed[1], True), (errors[1], True)),
            *((code, False), (calls, True), (reported[1], True)),
        ]  # in the order of its descriptors, and whether they are to be closed here once it has them
        self._printed, self._errors, self._reported = printed[0], errors[0], reported[0]
        self._open = {self._printed, self._errors, self._reported}
        self._strays = select.poll()
        self._strays.register(self._reported, select.POLLIN)
        for fd in self._open:
            os.set_blocking(fd, False)
        for fd in (self._printed, self._errors):
            self.poll.register(fd, select.POLLIN)

    def watch_reports(self) -> None:
        """Serve reports as they come. Each wake costs, so what can wait for the end of a run is read then."""
        self.poll.register(self._reported, select.POLLIN)

    def send_order(self, orders: socket.socket, order: Order) -> None:
        """Send an order to the process; with the first one the program's ends of the pipes."""
        socket.send_fds(orders, [order.packed()], [fd for fd, _ in self._program_ends])
        for fd, is_closed in self._program_ends:
            if is_closed:
                os.close(fd)
        self._program_ends = []

    @property
    def is_ordered(self) -> bool:
        """Return whether the process has got its first order."""
        return not self._program_ends

    @property
    def is_drained(self) -> bool:
        """Return whether the program has closed its standard output and standard error."""
        return self._printed not in self._open and self._errors not in self._open

    def send_call(self, arguments: bytes | memoryview) -> None:
        """Send the arguments of a call, as much of them as the pipe takes now."""
        size = channel.CALL.pack(len(arguments))
        if len(arguments) > PIPE_READ_BYTES:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._calls, _F_SETPIPE_SZ, min(len(arguments), CALL_PIPE_BYTES))
            self.unsent = [memoryview(size), memoryview(arguments)]
        else:
            self.unsent = [memoryview(size + arguments)]
        self._write()
        if self.unsent:
            self.poll.register(self._calls, select.POLLOUT)

    def _write(self) -> None:
        try:
            while self.unsent:
                rest = self.unsent[0][os.write(self._calls, self.unsent[0]) :]
                self.unsent[:1] = [rest] if rest else []
        except BlockingIOError:
            return
        except BrokenPipeError:  # the program reads no more: its own business
            self.unsent = []

    def handle(self, fd: int) -> None:
        """Serve one descriptor that `poll` found ready."""
        if fd in self._open:
            self._read(fd, at_end=False)
        elif fd == self._calls:
            self._write()
            if not self.unsent:
                self.poll.unregister(fd)

    def read_strays(self) -> None:
        """Read the reports that came after the answer to the last call: they answer nothing."""
        if self._reported in self._open and self._strays.poll(0):  # an empty read would cost an exception
            self._read(self._reported, at_end=False)

    def read_to_the_end(self) -> None:
        """Read all that is left, when every writer is dead."""
        for fd in list(self._open):
            while fd in self._open:
                self._read(fd, at_end=True)

    def _read(self, fd: int, at_end: bool) -> None:
        try:
            data = os.read(fd, PIPE_READ_BYTES)
        except BlockingIOError:
            if not at_end:
                return
            data = b""
        if not data:
            with contextlib.suppress(KeyError):  # a descriptor that was never watched
                self.poll.unregister(fd)
            self._open.discard(fd)
            os.close(fd)
        elif fd == self._reported:
            if self.limit is None:
                self.limit = self._reports.feed(data)
        elif fd == self._printed:
            self._take_output(data)
        else:
            self.stderr += data
            del self.stderr[:-STDERR_BYTES]

    def _take_output(self, data: bytes) -> None:
        self._printed_bytes += len(data)
        if self._printed_bytes > self._reports.output_bytes:
            self.limit = self.limit or Ended.OUTPUT_LIMIT
        elif self._calls < 0:  # nobody asks for what a function prints
            self.stdout += data

    def start_call(self) -> None:
        """Count the output of the next call from zero."""
        self._printed_bytes = 0

    def close(self) -> None:
        """Close what is still open when nothing of the process is left."""
        for fd in (self._calls, self._stdin):
            if fd >= 0:
                os.close(fd)
        self._calls = self._stdin = -1
