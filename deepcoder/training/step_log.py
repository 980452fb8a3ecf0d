"""Write the log of steps: one line with every figure that TRL logs, which `deepcoder report` reads.

Runs: GPU node, in the first trainer rank.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState
from transformers import TrainingArguments as HfArguments

from deepcoder.tools.report.run import STEPS


class StepLog(TrainerCallback):  # type: ignore[misc]
    """Append one line per step to `steps.jsonl`, so that a run that is killed has the steps until then.

    A step that learns again from the completions of the one before has its time, and no reward.
    """

    def on_log(
        self,
        args: HfArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        if logs and "step_time" in logs and state.is_world_process_zero:
            path = Path(args.output_dir) / STEPS
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"step": state.global_step, **logs}) + "\n")
