"""Checkers decide whether an output is the expected one: pure functions, and their names.

Runs: worker node. A checker never raises: an output that it cannot read is wrong.

    tolerance.py   how far a number may be from the expected one
    texts.py       checkers of what a program printed
    flags.py       the flags of the contests' default validator
    values.py      checkers of what a function returned
    views.py       what an assertion does to a result before it compares
    profiles.py    the decisions of other systems
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from deepcoder.checkers import flags, texts, values
from deepcoder.checkers.profiles import PROFILES
from deepcoder.checkers.tolerance import Tolerance
from deepcoder.checkers.views import VIEWS, View
from deepcoder.problems import REAL_TOKENS, Mode

Checker = Callable[[Any, Any], bool]  # called as check(expected, actual)

_BARE: dict[Mode, dict[str, Checker]] = {
    Mode.STDIN: {
        "tokens": texts.tokens,
        REAL_TOKENS: texts.real_tokens,
        "kattis": texts.kattis,
        "exact": texts.exact,
        "lines": texts.lines,
        "unordered lines": texts.unordered_lines,
        "unordered tokens": texts.unordered_tokens,
        "case-insensitive": texts.case_insensitive,
    },
    Mode.FUNCTION: {
        "value": values.value,
        "equal": values.equal,
        "exact": values.exact,
        "differs": values.differs,
        "one of": values.one_of,
        "one value of": values.one_value_of,
        "unordered": values.unordered,
        "unordered inside": values.unordered_inside,
        "unordered groups": values.unordered_groups,
    },
}
_WITH_EPS: dict[Mode, dict[str, Callable[..., bool]]] = {
    Mode.STDIN: {"kattis": texts.kattis, "float": texts.floats},
    Mode.FUNCTION: {"value": values.value, "equal": values.equal, "float": values.value},
}
_KNOWN_VIEWS = ", ".join([*VIEWS, "round(DIGITS)"])
_CALL = re.compile(r"([a-z]+)\((.*)\)")


def checker(name: str, mode: Mode) -> Checker:
    """Return the checker of that name: of values in function mode, of text in the others.

    A name may take parameters: `value(0.01)` forgives 0.01 of the expected number or 0.01, whichever is more, and
    tells integers apart; `value(0.01, rel)` and `value(0.01, abs)` forgive only one of the two, in integers too. Views
    may stand before a name: `sorted|equal` sorts the returned value, then compares.

    Raises:
        ValueError: No checker has that name in that mode, or a parameter is wrong.
    """
    mode = mode if mode is Mode.FUNCTION else Mode.STDIN
    *views, last = name.split("|")
    check = _plain(last, name, mode)
    for each in reversed(views):
        check = functools.partial(_viewed, view=_view(each, name), check=check)
    return check


def contest_checker(words: Sequence[str]) -> str:
    """Return the name of the checker that decides as the default validator of contests with these flags.

    Raises:
        ValueError: The validator has no such flag.
    """
    flags.settings(words)
    match list(words):
        case []:
            return "kattis"
        case ["float_tolerance", eps] if float(eps) > 0:
            return f"kattis({eps})"
    return f"kattis({' '.join(words)})"


def compares_alike(name: str) -> bool:
    """Return whether an output must resemble the expected one to pass this checker; behind a view it need not."""
    return "|" not in name and name != "differs"


def _plain(last: str, name: str, mode: Mode) -> Checker:
    if last in _BARE[mode]:
        return _BARE[mode][last]
    if mode in PROFILES.get(last, {}):
        return functools.partial(_profiled, check=PROFILES[last][mode], mode=mode)
    base, arguments = _called(last)
    if base == "kattis" and mode is Mode.STDIN and (words := " ".join(arguments).split()) and words[0] in flags.KNOWN:
        return functools.partial(texts.kattis, **flags.settings(words))
    if base == "allclose" and mode is Mode.FUNCTION:
        bounds = [_number(each) for each in arguments]
        if len(bounds) != 2 or not all(0 <= each < math.inf for each in bounds):
            raise ValueError(f"checker {name!r} needs two bounds that are not negative: allclose(RTOL, ATOL)")
        return functools.partial(values.allclose, tolerance=Tolerance(bounds[1], bounds[0], is_sum=True))
    if base not in _WITH_EPS[mode] or not arguments:
        raise ValueError(f"unknown checker {name!r} for {mode} mode: use {', '.join(_known(mode))}")
    return functools.partial(_WITH_EPS[mode][base], tolerance=_tolerance(arguments, name))


def _known(mode: Mode) -> Iterator[str]:
    yield from _BARE[mode]
    yield from (f"{each}(EPS[, rel|abs])" for each in _WITH_EPS[mode])
    if mode is Mode.FUNCTION:
        yield "allclose(RTOL, ATOL)"
    else:
        yield f"kattis({'|'.join(flags.KNOWN)})"
    yield from (name for name, modes in PROFILES.items() if mode in modes)


def _view(view: str, name: str) -> View:
    if view in VIEWS:
        return VIEWS[view]
    base, arguments = _called(view)
    if base != "round" or len(arguments) != 1 or not re.fullmatch(r"-?[0-9]{1,2}", arguments[0]):
        raise ValueError(f"unknown view {view!r} of checker {name!r}: the known ones are {_KNOWN_VIEWS}")
    return functools.partial(round, ndigits=int(arguments[0]))


def _called(text: str) -> tuple[str, list[str]]:
    found = _CALL.fullmatch(text)
    return (found[1], [each.strip() for each in found[2].split(",")]) if found else (text, [])


def _tolerance(arguments: list[str], name: str) -> Tolerance:
    eps = _number(arguments[0])
    if not 0 < eps < math.inf:
        raise ValueError(f"the eps of checker {name!r} is not a positive number")
    match arguments[1:]:
        case []:
            return Tolerance(eps, eps, exact_ints=True)
        case ["rel"]:
            return Tolerance(0.0, eps)
        case ["abs"]:
            return Tolerance(eps, 0.0)
    raise ValueError(f"checker {name!r}: after eps only rel or abs may follow")


def _number(text: str) -> float:
    return float(text) if texts.NUMBER.fullmatch(text.encode("utf-8", "replace")) else math.nan


def _viewed(expected: Any, actual: Any, view: View, check: Checker) -> bool:
    try:
        seen = view(actual)
    except (TypeError, ValueError, ArithmeticError, RecursionError):  # the assertion would have raised this
        return False
    return check(expected, seen)


def _profiled(expected: Any, actual: Any, check: Checker, mode: Mode) -> bool:
    if mode is Mode.STDIN and not (isinstance(expected, str) and isinstance(actual, str)):
        return False
    try:
        return check(expected, actual)
    except (TypeError, ValueError, ArithmeticError, RecursionError):  # the system itself would have ended so
        return False
