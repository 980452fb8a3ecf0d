"""The coordinator: the one actor that owns the workers, and that every client of the pool calls.

Runs: on the cluster, needing no CPU of its own. It ends with the client that started the pool, and its workers with it.
If the coordinator alone is lost, Ray restarts it: with new workers and an empty cache, and every client sends again
what was not answered.

The dispatcher decides. The coordinator carries out its commands, and tells it the events.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import ray
from ray.exceptions import RayError

from deepcoder.pool import nodes
from deepcoder.pool.calls import Answers, Call, ProblemInfo, Request
from deepcoder.pool.clients import Clients
from deepcoder.pool.commands import Answer, AskSplit, Command, Dismiss, Drop, Give, HangUp, Restart, Warn
from deepcoder.pool.counts import METRICS_S, Rates
from deepcoder.pool.crew import NODES_POLL_S, Crew, Member, Size, Stage
from deepcoder.pool.dispatcher import Dispatcher
from deepcoder.pool.inbox import WORKER_BEAT_S, Report
from deepcoder.pool.metrics import Metrics
from deepcoder.pool.schedule import SPLIT_AFTER_S, unjudged
from deepcoder.pool.snapshot import snapshot
from deepcoder.pool.state import State
from deepcoder.pool.worker import Worker, end_if_failed
from deepcoder.pool.workers import Workers, reason
from deepcoder.sandbox import SandboxConfig

log = logging.getLogger(__name__)

REPORT_TIMEOUT_S = WORKER_BEAT_S + 10.0  # a worker without a report for so long is lost
REPORT_READ_S = 1.0  # of that time at least so much is left for reading a report that has arrived
SPLIT_TIMEOUT_S = 10.0  # for a worker to answer which tests it gives away
ROOM_POLL_S = 0.05  # how often a call checks whether its client has room for more
SILENCE_POLL_S = 1.0  # how often heartbeats are checked
ANSWER_PACE_S = 0.005  # between two messages to one client: each costs more than the judgements in it

Queue = asyncio.Queue[Answers | None]  # None: the client is gone


class Coordinator:
    """Carries out what the dispatcher decides.

    The mutable state: the dispatcher, the crew and its workers, the queues of the calls at work, the locks of clients
    whose calls wait for room, the rates, and what metrics were told.
    """

    _worker: type[Worker] = Worker

    def __init__(self, config: SandboxConfig, size: Size) -> None:
        self._config = config
        self._crew = Crew(size)
        self._workers = Workers(config, self._crew, self._start_worker)
        self._dispatcher = Dispatcher(self._crew.beside)
        self._queues: dict[Call, Queue] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by client
        self._rates = Rates(time.monotonic())
        self._metrics = Metrics(ray.get_runtime_context().get_actor_name() or "")
        self._tasks: set[asyncio.Task[None]] = set()
        self._begin_task(self._watch())
        self._begin_task(self._drop_silent())
        self._begin_task(_every(SPLIT_AFTER_S, lambda: self._carry_out(self._dispatcher.tick(time.monotonic()))))
        self._begin_task(_every(METRICS_S, self._tell_metrics))

    def _begin_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(partial(end_if_failed, "coordinator"))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        """Carry out what the dispatcher decided. Messages to a worker leave in the order of the commands."""
        for command in commands:
            match command:
                case Give(member, works, references):
                    reply = member.actor.exchange.remote(works, references)
                    self._begin_task(self._receive_report(member, reply))
                case Drop(member, numbers):
                    member.actor.drop.remote(numbers)
                case AskSplit(member, number):
                    self._begin_task(self._receive_split(member, number, member.actor.split.remote(number)))
                case Answer(call, answers):
                    self._queues[call].put_nowait(answers)
                case HangUp(call):
                    self._queues[call].put_nowait(None)
                case Restart(member):
                    self._begin_task(self._start(member))
                case Dismiss(member):
                    self._begin_task(self._workers.end(member))
                case Warn(text):
                    log.warning(text)

    # Workers.

    def _start_worker(self) -> Any:
        """Start an actor wherever the cluster has room for it."""
        room = nodes.room(self._crew.size.resource, self._crew.avoided(), self._config.worker_cpus)
        actor: Any = ray.remote(self._worker)
        return actor.options(max_restarts=-1, scheduling_strategy="SPREAD", **room).remote(self._config)

    async def _watch(self) -> None:
        """Follow the nodes of the cluster, and have as many workers as the crew should have."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                seen = await loop.run_in_executor(None, nodes.alive, self._crew.size.resource)
                for member in self._crew.see(seen):
                    if member.stage is Stage.IDLE:  # one at work is lost when its report does not come
                        await self._lose(member, "its node is gone")
            except (RayError, OSError, RuntimeError) as error:
                log.warning("the nodes of the cluster are not known for now: %s", error)
            self._resize(time.monotonic())
            await asyncio.sleep(NODES_POLL_S)

    def _resize(self, now: float) -> None:
        """Let go of the workers that are too many, and start those that are missing."""
        has_backlog = self._dispatcher.lacks_workers
        for member in self._crew.release(has_backlog, now):
            log.info("the worker on %s leaves", member.address())
            if member.stage is Stage.IDLE:
                self._carry_out(self._dispatcher.dismiss(member, now))
            elif member.place is None:
                self._workers.remove(member)
        for _ in range(self._crew.missing(has_backlog)):
            member = Member(self._start_worker(), idle_since=now)
            self._crew.members.append(member)
            self._begin_task(self._start(member))

    async def _start(self, member: Member) -> None:
        """Have a worker start, and tell the dispatcher; or end the worker, where it is to leave."""
        if await self._workers.has_started(member):
            member.idle_since = None
            self._dispatcher.counts.sandbox_starts += 1
            self._carry_out(self._dispatcher.started(member, time.monotonic()))
            await self._workers.announce()
        else:
            await self._workers.end(member)

    async def _receive_report(self, member: Member, reply: Any) -> None:
        try:
            report: Report = await _received(reply, REPORT_TIMEOUT_S)
        except (RayError, TimeoutError) as error:
            await self._lose(member, reason(error))
        else:
            self._reported(member, report)
            if not report.is_fit:
                await self._workers.announce()

    def _reported(self, member: Member, report: Report) -> None:
        self._carry_out(self._dispatcher.reported(member, report, time.monotonic()))

    async def _lose(self, member: Member, why: str) -> None:
        """Restart a lost worker, and give its parts to others."""
        commands = self._dispatcher.lost(member, why, time.monotonic())
        self._workers.restart(member)
        self._carry_out(commands)
        await self._workers.announce()

    async def _receive_split(self, member: Member, number: int, reply: Any) -> None:
        try:
            tests: list[int] = await asyncio.wait_for(reply, SPLIT_TIMEOUT_S)
        except (RayError, TimeoutError) as error:  # tests that it has given away are found missing with its report
            log.info("a part could not be split: %s", reason(error))
            return
        self._carry_out(self._dispatcher.split_answered(member, number, tests, time.monotonic()))

    # Clients.

    async def _drop_silent(self) -> None:
        """Drop the clients whose heartbeat timed out."""
        while True:
            checked = time.monotonic()
            await asyncio.sleep(SILENCE_POLL_S)
            now = time.monotonic()
            deaf_s = now - checked - SILENCE_POLL_S  # this process stood still, and could hear no heartbeat
            self._carry_out(self._dispatcher.clients.drop_silent(now, deaf_s))
            for name in [name for name, turn in self._turns.items() if not turn.locked()]:
                del self._turns[name]

    async def beat(self, client: str) -> None:
        """Take a client's heartbeat. One without a heartbeat for CLIENT_TIMEOUT_S loses what it has asked for."""
        self._dispatcher.clients.beat(client, time.monotonic())

    async def judge(
        self,
        name: str,
        problems: Mapping[str, ProblemInfo],
        requests: Sequence[Request],
        deadline_s: float,
        fresh: bool = False,
        is_ahead: bool = False,
    ) -> AsyncIterator[Answers]:
        """Yield judgements for the client of that name as they come, each with its position in the batch.

        What is not judged within `deadline_s` is IE. The stream ends early for a client whose heartbeat timed out.
        `fresh`: see `Dispatcher.ask`. `is_ahead`: these answers are not read, and a later call asks for the same.
        """
        end = time.monotonic() + deadline_s
        call, queue = Call(name, is_ahead), Queue()
        self._queues[call] = queue
        self._dispatcher.clients.enter(call, time.monotonic())
        why = f"not judged within {deadline_s:.1f} s"
        try:
            if not await _has_room(self._dispatcher.clients, call, self._turns[name], deadline_s):
                log.warning("%d %s: they wait for others of their client", len(requests), why)
                late = [(position, unjudged(len(problems[problem].order), why)) for position, problem, _ in requests]
                self._dispatcher.counts.answer(call, late)
                yield late
                return
            if call.is_over:
                return
            self._carry_out(self._dispatcher.ask(call, problems, requests, time.monotonic(), fresh))
            missing = len(requests)
            while missing:
                answers = await _collected(queue, end - time.monotonic())
                if call.is_over:
                    return
                if not answers:
                    self._carry_out(self._dispatcher.late(call, why))
                    continue
                missing -= len(answers)
                sent = time.monotonic()
                yield answers
                if missing:
                    await asyncio.sleep(max(0.0, sent + ANSWER_PACE_S - time.monotonic()))
        finally:
            self._carry_out(self._dispatcher.leave(call))
            del self._queues[call]

    async def begin(
        self, name: str, problems: Mapping[str, ProblemInfo], requests: Sequence[Request], deadline_s: float
    ) -> None:
        """Judge ahead of a later call, which is then the first to ask."""
        async for _ in self.judge(name, problems, requests, deadline_s, is_ahead=True):
            pass

    async def started(self, timeout_s: float) -> State:
        """Return the state once a worker is alive, or no worker can ever be, or the time is over."""

        def is_settled() -> bool:
            return bool(self._dispatcher.schedule.alive) or self._crew.is_hopeless()

        try:
            await asyncio.wait_for(self._workers.wait_for(is_settled), timeout_s)
        except TimeoutError:
            log.info("no worker has started within %.0f s", timeout_s)
        return self.state()

    def settings(self) -> tuple[int, SandboxConfig, dict[str, str]]:
        """Return how many workers there should be at the moment, their sandboxes' configuration and languages."""
        return len(self._crew.staying()), self._config, self._workers.languages()

    def state(self) -> State:
        """Return the pool's state."""
        return snapshot(self._crew, self._dispatcher, self._rates)

    def _tell_metrics(self) -> None:
        counts, schedule = self._dispatcher.counts, self._dispatcher.schedule
        self._rates.see(counts.judgements.total(), counts.tests, time.monotonic())
        alive, busy = len(schedule.alive), schedule.at_work()
        states = {"busy": busy, "idle": alive - busy, "starting": len(self._crew.members) - alive}
        self._metrics.tell(counts, schedule.waiting, states)

    async def close(self) -> None:
        """End every worker and its sandboxes."""
        for task in self._tasks:
            task.cancel()
        await self._workers.close()


async def _every(seconds: float, action: Callable[[], None]) -> None:
    """Do this again and again, with so many seconds between."""
    while True:
        await asyncio.sleep(seconds)
        action()


async def _has_room(clients: Clients, call: Call, turn: asyncio.Lock, timeout_s: float) -> bool:
    """Wait until the call's client may have more at work, or is gone; return False where the time is over.

    The calls of one client take turns.
    """
    try:
        async with asyncio.timeout(timeout_s), turn:
            while not clients.has_room(call):
                await asyncio.sleep(ROOM_POLL_S)
    except TimeoutError:
        return False
    return True


async def _collected(queue: Queue, timeout_s: float) -> Answers:
    """Wait for answers, and return all that have come; none where the time is over or the client is gone."""
    messages = []
    if queue.empty():  # else no wait: one whose time is over would leave what is there
        with contextlib.suppress(TimeoutError):  # an answer may have come in the same moment
            messages.append(await asyncio.wait_for(queue.get(), timeout_s))
    while not queue.empty():
        messages.append(queue.get_nowait())
    return [answer for message in messages for answer in message or ()]


async def _received(reply: Any, timeout_s: float) -> Any:
    """Wait for a worker's reply.

    Raises:
        RayError: The worker is gone.
        TimeoutError: Nothing has come.
    """
    answer = asyncio.ensure_future(reply)
    # Two waits: if this process stood still, the first is over before a reply that came meanwhile has been read.
    for seconds in (timeout_s - REPORT_READ_S, REPORT_READ_S):
        await asyncio.wait([answer], timeout=seconds)
        if answer.done():
            return answer.result()
    answer.cancel()
    raise TimeoutError
