"""CodeContests+ (ByteDance-Seed/Code-Contests-Plus), as it is on the Hub.

`source` ("Codeforces"), `id` ("847_J"), `title`, `description`, `time_limit` (milliseconds), `memory_limit` (MB),
`checker` (C++ that includes testlib.h), `test_cases` ([{"input", "output"}]), `correct_submissions` ([{"code",
"language"}], languages "py3", "cpp", "java" and "py2"), and for the tests' makers `validator`, `generator` and
`generator_cmd`. `true_positive_rate` and `true_negative_rate` say how many submissions the tests and the checker judge
as their judge did.

The configs 1x to 5x have more and more tests. The config `default` has `generator_cmd` only: without tests there is no
problem, and no generator is run here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import limits_of, messages, preferred_reference, titled
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.wire.languages import CPP, JAVA, PYTHON

_OF_SUBMISSIONS = {"py3": PYTHON.name, "cpp": CPP.name, "java": JAVA.name}  # of references, the preferred ones first


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "correct_submissions" in row and "description" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row, which the row's own checker decides about.

    Raises:
        ValueError: A field is missing or wrong; the message names it.
    """
    if not row.get("test_cases"):
        raise ValueError(
            "test_cases is missing or empty: the tests exist only as generator_cmd, which is not run; the configs 1x "
            "to 5x have tests"
        )
    checker = row.get("checker") or ""
    if not isinstance(checker, str):
        raise ValueError("checker must be text")
    milliseconds, megabytes = row.get("time_limit"), row.get("memory_limit")
    seconds = milliseconds / 1000 if isinstance(milliseconds, int | float) else milliseconds
    memory_bytes = megabytes * (1 << 20) if isinstance(megabytes, int | float) else megabytes
    submissions = [each for each in row["correct_submissions"] or () if isinstance(each, Mapping)]
    solution, language = preferred_reference(
        ((each.get("language"), each.get("code")) for each in submissions), _OF_SUBMISSIONS
    )
    names = [str(row[name]) for name in ("source", "id") if row.get(name)]
    title, description = row.get("title"), row.get("description")
    return Problem(
        problem_id="/".join(["code_contests_plus", *names]) if row.get("id") else problem_id,
        mode=Mode.STDIN,
        tests=tests_json.read(row["test_cases"], "test_cases").tests,
        special_checker=JuryProgram("testlib", CPP.name, checker) if checker.strip() else "",
        limits=limits_of(limits, seconds, memory_bytes),
        limits_for=CPP.name if seconds else "",
        prompt=messages(titled(title, description)),
        reference=solution,
        reference_language=language,
        source="code_contests_plus",
    )
