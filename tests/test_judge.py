"""One submission in one sandbox: which tests are run, in what order, and what is told of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from deepcoder.judge import NO_JURY, judge, task
from deepcoder.jury import Check, Jury, JuryError, Tested
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxError, StepwiseTask
from deepcoder.sandbox.fake import Answer, FakeSandbox, NoAnswer
from deepcoder.verdicts import OWN_CODE, Judgement, Submission, Verdict
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome, Sign, Task

TESTS = tuple(TestCase(f"{n}\n", f"{n + 1}\n") for n in range(6))
ADD_ONE = Problem("judge", Mode.STDIN, TESTS, limits=Limits(cpu_s=10))
WRONG_AT_THREE = Program("n = int(input()); print(n + (n != 3))")


def test_tests_are_run_in_the_order_given_and_told(shared_sandbox: Sandbox) -> None:
    told: list[tuple[int, float]] = []
    submission = Submission(ADD_ONE, WRONG_AT_THREE)
    judgement = judge(submission, shared_sandbox, tests=[5, 0, 3, 1], ran=lambda *each: told.append(each))
    assert (judgement.verdict, judgement.failed_test) == (Verdict.WA, 3)
    assert (judgement.passed, judgement.ran, judgement.total) == (2, 3, 6)
    assert [number for number, _ in told] == [5, 0, 3]
    assert sum(cpu_s for _, cpu_s in told) > 0


def test_a_part_of_the_tests_may_pass(shared_sandbox: Sandbox) -> None:
    judgement = judge(Submission(ADD_ONE, WRONG_AT_THREE), shared_sandbox, tests=iter([4, 5]))
    assert (judgement.verdict, judgement.ran, judgement.total) == (Verdict.AC, 2, 6)


# Without a runner: what the judge makes of outcomes.


def printed(text: str, **facts: Any) -> Outcome:
    return Outcome(Ended.EXITED, text.encode("utf-8", "surrogateescape"), exit_code=0, cpu_s=0.25, **facts)


def add_one(task: Task, given: bytes) -> Outcome:
    """A right program."""
    return printed(f"{int(given) + 1}\n")


def wrong_at(*numbers: int) -> Answer:
    return lambda task, given: printed("0\n") if int(given) in numbers else add_one(task, given)


def returned(value: Any) -> Outcome:
    return Outcome(Ended.RETURNED, values.encode(value).encode(), cpu_s=0.25)


def stdin(*tests: tuple[str, str], **fields: Any) -> Problem:
    return Problem("fake", Mode.STDIN, tuple(TestCase(*each) for each in tests), **fields)


def function(*tests: TestCase, **fields: Any) -> Problem:
    return Problem("fake", Mode.FUNCTION, tests, entry_point="f", **fields)


def judged(problem: Problem, answer: Answer, **options: Any) -> Judgement:
    """The judgement of any program, each of whose executions does what `answer` says."""
    with closing(FakeSandbox(answer)) as sandbox:
        return judge(Submission(problem, Program("source")), sandbox, **options)


def test_all_tests_pass() -> None:
    judgement = judged(ADD_ONE, add_one)
    assert (judgement.verdict, judgement.passed, judgement.ran, judgement.total) == (Verdict.AC, 6, 6, 6)
    assert (judgement.failed_test, judgement.detail, judgement.suspicious) == (None, "", ())
    assert (judgement.cpu_s, judgement.slowest_s) == (1.5, 0.25)


def test_first_failing_test_ends_the_judging() -> None:
    judgement = judged(ADD_ONE, wrong_at(2, 4))
    assert (judgement.verdict, judgement.failed_test) == (Verdict.WA, 2)
    assert (judgement.passed, judgement.ran) == (2, 3)


def test_nothing_runs_for_a_completion_without_a_program() -> None:
    with closing(FakeSandbox(add_one)) as sandbox:
        judgement = judge(Submission(ADD_ONE, None), sandbox)
        assert (judgement.verdict, judgement.ran, judgement.total) == (Verdict.CE, 0, 6)
        assert sandbox.stream.kinds == []


@pytest.mark.parametrize(
    ("outcome", "verdict", "detail"),
    [
        (Outcome(Ended.TIME_LIMIT), Verdict.TLE, ""),
        (Outcome(Ended.MEMORY_LIMIT), Verdict.MLE, ""),
        (Outcome(Ended.OUTPUT_LIMIT), Verdict.OLE, ""),
        (Outcome(Ended.COMPILE_ERROR, error="SyntaxError: x"), Verdict.CE, "SyntaxError: x"),
        (Outcome(Ended.EXITED, b"1\n", exit_code=3, stderr="a\nlast\n"), Verdict.RTE, "exit code 3: last"),
        (Outcome(Ended.KILLED, b"1\n", signal=11), Verdict.RTE, "ended by signal 11: Segmentation fault"),
        (Outcome(Ended.KILLED, signal=31), Verdict.RTE, "ended by signal 31: made a forbidden system call"),
        (Outcome(Ended.EXITED, b"2\n", exit_code=0, stderr="a\nwhy\n"), Verdict.WA, "why"),
    ],
)
def test_verdict_follows_from_how_an_execution_ended(outcome: Outcome, verdict: Verdict, detail: str) -> None:
    judgement = judged(stdin(("0", "1")), lambda task, given: outcome)
    assert (judgement.verdict, judgement.detail) == (verdict, detail)


def test_raised_exception_is_a_runtime_error_and_its_detail() -> None:
    judgement = judged(function(TestCase.call([1], 2)), lambda task, given: Outcome(Ended.RAISED, error="KeyError: 1"))
    assert (judgement.verdict, judgement.detail) == (Verdict.RTE, "KeyError: 1")


def test_detail_is_short_and_printable() -> None:
    shown = printed("0", stderr="\x1b[31m" + "x" * 1000)
    detail = judged(stdin(("0", "1")), lambda task, given: shown).detail
    assert detail.startswith("\\x1b[31mxxx") and detail.isprintable()
    assert len(detail) < 210


def test_signs_of_all_tests_are_told_and_decide_nothing() -> None:
    signs = {b"0\n": (Sign.FILES,), b"1\n": (Sign.PROCESSES, Sign.FILES)}
    judgement = judged(ADD_ONE, lambda task, given: printed(f"{int(given) + 1}", signs=signs.get(given, ())))
    assert judgement.verdict is Verdict.AC
    assert judgement.suspicious == tuple(sorted([Sign.FILES, Sign.PROCESSES]))


def test_bytes_that_encode_no_value_are_wrong_and_suspicious() -> None:
    judgement = judged(function(TestCase.call([1], 2)), lambda task, given: Outcome(Ended.RETURNED, b"{"))
    assert (judgement.verdict, judgement.suspicious) == (Verdict.WA, (Sign.VALUE,))


def test_returned_values_are_compared_and_not_their_text() -> None:
    problem = function(TestCase.call([1], [1.0, {"a": 1}]))
    assert judged(problem, lambda task, given: returned((1.0000000001, {"a": 1}))).verdict is Verdict.AC
    assert judged(problem, lambda task, given: returned([1.0, {"b": 1}])).verdict is Verdict.WA


def test_test_of_its_own_checker_is_compared_by_it() -> None:
    tests = (TestCase("1", "a b"), TestCase("2", "a b", checker="unordered tokens"))
    outcomes = {b"1": printed("a b"), b"2": printed("b a")}
    problem = Problem("fake", Mode.STDIN, tests)
    assert judged(problem, lambda task, given: outcomes[given]).verdict is Verdict.AC


def test_expected_output_never_reaches_the_sandbox() -> None:
    given: list[bytes] = []
    tasks: list[Task] = []

    def answer(task: Task, data: bytes) -> Outcome:
        tasks.append(task)
        given.append(data)
        return printed("secret")

    assert judged(stdin(("in", "secret")), answer).verdict is Verdict.AC
    assert given == [b"in"]
    assert "secret" not in repr(tasks)


def test_task_says_how_to_run_the_program() -> None:
    problem = function(TestCase.call([], 1), preamble="import math", limits=Limits(cpu_s=3))
    assert task(problem, Program("source", "pypy")) == Task(
        "source", Mode.FUNCTION, problem.limits_in("pypy"), "f", "import math", "pypy"
    )


def test_tests_are_taken_from_the_caller_only_when_their_turn_has_nearly_come() -> None:
    taken: list[int] = []

    def coming() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    problem = stdin(*((str(n), str(n + 1)) for n in range(100)))
    assert judged(problem, wrong_at(5), tests=coming()).failed_test == 5
    assert len(taken) < 5 + 16 + 1


def test_costs_are_told_in_the_order_in_which_tests_are_given() -> None:
    told: list[tuple[int, float]] = []
    judgement = judged(ADD_ONE, wrong_at(0), tests=[4, 0, 2], ran=lambda *cost: told.append(cost))
    assert (judgement.failed_test, judgement.passed, judgement.ran) == (0, 1, 2)
    assert told == [(4, 0.25), (0, 0.25)]


def test_stop_ends_the_judging_with_what_was_run() -> None:
    stop = threading.Event()

    def told(number: int, cpu_s: float) -> None:
        if number == 2:
            stop.set()

    judgement = judged(ADD_ONE, slow_from(3), ran=told, stop=stop)
    assert (judgement.verdict, judgement.passed, judgement.ran) == (Verdict.AC, 3, 3)


def slow_from(number: int) -> Answer:
    """A right program that does not end any more from that input on."""

    def answer(task: Task, given: bytes) -> Outcome:
        if int(given) >= number:
            raise NoAnswer
        return add_one(task, given)

    return answer


def test_sandbox_that_breaks_is_an_error_and_no_judgement() -> None:
    def answer(task: Task, given: bytes) -> Outcome:
        raise OSError("gone")

    sandbox = FakeSandbox(answer)
    with pytest.raises(SandboxError, match="gone"):
        judge(Submission(ADD_ONE, Program("source")), sandbox)
    assert not sandbox.is_open


def test_judging_that_ends_early_ends_what_was_sent_ahead() -> None:
    with closing(FakeSandbox(lambda task, given: returned(0))) as sandbox:
        judge(Submission(function(TestCase.call([0], 1), TestCase.call([1], 2)), Program("source")), sandbox)
        assert sandbox.stream.kinds[-1] == "stop"


@pytest.mark.parametrize(
    "problem",
    [
        stdin(("1", "1"), special_checker="def check(input, expected, actual): return True"),
        function(TestCase.code("assert f(1) == 2")),
    ],
)
def test_code_of_the_data_set_without_a_jury_is_our_fault(problem: Problem) -> None:
    told: list[int] = []
    judgement = judged(problem, add_one, ran=lambda number, cpu_s: told.append(number))
    assert (judgement.verdict, judgement.failed_test, judgement.ran) == (Verdict.IE, 0, 1)
    assert judgement.detail == OWN_CODE + NO_JURY
    assert told == []


def test_tests_that_are_code_come_last() -> None:
    problem = function(TestCase.code("assert f(1) == 2"), TestCase.call([1], 2), TestCase.call([2], 3))
    wrong = judged(problem, lambda task, given: returned(2))
    assert (wrong.verdict, wrong.failed_test, wrong.passed) == (Verdict.WA, 2, 1)


class FakeJury(Jury):
    """A jury whose special checker does what a function does, and whose test code says one thing."""

    def __init__(self, check: Check | None = None, tested: Tested | None = None) -> None:
        self.check, self.tested = check, tested

    @contextmanager
    def special_checker(self, source: str) -> Iterator[Check]:
        assert self.check is not None
        yield self.check

    def run(self, test: TestCase, entry_point: str, program: StepwiseTask) -> Tested:
        assert self.tested is not None
        return self.tested


def test_special_checker_sees_input_expected_and_actual_output() -> None:
    seen = []

    def check(*given: Any) -> bool:
        seen.append(given)
        return True

    problem = stdin(("1\n", "7"), special_checker="source")
    assert judged(problem, lambda task, given: printed("8\udcff"), jury=FakeJury(check)).verdict is Verdict.AC
    assert seen == [("1\n", "7", "8\udcff")]


def test_special_checker_that_fails_names_the_test_and_learns_nothing_from_it() -> None:
    told: list[int] = []

    def check(given: str, expected: str, actual: str) -> bool:
        if given == "2":
            raise JuryError("it raised")
        return True

    problem = stdin(("0", ""), ("1", ""), ("2", ""), special_checker="source")
    judgement = judged(problem, add_one, jury=FakeJury(check), tests=[1, 2, 0], ran=lambda *cost: told.append(cost[0]))
    assert (judgement.verdict, judgement.failed_test, judgement.passed, judgement.ran) == (Verdict.IE, 2, 1, 2)
    assert judgement.detail == f"{OWN_CODE}it raised"
    assert told == [1]


def test_verdict_of_test_code_is_the_jurys() -> None:
    tested = Tested(Verdict.WA, 0.5, "AssertionError", frozenset({Sign.VALUE}))
    judgement = judged(function(TestCase.code("assert f(1)")), add_one, jury=FakeJury(tested=tested))
    assert (judgement.verdict, judgement.detail, judgement.cpu_s) == (Verdict.WA, "AssertionError", 0.5)
    assert judgement.suspicious == (Sign.VALUE,)


def test_preamble_runs_before_programs_of_its_own_language_only() -> None:
    tests = (TestCase.call([1], 2),)
    problem = Problem("f", Mode.FUNCTION, tests, "f", "import math", languages=("python", "javascript"))

    assert task(problem, Program("", "python")).preamble == "import math"
    assert task(problem, Program("", "pypy")).preamble == "import math"
    assert task(problem, Program("", "javascript")).preamble == ""
