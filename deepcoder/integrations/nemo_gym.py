"""A resources server of NeMo Gym: copy this file to `resources_servers/deepcoder/app.py`.

Runs: in the environment that NeMo Gym makes for it. It needs nothing of deepcoder: it asks a service over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

import aiohttp
from nemo_gym.base_resources_server import (
    BaseResourcesServerConfig,
    BaseVerifyRequest,
    BaseVerifyResponse,
    SimpleResourcesServer,
)
from pydantic import ConfigDict

BUSY = (429, 502, 503, 504)  # the last three are a proxy's, while a service starts
SILENCE_S = 30.0  # a service at work sends something every 5 s
RETRY_S = 1.0
UNJUDGED = "deepcoder:unjudged"


class DeepcoderConfig(BaseResourcesServerConfig):  # type: ignore[misc]
    """Say where the service is, as `http://any:TOKEN@head:8080`, and how long a program is tried to be judged."""

    url: str
    deadline_s: float = 600.0


class DeepcoderVerifyRequest(BaseVerifyRequest):  # type: ignore[misc]
    """Name the problem by the id that the service knows."""

    model_config = ConfigDict(extra="allow")

    problem_id: str


class DeepcoderVerifyResponse(BaseVerifyResponse):  # type: ignore[misc]
    """Hold the reward. What was not judged is masked: at the top for NeMo Gym, and in `instance_config` for NeMo RL."""

    model_config = ConfigDict(extra="allow")

    verdict: str
    mask_sample: bool = False
    failure_kind: str | None = None
    failure_reason: str | None = None
    instance_config: dict[str, Any] | None = None


class DeepcoderResourcesServer(SimpleResourcesServer):  # type: ignore[misc]
    """Has the service judge what the model answered."""

    config: DeepcoderConfig

    async def verify(self, body: DeepcoderVerifyRequest) -> DeepcoderVerifyResponse:
        """Return 1.0 where every test passed, else 0.0."""
        judgement = await self._judged({"problem_id": body.problem_id, "completion": body.response.output_text})
        verdict = judgement["verdict"]
        answer = body.model_dump() | {"reward": float(verdict == "AC"), "verdict": verdict}
        if verdict == "IE":
            mask = {"mask_sample": True}
            answer |= {"failure_kind": UNJUDGED, "failure_reason": judgement["detail"], **mask}
            answer["instance_config"] = (answer.get("instance_config") or {}) | mask
        return DeepcoderVerifyResponse(**answer)

    async def _judged(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the judgement. Ask again while the service is away, and where it could not judge."""
        end = time.monotonic() + self.config.deadline_s
        request_id = uuid.uuid4().hex  # by which a lost connection costs nothing
        while True:
            try:
                judgement = await self._asked({"submissions": [row], "id": request_id}, end)
                if judgement["verdict"] != "IE":
                    return judgement
                request_id, why = uuid.uuid4().hex, judgement["detail"]
            except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError) as error:
                why = f"{type(error).__name__}: {error}"
            if time.monotonic() + RETRY_S > end:
                return {"verdict": "IE", "detail": why}
            await asyncio.sleep(RETRY_S)

    async def _asked(self, request: dict[str, Any], end: float) -> dict[str, Any]:
        """Return the line of the answer to one request. Raise a ValueError if the service refuses it."""
        timeout = aiohttp.ClientTimeout(total=max(1.0, end - time.monotonic()), sock_read=SILENCE_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{self.config.url.rstrip('/')}/judge", json=request) as answer,
        ):
            if answer.status in BUSY:
                raise aiohttp.ClientError(f"the service is busy: {answer.status}")
            if answer.status != 200:
                raise ValueError(f"the service refuses: {await answer.text()}")
            async for line in answer.content:
                if line.strip():
                    judgement: dict[str, Any] = json.loads(line)
                    return judgement
        raise aiohttp.ClientPayloadError("the answer ended early")


if __name__ == "__main__":
    DeepcoderResourcesServer.run_webserver()
