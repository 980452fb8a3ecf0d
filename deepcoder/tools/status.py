"""The pools of a cluster as tables for a person, or as JSON for a program.

Runs: wherever a person types.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from deepcoder.pool.clusters import Cluster
from deepcoder.pool.state import State

SILENT = "does not answer"


def as_object(cluster: Cluster) -> Mapping[str, Any]:
    """Return the cluster as one object for JSON. A pool that does not answer is None."""
    return {
        "address": cluster.address,
        "nodes": [each._asdict() for each in cluster.nodes],
        "pools": {name: state and dataclasses.asdict(state) for name, state in cluster.pools.items()},
    }


def tables(cluster: Cluster) -> RenderableType:
    """Return, for each pool, its state, its workers by node, and why some do not start."""
    shown: list[RenderableType] = [f"Ray cluster at {cluster.address}, nodes: {len(cluster.nodes)}"]
    for name, state in cluster.pools.items():
        shown.append(f"\n[bold]{escape(name)}[/]  {state or f'[red]{SILENT}[/]'}")
        if state is not None:
            shown += [_rates(state), _workers(cluster, state)]
            shown += [f"[red]a worker does not start:[/] {escape(each)}" for each in state.failures]
    return Group(*shown)


def _rates(state: State) -> str:
    answered = max(1, state.judged)
    return (
        f"{state.judged_per_s:.1f} judged and {state.tests_per_s:.1f} tests run per second in the last minute; "
        f"since the pool began {state.repeated / answered:.1%} repeated, {state.ie / answered:.2%} IE, "
        f"{state.suspicious / answered:.1%} suspicious, {state.retries} retries, {state.sandbox_recycles} sandboxes "
        f"thrown away, {state.worker_losses} workers lost"
    )


def _workers(cluster: Cluster, state: State) -> Table:
    """Return a table of the workers by node; the last row counts those that wait for room on some node."""
    table = Table("node", "workers", "busy", "starting", "tests run", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    nodes = {each.id: each for each in cluster.nodes}
    for each in state.nodes:
        node = nodes.get(each.node)
        remark = "gone" if node is None else "draining" if node.is_leaving else ""
        where = f"{each.address} [dim]{each.node[:8]}[/]" + (f" [yellow]{remark}[/]" if remark else "")
        table.add_row(where, str(each.workers), str(each.busy), str(each.workers - each.alive), str(each.tests))
    if state.unplaced:
        table.add_row("[yellow]waiting for room[/]", str(state.unplaced), "", "", "")
    return table
