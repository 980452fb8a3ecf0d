"""Submissions as GRPO makes them, small enough for a million: the tests that each program fails, and their seconds.

The seconds come from `measured.json`. The verdicts have the shares of W5 (`scripts/bench/mix.py`). The tests that fail
a wrong program are chosen as in `scripts/bench/replay.py`.
"""

from __future__ import annotations

import itertools
import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from deepcoder.verdicts import Verdict
from scripts.bench.mix import LIMITS, TESTS
from scripts.bench.replay import HOPELESS, KILLERS

COMPLETIONS = 8  # of a problem, one after the other
PROBLEMS = 24_000  # as many as DeepCoder has; a larger load repeats them
FUNCTIONS = 0.2  # assumed share of problems whose tests cannot be split
LIMIT_S = LIMITS.cpu_s
ALL_TESTS = (1 << TESTS) - 1  # as bits


class Kind(IntEnum):
    """The kind of a program."""

    RIGHT = 0
    WRONG = 1
    RAISING = 2  # or it does not compile: fails every test at once
    ENDLESS = 3


# Programs of each kind among 64, as in W5.
SHARES = {Kind.RIGHT: 19, Kind.WRONG: 26, Kind.RAISING: 12, Kind.ENDLESS: 7}
VERDICTS = {Kind.RIGHT: Verdict.AC, Kind.WRONG: Verdict.WA, Kind.RAISING: Verdict.RTE, Kind.ENDLESS: Verdict.TLE}


@dataclass(frozen=True)
class Problem:
    """A problem, and what its tests do to programs."""

    key: str
    splits: bool
    tests_s: tuple[float, ...]  # by test, CPU seconds of a usual program
    kills: tuple[float, ...]  # by test, the probability that it fails a wrong program
    paces: tuple[tuple[float, ...], tuple[float, ...]]  # of wrong and of right programs: factors of the CPU seconds


class Load:
    """Submissions by number. Equal seeds give equal loads."""

    def __init__(self, count: int, measured: dict[str, Any], seed: int = 0) -> None:
        rng = random.Random(seed)
        self.count = count
        self.beside_s: float = measured["beside_s"]
        groups = -(-count // COMPLETIONS)
        self.problems = [_problem(rng, number, measured) for number in range(min(PROBLEMS, groups))]
        self._kinds = bytearray()
        self._paces = array("f")
        self._fails = array("H")
        weights = list(itertools.accumulate(SHARES.values()))
        for number in range(count):
            problem = self.problem(number)
            kind = rng.choices(list(SHARES), cum_weights=weights)[0]
            self._kinds.append(kind)
            self._paces.append(rng.choice(problem.paces[kind is Kind.RIGHT]))
            self._fails.append(_failing(rng, kind, problem.kills))

    def problem(self, number: int) -> Problem:
        """Return the problem of the submission."""
        return self.problems[number // COMPLETIONS % len(self.problems)]

    def kind(self, number: int) -> Kind:
        """Return the kind of the submission's program."""
        return Kind(self._kinds[number])

    def test_s(self, number: int, test: int) -> float:
        """Return the CPU seconds of a test of the submission."""
        kind = self._kinds[number]
        if kind == Kind.ENDLESS:
            return LIMIT_S
        if kind == Kind.RAISING:
            return 0.0
        return min(self.problem(number).tests_s[test] * self._paces[number], LIMIT_S)

    def fails(self, number: int, test: int) -> bool:
        """Return whether the submission fails the test."""
        return bool(self._fails[number] >> test & 1)

    def needed_s(self, number: int) -> float:
        """Return the seconds that no schedule saves: a right program's tests, or a wrong one's cheapest failure."""
        tests_s = [self.test_s(number, test) + self.beside_s for test in range(TESTS)]
        if self._fails[number]:
            return min(seconds for test, seconds in enumerate(tests_s) if self.fails(number, test))
        return sum(tests_s)

    def undivided_s(self, number: int) -> float:
        """Return the part of `needed_s` that one worker has to spend."""
        if self._fails[number] or not self.problem(number).splits:
            return self.needed_s(number)
        return max(self.test_s(number, test) for test in range(TESTS)) + self.beside_s


def _problem(rng: random.Random, number: int, measured: dict[str, Any]) -> Problem:
    real = rng.choice(measured["problems"])
    tests_s = tuple(real["test_s"] * rng.choice(measured["share"]) for _ in range(TESTS))
    kills = [rng.uniform(0.02, 0.2) for _ in range(TESTS)]
    for test in rng.sample(range(TESTS), KILLERS):
        kills[test] = rng.uniform(0.6, 0.95)
    return Problem(
        f"problem {number}",
        rng.random() >= FUNCTIONS,
        tests_s,
        tuple(kills),
        (tuple(real["wrong"]), tuple(real["right"])),
    )


def _failing(rng: random.Random, kind: Kind, kills: Sequence[float]) -> int:
    """Choose the tests that a program fails; return a bit for each."""
    if kind is Kind.RIGHT:
        return 0
    if kind is not Kind.WRONG or rng.random() < HOPELESS:
        return ALL_TESTS
    failing = 0
    while not failing:
        failing = sum(1 << test for test, kill in enumerate(kills) if rng.random() < kill)
    return failing
