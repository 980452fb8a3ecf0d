"""Read tests that a data set packs: JSON text, or base64 of zlib of a pickle of that text.

LiveCodeBench and HardTests pack so. Nothing is unpickled: the opcodes of the pickle of one `str` are read.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

from deepcoder.datasets.fields import parsed

UNPACKED_BYTES = 1 << 30  # tests of a problem that unpack to more are refused

# Opcodes of a pickled `str`, with the number of bytes behind each. In _TEXT these bytes are the length of the text.
_TEXT = {0x8C: 1, 0x58: 4, 0x8D: 8}  # SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
_SILENT = {0x80: 1, 0x95: 8, 0x94: 0, 0x71: 1, 0x72: 4}  # PROTO, FRAME, MEMOIZE, BINPUT, LONG_BINPUT
_STOP = 0x2E


def unpacked(text: Any, field: str) -> Any:
    """Return the value of a field that holds packed tests.

    Raises:
        ValueError: The field is something else, or unpacks to more than `UNPACKED_BYTES`.
    """
    if not isinstance(text, str) or text.lstrip().startswith("["):  # base64 never begins so
        return parsed(text, field)
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(text, validate=True), UNPACKED_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"{field} is neither JSON nor packed JSON: {error}") from None
    if not unpacking.eof:
        raise ValueError(f"{field} ends early, or unpacks to more than {UNPACKED_BYTES} bytes")
    return parsed(_pickled_text(data, field), field)


def _pickled_text(data: bytes, field: str) -> str:
    if data.lstrip()[:1] in (b"[", b"{", b'"'):
        raise ValueError(f"{field} is packed JSON without the pickle around it: give the JSON text unpacked")
    text, at = None, 0
    while at < len(data) and data[at] != _STOP:
        opcode, at = data[at], at + 1
        if opcode in _SILENT:
            at += _SILENT[opcode]
        elif opcode in _TEXT and text is None:
            begin = at + _TEXT[opcode]
            at = begin + int.from_bytes(data[at:begin], "little")
            text = str(memoryview(data)[begin:at], "utf-8", "surrogatepass")
        else:
            raise ValueError(f"{field} is a pickle of more than one text (opcode {opcode:#x}): it is not read")
    if text is None or at != len(data) - 1:
        raise ValueError(f"{field} is not the pickle of a text")
    return text
