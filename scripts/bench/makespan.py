"""Measure a batch of mixed verdicts in a pool of two workers, beside the least time that two workers could take.

The CPU time of each program is known, and so is the lower bound: the necessary work divided by the workers, or the
longest test. A wrong program fails every test at the same cost, so one of its tests is necessary in any order. The
straggler is a right program with many tests of a second, last in the batch. One worker alone would need longer for it
than the bound, so its tests must be spread.

The bound is for a machine with no other work. So beside it stands the time of two plain processes that burn half of the
work each, in turns with the pool.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from deepcoder.verdicts import Verdict
from scripts.bench import pools
from scripts.bench.figures import Figure, compared, interleaved
from scripts.bench.mix import ENDLESS, RUNTIME_ERROR, SYNTAX_ERROR, Case, answer, burning, burns_s, unique

WORKERS = 2
STRAGGLER = burning("straggler", [1.0] * 14)
LONG_TEST = burning("long tests", [1.5])
USUAL_PROBLEMS = [burning(f"usual {number}", [0.05] * 8) for number in range(4)]
IMPATIENT = burning("impatient", [0.0] * 8, cpu_s=1.0)
BURN = "import sys, time\nwhile time.process_time() < float(sys.argv[1]):\n    pass\n"


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the makespan beside the bound, and beside the same work without judging."""
    least_s = lower_bound_s(mixed())
    with pools.ready(sandbox, WORKERS) as pool:
        found = interleaved(
            [lambda: {"pool": pools.judged_s(pool, mixed())}, lambda: {"plain": burned_s(least_s)}], rounds
        )
    yield compared("mixed batch", "s", found["pool"], [least_s] * rounds, "lower bound", bound=1.1)
    yield compared("mixed batch", "s", found["pool"], found["plain"], "the work alone, halved", bound=1.1)


def mixed() -> list[Case]:
    """Return the batch; the straggler comes last."""
    cases = [answer(LONG_TEST) for _ in range(2)]
    for problem in USUAL_PROBLEMS:
        cases += [answer(problem) for _ in range(3)]
        cases += [answer(problem, range(len(problem.tests))) for _ in range(3)]
        cases += [Case(problem, unique(RUNTIME_ERROR), Verdict.RTE), Case(problem, unique(SYNTAX_ERROR), Verdict.CE)]
    cases.append(Case(IMPATIENT, unique(ENDLESS), Verdict.TLE))
    return [*cases, answer(STRAGGLER)]


def lower_bound_s(cases: Sequence[Case]) -> float:
    """Return the seconds that every schedule needs at least."""
    longest = max(burn_s for case in cases for burn_s in necessary_s(case))
    return max(sum(sum(necessary_s(case)) for case in cases) / WORKERS, longest)


def necessary_s(case: Case) -> list[float]:
    """Return the CPU seconds of each test that must be run to know the verdict."""
    if case.verdict in (Verdict.CE, Verdict.RTE):
        return [0.0]
    if case.verdict is Verdict.TLE:
        return [case.problem.limits.cpu_s]
    costs = burns_s(case.problem)
    return costs if case.verdict is Verdict.AC else [min(costs)]


def burned_s(each_s: float) -> float:
    """Return the seconds in which plain processes, as many as workers, burn this much CPU time each."""
    began = time.perf_counter()
    started = [subprocess.Popen([sys.executable, "-I", "-c", BURN, str(each_s)]) for _ in range(WORKERS)]
    for process in started:
        process.wait()
    return time.perf_counter() - began
