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
    found = []
    for each in ray.nodes():  # type: ignore[no-untyped-call]
        if each["Alive"]:
            has = each["Resources"]
            room = int(has.get(resource or "CPU", 0))
            node = each["NodeID"]
            found.append(Node(node, each["NodeManagerAddress"], room, has.get("GPU", 0) > 0, node in leaving))
    return found
