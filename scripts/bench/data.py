"""Measure large tests: 8 problems of 15 tests with 50 MB of input, 16 completions each, 10 of them right.

Bytes: what `judge` sends to one sandbox for all completions (`Sandbox.sent_bytes`), beside the inputs that were run
there. Each input counts once, however many completions ran on it.

Memory: the same batch in a pool of two workers, then the largest resident size (VmHWM) of this process, of the larger
worker and of the largest runner. This process holds the tests. What a process maps of Ray's object store counts in its
size. Beside the sizes stand all tests; beside a runner's, the largest input.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import closing

from deepcoder import sandbox as sandboxes
from deepcoder.judge import judge
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Verdict
from scripts.bench import pools, processes
from scripts.bench.figures import Figure
from scripts.bench.mix import TESTS, Case, check, unique

WORKERS = 2
LARGE_PROBLEMS, LARGE_COMPLETIONS, RIGHT = 8, 16, 10
INPUT_BYTES = 50_000_000 // TESTS
MB = 1e6
READING = """\
import sys
data = sys.stdin.buffer.read()
number = int(data.split(b" ", 1)[0])
print(len(data), number + (number in {fails!r}))
"""


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield bytes and memory; one round is enough for both."""
    problems = [large(number) for number in range(LARGE_PROBLEMS)]
    cases = completions(random.Random(0), problems)
    yield from crossing(sandbox, cases)
    yield from memory(sandbox, cases)


def large(number: int) -> Problem:
    """Return a problem whose tests take 50 MB."""
    inputs = [f"{test} {number} ".ljust(INPUT_BYTES - 1, "x") + "\n" for test in range(TESTS)]
    tests = tuple(TestCase(each, f"{INPUT_BYTES} {test}\n") for test, each in enumerate(inputs))
    return Problem(f"large {number}", Mode.STDIN, tests)


def completions(rng: random.Random, problems: Sequence[Problem]) -> list[Case]:
    """Return the completions of each problem in turn; a wrong program fails one test and all after it."""
    cases = []
    for problem in problems:
        for number in range(LARGE_COMPLETIONS):
            fails = () if number < RIGHT else tuple(range(rng.randrange(TESTS), TESTS))
            verdict = Verdict.WA if fails else Verdict.AC
            cases.append(Case(problem, unique(READING.format(fails=fails)), verdict))
    return cases


def crossing(sandbox: str, cases: Sequence[Case]) -> Iterator[Figure]:
    """Yield the bytes that one sandbox is sent."""
    executed: set[tuple[str, int]] = set()
    with closing(sandboxes.start(SandboxConfig(sandbox))) as opened:
        before = opened.sent_bytes
        for case in cases:
            executed |= {(case.problem.problem_id, test) for test in run_tests(opened, case)}
        sent = opened.sent_bytes - before
    needed = INPUT_BYTES * len(executed)
    yield Figure("sent to a sandbox", sent / MB, "MB", needed / MB, "the distinct inputs executed", bound=1.1)


def run_tests(sandbox: Sandbox, case: Case) -> list[int]:
    """Judge the case, and return the numbers of the tests that were run.

    Raises:
        WrongVerdict: The verdict is not the known one.
    """
    numbers: list[int] = []
    judgement = judge(case.submission, sandbox, ran=lambda number, _: numbers.append(number))
    check([case], [judgement])
    return numbers


def memory(sandbox: str, cases: Sequence[Case]) -> Iterator[Figure]:
    """Yield the largest sizes of the processes that take part."""
    processes.forget_peak()
    with pools.ready(sandbox, WORKERS) as pool:
        pools.judged(pool, cases)
        workers = processes.workers()
        runners = [pid for worker in workers for pid in processes.runners(worker, sandbox)]
        members = {"the driver": [os.getpid()], "a worker": workers, "a runner": runners}
        peaks = {name: max(map(processes.peak_bytes, pids)) for name, pids in members.items()}
    tests = INPUT_BYTES * TESTS * LARGE_PROBLEMS
    for name, peak in peaks.items():
        beside, beside_name = (INPUT_BYTES, "the largest input") if name == "a runner" else (tests, "all tests")
        yield Figure(f"peak memory of {name}", peak / MB, "MB", beside / MB, beside_name)
