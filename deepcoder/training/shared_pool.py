"""One pool for all ranks of a trainer.

Runs: GPU node, in every rank.
"""

from __future__ import annotations

from contextlib import ExitStack

from accelerate.utils import broadcast_object_list
from trl import GRPOConfig

from deepcoder.pool import SandboxPool

DEADLINE_SHARE = 5 / 6  # of the time after which a process group gives its ranks up, as they wait for the slowest


def shared(pool: SandboxPool, config: GRPOConfig, life: ExitStack) -> SandboxPool:
    """The pool that the first rank starts, for as long as `life` lasts; the other ranks are its clients.

    Raises:
        SandboxUnavailable, ConnectionError: It does not start, or is not reached.
    """
    if config.world_size == 1:
        return life.enter_context(pool)
    if config.process_index == 0:
        life.enter_context(pool)
    box = [pool]
    broadcast_object_list(box)
    return life.enter_context(box[0])
