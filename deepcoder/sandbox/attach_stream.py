"""The standard streams of a container as its engine carries them: one connection with a header before each piece.

Runs: worker node.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time

import docker

from deepcoder.sandbox.stream import SEND_TIMEOUT_S, STDERR_TAIL_BYTES, read_now, send_all

_STDOUT = 1
_HEADER = struct.Struct(">B3xI")  # which stream, length (Docker Engine API, "Stream format")


class AttachStream:
    """The attach stream of one container. The mutable state: the bytes received that are no standard output yet."""

    def __init__(self, api: docker.APIClient, name: str) -> None:
        """Attach to the container, which has not started yet."""
        self._attached = api.attach_socket(name, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        self._socket: socket.socket = self._attached._sock
        self._socket.setblocking(False)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._socket, select.POLLIN)
        self._writable.register(self._socket, select.POLLOUT)
        self._received = bytearray()
        self.stderr = bytearray()

    def send(self, data: bytes) -> None:
        """Write everything: see `Stream`."""
        send_all(self._socket.fileno(), data, self._writable, SEND_TIMEOUT_S)

    def receive(self, timeout_s: float) -> bytes:
        """Return some of the standard output, or none at the end: see `Stream`. Keep the end of the standard error."""
        deadline = time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, deadline - time.monotonic()) if timeout_s > 0 else 0.0
            if left_s > 0 and not self._readable.poll(1000 * left_s):
                raise TimeoutError
            data = read_now(self._socket.fileno())
            if not data:
                return b""
            self._received += data
            if output := self._output():
                return output

    def _output(self) -> bytes:
        """Return the standard output in what was received. So nothing is kept that `fileno` would not tell of."""
        output, start = b"", 0
        while len(self._received) >= start + _HEADER.size:
            stream, size = _HEADER.unpack_from(self._received, start)
            end = start + _HEADER.size + size
            if len(self._received) < end:
                break
            part = bytes(self._received[start + _HEADER.size : end])
            start = end
            if stream == _STDOUT:
                output += part
            else:
                self.stderr += part
                del self.stderr[:-STDERR_TAIL_BYTES]
        del self._received[:start]
        return output

    def fileno(self) -> int:
        """Return the descriptor that is readable when bytes have come."""
        return self._socket.fileno()

    def close(self) -> None:
        """Detach, by which the container ends."""
        with contextlib.suppress(OSError):  # not connected any more
            self._socket.shutdown(socket.SHUT_RDWR)
        self._attached._response.close()  # the socket's owner
        self._attached.close()
        self._socket.close()
