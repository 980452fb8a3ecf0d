"""Which values pass for the expected one, and which wrong ones must not."""

from __future__ import annotations

import itertools
import math
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from deepcoder.checkers import checker
from deepcoder.checkers.values import value
from deepcoder.problems import Mode
from deepcoder.wire import values
from deepcoder.wire.values import ListNode, TreeNode

INF, NAN = math.inf, math.nan
BIG = 10**400
LINKED = ListNode.of([1, 2, 0.1 + 0.2])
TREE = TreeNode.of([1, None, 2, 3])
CIRCLE = ListNode(1)
CIRCLE.next = CIRCLE

VALUES: list[tuple[Any, Any, bool]] = [
    (1234567, 1234568.0, False),  # an expected integer gets no relative tolerance
    (10**9, 10**9 + 900.5, False),
    (6, 5.9999999999, True),  # only rounding
    (10**400, 1.5, False),
    (None, None, True),
    (None, 0, False),
    (None, False, False),
    (None, "", False),
    # -- Numbers
    (1, 1, True),
    (1, 2, False),
    (1, 1.0, True),
    (1.0, 1, True),
    (1, "1", False),
    (1.5, Fraction(3, 2), True),
    (2, Fraction(4, 2), True),
    (2, Fraction(5, 2), False),
    (2, Fraction(20_000_003, 10**7), True),  # only rounding, as with a float
    (0.3333333333333333, Fraction(1, 3), True),
    (0.3, Fraction(1, 3), False),
    (10**20, Fraction(10**20 + 1), False),
    (10**20, Decimal(10**20 + 1), False),
    (BIG, Fraction(BIG), True),
    (BIG, Fraction(BIG + 1, 2), False),
    (Fraction(3, 2), 1.5, True),
    (Fraction(3, 2), Decimal("1.5"), True),
    (Fraction(1, 3), Fraction(1, 3), True),
    (1.5, Decimal("1.50"), True),
    (0.1, Decimal("0.1"), True),
    (0.1, Decimal("0.11"), False),
    (2, Decimal("2.0"), True),
    (2, Decimal("3"), False),
    (Decimal("0.1"), 0.1, True),
    (Decimal("1E+400"), BIG, True),
    (BIG, Decimal("1E+400"), True),
    (1.0, Decimal("1E+400"), False),
    (1e-300, Decimal("1E-400"), True),
    (INF, Decimal("Infinity"), True),
    (INF, Decimal("-Infinity"), False),
    (1, Decimal("Infinity"), False),
    (NAN, Decimal("NaN"), False),
    (0, Decimal("NaN"), False),
    (Decimal("NaN"), Decimal("NaN"), False),
    (True, Fraction(1), False),
    (Fraction(1), True, False),
    ("1.5", Decimal("1.5"), False),
    (1.5 + 2j, Fraction(3, 2), False),
    (1.5 + 0j, Fraction(3, 2), True),
    (1.5 + 1e-9j, Decimal("1.5"), True),
    ([1.5, {"a": (2,)}], [Decimal("1.5"), {"a": (Fraction(2),)}], True),
    ({1.5: 1, 2: 0.5}, {Fraction(3, 2): 1, Decimal(2): Fraction(1, 2)}, True),
    ({0.1: 1}, {Decimal("0.1"): 1}, False),  # keys are looked up, as in Python
    ({1.5, 2}, {Fraction(3, 2), Decimal(2)}, True),
    ({0.1, 5}, {Decimal("0.1"), 5}, True),
    ({0.1, 5}, {Decimal("0.2"), 5}, False),
    ({(1, 0.5)}, {(1, Fraction(1, 2))}, True),
    (0.3, 0.1 + 0.2, True),
    (1.0, 1.0000005, True),
    (1.0, 1.00001, False),
    (1e9, 1e9 + 999, True),
    (10**9, 10**9 + 1, False),
    (2**64, 2**64 + 1, False),
    (BIG, BIG, True),
    (BIG, BIG + 1, False),
    (BIG, 1e308, False),
    (1e308, BIG, False),
    (BIG, INF, False),
    (INF, BIG, False),
    (INF, INF, True),
    (INF, -INF, False),
    (INF, 1e308, False),
    (1.0, INF, False),
    (1e308, -1e308, False),
    (NAN, NAN, False),
    ([NAN], [NAN], False),
    (1.0, NAN, False),
    (1 + 2j, 1 + 2.0000001j, True),
    (1 + 2j, 1 - 2j, False),
    (3 + 0j, 3, True),
    (complex(NAN, 1), complex(NAN, 1), False),
    (complex(1e308, 1e308), complex(-1e308, -1e308), False),
    (BIG, 1j, False),
    # -- Booleans are no numbers
    (True, True, True),
    (True, False, False),
    (True, 1, False),
    (1, True, False),
    (0.0, False, False),
    ([True], [1], False),
    ({"a": [0]}, {"a": [False]}, False),
    # -- Text
    ("a", "a", True),
    ("a", "A", False),
    ("a", "a ", False),
    ("a", b"a", False),
    (b"a", b"a", True),
    ("1.0", "1.00", False),
    # -- Sequences
    ([1, 2], (1, 2), True),
    ([(1, 2)], [[1, 2]], True),
    ([[0.3]], ([0.1 + 0.2],), True),
    ([1, 2], [2, 1], False),
    ([1, 2], [1], False),
    ([1], [1, 2], False),
    ([], [], True),
    ([], None, False),
    ([], {}, False),
    ([], set(), False),
    (["a"], "a", False),
    ([1], 1, False),
    # -- Sets
    ({1, 2}, {2, 1}, True),
    ({1, 2}, frozenset({1, 2}), True),
    ({1, 2}, [1, 2], False),
    ({1, 2}, {1, 3}, False),
    ({1, 2}, {1: 0, 2: 0}.keys(), True),
    ({1, 2}, {1: 0, 3: 0}.keys(), False),
    ([[1, 2]], [{1: 0, 2: 0}.keys()], True),
    ([[1, 2]], [{2: 0, 1: 0}.keys()], False),
    ({1: 0}, {1: 0}.keys(), False),
    ({1}, {1.0}, True),
    ({1}, {True}, False),
    ({(1,)}, {(True,)}, False),
    ({0.3, 7}, {0.1 + 0.2, 7}, True),
    ({0.3, 7}, {0.1 + 0.2, 8}, False),
    ({(0.3, "a")}, {(0.1 + 0.2, "a")}, True),
    ({0.0, 1e-7}, {2e-7, 3e-7}, True),
    ({frozenset({0.3})}, {frozenset({0.1 + 0.2})}, True),
    (set(), set(), True),
    (set(range(2000)), set(range(2000)), True),
    ({i + 0.5 for i in range(99)}, {i + 0.5 + 1e-9 for i in range(99)}, True),
    ({NAN}, {NAN}, False),
    # -- Dictionaries
    ({"a": 0.3}, {"a": 0.1 + 0.2}, True),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ({"a": [1]}, {"a": (1,)}, True),
    ({"a": 1}, {"a": 2}, False),
    ({"a": 1}, {"b": 1}, False),
    ({"a": 1}, {"a": 1, "b": 1}, False),
    ({1: "x"}, {"1": "x"}, False),
    ({1: "x"}, {1.0: "x"}, True),
    ({1: "x"}, {True: "x"}, False),
    ({(1, 0): "x"}, {(1, False): "x"}, False),
    ({}, {}, True),
    ({}, [], False),
    # -- LeetCode's nodes
    (LINKED, ListNode.of([1, 2, 0.3]), True),
    (LINKED, ListNode.of((True, 2, 0.3)), False),
    (LINKED, ListNode.of([1, 2]), False),
    (LINKED, ListNode.of([1, 2, 0.3, 0]), False),
    (LINKED, [1, 2, 0.3], False),
    (LINKED, None, False),
    (None, ListNode.of([]), True),
    ([LINKED], [ListNode.of([1, 2, 0.1 + 0.2])], True),
    (TREE, TreeNode.of([1, None, 2, 3, None, None]), True),
    (TREE, TreeNode.of([1, 2, None, 3]), False),
    (TREE, TreeNode.of([1, None, 2]), False),
    (TREE, LINKED, False),
    (None, TreeNode.of([]), True),
    # -- What no value can be
    (object, object, False),
    ("a", object(), False),
]


@pytest.mark.parametrize(("expected", "actual", "passes"), VALUES)
def test_check_value(expected: Any, actual: Any, passes: bool) -> None:
    assert value(expected, actual) is passes


def test_value_eps_is_absolute_or_relative() -> None:
    check = checker("value(0.01)", Mode.FUNCTION)
    assert check([0.0, 1000.0], [0.009, 1009.0])
    assert not check([0.0], [0.011])
    assert not check([1000.0], [1011.0])
    assert not check([1000], [1001])  # integers stay exact


def test_value_deep_lists_are_compared() -> None:
    one: Any = 1
    same: Any = 1
    other: Any = 2
    for _ in range(100_000):
        one, same, other = [one], (same,), [other]
    assert value(one, same)
    assert not value(one, other)


def test_value_elements_deeper_than_python_compares_fail() -> None:
    one: Any = 0.3
    near: Any = 0.1 + 0.2
    for _ in range(5_000):
        one, near = frozenset([one]), frozenset([near])
    assert value(one, near) is False
    assert value({one: 1}, {near: 1}) is False


def test_value_more_near_elements_than_are_matched_fails() -> None:
    assert not value({i + 0.5 for i in range(501)}, {i + 0.5 + 1e-9 for i in range(501)})


def test_value_nodes_that_run_in_a_circle_fail() -> None:
    assert not value(CIRCLE, CIRCLE)


# Checker, expected, actual, whether it passes. `equal` first where it is not `value`.
OTHERS: list[tuple[str, Any, Any, bool]] = [
    ("equal", True, 1, True),
    ("equal", 1, True, True),
    ("equal", 0.0, False, True),
    ("equal", {1}, {True}, True),
    ("equal", {1: "x"}, {True: "x"}, True),
    ("equal", [1, 2], (1, 2), False),
    ("equal", (1, 2), [1, 2], False),
    ("equal", [(1, 2)], [[1, 2]], False),
    ("equal", (1, (2, 3)), (1, (2, 3.0)), True),
    ("equal", {(1, 2)}, {(1, 2)}, True),
    ("equal", {1, 2}, frozenset({2, 1}), True),
    ("equal", {"a": 1, "b": [0.3]}, {"b": [0.1 + 0.2], "a": 1}, True),
    ("equal", NAN, NAN, False),
    ("equal", {NAN}, {NAN}, False),
    ("equal", [NAN], [NAN], False),
    ("equal", INF, INF, True),
    ("equal", 6, 5.9999999999, True),
    ("equal", 10**9, 10**9 + 900.5, False),
    ("equal", 10**9, 10**9 + 1, False),
    ("equal", 1e9, 1e9 + 900.5, True),
    ("equal", 0.3, 0.1 + 0.2, True),
    ("equal", "a", "a", True),
    ("equal", "a", b"a", False),
    ("equal", None, False, False),
    ("equal", None, None, True),
    ("equal", [], (), False),
    ("equal", LINKED, ListNode.of([1, 2, 0.3]), True),
    ("equal", TREE, TreeNode.of([1, None, 2, 3]), True),
    ("equal", object, object, False),
    # -- A tolerance that is named holds for every number
    ("equal(0.01)", [1.0, 1000.0], [1.009, 1009.0], True),
    ("equal(0.01)", 1000, 1001, False),
    ("equal(0.01)", 1000, 1000.005, True),
    ("equal(0.01)", 1000, 1000.5, False),
    ("equal(2)", 10, 11, False),
    ("equal(0.01, rel)", 1000, 1009, True),
    ("equal(0.01, rel)", 1000, 1011, False),
    ("equal(0.01, rel)", 0.0, 1e-9, False),
    ("equal(0.01, abs)", 1000.0, 1000.009, True),
    ("equal(0.01, abs)", 1000.0, 1000.02, False),
    ("equal(2, abs)", 10, 12, True),
    ("equal(0.5, abs)", 2**60, 2**60 + 1, False),
    ("equal(0.5, rel)", BIG, BIG + 1, False),
    ("value(0.01, abs)", [0.0, 1000.0], (0.009, 1000.009), True),
    ("value(0.01, abs)", 1000.0, 1009.0, False),
    ("value(0.01, rel)", True, 1, False),
    # -- allclose
    ("allclose(1e-7, 1e-6)", [1.0, 2], (1.0000005, 2.0000005), True),
    ("allclose(1e-7, 1e-6)", 100.0, 100.0000109, True),  # the bounds add up
    ("allclose(1e-7, 1e-6)", 100.0, 100.0000111, False),
    ("allclose(1e-7, 1e-6)", [[1.0], [2.0]], [[1.0], [2.1]], False),
    ("allclose(1e-7, 1e-6)", [1.0], [1.0, 1.0], False),  # nor is 1 spread over a list
    ("allclose(1e-7, 1e-6)", [1.0, 1.0], 1.0, False),
    ("allclose(0, 0)", 1, True, True),
    ("allclose(0, 0)", 1.0, 1.0000000000000002, False),
    ("allclose(0, 1)", INF, -INF, False),
    ("allclose(0, 1)", NAN, NAN, False),
    ("allclose(0, 1)", "a", "b", False),
    ("allclose(0, 1)", None, None, True),
    # -- differs
    ("differs", 1, 2, True),
    ("differs", 1, 1.0, False),
    ("differs", 1, True, False),
    ("differs", 0.3, 0.1 + 0.2, True),
    ("differs", [1], (1,), True),
    ("differs", None, 0, True),
    ("differs", LINKED, ListNode.of([1, 2, 0.1 + 0.2]), False),
    ("differs", {0.3}, {0.1 + 0.2}, True),
    # -- one of
    ("one of", [1, 2], 2.0, True),
    ("one of", [1, 2], 3, False),
    ("one of", ([1], [2]), [2], True),
    ("one of", {"a", "b"}, "b", True),
    ("one of", [], 1, False),
    ("one of", "ab", "a", False),
    ("one of", 1, 1, False),
    ("one value of", [[1], 2], (1,), True),
    ("one value of", [1, "1"], True, False),
    ("one value of", [], 1, False),
    ("one value of", "ab", "a", False),
    # -- unordered
    ("unordered", [1, 2, 2], [2, 1, 2], True),
    ("unordered", [1, 2, 2], [2, 1, 1], False),
    ("unordered", [1, 2], [1, 2, 2], False),
    ("unordered", [[1, 2], [0]], [(0,), (1, 2)], True),
    ("unordered", [[1, 2], [0]], [[0], [2, 1]], False),
    ("unordered", [0.3, 1], [1, 0.1 + 0.2], True),
    ("unordered", ["a", "b"], "ba", False),
    ("unordered", ["a"], {"a"}, False),
    ("unordered", [1, "a"], [1, "a"], True),
    ("unordered", [1, "a"], ["a", 1], False),  # cannot be sorted
    ("unordered", [[0.1 + 0.2, 1], [0.3, 5]], [[0.3, 1], [0.3, 5]], True),  # sorted, the near ones change places
    ("unordered", [True, 0], [0, 1], True),
    ("unordered", [1], None, False),
    ("unordered", 1, 1, True),
    ("unordered inside", [[1, 3], [4, 6]], [[3, 1], [6, 4]], True),
    ("unordered inside", [[1, 3], [4, 6]], [[4, 6], [1, 3]], False),
    ("unordered inside", [[1, 3]], [3, 1], False),
    ("unordered inside", [[2, 0]], [[False, 2]], True),
    ("unordered groups", [[2, 2, 3], [7]], [[7], (3, 2, 2)], True),
    ("unordered groups", [[2, 2, 3], [7]], [[7], [3, 3, 2]], False),
    ("unordered groups", ["ab", "c"], ["c", "ab"], True),
    ("unordered groups", ["ab"], ["ba"], False),
    # -- Views
    ("sorted|equal", [1, 2, 2], (2, 1, 2), True),
    ("sorted|equal", [1, 2, 2], [2, 1, 1], False),
    ("sorted|equal", [1, 2], {2, 1}, True),
    ("sorted|equal", [], 1, False),
    ("sorted|equal", [1, "a"], [1, "a"], False),  # cannot be sorted
    ("sorted|equal", [1], None, False),
    ("set|equal", {1, 2}, [2, 1, 1], True),
    ("set|equal", {1, 2}, [2, 1, 3], False),
    ("set|equal", {1, 2}, {2: 0, 1: 0}.keys(), True),
    ("len|equal", 128, list(itertools.product([-1, -2], repeat=7)), True),
    ("set|equal", set(itertools.product([-1, -2], repeat=7)), list(itertools.product([-1, -2], repeat=7)), True),
    ("sorted|equal", [1, 2], {2: 0, 1: 0}.keys(), True),
    ("str|equal", "dict_keys([1])", {1: 0}.keys(), True),
    ("set|equal", {1}, [1] * 1000, True),
    ("set|equal", {1}, [[1]], False),  # no element of a set
    ("list|equal", [1, 2], (1, 2), True),
    ("list|equal", ["a"], {"a": 1}, True),
    ("list|equal", [1], ListNode.of([1]), False),
    ("tuple|equal", (1, 2), [1, 2], True),
    ("tuple|equal", (1,), 1, False),
    ("len|equal", 2, "ab", True),
    ("len|equal", 2, [1], False),
    ("len|equal", 0, 0, False),
    ("str|equal", "1", 1, True),
    ("str|equal", "[1, 2]", [1, 2], True),
    ("exact", 0.3, 0.1 + 0.2, False),
    ("exact", 2**53 + 1, float(2**53), False),
    ("exact", 0.1, Decimal("0.1"), False),
    ("exact", 0.5, Decimal("0.5"), True),
    ("exact", Decimal("0.1"), Fraction(1, 10), True),
    ("differs", 0.5, Fraction(1, 2), False),
    ("differs", 0.5, Fraction(1, 3), True),
    ("equal", True, Fraction(1), True),
    ("equal", 1.5, Fraction(3, 2), True),
    ("equal", 0.1, Decimal("0.1"), True),
    ("equal(0.01, rel)", 100, Decimal("100.9"), True),
    ("equal(0.01, abs)", 100, Decimal("100.9"), False),
    ("allclose(1e-3, 0)", [1.0, 2], [Decimal("1.0005"), Fraction(2001, 1000)], True),
    ("one of", [1, 0.5], Fraction(1, 2), True),
    ("bool|value", True, Fraction(1, 2), True),
    ("bool|value", False, Decimal("0.0"), True),
    ("str|equal", "3/2", Fraction(3, 2), True),
    ("str|equal", "1.50", Decimal("1.50"), True),
    ("str|equal", "[Decimal('1.50'), Fraction(1, 2)]", [Decimal("1.50"), Fraction(1, 2)], True),
    ("str|equal", "NaN", Decimal("NaN"), True),
    ("abs|equal", 1.5, Fraction(-3, 2), True),
    ("abs|equal", 1.5, Decimal("-1.5"), True),
    ("round(2)|equal", 2.68, Decimal("2.675"), True),
    ("round(2)|equal", 0.33, Fraction(1, 3), True),
    ("round(2)|equal", 0, Decimal("NaN"), False),
    ("round(2)|equal", 0, Decimal("1E+900"), False),
    ("round(-99)|equal", 0, Decimal("Infinity"), False),
    ("sorted|equal", [0.5, 1, 1.5], [Decimal("1.5"), Fraction(1, 2), 1], True),
    ("sorted|equal", [1, 2], [Decimal("NaN"), 1], False),
    ("set|equal", {0.5, 1}, [Decimal("0.5"), Fraction(1, 2), Decimal(1)], True),
    ("len|equal", 1, Fraction(1, 2), False),
    ("lcb", 1.5, Fraction(3, 2), True),
    ("lcb", [0.1], [Decimal("0.1")], False),
    ("verl", 1.5, Decimal("1.5"), True),
    ("reward-kit", 1.5, Decimal("1.5"), False),
    ("exact", 1, 1.0, True),
    ("float(0.1)", [1.0], (1.05,), True),
    ("bool|value", True, [0], True),
    ("bool|value", True, "", False),
    ("bool|value", False, None, True),
    ("round(2)|equal", 0.33, 1 / 3, True),
    ("round(2)|equal", 0.33, 0.336, False),
    ("round(0)|equal", 3, 3, True),
    ("round(-1)|equal", 120, 123, True),
    ("round(2)|equal", 0.33, "0.33", False),
    ("abs|equal", 3, -3.0, True),
    ("abs|equal", 3, "3", False),
    ("abs|round(1)|equal", 0.3, -1 / 3, True),  # from left to right
    ("list|sorted|equal", [1, 2], (2, 1), True),
    ("sorted|len|differs", 2, [1], True),
    ("set|one of", [{1}, {2}], [2, 2], True),
    ("sorted|lcb", [1, 2], (2, 1), True),
]


@pytest.mark.parametrize(("name", "expected", "actual", "passes"), OTHERS)
def test_check_other(name: str, expected: Any, actual: Any, passes: bool) -> None:
    assert checker(name, Mode.FUNCTION)(expected, actual) is passes


@pytest.mark.parametrize("allowed", [[True, 1], [0.3, 0.1 + 0.2], [{1}, frozenset({1})]])
def test_equal_accepts_what_value_does_of_one_kind(allowed: list[Any]) -> None:
    assert checker("equal", Mode.FUNCTION)(*allowed)


@pytest.mark.parametrize("name", ["unordered", "unordered inside", "unordered groups"])
def test_unordered_accepts_what_value_and_equal_do(name: str) -> None:
    right = [(expected, actual) for expected, actual, passes in VALUES if passes]
    right += [(expected, actual) for used, expected, actual, passes in OTHERS if used == "equal" and passes]
    check, equal = checker(name, Mode.FUNCTION), checker("equal(1e-9)", Mode.FUNCTION)
    for expected, actual in right:
        if value(expected, actual) or equal(expected, actual):
            assert check(expected, actual), (expected, actual)


# What a program could return to keep a worker busy: each as its text crosses, few MB of it.
HOSTILE = {
    "one hash": [(2**61 - 1) * k for k in range(60_000)],
    "one hash in tuples": [((2**61 - 1) * k,) for k in range(30_000)],
    "huge int": 1 << 8_000_000,
    "huge int inside": {"a": [(1 << 8_000_000,)]},
    "long tokens": ["a" * 1_000_000 + str(k) for k in range(3)],
    "many": list(range(100_000)),
    "Decimals": [Decimal("9" * 1190), *[Decimal("1E+1190")] * 20_000],
    "Fractions": [Fraction(2**3999 - 1 - 2 * k, 2**3999 - 1) for k in range(1, 1000)],
    "a set of one hash": {(2**61 - 1) * k for k in range(2000)},
    "keys of one hash": {(2**61 - 1, (2**61 - 1) * k): k for k in range(2000)},
    "Decimals of one hash": {Decimal(k * (2**61 - 1)) for k in range(2000)},
    "Fractions of one hash": {Fraction(k * (2**61 - 1), 7) for k in range(1, 2000)},
    "long keys of one hash": {Decimal(k * (2**61 - 1) * 10**1100): 0 for k in range(200)}.keys(),
}
NAMES = [
    "value",
    "equal",
    "differs",
    "one of",
    "one value of",
    "unordered",
    "unordered inside",
    "unordered groups",
    "allclose(0, 1)",
    "lcb",
    "rllm-2025",
    "verl",
    "reward-kit",
]
VIEWED = ["sorted", "set", "list", "tuple", "len", "str", "bool", "round(2)", "round(-99)", "abs"]


@pytest.fixture
def any_digits() -> Iterator[None]:
    """As where somebody lifted the limit that Python has on writing long ints."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)


@pytest.mark.parametrize("hostile", list(HOSTILE))
def test_hostile_values_take_no_more_than_their_size(any_digits: None, hostile: str) -> None:
    actual = values.decode(values.encode(HOSTILE[hostile]))
    for name in [*NAMES, *(f"{view}|equal" for view in VIEWED)]:
        for expected in (1, {2.5, (1,)}, "[1]"):
            began = time.process_time()
            assert checker(name, Mode.FUNCTION)(expected, actual) in (True, False)
            assert time.process_time() - began < 2, name


def test_hostile_elements_of_one_hash_are_no_set() -> None:
    elements = [(2**61 - 1) * k for k in range(60_000)]
    assert not checker("set|equal", Mode.FUNCTION)(set(range(3)), elements)


def test_view_of_what_nests_too_deeply_fails() -> None:
    deep: Any = 1
    for _ in range(50_000):
        deep = [deep]
    for view in ("str", "sorted"):
        assert checker(f"{view}|equal", Mode.FUNCTION)([1], [deep, deep]) is False
