"""LiveCodeBench's code_generation_lite, as it is on the Hub.

`question_content`, `question_id`, `starter_code`, `metadata` (JSON text with `func_name`), `public_test_cases` (JSON
text) and `private_test_cases`: JSON text, or base64 of zlib of a pickle of that text. No limits, no solutions.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import function_name, messages, parsed
from deepcoder.problems import Limits, Problem

UNPACKED_BYTES = 1 << 30  # private tests of a problem that unpack to more are refused

# Opcodes of a pickled `str`, with the number of bytes behind each. In _TEXT these bytes are the length of the text.
_TEXT = {0x8C: 1, 0x58: 4, 0x8D: 8}  # SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
_SILENT = {0x80: 1, 0x95: 8, 0x94: 0, 0x71: 1, 0x72: 4}  # PROTO, FRAME, MEMOIZE, BINPUT, LONG_BINPUT
_STOP = 0x2E


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "public_test_cases" in row and "private_test_cases" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row, with the public and then the private tests.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    public = parsed(row["public_test_cases"] or "[]", "public_test_cases")
    private = private_tests(row["private_test_cases"] or "[]")
    for name, tests in (("public_test_cases", public), ("private_test_cases", private)):
        if not isinstance(tests, list):
            raise ValueError(f"{name} must be a list of tests")
    parsed_tests = tests_json.read([*public, *private], "test_cases", function_name(row.get("metadata")))
    return Problem(
        problem_id=f"livecodebench/{row['question_id']}" if row.get("question_id") else problem_id,
        mode=parsed_tests.mode,
        entry_point=parsed_tests.entry_point,
        tests=parsed_tests.tests,
        preamble=parsed_tests.preamble,
        limits=limits,
        prompt=messages(row.get("question_content"), row.get("starter_code")),
        source="livecodebench",
    )


def private_tests(text: Any) -> Any:
    """Return the value of `private_test_cases`. Nothing is unpickled: the opcodes of the pickle of one `str` are read.

    Raises:
        ValueError: The field is something else, or unpacks to more than `UNPACKED_BYTES`.
    """
    if not isinstance(text, str) or text.lstrip().startswith("["):  # base64 never begins so
        return parsed(text, "private_test_cases")
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(text, validate=True), UNPACKED_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"private_test_cases is neither JSON nor packed JSON: {error}") from None
    if not unpacking.eof:
        raise ValueError(f"private_test_cases ends early, or unpacks to more than {UNPACKED_BYTES} bytes")
    return parsed(_pickled_text(data), "private_test_cases")


def _pickled_text(data: bytes) -> str:
    if data.lstrip()[:1] in (b"[", b"{", b'"'):
        raise ValueError("private_test_cases is packed JSON without the pickle around it: give the JSON text unpacked")
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
            raise ValueError(
                f"private_test_cases is a pickle of more than one text (opcode {opcode:#x}): it is not read"
            )
    if text is None or at != len(data) - 1:
        raise ValueError("private_test_cases is not the pickle of a text")
    return text
