"""MBPP (`text`, `test_setup_code`), its sanitized part (`prompt`, `test_imports`) and MBPP+ (`test` besides): each has
`code`, the reference, and `test_list`, assertions. MBPP+ is judged by `test` alone, as EvalPlus does.

No field names the function: it is the one of the reference that the assertions call most.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.problems import Limits, Mode, Problem


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "test_list" in row and "code" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the tests cannot be used; the message names it.
    """
    question = row.get("text") or row.get("prompt")
    if not isinstance(question, str) or not isinstance(row["code"], str):
        raise ValueError("text (or prompt) and code must be text")
    listed = _lines(row, "test_list")
    field = "test" if row.get("test") else "test_list"
    test_code = str(row["test"]) if row.get("test") else "\n".join(listed)
    setup = "\n".join([*_lines(row, "test_imports"), str(row.get("test_setup_code") or "")])
    try:
        entry_point = assertions.called_function(test_code, _functions(row["code"]))
        tests = assertions.tests(f"{setup}\n{test_code}", entry_point, reference=row["code"])
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    example = f"{question.strip()}\n\nFor example:\n\n```python\n{listed[0].strip()}\n```" if listed else question
    return Problem(
        problem_id=f"mbpp/{row['task_id']}" if row.get("task_id") is not None else problem_id,
        mode=Mode.FUNCTION,
        tests=tuple(tests),
        entry_point=entry_point,
        limits=limits,
        prompt=({"role": "user", "content": example},),
        reference=row["code"],
        checker=assertions.EQUAL,
        source="mbpp",
    )


def _lines(row: Mapping[str, Any], field: str) -> list[str]:
    lines = row.get(field)
    lines = [] if lines is None else lines
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"{field} must be a list of source lines")
    return lines


def _functions(code: str) -> list[str]:
    return [node.name for node in assertions.syntax(code).body if isinstance(node, ast.FunctionDef)]
