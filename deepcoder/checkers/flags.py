"""The flags of the default validator of ICPC and Kattis packages, which are arguments of the checker `kattis`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from deepcoder.checkers.tolerance import Tolerance

_SWITCHES = ("case_sensitive", "space_change_sensitive")
_BOUNDS = {  # which bounds each sets: the absolute one, the relative one
    "float_tolerance": (True, True),
    "float_absolute_tolerance": (True, False),
    "float_relative_tolerance": (False, True),
}
KNOWN = (*_SWITCHES, *_BOUNDS)


def settings(words: Sequence[str]) -> dict[str, Any]:
    """Return what the flags mean as arguments of `texts.kattis`.

    Raises:
        ValueError: A flag is unknown, or its bound is none.
    """
    found: dict[str, Any] = {}
    absolute = relative = None
    rest = iter(words)
    for word in rest:
        if word in _SWITCHES:
            found[word] = True
        elif word in _BOUNDS:
            bound = _bound(word, next(rest, ""))
            is_absolute, is_relative = _BOUNDS[word]
            absolute = bound if is_absolute else absolute
            relative = bound if is_relative else relative
        else:
            raise ValueError(f"the default validator has no flag {word!r}: it has {', '.join(KNOWN)}")
    if absolute is not None or relative is not None:
        found["tolerance"] = Tolerance(absolute or 0.0, relative or 0.0)
    return found


def _bound(word: str, text: str) -> float:
    try:
        bound = float(text)
    except ValueError:
        bound = math.nan
    if not 0 <= bound < math.inf:
        raise ValueError(f"{word} needs a number that is not negative, not {text!r}")
    return bound
