"""The supervisor's ends of one program's pipes: what the program reads, prints and reports.

Runs: inside the sandbox, in the supervisor.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket

from ..wire.messages import STDERR_BYTES, Ended
from . import channel
from .channel import Order
from .feed import PIPE_READ_BYTES, Fed, Feed
from .memory_files import sealed, standard_input
from .reports import Reports


class Pipes:
    """The pipes of one process. `poll` watches those that have to be served while the program runs.

    The mutable state: the descriptors still open, what has come out of them, and what is not yet fed.
    """

    def __init__(
        self, code: int, stdin: bytes | memoryview | Fed, reports: Reports, uid: int | None, beside: bytes = b""
    ) -> None:
        """Make the pipes of a program that reads `stdin`.

        `uid`: its user; None for ours. `beside`: what the module of that name has packed.
        """
        printed, errors, reported = _named_pipe(uid), _named_pipe(uid), os.pipe()
        self.stdout, self.stderr = bytearray(), bytearray()
        self.limit: Ended | None = None  # why the process is to be killed
        self.poll = select.poll()
        self._reports = reports
        self._printed_bytes = 0
        self.feed: Feed | None = None
        self._stdin = -1
        null = os.open(os.devnull, os.O_RDONLY)  # the program's own: a lock on it ends with the program
        calls = sealed("beside", beside) if beside else null
        given = null
        if not isinstance(stdin, Fed):
            given = self._stdin = standard_input(stdin)  # open here to the end: no program is charged for freeing it
        elif stdin is Fed.LIVE:
            self.feed = Feed(stdin, self.poll, _named_pipe(uid))
            given = self.feed.program_end
        else:
            self.feed = Feed(stdin, self.poll, os.pipe())
            calls = self.feed.program_end
        self._program_ends = [given, printed[1], errors[1], code, calls, reported[1]]  # in the order of its descriptors
        self._to_close = {null, *self._program_ends} - {self._stdin, code}  # here, once the program has them
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
        socket.send_fds(orders, [order.packed()], self._program_ends)
        for fd in self._to_close:
            os.close(fd)
        self._program_ends, self._to_close = [], set()

    @property
    def is_ordered(self) -> bool:
        """Return whether the process has got its first order."""
        return not self._program_ends

    @property
    def is_drained(self) -> bool:
        """Return whether the program has closed its standard output and standard error."""
        return self._printed not in self._open and self._errors not in self._open

    @property
    def is_live(self) -> bool:
        """Return whether the program is to be listened to while it runs."""
        return self.feed is not None and self.feed.is_live

    @property
    def is_fed(self) -> bool:
        """Return whether the program could have read all that it was sent."""
        return self.feed is None or not self.feed.unsent

    def send_call(self, arguments: bytes | memoryview) -> None:
        """Send the arguments of a call, as much of them as the pipe takes now."""
        assert self.feed is not None
        size = channel.CALL.pack(len(arguments))
        self.feed.make_room(len(arguments))
        if len(arguments) > PIPE_READ_BYTES:
            self.feed.send(size, arguments)
        else:
            self.feed.send(size + arguments)

    def handle(self, fd: int) -> None:
        """Serve one descriptor that `poll` found ready."""
        if fd in self._open:
            self._read(fd, at_end=False)
        elif self.feed is not None and fd == self.feed.fd:
            self.feed.write()

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
        elif self.feed is None or self.feed.is_live:  # what a function prints is not wanted
            self.stdout += data

    def take_output(self) -> bytes:
        """Return what was printed since the last time."""
        output = bytes(self.stdout)
        self.stdout.clear()
        return output

    def start_call(self) -> None:
        """Count the output of the next call from zero."""
        self._printed_bytes = 0

    def close(self) -> None:
        """Close what is still open when nothing of the process is left."""
        for fd in (self._stdin, *self._to_close):
            if fd >= 0:
                os.close(fd)
        self._stdin = -1
        self._to_close = set()
        if self.feed is not None:
            self.feed.close()


def _named_pipe(uid: int | None) -> tuple[int, int]:
    """Return a pipe that the user may open by a name, as /dev/stdout, which asks whose it is."""
    if _CAN_CHANGE_PIPES:
        ends = os.pipe()
        os.fchmod(ends[0], 0o666)
        return ends
    if uid is None:
        return os.pipe()
    os.seteuid(uid)
    try:
        return os.pipe()
    finally:
        os.seteuid(0)


def _can_change_pipes() -> bool:
    """Return whether a pipe can be opened to all users: not in gVisor."""
    ends = os.pipe()
    try:
        os.fchmod(ends[0], 0o666)
    except PermissionError:
        return False
    finally:
        for end in ends:
            os.close(end)
    return True


_CAN_CHANGE_PIPES = _can_change_pipes()
