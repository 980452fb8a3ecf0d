"""Judge one submission in one sandbox.

Runs: worker node. Knows neither Ray nor Docker.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import ParamSpec

from deepcoder.checkers import Checker, checker
from deepcoder.conversation import Stopped
from deepcoder.jury import Jury, JuryError, Tested
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.ruled_tests import TestRun, checked, ruled
from deepcoder.sandbox import Sandbox, StepwiseTask
from deepcoder.verdicts import OWN_CODE, Judgement, NoValue, Submission, Verdict, detail_of, printable, verdict_of
from deepcoder.wire import values
from deepcoder.wire.languages import family
from deepcoder.wire.messages import Outcome, Sign, Task

Arguments = ParamSpec("Arguments")

NO_JURY = "the problem has code of its own, and there is no second sandbox to run it in"
DETAIL_CHARS = 200


def judge(
    submission: Submission,
    sandbox: Sandbox,
    jury: Jury | None = None,
    tests: Iterable[int] | None = None,
    ran: Callable[[int, float], None] | None = None,
    stop: threading.Event | None = None,
) -> Judgement:
    """Run the tests in order, those that are code last, and stop at the first that fails.

    Args:
        jury: Runs special checkers and test code. Without one, a test that needs it is IE.
        tests: The numbers of the tests to run, in that order. A number is taken when its turn has nearly come. Not for
            function mode, where a test may know which came before it.
        ran: Called with the number and the CPU seconds of each test that was run, unless the verdict on it is IE.
        stop: Setting it from another thread ends the judging. The judgement is then of the tests that were run.

    Raises:
        SandboxError: A sandbox broke. This says nothing about the program.
    """
    problem, program = submission.problem, submission.program
    if program is None:
        return without_program(submission)
    began = time.monotonic()
    verdict, passed, failed, detail = Verdict.AC, 0, None, ""
    cpu_s = slowest_s = 0.0
    signs: set[Sign] = set()
    with closing(_tested(problem, program, sandbox, jury, tests, stop)) as each_tested:
        for number, tested in each_tested:
            if ran is not None and tested.verdict is not Verdict.IE:
                ran(number, tested.cpu_s)
            cpu_s += tested.cpu_s
            slowest_s = max(slowest_s, tested.cpu_s)
            signs |= tested.signs
            if tested.verdict is not Verdict.AC:
                verdict, failed, detail = tested.verdict, number, tested.detail
                break
            passed += 1
    cpu_s, wall_s = round(cpu_s, 6), round(time.monotonic() - began, 6)
    done, total = passed + (failed is not None), len(problem.tests)
    detail, suspicious = printable(detail[:DETAIL_CHARS]), tuple(sorted(signs))
    facts = cpu_s, wall_s, detail, slowest_s, suspicious, sandbox.is_isolated
    return Judgement(verdict, passed, done, total, failed, *facts)


def judge_test(submission: Submission, number: int, sandbox: Sandbox, jury: Jury | None) -> Tested:
    """Run one test, for who explains it: with what the data set's own program says.

    Raises:
        SandboxError: A sandbox broke.
    """
    assert submission.program is not None
    each = _tested(submission.problem, submission.program, sandbox, jury, [number], None, explains=True)
    with closing(each) as each_tested:
        return next(each_tested)[1]


def without_program(submission: Submission) -> Judgement:
    """Return the judgement of a completion that has no program."""
    return Judgement(Verdict.CE, passed=0, ran=0, total=len(submission.problem.tests), detail=submission.why_none)


def _tested(
    problem: Problem,
    program: Program,
    sandbox: Sandbox,
    jury: Jury | None,
    tests: Iterable[int] | None,
    stop: threading.Event | None,
    explains: bool = False,
) -> Generator[tuple[int, Tested], None, None]:
    """Yield the number of each test that was run, and what came of it; with messages where it `explains`."""
    order = _order(problem)
    if (problem.special_checker or problem.interactor) and jury is None:
        yield order[0], _unjudged(NO_JURY)
        return
    work = task(problem, program)
    if problem.is_ruled:
        assert jury is not None
        for number in order if tests is None else tests:
            run = TestRun(problem, work, problem.tests[number], sandbox, jury, stop)
            try:
                yield number, _or_unjudged(ruled, run)
            except Stopped:
                return
        return
    plain = order[: len(order) - problem.code_tests]
    numbers = plain if tests is None else tests
    inputs = ((number, problem.tests[number].input_bytes) for number in numbers)
    with _checkers(problem, jury) as checker_of, closing(sandbox.run(work, inputs, stop=stop)) as outcomes:
        for number, outcome in outcomes:
            test = problem.tests[number]
            if isinstance(problem.special_checker, JuryProgram):
                assert jury is not None
                yield number, _or_unjudged(_checked_by_jury, outcome, test, problem, jury, explains)
            else:
                yield number, _or_unjudged(_checked, outcome, test, problem, checker_of)
    if len(plain) == len(order) or (stop is not None and stop.is_set()):
        return
    assert problem.entry_point is not None
    with closing(StepwiseTask(sandbox, work)) as steps:
        for number in order[len(plain) :]:
            if jury is None:
                yield number, _unjudged(NO_JURY)
            else:
                yield number, _or_unjudged(jury.run, problem.tests[number], problem.entry_point, steps)


def _checked(outcome: Outcome, test: TestCase, problem: Problem, checker_of: Callable[[TestCase], Checker]) -> Tested:
    """Return what came of a test from the outcome of its execution."""
    signs = set(outcome.signs)
    try:
        verdict = verdict_of(outcome, test, problem, checker_of(test))
    except NoValue:
        verdict = Verdict.WA
        signs.add(Sign.VALUE)
    detail = "" if verdict is Verdict.AC else detail_of(outcome)
    return Tested(verdict, outcome.cpu_s, detail, frozenset(signs))


def _checked_by_jury(outcome: Outcome, test: TestCase, problem: Problem, jury: Jury, explains: bool) -> Tested:
    """Return what came of a test whose output a program of the jury checks; with its message where it `explains`."""
    return checked(problem, test, outcome, jury, test.input_bytes, keeps_files=explains).tested


def _or_unjudged(run: Callable[Arguments, Tested], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Tested:
    """Return what came of a test, or that the data set's own code failed to judge it."""
    try:
        return run(*args, **kwargs)
    except JuryError as error:
        return _unjudged(str(error))


def _unjudged(why: str) -> Tested:
    """Return what came of a test that the data set's own code failed to judge."""
    return Tested(Verdict.IE, 0.0, f"{OWN_CODE}{why}")


def _order(problem: Problem) -> list[int]:
    """Return the numbers of the tests in the order of running: those that are code come last."""
    if not problem.code_tests:
        return list(range(len(problem.tests)))
    return sorted(range(len(problem.tests)), key=lambda number: problem.tests[number].is_code)


@contextmanager
def _checkers(problem: Problem, jury: Jury | None) -> Iterator[Callable[[TestCase], Checker]]:
    """Have the checker of each test at hand: a named one, or the problem's own code, which the jury runs."""
    if not isinstance(problem.special_checker, str) or not problem.special_checker:
        yield lambda test: checker(test.checker or problem.checker, problem.mode)
        return
    assert jury is not None
    with jury.special_checker(problem.special_checker) as check:

        def of(test: TestCase) -> Checker:
            if problem.mode is Mode.STDIN:
                return functools.partial(check, test.input)
            args, kwargs = values.decode(test.input)
            return functools.partial(check, [*args, *kwargs.values()])

        yield of


def task(problem: Problem, program: Program) -> Task:
    """Return what a sandbox needs to know to execute the program: no test, no expected output."""
    return Task(
        source=program.source,
        mode=problem.mode,
        limits=problem.limits_in(program.language),
        entry_point=problem.entry_point,
        preamble=problem.preamble if family(program.language) == family(problem.languages[0]) else "",
        language=program.language,
        entry_file=program.entry_file,
        files=program.files,
    )
