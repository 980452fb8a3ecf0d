"""All sandboxes of a cluster, seen as one: `SandboxPool.judge(submissions)`.

The Ray wall: nothing outside this folder knows Ray.
"""

from deepcoder.pool.pool import Progress, SandboxPool

__all__ = ["Progress", "SandboxPool"]
