"""HumanEval and HumanEval+: `prompt` (source that ends with the entry point's signature), `canonical_solution`,
`entry_point`, and `test`, which defines `check(candidate)`.

The helpers of a prompt (`poly`, `encode_shift`) are given to the program and, again and out of its reach, to the tests.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.problems import Limits, Mode, Problem

_FIELDS = ("prompt", "canonical_solution", "entry_point", "test")
_HUMANEVAL_PLUS_32 = "_poly(*candidate(*inp), inp)"


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return all(name in row for name in _FIELDS)


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the test cannot be used; the message names it.
    """
    for name in _FIELDS:
        if not isinstance(row[name], str):
            raise ValueError(f"{name} must be text")
    prompt, entry_point, test = row["prompt"], row["entry_point"], row["test"]
    if _HUMANEVAL_PLUS_32 in test:  # this test unpacks a number
        raise ValueError("test is at fault: it raises an error for every program")
    helpers = _helpers(prompt, entry_point)
    try:
        tests = assertions.tests(_with_call(test, entry_point), entry_point, helpers)
    except ValueError as error:
        raise ValueError(f"test: {error}") from None
    return Problem(
        problem_id=str(row.get("task_id") or problem_id),
        mode=Mode.FUNCTION,
        tests=tuple(tests),
        entry_point=entry_point,
        preamble=helpers,
        limits=limits,
        prompt=({"role": "user", "content": f"Complete this function:\n\n```python\n{prompt.strip()}\n```"},),
        code_prompt=prompt,
        reference=prompt + row["canonical_solution"],
        checker=assertions.EQUAL,
        source="humaneval",
    )


def _helpers(prompt: str, entry_point: str) -> str:
    """Return the prompt without the function that is asked for."""
    tree = assertions.syntax(prompt)
    kept = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == entry_point)]
    return ast.unparse(ast.Module(kept, [])) + "\n" if kept else ""


def _with_call(test: str, entry_point: str) -> str:
    """Return the test code, with the call of `check` that its users append."""
    calls = (node.value for node in assertions.syntax(test).body if isinstance(node, ast.Expr))
    called = any(isinstance(call, ast.Call) and ast.unparse(call.func) == "check" for call in calls)
    return test if called else f"{test}\n\ncheck({entry_point})\n"
