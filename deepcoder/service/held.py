"""An answer that may be long in coming: its client is kept alive meanwhile, and one that hangs up frees its work.

Runs: in the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

SILENT_S = 5.0  # after so long the answer begins, and then has a blank as often: white space before JSON means nothing


class Held(Response):
    """The answer that `work` makes.

    `work` gets an event, which it sets once the answer will come for sure; before that, it may still give another
    status. It returns the status and the object to answer with.
    """

    def __init__(self, work: Callable[[asyncio.Event], Awaitable[tuple[int, Any]]]) -> None:
        self.work = work
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_sure = asyncio.Event()
        work = asyncio.ensure_future(self.work(is_sure))
        gone = asyncio.create_task(_hang_up(receive))
        sure = asyncio.create_task(is_sure.wait())
        has_begun = False
        try:
            while not work.done() and not gone.done():
                waited = {work, gone} if sure.done() else {work, gone, sure}
                done, _ = await asyncio.wait(
                    waited, timeout=SILENT_S if sure.done() else None, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    if not has_begun:
                        headers = [(b"content-type", b"application/json")]
                        await send({"type": "http.response.start", "status": 200, "headers": headers})
                        has_begun = True
                    await send({"type": "http.response.body", "body": b" ", "more_body": True})
            if not work.done():
                return
            status, answer = work.result()
            response = JSONResponse(answer, status)
            if has_begun:
                await send({"type": "http.response.body", "body": response.body})
            else:
                await response(scope, receive, send)
        finally:
            for task in (work, gone, sure):
                task.cancel()


async def _hang_up(receive: Receive) -> None:
    """Wait until the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
