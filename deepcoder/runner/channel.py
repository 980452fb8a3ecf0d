"""Define what the supervisor and a program's process say to each other: orders, calls and reports.

Runs: inside the sandbox. The supervisor sends orders and calls; the functions here are those of the program's process.

File descriptors of a program:

    0  the input, a read-only file (or a pipe; or /dev/null)         3  the code, as the order describes it
    1  a pipe: standard output                                       4  a pipe: calls (function mode); or a file
    2  a pipe: standard error                                           with what `beside` lays out
                                                                     5  a pipe: reports to the supervisor

The code is what an earlier process of the task compiled, or (source, its file's name, the other files, preamble, entry
point) by marshal. A compiled program may be executed by its descriptor. A call is a 32-bit length, then the arguments.
A report is one byte of kind, a 32-bit length, then bytes.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import signal
import socket
import struct
from typing import NamedTuple, NoReturn

CODE, CALLS, REPORTS = 3, 4, 5

REPORT = struct.Struct(">cI")
CONFINED = b"S"  # the process has lost every privilege: from here on it is the program
COMPILED = b"C"  # compiled code, for the next processes of the task
COMPILE_ERROR = b"E"  # one line
RETURNED = b"V"  # the encoded value that a call returned
RAISED = b"X"  # one line; of a call another one, the encoded [names of the classes, text, arguments]
OUT_OF_MEMORY = b"M"
FILES = b"F"  # frames with the files of the folder that comes back

CALL = struct.Struct(">I")
CALL_READ_BYTES = 1 << 16
ORDER_BYTES = 1 << 12
DESCRIPTORS_BYTES = socket.CMSG_SPACE((REPORTS + 1) * struct.calcsize("i"))
OUT_OF_MEMORY_SIGNAL = signal.SIGUSR2


class Order(NamedTuple):
    """Tell a process in waiting what to run. The descriptors above come with the first order."""

    pid: int  # of the process; one that ends too soon leaves the order to the next, which must not take it
    goes: bool  # whether the program begins at once; else another order begins it
    language: str
    is_function: bool
    is_compiled: bool  # whether the code is, or is source
    code_bytes: int
    reserved_bytes: int  # address space beyond the memory limit
    memory_bytes: int
    processes: int
    cpu_s: float
    scratch: str
    beside_bytes: int = 0  # of what `beside` lays out; 0 for none
    has_gate: bool = False  # whether a runtime can start before the program begins

    def packed(self) -> bytes:
        """Return the order as it is sent: marshal touches the fewest pages of the process that reads it."""
        return marshal.dumps(tuple(self))


# --- In the program's process -----------------------------------------------------------------------------------------


def receive_order(orders: socket.socket) -> Order:
    """Return the next order for this process. The process ends when the supervisor is gone."""
    while True:
        data = orders.recvmsg(ORDER_BYTES, DESCRIPTORS_BYTES)[0]
        if not data:
            os._exit(0)
        order = Order(*marshal.loads(data))
        if order.pid == os.getpid():
            return order
        os.closerange(0, REPORTS + 1)


def read_code(order: Order) -> bytes:
    """Return the code that the order describes."""
    return os.pread(CODE, order.code_bytes, 0)


def receive_call() -> bytes | bytearray:
    """Return the arguments of the next call. The process ends when the supervisor has no more calls."""
    data = b""
    while len(data) < CALL.size:
        part = os.read(CALLS, CALL_READ_BYTES)
        if not part:
            os._exit(0)
        data += part
    (size,) = CALL.unpack_from(data)
    received = len(data) - CALL.size  # no other call is sent before this one is answered
    if received == size:
        return data[CALL.size :]
    arguments = bytearray(size)
    arguments[:received] = data[CALL.size :]
    with memoryview(arguments) as view:
        while received < size:
            part_bytes = os.readv(CALLS, [view[received:]])
            if not part_bytes:
                os._exit(0)
            received += part_bytes
    return arguments


def report(kind: bytes, body: bytes = b"") -> None:
    """Send a report to the supervisor."""
    data = memoryview(REPORT.pack(kind, len(body)) + body)
    while data:
        data = data[os.write(REPORTS, data) :]


def fail(error: OSError) -> NoReturn:
    """Say why a program cannot begin, and end by a signal. An exit code would be taken for the program's own."""
    with contextlib.suppress(OSError):  # the channel may be closed already
        report(RAISED, f"it cannot begin: {error}".encode("utf-8", "backslashreplace"))
    os.abort()


def end_as(status: int) -> NoReturn:
    """End as a child did, by the status that wait says."""
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # of SIGKILL nothing can be set
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def die_of_memory() -> NoReturn:
    """Say that memory ran out, without allocating any. A program that fakes this swaps one zero for another."""
    signal.signal(OUT_OF_MEMORY_SIGNAL, signal.SIG_DFL)
    os.kill(os.getpid(), OUT_OF_MEMORY_SIGNAL)
    os._exit(1)
