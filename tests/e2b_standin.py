"""A stand-in for E2B on loopback: what the SDK asks of the service, with each machine a process group here.

It has the calls that a sandbox needs: machines are made, listed, renewed and ended, and a command runs in one. The half
inside a machine is the server that the SDK ships. What E2B refuses, and when, a test says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
import uvicorn
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from e2b.envd.process import process_pb as pb
from e2b.envd.process.process_connect import Process, ProcessASGIApplication
from protobuf import Oneof
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

KEY = "e2b_0123456789"
TEMPLATES = {"base": 8192, "small": 512}  # MiB
CHUNK_BYTES = 1 << 15  # of what E2B sends at once
MANY = 16  # chunks that wait for a client that does not read


@dataclass
class Machine:
    """A machine. The mutable state: when it ends, its commands, and whether it is gone."""

    template: str
    metadata: dict[str, str]
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    ends_at: float = 0.0
    life_s: float = 0.0
    is_gone: bool = False
    commands: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)
    events: dict[int, asyncio.Queue[pb.ProcessEvent | None]] = field(default_factory=dict)

    def info(self) -> dict[str, Any]:
        ends = datetime.now(UTC) + timedelta(seconds=self.life_s)
        return {
            **{"sandboxID": self.id, "templateID": self.template, "clientID": "it", "envdVersion": "0.6.4"},
            **{"startedAt": datetime.now(UTC).isoformat(), "endAt": ends.isoformat(), "state": "running"},
            **{"cpuCount": 2, "memoryMB": TEMPLATES[self.template], "diskSizeMB": 512, "metadata": self.metadata},
        }

    def end(self) -> None:
        self.is_gone = True
        for pid in self.commands:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        for events in self.events.values():
            while events.full():
                events.get_nowait()
            events.put_nowait(None)


class StandIn:
    """The service. The mutable state: its machines, what was asked of it, and what it refuses next."""

    def __init__(self) -> None:
        self.machines: dict[str, Machine] = {}
        self.calls: Counter[str] = Counter()  # by the last word of the path
        self.refusals: list[tuple[str, int, str]] = []  # such a word, a status and a message: for one call each
        self.takes_input = threading.Event()
        self.takes_input.set()
        self.environment = {"PATH": os.defpath, "SECRET": "of the machine"}
        self.created: list[dict[str, Any]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def live(self) -> list[Machine]:
        return [machine for machine in self.machines.values() if not machine.is_gone]

    def end(self, machine: Machine) -> None:
        """End a machine, as E2B may."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(_ended(machine), self._loop).result()

    def end_all(self) -> None:
        for machine in self.machines.values():
            self.end(machine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._loop = asyncio.get_running_loop()
        request = Request(scope)
        word = request.url.path.rpartition("/")[2]
        self.calls[word] += 1
        if refusal := next((each for each in self.refusals if each[0] in (word, request.method)), None):
            self.refusals.remove(refusal)
            await _error(*refusal[1:])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        machine = self.machines.get(Request(scope).headers.get("e2b-sandbox-id", ""))
        if machine is not None:
            if machine.is_gone:
                await _error(502, "The sandbox was not found")(scope, receive, send)
                return
            inside = [Route("/health", lambda _: Response(status_code=204)), Mount("/", _Inside(self, machine).app())]
            await Starlette(routes=inside)(scope, receive, send)
            return
        if Request(scope).headers.get("x-api-key") != KEY:
            await _error(401, "the key is not known")(scope, receive, send)
            return
        routes = [
            Route("/v2/sandboxes", self._create, methods=["POST"]),
            Route("/v2/sandboxes", self._list),
            Route("/sandboxes/{id}", self._get),
            Route("/sandboxes/{id}", self._kill, methods=["DELETE"]),
            Route("/sandboxes/{id}/timeout", self._set_timeout, methods=["POST"]),
        ]
        await Starlette(routes=routes)(scope, receive, send)

    async def _create(self, request: Request) -> Response:
        wanted = await request.json()
        self.created.append(wanted)
        if wanted["templateID"] not in TEMPLATES:
            return _error(404, f"template '{wanted['templateID']}' not found")
        machine = Machine(wanted["templateID"], wanted["metadata"])
        self.machines[machine.id] = machine
        self._renew(machine, wanted["timeout"])
        return JSONResponse(machine.info(), 201)

    def _renew(self, machine: Machine, life_s: float) -> None:
        loop = asyncio.get_running_loop()
        machine.life_s, machine.ends_at = life_s, loop.time() + life_s
        loop.call_later(life_s, lambda: machine.end() if loop.time() >= machine.ends_at else None)

    async def _list(self, request: Request) -> Response:
        wanted = {unquote(name): unquote(value) for name, value in parse_qsl(request.query_params.get("metadata", ""))}
        found = [each.info() for each in self.live if wanted.items() <= each.metadata.items()]
        start = int(request.query_params.get("nextToken", "0"))
        more = {"x-next-token": str(start + 1)} if start + 1 < len(found) else {}
        return JSONResponse(found[start : start + 1], headers=more)

    def _found(self, request: Request) -> Machine | None:
        machine = self.machines.get(request.path_params["id"])
        return None if machine is None or machine.is_gone else machine

    async def _get(self, request: Request) -> Response:
        machine = self._found(request)
        return JSONResponse(machine.info()) if machine else _error(404, "no such sandbox")

    async def _kill(self, request: Request) -> Response:
        machine = self._found(request)
        if machine is None:
            return _error(404, "no such sandbox")
        machine.end()
        return Response(status_code=204)

    async def _set_timeout(self, request: Request) -> Response:
        machine = self._found(request)
        if machine is None:
            return _error(404, "no such sandbox")
        self._renew(machine, (await request.json())["timeout"])
        return Response(status_code=204)


class _Inside(Process):
    """What runs in a machine and starts its commands."""

    def __init__(self, service: StandIn, machine: Machine) -> None:
        self._service = service
        self._machine = machine

    def app(self) -> ProcessASGIApplication:
        return ProcessASGIApplication(self)

    async def start(self, request: pb.StartRequest, ctx: Any) -> AsyncIterator[pb.StartResponse]:
        assert ctx.request_headers["authorization"] == "Basic cm9vdDo=", "a command of ours is root's"
        assert request.process is not None
        pipe = asyncio.subprocess.PIPE
        command = await asyncio.create_subprocess_exec(
            request.process.cmd,
            *request.process.args,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=request.process.cwd,
            env=self._service.environment,
            start_new_session=True,
        )
        events: asyncio.Queue[pb.ProcessEvent | None] = asyncio.Queue(MANY)
        self._machine.commands[command.pid], self._machine.events[command.pid] = command, events
        telling = asyncio.create_task(_tell(command, events))
        yield pb.StartResponse(event=_event("start", pb.ProcessEvent.StartEvent(pid=command.pid)))
        try:
            while (event := await events.get()) is not None:
                yield pb.StartResponse(event=event)
                if event.event is not None and event.event.field == "end":
                    return
        finally:
            telling.cancel()
        raise ConnectError(Code.UNAVAILABLE, "the connection to the sandbox ended before the stream completed")

    async def send_input(self, request: pb.SendInputRequest, ctx: Any) -> pb.SendInputResponse:
        while not self._service.takes_input.is_set():
            await asyncio.sleep(0.01)
        command = self._command(request.process)
        assert command.stdin is not None
        assert request.input is not None and request.input.input is not None
        data = request.input.input.value
        command.stdin.write(data)
        with contextlib.suppress(ConnectionError):  # the command has ended
            await command.stdin.drain()
        return pb.SendInputResponse()

    async def close_stdin(self, request: pb.CloseStdinRequest, ctx: Any) -> pb.CloseStdinResponse:
        command = self._command(request.process)
        assert command.stdin is not None
        command.stdin.close()
        return pb.CloseStdinResponse()

    def _command(self, selector: pb.ProcessSelector | None) -> asyncio.subprocess.Process:
        assert selector is not None and selector.selector is not None
        command = self._machine.commands.get(int(selector.selector.value))
        if command is None or command.returncode is not None:
            raise ConnectError(Code.NOT_FOUND, "process not found")
        return command


def _event(name: Any, event: Any) -> pb.ProcessEvent:
    return pb.ProcessEvent(event=Oneof(name, event))


async def _tell(command: asyncio.subprocess.Process, events: asyncio.Queue[pb.ProcessEvent | None]) -> None:
    """Put all that the command prints, and its end, into the queue."""

    async def pump(name: Any, pipe: asyncio.StreamReader | None) -> None:
        assert pipe is not None
        while data := await pipe.read(CHUNK_BYTES):
            await events.put(_event("data", pb.ProcessEvent.DataEvent(output=Oneof(name, data))))

    await asyncio.gather(pump("stdout", command.stdout), pump("stderr", command.stderr))
    code = await command.wait()
    await events.put(_event("end", pb.ProcessEvent.EndEvent(exit_code=code, status=f"exit status {code}")))


async def _ended(machine: Machine) -> None:
    """End the machine, and wait until its commands have ended."""
    machine.end()
    for command in machine.commands.values():
        assert command.stdin is not None
        command.stdin.close()
        await command.wait()


def _error(status: int, message: str) -> Response:
    return JSONResponse({"code": status, "message": message}, status)


@contextlib.contextmanager
def serving() -> Iterator[StandIn]:
    """Serve a stand-in, for those who have its key and its address from their environment."""
    service = StandIn()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service, log_level="warning", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("E2B_API_URL", "E2B_SANDBOX_URL"):
                patch.setenv(name, f"http://127.0.0.1:{listening.getsockname()[1]}")
            patch.setenv("E2B_API_KEY", KEY)
            yield service
    finally:
        service.end_all()
        server.should_exit = True
        thread.join()
        listening.close()
