"""Every program under programs/ gets the verdict that its folder names, in every kind of sandbox.

The folder above that names the language. The comment lines at the head of a program say what it shows and how it is
tested; other languages than Python have `//` in place of `#`:

    # mode: function solve          the entry point; without this line the program reads stdin
    # preamble: from typing import *
    # limits: cpu_s=0.5             fields of Limits, beside those for all
    # append: "..."                 an expression whose text follows the source, for what no file should hold
    # input: "3\\n" * 5             expressions, once per test: what goes in …
    # args: (1, 2)                  … or a call's arguments,
    # kwargs: {"key": 3}            … and its keyword arguments, where there are some
    # output: "3\\n"                what must come out
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deepcoder.judge import judge
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig, start
from deepcoder.tools.redteam import LIMITS, head, with_limits
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import LANGUAGES, PYTHON
from tests.conftest import config_of, need_language

pytestmark = pytest.mark.sandbox

PROGRAMS = Path(__file__).parent / "programs"

CORPUS = sorted(PROGRAMS.glob("*/*/*.*"))
RECURSES_THROUGH_C = {
    "deep_recursion_through_lru_cache",
    "deep_recursion_through_sort_key",
    "function_deep_recursion",
    "stack_without_limit",
}


def read_submission(path: Path) -> Submission:
    """The program with the problem that its head describes."""
    source = path.read_text(encoding="utf-8")
    mode, entry_point, preamble, limits = Mode.STDIN, None, "", LIMITS
    tests: list[TestCase] = []
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    given = ""
    for line in head(source):
        key, _, value = line.partition(": ")
        if key == "mode":
            mode, entry_point = Mode.FUNCTION, value.removeprefix("function ")
        elif key == "preamble":
            preamble = value
        elif key == "limits":
            limits = with_limits(LIMITS, value)
        elif key == "append":
            source += expression(value)
        elif key == "input":
            given = expression(value)
        elif key == "args":
            args, kwargs = expression(value), {}
        elif key == "kwargs":
            kwargs = expression(value)
        elif key == "output" and mode is Mode.FUNCTION:
            tests.append(TestCase.call(args, expression(value), kwargs))
        elif key == "output":
            tests.append(TestCase(given, expression(value)))
    name = f"{path.parent.name}/{path.stem}"
    problem = Problem(name, mode, tuple(tests), entry_point=entry_point, preamble=preamble, limits=limits)
    return Submission(problem, Program(source, language_of(path)))


def language_of(path: Path) -> str:
    return path.parents[1].name


def expression(text: str) -> Any:
    return eval(compile(ast.parse(text, mode="eval"), "<head>", "eval"))


class Bench:
    """One sandbox for all programs, as a worker has it, and another when it is lost: one program fails one test."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.sandbox: Sandbox | None = None

    def judge(self, submission: Submission) -> Judgement:
        assert submission.program is not None
        if self.sandbox is None:
            self.sandbox = start(self.config)
        need_language(self.sandbox, submission.program.language)
        try:
            return judge(submission, self.sandbox)
        except BaseException:
            self.close()
            raise

    def python(self) -> str:
        assert self.sandbox is not None
        return self.sandbox.languages["python"].rpartition(".")[0]

    def close(self) -> None:
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None


@pytest.fixture(scope="module")
def bench(sandbox_kind: str) -> Iterator[Bench]:
    with closing(Bench(config_of(sandbox_kind))) as opened:
        yield opened


@pytest.fixture(scope="module")
def bench_of_all_languages(config_of_all_languages: SandboxConfig) -> Iterator[Bench]:
    with closing(Bench(config_of_all_languages)) as opened:
        yield opened


def name_of(path: Path) -> str:
    return "-".join(path.relative_to(PROGRAMS).with_suffix("").parts)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("path", [path for path in CORPUS if language_of(path) != PYTHON.name], ids=name_of)
def test_program_of_another_language_gets_the_verdict_that_its_folder_names(
    path: Path, bench_of_all_languages: Bench
) -> None:
    submission = read_submission(path)

    check(path, submission, bench_of_all_languages.judge(submission))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("path", [path for path in CORPUS if language_of(path) == PYTHON.name], ids=name_of)
def test_program_of_a_folder_gets_the_verdict_it_names(path: Path, bench: Bench) -> None:
    submission = read_submission(path)

    judgement = bench.judge(submission)
    if path.stem in RECURSES_THROUGH_C and bench.python() in ("3.12", "3.13"):
        pytest.skip("this Python has a limit of its own for recursion through C, which no program can raise")
    check(path, submission, judgement)


def check(path: Path, submission: Submission, judgement: Judgement) -> None:
    assert judgement.verdict is Verdict(path.parent.name.upper()), judgement
    assert judgement.total == len(submission.problem.tests)
    if judgement.verdict is Verdict.AC:
        assert (judgement.passed, judgement.failed_test) == (judgement.total, None)
    elif judgement.verdict is not Verdict.CE:  # where a program fails, it is the last test that it fails
        assert judgement.failed_test == judgement.total - 1, judgement


def test_only_programs_that_meet_it_or_measure_their_time_have_a_small_time_limit() -> None:
    """Others do real work, and a slow machine needs long for that."""
    for path in CORPUS:
        submission = read_submission(path)
        assert submission.program is not None
        has_a_clock = path.parent.name == "tle" or "process_time" in submission.program.source

        assert has_a_clock or submission.problem.limits.cpu_s >= LIMITS.cpu_s, path.name


@pytest.mark.parametrize(
    ("language", "programs", "each"),
    [
        ("python", 60, 6),
        *((name, 12, 1) for name, row in LANGUAGES.items() if row.family != "cpp" and row is not PYTHON),
    ],
)
def test_corpus_folders_are_verdicts_and_none_is_empty(language: str, programs: int, each: int) -> None:
    counted = Counter(path.parent.name for path in CORPUS if language_of(path) == language)

    assert set(counted) == {str(verdict).lower() for verdict in Verdict} - {"ie"}
    assert min(counted.values()) >= each
    assert counted.total() >= programs


def test_corpus_has_languages_of_the_table_only() -> None:
    assert {language_of(path) for path in CORPUS} <= set(LANGUAGES)
