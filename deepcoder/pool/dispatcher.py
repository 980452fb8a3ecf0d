"""Who judges what, and who is told: events in, commands out. No Ray, asyncio, I/O or clock.

Runs: in the coordinator, and in the simulation. Every event that needs the present takes it, in seconds of any clock.

    event       enter  ask  leave  started  reported  lost  split_answered  dismiss  tick  forget_silent
    command     Give  Drop  AskSplit  Answer  HangUp  Restart  Dismiss  Warn

Events must be told one after the other, and the commands of each carried out in their order. A worker that was given
something is owed an answer: `reported`, or `lost`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deepcoder.lru import Lru
from deepcoder.pool.counts import Counts
from deepcoder.pool.crew import Member, Stage
from deepcoder.pool.inbox import MOST_REFERENCES, Failed, Report, Work
from deepcoder.pool.learned import Learned
from deepcoder.pool.memory import KEPT, Key, Memory, key_of
from deepcoder.pool.schedule import Batch, Client, Job, Part, Schedule, unjudged
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign

CLIENT_TIMEOUT_S = 10.0  # drop a client whose heartbeat is older than this
CLIENT_MOST_OPEN = 10_000  # submissions of one client at work or waiting; its next call waits until some are judged
DEAD_ON_DELIVERY_S = 1.0  # lost this soon after a hand-out while idle: it was dead already, and no attempt is counted
SPLIT_TIMEOUT_S = 10.0  # a worker that was asked for tests and does not answer is not asked again before

Found = list[tuple[int, Judgement]]  # each with its place in the batch
Beside = Callable[[Member], Iterable[Member]]  # the workers of the same node


class Request(NamedTuple):
    """One submission of a client's batch."""

    place: int  # in the batch
    problem: str  # key
    program: Program


class ProblemInfo(NamedTuple):
    """A problem as the dispatcher needs to know it."""

    reference: Any  # by which a worker gets it; the dispatcher never looks into it
    order: Sequence[int]  # of its tests, as long as nothing has been learned
    splits: bool  # whether they may be run in any order, by several workers
    limit_s: float  # CPU seconds of one test
    name: str  # problem_id, for people


@dataclass(eq=False)
class Call:
    """A batch of a client. The mutable state: the jobs that it waits for, by place, and whether its client is gone."""

    client: str
    is_ahead: bool = False  # nobody waits for its answers: a later call does
    missing: dict[int, Job] = field(default_factory=dict)
    is_over: bool = False


class Give(NamedTuple):
    """Send the worker these parts, which may be none, and tell what it reports."""

    member: Member
    works: list[Work]
    references: Mapping[str, list[Any]]  # to the problems of the parts


class Drop(NamedTuple):
    """Tell the worker that nobody wants these parts any more."""

    member: Member
    numbers: list[int]


class AskSplit(NamedTuple):
    """Ask the worker for tests of the part, and tell what it answers."""

    member: Member
    number: int


class Answer(NamedTuple):
    """Tell the call these judgements."""

    call: Call
    found: Found


class HangUp(NamedTuple):
    """End the call: its client is gone."""

    call: Call


class Restart(NamedTuple):
    """Have the worker start anew, and tell when it has."""

    member: Member


class Dismiss(NamedTuple):
    """End the worker: it is to leave, and holds nothing."""

    member: Member


class Warn(NamedTuple):
    """Log what people should know."""

    text: str


Command = Give | Drop | AskSplit | Answer | HangUp | Restart | Dismiss | Warn


class _Listener(NamedTuple):
    """A call that waits for a judgement."""

    call: Call
    place: int
    is_repeat: bool  # whether others have asked before
    reference: Any  # the call's own: the object goes with its owner


@dataclass(eq=False)
class _Asked:
    """A job's payload: what is asked, and who waits for the answer. `key` is its place among the jobs at work."""

    key: tuple[Any, ...]
    known: ProblemInfo
    program: Program
    since: float
    began: float | None = None  # when the first worker got it
    listeners: list[_Listener] = field(default_factory=list)


@dataclass(eq=False)
class _Client:
    """A process that asks. The mutable state: everything."""

    heard: float  # when it last showed life
    share: Client = field(default_factory=Client)
    calls: set[Call] = field(default_factory=set)
    open: int = 0  # submissions


class Dispatcher:
    """Hands parts of submissions to workers and judgements to calls.

    The mutable state: the schedule, what has been learned, the judgement cache, the jobs at work by what they ask, what
    was begun ahead, the clients, the idle workers, and what was counted.
    """

    def __init__(self, beside: Beside) -> None:
        self.learned = Learned()
        self.schedule = Schedule(self.learned)
        self.counts = Counts()
        self.waited_s: list[float] = []  # of submissions, until a worker got them; whoever tells them empties it
        self.judged_s: list[float] = []  # from then until they were judged
        self._beside = beside
        self._memory = Memory()
        self._ahead: Lru[Key, bool] = Lru(KEPT)
        self._jobs: dict[tuple[Any, ...], Job] = {}
        self._clients: dict[str, _Client] = {}
        self._idle: dict[Member, None] = {}  # in the order in which they became so

    # Clients.

    def beat(self, client: str, now: float) -> None:
        """Note that the client shows life."""
        self._client(client, now)

    def enter(self, call: Call, now: float) -> None:
        """Note a call of a client, which asks when there is room."""
        self._client(call.client, now).calls.add(call)

    def has_room(self, call: Call) -> bool:
        """Return whether the call's client may have more at work; also where the client is gone."""
        return call.is_over or self._clients[call.client].open < CLIENT_MOST_OPEN

    def ask(
        self,
        call: Call,
        problems: Mapping[str, ProblemInfo],
        requests: Sequence[Request],
        now: float,
        fresh: bool = False,
    ) -> list[Command]:
        """Have the submissions of a call that has entered judged; what the cache knows is answered at once.

        What is being judged already is not judged again, unless all are to be `fresh`: then tests run in their own
        order, too.
        """
        client = self._clients[call.client]
        found: Found = []
        batch = Batch(client=client.share)
        for name, known in problems.items():
            self.learned.meet(name, known.order)
        for place, name, program in requests:
            known, key = problems[name], key_of(name, program.source)
            is_repeat = not (call.is_ahead or fresh or self._ahead.pop(key))
            cached = None if fresh else self._memory.find(key)
            if cached is not None:
                found.append((place, dataclasses.replace(cached, repeated=is_repeat)))
                continue
            wish = (call, place, key) if fresh else (key,)
            job = self._jobs.get(wish)
            if job is None:
                asked = _Asked(wish, known, program, now)
                job = Job(asked, name, len(known.order), known.splits and not fresh, known.limit_s)
                self._jobs[wish] = job
                self.schedule.add(batch, job)
                is_repeat = False
                if call.is_ahead:
                    self._ahead.keep(key, True)
            job.payload.listeners.append(_Listener(call, place, is_repeat, known.reference))
            call.missing[place] = job
        client.open += len(call.missing)
        self.count_answers(call, found)
        return [*([Answer(call, found)] if found else []), *self._feed(now)]

    def leave(self, call: Call) -> list[Command]:
        """Take the call's wishes back: it has ended, with or without all its answers. Safe to repeat."""
        if not call.is_over:
            client = self._clients[call.client]
            client.calls.discard(call)
            client.open -= len(call.missing)
        commands: list[Command] = []
        for job in call.missing.values():
            job.payload.listeners[:] = [each for each in job.payload.listeners if each.call is not call]
            if not job.payload.listeners:
                commands += self._forget(job)
        call.missing.clear()
        return commands

    def late(self, call: Call, why: str) -> Found:
        """Return IE for all that the call still waits for. `leave` has to follow, before any other event."""
        found = [(place, unjudged(job.total, why)) for place, job in call.missing.items()]
        self.count_answers(call, found)
        return found

    def forget_silent(self, now: float, late_s: float) -> list[Command]:
        """Drop the clients that show no life. `late_s`: seconds in which no heartbeat could be heard."""
        commands: list[Command] = []
        for name, client in list(self._clients.items()):
            client.heard += late_s
            if now - client.heard > CLIENT_TIMEOUT_S:
                if client.calls:
                    commands.append(Warn(f"nothing is heard of a client ({name}): what it has asked for is dropped"))
                del self._clients[name]
                for call in client.calls:
                    call.is_over = True
                    commands.append(HangUp(call))
        return commands

    def _client(self, name: str, now: float) -> _Client:
        client = self._clients.setdefault(name, _Client(now))
        client.heard = now
        return client

    def count_answers(self, call: Call, found: Found) -> None:
        """Count what a call is told, unless nobody hears it."""
        if not call.is_ahead:
            self.counts.answer(judgement for _, judgement in found)

    # Workers.

    def started(self, member: Member, now: float) -> list[Command]:
        """Give a worker that has a sandbox something to do."""
        self.schedule.alive.add(member)
        return self._hand_out(member, now)

    def reported(self, member: Member, report: Report, now: float) -> list[Command]:
        """Take a worker's report, and give it more if it is fit for that."""
        member.handed_out_at = None
        commands: list[Command] = []
        for number, judgement, costs in report.done:
            self.counts.tests += len(costs)
            member.tests += len(costs)
            commands += self._end(self.schedule.judged(member, number, judgement, costs), member, now)
        for failed in report.failed:
            commands += self._fail(member, failed, now)
        replaced = len({each.sandbox for each in report.failed} - {report.sandbox, ""})
        self.counts.sandbox_recycles += replaced
        self.counts.sandbox_starts += replaced if report.is_fit else max(0, replaced - 1)
        member.sandbox = report.sandbox
        self.schedule.returned(member, report.returned)
        if report.is_idle and self.schedule.held(member):  # Ray has started it anew since it was given that
            commands += self._requeue(member, now)
            self.schedule.alive.add(member)
        commands += self._feed(now)
        if not report.is_fit:
            return commands + self._stop(member, now)
        if report.is_free:
            return commands + self._hand_out(member, now)
        return [*commands, Give(member, [], {})]  # it is at something long: others should have what waits

    def lost(self, member: Member, why: str, now: float) -> list[Command]:
        """Give what a lost worker held to others, and have the worker start anew."""
        self.counts.worker_losses += 1
        at_work = next(iter(self.schedule.held(member)), None)
        return [Warn(f"{member} was lost with {_named(at_work)}: {why}"), *self._stop(member, now)]

    def dismiss(self, member: Member) -> list[Command]:
        """Let an idle worker go that is to leave; one at work goes after its next report that leaves it nothing."""
        if member.stage is not Stage.IDLE:
            return []
        return self._let_go(member)

    def split_answered(self, member: Member, number: int, tests: Sequence[int], now: float) -> list[Command]:
        """Give others the tests that a worker let go of."""
        self.schedule.split(member, number, tests, now)
        return self._feed(now)

    def tick(self, now: float) -> list[Command]:
        """Ask for tests of the longest parts at work, where workers have nothing to do."""
        if not self._idle:
            return []
        commands: list[Command] = []
        for worker, part in self.schedule.to_split(now, len(self._idle)):
            assert isinstance(worker, Member)
            part.ask_after = now + SPLIT_TIMEOUT_S
            commands.append(AskSplit(worker, part.number))
        return commands

    @property
    def lacks_workers(self) -> bool:
        """Whether more waits than the workers that there are can take."""
        return self.schedule.waiting > 0 and not self._idle

    def _hand_out(self, member: Member, now: float) -> list[Command]:
        """Give a worker that waits for an answer what it should do next, or note that it is idle."""
        parts = [] if member.is_leaving else self.schedule.lease(member, now)
        if parts or self.schedule.held(member):
            return [self._give(member, parts, now)]
        if member.is_leaving:
            return self._let_go(member)
        self._idle[member] = None
        member.stage, member.idle_since = Stage.IDLE, now
        return []

    def _feed(self, now: float) -> list[Command]:
        """Give idle workers what waits."""
        commands: list[Command] = []
        for member in list(self._idle):
            if not self.schedule.waiting:
                break
            if parts := self.schedule.lease(member, now):
                member.handed_out_at = now
                commands.append(self._give(member, parts, now))
        return commands

    def _give(self, member: Member, parts: Sequence[Part], now: float) -> Give:
        self._idle.pop(member, None)
        member.stage, member.idle_since = Stage.AT_WORK, None
        references: defaultdict[str, list[Any]] = defaultdict(list)
        for part in parts:
            asked: _Asked = part.job.payload
            if asked.began is None:
                asked.began = now
                self.waited_s.append(now - asked.since)
            known = dict.fromkeys([*references[part.job.problem], *(each.reference for each in asked.listeners)])
            references[part.job.problem] = list(known)[:MOST_REFERENCES]
        return Give(member, [self._work(part) for part in parts], references)

    def _work(self, part: Part) -> Work:
        job, tests = part.job, None
        if job.splits:
            tests = self.learned.order(job.problem, sorted(part.wanted()))
        return Work(part.number, job.problem, job.payload.program, tests)

    def _stop(self, member: Member, now: float) -> list[Command]:
        """Give what the worker held to others, and have the worker start anew."""
        commands = self._requeue(member, now)
        self._idle.pop(member, None)
        member.stage, member.idle_since, member.handed_out_at = Stage.STARTING, None, None
        return [*commands, Restart(member), *self._feed(now)]

    def _let_go(self, member: Member) -> list[Command]:
        self._idle.pop(member, None)
        self.schedule.lost(member)
        member.stage, member.idle_since = Stage.LEAVING, None
        return [Dismiss(member)]

    def _requeue(self, member: Member, now: float) -> list[Command]:
        """Give what a worker held to others."""
        has_work = any(self.schedule.held(member))
        at_once = member.handed_out_at is not None and now - member.handed_out_at < DEAD_ON_DELIVERY_S
        ended = self.schedule.lost(member, at_once, self._beside(member))
        self.counts.retries += has_work and ended is None
        return self._end(ended, member, now)

    def _fail(self, member: Member, failed: Failed, now: float) -> list[Command]:
        part = next((each for each in self.schedule.held(member) if each.number == failed.number), None)
        member.sandbox = failed.sandbox
        warning = Warn(f"an attempt at {_named(part)} failed, by {member}: {failed.detail}")
        ended = self.schedule.failed(member, failed.number, failed.fault, self._beside(member))
        self.counts.retries += part is not None and ended is None
        return [warning, *self._end(ended, member, now)]

    # Jobs.

    def _end(self, ended: tuple[Job, Judgement] | None, member: Member, now: float) -> list[Command]:
        """Answer those who wait for the job, and take it from the workers that still have parts of it.

        `member` had the last of it.
        """
        if ended is None:
            return []
        job, judgement = ended
        asked: _Asked = job.payload
        if job.broken and Sign.SANDBOX not in judgement.suspicious:
            judgement = dataclasses.replace(judgement, suspicious=(*judgement.suspicious, Sign.SANDBOX))
        if asked.began is not None:
            self.judged_s.append(now - asked.began)
        commands = self._forget(job)
        if judgement.verdict is Verdict.IE:
            what = f"a submission for problem {asked.known.name} is IE, at last by {member}: {judgement.detail}"
            commands.append(Warn(what))
        if not job.broken:  # what breaks sandboxes from outside may look like the program's doing
            self._memory.keep(asked.key[-1], judgement)
        for call, place, is_repeat, _ in asked.listeners:
            del call.missing[place]
            if not call.is_over:
                self._clients[call.client].open -= 1
            found = [(place, dataclasses.replace(judgement, repeated=True) if is_repeat else judgement)]
            self.count_answers(call, found)
            commands.append(Answer(call, found))
        return commands

    def _forget(self, job: Job) -> list[Command]:
        """End a job for which nobody waits any more."""
        if self._jobs.get(job.payload.key) is job:
            del self._jobs[job.payload.key]
        self.schedule.end(job)
        numbers = defaultdict[Any, list[int]](list)
        for member, number in sorted(self.schedule.drop(job), key=lambda each: each[1]):
            numbers[member].append(number)
        return [Drop(member, dropped) for member, dropped in numbers.items()]


def whereabouts(call: Call) -> str:
    """Return where the logs say that one of the call's submissions is."""
    job = next(iter(call.missing.values()))
    workers = ", ".join(str(part.worker) for part in job.parts if part.worker) or "no worker"
    return f"for problem {job.payload.known.name}, which is with {workers}"


def _named(part: Part | None) -> str:
    """Return what the logs call a part."""
    return "nothing" if part is None else f"part {part.number} of problem {part.job.payload.known.name}"
