"""One submission in one sandbox: which tests are run, in what order, and what is told of them."""

from __future__ import annotations

from deepcoder.judge import judge
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Submission, Verdict

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
