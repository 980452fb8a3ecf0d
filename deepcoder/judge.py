"""Judge one submission in one sandbox.

Runs: worker node. Knows neither Ray nor Docker.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager

from deepcoder.checkers import Checker, checker
from deepcoder.jury import Jury, JuryError, Tested
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox
from deepcoder.sandbox.base import Session
from deepcoder.verdicts import OWN_CODE, Judgement, NoValue, Submission, Verdict, cause_of, printable, verdict_of
from deepcoder.wire import values
from deepcoder.wire.messages import Outcome, Sign, Task

NO_PROGRAM = "no program in the completion"
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

    `jury` runs special checkers and test code; without one, what needs it is IE. `tests` are the numbers of those to
    run, in that order, each taken when its turn has nearly come; it is for stdin mode, where a test cannot know which
    came before it. `ran` is told the number and the CPU seconds of each test that was run. Setting `stop` from another
    thread ends it: the judgement is then of the tests that were run so far.

    Raises:
        SandboxError: A sandbox broke. This says nothing about the program.
    """
    problem, program = submission.problem, submission.program
    total = len(problem.tests)
    if program is None:
        return without_program(problem)
    began = time.monotonic()
    passed, cpu_s, slowest_s, failed, detail = 0, 0.0, 0.0, None, ""
    signs: set[Sign] = set()
    taken: list[int] = []
    try:
        with closing(_tested(problem, program, sandbox, jury, tests, taken, stop)) as found:
            for number, tested in found:
                if ran is not None:
                    ran(number, tested.cpu_s)
                cpu_s += tested.cpu_s
                slowest_s = max(slowest_s, tested.cpu_s)
                signs |= tested.signs
                if tested.verdict is not Verdict.AC:
                    failed, detail = number, tested.detail
                    break
                passed += 1
        verdict = Verdict.AC if failed is None else tested.verdict
    except JuryError as error:
        verdict, detail = Verdict.IE, f"{OWN_CODE}{error}"
        failed = taken[passed] if taken else _order(problem)[0]  # a checker may fail to load, before any test
    wall_s = round(time.monotonic() - began, 6)
    detail = printable(detail[:DETAIL_CHARS])
    suspicious = tuple(sorted(signs))
    done = passed + (failed is not None)
    return Judgement(verdict, passed, done, total, failed, round(cpu_s, 6), wall_s, detail, slowest_s, suspicious)


def without_program(problem: Problem) -> Judgement:
    """Of a completion that has none."""
    return Judgement(Verdict.CE, passed=0, ran=0, total=len(problem.tests), detail=NO_PROGRAM)


def _tested(
    problem: Problem,
    program: Program,
    sandbox: Sandbox,
    jury: Jury | None,
    tests: Iterable[int] | None,
    taken: list[int],
    stop: threading.Event | None,
) -> Generator[tuple[int, Tested], None, None]:
    """Each test's number and what came of it. `taken`, empty at first, gets the numbers whose turn has nearly come."""
    order = _order(problem)
    plain = order[: len(order) - problem.code_tests]

    def inputs() -> Iterator[bytes]:
        for number in plain if tests is None else tests:
            taken.append(number)
            yield problem.tests[number].input.encode("utf-8", "surrogatepass")

    work = task(problem, program)
    with _checkers(problem, jury) as checker_of, closing(sandbox.run(work, inputs(), stop=stop)) as outcomes:
        for place, outcome in enumerate(outcomes):
            number = taken[place]
            test = problem.tests[number]
            signs = set(outcome.signs)
            try:
                verdict = verdict_of(outcome, test, problem, checker_of(test))
            except NoValue:
                verdict = Verdict.WA
                signs.add(Sign.VALUE)
            detail = "" if verdict is Verdict.AC else _detail(outcome)
            yield number, Tested(verdict, outcome.cpu_s, detail, frozenset(signs))
    if len(plain) == len(order) or (stop is not None and stop.is_set()):
        return
    assert problem.entry_point is not None
    with closing(Session(sandbox, work)) as session:
        for number in order[len(plain) :]:
            taken.append(number)
            yield number, _present(jury).run(problem.tests[number], problem.entry_point, session)


def _order(problem: Problem) -> list[int]:
    """The numbers of the tests as they are run: those that are code come last."""
    if not problem.code_tests:
        return list(range(len(problem.tests)))
    return sorted(range(len(problem.tests)), key=lambda number: problem.tests[number].is_code)


@contextmanager
def _checkers(problem: Problem, jury: Jury | None) -> Iterator[Callable[[TestCase], Checker]]:
    """The checker of each test: named, or the problem's own code."""
    if not problem.special_checker:
        yield lambda test: checker(test.checker or problem.checker, problem.mode)
        return
    with _present(jury).special_checker(problem.special_checker) as check:

        def of(test: TestCase) -> Checker:
            if problem.mode is Mode.STDIN:
                return functools.partial(check, test.input)
            args, kwargs = values.decode(test.input)
            return functools.partial(check, [*args, *kwargs.values()])

        yield of


def _present(jury: Jury | None) -> Jury:
    if jury is None:
        raise JuryError("the problem has code of its own, and there is no second sandbox to run it in")
    return jury


def task(problem: Problem, program: Program) -> Task:
    """What a sandbox needs to know of a problem to execute a program: no test, no expected output."""
    return Task(
        source=program.source,
        mode=problem.mode,
        limits=problem.limits,
        entry_point=problem.entry_point,
        preamble=problem.preamble,
        language=program.language,
    )


def _detail(outcome: Outcome) -> str:
    """The one line that tells most: the exception, the signal, or the last line of stderr."""
    if cause := cause_of(outcome):
        return cause
    line = outcome.stderr.strip().rpartition("\n")[2]
    return f"exit code {outcome.exit_code}: {line}" if outcome.exit_code else line
