"""The limits of a program in one language on a problem whose limits were made for another."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from deepcoder.checkers.profiles import PROFILES
from deepcoder.datasets.selection import Selection
from deepcoder.datasets.times import ReferenceTime
from deepcoder.judge import task
from deepcoder.language_limits import in_language
from deepcoder.pool.packed import PackedTests
from deepcoder.pool.store import problem_key
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import LANGUAGES

TESTS = (TestCase("1\n", "1\n"),)
LIMITS = Limits(cpu_s=2, memory_bytes=256 << 20)
CONTEST = Problem("x", Mode.STDIN, TESTS, limits=LIMITS, limits_for="cpp")
ACCEPTED = Judgement(Verdict.AC, 1, 1, 1)


@pytest.mark.parametrize(
    ("name", "cpu_s", "memory_mib"),
    [
        ("cpp", 2, 256),
        ("cpp20", 2, 256),
        ("rust", 2, 256),
        ("go", 3.1, 320),
        ("java", 4.5, 448),
        ("javascript", 6.3, 384),
        ("pypy", 6.3, 384),
        ("python", 10.1, 256),
    ],
)
def test_limit_of_a_contest_is_longer_for_slower_languages(name: str, cpu_s: float, memory_mib: int) -> None:
    limits = CONTEST.limits_in(name)
    assert [limits.cpu_s, limits.wall_s] == pytest.approx([cpu_s, 2 * cpu_s])
    assert limits.memory_bytes == memory_mib << 20
    assert dataclasses.replace(limits, cpu_s=2, wall_s=4, memory_bytes=256 << 20) == LIMITS


@pytest.mark.parametrize("made_for", ["", "python", "java"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_limit_is_never_shorter(name: str, made_for: str) -> None:
    limits = in_language(LIMITS, made_for, name)
    assert limits.cpu_s >= 2 and limits.wall_s >= 4
    assert (limits.cpu_s == 2) or made_for == "java"
    assert limits.memory_bytes == LIMITS.memory_bytes + LANGUAGES[name].runtime_bytes


def test_limit_below_the_start_of_its_own_runtime_stays() -> None:
    assert in_language(Limits(cpu_s=0.1), "java", "cpp").cpu_s == 0.1


def test_task_has_the_limits_of_its_language() -> None:
    assert task(CONTEST, Program("x")).limits.cpu_s == pytest.approx(10.1)
    assert task(CONTEST, Program("x", "cpp")).limits == LIMITS


def test_limit_that_the_user_sets_is_for_every_language() -> None:
    limited = CONTEST.limited_to(3)
    assert [limited.limits_in(name).cpu_s for name in ("cpp", "python")] == [3, 3]
    assert limited.limits.wall_s == 6  # never below the usual one
    assert CONTEST.limited_to(1).limits.wall_s == 4


def test_record_has_the_limit_in_force_and_loads_it_again(tmp_path: Path) -> None:
    row = {"problem_id": "x", "mode": "stdin", "tests": [{"input": "1", "output": "1"}]}
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({**row, "limits": {"cpu_s": 2}, "limits_for": "cpp"}), encoding="utf-8")
    (problem,) = Selection().load(str(path))
    for language, cpu_s in (("python", 10.1), ("cpp", 2)):
        record = Record.of(Submission(problem, Program("x", language)), ACCEPTED, Selection())
        read = Record.from_row(json.loads(record.to_json(index=0)))
        assert read.cpu_limit_s == pytest.approx(cpu_s)
        assert read.program == Program("x", language)
        (again,) = read.load_problems(str(path))
        assert again.limits_in(language).cpu_s == pytest.approx(cpu_s)
    assert Submission(problem, None).limits.cpu_s == pytest.approx(10.1)


def test_profile_of_another_system_has_one_limit_for_all(tmp_path: Path) -> None:
    row: dict[str, Any] = {"problem_id": "x", "mode": "stdin", "tests": [{"input": "1", "output": "1"}]}
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({**row, "limits": {"cpu_s": 2}, "limits_for": "cpp"}), encoding="utf-8")
    for checker in ("", "exact", *PROFILES):
        (problem,) = Selection(checker=checker).load(str(path))
        expected = 2 if checker in PROFILES else 10.1
        assert problem.limits_in("python").cpu_s == pytest.approx(expected), checker


@pytest.mark.parametrize(
    ("languages", "language", "slowest_s", "cpu_s"),
    [
        (("python",), "python", 1.0, 5),
        (("python",), "python", 9.0, 10.1),  # never above what the problem had in that language
        (("cpp",), "cpp", 0.3, 1.5),
        (("python", "cpp"), "python", 1.0, None),
        (("cpp",), "python", 1.0, None),
    ],
)
def test_times_are_of_one_language(
    languages: tuple[str, ...], language: str, slowest_s: float, cpu_s: float | None
) -> None:
    problem = dataclasses.replace(CONTEST, languages=languages)
    time = ReferenceTime.from_row({"problem_id": "x", "tests": 1, "slowest_s": slowest_s, "language": language})
    limited = time.limited(problem)
    if cpu_s is None:
        assert limited == problem
    else:
        assert limited.limits_in(language).cpu_s == pytest.approx(cpu_s)
        assert limited.limits_in(language).wall_s >= 2 * limited.limits_in(language).cpu_s
    assert ReferenceTime.from_row({"problem_id": "x", "tests": 1, "slowest_s": 1}).language == "python"


def test_key_of_a_problem_knows_its_limit_and_what_it_is_for() -> None:
    problems = [CONTEST, CONTEST.limited_to(2), CONTEST.limited_to(3)]
    assert len({problem_key(each, PackedTests.of(TESTS)) for each in problems}) == 3


def test_unknown_language_of_a_limit_is_refused() -> None:
    for field in ("limits_for", "reference_language"):
        with pytest.raises(ValueError, match="language must be python or .*, not 'cobol'"):
            dataclasses.replace(CONTEST, **{field: "cobol"})  # type: ignore[arg-type]


def test_page_has_the_figures_of_the_table() -> None:
    page = (Path(__file__).parents[1] / "docs" / "judging.md").read_text(encoding="utf-8")
    for name, row in LANGUAGES.items():
        assert f"| {name} | {row.time_factor:g} | {row.start_s:g} s | {row.runtime_bytes >> 20} MiB |\n" in page
