"""Views: what an assertion does to a result before it compares, as in `sorted(f(x)) == [1, 2]`.

A program may choose a value whose view is unexpectedly expensive; such views are refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, KeysView
from typing import Any

View = Callable[[Any], Any]  # TypeError, ValueError or ArithmeticError where the actual value has none

_MOST_DIGITS = 4300  # of an int in text, as Python's own limit: longer ones take quadratic time to write
_HUGE = 10**_MOST_DIGITS
# More elements of one hash are an attack: adding n of them takes n * n steps. A long value has room for many hashes.
_SAME_HASH, _SAME_HASH_IN_LONG = 2000, 100
_LONG = 10_000


def text_of(value: Any) -> str:
    """Return `str` of the value.

    Raises:
        ValueError: The value holds an int of more digits than Python writes by default.
    """
    refuse_huge_ints(value)
    return str(value)


def set_of(value: Any) -> set[Any]:
    """Return `set` of the value.

    Raises:
        ValueError: So many elements share a hash that it would take quadratic time.
    """
    elements: set[Any] = set()
    most = _SAME_HASH if len(value) < _LONG else _SAME_HASH_IN_LONG
    same_hash: Counter[int] = Counter()
    for each in value:
        if each not in elements:
            same_hash[hash(each)] += 1
            if same_hash[hash(each)] > most:
                raise ValueError("too many elements of one hash")
            elements.add(each)
    return elements


VIEWS: dict[str, View] = {
    "abs": abs,
    "bool": bool,
    "len": len,
    "list": list,
    "set": set_of,
    "sorted": sorted,
    "str": text_of,
    "tuple": tuple,
}


def refuse_huge_ints(value: Any) -> None:
    """Refuse a value that takes more than linear time to write.

    Raises:
        ValueError: The value holds an int of more digits than Python writes by default.
    """
    stack = [value]
    while stack:
        match stack.pop():
            case int() as number if abs(number) >= _HUGE:
                raise ValueError(f"an int of more than {_MOST_DIGITS} digits")
            case list() | tuple() | set() | frozenset() | KeysView() as items:
                stack.extend(items)
            case dict() as items:
                stack.extend(items)
                stack.extend(items.values())
