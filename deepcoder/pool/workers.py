"""The worker actors: started until they have a sandbox, restarted, and ended.

Runs: in the coordinator.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from deepcoder.pool.crew import Crew, Member
from deepcoder.pool.worker import Started
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable

log = logging.getLogger(__name__)

RETRY_START_S = 1.0  # between two tries of a worker to start
RETRY_HOPELESS_S = 10.0  # the same, where a person has to change something first
START_TIMEOUT_S = 240.0  # for a worker on its node to have a sandbox, however slowly the engine answers each request
END_TIMEOUT_S = 10.0  # for a worker to end its sandboxes


class Workers:
    """Starts and ends the actors of a crew.

    The mutable state: the members of the crew, the image that the first worker had, and the languages promised.

    Args:
        start_actor: Starts an actor wherever the cluster has room for it.
    """

    def __init__(self, config: SandboxConfig, crew: Crew, start_actor: Callable[[], Any]) -> None:
        self._config = config
        self._crew = crew
        self._start_actor = start_actor
        self._image: tuple[str, str] | None = None  # and the address of a node that has it
        self._promised: set[str] = set()  # the languages that a client was told of
        self._changed = asyncio.Condition()

    async def announce(self) -> None:
        """Wake those that wait for workers to start, or to fail."""
        async with self._changed:
            self._changed.notify_all()

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; it is checked after each `announce`."""
        async with self._changed:
            await self._changed.wait_for(condition)

    async def has_started(self, member: Member) -> bool:
        """Try to start a worker until it has a sandbox; return False where it is to leave."""
        while not member.is_leaving:
            try:
                if member.place is None:
                    member.place = await member.actor.place.remote()  # which waits until there is room for it
                started: Started = await asyncio.wait_for(member.actor.start.remote(), START_TIMEOUT_S)
                await self._compare(member, started)
                member.sandbox, member.failure, member.is_hopeless = started.sandbox, "", False
                member.languages = started.languages
                log.info("%s is ready", member)
                return True
            except (RayError, SandboxError, TimeoutError) as error:
                if member.is_leaving:
                    return False
                has_begun = member.place is not None
                self._note_failure(member, error)
                await self.announce()
            await asyncio.sleep(RETRY_START_S if has_begun and not member.is_hopeless else RETRY_HOPELESS_S)
        return False

    def _note_failure(self, member: Member, error: Exception) -> None:
        """Log why the worker did not start, and replace its actor if Ray will not restart it."""
        has_begun = member.place is not None
        is_rays = has_begun and not isinstance(error, (SandboxError, TimeoutError))
        if isinstance(error, TimeoutError):
            self.restart(member)
        elif not isinstance(error, SandboxError):
            member.place, member.idle_since = None, time.monotonic()
            if not has_begun:  # else Ray is about to restart it, there or elsewhere
                ray.kill(member.actor)
                member.actor = self._start_actor()
        failure = f"{member.address()}: {reason(error)}"
        if all(failure != other.failure for other in self._crew.members):  # logged once, however many workers it stops
            log.log(logging.INFO if is_rays else logging.WARNING, "a worker does not start on %s", failure)
        member.failure, member.is_hopeless = failure, isinstance(error, SandboxUnavailable)

    def languages(self) -> dict[str, str]:
        """Return the languages that every worker has, with the first worker's versions, and see that it stays so."""
        started = [member.languages for member in self._crew.members if member.languages]
        common = set(started[0]).intersection(*started) if started else set[str]()
        self._promised |= common
        return {name: version for name, version in started[0].items() if name in common} if started else {}

    async def _compare(self, member: Member, started: Started) -> None:
        """Check that all workers have the same image: a program must meet the same libraries wherever it is judged.

        Raises:
            SandboxUnavailable: The worker's image is not the one that the first worker had, or a language is missing.
        """
        if missing := self._promised - started.languages.keys():
            await self.close_actor(member)
            raise SandboxUnavailable(f"it has no {', '.join(sorted(missing))}, which the pool offers: install it there")
        if not self._config.backend.has_image:
            return
        image = started.interpreter
        if self._image is None:
            self._image = image, member.address()
        elif image != self._image[0]:
            await self.close_actor(member)
            first, address = self._image
            raise SandboxUnavailable(f"it has {image}, but {address} has {first}: have the same on every node")

    def restart(self, member: Member) -> None:
        """Kill the actor, which Ray then restarts: it may only be out of reach, and must not go on with its parts."""
        ray.kill(member.actor, no_restart=False)
        member.place, member.idle_since = None, time.monotonic()

    async def end(self, member: Member) -> None:
        """Close a worker's sandboxes, and remove the worker."""
        await self.close_actor(member)
        self.remove(member)

    def remove(self, member: Member) -> None:
        """Kill the actor for good."""
        if member in self._crew.members:
            self._crew.members.remove(member)
            ray.kill(member.actor)

    async def close(self) -> None:
        """End every worker. One that does not answer in time is killed, which ends its sandboxes' input."""
        members = list(self._crew.members)
        # A worker without a place has not begun, so it has no sandbox and does not answer.
        await asyncio.gather(*(self.close_actor(member) for member in members if member.place is not None))
        for member in members:
            self.remove(member)

    async def close_actor(self, member: Member) -> None:
        """Have a worker end its sandboxes."""
        try:
            await asyncio.wait_for(member.actor.close.remote(), END_TIMEOUT_S)
        except (RayError, TimeoutError) as error:
            log.info("a worker was gone before it was closed: %s", reason(error))


def reason(error: Exception) -> str:
    """Return the worker's own message, without the trace that Ray wraps around it."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error.cause) if isinstance(error, RayTaskError) else str(error)
