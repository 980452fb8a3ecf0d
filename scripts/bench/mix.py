"""Make submissions whose verdicts are known, small ones and mixes as GRPO makes them, from a seed and no other data."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Submission, Verdict

TESTS = 15  # per problem, as DeepCoder samples them
LIMITS = Limits(cpu_s=6)

ADD = "a, b = map(int, input().split())\nprint(a + b)\n"
ADD_FUNCTION = "def add(a, b):\n    return a + b\n"
ADDITION = Problem("addition", Mode.STDIN, tuple(TestCase(f"{n} 7\n", f"{n + 7}\n") for n in range(TESTS)))
ADDITION_BY_CALL = Problem(
    "addition by call", Mode.FUNCTION, tuple(TestCase.call([n, 7], n + 7) for n in range(TESTS)), entry_point="add"
)

# This program answers 3 n + 1 to test n after using as much CPU time as the input says. It fails the tests in `fails`.
# The CPU clock of a process starts at its fork, so a test uses that much CPU time and no more.
BURNING = """\
import sys, time
number, burn_s = sys.stdin.readline().split()
sys.stdin.read()
while time.process_time() < float(burn_s):
    pass
print(3 * int(number) + 1 + (int(number) in {fails!r}))
"""
SYNTAX_ERROR = "print(int(input()\n"
RUNTIME_ERROR = "print([][int(input().split()[0])])\n"
ENDLESS = "while True:\n    pass\n"

_numbers = itertools.count()


class WrongVerdict(Exception):
    """A verdict is not the known one: a benchmark of wrong verdicts measures nothing."""


@dataclass(frozen=True)
class Case:
    """A submission and the verdict that it must get."""

    problem: Problem
    program: Program
    verdict: Verdict

    @property
    def submission(self) -> Submission:
        return Submission(self.problem, self.program)


def check(cases: Sequence[Case], judgements: Sequence[Judgement]) -> None:
    """Compare the verdicts with the known ones.

    Raises:
        WrongVerdict: A verdict is not the known one.
    """
    for case, judgement in zip(cases, judgements, strict=True):
        if judgement.verdict is not case.verdict:
            raise WrongVerdict(f"{case.problem.problem_id}: not {case.verdict} but {judgement}\n{case.program.source}")


def unique(source: str) -> Program:
    """Return the program with a text that is in no cache."""
    return Program(f"{source}# {next(_numbers)}\n")


def burning(problem_id: str, burns_s: Sequence[float], paddings: Sequence[int] = (), cpu_s: float = 6.0) -> Problem:
    """Return a problem for BURNING from the CPU seconds of each test, and the bytes that pad its input."""
    tests = tuple(
        TestCase(f"{number} {burn_s}\n{'x' * padding}\n", f"{3 * number + 1}\n")
        for number, (burn_s, padding) in enumerate(itertools.zip_longest(burns_s, paddings, fillvalue=0))
    )
    return Problem(problem_id, Mode.STDIN, tests, limits=Limits(cpu_s=cpu_s))


def burns_s(problem: Problem) -> list[float]:
    """Return the CPU seconds that each test of a problem for BURNING takes."""
    return [float(test.input.split()[1]) for test in problem.tests]


def answer(problem: Problem, fails: Sequence[int] = ()) -> Case:
    """Return a new program that fails these tests of a problem for BURNING, and passes the others."""
    source = BURNING.format(fails=set(fails) or ())
    return Case(problem, unique(source), Verdict.WA if fails else Verdict.AC)


def trivial(count: int) -> list[Case]:
    """Return W1: stdin programs that pass 15 trivial tests."""
    return [Case(ADDITION, unique(ADD), Verdict.AC) for _ in range(count)]


def calls(count: int) -> list[Case]:
    """Return W2: functions that pass 15 trivial calls."""
    return [Case(ADDITION_BY_CALL, unique(ADD_FUNCTION), Verdict.AC) for _ in range(count)]


def failing(count: int) -> list[Case]:
    """Return W4: stdin programs that fail every test."""
    return [Case(ADDITION, unique(ADD.replace("+", "-")), Verdict.WA) for _ in range(count)]


def grpo(seed: int) -> list[Case]:
    """Return W5: 64 completions of 8 problems, under the usual limit of 6 s.

    19 are right, 26 wrong at some test, 6 do not compile, 6 raise, and 7 never end.
    """
    rng = random.Random(seed)
    problems = [burning(f"problem {number}", [0.0] * TESTS) for number in range(8)]
    kinds = ["right"] * 19 + ["wrong"] * 26 + [SYNTAX_ERROR] * 6 + [RUNTIME_ERROR] * 6 + [ENDLESS] * 7
    rng.shuffle(kinds)
    verdicts = {SYNTAX_ERROR: Verdict.CE, RUNTIME_ERROR: Verdict.RTE, ENDLESS: Verdict.TLE}
    cases = []
    for number, kind in enumerate(kinds):
        problem = problems[number // 8]
        if kind in verdicts:
            cases.append(Case(problem, unique(kind), verdicts[kind]))
        else:
            cases.append(answer(problem, [rng.randrange(TESTS)] if kind == "wrong" else []))
    return cases
