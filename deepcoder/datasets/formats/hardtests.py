"""HardTests (sigcp/hardtests_tests and sigcp/hardtests_problems), as they are on the Hub.

A row of tests: `pid`, `test_cases` (packed JSON of [{"input", "output"}]), and `test_cases_kit`, whose
`output_judging_function` is Python source of a function of that name, or nothing. The kit's generators made the tests.

A row of problems: `pid`, `question_title`, `question_content`, `time_limit` ("2 s"), `memory_limit` ("256.0 MB"),
`starter_code`, `solutions` ([{"code", "language", ...}]), and `public_test_cases`, which are the statement's examples.

One needs the other. So the environment's HARDTESTS_PROBLEMS names a folder with the parquet files of
sigcp/hardtests_problems, and a row of tests is joined with its problem there. The statements, and one solution of each,
are held in memory. A row that has the columns of both needs no folder.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import limits_of, messages, preferred_reference, titled
from deepcoder.datasets.packed_tests import unpacked
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.wire.languages import CPP, JAVA, PYTHON

FOLDER = "HARDTESTS_PROBLEMS"
FUNCTION_NAME = "output_judging_function"
LONGEST_S = 50  # a larger number is of milliseconds, whatever its unit says: "2000 s" is a limit of 2 s

_NEEDED = ("question_title", "question_content", "time_limit", "memory_limit", "starter_code")
_OF_SOLUTIONS = {"python": PYTHON.name, "cpp": CPP.name, "java": JAVA.name}  # the preferred ones first
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG])i?B", re.IGNORECASE)  # one in bytes limits the source, not the memory
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
# The function is called as (input, actual, expected). Where it raises, it rejects, unless it raises on any output.
_CHECK_BY_FUNCTION = f"""

def check(input, expected, actual):
    try:
        return bool({FUNCTION_NAME}(input, actual, expected))
    except MemoryError:
        raise
    except Exception:
        {FUNCTION_NAME}(input, expected, expected)
        return False
"""


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "pid" in row and ("test_cases_kit" in row or "question_content" in row)


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row of tests.

    Raises:
        ValueError: A field is missing or wrong, or the row is half of a problem; the message says what is missing.
    """
    if not row.get("test_cases"):
        raise ValueError(
            "test_cases is missing or empty: public_test_cases are examples, and a generator is not run; the tests of "
            f"sigcp/hardtests_problems are in sigcp/hardtests_tests, which reads these rows from {FOLDER}"
        )
    statement = row if "question_content" in row else _problem_of(str(row["pid"]))
    if statement.get("starter_code"):
        raise ValueError("starter_code is given: the problem is about a function, and its tests are for a program")
    seconds, memory_bytes = _seconds(statement.get("time_limit")), _bytes(statement.get("memory_limit"))
    solution, language = _reference(statement)
    title, content = statement.get("question_title"), statement.get("question_content")
    return Problem(
        problem_id=f"hardtests/{row['pid']}" if row.get("pid") else problem_id,
        mode=Mode.STDIN,
        tests=tests_json.read(unpacked(row["test_cases"], "test_cases"), "test_cases").tests,
        special_checker=_checker(row.get("test_cases_kit")),
        limits=limits_of(limits, seconds, memory_bytes),
        limits_for=CPP.name if seconds else "",
        prompt=messages(titled(title, content)),
        reference=solution,
        reference_language=language,
        source="hardtests",
    )


def _checker(kit: Any) -> str:
    source = kit.get(FUNCTION_NAME) if isinstance(kit, Mapping) else None
    if not source or not str(source).strip():
        return ""
    if f"def {FUNCTION_NAME}(" not in str(source):
        raise ValueError(f"test_cases_kit.{FUNCTION_NAME} defines no function of that name")
    return f"{source}{_CHECK_BY_FUNCTION}"


def _problem_of(pid: str) -> Mapping[str, Any]:
    folder = os.environ.get(FOLDER)
    if not folder:
        raise ValueError(
            f"question_content is missing: name a folder with the files of sigcp/hardtests_problems in {FOLDER}"
        )
    problem = _problems(folder).get(pid)
    if problem is None:
        raise ValueError(f"pid {pid!r} is in no file of {folder}, which {FOLDER} names")
    return problem


@functools.lru_cache(maxsize=1)
def _problems(folder: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what is needed of the problems in a folder, by their ids."""
    files = sorted(Path(folder).glob("*.parquet"))
    if not files:
        raise ValueError(f"{FOLDER} names {folder}, which is no folder with files of parquet")
    import pyarrow.parquet  # of the `data` extra

    found = {}
    for path in files:
        with pyarrow.parquet.ParquetFile(path) as file:
            if missing := {"pid", *_NEEDED, "solutions"} - set(file.schema_arrow.names):
                raise ValueError(f"{path} has no column {min(missing)}: {FOLDER} is for sigcp/hardtests_problems")
            for batch in file.iter_batches(batch_size=100, columns=["pid", *_NEEDED, "solutions"]):
                for row in batch.to_pylist():
                    solution, language = _reference(row)
                    solutions = [] if solution is None else [{"code": solution, "language": language}]
                    found[str(row["pid"])] = {**row, "solutions": solutions}
    return found


def _reference(row: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return a solution and its language: Python's where there is one."""
    solutions = [each for each in row.get("solutions") or () if isinstance(each, Mapping)]
    return preferred_reference(((each.get("language"), each.get("code")) for each in solutions), _OF_SOLUTIONS)


def _seconds(text: Any) -> float | None:
    """Return the largest number of a time limit: "1 - 2 s" is one for the slowest."""
    numbers = [float(each) for each in _NUMBER.findall(text)] if isinstance(text, str) else []
    largest = max(numbers, default=None)
    return largest / 1000 if largest and largest >= LONGEST_S else largest


def _bytes(text: Any) -> float | None:
    sizes = (
        [float(amount) * _UNITS[unit.lower()] for amount, unit in _SIZE.findall(text)] if isinstance(text, str) else []
    )
    return max(sizes, default=None)
