"""APPS (codeparrot/apps), TACO (BAAI/TACO) and TACO-verified, as they are on the Hub.

`question`, `input_output` (JSON text, or a Python literal's, of {"inputs", "outputs", "fn_name"?}), `solutions` (JSON
text of a list, or a list) and `starter_code`. TACO alone has `source`, and limits as text: `time_limit` "2.0 seconds",
`memory_limit` "256.0 megabytes". A problem is LeetCode's by its `source`, else by its `url`, else by its starter code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import limits_of, messages, reference
from deepcoder.problems import Limits, Problem
from deepcoder.wire.languages import CPP

_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "milliseconds": 1e-3}
_BYTES = {"kb": 1 << 10, "kilobytes": 1 << 10, "mb": 1 << 20, "megabytes": 1 << 20, "gb": 1 << 30, "gigabytes": 1 << 30}


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "input_output" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    if not row["input_output"]:
        raise ValueError("input_output is empty: the row has no tests")
    source = "taco" if "source" in row else "apps"
    number = row.get("problem_id", row.get("id"))
    seconds = _amount(row.get("time_limit"), _SECONDS)
    starter_code, solution = row.get("starter_code"), reference(row.get("solutions"))
    parsed_tests = tests_json.read(
        row["input_output"], "input_output", sources=(starter_code, solution), free_names=_is_leetcodes(row)
    )
    return Problem(
        problem_id=problem_id if number is None else f"{source}/{number}",
        **vars(parsed_tests),
        limits=limits_of(limits, seconds, _amount(row.get("memory_limit"), _BYTES)),
        limits_for=CPP.name if seconds else "",
        prompt=messages(row.get("question"), starter_code),
        reference=solution,
        source=source,
    )


def _is_leetcodes(row: Mapping[str, Any]) -> bool | None:
    if row.get("source"):
        return str(row["source"]).lower() == "leetcode"
    return "leetcode.com" in row["url"] if row.get("url") else None


def _amount(text: Any, units: Mapping[str, float]) -> float | None:
    amount = _AMOUNT.match(text) if isinstance(text, str) else None
    unit = units.get(amount[2].lower()) if amount else None
    return float(amount[1]) * unit if amount and unit else None
