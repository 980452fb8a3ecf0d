"""Checkers of text: they compare what a program printed with what it should have printed.

Text is compared as bytes: only ASCII's characters are blanks, digits or letters of two cases. A value that is no text
is wrong. Time and memory grow linearly with the text.
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

from deepcoder.checkers.tolerance import EPS, Tolerance

Near = Callable[[bytes, bytes], bool]  # called as near(expected, actual) with two tokens that differ

NUMBER = re.compile(rb"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")

_TOKEN_OR_BLANKS = re.compile(rb"\s++|\S++")


def exact(expected: Any, actual: Any) -> bool:
    """Compare byte for byte."""
    return isinstance(expected, str) and expected == actual


def lines(expected: Any, actual: Any) -> bool:
    """Compare line by line. Blanks at the end of a line and blank lines at the end are ignored."""
    texts = _texts(expected, actual)
    return texts is not None and _by_lines(texts[0].rstrip(), texts[1].rstrip(), _same_but_blanks_at_the_end)


def tokens(expected: Any, actual: Any) -> bool:
    """Compare line by line and token by token; an expected number with a fraction or exponent within 1e-6."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(*texts, _near_fraction)


def real_tokens(expected: Any, actual: Any) -> bool:
    """Compare as `tokens`; an expected integer also with a number near it that has a fraction or an exponent."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(*texts, _near_real)


def case_insensitive(expected: Any, actual: Any) -> bool:
    """Compare as `tokens`, in any case of letters."""
    texts = _texts(expected, actual)
    return texts is not None and _by_tokens(texts[0].lower(), texts[1].lower(), _near_fraction)


def kattis(
    expected: Any,
    actual: Any,
    tolerance: Tolerance | None = None,
    case_sensitive: bool = False,
    space_change_sensitive: bool = False,
) -> bool:
    """Compare token by token in any case of letters, whatever the lines; numbers within the tolerance, if any.

    The case of letters counts where `case_sensitive` is set, every blank where `space_change_sensitive` is.
    """
    texts = _texts(expected, actual)
    if texts is None:
        return False
    want, got = texts if case_sensitive else (texts[0].lower(), texts[1].lower())
    split = _tokens_and_blanks if space_change_sensitive else _tokens_of
    return want == got or _same_tokens(split(want), split(got), _near(tolerance) if tolerance else _never)


def floats(expected: Any, actual: Any, tolerance: Tolerance) -> bool:
    """Compare token by token on the lines that are not blank, as DMOJ does; expected numbers within the tolerance."""
    texts = _texts(expected, actual)
    if texts is None:
        return False
    near = _near(tolerance)
    want, got = (filter(bytes.strip, io.BytesIO(text)) for text in texts)
    return all(_same_line(*pair, near) for pair in zip_longest(want, got, fillvalue=b""))


def unordered_lines(expected: Any, actual: Any) -> bool:
    """Compare the lines in any order. Blanks within a line count as one, blank lines are ignored."""
    texts = _texts(expected, actual)
    return texts is not None and _same_counts(*(filter(None, map(_spaced, io.BytesIO(text))) for text in texts))


def unordered_tokens(expected: Any, actual: Any) -> bool:
    """Compare the tokens in any order, whatever the lines."""
    texts = _texts(expected, actual)
    return texts is not None and _same_counts(*map(_tokens_of, texts))


def _texts(expected: Any, actual: Any) -> tuple[bytes, bytes] | None:
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return None
    return expected.encode("utf-8", "surrogatepass"), actual.encode("utf-8", "surrogatepass")


def _tokens_of(text: bytes) -> Iterator[bytes]:
    for line in io.BytesIO(text):
        yield from line.split()


def _tokens_and_blanks(text: bytes) -> Iterator[bytes]:
    return (found[0] for found in _TOKEN_OR_BLANKS.finditer(text))


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
    for each in actual:  # it may be far longer than the expected text, so none of it is kept
        if not left[each]:
            return False
        left[each] -= 1
    return not any(left.values())


def _never(expected: bytes, actual: bytes) -> bool:
    return False


def _near(tolerance: Tolerance) -> Near:
    """Return the test whether two tokens are finite decimal numbers within the tolerance."""

    def near(expected: bytes, actual: bytes) -> bool:
        if not (NUMBER.fullmatch(expected) and NUMBER.fullmatch(actual)):
            return False
        want = float(expected)
        return math.isfinite(want) and tolerance.near(want, float(actual))

    return near


# As in testlib: two texts that differ by 1e-6 may be further apart as floats.
_near_default = _near(Tolerance(EPS + 1e-15, EPS + 1e-15))


def _near_fraction(expected: bytes, actual: bytes) -> bool:
    return not _is_integer(expected) and _near_default(expected, actual)


def _near_real(expected: bytes, actual: bytes) -> bool:
    """Return whether both are numbers near each other. Of two whole numbers only zeros are: the texts differ."""
    if not _is_integer(expected):
        return _near_default(expected, actual)
    if _is_integer(actual):
        return expected.lstrip(b"+-") == actual.lstrip(b"+-") == b"0"
    if not _near_default(expected, actual):
        return False
    return not float(actual).is_integer() or float(actual) == float(expected)


def _is_integer(token: bytes) -> bool:
    return token.lstrip(b"+-").isdigit()
