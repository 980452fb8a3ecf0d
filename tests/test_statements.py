"""Test that what a statement says about right answers is heeded, and that nothing else changes by it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deepcoder.checkers import checker
from deepcoder.datasets import DataError, load_problems, read_problems
from deepcoder.datasets.comparisons import EQUAL
from deepcoder.datasets.errors import Unusable
from deepcoder.datasets.statements import heeded
from deepcoder.problems import Mode, Problem, TestCase
from tests.conftest import SHARED_DATA, shared_rows

YES = (TestCase("1", "YES\n"), TestCase("2", "NO\n"))
DIALOGUE = TestCase("2\n\n1\n", "? 1 2\n\n? aa\n\n! 3 1\n")


def stdin(statement: str, *tests: TestCase) -> Problem:
    return Problem("x", Mode.STDIN, tests or YES, prompt=({"role": "user", "content": statement},))


def function(statement: str, *outputs: Any, used: str = EQUAL) -> Problem:
    tests = tuple(TestCase.call([number], each) for number, each in enumerate(outputs))
    return Problem("x", Mode.FUNCTION, tests, "f", checker=used, prompt=({"role": "user", "content": statement},))


@pytest.mark.parametrize(
    "problem",
    [
        stdin("This is an interactive problem. Guess the number."),
        stdin("This is an **interactive** problem!"),
        stdin("This is an interactive task (your program talks to the judge)."),
        stdin("This problem is interactive: flush the output."),
        stdin("Guess the number.\n\nTags:\n['games', 'interactive', 'math']\n"),
        stdin("", DIALOGUE),
    ],
)
def test_interactive_problem_without_an_interactor_is_refused(problem: Problem) -> None:
    with pytest.raises(ValueError, match="the problem is interactive, and has no interactor"):
        heeded(problem)


@pytest.mark.parametrize(
    "problem",
    [
        stdin("This is not an interactive problem."),
        stdin("An interactive map shows the problem."),
        stdin("Sum up.\n\nTags:\n['math']\n\n'interactive'"),
        stdin("Print the grid.", TestCase("2\n", "? 1 !\n? ! 2\n"), TestCase("1\n", "! 4\n")),
        stdin("Print the operations.", TestCase("2\n", "1\n? 2\n! 3\n")),
    ],
)
def test_other_problem_stays_as_it_is(problem: Problem) -> None:
    assert heeded(problem) is problem


@pytest.mark.parametrize("number", [12, 45, 55, 110])
def test_interactive_problems_of_codeforces_are_refused(number: int, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps(shared_rows("codeforces_raw.jsonl")[number]))
    with pytest.raises(DataError, match="the problem is interactive"):
        load_problems(str(tmp_path / "x.jsonl"))


@pytest.mark.parametrize(
    "words",
    [
        "You can print each letter in any case.",
        "You may print every letter in any case (upper or lower).",
        "You can output the answer in any case (lowercase or uppercase).",
        'You can output "Yes" and "No" in any case (for example, "yEs" will be recognized as a positive response).',
        "You can output $\\texttt{Yes}$ in any case (for example, the string $\\texttt{yEs}$).",
        'The output is case insensitive (so "yEs" and "No" will also be accepted).',
    ],
)
def test_letters_in_any_case_are_right_where_the_statement_says_so(words: str) -> None:
    assert heeded(stdin(words)).checker == "case-insensitive"
    assert heeded(stdin(words, TestCase("", "YES\n0.5\n"))).checker == "real tokens"
    assert heeded(stdin(words, TestCase("", "YES\naB"), TestCase("", "Ab"))).checker == "tokens"


@pytest.mark.parametrize(
    "words",
    [
        "Print Yes or No.",
        "In any case (even if n is 1) print it.",
        "In any case, each letter counts.",
        "The string may hold each letter in any case. Print it reversed.",
        "The words come in any case (upper or lower). Print them reversed.",
        "Swap the case. Example: yES -> Yes",
        "Swap the case of the string yEs.",
    ],
)
def test_case_counts_elsewhere(words: str) -> None:
    assert heeded(stdin(words)).checker == "tokens"


@pytest.mark.parametrize("output", ["dCbA", "no\nyES"])
def test_case_counts_where_an_expected_word_mixes_it(output: str) -> None:
    assert heeded(stdin("Print each letter in any case.", TestCase("", output))).checker == "tokens"


FLAT: tuple[Any, ...] = ([3, 1], [2])
NESTED: tuple[Any, ...] = ([[1, 2], [0]], [])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Return all words. You may return the answer in any order.", "unordered"),
        ("You may return the result in any order.", "unordered"),
        ("Return them in any order.", "unordered"),
        ("The answer may be returned in any order.", "unordered"),
        ("The order of the output does not matter.", "unordered"),
        (
            "Return a list of all unique combinations of candidates. You may return the combinations in any order.",
            "unordered groups",
        ),
        ("Return all possible subsets (the power set). Return the solution in any order.", "unordered groups"),
        ("Group the anagrams together. You can return the answer in any order.", "unordered groups"),
        (
            "Notice that the order of the output and the order of the triplets does not matter.",
            "unordered groups",
        ),
        ("Note that the integers in the lists may be returned in any order.", "unordered inside"),
        ("The integers in each list may be returned in any order.", "unordered inside"),
        ("The integers of both lists can be returned in any order.", "unordered inside"),
        ("The pairs in the result may be returned in any order.", "unordered"),
        ("The strings in the answer can be returned in any order.", "unordered"),
        ("All must be unique and you may return the result in any order.", "unordered"),
        ("They must not be empty. Return the answer in any order.", "unordered"),
        ("Return the array.", ""),
        ("Return the combinations.", ""),
        ("Form arr by concatenating the pieces in any order.", ""),
        ("Return the largest area after the columns are rearranged in any order.", ""),
        ("The input is not given in any order.", ""),
        ("The API may return records in any order. Count them by id.", ""),
        ("The API may return records in any order. Sort them by id.", ""),
        ("Do not return the words in any order: keep the order of first appearance.", ""),
        ("You must not return the list in any order; it must be kept.", ""),
        ("It is not so that you may return the answer in any order.", ""),
        ("Don't think that the answer may be returned in any order.", ""),
        ("It is not so that the integers in the lists may be returned in any order.", ""),
        ("The rows may be returned in any order by the database. Return them.", ""),
        ("The rows may be returned in any order. Return them sorted.", ""),
        ("Return the answer in any order. Each pair is in ascending order.", ""),
        ("You may return the answer in any order, as it is sorted before it is compared.", ""),
    ],
)
def test_order_does_not_matter_where_the_statement_says_so(words: str, name: str) -> None:
    for outputs in (FLAT, NESTED):
        for used in (EQUAL, "value"):
            assert heeded(function(words, *outputs, used=used)).checker == (name or used)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Return all combinations [driver, navigator]. Return the answer in any order.", "unordered"),
        ("The order of the output and the order of the pairs does not matter.", "unordered"),
        ("The pairs in the result may be returned in any order.", "unordered"),
        ("The integers in each pair may be returned in any order.", "unordered inside"),
    ],
)
def test_order_inside_matters_unless_it_is_always_sorted(words: str, name: str) -> None:
    check = checker(heeded(function(words, [[0, 3]], [[2, 1], [0, 3]])).checker, Mode.FUNCTION)
    assert check([[2, 1], [0, 3]], [[0, 3], [2, 1]]) is (name == "unordered")
    assert check([[2, 1], [0, 3]], [[1, 2], [3, 0]]) is (name == "unordered inside")


def test_order_inside_matters_where_it_cannot_be_sorted() -> None:
    outputs = [[1, None]], [[2, "a"]]
    assert heeded(function("The integers in each pair may be returned in any order.", *outputs)).checker == EQUAL
    assert heeded(function("Return all subsets in any order.", *outputs)).checker == "unordered"


@pytest.mark.parametrize("outputs", [(True,), ([1], None), ([1, None],), ((1, 2),)])
def test_order_matters_where_expected_values_cannot_be_sorted(outputs: tuple[Any, ...]) -> None:
    assert heeded(function("Return the answer in any order.", *outputs)).checker == EQUAL


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Answers within 10-5 of the actual value will be accepted.", "allclose(1e-9, 1e-5)"),
        ("Answers within 10^-5 of the actual answers are accepted.", "allclose(1e-9, 1e-5)"),
        ("Answers within 10<sup>-4</sup> of the actual answer will be accepted as correct.", "allclose(1e-9, 1e-4)"),
        ("Answers within 10-6 of the actual value will be accepted.", "allclose(1e-9, 1e-6)"),
        ("Answers within 10-7 of the actual value will be accepted.", EQUAL),  # stricter than usual
        ("Answers within 10-9 of the actual value will be accepted.", EQUAL),
        ("Rooms within 10-5 of the actual value are accepted.", EQUAL),
    ],
)
def test_tolerance_is_the_statements(words: str, name: str) -> None:
    problem = heeded(function(words, 0.73278, [2]))
    assert problem.checker == name
    check = checker(problem.checker, Mode.FUNCTION)
    assert check(0.73278, 0.7327777) is name.endswith(("-4)", "-5)"))
    assert check([2], [2 + 1e-7]) is (name != EQUAL)
    assert not check(0.73278, 0.74)


def test_tolerance_of_a_statement_is_not_less_than_it_was_for_large_numbers() -> None:
    problem = heeded(function("Answers within 10-5 of the actual value will be accepted.", 1e6, used="value"))
    assert problem.checker == "allclose(1e-6, 1e-5)"
    assert checker(problem.checker, Mode.FUNCTION)(1e6, 1e6 + 0.9)


def test_checker_of_the_data_set_stays() -> None:
    words = "Return the answer in any order."
    assert heeded(function(words, [1], used="exact")).checker == "exact"
    special = Problem("x", Mode.FUNCTION, (TestCase.call([], [1]),), "f", special_checker="check = None")
    assert heeded(special) is special


@pytest.mark.parametrize(
    "cases",
    [
        ["assert f([0, 1]) == None", "assert f([]) is None"],
        ["assert not f(1)"],
        ["assert f(1) != 2"],
    ],
)
def test_problem_that_a_function_passes_which_does_nothing_is_refused(cases: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"ground_truth": {"assert_case": cases}}))
    with pytest.raises(DataError, match="a function that does nothing passes every test"):
        load_problems(str(path))
    path.write_text(json.dumps({"ground_truth": {"assert_case": [*cases, "assert f(7) == 1"]}}))
    assert len(load_problems(str(path))) == 1


def checkers(name: str) -> Counter[str]:
    shared_rows(f"{name}.jsonl")  # skips where there are none
    read = list(read_problems(str(SHARED_DATA / f"{name}.jsonl")))
    return Counter("unusable" if isinstance(each, Unusable) else each.checker for each in read)


def test_checkers_of_the_shared_rows() -> None:
    assert checkers("codeforces_raw") == {"tokens": 103, "case-insensitive": 10, "unusable": 4}
    assert checkers("code_contests_raw") == {"tokens": 35, "case-insensitive": 3, "real tokens": 1}
    ordered, near = {"unordered": 8, "unordered groups": 1, "unordered inside": 1}, {"allclose(1e-9, 1e-5)": 3}
    assert checkers("leetcode_raw") == {EQUAL: 383, **ordered, **near}
