"""The coordinator: the one actor that owns the workers and the schedule, and that every client of the pool asks.

Runs: on the cluster, needing no CPU of its own. It dies with the client that started the pool, and its workers with it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import ray
from ray.actor import ActorHandle
from ray.exceptions import RayError, RayTaskError

from deepcoder.pool.schedule import Fault, Job, Schedule, unjudged
from deepcoder.pool.worker import SandboxBroken, Worker
from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.runner.wire import Sign
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable
from deepcoder.verdicts import Judgement

log = logging.getLogger(__name__)

RETRY_START_S = 1.0
CLOSE_S = 10.0


@dataclass(frozen=True)
class Request:
    """One submission of a client's batch."""

    index: int
    problem: ray.ObjectRef[Problem]
    total: int
    program: Program | None


@dataclass(frozen=True)
class State:
    """The pool at one moment."""

    workers: int
    alive: int
    busy: int
    waiting: int
    failure: str  # why a worker does not start; empty when all have

    def __str__(self) -> str:
        return f"{self.alive} of {self.workers} workers alive, {self.busy} busy | {self.waiting} waiting"


class Coordinator:
    """Hands jobs to workers and judgements to clients.

    The mutable state: the schedule, how many workers are busy, why some do not start, and who waits for which job's
    judgement.
    """

    def __init__(self, config: SandboxConfig, workers: int) -> None:
        self._schedule = Schedule()
        self._workers = workers
        self._busy = 0
        self._failures: dict[ActorHandle[Worker], str] = {}
        self._hopeless: set[ActorHandle[Worker]] = set()  # they need a person to change something
        self._listeners: dict[Job, asyncio.Queue[tuple[int, Judgement]]] = {}
        self._changed = asyncio.Condition()
        actor: Any = ray.remote(Worker).options(num_cpus=1, max_restarts=-1, scheduling_strategy="SPREAD")
        self._actors: list[ActorHandle[Worker]] = [actor.remote(config) for _ in range(workers)]
        self._drivers = [asyncio.create_task(self._drive(actor)) for actor in self._actors]

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _drive(self, actor: ActorHandle[Worker]) -> None:
        """Keep one worker at work for as long as the pool lives."""
        while True:
            await self._until_started(actor)
            self._schedule.alive.add(actor)
            await self._notify()
            while await self._judge_next(actor):
                pass
            self._schedule.alive.discard(actor)
            await self._notify()

    async def _until_started(self, actor: ActorHandle[Worker]) -> None:
        while True:
            try:
                log.info("%s is ready", await actor.start.remote())
                self._failures.pop(actor, None)
                self._hopeless.discard(actor)
                return
            except (RayError, SandboxError) as error:
                if isinstance(error, SandboxUnavailable):
                    self._hopeless.add(actor)
                failure = _sentence(error)
                if failure not in self._failures.values():  # said once, however many workers it keeps from starting
                    log.warning("a worker does not start: %s", failure)
                self._failures[actor] = failure
                await self._notify()
            await asyncio.sleep(RETRY_START_S)

    async def _judge_next(self, actor: ActorHandle[Worker]) -> bool:
        """Let the worker do one job; whether it is fit for another."""
        async with self._changed:
            while (job := self._schedule.next_for(actor)) is None:
                await self._changed.wait()
        request: Request = job.payload
        self._busy += 1
        try:
            judgement = await actor.judge.remote([request.problem], request.program)
        except SandboxBroken as error:
            fault, fit, cause = Fault.BROKEN, True, _sentence(error)
        except (RayError, SandboxError) as error:
            fault, fit, cause = Fault.LOST, False, _sentence(error)
        else:
            if job.broken:
                judgement = dataclasses.replace(judgement, suspicious=(*judgement.suspicious, Sign.SANDBOX))
            self._deliver(job, judgement)
            return True
        finally:
            self._busy -= 1
        log.warning("attempt %d of a submission failed: %s", job.attempts + 1, cause)
        if job in self._listeners:  # else its batch is over, and nobody waits for a retry
            last = self._schedule.failed(actor, job, fault)
            if last is not None:
                self._deliver(job, last)
        await self._notify()
        return fit

    def _deliver(self, job: Job, judgement: Judgement) -> None:
        listener = self._listeners.pop(job, None)
        if listener is not None:
            listener.put_nowait((job.payload.index, judgement))

    async def judge(self, requests: list[Request], deadline_s: float) -> AsyncIterator[list[tuple[int, Judgement]]]:
        """Judgements as they come, each with its index; IE for what is not judged within `deadline_s` seconds."""
        end = time.monotonic() + deadline_s
        queue: asyncio.Queue[tuple[int, Judgement]] = asyncio.Queue()
        jobs = {Job(request, request.total) for request in requests}
        for job in sorted(jobs, key=lambda job: job.payload.index):
            self._listeners[job] = queue
            self._schedule.add(job)
        await self._notify()
        missing = {job.payload.index: job for job in jobs}
        try:
            while missing:
                try:
                    found = [await asyncio.wait_for(queue.get(), end - time.monotonic())]
                except TimeoutError:
                    why = f"not judged within {deadline_s:.0f} s"
                    yield [(index, unjudged(job.total, why)) for index, job in missing.items()]
                    return
                while not queue.empty():
                    found.append(queue.get_nowait())
                for index, _ in found:
                    del missing[index]
                yield found
        finally:
            self._schedule.withdraw(set(missing.values()))
            for job in missing.values():
                self._listeners.pop(job, None)

    async def started(self, timeout_s: float) -> State:
        """The state once a worker is alive, or none can ever be, or the time is over."""

        async def settled() -> None:
            async with self._changed:
                while not self._schedule.alive and len(self._hopeless) < self._workers:
                    await self._changed.wait()

        try:
            await asyncio.wait_for(settled(), timeout_s)
        except TimeoutError:
            log.warning("no worker has started within %.0f s", timeout_s)
        return self.state()

    def state(self) -> State:
        return State(
            workers=self._workers,
            alive=len(self._schedule.alive),
            busy=self._busy,
            waiting=len(self._schedule.waiting),
            failure=next(iter(self._failures.values()), ""),
        )

    async def close(self) -> None:
        """End every sandbox; whoever does not answer in time is killed with its container's input."""
        for driver in self._drivers:
            driver.cancel()
        closing = [asyncio.ensure_future(self._close_one(actor)) for actor in self._actors]
        await asyncio.wait(closing, timeout=CLOSE_S)
        for actor in self._actors:
            ray.kill(actor)

    async def _close_one(self, actor: ActorHandle[Worker]) -> None:
        try:
            await actor.close.remote()
        except RayError as error:
            log.info("a worker was gone before it was closed: %s", error)


def _sentence(error: Exception) -> str:
    """What the worker said, without the trace that Ray wraps around it."""
    return str(error.cause) if isinstance(error, RayTaskError) else str(error)
