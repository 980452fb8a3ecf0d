"""One pool for all ranks of a trainer.

Runs: GPU node, in every rank.
"""

from __future__ import annotations

from contextlib import ExitStack

from accelerate.utils import broadcast_object_list
from trl import GRPOConfig

from deepcoder.pool import SandboxPool

DEADLINE_SHARE = 5 / 6  # a batch's deadline, as a share of the timeout after which a process group ends its ranks


def shared(pool: SandboxPool, config: GRPOConfig, life: ExitStack) -> SandboxPool:
    """Start the pool in the first rank, and return a client of it in every other; the pool ends with `life`.

    Raises:
        SandboxUnavailable, ConnectionError: The pool does not start, or a rank does not reach it.
    """
    if config.world_size == 1:
        return life.enter_context(pool)
    if config.process_index == 0:
        life.enter_context(pool)
    box = [pool]
    broadcast_object_list(box)
    return life.enter_context(box[0])
