"""How the coordinator waits for replies."""

from __future__ import annotations

import asyncio
import time

from deepcoder.pool.coordinator import REPORT_READ_S, _received


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
