"""Whether an output is the expected one: pure compare functions and the names of their profiles.

Runs: worker node. A checker never raises: an output that it cannot make sense of is a wrong one.

Text is compared as bytes, whose blanks, digits and letters of two cases are ASCII's alone.
"""

from __future__ import annotations

import cmath
import functools
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any

Checker = Callable[[Any, Any], bool]  # called as check(expected, actual)

_EPS = 1e-6
_NUMBER = re.compile(rb"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_UNMATCHED = 500  # elements of a set that are matched one by one; every one with every other


def checker(name: str) -> Checker:
    """The checker of that name: `tokens`, `kattis`, `kattis(1e-6)`, `value`, `value(0.01)`.

    Raises:
        ValueError: There is none of that name, or its eps is not a positive number.
    """
    if name in _CHECKERS:
        return _CHECKERS[name]
    base, _, argument = name.removesuffix(")").partition("(")
    if base not in _WITH_EPS or not name.endswith(")"):
        known = ", ".join([*_CHECKERS, *(f"{each}(EPS)" for each in _WITH_EPS)])
        raise ValueError(f"unknown checker {name!r}: the known ones are {known}")
    eps = float(argument) if _NUMBER.fullmatch(argument.encode("utf-8", "replace")) else 0.0
    if not 0 < eps < math.inf:
        raise ValueError(f"the eps of checker {name!r} is not a positive number")
    return functools.partial(_WITH_EPS[base], eps=eps)


def tokens(expected: Any, actual: Any) -> bool:
    """Equal line by line and token by token; a number that is expected with a fraction, nearly."""
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return False
    if expected == actual:
        return True
    want, got = _bytes(expected).strip(), _bytes(actual).strip()
    if want.count(b"\n") != got.count(b"\n"):
        return False
    lines = zip_longest(io.BytesIO(want), io.BytesIO(got), fillvalue=b"")
    return all(_same_line(*pair) for pair in lines)


def kattis(expected: Any, actual: Any, eps: float | None = None) -> bool:
    """Equal token by token in any case of letters, whatever the lines; with eps numbers nearly."""
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return False
    if expected == actual:
        return True
    for want, got in zip_longest(_tokens_of(expected), _tokens_of(actual)):
        if want is None or got is None:
            return False
        if want.lower() != got.lower() and not (eps and _near(want, got, eps)):
            return False
    return True


def value(expected: Any, actual: Any, eps: float = _EPS) -> bool:
    """Equal as values: a tuple is a list, an int a float, but a bool no int; NaN equals nothing."""
    # A stack of what is yet to compare, because values nest deeper than calls may.
    stack: list[Iterator[tuple[Any, Any]]] = [iter([(expected, actual)])]
    try:
        while stack:
            for want, got in stack[-1]:
                parts = _parts(want, got, eps)
                if parts is None:
                    return False
                if parts:
                    stack.append(iter(parts))
                    break
            else:
                stack.pop()
    except RecursionError:  # sets and keys that nest deeper than Python itself compares
        return False
    return True


_CHECKERS: dict[str, Checker] = {"tokens": tokens, "kattis": kattis, "value": value}
_WITH_EPS: dict[str, Callable[..., bool]] = {"kattis": kattis, "value": value}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _tokens_of(text: str) -> Iterator[bytes]:
    for line in io.BytesIO(_bytes(text)):
        yield from line.split()


def _same_line(expected: bytes, actual: bytes) -> bool:
    if expected == actual:
        return True
    want, got = expected.split(), actual.split()
    return len(want) == len(got) and all(map(_same_token, want, got))


def _same_token(expected: bytes, actual: bytes) -> bool:
    if expected == actual:
        return True
    is_integer = expected.lstrip(b"+-").isdigit()
    return not is_integer and _near(expected, actual, _EPS)


def _near(expected: bytes, actual: bytes, eps: float) -> bool:
    """Whether both are decimal numbers, and near each other."""
    if not (_NUMBER.fullmatch(expected) and _NUMBER.fullmatch(actual)):
        return False
    want, got = float(expected), float(actual)
    return math.isfinite(want) and abs(want - got) <= eps * max(1.0, abs(want))


def _close(expected: complex, actual: complex, eps: float) -> bool:
    """Equal, or within eps of the expected number, absolute or relative to it."""
    if expected == actual:
        return True
    try:
        want, got = complex(expected), complex(actual)
        if not (cmath.isfinite(want) and cmath.isfinite(got)):
            return False
        return abs(want - got) <= eps * max(1.0, abs(want))
    except OverflowError:  # an int that no float holds
        return False


def _minus(actual: complex, expected: int) -> complex:
    try:
        return actual - expected
    except OverflowError:
        return math.inf


def _parts(expected: Any, actual: Any, eps: float) -> Iterable[tuple[Any, Any]] | None:
    """The pairs that must be equal for these two to be, or None if they cannot be equal."""
    match expected, actual:
        case (bool(), _) | (_, bool()):
            same = expected is actual
        case int(), int():
            same = expected == actual
        case int(), float() | complex():  # only rounding is forgiven: a share of a large count would be whole units
            same = _close(0, _minus(actual, expected), eps)
        case (int() | float() | complex(), int() | float() | complex()):
            same = _close(expected, actual, eps)
        case (str(), str()) | (bytes(), bytes()) | (None, None):
            same = expected == actual
        case (list() | tuple(), list() | tuple()) if len(expected) == len(actual):
            return zip(expected, actual, strict=True)
        case (dict(), dict()) if len(expected) == len(actual) and expected.keys() <= actual.keys():
            twins = {key: key for key in actual}  # True finds 1: the keys are compared as values
            keys = [(key, twins[key]) for key in expected]
            return keys + [(expected[key], actual[key]) for key in expected]
        case (set() | frozenset(), set() | frozenset()) if len(expected) == len(actual):
            twins = {each: each for each in actual}
            found = [(each, twins[each]) for each in expected if each in twins]
            rest = list(expected - actual)
            same = len(rest) <= _UNMATCHED and _matched(rest, list(actual - expected), eps)
            return found if same else None
        case _:
            same = False
    return () if same else None


def _matched(expected: list[Any], actual: list[Any], eps: float) -> bool:
    """Whether each expected element takes an actual one of its own; the first that is near."""
    for want in expected:
        found = next((i for i, got in enumerate(actual) if value(want, got, eps)), None)
        if found is None:
            return False
        del actual[found]
    return True
