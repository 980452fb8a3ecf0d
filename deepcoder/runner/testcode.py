"""The test code of a data set at work: for each call of the program it asks the worker, and waits for the result.

Runs: inside the jury's sandbox, never in the program's. The worker calls `step` as it calls a program's function. What
`step` returns is a message that says what happens next:

    ("call", name, args, kwargs)      call the program; the next step brings the result
    ("passed", n)                     the test code has ended, after n calls
    ("failed", "AssertionError: …")   the test code raised this exception itself
    ("raised", "ValueError: …")       the program raised it, and the test code did not expect it
    ("unfit", "why")                  the test code cannot work, whatever the program does
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import queue
import sys
import threading
import traceback
import types
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from json import JSONDecodeError
from statistics import StatisticsError
from typing import Any

from ..wire import values

TEST_CODE_STACK_BYTES = 64 << 20
TEST_CODE_ERROR_CHARS = 500

_results: queue.SimpleQueue[Any] = queue.SimpleQueue()
_messages: queue.SimpleQueue[Any] = queue.SimpleQueue()


class Unfit(BaseException):
    """The test code cannot go on, and no `except Exception` of its own may hide that."""


def step(kind: str, content: Any, detail: Any = None) -> Any:
    """Bring the result of the last call, let the test code go on, and return its next message.

    A result is ("returned", value) or ("raised", "ValueError: …", [names of its classes, its text, its arguments]). The
    first step is ("begin", source, name of the entry point).
    """
    if kind == "begin":
        threading.stack_size(TEST_CODE_STACK_BYTES)
        threading.Thread(target=_run, args=(content, detail), daemon=True).start()
    else:
        _results.put((kind, content, detail))
    return _messages.get()


class _ProgramProxy:
    """Stands for the program in the test code.

    The mutable state: how often it was called, and why the last call that could not be made could not.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.unfit = ""
        self._lock = threading.Lock()  # threads of the test code may call at the same time

    def function(self, name: str) -> Callable[..., Any]:
        """Return what the test code calls as the program's function of this name."""

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                for value in [*args, *kwargs.values()]:
                    _check_plain(value)
            except Unfit as error:
                self.unfit = str(error)
                raise
            with self._lock:
                self.calls += 1
                _messages.put(("call", name, list(args), kwargs))
                kind, content, raised = _results.get()
            if kind == "raised":
                raise _exception(content, raised)
            return content

        call.__name__ = call.__qualname__ = name
        return call


_KEYS: type = type({}.keys())
_PLAIN = (type(None), bool, int, float, complex, Fraction, Decimal, str, bytes, values.ListNode, values.TreeNode)


def _check_plain(value: Any) -> None:
    """Check that the program would get the same value as there is here.

    Raises:
        Unfit: A part of the value is of a type that does not cross as it is. A right program may have made it.
    """
    stack = [value]
    while stack:
        part = stack.pop()
        if type(part) in (list, tuple, set, frozenset, _KEYS):
            stack.extend(part)
        elif type(part) is dict:
            stack.extend([*part, *part.values()])
        elif type(part) not in _PLAIN:
            name = part.class_name if isinstance(part, values.Opaque) else type(part).__name__
            raise Unfit(f"an argument has a {name}, which is no plain value")


# The classes that an exception of the program may have here, by name.
_CLASSES: dict[str, type[BaseException]] = {
    name: each
    for name, each in vars(builtins).items()
    if isinstance(each, type) and issubclass(each, (Exception, SystemExit))
}
_CLASSES.update((each.__name__, each) for each in (InvalidOperation, JSONDecodeError, StatisticsError))
_CLASSES.update(dict.fromkeys(("StopIteration", "StopAsyncIteration"), RuntimeError))  # loops would end in silence


def _exception(line: str, raised: Any) -> BaseException:
    """Return the program's exception again: of its own class, or of a new class below the nearest one that is known."""
    error: BaseException = Exception(line)
    with contextlib.suppress(Exception):  # a program may have written the report itself
        names, text, args = raised
        for found in (*filter(None, map(_CLASSES.get, names)), Exception):
            with contextlib.suppress(TypeError, ValueError):  # no such class can have these arguments, or that name
                error = _made(found, names[0], text, args)
                break
    error.of_program = line  # type: ignore[attr-defined]
    return error


def _made(found: type[BaseException], name: str, text: str, args: list[Any]) -> BaseException:
    """Return an exception of a class, or of a class of this name below it, that has these arguments and this text."""
    if name == found.__name__:
        error = _with_arguments(found, args)
        if str(error) == text:
            return error
    return _with_arguments(type(name, (found,), {"__str__": lambda self: text}), args)


def _with_arguments(of: type[BaseException], args: list[Any]) -> BaseException:
    try:
        return of(*args)
    except Exception:  # it is not made of what it keeps
        return of.__new__(of, *args)


def _run(source: str, entry_point: str) -> None:
    program = _ProgramProxy()
    try:
        _execute(source, entry_point, program)
        message: tuple[Any, ...] = ("passed", program.calls)
    except BaseException as error:
        line = getattr(error, "of_program", None) or _line(error)
        kind = "raised" if hasattr(error, "of_program") else "failed" if program.calls else "unfit"
        message = (kind, line[:TEST_CODE_ERROR_CHARS])
    _messages.put(("unfit", program.unfit) if program.unfit else message)


def _line(error: BaseException) -> str:
    """Return the exception in one line, with the line of the test code that raised it."""
    text = traceback.format_exception_only(type(error), error)[-1].strip()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "tests.py"]
    return f"{text} (line {lines[-1]} of the test code)" if lines else text


def _execute(source: str, entry_point: str, program: _ProgramProxy) -> None:
    """Execute the test code with the proxy's functions in place of the program's."""
    tree = ast.parse(source, "tests.py")
    # A prompt that is repeated in the test code ends with an empty definition of what the program defines.
    tree.body = [node for node in tree.body if getattr(node, "name", None) not in (entry_point, "Solution")]
    solution = types.ModuleType("solution")
    solution.__getattr__ = program.function  # type: ignore[method-assign]
    sys.modules["solution"] = solution
    methods = {"__getattr__": lambda self, name: program.function(name)}
    module = types.ModuleType("tests")
    sys.modules["tests"] = module
    call = program.function(entry_point)
    module.__dict__.update({entry_point: call, "candidate": call, "Solution": type("Solution", (), methods)})
    exec(compile(tree, "tests.py", "exec"), module.__dict__)
