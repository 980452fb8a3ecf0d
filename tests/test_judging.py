"""What every framework's file stands on: a pool and its problems, connected to once in each process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from deepcoder.datasets import load_problems
from deepcoder.integrations import judging, trl
from deepcoder.integrations.judging import Judging, Unjudged, connect, connect_by_environment
from deepcoder.pool import SandboxPool
from deepcoder.remote import RemotePool
from deepcoder.service.service import Service
from deepcoder.verdicts import Verdict
from tests.test_service import TOKEN, WAIT_S, serving

SHIPPED = "deepcoder_small"
RIGHT, WRONG = "```python\nprint(sum(map(int, input().split())))\n```", "```python\nprint(1)\n```"


def test_a_pool_by_its_name_and_a_service_by_its_url(process_pool: SandboxPool) -> None:
    with serving(Service(process_pool, {}), TOKEN) as url, ExitStack() as life:
        life.callback(judging._connections.clear)
        url = url.replace("//", f"//any:{TOKEN}@")
        for where, kind in ((process_pool.name, SandboxPool), (url, RemotePool)):
            connected = connect(where, SHIPPED, deadline_s=60.0)
            assert connected is connect(where, SHIPPED, deadline_s=60.0)
            assert isinstance(connected.pool, kind)
            life.callback(connected.pool.close)

            async def both(at: Judging = connected) -> list[Verdict]:
                given = [at.submission("stdin/sum_of_two", text) for text in (RIGHT, WRONG)]
                asked = [judging.in_thread(at.judge, each) for each in given]
                return [each.verdict for each in await asyncio.gather(*asked)]

            assert asyncio.run(both()) == [Verdict.AC, Verdict.WA]


def test_draft_in_reasoning_that_the_prompt_opened_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = [each for each in load_problems(SHIPPED) if each.problem_id == "stdin/sum_of_two"]
    at = Judging(RemotePool("http://127.0.0.1:1", away_s=0.0), {problem.problem_id: problem})
    assert at.submission(problem.problem_id, RIGHT).program is not None
    assert at.submission(problem.problem_id, RIGHT, prompt_end="<think>").program is None
    monkeypatch.setattr(trl, "connect_by_environment", lambda: at)
    monkeypatch.setenv("DEEPCODER_PROMPT_END", "<think>")
    monkeypatch.setattr(trl, "CodeReward", lambda pool, problems, prompt_end: prompt_end)
    assert str(trl._reward.__wrapped__()) == "<think>"


def test_what_is_not_judged_raises() -> None:
    (problem,) = [each for each in load_problems(SHIPPED) if each.problem_id == "stdin/sum_of_two"]
    away = Judging(RemotePool("http://127.0.0.1:1", away_s=0.0), {problem.problem_id: problem})
    with pytest.raises(Unjudged, match="does not answer"):
        away.judge(away.submission("stdin/sum_of_two", RIGHT))
    with pytest.raises(ValueError, match="'stdin/other' is not in the data"):
        away.submission("stdin/other", RIGHT)


def test_what_the_environment_names(process_pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPCODER_POOL", process_pool.name)
    with pytest.raises(ValueError, match="set DEEPCODER_POOL to .* and DEEPCODER_DATA to its problems"):
        connect_by_environment()
    monkeypatch.setenv("DEEPCODER_DATA", SHIPPED)
    connected = connect_by_environment()
    assert connected is connect(process_pool.name, SHIPPED)
    connected.pool.close()
    judging._connections.clear()


def test_calls_while_one_connects_have_its_failure_and_a_later_one_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, asked, all_came = 8, [], threading.Event()

    class Counted(dict[Any, Any]):
        looks = 0

        def get(self, *key: Any) -> Any:
            self.looks += 1
            if self.looks == calls:
                all_came.set()
            return super().get(*key)

    def fails(*_: Any) -> Any:
        asked.append(True)
        assert all_came.wait(WAIT_S)
        raise ConnectionError("the service is away")

    monkeypatch.setattr(judging, "_connections", Counted())
    monkeypatch.setattr(judging, "_connected", fails)
    with ThreadPoolExecutor(calls) as threads:
        ends = [threads.submit(connect, "http://away", SHIPPED) for _ in range(calls)]
        assert {str(end.exception(WAIT_S)) for end in ends} == {"the service is away"}
    assert len(asked) == 1
    with pytest.raises(ConnectionError, match="away"):
        connect("http://away", SHIPPED)
    assert len(asked) == 2


def test_a_pool_over_http_needs_no_ray() -> None:
    program = "import sys, deepcoder.integrations.judging\nassert 'ray' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
