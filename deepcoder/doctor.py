"""Checks before trust: does this machine judge, and do a data set's problems deserve to be judged on?

Runs: GPU node, through the same pool as training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepcoder.pool import Progress, SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner import values
from deepcoder.verdicts import Judgement, Submission, Verdict


@dataclass(frozen=True)
class Finding:
    """What is wrong with one problem."""

    problem_id: str
    trouble: str


def probes(problem: Problem) -> dict[str, Program]:
    """Programs with a known fate, by what they are: the reference must pass, the others must not."""
    found = {"reference": Program(problem.reference)} if problem.reference is not None else {}
    expected = problem.tests[0].output
    if problem.mode is Mode.STDIN:
        return found | {"empty program": Program(""), "constant program": Program(f"print({expected!r}, end='')")}
    head = f"def {problem.entry_point}(*args, **kwargs): "
    constant = f"nan, inf = float('nan'), float('inf')\n{head}return {values.decode(expected)!r}"
    return found | {"empty program": Program(head + "pass"), "constant program": Program(constant)}


def examine(problems: Sequence[Problem], pool: SandboxPool, progress: Progress | None = None) -> list[Finding]:
    """Judge every problem's probes; what is wrong, in the problems' order."""
    plan = [(problem, what, program) for problem in problems for what, program in probes(problem).items()]
    judgements = pool.judge([Submission(problem, program) for problem, _, program in plan], progress)
    findings = [Finding(each.problem_id, "has no reference solution") for each in problems if each.reference is None]
    for (problem, what, _), judgement in zip(plan, judgements, strict=True):
        trouble = _trouble(what, judgement)
        if trouble:
            findings.append(Finding(problem.problem_id, trouble))
    order = {problem.problem_id: number for number, problem in enumerate(problems)}
    return sorted(findings, key=lambda finding: order[finding.problem_id])


def _trouble(what: str, judgement: Judgement) -> str:
    if judgement.verdict is Verdict.IE:
        return f"the {what} could not be judged: {judgement.detail}"
    if what == "reference" and judgement.verdict is not Verdict.AC:
        return f"the reference is {judgement.verdict} at test {judgement.failed_test}: {judgement.detail}".rstrip(": ")
    if what != "reference" and judgement.verdict is Verdict.AC:
        return f"the {what} passes every test: add tests with other answers"
    return ""


SELF_TEST = Problem("doctor/add_one", Mode.STDIN, tests=(TestCase("41\n", "42\n"),))


def self_test(pool: SandboxPool) -> str:
    """Judge a right and a wrong program on the pool; what went wrong, or nothing."""
    right, wrong = Program("print(int(input()) + 1)"), Program("print(41)")
    judgements = pool.judge([Submission(SELF_TEST, right), Submission(SELF_TEST, wrong)])
    verdicts = [judgement.verdict for judgement in judgements]
    if verdicts == [Verdict.AC, Verdict.WA]:
        return ""
    return f"a right and a wrong program were judged {verdicts[0]} and {verdicts[1]}: {judgements[0].detail}"
