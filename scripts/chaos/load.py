"""Submissions with known verdicts, and a count of the judgements that came back for them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Submission, Verdict

LIMITS = Limits(cpu_s=0.5, wall_s=2, memory_bytes=256 << 20)
PAIRS = [(2, 3), (4, 5), (0, 7), (12, 12)]
LARGE = " ".join(map(str, range(100_000)))

PRODUCT = Problem("product", Mode.STDIN, tuple(TestCase(f"{a} {b}\n", f"{a * b}\n") for a, b in PAIRS), limits=LIMITS)
CALLED = Problem(
    "called", Mode.FUNCTION, tuple(TestCase.call([a, b], a * b) for a, b in PAIRS), entry_point="product", limits=LIMITS
)
COUNTED = Problem("counted", Mode.STDIN, (TestCase(LARGE, "100000\n"), TestCase("1 2\n", "2\n")), limits=LIMITS)

PROGRAMS = [
    (PRODUCT, "a, b = map(int, input().split())\nprint(a * b)", Verdict.AC),
    (PRODUCT, "a, b = map(int, input().split())\nprint(a + b)", Verdict.WA),
    (CALLED, "def product(a, b): return a * b", Verdict.AC),
    (PRODUCT, "print(input()[7])", Verdict.RTE),
    (COUNTED, "print(len(input().split()))", Verdict.AC),
    (PRODUCT, "print(int(input()", Verdict.CE),
    (CALLED, "def product(a, b): return a + b", Verdict.WA),
    (PRODUCT, "from math import prod\nprint(prod(map(int, input().split())))", Verdict.AC),
    (PRODUCT, "while True: pass", Verdict.TLE),
]


@dataclass(frozen=True)
class Case:
    """A submission and its verdict."""

    submission: Submission
    verdict: Verdict


def cases(count: int, seed: int, pace_s: float) -> list[Case]:
    """Make cases of every kind; every tenth repeats an earlier one. Most first sleep `pace_s` seconds in each test."""
    chosen, made = random.Random(seed), list[Case]()
    for number in range(count):
        if number % 10 == 9:
            made.append(chosen.choice(made))
            continue
        problem, source, verdict = PROGRAMS[number % len(PROGRAMS)]
        sleep = f"import time; time.sleep({pace_s * chosen.uniform(0.5, 1.5):.3f})\n" if pace_s else ""
        program = Program(f"{sleep}{source}\n# {seed} {number}\n")
        made.append(Case(Submission(problem, program), verdict))
    return made


@dataclass
class Count:
    """A comparison of what was submitted with what came back."""

    submitted: int = 0
    judged: int = 0  # came back, whatever the verdict
    lost: int = 0  # `progress` was never called
    duplicates: int = 0  # `progress` was called more than once
    internal_errors: int = 0
    wrong: int = 0  # a verdict other than the known one and IE
    details: list[str] = field(default_factory=list)
    longest_s: float = 0.0  # of a batch

    @property
    def is_right(self) -> bool:
        """Return whether everything came back once, with its known verdict."""
        return not (self.lost or self.duplicates or self.internal_errors or self.wrong)

    def add(self, other: Count) -> None:
        """Add another comparison to this one."""
        self.submitted += other.submitted
        self.judged += other.judged
        self.lost += other.lost
        self.duplicates += other.duplicates
        self.internal_errors += other.internal_errors
        self.wrong += other.wrong
        self.details += other.details
        self.longest_s = max(self.longest_s, other.longest_s)


def count(asked: Sequence[Case], told: Sequence[int], judgements: Sequence[Judgement], took_s: float) -> Count:
    """Compare the cases with the judgements that `judge` returned, and with the indices that `progress` was told."""
    times, result = Counter(told), Count(len(asked), len(judgements), longest_s=round(took_s, 3))
    result.lost = len(asked) - len(judgements) + sum(times[index] == 0 for index in range(len(judgements)))
    result.duplicates = sum(calls - 1 for calls in times.values())
    for index, (case, judgement) in enumerate(zip(asked, judgements, strict=False)):
        if judgement.verdict is case.verdict:
            continue
        if judgement.verdict is Verdict.IE:
            result.internal_errors += 1
        else:
            result.wrong += 1
        result.details.append(f"{index}: {judgement.verdict} for {case.verdict}: {judgement.detail}")
    return result
