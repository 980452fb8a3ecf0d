"""Our own row format, which users and tools exchange: `problem` on the page of files, docs/files.md.

{"problem_id": "x/1", "mode": "stdin", "tests": [{"input": "3\\n", "output": "4\\n"}], ...}
{"problem_id": "x/2", "mode": "function", "entry_point": "add_one", "tests": [{"args": [5], "expected": 6}], ...}

A test may also have a `checker` or `checker_flags`, and in function mode be {"code": "assert add_one(5) == 6"}. Values
that JSON lacks are tagged as in `deepcoder.wire.values`: {"$tuple": [1, 2]}. Where a column has one type, as in
parquet, a call is text: `input` is JSON of [args, kwargs], `output` JSON of the expected value; `tests` may be JSON
text too.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from deepcoder.checkers import checker
from deepcoder.datasets.fields import messages, parsed
from deepcoder.datasets.formats import jury_rows
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, StoredTests, TestCase
from deepcoder.wire import values
from deepcoder.wire.languages import PYTHON

_TEXTS = (
    *("entry_point", "preamble", "checker", "code_prompt", "reference", "reference_language", "limits_for", "source"),
)
MOST_MEMORY_BYTES = 1 << 40


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "tests" in row and "mode" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` and `limits` serve where the row has none.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    if row["mode"] not in list(Mode):
        raise ValueError(f"mode must be one of {', '.join(Mode)}, not {row['mode']!r}")
    given = {name: row[name] for name in _TEXTS if row.get(name) is not None}
    return Problem(
        problem_id=problem_id if row.get("problem_id") is None else str(row["problem_id"]),
        mode=Mode(row["mode"]),
        tests=_tests(row["tests"], Mode(row["mode"])),
        limits=_limits(row.get("limits"), limits),
        languages=_languages(row),
        prompt=messages(row.get("prompt")),
        special_checker=jury_rows.special_checker(row.get("special_checker")),
        interactor=jury_rows.interactor(row.get("interactor")),
        validation_passes=_passes(row.get("validation_passes")),
        **given,
    )


def _passes(given: Any) -> int:
    if given is None:
        return 1
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError("validation_passes must be a whole number")
    return given


def _languages(row: Mapping[str, Any]) -> tuple[str, ...]:
    if row.get("language") is not None:
        raise ValueError(f"language is of a completion: a problem has languages, such as [{row['language']!r}]")
    given = parsed(row.get("languages"), "languages")
    if given is None:
        return (PYTHON.name,)
    if not isinstance(given, list):
        raise ValueError('languages must be a list, such as ["python", "cpp"]')
    return tuple(given)


def _tests(tests: Any, mode: Mode) -> tuple[TestCase, ...] | StoredTests:
    if isinstance(tests, StoredTests):
        return tests
    tests = parsed(tests, "tests")
    if not isinstance(tests, list):
        raise ValueError("tests must be a list")
    return tuple(_test(test, mode, number) for number, test in enumerate(tests))


def _test(test: Any, mode: Mode, number: int) -> TestCase:
    # Parquet has every column in every row: None means that the row lacks the column.
    given = {name: each for name, each in test.items() if each is not None} if isinstance(test, Mapping) else {}
    if mode is Mode.FUNCTION and "input" not in given:
        case = _call_or_code(test, given, number)
    else:
        for name in ("input", "output"):
            if name not in given:
                raise ValueError(f"tests[{number}].{name} is missing")
            if not isinstance(given[name], str):
                raise ValueError(f"tests[{number}].{name} must be text")
        if mode is Mode.FUNCTION:
            _encoded_call(given, number)
        case = TestCase(given["input"], given["output"])
    if "checker_flags" in given:
        flags = jury_rows.flags(given["checker_flags"], f"tests[{number}].checker_flags")
        case = dataclasses.replace(case, checker_flags=flags)
    if "checker" not in given:
        return case
    if not isinstance(given["checker"], str):
        raise ValueError(f"tests[{number}].checker must be text")
    checker(given["checker"], mode)
    return dataclasses.replace(case, checker=given["checker"])


def _call_or_code(test: Any, given: Mapping[str, Any], number: int) -> TestCase:
    if "code" in given:
        if not isinstance(given["code"], str):
            raise ValueError(f"tests[{number}].code must be text")
        return TestCase.code(given["code"])
    for name in ("args", "expected"):
        if not isinstance(test, Mapping) or name not in test:
            raise ValueError(f"tests[{number}].{name} is missing")
    args, kwargs = test["args"], given.get("kwargs", {})
    if not isinstance(args, list):
        raise ValueError(f"tests[{number}].args must be a list")
    if not isinstance(kwargs, Mapping):
        raise ValueError(f"tests[{number}].kwargs must be an object")
    try:
        return TestCase(_encoding([args, kwargs]), _encoding(test["expected"]))
    except ValueError as error:
        raise ValueError(f"tests[{number}]: {error}") from None


def _encoded_call(given: Mapping[str, Any], number: int) -> None:
    try:
        args, kwargs = values.decode(given["input"])
        values.decode(given["output"])
    except (ValueError, TypeError) as error:
        raise ValueError(f"tests[{number}] has input and output, which must be JSON of a call: {error}") from None
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise ValueError(f"tests[{number}].input must be JSON of [args, kwargs]")


def _encoding(plain: Any) -> str:
    """Return what `values.encode` writes, from JSON with tags.

    Raises:
        ValueError: A tag's content is wrong.
    """
    try:
        text = json.dumps(plain, separators=(",", ":"), allow_nan=False)
        values.decode(text)
        return text  # unchanged, so that the elements of a set keep their order
    except ValueError:  # a number that JSON lacks, an int of many digits, or a wrong tag
        return values.encode(_value(plain))
    except RecursionError:
        raise ValueError("the value nests too deeply") from None


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_value(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1 and next(iter(plain)).startswith("$"):
        return values.decode(json.dumps(plain))
    return {key: _value(item) for key, item in plain.items()}


def _limits(given: Any, default: Limits) -> Limits:
    given = parsed(given, "limits") or {}
    if not isinstance(given, Mapping):
        raise ValueError("limits must be an object")
    given = {name: each for name, each in given.items() if each is not None}
    known = {field.name for field in dataclasses.fields(Limits)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"limits.{name} is unknown: use {', '.join(sorted(known))}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"limits.{name} must be a number")
    if given.get("memory_bytes", 0) > MOST_MEMORY_BYTES:
        raise ValueError(f"limits.memory_bytes must be at most {MOST_MEMORY_BYTES}, which is 1 TiB")
    if "cpu_s" in given and "wall_s" not in given:
        given["wall_s"] = 0  # wall_s becomes the usual multiple of this cpu_s
    return dataclasses.replace(default, **given) if given else default


def row_from_problem(problem: Problem, default: Limits | None = None) -> dict[str, Any]:
    """Return the row of a problem, such that `problem_from_row` gives an equal problem.

    The row has no limits where the problem's limits are the object `default`. The user who loads the row chooses them.
    """
    return {**head(problem, default), "tests": [_row_of_test(test, problem.mode) for test in problem.tests]}


def head(problem: Problem, default: Limits | None) -> dict[str, Any]:
    """Return the row without its tests, and without what `problem_from_row` fills in."""
    usual = dataclasses.replace(problem, checker="").checker
    row: dict[str, Any] = {"problem_id": problem.problem_id, "mode": problem.mode.value}
    row |= {name: text for name in _TEXTS if (text := getattr(problem, name)) not in (None, "")}
    if problem.checker == usual:
        del row["checker"]
    if problem.reference == "":
        row["reference"] = ""
    if problem.special_checker:
        special = problem.special_checker
        row["special_checker"] = jury_rows.row_of(special) if isinstance(special, JuryProgram) else special
    if problem.interactor:
        row["interactor"] = jury_rows.row_of(problem.interactor)
    if problem.validation_passes > 1:
        row["validation_passes"] = problem.validation_passes
    limits = {} if problem.limits is default else {"limits": dataclasses.asdict(problem.limits)}
    prompt = {"prompt": [dict(each) for each in problem.prompt]} if problem.prompt else {}
    languages = {} if problem.languages == (PYTHON.name,) else {"languages": list(problem.languages)}
    return {**row, **limits, **languages, **prompt}


def _row_of_test(test: TestCase, mode: Mode) -> dict[str, Any]:
    own: dict[str, Any] = {"checker": test.checker} if test.checker else {}
    if test.checker_flags:
        own["checker_flags"] = list(test.checker_flags)
    if test.is_code:
        return {"code": test.input, **own}
    if mode is not Mode.FUNCTION:
        return {"input": test.input, "output": test.output, **own}
    args, kwargs = json.loads(test.input)
    return {"args": args, **({"kwargs": kwargs} if kwargs else {}), "expected": json.loads(test.output), **own}
