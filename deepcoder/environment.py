"""An environment of several turns: a policy tries programs, submits them, and hears what it is allowed to hear.

Runs: GPU node, in every trainer rank. TRL makes one for each rollout, and takes the public methods for tools.

TRL calls the tools of its rollouts one after another. So a submission is judged from the moment at which it is made,
and nothing waits before its verdict is asked for: the judgements of a group overlap.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deepcoder.pool import Pool
from deepcoder.problems import Mode, Problem, TestCase, by_id
from deepcoder.programs import Program, reads_as_program
from deepcoder.reward import Score, all_or_nothing
from deepcoder.runs import Ran
from deepcoder.verdicts import Judgement, Submission, Verdict, cause_of
from deepcoder.wire.messages import Ended

log = logging.getLogger(__name__)

SHOWN_CHARS = 2000  # of what a program printed, and of its error: a policy's context is short
UNAVAILABLE = "The sandboxes do not answer. Your call was not counted."
NO_CALLS = "You have used all your calls. Give your final answer."


class Feedback(StrEnum):
    """Name what a policy hears of a submission. Each level adds to those before it; none shows a hidden test."""

    VERDICT = "verdict"
    TEST = "test"  # the number of the failing test
    SAMPLE = "sample"  # the first sample that fails: its input, its output, and the program's


@dataclass(frozen=True)
class Rules:
    """Say what one rollout may do, and what it hears. TRL's `max_tool_calling_iterations` bounds its turns."""

    feedback: Feedback = Feedback.VERDICT
    runs: int = 8
    submissions: int = 3


@dataclass(eq=False)
class _Rollout:
    """One rollout. The mutable state: everything but the problem."""

    problem: Problem
    runs: int = 0
    submissions: int = 0
    last: Submission | None = None  # the submission that counts
    has_failed: bool = False  # whether a run failed by a fault of ours


class CodeEnvironment:
    """One rollout after the other, each on a problem of its own: give `GRPOTrainer` a factory of these.

    The data set needs a column `problem_id`. The last submission is scored. A rollout without one gets 0, or None if a
    run of it failed by a fault of ours.

    Args:
        pool: Runs and judges the programs.
        problems: Every problem that the data set names. The tests stay in this object.
        rules: What a rollout may do, and what it hears.
        score: Turns a judgement into a reward.

    Raises:
        ValueError: A problem needs more memory than the pool's sandboxes have, or a language that they lack, or two
            problems have one id.

    >>> trainer = GRPOTrainer(..., environment_factory=functools.partial(CodeEnvironment, pool, problems))
    """

    def __init__(
        self,
        pool: Pool,
        problems: Iterable[Problem],
        rules: Rules = Rules(),
        score: Score = all_or_nothing,
    ) -> None:
        self._pool = pool
        self._problems = by_id(problems)
        self._rules = rules
        self._score = score
        self._rollout: _Rollout | None = None
        pool.check_problems(self._problems.values())

    def reset(self, *, problem_id: Any = None, **_: Any) -> None:
        """Begin a rollout on the problem that the row names.

        Raises:
            ValueError: The environment was not given that problem.
        """
        if str(problem_id) not in self._problems:
            raise ValueError(f"a row names problem {problem_id!r}, which the environment was not given")
        self._rollout = _Rollout(self._problems[str(problem_id)])

    def run(self, code: str, stdin: str = "") -> str:
        """Run a program and return what it prints. This does not count as an answer.

        Args:
            code: The source of the whole program.
            stdin: What the program reads from standard input.
        """
        rollout = self._current()
        _check_texts(code=code, stdin=stdin)
        if rollout.runs >= self._rules.runs:
            return NO_CALLS
        program = _program(code, rollout.problem)
        limits = rollout.problem.limits_in(program.language)
        (ran,) = self._pool.run([_with_preamble(program, rollout.problem)], [stdin], limits)
        if ran.outcome is None:
            log.warning("a run in an environment failed: %s", ran.why)
            rollout.has_failed = True
            return UNAVAILABLE
        rollout.runs += 1
        return _described(ran)

    def submit(self, code: str) -> str:
        """Submit a program as your answer. The last program that you submit counts.

        Args:
            code: The source of the whole program.
        """
        rollout = self._current()
        _check_texts(code=code)
        if rollout.submissions >= self._rules.submissions:
            return NO_CALLS
        rollout.submissions += 1
        rollout.last = Submission(rollout.problem, _program(code, rollout.problem))
        try:
            self._pool.begin([rollout.last])
        except ConnectionError as error:  # nothing is lost: the verdict is asked for later
            log.warning("a program is not judged ahead: %s", error)
        left = self._rules.submissions - rollout.submissions
        return f"Submitted. You can submit {left} more; `verdict` tells what became of it."

    def verdict(self) -> str:
        """Return what became of the program that you submitted last."""
        rollout = self._current()
        if rollout.last is None:
            return "You have submitted nothing."
        judgement = self._judged(rollout.last)
        if judgement.verdict is Verdict.IE:
            return UNAVAILABLE
        return self._told(rollout.last, judgement)

    def get_reward(self) -> float | None:
        """Return the score of the last submission; None where the fault was ours, which TRL leaves out of the group."""
        rollout = self._current()
        if rollout.last is None:
            return None if rollout.has_failed else 0.0
        return self._score(self._judged(rollout.last))

    def _current(self) -> _Rollout:
        if self._rollout is None:
            raise RuntimeError("reset the environment before its tools are called")
        return self._rollout

    def _judged(self, submission: Submission) -> Judgement:
        """Return the judgement, which the pool has in its cache or is at work on."""
        return self._pool.judge([submission])[0]

    def _told(self, submission: Submission, judgement: Judgement) -> str:
        """Return what the rules let a policy hear: not the detail of a judgement, which may quote a hidden test."""
        if judgement.verdict is Verdict.AC or self._rules.feedback is Feedback.VERDICT:
            return str(judgement.verdict)
        if self._rules.feedback is Feedback.SAMPLE:
            return judgement.summary + self._failing_sample(submission)
        return judgement.summary

    def _failing_sample(self, submission: Submission) -> str:
        """Return the first sample that the program fails, for a policy; empty where it fails none."""
        problem = submission.problem
        if not (samples := samples_of(problem)):
            return ""
        assert submission.program is not None
        limits = problem.limits_in(submission.program.language)
        alone = [dataclasses.replace(problem, tests=(sample,)) for sample in samples]
        on_each = [Submission(each, submission.program) for each in alone]
        for sample, judgement in zip(samples, self._pool.judge(on_each), strict=True):
            if judgement.verdict not in (Verdict.AC, Verdict.IE):
                (ran,) = self._pool.run([submission.program], [sample.input], limits)
                expected = f"Input:\n{sample.input}\nExpected output:\n{sample.output}"
                return f"\nA sample fails: {judgement.verdict}\n{expected}\nYour program:\n{_described(ran)}"
        return ""


def samples_of(problem: Problem) -> list[TestCase]:
    """Return the tests that the problem's own prompt shows: whole lines of it are the input, and others the output.

    So nothing is shown to a policy that it has not been shown before. Only tests of text have samples.
    """
    if problem.mode is not Mode.STDIN:
        return []
    lines = [line.strip() for message in problem.prompt for line in str(message.get("content", "")).splitlines()]
    return [test for test in problem.tests if _has(lines, test.input) and _has(lines, test.output)]


def _has(lines: list[str], text: str) -> bool:
    """Return whether the lines of the text follow each other in these lines."""
    wanted = [line.strip() for line in text.strip().splitlines()]
    starts = range(len(lines) - len(wanted) + 1)
    return bool(wanted) and any(lines[start : start + len(wanted)] == wanted for start in starts)


def _check_texts(**arguments: Any) -> None:
    """Raise TypeError where a policy gives a tool something else than a text; TRL tells it the message."""
    for name, value in arguments.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a text, not a value of type {type(value).__name__}")


def _program(code: str, problem: Problem) -> Program:
    """Return the program that a policy means: what it wrote, or the block that it wrote around the program.

    Code that is a program as it stands is whole: its docstring may hold a fenced example.
    """
    is_fenced = "```" in code and not reads_as_program(code)
    fenced = Submission.of(problem, code).program if is_fenced else None
    return fenced or Program(code, problem.languages[0])


def _with_preamble(program: Program, problem: Problem) -> Program:
    """Return the program behind the problem's preamble, as it is judged in function mode."""
    if not problem.preamble or program.language != problem.languages[0]:
        return program
    return Program(f"{problem.preamble}\n{program.source}", program.language)


def _described(ran: Ran) -> str:
    """Return what happened, for a policy."""
    if ran.outcome is None:
        return UNAVAILABLE
    outcome = ran.outcome
    printed = _shown(outcome.output.decode("utf-8", "replace"))
    if outcome.ended is not Ended.EXITED:
        why = outcome.ended.value.replace("_", " ")
    else:
        why = f"exit code {outcome.exit_code}"
    errors = _shown(outcome.stderr.strip() or cause_of(outcome))
    return "\n".join(filter(None, (printed.rstrip("\n"), errors, f"[{why}]")))


def _shown(text: str) -> str:
    """Return the beginning and the end of a text that is too long to be shown."""
    if len(text) <= SHOWN_CHARS:
        return text
    half = SHOWN_CHARS // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters are left out]\n{text[-half:]}"
