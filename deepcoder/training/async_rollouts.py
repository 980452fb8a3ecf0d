"""Rewards judged while a group is still being generated, for TRL's AsyncGRPOTrainer.

Runs: GPU node, in the process that the trainer's first rank spawns for its rollouts, where the reward is a pickled one.

That process scores beside generating, but one group at a time, when the last completion of the group is there. Here
each is sent to the pool as soon as it is there, so the groups in flight share all workers, and scoring one is looking
its judgements up. Everything of TRL's that this stands on is experimental (1.16): it may change there in any release.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from trl.experimental.async_grpo.async_rollout_worker import AsyncRolloutWorker, RolloutGroup, _AsyncRolloutLoop

from deepcoder.reward import COLUMNS, CodeReward


class JudgedLoop(_AsyncRolloutLoop):  # type: ignore[misc]
    """TRL's loop, which begins to judge each completion when it is finished."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._rows: dict[int, dict[str, Any]] = {}  # of the groups that are not scored yet
        self._beginning = asyncio.Lock()

    def _repeat_iterator(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for group, row in super()._repeat_iterator():
            self._rows[group] = row
            yield group, row

    async def _generate_one(self, *given: Any, group_id: int = 0, **named: Any) -> tuple[Any, ...]:
        found: tuple[Any, ...] = await super()._generate_one(*given, group_id=group_id, **named)
        # In a thread, since the first finds the pool and the first of a problem takes its tests along; by turns, so
        # that the pool is found before a group is scored.
        row = self._rows[group_id]
        columns = {"prompts": [row["prompt"]]} | {name: [row.get(name)] for name in COLUMNS}
        async with self._beginning:
            for reward in self.reward_funcs:
                if isinstance(reward, CodeReward):
                    await asyncio.to_thread(reward.begin, completions=[found[0]], **columns)
        return found

    async def _score_group(self, group: RolloutGroup) -> list[Any]:
        del self._rows[group.group_id]
        samples: list[Any] = await super()._score_group(group)
        return samples


def judge_ahead(worker: AsyncRolloutWorker | None) -> None:
    """Have a worker that has not started use that loop: `judge_ahead(trainer.rollout_worker)`, None but in one rank."""
    if worker is not None:
        worker._loop_cls = JudgedLoop
