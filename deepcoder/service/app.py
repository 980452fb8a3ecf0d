"""The application: the contracts, what every service has, and one sentence for whatever is refused.

Runs: in the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp

from deepcoder.service import deepcoder_api, sandbox_fusion
from deepcoder.service.guard import Guard
from deepcoder.service.service import Service

CONTRACTS = (deepcoder_api, sandbox_fusion)


def application(service: Service, token: str = "") -> ASGIApp:
    """Return the application of a service, which asks for the token if there is one."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(service.watch())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    app = FastAPI(title="deepcoder", lifespan=life)
    for contract in CONTRACTS:
        app.include_router(contract.routes(service))

    @app.get("/healthz")
    async def health() -> JSONResponse:
        """Say whether the pool has a worker."""
        has_workers = service.state.alive > 0
        return JSONResponse({"has_workers": has_workers}, 200 if has_workers else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> str:
        """Return the metrics as Prometheus reads them."""
        return service.metrics()

    _say_why(app, service)
    return Guard(app, token)


def _say_why(app: FastAPI, service: Service) -> None:
    """Have the application answer errors with one sentence, and count them."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Any) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"] if not isinstance(each, int)) or "body"
        return _refused(request, f"{where}: {first['msg']}", f"{where}: {first['type']}")

    @app.exception_handler(ValueError)
    async def wrong(request: Request, error: Exception) -> JSONResponse:
        return _refused(request, str(error), "its content")

    @app.exception_handler(ConnectionError)
    async def away(request: Request, error: Exception) -> JSONResponse:
        service.count("rejected", f"{request.url.path} without the pool")
        return JSONResponse({"detail": f"the pool does not answer: {error}"}, 503)

    def _refused(request: Request, why: str, label: str) -> JSONResponse:
        service.count("rejected", f"{request.url.path} {label}")
        return JSONResponse({"detail": why}, 422)
