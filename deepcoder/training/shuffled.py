"""Deal rewards out at random, as the control of an experiment: no model can learn from them.

Runs: GPU node, in every trainer rank.
"""

from __future__ import annotations

import logging
import random
from typing import Any

from deepcoder.reward import CodeReward

log = logging.getLogger(__name__)


class ShuffledReward:
    """Give the rewards of a batch to its completions in random order, so that only their mean means anything.

    Args:
        reward: Judges the completions.
        seed: Of the order; a step of equal number, seed and rank has the same order.
        rank: The rank of this process, which deals out its own rewards.
    """

    def __init__(self, reward: CodeReward, seed: int, rank: int = 0) -> None:
        self.__name__ = reward.__name__
        self.reward = reward
        self.seed = seed + rank  # as TRL does
        log.warning("Rewards are shuffled among the completions: this run is a control, and must not improve.")

    def __call__(self, *, trainer_state: Any = None, **columns: Any) -> list[float | None]:
        """Return the rewards of the completions, in random order."""
        rewards = self.reward(trainer_state=trainer_state, **columns)
        step = getattr(trainer_state, "global_step", 0)
        random.Random(f"{self.seed} {step}").shuffle(rewards)
        return rewards
