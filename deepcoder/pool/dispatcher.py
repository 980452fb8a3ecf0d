"""Decide which worker judges what, and which call is told: events in, commands out. No Ray, asyncio, I/O or clock.

Runs: in the coordinator, and in the simulation. Every event that needs the present takes it, in seconds of any clock.

    event       enter  ask  late  leave  started  reported  lost  split_answered  dismiss  tick  drop_silent
    command     Give  Drop  AskSplit  Answer  HangUp  Restart  Dismiss  Warn

Events must be told one after the other, and the commands of an event carried out in their order. Every Give must be
followed by `reported` or `lost`. `enter` and `drop_silent` are events of `clients`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deepcoder.lru import Lru
from deepcoder.pool.backlog import Batch
from deepcoder.pool.calls import Answers, Call, ProblemInfo, Request
from deepcoder.pool.clients import Clients
from deepcoder.pool.commands import Answer, AskSplit, Command, Dismiss, Drop, Give, Restart, Warn
from deepcoder.pool.counts import Counts
from deepcoder.pool.crew import Member, Stage
from deepcoder.pool.inbox import MOST_REFERENCES, Failed, Report, Work
from deepcoder.pool.job import Job, Part
from deepcoder.pool.judgement_cache import CACHE_JUDGEMENTS, CacheKey, JudgementCache, cache_key
from deepcoder.pool.learned import Learned
from deepcoder.pool.schedule import Schedule, unjudged
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign

DEAD_ON_DELIVERY_S = 1.0  # lost this soon after a hand-out while idle: it was dead already, and no attempt is counted
SPLIT_ASK_TIMEOUT_S = 10.0  # a worker that was asked for tests and does not answer is not asked again before

Beside = Callable[[Member], Iterable[Member]]  # the workers of the same node


class _Listener(NamedTuple):
    """A call that waits for a judgement."""

    call: Call
    position: int  # of the request in the batch
    is_repeat: bool  # whether others have asked before
    reference: Any  # the call's own to the problem: the object goes with its owner


@dataclass(eq=False)
class _Payload:
    """Hold what the dispatcher keeps with a job. The mutable state: when a worker first got it, and the listeners."""

    key: tuple[Any, ...]  # among the jobs at work
    problem: ProblemInfo
    program: Program
    asked_at: float
    started_at: float | None = None  # when the first worker got it
    listeners: list[_Listener] = field(default_factory=list)


class Dispatcher:
    """Hands parts of submissions to workers, and judgements to calls.

    The mutable state: the schedule, what was learned, the judgement cache, the jobs at work by their keys, what was
    begun ahead, the clients, the idle workers, and the counts.
    """

    def __init__(self, beside: Beside) -> None:
        self.learned = Learned()
        self.schedule = Schedule(self.learned)
        self.clients = Clients()
        self.counts = Counts()
        self._beside = beside
        self._cache = JudgementCache()
        self._ahead: Lru[CacheKey, bool] = Lru(CACHE_JUDGEMENTS)
        self._jobs: dict[tuple[Any, ...], Job] = {}
        self._idle: dict[Member, None] = {}  # in the order in which they became so

    # Calls.

    def ask(
        self,
        call: Call,
        problems: Mapping[str, ProblemInfo],
        requests: Sequence[Request],
        now: float,
        fresh: bool = False,
    ) -> list[Command]:
        """Have the submissions of a call that has entered judged. What is in the cache is answered at once.

        What is at work already is not judged a second time. `fresh` passes over both, and runs the tests in their own
        order.
        """
        answers: Answers = []
        batch = Batch(client=self.clients.share(call))
        for name, problem in problems.items():
            self.learned.meet(name, problem.order)
        for position, name, program in requests:
            problem, cached_as = problems[name], cache_key(name, program)
            is_repeat = not (call.is_ahead or fresh or self._ahead.pop(cached_as))
            cached = None if fresh else self._cache.find(cached_as)
            if cached is not None:
                answers.append((position, dataclasses.replace(cached, repeated=is_repeat)))
                continue
            key = (call, position, cached_as) if fresh else (cached_as,)
            job = self._jobs.get(key)
            if job is None:
                payload = _Payload(key, problem, program, now)
                job = Job(payload, name, len(problem.order), problem.splits and not fresh, problem.limit_s)
                self._jobs[key] = job
                self.schedule.add(batch, job)
                is_repeat = False
                if call.is_ahead:
                    self._ahead.keep(cached_as, True)
            job.payload.listeners.append(_Listener(call, position, is_repeat, problem.reference))
            call.missing[position] = job
        self.clients.asked(call)
        self.counts.answer(call, answers)
        return [*([Answer(call, answers)] if answers else []), *self._feed(now)]

    def leave(self, call: Call) -> list[Command]:
        """Take back what the call has asked for: it has ended, with or without all its answers. Safe to repeat."""
        self.clients.leave(call)
        commands: list[Command] = []
        for job in call.missing.values():
            job.payload.listeners[:] = [listener for listener in job.payload.listeners if listener.call is not call]
            if not job.payload.listeners:
                commands += self._forget(job)
        call.missing.clear()
        return commands

    def late(self, call: Call, why: str) -> list[Command]:
        """Answer IE for all that the call still misses: its deadline has passed."""
        answers = [(position, unjudged(job.total, why)) for position, job in call.missing.items()]
        self.counts.answer(call, answers)
        warning = Warn(f"{len(answers)} {why}, such as one {_whereabouts(call)}")
        return [warning, *self.leave(call), Answer(call, answers)]

    # Workers.

    def started(self, member: Member, now: float) -> list[Command]:
        """Give work to a worker that has a sandbox now."""
        self.schedule.alive.add(member)
        return self._hand_out(member, now)

    def reported(self, member: Member, report: Report, now: float) -> list[Command]:
        """Take a worker's report, and give the worker more if it is fit for that."""
        member.handed_out_at = None
        commands: list[Command] = []
        for number, judgement, costs in report.done:
            self.counts.tests += len(costs)
            member.tests += len(costs)
            commands += self._end(self.schedule.judged(member, number, judgement, costs), member, now)
        for failed in report.failed:
            commands += self._fail(member, failed, now)
        replaced = len({failed.sandbox for failed in report.failed} - {report.sandbox, ""})
        self.counts.sandbox_recycles += replaced
        self.counts.sandbox_starts += replaced if report.is_fit else max(0, replaced - 1)
        member.sandbox = report.sandbox
        self.schedule.returned(member, report.returned)
        if report.is_idle and self.schedule.held(member):  # Ray has restarted it since these parts were handed out
            commands += self._requeue(member, now)
            self.schedule.alive.add(member)
        commands += self._feed(now)
        if not report.is_fit:
            return commands + self._stop(member, now)
        if report.is_free:
            return commands + self._hand_out(member, now)
        return [*commands, Give(member, [], {})]  # its part is a long one: others should have what waits

    def lost(self, member: Member, why: str, now: float) -> list[Command]:
        """Give a lost worker's parts to others, and have the worker start anew."""
        self.counts.worker_losses += 1
        at_work = next(iter(self.schedule.held(member)), None)
        return [Warn(f"{member} was lost with {_named(at_work)}: {why}"), *self._stop(member, now)]

    def dismiss(self, member: Member, now: float) -> list[Command]:
        """Let a leaving worker go if it is idle. One at work goes after the first report that leaves it nothing."""
        if member.stage is not Stage.IDLE:
            return []
        return self._let_go(member, now)

    def split_answered(self, member: Member, number: int, tests: Sequence[int], now: float) -> list[Command]:
        """Give others the tests that a worker has given away."""
        self.schedule.split(member, number, tests, now)
        return self._feed(now)

    def tick(self, now: float) -> list[Command]:
        """Ask for tests of the longest parts at work, if workers are idle."""
        if not self._idle:
            return []
        commands: list[Command] = []
        for worker, part in self.schedule.to_split(now, len(self._idle)):
            assert isinstance(worker, Member)
            part.split_after = now + SPLIT_ASK_TIMEOUT_S
            commands.append(AskSplit(worker, part.number))
        return commands

    @property
    def lacks_workers(self) -> bool:
        """Return whether more parts wait than the workers that there are can take."""
        return self.schedule.waiting > 0 and not self._idle

    def _hand_out(self, member: Member, now: float) -> list[Command]:
        """Give parts to a worker that has just reported or started, or note that it is idle."""
        parts = [] if member.is_leaving else self.schedule.lease(member, now)
        if parts or self.schedule.held(member):
            return [self._give(member, parts, now)]
        if member.is_leaving:
            return self._let_go(member, now)
        self._idle[member] = None
        member.stage, member.idle_since = Stage.IDLE, now
        return []

    def _feed(self, now: float) -> list[Command]:
        """Give the idle workers what waits."""
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
            payload: _Payload = part.job.payload
            if payload.started_at is None:
                payload.started_at = now
                self.counts.waited_s.append(now - payload.asked_at)
            several = [*references[part.job.problem], *(listener.reference for listener in payload.listeners)]
            references[part.job.problem] = list(dict.fromkeys(several))[:MOST_REFERENCES]
        return Give(member, [_work(part, self.learned) for part in parts], references)

    def _stop(self, member: Member, now: float) -> list[Command]:
        """Give the worker's parts to others, and have the worker start anew."""
        commands = self._requeue(member, now)
        self._idle.pop(member, None)
        member.stage, member.idle_since, member.handed_out_at = Stage.STARTING, None, None
        return [*commands, Restart(member), *self._feed(now)]

    def _let_go(self, member: Member, now: float) -> list[Command]:
        self._idle.pop(member, None)
        self.schedule.lost(member)
        member.stage, member.idle_since = Stage.LEAVING, None
        return [Dismiss(member), *self._feed(now)]  # a part may go back to a worker that is alone now

    def _requeue(self, member: Member, now: float) -> list[Command]:
        """Give a lost worker's parts to others."""
        has_work = any(self.schedule.held(member))
        was_dead = member.handed_out_at is not None and now - member.handed_out_at < DEAD_ON_DELIVERY_S
        ended = self.schedule.lost(member, was_dead, self._beside(member))
        self.counts.retries += has_work and ended is None
        return self._end(ended, member, now)

    def _fail(self, member: Member, failed: Failed, now: float) -> list[Command]:
        """Have a part that failed tried again by another worker, or end its job."""
        part = next((part for part in self.schedule.held(member) if part.number == failed.number), None)
        member.sandbox = failed.sandbox
        warning = Warn(f"an attempt at {_named(part)} failed, by {member}: {failed.detail}")
        ended = self.schedule.failed(member, failed.number, failed.fault, self._beside(member))
        self.counts.retries += part is not None and ended is None
        return [warning, *self._end(ended, member, now)]

    # Jobs.

    def _end(self, ended: tuple[Job, Judgement] | None, member: Member, now: float) -> list[Command]:
        """Answer the calls that wait for a job, and take it from the workers that still have parts of it.

        `member`: the worker that had the last part.
        """
        if ended is None:
            return []
        job, judgement = ended
        payload: _Payload = job.payload
        if job.broken and Sign.SANDBOX not in judgement.suspicious:
            judgement = dataclasses.replace(judgement, suspicious=(*judgement.suspicious, Sign.SANDBOX))
        if payload.started_at is not None:
            self.counts.judged_s.append(now - payload.started_at)
        commands = self._forget(job)
        if judgement.verdict is Verdict.IE:
            what = f"a submission for problem {payload.problem.name} is IE, at last by {member}: {judgement.detail}"
            commands.append(Warn(what))
        if not job.broken:  # a fault outside that breaks sandboxes may look like the program's doing
            self._cache.keep(payload.key[-1], judgement)
        for call, position, is_repeat, _ in payload.listeners:
            del call.missing[position]
            self.clients.answered(call)
            answers = [(position, dataclasses.replace(judgement, repeated=True) if is_repeat else judgement)]
            self.counts.answer(call, answers)
            commands.append(Answer(call, answers))
        return commands

    def _forget(self, job: Job) -> list[Command]:
        """End a job for which no call waits any more."""
        if self._jobs.get(job.payload.key) is job:
            del self._jobs[job.payload.key]
        self.schedule.end(job)
        numbers = defaultdict[Any, list[int]](list)
        for member, number in sorted(self.schedule.drop(job), key=lambda dropped: dropped[1]):
            numbers[member].append(number)
        return [Drop(member, dropped) for member, dropped in numbers.items()]


def _work(part: Part, learned: Learned) -> Work:
    """Return a part as the worker gets it, with its tests in the order learned."""
    job, tests = part.job, None
    if job.splits:
        tests = learned.order(job.problem, sorted(part.wanted()))
    return Work(part.number, job.problem, job.payload.program, tests)


def _whereabouts(call: Call) -> str:
    """Return where the logs say that one of the call's submissions is."""
    job = next(iter(call.missing.values()))
    workers = ", ".join(str(part.worker) for part in job.parts if part.worker) or "no worker"
    return f"for problem {job.payload.problem.name}, which is with {workers}"


def _named(part: Part | None) -> str:
    """Return what the logs call a part."""
    return "nothing" if part is None else f"part {part.number} of problem {part.job.payload.problem.name}"
