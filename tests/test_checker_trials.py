"""What a data set's own checker is asked before training trusts it, and what its answers mean."""

from __future__ import annotations

import contextlib
import io
import sys

import pytest

from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.tools.checker_trials import MOST, Sort, Trial, findings, has_trials, trials
from deepcoder.tools.findings import Diagnosis
from deepcoder.verdicts import OWN_CODE, Judgement, Verdict

CHECK = "def check(input, expected, actual): return actual == expected"
TESTS = (
    TestCase("long" * 9, "5 0.25 yes\n"),
    TestCase("a", "19\n"),
    TestCase("bb", "  \n"),
    TestCase("longest" * 9, "7\n"),
)


def checked(*tests: TestCase) -> Problem:
    return Problem("it", Mode.STDIN, tests or TESTS, special_checker=CHECK)


def printed(trial: Trial) -> bytes:
    """Return what the program of a trial prints."""
    program = trial.submission.program
    assert program is not None
    raw = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(raw, write_through=True)):
        exec(program.source, {})
        sys.stdout.flush()
        return raw.getvalue()


def test_outputs_of_the_shortest_tests_are_tried() -> None:
    made = {(each.sort, each.what): printed(each) for each in trials(checked()) if each.sort is not Sort.ODD}
    assert made == {
        (Sort.RIGHT, "the expected output for test 1"): b"19\n",
        (Sort.EMPTY, "an empty output for test 1"): b"",
        (Sort.WRONG, "the expected output of test 2 for test 1"): b"  \n",
        (Sort.WRONG, "the expected output with its last number changed for test 1"): b"29\n",
        (Sort.WRONG, "the expected output with its last token twice for test 1"): b"19 19\n",
        (Sort.RIGHT, "the expected output for test 2"): b"  \n",
        (Sort.WRONG, "the expected output of test 1 for test 2"): b"19\n",
        (Sort.RIGHT, "the expected output for test 0"): b"5 0.25 yes\n",
        (Sort.EMPTY, "an empty output for test 0"): b"",
        (Sort.WRONG, "the expected output of test 1 for test 0"): b"19\n",
        (Sort.WRONG, "the expected output with its last number changed for test 0"): b"5 0.35 yes\n",
        (Sort.WRONG, "the expected output with its first number changed for test 0"): b"6 0.25 yes\n",
        (Sort.WRONG, "the expected output without its last token for test 0"): b"5 0.25\n",
        (Sort.WRONG, "the expected output with its last token twice for test 0"): b"5 0.25 yes yes\n",
    }
    assert len(trials(checked())) <= MOST


def test_each_trial_is_on_its_test_alone() -> None:
    inputs = {each.submission.problem.tests for each in trials(checked())}
    assert inputs == {(test,) for test in TESTS[:3]}


def test_odd_outputs_are_what_they_are_called() -> None:
    odd = {each.what: printed(each) for each in trials(checked()) if each.sort is Sort.ODD}
    assert {what: len(output) for what, output in odd.items()} == {
        "all bytes for test 1": 257,
        "characters of code 0 for test 1": 101,
        "terminal escapes for test 1": 15,
        "one long token for test 1": 100_001,
        "many lines for test 1": 1_000_001,
        "names of files for test 1": 48,
    }
    small = Problem("it", Mode.STDIN, TESTS, special_checker=CHECK, limits=Limits(output_bytes=1000))
    assert max(len(printed(each)) for each in trials(small) if each.sort is Sort.ODD) == 501


def test_values_are_tried_in_function_mode() -> None:
    tests = (TestCase.call([1], {"a": [1, 2]}), TestCase.call([2], None), TestCase.code("assert f(1)"))
    made = trials(Problem("it", Mode.FUNCTION, tests, "f", special_checker=CHECK))
    values: dict[str, object] = {}
    for each in made:
        space: dict[str, object] = {}
        assert each.submission.program is not None
        exec(each.submission.program.source, space)
        values[each.what] = space["f"]() if each.sort is not Sort.ODD else type(space["f"]())  # type: ignore[operator]
    assert {each: value for each, value in values.items() if value is not str} == {
        "the expected output for test 0": {"a": [1, 2]},
        "an empty output for test 0": None,
        "the expected output of test 1 for test 0": None,
        "the expected output with its last number changed for test 0": {"a": [1, 3]},
        "the expected output with its first number changed for test 0": {"a": [2, 2]},
        "the expected output for test 1": None,
        "the expected output of test 0 for test 1": {"a": [1, 2]},
    }


def test_named_checkers_are_not_tried() -> None:
    assert not has_trials(Problem("it", Mode.STDIN, TESTS))
    assert trials(Problem("it", Mode.STDIN, TESTS)) == []


PROGRAM = JuryProgram("kattis", "python", "")
PASSES = Problem("it", Mode.STDIN, TESTS, special_checker=PROGRAM, validation_passes=2)
CONVERSATION = Problem("it", Mode.INTERACTIVE, TESTS, interactor=PROGRAM)


@pytest.mark.parametrize("problem", [PASSES, CONVERSATION], ids=["passes", "interactor"])
def test_what_has_no_expected_output_is_tried_on_odd_ones_once(problem: Problem) -> None:
    made = trials(problem)

    assert has_trials(problem)
    assert [each.what for each in made] == [each.what for each in trials(checked()) if each.sort is Sort.ODD]


def test_interactor_is_named_in_a_finding() -> None:
    made = trials(CONVERSATION)
    answers = [[FAILED], *([WA, WA] for _ in made[1:])]

    assert list(findings(made, answers, True)) == [
        (Diagnosis.DOUBTFUL, "the interactor fails on all bytes for test 1: why")
    ]


AC, WA = Judgement(Verdict.AC, 1, 1, 1), Judgement(Verdict.WA, 0, 1, 1)
FAILED = Judgement(Verdict.IE, 0, 1, 1, detail=f"{OWN_CODE}why")
OURS = Judgement(Verdict.IE, 0, 1, 1, detail="the sandbox broke")
WRONG = "the expected output of test 2 for test 1"


@pytest.mark.parametrize(
    ("answers", "reference_passes", "found"),
    [
        ({}, False, {}),
        ({Sort.RIGHT: WA}, False, {Diagnosis.BROKEN: "the checker rejects the expected output for test 1"}),
        ({Sort.RIGHT: FAILED}, False, {Diagnosis.BROKEN: "the checker fails on the expected output for test 1: why"}),
        (
            {Sort.RIGHT: WA},
            True,
            {Diagnosis.DOUBTFUL: "the checker rejects the expected output for test 1, though the reference passes"},
        ),
        ({Sort.EMPTY: AC}, True, {Diagnosis.WEAK: "the checker accepts an empty output for test 1"}),
        (
            {Sort.WRONG: AC},
            True,
            {Diagnosis.WEAK: f"the checker accepts 9 of 9 outputs that were made wrong, such as {WRONG}"},
        ),
        ({Sort.ODD: AC}, True, {Diagnosis.DOUBTFUL: "the checker accepts all bytes for test 1, characters of"}),
        (
            {Sort.ODD: FAILED},
            True,
            {Diagnosis.DOUBTFUL: "the checker fails on all bytes for test 1 and 5 other outputs: why"},
        ),
        (dict.fromkeys(Sort, OURS), False, {}),
    ],
)
def test_answers_become_findings(
    answers: dict[Sort, Judgement], reference_passes: bool, found: dict[Diagnosis, str]
) -> None:
    made = trials(checked())
    well = {Sort.RIGHT: AC}
    given = [[(well | answers).get(each.sort, WA)] * 2 for each in made]
    said = dict(findings(made, given, reference_passes))
    assert list(said) == list(found)
    assert all(said[diagnosis].startswith(start) for diagnosis, start in found.items())


def test_one_wrong_output_that_is_accepted_is_only_a_doubt() -> None:
    made = trials(checked())
    given = [[AC if each.sort is Sort.RIGHT or each.what == WRONG else WA] for each in made]
    assert list(findings(made, given, True)) == [
        (Diagnosis.DOUBTFUL, f"the checker accepts 1 of 9 outputs that were made wrong, such as {WRONG}")
    ]


def test_two_answers_about_one_output_are_flaky() -> None:
    made = trials(checked())
    given = [[AC, WA] if each.what == WRONG else [AC if each.sort is Sort.RIGHT else WA] * 2 for each in made]
    assert next(findings(made, given, True)) == (
        Diagnosis.FLAKY,
        f"the checker makes the verdict on {WRONG} AC, then WA",
    )
