"""Test code of a data set at work: it calls the program by asking for each call, and goes on with the answer.

Runs: inside the jury's sandbox, never in the program's. `step` is called as a program's function is; what it returns
says what happens next:

    ("call", name, args, kwargs)   the program is wanted; the next step brings what came of it
    ("passed", n)                  the test code ended, after so many calls
    ("failed", "AssertionError: …")
    ("raised", "ValueError: …")    by the program, and the test code did not expect it
    ("unfit", "why")               the test code cannot work, whatever the program does
"""

from __future__ import annotations

import ast
import builtins
import queue
import sys
import threading
import traceback
import types
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..wire import values

STACK_BYTES = 64 << 20
ERROR_CHARS = 500

_replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
_messages: queue.SimpleQueue[Any] = queue.SimpleQueue()


class Unfit(Exception):
    """The test code cannot be run."""


def step(kind: str, content: Any, detail: Any = None) -> Any:
    """Go on with what came of the last call: ("returned", value) or ("raised", "ValueError: …", names of its classes);
    or ("begin", source, name of the entry point). The answer is the next message."""
    if kind == "begin":
        threading.stack_size(STACK_BYTES)
        threading.Thread(target=_run, args=(content, detail), daemon=True).start()
    else:
        _replies.put((kind, content, detail))
    return _messages.get()


class _Calls:
    """Calls of the program. The mutable state: how many there were."""

    def __init__(self) -> None:
        self.count = 0

    def function(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            for each in [*args, *kwargs.values()]:
                _check_plain(each)
            self.count += 1
            _messages.put(("call", name, list(args), kwargs))
            kind, content, bases = _replies.get()
            if kind == "raised":
                raise _exception(content, bases)
            return content

        call.__name__ = call.__qualname__ = name
        return call


_PLAIN = (type(None), bool, int, float, complex, Fraction, Decimal, str, bytes, values.ListNode, values.TreeNode)


def _check_plain(value: Any) -> None:
    """Raises Unfit where a value would reach the program as another than it is here."""
    stack = [value]
    while stack:
        each = stack.pop()
        if type(each) in (list, tuple, set, frozenset):
            stack.extend(each)
        elif type(each) is dict:
            stack.extend([*each, *each.values()])
        elif type(each) not in _PLAIN:
            raise Unfit(f"an argument has a {type(each).__name__}, which is no plain value")


def _exception(line: str, bases: str) -> Exception:
    """The program's exception: of the built-in class that it is, or of a new one below the nearest that it has."""
    name, _, message = line.partition(": ")
    error = Exception(line)
    for found in (getattr(builtins, each, None) for each in bases.split()):
        if isinstance(found, type) and issubclass(found, Exception):
            if issubclass(found, (StopIteration, StopAsyncIteration)):  # it would end loops of the test code in silence
                found = RuntimeError
            try:
                error = (found if found.__name__ == name else type(name, (found,), {}))(message)
                break
            except (TypeError, ValueError):  # it wants more than a message, or no class can have that name
                continue
    error.of_program = line  # type: ignore[attr-defined]
    return error


def _run(source: str, entry_point: str) -> None:
    calls = _Calls()
    try:
        _execute(source, entry_point, calls)
        message: tuple[Any, ...] = ("passed", calls.count)
    except Unfit as error:
        message = ("unfit", str(error))
    except BaseException as error:
        line = getattr(error, "of_program", None) or _line(error)
        kind = "raised" if hasattr(error, "of_program") else "failed" if calls.count else "unfit"
        message = (kind, line[:ERROR_CHARS])
    _messages.put(message)


def _line(error: BaseException) -> str:
    """The exception, and where it was raised if it says nothing itself."""
    text = traceback.format_exception_only(type(error), error)[-1].strip()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "tests.py"]
    return f"{text} (line {lines[-1]} of the test code)" if lines else text


def _execute(source: str, entry_point: str, calls: _Calls) -> None:
    """Execute the test code, in which the program's functions stand for calls of them."""
    tree = ast.parse(source, "tests.py")
    # A prompt that is repeated in the test code ends with an empty definition of what the program defines.
    tree.body = [node for node in tree.body if getattr(node, "name", None) not in (entry_point, "Solution")]
    solution = types.ModuleType("solution")
    solution.__getattr__ = calls.function  # type: ignore[method-assign]
    sys.modules["solution"] = solution
    methods = {"__getattr__": lambda self, name: calls.function(name)}
    module = types.ModuleType("tests")
    sys.modules["tests"] = module
    call = calls.function(entry_point)
    module.__dict__.update({entry_point: call, "candidate": call, "Solution": type("Solution", (), methods)})
    exec(compile(tree, "tests.py", "exec"), module.__dict__)
