"""Read what the process of a program has reported so far.

Runs: inside the sandbox, in the supervisor. The harness reports, or a program that imitates it: what is reported is
believed only where lying gains nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from ..wire.messages import Ended
from . import channel

_OUTPUTS = (channel.RETURNED, channel.FILES)
LONGEST_REPORT_BYTES = 64 << 20  # of compiled code
LONGEST_MESSAGE_BYTES = 64 << 10  # an honest one is shorter


class Answer(NamedTuple):
    """Say how a call ended, or how a program failed to load."""

    ended: Ended
    output: bytes = b""
    error: str = ""
    raised: str = ""  # as in an outcome


class Reports:
    """Reads the reports of one process.

    The mutable state: the bytes of a report that is not complete, and what the reports before it say.
    """

    def __init__(self, output_bytes: int, has_files: bool = False) -> None:
        """Read the reports of a process that returns at most so much. `has_files`: whether files come back."""
        self.is_confined = False  # until a process reports this, a failure is ours
        self.compiled = b""
        self.answer: Answer | None = None  # to the present call
        self.is_forged = False
        self.files: bytes | None = None  # those that came back
        self.output_bytes = output_bytes
        self.has_files = has_files
        self._data = bytearray()

    def feed(self, data: bytes) -> Ended | None:
        """Read more bytes; return the reason to kill the process, if they are one."""
        self._data += data
        while len(self._data) >= channel.REPORT.size:
            kind, size = channel.REPORT.unpack_from(self._data)
            if size > self._most_bytes(kind):
                return Ended.OUTPUT_LIMIT
            end = channel.REPORT.size + size
            if len(self._data) < end:
                return None
            body = bytes(self._data[channel.REPORT.size : end])
            del self._data[:end]
            if not self._read(kind, body):
                return Ended.RAISED
        return None

    def _most_bytes(self, kind: bytes) -> int:
        if kind in _OUTPUTS:
            return self.output_bytes
        return LONGEST_REPORT_BYTES if kind == channel.COMPILED else LONGEST_MESSAGE_BYTES

    def _read(self, kind: bytes, body: bytes) -> bool:
        """Read one report; return whether it is of a kind that there is. A call has one answer, the first."""
        if self.answer or (kind == channel.CONFINED and self.is_confined):
            self.is_forged = True
            return True
        if kind == channel.CONFINED:
            self.is_confined = True
        elif kind == channel.COMPILED:
            self.compiled = body
        elif kind == channel.FILES and self.files is None and self.has_files:
            self.files = body
        elif kind == channel.RETURNED:
            self.answer = Answer(Ended.RETURNED, body)
        elif kind == channel.OUT_OF_MEMORY:
            self.answer = Answer(Ended.MEMORY_LIMIT)
        elif kind in (channel.COMPILE_ERROR, channel.RAISED):
            ended = Ended.COMPILE_ERROR if kind == channel.COMPILE_ERROR else Ended.RAISED
            error, _, raised = body.decode("utf-8", "replace").partition("\n")
            self.answer = Answer(ended, b"", error, raised)
        else:
            self.is_forged = True
            return False
        return True
