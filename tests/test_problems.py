"""Problems, their limits, and the sampling of tests."""

from __future__ import annotations

import dataclasses

import pytest

from deepcoder.problems import Limits, Mode, Problem, TestCase, by_id, has_fraction


def stdin_problem(*inputs: str) -> Problem:
    return Problem("p", Mode.STDIN, tuple(TestCase(text, "") for text in inputs))


def test_sampled_keeps_the_longest_inputs_in_their_order() -> None:
    problem = stdin_problem("1", "22222", "333", "4444")
    assert [test.input for test in problem.sampled(2).tests] == ["22222", "4444"]


def test_sampled_with_equal_lengths_keeps_the_first() -> None:
    assert [test.input for test in stdin_problem("a", "b", "c").sampled(2).tests] == ["a", "b"]


def test_sampled_never_touches_mode_or_entry_point() -> None:
    tests = tuple(TestCase.call([number], number) for number in range(20))
    sampled = Problem("p", Mode.FUNCTION, tests, entry_point="f", checker="value(0.1)").sampled(15)
    assert (sampled.mode, sampled.entry_point, sampled.checker) == (Mode.FUNCTION, "f", "value(0.1)")
    assert len(sampled.tests) == 15


def test_sampled_none_keeps_all() -> None:
    problem = stdin_problem(*"abc")
    assert problem.sampled(None) is problem


def test_problem_without_tests_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one test"):
        stdin_problem()


def test_function_problem_without_entry_point_is_refused() -> None:
    with pytest.raises(ValueError, match="entry_point"):
        Problem("p", Mode.FUNCTION, (TestCase.call([1], 1),))


def test_limits_default_wall_is_twice_cpu() -> None:
    assert Limits(cpu_s=3).wall_s == 6


def test_infinite_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="cpu_s must be above 0, and finite"):
        Limits(cpu_s=float("inf"))


@pytest.mark.parametrize("field", ["cpu_s", "memory_bytes", "output_bytes", "processes"])
def test_limits_of_zero_are_refused_by_name(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Limits(**{field: 0})


def test_memory_limit_below_what_an_empty_program_needs_is_refused() -> None:
    with pytest.raises(ValueError, match="limits.memory_bytes is 16777216, and must be at least 20971520: an empty"):
        Limits(memory_bytes=16 << 20)


def test_checker_of_a_run_leaves_the_checkers_that_tests_name() -> None:
    tests = (TestCase.call([1], 3, checker="differs"), TestCase.call([1], 2))
    problem = Problem("p", Mode.FUNCTION, tests, entry_point="f", special_checker="def check(*_): return True")
    changed = problem.checked_by("exact")
    assert (changed.checker, changed.special_checker) == ("exact", "")
    assert [test.checker for test in changed.tests] == ["differs", ""]


def test_two_problems_of_one_id_are_refused_with_both_named() -> None:
    first = dataclasses.replace(stdin_problem("1"), where="a/train.jsonl, line 3")
    for second, named in (
        (dataclasses.replace(stdin_problem("2"), where="b/p.jsonl, line 3", source="taco"), "taco of b/p.jsonl"),
        (stdin_problem("2"), "index 2 of those given"),
    ):
        with pytest.raises(ValueError, match=f"problem_id 'p': a/train.jsonl, line 3, and {named}.*prefix"):
            by_id([first, dataclasses.replace(first, problem_id="q"), second])


def test_a_problem_given_twice_counts_once() -> None:
    problem, again = stdin_problem("1"), dataclasses.replace(stdin_problem("1"), where="elsewhere")
    assert by_id([problem, problem, again]) == {"p": problem}


def test_prefixed_problems_are_kept_apart() -> None:
    one, other = stdin_problem("1").prefixed("a/"), stdin_problem("2").prefixed("b/")
    assert by_id([one, other]) == {"a/p": one, "b/p": other}


@pytest.mark.parametrize(
    "output",
    [
        "1.5",
        "x\n2.50 y",
        "-0.0",
        "+.5",
        "3.0",
        "1.5e9",
        "1e-9",
        "12E-3",
        "1.e-3",
        "(1, 2)\t0.5\r\n",
        "9" * 10_000 + ".5",
    ],
)
def test_number_with_a_fraction_is_found(output: str) -> None:
    assert has_fraction(output)


@pytest.mark.parametrize(
    "output",
    [
        *[
            "",
            "3",
            "The answer is 3.",
            "1e9",
            "3.",
            ".",
            "-.",
            "1.2.3",
            "127.0.0.1",
            "2020.01.02",
            "v1.5",
            "1.5%",
            "(0.5, 0.5)",
        ],
        *["0x1.8", "1,5", "1.5f", "e-9", "a1e-9", "1e-9x", "1e-", "1.5e", "1.5e+", "\u0661.\u0665", "1.5\u00a0x"],
        *["1_0.5", "--1.5", "9" * 10_000, "1" + ".1" * 10_000],
    ],
)
def test_what_is_no_number_with_a_fraction_is_not(output: str) -> None:
    assert not has_fraction(output)


def test_usual_checker_is_decided_by_all_tests_of_the_problem() -> None:
    tests = (TestCase("1 2", "1.5\n"), TestCase("1000 2000 3000", "2000\n"))
    real = Problem("p", Mode.STDIN, tests)
    assert real.checker == "real tokens"
    assert real.sampled(1).checker == "real tokens"
    assert Problem("p", Mode.STDIN, tests[1:]).checker == "tokens"
    assert Problem("p", Mode.STDIN, tests, checker="tokens").checker == "tokens"
    assert Problem("p", Mode.FUNCTION, (TestCase.call([1], 1.5),), "f").checker == "value"
