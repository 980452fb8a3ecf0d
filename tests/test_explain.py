"""The first difference between what was expected and what came, and how a failed test is shown."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from deepcoder.judge import judge
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import BACKENDS, Sandbox
from deepcoder.tools.explain import Difference, difference, excerpt, rerun, view
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome


def of_text(expected: str, actual: str, checker: str = "tokens") -> Difference | None:
    problem = Problem("p", Mode.STDIN, (TestCase("", expected),), checker=checker)
    return difference(problem, problem.tests[0], Outcome(Ended.EXITED, actual.encode(), exit_code=0))


def of_values(expected: Any, actual: Any, checker: str = "value") -> Difference | None:
    problem = Problem("p", Mode.FUNCTION, (TestCase.call([], expected),), "f", checker=checker)
    return difference(problem, problem.tests[0], Outcome(Ended.RETURNED, values.encode(actual).encode()))


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ("1 2 3\n4 5\n", "1 2 3\n4 6\n", "line 2, token 2: expected 5, got 6"),
        ("0.5 2\n", "0.50000001 3\n", "line 1, token 2: expected 2, got 3"),  # near numbers are no difference
        ("1\n2\n", "1\n", "line 2, token 1: expected 2, got the end"),
        ("1\n", "1\n2\n", "line 2, token 1: expected the end, got 2"),
        ("1\n", "", "line 1, token 1: expected 1, got the end"),
        ("1 2\n3\n", "1\n2 3\n", "line 1, token 2: expected 2, got the end of the line"),
        ("1\n2 3\n", "1 2\n3\n", "line 1, token 2: expected the end of the line, got 2"),
        ("\n\n1\n2\n", "1\n3\n", "line 4, token 1: expected 2, got 3"),  # blank lines before do not count
        ("a\n\nb\n", "a\nb\n", "line 2, token 1: expected the end of the line, got b"),
        ("a\n", "\x1b[0m\n", "line 1, token 1: expected a, got \\x1b[0m"),
    ],
)
def test_first_difference_of_texts(expected: str, actual: str, said: str) -> None:
    assert str(of_text(expected, actual)) == said


def test_checker_decides_what_a_difference_is() -> None:
    assert of_text("YES NO\n", "yes\nMAYBE\n", "kattis") == of_text("YES NO", "yes\nMAYBE", "kattis")
    assert str(of_text("YES NO\n", "yes\nMAYBE\n", "kattis")) == "line 1, token 2: expected NO, got MAYBE"
    assert of_text("YES\n", "yes\n", "kattis") is None


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ([1, [2, 3]], [1, [2, 4]], "value[1][1]: expected 3, got 4"),
        ([1, 2], [1, 2, 3], "value: expected 2 items, got 3"),
        ({"a": [1]}, {"a": [2]}, "value['a'][0]: expected 1, got 2"),
        ({"a": 1}, {"b": 1}, "value, its keys: expected ['a'], got ['b']"),
        ((0.1, True), [0.1000000001, 1], "value[1]: expected True, got 1"),
        (None, "x\ny", "value: expected None, got 'x\\ny'"),
    ],
)
def test_first_difference_of_values(expected: Any, actual: Any, said: str) -> None:
    assert str(of_values(expected, actual)) == said


def test_what_gave_no_output_has_no_difference() -> None:
    problem = Problem("p", Mode.STDIN, (TestCase("", "1\n"),))
    for outcome in (Outcome(Ended.TIME_LIMIT), Outcome(Ended.EXITED, b"2\n", exit_code=1)):
        assert difference(problem, problem.tests[0], outcome) is None
    special = Problem("p", Mode.STDIN, (TestCase("", "1\n"),), special_checker="def check(i, e, a): return False")
    assert difference(special, special.tests[0], Outcome(Ended.EXITED, b"2\n", exit_code=0)) is None


def test_bytes_that_are_no_value_are_no_difference() -> None:
    problem = Problem("p", Mode.FUNCTION, (TestCase.call([], 1),), "f")
    assert difference(problem, problem.tests[0], Outcome(Ended.RETURNED, b"{")) is None


def test_long_texts_are_shown_around_the_mark() -> None:
    before = "".join(f"{n}\n" for n in range(1000))
    found = of_text(f"{before}{'a' * 500} b {'c' * 500}\nend\n", f"{before}{'a' * 500} x\nend\n")
    assert found is not None and found.marks is not None
    shown = excerpt(f"{before}{'a' * 500} b {'c' * 500}\nend\n", found.marks[0]).plain.split("\n")
    assert len(shown) <= 10 and max(map(len, shown)) <= 68
    at = next(number for number, line in enumerate(shown) if line.startswith("1001 │ …aaa"))
    assert shown[at][shown[at + 1].index("^")] == "b"


def shown(submission: Submission, number: int, sandbox: Sandbox) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(view(submission, judge(submission, sandbox), number, sandbox, BACKENDS["process"]))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_view_shows_all_there_is_to_know(shared_sandbox: Sandbox, sandbox_kind: str) -> None:
    problem = Problem("p", Mode.STDIN, (TestCase("3\n", "a b\n"),), limits=Limits(cpu_s=2))
    text = shown(
        Submission(problem, Program("import sys\nprint('a c')\nprint('oh', file=sys.stderr)")), 0, shared_sandbox
    )
    lines = [line.rstrip() for line in text.splitlines()]
    assert lines[:6] == [
        "test        0 of 1, the first being 0",
        "input          1 │ 3",
        "expected       1 │ a b",
        "                 │   ^",
        "stdout         1 │ a c",
        "                 │   ^",
    ]
    assert lines[6:8] == ["difference  line 1, token 2: expected b, got c", "stderr      oh"]
    assert lines[8].startswith("used        0.0") and lines[8].endswith(" MiB memory")
    assert lines[9] == "limits      2 s CPU, 4 s wall, 1 GiB memory, 16 MiB output, 64 processes"
    where = "image deepcoder-sandbox:py311" if sandbox_kind in ("docker", "runsc") else "/"
    assert lines[10].startswith("sandbox     process, Python 3.") and where in lines[10]
    assert max(map(len, lines)) <= 80


def test_view_of_a_call_is_python(shared_sandbox: Sandbox) -> None:
    problem = Problem("p", Mode.FUNCTION, (TestCase.call([[1, 2]], {"a": [2]}, {"k": "x"}),), "f")
    text = shown(Submission(problem, Program("def f(xs, k): return {'a': xs}")), 0, shared_sandbox)
    assert "call        f([1, 2], k='x')" in text
    assert "expected    {'a': [2]}" in text
    assert "returned    {'a': [1, 2]}" in text
    assert "difference  value['a'][0]: expected 2, got 1" in text


def test_view_of_test_code_shows_the_code_and_what_it_said(shared_sandbox: Sandbox) -> None:
    problem = Problem("p", Mode.FUNCTION, (TestCase.code("x = 1\nassert f(x) == 2"),), "f")
    console = Console(file=io.StringIO(), width=80)
    submission = Submission(problem, Program("def f(x): return x"))
    judgement = Judgement(Verdict.WA, 0, 1, 1, 0, detail="AssertionError: line 2")
    console.print(view(submission, judgement, 0, shared_sandbox, BACKENDS["process"]))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "   2 │ assert f(x) == 2" in text and "said       AssertionError: line 2" in text


def test_rerun_of_a_call_makes_the_calls_before_it(shared_sandbox: Sandbox) -> None:
    problem = Problem("p", Mode.FUNCTION, tuple(TestCase.call([], 1) for _ in range(3)), "f")
    counting = Program("n = 0\ndef f():\n    global n\n    n += 1\n    return n")
    assert rerun(Submission(problem, counting), 2, shared_sandbox).output == b"3"
