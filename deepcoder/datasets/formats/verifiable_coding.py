"""PrimeIntellect/verifiable-coding-problems, open-r1/verifiable-coding-problems-python, and INTELLECT-3's code.

`prompt`, `gold_standard_solution` (fenced), and `verification_info`: {"language", "test_cases"}, in the former as the
text of a Python literal or of JSON. In the latter, the prompt is `problem_statement`; `problem` where decontaminated.

INTELLECT-3 and SYNTHETIC-2 have {"fn_name", "test_case_inputs", "test_case_outputs"}. Each input and output is JSON: of
what a stdin test reads and prints, or of text that has one argument per line, and the result as JSON.

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
    if not isinstance(info, Mapping) or not {"test_cases", "test_case_inputs"} & info.keys():
        raise ValueError("verification_info must be an object with `test_cases` or `test_case_inputs`")
    language = language_of_tag(str(info.get("language") or PYTHON.name))
    if language is None:
        raise ValueError(f"verification_info.language must be {' or '.join(LANGUAGES)}, not {info['language']!r}")
    entry_point = str(info.get("fn_name") or "")
    solution = reference(row.get("gold_standard_solution"), language, entry_point)
    tests = _columns(info) if info.get("test_cases") is None else info["test_cases"]
    parsed_tests = tests_json.read(tests, "verification_info.test_cases", sources=(solution,))
    return Problem(
        problem_id=f"verifiable-coding/{row['problem_id']}" if row.get("problem_id") else problem_id,
        **vars(parsed_tests),
        limits=limits,
        languages=(language,),
        prompt=messages(next(filter(None, map(row.get, _PROMPTS)), None)),
        reference=solution,
        source="verifiable-coding",
    )


def _columns(info: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return INTELLECT-3's tests in TACO's shape, whose outputs may have a list around them, as theirs may."""
    inputs, outputs = (_decoded(info, f"test_case_{kind}") for kind in ("inputs", "outputs"))
    if info.get("fn_name"):
        inputs = [_arguments(each) if isinstance(each, str) else each for each in inputs]
        outputs = [parsed(each, "verification_info.test_case_outputs") for each in outputs]
    return {"fn_name": info.get("fn_name"), "inputs": inputs, "outputs": outputs}


def _decoded(info: Mapping[str, Any], name: str) -> list[Any]:
    texts = info.get(name)
    if not isinstance(texts, list):
        raise ValueError(f"verification_info.{name} must be a list")
    return [parsed(each, f"verification_info.{name}") for each in texts]


def _arguments(text: str) -> list[Any]:
    return [parsed(line, "verification_info.test_case_inputs") for line in text.strip("\n").split("\n") if line]
