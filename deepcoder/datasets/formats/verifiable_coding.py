"""PrimeIntellect/verifiable-coding-problems, and open-r1/verifiable-coding-problems-python.

`prompt`, `gold_standard_solution` (fenced), and `verification_info`: {"language", "test_cases"}, in the former as the
text of a Python literal or of JSON. In the latter, the prompt is `problem_statement`; `problem` where decontaminated.

No limits: `metadata` of the latter has some, whose units no card tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import messages, parsed, reference
from deepcoder.fence_marks import language_of_tag
from deepcoder.problems import Limits, Problem
from deepcoder.wire.languages import LANGUAGES, PYTHON

_PROMPTS = ("prompt", "problem_statement", "problem")  # the first that is there


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "verification_info" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row.

    Raises:
        ValueError: A field is missing or wrong, or the language is unknown; the message names it.
    """
    info = parsed(row["verification_info"], "verification_info")
    if not isinstance(info, Mapping) or "test_cases" not in info:
        raise ValueError("verification_info must be an object with `test_cases`")
    language = language_of_tag(str(info.get("language") or PYTHON.name))
    if language is None:
        raise ValueError(f"verification_info.language must be {' or '.join(LANGUAGES)}, not {info['language']!r}")
    solution = reference(row.get("gold_standard_solution"), language)
    parsed_tests = tests_json.read(info["test_cases"], "verification_info.test_cases", sources=(solution,))
    return Problem(
        problem_id=f"verifiable-coding/{row['problem_id']}" if row.get("problem_id") else problem_id,
        **vars(parsed_tests),
        limits=limits,
        languages=(language,),
        prompt=messages(next(filter(None, map(row.get, _PROMPTS)), None)),
        reference=solution,
        source="verifiable-coding",
    )
