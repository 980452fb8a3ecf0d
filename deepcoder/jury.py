"""The jury: it runs the data set's own code, in a sandbox apart from the program's.

Runs: worker node. A special checker gets a program's output as a value. Test code calls the program through the worker,
which carries the values. So no program shares a process, a user or a sandbox with code that decides on it.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Any

from deepcoder.checkers.views import refuse_huge_ints
from deepcoder.conversation import Line
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.rulings import JuryError as JuryError
from deepcoder.rulings import Ruling, ruling
from deepcoder.sandbox import Sandbox, SandboxConfig, StepwiseTask, start
from deepcoder.sandbox.live import Live
from deepcoder.verdicts import Verdict, fault_of, how_it_ended
from deepcoder.wire import values
from deepcoder.wire.languages import CPP, family
from deepcoder.wire.messages import Ended, Given, Outcome, Sign, Task

TESTLIB = "testlib.h"
PARTIAL_CODES = "#define PC_BASE_EXIT_CODE 50\n"  # so that a share of no points is not the code of a right output
LIMITS = Limits(cpu_s=20.0)  # for one check, or for test code between two calls of the program

Check = Callable[[Any, Any, Any], bool]  # called as check(input, expected, actual)


class Jury:
    """A second sandbox, which starts when it is first needed.

    The mutable state: that sandbox, the task of the last program of the jury, and its steps while that is open.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._config = dataclasses.replace(config, memory_bytes=max(config.memory_bytes, LIMITS.memory_bytes))
        self._sandbox: Sandbox | None = None
        self._program: JuryProgram | None = None
        self._task: Task | None = None
        self._checks: StepwiseTask | None = None

    def close(self) -> None:
        """End the sandbox, if there is one. The next use starts another."""
        self._end_checks()
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _started(self) -> Sandbox:
        """Return the sandbox, in which nothing runs."""
        self._end_checks()
        if self._sandbox is None or not self._sandbox.is_open:
            self._sandbox = start(self._config)
        return self._sandbox

    def _end_checks(self) -> None:
        if self._checks is not None:
            self._checks.close()
            self._checks = None

    def _steps(self, source: str, entry_point: str) -> StepwiseTask:
        return StepwiseTask(self._started(), Task(source, Mode.FUNCTION, LIMITS, entry_point))

    def _task_of(self, program: JuryProgram, mode: Mode, limits: Limits) -> Task:
        """Return the task of a program of the jury: the same object again for the same program."""
        task = self._task
        if task is None or self._program != program or (task.mode, task.limits) != (mode, limits):
            self._end_checks()
            files = with_header(program, self._config.testlib)
            self._task = task = Task(
                program.source, mode, limits, language=program.language, entry_file=program.entry_file, files=files
            )
            self._program = program
        return task

    def rule(self, program: JuryProgram, given: Given) -> Ruling:
        """Have a checker decide. It stays loaded for the next call.

        Raises:
            JuryError: It failed, or the sandbox cannot run its language.
            SandboxError: The sandbox broke.
        """
        task = self._task_of(program, Mode.STDIN, LIMITS)
        if self._checks is None:
            self._checks = StepwiseTask(self._started(), task)
        try:
            return ruling(program, "the checker", self._checks.ask(given), bool(given.returns))
        except BaseException as error:
            self._end_checks()
            if isinstance(error, ValueError):
                raise JuryError(f"the checker: {error}") from None
            raise

    def begin(self, program: JuryProgram, given: Given, limits: Limits) -> Live:
        """Have an interactor begin a conversation.

        Raises:
            JuryError: The sandbox cannot run its language.
            SandboxError: The sandbox broke.
        """
        try:
            return Live(self._started(), self._task_of(program, Mode.INTERACTIVE, limits), given)
        except ValueError as error:
            raise JuryError(f"the interactor: {error}") from None

    @contextmanager
    def special_checker(self, source: str) -> Iterator[Check]:
        """Have the function `check(input, expected, actual)` that the source defines.

        Calling it raises JuryError where the source does not compile, raises, exceeds a limit or returns no bool.
        """
        with closing(self._steps(source, "check")) as steps:

            def check(given: Any, expected: Any, actual: Any) -> bool:
                try:
                    call = encoded_call(given, expected, actual)
                except TypeError:  # the output nests too deeply
                    return False
                answer = _value(steps.ask(call), "the special checker")
                if not isinstance(answer, bool):
                    raise JuryError(f"the special checker returned {answer!r:.100}, which is neither True nor False")
                return answer

            yield check

    def run(self, test: TestCase, entry_point: str, program: StepwiseTask) -> Tested:
        """Run test code against the program. The limits of one test hold for the sum of its calls.

        Raises:
            JuryError: The test code failed before it called the program, or cannot call it.
        """
        calls = _Calls(program)
        with closing(self._steps("from deepcoder.runner.testcode import step", "step")) as steps:
            given = encoded_call("begin", test.input, entry_point)
            while True:
                said = steps.ask(given)
                if calls.last is None or said.ended is Ended.RETURNED:
                    kind, *content = _value(said, "the test code")
                else:  # the program's value led it there
                    kind, content = "failed", [f"the test code: {how_it_ended(said)}"]
                if kind != "call":
                    break
                given = calls.call(*content)
                if calls.fault is not None:
                    assert calls.last is not None
                    return calls.tested(calls.fault, f"{how_it_ended(calls.last)} in {calls.shown}")
        if kind == "unfit":
            raise JuryError(f"the test code does not work: {content[0]}")
        if calls.last is None:
            raise JuryError("the test code never calls the program")
        if kind == "passed":
            return calls.tested(Verdict.AC, "")
        verdict = Verdict.RTE if kind == "raised" else Verdict.WA
        return calls.tested(verdict, f"{content[0]}, after {calls.shown}")


@dataclass(frozen=True)
class Tested:
    """The result of one test. The CPU seconds and the signs are the program's."""

    __test__ = False  # pytest would collect a class of this name

    verdict: Verdict
    cpu_s: float
    detail: str
    signs: frozenset[Sign] = frozenset()
    message: str = ""  # of the jury's program, for who explains; it may tell the answer
    said: tuple[Line, ...] = ()  # the conversation with the interactor, for who explains


class _Calls:
    """The calls of one test. The mutable state: the time used, the last call, and the verdict that ended the test."""

    def __init__(self, program: StepwiseTask) -> None:
        self.program = program
        self.last: Outcome | None = None
        self.fault: Verdict | None = None
        self.shown = ""  # the last call, for people
        self.cpu_s = self.charged_s = 0.0
        self.signs: set[Sign] = set()

    def tested(self, verdict: Verdict, detail: str) -> Tested:
        return Tested(verdict, self.cpu_s, detail, frozenset(self.signs))

    def call(self, name: str, args: Any, kwargs: Any) -> bytes:
        """Call the program; return the outcome for the test code's next step, nothing where it ends the test."""
        limits = self.program.task.limits
        self.last = self.program.ask(values.encode([args, kwargs, name]).encode())
        self.cpu_s += self.last.cpu_s
        self.charged_s += self.last.charged_s
        self.signs |= set(self.last.signs)
        self.shown = f"{name}({', '.join([*map(_shown, args), *(f'{key}={_shown(kwargs[key])}' for key in kwargs)])})"
        if self.cpu_s > limits.cpu_s or self.charged_s > limits.wall_s:
            self.fault = Verdict.TLE
        elif self.last.ended is not Ended.RAISED or not self.last.raised:
            self.fault = fault_of(self.last, Mode.FUNCTION)
        if self.fault:
            return b""
        try:
            if self.last.ended is Ended.RAISED:
                return encoded_call("raised", self.last.error, values.decode(self.last.raised))
            value = values.decode(self.last.output)
            self.shown += f" returned {_shown(value)}"
            return encoded_call("returned", value)
        except ValueError:  # the program itself wrote these bytes
            self.signs.add(Sign.VALUE)
        except TypeError:  # the value nests too deeply
            pass
        self.fault = Verdict.WA
        return b""


def with_header(program: JuryProgram, header: str) -> tuple[tuple[str, str], ...]:
    """Return the other files of a program of the jury, with a `testlib.h` where it needs one, its own if it has one."""
    if program.protocol != "testlib" or family(program.language) != CPP.name:
        return program.files
    own = dict(program.files).get(TESTLIB, header)
    text = own or resources.files("deepcoder").joinpath(f"testlib/{TESTLIB}").read_text(encoding="utf-8")
    others = tuple((name, other) for name, other in program.files if name != TESTLIB)
    return (*others, (TESTLIB, PARTIAL_CODES + text))


def encoded_call(*args: Any) -> bytes:
    """Return the input of a call with these arguments."""
    return values.encode([list(args), {}]).encode()


def _shown(value: Any) -> str:
    try:
        refuse_huge_ints(value)
        return reprlib.repr(value)
    except (ValueError, RecursionError):
        return "a value too large to show"


def _value(outcome: Outcome, who: str) -> Any:
    if outcome.ended is not Ended.RETURNED:
        raise JuryError(f"{who}: {how_it_ended(outcome)}")
    try:
        return values.decode(outcome.output)
    except ValueError as error:
        raise JuryError(f"{who} returned what encodes no value: {error}") from None
