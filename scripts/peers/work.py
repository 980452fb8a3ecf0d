"""The programs that every judge is given: small ones of known verdicts, and real ones with their juries' labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Verdict
from scripts.bench.mix import Case, calls, failing, grpo, trivial
from scripts.peers.judges.serving import Job

MOST_TESTS = 15  # of a real problem, as DeepCoder samples them
REAL_CPU_S = 10.0
LEFT_OUT = {
    # Wrong for tuples, which JSON does not have, and right for lists.
    *(f"refactory/question_1#{number}" for number in (109, 110, 151, 152)),
    # Wrong on a test that is not among the longest.
    "swedish-olympiad-2024-public/online/kikiboba#3",
    # Right after 30 s and more, or wrong only for their time: they would measure the limits.
    "kth-challenge-2020/winningthevote#1",
    *(f"kth-challenge-2021/dexsave#{number}" for number in (1, 5)),
    "swedish-olympiad-2024-public/online/falskflinga#1",
    *(f"swedish-olympiad-2025-public/skol/trollkarlentheodor#{number}" for number in (2, 4)),
}
LABELS = ("AC", "WA", "RTE", "REJ")  # TLE is relative to a jury's machine


@dataclass(frozen=True)
class Task:
    """A program to be judged, and whether it must be accepted."""

    problem: Problem
    program: Program
    is_right: bool
    origin: str = ""

    @property
    def job(self) -> Job:
        """Return the task as a peer's process takes it: see `judges/serving.py`."""
        is_call = self.problem.mode is Mode.FUNCTION
        tests: list[list[Any]] = [
            [json.loads(test.input)[0], json.loads(test.output)] if is_call else [test.input, test.output]
            for test in self.problem.tests
        ]
        return {
            "source": self.program.source,
            "entry_point": self.problem.entry_point if is_call else None,
            "tests": tests,
            "cpu_s": round(self.problem.limits.cpu_s),
        }


@dataclass(frozen=True)
class Work:
    """Name programs that are judged together, and measured as one."""

    name: str
    what: str
    tasks: Callable[[], Sequence[Task]]  # new programs at each call, which are in no cache
    is_calls: bool = False  # whether the programs are functions

    @property
    def is_real(self) -> bool:
        return self.name.startswith("real")


def works(data: Path | None) -> list[Work]:
    """Return all work; that of real programs where there is a folder of them."""
    small = [
        Work("W1", "40 stdin programs that pass 15 trivial tests", lambda: _tasks(trivial(40))),
        Work("W2", "60 functions that pass 15 trivial calls", lambda: _tasks(calls(60)), is_calls=True),
        Work("W4", "100 stdin programs that fail their first test", lambda: _tasks(failing(100))),
        Work("W5", "64 completions as GRPO makes them, 7 of them endless", lambda: _tasks(grpo(0))),
    ]
    if data is None:
        return small
    both = [*_of_juries(data / "judged_stdin.jsonl"), *_of_packages(data / "packages.jsonl")]
    stdin = list({each.program: each for each in both}.values())  # some are in both
    functions = list(_functions(data / "judged_function.jsonl"))
    return [
        *small,
        Work("real stdin", f"{len(stdin)} contest programs", lambda: _anew(stdin)),
        Work(
            "real functions",
            f"{len(functions)} functions of students and of QuixBugs",
            lambda: _anew(functions),
            is_calls=True,
        ),
    ]


def _tasks(cases: Sequence[Case]) -> list[Task]:
    return [Task(case.problem, case.program, case.verdict is Verdict.AC) for case in cases]


_turns = iter(range(1_000_000))


def _anew(tasks: Sequence[Task]) -> list[Task]:
    turn = next(_turns)
    return [
        Task(each.problem, Program(f"{each.program.source}\n# {turn}\n"), each.is_right, each.origin) for each in tasks
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _of_juries(path: Path) -> Iterator[Task]:
    for row in _rows(path):
        checker = f"kattis({row['float_tol']})" if row["checker"] == "float" else "kattis"
        yield from _stdin(row, checker, row["programs"])


def _of_packages(path: Path) -> Iterator[Task]:
    """Yield the Python programs of problems that are decided by comparing words."""
    for row in _rows(path):
        if row["validation"] == "default" and not row["validator_flags"] and row["tests"]:
            alone = [each for each in row["programs"] if each["language"] == "python" and "code" in each]
            yield from _stdin(row, "kattis", [each for each in alone if not each.get("hostile")])


def _stdin(row: dict[str, Any], checker: str, programs: Sequence[dict[str, Any]]) -> Iterator[Task]:
    tests = tuple(TestCase(test["input"], test["output"]) for test in row["tests"])
    every = Problem(row["id"], Mode.STDIN, tests, checker=checker, limits=Limits(cpu_s=REAL_CPU_S))
    problem = every.sampled(MOST_TESTS)
    for number, each in enumerate(programs):
        origin = f"{row['id']}#{number}"
        is_sure = each["label"] in LABELS and not each.get("cpython_slow") and not each.get("label_risk")
        if is_sure and origin not in LEFT_OUT:
            yield Task(problem, Program(each["code"]), each["label"] == "AC", origin)


def _functions(path: Path) -> Iterator[Task]:
    """Yield the functions of problems with one function. JSON makes lists of their tuples."""
    for row in _rows(path):
        names = {each.get("fn", row["entry_point"]) for each in row["tests"]}
        if row["preamble"].strip() or len(names) > 1:
            continue
        calls = [each for each in row["tests"] if not each.get("slow")][:MOST_TESTS]
        tests = tuple(TestCase.call(each["args"], each["expected"]) for each in calls)
        limits = Limits(cpu_s=REAL_CPU_S)
        checker = "value(0.01)" if row["checker"] == "float" else "value"
        problem = Problem(row["id"], Mode.FUNCTION, tests, names.pop(), checker=checker, limits=limits)
        for number, each in enumerate(row["programs"]):
            origin = f"{row['id']}#{number}"
            if each["label"] in LABELS and origin not in LEFT_OUT:
                yield Task(problem, Program(each["code"]), each["label"] == "AC", origin)
