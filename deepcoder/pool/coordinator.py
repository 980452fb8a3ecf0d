"""The coordinator: the one actor that owns the workers and the schedule, and that every client of the pool asks.

Runs: on the cluster, needing no CPU of its own. It dies with the client that started the pool, and its workers with it.
Should it die alone, Ray starts it again: with new workers, knowing nothing, and every client asks anew for what it has
not been told.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from deepcoder.pool import nodes
from deepcoder.pool.crew import LOOK_S, Crew, Member, Node, Size
from deepcoder.pool.learned import Learned
from deepcoder.pool.memory import KEPT, Key, Memory, key_of
from deepcoder.pool.metrics import TELL_S, Counts, Metrics, Rates
from deepcoder.pool.schedule import SPLIT_AFTER_S, Batch, Client, Job, Part, Schedule, unjudged
from deepcoder.pool.state import NodeState, State
from deepcoder.pool.worker import BEAT_S, MOST_REFERENCES, Failed, Report, Started, Work, Worker, end_if_failed
from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.runner.wire import Sign
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable
from deepcoder.verdicts import Judgement, Verdict

log = logging.getLogger(__name__)

RETRY_START_S = 1.0
RETRY_HOPELESS_S = 10.0
START_S = 240.0  # for a worker on its node to have a sandbox, though the engine should take its time over each request
HEARD_S = BEAT_S + 10.0  # a worker that says nothing for so long is given up
READ_S = 1.0  # to read what has come, at least
SILENT_S = 10.0  # a client too
MOST_OPEN = 10_000  # submissions of one client at work or waiting; it is not heard about more before some are judged
ROOM_S = 0.05  # how often it is looked whether a client has room for more
AT_ONCE_S = 1.0  # a worker that was idle and is lost so soon after it got something was gone already
CLOSE_S = 10.0
PACE_S = 0.005  # between two messages to one client: each costs more than the judgements in it

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
    name: str  # problem_id, for people


Queue = asyncio.Queue[tuple[int, Judgement] | None]


class _Listener(NamedTuple):
    """Somebody who waits for a judgement."""

    queue: Queue  # where he hears it
    place: int  # there
    is_repeat: bool  # whether others have asked before
    reference: ray.ObjectRef[Problem]  # his own: the object goes with its owner


@dataclass(eq=False)
class _Asked:
    """A job's payload: what is asked, and who waits for the answer. `key` is its place among the jobs at work."""

    key: tuple[Any, ...]
    known: Known
    program: Program
    since: float  # by time.monotonic
    began: float | None = None  # when the first worker got it
    listeners: list[_Listener] = field(default_factory=list)


@dataclass(eq=False)
class _Client:
    """A process that asks. The mutable state: everything."""

    heard: float  # by time.monotonic
    share: Client = field(default_factory=Client)
    calls: set[Queue] = field(default_factory=set)
    open: int = 0  # submissions
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # of those that wait until there is room for more
    is_gone: bool = False


class Coordinator:
    """Hands parts of submissions to workers and judgements to clients.

    The mutable state: the schedule, what has been learned and is remembered, the jobs at work by what they ask, the
    clients, the workers, those that have nothing to do, the image that the first of them had, and what was counted.
    """

    def __init__(self, config: SandboxConfig, size: Size) -> None:
        self._config = config
        self._crew = Crew(size)
        self._learned = Learned()
        self._memory = Memory()
        self._schedule = Schedule(self._learned)
        self._begun: OrderedDict[Key, bool] = OrderedDict()  # for somebody who has not asked yet
        self._jobs: dict[tuple[Any, ...], Job] = {}
        self._clients: dict[str, _Client] = {}
        self._idle: dict[Member, asyncio.Future[list[Part]]] = {}
        self._image: tuple[str, str] | None = None  # and the address of a node that has it
        self._started = asyncio.Condition()
        self._counts = Counts()
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
                    if member in self._idle and not self._idle[member].done():
                        self._idle[member].set_exception(RayActorError())
            except (RayError, OSError, RuntimeError) as error:
                log.warning("the nodes of the cluster are not known for now: %s", error)
            self._resize(time.monotonic())
            await asyncio.sleep(LOOK_S)

    async def _forget_the_silent(self) -> None:
        """Lose the clients that are gone."""
        while True:
            looked = time.monotonic()
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            late_s = now - looked - LOOK_S  # in which nobody was listening
            for name, client in list(self._clients.items()):
                client.heard += late_s
                if now - client.heard > SILENT_S:
                    if client.calls:
                        log.warning("nothing is heard of a client (%s): what it has asked for is dropped", name)
                    self._lose(name)

    def _resize(self, now: float) -> None:
        waits = self._schedule.waiting > 0 and not self._idle
        for member in self._crew.release(waits, now):
            log.info("the worker on %s leaves", _address(member))
            if member in self._idle and not self._idle[member].done():
                self._idle[member].set_result([])
            elif member.place is None:
                self._discharge(member)
        for _ in range(self._crew.missing(waits)):
            member = Member(self._start_worker(), idle_since=now)
            self._crew.members.append(member)
            self._begin_task(self._drive(member))

    async def _drive(self, member: Member) -> None:
        """Keep one worker at work for as long as it belongs to the pool."""
        while await self._is_started(member):
            self._schedule.alive.add(member)
            member.idle_since, is_lost = None, False
            await self._tell_start()
            try:
                while await self._exchange(member):
                    pass
            except (RayError, TimeoutError) as error:
                is_lost = True
                self._counts.worker_losses += 1
                at_work = next(iter(self._schedule.held(member)), None)
                log.warning("%s was lost with %s: %s", member, _named(at_work), _sentence(error))
            self._take_back(member)
            member.fed = None
            if is_lost:
                self._restart(member)
            self._feed()
            await self._tell_start()
        await self._close_one(member)
        self._discharge(member)

    def _restart(self, member: Member) -> None:
        """It may only be out of reach, and must not go on then."""
        ray.kill(member.actor, no_restart=False)
        member.place, member.idle_since = None, time.monotonic()

    def _discharge(self, member: Member) -> None:
        if member in self._crew.members:
            self._crew.members.remove(member)
            ray.kill(member.actor)

    async def _tell_start(self) -> None:
        async with self._started:
            self._started.notify_all()

    async def _is_started(self, member: Member) -> bool:
        """Wait until it has a sandbox; false where it is to leave."""
        while not member.is_leaving:
            try:
                if member.place is None:
                    member.place = await member.actor.place.remote()  # which waits until there is room for it
                started: Started = await asyncio.wait_for(member.actor.start.remote(), START_S)
                await self._compare(member, started.interpreter)
                member.sandbox, member.failure, member.is_hopeless = started.sandbox, "", False
                self._counts.sandbox_starts += 1
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

    async def _exchange(self, member: Member) -> bool:
        """Give the worker more to do and hear what it has done; whether it is fit for more, and shall have more.

        Raises:
            RayError: It is gone.
            TimeoutError: It is not heard of.
        """
        parts: list[Part] = []
        if not member.is_leaving:
            parts = self._schedule.lease(member, time.monotonic())
        if not parts and not self._schedule.held(member):
            if not member.is_leaving:
                parts = await self._something_to_do(member)
            if not parts:
                return False
        while True:
            parts = [part for part in parts if not part.job.is_over]  # it may have ended since they were handed out
            works = [self._work(part) for part in parts]
            problems = defaultdict[str, list[ray.ObjectRef[Problem]]](list)
            for part in parts:
                asked: _Asked = part.job.payload
                references = dict.fromkeys(each.reference for each in asked.listeners)
                problems[part.job.problem] += list(references)[:MOST_REFERENCES]
            report: Report = await _heard(member.actor.exchange.remote(works, problems), HEARD_S)
            member.fed = None
            self._take(member, report)
            if report.is_free or not report.is_fit:
                return report.is_fit
            parts = []  # it is at something long: others should have what waits

    async def _something_to_do(self, member: Member) -> list[Part]:
        """Nothing where the worker is to leave."""
        coming: asyncio.Future[list[Part]] = asyncio.get_running_loop().create_future()
        self._idle[member], member.idle_since = coming, time.monotonic()
        try:
            return await coming
        finally:
            self._idle.pop(member, None)
            member.idle_since, member.fed = None, time.monotonic()

    def _feed(self) -> None:
        """Give idle workers what waits."""
        for member, coming in list(self._idle.items()):
            if not self._schedule.waiting:
                return
            if not coming.done() and (parts := self._schedule.lease(member, time.monotonic())):
                coming.set_result(parts)

    def _work(self, part: Part) -> Work:
        job, tests = part.job, None
        asked: _Asked = job.payload
        if asked.began is None:
            asked.began = time.monotonic()
            self._metrics.waiting.observe(asked.began - asked.since)
        if job.splits:
            tests = self._learned.order(job.problem, sorted(part.wanted()))
        return Work(part.number, job.problem, asked.program, tests)

    def _take(self, member: Member, report: Report) -> None:
        for number, judgement, costs in report.done:
            self._counts.tests += len(costs)
            member.tests += len(costs)
            self._end(self._schedule.judged(member, number, judgement, costs), member)
        for failed in report.failed:
            self._fail(member, failed)
        gone = len({each.sandbox for each in report.failed} - {report.sandbox, ""})
        self._counts.sandbox_recycles += gone
        self._counts.sandbox_starts += gone if report.is_fit else max(0, gone - 1)
        member.sandbox = report.sandbox
        self._schedule.returned(member, report.returned)
        if report.is_idle and self._schedule.held(member):  # Ray has started it anew since it was given that
            self._take_back(member)
            self._schedule.alive.add(member)
        if self._schedule.waiting:
            self._feed()

    def _take_back(self, member: Member) -> None:
        """What it held others shall do."""
        has_work = any(self._schedule.held(member))
        at_once = member.fed is not None and time.monotonic() - member.fed < AT_ONCE_S
        ended = self._schedule.lost(member, at_once, self._crew.beside(member))
        self._counts.retries += has_work and ended is None
        self._end(ended, member)

    def _fail(self, member: Member, failed: Failed) -> None:
        part = next((each for each in self._schedule.held(member) if each.number == failed.number), None)
        member.sandbox = failed.sandbox
        log.warning("an attempt at %s failed, by %s: %s", _named(part), member, failed.detail)
        ended = self._schedule.failed(member, failed.number, failed.fault, self._crew.beside(member))
        self._counts.retries += part is not None and ended is None
        self._end(ended, member)

    def _end(self, ended: tuple[Job, Judgement] | None, member: Member) -> None:
        """Tell those who wait for the job, and take it from the workers that still have parts of it.

        `member` had the last of it.
        """
        if ended is None:
            return
        job, judgement = ended
        asked: _Asked = job.payload
        if job.broken and Sign.SANDBOX not in judgement.suspicious:
            judgement = dataclasses.replace(judgement, suspicious=(*judgement.suspicious, Sign.SANDBOX))
        if asked.began is not None:
            self._metrics.judging.observe(time.monotonic() - asked.began)
        if judgement.verdict is Verdict.IE:
            log.warning(
                "a submission for problem %s is IE, at last by %s: %s", asked.known.name, member, judgement.detail
            )
        self._forget(job)
        if not job.broken:  # what breaks sandboxes from outside may look like the program's doing
            self._memory.keep(asked.key[-1], judgement)
        for queue, place, is_repeat, _ in asked.listeners:
            queue.put_nowait((place, dataclasses.replace(judgement, repeated=True) if is_repeat else judgement))

    def _forget(self, job: Job) -> None:
        """Nobody waits for it any more."""
        if self._jobs.get(job.payload.key) is job:
            del self._jobs[job.payload.key]
        self._schedule.end(job)
        numbers = defaultdict(list)
        for worker, number in self._schedule.drop(job):
            numbers[worker].append(number)
        for member, found in numbers.items():
            member.actor.drop.remote(found)  # type: ignore[attr-defined]

    async def _split_for_the_idle(self) -> None:
        """Give workers with nothing to do some tests of the longest parts at work."""
        while True:
            await asyncio.sleep(SPLIT_AFTER_S)
            if self._idle:
                now = time.monotonic()
                for victim, part in self._schedule.to_split(now, len(self._idle)):
                    part.ask_after = now + CLOSE_S  # one that does not answer is not asked again before
                    self._begin_task(self._split(victim, part.number))

    async def _split(self, victim: Any, number: int) -> None:
        try:
            given: list[int] = await asyncio.wait_for(victim.actor.split.remote(number), CLOSE_S)
        except (RayError, TimeoutError) as error:  # what it held is noticed to be missing in time
            log.info("a part could not be split: %s", _sentence(error))
            return
        self._schedule.split(victim, number, given, time.monotonic())
        self._feed()

    async def beat(self, client: str) -> None:
        """The client is still there. One that is silent for SILENT_S loses what it has asked for."""
        self._hear(client)

    def _hear(self, name: str) -> _Client:
        client = self._clients.setdefault(name, _Client(0.0))
        client.heard = time.monotonic()
        return client

    def _lose(self, name: str) -> None:
        client = self._clients.pop(name)
        client.is_gone = True
        for queue in client.calls:
            queue.put_nowait(None)

    async def judge(
        self,
        name: str,
        problems: Mapping[str, Known],
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
        client = self._hear(name)
        if not requests:
            return
        queue: Queue = asyncio.Queue()
        missing: dict[int, Job] = {}
        client.calls.add(queue)
        try:
            try:
                async with asyncio.timeout(deadline_s), client.turn:
                    while client.open >= MOST_OPEN and not client.is_gone:
                        await asyncio.sleep(ROOM_S)
            except TimeoutError:
                totals = {each.place: len(problems[each.problem].order) for each in requests}
                where = f"for problem {problems[requests[0].problem].name}, which waits for others of its client"
                yield self._late(totals, where, deadline_s, begins)
                return
            if client.is_gone:
                return
            found = self._ask(client, problems, requests, queue, missing, fresh, begins)
            while found or missing:
                told = time.monotonic()
                for place, _ in found:
                    if missing.pop(place, None) is not None:
                        client.open -= 1
                if not begins:
                    self._counts.answer(each for _, each in found)
                if found:
                    yield found
                if not missing:
                    return
                if found:
                    await asyncio.sleep(max(0.0, told + PACE_S - time.monotonic()))
                try:
                    news = [await asyncio.wait_for(queue.get(), end - time.monotonic())]
                except TimeoutError:
                    news = []
                while not queue.empty():
                    news.append(queue.get_nowait())
                found = [each for each in news if each is not None]
                if client.is_gone:
                    return
                if not news:
                    totals = {place: job.total for place, job in missing.items()}
                    yield self._late(totals, _whereabouts(next(iter(missing.values()))), deadline_s, begins)
                    return
        finally:
            client.calls.discard(queue)
            client.open -= len(missing)
            for job in missing.values():
                job.payload.listeners[:] = [each for each in job.payload.listeners if each.queue is not queue]
                if not job.payload.listeners:
                    self._forget(job)

    def _late(self, totals: Mapping[int, int], where: str, deadline_s: float, begins: bool) -> Found:
        """Say so of each of them, of so many tests each; `where` one of them is goes to the log."""
        why = f"not judged within {deadline_s:.1f} s"
        log.warning("%d %s, such as one %s", len(totals), why, where)
        found = [(place, unjudged(total, why)) for place, total in totals.items()]
        if not begins:
            self._counts.answer(each for _, each in found)
        return found

    async def begin(
        self, name: str, problems: Mapping[str, Known], requests: Sequence[Request], deadline_s: float
    ) -> None:
        """Judge for somebody who will ask later, and is then the first to ask."""
        async for _ in self.judge(name, problems, requests, deadline_s, begins=True):
            pass

    def _ask(
        self,
        client: _Client,
        problems: Mapping[str, Known],
        requests: Sequence[Request],
        queue: Queue,
        missing: dict[int, Job],
        fresh: bool,
        begins: bool,
    ) -> Found:
        """Have done what must be, each of it in `missing`; what is remembered."""
        found: Found = []
        batch, now = Batch(client=client.share), time.monotonic()
        for name, known in problems.items():
            self._learned.meet(name, known.order)
        for place, name, program in requests:
            known, key = problems[name], key_of(name, program.source)
            is_repeat = not (begins or fresh or self._begun.pop(key, False))
            remembered = None if fresh else self._memory.find(key)
            if remembered is not None:
                found.append((place, dataclasses.replace(remembered, repeated=is_repeat)))
                continue
            wish = (queue, place, key) if fresh else (key,)
            job = self._jobs.get(wish)
            if job is None:
                asked = _Asked(wish, known, program, now)
                job = Job(asked, name, len(known.order), known.splits and not fresh, known.limit_s)
                self._jobs[wish] = job
                self._schedule.add(batch, job)
                is_repeat = False
                if begins:
                    self._begun[key] = True
            job.payload.listeners.append(_Listener(queue, place, is_repeat, known.reference))
            missing[place] = job
        client.open += len(missing)
        while len(self._begun) > KEPT:
            self._begun.popitem(last=False)
        self._feed()
        return found

    async def started(self, timeout_s: float) -> State:
        """The state once a worker is alive, or none can ever be, or the time is over."""

        async def settled() -> None:
            async with self._started:
                while not self._schedule.alive and not self._is_hopeless():
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
            self._rates.see(self._counts.judgements.total(), self._counts.tests, time.monotonic())
            alive, busy = len(self._schedule.alive), self._schedule.at_work()
            states = {"busy": busy, "idle": alive - busy, "starting": len(self._crew.members) - alive}
            self._metrics.tell(self._counts, self._schedule.waiting, states)

    def state(self) -> State:
        staying, counts = self._crew.staying(), self._counts
        failures = dict.fromkeys(each.failure for each in staying if each.failure)
        obstacle = self._crew.obstacle()
        judged_per_s, tests_per_s = self._rates.per_s()
        return State(
            workers=len(staying),
            alive=len(self._schedule.alive),
            busy=self._schedule.at_work(),
            waiting=self._schedule.waiting,
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
                    one.alive + (each in self._schedule.alive),
                    one.busy + any(self._schedule.held(each)),
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
            await asyncio.wait_for(member.actor.close.remote(), CLOSE_S)
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


def _named(part: Part | None) -> str:
    """What the logs call it."""
    return "nothing" if part is None else f"part {part.number} of problem {part.job.payload.known.name}"


def _whereabouts(job: Job) -> str:
    """Where the logs say it is."""
    workers = ", ".join(str(part.worker) for part in job.parts if part.worker) or "no worker"
    return f"for problem {job.payload.known.name}, which is with {workers}"


def _address(member: Member) -> str:
    return member.place.address if member.place else "no node yet"


def _sentence(error: Exception) -> str:
    """What the worker said, without the trace that Ray wraps around it."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error.cause) if isinstance(error, RayTaskError) else str(error)
