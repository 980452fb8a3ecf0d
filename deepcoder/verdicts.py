"""Define what a judge decides: the Verdict of one test, and the Judgement of a submission.

Runs: worker node (they are formed there) and GPU node (they are scored there).
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from deepcoder.checkers import Checker, compares_alike
from deepcoder.completions import Completion
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import NO_PROGRAM, Program, answer
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome, Sign

OWN_CODE = "the data set's own code: "  # the detail of an IE that is not our fault begins with it


def printable(text: str) -> str:
    """Return the text with every character escaped that a terminal would obey instead of show."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def cause_of(outcome: Outcome) -> str:
    """Return the signal or the exception that ended an execution, for people; empty where neither did."""
    if outcome.ended is Ended.KILLED and outcome.signal:
        number = outcome.signal
        what = Sign.SYSTEM_CALL.value if number == signal.SIGSYS else signal.strsignal(number)
        return f"ended by signal {number}: {what}"
    return outcome.error


def how_it_ended(outcome: Outcome) -> str:
    """Return how an execution ended, for people."""
    return cause_of(outcome) or outcome.ended.value.replace("_", " ")


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
    """A problem and a program to be judged on it. A completion without a program is judged too (CE)."""

    problem: Problem
    program: Program | None
    why_none: str = NO_PROGRAM  # why there is no program, for people

    @property
    def limits(self) -> Limits:
        """Return the limits of the program, or those that it would have in the problem's first language."""
        return self.problem.limits_in(self.program.language if self.program else self.problem.languages[0])

    @property
    def languages(self) -> set[str]:
        """Return the languages that the sandboxes must have: the program's, and those of the data set's own code."""
        return {each.language for each in (self.program, *self.problem.jury_programs) if each is not None}

    @classmethod
    def of(
        cls, problem: Problem, completion: Completion, prompt: Completion | None = None, language: str | None = None
    ) -> Submission:
        """Return the submission of a completion.

        Args:
            problem: What it answers.
            completion: Text or messages.
            prompt: What the completion continues.
            language: The only one that it may answer in; None for those that the problem allows.

        Raises:
            TypeError: The completion or the prompt is neither text nor messages.
        """
        entry_point = problem.entry_point if problem.mode is Mode.FUNCTION else None
        return cls(problem, *answer(completion, prompt, (language,) if language else problem.languages, entry_point))


@dataclass(frozen=True)
class Judgement:
    """The verdict of a whole submission. It is small: no program output goes back to the trainer."""

    verdict: Verdict
    passed: int  # tests that passed
    ran: int  # tests that were run
    total: int  # tests that the problem has
    failed_test: int | None = None  # index of the first that failed
    cpu_s: float = 0.0
    wall_s: float = 0.0
    detail: str = ""  # one short line for a person
    slowest_s: float = 0.0  # CPU seconds of the slowest test that was run
    suspicious: tuple[Sign, ...] = ()  # signs of dishonest programs; the verdict does not depend on them
    isolated: bool = True  # False where the program ran with nothing between it and the machine, as was asked for
    repeated: bool = False  # the same program had been judged for this problem already

    @property
    def summary(self) -> str:
        """Return the verdict, and the number of the test that failed where one did: "WA on test 3 of 15"."""
        if self.failed_test is None:
            return str(self.verdict)
        return f"{self.verdict} on test {self.failed_test + 1} of {self.total}"

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Judgement:
        """Return the judgement of a row that has a field for each of its own, as `dataclasses.asdict` makes them.

        Raises:
            KeyError, ValueError: It is no such row.
        """
        facts = {field.name: row[field.name] for field in fields(cls)}
        facts |= {"verdict": Verdict(facts["verdict"]), "suspicious": tuple(map(Sign, facts["suspicious"]))}
        return cls(**facts)


_OF_LIMIT = {
    Ended.TIME_LIMIT: Verdict.TLE,
    Ended.MEMORY_LIMIT: Verdict.MLE,
    Ended.OUTPUT_LIMIT: Verdict.OLE,
    Ended.COMPILE_ERROR: Verdict.CE,
}


def fault_of(outcome: Outcome, mode: Mode) -> Verdict | None:
    """Return the verdict on an execution that gave no output to check; None where it gave one."""
    if outcome.ended in _OF_LIMIT:
        return _OF_LIMIT[outcome.ended]
    if mode is not Mode.FUNCTION:
        finished = outcome.ended is Ended.EXITED and outcome.exit_code == 0
    else:
        finished = outcome.ended is Ended.RETURNED
    return None if finished else Verdict.RTE


def verdict_of(outcome: Outcome, test: TestCase, problem: Problem, check: Checker) -> Verdict:
    """Return the verdict on one execution. `check` is the checker of this test.

    Raises:
        NoValue: The verdict is WA, and the program itself has written into the channel of values.
    """
    fault = fault_of(outcome, problem.mode)
    if fault is not None:
        return fault
    if problem.mode is not Mode.FUNCTION:
        right = check(test.output, outcome.output.decode("utf-8", "surrogateescape"))
    else:
        alike = not problem.special_checker and compares_alike(test.checker or problem.checker)
        right = _returned(outcome.output, test.output, check, alike)
    return Verdict.AC if right else Verdict.WA


def detail_of(outcome: Outcome) -> str:
    """Return the one line that tells most: the exception, the signal, or the last line of stderr."""
    if cause := cause_of(outcome):
        return cause
    line = outcome.stderr.strip().rpartition("\n")[2]
    return f"exit code {outcome.exit_code}: {line}" if outcome.exit_code else line


class NoValue(Exception):
    """The bytes that a program returned encode no value."""


def _returned(actual: bytes, expected: str, check: Checker, alike: bool) -> bool:
    # Equal values have encodings of similar length; a much longer one would only cost time and memory to read.
    if alike and len(actual) > (1 << 16) + 64 * len(expected):
        return False
    try:
        value = values.decode(actual)
    except ValueError as error:
        raise NoValue(str(error)) from None
    return check(values.decode(expected), value)
