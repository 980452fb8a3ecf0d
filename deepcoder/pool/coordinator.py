"""The coordinator: the one actor that owns the workers, and that every client of the pool asks.

Runs: on the cluster, needing no CPU of its own. It dies with the client that started the pool, and its workers with it.
Should it die alone, Ray starts it again: with new workers, knowing nothing, and every client asks anew for what it has
not been told.

The dispatcher decides; here its commands are carried out, and what comes back is told to it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from deepcoder.pool import nodes
from deepcoder.pool.counts import TELL_S, Rates
from deepcoder.pool.crew import LOOK_S, Crew, Member, Node, Size, Stage
from deepcoder.pool.dispatcher import (
    Answer,
    AskSplit,
    Call,
    Command,
    Dismiss,
    Dispatcher,
    Drop,
    Found,
    Give,
    HangUp,
    ProblemInfo,
    Request,
    Restart,
    Warn,
    whereabouts,
)
from deepcoder.pool.inbox import WORKER_BEAT_S, Report
from deepcoder.pool.metrics import Metrics
from deepcoder.pool.schedule import SPLIT_AFTER_S, unjudged
from deepcoder.pool.state import NodeState, State
from deepcoder.pool.worker import Started, Worker, end_if_failed
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable
from deepcoder.verdicts import Verdict

log = logging.getLogger(__name__)

RETRY_START_S = 1.0
RETRY_HOPELESS_S = 10.0
START_TIMEOUT_S = 240.0  # for a worker on its node to have a sandbox, however slowly the engine answers each request
REPORT_TIMEOUT_S = WORKER_BEAT_S + 10.0  # a worker that reports nothing for so long is given up
READ_S = 1.0  # to read what has come, at least
ROOM_POLL_S = 0.05  # how often a call checks whether its client has room for more
CLOSE_TIMEOUT_S = 10.0  # for a worker to end its sandboxes
SPLIT_REPLY_S = 10.0  # for a worker to say which tests it lets go of
PACE_S = 0.005  # between two messages to one client: each costs more than the judgements in it

Queue = asyncio.Queue[Found | None]


class Coordinator:
    """Carries out what the dispatcher decides.

    The mutable state: the dispatcher, the workers, the queues of the calls at work, the turns of clients that wait for
    room, the image that the first worker had, and what metrics have been told.
    """

    def __init__(self, config: SandboxConfig, size: Size) -> None:
        self._config = config
        self._crew = Crew(size)
        self._dispatcher = Dispatcher(self._crew.beside)
        self._queues: dict[Call, Queue] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._image: tuple[str, str] | None = None  # and the address of a node that has it
        self._started = asyncio.Condition()
        self._rates = Rates(time.monotonic())
        self._metrics = Metrics(ray.get_runtime_context().get_actor_name() or "")
        self._tasks: set[asyncio.Task[None]] = set()
        self._begin_task(self._watch())
        self._begin_task(self._forget_the_silent())
        self._begin_task(self._split_for_the_idle())
        self._begin_task(self._tell_metrics())

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
                    self._begin_task(self._hear(member, member.actor.exchange.remote(works, references)))
                case Drop(member, numbers):
                    member.actor.drop.remote(numbers)
                case AskSplit(member, number):
                    self._begin_task(self._hear_split(member, number, member.actor.split.remote(number)))
                case Answer(call, found):
                    self._queues[call].put_nowait(found)
                case HangUp(call):
                    self._queues[call].put_nowait(None)
                case Restart(member):
                    self._begin_task(self._start(member))
                case Dismiss(member):
                    self._begin_task(self._dismiss(member))
                case Warn(text):
                    log.warning(text)

    # Workers.

    def _nodes(self) -> list[Node]:
        return nodes.alive(self._crew.size.resource)

    def _start_worker(self) -> Any:
        """An actor wherever the cluster has room for it."""
        room = nodes.room(self._crew.size.resource, self._crew.avoided())
        actor: Any = ray.remote(Worker)
        return actor.options(max_restarts=-1, scheduling_strategy="SPREAD", **room).remote(self._config)

    async def _watch(self) -> None:
        """Have as many workers as there shall be, where they shall be."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                for member in self._crew.see(await loop.run_in_executor(None, self._nodes)):
                    if member.stage is Stage.IDLE:  # one at work is lost when its report does not come
                        await self._lose(member, "its node is gone")
            except (RayError, OSError, RuntimeError) as error:
                log.warning("the nodes of the cluster are not known for now: %s", error)
            self._resize(time.monotonic())
            await asyncio.sleep(LOOK_S)

    def _resize(self, now: float) -> None:
        waits = self._dispatcher.lacks_workers
        for member in self._crew.release(waits, now):
            log.info("the worker on %s leaves", _address(member))
            if member.stage is Stage.IDLE:
                self._carry_out(self._dispatcher.dismiss(member))
            elif member.place is None:
                self._discharge(member)
        for _ in range(self._crew.missing(waits)):
            member = Member(self._start_worker(), idle_since=now)
            self._crew.members.append(member)
            self._begin_task(self._start(member))

    async def _start(self, member: Member) -> None:
        """Have a worker start, and give it to the dispatcher; or end it, where it is to leave."""
        if await self._is_started(member):
            member.idle_since = None
            self._carry_out(self._dispatcher.started(member, time.monotonic()))
            await self._tell_start()
        else:
            await self._dismiss(member)

    async def _hear(self, member: Member, coming: Any) -> None:
        """Wait for the worker's report."""
        try:
            report: Report = await _heard(coming, REPORT_TIMEOUT_S)
        except (RayError, TimeoutError) as error:
            await self._lose(member, _sentence(error))
        else:
            self._reported(member, report)
            if not report.is_fit:
                await self._tell_start()

    def _reported(self, member: Member, report: Report) -> None:
        self._carry_out(self._dispatcher.reported(member, report, time.monotonic()))

    async def _lose(self, member: Member, why: str) -> None:
        commands = self._dispatcher.lost(member, why, time.monotonic())
        self._restart(member)
        self._carry_out(commands)
        await self._tell_start()

    def _restart(self, member: Member) -> None:
        """It may only be out of reach, and must not go on then."""
        ray.kill(member.actor, no_restart=False)
        member.place, member.idle_since = None, time.monotonic()

    async def _dismiss(self, member: Member) -> None:
        await self._close_one(member)
        self._discharge(member)

    def _discharge(self, member: Member) -> None:
        if member in self._crew.members:
            self._crew.members.remove(member)
            ray.kill(member.actor)

    async def _hear_split(self, member: Member, number: int, coming: Any) -> None:
        """Wait for the tests that the worker lets go of."""
        try:
            tests: list[int] = await asyncio.wait_for(coming, SPLIT_REPLY_S)
        except (RayError, TimeoutError) as error:  # what it held is noticed to be missing in time
            log.info("a part could not be split: %s", _sentence(error))
            return
        self._carry_out(self._dispatcher.split_answered(member, number, tests, time.monotonic()))

    async def _split_for_the_idle(self) -> None:
        while True:
            await asyncio.sleep(SPLIT_AFTER_S)
            self._carry_out(self._dispatcher.tick(time.monotonic()))

    async def _tell_start(self) -> None:
        async with self._started:
            self._started.notify_all()

    async def _is_started(self, member: Member) -> bool:
        """Wait until it has a sandbox; false where it is to leave."""
        while not member.is_leaving:
            try:
                if member.place is None:
                    member.place = await member.actor.place.remote()  # which waits until there is room for it
                started: Started = await asyncio.wait_for(member.actor.start.remote(), START_TIMEOUT_S)
                await self._compare(member, started.interpreter)
                member.sandbox, member.failure, member.is_hopeless = started.sandbox, "", False
                self._dispatcher.counts.sandbox_starts += 1
                log.info("%s is ready", member)
                return True
            except (RayError, SandboxError, TimeoutError) as error:
                if member.is_leaving:
                    return False
                has_begun = member.place is not None
                if isinstance(error, TimeoutError):
                    self._restart(member)
                elif not isinstance(error, SandboxError):
                    member.place, member.idle_since = None, time.monotonic()
                    if not has_begun:  # else Ray is about to start it again, there or elsewhere
                        ray.kill(member.actor)
                        member.actor = self._start_worker()
                failure = f"{_address(member)}: {_sentence(error)}"
                if all(failure != each.failure for each in self._crew.members):  # said once, however many it keeps
                    is_rays = has_begun and not isinstance(error, (SandboxError, TimeoutError))
                    log.log(logging.INFO if is_rays else logging.WARNING, "a worker does not start on %s", failure)
                member.failure, member.is_hopeless = failure, isinstance(error, SandboxUnavailable)
                await self._tell_start()
            await asyncio.sleep(RETRY_START_S if has_begun and not member.is_hopeless else RETRY_HOPELESS_S)
        return False

    async def _compare(self, member: Member, image: str) -> None:
        """Programs shall meet the same libraries wherever they are judged.

        Raises:
            SandboxUnavailable: The worker's image is not the one that the first worker had.
        """
        if self._config.kind != "docker":
            return
        if self._image is None:
            self._image = image, _address(member)
        elif image != self._image[0]:
            await self._close_one(member)
            first, address = self._image
            raise SandboxUnavailable(f"it has {image}, but {address} has {first}: have the same on every node")

    # Clients.

    async def _forget_the_silent(self) -> None:
        """Drop the clients that are gone."""
        while True:
            looked = time.monotonic()
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            late_s = now - looked - LOOK_S  # in which no heartbeat could be heard
            self._carry_out(self._dispatcher.forget_silent(now, late_s))
            for name in [name for name, turn in self._turns.items() if not turn.locked()]:
                del self._turns[name]

    async def beat(self, client: str) -> None:
        """Take the client's heartbeat. One that is silent for CLIENT_TIMEOUT_S loses what it has asked for."""
        self._dispatcher.beat(client, time.monotonic())

    async def judge(
        self,
        name: str,
        problems: Mapping[str, ProblemInfo],
        requests: Sequence[Request],
        deadline_s: float,
        fresh: bool = False,
        begins: bool = False,
    ) -> AsyncIterator[Found]:
        """Judgements for the client of that name as they come, each with its place.

        IE for what is not judged within `deadline_s` seconds. It ends early for a client that is not heard of.

        What is remembered, or is being judged already, is not judged again, unless all shall be `fresh`: then the tests
        are run in their own order, too. `begins`: whether it is for somebody who will ask later.
        """
        end = time.monotonic() + deadline_s
        call, queue = Call(name, begins), Queue()
        self._queues[call] = queue
        self._dispatcher.enter(call, time.monotonic())
        why = f"not judged within {deadline_s:.1f} s"
        try:
            try:
                async with asyncio.timeout(deadline_s), self._turns[name]:
                    while not self._dispatcher.has_room(call):
                        await asyncio.sleep(ROOM_POLL_S)
            except TimeoutError:
                log.warning("%d %s: they wait for others of their client", len(requests), why)
                late = [(each.place, unjudged(len(problems[each.problem].order), why)) for each in requests]
                self._dispatcher.count_answers(call, late)
                yield late
                return
            if call.is_over:
                return
            self._carry_out(self._dispatcher.ask(call, problems, requests, time.monotonic(), fresh))
            missing = len(requests)
            while missing:
                try:
                    news = [await asyncio.wait_for(queue.get(), end - time.monotonic())]
                except TimeoutError:
                    news = []
                while not queue.empty():
                    news.append(queue.get_nowait())
                if call.is_over:
                    return
                if not news:
                    log.warning("%d %s, such as one %s", missing, why, whereabouts(call))
                    late = self._dispatcher.late(call, why)
                    self._carry_out(self._dispatcher.leave(call))
                    yield late
                    return
                found = [each for some in news for each in some or ()]
                missing -= len(found)
                told = time.monotonic()
                yield found
                if missing:
                    await asyncio.sleep(max(0.0, told + PACE_S - time.monotonic()))
        finally:
            self._carry_out(self._dispatcher.leave(call))
            del self._queues[call]

    async def begin(
        self, name: str, problems: Mapping[str, ProblemInfo], requests: Sequence[Request], deadline_s: float
    ) -> None:
        """Judge for somebody who will ask later, and is then the first to ask."""
        async for _ in self.judge(name, problems, requests, deadline_s, begins=True):
            pass

    async def started(self, timeout_s: float) -> State:
        """The state once a worker is alive, or none can ever be, or the time is over."""

        async def settled() -> None:
            async with self._started:
                while not self._dispatcher.schedule.alive and not self._is_hopeless():
                    await self._started.wait()

        try:
            await asyncio.wait_for(settled(), timeout_s)
        except TimeoutError:
            log.info("no worker has started within %.0f s", timeout_s)
        return self.state()

    def _is_hopeless(self) -> bool:
        staying = self._crew.staying()
        return bool(staying) and all(each.is_hopeless for each in staying)

    def settings(self) -> tuple[int, SandboxConfig]:
        """How many workers there shall be at the moment, and what they start."""
        return len(self._crew.staying()), self._config

    async def _tell_metrics(self) -> None:
        while True:
            await asyncio.sleep(TELL_S)
            self._rates.see(self._dispatcher.counts.judgements.total(), self._dispatcher.counts.tests, time.monotonic())
            alive, busy = len(self._dispatcher.schedule.alive), self._dispatcher.schedule.at_work()
            states = {"busy": busy, "idle": alive - busy, "starting": len(self._crew.members) - alive}
            self._metrics.tell(self._dispatcher.counts, self._dispatcher.schedule.waiting, states)
            self._metrics.observe(self._dispatcher.waited_s, self._dispatcher.judged_s)
            self._dispatcher.waited_s, self._dispatcher.judged_s = [], []

    def state(self) -> State:
        staying, counts = self._crew.staying(), self._dispatcher.counts
        failures = dict.fromkeys(each.failure for each in staying if each.failure)
        obstacle = self._crew.obstacle()
        judged_per_s, tests_per_s = self._rates.per_s()
        return State(
            workers=len(staying),
            alive=len(self._dispatcher.schedule.alive),
            busy=self._dispatcher.schedule.at_work(),
            waiting=self._dispatcher.schedule.waiting,
            failures=tuple(failures) or ((obstacle,) if obstacle else ()),
            judged=counts.judgements.total(),
            repeated=counts.repeated,
            suspicious=counts.suspicious,
            ie=counts.judgements[Verdict.IE],
            tests=counts.tests,
            retries=counts.retries,
            sandbox_starts=counts.sandbox_starts,
            sandbox_recycles=counts.sandbox_recycles,
            worker_losses=counts.worker_losses,
            judged_per_s=judged_per_s,
            tests_per_s=tests_per_s,
            nodes=self._by_node(),
            unplaced=sum(each.place is None for each in staying),
            is_hopeless=self._is_hopeless(),
        )

    def _by_node(self) -> tuple[NodeState, ...]:
        found: dict[str, NodeState] = {}
        for each in self._crew.members:
            if each.place is not None:
                node, address, _ = each.place
                one = found.get(node, NodeState(node, address))
                found[node] = NodeState(
                    node,
                    address,
                    one.workers + 1,
                    one.alive + (each in self._dispatcher.schedule.alive),
                    one.busy + any(self._dispatcher.schedule.held(each)),
                    one.tests + each.tests,
                )
        return tuple(found.values())

    async def close(self) -> None:
        """End every sandbox; whoever does not answer in time is killed with its container's input."""
        for task in self._tasks:
            task.cancel()
        members = list(self._crew.members)
        # A worker without a place has not begun, so it has no sandbox and does not answer.
        await asyncio.gather(*(self._close_one(each) for each in members if each.place is not None))
        for each in members:
            self._discharge(each)

    async def _close_one(self, member: Member) -> None:
        try:
            await asyncio.wait_for(member.actor.close.remote(), CLOSE_TIMEOUT_S)
        except (RayError, TimeoutError) as error:
            log.info("a worker was gone before it was closed: %s", _sentence(error))


async def _heard(coming: Any, timeout_s: float) -> Any:
    """What is coming from a worker.

    Raises:
        RayError: The worker is gone.
        TimeoutError: Nothing has come.
    """
    answer = asyncio.ensure_future(coming)
    # In two: where this process itself stood still, the first is over before what came meanwhile has been read.
    for seconds in (timeout_s - READ_S, READ_S):
        await asyncio.wait([answer], timeout=seconds)
        if answer.done():
            return answer.result()
    answer.cancel()
    raise TimeoutError


def _address(member: Member) -> str:
    return member.place.address if member.place else "no node yet"


def _sentence(error: Exception) -> str:
    """What the worker said, without the trace that Ray wraps around it."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error.cause) if isinstance(error, RayTaskError) else str(error)
