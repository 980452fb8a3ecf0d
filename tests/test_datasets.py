"""Rows of each format as problems, and what is said of rows that are none."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from deepcoder.datasets import DataError, ReferenceTime, file_rows, load_problems
from deepcoder.datasets.formats.ground_truth import arguments, typed
from deepcoder.datasets.selection import Selection
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase, by_id
from scripts.exercises import __main__ as exercises
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


RAW = {"reward_model": truth(("1\n", "2\n"))}


def write(path: Path, *rows: Any) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_canonical_rows_become_problems(tmp_path: Path) -> None:
    stdin, function = load_problems(write(tmp_path / "p.jsonl", STDIN, FUNCTION))
    assert (stdin.mode, stdin.tests, stdin.checker) == (Mode.STDIN, (TestCase("3\n", "4\n"),), "tokens")
    assert function.tests == (TestCase.call([5], 6), TestCase.call([], 2, {"n": 1}))
    assert (function.entry_point, function.preamble) == ("add_one", "from typing import *")
    assert function.limits == Limits(cpu_s=2)


@pytest.mark.parametrize("name", ["p.jsonl", "p.json"])
def test_file_may_begin_with_a_byte_order_mark(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(STDIN) + "\n", encoding="utf-8-sig")

    assert [each.tests for each in load_problems(str(path))] == [(TestCase("3\n", "4\n"),)]


def test_field_of_a_message_that_is_null_is_left_out(tmp_path: Path) -> None:
    named = {**STDIN, "prompt": [{"role": "user", "content": "Add one.", "name": None}]}
    (problem,) = load_problems(write(tmp_path / "p.jsonl", named))

    assert [each.keys() for each in problem.prompt] == [{"role", "content"}]


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
        ("3, 4", [3, 4]),  # a call's arguments
        ("(1, 2), true", ["(1, 2), true"]),  # neither JSON nor Python
        ("[1, 2], true", [[1, 2], True]),
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


NUMERALS = (("5", "101"), ("255", "ff"))


@pytest.mark.parametrize(
    ("returned", "first"),
    [
        ("", TestCase.call([5], [101, "101"], checker="one value of")),
        (" -> str", TestCase.call([5], "101")),
        (" -> int | str", TestCase.call([5], [101, "101"], checker="one value of")),
    ],
)
def test_deepcoder_output_among_texts_may_be_text(returned: str, first: TestCase, tmp_path: Path) -> None:
    row = {"target_function": "f", "starter_code": f"def f(n){returned}:", "reward_model": truth(*NUMERALS)}
    (problem,) = load_problems(write(tmp_path / "p.jsonl", row))
    assert problem.tests == (first, TestCase.call([255], "ff"))


def test_deepcoder_output_is_text_where_the_function_returns_text(tmp_path: Path) -> None:
    row = {
        "target_function": "f",
        "reference": "def f(n) -> str:\n    return bin(n)",
        "reward_model": truth(NUMERALS[0]),
    }
    (problem,) = load_problems(write(tmp_path / "p.jsonl", row))
    assert problem.tests == (TestCase.call([5], "101"),)


def test_deepcoder_row_without_a_name_reads_lines(tmp_path: Path) -> None:
    (problem,) = load_problems(write(tmp_path / "p.jsonl", {"reward_model": truth((["1", "2"], 3))}))
    assert problem.tests == (TestCase("1\n2", "3"),)


def test_languages_are_in_the_row_and_in_what_is_asked(tmp_path: Path) -> None:
    rows = [{**STDIN, "problem_id": str(number), "prompt": "Add."} for number in range(3)]
    rows[1]["languages"], rows[2]["languages"] = (
        ["cpp"],
        '["python", "cpp20"]',
    )  # as text, as a column of parquet may be

    problems = load_problems(write(tmp_path / "p.jsonl", *rows))

    assert [problem.languages for problem in problems] == [("python",), ("cpp",), ("python", "cpp20")]
    assert [problem.prompt[0]["content"].partition("\n\n")[2] for problem in problems] == [
        "Write a Python program that reads standard input and prints the answer, in one ```python block.",
        "Write a C++17 program that reads standard input and prints the answer, in one ```cpp block.",
        "Write a Python or C++20 program that reads standard input and prints the answer, in one ```python or ```cpp20 "
        "block.",
    ]


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
        ({**STDIN, "limits": {"memory_bytes": 1 << 41}}, "limits.memory_bytes must be at most 1099511627776, which is"),
        ({**STDIN, "limits": {"cpu_s": -1}}, "limits.cpu_s must be above 0"),
        ({**STDIN, "limits": {"memory_bytes": 1 << 20}}, "limits.memory_bytes is 1048576, and must be at least"),
        ({**STDIN, "checker": "tokenz"}, "tokenz"),
        ({**STDIN, "language": "cpp"}, r"language is of a completion: a problem has languages, such as \['cpp'\]"),
        ({**STDIN, "languages": ["python", "cobol"]}, "language must be python or .* or rust, not 'cobol'"),
        ({**STDIN, "languages": "python"}, "languages is neither JSON nor a Python literal"),
        ({**STDIN, "languages": {"python": 1}}, "languages must be a list"),
        ({**STDIN, "languages": []}, "languages needs at least one"),
        ({**FUNCTION, "languages": ["python", "cpp"]}, "function mode is for python or javascript, not cpp"),
        ({**FUNCTION, "entry_point": None}, "entry_point is missing"),
        ({**STDIN, "tests": "[{"}, "tests is neither JSON nor a Python literal"),
        ({**STDIN, "limits": "cpu"}, "limits is neither JSON nor a Python literal"),
        ({**STDIN, "source": 5}, "source must be text"),
        ({**STDIN, "checker": 5}, "checker must be text"),
        (
            {**STDIN, "tests": [{"input": "3", "output": "3", "checker": ["kattis"]}]},
            r"tests\[0\].checker must be text",
        ),
        ({**STDIN, "tests": [{"input": "3", "output": "3", "checker": "tokenz"}]}, "tokenz"),
        ({**STDIN, "tests": [{"code": "pass"}]}, r"tests\[0\].input is missing"),
        ({**STDIN, "prompt": [{"role": "user"}]}, "prompt must be text, or a list of messages"),
        ({**STDIN, "prompt": {"role": "user"}}, "prompt must be text, or a list of messages"),
        ({**STDIN, "prompt": 5}, "prompt must be text, or a list of messages"),
        ({**FUNCTION, "tests": [{"args": 5, "expected": 6}]}, r"tests\[0\].args must be a list"),
        ({**FUNCTION, "tests": [{"args": [{"$tuple": 5}], "expected": 6}]}, r"tests\[0\]: not an encoded value"),
        ({**FUNCTION, "tests": [{"input": "5", "output": "6"}]}, r"tests\[0\].* must be JSON of a call"),
    ],
)
def test_malformed_row_of_our_own_format_is_named_with_its_line(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(DataError, match=f"p.jsonl, line 2: .*{said}"):
        load_problems(write(tmp_path / "p.jsonl", STDIN, row))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"reward_model": {"ground_truth": "[{"}}, "ground_truth is neither JSON nor a Python literal"),
        ({"reward_model": {"ground_truth": "x"}}, "literal: Expecting value: line 1 column 1"),
        ({"reward_model": {}}, "ground_truth must be a list"),
        ({"reward_model": truth()}, "at least one test"),
        ({"reward_model": {"ground_truth": '[{"input": "1"}]'}}, r"ground_truth\[0\].expected_output is missing"),
        ({"reward_model": truth(("1", None))}, r"ground_truth\[0\].expected_output is neither text nor lines"),
        ({"other": 1}, "format is unknown"),
        ({**RAW, "prompt": ["hi"]}, "prompt must be text, or a list of messages"),
        ({**RAW, "prompt": {"role": "user", "content": "?"}}, "prompt must be text, or a list of messages"),
        ({**RAW, "prompt": [{"role": "user"}]}, "prompt must be text, or a list of messages"),
        ({**RAW, "prompt": [{"content": "?"}]}, "prompt must be text, or a list of messages"),
        ({**RAW, "data_source": 5}, "source must be text"),
        ({**RAW, "reference": 5}, "reference must be text"),
        ({**RAW, "target_function": 5}, "entry_point must be text"),
        ({"problem": 5, "tests": [{"input": "1", "output": "1"}]}, "prompt must be text, or a list of messages"),
        ({"ground_truth": ["assert f(1) == 2"]}, 'a list of texts, and .* give assertions as {"assert_case": '),
        ({"ground_truth": '["assert f(1) == 2"]'}, 'a list of texts, and .* give assertions as {"assert_case": '),
        ({"ground_truth": "x = 1\nassert f(x) == 2"}, 'ground_truth is test code: give assertions as {"assert_case": '),
        ({"ground_truth": {"assert_case": "assert f(1) == 2"}}, "assert_case must be a list of test code"),
        ({"reward_model": "[1]"}, "reward_model must be an object with a ground_truth"),
        ({"reward_model": "x"}, "reward_model is neither JSON nor a Python literal"),
        ({"ground_truth": {"functional": ""}}, "ground_truth.functional: .*no method of Solution"),
        (
            {"ground_truth": {"test_code": "def check(candidate):\n    assert candidate(1) == 2", "entry_point": "f"}},
            "ground_truth.test_code: .*no method of Solution",
        ),
    ],
)
def test_raw_row_that_cannot_be_used_is_named_and_the_others_load(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, row: Any, said: str
) -> None:
    (problem,) = load_problems(write(tmp_path / "p.jsonl", row, RAW))
    assert problem.problem_id == "p/1"  # the row's number, whatever becomes of other rows
    (record,) = caplog.records
    assert re.fullmatch(rf"1 of 2 rows of .*p.jsonl cannot be used: .*{said}.* \(1: line 1\)", record.message)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_ground_truth_and_its_holder_may_be_text_that_was_encoded_several_times(tmp_path: Path, times: int) -> None:
    for tests in ([{"input": "1\n", "expected_output": "2\n"}], {"inputs": ["1\n"], "outputs": ["2\n"]}):
        text: Any = tests
        for _ in range(times):
            text = json.dumps(text)
        holder: Any = {"ground_truth": text}
        for _ in range(times):
            holder = json.dumps(holder)
        rows = [{"ground_truth": text}, {"reward_model": {"ground_truth": text}}, {"reward_model": holder}]
        problems = load_problems(write(tmp_path / "p.jsonl", *rows))
        assert [each.tests for each in problems] == [(TestCase("1\n", "2\n"),)] * 3


def test_reasons_are_counted_with_a_few_rows_each(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing: list[Any] = [{"reward_model": {"ground_truth": [{"output": 1}] * n}} for n in range(1, 6)]
    load_problems(write(tmp_path / "p.jsonl", {"reward_model": truth()}, *missing, RAW))
    (record,) = caplog.records
    assert "6 of 7 rows" in record.message
    assert "(5: line 2, line 3, line 4, ...); a problem needs at least one test" in record.message
    assert record.message.endswith("(1: line 1)")


def test_no_row_that_can_be_used_is_an_error_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row that can be used: reward_model.ground_truth is neither.*\(3: line 1"):
        load_problems(write(tmp_path / "p.jsonl", *[{"reward_model": {"ground_truth": "[{"}}] * 3))


def test_other_peoples_data_set_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "p.jsonl", *[{"question": "?"}] * 20))
    with path.open("a") as text:
        text.write("the twenty-first line is not read, or it would be an error\n")
    with pytest.raises(DataError, match=r"the format is unknown.*\(20: "):
        load_problems(str(path))


def test_unknown_row_in_a_file_of_our_own_is_an_error_wherever_it_stands(tmp_path: Path) -> None:
    for rows in ([{"teest": 1}, STDIN], [STDIN, {"teest": 1}]):
        with pytest.raises(DataError, match="line .: the format is unknown"):
            load_problems(write(tmp_path / "p.jsonl", *rows))


def test_raw_rows_of_one_id_are_told_apart_by_their_number(tmp_path: Path) -> None:
    one, two = load_problems(write(tmp_path / "p.jsonl", {**RAW, "problem_id": "x"}, {**RAW, "problem_id": "x"}))
    assert (one.problem_id, two.problem_id) == ("x", "x#1")


def test_problems_in_quarantine_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    source = write(tmp_path / "p.jsonl", STDIN, FUNCTION)
    banned = write(
        tmp_path / "q.jsonl",
        {"problem_id": "x/1", "reason": "gold fails"},
        {"problem_id": "elsewhere/7", "reason": None},
    )
    (problem,) = load_problems(source, quarantine=Path(banned))
    assert problem.problem_id == "x/2"
    assert f"1 of 2 problems of {source} are in quarantine" in caplog.text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"problem_id": f"x/{n}", "reason": "?"} for n in (1, 2)], "q.jsonl names every problem"),
        ([STDIN], "q.jsonl, line 1: reason is missing: a quarantine list is what"),
        ([{"reason": "?"}], "q.jsonl, line 1: problem_id is missing"),
        (None, "q.jsonl does not exist"),
    ],
)
def test_quarantine_that_cannot_be_used_is_an_error(tmp_path: Path, rows: list[Any] | None, said: str) -> None:
    source = write(tmp_path / "p.jsonl", STDIN, FUNCTION)
    if rows is not None:
        write(tmp_path / "q.jsonl", *rows)
    with pytest.raises(DataError, match=said):
        load_problems(source, quarantine=tmp_path / "q.jsonl")


@pytest.mark.parametrize(
    ("slowest_s", "limit_s"),
    [
        (0.0, 1),  # below the low end
        (0.2, 1),
        (0.25, 1.25),
        (1, 5),
        (1.3, 6),  # never above what the problem had
    ],
)
def test_calibrated_limit_is_a_multiple_of_the_references_time_between_two_ends(
    tmp_path: Path, slowest_s: float, limit_s: float
) -> None:
    times = write(tmp_path / "t.jsonl", {"problem_id": "x/1", "tests": 1, "slowest_s": slowest_s})
    (problem,) = load_problems(write(tmp_path / "p.jsonl", STDIN), times=Path(times))
    assert problem.limits == Limits(limit_s, wall_s=12)  # which stays: it is for sleepers


def test_calibrated_limit_is_not_above_one_that_is_low_already(tmp_path: Path) -> None:
    times = write(tmp_path / "t.jsonl", {"problem_id": "x/1", "tests": 1, "slowest_s": 0.4})
    low = {**STDIN, "limits": {"cpu_s": 0.5}}
    source = write(tmp_path / "p.jsonl", low)
    assert [each.limits for each in load_problems(source, times=Path(times))] == [Limits(cpu_s=0.5)]


def test_problems_without_a_time_keep_their_limits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    elsewhere = {"problem_id": "elsewhere/7", "tests": 9, "slowest_s": 0.1}
    times = write(tmp_path / "t.jsonl", elsewhere, {"problem_id": "x/1", "tests": 1, "slowest_s": 0.4})
    source = write(tmp_path / "p.jsonl", STDIN, FUNCTION)
    stdin, function = load_problems(source, times=Path(times), limits=Limits(cpu_s=9))
    assert (stdin.limits.cpu_s, function.limits) == (2, Limits(cpu_s=2))
    assert f"1 of 2 problems of {source} have calibrated limits" in caplog.text


TIME = {"problem_id": "x/1", "tests": 1, "slowest_s": 0.4}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, "t.jsonl does not exist"),
        ([[]], "t.jsonl, line 1: problem_id is missing"),
        ([{**TIME, "problem_id": 1}], "t.jsonl, line 1: problem_id is missing"),
        ([{"problem_id": "x/1", "slowest_s": 1}], "t.jsonl, line 1: tests is missing"),
        ([{**TIME, "tests": True}], "t.jsonl, line 1: tests is missing"),
        ([{**TIME, "slowest_s": "1"}], "t.jsonl, line 1: slowest_s is missing, or is no number of seconds"),
        ([{**TIME, "slowest_s": -0.1}], "t.jsonl, line 1: slowest_s is missing, or is no number of seconds"),
        ([{**TIME, "slowest_s": float("nan")}], "t.jsonl, line 1: slowest_s is missing, or is no number of seconds"),
        ([{**TIME, "slowest_s": float("inf")}], "t.jsonl, line 1: slowest_s is missing, or is no number of seconds"),
        ([TIME, TIME], "t.jsonl, line 2: x/1 has a time already, in .*t.jsonl, line 1"),
        ([{**TIME, "tests": 2}], "t.jsonl, line 1: x/1 was measured with 2 tests, and has 1: measure it again with"),
        ([{**TIME, "problem_id": "elsewhere/7"}], "t.jsonl has no time of any problem of"),
    ],
)
def test_times_that_cannot_be_used_are_an_error(tmp_path: Path, rows: list[Any] | None, said: str) -> None:
    source = write(tmp_path / "p.jsonl", STDIN)
    if rows is not None:
        write(tmp_path / "t.jsonl", *rows)
    with pytest.raises(DataError, match=said):
        load_problems(source, times=tmp_path / "t.jsonl")


def test_calls_and_test_code_in_all_their_spellings(tmp_path: Path) -> None:
    spelled = [
        {"args": [{"$tuple": [1, 2]}], "expected": {"$set": [3]}, "checker": "value(0.1)"},
        {"input": '[[{"$tuple":[1,2]}],{}]', "output": '{"$set":[3]}', "args": None},
        {"code": "assert add_one(1) == 2"},
        {"args": [float("inf"), 10**2000], "expected": {"$ref": 1}},
        {"args": [], "expected": {"$set": [3, 1]}},
    ]
    (problem,) = load_problems(write(tmp_path / "p.jsonl", {**FUNCTION, "tests": json.dumps(spelled)}))
    call = TestCase.call([(1, 2)], {3})
    assert problem.tests[:3] == (
        dataclasses.replace(call, checker="value(0.1)"),
        call,
        TestCase.code("assert add_one(1) == 2"),
    )
    assert problem.tests[3].input == TestCase.call([float("inf"), 10**2000], 0).input
    assert problem.tests[4].output == '{"$set":[3,1]}'  # or else what is written would not come back equal


def test_json_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"problem_id": str(n), "mode": "stdin", "tests": [{"input": "[" * n, "output": "]"}]} for n in range(50)]
    expected = load_problems(write(tmp_path / "p.jsonl", *rows))
    for text in (json.dumps(rows), json.dumps(rows, indent=1), "\n".join(map(json.dumps, rows)) + "\n"):
        (tmp_path / "p.json").write_text(text)
        for chunk in (1, 7, 1 << 20):
            monkeypatch.setattr("deepcoder.datasets.rows._CHUNK", chunk)
            assert load_problems(str(tmp_path / "p.json")) == expected


@pytest.mark.parametrize("text", ["[", "[{}", "[{},", "{", '[{"a": 1} {"b": 2}]', "[{}]]", "oops", "[{}, oops]"])
def test_text_that_is_not_json_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(DataError, match="p.json is not JSON"):
        list(file_rows(tmp_path / "p.json"))


def test_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_text("oops")
    with pytest.raises(DataError, match="p.parquet"):
        load_problems(str(tmp_path / "p.parquet"))


def test_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(STDIN) + "\n\n{oops\n")
    with pytest.raises(DataError, match="line 3: not JSON"):
        load_problems(str(path))


def test_double_problem_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2: problem_id 'x/1' occurs twice, first in .*p.jsonl, line 1:"):
        load_problems(write(tmp_path / "p.jsonl", STDIN, STDIN))


def test_problems_of_two_files_of_one_name_are_kept_apart_by_a_prefix(tmp_path: Path) -> None:
    row = {name: value for name, value in STDIN.items() if name != "problem_id"}
    for name, output in (("a", "1\n"), ("b", "2\n")):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "train.jsonl", {**row, "tests": [{"input": "", "output": output}]})
    a, b = (str(tmp_path / name / "train.jsonl") for name in "ab")
    with pytest.raises(ValueError, match=f"'train/0': {a}, line 1, and {b}, line 1"):
        by_id(load_problems(a) + load_problems(b))
    (tmp_path / "q.jsonl").write_text('{"problem_id": "other", "reason": ""}\n')
    quarantine = tmp_path / "q.jsonl"
    problems = load_problems(a, quarantine=quarantine, prefix="a/") + load_problems(b, prefix="b/")
    assert [each.tests[0].output for each in by_id(problems).values()] == ["1\n", "2\n"]
    assert list(by_id(problems)) == ["a/train/0", "b/train/0"]


def test_quarantine_and_times_name_problems_without_the_prefix(tmp_path: Path) -> None:
    source = write(tmp_path / "p.jsonl", STDIN, {**STDIN, "problem_id": "x/2"})
    (tmp_path / "q.jsonl").write_text('{"problem_id": "x/1", "reason": ""}\n')
    (tmp_path / "t.jsonl").write_text(ReferenceTime("x/2", len(STDIN["tests"]), 0.1).to_json())
    (problem,) = load_problems(source, quarantine=tmp_path / "q.jsonl", times=tmp_path / "t.jsonl", prefix="p/")
    assert (problem.problem_id, problem.limits.cpu_s) == ("p/x/2", 1.0)


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


def test_shipped_exercises_are_those_of_their_kinds(tmp_path: Path) -> None:
    exercises.main(tmp_path, exercises.LEAST, exercises.MOST)

    for name in ("exercises", "exercises_held_out"):
        shipped = resources.files("deepcoder.datasets") / f"{name}.jsonl"
        assert shipped.read_text(encoding="utf-8") == (tmp_path / f"{name}.jsonl").read_text(encoding="utf-8")
    trained, held_out = (load_problems(f"deepcoder_{name}") for name in ("exercises", "exercises_held_out"))
    kinds = [{each.problem_id.split("/")[0] for each in problems} for problems in (trained, held_out)]
    assert kinds[0] == kinds[1] and len(kinds[0]) == 14
    assert not any(each.prompt == other.prompt for each in trained for other in held_out)


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no shared data beside this checkout")
def test_seed_rows_have_typed_arguments() -> None:
    add, double, length = load_problems(str(SHARED_DATA / "deepcoder_seed_raw.jsonl"))
    assert add.tests[0] == TestCase.call([5], 6)
    assert double.tests[1] == TestCase.call([-4], -8)
    assert length.tests[2] == TestCase.call([["a", "b", "c", "d"]], 4)


def test_checker_of_the_command_line_leaves_problems_that_programs_judge_as_they_are() -> None:
    interactor = JuryProgram("testlib", "cpp", "int main;")
    talk = Problem("talk", Mode.INTERACTIVE, (TestCase("1\n", ""),), interactor=interactor)
    plain = Problem("plain", Mode.STDIN, (TestCase("1\n", "1\n"),))
    selection = Selection(checker="exact")
    assert [each.checker for each in selection._with_checker([talk, plain])] == [talk.checker, "exact"]
    with pytest.raises(DataError, match="programs of their own judge all these problems"):
        selection._with_checker([talk])
