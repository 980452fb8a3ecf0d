"""What Ray says of the cluster's nodes.

Runs: in the coordinator.
"""

from __future__ import annotations

import ray
from ray._private.state import state  # the draining nodes have no public name yet

from deepcoder.pool.crew import Node


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
