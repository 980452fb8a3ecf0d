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
from typing import Any

from deepcoder.checkers.views import refuse_huge_ints
from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.sandbox import Sandbox, SandboxConfig, Session, start
from deepcoder.verdicts import Verdict, cause_of, fault_of
from deepcoder.wire import values
from deepcoder.wire.messages import Ended, Outcome, Sign, Task

LIMITS = Limits(cpu_s=20.0)  # for one check, or for test code between two calls of the program

Check = Callable[[Any, Any, Any], bool]  # called as check(input, expected, actual)


class JuryError(Exception):
    """The data set's own code failed by itself. This says nothing about the program."""


class Jury:
    """A second sandbox, which starts when it is first needed.

    The mutable state: that sandbox.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._config = dataclasses.replace(config, memory_bytes=max(config.memory_bytes, LIMITS.memory_bytes))
        self._sandbox: Sandbox | None = None

    def close(self) -> None:
        """End the sandbox, if there is one. The next use starts another."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _session(self, source: str, entry_point: str) -> Session:
        if self._sandbox is None:
            self._sandbox = start(self._config)
        return Session(self._sandbox, Task(source, Mode.FUNCTION, LIMITS, entry_point))

    @contextmanager
    def special_checker(self, source: str) -> Iterator[Check]:
        """Have the function `check(input, expected, actual)` that the source defines.

        Calling it raises JuryError where the source does not compile, raises, exceeds a limit or returns no bool.
        """
        with closing(self._session(source, "check")) as session:

            def check(given: Any, expected: Any, actual: Any) -> bool:
                try:
                    call = encoded_call(given, expected, actual)
                except TypeError:  # the output nests too deeply
                    return False
                answer = _value(session.ask(call), "the special checker")
                if not isinstance(answer, bool):
                    raise JuryError(f"the special checker returned {answer!r:.100}, which is neither True nor False")
                return answer

            yield check

    def run(self, test: TestCase, entry_point: str, program: Session) -> Tested:
        """Run test code against the program. The limits of one test hold for the sum of its calls.

        Raises:
            JuryError: The test code failed before it called the program, or cannot call it.
        """
        calls = _Calls(program)
        with closing(self._session("from deepcoder.runner.testcode import step", "step")) as session:
            given = encoded_call("begin", test.input, entry_point)
            while True:
                said = session.ask(given)
                if calls.last is None or said.ended is Ended.RETURNED:
                    kind, *content = _value(said, "the test code")
                else:  # the program's value led it there
                    kind, content = "failed", [f"the test code: {_why(said)}"]
                if kind != "call":
                    break
                given = calls.call(*content)
                if calls.fault is not None:
                    return calls.tested(calls.fault, f"{_why(calls.last)} in {calls.shown}")
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


class _Calls:
    """The calls of one test. The mutable state: the time used, the last call, and the verdict that ended the test."""

    def __init__(self, program: Session) -> None:
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
        elif self.last.ended is Ended.RAISED:
            return encoded_call("raised", self.last.error, self.last.bases)
        else:
            self.fault = fault_of(self.last, Mode.FUNCTION)
        if self.fault:
            return b""
        try:
            value = values.decode(self.last.output)
            self.shown += f" returned {_shown(value)}"
            return encoded_call("returned", value)
        except ValueError:  # the program itself wrote these bytes
            self.signs.add(Sign.VALUE)
        except TypeError:  # the value nests too deeply
            pass
        self.fault = Verdict.WA
        return b""


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
        raise JuryError(f"{who}: {_why(outcome)}")
    try:
        return values.decode(outcome.output)
    except ValueError as error:
        raise JuryError(f"{who} returned what encodes no value: {error}") from None


def _why(outcome: Outcome | None) -> str:
    assert outcome is not None
    return cause_of(outcome) or outcome.ended.value.replace("_", " ")
