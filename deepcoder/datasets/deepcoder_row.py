"""The raw DeepCoder row: `prompt` messages, `target_function`, and `reward_model.ground_truth`, JSON text of a list of
{"input", "expected_output"}.

In function mode the raw strings become typed values here, once: what is judged later has types.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any

from deepcoder.problems import Limits, Mode, Problem, TestCase


def is_row(row: Mapping[str, Any]) -> bool:
    """Whether the row is in this format."""
    return "reward_model" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """The problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    entry_point = row.get("target_function") or None
    mode = Mode.FUNCTION if entry_point else Mode.STDIN
    tests = _ground_truth(row["reward_model"])
    return Problem(
        problem_id=problem_id if row.get("problem_id") is None else str(row["problem_id"]),
        mode=mode,
        entry_point=entry_point,
        tests=tuple(_test(test, mode, number) for number, test in enumerate(tests)),
        limits=limits,
        prompt=tuple(row.get("prompt") or ()),
        reference=row.get("reference"),
        source=row.get("data_source") or "",
    )


def _ground_truth(reward_model: Any) -> list[Any]:
    truth = reward_model.get("ground_truth") if isinstance(reward_model, Mapping) else None
    if isinstance(truth, str):
        try:
            truth = json.loads(truth)
        except json.JSONDecodeError as error:
            raise ValueError(f"reward_model.ground_truth is not JSON: {error}") from None
    if not isinstance(truth, list):
        raise ValueError("reward_model.ground_truth must be a list of tests, or JSON text of one")
    return truth


def _test(test: Any, mode: Mode, number: int) -> TestCase:
    for name in ("input", "expected_output"):
        if not isinstance(test, Mapping) or name not in test:
            raise ValueError(f"reward_model.ground_truth[{number}].{name} is missing")
    given, expected = test["input"], test["expected_output"]
    if mode is Mode.STDIN:
        return TestCase(str(given), str(expected))
    return TestCase.call(arguments(given), typed(expected) if isinstance(expected, str) else expected)


def arguments(raw: Any) -> list[Any]:
    """The positional arguments that a raw input means.

    A list that is not text is the arguments themselves. Text is one value if it reads as one; else one argument per
    line if any line reads as a value; else it is one string.
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
    """The value that a raw string means: JSON, else a Python literal, else the text itself."""
    try:
        return literal(text)
    except ValueError:
        return text


def literal(text: str) -> Any:
    """The value of JSON text or of a Python literal.

    Raises:
        ValueError: It is neither.
    """
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        pass
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"neither JSON nor a Python literal: {error}") from None
