"""open-r1/codeforces, as it is on the Hub.

`id` ("contest/index"), `official_tests` ([{"input", "output"}]), `official_tests_complete`, `time_limit` (seconds),
`memory_limit` (MB), `input_mode` ("stdio" or "file"), `interaction_format`, `executable`, `generated_checker`, and the
statement's parts. Its prompts for training have a `prompt` that asks for one `language`, "python" or "cpp".

`generated_tests` is a count: those tests are a download of their own. As in open-r1's code, the environment's
CF_TESTS_FOLDER names the folder with `test_cases_<contest>.parquet`, and what is there comes behind the official tests.

A row needs all its tests. The Hub's official tests lack the long ones, which Codeforces cuts, unless
`official_tests_complete`; a wrong program often passes the rest, and `examples` stand in the prompt. So a row that is
not complete is used with the generated tests, and not at all without them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepcoder.datasets import tests_json
from deepcoder.datasets.fields import limits_of, messages
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.wire.languages import CPP, PYTHON, language

# `generated_checker` is a program: `checker.py input.txt correct_output.txt solution_output.txt` prints 1 or 0, and for
# some problems points up to 100.
_CHECKER = '''
import contextlib, io, sys

program = compile(CHECKER, "checker.py", "exec")

def check(input, expected, actual):
    """Return whether the checker prints full marks. As in open-r1, anything else rejects."""
    # Python's own limit, which the sandbox lifts: to read a number of a million digits takes longer than a checker may.
    sys.set_int_max_str_digits(max(4300, *map(len, f"{input} {expected}".split())))
    try:
        said = printed(input, expected, actual)
    except MemoryError:
        raise
    except Exception:
        printed(input, expected, expected)  # raises where the checker fails on any output
        return False
    try:
        return float(said) in (1, 100)
    except ValueError:
        return False

def printed(*texts):
    names = ["input.txt", "correct_output.txt", "solution_output.txt"]
    for name, text in zip(names, texts):
        with open(name, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    sys.argv = ["checker.py", *names]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(program, {"__name__": "__main__", "__file__": "checker.py"})
        except SystemExit:
            pass
    return said.getvalue()
'''


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "official_tests" in row


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row.

    Raises:
        ValueError: A field is missing or wrong, or no program in stdin mode can be judged by the row's tests.
    """
    if row.get("input_mode") not in (None, "stdio"):
        raise ValueError(f"input_mode is {row['input_mode']!r}: only stdio can be judged")
    if row.get("interaction_format"):
        raise ValueError("interaction_format is given: the problem is interactive, and has no fixed input")
    if row.get("executable") is False:
        raise ValueError("executable is false: no accepted program passed these tests")
    generated = _generated_tests(row)
    if not generated and row.get("official_tests_complete") is False:
        raise ValueError(
            "official_tests_complete is false: name the folder of the data set's generated tests in CF_TESTS_FOLDER"
        )
    official = tests_json.read(row["official_tests"] or [], "official_tests").tests
    checker = row.get("generated_checker")
    megabytes = row.get("memory_limit")
    memory_bytes = megabytes * (1 << 20) if isinstance(megabytes, int | float) else megabytes
    return Problem(
        problem_id=f"codeforces/{row['id']}" if row.get("id") else problem_id,
        mode=Mode.STDIN,
        tests=official + generated,
        special_checker=f"CHECKER = {checker!r}\n{_CHECKER}" if checker else "",
        limits=limits_of(limits, row.get("time_limit"), memory_bytes),
        limits_for=CPP.name if row.get("time_limit") else "",
        languages=(language(row.get("language") or PYTHON.name).name,),
        prompt=messages(row.get("prompt") or _statement(row)),
        source="open-r1/codeforces",
    )


def _generated_tests(row: Mapping[str, Any]) -> tuple[TestCase, ...]:
    folder, contest = os.environ.get("CF_TESTS_FOLDER"), str(row.get("contest_id") or "")
    if not folder or not row.get("generated_tests") or not contest.isdecimal():
        return ()
    path = Path(folder) / f"test_cases_{int(contest):04d}.parquet"
    if not path.is_file():
        raise ValueError(f"generated_tests are not there: {path} is no file")
    import pyarrow.parquet  # of the `data` extra

    rows = pyarrow.parquet.read_table(path, filters=[("problem_id", "==", row["id"])]).to_pylist()
    return tests_json.read(rows, str(path)).tests


def _statement(row: Mapping[str, Any]) -> str:
    examples = "\n\n".join(
        f"Input:\n```\n{test.input}\n```\nOutput:\n```\n{test.output}\n```"
        for test in tests_json.read(row.get("examples") or [], "examples").tests
    )
    parts = (
        ("", row.get("description")),
        ("## Input\n\n", row.get("input_format")),
        ("## Output\n\n", row.get("output_format")),
        ("## Examples\n\n", examples),
        ("## Note\n\n", row.get("note")),
    )
    return "\n\n".join([f"# {row.get('title') or row.get('id')}", *(head + text for head, text in parts if text)])
