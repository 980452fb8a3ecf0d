"""AceCode-87K (TIGER-Lab): `id`, `question`, `test_cases`, each an assertion, and `inferences`, answers of models with
their `pass_rate`. One that passes every test is the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.datasets.fields import messages, reference
from deepcoder.problems import Limits, Mode, Problem


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "question" in row and "test_cases" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the tests cannot be used; the message names it.
    """
    if not isinstance(row["test_cases"], list):
        raise ValueError("test_cases must be a list of assertions")
    try:
        entry_point, tests = assertions.tests_of_cases(row["test_cases"])
    except ValueError as error:
        raise ValueError(f"test_cases: {error}") from None
    answers = [each for each in row.get("inferences") or () if isinstance(each, Mapping)]
    passing = [each.get("completion") for each in answers if each.get("pass_rate") == 1]
    return Problem(
        problem_id=str(row.get("id") or problem_id),
        mode=Mode.FUNCTION,
        tests=tuple(tests),
        entry_point=entry_point,
        limits=limits,
        prompt=messages(row["question"]),
        reference=reference(passing, entry_point=entry_point),
        checker=assertions.EQUAL,
        source="acecode",
    )
