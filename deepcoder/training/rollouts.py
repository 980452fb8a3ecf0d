"""Rewards judged while the batch is still being generated: a `rollout_func` for TRL's GRPOTrainer.

Runs: GPU node, in every trainer rank.

TRL asks for rewards when the last completion of a batch is there; most have been there for long. Here each is sent to
the pool as soon as the generator has finished it, and TRL's call finds its judgement. `rollout_func` is experimental
in TRL (1.16): it may change there in any release.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from trl import GRPOTrainer
from trl.chat_template_utils import parse_response
from trl.data_utils import is_conversational

from deepcoder.completions import Completion
from deepcoder.reward import COLUMNS, CodeReward

log = logging.getLogger(__name__)


class Finished(NamedTuple):
    """A completion whose last token has been generated."""

    place: int  # of its prompt in the batch
    prompt_ids: list[int]
    completion_ids: list[int]  # with the token that ends it, unless it was cut
    logprobs: list[float] | None = None  # of the completion's tokens, where the generator knows them


Generate = Callable[[list[Any], GRPOTrainer], Iterable[Finished]]


class JudgedRollout:
    """Generates a batch and has each completion judged when it is finished; for `GRPOTrainer(rollout_func=...)`.

    A prompt is all that TRL tells of a row. One that belongs to several problems is judged after generation, as is one
    that is in no row: for the wrong problem, or for all that it may be, would be work for nothing.

    Args:
        reward: The one that the trainer asks.
        rows: Of the data sets that the trainer samples from: each with its `prompt` and `problem_id`.
        generate: Given the prompts of a batch and the trainer, gives one completion for each, in the order in which
            they are finished. Each is waited for: judging goes on meanwhile.

    Raises:
        ValueError: A row names a problem that the reward was not given.
    """

    def __init__(self, reward: CodeReward, rows: Iterable[Mapping[str, Any]], generate: Generate) -> None:
        self.reward = reward
        self.generate = generate
        rows = list(rows)
        reward.check_rows(rows)
        self._rows = _by_prompt(rows)  # None for a prompt of several problems

    def __call__(self, prompts: list[Any], trainer: GRPOTrainer) -> dict[str, Any]:
        """What TRL wants of a batch.

        Raises:
            ValueError: The generator has not given one completion for each prompt.
        """
        rows = [self._rows.get(_key(prompt)) for prompt in prompts]
        if missing := rows.count(None):
            log.warning("%d of %d completions are judged after generation: no row, or several", missing, len(rows))
        finished: dict[int, Finished] = {}
        # Extracting a program from a long completion takes a while, for which the generator should not wait.
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="deepcoder-begin")
        begun = []
        try:
            for each in self.generate(prompts, trainer):
                if each.place in finished or each.place not in range(len(prompts)):
                    raise ValueError(f"a second completion for place {each.place} of {len(prompts)}, or none such")
                finished[each.place] = each
                row, prompt = rows[each.place], prompts[each.place]
                completion = _completion(trainer, prompt, each)  # here: tokenizers are for one thread
                if row is not None and completion is not None:
                    columns = {name: [value] for name, value in row.items()}
                    begun.append(
                        thread.submit(self.reward.begin, completions=[completion], prompts=[prompt], **columns)
                    )
        finally:
            thread.shutdown(cancel_futures=True)  # what has not been begun by now is asked for at once
        for future in begun:
            if not future.cancelled():
                future.result()  # raises what only a mistake of ours could have raised
        if len(finished) < len(prompts):
            raise ValueError(f"only {len(finished)} completions for {len(prompts)} prompts")
        batch = [finished[place] for place in range(len(prompts))]
        logprobs = [each.logprobs for each in batch]
        return {
            "prompt_ids": [each.prompt_ids for each in batch],
            "completion_ids": [each.completion_ids for each in batch],
            "logprobs": None if None in logprobs else logprobs,
        }


def _by_prompt(rows: Iterable[Mapping[str, Any]]) -> dict[bytes, dict[str, Any] | None]:
    """Return what the reward needs of the rows, by prompt."""
    found: dict[bytes, dict[str, Any] | None] = {}
    for row in rows:
        key, columns = _key(row["prompt"]), {name: row.get(name) for name in COLUMNS}
        found[key] = columns if found.get(key, columns) == columns else None
    return found


def _key(prompt: Any) -> bytes:
    """The same for the same prompt, whether or not it went through a data set, which fills in what messages lack."""
    if not isinstance(prompt, str):
        prompt = [{key: value for key, value in message.items() if value is not None} for message in prompt]
    return hashlib.blake2b(json.dumps(prompt, sort_keys=True, default=repr).encode(), digest_size=16).digest()


def _completion(trainer: GRPOTrainer, prompt: Any, finished: Finished) -> Completion | None:
    """The completion as TRL will hand it to the reward: were it another, it would be judged twice.

    None where TRL does not ask for it: it calls a tool, so more is to come.
    """
    ids, processing = finished.completion_ids, trainer.processing_class
    tokenizer = getattr(processing, "tokenizer", processing)
    talks = is_conversational({"prompt": prompt})
    parses = any(getattr(tokenizer, name, None) is not None for name in ("response_template", "response_schema"))
    if talks and parses:
        message = parse_response(tokenizer, ids, prefix=finished.prompt_ids, tools=trainer.tools)
        return None if message.get("tool_calls") and trainer.tools else [message]
    (text,) = processing.batch_decode([ids], skip_special_tokens=True)
    return [{"role": "assistant", "content": text}] if talks else str(text)
