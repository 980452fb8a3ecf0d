"""Measure where the microseconds of a stdin test go, for a program of 15 tests in a pool of one worker.

Each stage is the difference between two costs per test, measured in turns in the same run:

    fork and wait          by a program in the sandbox: a child that ends at once
    pipes                  ... and one that echoes what it reads
    streams                ... through an interpreter's standard streams, opened anew
    compiled code          ... and runs the program: the floor
    wire                   a sandbox whose runner executes nothing (`noop`): frames, the engine's copies, wakes
    runner                 `Sandbox.run` with the inputs at hand, less the floor and the wire
    judge                  `judge`, less `Sandbox.run`: comparing, which the next test should hide
    pool and Ray           `SandboxPool.judge` of a batch, less `judge`

Parts of a test that overlap make a stage smaller than it would be alone, or even negative.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from deepcoder import sandbox as sandboxes
from deepcoder.judge import task
from deepcoder.sandbox import Sandbox, SandboxConfig
from scripts.bench import noop, pools
from scripts.bench.figures import Figure, Measure, compared, interleaved
from scripts.bench.mix import ADDITION, TESTS, trivial
from scripts.bench.runner import FLOOR, judged_s, stages

FEW, MANY = 5, 20  # programs of a slice; a pool gets more, because a batch has costs at its start and end
SLICES = 5
INPUTS = [test.input.encode() for test in ADDITION.tests]


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the stages beside their sum, and the sum beside the floor."""
    with (
        closing(sandboxes.start(SandboxConfig(sandbox))) as opened,
        closing(noop.start(sandbox)) as empty,
        pools.ready(sandbox, workers=1) as pool,
    ):
        measures: list[Measure] = [
            lambda: stages(opened, ["fork", "pipes", "streams", "floor"]),
            lambda: {"wire": run_s(empty)},
            lambda: {"run": run_s(opened)},
            lambda: {"judge": sum(judged_s(opened, each) for each in trivial(FEW)) / FEW / TESTS},
            lambda: {"pool": pools.judged_s(pool, trivial(MANY)) / MANY / TESTS},
        ]
        found = interleaved(measures, rounds, SLICES)
    rows = [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]
    parts = [{name: 1e6 * value for name, value in staged(row).items()} for row in rows]
    totals = [sum(each.values()) for each in parts]
    for name in parts[0]:
        yield compared(name, "µs", [each[name] for each in parts], totals, "all of a stdin test")
    yield compared("all of a stdin test", "µs", totals, [1e6 * row["floor"] for row in rows], FLOOR, bound=1.3)


def staged(row: dict[str, float]) -> dict[str, float]:
    """Return what each stage adds in one round."""
    return {
        "fork and wait": row["fork"],
        "pipes": row["pipes"] - row["fork"],
        "streams": row["streams"] - row["pipes"],
        "compiled code": row["floor"] - row["streams"],
        "wire": row["wire"],
        "runner": row["run"] - row["floor"] - row["wire"],
        "judge": row["judge"] - row["run"],
        "pool and Ray": row["pool"] - row["judge"],
    }


def run_s(sandbox: Sandbox) -> float:
    """Return the seconds per test from the first request to the last outcome, for new programs."""
    tasks = [task(ADDITION, each.program) for each in trivial(FEW)]
    began = time.perf_counter()
    for each in tasks:
        for _ in sandbox.outcomes(each, INPUTS):
            pass
    return (time.perf_counter() - began) / FEW / TESTS
