"""TRL's own rollout worker in the process that it spawns, with a pool of two sandboxes and a server that stands in for
vLLM's. The whole AsyncGRPOTrainer needs a GPU."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")
pytest.importorskip("aiohttp", reason="TRL's rollout worker needs it")

from accelerate import PartialState
from aiohttp import web
from datasets import Dataset

from deepcoder.pool import SandboxPool
from deepcoder.reward import CodeReward
from deepcoder.training import tiny
from scripts.waiting import wait_until
from tests.test_rollouts import PROBLEMS, ROWS, TEMPLATE

with warnings.catch_warnings(action="ignore"):
    from trl.experimental.async_grpo.async_rollout_worker import AsyncRolloutWorker

    from deepcoder.training.async_rollouts import judge_ahead

pytestmark = pytest.mark.timeout(300)

GROUP = 4
GROUPS = 3


class Engine:
    """Answers as vLLM's completion endpoint: of four requests two rightly, one wrongly, and one with no Python at all.

    That one gets its answer when `hold` is over, which is told how many have been answered.
    """

    def __init__(self, tokenizer: Any, salt: str, hold: Callable[[int], None]) -> None:
        self.tokenizer = tokenizer
        self.salt = salt
        self.hold = hold
        self.answered = 0
        self.url = ""

    async def complete(self, request: web.Request) -> web.Response:
        number, self.answered = self.answered, self.answered + 1
        asked = self.tokenizer.decode((await request.json())["prompt"])
        more = 1 if "next" in asked else 100
        what = (f"print(int(input()) + {more})", f"print({more} + int(input()))", "print('no')", "print(")[number % 4]
        ids = self.tokenizer(f"```python\n# {self.salt} {number}\n{what}\n```<|end|>")["input_ids"]
        if number % 4 == 3:
            await asyncio.to_thread(self.hold, number + 1)
        choice = {"token_ids": ids, "logprobs": {"token_logprobs": [-0.5] * len(ids)}}
        return web.json_response({"choices": [choice]})

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        loop, ready = asyncio.new_event_loop(), threading.Event()

        async def serve() -> web.AppRunner:
            app = web.Application()
            app.router.add_post("/v1/completions", self.complete)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            return runner

        def run() -> None:
            runner = loop.run_until_complete(serve())
            ready.set()
            loop.run_forever()
            loop.run_until_complete(runner.cleanup())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            assert ready.wait(30)
            yield
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process") as started:
        yield started


@pytest.fixture(autouse=True)
def no_vllm_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker asks whether it is installed, and never calls it; and it logs as only a trainer's process can."""
    PartialState(cpu=True)
    monkeypatch.setattr("trl.experimental.async_grpo.async_rollout_worker.is_vllm_available", lambda: True)


@pytest.mark.parametrize("ahead", [False, True], ids=["when the group is complete", "when each is finished"])
def test_rewards_of_the_spawned_worker_are_right(pool: SandboxPool, ahead: bool) -> None:
    tokenizer = tiny.make_tokenizer([], 320)
    tokenizer.response_template = TEMPLATE
    before = pool.state().tests

    def until_the_others_are_judged(count: int) -> None:
        if ahead:  # without it nothing is judged, since no group is complete
            assert wait_until(lambda: pool.state().tests >= before + count // 4 * (3 + 3 + 1), 60)

    engine = Engine(tokenizer, f"ahead: {ahead}", until_the_others_are_judged)
    with engine.serving():
        worker = AsyncRolloutWorker(
            model_name="a model",
            dataset=Dataset.from_list(ROWS),
            reward_funcs=[CodeReward(pool, PROBLEMS)],
            processing_class=tokenizer,
            eos_token_ids=[tokenizer.eos_token_id],
            num_generations=GROUP,
            max_inflight_tasks=GROUP,
            vllm_server_url=engine.url,
            max_tokens=64,
            request_timeout=90,
        )
        if ahead:
            judge_ahead(worker)
        worker.start()
        try:
            samples = [worker.rollout_buffer.get(timeout=90) for _ in range(GROUPS * GROUP)]
            worker.check_health(60)
        finally:
            worker.stop()

    texts = {each.completion[0]["content"]: each for each in samples}
    assert len(texts) == GROUPS * GROUP
    for text, each in texts.items():
        assert each.metrics["rewards/code_reward"] == ("input" in text)


def test_a_rank_without_a_worker_has_nothing_to_do() -> None:
    judge_ahead(None)
