"""Who judges what and who is told, as lists of events and the commands that they lead to, at made-up times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from deepcoder.pool.calls import Call, ProblemInfo, Request
from deepcoder.pool.clients import CLIENT_MOST_OPEN, CLIENT_TIMEOUT_S
from deepcoder.pool.commands import Answer, AskSplit, Command, Dismiss, Drop, Give, HangUp, Restart, Warn
from deepcoder.pool.crew import Member, Place, Stage
from deepcoder.pool.dispatcher import DEAD_ON_DELIVERY_S, SPLIT_ASK_TIMEOUT_S, Dispatcher
from deepcoder.pool.inbox import MOST_REFERENCES, Done, Failed, Report
from deepcoder.pool.schedule import MAX_ATTEMPTS, MAX_BROKEN, SPLIT_AFTER_S, Fault
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Verdict
from deepcoder.wire.messages import Sign

TESTS = 4
Kind = TypeVar("Kind")


def judgement(verdict: Verdict = Verdict.AC, passed: int = TESTS) -> Judgement:
    return Judgement(verdict, passed, passed + (verdict is not Verdict.AC), TESTS, wall_s=0.01)


AC, WA = judgement(), judgement(Verdict.WA, 1)
COSTS = [(test, 0.01) for test in range(TESTS)]


class Pool:
    """A dispatcher and what it has been told to do. Time stands still unless a test moves it.

    The mutable state: the present, the commands so far, and the call that each client made last.
    """

    def __init__(self, workers: int = 1, node: str = "") -> None:
        self.now = 0.0
        self.commands: list[Command] = []
        self.dispatcher = Dispatcher(lambda member: [each for each in self.members if each.place == member.place])
        self.members = [Member(f"actor {number}", Place(node or f"node {number}", "here")) for number in range(workers)]
        for member in self.members:
            self.do(self.dispatcher.started(member, self.now))

    def do(self, commands: Iterable[Command]) -> list[Command]:
        found = list(commands)
        self.commands += found
        return found

    def ask(self, *programs: str, client: str = "client", fresh: bool = False, ahead: bool = False,
            splits: bool = False, problem: str = "p", reference: Any = "reference") -> Call:  # fmt: skip
        call = Call(client, ahead)
        self.dispatcher.clients.enter(call, self.now)
        known = {problem: ProblemInfo(reference, range(TESTS), splits, 1.0, f"problem {problem}")}
        requests = [Request(place, problem, Program(source)) for place, source in enumerate(programs)]
        self.do(self.dispatcher.ask(call, known, requests, self.now, fresh))
        return call

    def report(self, member: Member, done: Sequence[tuple[int, Judgement]] = (), failed: Sequence[Failed] = (),
               returned: Sequence[int] = (), free: bool = True, fit: bool = True, idle: bool = False,
               costs: list[tuple[int, float]] = COSTS) -> list[Command]:  # fmt: skip
        told = [Done(number, each, costs) for number, each in done]
        report = Report(told, list(failed), list(returned), free, fit, "box" if fit else "", idle)
        return self.do(self.dispatcher.reported(member, report, self.now))

    def lose(self, member: Member) -> list[Command]:
        return self.do(self.dispatcher.lost(member, "it is gone", self.now))

    def held(self, member: Member) -> list[int]:
        """Return the numbers of the parts that the worker has."""
        return [part.number for part in self.dispatcher.schedule.held(member)]

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [each for each in self.commands if isinstance(each, kind)]

    def answers(self, call: Call) -> dict[int, Judgement]:
        """Return what the call was told, by place; a second answer for one place is an error."""
        found: dict[int, Judgement] = {}
        for answer in self.all(Answer):
            if answer.call is call:
                for place, each in answer.answers:
                    assert place not in found
                    found[place] = each
        return found


def learn_that_it_is_quick(pool: Pool) -> None:
    """Have one program judged in a short time, so that a worker gets several of the same problem at once."""
    pool.ask("first")
    pool.report(pool.members[0], [(0, AC)])


def kinds(commands: Iterable[Command]) -> list[str]:
    return [type(each).__name__ for each in commands]


def failed(number: int, fault: Fault = Fault.BROKEN) -> Failed:
    return Failed(number, fault, "it broke", "box")


# Handing out


def test_worker_that_starts_where_nothing_waits_is_idle() -> None:
    pool = Pool()
    assert pool.commands == []
    assert (pool.members[0].stage, pool.members[0].idle_since) == (Stage.IDLE, 0.0)


def test_idle_worker_gets_what_is_asked_for() -> None:
    pool = Pool()
    pool.ask("a")
    (give,) = pool.all(Give)
    assert (give.member, [work.program.source for work in give.works]) == (pool.members[0], ["a"])
    assert give.references == {"p": ["reference"]}
    assert (pool.members[0].stage, pool.members[0].idle_since) == (Stage.AT_WORK, None)


def test_worker_that_starts_gets_what_waits() -> None:
    pool = Pool(0)
    pool.ask("a")
    assert pool.dispatcher.lacks_workers
    member = Member("late")
    (command,) = pool.do(pool.dispatcher.started(member, 0.0))
    assert isinstance(command, Give) and len(command.works) == 1


def test_judgement_is_answered_and_the_worker_is_idle_again() -> None:
    pool = Pool()
    call = pool.ask("a")
    pool.now = 3.0
    assert kinds(pool.report(pool.members[0], [(0, AC)], idle=True)) == ["Answer"]
    assert pool.answers(call) == {0: AC}
    assert (pool.members[0].stage, pool.members[0].idle_since) == (Stage.IDLE, 3.0)


def test_each_answer_has_its_place() -> None:
    pool = Pool(2)
    call = pool.ask("a", "b")
    pool.report(pool.members[1], [(1, WA)], idle=True)
    pool.report(pool.members[0], [(0, AC)], idle=True)
    assert pool.answers(call) == {0: AC, 1: WA}


def test_worker_at_something_long_is_asked_for_another_report() -> None:
    pool = Pool()
    pool.ask("a")
    (command,) = pool.report(pool.members[0], free=False)
    assert isinstance(command, Give) and command.works == []


def test_what_a_worker_returns_goes_to_an_idle_one() -> None:
    pool = Pool(1)
    learn_that_it_is_quick(pool)
    pool.ask(*"abcdef")
    held = pool.held(pool.members[0])
    assert len(held) > 1
    late = Member("late")
    pool.do(pool.dispatcher.started(late, 0.0))
    pool.report(pool.members[0], returned=held[1:], free=False)
    assert pool.held(pool.members[0]) == held[:1]
    assert pool.held(late)


def test_client_asks_for_nothing() -> None:
    pool = Pool()
    call = pool.ask()
    assert pool.commands == []
    assert pool.dispatcher.leave(call) == []


def test_worker_gets_few_references_however_many_ask() -> None:
    pool = Pool(0)
    for number in range(10):
        pool.ask("a", client=f"client {number}", reference=number)
    (give,) = pool.do(pool.dispatcher.started(Member("late"), 0.0))
    assert isinstance(give, Give)
    assert give.references == {"p": list(range(MOST_REFERENCES))}


def test_seconds_of_waiting_and_judging_are_noted() -> None:
    pool = Pool(0)
    pool.ask("a")
    pool.now, member = 2.0, Member("late")
    pool.do(pool.dispatcher.started(member, pool.now))
    pool.now = 5.0
    pool.report(member, [(0, AC)])
    assert pool.dispatcher.counts.take_seconds() == ([2.0], [3.0])
    assert pool.dispatcher.counts.take_seconds() == ([], [])


# The cache, and programs that are asked for twice


def test_equal_program_is_judged_once_for_two_calls() -> None:
    pool = Pool(2)
    first, second = pool.ask("a"), pool.ask("a", client="other")
    assert len(pool.all(Give)) == 1
    pool.report(pool.members[0], [(0, AC)])
    assert not pool.answers(first)[0].repeated
    assert pool.answers(second)[0].repeated
    assert pool.dispatcher.counts.repeated == 1


def test_cached_judgement_is_answered_at_once() -> None:
    pool = Pool()
    pool.ask("a")
    pool.report(pool.members[0], [(0, WA)])
    again = pool.ask("a")
    assert pool.answers(again)[0].verdict is Verdict.WA
    assert pool.answers(again)[0].repeated
    assert len(pool.all(Give)) == 1


def test_line_endings_make_no_other_program() -> None:
    pool = Pool()
    pool.ask("a\nb")
    pool.report(pool.members[0], [(0, AC)])
    assert pool.answers(pool.ask("a\r\nb"))[0].repeated


def test_equal_program_for_another_problem_is_judged() -> None:
    pool = Pool(2)
    pool.ask("a")
    pool.ask("a", problem="q")
    assert len(pool.all(Give)) == 2


def test_fresh_call_is_judged_anew_and_shares_nothing() -> None:
    pool = Pool(3)
    pool.ask("a")
    pool.ask("a", fresh=True)
    pool.ask("a", fresh=True)
    assert len(pool.all(Give)) == 3


def test_fresh_call_runs_tests_in_their_own_order() -> None:
    pool = Pool()
    pool.ask("a", fresh=True, splits=True)
    assert pool.all(Give)[0].works[0].tests is None


def test_tests_run_in_the_order_learned() -> None:
    pool = Pool()
    pool.dispatcher.learned.meet("p", [2, 0, 1, 3])
    pool.ask("a", splits=True)
    assert pool.all(Give)[0].works[0].tests == (2, 0, 1, 3)


def test_what_was_begun_ahead_is_no_repeat_for_the_first_who_asks() -> None:
    pool = Pool()
    ahead = pool.ask("a", ahead=True)
    pool.report(pool.members[0], [(0, AC)])
    first, second = pool.ask("a"), pool.ask("a")
    assert pool.answers(ahead) == {0: AC}
    assert not pool.answers(first)[0].repeated
    assert pool.answers(second)[0].repeated


def test_answers_ahead_are_not_counted() -> None:
    pool = Pool()
    pool.ask("a", ahead=True)
    pool.report(pool.members[0], [(0, AC)])
    assert pool.dispatcher.counts.judgements.total() == 0
    pool.ask("a")
    assert pool.dispatcher.counts.judgements[Verdict.AC] == 1


def test_internal_error_is_not_cached() -> None:
    pool = Pool()
    pool.ask("a")
    pool.report(pool.members[0], [(0, Judgement(Verdict.IE, 0, 0, TESTS))])
    pool.ask("a")
    assert len(pool.all(Give)) == 2


def test_internal_error_is_logged() -> None:
    pool = Pool()
    pool.ask("a")
    pool.report(pool.members[0], [(0, Judgement(Verdict.IE, 0, 0, TESTS, detail="the jury failed"))])
    assert "a submission for problem problem p is IE" in pool.all(Warn)[0].text
    assert "the jury failed" in pool.all(Warn)[0].text


# Calls that end early, and clients


def test_call_that_leaves_takes_its_parts_from_the_workers() -> None:
    pool = Pool()
    call = pool.ask("a")
    assert pool.do(pool.dispatcher.leave(call)) == [Drop(pool.members[0], [0])]
    assert pool.report(pool.members[0], [(0, AC)]) == []
    assert pool.answers(call) == {}


def test_call_that_leaves_takes_nothing_that_others_wait_for() -> None:
    pool = Pool()
    first, second = pool.ask("a"), pool.ask("a")
    assert pool.do(pool.dispatcher.leave(first)) == []
    pool.report(pool.members[0], [(0, AC)])
    assert (pool.answers(first), set(pool.answers(second))) == ({}, {0})


def test_call_that_leaves_before_anything_is_given_leaves_nothing_waiting() -> None:
    pool = Pool(0)
    pool.do(pool.dispatcher.leave(pool.ask("a", "b")))
    assert pool.dispatcher.schedule.waiting == 0
    assert pool.do(pool.dispatcher.started(Member("late"), 0.0)) == []


def test_call_that_has_all_its_answers_leaves_nothing_behind() -> None:
    pool = Pool()
    call = pool.ask("a")
    pool.report(pool.members[0], [(0, AC)])
    assert pool.do(pool.dispatcher.leave(call)) == []
    assert pool.dispatcher.clients.has_room(call)


def test_call_that_has_left_is_told_nothing_more_and_may_leave_again() -> None:
    pool = Pool()
    call = pool.ask("a")
    pool.do(pool.dispatcher.late(call, "late"))
    pool.report(pool.members[0], [(0, AC)])
    assert pool.do(pool.dispatcher.leave(call)) == []
    assert pool.dispatcher.counts.judgements == {Verdict.IE: 1}
    assert {place: judgement.verdict for place, judgement in pool.answers(call).items()} == {0: Verdict.IE}


def test_late_call_gets_internal_errors_for_what_it_misses() -> None:
    pool = Pool(2)
    call = pool.ask("a", "b")
    pool.report(pool.members[0], [(0, AC)])
    assert kinds(pool.do(pool.dispatcher.late(call, "not judged within 5.0 s"))) == ["Warn", "Drop", "Answer"]
    (warning,) = pool.all(Warn)
    assert warning.text.startswith("1 not judged within 5.0 s, such as one for problem problem p, which is with worker")
    late = pool.answers(call)[1]
    assert (late.verdict, late.detail) == (Verdict.IE, "not judged within 5.0 s")
    assert pool.dispatcher.counts.judgements == {Verdict.AC: 1, Verdict.IE: 1}


def test_client_with_much_at_work_has_no_room() -> None:
    pool = Pool(0)
    first = pool.ask(*map(str, range(CLIENT_MOST_OPEN)))
    other = Call("other")
    pool.dispatcher.clients.enter(other, 0.0)
    assert not pool.dispatcher.clients.has_room(first)
    assert pool.dispatcher.clients.has_room(other)


def test_client_has_room_again_when_some_are_judged() -> None:
    pool = Pool()
    call = pool.ask(*map(str, range(CLIENT_MOST_OPEN)))
    pool.report(pool.members[0], [(pool.held(pool.members[0])[0], AC)])
    assert pool.dispatcher.clients.has_room(call)


def test_client_has_room_again_when_a_call_leaves() -> None:
    pool = Pool(0)
    call = pool.ask(*map(str, range(CLIENT_MOST_OPEN)))
    pool.do(pool.dispatcher.leave(call))
    second = Call("client")
    pool.dispatcher.clients.enter(second, 0.0)
    assert pool.dispatcher.clients.has_room(second)


def test_silent_client_loses_its_calls() -> None:
    pool = Pool()
    call = pool.ask("a")
    assert pool.do(pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S, 0.0)) == []
    commands = pool.do(pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S + 0.1, 0.0))
    assert kinds(commands) == ["Warn", "HangUp"]
    assert call.is_over
    assert pool.do(pool.dispatcher.leave(call)) == [Drop(pool.members[0], [0])]


def test_silent_client_that_asked_for_nothing_goes_without_a_word() -> None:
    pool = Pool()
    pool.dispatcher.clients.beat("client", 0.0)
    assert pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S + 1.0, 0.0) == []


def test_client_that_beats_stays() -> None:
    pool = Pool()
    pool.ask("a")
    pool.dispatcher.clients.beat("client", 9.0)
    assert pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S + 5.0, 0.0) == []


def test_time_in_which_no_heartbeat_could_be_heard_is_no_silence() -> None:
    pool = Pool()
    call = pool.ask("a")
    pool.dispatcher.clients.drop_silent(100.0, deaf_s=95.0)
    assert not call.is_over


def test_silent_client_that_waits_for_room_is_hung_up() -> None:
    pool = Pool(0)
    waits = Call("client")
    pool.dispatcher.clients.enter(waits, 0.0)
    pool.do(pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S + 1.0, 0.0))
    assert pool.all(HangUp) == [HangUp(waits)]
    assert pool.dispatcher.clients.has_room(waits)


def test_client_that_comes_back_is_a_new_one_for_its_old_calls() -> None:
    pool = Pool(1)
    old = pool.ask("a")
    pool.do(pool.dispatcher.clients.drop_silent(CLIENT_TIMEOUT_S + 1.0, 0.0))
    new = pool.ask("b")
    pool.do(pool.dispatcher.leave(old))
    pool.report(pool.members[0])
    assert pool.held(pool.members[0]) == [1]
    pool.report(pool.members[0], [(1, AC)])
    assert (pool.answers(old), set(pool.answers(new))) == ({}, {0})


def test_clients_share_the_workers() -> None:
    pool = Pool(1)
    pool.ask(*"abcdef", client="greedy")
    modest = pool.ask("z", client="modest", problem="q")
    pool.report(pool.members[0], [(0, AC)])
    assert [work.problem for give in pool.all(Give) for work in give.works][:2] == ["p", "q"]
    assert modest.missing


# Losses


def test_lost_workers_part_goes_to_another() -> None:
    pool = Pool(2)
    call = pool.ask("a")
    pool.now = 5.0
    commands = pool.lose(pool.members[0])
    assert kinds(commands) == ["Warn", "Restart", "Give"]
    assert pool.members[0].stage is Stage.STARTING
    pool.report(pool.members[1], [(pool.held(pool.members[1])[0], AC)])
    assert pool.answers(call) == {0: AC}
    assert (pool.dispatcher.counts.worker_losses, pool.dispatcher.counts.retries) == (1, 1)


def test_what_a_lost_worker_reports_late_is_ignored() -> None:
    pool = Pool(2)
    call = pool.ask("a")
    pool.now = 5.0
    pool.lose(pool.members[0])
    pool.report(pool.members[0], [(0, WA)], idle=True)
    pool.report(pool.members[1], [(pool.held(pool.members[1])[0], AC)])
    assert pool.answers(call) == {0: AC}


def test_report_that_comes_twice_answers_once() -> None:
    pool = Pool()
    call = pool.ask("a")
    pool.report(pool.members[0], [(0, AC)])
    pool.report(pool.members[0], [(0, WA)])
    assert pool.answers(call) == {0: AC}


def test_lost_worker_that_starts_again_takes_its_part_back_when_it_is_alone() -> None:
    pool = Pool()
    pool.ask("a")
    pool.now = 5.0
    pool.lose(pool.members[0])
    (give,) = pool.do(pool.dispatcher.started(pool.members[0], 6.0))
    assert isinstance(give, Give) and len(give.works) == 1


def test_part_whose_workers_are_lost_again_and_again_is_an_internal_error() -> None:
    pool = Pool(1)
    call = pool.ask("a")
    for _ in range(MAX_ATTEMPTS):
        pool.now += 5.0
        pool.lose(pool.members[0])
        pool.do(pool.dispatcher.started(pool.members[0], pool.now))
    assert pool.answers(call)[0].verdict is Verdict.IE
    assert pool.dispatcher.counts.retries == MAX_ATTEMPTS - 1


def test_worker_that_was_dead_when_it_got_the_part_costs_no_attempt() -> None:
    pool = Pool(1)
    call = pool.ask("a")
    for _ in range(3 * MAX_ATTEMPTS):
        pool.lose(pool.members[0])
        pool.members[0].handed_out_at = None
        pool.do(pool.dispatcher.started(pool.members[0], pool.now))
        pool.members[0].handed_out_at = pool.now
        pool.now += DEAD_ON_DELIVERY_S / 2
    assert pool.answers(call) == {}


def test_idle_worker_notes_when_it_was_given_something() -> None:
    pool = Pool()
    pool.now = 7.0
    pool.ask("a")
    assert pool.members[0].handed_out_at == 7.0
    pool.report(pool.members[0], free=False)
    assert pool.members[0].handed_out_at is None


def test_lost_idle_worker_starts_again_and_nothing_else_happens() -> None:
    pool = Pool(2)
    assert kinds(pool.lose(pool.members[0])) == ["Warn", "Restart"]
    pool.ask("a")
    assert [give.member for give in pool.all(Give)] == [pool.members[1]]


def test_lost_worker_is_named_with_what_it_was_at() -> None:
    pool = Pool()
    pool.ask("a")
    pool.lose(pool.members[0])
    assert "was lost with part 0 of problem problem p: it is gone" in pool.all(Warn)[0].text


def test_all_parts_of_a_lost_worker_go_to_others_and_one_attempt_counts() -> None:
    pool = Pool(1)
    learn_that_it_is_quick(pool)
    call = pool.ask(*"abcd")
    assert len(pool.held(pool.members[0])) > 1
    pool.now = 5.0
    pool.lose(pool.members[0])
    pool.do(pool.dispatcher.started(pool.members[0], 6.0))
    for _ in range(20):
        if call.missing:
            pool.report(pool.members[0], [(number, AC) for number in pool.held(pool.members[0])])
    assert set(pool.answers(call)) == {0, 1, 2, 3}
    assert pool.dispatcher.counts.retries == 1


def test_worker_that_ray_restarted_between_two_messages_loses_what_it_held() -> None:
    pool = Pool(1)
    call = pool.ask("a")
    pool.now = 5.0
    pool.report(pool.members[0], idle=True)  # it knows of nothing
    assert pool.members[0] in pool.dispatcher.schedule.alive
    pool.report(pool.members[0], [(pool.held(pool.members[0])[0], AC)])
    assert pool.answers(call) == {0: AC}


# Sandboxes that break


def test_part_whose_sandbox_broke_goes_to_another_worker() -> None:
    pool = Pool(2)
    call = pool.ask("a")
    pool.report(pool.members[0], failed=[failed(0)])
    (number,) = pool.held(pool.members[1])
    pool.report(pool.members[1], [(number, AC)])
    assert pool.answers(call)[0].verdict is Verdict.AC
    assert pool.answers(call)[0].suspicious == (Sign.SANDBOX,)


def test_program_that_breaks_sandbox_after_sandbox_is_a_runtime_error() -> None:
    pool = Pool(MAX_BROKEN)
    call = pool.ask("a")
    for _ in range(MAX_BROKEN):
        (member,) = [each for each in pool.members if pool.held(each)]
        pool.report(member, failed=[failed(pool.held(member)[0])])
    assert pool.answers(call)[0].verdict is Verdict.RTE
    assert pool.answers(call)[0].suspicious == (Sign.SANDBOX,)


def test_verdict_about_a_breaker_is_not_cached() -> None:
    pool = Pool(2)
    pool.ask("a")
    pool.report(pool.members[0], failed=[failed(0)])
    pool.report(pool.members[1], [(pool.held(pool.members[1])[0], AC)])
    pool.ask("a")
    assert len(pool.all(Give)) == 3


def test_failed_attempt_is_logged_and_counted() -> None:
    pool = Pool(2)
    pool.ask("a")
    pool.report(pool.members[0], failed=[failed(0, Fault.LOST)])
    assert "an attempt at part 0 of problem problem p failed" in pool.all(Warn)[0].text
    counts = pool.dispatcher.counts
    assert (counts.retries, counts.sandbox_recycles, counts.sandbox_starts) == (1, 0, 0)


def test_replaced_sandboxes_are_counted() -> None:
    pool = Pool(2)
    pool.ask("a")
    pool.report(pool.members[0], failed=[failed(0)._replace(sandbox="old box")])
    assert (pool.dispatcher.counts.sandbox_recycles, pool.dispatcher.counts.sandbox_starts) == (1, 1)


def test_worker_without_a_sandbox_starts_again_and_its_parts_go_elsewhere() -> None:
    pool = Pool(2)
    call = pool.ask("a")
    commands = pool.report(pool.members[0], failed=[failed(0, Fault.LOST)], fit=False, idle=True)
    assert [type(each) for each in commands if not isinstance(each, Warn)] == [Give, Restart]
    assert pool.dispatcher.counts.worker_losses == 0
    pool.report(pool.members[1], [(pool.held(pool.members[1])[0], AC)])
    assert set(pool.answers(call)) == {0}


def test_part_that_failed_is_not_given_to_a_worker_of_the_same_node_while_others_are_there() -> None:
    pool = Pool(0)
    pool.members = [Member("a", Place("n", "n")), Member("b", Place("n", "n")), Member("c", Place("m", "m"))]
    for member in pool.members:
        pool.do(pool.dispatcher.started(member, 0.0))
    pool.ask("x")
    pool.report(pool.members[0], failed=[failed(0)])
    assert [bool(pool.held(member)) for member in pool.members] == [False, False, True]


# Splits


def split_pool() -> Pool:
    """Return a pool whose first worker has been at a long part, and whose second is idle."""
    pool = Pool(2)
    pool.ask("a", splits=True)
    pool.now = 2 * SPLIT_AFTER_S
    return pool


def test_idle_worker_makes_a_long_part_be_split() -> None:
    pool = split_pool()
    assert pool.do(pool.dispatcher.tick(pool.now)) == [AskSplit(pool.members[0], 0)]


def test_part_is_not_split_before_it_is_long() -> None:
    pool = split_pool()
    assert pool.dispatcher.tick(SPLIT_AFTER_S / 2) == []


def test_nothing_is_split_where_no_worker_is_idle() -> None:
    pool = Pool(1)
    pool.ask("a", splits=True)
    assert pool.dispatcher.tick(1.0) == []


def test_worker_that_does_not_answer_is_not_asked_again_at_once() -> None:
    pool = split_pool()
    pool.do(pool.dispatcher.tick(pool.now))
    assert pool.dispatcher.tick(pool.now + SPLIT_ASK_TIMEOUT_S / 2) == []
    assert pool.dispatcher.tick(pool.now + SPLIT_ASK_TIMEOUT_S) == [AskSplit(pool.members[0], 0)]


def test_tests_that_are_let_go_of_go_to_the_idle_worker_and_the_halves_are_put_together() -> None:
    pool = split_pool()
    call = next(iter(pool.dispatcher.clients._states["client"].calls))
    pool.do(pool.dispatcher.split_answered(pool.members[0], 0, [1, 3], pool.now))
    (number,) = pool.held(pool.members[1])
    pool.report(pool.members[1], [(number, judgement(passed=2))], costs=[(1, 0.01), (3, 0.01)])
    assert pool.answers(call) == {}
    pool.report(pool.members[0], [(0, judgement(passed=2))], costs=[(0, 0.01), (2, 0.01)])
    assert pool.answers(call)[0].passed == TESTS


def test_half_that_fails_ends_the_other() -> None:
    pool = split_pool()
    call = next(iter(pool.dispatcher.clients._states["client"].calls))
    pool.do(pool.dispatcher.split_answered(pool.members[0], 0, [1, 3], pool.now))
    (number,) = pool.held(pool.members[1])
    pool.report(pool.members[1], [(number, WA)], costs=[(1, 0.01)])
    assert pool.all(Drop) == [Drop(pool.members[0], [0])]
    assert pool.answers(call)[0].verdict is Verdict.WA


def test_tests_given_away_in_an_answer_that_was_lost_are_run_by_others() -> None:
    pool = split_pool()
    call = next(iter(pool.dispatcher.clients._states["client"].calls))
    pool.report(pool.members[0], [(0, judgement(passed=2))], costs=[(0, 0.01), (2, 0.01)])
    (member,) = [each for each in pool.members if pool.held(each)]
    pool.report(member, [(pool.held(member)[0], judgement(passed=2))], costs=[(1, 0.01), (3, 0.01)])
    assert pool.answers(call)[0].passed == TESTS


def test_split_of_a_part_that_is_done_changes_nothing() -> None:
    pool = split_pool()
    pool.report(pool.members[0], [(0, AC)])
    assert pool.do(pool.dispatcher.split_answered(pool.members[0], 0, [1], pool.now)) == []


# Workers that leave


def leaving(pool: Pool, member: Member) -> Member:
    member.is_leaving = True
    return member


def test_idle_worker_that_is_to_leave_is_dismissed() -> None:
    pool = Pool(2)
    member = leaving(pool, pool.members[0])
    assert pool.do(pool.dispatcher.dismiss(member, pool.now)) == [Dismiss(member)]
    pool.ask("a")
    assert [give.member for give in pool.all(Give)] == [pool.members[1]]


def test_worker_at_work_that_is_to_leave_ends_what_it_has() -> None:
    pool = Pool(1)
    call = pool.ask("a", "b")
    member = leaving(pool, pool.members[0])
    assert pool.dispatcher.dismiss(member, pool.now) == []
    number = pool.held(member)[0]
    rest = [each for each in pool.held(member) if each != number]
    commands = pool.report(member, [(number, AC), *((each, AC) for each in rest)])
    assert commands[-1] == Dismiss(member)
    assert 0 in pool.answers(call)


def test_leaving_worker_that_still_holds_something_is_waited_for() -> None:
    pool = Pool(1)
    pool.ask("a")
    member = leaving(pool, pool.members[0])
    (command,) = pool.report(member, free=True)
    assert isinstance(command, Give) and command.works == []


def test_dismissed_worker_is_not_alive() -> None:
    pool = Pool(1)
    pool.do(pool.dispatcher.dismiss(leaving(pool, pool.members[0]), pool.now))
    assert pool.dispatcher.schedule.alive == set()
    assert pool.members[0].stage is Stage.LEAVING


def test_worker_on_which_a_part_has_failed_has_it_again_when_the_last_other_leaves() -> None:
    pool = Pool(2)
    pool.ask("a", "b")
    stays, leaves = pool.members
    leaving(pool, leaves)
    pool.report(stays, failed=[failed(pool.held(stays)[0])])
    assert pool.held(stays) == []
    pool.report(leaves, [(pool.held(leaves)[0], AC)])
    assert len(pool.held(stays)) == 1


def test_leaving_worker_that_is_lost_leaves_its_work_to_others() -> None:
    pool = Pool(2)
    call = pool.ask("a")
    pool.now = 5.0
    pool.lose(leaving(pool, pool.members[0]))
    pool.report(pool.members[1], [(pool.held(pool.members[1])[0], AC)])
    assert set(pool.answers(call)) == {0}
