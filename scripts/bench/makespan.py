"""A batch of mixed verdicts through a pool of two workers, beside the least time that any two could take.

Its programs burn CPU time that is known, so the lower bound is too: all of the necessary work over the workers, or the
longest test. A wrong program fails every test, and each costs it the same, so one of them is necessary whatever the
order. The straggler is one right program with many tests of a second, last in the batch: alone on a worker it takes
longer than the bound, so its tests must be spread.

The bound holds for a machine with nothing else to do; so beside it stands what two plain processes take that burn half
of the work each, in turns with the pool.
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
    """The makespan beside the bound, and beside as much work without any judging."""
    least_s = lower_bound_s(mixed())
    with pools.ready(sandbox, WORKERS) as pool:
        found = interleaved(
            [lambda: {"pool": pools.judged_s(pool, mixed())}, lambda: {"plain": burned_s(least_s)}], rounds
        )
    yield compared("mixed batch", "s", found["pool"], [least_s] * rounds, "lower bound", bound=1.1)
    yield compared("mixed batch", "s", found["pool"], found["plain"], "the work alone, halved", bound=1.1)


def mixed() -> list[Case]:
    """The batch; the straggler comes last."""
    cases = [answer(LONG_TEST) for _ in range(2)]
    for problem in USUAL_PROBLEMS:
        cases += [answer(problem) for _ in range(3)]
        cases += [answer(problem, range(len(problem.tests))) for _ in range(3)]
        cases += [Case(problem, unique(RUNTIME_ERROR), Verdict.RTE), Case(problem, unique(SYNTAX_ERROR), Verdict.CE)]
    cases.append(Case(IMPATIENT, unique(ENDLESS), Verdict.TLE))
    return [*cases, answer(STRAGGLER)]


def lower_bound_s(cases: Sequence[Case]) -> float:
    """Seconds below which no schedule on the workers can be."""
    longest = max(burn_s for case in cases for burn_s in necessary_s(case))
    return max(sum(sum(necessary_s(case)) for case in cases) / WORKERS, longest)


def necessary_s(case: Case) -> list[float]:
    """The CPU seconds of each test that must be run to know the verdict."""
    if case.verdict in (Verdict.CE, Verdict.RTE):
        return [0.0]
    if case.verdict is Verdict.TLE:
        return [case.problem.limits.cpu_s]
    costs = burns_s(case.problem)
    return costs if case.verdict is Verdict.AC else [min(costs)]


def burned_s(each_s: float) -> float:
    """Seconds in which as many plain processes as workers burn so much CPU time each."""
    began = time.perf_counter()
    started = [subprocess.Popen([sys.executable, "-I", "-c", BURN, str(each_s)]) for _ in range(WORKERS)]
    for process in started:
        process.wait()
    return time.perf_counter() - began
