"""All sandboxes of a cluster as one pool: `SandboxPool.judge(submissions)`.

Nothing outside this folder knows Ray.

    client        pool → pending → connection, store          launch, clusters, local: start or join Ray
    coordinator   coordinator → dispatcher → schedule → backlog         workers, crew: how many workers, and where
    worker        worker → inbox
"""

from deepcoder.pool.pool import Progress, SandboxPool

__all__ = ["Progress", "SandboxPool"]
