"""Rewards judged while the batch is still being generated: a `rollout_func` for TRL's GRPOTrainer.

Runs: GPU node, in every trainer rank.

TRL asks for rewards when the last completion of a batch has been generated. Most completions are finished long before
that. The rollout here sends each completion to the pool as soon as the generator has finished it, and TRL's later call
finds the judgement. `rollout_func` is experimental: it may change in any release of TRL.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from trl import GRPOTrainer

from deepcoder.reward import COLUMNS, CodeReward
from deepcoder.training import trl_internals

log = logging.getLogger(__name__)


class Finished(NamedTuple):
    """A completion whose last token has been generated."""

    position: int  # of the prompt in the batch
    prompt_ids: list[int]
    completion_ids: list[int]  # with the end token, unless the completion was cut at the length limit
    logprobs: list[float] | None = None  # of the completion's tokens, where the generator knows them


Generate = Callable[[list[Any], GRPOTrainer], Iterable[Finished]]


class JudgedRollout:
    """Generate a batch and have each completion judged when it is finished; for `GRPOTrainer(rollout_func=...)`.

    TRL tells a rollout the prompts of a batch and nothing else of the rows. Where several problems share a prompt, or
    no row has the prompt, the completion's problem is unknown: the completion is judged after generation.

    Args:
        reward: The reward function of the trainer.
        rows: All rows that the trainer samples from, each with its `prompt` and `problem_id`.
        generate: Takes the prompts of a batch and the trainer, and yields one completion for each prompt, in the order
            in which they are finished. The pool judges while the generator works.

    Raises:
        ValueError: A row names a problem that the reward was not given.
    """

    def __init__(self, reward: CodeReward, rows: Iterable[Mapping[str, Any]], generate: Generate) -> None:
        self.reward = reward
        self.generate = generate
        rows = list(rows)
        reward.check_rows(rows)
        self._rows = _by_prompt(rows)  # None for a prompt that several problems share

    def __call__(self, prompts: list[Any], trainer: GRPOTrainer) -> dict[str, Any]:
        """Generate the batch, and return the token ids and log probabilities that TRL asks for.

        Raises:
            ValueError: The generator has not yielded one completion for each prompt.
        """
        finished = self._generated_and_begun(prompts, trainer)
        if len(finished) < len(prompts):
            raise ValueError(f"only {len(finished)} completions for {len(prompts)} prompts")
        batch = [finished[position] for position in range(len(prompts))]
        logprobs = [each.logprobs for each in batch]
        return {
            "prompt_ids": [each.prompt_ids for each in batch],
            "completion_ids": [each.completion_ids for each in batch],
            "logprobs": None if None in logprobs else logprobs,
        }

    def _generated_and_begun(self, prompts: list[Any], trainer: GRPOTrainer) -> dict[int, Finished]:
        """Return the completions by the position of their prompt; judging them has begun where their problem is known.

        Extracting the program of a long completion takes a while, and the generator should not wait for that: a thread
        does it. What the thread has not begun when generation ends, TRL's call for the rewards judges at once.
        """
        rows = [self._rows.get(_key(prompt)) for prompt in prompts]
        if missing := rows.count(None):
            log.warning("%d of %d completions are judged after generation: no row, or several", missing, len(rows))
        finished: dict[int, Finished] = {}
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="deepcoder-begin")
        begun = []
        try:
            for each in self.generate(prompts, trainer):
                if each.position in finished or each.position not in range(len(prompts)):
                    raise ValueError(
                        f"a second completion for prompt {each.position} of {len(prompts)}, or no such prompt"
                    )
                finished[each.position] = each
                row, prompt = rows[each.position], prompts[each.position]
                # Decoding stays in this thread: a tokenizer is not safe to use from two.
                completion = trl_internals.completion(trainer, prompt, each.prompt_ids, each.completion_ids)
                if row is not None and completion is not None:
                    columns = {name: [value] for name, value in row.items()}
                    begun.append(
                        thread.submit(self.reward.begin, completions=[completion], prompts=[prompt], **columns)
                    )
        finally:
            thread.shutdown(cancel_futures=True)
        for future in begun:
            if not future.cancelled():
                future.result()  # raises what `begin` raised: a mistake of ours
        return finished


def _by_prompt(rows: Iterable[Mapping[str, Any]]) -> dict[bytes, dict[str, Any] | None]:
    """Return the columns that the reward reads, by prompt; None for a prompt whose rows differ in them."""
    found: dict[bytes, dict[str, Any] | None] = {}
    for row in rows:
        key, columns = _key(row["prompt"]), {name: row.get(name) for name in COLUMNS}
        found[key] = columns if found.get(key, columns) == columns else None
    return found


def _key(prompt: Any) -> bytes:
    """Return a digest of the prompt.

    A data set gives every message all keys that any message has, with None for the missing ones; these do not count.
    """
    if not isinstance(prompt, str):
        prompt = [{key: value for key, value in message.items() if value is not None} for message in prompt]
    return hashlib.blake2b(json.dumps(prompt, sort_keys=True, default=repr).encode(), digest_size=16).digest()
