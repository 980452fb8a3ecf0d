"""Run programs for their outcomes: what happened, and no verdict.

Runs: asked and answered on the GPU node; `execute` on a worker node.

A run goes the way of a judgement, and so has the same queue, retries and fairness. What it is given stands in for a
problem, and its judgement carries the outcome.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

from deepcoder.judge import DETAIL_CHARS, task
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Judgement, Submission, Verdict, detail_of, fault_of, printable
from deepcoder.wire.messages import Ended, Given, Outcome, Sign

USUAL_LIMITS = Limits()
CACHED_BYTES = 4096  # of standard input
RUN_ID = "run"  # stands for a problem's id in the logs


@dataclass(frozen=True)
class Execution(Problem):
    """Hold what one execution of a program is given, in place of a problem: there is nothing to pass or to fail."""

    given: Given = Given()

    @property
    def size(self) -> int:
        """Return about the bytes that it takes in memory."""
        return len(self.given.stdin) + sum(len(content) for _, content in self.given.files)


@dataclass(frozen=True, kw_only=True)
class Executed(Judgement):
    """Judge an execution: AC where it ended well. The judgement is large, so it is in no cache."""

    outcome: Outcome


class Ran(NamedTuple):
    """Say what became of a run. There is no outcome where we failed: `why` says how, and nothing of the program.

    With `Given.returns`, the output is frames: one for each file, and the last for the standard output.
    """

    outcome: Outcome | None
    why: str = ""

    @classmethod
    def of(cls, judgement: Judgement) -> Ran:
        """Return what became of the run that has this judgement."""
        if isinstance(judgement, Executed):
            return cls(judgement.outcome)
        if judgement.verdict is Verdict.IE:
            return cls(None, judgement.detail)
        return cls(Outcome(Ended.KILLED, error=judgement.detail, signs=(Sign.SANDBOX,)))  # it took down sandboxes


def execution(given: Given | bytes | str, limits: Limits = USUAL_LIMITS) -> Execution:
    """Return what an execution is given: standard input, or that and files."""
    if isinstance(given, str):
        given = given.encode("utf-8", "surrogatepass")
    if isinstance(given, bytes):
        given = Given(given)
    is_small = not given.files and len(given.stdin) <= CACHED_BYTES
    return _cached(given, limits) if is_small else _execution(given, limits)


def _execution(given: Given, limits: Limits) -> Execution:
    return Execution(RUN_ID, Mode.STDIN, (TestCase("", ""),), limits=limits, given=given)


# The pool puts each problem into Ray's object store once, which takes milliseconds: many runs are given nothing.
_cached = functools.lru_cache(maxsize=1024)(_execution)


def submissions(
    programs: Sequence[Program], inputs: Sequence[Given | bytes | str], limits: Limits = USUAL_LIMITS
) -> list[Submission]:
    """Return a submission for each program and what it is given. Equal inputs cross to a node once."""
    executions = {given: execution(given, limits) for given in inputs}
    return [Submission(executions[given], program) for program, given in zip(programs, inputs, strict=True)]


def execute(submission: Submission, sandbox: Sandbox, stop: threading.Event | None = None) -> Judgement:
    """Run the program once. Setting `stop` from another thread ends the run.

    Raises:
        SandboxError: The sandbox broke. This says nothing about the program.
    """
    problem, program = submission.problem, submission.program
    assert isinstance(problem, Execution) and program is not None
    given: Given | bytes = problem.given if problem.given.files or problem.given.returns else problem.given.stdin
    began = time.monotonic()
    with closing(sandbox.run(task(problem, program), [(0, given)], stop=stop)) as outcomes:
        _, outcome = next(outcomes, (0, None))
    if outcome is None:
        return Judgement(Verdict.IE, 0, 0, 1, detail="stopped")
    fault = fault_of(outcome, problem.mode)
    return Executed(
        fault or Verdict.AC,
        passed=int(fault is None),
        ran=1,
        total=1,
        failed_test=None if fault is None else 0,
        cpu_s=outcome.cpu_s,
        wall_s=round(time.monotonic() - began, 6),
        detail=printable(detail_of(outcome)[:DETAIL_CHARS]) if fault else "",
        slowest_s=outcome.cpu_s,
        suspicious=tuple(sorted(outcome.signs)),
        isolated=sandbox.is_isolated,
        outcome=outcome,
    )
