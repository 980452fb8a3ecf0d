"""What every framework's file stands on: a pool and its problems, connected to once in each process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import ExitStack

import pytest

from deepcoder.datasets import load_problems
from deepcoder.integrations import judging
from deepcoder.integrations.judging import Judging, Unjudged, connect, connect_by_environment
from deepcoder.pool import SandboxPool
from deepcoder.remote import RemotePool
from deepcoder.service.service import Service
from deepcoder.verdicts import Verdict
from tests.test_service import TOKEN, serving

SHIPPED = "deepcoder_small"
RIGHT, WRONG = "```python\nprint(sum(map(int, input().split())))\n```", "```python\nprint(1)\n```"


def test_a_pool_by_its_name_and_a_service_by_its_url(process_pool: SandboxPool) -> None:
    with serving(Service(process_pool, {}), TOKEN) as url, ExitStack() as life:
        life.callback(judging._connected.cache_clear)
        url = url.replace("//", f"//any:{TOKEN}@")
        for where, kind in ((process_pool.name, SandboxPool), (url, RemotePool)):
            connected = connect(where, SHIPPED, deadline_s=60.0)
            assert connected is connect(where, SHIPPED, deadline_s=60.0)
            assert isinstance(connected.pool, kind)
            life.callback(connected.pool.close)

            async def both(at: Judging = connected) -> list[Verdict]:
                asked = [at.judged(at.submission("stdin/sum_of_two", text)) for text in (RIGHT, WRONG)]
                return [each.verdict for each in await asyncio.gather(*asked)]

            assert asyncio.run(both()) == [Verdict.AC, Verdict.WA]


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
    judging._connected.cache_clear()


def test_a_pool_over_http_needs_no_ray() -> None:
    program = "import sys, deepcoder.integrations.judging\nassert 'ray' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
