"""The doctor: find the problems of a data set that no reward may come from, before training trusts them.

Runs: GPU node, through the same pool as training.

The doctor judges a problem's reference several times. Then it judges programs that must not pass: junk (empty,
constant, echo), and mutants, which are the reference with one small change each. Where the data set's own code decides,
as a checker or an interactor, the doctor tries that, too: see `checker_trials`. Its diagnoses are:

    broken        The reference fails: a test is wrong, or the checker accepts one of several right answers. Or there is
                  no reference that passes, and the data set's own checker does not accept the expected output.
    flaky         The reference's verdict changes from run to run, or the checker's answer does.
    weak          Junk passes, or more than half of at least 4 mutants do. A mutant may happen to mean the same as the
                  reference, but not most of them. Only a reference in Python has mutants. Or the data set's own checker
                  accepts an empty output, or more than half of at least 4 outputs that were made wrong.
    doubtful      The data set's own checker accepts an output that was made wrong, or rejects the expected output but
                  accepts the reference's. Or the checker or interactor fails on an output. A person must look: where
                  several answers are right, an output that was made wrong may be, and an answer file may be a note for
                  the checker.
    slow          The reference needs more than half of the time limit for a test. A busier or older machine, or a
                  slightly slower program, would exceed the limit.
    no reference  Only junk could be judged.
    unjudged      A fault of ours, which says nothing about the problem: ask again. Where the data set's own code fails,
                  the fault is not ours: a reference that this happens to is broken; junk and mutants may do it.

The first three go into quarantine, because a reward from them is wrong: 0 for right programs, or 1 for wrong ones.

A reference that passes every time also shows how much time the problem needs. The time limit can be calibrated by that.

The doctor cannot find a reference that depends on the order of a set of texts: sandboxes fix the seed of hashes, so
that order is the same in every run.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from deepcoder import sandbox
from deepcoder.datasets import ReferenceTime
from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase, by_id
from deepcoder.programs import Program, reference_of
from deepcoder.sandbox import SandboxError
from deepcoder.tools import checker_trials
from deepcoder.tools.checker_trials import Trial
from deepcoder.tools.explain import difference, rerun
from deepcoder.tools.findings import Diagnosis, Finding, is_our_fault
from deepcoder.tools.mutants import mutants
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import PYTHON

log = logging.getLogger(__name__)

RUNS = 3  # of each reference
MUTANTS = 8  # of each reference, at most
ENOUGH_MUTANTS = 4  # fewer say nothing about a problem
JUNK = 3  # programs per problem, at most
SLOW_SHARE = 0.5  # of the time limit
CONSTANT_CHARS = 1 << 20  # the longest expected output that is tried as a constant answer
GROUP = 16  # the fewest problems that are examined together; their tests are in memory at the same time


@dataclass
class _Chart:
    """A problem, and the judgements of the programs that were tried on it."""

    problem: Problem
    reference: list[Judgement] = field(default_factory=list)  # one per run
    junk: dict[str, Judgement] = field(default_factory=dict)
    mutants: list[Judgement] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)  # of the checker
    answers: list[list[Judgement]] = field(default_factory=list)  # to each trial

    @property
    def judged(self) -> list[Judgement]:
        """Return every judgement."""
        return [
            *self.reference,
            *self.junk.values(),
            *self.mutants,
            *(each for answers in self.answers for each in answers),
        ]

    @property
    def is_right(self) -> bool:
        """Return whether there is a reference, and every run of it passes."""
        return bool(self.reference) and all(run.verdict is Verdict.AC for run in self.reference)

    @property
    def limit_s(self) -> float:
        """Return the CPU seconds that the reference has for a test."""
        return Submission(self.problem, reference_of(self.problem)).limits.cpu_s

    @property
    def time(self) -> ReferenceTime:
        """Return the time that the reference needs; only for a reference that passes."""
        slowest_s = max(run.slowest_s for run in self.reference)
        program = reference_of(self.problem)
        assert program is not None
        return ReferenceTime(self.problem.problem_id, len(self.problem.tests), slowest_s, program.language)


def most_programs(problems: Sequence[Problem], runs: int = RUNS) -> int:
    """Return how many programs an examination judges at most; the progress of `examine` adds up to this number."""
    return sum(
        JUNK + (runs + MUTANTS) * (each.reference is not None) + checker_trials.MOST * checker_trials.has_trials(each)
        for each in problems
    )


def examine(
    problems: Sequence[Problem],
    pool: SandboxPool,
    runs: int = RUNS,
    progress: Callable[[int], None] = lambda _: None,
    timed: Callable[[ReferenceTime], None] = lambda _: None,
) -> Iterator[Finding]:
    """Examine the problems, and yield what is wrong in their order, as soon as it is known.

    `progress` is called with how many more programs are done, `timed` with the time of each reference that passes.

    Raises:
        ValueError: Two problems have one id: a finding could be of either.
    """
    problems = list(by_id(problems).values())
    size = max(GROUP, 4 * (pool.workers or 1))
    for start in range(0, len(problems), size):
        group = problems[start : start + size]
        charts = _judged(group, pool, runs, progress)
        for chart in charts:
            if chart.is_right:
                timed(chart.time)
            yield from _findings(chart, pool)
        progress(most_programs(group, runs) - sum(len(each.judged) for each in charts))


def _judged(problems: Sequence[Problem], pool: SandboxPool, runs: int, progress: Callable[[int], None]) -> list[_Chart]:
    """Judge the references, then junk, then mutants of the references that passed every time, then the checkers."""
    charts = [_Chart(each) for each in problems]

    def judge(plan: Sequence[tuple[_Chart, Program]]) -> list[Judgement]:
        submissions = [Submission(chart.problem, program) for chart, program in plan]
        return pool.judge(submissions, lambda _, __: progress(1), fresh=True)

    references = [(each, program) for each in charts if (program := reference_of(each.problem)) is not None]
    for _ in range(runs):  # one batch per run, because a batch judges equal programs once
        for (chart, _), judgement in zip(references, judge(references), strict=True):
            chart.reference.append(judgement)
    named = [(chart, what, source) for chart in charts for what, source in junk(chart.problem).items()]
    judgements = judge([(chart, Program(source)) for chart, _, source in named])
    for (chart, what, _), judgement in zip(named, judgements, strict=True):
        chart.junk[what] = judgement
    changed = [(chart, Program(source)) for chart in charts if chart.is_right for source in _mutants(chart.problem)]
    for (chart, _), judgement in zip(changed, judge(changed), strict=True):
        chart.mutants.append(judgement)
    _try_checkers(charts, pool, progress)
    return charts


def _try_checkers(charts: Sequence[_Chart], pool: SandboxPool, progress: Callable[[int], None]) -> None:
    """Ask each data set's own checker about each output, and again where it gave an answer."""
    for chart in charts:
        chart.trials = checker_trials.trials(chart.problem)
        chart.answers = [[] for _ in chart.trials]
    asked = [pair for chart in charts for pair in zip(chart.trials, chart.answers, strict=True)]
    for _ in range(checker_trials.ASKED):  # one batch per time, because a batch judges equal programs once
        judgements = pool.judge([trial.submission for trial, _ in asked], lambda _, __: progress(1), fresh=True)
        for (_, answers), judgement in zip(asked, judgements, strict=True):
            answers.append(judgement)
        asked = [pair for pair in asked if pair[1][-1].verdict is not Verdict.IE]


def junk(problem: Problem) -> dict[str, str]:
    """Return programs that know nothing of the problem, by name; at most JUNK."""
    head = f"def {problem.entry_point}(*args, **kwargs):\n    "
    if problem.mode is not Mode.FUNCTION:
        programs = {"empty": "", "echo": "import sys\nsys.stdout.write(sys.stdin.read())"}
    else:
        programs = {"empty": f"{head}pass", "echo": f"{head}return [*args, *kwargs.values()][0]"}
    expected = next((test.output for test in problem.tests if not test.is_code), None)
    if expected is None or len(expected) > CONSTANT_CHARS:
        return programs
    if problem.mode is not Mode.FUNCTION:
        return programs | {"constant": f"print({expected!r}, end='')"}
    decoding = f"from deepcoder.wire import values\n{head}return values.decode({expected!r})"
    return programs | {"constant": decoding}


def _mutants(problem: Problem) -> list[str]:
    reference = reference_of(problem)
    if reference is None or reference.language != PYTHON.name:
        return []
    try:
        return mutants(reference.source, MUTANTS, seed=problem.problem_id)
    except (SyntaxError, ValueError, RecursionError) as error:  # the interpreter here cannot parse the reference
        log.info("%s: no mutants: %s", problem.problem_id, error)
        return []


def _findings(chart: _Chart, pool: SandboxPool) -> Iterator[Finding]:
    name, reference = chart.problem.problem_id, chart.reference
    unjudged = [each for each in chart.judged if is_our_fault(each)]
    if unjudged:
        yield Finding(
            name, Diagnosis.UNJUDGED, f"{len(unjudged)} of {len(chart.judged)} programs: {unjudged[0].detail}"
        )
    runs = [each for each in reference if not is_our_fault(each)]
    if len({(each.verdict, each.failed_test) for each in runs}) > 1:
        yield Finding(name, Diagnosis.FLAKY, f"the reference is {', then '.join(map(_fate, runs))}")
    elif runs and runs[0].verdict is not Verdict.AC:
        yield Finding(name, Diagnosis.BROKEN, f"the reference is {_fate(runs[0])}{_said(chart.problem, runs[0], pool)}")
    elif runs and max(each.slowest_s for each in runs) > SLOW_SHARE * chart.limit_s:
        slowest_s, limit_s = max(each.slowest_s for each in runs), chart.limit_s
        yield Finding(
            name, Diagnosis.SLOW, f"the reference takes {slowest_s:.2g} s for a test, the limit is {limit_s:g} s"
        )
    passing = [what for what, judgement in chart.junk.items() if judgement.verdict is Verdict.AC]
    counts = Counter(each.verdict is Verdict.AC for each in chart.mutants if each.verdict is not Verdict.IE)
    if passing:
        yield Finding(name, Diagnosis.WEAK, f"a program passes that knows nothing of the problem: {', '.join(passing)}")
    elif counts.total() >= ENOUGH_MUTANTS and counts[True] > counts[False]:
        yield Finding(
            name, Diagnosis.WEAK, f"{counts[True]} of {counts.total()} mutants of the reference pass every test"
        )
    for diagnosis, detail in checker_trials.findings(chart.trials, chart.answers, chart.is_right):
        yield Finding(name, diagnosis, detail)
    if not reference:
        yield Finding(name, Diagnosis.NO_REFERENCE, "only junk could be judged")


def _fate(judgement: Judgement) -> str:
    at = "" if judgement.failed_test is None else f" at test {judgement.failed_test}"
    return f"{judgement.verdict}{at}"


def _said(problem: Problem, judgement: Judgement, pool: SandboxPool) -> str:
    """Return how the output differs from the expected one, by running the test again; else the judgement's detail."""
    detail = f": {judgement.detail}" if judgement.detail else ""
    if judgement.verdict is not Verdict.WA or judgement.failed_test is None:
        return detail
    number, test = judgement.failed_test, problem.tests[judgement.failed_test]
    if test.is_code:
        return detail
    try:
        with closing(sandbox.start(pool.config)) as started:
            outcome = rerun(Submission(problem, reference_of(problem)), number, started)
    except SandboxError as error:  # the machine of the command line may have no sandboxes, only the cluster
        log.info("%s: the reference cannot be run again here: %s", problem.problem_id, error)
        return detail
    first = difference(problem, test, outcome)
    return f", {first}" if first else detail


SELF_TEST = Problem("doctor/add_one", Mode.STDIN, tests=(TestCase("41\n", "42\n"),))


def self_test(pool: SandboxPool) -> str:
    """Judge a right and a wrong program on the pool; return what went wrong, or an empty text."""
    right, wrong = Program("print(int(input()) + 1)"), Program("print(41)")
    judgements = pool.judge([Submission(SELF_TEST, right), Submission(SELF_TEST, wrong)], fresh=True)
    verdicts = [judgement.verdict for judgement in judgements]
    if verdicts == [Verdict.AC, Verdict.WA]:
        return ""
    return f"a right and a wrong program were judged {verdicts[0]} and {verdicts[1]}: {judgements[0].detail}"
