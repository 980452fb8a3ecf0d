"""Checkers of values: they compare what a function returned with what it should have returned.

A value is what `deepcoder.wire.values.decode` returns; anything else is wrong. LeetCode's nodes compare by their list
notation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Any

from deepcoder.checkers.tolerance import Tolerance
from deepcoder.wire.values import ListNode, TreeNode, list_notation, tree_notation

_DEFAULT = Tolerance(exact_ints=True)
_EXACT = Tolerance(0.0, 0.0)
_LAST_DIGITS = Tolerance(1e-9, 1e-9, exact_ints=True)  # as `equal(1e-9)`, the checker of assertions
_MOST_UNMATCHED = 500  # elements of a set that are matched one by one, each with each


class _Kind(Enum):
    """Values of one kind may be equal; those of two kinds are not."""

    NUMBER = auto()
    TRUTH = auto()
    ATOM = auto()
    LIST = auto()
    TUPLE = auto()
    DICT = auto()
    SET = auto()
    LINKED_LIST = auto()
    TREE = auto()


_Kinds = Mapping[type, _Kind]
_PYTHON_KINDS: _Kinds = {
    bool: _Kind.NUMBER,
    int: _Kind.NUMBER,
    float: _Kind.NUMBER,
    complex: _Kind.NUMBER,
    Fraction: _Kind.NUMBER,
    Decimal: _Kind.NUMBER,
    str: _Kind.ATOM,
    bytes: _Kind.ATOM,
    type(None): _Kind.ATOM,
    list: _Kind.LIST,
    tuple: _Kind.TUPLE,
    dict: _Kind.DICT,
    set: _Kind.SET,
    frozenset: _Kind.SET,
    ListNode: _Kind.LINKED_LIST,
    TreeNode: _Kind.TREE,
}
_NUMPY_KINDS: _Kinds = {**_PYTHON_KINDS, tuple: _Kind.LIST}
_STRUCTURE_KINDS: _Kinds = {**_NUMPY_KINDS, bool: _Kind.TRUTH}


def value(expected: Any, actual: Any, tolerance: Tolerance = _DEFAULT) -> bool:
    """Compare by structure: a tuple is a list, an int a float, but a bool no int; NaN equals nothing."""
    return _same(expected, actual, _STRUCTURE_KINDS, tolerance)


def equal(expected: Any, actual: Any, tolerance: Tolerance = _DEFAULT) -> bool:
    """Compare as Python's ==, which tells a tuple from a list but not True from 1; numbers within the tolerance."""
    return _same(expected, actual, _PYTHON_KINDS, tolerance)


def exact(expected: Any, actual: Any) -> bool:
    """Compare as Python's ==, without any tolerance."""
    return _same(expected, actual, _PYTHON_KINDS, _EXACT)


def allclose(expected: Any, actual: Any, tolerance: Tolerance) -> bool:
    """Compare as numpy.allclose, but the structures must be the same; values that are no numbers must be equal."""
    return _same(expected, actual, _NUMPY_KINDS, tolerance)


def differs(expected: Any, actual: Any) -> bool:
    """Compare as Python's !=, without any tolerance."""
    return not exact(expected, actual)


def one_of(expected: Any, actual: Any) -> bool:
    """Return whether the value is one of the expected values, but for the last digits of a float."""
    options = expected if isinstance(expected, (list, tuple, set, frozenset)) else ()
    return any(equal(each, actual, _LAST_DIGITS) for each in options)


def one_value_of(expected: Any, actual: Any) -> bool:
    """Return whether the value passes `value` with one of the expected values."""
    return isinstance(expected, (list, tuple)) and any(value(each, actual) for each in expected)


def unordered(expected: Any, actual: Any) -> bool:
    """Accept what `value` or `equal(1e-9)` does, and the elements of a list in any order."""
    return _arranged(expected, actual, _in_order)


def unordered_inside(expected: Any, actual: Any) -> bool:
    """Accept what `value` or `equal(1e-9)` does, and the elements of each list in a list in any order."""
    return _arranged(expected, actual, _each_in_order)


def unordered_groups(expected: Any, actual: Any) -> bool:
    """Accept what `value` or `equal(1e-9)` does, the lists in a list in any order, and the elements of each, too."""
    return _arranged(expected, actual, lambda given: _in_order(_each_in_order(given)))


def _arranged(expected: Any, actual: Any, arrange: Callable[[Any], Any]) -> bool:
    if allclose(expected, actual, _DEFAULT):  # sorting may part what is only near: 0.3 from 0.1 + 0.2
        return True
    try:
        return allclose(arrange(expected), arrange(actual), _DEFAULT)
    except (TypeError, ValueError, ArithmeticError, RecursionError):  # of elements that have no order
        return False


def _in_order(given: Any) -> Any:
    return sorted(given) if isinstance(given, (list, tuple)) else given


def _each_in_order(given: Any) -> Any:
    return [*map(_in_order, given)] if isinstance(given, (list, tuple)) else given


def _same(expected: Any, actual: Any, kinds: _Kinds, tolerance: Tolerance) -> bool:
    # A stack of the pairs still to compare, because values nest deeper than calls may.
    stack: list[Iterator[tuple[Any, Any]]] = [iter([(expected, actual)])]
    try:
        while stack:
            for want, got in stack[-1]:
                parts = _parts(want, got, kinds, tolerance)
                if parts is None:
                    return False
                if parts:
                    stack.append(iter(parts))
                    break
            else:
                stack.pop()
    except RecursionError:  # sets and keys nest deeper than Python itself compares
        return False
    return True


def _parts(expected: Any, actual: Any, kinds: _Kinds, tolerance: Tolerance) -> Iterable[tuple[Any, Any]] | None:
    """Return the pairs that must be equal for these two to be equal, or None if they cannot be."""
    kind = kinds.get(type(expected))
    if isinstance(actual, KeysView):  # equal to a set, and a list for a problem that knows lists only
        actual = set(actual) if kind is _Kind.SET else list(actual)
    if kind is None or kinds.get(type(actual)) is not kind:
        return None
    match kind:
        case _Kind.NUMBER:
            same = tolerance.near(expected, actual)
        case _Kind.TRUTH:
            same = expected is actual
        case _Kind.ATOM:
            same = bool(expected == actual)
        case _Kind.LIST | _Kind.TUPLE:
            return zip(expected, actual, strict=True) if len(expected) == len(actual) else None
        case _Kind.DICT:
            if len(expected) != len(actual) or not expected.keys() <= actual.keys():
                return None
            twins = {key: key for key in actual}  # True finds 1: the keys are compared as values
            keys = [(key, twins[key]) for key in expected]
            return keys + [(expected[key], actual[key]) for key in expected]
        case _Kind.SET:
            if len(expected) != len(actual):
                return None
            twins = {each: each for each in actual}
            shared = [(each, twins[each]) for each in expected if each in twins]
            rest = list(expected - actual)
            same = len(rest) <= _MOST_UNMATCHED and _matched(rest, list(actual - expected), kinds, tolerance)
            return shared if same else None
        case _Kind.LINKED_LIST | _Kind.TREE:
            notation = list_notation if kind is _Kind.LINKED_LIST else tree_notation
            try:
                return [(notation(expected), notation(actual))]
            except TypeError:  # more nodes than a list or a tree may have
                return None
    return () if same else None


def _matched(expected: list[Any], actual: list[Any], kinds: _Kinds, tolerance: Tolerance) -> bool:
    """Return whether each expected element finds an actual one of its own: it takes the first that is near."""
    for want in expected:
        match = next((i for i, got in enumerate(actual) if _same(want, got, kinds, tolerance)), None)
        if match is None:
            return False
        del actual[match]
    return True
