"""Rewards judged while a group is still being generated, for TRL's AsyncGRPOTrainer.

Runs: GPU node, in the process that the trainer's first rank spawns for its rollouts. The reward function is pickled
into that process.

TRL's loop scores one group at a time, when the last completion of the group has been generated. The loop here sends
each completion to the pool as soon as it has been generated, so all groups in flight share the workers. Scoring a group
then only looks its judgements up. AsyncGRPOTrainer is experimental: it may change in any release of TRL.
"""

from __future__ import annotations

import asyncio
from typing import Any

from deepcoder.completions import Completion
from deepcoder.reward import COLUMNS, CodeReward
from deepcoder.training import trl_internals

_RolloutLoop = trl_internals.rollout_loop()


class JudgedLoop(_RolloutLoop):  # type: ignore[misc, valid-type]
    """TRL's loop, which begins to judge each completion when it has been generated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rows: dict[int, dict[str, Any]] = {}  # by the id of a group that is not scored yet
        self._beginning = asyncio.Lock()

    def on_row(self, group_id: int, row: dict[str, Any]) -> None:
        """Keep the row until its group is scored."""
        self._rows[group_id] = row

    async def on_completion(self, group_id: int, completion: Completion) -> None:
        """Send the completion to be judged.

        `begin` runs in a thread, because its first call connects to the pool, and its first call for a problem stores
        the tests. The lock lets one call run at a time, so that the pool is connected before a group is scored.
        """
        row = self._rows[group_id]
        columns = {"prompts": [row["prompt"]]} | {name: [row.get(name)] for name in COLUMNS}
        async with self._beginning:
            for reward in self.reward_funcs:
                if isinstance(reward, CodeReward):
                    await asyncio.to_thread(reward.begin, completions=[completion], **columns)

    def on_group(self, group_id: int) -> None:
        """Forget the group's row."""
        del self._rows[group_id]


def judge_ahead(worker: Any | None) -> None:
    """Have an AsyncRolloutWorker that has not started judge ahead: `judge_ahead(trainer.rollout_worker)`.

    The worker is None in every rank but the first, where nothing is done.
    """
    if worker is not None:
        trl_internals.use_loop(worker, JudgedLoop)
