"""Make TRL's trainer from problems, a reward and a model.

Runs: GPU node, in every trainer rank.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from datasets import Dataset
from transformers import PrinterCallback, ProgressCallback, TrainerCallback, TrainerControl, TrainerState
from transformers import TrainingArguments as HfArguments
from transformers.integrations import get_available_reporting_integrations
from trl import GRPOConfig, GRPOTrainer, ModelConfig, get_peft_config, get_quantization_config

from deepcoder.models import packaged
from deepcoder.problems import Mode, Problem
from deepcoder.training import tiny, trl_internals
from deepcoder.training.step_log import StepLog

log = logging.getLogger(__name__)

Reward = Callable[..., list[float | None]]


class Batch(NamedTuple):
    """Say how much is sampled at a time, and in how many updates of the weights the model learns from it."""

    prompts: float
    completions: int  # per prompt
    updates: float

    def __str__(self) -> str:
        updates = "1 update" if self.updates == 1 else f"{self.updates:g} updates"
        return f"{self.prompts:g} prompts x {self.completions} at a time, learnt from in {updates}"


def batch(config: GRPOConfig, ranks: int) -> Batch:
    """Return what TRL makes of the batch settings when this number of ranks trains, one on each GPU."""
    sampled = config.per_device_train_batch_size * config.steps_per_generation * ranks
    updates = config.num_iterations * config.steps_per_generation / config.gradient_accumulation_steps
    return Batch(sampled / config.num_generations, config.num_generations, updates)


def check_batch(sampled: Batch, problems: Sequence[Problem]) -> None:
    """Raise ValueError where fewer problems are there than are sampled at a time: TRL would train on none of them."""
    if len(problems) < sampled.prompts:
        raise ValueError(
            f"{sampled.prompts:g} prompts are sampled at a time, and there are {len(problems)} problems: give more "
            "problems, or a smaller per_device_train_batch_size or steps_per_generation"
        )


def check_packages(config: GRPOConfig) -> None:
    """Find out whether the packages are there that the run needs. TRL does so only after it has loaded the model.

    Raises:
        ValueError: vLLM is to generate, or a package is to be reported to, and is not installed.
    """
    if config.use_vllm and importlib.util.find_spec("vllm") is None:
        raise ValueError(
            "vLLM is to generate the completions (use_vllm) and is not installed: `pip install 'trl[vllm]'`, "
            "or generate without it, and slower, with --use_vllm false"
        )
    for name in config.report_to:
        if name not in (known := get_available_reporting_integrations()):
            raise ValueError(f"report_to: {name} is not installed; it can be {', '.join(['none', *sorted(known)])}")


def chosen(problems: Sequence[Problem], shortest: int | None) -> list[Problem]:
    """Return the problems to train on: all, or those of each mode with the shortest reference solutions.

    Raises:
        ValueError: A problem has no prompt, or the shortest are asked for and none has a reference.
    """
    for problem in problems:
        if not problem.prompt:
            raise ValueError(f"problem {problem.problem_id} has no prompt to train on")
    if shortest is None:
        return list(problems)
    solved = sorted((each for each in problems if each.reference), key=lambda each: len(each.reference or ""))
    if not solved:
        raise ValueError("shortest: no problem has a reference solution, so none can be among the shortest")
    return [problem for mode in Mode for problem in [each for each in solved if each.mode is mode][:shortest]]


def dataset(problems: Sequence[Problem]) -> Dataset:
    """Return what TRL sees of the problems. It has no tests, so that TRL cannot print any."""
    return Dataset.from_list([{"prompt": list(each.prompt), "problem_id": each.problem_id} for each in problems])


def make_trainer(problems: Sequence[Problem], reward: Reward, config: GRPOConfig, model: ModelConfig) -> GRPOTrainer:
    """Return TRL's trainer for the named model; where none is named, for a tiny model that is made now."""
    if model.model_name_or_path is None:
        policy, tokenizer = tiny.warm_started(problems, config.seed)
        trainer = GRPOTrainer(policy, reward, config, dataset(problems), processing_class=tokenizer)
    else:
        config.model_init_kwargs = {
            "revision": model.model_revision,
            "attn_implementation": model.attn_implementation,
            "dtype": model.dtype,
        } | (config.model_init_kwargs or {})
        trainer = GRPOTrainer(
            packaged.local(model.model_name_or_path),
            reward,
            config,
            dataset(problems),
            quantization_config=get_quantization_config(model),
            peft_config=get_peft_config(model),
        )
    for printer in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(printer)
    trainer.add_callback(_StepLine())
    trainer.add_callback(StepLog())
    trl_internals.time_generation(trainer)
    return trainer


class _StepLine(TrainerCallback):  # type: ignore[misc]
    """Log one line per step in place of TRL's forty figures, which the trainer's log history keeps."""

    def on_log(
        self,
        args: HfArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        reward = (logs or {}).get("reward")
        if reward is not None and state.is_world_process_zero:
            log.info("step %d of %d: reward %.2f", state.global_step, state.max_steps, reward)
