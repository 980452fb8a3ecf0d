"""Hold more objects than the object store of this node has room for, until the input ends."""

from __future__ import annotations

import sys

import ray

OBJECT_BYTES = 16 << 20


def main() -> None:
    ray.init(log_to_driver=False)
    (node,) = [
        node
        for node in ray.nodes()  # type: ignore[no-untyped-call]
        if node["NodeID"] == ray.get_runtime_context().get_node_id()
    ]
    room = int(node["Resources"]["object_store_memory"])
    held = [ray.put(bytes(OBJECT_BYTES)) for _ in range(2 + room // OBJECT_BYTES)]
    sys.stdout.write("full\n")
    sys.stdout.flush()
    sys.stdin.read()
    del held


if __name__ == "__main__":
    main()
