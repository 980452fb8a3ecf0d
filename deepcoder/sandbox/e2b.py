"""A sandbox at E2B, a service that rents out virtual machines: through its own SDK, or that of a cluster of one's own.

Runs: worker node. `deepcoder/sandbox/remote.py` carries the bytes, and renews a machine while its owner lives. E2B ends
one that was not renewed for LIFE_S. `sweep` finds a leftover earlier: its metadata have the name of an owner that is
gone.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import e2b

from deepcoder.sandbox import owner
from deepcoder.sandbox.backends import E2BOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.remote import MACHINE_ANSWER_S, RemoteStream, command
from deepcoder.sandbox.stream import PROGRAM_HEADROOM_BYTES, SandboxError, SandboxUnavailable

log = logging.getLogger(__name__)

LIFE_S = 120  # several times RENEW_EVERY_S
RATE_LIMIT_WAITS_S = (1, 2, 4, 8, 16, 32)  # E2B counts what an address asks for in a minute
MARK, OWNER = {"deepcoder": "sandbox"}, "owner"  # metadata


def start(memory_bytes: int, options: E2BOptions) -> Sandbox:
    """Rent a machine with a live runner in it. `memory_bytes` is the most that a program may be allowed.

    Raises:
        SandboxUnavailable: E2B refuses the key or the template, or the template's machines have too little memory.
        SandboxError: It did not start.
    """
    return Sandbox(RemoteStream(E2BMachine(memory_bytes + PROGRAM_HEADROOM_BYTES >> 20, options)))


def why_not() -> str:
    """Return why "auto" does not take it."""
    return "it is asked for by name"


def about() -> str:
    """Return the name and the version of the SDK."""
    return f"E2B, by its SDK {importlib.metadata.version('e2b')}"


def sweep(options: E2BOptions) -> None:
    """Give back the machines whose owners were on this machine and are gone. E2B ends those of others.

    Raises:
        SandboxUnavailable: E2B refuses the key.
        SandboxError: E2B does not list its machines.
    """
    access = _access(options)
    try:
        pages, found = e2b.Sandbox.list(query=e2b.SandboxQuery(metadata=MARK), **access), list[e2b.SandboxInfo]()
        while pages.has_next:
            found += pages.next_items()
        for each in found:
            if owner.is_gone(each.metadata.get(OWNER, ""), is_of_this_machine=False):
                log.warning("E2B's machine %s was left behind", each.sandbox_id)
                e2b.Sandbox.kill(each.sandbox_id, **access)
    except Exception as error:  # the errors of the SDK have no class in common
        raise _ours(error) from error


def _access(options: E2BOptions) -> Any:
    """Return what every call is given.

    Raises:
        SandboxUnavailable: There is no key.
    """
    if not options.api_key:
        raise SandboxUnavailable("E2B wants an API key: set E2B_API_KEY, or give E2BOptions an api_key")
    return {"api_key": options.api_key, "domain": options.domain or None, "debug": False}


def _ours(error: Exception) -> SandboxError:
    """Return what an error of the SDK means here."""
    if isinstance(error, SandboxError):
        return error
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, e2b.AuthenticationException):
        return SandboxUnavailable(f"E2B refuses the API key: {said}: check E2B_API_KEY")
    is_final = isinstance(error, (e2b.InvalidArgumentException, e2b.TemplateException))
    if is_final or getattr(error, "status_code", None) in (400, 403, 404):
        return SandboxUnavailable(f"E2B refuses: {said}: check the template and the account")
    return SandboxError(f"E2B failed: {said}")


class E2BMachine:
    """One of E2B's machines.

    The mutable state: E2B's own objects for the machine and the command, once there are some.
    """

    def __init__(self, needed_mib: int, options: E2BOptions) -> None:
        self.name, self.interpreter = "e2b", f"E2B's template {options.template}"
        self._needed_mib = needed_mib
        self._template = options.template
        self._access = _access(options)
        self._machine: e2b.AsyncSandbox | None = None
        self._command: e2b.AsyncCommandHandle[Any] | None = None

    async def start(self, output: Callable[[str], Awaitable[None]], errors: Callable[[str], None]) -> None:
        """Rent the machine, and start the command in it.

        Raises:
            SandboxUnavailable: The machine has too little memory.
        """
        metadata = {**MARK, OWNER: owner.name()}
        self._machine = await e2b.AsyncSandbox.create(
            self._template, LIFE_S, metadata, allow_internet_access=False, **self._access
        )
        self.name = f"e2b-{self._machine.sandbox_id}"
        has_mib = (await self._machine.get_info()).memory_mb
        if has_mib < self._needed_mib:
            raise SandboxUnavailable(
                f"{self.interpreter} has {has_mib} MiB and needs {self._needed_mib}: name one that has more, or give "
                "SandboxConfig less memory_bytes"
            )
        self._command = await self._machine.commands.run(
            command(), True, user="root", cwd="/", on_stdout=output, on_stderr=errors, stdin=True, timeout=0,
            retain_output=False,
        )  # fmt: skip

    async def send(self, data: bytes) -> None:
        assert self._command is not None
        for wait_s in RATE_LIMIT_WAITS_S:
            try:
                return await self._command.send_stdin(data)
            except e2b.RateLimitException as error:  # nothing was sent
                log.info("%s: retry in %d s: %s", self.name, wait_s, error)
                await asyncio.sleep(wait_s)
        await self._command.send_stdin(data)

    async def ended(self) -> None:
        assert self._command is not None
        with suppress(e2b.CommandExitException):
            await self._command.wait()

    async def renew(self) -> None:
        assert self._machine is not None
        await self._machine.set_timeout(LIFE_S)

    async def is_there(self) -> bool:
        assert self._machine is not None
        return await self._machine.is_running(request_timeout=MACHINE_ANSWER_S)

    async def give_back(self) -> None:
        if self._command is not None:
            await self._command.disconnect()
        if self._machine is not None:
            await self._machine.kill(request_timeout=MACHINE_ANSWER_S)

    def error(self, error: Exception) -> SandboxError:
        return _ours(error)
