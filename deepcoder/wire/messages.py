"""Frame what crosses the wall of a sandbox: a Task and its inputs go in, Outcomes come out.

Facts only, never an expected output.

Runs: on both sides of the wall. A frame is two big-endian 32-bit lengths, then a JSON head, then raw bytes (the source,
an input, an output), so data is neither escaped nor decoded on the way.

    worker → runner   {"kind": "load", "task": n, ...}   + source     end the task that runs; the next runs are of this
                                                                      (or + artefact, which was compiled before)
                      {"kind": "run", "task": n}         + input      one execution
                      {"kind": "run", "task": n, "input": k}          one execution, on a cached input
                      {"kind": "run", "task": n, "files": ..., ...}   one of the jury's program: see `Given`
                      {"kind": "feed", "task": n}        + bytes      more standard input of a live execution
                      {"kind": "eof", "task": n}                      the end of it
                      {"kind": "end"}                                 no more runs come: end the process after the last
                      {"kind": "stop"}                                the task is over: end what it still runs
                      {"kind": "begin"}                               the artefact has come: its clock begins here
                      {"kind": "late", "compiles": bool}              what runs has used its time, by the worker's clock
                      {"kind": "keep", "input": k, ...}  + part       cache an input: its size, one part and its start
                      {"kind": "drop", "input": k}                    evict an input from the cache
    runner → worker   {"kind": "hello", "protocol": 4, ...}           what the place has: languages, users for programs
                      {"kind": "artefact", "task": n}  + artefact     what was compiled, once for a task
                      {"kind": "outcome", "task": n, ...} + output    one per run, in order, unless stopped before
                      {"kind": "said", "task": n}      + bytes        more standard output of a live execution
                      {"kind": "look", "task": n, "fed": bytes, "asleep_s": seconds}  how far it has come
                      {"kind": "beat"}                                a heartbeat

A large input crosses once for all the programs that read it, in parts, so that neither side holds it twice. The cache
of inputs belongs to no task. The worker numbers its entries and decides which are evicted.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, NamedTuple

from deepcoder.wire.languages import PYTHON
from deepcoder.wire.limits import Limits, Mode

PROTOCOL = 4  # a hello with another number is refused

LENGTHS = struct.Struct(">II")
RUNNER_HEARTBEAT_S = 2.0  # a runner at work sends something at least this often
ABANDONED_S, ABANDONED_FACTOR = 20.0, 10  # an execution ends after this time and so many wall limits, on any machine
STDERR_BYTES = 16 << 10  # an outcome has this much of the end of stderr, for people to read


class Ended(str, Enum):
    """Name why an execution stopped."""

    EXITED = "exited"  # the process ended itself: exit_code says how
    KILLED = "killed"  # by a signal that we did not send: signal says which
    RETURNED = "returned"  # the call returned: output is the encoded value
    RAISED = "raised"  # the call, or loading the program, raised: error says what
    COMPILE_ERROR = "compile_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    STARVED = "starved"  # the machine gave it too little processor time to show what it does


class Sign(str, Enum):
    """Something that honest programs do not do. It is a fact like the others: no verdict depends on it."""

    PROCESSES = "left processes running"
    REPORT = "forged a report"
    VALUE = "sent a value that is none"
    SYSTEM_CALL = "made a forbidden system call"
    FILES = "wrote outside its folder"
    SANDBOX = "took down its sandbox"


@dataclass(frozen=True)
class Task:
    """A program and how to execute it, without any test."""

    source: str
    mode: Mode
    limits: Limits
    entry_point: str | None = None  # function mode: what to call
    preamble: str = ""  # function mode: source that runs before the program
    language: str = PYTHON.name
    entry_file: str = ""  # the name of the source's file; empty where the language's usual one will do
    files: tuple[tuple[str, str], ...] = ()  # the names and texts of the program's other files


class Given(NamedTuple):
    """Hold what one execution of the jury's program, or of one that is only run, is given beside its source.

    A run with files has the head fields `arguments`, `returns`, and `files`: for each its name, its size and, where it
    is in the cache of inputs, its number. The body has those that are not, in order, then the standard input.
    """

    stdin: bytes = b""
    arguments: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    # Files, and folders with a / at the end, that come back. The output is then a frame for each file that there is,
    # with its name as "file", and a last frame with no name: the standard output.
    returns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Hold what one execution did."""

    ended: Ended
    output: bytes = b""  # standard output, or the encoded value that a call returned
    exit_code: int | None = None
    signal: int | None = None
    error: str = ""  # one line: the exception or the compiler's message
    raised: str = ""  # by a call: the names of the exception's classes, its text and its arguments, encoded
    stderr: str = ""  # the last STDERR_BYTES
    cpu_s: float = 0.0
    wall_s: float = 0.0
    charged_s: float = 0.0  # the wall seconds that count against the limit: not spent waiting for a processor
    peak_bytes: int = 0
    signs: tuple[Sign, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the head of the outcome's frame: the fields that differ from the defaults, without the output."""
        facts = {name: value for name, value in self.__dict__.items() if value != _USUAL.get(name)}
        facts.pop("output", None)
        return facts

    @classmethod
    def read(cls, head: Mapping[str, Any], output: bytes) -> Outcome:
        """Return the outcome that a frame's head and body say.

        Raises:
            ValueError: The head is not that of an outcome.
        """
        if wrong := [name for name, value in head.items() if not isinstance(value, _TYPES.get(name, ()))]:
            raise ValueError(f"these are unknown or of a wrong type: {', '.join(wrong)}")
        ended, signs = Ended(head["ended"]), tuple(Sign(each) for each in head.get("signs", ()))
        return cls(**{**head, "ended": ended, "output": output, "signs": signs})


_USUAL = {each.name: each.default for each in fields(Outcome)}
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("ended", "error", "raised", "stderr"), (str,)),
    **dict.fromkeys(("exit_code", "signal"), (int, type(None))),
    **dict.fromkeys(("cpu_s", "wall_s", "charged_s"), (float, int)),
    "peak_bytes": (int,),
    "signs": (list,),
}


def abandoned_after_s(wall_s: float) -> float:
    """Return the seconds after which an execution with this wall limit ends, even if it waits for a processor."""
    return ABANDONED_S + ABANDONED_FACTOR * wall_s


def frame(head: Mapping[str, Any], body: bytes | memoryview = b"") -> bytes:
    """Return one message as bytes."""
    return opening(head, len(body)) + body


def opening(head: Mapping[str, Any], body_bytes: int) -> bytes:
    """Return the bytes that stand before the body of a message."""
    text = _HEAD_ENCODER.encode(head).encode()
    return LENGTHS.pack(len(text), body_bytes) + text


def _short_int(digits: str) -> int:
    if len(digits) > 4300:  # Python's own limit, which a data set may have lifted
        raise ValueError(f"the head of a frame has an int of {len(digits)} digits")
    return int(digits)


# Made once, since making one costs more than using it.
_HEAD_ENCODER = json.JSONEncoder(separators=(",", ":"))
_HEAD_DECODER = json.JSONDecoder(parse_int=_short_int)


class Frames:
    """Splits a byte stream into messages, wherever the stream was cut.

    Raises:
        ValueError: From `next`, when the bytes are no frame or announce more than `max_bytes`.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        """Add bytes from the stream."""
        self._data += data

    def next(self) -> tuple[dict[str, Any], bytes] | None:
        """Return the next message's head and body, or None until more bytes come."""
        if len(self._data) < LENGTHS.size:
            return None
        head_bytes, body_bytes = LENGTHS.unpack_from(self._data)
        if head_bytes + body_bytes > self.max_bytes:
            raise ValueError(f"a frame announces {head_bytes + body_bytes} bytes")
        end = LENGTHS.size + head_bytes + body_bytes
        if len(self._data) < end:
            return None
        with memoryview(self._data) as view:
            head_text = str(view[LENGTHS.size : LENGTHS.size + head_bytes], "utf-8")
            body = bytes(view[LENGTHS.size + head_bytes : end])
        del self._data[:end]
        try:
            head = _HEAD_DECODER.decode(head_text)
        except RecursionError:
            raise ValueError("the head of a frame nests too deeply") from None
        if not isinstance(head, dict):
            raise ValueError("the head of a frame is not an object")
        return head, body
