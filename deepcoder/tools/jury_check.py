"""Judge every program of a problem package's jury, and compare the verdicts with those that the jury expects.

Runs: wherever a person types, through a pool. As in the contest, there is one time limit for all languages. Where the
package has none, the accepted programs are judged first, with a generous limit. What the slowest of them takes gives
the limit, by the package's own rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deepcoder.datasets.packages import JurySubmission, Package
from deepcoder.pool import SandboxPool
from deepcoder.pool.base import Progress
from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import LANGUAGES, PYPY, PYTHON

GENEROUS_S = 60.0  # of CPU time for a test of an accepted program, until the limit is known


@dataclass(frozen=True)
class Checked:
    """A program of the jury and its judgement. One that was not judged says why."""

    submission: JurySubmission
    judgement: Judgement | None
    why_none: str = ""

    @property
    def is_right(self) -> bool:
        """Return whether the program got a verdict that its jury expects."""
        return self.judgement is not None and self.judgement.verdict in self.submission.expected


@dataclass(frozen=True)
class JuryCheck:
    """Hold what came of a package."""

    package: Package
    limit_s: float
    slowest_s: float | None  # CPU seconds of the slowest accepted program, where the limit was made of them
    checked: tuple[Checked, ...]

    @property
    def judged(self) -> tuple[Checked, ...]:
        """Return the programs that were judged."""
        return tuple(each for each in self.checked if each.judgement is not None)

    @property
    def wrong(self) -> tuple[Checked, ...]:
        """Return the programs that got another verdict than their jury expects."""
        return tuple(each for each in self.judged if not each.is_right)


def check(
    package: Package, pool: SandboxPool, pypy: bool = False, progress: Callable[[int], None] = lambda _: None
) -> JuryCheck:
    """Judge every program of the package in a language that the pool has.

    Args:
        package: Its limits may be unknown.
        pool: Where to judge.
        pypy: Judge Python by PyPy, as Kattis and DOMjudge do.
        progress: Called with how many more programs are done.

    Raises:
        ValueError: The pool's sandboxes lack the language of the package's own validator, or the memory.
    """
    has = pool.languages()
    programs = [_in_pypy(each) if pypy else each for each in package.submissions]
    able = [each for each in programs if each.program is not None and each.program.language in has]
    judgements: dict[str, Judgement] = {}

    def judge(submissions: Sequence[JurySubmission], limit_s: float) -> None:
        problem = limited(package.problem, limit_s)
        judgements.update(_judged(pool, problem, submissions, lambda _, __: progress(1)))

    slowest_s = None
    timed = [each for each in able if each.is_timed] if package.time.limit_s is None else []
    if timed:
        judge(timed, GENEROUS_S)
        passing = [each for each in judgements.values() if each.verdict is Verdict.AC]
        slowest_s = max((each.slowest_s for each in passing), default=None)
    known = package.time.limit_s or (None if slowest_s is None else package.time.limit_for(slowest_s))
    limit_s = known or package.problem.limits.cpu_s
    judge([each for each in able if each.name not in judgements], limit_s)
    return JuryCheck(package, limit_s, slowest_s, tuple(_checked(programs, judgements)))


def _judged(
    pool: SandboxPool, problem: Problem, submissions: Sequence[JurySubmission], progress: Progress
) -> dict[str, Judgement]:
    """Return the judgements by the names of the programs.

    The tests of a program that should pass them all may run in any order, on several workers. If it fails one, or
    another program is judged, the tests run in their own order, so that the first that fails names the verdict.
    """
    should_pass = [each for each in submissions if each.expected == {Verdict.AC}]
    batch = [Submission(problem, each.program) for each in should_pass]
    found = dict(zip([each.name for each in should_pass], pool.judge(batch, progress), strict=True))
    passing = {name: one for name, one in found.items() if one.verdict is Verdict.AC}
    rest = [each for each in submissions if each.name not in passing]
    batch = [Submission(problem, each.program) for each in rest]
    again = pool.judge(batch, lambda at, one: progress(at, one) if rest[at].name not in found else None, fresh=True)
    return passing | dict(zip([each.name for each in rest], again, strict=True))


def limited(problem: Problem, limit_s: float) -> Problem:
    """Return the problem with this time limit, for every language."""
    return dataclasses.replace(
        problem, limits=dataclasses.replace(problem.limits, cpu_s=limit_s, wall_s=0), limits_for=""
    )


def _in_pypy(submission: JurySubmission) -> JurySubmission:
    program = submission.program
    if program is None or program.language != PYTHON.name:
        return submission
    return dataclasses.replace(submission, program=dataclasses.replace(program, language=PYPY.name))


def _checked(submissions: Sequence[JurySubmission], judgements: dict[str, Judgement]) -> Iterator[Checked]:
    for each in submissions:
        judgement = judgements.get(each.name)
        lacks = "" if each.program is None else f"the sandbox has no {title(each.program)}"
        yield Checked(each, judgement, "" if judgement else each.why_none or lacks)


def title(program: Program) -> str:
    """Return the name of a program's language, for people."""
    return LANGUAGES[program.language].title
