"""The command line as a user runs it: what it prints, and with which exit code."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import pickle
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from rich.console import Console

from deepcoder.datasets.selection import Selection
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import BACKENDS
from deepcoder.tools import cli, console, redteam
from deepcoder.tools.cli import machine, options
from deepcoder.tools.cli.grade import few_workers, print_unjudged
from deepcoder.tools.cli.judge import language_of_file
from deepcoder.tools.cli.options import pool_for
from deepcoder.tools.findings import Diagnosis, Finding
from deepcoder.tools.grade import estimates_at_k
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Submission, Verdict

PROBLEMS = [
    {
        "problem_id": "add",
        "mode": "stdin",
        "tests": [{"input": "1\n", "output": "2\n"}, {"input": "5\n", "output": "6\n"}],
        "reference": "print(int(input()) + 1)",
    },
    {
        "problem_id": "double",
        "mode": "function",
        "entry_point": "double",
        "tests": [{"args": [2], "expected": 4}, {"args": [3], "expected": 6}],
        "reference": "def double(n): return 2 * n",
    },
]
RIGHT = "print(int(input()) + 1)"
COMPLETIONS = [
    {"problem_id": "add", "completion": f"```python\n{RIGHT}\n```"},
    {"problem_id": "add", "completion": "I give up."},
    {"problem_id": "add", "program": "print(2)"},
    {"problem_id": "double", "completion": [{"role": "assistant", "content": "```\ndef double(n): return 2 * n\n```"}]},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("problems.jsonl", *PROBLEMS)
    write("completions.jsonl", *COMPLETIONS)
    Path("right.py").write_text(RIGHT)
    Path("wrong.py").write_text("print(2)")
    return tmp_path


def write(name: str, *rows: Any) -> None:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


class Ran:
    """One run of the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        original = sys.argv
        sys.argv = ["deepcoder", *arguments]
        try:
            cli.main()
            self.code: Any = 0
        except SystemExit as error:
            self.code = error.code or 0
        finally:
            sys.argv = original
        self.out, self.err = capsys.readouterr()


pytestmark = pytest.mark.usefixtures("shared_ray")  # commands join it, which saves starting one for each

GRADE = ["grade", "completions.jsonl", "--problems", "problems.jsonl", "-o", "out.jsonl", "--sandbox", "process"]
GRADE += ["--workers", "2"]


def test_version_and_python_m() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "deepcoder", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)
    assert (ran.returncode, ran.stdout) == (0, f"deepcoder {importlib.metadata.version('deepcoder')}\n"), ran.stderr


def test_ctrl_c_during_the_imports_ends_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(name: str, *_: object) -> None:
        if name == "deepcoder.tools.cli.app":
            raise KeyboardInterrupt

    import deepcoder.tools.cli.app  # noqa: F401, so that there is an attribute to delete

    monkeypatch.delattr(cli, "app")
    monkeypatch.delitem(sys.modules, "deepcoder.tools.cli.app")
    monkeypatch.setattr(sys, "meta_path", [SimpleNamespace(find_spec=interrupted), *sys.meta_path])
    ran = Ran(capsys, "--version")
    assert (ran.code, ran.out, ran.err) == (130, "", "")


def test_help_says_what_auto_takes_and_what_must_be_named() -> None:
    said = "auto: the first of docker, process, gvisor that can start here; unisolated and e2b by name only."
    assert get_args(options.Sandbox)[1].help == said
    assert "URL" not in get_args(options.Pool)[1].help  # which `grade` alone takes


def test_judge_right_program_exits_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["judge", "right.py", "--problem", "problems.jsonl", "--problem-id", "add", "--sandbox", "process"]
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out.split()[:5]) == (0, ["AC", "2", "of", "2", "tests"])


def test_judge_wrong_program_shows_the_failing_test(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["judge", "wrong.py", "--problem", "problems.jsonl", "--problem-id", "add", "--sandbox", "process"]
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out.split()[0]) == (1, "WA")
    assert "difference  line 1, token 1: expected 6, got 2" in ran.out


def test_judge_takes_the_language_of_the_suffix_or_the_option(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [language_of_file(Path(f"a.{each}")) for each in ("py", "cpp", "cc", "c", "js", "java", "go", "rs")] == [
        *("python", "cpp", "cpp", "c", "javascript", "java", "go", "rust")
    ]
    assert language_of_file(Path("a.txt")) == "python"
    Path("right.txt").write_text(RIGHT)
    arguments = ["judge", "right.txt", "--problem", "problems.jsonl", "--problem-id", "add", "--sandbox", "process"]
    assert Ran(capsys, *arguments, "--language", "python").code == 0
    ran = Ran(capsys, *arguments, "--language", "cobol")
    assert (ran.code, "--language cobol: the languages are python, pypy, cpp" in ran.err) == (2, True)


def test_judge_with_another_checker(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("problems.jsonl", {**PROBLEMS[0], "tests": [{"input": "1\n", "output": "YES\n"}]})
    Path("yes.py").write_text("print('yes')")
    arguments = ["judge", "yes.py", "--problem", "problems.jsonl", "--sandbox", "process"]
    assert Ran(capsys, *arguments).code == 1
    assert Ran(capsys, *arguments, "--checker", "kattis").code == 0
    ran = Ran(capsys, *arguments, "--checker", "katis")
    assert (ran.code, "unknown checker 'katis'" in ran.err) == (2, True)


def test_grade_writes_a_judgement_per_completion(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *GRADE)
    assert ran.code == 0, ran.err
    rows = read("out.jsonl")
    assert [(row["index"], row["problem_id"], row["verdict"]) for row in rows] == [
        (0, "add", "AC"),
        (1, "add", "CE"),
        (2, "add", "WA"),
        (3, "double", "AC"),
    ]
    assert (rows[2]["total"], rows[2]["failed_test"]) == (2, 1)
    assert [(row["program"], row["language"]) for row in rows[1:3]] == [(None, "python"), ("print(2)", "python")]
    assert rows[2]["ran"] == rows[2]["passed"] + 1 <= 2  # an idle worker may have run the second test before the first
    assert "pass@1 66.7%" in ran.out


def test_grade_goes_on_after_an_interruption(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, *GRADE)
    whole = Path("out.jsonl").read_text().splitlines(keepends=True)
    marked = whole[0].replace('"detail": ""', '"detail": "kept"')
    unjudged = json.dumps({**json.loads(whole[1]), "verdict": "IE"}) + "\n"
    Path("out.jsonl").write_text(marked + unjudged + whole[2][:20])  # cut short while line 3 was written
    ran = Ran(capsys, *GRADE)
    assert ran.code == 0
    assert [row["detail"] for row in read("out.jsonl")][0] == "kept"  # not judged twice
    assert [row["verdict"] for row in read("out.jsonl")] == ["AC", "CE", "WA", "AC"]


def test_grade_tells_the_data_sets_faults_from_ours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checker = "def check(input, expected, actual):\n    return int(actual) == int(expected)"
    write("problems.jsonl", {**PROBLEMS[0], "special_checker": checker}, PROBLEMS[1])
    write("completions.jsonl", {"problem_id": "add", "program": "print('x')"}, COMPLETIONS[3])
    ran = Ran(capsys, *GRADE)
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("1 could not be judged because the data set's own code fails: ")
    assert "run the same command again" not in ran.err
    lines = read("out.jsonl")
    selection = Selection(None, lines[0]["time_limit_s"])
    ours = Record("add", Program(""), Judgement(Verdict.IE, 0, 0, 2, detail="a worker died"), selection)
    print_unjudged([ours, *(Record.from_row(each) for each in lines)])
    assert capsys.readouterr().err.splitlines()[0].startswith("1 could not be judged: run the same command again")


def test_progress_shows_a_name_with_brackets_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=screen, force_terminal=True, width=80))

    with console.progress("judging [/x]", 1) as tick:
        tick(1)

    assert "judging [/x]" in screen.getvalue()


def test_pool_of_a_command_needs_no_command_line_on_its_workers() -> None:
    pool = pool_for([a_problem(1)], "process", "", None, "seat")
    assert (pool.config.kind, pool.resource) == ("process", "seat")
    assert b"deepcoder.tools.cli" not in pickle.dumps(pool)


def test_grade_asks_for_no_more_workers_than_there_are_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8))
    few, many = ({index: Submission(a_problem(tests), None) for index in range(2)} for tests in (3, 4))
    assert (few_workers(few), few_workers(many)) == (6, None)
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    assert few_workers(few) is None


def a_problem(tests: int) -> Problem:
    return Problem("add", Mode.STDIN, (TestCase("1\n", "2\n"),) * tests)


ACCEPTED = Judgement(Verdict.AC, 2, 2, 2)


def test_record_comes_back_from_its_line() -> None:
    for program in (Program("x = 'é\u2028'\n"), None):
        record = Record.of(Submission(a_problem(2), program), ACCEPTED, Selection(max_tests=2, times="times.jsonl"))
        assert Record.from_row(json.loads(record.to_json(index=3))) == record
        assert record.is_of(Submission(a_problem(1), program)) and not record.is_of(
            Submission(a_problem(1), Program(""))
        )


def test_grade_refuses_an_output_of_other_completions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, *GRADE)
    write("completions.jsonl", *reversed(COMPLETIONS))
    ran = Ran(capsys, *GRADE)
    assert ran.code == 2
    assert "out.jsonl, line 1: not a judgement of these completions" in ran.err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--max-tests", "1"], "the problem had 2 tests then, and has 1"),
        (["--max-tests", "9"], "judged with --max-tests not given, which is now 9"),
        (["--time-limit", "3"], "judged with --time-limit 6.0, which is now 3.0"),
        (["--checker", "kattis"], "judged with --checker not given, which is now kattis"),
    ],
)
def test_grade_does_not_mix_settings(
    folder: Path, capsys: pytest.CaptureFixture[str], changed: list[str], said: str
) -> None:
    write("completions.jsonl", COMPLETIONS[0])
    Ran(capsys, *GRADE)
    ran = Ran(capsys, *GRADE, *changed)
    assert (ran.code, said in ran.err, ran.err.endswith("name another output\n")) == (2, True, True), ran.err


def test_grade_leaves_quarantined_problems_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("quarantine.jsonl", {"problem_id": "add", "reason": "weak"}, {"problem_id": "of another set", "reason": "?"})
    ran = Ran(capsys, *GRADE, "--quarantine", "quarantine.jsonl")
    assert (ran.code, [row["index"] for row in read("out.jsonl")]) == (0, [3]), ran.err
    assert "\n1 completion" in f"\n{ran.out.strip()}"
    assert "left out: 3 completions of problems in quarantine" in ran.out


def test_grade_says_how_to_see_why_a_program_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("problems.jsonl").rename("my problems.jsonl")
    grade = ["my problems.jsonl" if each == "problems.jsonl" else each for each in GRADE]
    write("completions.jsonl", COMPLETIONS[1])
    assert "explain" not in Ran(capsys, *grade).out  # it has no program
    Path("out.jsonl").unlink()
    write("completions.jsonl", COMPLETIONS[2], COMPLETIONS[2], COMPLETIONS[3])
    ran = Ran(capsys, *grade)
    hint = next(line for line in ran.out.splitlines() if line.startswith("deepcoder explain"))
    assert Ran(capsys, *shlex.split(hint, comments=True)[1:]).code == 0
    assert "--problems 'my problems.jsonl' --sandbox process  #" in hint
    assert "pass@1 50.0%\npass@2 0.0% (1 of 2 problems)\n" in ran.out


def test_grade_with_calibrated_limits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("times.jsonl", {"problem_id": "add", "tests": 2, "slowest_s": 0.3})
    endless = "n = int(input())\nwhile n == 5: pass\nprint(n + 1)"
    write("completions.jsonl", {"problem_id": "add", "program": endless}, COMPLETIONS[3])
    ran = Ran(capsys, *GRADE, "--times", "times.jsonl")
    assert ran.code == 0, ran.err
    loop, call = read("out.jsonl")
    assert (loop["verdict"], loop["times"], loop["cpu_limit_s"]) == ("TLE", "times.jsonl", 1.5)
    assert 1.5 < loop["cpu_s"] < 3
    assert (call["verdict"], call["times"], call["cpu_limit_s"]) == ("AC", "times.jsonl", 6.0)  # it has no time
    Path("times.jsonl").unlink()
    ran = Ran(capsys, *EXPLAIN)  # the record has the limit
    assert (ran.code, "TLE  1 of 2" in ran.out, "1.5 s CPU, 12 s wall" in ran.out) == (0, True, True), ran.err


def test_grade_does_not_mix_limits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("completions.jsonl", COMPLETIONS[0])
    Ran(capsys, *GRADE)
    write("times.jsonl", {"problem_id": "add", "tests": 2, "slowest_s": 0.3})
    ran = Ran(capsys, *GRADE, "--times", "times.jsonl")
    said = "out.jsonl, line 1: judged with --times not given, which is now times.jsonl: name another output\n"
    assert (ran.code, ran.err) == (2, f"deepcoder: {said}")
    Path("out.jsonl").unlink()
    Ran(capsys, *GRADE, "--times", "times.jsonl")
    write("times.jsonl", {"problem_id": "add", "tests": 2, "slowest_s": 0.4})
    ran = Ran(capsys, *GRADE, "--times", "times.jsonl")
    said = "out.jsonl, line 1: judged with a limit of 1.5 s, which is now 2 s: name another output\n"
    assert (ran.code, ran.err) == (2, f"deepcoder: {said}")


def test_records_from_before_limits_were_kept_are_continued_and_explained(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Ran(capsys, *GRADE)
    old = [
        {name: row[name] for name in row if name not in ("times", "cpu_limit_s", "language")}
        for row in read("out.jsonl")
    ]
    write("out.jsonl", *({**row, "detail": "kept"} for row in old))
    assert Ran(capsys, *GRADE).code == 0
    assert [row["detail"] for row in read("out.jsonl")] == ["kept"] * 4
    ran = Ran(capsys, *EXPLAIN)
    assert (ran.code, "6 s CPU, 12 s wall" in ran.out) == (0, True), ran.err
    write("times.jsonl", {"problem_id": "add", "tests": 2, "slowest_s": 0.3})
    assert Ran(capsys, *GRADE, "--times", "times.jsonl").code == 2


EXPLAIN = ["explain", "out.jsonl", "--problems", "problems.jsonl", "--sandbox", "process"]


def test_explain_judges_again_what_grade_recorded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, *GRADE)
    ran = Ran(capsys, *EXPLAIN)  # the first that has a program and is not AC
    assert ran.code == 0, ran.err
    assert ran.out.startswith("add, line 3 of out.jsonl\n   1 │ print(2)\nWA  1 of 2 tests passed")
    assert "test        1 of 2" in ran.out
    assert "difference  line 1, token 1: expected 6, got 2" in ran.out
    assert "6 s CPU, 12 s wall, 1 GiB memory" in ran.out
    assert "sandbox     process, Python 3" in ran.out
    ran = Ran(capsys, *EXPLAIN, "--line", "2")
    assert (ran.code, "no program in the completion" in ran.out) == (0, True)


def test_program_of_several_files_is_graded_and_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"main.py": "import plus\nprint(plus.one(int(input())))", "plus.py": "def one(n): return n + 1"}
    wrong = {**files, "plus.py": "def one(n): return 2"}
    rows = [{"problem_id": "add", "files": each, "entry_file": "main.py"} for each in (files, wrong)]
    write("completions.jsonl", *rows)

    first, again = Ran(capsys, *GRADE), Ran(capsys, *GRADE)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    records = read("out.jsonl")
    assert [each["verdict"] for each in records] == ["AC", "WA"]
    assert [each.get("files") for each in records] == [files, wrong]
    assert [(each["entry_file"], "program" in each) for each in records] == [("main.py", False)] * 2
    ran = Ran(capsys, *EXPLAIN)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("add, line 2 of out.jsonl\nmain.py, beside plus.py:\n   1 │ import plus\n")
    assert "difference  line 1, token 1: expected 6, got 2" in ran.out
    write("completions.jsonl", {"problem_id": "add", "files": {"../a.py": ""}, "entry_file": "../a.py"})
    assert "line 1: a file's name must be a relative path" in Ran(capsys, *GRADE).err


def test_explain_says_where_the_verdict_is_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, *GRADE)
    write("out.jsonl", {**read("out.jsonl")[0], "verdict": "RTE", "failed_test": 1})
    ran = Ran(capsys, *EXPLAIN)
    assert (ran.code, "The record says RTE, not AC." in ran.out) == (1, True)
    assert "test      1 of 2" in ran.out  # the one that failed then


def test_explain_uses_the_recorded_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("completions.jsonl", {"problem_id": "add", "program": "print(2 if input() == '1' else 7)"})
    Ran(capsys, *GRADE, "--max-tests", "1", "--time-limit", "3", "--checker", "kattis")
    ran = Ran(capsys, *EXPLAIN, "--line", "1")
    assert (ran.code, "AC  1 of 1" in ran.out, "3 s CPU, 6 s wall" in ran.out) == (0, True, True), ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--line", "99"], "out.jsonl has no line 99"),
        ([], "out.jsonl has no record of a program that fails: choose one with --line"),
        (["--line", "2"], "out.jsonl, line 2: not a record of `grade` or of training: problem_id is missing"),
        (["--line", "3"], "no problem has the problem_id 'other'"),
        (["--line", "4"], "line 4: not a record of `grade` or of training: program must be text or null"),
        (["--line", "5"], "training: time_limit_s must be a number"),
        (["--line", "6"], "training: limits.cpu_s must be above 0"),
        (["--line", "7"], "training: failed_test must be an integer or null"),
        (["--line", "8"], "line 8: judged with 5 tests, and the problem has 2"),
        (["--line", "9"], "training: cpu_limit_s must be a number or null"),
        (["--line", "10"], "training: limits.cpu_s must be above 0"),
        (["--line", "11"], "training: times must be text"),
        (["--line", "12"], "training: language must be text"),
    ],
)
def test_explain_says_which_record_it_cannot_use(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    right = json.loads(Record.of(Submission(a_problem(2), Program(RIGHT)), ACCEPTED, Selection()).to_json(index=0))
    changes: list[dict[str, Any]] = [
        {"problem_id": "other"},
        {"program": 5},
        {"time_limit_s": None},
        {"time_limit_s": -1},
    ]
    changes += [{"failed_test": "first"}, {"total": 5, "failed_test": 4}]
    changes += [{"cpu_limit_s": "6"}, {"cpu_limit_s": 0}, {"times": None}, {"language": None}]
    write("out.jsonl", right, *([{}, *({**right, **each} for each in changes)] if arguments else []))
    ran = Ran(capsys, *EXPLAIN, *arguments)
    assert (ran.code, said in ran.err, ran.err.count("\n")) == (2, True, 1), ran.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"completion": "x"}, "line 1: problem_id is missing"),
        ({"problem_id": "other", "completion": "x"}, "line 1: no problem has the problem_id 'other'"),
        ({"problem_id": "add"}, "line 1: needs completion"),
        ({"problem_id": "add", "program": "", "language": "cobol"}, "line 1: language must be python or pypy"),
        ({"problem_id": "add", "completion": "", "language": 5}, "line 1: language must be python or pypy"),
        ({"problem_id": "add", "completion": 5}, "line 1: a completion is text or messages, not int"),
        ({"problem_id": "add", "completion": ["x", "y"]}, "line 1: a completion is text or messages with role"),
    ],
)
def test_grade_names_the_malformed_line(
    folder: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any], said: str
) -> None:
    write("completions.jsonl", row)
    ran = Ran(capsys, *GRADE)
    assert (ran.code, said in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "none.jsonl", "--problems", "problems.jsonl", "-o", "out.jsonl"], "none.jsonl does not exist"),
        (["grade", "completions.jsonl", "--problems", "none.jsonl", "-o", "out.jsonl"], "none.jsonl does not exist"),
        (
            ["grade", "completions.jsonl", "--problems", "problems.jsonl", "-o", "no/out.jsonl"],
            "the folder no does not",
        ),
        ([*GRADE, "-o", "completions.jsonl"], "completions.jsonl is read by this command too: name another output"),
        (["grade", "completions.jsonl", "--problems", "problems.jsonl", "-o", "out.csv"], "must end with .jsonl"),
        (["judge", "none.py", "--problem", "problems.jsonl", "--problem-id", "add"], "none.py cannot be read"),
        (["judge", "right.py", "--problem", "problems.jsonl"], "choose one with --problem-id"),
        (["judge", "right.py", "--problem", "problems.jsonl", "--problem-id", "x"], "no problem has the problem_id"),
        (["doctor", "none.jsonl"], "none.jsonl does not exist"),
        (["doctor", "problems.jsonl", "-o", "no/q.jsonl"], "the folder no does not exist"),
        (["doctor", "problems.jsonl", "--times", "t.csv"], "t.csv must end with .jsonl"),
        (["doctor", "problems.jsonl", "-o", "./problems.jsonl"], "problems.jsonl is read by this command too"),
        (["doctor", "problems.jsonl", "--times", "problems.jsonl"], "problems.jsonl is read by this command too"),
        (["doctor", "problems.jsonl", "-o", "x.jsonl", "--times", "x.jsonl"], "x.jsonl is written by this command too"),
        (["report", "out.jsonl", "-o", "out.jsonl"], "out.jsonl is read by this command too: name another output"),
        ([*GRADE, "--times", "none.jsonl"], "none.jsonl does not exist"),
        ([*GRADE, "--times", "completions.jsonl"], "completions.jsonl, line 1: tests is missing, or is no integer"),
        (["doctor", "-o", "q.jsonl"], "-o and --times are for problems: name a data set too"),
        (
            ["data", "show", "problems.jsonl", "--split", "x"],
            "problems.jsonl has no split x: only data sets of the Hub",
        ),
        (
            ["judge", "right.py", "--problem", "problems.jsonl", "--problem-id", "add", "--checker", "equal"],
            "unknown checker 'equal'",
        ),
        (["explain", "none.jsonl", "--problems", "problems.jsonl"], "none.jsonl does not exist"),
        (["data", "show", "none.jsonl"], "none.jsonl does not exist"),
        (["grade", ".", "--problems", "problems.jsonl", "-o", "out.jsonl"], ". is a folder: name a file of .jsonl"),
        ([*GRADE, "--quarantine", "none"], "none does not exist"),
        (["data", "show", "empty"], "no problem package in empty, and no data set: "),
        (["data", "show", "text.jsonl"], "text.jsonl, line 2: not JSON: Expecting value at character 1\n"),
        (["data", "show", "humanevl"], "no file and no known data set"),
        (["data", "prepare", "none.jsonl", "-o", "out.parquet"], "none.jsonl does not exist"),
        (["data", "prepare", "problems.jsonl", "-o", "out.csv"], "must end with .parquet or .jsonl"),
        (["data", "prepare", "problems.jsonl", "-o", "no/out.parquet"], "the folder no does not"),
        (["data", "prepare", "problems.jsonl", "-o", "x.jsonl", "--rejected", "problems.jsonl"], "is read by this"),
        (["data", "prepare", "problems.jsonl", "-o", "x.jsonl", "--rejected", "x.jsonl"], "is written by this command"),
        (["data", "prepare", "problems.jsonl", "-o", "x.jsonl", "--rejected", "."], ". is a folder, and no file"),
        (["data", "show", "x" * 300 + ".jsonl"], "xx.jsonl: File name too long"),
        (["status", "--address", "garbage"], "cannot join a Ray cluster at garbage (RAY_ADDRESS): Invalid address"),
        (["data", "prepare", "completions.jsonl", "-o", "out.parquet"], "the format is unknown"),
        (["data", "prepare", "prompt.jsonl", "-o", "out.jsonl"], "line 1: prompt must be text, or a list of messages"),
        (["data", "show", "broken.parquet"], "broken.parquet is no parquet file that can be read"),
        (["judge", "right.py", "--problem", "problems.jsonl", "--time-limit", "inf"], "limits.cpu_s must be above 0"),
        (["doctor", "problems.jsonl", "--time-limit", "inf"], "limits.cpu_s must be above 0"),
        (["data", "prepare", "problems.jsonl", "-o", "x.jsonl", "--time-limit", "1e308"], "limits.wall_s must be"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    write("prompt.jsonl", {**PROBLEMS[0], "prompt": ["hi"]})
    Path("empty").mkdir()
    Path("text.jsonl").write_text("\nx\n")
    Path("broken.parquet").write_bytes(b"PAR1 and no more")
    ran = Ran(capsys, *arguments)
    assert ran.code == 2
    assert said in ran.err and len(ran.err.splitlines()) == 1


def test_no_engine_with_sandbox_docker_is_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], no_engine: None
) -> None:
    arguments = ["judge", "right.py", "--problem", "problems.jsonl", "--problem-id", "add", "--sandbox", "docker"]
    ran = Ran(capsys, *arguments)
    assert (ran.code, "no Docker engine answers" in ran.err) == (2, True)


def test_no_ray_at_the_address_is_exit_code_2(folder: Path) -> None:
    environment = {**os.environ, "RAY_ADDRESS": "127.0.0.1:1", "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", "from deepcoder.tools.cli import main; main()", *GRADE]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("deepcoder: no Ray cluster answers at 127.0.0.1:1")


def test_doctor_tries_every_backend_and_says_what_to_do_for_podman() -> None:
    assert {way.config.kind for way in machine.WAYS} == set(BACKENDS)
    assert all(way.isolation for way in machine.WAYS)
    said = "podman: DOCKER_HOST does not name its service: start that, and name it there (docs/security.md, Podman)"
    assert machine.podman_hint("Docker 20.10.24", is_installed=True) == said
    assert machine.podman_hint("", is_installed=True) == said
    assert machine.podman_hint("Podman 4.3.1, rootless", is_installed=True) == ""
    assert machine.podman_hint("", is_installed=False) == ""


def test_doctor_passes_good_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "doctor", "problems.jsonl", "--sandbox", "process", "--workers", "2")
    assert (ran.code, ran.out.strip()) == (0, "2 of 2 problems are well")


def test_doctor_writes_the_quarantine_that_grade_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add, double = PROBLEMS
    few = {**double, "problem_id": "few", "tests": [{"args": [2], "expected": 4}]}
    broken = {**add, "problem_id": "broken", "reference": "print(2)"}
    silent = {key: value for key, value in {**add, "problem_id": "silent"}.items() if key != "reference"}
    write("problems.jsonl", add, few, broken, silent)
    ran = Ran(capsys, "doctor", "problems.jsonl", "--sandbox", "process", "--workers", "2", "-o", "quarantine.jsonl")
    assert ran.code == 1
    found = " ".join(ran.out.split())
    assert "weak few: a program passes that knows nothing of the problem: constant" in found
    assert "broken broken: the reference is WA at test 1, line 1, token 1: expected 6, got 2" in found
    assert "1 of 4 problems are well" in found  # without a reference, nothing shows that it can be solved
    assert max(map(len, ran.out.splitlines())) <= 80
    assert [(row["problem_id"], row["reason"]) for row in read("quarantine.jsonl")] == [
        ("few", "weak"),
        ("broken", "broken"),
    ]
    write("completions.jsonl", *({"problem_id": name, "program": RIGHT} for name in ("few", "broken", "silent")))
    assert Ran(capsys, *GRADE, "--quarantine", "quarantine.jsonl").code == 0
    assert [row["problem_id"] for row in read("out.jsonl")] == ["silent"]


def test_ctrl_c_in_doctor_leaves_the_earlier_files_and_writes_what_it_has_beside_them(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Iterator[Finding]:
        yield Finding("add", Diagnosis.WEAK, "")
        raise KeyboardInterrupt

    monkeypatch.setattr("deepcoder.tools.cli.doctor.examine", interrupted)
    write("quarantine.jsonl", {"problem_id": "double"})
    write("times.jsonl", {"problem_id": "add", "tests": 2, "slowest_s": 0.3})
    before = [Path(name).read_text() for name in ("quarantine.jsonl", "times.jsonl")]
    ran = Ran(capsys, "doctor", "problems.jsonl", "-o", "quarantine.jsonl", "--times", "times.jsonl", *SMALL)
    assert ran.code == 130, ran.err
    assert [Path(name).read_text() for name in ("quarantine.jsonl", "times.jsonl")] == before
    assert [row["problem_id"] for row in read("quarantine.partial.jsonl")] == ["add"]
    assert read("times.partial.jsonl") == []


def test_doctor_writes_the_times_that_grade_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add, double = PROBLEMS
    write("problems.jsonl", add, double, {**add, "problem_id": "broken", "reference": "print(2)"})
    ran = Ran(capsys, "doctor", "problems.jsonl", "--sandbox", "process", "--workers", "2", "--times", "times.jsonl")
    assert ran.code == 1
    assert "the times of 2 references are in times.jsonl for --times" in ran.out
    assert [(row["problem_id"], row["tests"]) for row in read("times.jsonl")] == [("add", 2), ("double", 2)]
    assert all(0 < row["slowest_s"] < 1 for row in read("times.jsonl"))
    ran = Ran(capsys, *GRADE, "--times", "times.jsonl", "--max-tests", "1")  # they are of the problem's, not of these
    assert (ran.code, {row["cpu_limit_s"] for row in read("out.jsonl")}) == (0, {1.0}), ran.err


def test_data_prepare_says_what_it_wrote_and_what_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = {"reward_model": {"ground_truth": json.dumps([{"input": "1", "expected_output": "2"}])}}
    write("raw.jsonl", raw, {"reward_model": {}}, raw)
    ran = Ran(capsys, "data", "prepare", "raw.jsonl", "-o", "out.parquet")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("2 problems with 2 tests of 4 B in out.parquet (")
    assert "1 of 3 rows cannot be used, listed in out.parquet.rejected.jsonl: reward_model.ground_truth" in ran.out
    (rejected,) = read("out.parquet.rejected.jsonl")
    assert (rejected["where"], rejected["reason"][:25]) == ("raw.jsonl, line 2", "reward_model.ground_truth")
    ran = Ran(capsys, "data", "prepare", "raw.jsonl", "-o", "out.parquet", "--limit", "1")
    assert ran.out.startswith("1 problem with 1 test of ")
    assert (ran.code, ran.out.split()[0], Path("out.parquet.rejected.jsonl").exists()) == (0, "1", False)
    write("named.jsonl", {})
    Ran(capsys, "data", "prepare", "raw.jsonl", "-o", "out.parquet", "--limit", "1", "--rejected", "named.jsonl")
    assert read("named.jsonl") == [{}]  # a file that the user named is not deleted


@pytest.mark.parametrize("width", [80, 120])
def test_data_show_fits_the_screen(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(console.out, "_width", width)
    add, double = PROBLEMS
    code = {**double, "problem_id": "code", "tests": [{"code": "assert double(2) == 4" + " " * 20_000_000}]}
    many = [{**add, "problem_id": str(n), "source": "someone/a-long-name"} for n in range(1200)]
    many[7] |= {"tests": [{"input": "1", "output": "1.5"}, {"input": "2", "output": "3"}]}
    write("many.jsonl", *many, code)
    assert Ran(capsys, "data", "prepare", "many.jsonl", "-o", "many.parquet").code == 0
    shown = [Ran(capsys, "data", "show", f"many.{suffix}") for suffix in ("jsonl", "parquet")]
    assert [ran.code for ran in shown] == [0, 0]
    assert shown[0].out == shown[1].out
    rows = [line.split() for line in shown[0].out.splitlines()]
    assert "…" not in shown[0].out and max(map(len, shown[0].out.splitlines())) <= width
    assert ["-", "function", "1", "1", "1", "1", "1"] in rows
    assert ["-", "function", "1", *"20 MB 20 MB 20 MB 20 MB".split()] in rows
    assert ["-", "function", "1", "1", "0", "0", "1"] in rows
    assert ["all", "1,201", "1", "2", "2", "2,401"] in rows
    assert ["all", "1,201", "1,201", "0", "0", "1"] in rows
    assert ["all", "1,201", "1,199", "1", "1", "0"] in rows


def test_grade_reads_prepared_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(capsys, "data", "prepare", "problems.jsonl", "-o", "problems.parquet").code == 0
    ran = Ran(capsys, *[each.replace("problems.jsonl", "problems.parquet") for each in GRADE])
    assert ran.code == 0, ran.err
    assert [row["verdict"] for row in read("out.jsonl")] == ["AC", "CE", "WA", "AC"]
    arguments = ["judge", "wrong.py", "--problem", "problems.parquet", "--problem-id", "add", "--sandbox", "process"]
    assert Ran(capsys, *arguments).out.split()[0] == "WA"


def test_data_prepared_with_a_prefix_can_be_joined_and_graded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {**PROBLEMS[0], "tests": [{"input": "1\n", "output": "3\n"}]}
    write("other.jsonl", other)
    write("both.jsonl", *PROBLEMS, other)
    ran = Ran(capsys, "data", "show", "both.jsonl")
    assert (ran.code, "problem_id 'add' occurs twice, first in both.jsonl, line 1" in ran.err) == (2, True)
    assert Ran(capsys, "data", "prepare", "other.jsonl", "-o", "prefixed.jsonl", "--prefix", "other/").code == 0
    write("both.jsonl", *PROBLEMS, *read("prefixed.jsonl"))
    write("completions.jsonl", *({"problem_id": each, "program": RIGHT} for each in ("add", "other/add")))
    ran = Ran(capsys, *[each.replace("problems.jsonl", "both.jsonl") for each in GRADE])
    assert ran.code == 0, ran.err
    assert [row["verdict"] for row in read("out.jsonl")] == ["AC", "WA"]


def test_grade_of_bodies_that_complete_their_prompt(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems = str(Path(__file__).parent / "fixtures" / "humaneval.jsonl")
    completions = [
        {"problem_id": "Fixture/0", "completion": "    total = sum(numbers)\n    return total\n"},
        {"problem_id": "Fixture/0", "completion": "    return len(numbers)\n"},
        {
            "problem_id": "Fixture/1",
            "completion": "    return ''.join(chr(ord(c) - 1) for c in text)\n```\nDone.",
        },
    ]
    write("completions.jsonl", *completions)
    grade = [problems if each == "problems.jsonl" else each for each in GRADE]
    ran = Ran(capsys, *grade, "--completes-prompt")
    assert ran.code == 0, ran.err
    assert [row["verdict"] for row in read("out.jsonl")] == ["AC", "WA", "AC"]
    Path("out.jsonl").unlink()
    ran = Ran(capsys, *GRADE, "--completes-prompt")
    assert (ran.code, "completions.jsonl, line 1: no problem has the problem_id" in ran.err) == (2, True)
    write("completions.jsonl", *COMPLETIONS)
    ran = Ran(capsys, *GRADE, "--completes-prompt")
    assert (ran.code, "line 1: problem 'add' has no code in its prompt that a" in ran.err) == (2, True)


def graded(*verdicts: str) -> list[Record]:
    return [Record("p", Program(""), Judgement(Verdict(verdict), 0, 1, 1), Selection()) for verdict in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "k", "expected"),
    [
        (["AC", "WA", "WA", "WA"], 1, 0.25),
        (["AC", "WA", "WA", "WA"], 2, 0.5),  # 1 - C(3,2)/C(4,2)
        (["AC", "AC"], 2, 1.0),
        (["WA"], 2, None),  # too few completions
        (["AC", "IE"], 1, 1.0),  # what was not judged does not count
        (["IE"], 1, None),
    ],
)
def test_pass_at_k_is_the_unbiased_estimate(verdicts: list[str], k: int, expected: float | None) -> None:
    assert estimates_at_k(graded(*verdicts), k) == ([] if expected is None else [expected])


def test_redteam_shows_each_attack_and_that_it_held(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redteam, "RECOVERY_S", 15.0)  # the machine may be very busy
    ran = Ran(capsys, "redteam", "--sandbox", "process", "exit", "answer_nearly")
    assert ran.code == 0, ran.out
    assert "exit_at_once" in ran.out and "answer_nearly" in ran.out
    assert "process sandboxes: 0 through, 0 with leftovers, 0 held with a verdict" in ran.out


def test_redteam_exits_with_1_when_an_attack_gets_through(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "# Multiplies.\n# kind: none\n# stdin: WA\na, b = map(int, input().split())\nprint(a * b)\n"
    monkeypatch.setattr("deepcoder.tools.cli.redteam.attacks", lambda *_: [redteam.read_attack("right", source)])
    ran = Ran(capsys, "redteam", "--sandbox", "process")
    assert ran.code == 1, ran.out
    assert "1 attack in 1 run on process sandboxes: 1 through" in ran.out


def test_redteam_does_not_know_every_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "redteam", "--sandbox", "process", "nonsense")
    assert ran.code == 2
    assert ran.err.startswith("deepcoder: no attack or class is called 'nonsense': the classes are answers, bombs")


SMALL = ("--sandbox", "process", "--workers", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*GRADE, "--pool", "ftp://head:8080"], "the service's url must begin with http:// or https://"),
        ([*GRADE, "-o", "folder.jsonl"], "folder.jsonl is a folder, and no file to write"),
        ([*GRADE, "-o", "bytes.jsonl"], "bytes.jsonl is not a file of judgements ('utf-8' codec"),
        (["doctor", "problems.jsonl", "-o", "folder.jsonl", *SMALL], "folder.jsonl is a folder, and no file to write"),
        (
            ["serve", "--data", "problems.jsonl", "--data", "others.jsonl", *SMALL],
            "two problems have the problem_id 'add'",
        ),
        (["judge", "program.cpp", "--problem", "function.jsonl"], "function mode is for python or javascript, not cpp"),
        (
            ["export", "harbor", "deepcoder_small", "-o", "bytes.jsonl", "--url", "http://head"],
            "directory: 'bytes.jsonl",
        ),
        (
            ["data", "prepare", "problems.jsonl", "-o", "out.parquet", "--rejected", "no/r.jsonl"],
            "the folder no does not exist",
        ),
    ],
)
def test_bad_input_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    Path("folder.jsonl").mkdir()
    Path("bytes.jsonl").write_bytes(b"\xff\n")
    Path("program.cpp").write_text("int f() { return 1; }")
    add, _ = PROBLEMS
    write("others.jsonl", {**add, "tests": [{"input": "1", "output": "3"}]})
    write("function.jsonl", {**add, "mode": "function", "entry_point": "f", "tests": [{"args": [], "expected": 1}]})
    ran = Ran(capsys, *arguments)
    assert (ran.code, said in ran.err, ran.err.count("\n")) == (2, True, 1), ran.err


@pytest.mark.docker
def test_doctor_leaves_its_files_as_they_were_where_it_cannot_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], docker_sandboxes: None
) -> None:
    quarantine = tmp_path / "quarantine.jsonl"
    quarantine.write_text("kept\n")

    without_image = ("--sandbox", "docker", "--image", "no-such:image", "--workers", "1")
    ran = Ran(capsys, "doctor", "deepcoder_small", "-o", str(quarantine), *without_image)

    assert (ran.code, quarantine.read_text()) == (2, "kept\n")
