"""LeetCode with tests as code, `check(candidate)`: newfacade's LeetCodeDataset (`entry_point` "Solution().name",
`prompt`, `test`, `completion`, `query` or `meta.query`), and rLLM's rows of it (`problem`, `solutions`, and
`tests.functional`, as an object or as JSON text).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import solution_tests
from deepcoder.problems import Limits, Problem


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    if str(row.get("entry_point")).startswith("Solution()."):
        return "test" in row
    tests = row.get("tests")
    if isinstance(tests, str):
        return tests[:64].lstrip().startswith('{"functional"')
    return isinstance(tests, Mapping) and "functional" in tests


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the tests cannot be used; the message names it.
    """
    meta = row.get("meta") if isinstance(row.get("meta"), Mapping) else {}
    if "test" in row:
        field, question, reference = "test", row.get("query") or (meta or {}).get("query"), row.get("completion")
        test_code = f"{row['test']}\n\ncheck({row['entry_point']})\n"
    else:
        field, question, reference = "tests.functional", row.get("problem"), row.get("solutions")
        test_code = solution_tests.functional(row["tests"], "tests")
    if isinstance(reference, list):
        reference = reference[0] if reference else None
    parsed_tests = solution_tests.tests(test_code, field)
    return Problem(
        problem_id=str(row.get("task_id") or problem_id),
        **vars(parsed_tests),
        limits=limits,
        prompt=({"role": "user", "content": question},) if isinstance(question, str) else (),
        reference=reference,
        source="leetcode",
    )
