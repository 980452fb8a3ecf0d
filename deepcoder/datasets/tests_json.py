r"""Read the shapes in which data sets hold tests of input and output.

    {"inputs": [...], "outputs": [...], "fn_name"?: ...}                        TACO, APPS, verl; CodeContests' singular
    [{"input", "output", "testtype": "stdin" | "functional", "metadata"?}]      LiveCodeBench, DeepCoder's lcbv5
    [{"input", "output", "type": "stdin_stdout" | "function_call", "fn_name"}]  PrimeIntellect
    [{"input", "output"}]                                                       Codeforces

A stdin test's input and output are text, or a list of lines.

A function's input is a list of its arguments. It may also be text: JSON of that list in PrimeIntellect's shape, one
JSON value per line elsewhere, and there the output is JSON too. JSON has no dict with int keys: where all keys of an
argument or an output are decimal text, they were ints. TACO's checker reads them so, LiveCodeBench's values stay.

An output in a list of arguments' shape is the value, or a list around it ([7] for 7), as its source had it; upstream
checkers accept either, for every test. Here one reading holds for a whole problem:

1. Where some output is no list of one element, there is no list around any.
2. Else the function's written type decides, where only one reading is of that type.
3. Else, where the function is known, has no written type and is no method, there is a list around each: Codewars'
   problems are so, and LeetCode's are methods.
4. Else either is accepted, by the checker `one value of`.

PrimeIntellect's outputs may be JSON text. Where every text among them is JSON, there are two readings of it, the value
and the text: the written type decides, else either is accepted.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepcoder.datasets import signature
from deepcoder.datasets.fields import container, function_name, parsed
from deepcoder.datasets.free_names import FREE_NAMES
from deepcoder.problems import Mode, TestCase

ONE_OF = "one value of"  # the checker whose expected value is the list of allowed values

_MODES = {
    "stdin": Mode.STDIN,
    "stdin_stdout": Mode.STDIN,
    "functional": Mode.FUNCTION,
    "function_call": Mode.FUNCTION,
}


@dataclass(frozen=True)
class Tests:
    """The tests of one problem, and what they tell about the problem.

    `preamble` has the names that LeetCode and LiveCodeBench give free.
    """

    __test__ = False  # pytest would collect a class of this name

    mode: Mode
    tests: tuple[TestCase, ...]
    entry_point: str | None = None
    preamble: str = ""
    checker: str = ""


@dataclass(frozen=True)
class _Raw:
    where: str
    kind: str | None  # a key of _MODES
    name: str | None
    input: Any
    output: Any


def read(
    raw: Any, field: str, name: str | None = None, sources: Sequence[str | None] = (), free_names: bool | None = None
) -> Tests:
    """Return the tests that a field holds, in one of the shapes above or as JSON text of one.

    Args:
        raw: The field's value.
        field: The field's name, for messages.
        name: The function to call, where the row gives it outside the tests.
        sources: Starter code and solutions, which may define the function with types.
        free_names: Whether the problem is LeetCode's or LiveCodeBench's; None where only the tests and sources tell.

    Raises:
        ValueError: The tests are in none of the shapes, or contradict each other.
    """
    raws = _raws(container(raw, field), field)
    modes = {_MODES[each.kind] if each.kind else Mode.FUNCTION if each.name or name else Mode.STDIN for each in raws}
    if len(modes) > 1:
        raise ValueError(f"{field} are of more than one kind: some read stdin, others call a function")
    if modes != {Mode.FUNCTION}:
        return Tests(Mode.STDIN, tuple(_stdin_test(each) for each in raws))
    names = {each.name for each in raws if each.name} | ({name} if name else set())
    if len(names) != 1:
        problem = f"call more than one function: {', '.join(sorted(names))}" if names else "name no function to call"
        raise ValueError(f"{field} {problem}")
    (entry_point,) = names
    function = signature.find(sources, entry_point)
    if function is not None and signature.has_nodes(function):
        raise ValueError(f"{field} have plain lists where {entry_point} takes or gives linked lists or trees")
    if free_names is None:
        of_leetcode = function is not None and signature.is_leetcodes(function)
        free_names = of_leetcode or any(each.kind == "functional" for each in raws)
    returns = function.returns if function else None
    tests = tuple(_calls(raws, function))
    if isinstance(returns, ast.Constant) and returns.value is None and any(test.output != "null" for test in tests):
        raise ValueError(f"{field} have outputs, but {entry_point} returns None: what it does to its arguments is lost")
    return Tests(Mode.FUNCTION, tests, entry_point, FREE_NAMES if free_names else "")


def _raws(tests: Any, field: str) -> list[_Raw]:
    if isinstance(tests, Mapping):
        return _of_columns(tests, field)
    if not isinstance(tests, list):
        raise ValueError(f"{field} must be a list of tests, or an object with inputs and outputs")
    return [_of_row(each, f"{field}[{number}]") for number, each in enumerate(tests)]


def _of_columns(tests: Mapping[str, Any], field: str) -> list[_Raw]:
    inputs = tests["inputs"] if "inputs" in tests else tests.get("input")
    outputs = tests["outputs"] if "outputs" in tests else tests.get("output")
    if not (isinstance(inputs, list) and isinstance(outputs, list)):
        raise ValueError(f"{field} must have a list `inputs` and a list `outputs`")
    if len(inputs) != len(outputs):
        raise ValueError(f"{field} have {len(inputs)} inputs and {len(outputs)} outputs")
    name = tests.get("fn_name") or function_name(tests.get("metadata"), f"{field}.metadata")
    pairs = enumerate(zip(inputs, outputs, strict=True))
    return [_Raw(f"{field}[{number}]", None, name, *pair) for number, pair in pairs]


def _of_row(test: Any, where: str) -> _Raw:
    for column in ("input", "output"):
        if not isinstance(test, Mapping) or column not in test:
            raise ValueError(f"{where}.{column} is missing")
    kind = test.get("testtype") or test.get("type")
    if kind is not None and kind not in _MODES:
        raise ValueError(f"{where} is of the unknown type {kind!r}: the known ones are {', '.join(_MODES)}")
    if test.get("testtype") == "stdin_stdout" and isinstance(test["input"], list):  # rLLM's rows of TACO, as of 2026
        raise ValueError(f"{where}.input may be lines, or arguments of a function whose name was lost")
    name = test.get("fn_name") or function_name(test.get("metadata"), f"{where}.metadata")
    return _Raw(where, kind, name, test["input"], test["output"])


def _stdin_test(raw: _Raw) -> TestCase:
    return TestCase(text(raw.input, f"{raw.where}.input"), text(raw.output, f"{raw.where}.output"))


def text(value: Any, where: str) -> str:
    """Return a stdin test's input or output, which is text, a number, or a list of lines.

    Raises:
        ValueError: The value is something else; the message names `where`.
    """
    if isinstance(value, str):
        return value
    lines = value if isinstance(value, list) else [value]
    for line in lines:
        if isinstance(line, bool) or not isinstance(line, str | int | float):
            raise ValueError(f"{where} is neither text nor lines: if it is for a function, its name is missing")
    return "\n".join(str(line).removesuffix("\n") for line in lines)


def _calls(raws: Sequence[_Raw], function: ast.FunctionDef | None) -> Iterable[TestCase]:
    returns = function.returns if function else None
    calls = [_call(raw) for raw in raws]
    outputs = [output for _, output, per_line in calls if not per_line]
    values = _values(outputs) if all(raw.kind == "function_call" for raw in raws) else outputs
    readings = _readings(values, function)
    texts = [output if isinstance(output, str) else value for output, value in zip(outputs, readings[0], strict=True)]
    meant = zip(*fitting([*readings, texts], returns), strict=True)
    for args, output, per_line in calls:
        if per_line:
            yield TestCase.call(args, output)
            continue
        yield allowing([_int_keys(each) for each in args], map(_int_keys, next(meant)))


def allowing(arguments: Sequence[Any], values: Iterable[Any]) -> TestCase:
    """Return the test of a call that may return any of these values; equal ones count once."""
    allowed: list[Any] = []
    for each in values:
        allowed += [each] * (each not in allowed)
    if len(allowed) == 1:
        return TestCase.call(arguments, allowed[0])
    return TestCase.call(arguments, allowed, checker=ONE_OF)


def _call(raw: _Raw) -> tuple[list[Any], Any, bool]:
    """Return arguments, output, and whether these were LiveCodeBench's text, whose output has one reading only."""
    if isinstance(raw.input, list):
        return raw.input, raw.output, False
    if not isinstance(raw.input, str):
        raise ValueError(f"{raw.where}.input must be a list of arguments")
    if raw.kind == "function_call":
        args = parsed(raw.input, f"{raw.where}.input")
        if not isinstance(args, list):
            raise ValueError(f"{raw.where}.input must be JSON of a list of arguments")
        return args, raw.output, False
    lines = raw.input.strip("\r\n")
    args = [parsed(line, f"{raw.where}.input") for line in lines.split("\n")] if lines else []
    return args, parsed(raw.output, f"{raw.where}.output"), True


def _values(outputs: list[Any]) -> list[Any]:
    """Return the outputs with texts decoded as JSON; unchanged if a text is no JSON."""
    try:
        return [json.loads(output) if isinstance(output, str) else output for output in outputs]
    except (json.JSONDecodeError, RecursionError):
        return outputs


def _readings(outputs: list[Any], function: ast.FunctionDef | None) -> list[list[Any]]:
    """Return the possible readings: the outputs are the values, or their only elements are."""
    if not all(isinstance(output, list) and len(output) == 1 for output in outputs):
        return [outputs]
    inner = [output[0] for output in outputs]
    if function is not None and not (function.returns or signature.is_leetcodes(function)):
        return [inner]
    return fitting([outputs, inner], function.returns if function else None)


def fitting(readings: list[list[Any]], returns: ast.expr | None) -> list[list[Any]]:
    """Return the readings whose values are all of the written type; all readings if none is or no type is written."""
    if returns is None:
        return readings
    return [each for each in readings if all(signature.fits(value, returns) for value in each)] or readings


def _int_keys(value: Any) -> Any:
    if isinstance(value, dict) and all(isinstance(key, str) and key.removeprefix("-").isdecimal() for key in value):
        keyed = {int(key): item for key, item in value.items()}
        if [str(key) for key in keyed] == list(value):
            return keyed
    return value
