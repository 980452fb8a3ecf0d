"""Rows with a ground truth, as trainers take them: verl's parquet, rLLM's prepared sets, and the raw DeepCoder row.

`prompt` (messages; rLLM also has text, `question`), `reward_model.ground_truth` or `ground_truth`, `data_source`, and
`extra_info`? or `reference`? with a solution. The ground truth is JSON text of tests in one of the shapes that
`tests_json` reads, or of assertions: {"assert_case": [...]}, LeetCode's {"functional": ...}, or Skywork-OR1's form of
that, {"import_prefix", "test_code", "entry_point": "Solution().name"}, whose imports are among the names that LeetCode
gives free. It and `reward_model` may be encoded several times, or not at all. In the raw DeepCoder row it is a list of
{"input", "expected_output"}, and `target_function` is beside it. In function mode the raw strings of that row become
typed values when the row is read, unless the function is written to return text. Where other outputs of the problem are
text that is no value ("ff"), one that may be a value ("101") may be text as well: the checker `one value of` accepts
either.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from deepcoder.datasets import assertions, signature, solution_tests, tests_json
from deepcoder.datasets.fields import container, function_name, literal, messages, reference
from deepcoder.problems import Limits, Mode, Problem, TestCase

_ASSERTION = re.compile(r"^\s*assert\b", re.MULTILINE)
_CODE = ("assert_case", "functional", "test_code")  # a column of another shape of tests may be null
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
    solution = extra.get("reference") if isinstance(extra, Mapping) else None
    solution = row.get("reference") or reference(solution, entry_point=row.get("target_function"))
    sources = row.get("starter_code"), solution
    if isinstance(truth, Mapping) and any(truth.get(name) is not None for name in _CODE):
        parsed_tests = _of_code(truth, field)
    elif isinstance(truth, list) and not any(isinstance(test, Mapping) and "output" in test for test in truth):
        parsed_tests = _raw_deepcoder(truth, row.get("target_function") or None, sources, field)
    else:
        name = row.get("target_function") or function_name(row.get("metadata"))
        parsed_tests = tests_json.read(truth, field, name, sources)
    return Problem(
        problem_id=problem_id if row.get("problem_id") is None else str(row["problem_id"]),
        **vars(parsed_tests),
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
    if truth.get("test_code"):
        test_code = f"{truth['test_code']}\n\ncheck({truth.get('entry_point')})\n"
        return solution_tests.tests(test_code, f"{field}.test_code")
    if truth.get("functional") or "assert_case" not in truth:
        return solution_tests.tests(solution_tests.functional(truth, field), f"{field}.functional")
    if not isinstance(truth["assert_case"], list):
        raise ValueError(f"{field}.assert_case must be a list of test code")
    try:
        entry_point, tests = assertions.tests_of_cases(truth["assert_case"], truth.get("fn_name"))
    except ValueError as error:
        raise ValueError(f"{field}.assert_case: {error}") from None
    return tests_json.Tests(Mode.FUNCTION, tuple(tests), entry_point, checker=assertions.EQUAL)


def _raw_deepcoder(
    truth: list[Any], entry_point: str | None, sources: Sequence[str | None], field: str
) -> tests_json.Tests:
    for number, test in enumerate(truth):
        for name in ("input", "expected_output"):
            if not isinstance(test, Mapping) or name not in test:
                raise ValueError(f"{field}[{number}].{name} is missing")
    inputs, outputs = [test["input"] for test in truth], [test["expected_output"] for test in truth]
    if not entry_point:
        given = (tests_json.text(each, f"{field}[{number}].input") for number, each in enumerate(inputs))
        wanted = (tests_json.text(each, f"{field}[{number}].expected_output") for number, each in enumerate(outputs))
        return tests_json.Tests(Mode.STDIN, tuple(map(TestCase, given, wanted)))
    return tests_json.Tests(Mode.FUNCTION, _calls(inputs, outputs, signature.find(sources, entry_point)), entry_point)


def _calls(inputs: list[Any], outputs: list[Any], function: ast.FunctionDef | None) -> tuple[TestCase, ...]:
    values = [typed(each) if isinstance(each, str) else each for each in outputs]
    values, *_ = tests_json.fitting([values, outputs], function.returns if function else None)
    may_be_text = any(isinstance(raw, str) and raw == value for raw, value in zip(outputs, values, strict=True))
    return tuple(
        tests_json.allowing(arguments(given), [value, raw] if may_be_text else [value])
        for given, raw, value in zip(inputs, outputs, values, strict=True)
    )


def arguments(raw: Any) -> list[Any]:
    """Return the positional arguments that a raw input means.

    A list is the arguments themselves. Text that is one value is one argument, and a line of values between commas is
    one argument each. Other text is one argument per line if any line is a value, and else one string.
    """
    if isinstance(raw, list):
        return raw
    if not isinstance(raw, str):
        return [raw]
    lines = raw.strip("\n").split("\n")
    try:
        return [*literal(f"[{raw}]")] if len(lines) == 1 and raw.strip() else [literal(raw)]
    except ValueError:
        pass
    meant = [typed(line) for line in lines]
    return [raw] if meant == lines else meant


def typed(text: str) -> Any:
    """Return the value that a raw string means: JSON, else a Python literal, else the text itself."""
    try:
        return literal(text)
    except ValueError:
        return text
