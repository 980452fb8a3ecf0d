"""The reward function for TRL's command line: `trl grpo --reward_funcs deepcoder.integrations.trl.code_reward`.

Runs: GPU node, in every rank of the trainer. It connects when it is called first.
"""

from __future__ import annotations

import functools
import os
from typing import Any

from deepcoder.integrations.judging import PROMPT_END_VARIABLE, connect_by_environment
from deepcoder.reward import CodeReward


def code_reward(**columns: Any) -> list[float | None]:
    """Return the rewards of `CodeReward`, for the pool of DEEPCODER_POOL and the problems of DEEPCODER_DATA.

    DEEPCODER_PROMPT_END is what the chat template adds behind every prompt, as "<think>".

    Raises:
        ValueError, ConnectionError, DataError: As for `connect_by_environment`, at the first call.
    """
    return _reward()(**columns)


@functools.cache
def _reward() -> CodeReward:
    judging = connect_by_environment()
    prompt_end = os.environ.get(PROMPT_END_VARIABLE, "")
    return CodeReward(judging.pool, judging.problems.values(), prompt_end=prompt_end)
