"""Measure what calibrated limits save on a batch as GRPO makes it, and which verdicts they change.

The batch has 64 completions for 8 problems: right programs, a third of them twice as slow as the reference, wrong ones,
broken ones, and 7 endless loops. The factor of `datasets.times` is compared with how much the CPU time of one program
varies: its slowest run of many with four programs per processor, beside its median run alone.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence

from deepcoder.datasets import ReferenceTime
from deepcoder.datasets.times import FACTOR
from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.verdicts import Submission, Verdict
from scripts.bench import pools
from scripts.bench.figures import Figure
from scripts.bench.mix import TESTS, unique

WORKERS = 2
WORK_ROUNDS = (
    0,
    0,
    100_000,
    300_000,
    600_000,
    1_000_000,
    2_000_000,
    4_000_000,
)  # loops in the heaviest test of each problem
RUNS = 40  # of one program, to see how much its CPU time varies
PER_PROCESSOR = 4

WORKING = """\
number, work = map(int, input().split())
state = 0
for i in range({effort} * work):
    state = (31 * state + i) % 1_000_003
print(3 * number + 1 + ({error}))
"""
REFERENCE = WORKING.format(effort=1, error=0)
BATCH_MIX = (  # number, verdict and source of each kind of program
    (13, Verdict.AC, REFERENCE),
    (6, Verdict.AC, WORKING.format(effort=2, error=0)),
    (13, Verdict.WA, WORKING.format(effort=1, error="number == 0")),
    (13, Verdict.WA, WORKING.format(effort=1, error="number == 7")),
    (6, Verdict.CE, "print(int(input()\n"),
    (6, Verdict.RTE, "print([][int(input().split()[0])])\n"),
    (7, Verdict.TLE, "while True:\n    pass\n"),
)


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield what calibrated limits save and change; rounds with default and calibrated limits take turns.

    Raises:
        AssertionError: A verdict under the default limits is wrong.
    """
    problems = [_problem(number, work) for number, work in enumerate(WORK_ROUNDS)]
    took_s: dict[str, list[float]] = {"default": [], "calibrated": []}
    changed = 0
    with pools.ready(sandbox, WORKERS) as pool:
        kinds = {"default": problems, "calibrated": _calibrated(problems, pool)}
        for seed in range(rounds):
            for name, limited in kinds.items():
                batch, expected = _batch(limited, seed)
                began = time.perf_counter()
                verdicts = [each.verdict for each in pool.judge(batch)]
                took_s[name].append(time.perf_counter() - began)
                assert name == "calibrated" or verdicts == expected, list(zip(verdicts, expected, strict=True))
                changed += sum(found is not known for found, known in zip(verdicts, expected, strict=True))
    default_s, calibrated_s = (statistics.median(each) for each in took_s.values())
    yield Figure("makespan with calibrated limits", calibrated_s, "s", default_s, "6 s for every problem")
    yield Figure(f"verdicts that they change in {rounds} batches of 64", changed, "programs", bound=0)
    alone_s = statistics.median(_cpu_s(problems, sandbox, workers=1))
    crowded_s = max(_cpu_s(problems, sandbox, workers=PER_PROCESSOR * (os.cpu_count() or 1)))
    name = f"CPU time of the slowest of {RUNS} runs, {PER_PROCESSOR} programs per processor"
    yield Figure(name, crowded_s, "s", alone_s, "median alone", bound=FACTOR / 2)  # machines differ by the rest


def _problem(number: int, work: int) -> Problem:
    """Return a problem with one heavy test, which is not the first."""
    inputs = [f"{test} {work if test == TESTS // 2 else 0}\n" for test in range(TESTS)]
    tests = tuple(TestCase(given, f"{3 * test + 1}\n") for test, given in enumerate(inputs))
    return Problem(f"limits/{number}", Mode.STDIN, tests, reference=REFERENCE)


def _calibrated(problems: Sequence[Problem], pool: SandboxPool) -> list[Problem]:
    """Return the problems with the limits that `deepcoder doctor --times` and `load_problems` would give them."""
    judgements = pool.judge([Submission(each, unique(each.reference or "")) for each in problems])
    return [
        ReferenceTime(each.problem_id, len(each.tests), judgement.slowest_s).limited(each)
        for each, judgement in zip(problems, judgements, strict=True)
    ]


def _batch(problems: Sequence[Problem], seed: int) -> tuple[list[Submission], list[Verdict]]:
    """Return a shuffled batch, in which each kind of program is spread over the problems, and its verdicts."""
    made = [
        (Submission(problems[number % len(problems)], unique(source)), verdict)
        for count, verdict, source in BATCH_MIX
        for number in range(count)
    ]
    random.Random(seed).shuffle(made)
    return [submission for submission, _ in made], [verdict for _, verdict in made]


def _cpu_s(problems: Sequence[Problem], sandbox: str, workers: int) -> list[float]:
    """Return the CPU seconds of the heaviest test in many runs of one program."""
    with pools.ready(sandbox, workers) as pool:
        judgements = pool.judge([Submission(problems[-1], unique(REFERENCE)) for _ in range(RUNS)])
    return [each.slowest_s for each in judgements]
