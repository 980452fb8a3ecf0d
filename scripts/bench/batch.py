"""Measure five workloads in a pool of two workers, beside two plain processes that judge the same without isolation.

    W1  15 trivial stdin tests, all pass        W4  fails at the first test
    W2  15 trivial function calls               W5  64 completions of 8 problems as GRPO makes them: `mix.grpo`

The floors are a fork per test, and a fork per program in which the tests follow each other (`floors.serve`). Beside
them stands the simplest way, a new `python3` per test. All judge distinct programs, in turns, round by round.

W5 is compared with the floor, and with its lower bound: the time limits of the endless loops, spread over the workers.

The bounds of W1 to W5 beside the fork per test are what the best of the peers reached there (`PEERS`).
"""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from deepcoder.pool import SandboxPool
from deepcoder.verdicts import Verdict
from scripts.bench import floors, pools
from scripts.bench.figures import Figure, Measure, compared, interleaved
from scripts.bench.mix import Case, WrongVerdict, calls, failing, grpo, trivial

WORKERS = 2
PYTHON = os.path.realpath(sys.executable)  # without the packages of a virtual environment
PER_TEST, PER_PROGRAM, NAIVE = floors.WAYS
# Programs per second beside a fork per test, of the best of eight systems, on one machine: verl's prime_code, which
# isolates nothing, on W1 and W2, a python3 per test on W4, LiveCodeBench (its makespan) on W5.
PEERS = {"W1": 31.5 / 69.5, "W2": 68.4 / 56.5, "W4": 137 / 872, "W5": 25.7 / 24.5}
# The cases, the number for the pool and the floors, and the number for a python3 per test.
WORKLOADS: dict[str, tuple[Callable[[int], list[Case]], int, int]] = {
    "W1": (trivial, 100, 6),
    "W2": (calls, 200, 6),
    "W4": (failing, 300, 60),
}


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield programs per second, and the makespan of W5 in half of the rounds, since each takes a minute."""
    with pools.ready(sandbox, WORKERS) as pool:
        for name, workload in WORKLOADS.items():
            yield from throughput(pool, name, *workload, rounds)
        yield from makespan(pool, math.ceil(rounds / 2))


def throughput(
    pool: SandboxPool, name: str, made: Callable[[int], list[Case]], many: int, few: int, rounds: int
) -> Iterator[Figure]:
    """Yield the programs per second of the pool, beside each other way."""
    measures: list[Measure] = [
        lambda: {"pool": many / pools.judged_s(pool, made(many))},
        lambda: {PER_TEST: many / plain_s(PER_TEST, made(many))},
        lambda: {PER_PROGRAM: many / plain_s(PER_PROGRAM, made(many))},
        lambda: {NAIVE: few / plain_s(NAIVE, made(few))},
    ]
    found = interleaved(measures, rounds)
    for way, bound in ((PER_TEST, PEERS[name]), (PER_PROGRAM, None), (NAIVE, 1.0)):
        yield compared(name, "programs/s", found["pool"], found[way], way, bound, at_least=True)


def makespan(pool: SandboxPool, rounds: int) -> Iterator[Figure]:
    """Yield the seconds for W5."""
    seeds = itertools.count()

    def both() -> dict[str, float]:
        cases = grpo(next(seeds))
        return {"pool": pools.judged_s(pool, cases), PER_TEST: plain_s(PER_TEST, cases)}

    found = interleaved([both], rounds)
    endless = sum(case.verdict is Verdict.TLE for case in grpo(0))
    least_s = math.ceil(endless / WORKERS) * grpo(0)[0].problem.limits.cpu_s
    yield compared("W5", "s", found["pool"], found[PER_TEST], PER_TEST, PEERS["W5"])
    yield compared("W5", "s", found["pool"], [least_s] * rounds, "the endless loops alone")


def plain_s(way: str, cases: Sequence[Case]) -> float:
    """Return the seconds in which plain processes, as many as workers, judge the batch in one of `floors.WAYS`.

    Raises:
        WrongVerdict: A verdict is not the known one.
    """
    numbers, giving = os.pipe()
    told = json.dumps({"way": way, "jobs": [job(case) for case in cases], "numbers": numbers})
    command = [PYTHON, "-I", "-c", floors.text("serve()")]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[numbers])
        for _ in range(WORKERS)
    ]
    os.close(numbers)
    for process in started:
        assert process.stdin and process.stdout
        process.stdin.write(told + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    os.write(giving, b"".join(number.to_bytes(4, "big") for number in range(len(cases))))
    os.close(giving)
    verdicts: dict[str, str] = {}
    for process in started:
        verdicts |= json.loads(process.communicate()[0])
    took_s = time.perf_counter() - began
    for number, case in enumerate(cases):
        if verdicts[str(number)] != case.verdict:
            raise WrongVerdict(f"{way}: not {case.verdict} but {verdicts[str(number)]}: {case.program.source}")
    return took_s


def job(case: Case) -> floors.Job:
    """Return the case as `floors.serve` takes it."""
    problem = case.problem
    return {
        "source": case.program.source,
        "entry_point": problem.entry_point,
        "tests": [[test.input, test.output] for test in problem.tests],
        "cpu_s": math.ceil(problem.limits.cpu_s),
    }
