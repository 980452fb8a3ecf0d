"""Train by TRL's own command line: `python trl_grpo.py URL HURRIED_URL DATA COMPLETIONS`, with the extra `train`.

The second service judges in time only what is quick. The model is a tiny one, and says what it is told to.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import trl
from trl.scripts import grpo

import deepcoder.integrations.trl as face
from deepcoder.training import tiny

url, failing_url, data, completions = sys.argv[1:]
usual_trainer: Any = trl.GRPOTrainer
script: list[str] = []
rewards: list[float] = []


class Scripted(usual_trainer):  # type: ignore[misc]
    """Says what the script has, and keeps the rewards of it."""

    def _generate_single_turn(self, *_: Any, **__: Any) -> tuple[list[list[int]], None]:
        return [self.processing_class(text)["input_ids"] for text in script], None

    def _calculate_rewards(self, *inputs: Any) -> Any:
        found = super()._calculate_rewards(*inputs)
        rewards[:] = found[:, 0].tolist()
        return found


def train(said: list[str], service: str, folder: Path) -> list[float]:
    """Take one step on these completions, as `trl grpo` does, and return their rewards; NaN for a None."""
    script[:] = said
    os.environ |= {"DEEPCODER_POOL": service, "DEEPCODER_DATA": data}
    face._reward.cache_clear()
    command = [
        "--reward_funcs",
        "deepcoder.integrations.trl.code_reward",
        "--model_name_or_path",
        str(folder / "model"),
    ]
    command += ["--dataset_name", str(folder / "rows"), "--output_dir", str(folder / "out"), "--max_steps", "1"]
    command += ["--per_device_train_batch_size", str(len(said)), "--num_generations", str(len(said))]
    command += ["--use_cpu", "--bf16", "false", "--report_to", "none", "--save_strategy", "no"]
    grpo.main(*grpo.make_parser().parse_args_and_config(command, fail_with_unknown_args=False)[:4])
    return list(rewards)


def main(folder: Path) -> None:
    tokenizer = tiny.make_tokenizer([], 320)
    model = tiny.make_model(tokenizer, tiny.WarmStart(vocabulary=320, width=32, layers=1))
    model.config.max_position_embeddings = 1 << 12
    for each in (tokenizer, model):
        each.save_pretrained(folder / "model")
    (folder / "rows").mkdir()
    row = {"prompt": [{"role": "user", "content": "Add one."}], "problem_id": "add_one"}
    (folder / "rows" / "train.jsonl").write_text(json.dumps(row))

    cases = json.loads(Path(completions).read_text())
    found = train([text for text, _ in cases], url, folder)
    assert found == [float(verdict == "AC") for _, verdict in cases], found
    found = train([cases[0][0], "```python\nimport time\ntime.sleep(20)\n```"], failing_url, folder)
    assert math.isnan(found[1]) and found[0] != 0.0, found


trl.GRPOTrainer = Scripted
with tempfile.TemporaryDirectory() as made:
    main(Path(made))
