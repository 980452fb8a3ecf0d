"""The parts of TRL that TRL may change in any release: private names, and what our code must do exactly as TRL does.

Runs: GPU node, in every trainer rank, and in the process that AsyncGRPOTrainer spawns for its rollouts.

No other file of ours uses such a name. `pyproject.toml` admits no release of TRL after 1.16, the last that this file
was tried with. When TRL has changed, `tests/test_trl_internals.py` says in a sentence what no longer works.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from transformers import TrainerState
from transformers.trainer import TRAINER_STATE_NAME
from trl import GRPOTrainer, is_conversational
from trl.chat_template_utils import parse_response

from deepcoder.completions import Completion
from deepcoder.models.sampling import opened_reasoning

ROUNDING = 1e-3  # below every advantage but those of equal rewards, which TRL divides by 1e-4


def rows_for_rewards(trainer: GRPOTrainer) -> Any:
    """Return the training data without the columns that the trainer drops before its reward functions see a row."""
    return trainer._remove_unused_columns(trainer.train_dataset)


def first_rewards(trainer: GRPOTrainer, rows: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> list[float]:
    """Return what the trainer's first reward function gives for these completions, rank after rank; NaN for None.

    The metrics that the reward functions log meanwhile are dropped: the first step would count these completions. Nor
    does TRL report how long they take: Trackio fails where it is told something before training has begun.
    """
    report_to, trainer.args.report_to = trainer.args.report_to, []
    try:
        rewards = trainer._calculate_rewards(
            list(rows),
            [row["prompt"] for row in rows],
            [[{"role": "assistant", "content": text}] for text in texts],
            trainer.processing_class(text=list(texts))["input_ids"],
        )
    finally:
        trainer._pending_metrics.clear()
        trainer._pending_extra_logs.clear()
        trainer.args.report_to = report_to
    return [float(reward) for reward in rewards[:, 0]]


def time_generation(trainer: GRPOTrainer) -> None:
    """Have the trainer log the metric `generating_s`: the seconds in which it generates the completions of a step."""
    generate = trainer._generate

    def timed(prompts: list[Any]) -> Any:
        began_s = time.monotonic()
        generated = generate(prompts)
        trainer._log_metric("generating_s", time.monotonic() - began_s)
        return generated

    trainer._generate = timed


def begin_in_epoch(trainer: GRPOTrainer, epoch: int) -> None:
    """Have the trainer sample prompts in the order of this epoch, counted from 0, where its training begins.

    TRL's sampler draws an order for each epoch, one after the other. When training goes on from a checkpoint, TRL
    (1.16) skips the prompts that the epoch has had, but in the order of the first epoch.
    """
    get = trainer._get_train_sampler

    def advanced(*args: Any) -> Any:
        sampler = get(*args)
        for _ in range(epoch if sampler.shuffle else 0):
            torch.randperm(sampler.num_samples, generator=sampler.generator)
        return sampler

    trainer._get_train_sampler = advanced


def load_checkpoint(trainer: GRPOTrainer, checkpoint: str) -> None:
    """Load the weights and the state of a checkpoint without training: `train` would do one step more."""
    trainer._load_from_checkpoint(checkpoint)
    load_state(trainer, checkpoint)


def load_state(trainer: GRPOTrainer, checkpoint: str) -> None:
    """Load the state of a checkpoint, without its weights."""
    trainer.state = TrainerState.load_from_json(f"{checkpoint}/{TRAINER_STATE_NAME}")


def leave_out_what_teaches_nothing(trainer: GRPOTrainer) -> None:
    """Have the trainer leave the completions of groups with one reward out of its loss.

    Their advantages are 0, so without a KL term they add nothing to the sum over tokens. But they count among the
    tokens that the sum is divided by. TRL (1.16) has no setting for that; it is what DAPO's dynamic sampling drops (Yu
    et al. 2025, arXiv:2503.14476, section 3.2). No others are sampled in their place.
    """
    score = trainer._generate_and_score_completions

    def scored(inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = score(inputs)
        ours = batch["advantages"].reshape(len(batch["advantages"]), -1)[:, 0]
        groups = trainer.accelerator.gather(ours).view(-1, trainer.num_generations)
        teaches = (groups.abs() > ROUNDING).any(dim=1).repeat_interleave(trainer.num_generations)
        first = trainer.accelerator.process_index * len(ours)
        batch["completion_mask"] = batch["completion_mask"] * teaches[first : first + len(ours)].unsqueeze(1)
        mask = batch["completion_mask"] * batch.get("tool_mask", 1)
        batch["num_items_in_batch"] = trainer.accelerator.gather(mask.sum()).sum()
        return batch

    trainer._generate_and_score_completions = scored


def completion(trainer: GRPOTrainer, prompt: Any, prompt_ids: list[int], ids: list[int]) -> Completion | None:
    """Return the completion of these token ids exactly as the trainer will hand it to its reward functions.

    A completion that differs from the trainer's would be judged twice. None where the completion calls a tool: more
    text follows, and the trainer asks for no reward yet.
    """
    processing, tokenizer = trainer.processing_class, _tokenizer(trainer)
    is_chat = is_conversational({"prompt": prompt})
    if is_chat and _can_parse(tokenizer):
        message = parse_response(tokenizer, ids, prefix=prompt_ids, tools=trainer.tools)
        return None if message.get("tool_calls") and trainer.tools else [message]
    (text,) = processing.batch_decode([ids], skip_special_tokens=True)
    return [{"role": "assistant", "content": text}] if is_chat else str(text)


def prompt_end(trainer: GRPOTrainer) -> str:
    """Return the tag with which the trainer's prompts open reasoning, for `CodeReward(prompt_end=...)`.

    Empty where they open none, and where the trainer itself takes the reasoning out of a completion.
    """
    tokenizer = _tokenizer(trainer)
    return "" if _can_parse(tokenizer) else opened_reasoning(tokenizer, trainer.args.chat_template_kwargs or {})


def _tokenizer(trainer: GRPOTrainer) -> Any:
    return getattr(trainer.processing_class, "tokenizer", trainer.processing_class)


def _can_parse(tokenizer: Any) -> bool:
    return any(getattr(tokenizer, name, None) is not None for name in ("response_template", "response_schema"))


def rollout_loop() -> Any:
    """Return the class of TRL's loop of asynchronous rollouts, with three methods for a subclass to override.

    The import stands in here because it takes a second, and prints a warning that the module is experimental.
    """
    from trl.experimental.async_grpo.async_rollout_worker import _AsyncRolloutLoop

    class RolloutLoop(_AsyncRolloutLoop):  # type: ignore[misc]
        """TRL's loop. By themselves the three methods do nothing."""

        def on_row(self, group_id: int, row: dict[str, Any]) -> None:
            """Hear which row of the data set a group of completions is for; once per completion of the group."""

        async def on_completion(self, group_id: int, completion: Completion) -> None:
            """Hear of a completion that has been generated."""

        def on_group(self, group_id: int) -> None:
            """Hear of a group whose completions are all there, just before the group is scored."""

        def _repeat_iterator(self) -> Iterator[tuple[int, dict[str, Any]]]:
            for group_id, row in super()._repeat_iterator():
                self.on_row(group_id, row)
                yield group_id, row

        async def _generate_one(self, *args: Any, group_id: int = 0, **kwargs: Any) -> tuple[Any, ...]:
            generated: tuple[Any, ...] = await super()._generate_one(*args, group_id=group_id, **kwargs)
            await self.on_completion(group_id, generated[0])
            return generated

        async def _score_group(self, group: Any) -> list[Any]:
            self.on_group(group.group_id)
            samples: list[Any] = await super()._score_group(group)
            return samples

    return RolloutLoop


def use_loop(worker: Any, loop: type) -> None:
    """Have an AsyncRolloutWorker that has not started run this class of loop in the process that it spawns."""
    worker._loop_cls = loop


def answer_requests(loop: Any, post: Callable[..., Any]) -> None:
    """Have this coroutine function answer the requests that a loop makes to its engine, for the benchmark."""
    loop._post = post


def stop_loop(loop: Any) -> None:
    """End a loop that runs in another thread of this process, for the benchmark."""
    loop._loop.call_soon_threadsafe(loop._stop_event.set)
