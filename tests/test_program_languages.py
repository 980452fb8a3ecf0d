"""Find the program, and its language, in completions for problems that allow other languages than Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deepcoder.continuations import continued
from deepcoder.datasets import DataError
from deepcoder.judge import without_program
from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import NO_PROGRAM, Program, extract, fenced
from deepcoder.reward import CodeReward
from deepcoder.tools.grade import read_submissions
from deepcoder.verdicts import Judgement, Submission, Verdict

PY = "```python\nprint(1)\n```\n"
CPP = "```cpp\nint main() {}\n```\n"
PROGRAM = Program("int main() {}", "cpp")
BOTH = ("python", "cpp")
TESTS = (TestCase("1\n", "1\n"),)

# The reason, the text, the languages that are allowed, and the program that is its answer.
TABLE: list[tuple[str, str, tuple[str, ...], Program | None]] = [
    ("the tag decides", CPP, BOTH, PROGRAM),
    ("the last of both languages", PY + "Faster:\n" + CPP, BOTH, PROGRAM),
    ("the last of both languages, the other way round", CPP + "Simpler:\n" + PY, BOTH, Program("print(1)")),
    ("one that is not allowed, behind", PY + "In C++:\n" + CPP, ("python",), Program("print(1)")),
    ("one that is not allowed, before", CPP + "In Python:\n" + PY, ("python",), Program("print(1)")),
    ("only one that is not allowed", CPP, ("python",), None),
    ("only one that is not allowed, of C++ alone", PY, ("cpp",), None),
    ("a complete one before an unclosed one", CPP + "```python\nprint(", BOTH, PROGRAM),
    ("an unclosed one", "```cpp\nint main() {", BOTH, Program("int main() {", "cpp")),
    # -- Families
    ("another compiler of Python", "```pypy3\nx\n```", ("python",), Program("x")),
    ("another compiler of Python, allowed too", "```pypy3\nx\n```", ("python", "pypy"), Program("x", "pypy")),
    ("Python where only its other compiler is allowed", PY, ("pypy",), Program("print(1)", "pypy")),
    ("another standard", CPP, ("cpp23",), Program("int main() {}", "cpp23")),
    ("a newer standard", "```c++20\nx;\n```", ("cpp",), Program("x;", "cpp")),
    ("the allowed one of two standards", "```c++20\nx;\n```", ("cpp", "cpp20"), Program("x;", "cpp20")),
    ("the first of two standards", "```c++23\nx;\n```", ("cpp20", "cpp"), Program("x;", "cpp20")),
    ("C is another language than C++", "```c\nint main() {}\n```", ("cpp",), None),
    # -- Without a tag
    ("without a tag, the first language", "```\nint main() {}\n```", ("cpp", "python"), PROGRAM),
    ("without a tag, Python first", "```\nprint(1)\n```", BOTH, Program("print(1)")),
    (
        "without a tag, the last closed block",
        "```\nint main() {}\n```\nor\n```\nx;\n```",
        ("cpp",),
        Program("x;", "cpp"),
    ),
    ("without a tag and unclosed", "```\nint main() {}", ("cpp",), PROGRAM),
    ("without a tag, with its output behind", "```\nint main() {}\n```\nOutput:\n```\n6\n```", ("cpp",), PROGRAM),
    ("sample output without a tag, unclosed", "```\n6\n", ("cpp",), None),
    ("output that is tagged, behind", PY + "Output:\n```python\n6\n```", ("python",), Program("print(1)")),
    ("output in a comment that is tagged, behind", PY + "```python\n# 6\n```", ("python",), Program("print(1)")),
    *(
        (f"output that is tagged, behind: {said}", PY + f"Output:\n```python\n{said}\n```", BOTH, Program("print(1)"))
        for said in ("1 2 3", "3\n1 2 3", "Output: 4", "Input: 1 2\nOutput: 'a'", "YES\nNO", "Case 1: Yes", "*\n**")
    ),
    *(
        (f"a session behind: {said}", PY + f"```python\n{said}\n```", BOTH, Program("print(1)"))
        for said in (">>> f(2)\n2", "# so:\n>>> f(2)", "pip install numpy", "$ python a.py", "python3 main.py < in.txt")
    ),
    *(
        (f"another program behind: {said}", PY + f"```python\n{said}\n```", BOTH, Program(said))
        for said in ("pass", "x = 1", "print x", "import a", "import a as", "raise Error", "1 2\nf(2", "@x\n1 2")
    ),
    ("input and output behind", PY + "```python\n3\n```\nto\n```python\n4 5\n```", BOTH, Program("print(1)")),
    ("output behind a broken program", PY + "```python\nf(\n```\n```python\n1 2\n```", BOTH, Program("1 2")),
    ("output behind, in two languages", CPP + "```python\n4 5\n```", BOTH, PROGRAM),
    ("a broken program behind", PY + "Better:\n```python\nprint(\n```", ("python",), Program("print(")),
    ("nothing but output", "```python\n6\n```", ("python",), Program("6")),
    ("sample output behind", CPP + "It prints\n```\n1\n```\n", ("cpp",), PROGRAM),
    ("sample output behind, an unclosed one before", "```\n1\n```\n```cpp\nx;", ("cpp",), Program("x;", "cpp")),
    *(
        (f"{tag}, which is none, behind", f"```\nint main() {{}}\n```\n```{tag}\n{said}\n```", ("cpp",), PROGRAM)
        for tag, said in (("answer", "{1,2}"), ("solution", "use a map; then main idea"))
    ),
    ("output behind what is cut", CPP + "```cpp\nint\n```python\n6\n```", BOTH, PROGRAM),
    # -- Strings and comments of other languages than Python
    ("an apostrophe in a comment", "```cpp\n// it's\nx;\n```\nSo.", ("cpp",), Program("// it's\nx;", "cpp")),
    ("quotes in characters", "```cpp\nc = '\"';\n```\nSo.", ("cpp",), Program("c = '\"';", "cpp")),
    ("separators of digits", "```cpp\nn = 1'000;```\nSo.", ("cpp",), Program("n = 1'000;", "cpp")),
    ("include is no comment", "```cpp\n#include <x>```\nSo.", ("cpp",), Program("#include <x>", "cpp")),
    ("closed on the last line", "```cpp\nx;\n}```</answer>", ("cpp",), Program("x;\n}", "cpp")),
    ("closed behind a comment", "```cpp\nx; // done```\nSo.", ("cpp",), Program("x; // done", "cpp")),
    ("a fence in a string", '```go\nf("```")\n```\nSo.', ("go",), Program('f("```")', "go")),
    (
        "a fence in documentation",
        "```rust\n/// ```\n/// f(1);\n/// ```\nfn f() {}\n```\nSo.",
        ("rust",),
        Program("/// ```\n/// f(1);\n/// ```\nfn f() {}", "rust"),
    ),
    (
        "a fence in a comment of several lines",
        "```js\n/**\n```\nf(1)\n```\n*/\nf()\n```\nSo.",
        ("javascript",),
        Program("/**\n```\nf(1)\n```\n*/\nf()", "javascript"),
    ),
    (
        "a draft that is given up in a comment",
        "```cpp\n/* first\n```\nNo:\n```\nx;\n```\n",
        ("cpp",),
        Program("x;", "cpp"),
    ),
    ("a title in the wrapper", "````markdown\n# Title\n```cpp\nx;\n```\n````\n", ("cpp",), Program("x;", "cpp")),
    ("three quotes mean nothing", '```cpp\ns = """;\n```\nSo.', ("cpp",), Program('s = """;', "cpp")),
]


@pytest.mark.parametrize(
    ("text", "languages", "program"), [each[1:] for each in TABLE], ids=[each[0] for each in TABLE]
)
def test_extract_by_language(text: str, languages: tuple[str, ...], program: Program | None) -> None:
    assert extract(text, languages=languages) == program


def test_a_block_that_the_prompt_opens_is_of_its_language() -> None:
    assert extract("x;\n```\n", "Go:\n```cpp\n", BOTH) == Program("x;", "cpp")
    assert extract("x;\n```\n", "Go:\n```\n", ("cpp",)) == Program("x;", "cpp")
    assert extract("x;\n```\n" + PY, "Go:\n```cpp\n") == Program("print(1)")


def test_a_completion_continues_code_in_the_language_of_its_problem() -> None:
    problem = Problem("x", Mode.STDIN, TESTS, code_prompt="int main() {\n", languages=("cpp",))
    whole = Program("int main() {\n  return 0;\n}", "cpp")
    assert continued(problem, "  return 0;\n}") == continued(problem, "```cpp\n  return 0;\n}\n```") == whole


def test_fenced_program_is_extracted_again() -> None:
    for program in (PROGRAM, Program("x = 1")):
        assert extract(fenced(program), languages=BOTH) == program


def test_judgement_says_that_the_program_is_in_another_language() -> None:
    submission = Submission.of(Problem("x", Mode.STDIN, TESTS, languages=("python", "java")), CPP)

    judgement = without_program(submission)

    assert (submission.program, judgement.verdict) == (None, Verdict.CE)
    assert judgement.detail == f"{NO_PROGRAM}: its last block is in cpp, and the problem allows python, java"
    assert without_program(Submission.of(submission.problem, "I do not know.")).detail == NO_PROGRAM
    assert without_program(Submission.of(submission.problem, "```\nprose")).detail == NO_PROGRAM
    assert without_program(Submission(submission.problem, None)).detail == NO_PROGRAM


def test_language_of_a_row_is_the_only_one_that_is_allowed() -> None:
    problem = Problem("x", Mode.STDIN, TESTS, languages=("python", "cpp"))
    assert Submission.of(problem, CPP + PY, language="cpp").program == PROGRAM
    assert Submission.of(problem, CPP + PY).program == Program("print(1)")


def test_example_behind_a_function_is_not_the_answer() -> None:
    function = Problem("x", Mode.FUNCTION, (TestCase.call([1], 1),), "f")
    text = f"```python\ndef f(x):\n    return x\n```\nUsage:\n{PY}"
    assert Submission.of(function, text).program == Program("def f(x):\n    return x")
    assert Submission.of(Problem("x", Mode.STDIN, TESTS, "f"), text).program == Program("print(1)")


def test_problem_names_its_languages() -> None:
    for languages, said in (((), "at least one"), (("cobol",), "language must be python or .*, not 'cobol'")):
        with pytest.raises(ValueError, match=said):
            Problem("x", Mode.STDIN, TESTS, languages=languages)
    with pytest.raises(ValueError, match="function mode is for python or javascript, not cpp"):
        Problem("x", Mode.FUNCTION, (TestCase.call([1], 1),), "f", languages=("python", "cpp"))


@pytest.mark.parametrize(
    "piece", ["/*", "//", "*/ /*", "'", '"', "\\", "```\n", "/* */", "```cpp\n", "/// ```\n"], ids=repr
)
def test_extract_flood_of_another_language_ends(piece: str) -> None:
    extract("```cpp\n" + piece * (300_000 // len(piece)), languages=("cpp",))  # minutes, if time grew as the square


def test_row_of_a_completion_may_name_its_language(tmp_path: Path) -> None:
    problems = {"x": Problem("x", Mode.STDIN, TESTS), "y": Problem("y", Mode.STDIN, TESTS, languages=("cpp", "python"))}
    rows = [
        {"problem_id": "x", "completion": PY + CPP},
        {"problem_id": "x", "completion": PY + CPP, "language": "cpp"},
        {"problem_id": "x", "completion": CPP, "language": None},
        {"problem_id": "y", "completion": PY + CPP},
        {"problem_id": "x", "program": "x;", "language": "java"},  # a program is what the row says
        {"problem_id": "x", "program": "x"},
        {"problem_id": "y", "program": "x;"},
    ]
    path = tmp_path / "completions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    read, _ = read_submissions(path, problems)

    programs = [Program("print(1)"), PROGRAM, None, PROGRAM, Program("x;", "java"), Program("x"), Program("x;", "cpp")]
    assert [each.program for each in read.values()] == programs
    assert "last block is in cpp" in read[2].why_none
    path.write_text(json.dumps({"problem_id": "x", "completion": CPP, "language": "cobol"}), encoding="utf-8")
    with pytest.raises(DataError, match="line 1: language must be python or .*, not 'cobol'"):
        read_submissions(path, problems)


class Judged(SandboxPool):
    """A pool that starts nothing, and finds every program right."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []

    def check_limits(self, problems: Any) -> None:
        """Allow any."""

    def languages(self) -> dict[str, str]:
        return {"python": "3", "cpp": "12"}

    def judge(self, submissions: Sequence[Submission], *_: Any, **__: Any) -> list[Judgement]:
        self.submissions = list(submissions)
        return [Judgement(Verdict.AC, 1, 1, 1) if each.program else without_program(each) for each in submissions]


def test_reward_reads_the_language_of_a_row() -> None:
    pool = Judged()
    problems = [Problem("x", Mode.STDIN, TESTS), Problem("y", Mode.STDIN, TESTS, languages=("cpp",))]
    reward = CodeReward(pool, problems)
    names = ["x", "x", "x", "y", "of another task"]
    languages: Any = [None, "cpp", float("nan"), None, "en"]
    metrics: dict[str, float] = {}

    tasks = ["code"] * 4 + ["math"]
    rewards = reward(
        completions=[PY + CPP] * 5, problem_id=names, task=tasks, language=languages, log_metric=metrics.__setitem__
    )

    assert rewards == [1.0, 1.0, 1.0, 1.0, None]
    assert (metrics["language/python"], metrics["language/cpp"]) == (0.5, 0.5)
    assert [each.program for each in pool.submissions] == [Program("print(1)"), PROGRAM, Program("print(1)"), PROGRAM]
    reward.check_rows([{"problem_id": "x", "language": "cpp"}, {"problem_id": "y"}])
    with pytest.raises(ValueError, match="language must be python or .*, not 'en'"):
        reward.check_rows([{"problem_id": "x", "language": "en"}])
    with pytest.raises(ValueError, match="x: the pool's sandboxes cannot run Go; they have python, cpp"):
        reward.check_rows([{"problem_id": "x", "language": "go"}])
    with pytest.raises(ValueError, match="z: the pool's sandboxes cannot run Java"):
        CodeReward(pool, [*problems, Problem("z", Mode.STDIN, TESTS, languages=("python", "java"))])


def test_row_with_a_null_prompt_continues_the_problems_own(tmp_path: Path) -> None:
    opened = ({"role": "user", "content": "Add."}, {"role": "assistant", "content": "```python\n"})
    problem = Problem("p", Mode.STDIN, (TestCase("", "1\n"),), prompt=opened)
    path = tmp_path / "completions.jsonl"
    path.write_text(json.dumps({"problem_id": "p", "completion": "print(1)\n```", "prompt": None}) + "\n")
    (submission,) = read_submissions(path, {"p": problem})[0].values()
    assert submission.program == Program("print(1)")
