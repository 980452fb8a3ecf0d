"""All sandboxes of a cluster as one pool: `SandboxPool.judge(submissions)`.

Nothing outside this folder knows Ray, and `base` does not need it: the names load when first used.

    client        sharded → pool → pending, awaited → connection, store  launch, clusters, local: start or join Ray
    coordinator   coordinator → dispatcher → schedule → backlog         workers, crew: how many workers, and where
    worker        worker → inbox
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepcoder.pool.base import Pool, Progress
    from deepcoder.pool.pool import SandboxPool
    from deepcoder.pool.sharded import ShardedPool

__all__ = ["Pool", "Progress", "SandboxPool", "ShardedPool"]

_HOMES = {"Pool": "base", "Progress": "base", "SandboxPool": "pool", "ShardedPool": "sharded"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
