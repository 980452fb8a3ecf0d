"""Test how the coordinator waits for replies and answers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from deepcoder.pool.coordinator import REPORT_READ_S, _collected, _received


def test_an_answer_that_came_while_this_process_stood_still_is_heard() -> None:
    async def body() -> str:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        hearing = asyncio.create_task(_received(answer, REPORT_READ_S + 0.2))
        await asyncio.sleep(0)
        time.sleep(REPORT_READ_S + 0.3)  # as when it is stopped: everything is due at once, and nothing read yet
        asyncio.get_running_loop().call_later(0.05, answer.set_result, "well")
        said: str = await hearing
        return said

    assert asyncio.run(body()) == "well"


def test_answer_that_comes_when_the_time_is_over_is_not_left_behind() -> None:
    async def body() -> object:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        collecting = asyncio.create_task(_collected(queue, 0.05))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, queue.put_nowait, [(0, "judgement")])
        time.sleep(0.2)  # so that both are due in one turn of the loop, the end of the time first
        return await collecting

    assert asyncio.run(body()) == [(0, "judgement")]
