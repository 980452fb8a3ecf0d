"""A coordinator without Ray: the pool's own dispatcher, and one processor that all messages cost some time."""

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
    """What the coordinator's processor spends, and what a message takes on its way, in seconds."""

    report_s: float  # a worker's report, and what it is given then
    judgement_s: float
    hop_s: float


@dataclass(eq=False)
class Outbox:
    """A call, and who is told of it. The mutable state: what the client has not been told yet."""

    call: Call
    submissions: Sequence[int]
    tell: Callable[[int, Judgement], None]
    answers: Answers = field(default_factory=list)
    told_at: float = -ANSWER_PACE_S
    is_to_be_told: bool = False
    is_gone: bool = False


class Meter:
    """The mutable state: seconds and calls of each function that it was given, without those that it calls."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._inner_s = 0.0

    def of(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured."""

        def measured(*given: Any, **named: Any) -> Any:
            outer, self._inner_s = self._inner_s, 0.0
            began = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                took_s = time.perf_counter() - began
                self.seconds[name] += took_s - self._inner_s
                self.calls[name] += 1
                self._inner_s = outer + took_s

        return measured


class Coordinator:
    """The mutable state: the dispatcher, the calls, what was sent, and until when the processor is busy."""

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
        """Have the processor do something that came at that moment, after all that came before; when it is done."""
        self.busy_s += seconds
        self._free_at = max(self._free_at, since) + seconds
        return self._free_at

    def hear(self, kind: str, cost_s: float, action: Callable[..., None], *given: Any) -> None:
        """A message that is sent now."""
        self.messages[kind] += 1
        self._clock.at(self._spend(cost_s, self._clock.now + self._costs.hop_s), action, *given)

    def _send(self, kind: str, action: Callable[..., None], *given: Any) -> None:
        """Send a message, after all that came before."""
        self.messages[kind] += 1
        self._clock.at(self._spend(self._costs.report_s / 2, self._clock.now) + self._costs.hop_s, action, *given)

    def _carry_out(self, commands: Iterable[Command], heard: Worker | None = None) -> None:
        """Send what the commands say. More for the worker that was just heard goes out at once: its report paid."""
        for command in commands:
            match command:
                case Give(member, works, _) if heard is not None and heard is member.actor:
                    self.messages["exchanges"] += 1
                    self._clock.at(self._clock.now + self._costs.hop_s, heard.exchange, works)
                case Give(member, works, _):
                    self._send("exchanges", member.actor.exchange, works)
                case Drop(member, numbers):
                    self._send("drops", member.actor.drop, numbers)
                case AskSplit(member, number):
                    self._send("splits", self._ask_for_a_split, member.actor, number)
                case Answer(call, answers):
                    self._tell_soon(self._outboxes[call], answers)
                case Restart(member):
                    self._clock.at(self._clock.now + RESTART_S, self.drive, member.actor)

    def drive(self, worker: Worker) -> None:
        """The worker has started."""
        worker.start()
        self._carry_out(self._dispatcher.started(worker.member, self._clock.now), worker)

    def heard(self, worker: Worker, report: Report) -> None:
        """A worker reports."""
        cost_s = self._costs.report_s + self._costs.judgement_s * len(report.done)
        self.hear("reports", cost_s, self._reported, worker, report)

    def _reported(self, worker: Worker, report: Report) -> None:
        self._carry_out(self._dispatcher.reported(worker.member, report, self._clock.now), worker)

    def heard_lost(self, worker: Worker) -> None:
        """An exchange has failed."""
        self.hear("errors", self._costs.report_s, self._lost, worker)

    def _lost(self, worker: Worker) -> None:
        self._carry_out(self._dispatcher.lost(worker.member, "simulated", self._clock.now))

    def _tell_soon(self, outbox: Outbox, answers: Answers) -> None:
        """At most one message per ANSWER_PACE_S."""
        outbox.answers += answers
        if not outbox.is_to_be_told:
            outbox.is_to_be_told = True
            self._clock.at(max(self._clock.now, outbox.told_at + ANSWER_PACE_S), self._tell, outbox)

    def _tell(self, outbox: Outbox) -> None:
        outbox.is_to_be_told, outbox.told_at = False, self._clock.now
        answers, outbox.answers = outbox.answers, []
        self._send("answers", _told, outbox, answers)

    def _tick(self) -> None:
        self._carry_out(self._dispatcher.tick(self._clock.now))
        self._clock.at(self._clock.now + SPLIT_AFTER_S, self._tick)

    def _ask_for_a_split(self, victim: Worker, number: int) -> None:
        if not victim.is_gone:
            self.hear("splits", self._costs.report_s / 2, self._split, victim, number, victim.split(number))

    def _split(self, victim: Worker, number: int, tests: list[int]) -> None:
        self._carry_out(self._dispatcher.split_answered(victim.member, number, tests, self._clock.now))

    def ask(self, outbox: Outbox) -> None:
        """A client asks."""
        self.hear("asks", self._costs.report_s, self._enter, outbox)

    def _enter(self, outbox: Outbox) -> None:
        if not outbox.is_gone:
            self._outboxes[outbox.call] = outbox
            self._dispatcher.clients.enter(outbox.call, self._clock.now)
            self._asked(outbox)

    def _asked(self, outbox: Outbox) -> None:
        if outbox.is_gone:
            return
        if not self._dispatcher.clients.has_room(outbox.call):
            self._clock.at(self._clock.now + ROOM_POLL_S, self._asked, outbox)
            return
        problems, requests = {}, []
        for submission in outbox.submissions:
            problem = self._load.problem(submission)
            problems[problem.key] = ProblemInfo(None, range(TESTS), problem.splits, LIMIT_S, problem.key)
            requests.append(Request(submission, problem.key, Program(str(submission))))
        self._carry_out(self._dispatcher.ask(outbox.call, problems, requests, self._clock.now))

    def leave(self, outbox: Outbox) -> None:
        """A client wants no more answers to its call."""
        self.hear("asks", self._costs.report_s, self._left, outbox)

    def _left(self, outbox: Outbox) -> None:
        outbox.is_gone = True
        if outbox.call in self._outboxes:
            self._carry_out(self._dispatcher.leave(outbox.call))


def _told(outbox: Outbox, answers: Answers) -> None:
    for submission, judgement in answers:
        outbox.tell(submission, judgement)
