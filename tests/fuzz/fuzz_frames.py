"""A coverage-guided fuzz of what a sandbox may send: frames, and the encoded values in them.

`python tests/fuzz/fuzz_frames.py FOLDER -runs=N` starts from the inputs in FOLDER, and fails with what broke a rule.
An input is one byte, which says how the stream is cut, and the stream.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["deepcoder.runner"]):
    from deepcoder.wire.messages import Frames
    from deepcoder.wire.values import decode, encode

MAX_BYTES = 200


def received(pieces: list[bytes]) -> list[Any]:
    """The messages, and at the end a ValueError's text if one came."""
    frames, found = Frames(MAX_BYTES), list[Any]()
    try:
        for piece in pieces:
            frames.feed(piece)
            while (message := frames.next()) is not None:
                found.append(message)
    except ValueError as error:
        found.append(str(error))
    return found


def one_input(data: bytes) -> None:
    step, stream = max(1, data[0] if data else 1), data[1:]
    found = received([stream])
    in_pieces = received([stream[at : at + step] for at in range(0, len(stream), step)])
    assert repr(in_pieces) == repr(found), "the cuts change what comes out"  # by text: a head may hold NaN
    for head, body in (each for each in found if isinstance(each, tuple)):
        assert isinstance(head, dict)
        with contextlib.suppress(ValueError):
            value = decode(body)
            with contextlib.suppress(TypeError):  # it nests too deeply
                encode(value)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
