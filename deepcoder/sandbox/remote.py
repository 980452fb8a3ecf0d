"""The stream of a runner on a machine that a provider rents out, whatever the provider.

Runs: worker node. A thread of each stream carries the bytes between a socket here and the machine. Messages that come
while the provider takes the ones before go together, since providers count calls. Providers give standard output as
text, so a helper beside the runner makes lines of base64 of it. Root of the machine starts the runner in namespaces, as
that of a process sandbox. A machine ends by itself soon after its owner, since only a live owner renews it.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import logging
import os
import shlex
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Protocol

from deepcoder.sandbox import namespaces
from deepcoder.sandbox.process import USUAL_PATHS
from deepcoder.sandbox.stream import (
    BOOTSTRAP,
    ENVIRONMENT,
    START_TIMEOUT_S,
    STDERR_TAIL_BYTES,
    Pipes,
    SandboxError,
)

log = logging.getLogger(__name__)

RENEW_EVERY_S = 30.0
PATIENCE_S = 75.0  # with a silent runner: what it waits for may wait itself until a provider's minute is over
RUNNER_END_S = 5.0  # the end of the runner may be told this long after the provider refuses to send it something
MACHINE_ANSWER_S = 5.0  # for a machine to say that it is there, or for the provider to take it back
CALL_BYTES = 1 << 18  # the most that is sent in one call
ENCODER = """
import base64, os
while part := os.read(0, 24576):
    os.write(1, base64.b64encode(part) + b"\\n")
"""


def command() -> str:
    """Return the command of a shell that becomes a runner, with its standard output as lines of base64."""
    wanted = {"read": USUAL_PATHS, "library": {}, "command": ["python3", "-s", "-c", BOOTSTRAP]}
    enter = ["python3", "-I", "-c", inspect.getsource(namespaces), json.dumps(wanted)]
    clean = ["env", "-i", *(f"{name}={value}" for name, value in ENVIRONMENT.items())]
    return f"{shlex.join([*clean, *enter])} | {shlex.join(['python3', '-I', '-c', ENCODER])}"


class Machine(Protocol):
    """A machine of a provider, in which root can run one command. All its methods run in the thread of its stream."""

    name: str  # for logs
    interpreter: str  # what runs the programs, for people, as exactly as the provider can say

    async def start(self, output: Callable[[str], Awaitable[None]], errors: Callable[[str], None]) -> None:
        """Rent the machine, and start `command` in it, whose standard output and standard error go to these."""

    async def send(self, data: bytes) -> None:
        """Send standard input. A limit of the provider's rate is waited for."""

    async def ended(self) -> None:
        """Return when the command has ended. Raise what the provider says where it lost the machine."""

    async def renew(self) -> None:
        """Let the machine live on: unless this is called every RENEW_EVERY_S, it ends by itself."""

    async def is_there(self) -> bool:
        """Return whether the machine is still there, within MACHINE_ANSWER_S."""

    async def give_back(self) -> None:
        """End the machine, if there is one, within MACHINE_ANSWER_S."""

    def error(self, error: Exception) -> SandboxError:
        """Return what an error of the provider means here."""


class RemoteStream:
    """The stream of the runner on one machine.

    The mutable state: the end of a line of its output, and of its standard error; why it was lost. The thread has one
    end of a socket, which it closes when nothing more will come.
    """

    pid: int | None = None
    start_timeout_s = START_TIMEOUT_S
    silence_timeout_s = PATIENCE_S

    def __init__(self, machine: Machine) -> None:
        """Start the command on the machine.

        Raises:
            SandboxError: It did not start.
        """
        self._machine = machine
        here, self._there = socket.socketpair()
        self._there.setblocking(False)
        self._here = Pipes(os.dup(here.fileno()), here.detach(), PATIENCE_S)
        self._line = self._stderr = self._lost = ""
        self._started: Future[None] = Future()
        self._closing = asyncio.Event()
        self._runner = asyncio.Runner()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        try:
            self._started.result()
        except BaseException:
            self.close()
            raise
        self.name, self.interpreter = machine.name, machine.interpreter

    def _run(self) -> None:
        with self._runner:
            self._runner.run(self._live())

    async def _live(self) -> None:
        try:
            await self._machine.start(self._take_output, self._take_stderr)
            self._started.set_result(None)
            await self._carry()
        except Exception as error:  # the errors of a provider may have no class in common
            if self._started.done():
                self._lost = str(self._machine.error(error))
            else:
                self._started.set_exception(self._machine.error(error))
        finally:
            self._there.close()
            try:
                await self._machine.give_back()
            except Exception as error:
                log.warning("%s is left to end by itself: %s", self._machine.name, error)

    async def _carry(self) -> None:
        """Return when the command has ended, or the owner wants no more of it; raise what went wrong before that."""
        works = (self._machine.ended(), self._closing.wait(), self._send(), self._renew())
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            next(task for task in tasks if task.done()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self) -> None:
        while data := await asyncio.get_running_loop().sock_recv(self._there, CALL_BYTES):
            try:
                await self._machine.send(data)
            except Exception:
                await asyncio.sleep(RUNNER_END_S)
                raise

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            try:
                await self._machine.renew()
            except Exception as error:  # where the machine is gone, its output ends
                log.warning("%s is not renewed: %s", self._machine.name, error)

    async def _take_output(self, text: str) -> None:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            try:
                data = base64.b64decode(line, validate=True)
            except ValueError:
                raise SandboxError(f"its shell prints {line[:60]!r} before the runner starts") from None
            await asyncio.get_running_loop().sock_sendall(self._there, data)

    def _take_stderr(self, text: str) -> None:
        self._stderr = (self._stderr + text)[-STDERR_TAIL_BYTES:]

    def send(self, data: bytes) -> None:
        self._here.send(data)

    def receive(self, timeout_s: float) -> bytes:
        return self._here.receive(timeout_s)

    def fileno(self) -> int:
        return self._here.fileno()

    def last_words(self) -> str:
        return self._stderr

    def why_lost(self) -> str:
        if not self._lost and self._there.fileno() != -1:
            try:
                asking = asyncio.run_coroutine_threadsafe(self._machine.is_there(), self._runner.get_loop())
                is_there = asking.result(2 * MACHINE_ANSWER_S)
                self._lost = "" if is_there else "there is no such machine any more"
            except Exception as error:
                self._lost = str(self._machine.error(error))
        return self._lost

    def close(self) -> None:
        with suppress(RuntimeError):  # the thread has ended
            self._runner.get_loop().call_soon_threadsafe(self._closing.set)
        self._thread.join(2 * MACHINE_ANSWER_S)
        self._here.close()
