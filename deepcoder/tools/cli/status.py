"""`deepcoder status`: show the pools of a Ray cluster."""

from __future__ import annotations

import json
import signal
from queue import Empty, SimpleQueue
from typing import Annotated

import typer
from rich.live import Live

from deepcoder.pool import clusters
from deepcoder.tools.cli.options import UserError
from deepcoder.tools.console import out
from deepcoder.tools.status import as_object, tables

REFRESH_S = 1.0  # how often a terminal shows the cluster anew


def status(
    address: Annotated[
        str, typer.Option(envvar="RAY_ADDRESS", help="The cluster's address; default: the cluster of this machine.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the pools of a Ray cluster, on a terminal until Ctrl-C; exit code 2 where there is none."""
    with clusters.joined(address):
        cluster = _look()
        if as_json:
            out.print_json(json.dumps(as_object(cluster)))
        elif not out.is_terminal:
            out.print(tables(cluster))
        else:
            _follow(cluster)


def _follow(cluster: clusters.Cluster) -> None:
    """Show the tables, and refresh them until Ctrl-C; a second Ctrl-C does not wait for a look that takes long."""
    # A handler may put into this at any moment, where an Event could deadlock.
    ended: SimpleQueue[None] = SimpleQueue()

    def end(*_: object) -> None:
        ended.put(None)
        signal.signal(signal.SIGINT, usual)

    usual = signal.signal(signal.SIGINT, end)  # Ray's code may lose an exception that is raised in it
    try:
        with Live(tables(cluster), console=out, auto_refresh=False) as live:
            while not _comes(ended, REFRESH_S):
                live.update(tables(_look()), refresh=True)
    finally:
        signal.signal(signal.SIGINT, usual)


def _comes(queue: SimpleQueue[None], timeout_s: float) -> bool:
    """Return whether something is put into the queue within that time."""
    try:
        queue.get(timeout=timeout_s)
    except Empty:
        return False
    return True


def _look() -> clusters.Cluster:
    cluster = clusters.look()
    if not cluster.pools:
        raise UserError(f"no pool runs on the Ray cluster at {cluster.address}")
    return cluster
