"""Problems written in our own format: they come back equal, and their tests stay on the disk until needed."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepcoder.datasets import DataError, load_problems, read_problems
from deepcoder.datasets.formats import canonical
from deepcoder.datasets.prepare import prepare
from deepcoder.datasets.stored import ParquetTests, Writer
from deepcoder.jury_program import JuryProgram
from deepcoder.pool import SandboxPool, pending
from deepcoder.pool.store import ProblemStore
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.reward import CodeReward
from deepcoder.verdicts import Submission
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.values import ListNode, TreeNode

FIXTURES = Path(__file__).parent / "fixtures"

texts = st.text(st.characters(codec="utf-8"), max_size=8)
keys = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, st.binary(max_size=4))
plain = st.recursive(
    st.one_of(keys, st.floats(), st.integers(min_value=10**1300, max_value=10**1301), st.complex_numbers()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(keys, max_size=3),
        st.dictionaries(keys, inner, max_size=3),
        st.dictionaries(st.sampled_from(["$set", "$other", "a"]), inner, max_size=2),
        st.lists(st.integers(), max_size=3).map(ListNode.of),
        st.lists(st.integers(), max_size=3).map(TreeNode.of),
    ),
    max_leaves=5,
)
calls = st.builds(
    TestCase.call,
    st.lists(plain, max_size=2),
    plain,
    st.dictionaries(texts, plain, max_size=1),
    st.sampled_from(["", "equal", "value(0.01)"]),
)
codes = st.builds(TestCase.code, texts.filter(bool))
outputs = texts | st.sampled_from(["1.5\n", "3\n"])
flags = st.lists(texts, max_size=2).map(tuple)
stdins = st.builds(TestCase, texts, outputs, st.sampled_from(["", "exact", "kattis(0.1)"]), checker_flags=flags)
jury_programs = st.builds(
    JuryProgram,
    st.sampled_from(["testlib", "kattis"]),
    st.sampled_from(["cpp", "python"]),
    texts,
    st.sampled_from(["", "check.cc"]),
    st.sampled_from([(), (("validate.h", "int x;"),)]),
    flags,
)
common = {
    "problem_id": texts,
    "checker": st.sampled_from(["", "exact", "float(0.1)"]),
    "special_checker": texts,
    "limits": st.builds(Limits, st.sampled_from([0.5, 6.0]), st.sampled_from([0.0, 7.0]), st.just(1 << 29)),
    "prompt": st.lists(st.fixed_dictionaries({"role": texts, "content": texts}), max_size=2).map(tuple),
    "code_prompt": texts,
    "reference": st.one_of(st.none(), texts),
    "reference_language": st.sampled_from(["", "python", "cpp"]),
    "limits_for": st.sampled_from(["", "python", "cpp"]),
    "source": texts,
}
problems = st.one_of(
    st.builds(
        Problem,
        mode=st.just(Mode.STDIN),
        tests=st.lists(stdins, min_size=1, max_size=3).map(tuple),
        languages=st.lists(st.sampled_from(list(LANGUAGES)), min_size=1, max_size=3).map(tuple),
        **common
        | {
            "checker": st.sampled_from(["", "exact", "tokens", "real tokens"]),
            "special_checker": texts | jury_programs,
        },
    ),
    st.builds(
        Problem,
        mode=st.just(Mode.INTERACTIVE),
        tests=st.lists(stdins, min_size=1, max_size=3).map(tuple),
        **common
        | {
            "checker": st.just(""),
            "special_checker": st.just("") | jury_programs,
            "interactor": st.builds(JuryProgram, st.just("kattis"), st.just("cpp"), texts, flags=flags),
            "validation_passes": st.sampled_from([1, 3]),
        },
    ),
    st.builds(
        Problem,
        mode=st.just(Mode.FUNCTION),
        tests=st.lists(st.one_of(calls, codes), min_size=1, max_size=3).map(tuple),
        entry_point=texts.filter(bool),
        preamble=texts,
        **common,
    ),
)


@given(problems)
@settings(max_examples=300, deadline=None)
def test_problem_written_as_json_comes_back_equal(problem: Problem) -> None:
    row = json.loads(json.dumps(canonical.row_from_problem(problem), allow_nan=False))
    assert canonical.is_row(row)
    assert canonical.problem_from_row(row, "other", Limits(cpu_s=9)) == problem


@given(st.lists(problems, min_size=1, max_size=4, unique_by=lambda each: each.problem_id))
@settings(max_examples=60, deadline=None)
def test_problems_written_as_parquet_come_back_equal(
    tmp_path_factory: pytest.TempPathFactory, some: list[Problem]
) -> None:
    path = tmp_path_factory.mktemp("p") / "p.parquet"
    with Writer(path) as writer:
        for problem in some:
            writer.write(problem)
    stored = list(read_problems(str(path), limits=Limits(cpu_s=9)))
    assert all(isinstance(each, Problem) and isinstance(each.tests, ParquetTests) for each in stored)
    found = [each.loaded() for each in stored if isinstance(each, Problem)]
    assert found == some
    for count in (None, 2, 1):
        sampled = [each.sampled(count) for each in stored if isinstance(each, Problem)]
        assert [(each.size, each.code_tests) for each in sampled] == [
            (each.size, each.code_tests) for each in (each.loaded() for each in sampled)
        ]
        assert [each.loaded() for each in sampled] == [each.sampled(count) for each in some]
    rows = pyarrow.parquet.read_table(path).to_pylist()  # as the Hub gives them, where the tests are plain columns
    assert [canonical.problem_from_row(row, "", Limits(cpu_s=9)) for row in rows] == some


ROWS: list[dict[str, Any]] = [
    {
        "problem_id": f"p/{n}",
        "mode": "stdin",
        "tests": [{"input": f"{k}\n" * (1 + k * 7 % 5), "output": f"{k}\n"} for k in range(6)],
        "prompt": [{"role": "user", "content": "Echo."}],
        "source": "s",
    }
    for n in range(30)
]


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


@pytest.fixture
def prepared(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("deepcoder.datasets.stored.GROUP_BYTES", 200)
    prepare(source, tmp_path / "p.parquet")
    return tmp_path / "p.parquet"


def test_prepared_file_loads_as_its_source_does_with_the_instruction_once(source: str, prepared: Path) -> None:
    assert pyarrow.parquet.read_metadata(prepared).num_row_groups > 3
    assert [each.loaded() for each in load_problems(str(prepared))] == load_problems(source)


def test_prepared_again_it_is_the_same(prepared: Path, tmp_path: Path) -> None:
    for name in ("again.parquet", "again.jsonl"):
        prepare(str(prepared), tmp_path / name)
    assert (tmp_path / "again.parquet").read_bytes() == prepared.read_bytes()
    assert [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()] == ROWS


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 9, None])
def test_stored_tests_are_sampled_as_tests_in_memory_are(source: str, prepared: Path, count: int | None) -> None:
    stored, in_memory = load_problems(str(prepared))[17].sampled(count), load_problems(source)[17].sampled(count)
    assert isinstance(stored.tests, ParquetTests)
    assert len(stored.tests) == len(in_memory.tests)
    assert stored.tests[-1] == in_memory.tests[-1]
    assert stored.loaded() == in_memory
    assert stored.size == in_memory.size
    assert stored.sampled(2).loaded() == in_memory.sampled(2)


REAL = {
    "problem_id": "real",
    "mode": "stdin",
    "tests": [{"input": "1 2", "output": "1.5\n"}, {"input": "1000 2000 3000", "output": "2000\n"}],
}


def test_usual_checker_of_a_prepared_problem_is_known_without_reading_its_tests(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(source, "a") as text:
        text.write(json.dumps(REAL) + "\n")
    prepare(source, tmp_path / "p.parquet")
    prepare(str(tmp_path / "p.parquet"), tmp_path / "again.jsonl")
    assert json.loads((tmp_path / "again.jsonl").read_text().splitlines()[-1]) == REAL
    with monkeypatch.context() as without_reading:
        without_reading.setattr(ParquetTests, "_read", pytest.fail)
        *others, real = load_problems(str(tmp_path / "p.parquet"))
        sampled = real.sampled(1)
    assert {each.checker for each in others} == {"tokens"}
    assert [test.output for test in sampled.loaded().tests] == ["2000\n"]
    assert real.checker == sampled.checker == sampled.loaded().checker == "real tokens"


def test_usual_checker_of_a_file_that_an_older_version_prepared_is_decided_by_its_tests(tmp_path: Path) -> None:
    with Writer(tmp_path / "p.parquet") as writer:
        for row in (ROWS[0], REAL):
            writer.write(canonical.problem_from_row(row, "", Limits()))
        for waiting in writer._buffered:
            waiting["checker"] = None  # which it left out where it was the usual one
    integers, real = load_problems(str(tmp_path / "p.parquet"))
    assert isinstance(real.tests, ParquetTests)
    assert (integers.checker, real.checker, real.sampled(1).checker) == ("tokens", "real tokens", "real tokens")


def test_limits_are_left_to_whoever_loads_unless_the_row_or_the_user_has_them(source: str, tmp_path: Path) -> None:
    with open(source, "a") as text:
        text.write(json.dumps({**ROWS[0], "problem_id": "own", "limits": {"cpu_s": 6}}) + "\n")
    prepare(source, tmp_path / "open.parquet")
    prepare(source, tmp_path / "set.parquet", limits=Limits(cpu_s=7))
    for name, usual in (("open", 9), ("set", 7)):
        limits = {
            each.limits.cpu_s for each in load_problems(str(tmp_path / f"{name}.parquet"), limits=Limits(cpu_s=9))
        }
        assert limits == {usual, 6}


def test_stored_tests_pickle_as_their_path(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prepared.parent)
    problem = load_problems("p.parquet")[3]
    monkeypatch.chdir("/")
    pickled = pickle.dumps(problem)
    assert b"2\n2\n2\n" not in pickled
    assert pickle.loads(pickled).loaded() == problem.loaded()


def test_file_that_was_written_anew_is_refused(source: str, prepared: Path) -> None:
    problem = load_problems(str(prepared))[0]
    Path(source).write_text(Path(source).read_text().replace("Echo", "echo"))
    prepare(source, prepared)
    with pytest.raises(DataError, match="p.parquet has changed since its problems were loaded"):
        problem.loaded()
    prepared.unlink()
    with pytest.raises(DataError, match="p.parquet had the tests, and cannot be read any more"):
        problem.loaded()


def test_what_no_file_can_hold_is_named(source: str, tmp_path: Path) -> None:
    with open(source, "a") as text:
        text.write(json.dumps({**ROWS[0], "problem_id": "half", "tests": [{"input": "\ud800", "output": ""}]}) + "\n")
    written = prepare(source, tmp_path / "p.parquet")
    assert written.problems == len(ROWS)
    assert [(each.where, "surrogate" in each.reason) for each in written.unusable] == [("problem half", True)]


def test_nothing_is_left_of_a_file_that_could_not_be_finished(source: str, tmp_path: Path) -> None:
    with open(source, "a") as text:
        text.write("oops\n")
    (tmp_path / "p.parquet").write_text("what was there")
    with pytest.raises(DataError, match="line 31: not JSON"):
        prepare(source, tmp_path / "p.parquet")
    assert (tmp_path / "p.parquet").read_text() == "what was there"
    assert not list(tmp_path.glob("*.part"))


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process") as started:
        yield started


ECHO, WRONG = "print(input())", "print(1)"


def test_pool_judges_stored_tests_window_by_window(
    pool: SandboxPool, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = load_problems(str(prepared))
    monkeypatch.setattr(pending, "WINDOW_BYTES", 3 * problems[0].size)
    monkeypatch.setattr(pool, "_store", ProblemStore(2 * problems[0].size))
    programs = [Program(ECHO), Program(WRONG)]
    judgements = pool.judge([Submission(each, program) for program in programs for each in problems])
    assert [str(each.verdict) for each in judgements] == ["AC"] * 30 + ["WA"] * 30
    assert {each.total for each in judgements} == {6}
    assert len(pool._store) == 2


def test_reward_with_stored_tests_pickles(pool: SandboxPool, prepared: Path) -> None:
    reward = pickle.loads(pickle.dumps(CodeReward(pool, load_problems(str(prepared)), max_tests=2)))
    assert len(reward.problems["p/4"].tests) == 2
    assert reward(completions=[f"```python\n{ECHO}\n```"], problem_id=["p/4"]) == [1.0]


MEASURE = """
import sys
from pathlib import Path
from deepcoder.datasets import load_problems
from deepcoder.judge import judge
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig, start
from deepcoder.verdicts import Submission
import pyarrow.compute, pyarrow.parquet

def peak():
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024

sandbox = start(SandboxConfig(kind="process"))
began = peak()
problems = load_problems(sys.argv[1])
for problem in problems:
    program = Program("import sys; print(len(sys.stdin.buffer.read()))")
    assert judge(Submission(problem.sampled(15).loaded(), program), sandbox).verdict == "AC"
sandbox.close()
print(len(problems), sum(each.size for each in problems) >> 20, peak() - began)
"""


@pytest.mark.sandbox
def test_memory_holds_one_problem_at_a_time(tmp_path: Path) -> None:
    tests = tuple(TestCase("7" * 500_000, "500000\n") for _ in range(10))
    with Writer(tmp_path / "p.parquet") as writer:
        for n in range(40):
            writer.write(Problem(f"p/{n}", Mode.STDIN, tests))
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "p.parquet")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=Path(__file__).parents[1])
    assert ran.returncode == 0, ran.stderr
    count, all_mb, grown_mb = map(int, ran.stdout.split())
    assert (count, all_mb) == (40, 190)
    assert grown_mb < 80  # 33 here; 220 where all tests are loaded


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.jsonl")))
@pytest.mark.usefixtures("problems_of_hardtests")
def test_every_source_prepared_is_what_it_was_raw(name: str, tmp_path: Path) -> None:
    raw, prepared = FIXTURES / f"{name}.jsonl", tmp_path / "prepared.parquet"
    report = prepare(str(raw), prepared)
    assert load_problems(str(prepared)) != []
    assert [each.loaded() for each in load_problems(str(prepared))] == load_problems(str(raw))
    assert report.problems == len(load_problems(str(raw)))
