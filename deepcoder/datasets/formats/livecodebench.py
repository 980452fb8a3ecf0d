"""LiveCodeBench's code_generation_lite, as it is on the Hub.

`question_content`, `question_id`, `starter_code`, `metadata` (JSON text with `func_name`), `public_test_cases` (JSON
text) and `private_test_cases`: JSON text, or base64 of zlib of a pickle of that text. No limits, no solutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import errata, tests_json
from deepcoder.datasets.fields import function_name, messages, parsed
from deepcoder.datasets.packed_tests import unpacked
from deepcoder.problems import Limits, Problem


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "public_test_cases" in row and "private_test_cases" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row, with the public and then the private tests.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    special_checker = errata.special_checker(row)
    public = parsed(row["public_test_cases"] or "[]", "public_test_cases")
    private = unpacked(row["private_test_cases"] or "[]", "private_test_cases")
    for name, tests in (("public_test_cases", public), ("private_test_cases", private)):
        if not isinstance(tests, list):
            raise ValueError(f"{name} must be a list of tests")
    parsed_tests = tests_json.read([*public, *private], "test_cases", function_name(row.get("metadata")))
    return Problem(
        problem_id=f"livecodebench/{row['question_id']}" if row.get("question_id") else problem_id,
        **vars(parsed_tests),
        special_checker=special_checker,
        limits=limits,
        prompt=messages(row.get("question_content"), row.get("starter_code")),
        source="livecodebench",
    )
