"""Ask Ray about the cluster's nodes, and say what a worker needs of one.

Runs: in the coordinator, and in the process that starts a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ray

from deepcoder.pool import ray_internals
from deepcoder.pool.crew import Node


def room(resource: str, avoided: Sequence[str], cpus: float = 1.0) -> dict[str, Any]:
    """Return what Ray is asked for one sandbox, on none of the nodes `avoided` (ids): CPUs, or one of the resource."""
    options: dict[str, Any] = {"num_cpus": 0, "resources": {resource: 1}} if resource else {"num_cpus": cpus}
    if avoided:
        options["label_selector"] = {"ray.io/node-id": f"!in({','.join(avoided)})"}
    return options


def alive(resource: str) -> list[Node]:
    """Return the nodes that are alive. Their room is in CPUs, or in the resource of that name if one is named."""
    draining = ray_internals.draining_nodes()
    free = ray_internals.free_resources()
    name = resource or "CPU"
    nodes = []
    for node in ray.nodes():  # type: ignore[no-untyped-call]
        if node["Alive"]:
            node_id, has = node["NodeID"], node["Resources"]
            nodes.append(
                Node(
                    node_id,
                    node["NodeManagerAddress"],
                    room=int(has.get(name, 0)),
                    free=int(free.get(node_id, {}).get(name, 0)),
                    has_gpu=has.get("GPU", 0) > 0,
                    is_leaving=node_id in draining,
                )
            )
    return nodes
