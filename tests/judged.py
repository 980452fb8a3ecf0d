"""The real problems and programs beside the checkout as ours: each program with the verdict its jury gave.

`../shared/data/README.md` says what a label is worth.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deepcoder.checkers import contest_checker
from deepcoder.datasets import assertions
from deepcoder.datasets.formats import leetcode
from deepcoder.datasets.statements import heeded
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.wire.languages import LANGUAGES

# Juries timed with other machines and with PyPy: 20 s for what must pass, the known limit or 5 s for what must not.
PASSING_S, FAILING_S = 20.0, 5.0


@dataclass(frozen=True)
class Judged:
    """A program, the label it must get, and where it comes from."""

    problem: Problem
    program: Program
    label: str
    origin: str


def programs_of(row: dict[str, Any]) -> Iterator[Judged]:
    """Every program of a row of `judged_stdin.jsonl`, `judged_function.jsonl` or `judged_assert.jsonl`."""
    for number, program in enumerate(row["programs"]):
        failing_s = row["time_limit_s"] or FAILING_S
        limits = Limits(failing_s if program["label"] == "TLE" else PASSING_S)
        origin = f"{row['id']}#{number} {program['origin']}"
        yield from (
            Judged(problem, Program(program["code"]), program["label"], origin) for problem in _problems(row, limits)
        )


def _problems(row: dict[str, Any], limits: Limits) -> Iterator[Problem]:
    if row["mode"] == "stdin":
        checker = f"kattis({row['float_tol']})" if row["checker"] == "float" else "kattis"
        tests = tuple(TestCase(test["input"], test["output"]) for test in row["tests"])
        yield Problem(row["id"], Mode.STDIN, tests, checker=checker, limits=limits)
        return
    if row["assert_tests"].strip() and is_assertions(row):
        yield _of_assertions(row, limits)
        return
    named = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(row["preamble"]).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    # One test is marked slow: its reference is still at work after a minute and 5 GB.
    calls = [test for test in row["tests"] if not test.get("slow")]
    for name in dict.fromkeys(test.get("fn", row["entry_point"]) for test in calls):
        tests = tuple(_call(test, named) for test in calls if test.get("fn", name) == name)
        checker = "value(0.01)" if row["checker"] == "float" else "value"
        yield Problem(
            f"{row['id']}/{name}", Mode.FUNCTION, tests, name, row["preamble"], checker=checker, limits=limits
        )


def packaged(row: dict[str, Any]) -> Iterator[Judged]:
    """The programs of a row of `packages.jsonl` in languages of ours.

    What must pass has 20 s. Other programs have the package's limit, or 5 s, as one that was made for C++.
    """
    if not row["tests"]:
        return
    decided = _decided_by(row)
    for number, program in enumerate(row["programs"]):
        language = {"cpp": "cpp20"}.get(program["language"], program["language"])
        if language not in LANGUAGES or program["label"] == "MIXED" or "label_risk" in program:
            continue
        limits = Limits(
            PASSING_S if program["label"] == "AC" else row["time_limit_s"] or FAILING_S,
            memory_bytes=int(row["memory_mb"] or 1024) << 20,
            output_bytes=int(row.get("output_mb") or 8) << 20,
        )
        made_for = "" if program["label"] == "AC" else "cpp"
        problem = Problem(problem_id=row["id"], limits=limits, limits_for=made_for, **decided)
        entry_file = program.get("entry_file") or min(program.get("files", ()), default="")
        columns = {"program": program.get("code"), "files": program.get("files"), "entry_file": entry_file}
        for name in ("default", f"{language}3", language):  # what the package lays beside every program
            if beside := row.get("include", {}).get(name):
                own = columns["files"] or {entry_file: program["code"]}
                columns["files"] = {**beside, **own}
        ours = Program.of_row(columns, language)
        assert ours is not None
        yield Judged(problem, ours, program["label"], f"{row['id']}#{number}")


def _decided_by(row: dict[str, Any]) -> dict[str, Any]:
    """The mode and the tests of a row of `packages.jsonl`, and what decides on them."""
    flags = row["validator_flags"]
    if row["validation"] == "default":
        tests = tuple(TestCase(test["input"], test["output"]) for test in row["tests"])
        return {"mode": Mode.STDIN, "tests": tests, "checker": contest_checker(flags)}
    tests = tuple(
        TestCase(test["input"], test["output"], checker_flags=tuple(test.get("validator_flags", ())))
        for test in row["tests"]
    )
    files = dict(row["validator"]["files"])
    sources = [name for name in files if not name.endswith(".h")]
    entry_file = row["validator"].get("entry_file") or min(sources)
    language = {"cpp": "cpp20"}.get(row["validator"]["language"], row["validator"]["language"])
    validator = JuryProgram(
        "kattis", language, files.pop(entry_file), entry_file, tuple(sorted(files.items())), tuple(flags)
    )
    passes = row.get("validation_passes", 2) if row["validation"] == "multi-pass" else 1
    if row["interactive"]:
        return {"mode": Mode.INTERACTIVE, "tests": tests, "interactor": validator, "validation_passes": passes}
    return {"mode": Mode.STDIN, "tests": tests, "special_checker": validator, "validation_passes": passes}


def is_assertions(row: dict[str, Any]) -> bool:
    """Whether the row's tests are HumanEval's or MBPP's code, of which `tests` is somebody's reading."""
    return str(row["id"]).startswith(("HumanEval/", "MbppEval/"))


def _of_assertions(row: dict[str, Any], limits: Limits) -> Problem:
    """The rows have no prompt, so the helpers that it gives to the tests come from the reference, which repeats it."""
    reference = assertions.syntax(next(each["code"] for each in row["programs"] if each["label"] == "AC"))
    entry_point = row["entry_point"]
    if "candidate(" not in row["assert_tests"].replace("check(candidate)", ""):  # there one row names a helper
        entry_point = assertions.called_function(row["assert_tests"])
    test_code = row["assert_tests"].replace(f"check({row['entry_point']})", f"check({entry_point})")
    helpers = [node for node in reference.body if getattr(node, "name", None) != entry_point]
    trusted = ast.unparse(ast.Module(helpers, [])) if row["id"].startswith("HumanEval/") else ""
    tests = assertions.tests(test_code, entry_point, trusted)
    return Problem(
        row["id"], Mode.FUNCTION, tuple(tests), entry_point, row["preamble"], assertions.EQUAL, limits=limits
    )


def leetcode_of(number: int, row: dict[str, Any]) -> Judged:
    """A row of `leetcode_raw.jsonl` with its accepted solution."""
    problem = heeded(leetcode.problem_from_row(row, f"leetcode/{number}", Limits(PASSING_S)))
    return Judged(problem, Program(row["solutions"]), "AC", problem.problem_id)


def _call(test: dict[str, Any], named: dict[str, Any]) -> TestCase:
    """JSON has no tuples; where that matters the row also has the call as Python, which may name a preamble's value."""
    if "call_py" not in test:
        return TestCase.call(test["args"], test["expected"])
    call = ast.parse(test["call_py"], mode="eval").body
    assert isinstance(call, ast.Call)
    arguments = [named[each.id] if isinstance(each, ast.Name) else ast.literal_eval(each) for each in call.args]
    return TestCase.call(arguments, ast.literal_eval(test["expected_py"]))
