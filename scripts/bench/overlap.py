"""Measure what judging adds to a training step when generating takes longer than judging.

The trainer is TRL's own GRPOTrainer with a model of a few thousand weights. A generator stands in for an engine: it
yields known programs one after the other at a steady pace, GENERATED_S seconds for a batch. Whatever delays the
generator comes on top, as for an engine in the trainer's process. Steps of three kinds take turns in one run: with a
reward that costs nothing, judged while generating, judged after generating. No two programs are equal.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from enum import Enum
from tempfile import TemporaryDirectory
from typing import Any

from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program, fenced
from deepcoder.reward import CodeReward
from deepcoder.training import tiny
from deepcoder.training.rollouts import Finished, JudgedRollout
from scripts.bench import pools
from scripts.bench.figures import Figure
from scripts.bench.mix import TESTS

WORKERS = 2
GROUP = 8
GENERATED_S, WARMING_UP_S = 8.0, 2.0  # for a batch; the first step of each kind warms up
ADD_PROBLEMS = [
    Problem(
        f"add {more}",
        Mode.STDIN,
        tuple(TestCase(f"{n}\n", f"{n + more}\n") for n in range(TESTS)),
        prompt=({"role": "user", "content": f"Add {more}."},),
    )
    for more in range(1, 9)
]
ADD_COMPLETIONS = GROUP * len(ADD_PROBLEMS)
ROWS = [{"prompt": list(each.prompt), "problem_id": each.problem_id} for each in ADD_PROBLEMS]
WORK_LINE = "sum(each * each % 7 for each in range(10_000))\n"  # a millisecond


class Kind(Enum):
    """A kind of step."""

    FREE = "a reward that costs nothing"
    AHEAD = "judged while generating"
    AFTER = "judged after generating"


class _Clock(TrainerCallback):  # type: ignore[misc]
    """Measure how long each step takes."""

    def __init__(self) -> None:
        self.steps_s: list[float] = []
        self._began = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self._began = time.perf_counter()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.steps_s.append(time.perf_counter() - self._began)


def kind_of(step: int) -> Kind:
    return list(Kind)[step % len(Kind)]


def text(step: int, place: int, more: str) -> str:
    """Return an answer to "Add ...": three of four are right, and no two are equal."""
    added = f"int(input()) + {more}" if place % 4 else "input()"
    return fenced(Program(f"# {step} {place}\n{WORK_LINE}print({added})"))


def generate(prompts: list[Any], trainer: GRPOTrainer) -> Iterator[Finished]:
    """Yield the completions of a batch, as an engine would."""
    tokenizer, step = trainer.processing_class, trainer.state.global_step
    asked = [each[0]["content"].split()[1].rstrip(".") for each in prompts]
    answers = [tokenizer(text(step, place, more))["input_ids"] for place, more in enumerate(asked)]
    prompt_ids = [
        tokenizer.apply_chat_template(each, add_generation_prompt=True, return_dict=False) for each in prompts
    ]
    pace_s = (WARMING_UP_S if step < len(Kind) else GENERATED_S) / ADD_COMPLETIONS
    order = list(range(len(prompts)))
    random.Random(step).shuffle(order)
    for place in order:
        time.sleep(pace_s)
        yield Finished(place, prompt_ids[place], [*answers[place], tokenizer.eos_token_id])


def steps_s(pool: SandboxPool, steps: int) -> list[float]:
    """Return how long each step of one training takes."""
    reward = CodeReward(pool, ADD_PROBLEMS)
    ahead = JudgedRollout(reward, ROWS, generate)

    def rollout(prompts: list[Any], trainer: GRPOTrainer) -> dict[str, Any]:
        if kind_of(trainer.state.global_step) is Kind.AHEAD:
            return ahead(prompts, trainer)
        generated = sorted(generate(prompts, trainer))
        return {
            "prompt_ids": [each.prompt_ids for each in generated],
            "completion_ids": [each.completion_ids for each in generated],
            "logprobs": None,
        }

    def rewards(trainer_state: Any, **columns: Any) -> list[float | None]:
        if kind_of(trainer_state.global_step) is Kind.FREE:
            return [0.0] * ADD_COMPLETIONS
        earned = reward(trainer_state=trainer_state, **columns)
        assert sum(filter(None, earned)) == ADD_COMPLETIONS * 3 // 4, earned
        return earned

    return trained_s(rewards, rollout, steps)


def trained_s(rewards: Callable[..., Any], rollout: Callable[..., Any], steps: int) -> list[float]:
    """Return how long each step takes of a training of the tiny model with these rewards and this rollout."""
    tokenizer = tiny.make_tokenizer([], 320)
    model = tiny.make_model(tokenizer, tiny.WarmStart(width=32, layers=1))
    clock = _Clock()
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    with TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder,
            use_cpu=True,
            bf16=False,
            per_device_train_batch_size=ADD_COMPLETIONS,
            num_generations=GROUP,
            max_steps=steps,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        data = Dataset.from_list(ROWS)
        trainer = GRPOTrainer(
            model, rewards, config, data, processing_class=tokenizer, callbacks=[clock], rollout_func=rollout
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return clock.steps_s


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the time of a step of each kind, and what judging adds to it."""
    with pools.ready(sandbox, WORKERS) as pool:
        took_s = steps_s(pool, len(Kind) * (rounds + 1))[len(Kind) :]  # the first of each kind warms up
    found = {kind: statistics.median(took_s[place :: len(Kind)]) for place, kind in enumerate(Kind)}
    free_s = found.pop(Kind.FREE)
    for kind, step_s in found.items():
        yield Figure(f"step, {kind.value}", step_s, "s", floor=free_s, floor_name=Kind.FREE.value)
    added = found[Kind.AHEAD] / free_s - 1
    yield Figure(f"share of step time added, {Kind.AHEAD.value}", added, "", bound=0.02)
