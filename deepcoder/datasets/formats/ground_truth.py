"""Rows with a ground truth, as trainers take them: verl's parquet, rLLM's prepared sets, and the raw DeepCoder row.

`prompt` (messages; rLLM also has text, `question`), `reward_model.ground_truth` or `ground_truth`, `data_source`, and
`extra_info`? or `reference`? with a solution. The ground truth is JSON text of tests in one of the shapes that
`tests_json` reads, or of assertions ({"assert_case": [...]}, or LeetCode's {"functional": ...}). It and `reward_model`
may be encoded several times, or not at all. In the raw DeepCoder row it is a list of {"input", "expected_output"}, and
`target_function` is beside it. In function mode the raw strings of that row become typed values when the row is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions, solution_tests, tests_json
from deepcoder.datasets.fields import container, function_name, literal, messages, reference
from deepcoder.problems import Limits, Mode, Problem, TestCase

_ASSERTION = re.compile(r"^\s*assert\b", re.MULTILINE)
_WANTED = 'give assertions as {"assert_case": ["assert f(1) == 2", ...]}'


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "reward_model" in row or "ground_truth" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    field = "reward_model.ground_truth" if "reward_model" in row else "ground_truth"
    truth = _ground_truth(row, field)
    extra = row.get("extra_info")
    solution = row.get("reference") or reference(extra.get("reference") if isinstance(extra, Mapping) else None)
    if isinstance(truth, Mapping) and {"assert_case", "functional"} & truth.keys():
        parsed_tests = _of_code(truth, field)
    elif isinstance(truth, list) and not any(isinstance(test, Mapping) and "output" in test for test in truth):
        parsed_tests = _raw_deepcoder(truth, row.get("target_function") or None, field)
    else:
        name = row.get("target_function") or function_name(row.get("metadata"))
        parsed_tests = tests_json.read(truth, field, name, (row.get("starter_code"), solution))
    return Problem(
        problem_id=problem_id if row.get("problem_id") is None else str(row["problem_id"]),
        mode=parsed_tests.mode,
        entry_point=parsed_tests.entry_point,
        tests=parsed_tests.tests,
        preamble=parsed_tests.preamble,
        checker=parsed_tests.checker,
        limits=limits,
        prompt=messages(row.get("prompt") or row.get("question")),
        reference=solution,
        source=row.get("data_source") or "",
    )


def _ground_truth(row: Mapping[str, Any], field: str) -> list[Any] | Mapping[str, Any]:
    holder = row
    if "reward_model" in row:
        holder = container(row["reward_model"], "reward_model")
        if not isinstance(holder, Mapping):
            raise ValueError("reward_model must be an object with a ground_truth, or JSON text of one")
    truth = holder.get("ground_truth")
    try:
        truth = container(truth, field)
    except ValueError:
        if not _ASSERTION.search(str(truth)):
            raise
        raise ValueError(f"{field} is test code: {_WANTED}") from None
    if not isinstance(truth, list | Mapping):
        raise ValueError(f"{field} must be a list of tests, or JSON text of one")
    if isinstance(truth, list) and any(isinstance(test, str) for test in truth):
        raise ValueError(f"{field} is a list of texts, and not of tests with input and output: {_WANTED}")
    return truth


def _of_code(truth: Mapping[str, Any], field: str) -> tests_json.Tests:
    if truth.get("functional") or "assert_case" not in truth:
        return solution_tests.tests(solution_tests.functional(truth, field), f"{field}.functional")
    if not isinstance(truth["assert_case"], list):
        raise ValueError(f"{field}.assert_case must be a list of test code")
    try:
        entry_point, tests = assertions.tests_of_cases(truth["assert_case"], truth.get("fn_name"))
    except ValueError as error:
        raise ValueError(f"{field}.assert_case: {error}") from None
    return tests_json.Tests(Mode.FUNCTION, tuple(tests), entry_point, checker=assertions.EQUAL)


def _raw_deepcoder(truth: list[Any], entry_point: str | None, field: str) -> tests_json.Tests:
    mode = Mode.FUNCTION if entry_point else Mode.STDIN
    tests = tuple(_test(test, mode, f"{field}[{number}]") for number, test in enumerate(truth))
    return tests_json.Tests(mode, tests, entry_point)


def _test(test: Any, mode: Mode, where: str) -> TestCase:
    for name in ("input", "expected_output"):
        if not isinstance(test, Mapping) or name not in test:
            raise ValueError(f"{where}.{name} is missing")
    given, expected = test["input"], test["expected_output"]
    if mode is Mode.STDIN:
        return TestCase(str(given), str(expected))
    return TestCase.call(arguments(given), typed(expected) if isinstance(expected, str) else expected)


def arguments(raw: Any) -> list[Any]:
    """Return the positional arguments that a raw input means.

    A list is the arguments themselves. Text that is one value is one argument. Other text is one argument per line if
    any line is a value, and else one string.
    """
    if isinstance(raw, list):
        return raw
    if not isinstance(raw, str):
        return [raw]
    try:
        return [literal(raw)]
    except ValueError:
        pass
    lines = raw.strip("\n").split("\n")
    meant = [typed(line) for line in lines]
    return [raw] if meant == lines else meant


def typed(text: str) -> Any:
    """Return the value that a raw string means: JSON, else a Python literal, else the text itself."""
    try:
        return literal(text)
    except ValueError:
        return text
