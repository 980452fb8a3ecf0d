"""`python -m scripts.simulation.measure FILE`: measure the costs that the simulation uses, and write `measured.json`.

What programs cost: every program of FILE runs on the tests of its problem, in a sandbox. A line of FILE is a problem
with `tests` (`{input, output}`) and `programs` (`{label, code}`); the `label` of right ones is AC. What the coordinator
costs: its processor time and its client's, for batches on workers whose sandboxes do nothing. With more workers there
are more reports for as many judgements, so that a fit tells the cost of a report from the cost of a judgement.
"""

from __future__ import annotations

import json
import logging
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy
import ray
import typer

from deepcoder.judge import task
from deepcoder.pool import SandboxPool
from deepcoder.pool.crew import Member
from deepcoder.pool.inbox import Report
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig, start
from deepcoder.wire.messages import Ended
from scripts.bench import dispatch, machine, pools

log = logging.getLogger("deepcoder.simulation")

MEASURED = Path(__file__).with_name("measured.json")
MEASURED_TESTS = 15  # of a problem, at most, as DeepCoder samples them
MEASURED_LIMIT_S = 6.0
WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
ROUNDS = 3
HOPS = 4  # client, coordinator, worker, and back
SAMPLE = 60  # values that stand for a distribution


class Coordinator(dispatch._Coordinator):
    """Counts the reports."""

    _reports = 0

    def _reported(self, member: Member, report: Report) -> None:
        self._reports += 1
        super()._reported(member, report)

    async def spent(self) -> tuple[int, float, float]:
        """Return the reports so far, and the processor seconds of the event loop's thread and of the whole process."""
        return self._reports, time.thread_time(), time.process_time()


class Pool(SandboxPool):
    _kind = Coordinator


def sample(values: Sequence[float]) -> list[float]:
    """Return the values in order, thinned out evenly to SAMPLE values."""
    ordered, size = sorted(values), min(SAMPLE, len(values))
    return [rounded(ordered[int((rank + 0.5) * len(ordered) / size)]) for rank in range(size)]


def rounded(value: float) -> float:
    """Round to three digits."""
    return float(f"{value:.3g}")


class Cost(NamedTuple):
    """Say what a program costs."""

    cpu_s: list[float]  # of each test
    beside_s: float  # wall seconds of a test beside its CPU seconds


def costs(sandbox: Sandbox, problem: Problem, program: Program) -> Cost | None:
    """Measure a program; return None if a test did not end by itself."""
    inputs = [test.input.encode() for test in problem.tests]
    began = time.monotonic()
    cpu_s = []
    with closing(sandbox.outcomes(task(problem, program), inputs)) as outcomes:
        for outcome in outcomes:
            if outcome.ended not in (Ended.EXITED, Ended.KILLED):
                return None
            cpu_s.append(outcome.cpu_s)
    return Cost(cpu_s, max(0.0, time.monotonic() - began - sum(cpu_s)) / len(cpu_s))


def programs(path: Path) -> dict[str, Any]:
    """Measure the tests of each problem: the seconds of a usual right program, and factors of right and wrong ones."""
    problems, shares, beside_s = list[dict[str, Any]](), list[float](), list[float]()
    with closing(start(SandboxConfig("docker"))) as sandbox:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            tests = tuple(TestCase(test["input"], test["output"]) for test in row["tests"][:MEASURED_TESTS])
            problem = Problem(row["id"], Mode.STDIN, tests, limits=Limits(MEASURED_LIMIT_S))
            measured = [
                (entry["label"] == "AC", costs(sandbox, problem, Program(entry["code"]))) for entry in row["programs"]
            ]
            means = [(is_right, statistics.mean(cost.cpu_s)) for is_right, cost in measured if cost is not None]
            for _, cost in measured:
                if cost is not None:
                    beside_s.append(cost.beside_s)
                    shares += [cpu_s / statistics.mean(cost.cpu_s) for cpu_s in cost.cpu_s]
            usual_s = statistics.median(mean for is_right, mean in means if is_right)
            right = [rounded(mean / usual_s) for is_right, mean in means if is_right]
            wrong = [rounded(mean / usual_s) for is_right, mean in means if not is_right]
            problems.append({"test_s": rounded(usual_s), "right": right, "wrong": wrong or right})
    return {
        "programs": len(beside_s),
        "problems": problems,
        "share": sample(shares),  # of a test: a factor
        "beside_s": rounded(statistics.median(beside_s)),  # wall seconds of a test beside its CPU seconds
    }


def _spent(pool: Pool) -> tuple[int, float, float]:
    coordinator: Any = pool._connection.coordinator()
    spent: tuple[int, float, float] = ray.get(coordinator.spent.remote())
    return spent


def coordinator() -> dict[str, Any]:
    """Measure the seconds of a worker's report with the reply to it, of a judgement, and of a client's judgement."""
    rows = list[dict[str, float]]()
    for workers in WORKERS:
        with Pool(workers, "process") as pool:
            pools.wait_until_ready(pool, workers)
            dispatch.judged_s(pool, dispatch.submissions(dispatch.BATCH // 10, "warm"))
            if workers == 1:
                hop_s = statistics.median(dispatch.latencies_s(pool, "alone")) / HOPS
            for turn in range(ROUNDS):
                before, mine = _spent(pool), time.process_time()
                took_s = dispatch.judged_s(pool, dispatch.submissions(dispatch.BATCH, f"turn {turn}"))
                after = _spent(pool)
                differences = [b - a for a, b in zip(before, after, strict=True)]
                names = ("reports", "loop_s", "process_s", "client_s", "rate")
                values = (*differences, time.process_time() - mine, dispatch.BATCH / took_s)
                rows.append({"workers": workers, **dict(zip(names, values, strict=True))})
                log.info("%s", rows[-1])
    asked = numpy.array([[row["reports"], dispatch.BATCH] for row in rows])

    def fitted(name: str) -> tuple[float, float]:
        report_s, judgement_s = numpy.linalg.lstsq(asked, numpy.array([row[name] for row in rows]), None)[0]
        return float(report_s), float(judgement_s)

    (report_s, judgement_s), (report_process_s, judgement_process_s) = fitted("loop_s"), fitted("process_s")
    return {
        "report_s": report_s,  # processor seconds of the event loop
        "judgement_s": judgement_s,
        "report_process_s": report_process_s,  # and of all threads of the process
        "judgement_process_s": judgement_process_s,
        "client_s": statistics.median(row["client_s"] for row in rows) / dispatch.BATCH,
        "hop_s": hop_s,  # of a message, a quarter of the latency of a batch of one
        "runs": rows,
    }


def main(
    file: Annotated[Path, typer.Argument(exists=True, help="Problems with tests and programs, one a line.")],
    output: Annotated[Path, typer.Option("--output", "-o")] = MEASURED,
) -> None:
    """Measure what programs and the coordinator cost."""
    command = f"python -m scripts.simulation.measure {file.name}"
    measured = {"command": command, "machine": machine.facts("docker"), "programs": programs(file)}
    measured["coordinator"] = coordinator()
    output.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    typer.run(main)
