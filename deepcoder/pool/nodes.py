"""What Ray says of the cluster's nodes, and is asked for.

Runs: in the coordinator, and in whoever starts a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ray
from ray._private.state import state  # the draining nodes have no public name yet

from deepcoder.pool.crew import Node


def room(resource: str, avoided: Sequence[str]) -> dict[str, Any]:
    """What Ray is asked for one sandbox, on none of the nodes `avoided` (ids)."""
    found: dict[str, Any] = {"num_cpus": 0, "resources": {resource: 1}} if resource else {"num_cpus": 1}
    if avoided:
        found["label_selector"] = {"ray.io/node-id": f"!in({','.join(avoided)})"}
    return found


def alive(resource: str) -> list[Node]:
    """The nodes that are alive. Their room is in CPUs, or in the resource of that name where there is one."""
    leaving = state.get_draining_nodes()
    free = state.available_resources_per_node()  # type: ignore[no-untyped-call]
    name = resource or "CPU"
    found = []
    for each in ray.nodes():  # type: ignore[no-untyped-call]
        if each["Alive"]:
            node, has = each["NodeID"], each["Resources"]
            left = int(free.get(node, {}).get(name, 0))
            has_gpu = has.get("GPU", 0) > 0
            found.append(Node(node, each["NodeManagerAddress"], int(has.get(name, 0)), left, has_gpu, node in leaving))
    return found
