"""Compare the backends that can start here: a start, a test, a function program, W1, C++, and the idle memory.

Each round starts a sandbox of each kind in turn, so all kinds meet the same machine. The others are compared with a
process sandbox. Memory is the proportional share (Pss) of the sandbox's processes, gVisor's own among them. Docker has
C++ where the image with all languages is built.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from deepcoder import sandbox as sandboxes
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.sandbox import ISOLATING, SandboxConfig, SandboxUnavailable
from deepcoder.verdicts import Verdict
from scripts.bench import mix, processes
from scripts.bench.figures import Figure, compared, interleaved
from scripts.bench.languages import IMAGE, judged
from scripts.bench.mix import ADD, Case, unique
from scripts.bench.runner import BENCH_LIMITS, judged_s

TESTS, PROGRAMS = 100, 8
RUN = Problem("run", Mode.STDIN, (TestCase("6 7\n", "13\n"),) * TESTS, limits=BENCH_LIMITS)
FLOOR = "process"
WHAT = {
    "start": "s",
    "stdin test": "ms",
    "function program of 15 calls": "ms",
    "W1 program": "ms",
    "idle memory": "MiB",
    "cpp, test": "ms",
    "cpp, compiled": "ms",
}
SCALE = {"s": 1.0, "ms": 1000.0, "MiB": 1.0}


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield each figure of each kind; `sandbox` makes no difference."""
    configs = [each for each in map(config_of, ISOLATING) if each]
    found = interleaved([partial(measured, each) for each in configs], rounds)
    for what, unit in WHAT.items():
        for kind in (each.kind for each in configs):
            if f"{what}, {kind}" in found:
                values, floors = (
                    [SCALE[unit] * each for each in found.get(f"{what}, {name}", ())] for name in (kind, FLOOR)
                )
                yield compared(f"{what}, {kind}", unit, values, floors, FLOOR)


def config_of(kind: str) -> SandboxConfig | None:
    """Return the configuration of such a sandbox that can start here; None where none can."""
    for config in (SandboxConfig(kind, IMAGE), SandboxConfig(kind)):
        with contextlib.suppress(SandboxUnavailable):
            sandboxes.start(config).close()
            return config
    return None


def measured(config: SandboxConfig) -> dict[str, float]:
    """Return the figures of one sandbox: seconds, and MiB."""
    kind = config.kind
    began = time.perf_counter()
    with closing(sandboxes.start(config)) as opened:
        start_s = time.perf_counter() - began
        judged_s(opened, mix.trivial(1)[0])  # the first of a sandbox
        calls, trivial = (
            statistics.median(judged_s(opened, each) for each in cases)
            for cases in (mix.calls(PROGRAMS), mix.trivial(PROGRAMS))
        )
        values = (
            *(start_s, judged_s(opened, Case(RUN, unique(ADD), Verdict.AC)) / TESTS, calls, trivial),
            sum(map(held_mib, processes.runners(os.getpid(), kind))),
        )
        found = dict(zip(WHAT, values, strict=False)) | (judged(opened, "cpp") if "cpp" in opened.languages else {})
    return {f"{what}, {kind}": value for what, value in found.items()}


def held_mib(pid: int) -> float:
    """Return the proportional share of memory of a process; 0 for one that has ended."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
    return 0.0
