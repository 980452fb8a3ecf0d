"""End training when too many completions could not be judged: their rewards are missing, and something is broken.

Runs: GPU node, in every trainer rank.
"""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState
from transformers import TrainingArguments as HfArguments

from deepcoder.pool.alarm import ALARM_MINIMUM, ALARM_WINDOW


class TooManyUnjudged(Exception):
    """Training has ended early; the message says why, and how to continue."""


class UnjudgedLimit(TrainerCallback):  # type: ignore[misc]
    """Save a checkpoint and end training when the share of IE passes the limit; `reason` then says why.

    All ranks end in the same step, because TRL logs the share over all ranks.

    Args:
        most: The largest share of IE, from 0 to 1, that training continues with. The share is that of the last
            ALARM_WINDOW completions. While there are fewer than ALARM_MINIMUM, the others count as judged.
        updates: The number of updates that learn from one batch of completions.
    """

    def __init__(self, most: float, updates: float = 1) -> None:
        self.most = most
        self.updates = updates
        self.reason = ""
        self._last = -1  # the step to end after
        self._shares: deque[tuple[int, float]] = deque()  # with the step of each

    def on_log(
        self,
        args: HfArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Take the share of IE of a new batch of completions, if this row of the log has one."""
        share = (logs or {}).get("ie_share")
        if share is None:
            return
        self._shares.append((state.global_step, share))
        if len(self._shares) > max(1, ALARM_WINDOW // args.generation_batch_size):
            self._shares.popleft()
        mean = sum(share for _, share in self._shares) / len(self._shares)
        seen = len(self._shares) * args.generation_batch_size
        if mean * seen > self.most * max(seen, ALARM_MINIMUM):  # so that one of the first few ends nothing
            # No run goes on from within a batch.
            every = max(1, round(self.updates))
            last = math.ceil(state.global_step / every) * every
            kept = Path(args.output_dir) / f"checkpoint-{last}"
            self.reason = (
                f"{mean:.1%} of the completions since step {self._shares[0][0]} could not be judged, and "
                f"--max_ie_share allows {self.most:.1%}: training has ended after step {last}; once the "
                f"sandboxes are well, give the same command again: it goes on from {kept}"
            )
            self._last = last
            self._end(state, control)

    def on_step_end(self, args: HfArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """End training after the last update of the batch whose share was too large."""
        self._end(state, control)

    def _end(self, state: TrainerState, control: TrainerControl) -> None:
        if state.global_step == self._last:
            control.should_save = control.should_training_stop = True
