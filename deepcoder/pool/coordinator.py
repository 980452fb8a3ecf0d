"""The coordinator: the one actor that owns the workers and the schedule, and that every client of the pool asks.

Runs: on the cluster, needing no CPU of its own. It dies with the client that started the pool, and its workers with it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import ray
from ray.actor import ActorHandle
from ray.exceptions import RayError, RayTaskError

from deepcoder.pool.learned import Learned
from deepcoder.pool.memory import KEPT, Key, Memory, key_of
from deepcoder.pool.schedule import SPLIT_AFTER_S, Batch, Job, Part, Schedule, unjudged
from deepcoder.pool.worker import Report, Work, Worker
from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.runner.wire import Sign
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable
from deepcoder.verdicts import Judgement

log = logging.getLogger(__name__)

RETRY_START_S = 1.0
CLOSE_S = 10.0
PACE_S = 0.005  # between two messages to one client: each costs more than the judgements in it

Actor = ActorHandle[Worker]
Found = list[tuple[int, Judgement]]  # each with its place in the batch


class Request(NamedTuple):
    """One submission of a client's batch."""

    place: int  # in the batch
    problem: str  # key
    program: Program


class Known(NamedTuple):
    """A problem as the coordinator needs to know it."""

    reference: ray.ObjectRef[Problem]
    order: list[int]  # of its tests, as long as nothing has been learned
    splits: bool  # whether they may be run in any order, by several workers
    limit_s: float  # CPU seconds of one test


Queue = asyncio.Queue[tuple[int, Judgement]]


class _Listener(NamedTuple):
    """Somebody who waits for a judgement: where he hears it, its place there, and whether others have asked before."""

    queue: Queue
    place: int
    is_repeat: bool


class _Asked(NamedTuple):
    """A job's payload: what is asked, and who waits for the answer. `key` is its place among the jobs at work."""

    key: tuple[Any, ...]
    reference: ray.ObjectRef[Problem]
    program: Program
    listeners: list[_Listener]


@dataclass(frozen=True)
class State:
    """The pool at one moment, and what it has done so far."""

    workers: int
    alive: int
    busy: int
    waiting: int
    failure: str  # why a worker does not start; empty when all have
    judged: int = 0  # submissions
    repeated: int = 0  # of them those that had been judged before, or were being judged
    tests: int = 0  # that were run

    def __str__(self) -> str:
        share = self.repeated / max(1, self.judged)
        return (
            f"{self.alive} of {self.workers} workers alive, {self.busy} busy | {self.waiting} waiting | "
            f"{self.judged} judged, {share:.0%} repeated"
        )


class Coordinator:
    """Hands parts of submissions to workers and judgements to clients.

    The mutable state: the schedule, what has been learned and is remembered, the jobs at work by what they ask, the
    workers that have nothing to do, and why some do not start.
    """

    def __init__(self, config: SandboxConfig, workers: int) -> None:
        self._learned = Learned()
        self._memory = Memory()
        self._schedule = Schedule(self._learned)
        self._workers = workers
        self._begun: OrderedDict[Key, bool] = OrderedDict()  # for somebody who has not asked yet
        self._jobs: dict[tuple[Any, ...], Job] = {}
        self._idle: dict[Actor, asyncio.Future[list[Part]]] = {}
        self._failures: dict[Actor, str] = {}
        self._hopeless: set[Actor] = set()  # they need a person to change something
        self._started = asyncio.Condition()
        self._judged = self._repeated = self._tests = 0
        self._actors = self._start_workers(config)
        self._tasks = [asyncio.create_task(self._drive(actor)) for actor in self._actors]
        self._tasks.append(asyncio.create_task(self._split_for_the_idle()))

    def _start_workers(self, config: SandboxConfig) -> list[Actor]:
        """Wherever the cluster has room for them."""
        actor: Any = ray.remote(Worker).options(num_cpus=1, max_restarts=-1, scheduling_strategy="SPREAD")
        return [actor.remote(config) for _ in range(self._workers)]

    async def _drive(self, actor: Actor) -> None:
        """Keep one worker at work for as long as the pool lives."""
        while True:
            await self._until_started(actor)
            self._schedule.alive.add(actor)
            await self._tell_start()
            try:
                while await self._exchange(actor):
                    pass
            except RayError as error:
                log.warning("a worker was lost: %s", _sentence(error))
            self._end(self._schedule.lost(actor))
            self._feed()
            await self._tell_start()

    async def _tell_start(self) -> None:
        async with self._started:
            self._started.notify_all()

    async def _until_started(self, actor: Actor) -> None:
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
                await self._tell_start()
            await asyncio.sleep(RETRY_START_S)

    async def _exchange(self, actor: Actor) -> bool:
        """Give the worker more to do and hear what it has done; whether it is fit for more.

        Raises:
            RayError: It is gone.
        """
        parts = self._schedule.lease(actor, time.monotonic())
        if not parts and not self._schedule.held(actor):
            parts = await self._something_to_do(actor)
        while True:
            works = [self._work(part) for part in parts]
            problems = {part.job.problem: [part.job.payload.reference] for part in parts}
            report: Report = await actor.exchange.remote(works, problems)
            self._take(actor, report)
            if report.is_free or not report.is_fit:
                return report.is_fit
            parts = []  # it is at something long: others should have what waits

    async def _something_to_do(self, actor: Actor) -> list[Part]:
        coming: asyncio.Future[list[Part]] = asyncio.get_running_loop().create_future()
        self._idle[actor] = coming
        try:
            return await coming
        finally:
            self._idle.pop(actor, None)

    def _feed(self) -> None:
        """Give idle workers what waits."""
        for actor, coming in list(self._idle.items()):
            if not self._schedule.waiting:
                return
            if not coming.done() and (parts := self._schedule.lease(actor, time.monotonic())):
                coming.set_result(parts)

    def _work(self, part: Part) -> Work:
        job, tests = part.job, None
        if job.splits:
            tests = self._learned.order(job.problem, sorted(part.wanted()))
        return Work(part.number, job.problem, job.payload.program, tests)

    def _take(self, actor: Actor, report: Report) -> None:
        for number, judgement, costs in report.done:
            self._tests += len(costs)
            self._end(self._schedule.judged(actor, number, judgement, costs))
        for number, fault, detail in report.failed:
            log.warning("an attempt at a submission failed: %s", detail)
            self._end(self._schedule.failed(actor, number, fault))
        self._schedule.returned(actor, report.returned)
        if self._schedule.waiting:
            self._feed()

    def _end(self, ended: tuple[Job, Judgement] | None) -> None:
        """Tell those who wait for the job, and take it from the workers that still have parts of it."""
        if ended is None:
            return
        job, judgement = ended
        asked: _Asked = job.payload
        if job.broken and Sign.SANDBOX not in judgement.suspicious:
            judgement = dataclasses.replace(judgement, suspicious=(*judgement.suspicious, Sign.SANDBOX))
        self._forget(job)
        self._memory.keep(asked.key[-1], judgement)
        for queue, place, is_repeat in asked.listeners:
            queue.put_nowait((place, dataclasses.replace(judgement, repeated=True) if is_repeat else judgement))

    def _forget(self, job: Job) -> None:
        """Nobody waits for it any more."""
        if self._jobs.get(job.payload.key) is job:
            del self._jobs[job.payload.key]
        self._schedule.end(job)
        numbers = defaultdict(list)
        for actor, number in self._schedule.drop(job):
            numbers[actor].append(number)
        for actor, found in numbers.items():
            actor.drop.remote(found)  # type: ignore[attr-defined]

    async def _split_for_the_idle(self) -> None:
        """Give workers with nothing to do some tests of the longest parts at work."""
        while True:
            await asyncio.sleep(SPLIT_AFTER_S)
            if self._idle:
                asked = self._schedule.to_split(time.monotonic())[: len(self._idle)]
                await asyncio.gather(*(self._split(victim, part) for victim, part in asked))

    async def _split(self, victim: Any, part: Part) -> None:
        number = part.number
        try:
            given: list[int] = await asyncio.wait_for(victim.split.remote(number), CLOSE_S)
        except (RayError, TimeoutError) as error:  # what it held is noticed to be missing in time
            log.info("a part could not be split: %s", error)
            return
        self._schedule.split(victim, number, given, time.monotonic())
        self._feed()

    async def judge(
        self,
        problems: Mapping[str, Known],
        requests: Sequence[Request],
        deadline_s: float,
        fresh: bool = False,
        begins: bool = False,
    ) -> AsyncIterator[Found]:
        """Judgements as they come, each with its place; IE for what is not judged within `deadline_s` seconds.

        What is remembered, or is being judged already, is not judged again, unless all shall be `fresh`: then the tests
        are run in their own order, too. `begins`: whether it is for somebody who will ask later.
        """
        end = time.monotonic() + deadline_s
        queue: Queue = asyncio.Queue()
        missing: dict[int, Job] = {}
        found = self._ask(problems, requests, queue, missing, fresh, begins)
        try:
            if found:
                yield found
            while missing:
                try:
                    found = [await asyncio.wait_for(queue.get(), end - time.monotonic())]
                except TimeoutError:
                    why = f"not judged within {deadline_s:.0f} s"
                    yield [(index, unjudged(job.total, why)) for index, job in missing.items()]
                    return
                told = time.monotonic()
                while not queue.empty():
                    found.append(queue.get_nowait())
                for index, _ in found:
                    del missing[index]
                yield found
                if missing:
                    await asyncio.sleep(max(0.0, told + PACE_S - time.monotonic()))
        finally:
            for job in missing.values():
                job.payload.listeners[:] = [each for each in job.payload.listeners if each.queue is not queue]
                if not job.payload.listeners:
                    self._forget(job)

    async def begin(self, problems: Mapping[str, Known], requests: Sequence[Request], deadline_s: float) -> None:
        """Judge for somebody who will ask later, and is then the first to ask."""
        async for _ in self.judge(problems, requests, deadline_s, begins=True):
            pass

    def _ask(
        self,
        problems: Mapping[str, Known],
        requests: Sequence[Request],
        queue: Queue,
        missing: dict[int, Job],
        fresh: bool,
        begins: bool,
    ) -> Found:
        """Have done what must be, each of it in `missing`; what is remembered."""
        found: Found = []
        batch = Batch()
        for name, known in problems.items():
            self._learned.meet(name, known.order)
        self._judged += 0 if begins else len(requests)
        for place, name, program in requests:
            known, key = problems[name], key_of(name, program.source)
            is_repeat = not (begins or fresh or self._begun.pop(key, False))
            remembered = None if fresh else self._memory.find(key)
            if remembered is not None:
                self._repeated += is_repeat
                found.append((place, dataclasses.replace(remembered, repeated=is_repeat)))
                continue
            wish = (queue, key) if fresh else (key,)
            job = self._jobs.get(wish)
            if job is None:
                asked = _Asked(wish, known.reference, program, [])
                job = Job(asked, name, len(known.order), known.splits and not fresh, known.limit_s)
                self._jobs[wish] = job
                self._schedule.add(batch, job)
                is_repeat = False
                if begins:
                    self._begun[key] = True
            self._repeated += is_repeat
            job.payload.listeners.append(_Listener(queue, place, is_repeat))
            missing[place] = job
        while len(self._begun) > KEPT:
            self._begun.popitem(last=False)
        self._feed()
        return found

    async def started(self, timeout_s: float) -> State:
        """The state once a worker is alive, or none can ever be, or the time is over."""

        async def settled() -> None:
            async with self._started:
                while not self._schedule.alive and len(self._hopeless) < self._workers:
                    await self._started.wait()

        try:
            await asyncio.wait_for(settled(), timeout_s)
        except TimeoutError:
            log.warning("no worker has started within %.0f s", timeout_s)
        return self.state()

    def state(self) -> State:
        return State(
            workers=self._workers,
            alive=len(self._schedule.alive),
            busy=self._schedule.at_work(),
            waiting=self._schedule.waiting,
            failure=next(iter(self._failures.values()), ""),
            judged=self._judged,
            repeated=self._repeated,
            tests=self._tests,
        )

    async def close(self) -> None:
        """End every sandbox; whoever does not answer in time is killed with its container's input."""
        for task in self._tasks:
            task.cancel()
        closing = [asyncio.ensure_future(self._close_one(actor)) for actor in self._actors]
        await asyncio.wait(closing, timeout=CLOSE_S)
        for actor in self._actors:
            ray.kill(actor)

    async def _close_one(self, actor: Actor) -> None:
        try:
            await actor.close.remote()
        except RayError as error:
            log.info("a worker was gone before it was closed: %s", error)


def _sentence(error: Exception) -> str:
    """What the worker said, without the trace that Ray wraps around it."""
    return str(error.cause) if isinstance(error, RayTaskError) else str(error)
