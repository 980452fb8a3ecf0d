"""Measure what a test, a test of 10 MB, a function program and a body of Python cost in one sandbox.

A program in the same sandbox measures the fork floor: fork, pipes, compiled code, wait4 (`floors.stages`). The body is
compared with its own CPU time in a fresh interpreter in the sandbox: being forked must not make a program slower. "CPU
of all" is that of this process, of the sandbox's processes and, with Docker, of the two that copy its input and output.
For the floor it is that of the program.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from deepcoder import sandbox as sandboxes
from deepcoder.judge import judge
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Verdict
from deepcoder.wire.messages import Task
from scripts.bench import floors, processes
from scripts.bench.figures import Figure, Measure, compared, interleaved
from scripts.bench.mix import ADD, Case, calls, check, unique

BENCH_LIMITS = Limits(cpu_s=60, wall_s=120)
LONG_TESTS = 300  # so many that loading the program hardly counts
LONG_RUN = Problem("long", Mode.STDIN, (TestCase("6 7\n", "13\n"),) * LONG_TESTS, limits=BENCH_LIMITS)
LARGE_BYTES, LARGE_TESTS = 10_000_000, 20
LARGE = Problem(
    "large", Mode.STDIN, (TestCase("x" * LARGE_BYTES, f"{LARGE_BYTES}\n"),) * LARGE_TESTS, limits=BENCH_LIMITS
)
COUNT = "import sys\nprint(len(sys.stdin.buffer.read()))\n"
CALL_PROGRAMS, BLOCKS, SLICES = 8, 5, 5
FLOOR = "fork floor"
BODY = """
import time

def work(n):
    total, seen = 0, {}
    for i in range(n):
        total += i * i % 7
        seen[i % 97] = total

began = time.process_time()
work(900_000)
print(time.process_time() - began)
"""
FRESH_BODY = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BODY!r}], check=True)\n"


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield each cost beside its floor."""
    with closing(sandboxes.start(SandboxConfig(sandbox))) as opened:
        used_s = processes.everybody(opened)

        def tests() -> dict[str, float]:
            before_s = used_s()
            took_s = judged_s(opened, Case(LONG_RUN, unique(ADD), Verdict.AC))
            return {"test": took_s / LONG_TESTS, "test, CPU": (used_s() - before_s) / LONG_TESTS}

        measures: list[Measure] = [
            lambda: stages(opened, ["floor"]),
            tests,
            lambda: {"large": judged_s(opened, Case(LARGE, unique(COUNT), Verdict.AC)) / LARGE_TESTS},
            lambda: {"calls": statistics.median(judged_s(opened, each) for each in calls(CALL_PROGRAMS))},
            lambda: {"body": float(printed(opened, BODY)), "fresh body": float(printed(opened, FRESH_BODY))},
        ]
        found = interleaved(measures, rounds, SLICES)
    ms = {name: [1000 * each for each in values] for name, values in found.items()}
    yield compared("stdin test", "ms", ms["test"], ms["floor"], FLOOR, bound=1.3)
    yield compared("stdin test, CPU of all", "ms", ms["test, CPU"], ms["floor, CPU"], FLOOR)
    yield compared("stdin test of 10 MB", "ms", ms["large"], ms["test"], "stdin test")
    yield compared("function program of 15 calls", "ms", ms["calls"], ms["floor"], FLOOR, bound=2.0)
    yield compared("pure-Python body, CPU", "ms", ms["body"], ms["fresh body"], "fresh interpreter", bound=1.05)


def stages(sandbox: Sandbox, names: Sequence[str]) -> dict[str, float]:
    """Return the seconds of these stages of `floors.stages` in the sandbox, and their CPU seconds as "name, CPU"."""
    call = f"stages({ADD!r}, b'6 7\\n', b'13\\n', {list(names)}, {BLOCKS})"
    found = json.loads(printed(sandbox, floors.text(call)))
    walls = {name: wall_s for name, (wall_s, _) in found.items()}
    return walls | {f"{name}, CPU": cpu_s for name, (_, cpu_s) in found.items()}


def printed(sandbox: Sandbox, source: str) -> str:
    """Run a program of the benchmark in the sandbox, and return its output.

    Raises:
        RuntimeError: The program failed.
    """
    (outcome,) = sandbox.outcomes(Task(source, Mode.STDIN, BENCH_LIMITS), [b""])
    if outcome.exit_code != 0:
        raise RuntimeError(f"a program of the benchmark failed: {outcome}")
    return outcome.output.decode()


def judged_s(sandbox: Sandbox, case: Case) -> float:
    """Return the seconds of one judgement.

    Raises:
        WrongVerdict: The verdict is not the known one.
    """
    began = time.perf_counter()
    judgement = judge(case.submission, sandbox)
    took_s = time.perf_counter() - began
    check([case], [judgement])
    return took_s
