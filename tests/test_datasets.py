"""Rows of each format as problems, and what is said of rows that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from deepcoder.datasets import DataError, load_problems
from deepcoder.datasets.deepcoder_row import arguments, typed
from deepcoder.problems import Limits, Mode, TestCase
from tests.conftest import SHARED_DATA

STDIN = {"problem_id": "x/1", "mode": "stdin", "tests": [{"input": "3\n", "output": "4\n"}]}
FUNCTION = {
    "problem_id": "x/2",
    "mode": "function",
    "entry_point": "add_one",
    "tests": [{"args": [5], "expected": 6}, {"args": [], "kwargs": {"n": 1}, "expected": 2}],
    "preamble": "from typing import *",
    "limits": {"cpu_s": 2},
    "checker": "value(0.1)",
    "prompt": [{"role": "user", "content": "Add one."}],
}


def truth(*pairs: tuple[Any, Any]) -> dict[str, str]:
    return {"ground_truth": json.dumps([{"input": given, "expected_output": out} for given, out in pairs])}


def write(path: Path, *rows: Any) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_canonical_rows_become_problems(tmp_path: Path) -> None:
    stdin, function = load_problems(write(tmp_path / "p.jsonl", STDIN, FUNCTION))
    assert (stdin.mode, stdin.tests, stdin.checker) == (Mode.STDIN, (TestCase("3\n", "4\n"),), "tokens")
    assert function.tests == (TestCase.call([5], 6), TestCase.call([], 2, {"n": 1}))
    assert (function.entry_point, function.preamble) == ("add_one", "from typing import *")
    assert function.limits == Limits(cpu_s=2)


def test_prompt_ends_with_what_the_mode_asks_for(tmp_path: Path) -> None:
    stdin = {**STDIN, "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Add one."}]}
    one, two = load_problems(write(tmp_path / "p.jsonl", stdin, FUNCTION))
    assert one.prompt[0] == {"role": "system", "content": "Be brief."}
    assert "standard input" in one.prompt[1]["content"]
    assert "function `add_one`" in two.prompt[0]["content"]
    assert "standard input" not in two.prompt[0]["content"]


def test_given_limits_hold_where_a_problem_has_none(tmp_path: Path) -> None:
    stdin, function = load_problems(write(tmp_path / "p.jsonl", STDIN, FUNCTION), limits=Limits(cpu_s=9))
    assert (stdin.limits.cpu_s, function.limits.cpu_s, function.limits.wall_s) == (9, 2, 4)


def test_parquet_and_json_hold_the_same_problems_as_jsonl(tmp_path: Path) -> None:
    rows = [{"problem_id": "a", "reward_model": truth(("1\n", "2\n")), "prompt": [{"role": "user", "content": "?"}]}]
    (tmp_path / "p.json").write_text(json.dumps(rows))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "p.parquet")
    loaded = load_problems(write(tmp_path / "p.jsonl", *rows))
    assert load_problems(str(tmp_path / "p.json")) == loaded
    assert load_problems(str(tmp_path / "p.parquet")) == loaded


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("5", [5]),
        ('"5"', ["5"]),  # quoted: stays a string
        ("[1, 2, 3]", [[1, 2, 3]]),
        ("['a', 'b']", [["a", "b"]]),  # a Python literal, not JSON
        ("(1, 2)", [(1, 2)]),
        ("None", [None]),
        ("true", [True]),
        ("[1, 2]\n3", [[1, 2], 3]),  # one argument per line, as LiveCodeBench writes them
        ("[1, 2]\n3\n", [[1, 2], 3]),
        ("[1,\n 2]", [[1, 2]]),  # one value over two lines
        ('"a"\n"b"', ["a", "b"]),
        ("hello", ["hello"]),
        ("hello\nworld", ["hello\nworld"]),  # lines that are no values: one text
        ("abc\n3", ["abc", 3]),  # one line that is a value makes arguments of all
        ("", [""]),
        ("007", ["007"]),
        ([1, "x"], [1, "x"]),  # a list in the source: the arguments themselves
        (7, [7]),
    ],
)
def test_raw_input_becomes_typed_arguments(raw: Any, meant: list[Any]) -> None:
    found = arguments(raw)
    assert found == meant
    assert [type(value) for value in found] == [type(value) for value in meant]


@pytest.mark.parametrize(
    ("raw", "meant"), [("6", 6), ('"6"', "6"), ("abc", "abc"), ("[1, 2]", [1, 2]), ("1.5", 1.5), ("False", False)]
)
def test_raw_output_becomes_a_typed_value(raw: str, meant: Any) -> None:
    assert typed(raw) == meant


def test_deepcoder_row_with_a_name_is_function_mode(tmp_path: Path) -> None:
    row = {"target_function": "get_length", "reward_model": truth(("[1, 2, 3]", "3"))}
    (problem,) = load_problems(write(tmp_path / "p.jsonl", row))
    assert (problem.problem_id, problem.mode, problem.entry_point) == ("p/0", Mode.FUNCTION, "get_length")
    assert problem.tests == (TestCase.call([[1, 2, 3]], 3),)


def test_deepcoder_row_without_a_name_is_stdin_mode(tmp_path: Path) -> None:
    (problem,) = load_problems(write(tmp_path / "p.jsonl", {"reward_model": truth(("[1]", "3"))}))
    assert (problem.mode, problem.tests) == (Mode.STDIN, (TestCase("[1]", "3"),))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "format is unknown"),
        ([], "must be an object"),
        ({**STDIN, "mode": "std"}, "mode must be one of stdin, function"),
        ({**STDIN, "tests": []}, "at least one test"),
        ({**STDIN, "tests": [{"input": "3"}]}, r"tests\[0\].output is missing"),
        ({**STDIN, "tests": [{"input": 3, "output": "3"}]}, r"tests\[0\].input must be text"),
        ({**STDIN, "limits": {"cpu": 1}}, "limits.cpu is unknown"),
        ({**STDIN, "limits": {"cpu_s": -1}}, "limits.cpu_s must be above 0"),
        ({**STDIN, "checker": "tokenz"}, "tokenz"),
        ({**STDIN, "language": "cpp"}, "language must be python"),
        ({**FUNCTION, "entry_point": None}, "entry_point is missing"),
        ({"reward_model": {"ground_truth": "[{"}}, "ground_truth is not JSON"),
        ({"reward_model": {}}, "ground_truth must be a list"),
        ({"reward_model": truth()}, "at least one test"),
        ({"reward_model": {"ground_truth": '[{"input": "1"}]'}}, r"ground_truth\[0\].expected_output is missing"),
    ],
)
def test_malformed_row_is_named_with_its_line(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(DataError, match=f"p.jsonl, line 2: .*{said}"):
        load_problems(write(tmp_path / "p.jsonl", STDIN, row))


def test_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(STDIN) + "\n\n{oops\n")
    with pytest.raises(DataError, match="line 3: not JSON"):
        load_problems(str(path))


def test_double_problem_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2: problem_id 'x/1' occurs twice"):
        load_problems(write(tmp_path / "p.jsonl", STDIN, STDIN))


def test_problem_id_that_is_a_number_becomes_text(tmp_path: Path) -> None:
    (problem,) = load_problems(write(tmp_path / "p.jsonl", {**STDIN, "problem_id": 0}))
    assert problem.problem_id == "0"


def test_integers_of_any_length_are_values(tmp_path: Path) -> None:
    long = "7" * 5000
    (problem,) = load_problems(
        write(tmp_path / "p.jsonl", {"target_function": "f", "reward_model": truth(("1", long))})
    )
    assert problem.tests == (TestCase.call([1], int(long)),)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none.jsonl does not exist"):
        load_problems(str(tmp_path / "none.jsonl"))


def test_shipped_set_is_what_the_readme_says() -> None:
    problems = load_problems("deepcoder_small")
    modes = [problem.mode for problem in problems]
    assert len(problems) >= 40 and modes.count(Mode.STDIN) >= 20 and modes.count(Mode.FUNCTION) >= 20
    assert all(len(problem.tests) >= 5 and problem.reference and problem.prompt for problem in problems)


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no shared data beside this checkout")
def test_seed_rows_have_typed_arguments() -> None:
    add, double, length = load_problems(str(SHARED_DATA / "deepcoder_seed_raw.jsonl"))
    assert add.tests[0] == TestCase.call([5], 6)
    assert double.tests[1] == TestCase.call([-4], -8)
    assert length.tests[2] == TestCase.call([["a", "b", "c", "d"]], 4)
