"""DeepCoder-Preview-Dataset (agentica-org), and rLLM's own rows of the same columns.

`problem`, `tests` (JSON text, or parsed), `solutions`?, `starter_code`?, and `metadata`? (an object, JSON text or null)
with `func_name`. Its configs have each its own shape of tests: `tests_json` tells them apart. No limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import function_name, messages, reference
from deepcoder.problems import Limits, Problem


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "problem" in row and "tests" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. The format has no ids and no limits of its own.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    entry_point = function_name(row.get("metadata"))
    solution = reference(row.get("solutions"), entry_point=entry_point)
    starter_code = row.get("starter_code")
    parsed_tests = tests_json.read(row["tests"], "tests", entry_point, (starter_code, solution))
    return Problem(
        problem_id=problem_id,
        **vars(parsed_tests),
        limits=limits,
        prompt=messages(row["problem"], starter_code),
        reference=solution,
        source="deepcoder",
    )
