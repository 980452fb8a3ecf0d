"""`python -m scripts.growth`: how judging grows with hosts, what the loss of one costs, and what crosses to each.

The hosts are namespaces of this machine, with raylets, workers and a network of their own. Their sandboxes sleep the
recorded seconds of each test. Needs root.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from deepcoder.tools.console import err, out
from scripts.chaos.hosts import Host, Hosts, missing

log = logging.getLogger("deepcoder.growth")

WIDTH = 180  # characters of the table where the output is no terminal
WORKERS = 2  # per host
LARGE_MIB = 50.0  # of tests per problem
PROBLEMS = 3


def main(
    hosts: Annotated[list[int] | None, typer.Option(help="Numbers of hosts; default: 1, 2, 4, 8, 16.")] = None,
    seconds: Annotated[float, typer.Option(help="Sleep of each worker.")] = 20.0,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("runs/growth"),
) -> None:
    """Measure how judging grows with hosts."""
    if reason := missing():
        raise SystemExit(reason)
    rows = [measured(count, seconds) for count in hosts or (1, 2, 4, 8, 16)]
    output.mkdir(parents=True, exist_ok=True)
    (output / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")
    first = rows[0]
    names = ("hosts", "submissions", "slept, s", "took, s", "asleep", "of linear")
    more = ("with a host lost, s", "at the pace of before, s", "MiB of tests to each host")
    shown = Table(*names, *more, box=box.MARKDOWN)
    for row in rows:
        linear = row["rate"] / first["rate"] * first["hosts"] / row["hosts"]
        lost = (f"{row['lost_took_s']:.1f}", f"{row['lost_least_s']:.1f}") if "lost_took_s" in row else ("", "")
        shown.add_row(
            str(row["hosts"]),
            str(row["submissions"]),
            f"{row['slept_s']:.0f}",
            f"{row['took_s']:.1f}",
            f"{row['asleep']:.1%}",
            f"{linear:.1%}",
            *lost,
            f"{max(row['received_mib']):.0f} of {row['large_mib']:.0f}",
        )
    (out if out.is_terminal else Console(width=WIDTH)).print(shown)


def measured(count: int, seconds: float) -> dict[str, Any]:
    """Return what a cluster of so many hosts does."""
    with Hosts(count, WORKERS, has_engines=False) as cluster:
        row: dict[str, Any] = {"hosts": count, **judged(cluster, "sleep", seconds)}
        row["rate"] = row["slept_s"] / row["took_s"]
        row["asleep"] = row["rate"] / (count * WORKERS)
        before = [received_bytes(host) for host in cluster.workers]
        large = judged(cluster, "large", LARGE_MIB)
        after = [received_bytes(host) for host in cluster.workers]
        row["received_mib"] = [(b - a) / (1 << 20) for a, b in zip(before, after, strict=True)]
        row["large_mib"], row["large_took_s"] = PROBLEMS * LARGE_MIB, large["took_s"]
        if count > 1:
            lost = judged(cluster, "sleep", seconds, lambda: _lose(cluster.workers[-1], seconds / 2))
            lost_at = lost["lost_at_s"]
            row["lost_took_s"] = lost["took_s"]
            done_s = lost_at * count * WORKERS * row["asleep"]
            row["lost_least_s"] = lost_at + (lost["slept_s"] - done_s) / ((count - 1) * WORKERS * row["asleep"])
            row["wrong"] += lost["wrong"]
    log.info("%d hosts: %s", count, row)
    return row


def judged(cluster: Hosts, kind: str, size: float, meanwhile: Callable[[], float] = lambda: 0.0) -> dict[str, Any]:
    """Have a client on the trainer's host judge, and return what it says; `meanwhile` tells how late it acted."""
    workers = WORKERS * len(cluster.workers)
    command = [sys.executable, "-m", "scripts.growth.client", str(workers), kind, str(size)]
    with cluster.trainer.popen(command, subprocess.PIPE, subprocess.PIPE, {"RAY_ADDRESS": cluster.address}) as client:
        assert client.stdout is not None
        said: dict[str, Any] = {}
        for line in client.stdout:
            if line == b"begun\n":
                said["lost_at_s"] = meanwhile()
            elif line.startswith(b'{"'):
                said |= json.loads(line)
    if "took_s" not in said:
        raise OSError(f"the client on {cluster.trainer} failed: exit code {client.returncode}")
    return said


def _lose(host: Host, after_s: float) -> float:
    began = time.monotonic()
    time.sleep(after_s)
    host.kill_all()
    return time.monotonic() - began


def received_bytes(host: Host) -> int:
    """Return the bytes that have come to the host over its network (proc(5), net/dev)."""
    [line] = [each for each in host.run(["cat", "/proc/net/dev"]).splitlines() if "eth0:" in each]
    return int(line.partition(":")[2].split()[0])


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[RichHandler(console=err)])
    log.setLevel(logging.INFO)
    typer.run(main)
