"""Which outputs pass for the expected one, and which wrong ones must not."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepcoder.checkers import checker, kattis, tokens, value

INF, NAN = math.inf, math.nan

# Checker, expected, actual, whether it passes.
TEXT: list[tuple[str, str, str, bool]] = [
    # -- tokens: blanks and lines
    ("tokens", "1 2\n3\n", "1 2\n3\n", True),
    ("tokens", "1 2\n3\n", "1 2\n3", True),
    ("tokens", "1 2\n3\n", " 1 \t 2 \n3\n\n", True),
    ("tokens", "1 2\n3\n", "1 2\r\n3\r\n", True),
    ("tokens", "1 2\n3\n", "\n \n1\v2\f\n3", True),
    ("tokens", "1 2\n3\n", "1\n2\n3", False),
    ("tokens", "1 2\n3\n", "1 2 3", False),
    ("tokens", "1\n2\n", "1\n\n2\n", False),  # a blank line inside is a line
    ("tokens", "1\n\n2\n", "1\n \t\n2\n", True),
    ("tokens", "1 2", "12", False),
    ("tokens", "1 2", "1\u00a02", False),  # no blank of ASCII
    ("tokens", "1 2", "1\x1f2", False),
    ("tokens", "", "\n \r\n", True),
    ("tokens", "", "0", False),
    ("tokens", "\n", "", True),
    ("tokens", "YES", "", False),
    # -- tokens: words and integers exactly
    ("tokens", "YES", "yes", False),
    ("tokens", "7", "007", False),
    ("tokens", "7", "+7", False),
    ("tokens", "7", "7.0", False),
    ("tokens", "0", "-0", False),
    ("tokens", "9" * 400, "9" * 400, True),
    ("tokens", "9" * 400, "9" * 399 + "8", False),
    ("tokens", "9007199254740993", "9007199254740992", False),
    ("tokens", "é", "e\u0301", False),
    ("tokens", "\ud800", "\ud800 ", True),
    ("tokens", "\ud800", "\ud801", False),
    ("tokens", "a\0", "a", False),
    # -- tokens: numbers expected with a fraction or an exponent
    ("tokens", "3.50", "3.5", True),
    ("tokens", "3.50", "3.5000001", True),
    ("tokens", "3.50", "3.49999", False),
    ("tokens", "4.0", "4", True),
    ("tokens", "4.", "+4", True),
    ("tokens", ".5", "5e-1", True),
    ("tokens", "-1e5", "-100000", True),
    ("tokens", "-1E5", "100000", False),
    ("tokens", "0.0", "-0.0000001", True),
    ("tokens", "1000000000.0", "1000000999.0", True),  # relative
    ("tokens", "1000000000.0", "1000001001.0", False),
    ("tokens", "x 1.5 y", "x 1.50 y", True),
    ("tokens", "x 1.5 y", "x 1.50 z", False),
    ("tokens", "1.5", "nan", False),
    ("tokens", "1.5", "NaN", False),
    ("tokens", "1.5", "inf", False),
    ("tokens", "1e400", "inf", False),
    ("tokens", "1e400", "1e401", False),  # no float holds either: exactly
    ("tokens", "1e308", "1e400", False),
    ("tokens", "1.5", "1e400", False),
    ("tokens", "10.0", "1_0", False),
    ("tokens", "16.0", "0x10", False),
    ("tokens", "3.0", "\u0663", False),  # a digit, but none of ASCII
    ("tokens", "3.0", "3.0.0", False),
    ("tokens", "3.0", "3.0f", False),
    ("tokens", "3.0", "3,0", False),
    ("tokens", "3.0", ".", False),
    ("tokens", "3.0", "--3.0", False),
    ("tokens", "nan", "NaN", False),
    ("tokens", "nan", "nan", True),  # as words
    ("tokens", "1_0.5", "10.5", False),
    # -- kattis
    ("kattis", "1 2\n3", "1\n2 3\n\n", True),
    ("kattis", "Yes", "yES", True),
    ("kattis", "1 2", "1 2 3", False),
    ("kattis", "1 2 3", "1 2", False),
    ("kattis", "1", "", False),
    ("kattis", "", " \n", True),
    ("kattis", "1.0", "1.00", False),
    ("kattis", "É", "é", False),  # the letters of ASCII
    ("kattis(1e-6)", "1.0 ok", "1.0000001\nOK", True),
    ("kattis(1e-6)", "1", "1.0000001", True),
    ("kattis(1e-6)", "1", "1.00001", False),
    ("kattis(1e-6)", "1E5", "1e5", True),
    ("kattis(1e-6)", "1", "one", False),
    ("kattis(1e-6)", "one", "1", False),
    ("kattis(1e-6)", "1", "nan", False),
    ("kattis(0.1)", "100", "109.9", True),
    ("kattis(0.1)", "100", "110.1", False),
    ("kattis(0.1)", "0", "0.09", True),
]


@pytest.mark.parametrize(("name", "expected", "actual", "passes"), TEXT)
def test_check_text(name: str, expected: str, actual: str, passes: bool) -> None:
    assert checker(name)(expected, actual) is passes


# What judges of other projects let pass, or would (comparators.md): expected, actual.
PEERS: list[tuple[str, str]] = [
    ("YES", "NO"),  # rLLM: words that are no numbers were not compared
    ("YES\nNO\nYES", "NO\nNO\nNO"),
    ("xyz uvw", "abc def"),
    ("1", "YES"),
    ("100000002", "100000001"),  # rLLM: integers within a tolerance
    ("1\n2", "1\n2\n2"),  # rLLM: lines as a set
    ("1\n2\n3", "3\n2\n1"),
    ("1 2 3", "3 2 1"),  # rLLM, VERL: the tokens of a line as a set
    ("abc", "cba"),
    ("1 3", "1 2"),
    ("YES", ""),
    ("1\n2\n3", "1"),  # open-r1: the first line alone
    ("1", "1\n2\n3"),  # open-r1: junk behind
    ("1 2\n3", "1\n2 3"),  # reward-kit: a line end as a blank
    ("0", "0.0009"),  # Prime: everything within 0.001
    ("0.0", "0.0009"),
    ("Yes", "yes"),  # SandboxFusion: any case of letters
    ("[1, 2]", "[1,2]"),
]


@pytest.mark.parametrize(("expected", "actual"), PEERS)
def test_tokens_wrong_output_that_peers_accept_fails(expected: str, actual: str) -> None:
    assert not tokens(expected, actual)


BIG = 10**400

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
    # -- What no value can be
    (object, object, False),
    ("a", object(), False),
]


@pytest.mark.parametrize(("expected", "actual", "passes"), VALUES)
def test_check_value(expected: Any, actual: Any, passes: bool) -> None:
    assert value(expected, actual) is passes


def test_value_eps_is_absolute_or_relative() -> None:
    check = checker("value(0.01)")
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


# -- Names


@pytest.mark.parametrize("name", ["tokens", "kattis", "kattis(1e-6)", "value", "value(0.01)"])
def test_checker_known_name_crosses_to_workers(name: str) -> None:
    assert pickle.loads(pickle.dumps(checker(name)))("1", "1")


@pytest.mark.parametrize("name", ["", "token", "Tokens", "tokens(1e-6)", "kattis(1", "value ", "("])
def test_checker_unknown_name_lists_the_known(name: str) -> None:
    with pytest.raises(ValueError, match=r"unknown checker .*: .* tokens, kattis, value, kattis\("):
        checker(name)


@pytest.mark.parametrize("eps", ["", "0", "-1", "nan", "inf", "1e999", "1e-999", "x", "1_0", "1))"])
def test_checker_eps_not_positive_is_refused(eps: str) -> None:
    with pytest.raises(ValueError, match=r"the eps of checker .* is not a positive number"):
        checker(f"kattis({eps})")


# -- Properties

CHECKERS = [tokens, kattis, checker("kattis(1e-6)"), value]
words = st.text("abcXYZ019.-+eE_é", min_size=1, max_size=6)
numbers = st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(str)
grids = st.lists(st.lists(words | numbers, min_size=1, max_size=4), min_size=1, max_size=4)
keys = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
plain = keys | st.floats(allow_nan=False) | st.binary(max_size=3)
values = st.recursive(
    plain | st.frozensets(plain, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=9,
)


@given(st.text(), st.text())
def test_check_any_text_never_raises(one: str, other: str) -> None:
    for check in CHECKERS:
        assert check(one, one) is True
        assert check(one, other) in (True, False)


@given(values, values)
def test_check_any_value_never_raises(one: Any, other: Any) -> None:
    assert value(one, one) is True
    for check in CHECKERS:
        assert check(one, other) in (True, False)


@given(values, st.sampled_from([None, True, 17, "other", b"other"]))
def test_value_other_element_fails(one: Any, other: Any) -> None:
    if not value(one, other):
        assert not value([one, one], [one, other])
        assert not value({"k": one}, {"k": other})


@given(grids, st.data())
def test_tokens_other_token_fails(grid: list[list[str]], data: st.DataObject) -> None:
    expected = "\n".join(map(" ".join, grid))
    line = data.draw(st.sampled_from(grid))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] = data.draw(st.sampled_from([line[at] + "#", "#" + line[at], "#", f"{line[at]} 0"]))
    actual = "\n".join(map(" ".join, grid))
    for check in (tokens, kattis, checker("kattis(1e-6)")):
        assert not check(expected, actual)


@given(grids, st.data())
def test_tokens_lines_lost_or_added_fail(grid: list[list[str]], data: st.DataObject) -> None:
    lines = list(map(" ".join, grid))
    kept = data.draw(st.integers(0, len(lines) - 1))
    assert not tokens("\n".join(lines), "\n".join(lines[:kept]))
    assert not tokens("\n".join(lines[:kept]), "\n".join(lines))


blanks = st.text(" \t\f\v", max_size=3)


@given(grids, st.data())
def test_tokens_other_blanks_and_line_ends_pass(grid: list[list[str]], data: st.DataObject) -> None:
    actual = ""
    for line in grid:
        gaps = [data.draw(blanks) for _ in line]
        ends = data.draw(st.sampled_from(["\n", "\r\n"]))
        actual += " ".join(gap + token for gap, token in zip(gaps, line, strict=True)) + ends
    expected = "\n".join(map(" ".join, grid))
    around = data.draw(st.text(" \t\r\n", max_size=3))
    assert tokens(expected, f"{around}\n{actual}{around}")
    assert tokens(actual, expected)
    assert kattis(expected, actual.replace(" ", "\n"))
