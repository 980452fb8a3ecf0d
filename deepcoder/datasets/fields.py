"""What many row formats have in common: text that holds a value, the statement, solutions, and limits."""

from __future__ import annotations

import ast
import dataclasses
import json
import warnings
from collections.abc import Mapping
from typing import Any

from deepcoder.problems import Limits
from deepcoder.programs import extract


def literal(text: str) -> Any:
    """The value of JSON text or of a Python literal.

    Raises:
        ValueError: It is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError also for an int of too many digits
        why = str(error)
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"neither JSON nor a Python literal: {why}") from None


def parsed(value: Any, field: str) -> Any:
    """A field that may be JSON text, the text of a Python literal, or the value itself.

    Raises:
        ValueError: It is text that holds no value.
    """
    if not isinstance(value, str):
        return value
    try:
        return literal(value)
    except ValueError as error:
        raise ValueError(f"{field} is {error}") from None


def container(value: Any, field: str) -> Any:
    """Return a field that holds a list or an object, or text of one that was encoded once or several times.

    Raises:
        ValueError: It is text that holds no value.
    """
    while isinstance(value, str):  # which each decoding makes shorter
        value = parsed(value, field)
    return value


def function_name(metadata: Any, field: str = "metadata") -> str | None:
    """The `func_name` of LiveCodeBench's metadata: an object, JSON text of one, or nothing.

    Raises:
        ValueError: It is text that holds no value.
    """
    found = parsed(metadata or None, field)
    name = found.get("func_name") if isinstance(found, Mapping) else None
    return str(name) if name else None


def messages(prompt: Any, starter_code: Any = None) -> tuple[Mapping[str, str], ...]:
    """A prompt that is text, or messages already, with the code to start from behind it.

    Raises:
        ValueError: It is neither.
    """
    if not prompt:
        return ()
    if not isinstance(prompt, str):
        if not isinstance(prompt, list) or not all(map(_is_message, prompt)):
            raise ValueError('prompt must be text, or a list of messages: {"role": "user", "content": "..."}')
        return tuple(prompt)
    if isinstance(starter_code, str) and starter_code.strip():
        prompt = f"{prompt}\n\nStart from this code:\n\n```python\n{starter_code.rstrip()}\n```"
    return ({"role": "user", "content": prompt},)


def _is_message(given: Any) -> bool:
    return isinstance(given, Mapping) and all(isinstance(given.get(name), str) for name in ("role", "content"))


def reference(solutions: Any) -> str | None:
    """Return the first solution that is Python 3, of a list, of JSON text of one, or of one program.

    A solution may be fenced. One that is Python as it stands is taken whole: its docstring may hold a fenced example.
    """
    if isinstance(solutions, str):
        try:
            solutions = json.loads(solutions)
        except (ValueError, RecursionError):
            solutions = [solutions]
    for solution in solutions if isinstance(solutions, list) else ():
        if not isinstance(solution, str) or not solution.strip():
            continue
        if is_python(solution):
            return solution
        program = extract(solution) if "```" in solution else None
        if program and program.source.strip() and is_python(program.source):
            return program.source
    return None


def is_python(source: str) -> bool:
    """Whether it parses as this interpreter's Python."""
    try:
        syntax(source)
    except ValueError:
        return False
    return True


def syntax(source: str) -> ast.Module:
    """What the source says; nothing of it is executed.

    Raises:
        ValueError: It is not this interpreter's Python.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of its string escapes
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"not Python: {error}") from None


def limits_of(default: Limits, seconds: Any, memory_bytes: Any) -> Limits:
    """The default with the row's own time and memory, where it has them: 0 and null mean that it has not.

    Raises:
        ValueError: One is no number that can be a limit.
    """
    for name, limit in (("time", seconds), ("memory", memory_bytes)):
        if limit is not None and not isinstance(limit, int | float):
            raise ValueError(f"the {name} limit must be a number, not {limit!r}")
    if seconds:
        default = dataclasses.replace(default, cpu_s=seconds, wall_s=0)  # its own multiple of cpu_s
    if memory_bytes:
        default = dataclasses.replace(default, memory_bytes=int(memory_bytes))
    return default
