"""CodeContests (deepmind/code_contests), as it is on the Hub.

`name`, `description`, `public_tests`, `private_tests` and `generated_tests` ({"input": [...], "output": [...]}),
`time_limit` ({"seconds", "nanos"} or null), `memory_limit_bytes` (0 where unknown), `solutions` ({"language": [...],
"solution": [...]}), `input_file` and `output_file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import limits_of, messages, preferred_reference
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.wire.languages import CPP, JAVA, PYTHON

_TESTS = ("public_tests", "private_tests", "generated_tests")
_LANGUAGES = {  # the preferred ones first
    **dict.fromkeys((3, "PYTHON3"), PYTHON.name),
    **dict.fromkeys((2, "CPP"), CPP.name),
    **dict.fromkeys((4, "JAVA"), JAVA.name),
}


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "public_tests" in row and "private_tests" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row, with its public, private and generated tests.

    Raises:
        ValueError: A field is missing or wrong, or the problem is not about stdin; the message names it.
    """
    for name in ("input_file", "output_file"):
        if row.get(name):
            raise ValueError(f"{name} is {row[name]!r}: a program in stdin mode has no such file")
    tests = [test for name in _TESTS if row.get(name) for test in tests_json.read(row[name], name).tests]
    given = row.get("time_limit") or {}
    if not isinstance(given, Mapping):
        raise ValueError("time_limit must be an object with seconds and nanos, or null")
    seconds = (given.get("seconds") or 0) + (given.get("nanos") or 0) / 1e9
    solution, language = _reference(row.get("solutions"))
    return Problem(
        problem_id=f"code_contests/{row['name']}" if row.get("name") else problem_id,
        mode=Mode.STDIN,
        tests=tuple(tests),
        limits=limits_of(limits, seconds, row.get("memory_limit_bytes")),
        limits_for=CPP.name if seconds else "",
        prompt=messages(row.get("description")),
        reference=solution,
        reference_language=language,
        source="code_contests",
    )


def _reference(solutions: Any) -> tuple[str | None, str]:
    """Return a solution and its language: Python's where there is one."""
    if not isinstance(solutions, Mapping):
        return None, ""
    pairs = zip(solutions.get("language") or (), solutions.get("solution") or (), strict=False)
    return preferred_reference(pairs, _LANGUAGES)
