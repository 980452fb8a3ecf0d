"""Which outputs pass for the expected one, and which wrong ones must not."""

from __future__ import annotations

import pickle
import re
import time
from pathlib import Path
from typing import Any

import pytest

from deepcoder.checkers import checker
from deepcoder.checkers.texts import tokens
from deepcoder.problems import Mode

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
    ("tokens", "0.333333", "0.333334", True),  # further apart than 1e-6 as floats
    ("tokens", "0.333333", "0.333335", False),
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
    # -- real tokens
    ("real tokens", "3", "3.0", True),
    ("real tokens", "0", "-0", True),
    ("real tokens", "-0", "0", True),
    ("real tokens", "0", "00", False),
    ("real tokens", "1", "-1", False),
    ("real tokens", "3", "3.", True),
    ("real tokens", "3", "3e0", True),
    ("real tokens", "-3", "-3.00", True),
    ("real tokens", "3", "3.0000001", True),
    ("real tokens", "3", "2.9999999", True),
    ("real tokens", "3", "3.00001", False),
    ("real tokens", "3", "4.0", False),
    ("real tokens", "3", "-3.0", False),
    ("real tokens", "0", "-0.0", True),
    ("real tokens", "0", "0.0", True),
    ("real tokens", "-0.0", "0", True),
    ("real tokens", "0", "1e-9", True),
    ("real tokens", "3.0", "3", True),
    ("real tokens", "1.5\n3\n", "1.5\n3.0\n", True),
    ("real tokens", "1.5\n3\n", "1.5 3.0\n", False),
    ("real tokens", "3", "4", False),  # integers as integers are compared as `tokens` does
    ("real tokens", "3", "03", False),
    ("real tokens", "3", "+3", False),
    ("real tokens", "10000000", "10000001", False),
    ("real tokens", "10000000", "10000001.0", False),  # nor is a whole number another, however it is written
    ("real tokens", "10000000", "1.0000001e7", False),
    ("real tokens", "50000000000", "50000000000.00001", True),
    ("real tokens", "9007199254740993", "9007199254740992", False),
    ("real tokens", "9" * 400, "9" * 400, True),
    ("real tokens", "9" * 400, "9" * 400 + ".5", False),
    ("real tokens", "3", "nan", False),
    ("real tokens", "3", "inf", False),
    ("real tokens", "3", "1e400", False),
    ("real tokens", "3", "3.0.0", False),
    ("real tokens", "3", "3,0", False),
    ("real tokens", "--3", "3.0", False),
    ("real tokens", "x", "3.0", False),
    ("real tokens", "x3", "x3.0", False),
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
    ("kattis(0.1, abs)", "100", "100.2", False),
    ("kattis(1e308)", "1e300", "1e400", False),
    ("kattis(case_sensitive)", "Yes no", "Yes\nno", True),
    ("kattis(case_sensitive)", "Yes", "yes", False),
    ("kattis(space_change_sensitive)", "a b\n", "A b\n", True),
    ("kattis(space_change_sensitive)", "a b\n", "a  b\n", False),
    ("kattis(space_change_sensitive)", "a b\n", "a b", False),
    ("kattis(space_change_sensitive)", "a\n", " a\n", False),
    ("kattis(space_change_sensitive float_tolerance 1e-3)", "1.0 b\n", "1.0001 b\n", True),
    ("kattis(float_absolute_tolerance 1e-3 float_relative_tolerance 0.1)", "100", "109", True),
    ("kattis(float_absolute_tolerance 1e-3 float_relative_tolerance 0.1)", "0", "0.01", False),
    ("kattis(float_tolerance 0)", "1", "1.0", True),
    # -- exact
    ("exact", "1 2\n", "1 2\n", True),
    ("exact", "1 2\n", "1 2", False),
    ("exact", "1 2\n", "1 2\r\n", False),
    ("exact", "1 2", "1  2", False),
    ("exact", "1.0", "1.00", False),
    ("exact", "", "", True),
    ("exact", "", "\n", False),
    ("exact", "\ud800", "\ud800", True),
    # -- lines
    ("lines", "1 2\n3\n", "1 2\n3", True),
    ("lines", "1 2\n3\n", "1 2 \t\r\n3\n\n \n", True),
    ("lines", "1 2 \n3", "1 2\n3", True),
    ("lines", "1 2\n3\n", "1  2\n3\n", False),
    ("lines", "1 2\n3\n", " 1 2\n3\n", False),
    ("lines", "1 2\n3\n", "\n1 2\n3\n", False),
    ("lines", "1\n2\n", "1\n\n2\n", False),
    ("lines", "1\n\n2\n", "1\n  \n2\n", True),
    ("lines", "1\n2", "1", False),
    ("lines", "1", "1\n2", False),
    ("lines", "1.5", "1.50", False),
    ("lines", "YES", "yes", False),
    ("lines", "", "\n", True),
    ("lines", "", "0", False),
    ("lines", "0", "", False),
    # -- float
    ("float(1e-6)", "1.5 x\n2\n", "1.5000001   x\n\n2.0000001", True),
    ("float(1e-6)", "1.5", "1.50001", False),
    ("float(1e-6)", "1 2\n3", "1\n2 3", False),  # the lines that are not blank count
    ("float(1e-6)", "1 2", "1 2 3", False),
    ("float(1e-6)", "1 2 3", "1 2", False),
    ("float(1e-6)", "1\n2", "1", False),
    ("float(1e-6)", "1", "1\n2", False),
    ("float(1e-6)", "YES", "yes", False),
    ("float(1e-6)", "YES", "1", False),
    ("float(1e-6)", "1", "YES", False),
    ("float(1e-6)", "x1", "x1.0", False),  # the expected token decides: a word
    ("float(1e-6)", "1", "1.0", True),
    ("float(1e-6)", "1.5", "nan", False),
    ("float(1e-6)", "nan", "1.5", False),
    ("float(1e-6)", "nan", "NaN", False),
    ("float(1e-6)", "1e400", "1e401", False),
    ("float(1e-6)", "inf", "1e400", False),
    ("float(1e-6)", "1.5", "inf", False),
    ("float(1e-6)", "1000000", "1000000.5", True),
    ("float(1e-6, abs)", "1000000", "1000000.5", False),
    ("float(1e-6, abs)", "0", "0.0000005", True),
    ("float(1e-6,rel)", "1000000", "1000000.5", True),
    ("float(1e-6, rel)", "0", "0.0000005", False),
    ("float(1e-6, rel)", "0", "-0.0", True),
    ("float(0.5)", "", " \n", True),
    ("float(0.5)", "", "0", False),
    # -- unordered lines
    ("unordered lines", "1 2\n3\n", "3\n1   2", True),
    ("unordered lines", "1 2\n3\n", "3\r\n\n1 2\r\n", True),
    ("unordered lines", "1 2\n3\n", "3\n2 1", False),
    ("unordered lines", "1\n1\n2", "1\n2\n2", False),
    ("unordered lines", "1\n2", "1\n2\n2", False),
    ("unordered lines", "1\n2\n2", "1\n2", False),
    ("unordered lines", "1\n2", "1 2", False),
    ("unordered lines", "a", "A", False),
    ("unordered lines", "", "\n", True),
    ("unordered lines", "", "0", False),
    # -- unordered tokens
    ("unordered tokens", "1 2\n3\n", "3 2\n1", True),
    ("unordered tokens", "1 2 2", "1 1 2", False),
    ("unordered tokens", "1 2", "1 2 2", False),
    ("unordered tokens", "1 2 2", "1 2", False),
    ("unordered tokens", "12", "1 2", False),
    ("unordered tokens", "1.5", "1.50", False),
    ("unordered tokens", "", " ", True),
    ("unordered tokens", "0", "", False),
    # -- case-insensitive
    ("case-insensitive", "Yes 1", "yES 1", True),
    ("case-insensitive", "Yes\n1", "yes 1", False),
    ("case-insensitive", "Yes", "No", False),
    ("case-insensitive", "1E5", "1e5", True),
    ("case-insensitive", "1.50", "1.5", True),
    ("case-insensitive", "7", "7.0", False),
    ("case-insensitive", "É", "é", False),
]


@pytest.mark.parametrize(("name", "expected", "actual", "passes"), TEXT)
def test_check_text(name: str, expected: str, actual: str, passes: bool) -> None:
    assert checker(name, Mode.STDIN)(expected, actual) is passes


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


TEXT_CHECKERS = [
    *["tokens", "kattis", "kattis(1e-6)", "exact", "lines", "float(1e-6)", "unordered lines", "unordered tokens"],
    *["case-insensitive", "lcb", "rllm-2025", "verl", "open-r1", "reward-kit"],
]


@pytest.mark.parametrize("name", TEXT_CHECKERS)
@pytest.mark.parametrize("what", [None, 1, b"1", ["1"]])
def test_text_checker_without_text_fails(name: str, what: Any) -> None:
    check = checker(name, Mode.STDIN)
    assert check("1", what) is check(what, "1") is check(what, what) is False


# Outputs that would cost more than their size if anything were compared with everything: expected, actual.
LARGE = [
    ("\n".join(map(str, range(300_000))), "\n".join(map(str, reversed(range(300_000))))),
    ("9" * 2_000_000, "9" * 1_999_999 + "8"),
    ("1." + "5" * 2_000_000, "1." + "5" * 2_000_000 + "1"),
    (" " * 2_000_000 + "1", "1" + "\n" * 2_000_000),
    ("a " * 1_000_000, "b" * 2_000_000),
    ("1e99999999999999999999", "1e99999999999999999998"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", TEXT_CHECKERS)
def test_text_checker_large_outputs_take_no_more_than_their_size(name: str) -> None:
    check = checker(name, Mode.STDIN)
    for expected, actual in LARGE:
        began = time.process_time()
        check(expected, actual)
        assert time.process_time() - began < 5


# -- Names


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *((name, Mode.STDIN) for name in ["tokens", "kattis(1e-6)", "exact", "float(1e-6)", "lcb", "open-r1"]),
        *((name, Mode.FUNCTION) for name in ["value", "value(0.01)", "equal(0.1, rel)", "allclose(1e-7, 1e-6)"]),
        *((name, Mode.FUNCTION) for name in ["str|equal", "sorted|tuple|differs", "exact", "float(1e-6)", "verl"]),
    ],
)
def test_checker_known_name_crosses_to_workers(name: str, mode: Mode) -> None:
    assert pickle.loads(pickle.dumps(checker(name, mode)))("1", "1")


@pytest.mark.parametrize("name", ["", "token", "Tokens", "tokens(1e-6)", "float", "kattis(1", "(", "value", "a|exact"])
def test_checker_unknown_name_lists_the_known(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"unknown .* for stdin mode: use tokens, .* kattis\(EPS.*, lcb|ones are abs, bool,"
    ):
        checker(name, Mode.STDIN)


@pytest.mark.parametrize("name", ["tokens", "kattis(1e-6)", "value ", "allclos(1,1)", "sorted|", "|", "open-r1"])
def test_checker_of_text_is_unknown_where_there_are_values(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"unknown .* for function mode: use value, .* equal\(EPS.*, lcb|ones are abs, bool,"
    ):
        checker(name, Mode.FUNCTION)


@pytest.mark.parametrize("view", ["sort", "", "round", "round()", "round(x)", "round(1, 2)", "round(999)", "len "])
def test_checker_unknown_view_lists_the_known(view: str) -> None:
    with pytest.raises(ValueError, match=rf"unknown view '{re.escape(view)}' .*: .* abs, .* sorted, .* round\("):
        checker(f"{view}|equal", Mode.FUNCTION)


@pytest.mark.parametrize("eps", ["", "0", "-1", "nan", "inf", "1e999", "1e-999", "x", "1_0", "1))", ", rel"])
def test_checker_eps_not_positive_is_refused(eps: str) -> None:
    with pytest.raises(ValueError, match=r"the eps of checker .* is not a positive number"):
        checker(f"kattis({eps})", Mode.STDIN)


@pytest.mark.parametrize("name", ["equal(0.1, both)", "equal(0.1, rel, abs)", "float(1, )"])
def test_checker_after_eps_other_than_rel_or_abs_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="only rel or abs may follow"):
        checker(name, Mode.FUNCTION)


@pytest.mark.parametrize("name", ["allclose", "allclose(1)", "allclose(1, 2, 3)", "allclose(-1, 1)", "allclose(x, 1)"])
def test_checker_allclose_without_two_bounds_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="needs two bounds"):
        checker(name, Mode.FUNCTION)


@pytest.mark.parametrize("mode", list(Mode))
def test_documentation_names_every_checker(mode: Mode) -> None:
    page = (Path(__file__).parents[1] / "docs" / "judging.md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="use ") as raised:
        checker("none", mode)
    known = str(raised.value).partition("use ")[2].split(", ")
    names = {name.partition("(")[0] for name in known if "abs])" not in name and not name.startswith("ATOL")}
    assert len(names) > 8
    assert [name for name in names if f"`{name}" not in page] == []
