"""Rows of every source in its raw schema, under fixtures/: loaded, and judged.

The fixtures are made for these tests; the real rows are the shared ones. Each reference must be AC, and what `doctor`
derives from a problem, an empty program and one with the first expected answer, must not.
"""

from __future__ import annotations

import base64
import io
import json
import pickle
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from deepcoder import sandbox
from deepcoder.datasets import (
    DataError,
    load_problems,
    packed_tests,
    tests_json,
)
from deepcoder.datasets.fields import reference
from deepcoder.datasets.formats import (
    acecode,
    apps,
    code_contests,
    code_contests_plus,
    deepcoder_preview,
    ground_truth,
    hardtests,
    livecodebench,
    open_r1_codeforces,
    verifiable_coding,
)
from deepcoder.datasets.free_names import FREE_NAMES
from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program, reference_of
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.tools.doctor import junk
from deepcoder.verdicts import Submission, Verdict
from tests.conftest import SHARED_DATA, need_language, shared_rows

pytestmark = pytest.mark.usefixtures("problems_of_hardtests")

FIXTURES = Path(__file__).parent / "fixtures"
DEFAULT = Limits(cpu_s=9)

MODULES: dict[str, ModuleType] = {
    "deepcoder_primeintellect": deepcoder_preview,
    "deepcoder_taco": deepcoder_preview,
    "deepcoder_lcbv5": deepcoder_preview,
    "deepcoder_codeforces": deepcoder_preview,
    "livecodebench": livecodebench,
    "apps": apps,
    "taco": apps,
    "code_contests": code_contests,
    "code_contests_plus": code_contests_plus,
    "hardtests": hardtests,
    "open_r1_codeforces": open_r1_codeforces,
    "verifiable_coding": verifiable_coding,
    "verl": ground_truth,
    "rllm": ground_truth,
}
UNUSABLE = {
    ("deepcoder_primeintellect", 2): "more than one kind",
    ("deepcoder_taco", 3): "tests have 2 inputs and 1 outputs",
    ("deepcoder_lcbv5", 3): "tests name no function",
    ("deepcoder_codeforces", 1): "at least one test",
    ("livecodebench", 3): r"pickle of more than one text \(opcode 0x8c\)",
    ("livecodebench", 6): "question_id is in LiveCodeBench's errata: it is interactive",
    ("apps", 3): "input_output is empty",
    ("taco", 2): r"input_output\[0\].input is neither JSON",
    ("code_contests", 2): "input_file is 'sum.in'",
    ("code_contests_plus", 2): "test_cases is missing or empty: the tests exist only as generator_cmd",
    ("hardtests", 2): "starter_code is given",
    ("hardtests", 3): "test_cases is missing or empty: public_test_cases are examples",
    ("hardtests", 4): "pid 'nowhere_1' is in no file of .*, which HARDTESTS_PROBLEMS names",
    ("hardtests", 5): "test_cases_kit.output_judging_function defines no function of that name",
    ("open_r1_codeforces", 2): "input_mode is 'file'",
    ("open_r1_codeforces", 3): "official_tests_complete is false: .* CF_TESTS_FOLDER",
    ("verifiable_coding", 3): "verification_info.language must be python or .*, not 'sql'",
    ("verl", 4): r"ground_truth\.assert_case: the tests assert nothing",
    ("rllm", 2): r"ground_truth\[0\].input may be lines, or arguments of a function whose name was lost",
}
SUM = "a, b = map(int, input().split())\nprint(a + b)\n"
FARTHEST = """class Solution:
    def farthest(self, points: List[List[int]], k: int) -> int:
        return max(abs(x) + abs(y) for x, y in points) * k
"""
TRIPLE = "def triple(xs):\n    return 3 * sum(xs)\n"
SPLIT = "print(int(input()) - 1, 1)\n"  # another answer than the expected one
BALANCE = """n = int(input())
ranges = [tuple(map(int, input().split())) for _ in range(n)]
low, high = (sum(each) for each in zip(*ranges))
print("Yes" if low <= 0 <= high else "No")
chosen = [bounds[0] for bounds in ranges]
for i, bounds in enumerate(ranges):
    chosen[i] += min(bounds[1] - bounds[0], -sum(chosen))
if low <= 0 <= high:
    print(*chosen)
"""
PEAKS = """class Solution:
    def findPeaks(self, xs: List[int]) -> List[int]:
        return [i for i in range(len(xs) - 2, 0, -1) if xs[i - 1] < xs[i] > xs[i + 1]]
"""
SOLUTIONS = {
    None: SUM,
    "f": "def f(x):\n    return x + 1\n",
    "farthest": FARTHEST,
    "triple": TRIPLE,
    "findPeaks": PEAKS,
}  # of the sources that have none, by entry point


def rows(fixture: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / f"{fixture}.jsonl").read_text(encoding="utf-8").splitlines()]


def usable(fixture: str) -> list[dict[str, Any]]:
    return [row for number, row in enumerate(rows(fixture)) if (fixture, number) not in UNUSABLE]


def problems(fixture: str) -> list[Problem]:
    module = MODULES[fixture]
    return [module.problem_from_row(row, f"x/{number}", DEFAULT) for number, row in enumerate(usable(fixture))]


@pytest.fixture(autouse=True)
def any_digits() -> Iterator[None]:
    """As `load_problems` sets it."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(before)


@pytest.fixture(scope="module")
def bench(process_sandboxes: None) -> Iterator[tuple[Sandbox, Jury]]:
    config = SandboxConfig(kind="process")
    with closing(sandbox.start(config)) as started, closing(Jury(config)) as jury:
        yield started, jury


@pytest.mark.parametrize("fixture", MODULES)
def test_rows_are_of_one_format_and_load_by_it(fixture: str, tmp_path: Path) -> None:
    every = list(dict.fromkeys(MODULES.values()))
    for row in rows(fixture):
        assert [module for module in every if module.is_row(row)] == [MODULES[fixture]]

    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in usable(fixture)), encoding="utf-8")
    loaded = load_problems(str(path), limits=DEFAULT)

    expected = problems(fixture)
    assert [problem.tests for problem in loaded] == [problem.tests for problem in expected]
    assert [problem.problem_id for problem in loaded] == [problem.problem_id for problem in expected]
    assert all(problem.prompt and problem.source for problem in loaded)


@pytest.mark.parametrize("fixture", [name for name in MODULES if name != "apps"])
def test_parquet_holds_the_same(fixture: str, tmp_path: Path) -> None:
    if fixture == "verifiable_coding":  # whose two data sets have two types in one column
        given = [row for row in usable(fixture) if isinstance(row["verification_info"], str)]
    elif fixture == "taco":
        given = usable(fixture)[:1]
    else:
        given = [
            {k: json.dumps(v) if k == "metadata" and isinstance(v, dict) else v for k, v in row.items()}
            for row in usable(fixture)
        ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(given), tmp_path / "x.parquet")

    loaded = load_problems(str(tmp_path / "x.parquet"))

    expected = [MODULES[fixture].problem_from_row(row, "x", DEFAULT) for row in given]
    assert [problem.tests for problem in loaded] == [problem.tests for problem in expected]


@pytest.mark.parametrize(("fixture", "number"), UNUSABLE)
def test_row_that_cannot_be_used_says_why(fixture: str, number: int, tmp_path: Path) -> None:
    row = rows(fixture)[number]
    with pytest.raises(ValueError, match=UNUSABLE[fixture, number]):
        MODULES[fixture].problem_from_row(row, "x", DEFAULT)

    (tmp_path / "x.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(DataError):
        load_problems(str(tmp_path / "x.jsonl"))


@pytest.mark.parametrize("fixture", MODULES)
def test_references_pass_and_wrong_programs_do_not(fixture: str, bench: tuple[Sandbox, Jury]) -> None:
    for problem in problems(fixture):
        if problem.jury_programs:
            need_language(bench[0], "cpp")
        solution = SOLUTIONS.get(problem.entry_point)
        if problem.special_checker and problem.mode is Mode.STDIN:
            solution = BALANCE if fixture == "livecodebench" else SPLIT
        reference = problem.reference or str(solution)

        judgement = judge(Submission(problem, Program(reference)), *bench)

        assert judgement.verdict is Verdict.AC, (problem.problem_id, judgement)
        for what, source in junk(problem).items():
            verdict = judge(Submission(problem, Program(source)), *bench).verdict
            assert verdict in (Verdict.WA, Verdict.RTE), (problem.problem_id, what)


def test_every_fixture_has_the_modes_of_its_source() -> None:
    modes = {fixture: {problem.mode for problem in problems(fixture)} for fixture in MODULES}
    only_stdin = {"deepcoder_codeforces", "code_contests", "code_contests_plus", "hardtests", "open_r1_codeforces"}
    assert {fixture for fixture in MODULES if modes[fixture] == {Mode.STDIN}} == only_stdin
    assert all(modes[fixture] == {Mode.STDIN, Mode.FUNCTION} for fixture in MODULES if fixture not in only_stdin)


def test_only_leetcodes_and_livecodebenchs_functions_have_names_for_free() -> None:
    free = {
        (fixture, problem.entry_point) for fixture in MODULES for problem in problems(fixture) if problem.preamble != ""
    }
    assert free == {
        ("deepcoder_lcbv5", "farthest"),
        ("deepcoder_taco", "zeros"),  # a method of Solution, with LeetCode's types
        ("livecodebench", "farthest"),
        ("livecodebench", "findPeaks"),
        ("apps", "most"),
        ("verl", "farthest"),
        ("verl", "countWords"),
    }
    row = {**rows("apps")[2], "url": "https://practice.geeksforgeeks.org/problems/x"}
    assert apps.problem_from_row(row, "x", DEFAULT).preamble == ""
    assert apps.problem_from_row({**row, "source": "leetcode"}, "x", DEFAULT).preamble == FREE_NAMES


def test_names_for_free_mean_what_livecodebench_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "setrecursionlimit", lambda limit: None)
    names: dict[str, Any] = {}
    exec(FREE_NAMES, names)

    modules = [line.removeprefix("import ") for line in FREE_NAMES.splitlines() if line.startswith("import ")]
    assert all(names[name] is sys.modules[name] for line in modules for name in line.split(", "))
    assert (names["maxsize"], names["sub"](3, 1), names["loads"]("1"), names["pow"](2, 3, 5)) == (sys.maxsize, 2, 1, 3)
    assert names["bisect_left"]([1, 2], 2) == 1 and names["StringIO"]("a").read() == "a"
    assert (names["open"], names["sum"]) == (open, sum)


def test_limits_are_the_rows_own_where_it_has_them() -> None:
    first, second = problems("code_contests")
    assert (first.limits.cpu_s, first.limits.wall_s, first.limits.memory_bytes) == (1.5, 3.0, 256_000_000)
    assert second.limits == DEFAULT
    assert problems("code_contests_plus")[0].limits == Limits(cpu_s=1.5, memory_bytes=256 << 20)
    assert problems("hardtests")[0].limits == Limits(cpu_s=1.5, memory_bytes=256 << 20)
    assert problems("hardtests")[1].limits == Limits(cpu_s=2)
    assert problems("open_r1_codeforces")[0].limits == Limits(cpu_s=1.5, memory_bytes=256 << 20)
    assert [problem.limits for problem in problems("taco")] == [Limits(cpu_s=1.5, memory_bytes=256 << 20), DEFAULT]


def test_limits_of_contests_are_made_for_cpp() -> None:
    made_for = {fixture: [problem.limits_for for problem in problems(fixture)] for fixture in MODULES}
    assert (made_for.pop("code_contests"), made_for.pop("open_r1_codeforces")) == (["cpp", ""], ["cpp", "cpp"])
    assert made_for.pop("code_contests_plus") == ["cpp", "cpp"]
    assert made_for.pop("hardtests") == ["cpp", "cpp"]
    assert made_for.pop("taco") == ["cpp", ""]
    assert set(sum(made_for.values(), [])) == {""}
    assert problems("code_contests")[0].limits_in("python").cpu_s == 7.6


def test_reference_is_the_first_python_3() -> None:
    assert "sys.set_int_max_str_digits" in str(problems("apps")[0].reference)  # before it stands Python 2
    assert problems("code_contests")[0].reference == SUM  # before it stand C++ and Python 2
    assert problems("deepcoder_primeintellect")[0].reference == SUM.rstrip()  # out of its fence


def test_checker_of_code_contests_plus_is_a_testlib_program(bench: tuple[Sandbox, Jury]) -> None:
    plain, split = problems("code_contests_plus")
    assert (plain.special_checker, plain.checker) == ("", "tokens")
    assert isinstance(split.special_checker, JuryProgram)
    assert (split.special_checker.protocol, split.special_checker.language) == ("testlib", "cpp")
    need_language(bench[0], "cpp")
    for printed, verdict in (("4 5", Verdict.WA), ("3 1", Verdict.WA), ("1 8", Verdict.WA)):
        assert judge(Submission(split, Program(f"print({printed!r})")), *bench).verdict is verdict
    either = "n = int(input())\nprint(n // 2, n - n // 2)"
    assert judge(Submission(split, Program(either)), *bench).verdict is Verdict.AC


def test_function_of_hardtests_rejects_where_it_raises(bench: tuple[Sandbox, Jury]) -> None:
    split = problems("hardtests")[1]
    for printed, verdict in (("0 9", Verdict.WA), ("one", Verdict.WA), ("8 1", Verdict.WA)):
        assert judge(Submission(split, Program(f"print({printed!r})")), *bench).verdict is verdict
    raises = "def output_judging_function(input_str, candidate_output, reference_output):\n    return 1 // 0"
    row = rows("hardtests")[1]
    kit = row["test_cases_kit"] | {"output_judging_function": raises}
    broken = hardtests.problem_from_row(row | {"test_cases_kit": kit}, "x", DEFAULT)
    judgement = judge(Submission(broken, Program(SPLIT)), *bench)
    assert (judgement.verdict, "ZeroDivisionError" in judgement.detail) == (Verdict.IE, True)


def test_rows_of_hardtests_need_their_problems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = rows("hardtests")[0]
    (problem,) = [each for each in rows("hardtests/problems") if each["pid"] == row["pid"]]
    monkeypatch.delenv(hardtests.FOLDER)
    assert hardtests.problem_from_row(problem | row, "x", DEFAULT).reference == SUM  # the columns of both
    with pytest.raises(ValueError, match="question_content is missing: name a folder .* in HARDTESTS_PROBLEMS"):
        hardtests.problem_from_row(row, "x", DEFAULT)
    monkeypatch.setenv(hardtests.FOLDER, str(tmp_path))
    with pytest.raises(ValueError, match="which is no folder with files of parquet"):
        hardtests.problem_from_row(row, "x", DEFAULT)
    pyarrow.parquet.write_table(pyarrow.table({"pid": ["x"]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match="other.parquet has no column memory_limit"):
        hardtests.problem_from_row(row, "x", DEFAULT)


def test_reference_is_in_another_language_where_none_is_python() -> None:
    row = rows("code_contests")[0]
    given = {"language": [1, 4, 2, 0], "solution": ["print input()", "class Main {}", "int main() {}", "?"]}
    in_cpp = code_contests.problem_from_row({**row, "solutions": given}, "x", DEFAULT)
    in_java = code_contests.problem_from_row(
        {**row, "solutions": {"language": ["JAVA"], "solution": ["class Main {}"]}}, "x", DEFAULT
    )
    nowhere = code_contests.problem_from_row({**row, "solutions": {"language": [1], "solution": ["x"]}}, "x", DEFAULT)
    references = [reference_of(problem) for problem in (problems("code_contests")[0], in_cpp, in_java, nowhere)]
    assert references == [Program(SUM), Program("int main() {}", "cpp"), Program("class Main {}", "java"), None]
    assert in_cpp.languages == ("python",)

    info = {"language": "cpp", "test_cases": [{"input": "1 2\n", "output": "3\n"}]}
    fenced = {"gold_standard_solution": "```cpp\nint main() {}\n```", "verification_info": info}
    assert reference_of(verifiable_coding.problem_from_row(fenced, "x", DEFAULT)) == Program("int main() {}", "cpp")


@pytest.mark.parametrize("wrap", ["{}", "```python\n{}```", "Like this:\n\n```python\n{}```\n"])
def test_reference_is_whole_where_its_docstring_has_a_fenced_example(wrap: str) -> None:
    source = "def f(x):\n    '''Add one.\n\n    ```python\n    print(f(1))\n    ```\n    '''\n    return x + 1\n"
    assert str(reference([wrap.format(source)])).rstrip() == source.rstrip()
    assert str(reference(wrap.format(source))).rstrip() == source.rstrip()


def test_reference_is_the_function_and_not_the_example_of_its_use() -> None:
    source = "def f(x):\n    return x + 1"
    answer = f"```python\n{source}\n```\n\nFor example:\n\n```python\nprint(f(1))\n```\n"
    assert reference([answer], entry_point="f") == source
    assert reference([answer], entry_point="g") == reference([answer]) == "print(f(1))"

    seed = {"problem": "?", "tests": [{"input": "1", "output": "2", "testtype": "functional"}], "solutions": [answer]}
    raw = {"target_function": "f", "ground_truth": [{"input": "1", "expected_output": "2"}]}
    inferences = [{"completion": answer, "pass_rate": 1}]
    info = {"fn_name": "f", "test_case_inputs": ['"1"'], "test_case_outputs": ["2"]}
    rows_of: dict[ModuleType, dict[str, Any]] = {
        acecode: {"question": "?", "test_cases": ["assert f(1) == 2"], "inferences": inferences},
        deepcoder_preview: {**seed, "metadata": {"func_name": "f"}},
        ground_truth: {**raw, "extra_info": {"reference": answer}},
        verifiable_coding: {"gold_standard_solution": answer, "verification_info": info},
    }
    for module, row in rows_of.items():
        assert module.problem_from_row(row, "x", DEFAULT).reference == source


def test_rows_language_is_the_one_that_is_allowed() -> None:
    row = rows("open_r1_codeforces")[0]
    given = {
        language: open_r1_codeforces.problem_from_row({**row, "language": language}, "x", DEFAULT)
        for language in ("python", "cpp")
    }
    assert {language: problem.languages for language, problem in given.items()} == {
        "python": ("python",),
        "cpp": ("cpp",),
    }
    assert open_r1_codeforces.problem_from_row(row, "x", DEFAULT).languages == ("python",)

    info = {"language": "C++", "test_cases": [{"input": "1 2\n", "output": "3\n"}]}
    assert verifiable_coding.problem_from_row({"verification_info": info}, "x", DEFAULT).languages == ("cpp",)


def test_starter_code_is_in_the_prompt() -> None:
    content = problems("livecodebench")[1].prompt[0]["content"]
    assert content.endswith("def farthest(self, points: List[List[int]], k: int) -> int:\n```")


def test_integers_of_any_length_load_from_a_literal() -> None:
    assert problems("apps")[1].tests[1] == TestCase.call([6000], 7**6000)


def test_shared_rows_load() -> None:
    shared_rows("codeforces_raw.jsonl")  # skips where there are none
    names = ("codeforces_raw", "code_contests_raw", "deepcoder_seed_raw")
    loaded = {name: load_problems(str(SHARED_DATA / f"{name}.jsonl")) for name in names}
    assert [len(each) for each in loaded.values()] == [113, 39, 3]  # four are interactive
    assert [sum(len(problem.tests) for problem in each) for each in loaded.values()] == [125, 418, 10]
    assert [{problem.mode for problem in each} for each in loaded.values()] == [
        {Mode.STDIN},
        {Mode.STDIN},
        {Mode.FUNCTION},
    ]


# The shapes of tests


def calls(outputs: list[Any], *sources: str, inputs: list[Any] | None = None) -> tuple[TestCase, ...]:
    raw = {"fn_name": "f", "inputs": inputs or [[0]] * len(outputs), "outputs": outputs}
    return tests_json.read(raw, "tests", sources=sources).tests


@pytest.mark.parametrize(
    ("outputs", "source", "meant"),
    [
        ([[3], [4]], "def f(x):", [3, 4]),  # no type is written: a list around each
        ([[[1]], [[]]], "def f(x):\n    return x", [[1], []]),
        ([3, 4], "", [3, 4]),
        ([[3], 4], "", [[3], 4]),  # one is no list: there are none around the others
        ([[3], [4, 5]], "", [[3], [4, 5]]),
        ([[3], []], "", [[3], []]),
        ([[3], [4]], "def f(x) -> int:", [3, 4]),
        ([[3], [4]], "class Solution:\n    def f(self, x: int) -> List[int]:\n        ", [[3], [4]]),
        ([[3], [4]], "def f(\n    x: int,\n) -> list[int]:  # a comment\n    return [x]", [[3], [4]]),
        ([[[3]], [[4, 5]]], "def f(x) -> List[int]:", [[3], [4, 5]]),
        ([[[3]], [[4, 5]]], "def f(x) -> List[List[int]]:", [[[3]], [[4, 5]]]),
        ([[True]], "def f(x) -> bool:", [True]),
        ([[None]], "def f(x) -> Optional[int]:", [None]),
        ([{"1": 2}], "", [{1: 2}]),
        ([[{"1": 2}]], "def f(x):", [{1: 2}]),
        ([{"01": 2}], "", [{"01": 2}]),
        ([{"1": 2, "a": 3}], "", [{"1": 2, "a": 3}]),
    ],
)
def test_list_around_outputs_is_decided_for_the_problem(outputs: list[Any], source: str, meant: list[Any]) -> None:
    assert calls(outputs, source) == tuple(TestCase.call([0], each) for each in meant)


@pytest.mark.parametrize(
    "source",
    [
        "",  # it may be a method
        "def g(x) -> List[int]:",  # another function's type
        "def f(x) -> list:",
        "def f(x) -> List[Any]:",
        "def f(x) -> Tuple[int]:",
        "def f(x) -> int:",
        "class Solution(object):\n    def f(self, x):\n        return x",
    ],
)
def test_undecided_list_around_outputs_allows_both(source: str) -> None:
    (test,) = calls([[[7]]], source)
    assert test == TestCase.call([0], [[[7]], [7]], checker="one value of")


def test_arguments_are_a_list_or_json_per_line() -> None:
    assert calls([1, 2], inputs=[[{"1": 5}, "2"], '[1, 2]\n{"1": 5}\n']) == (
        TestCase.call([{1: 5}, "2"], 1),
        TestCase.call([[1, 2], {"1": 5}], 2),
    )
    lcb = [{"input": "", "output": "[3]", "testtype": "functional"}]
    assert tests_json.read(lcb, "tests", "f").tests == (TestCase.call([], [3]),)
    prime = [{"type": "function_call", "fn_name": "f", "input": "[[1], 2]", "output": None}]
    assert tests_json.read(prime, "tests").tests == (TestCase.call([[1], 2], None),)


@pytest.mark.parametrize("given", [[0], "[0]"])
@pytest.mark.parametrize(
    ("outputs", "source", "allowed"),
    [
        (["3", "4"], "", [[3, "3"], [4, "4"]]),
        (["3", "4"], "def f(x) -> int:", [[3], [4]]),
        (["3", "4"], "def f(x) -> str:", [["3"], ["4"]]),
        (["3", "ab"], "", [["3"], ["ab"]]),  # one is no JSON: none is
        (["3", 4], "", [[3, "3"], [4]]),
        (["[3]", [4]], "", [[[3], 3, "[3]"], [[4], 4]]),
        (["[3]", [4]], "def f(x):", [[3, "[3]"], [4]]),
        (["[3]"], "def f(x):", [[3, "[3]"]]),
        (["[3]"], "def f(x) -> List[int]:", [[[3]]]),
        (["[[3]]"], "def f(x) -> list:", [[[[3]], [3]]]),
        (['"ab"'], "def f(x) -> str:", [["ab", '"ab"']]),
        ([["3"]], "def f(x):", [["3"]]),  # a list around text: text
    ],
)
def test_primeintellects_text_is_the_output_or_json_of_it(
    given: Any, outputs: list[Any], source: str, allowed: list[list[Any]]
) -> None:
    raw = [{"type": "function_call", "fn_name": "f", "input": given, "output": each} for each in outputs]
    assert tests_json.read(raw, "tests", sources=(source,)).tests == tuple(
        TestCase.call([0], each[0]) if len(each) == 1 else TestCase.call([0], each, checker="one value of")
        for each in allowed
    )


def test_intellects_outputs_may_have_a_list_around_them() -> None:
    def tests(**columns: Any) -> tuple[TestCase, ...]:
        return tuple(verifiable_coding.problem_from_row({"verification_info": columns}, "x", DEFAULT).tests)

    called = {"fn_name": "f", "test_case_inputs": [json.dumps('{"a": 1}\n[2]')]}
    either = TestCase.call([{"a": 1}, [2]], [[3], 3], checker="one value of")
    assert tests(**called, test_case_outputs=['"[3]"']) == (either,)
    assert tests(**called, test_case_outputs=['"[3, 4]"']) == (TestCase.call([{"a": 1}, [2]], [3, 4]),)
    with pytest.raises(ValueError, match="verification_info.test_case_outputs must be a list"):
        tests(**called)


@pytest.mark.parametrize("outputs", [[[[3, 1, 2]]], [[3, 1, 2]], [[None], [[1]]], [0]])
def test_function_that_returns_nothing_but_should_is_refused(outputs: list[Any]) -> None:
    source = "class Solution:\n    def f(self, nums: List[int]) -> None:\n        "
    with pytest.raises(ValueError, match="tests have outputs, but f returns None: what it does"):
        calls(outputs, source)
    per_line = [{"testtype": "functional", "input": "[1]", "output": json.dumps(each)} for each in outputs]
    with pytest.raises(ValueError, match="f returns None"):
        tests_json.read(per_line, "tests", "f", (source,))


def test_function_that_returns_nothing_as_it_should_is_called() -> None:
    assert calls([[None]], "def f(x) -> None:") == (TestCase.call([0], None),)


def test_stdin_lines_are_joined() -> None:
    raw = {"inputs": [["2\n", "1 2\n"], [3, 4.5], "x\n"], "outputs": [["1", "2"], 3, ["y"]]}
    assert tests_json.read(raw, "tests").tests == (
        TestCase("2\n1 2", "1\n2"),
        TestCase("3\n4.5", "3"),
        TestCase("x\n", "y"),
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("[{", "tests is neither JSON nor a Python literal"),
        ("7", "tests must be a list of tests"),
        ({"inputs": ["1"]}, "must have a list `inputs` and a list `outputs`"),
        ([{"input": "1"}], r"tests\[0\].output is missing"),
        ([{"input": "1", "output": "1", "type": "interactive"}], "unknown type 'interactive'"),
        ({"inputs": [[[1, 2]]], "outputs": [[3]]}, r"tests\[0\].input is neither text nor lines"),
        ([{"input": None, "output": "1"}], r"tests\[0\].input is neither text nor lines"),
        ({"fn_name": "f", "inputs": [5], "outputs": [6]}, r"tests\[0\].input must be a list of arguments"),
        (
            [{"type": "function_call", "fn_name": name, "input": [1], "output": 1} for name in "gf"],
            "more than one function: f, g",
        ),
        ({"functional": "def check(candidate): pass"}, "must have a list `inputs`"),
    ],
)
def test_tests_of_no_known_shape_are_refused(raw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tests_json.read(raw, "tests")


def test_linked_lists_as_plain_lists_are_refused() -> None:
    with pytest.raises(ValueError, match="linked lists or trees"):
        calls([[1]], "class Solution:\n    def f(self, head: Optional[ListNode]) -> int:\n        ")


# LiveCodeBench's private tests


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


class Global:
    def __reduce__(self) -> Any:
        return print, ("unpickled",)


class Persistent(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return "id" if obj == ["x"] else None


def persistent() -> bytes:
    stream = io.BytesIO()
    Persistent(stream).dump(["x"])
    return stream.getvalue()


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", [0, 200, 70_000])
def test_private_tests_are_read_from_a_pickled_text(protocol: int, size: int) -> None:
    tests = [{"input": "é\ud800" + "x" * size, "output": "", "testtype": "stdin"}]
    data = pickle.dumps(json.dumps(tests, ensure_ascii=False), protocol)
    assert packed_tests.unpacked(packed(data), "private_test_cases") == tests


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Global()),
        pickle.dumps(print),
        pickle.dumps(Limits()),
        persistent(),
        pickle.dumps([{"input": "1", "output": "1"}]),  # plain values too: what is packed is one text
        pickle.dumps(("[]",)),
        pickle.dumps(b"[]"),
        pickle.dumps(7),
        pickle.dumps("[]")[:-1],
        pickle.dumps("[]") + b".",
        b"X\xff\xff\xff\xff[].",
        b"X\x02\0\0\0[]r\xff\xff\xff\x7f0.",  # a memo of 2^31 entries, and an opcode more
        b"cos\nsystem\n(S'true'\ntR.",
        b"",
        b"[]",
    ],
)
def test_pickle_of_anything_else_is_refused(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="private_test_cases is"):
        packed_tests.unpacked(packed(data), "private_test_cases")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "data", [b"[]", b' [{"input": "1", "output": "1"}]', b'{"inputs": [], "outputs": []}', b'"[]"']
)
def test_packed_private_tests_without_a_pickle_are_named_as_such(data: bytes) -> None:
    with pytest.raises(ValueError, match="packed JSON without the pickle around it: give the JSON text unpacked"):
        packed_tests.unpacked(packed(data), "private_test_cases")


def test_private_tests_that_unpack_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed_tests.UNPACKED_BYTES >= 1 << 30
    monkeypatch.setattr(packed_tests, "UNPACKED_BYTES", 1000)
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        packed_tests.unpacked(packed(bytes(10_000_000)), "private_test_cases")
    for text in ("no base64!", base64.b64encode(b"no zlib").decode(), packed(bytes(99))[:8]):
        with pytest.raises(ValueError, match="private_test_cases"):
            packed_tests.unpacked(text, "private_test_cases")


# open-r1's checkers and generated tests


def checked(
    problem: Problem, given: str, expected: str, actual: str, tmp_path: Path
) -> subprocess.CompletedProcess[str]:
    """Call the problem's check where integers have no limit of digits, as in a sandbox."""
    call = f"{problem.special_checker}\nprint(check({given!r}, {expected!r}, {actual!r}))\n"
    (tmp_path / "program.py").write_text(f"import sys\nsys.set_int_max_str_digits(0)\n{call}")
    return subprocess.run(
        [sys.executable, "-I", "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize(
    ("actual", "accepted"), [("4 1\n", True), ("1 4", True), ("2 2\n", False), ("x", False), ("\udcff\ud800", False)]
)
def test_generated_checker_says_what_it_prints(actual: str, accepted: bool, tmp_path: Path) -> None:
    problem = problems("open_r1_codeforces")[1]
    ran = checked(problem, "5\n", "1 4\n", actual, tmp_path)
    assert ran.stdout == f"{accepted}\n", ran.stderr


def test_generated_checker_rejects_a_number_of_a_million_digits_at_once(tmp_path: Path) -> None:
    row = {
        **rows("open_r1_codeforces")[1],
        "generated_checker": "print(int(int(open('solution_output.txt').read()) > 0))",
    }
    problem = open_r1_codeforces.problem_from_row(row, "x", DEFAULT)
    for actual, said in (("7" * 3_000_000, "False"), ("7" * 5000, "True")):
        assert checked(problem, "5", "1" * 5000, actual, tmp_path).stdout.strip() == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("print(100)", "True"),  # points
        ("print('1.0')", "True"),
        ("print(99)", "False"),
        ("print(0); raise SystemExit(1)", "False"),
        ("raise SystemExit('bad')", "False"),
        ("pass", "False"),
        ("print('ok')", "False"),
        ("print('nan')", "False"),
        ("print(1); 1 / 0", ""),
        ("import sys; print(1 if open(sys.argv[2], newline='').read() == 'b\\r\\n' else 0)", "True"),
    ],
)
def test_only_full_marks_accept_and_a_crash_on_any_output_raises(source: str, said: str, tmp_path: Path) -> None:
    row = {**rows("open_r1_codeforces")[1], "generated_checker": source}
    ran = checked(open_r1_codeforces.problem_from_row(row, "x", DEFAULT), "a", "b\r\n", "c", tmp_path)
    assert ran.stdout.strip() == said
    assert (ran.returncode != 0) == (said == ""), ran.stderr


@pytest.mark.parametrize(("actual", "said"), [("4 1", "True"), ("abc", "False"), ("", "False"), ("9" * 9, "")])
def test_output_that_a_generated_checker_cannot_read_is_rejected(actual: str, said: str, tmp_path: Path) -> None:
    """Unless it runs out of memory, which says nothing about the output."""
    source = """
import sys
total, a, b = (open(name).read() for name in sys.argv[1:])
if len(b) > 8: raise MemoryError
print(1 if sum(int(each) for each in b.split()) / len(b.split()) == int(total) / 2 else 0)
"""
    row = {**rows("open_r1_codeforces")[1], "generated_checker": source}
    ran = checked(open_r1_codeforces.problem_from_row(row, "x", DEFAULT), "5", "1 4", actual, tmp_path)
    assert ran.stdout.strip() == said, ran.stderr
    assert (ran.returncode != 0) == (said == ""), ran.stderr


def test_generated_tests_complete_the_official_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CF_TESTS_FOLDER", str(tmp_path))
    row = rows("open_r1_codeforces")[3]
    with pytest.raises(ValueError, match="test_cases_9001.parquet is no file"):
        open_r1_codeforces.problem_from_row(row, "x", DEFAULT)

    generated = [{"problem_id": f"9001/{index}", "input": index, "output": "7", "test_case_i": 0} for index in "CD"]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(generated), tmp_path / "test_cases_9001.parquet")
    problem = open_r1_codeforces.problem_from_row(row, "x", DEFAULT)

    assert problem.tests == (TestCase("1 2\n", "3\n"), TestCase("D", "7"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"interaction_format": "Ask."}, "interactive"),
        ({"executable": False}, "executable is false"),
        ({"language": "sql"}, "language must be python or .*, not 'sql'"),
        ({"official_tests": []}, "at least one test"),
        ({"time_limit": "1 s"}, "time limit must be a number"),
        ({"memory_limit": "256"}, "memory limit must be a number, not '256'$"),
    ],
)
def test_open_r1_row_that_cannot_be_judged_says_why(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        open_r1_codeforces.problem_from_row({**rows("open_r1_codeforces")[0], **changed}, "x", DEFAULT)
