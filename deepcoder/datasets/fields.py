"""Read the fields that many row formats share: text that holds a value, the statement, solutions, and limits."""

from __future__ import annotations

import ast
import dataclasses
import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from deepcoder.problems import Limits
from deepcoder.programs import extract
from deepcoder.wire.languages import PYTHON


def literal(text: str) -> Any:
    """Return the value of JSON text or of a Python literal.

    Raises:
        ValueError: The text is neither.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # an int of too many digits raises ValueError, too
        why = str(error)
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"neither JSON nor a Python literal: {why}") from None


def parsed(value: Any, field: str) -> Any:
    """Return the value of a field that holds JSON text, the text of a Python literal, or the value itself.

    Raises:
        ValueError: The field is text that holds no value.
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
        ValueError: The field is text that holds no value.
    """
    while isinstance(value, str):  # each decoding makes the text shorter, so this ends
        value = parsed(value, field)
    return value


def function_name(metadata: Any, field: str = "metadata") -> str | None:
    """Return the `func_name` of LiveCodeBench's metadata, which is an object, JSON text of one, or nothing.

    Raises:
        ValueError: The metadata is text that holds no value.
    """
    content = parsed(metadata or None, field)
    name = content.get("func_name") if isinstance(content, Mapping) else None
    return str(name) if name else None


def messages(prompt: Any, starter_code: Any = None) -> tuple[Mapping[str, str], ...]:
    """Return the messages of a prompt, which is text or a list of messages. Starter code is put behind text.

    A field that is null is left out: parquet gives every message the fields of all.

    Raises:
        ValueError: The prompt is neither.
    """
    if not prompt:
        return ()
    if not isinstance(prompt, str):
        if not isinstance(prompt, list) or not all(map(_is_message, prompt)):
            raise ValueError('prompt must be text, or a list of messages: {"role": "user", "content": "..."}')
        return tuple({name: value for name, value in each.items() if value is not None} for each in prompt)
    if isinstance(starter_code, str) and starter_code.strip():
        prompt = f"{prompt}\n\nStart from this code:\n\n```python\n{starter_code.rstrip()}\n```"
    return ({"role": "user", "content": prompt},)


def titled(title: Any, text: Any) -> Any:
    """Return the statement below its title, where it has one."""
    return f"# {title}\n\n{text}" if title else text


def _is_message(given: Any) -> bool:
    return isinstance(given, Mapping) and all(isinstance(given.get(name), str) for name in ("role", "content"))


def reference(solutions: Any, language: str = PYTHON.name, entry_point: str | None = None) -> str | None:
    """Return the first solution in a language, of a list, of JSON text of one, or of one program.

    A solution may be fenced. One that is Python as it stands is taken whole: its docstring may hold a fenced example.
    Only Python is parsed: what is not fenced is taken for a program in another language. Of several blocks, one that
    defines the entry point is taken, and not the example of its use.
    """
    is_python_wanted = language == PYTHON.name
    if isinstance(solutions, str):
        try:
            solutions = json.loads(solutions)
        except (ValueError, RecursionError):
            solutions = [solutions]
    for solution in solutions if isinstance(solutions, list) else ():
        if not isinstance(solution, str) or not solution.strip():
            continue
        is_fenced = "```" in solution
        if is_python(solution) if is_python_wanted else not is_fenced:
            return solution
        program = extract(solution, languages=(language,), entry_point=entry_point) if is_fenced else None
        if program and program.source.strip() and (not is_python_wanted or is_python(program.source)):
            return program.source
    return None


def preferred_reference(solutions: Iterable[tuple[Any, Any]], languages: Mapping[Any, str]) -> tuple[str | None, str]:
    """Return a solution and its language; None and an empty text where there is none.

    Args:
        solutions: Pairs of a data set's own name of a language, and a source.
        languages: Our names of languages by those names, the preferred ones first.
    """
    given = list(solutions)
    for theirs, ours in languages.items():
        solution = reference([source for name, source in given if name == theirs], ours)
        if solution is not None:
            return solution, ours
    return None, ""


def is_python(source: str) -> bool:
    """Return whether the source parses as this interpreter's Python."""
    try:
        syntax(source)
    except ValueError:
        return False
    return True


def syntax(source: str) -> ast.Module:
    """Return the syntax of the source. Nothing is executed.

    Raises:
        ValueError: The source is not this interpreter's Python.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # about string escapes
            return ast.parse(source.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"not Python: {error}") from None


def limits_of(default: Limits, seconds: Any, memory_bytes: Any) -> Limits:
    """Return the default with the row's own time and memory. 0 and null mean that the row has no such limit.

    Raises:
        ValueError: A limit is no number that can be a limit.
    """
    for name, limit in (("time", seconds), ("memory", memory_bytes)):
        if limit is not None and not isinstance(limit, int | float):
            raise ValueError(f"the {name} limit must be a number, not {limit!r}")
    if seconds:
        default = dataclasses.replace(
            default, cpu_s=seconds, wall_s=0
        )  # wall_s becomes the usual multiple of this cpu_s
    if memory_bytes:
        default = dataclasses.replace(default, memory_bytes=int(memory_bytes))
    return default
