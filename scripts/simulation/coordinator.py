"""A coordinator without Ray: the pool's own dispatcher, and one processor on which each message costs some time."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepcoder.pool.calls import Answers, Call, ProblemInfo, Request
from deepcoder.pool.commands import Answer, AskSplit, Command, Drop, Give, Restart
from deepcoder.pool.coordinator import ANSWER_PACE_S, ROOM_POLL_S
from deepcoder.pool.dispatcher import Dispatcher
from deepcoder.pool.inbox import Report
from deepcoder.pool.schedule import SPLIT_AFTER_S
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement
from scripts.bench.mix import TESTS
from scripts.simulation.clock import Clock
from scripts.simulation.load import LIMIT_S, Load
from scripts.simulation.worker import RESTART_S, Worker

TIMED = ("add", "lease", "judged", "failed", "returned", "lost", "to_split", "split", "end", "drop")


@dataclass(frozen=True)
class Costs:
    """Say what messages cost, in seconds."""

    report_s: float  # of the coordinator's processor, for a worker's report and the reply to it
    judgement_s: float  # of the coordinator's processor
    hop_s: float  # a message's way


@dataclass(eq=False)
class Outbox:
    """A call, and the client's function that takes its answers. The mutable state: the answers not sent yet."""

    call: Call
    submissions: Sequence[int]
    take: Callable[[int, Judgement], None]
    answers: Answers = field(default_factory=list)
    sent_at: float = -ANSWER_PACE_S
    is_scheduled: bool = False
    is_gone: bool = False


class Meter:
    """The mutable state: seconds and calls of each measured function, without the measured functions that it calls."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._inner_s = 0.0

    def of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and is measured under that name."""

        def measured(*arguments: Any, **options: Any) -> Any:
            outer, self._inner_s = self._inner_s, 0.0
            began = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                took_s = time.perf_counter() - began
                self.seconds[name] += took_s - self._inner_s
                self.calls[name] += 1
                self._inner_s = outer + took_s

        return measured


class Coordinator:
    """The mutable state: the dispatcher, the calls, the counts of messages, and until when the processor is busy."""

    def __init__(self, clock: Clock, load: Load, costs: Costs, meter: Meter) -> None:
        self._clock, self._load, self._costs = clock, load, costs
        self._dispatcher = Dispatcher(beside=lambda _: ())
        self.schedule = self._dispatcher.schedule
        for name in TIMED:
            setattr(self.schedule, name, meter.of(name, getattr(self.schedule, name)))
        learned: Any = self._dispatcher.learned
        learned.order = meter.of("order", learned.order)
        self._outboxes: dict[Call, Outbox] = {}
        self._free_at = 0.0
        self.busy_s = 0.0
        self.messages: Counter[str] = Counter()
        clock.at(SPLIT_AFTER_S, self._tick)

    def _spend(self, seconds: float, since: float) -> float:
        """Queue work for the processor that arrived at that moment; return when the work is done."""
        self.busy_s += seconds
        self._free_at = max(self._free_at, since) + seconds
        return self._free_at

    def _receive(self, kind: str, cost_s: float, action: Callable[..., None], *arguments: Any) -> None:
        """Receive a message that is sent now; the action is called when the processor has read it."""
        self.messages[kind] += 1
        self._clock.at(self._spend(cost_s, self._clock.now + self._costs.hop_s), action, *arguments)

    def _send(self, kind: str, action: Callable[..., None], *arguments: Any) -> None:
        """Send a message, after all other work of the processor; the action is called when it arrives."""
        self.messages[kind] += 1
        self._clock.at(self._spend(self._costs.report_s / 2, self._clock.now) + self._costs.hop_s, action, *arguments)

    def _carry_out(self, commands: Iterable[Command], reporter: Worker | None = None) -> None:
        """Send what the commands say. The reply to the worker that has just reported is paid for with its report."""
        for command in commands:
            match command:
                case Give(member, works, _) if reporter is not None and reporter is member.actor:
                    self.messages["exchanges"] += 1
                    self._clock.at(self._clock.now + self._costs.hop_s, reporter.exchange, works)
                case Give(member, works, _):
                    self._send("exchanges", member.actor.exchange, works)
                case Drop(member, numbers):
                    self._send("drops", member.actor.drop, numbers)
                case AskSplit(member, number):
                    self._send("splits", self._ask_split, member.actor, number)
                case Answer(call, answers):
                    self._schedule_answers(self._outboxes[call], answers)
                case Restart(member):
                    self._clock.at(self._clock.now + RESTART_S, self.start, member.actor)

    def start(self, worker: Worker) -> None:
        """Start a worker, and tell the dispatcher."""
        worker.start()
        self._carry_out(self._dispatcher.started(worker.member, self._clock.now), worker)

    def reported(self, worker: Worker, report: Report) -> None:
        """Receive a worker's report."""
        cost_s = self._costs.report_s + self._costs.judgement_s * len(report.done)
        self._receive("reports", cost_s, self._read_report, worker, report)

    def _read_report(self, worker: Worker, report: Report) -> None:
        self._carry_out(self._dispatcher.reported(worker.member, report, self._clock.now), worker)

    def lost(self, worker: Worker) -> None:
        """Receive the error of an exchange with a worker that is gone."""
        self._receive("errors", self._costs.report_s, self._read_error, worker)

    def _read_error(self, worker: Worker) -> None:
        self._carry_out(self._dispatcher.lost(worker.member, "simulated", self._clock.now))

    def _schedule_answers(self, outbox: Outbox, answers: Answers) -> None:
        """Send answers to a client, in at most one message per ANSWER_PACE_S."""
        outbox.answers += answers
        if not outbox.is_scheduled:
            outbox.is_scheduled = True
            self._clock.at(max(self._clock.now, outbox.sent_at + ANSWER_PACE_S), self._send_answers, outbox)

    def _send_answers(self, outbox: Outbox) -> None:
        outbox.is_scheduled, outbox.sent_at = False, self._clock.now
        answers, outbox.answers = outbox.answers, []
        self._send("answers", _take, outbox, answers)

    def _tick(self) -> None:
        self._carry_out(self._dispatcher.tick(self._clock.now))
        self._clock.at(self._clock.now + SPLIT_AFTER_S, self._tick)

    def _ask_split(self, worker: Worker, number: int) -> None:
        if not worker.is_gone:
            self._receive("splits", self._costs.report_s / 2, self._read_split, worker, number, worker.split(number))

    def _read_split(self, worker: Worker, number: int, tests: list[int]) -> None:
        self._carry_out(self._dispatcher.split_answered(worker.member, number, tests, self._clock.now))

    def ask(self, outbox: Outbox) -> None:
        """Receive a client's call."""
        self._receive("asks", self._costs.report_s, self._enter, outbox)

    def _enter(self, outbox: Outbox) -> None:
        if not outbox.is_gone:
            self._outboxes[outbox.call] = outbox
            self._dispatcher.clients.enter(outbox.call, self._clock.now)
            self._ask(outbox)

    def _ask(self, outbox: Outbox) -> None:
        if outbox.is_gone:
            return
        if not self._dispatcher.clients.has_room(outbox.call):
            self._clock.at(self._clock.now + ROOM_POLL_S, self._ask, outbox)
            return
        problems, requests = {}, []
        for submission in outbox.submissions:
            problem = self._load.problem(submission)
            problems[problem.key] = ProblemInfo(None, range(TESTS), problem.splits, LIMIT_S, problem.key)
            requests.append(Request(submission, problem.key, Program(str(submission))))
        self._carry_out(self._dispatcher.ask(outbox.call, problems, requests, self._clock.now))

    def leave(self, outbox: Outbox) -> None:
        """Receive that a client wants no more answers to its call."""
        self._receive("asks", self._costs.report_s, self._leave, outbox)

    def _leave(self, outbox: Outbox) -> None:
        outbox.is_gone = True
        if outbox.call in self._outboxes:
            self._carry_out(self._dispatcher.leave(outbox.call))


def _take(outbox: Outbox, answers: Answers) -> None:
    for submission, judgement in answers:
        outbox.take(submission, judgement)
