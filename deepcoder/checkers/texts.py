"""Checkers of text: what a program printed against what it should have.

Text is compared as bytes, whose blanks, digits and letters of two cases are ASCII's alone. What is not text is wrong.
Time and memory grow as the text does.
"""

from __future__ import annotations

import functools
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any

from deepcoder.checkers.tolerance import Tolerance

Near = Callable[[bytes, bytes], bool]  # of two tokens that differ, called as near(expected, actual)

NUMBER = re.compile(rb"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")


def exact(expected: Any, actual: Any) -> bool:
    """Byte for byte."""
    return isinstance(expected, str) and expected == actual


def lines(expected: Any, actual: Any) -> bool:
    """Line by line; blanks at the end of a line and blank lines at the end are ignored."""
    texts = _texts(expected, actual)
    return texts is not None and _by_lines(texts[0].rstrip(), texts[1].rstrip(), _same_but_blanks_at_the_end)


def tokens(expected: Any, actual: Any) -> bool:
    """Line by line and token by token; a number that is expected with a fraction or exponent, within 1e-6."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(*texts, _near_fraction)


def real_tokens(expected: Any, actual: Any) -> bool:
    """As `tokens`, and for an expected integer also a number that is written with a fraction or exponent, near it."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(*texts, _near_real)


def case_insensitive(expected: Any, actual: Any) -> bool:
    """As `tokens`, in any case of letters."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(texts[0].lower(), texts[1].lower(), _near_fraction)


def kattis(expected: Any, actual: Any, tolerance: Tolerance | None = None) -> bool:
    """Token by token in any case of letters, whatever the lines; with a tolerance numbers nearly."""
    texts = _texts(expected, actual)
    if texts is None:
        return False
    near = _near(tolerance) if tolerance else _never
    return texts[0] == texts[1] or _same_tokens(_tokens_of(texts[0].lower()), _tokens_of(texts[1].lower()), near)


def floats(expected: Any, actual: Any, tolerance: Tolerance) -> bool:
    """Token by token on the lines that are not blank, as DMOJ: where a number is expected, one that is near it."""
    texts = _texts(expected, actual)
    if texts is None:
        return False
    near = _near(tolerance)
    want, got = (filter(bytes.strip, io.BytesIO(text)) for text in texts)
    return all(_same_line(*pair, near) for pair in zip_longest(want, got, fillvalue=b""))


def unordered_lines(expected: Any, actual: Any) -> bool:
    """The same lines in any order; blanks within a line are alike, blank lines are ignored."""
    texts = _texts(expected, actual)
    return texts is not None and _same_counts(*(filter(None, map(_spaced, io.BytesIO(text))) for text in texts))


def unordered_tokens(expected: Any, actual: Any) -> bool:
    """The same tokens in any order, whatever the lines."""
    texts = _texts(expected, actual)
    return texts is not None and _same_counts(*map(_tokens_of, texts))


def _texts(expected: Any, actual: Any) -> tuple[bytes, bytes] | None:
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return None
    return expected.encode("utf-8", "surrogatepass"), actual.encode("utf-8", "surrogatepass")


def _tokens_of(text: bytes) -> Iterator[bytes]:
    for line in io.BytesIO(text):
        yield from line.split()


def _spaced(line: bytes) -> bytes:
    return b" ".join(line.split())


def _by_lines(expected: bytes, actual: bytes, same: Callable[[bytes, bytes], bool]) -> bool:
    if expected == actual:
        return True
    if expected.count(b"\n") != actual.count(b"\n"):
        return False
    return all(same(*pair) for pair in zip_longest(io.BytesIO(expected), io.BytesIO(actual), fillvalue=b""))


def _by_tokens(expected: bytes, actual: bytes, near: Near) -> bool:
    return _by_lines(expected.strip(), actual.strip(), functools.partial(_same_line, near=near))


def _same_but_blanks_at_the_end(expected: bytes, actual: bytes) -> bool:
    return expected.rstrip() == actual.rstrip()


def _same_line(expected: bytes, actual: bytes, near: Near) -> bool:
    return expected == actual or _same_tokens(expected.split(), actual.split(), near)


def _same_tokens(expected: Iterable[bytes], actual: Iterable[bytes], near: Near) -> bool:
    for want, got in zip_longest(expected, actual):
        if want is None or got is None or (want != got and not near(want, got)):
            return False
    return True


def _same_counts(expected: Iterable[bytes], actual: Iterable[bytes]) -> bool:
    left = Counter(expected)
    for each in actual:  # which may be far longer than what is expected: none of it is kept
        if not left[each]:
            return False
        left[each] -= 1
    return not any(left.values())


def _never(expected: bytes, actual: bytes) -> bool:
    return False


def _near(tolerance: Tolerance) -> Near:
    """Whether both are finite decimal numbers, and near each other."""

    def near(expected: bytes, actual: bytes) -> bool:
        if not (NUMBER.fullmatch(expected) and NUMBER.fullmatch(actual)):
            return False
        want = float(expected)
        return math.isfinite(want) and tolerance.near(want, float(actual))

    return near


_near_default = _near(Tolerance())


def _near_fraction(expected: bytes, actual: bytes) -> bool:
    return not _is_integer(expected) and _near_default(expected, actual)


def _near_real(expected: bytes, actual: bytes) -> bool:
    """Whether both are numbers near each other. Two integers are not: their texts differ. Nor are two whole numbers."""
    if not _is_integer(expected):
        return _near_default(expected, actual)
    if _is_integer(actual) or not _near_default(expected, actual):
        return False
    return not float(actual).is_integer() or float(actual) == float(expected)


def _is_integer(token: bytes) -> bool:
    return token.lstrip(b"+-").isdigit()
