"""`python -m scripts.simulation`: the pool's dispatcher with thousands of workers and a million submissions.

The dispatcher and the inboxes are the pool's own code. Around them, a simulated coordinator and simulated workers send
the same messages as the real ones, without Ray. What programs and messages cost was measured
(`scripts/simulation/measure.py`). The exit code is 1 if a submission was not judged exactly once, or wrongly.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import resource
import shlex
import sys
import tracemalloc
import zlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler

from deepcoder.pool.backlog import Batch
from deepcoder.pool.job import Job
from deepcoder.pool.learned import Learned
from deepcoder.pool.schedule import Schedule
from deepcoder.tools.console import err, out
from scripts.bench import machine
from scripts.bench.mix import TESTS
from scripts.simulation import report
from scripts.simulation.coordinator import Costs
from scripts.simulation.load import LIMIT_S, Load
from scripts.simulation.measure import MEASURED
from scripts.simulation.simulation import Asking, Failures, Result, Run

log = logging.getLogger("deepcoder.simulation")

TABLE_WIDTH = 140  # where the table does not go to a terminal
MEMORY_JOBS = 20_000  # jobs whose memory is measured


def shares(load: Load, shards: int) -> list[list[int]]:
    """Return the submissions of each shard. A problem belongs to one shard, where all that is learned of it is."""
    by_shard: list[list[int]] = [[] for _ in range(shards)]
    for number in range(load.count):
        by_shard[zlib.crc32(load.problem(number).key.encode()) % shards].append(number)
    return by_shard


def askings(submissions: list[int], clients: int, over_s: float) -> list[Asking]:
    """Divide the submissions between so many clients."""
    cuts = [len(submissions) * client // clients for client in range(clients + 1)]
    parts = (submissions[begin:end] for begin, end in zip(cuts, cuts[1:], strict=False))
    return [Asking(part, over_s=over_s) for part in parts if part]


def bytes_per_job(load: Load) -> float:
    """Return the memory that the schedule holds for a submission that waits."""
    schedule, batch = Schedule(Learned()), Batch()
    payload = object()
    tracemalloc.start()
    for number in range(MEMORY_JOBS):
        schedule.add(batch, Job(payload, load.problem(number % load.count).key, TESTS, True, LIMIT_S))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return held / MEMORY_JOBS


def main(
    workers: Annotated[int, typer.Option(min=1)] = 10_000,
    submissions: Annotated[int, typer.Option(min=1)] = 1_000_000,
    clients: Annotated[int, typer.Option(min=1, help="They share the submissions equally.")] = 8,
    over: Annotated[float, typer.Option(min=0, help="Seconds over which they ask, one by one; 0: all at once.")] = 0.0,
    shards: Annotated[int, typer.Option(min=1, help="Coordinators, each with its workers and its problems.")] = 1,
    failures: Annotated[bool, typer.Option(help="Lose workers and nodes, break sandboxes, have slow nodes.")] = True,
    costs: Annotated[bool, typer.Option(help="Have the coordinator's processor take its time.")] = True,
    seed: int = 0,
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")] = Path("runs/simulation"),
) -> None:
    """Judge submissions in simulated time: what the workers, the coordinator, and the schedule's own code come to."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    load = Load(submissions, measured["programs"], seed)
    spent = measured["coordinator"]
    message_costs = Costs(spent["report_s"] * costs, spent["judgement_s"] * costs, spent["hop_s"])
    results = []
    per_job = bytes_per_job(load)
    for number, share in enumerate(shares(load, shards)):
        asked = askings(share, clients, over)
        shard_workers = workers * (number + 1) // shards - workers * number // shards
        results.append(
            Run(load, asked, shard_workers, message_costs, Failures() if failures else None, seed + number).result()
        )
        log.info("simulated %.0f s in %.0f s", results[-1].makespan_s, results[-1].real_s)
    output.mkdir(parents=True, exist_ok=True)
    rows = report.rows(results, message_costs, over)
    rows.append(report.Row("memory of a submission that waits", per_job, "bytes"))
    rows.append(
        report.Row("memory of the whole simulation", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")
    )
    about: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "scripts.simulation", *sys.argv[1:]]),
        "machine": machine.facts("process"),
        "figures": [dataclasses.asdict(row) for row in rows],
        "runs": [_plain(result) for result in results],
    }
    (output / "simulation.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    report.draw(output / "simulation.png", results)
    (out if out.is_terminal else Console(width=TABLE_WIDTH)).print(report.table(rows))
    out.print(f"simulation.json and simulation.png are in {output}", soft_wrap=True)
    raise typer.Exit(not all(result.is_whole for result in results))


def _plain(result: Result) -> dict[str, Any]:
    return vars(result) | {"utilisation": result.utilisation}


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[RichHandler(console=err)])
    log.setLevel(logging.INFO)
    typer.run(main)
