"""Score by verl's own reward manager: `python verl_function.py URL HURRIED_URL DATA COMPLETIONS`, beside its package.

The second service judges in time only what is quick.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import verl
from omegaconf import DictConfig, OmegaConf
from transformers import ByT5Tokenizer
from verl import DataProto
from verl.trainer.main_eval import process_item
from verl.trainer.ppo.reward import load_reward_manager

from deepcoder.integrations.judging import Unjudged

url, failing_url, data, completions = sys.argv[1:]
tokenizer = ByT5Tokenizer()


def config(name: str, **kwargs: str) -> DictConfig:
    """Return verl's own settings of the reward, with ours."""
    usual = OmegaConf.load(Path(verl.__file__).parent / "trainer" / "config" / "reward" / "reward.yaml")
    path = "pkg://deepcoder.integrations.verl"
    function = {"path": path, "name": name, "reward_kwargs": {"data": data, **kwargs}}
    merged = OmegaConf.merge({"reward": usual}, {"reward": {"custom_reward_function": function}})
    assert isinstance(merged, DictConfig)
    return merged


def sample(text: str, problem_id: str, extra_info: dict[str, Any]) -> DataProto:
    """Return one sample, as verl's rollouts give it to the reward."""
    ids = torch.tensor([tokenizer.encode(text, add_special_tokens=False)])
    facts = {"data_source": "code", "reward_model": {"ground_truth": problem_id}, "extra_info": extra_info}
    rows = {name: np.array([fact], dtype=object) for name, fact in facts.items()}
    mask = torch.ones((1, 1 + ids.shape[1]), dtype=torch.long)
    return DataProto.from_dict(
        {"prompts": torch.zeros((1, 1)), "responses": ids, "attention_mask": mask}, non_tensors=rows
    )


async def main() -> None:
    cases = json.loads(Path(completions).read_text())
    manager = load_reward_manager(config("compute_score", pool=url), tokenizer)
    samples = [sample(text, "add_one", {}) for text, _ in cases] + [sample(cases[0][0], "", {"problem_id": "add_one"})]
    samples.append(sample(cases[0][0], "add_one", {"problem_id": None}))
    found = await asyncio.gather(*map(manager.run_single, samples))
    verdicts = [each["reward_extra_info"]["verdict"] for each in found]
    assert verdicts == [verdict for _, verdict in cases] + [cases[0][1]] * 2, found
    assert all(each["reward_score"] == float(each["reward_extra_info"]["verdict"] == "AC") for each in found), found

    late = sample("```python\nimport time\ntime.sleep(20)\n```", "add_one", {})
    try:
        await load_reward_manager(config("compute_score", pool=failing_url), tokenizer).run_single(late)
        raise AssertionError("a sample without a verdict got a score")
    except Unjudged:
        pass
    zero = load_reward_manager(config("compute_score", pool=failing_url, on_unjudged="zero"), tokenizer)
    found.append(await zero.run_single(late))
    assert (found[-1]["reward_score"], found[-1]["reward_extra_info"]["verdict"]) == (0.0, "IE"), found[-1]
    assert len({tuple(each["reward_extra_info"]) for each in found}) == 1, found  # verl takes the first one's keys


def evaluate() -> None:
    """Ask as verl's own evaluation of a file does, apart from Ray."""
    texts = [text for text, _ in json.loads(Path(completions).read_text())[:2]]
    item = process_item._function(config("accuracy", pool=url), "code", texts, {"ground_truth": "add_one"})
    assert item == ("code", 0.5), item


asyncio.run(main())
evaluate()
