"""Tests that a program of the jury decides in passes: an interactor talks, or a checker writes the next input.

Runs: worker node.
"""

from __future__ import annotations

import dataclasses
import threading
from typing import NamedTuple

from deepcoder.conversation import Conversation, Stopped, converse
from deepcoder.jury import LIMITS, Jury, Tested
from deepcoder.jury_program import NOTES, JuryProgram, Says
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.rulings import File, JuryError, Ruling, given_for, ruling
from deepcoder.sandbox import Sandbox
from deepcoder.sandbox.live import Live
from deepcoder.verdicts import Verdict, detail_of, fault_of
from deepcoder.wire.messages import Ended, Outcome, Task

IDLE = "idle: the program and the interactor wait for each other"
FLOOD = "it says more than the interactor reads"
WRONG = "wrong, says the data set's own {who}"
INTERACTOR_TIME_FACTOR = 2  # of the program's CPU seconds, where that is more than what all of the jury have


class TestRun(NamedTuple):
    """Hold what every pass of one test needs."""

    problem: Problem
    work: Task
    test: TestCase
    sandbox: Sandbox
    jury: Jury
    stop: threading.Event | None


class Pass(NamedTuple):
    """One run of the program on one test."""

    tested: Tested
    ruling: Ruling | None = None


def ruled(run: TestRun) -> Tested:
    """Run one test, in as many passes as the jury's program asks for.

    Raises:
        JuryError: A program of the jury failed.
        Stopped: `stop` was set.
        SandboxError: A sandbox broke.
    """
    one_pass = _talked if run.problem.mode is Mode.INTERACTIVE else _checked
    given, state = run.test.input_bytes, tuple[File, ...]()
    cpu_s = 0.0
    for _ in range(run.problem.validation_passes):
        tested, said = one_pass(run, given, state)
        cpu_s += tested.cpu_s
        if tested.verdict is not Verdict.AC or said is None or said.next_input is None:
            return dataclasses.replace(tested, cpu_s=cpu_s)
        given, state = said.next_input, said.files
    raise JuryError(f"it asks for more than {run.problem.validation_passes} passes")


def _checked(run: TestRun, given: bytes, state: tuple[File, ...]) -> Pass:
    """Run the program on this input, and have the checker decide."""
    outcome = next((each for _, each in run.sandbox.run(run.work, [(None, given)], stop=run.stop)), None)
    if outcome is None:
        raise Stopped
    return checked(run.problem, run.test, outcome, run.jury, given, state)


def checked(
    problem: Problem,
    test: TestCase,
    outcome: Outcome,
    jury: Jury,
    given: bytes,
    state: tuple[File, ...] = (),
    keeps_files: bool = True,
) -> Pass:
    """Have the checker decide on what the program did with this input. `keeps_files`: see `given_for`.

    Raises:
        JuryError: The checker failed.
        SandboxError: The jury's sandbox broke.
    """
    checker = problem.special_checker
    assert isinstance(checker, JuryProgram)
    fault = fault_of(outcome, problem.mode)
    if fault is not None:
        return Pass(_tested(fault, outcome, detail_of(outcome)))
    named = checker.rules.checks
    said = jury.rule(checker, given_for(checker, named, test, given, outcome.output, state, keeps_files))
    return _ruled_pass("checker", outcome, said)


def _talked(run: TestRun, given: bytes, state: tuple[File, ...]) -> Pass:
    """Have the program and the interactor talk, and the interactor decide; behind it the checker, if there is one."""
    interactor, checker, work, jury = run.problem.interactor, run.problem.special_checker, run.work, run.jury
    assert interactor is not None
    limits = Limits(cpu_s=max(LIMITS.cpu_s, INTERACTOR_TIME_FACTOR * work.limits.cpu_s))
    other = jury.begin(
        interactor, given_for(interactor, interactor.rules.interacts, run.test, given, state=state), limits
    )
    program = Live(run.sandbox, work)
    talk = converse(program, other, work.limits, lambda outcome: _accepts(interactor, outcome), run.stop)
    decided = decide(talk, interactor)
    if decided.tested.verdict is Verdict.AC and isinstance(checker, JuryProgram):
        assert decided.ruling is not None and talk.program is not None
        notes = dict(decided.ruling.files).get(NOTES, b"")
        said = jury.rule(checker, given_for(checker, checker.rules.checks, run.test, given, notes))
        decided = _ruled_pass("checker", talk.program, said)
    return decided._replace(tested=dataclasses.replace(decided.tested, said=talk.said))


def _accepts(interactor: JuryProgram, outcome: Outcome) -> bool:
    return outcome.ended is Ended.EXITED and interactor.rules.exit_codes.get(outcome.exit_code or 0) is Says.RIGHT


def decide(talk: Conversation, interactor: JuryProgram) -> Pass:
    """Return what came of a conversation: who ended first decides, as in problemtools.

    An interactor that ends first and rejects makes the verdict WA, whatever the program does then. Else the program's
    own fault counts, and then what the interactor says.

    Raises:
        JuryError: The interactor failed.
    """
    program = talk.program or Outcome(Ended.KILLED)  # it was ended, since the verdict did not need it any more
    if talk.is_idle:
        return Pass(_tested(Verdict.TLE, program, IDLE))
    if talk.is_flooded:
        return Pass(_tested(Verdict.OLE, program, FLOOD))
    said = None
    if talk.interactor is not None and talk.interactor_first:
        said = ruling(interactor, "the interactor", talk.interactor)
        if not said.is_right:
            return _ruled_pass("interactor", program, said)
    fault = fault_of(program, Mode.INTERACTIVE)
    if fault is not None:
        return Pass(_tested(fault, program, detail_of(program)), said)
    assert talk.interactor is not None
    return _ruled_pass("interactor", program, said or ruling(interactor, "the interactor", talk.interactor))


def _ruled_pass(who: str, program: Outcome, said: Ruling) -> Pass:
    verdict, detail = (Verdict.AC, "") if said.is_right else (Verdict.WA, WRONG.format(who=who))
    return Pass(_tested(verdict, program, detail, said.message), said)


def _tested(verdict: Verdict, program: Outcome, detail: str, message: str = "") -> Tested:
    return Tested(verdict, program.cpu_s, detail, frozenset(program.signs), message)
