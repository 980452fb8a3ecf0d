"""What a judge says: the Verdict of one test, and the Judgement of a submission.

Runs: worker node (they are formed there) and GPU node (they are scored there).
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import StrEnum

from deepcoder.checkers import Checker, compares_alike
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome, Sign

OWN_CODE = "the data set's own code: "  # so begins the detail of an IE that is no fault of ours


def printable(text: str) -> str:
    """The text with every character escaped that a terminal would not show but obey."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def cause_of(outcome: Outcome) -> str:
    """The signal or the exception that ended an execution, for people; empty where neither did."""
    if outcome.ended is Ended.KILLED and outcome.signal:
        number = outcome.signal
        what = Sign.SYSTEM_CALL.value if number == signal.SIGSYS else signal.strsignal(number)
        return f"ended by signal {number}: {what}"
    return outcome.error


class Verdict(StrEnum):
    """The standard codes of contest judges."""

    AC = "AC"  # accepted: every test passed
    WA = "WA"  # wrong answer
    TLE = "TLE"  # time limit exceeded
    MLE = "MLE"  # memory limit exceeded
    OLE = "OLE"  # output limit exceeded
    RTE = "RTE"  # run-time error
    CE = "CE"  # no program, or one that does not compile
    IE = "IE"  # internal error: our fault, says nothing about the program


@dataclass(frozen=True)
class Submission:
    """What is sent to be judged; a completion without a program is judged too (CE)."""

    problem: Problem
    program: Program | None


@dataclass(frozen=True)
class Judgement:
    """The verdict of a whole submission. Small: no program output goes back to the trainer."""

    verdict: Verdict
    passed: int  # tests that passed
    ran: int  # tests that were run
    total: int  # tests that the problem has
    failed_test: int | None = None  # index of the first that failed
    cpu_s: float = 0.0
    wall_s: float = 0.0
    detail: str = ""  # one short line for a person
    slowest_s: float = 0.0  # CPU seconds of the slowest test that was run
    suspicious: tuple[Sign, ...] = ()  # what honest programs do not do; the verdict does not depend on it
    repeated: bool = False  # the same program had been judged for this problem already


_OF_LIMIT = {
    Ended.TIME_LIMIT: Verdict.TLE,
    Ended.MEMORY_LIMIT: Verdict.MLE,
    Ended.OUTPUT_LIMIT: Verdict.OLE,
    Ended.COMPILE_ERROR: Verdict.CE,
}


def fault_of(outcome: Outcome, mode: Mode) -> Verdict | None:
    """The verdict on an execution that gave no output to check; None for one that did."""
    if outcome.ended in _OF_LIMIT:
        return _OF_LIMIT[outcome.ended]
    if mode is Mode.STDIN:
        finished = outcome.ended is Ended.EXITED and outcome.exit_code == 0
    else:
        finished = outcome.ended is Ended.RETURNED
    return None if finished else Verdict.RTE


def verdict_of(outcome: Outcome, test: TestCase, problem: Problem, check: Checker) -> Verdict:
    """The opinion on one execution. `check` is the checker of this test.

    Raises:
        NoValue: In place of WA, where the program itself has written into the channel of values.
    """
    fault = fault_of(outcome, problem.mode)
    if fault is not None:
        return fault
    if problem.mode is Mode.STDIN:
        right = check(test.output, outcome.output.decode("utf-8", "surrogateescape"))
    else:
        alike = not problem.special_checker and compares_alike(test.checker or problem.checker)
        right = _returned(outcome.output, test.output, check, alike)
    return Verdict.AC if right else Verdict.WA


class NoValue(Exception):
    """What should encode a value does not."""


def _returned(actual: bytes, expected: str, check: Checker, alike: bool) -> bool:
    # Equal values have encodings of similar length; a much longer one could only cost time and memory to read.
    if alike and len(actual) > (1 << 16) + 64 * len(expected):
        return False
    try:
        value = values.decode(actual)
    except ValueError as error:
        raise NoValue(str(error)) from None
    return check(values.decode(expected), value)
