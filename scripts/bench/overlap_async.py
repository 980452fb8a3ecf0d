"""Measure how much judging delays the rollouts of AsyncGRPOTrainer.

The trainer needs a GPU, so only its loop of rollouts runs, in a thread, and an object answers its HTTP requests. TRL's
loop scores one group at a time while others are generated. Our loop judges each completion when it is finished.
"""

from __future__ import annotations

import asyncio
import os
import queue
import random
import statistics
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from accelerate import PartialState
from datasets import Dataset

from deepcoder.pool import SandboxPool
from deepcoder.reward import CodeReward
from deepcoder.training import tiny
from scripts.bench import pools
from scripts.bench.figures import Figure
from scripts.bench.overlap import ADD_PROBLEMS, GROUP, ROWS, WORKERS, Kind, text

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
from deepcoder.training import trl_internals
from deepcoder.training.async_rollouts import JudgedLoop

NAMES = {Kind.AHEAD: "each judged when it is finished", Kind.AFTER: "judged group by group, TRL's own way"}
GROUPS = 8
IN_FLIGHT = 16  # completions that are generated at a time
COMPLETION_S = 1.0, 3.0  # seconds of the shortest and of the longest completion
TEMPLATE = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|assistant|>",
    "fields": {"content": {"close_pattern": r"<\|end\|>\s*", "content": "text"}},
}


class _Engine:
    """Answer a loop's requests: the same answers after the same times in every run, except for the salt."""

    def __init__(self, tokenizer: Any, salt: int) -> None:
        self._tokenizer = tokenizer
        self._salt = salt
        self._random = random.Random(0)
        self._asked = 0

    async def post(self, path: str, payload: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        place, self._asked = self._asked, self._asked + 1
        more = self._tokenizer.decode(payload["prompt"]).split("Add ")[1].split(".")[0]
        ids = self._tokenizer(text(self._salt, place, more) + "<|end|>")["input_ids"]
        await asyncio.sleep(self._random.uniform(*COMPLETION_S))
        return {"choices": [{"token_ids": ids, "logprobs": {"token_logprobs": [-0.5] * len(ids)}}]}


def free(completions: list[Any], **_: Any) -> list[float]:
    return [0.0] * len(completions)


def rollouts_s(pool: SandboxPool, kind: Kind, salt: int) -> float:
    """Return the seconds until the samples of GROUPS groups are in the trainer's queue."""
    tokenizer = tiny.make_tokenizer([], 320)
    tokenizer.response_template = TEMPLATE
    samples: queue.Queue[Any] = queue.Queue()
    loop = (JudgedLoop if kind is Kind.AHEAD else trl_internals.rollout_loop())(
        model_name="stand-in",
        dataset=Dataset.from_list(ROWS),
        reward_funcs=[free if kind is Kind.FREE else CodeReward(pool, ADD_PROBLEMS)],
        processing_class=tokenizer,
        eos_token_ids=[tokenizer.eos_token_id],
        rollout_buffer=samples,
        model_version_value=SimpleNamespace(value=0),
        heartbeat_value=SimpleNamespace(value=0.0),
        failed_event=threading.Event(),
        exception_info_queue=queue.Queue(),
        metrics_queue=queue.Queue(),
        num_generations=GROUP,
        max_inflight_tasks=IN_FLIGHT,
    )
    trl_internals.answer_requests(loop, _Engine(tokenizer, salt).post)
    thread = threading.Thread(target=loop.run)
    began = time.perf_counter()
    thread.start()
    found = [samples.get(timeout=120) for _ in range(GROUPS * GROUP)]
    took_s = time.perf_counter() - began
    trl_internals.stop_loop(loop)
    thread.join()
    if kind is not Kind.FREE:
        assert all((each.metrics["reward"] == 1) == (") + " in each.completion[0]["content"]) for each in found)
    return took_s


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the time that rollouts of each kind take, and what judging adds to it."""
    PartialState(cpu=True)  # TRL does not log without
    found: dict[Kind, list[float]] = {kind: [] for kind in Kind}
    with pools.ready(sandbox, WORKERS) as pool:
        for salt in range(rounds + 1):
            for number, kind in enumerate(Kind):
                found[kind].append(rollouts_s(pool, kind, salt * len(Kind) + number))
    free_s, *others = (statistics.median(found[kind][1:]) for kind in Kind)  # the first of each kind warms up
    for kind, took_s in zip(NAMES, others, strict=True):
        yield Figure(f"rollouts, {NAMES[kind]}", took_s, "s", floor=free_s, floor_name=Kind.FREE.value)
    yield Figure(f"share of time added, {NAMES[Kind.AHEAD]}", others[0] / free_s - 1, "", bound=0.02)
