"""Check a request before a contract sees it: the token, and bounds on its body's size and time.

Runs: in the service.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 256 << 20  # of one request
BODIES_BYTES = 1 << 30  # of all requests that are being read
BODY_S = 60.0  # for a body to come
OPEN_PATHS = ("/healthz",)  # for probes, which have no token
LOOPBACK = ("127.0.0.1", "::1", "localhost")

log = logging.getLogger(__name__)


class Refused(Exception):
    """The request is refused with this status and sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Guard:
    """Lets requests through. The mutable state: the bytes of the bodies that are being read.

    Without a token, only requests to a name of this machine are let through: a web page that a browser here shows could
    otherwise reach the service by a name of its own.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0
        try:
            headers = Headers(scope=scope)
            if scope["path"] not in OPEN_PATHS:
                scope["user"] = self._user(headers, scope)
            body = bytearray()
            async with asyncio.timeout(BODY_S):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        return
                    part = message.get("body", b"")
                    taken += len(part)
                    self._bytes += len(part)
                    if taken > BODY_BYTES:
                        raise Refused(413, f"the body has more than {BODY_BYTES} bytes")
                    if self._bytes > BODIES_BYTES:
                        raise Refused(504 if scope["path"] == "/run_code" else 429, "too many large requests at once")
                    body += part
                    more = message.get("more_body", False)
        except TimeoutError:
            await _refuse(Refused(408, f"the body did not come within {BODY_S:.0f} s"), scope, receive, send)
            return
        except Refused as refused:
            await _refuse(refused, scope, receive, send)
            return
        finally:
            self._bytes -= taken
        unread: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)

    def _user(self, headers: Headers, scope: Scope) -> str:
        """Return whose share of the service the request has: its address, and the user's name where one is given."""
        address = (scope.get("client") or ("",))[0]
        given = headers.get("authorization", "")
        kind, _, value = given.partition(" ")
        name = ""
        if kind.lower() == "basic":
            try:
                name, _, value = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise Refused(401, "the Authorization header is no Basic authorization") from None
        elif kind.lower() != "bearer":
            value = given
        sent = value.encode(), unquote(value).encode()  # a URL's password may be quoted
        if self._token and not any(hmac.compare_digest(each, self._token.encode()) for each in sent):
            log.warning("a request from %s has a wrong token: many clients score that 0", address)
            raise Refused(401, "the token is missing or wrong: send it as Bearer, as Basic password, or as it is")
        host = headers.get("host", "")
        if not self._token and host.rpartition(":")[0].strip("[]") not in LOOPBACK and host not in LOOPBACK:
            raise Refused(403, f"without a token the service is asked for by a name of its machine, not {host!r}")
        return f"{address}/{name}"


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    headers: dict[str, Any] = {"connection": "close"}  # what is left of the body is not read
    if refused.status == 401:
        headers["www-authenticate"] = 'Basic realm="deepcoder"'
    if refused.status == 429:
        headers["retry-after"] = "1"
    await JSONResponse({"detail": str(refused)}, refused.status, headers)(scope, receive, send)
