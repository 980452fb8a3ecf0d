"""What a worker takes, reports, splits and drops, told as events with made-up times."""

from __future__ import annotations

import pytest

from deepcoder.pool.inbox import WORKER_BEAT_S, Done, Failed, Inbox, Work
from deepcoder.pool.schedule import LEASE_S, Fault
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Verdict

AC = Judgement(Verdict.AC, 1, 1, 1)


def work(number: int, tests: tuple[int, ...] | None = None) -> Work:
    return Work(number, f"problem {number}", Program("x"), tests)


def done(number: int) -> Done:
    return Done(number, AC, [])


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def begun(inbox: Inbox, *works: Work) -> None:
    """Take the parts at 0 s and begin the first."""
    assert inbox.take(works, 0.0)
    assert inbox.begin_next(0.0) is not None


def test_nothing_to_do_is_reported_at_once(inbox: Inbox) -> None:
    assert not inbox.take([], 0.0)
    assert inbox.due_s(0.0) <= 0
    report = inbox.report("box", 0.0)
    assert (report.is_idle, report.is_free, report.is_fit, report.sandbox) == (True, True, True, "box")


def test_judging_begins_once_for_parts_that_come_while_it_goes_on(inbox: Inbox) -> None:
    assert inbox.take([work(1)], 0.0)
    assert not inbox.take([work(2)], 0.0)
    inbox.begin_next(0.0)
    assert not inbox.take([work(3)], 0.0)


def test_judging_begins_again_after_it_stopped(inbox: Inbox) -> None:
    begun(inbox, work(1))
    inbox.finish(done(1), 0.0)
    assert inbox.begin_next(0.0) is None
    assert inbox.take([work(2)], 1.0)


def test_parts_are_judged_in_their_order(inbox: Inbox) -> None:
    inbox.take([work(1), work(2)], 0.0)
    first = inbox.begin_next(0.0)
    assert first is not None and first.work.number == 1
    inbox.finish(done(1), 0.0)
    second = inbox.begin_next(0.0)
    assert second is not None and second.work.number == 2


def test_only_part_is_reported_when_it_is_done(inbox: Inbox) -> None:
    begun(inbox, work(1))
    assert inbox.due_s(0.0) == WORKER_BEAT_S
    assert inbox.finish(done(1), 0.5)
    assert inbox.due_s(0.5) <= 0
    assert [each.number for each in inbox.report("box", 0.5).done] == [1]


def test_what_is_reported_is_not_reported_again(inbox: Inbox) -> None:
    begun(inbox, work(1))
    inbox.finish(done(1), 0.0)
    inbox.report("box", 0.0)
    assert inbox.report("box", 0.0).done == []


def test_short_parts_are_reported_together(inbox: Inbox) -> None:
    begun(inbox, *map(work, range(5)))
    assert inbox.finish(done(0), 0.01)  # the first of a report: its time begins
    inbox.begin_next(0.01)
    assert inbox.due_s(0.01) == pytest.approx(LEASE_S)
    assert not inbox.finish(done(1), 0.02)
    inbox.begin_next(0.02)
    assert inbox.due_s(0.02) > 0
    assert [each.number for each in inbox.report("box", 0.02).done] == [0, 1]


def test_done_parts_wait_no_longer_than_a_lease_lasts(inbox: Inbox) -> None:
    begun(inbox, *map(work, range(5)))
    inbox.finish(done(0), 0.01)
    inbox.begin_next(0.01)
    assert inbox.due_s(0.01 + LEASE_S) <= 1e-9


def test_report_is_due_when_the_last_part_but_one_begins(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    assert inbox.finish(done(1), 0.01)
    inbox.begin_next(0.01)
    assert inbox.due_s(0.01) <= 0


def test_beat_is_due_though_nothing_is_done(inbox: Inbox) -> None:
    begun(inbox, work(1))
    assert inbox.due_s(WORKER_BEAT_S) <= 0
    report = inbox.report("box", WORKER_BEAT_S)
    assert (report.done, report.is_idle, report.is_free) == ([], False, False)


def test_each_request_begins_the_time_of_the_beat_anew(inbox: Inbox) -> None:
    begun(inbox, work(1))
    inbox.take([], 3.0)
    assert inbox.due_s(4.0) == WORKER_BEAT_S - 1.0


def test_parts_behind_a_long_one_are_returned(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2), work(3))
    assert inbox.due_s(0.0) == pytest.approx(LEASE_S)
    report = inbox.report("box", LEASE_S)
    assert (report.returned, report.is_free) == ([2, 3], False)
    inbox.finish(done(1), 1.0)
    assert inbox.begin_next(1.0) is None


def test_parts_behind_a_short_one_are_kept(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    report = inbox.report("box", LEASE_S / 2)
    assert (report.returned, report.is_free) == ([], True)


def test_worker_without_a_sandbox_returns_what_waits_and_says_so(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    inbox.is_fit = False
    inbox.finish(Failed(1, Fault.LOST, "the engine hangs", "box"), 0.0)
    assert inbox.begin_next(0.0) is None
    assert inbox.due_s(0.0) <= 0
    report = inbox.report("box", 0.0)
    assert (report.returned, report.is_fit, report.sandbox, report.is_idle) == ([2], False, "", True)
    assert [each.fault for each in report.failed] == [Fault.LOST]


def test_failure_of_one_part_leaves_the_next_to_be_judged(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    inbox.finish(Failed(1, Fault.BROKEN, "it broke", "box"), 0.0)
    following = inbox.begin_next(0.0)
    assert following is not None and following.work.number == 2


def test_split_gives_away_every_second_test_to_come(inbox: Inbox) -> None:
    begun(inbox, work(1, (5, 3, 1, 4, 2)))
    assert inbox.current is not None
    assert inbox.current.tests.popleft() == 5
    assert inbox.split(1) == [3, 4]
    assert list(inbox.current.tests) == [1, 2]


@pytest.mark.parametrize("number", [2, 3])
def test_part_that_is_not_at_work_is_not_split(inbox: Inbox, number: int) -> None:
    begun(inbox, work(1, (0, 1)), work(2, (0, 1)))
    assert inbox.split(number) == []


def test_part_of_all_tests_is_not_split(inbox: Inbox) -> None:
    begun(inbox, work(1, None))
    assert inbox.split(1) == []


def test_nothing_is_split_where_nothing_is_at_work(inbox: Inbox) -> None:
    assert inbox.split(1) == []


def test_dropped_part_that_waits_is_not_judged(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2), work(3))
    assert inbox.drop([2]) is None
    inbox.finish(done(1), 0.0)
    following = inbox.begin_next(0.0)
    assert following is not None and following.work.number == 3


def test_outcome_of_a_dropped_part_at_work_is_not_reported(inbox: Inbox) -> None:
    begun(inbox, work(1))
    assert inbox.drop([1]) is inbox.current is not None
    inbox.finish(done(1), 0.0)
    assert inbox.report("box", 0.0).done == []


def test_failure_of_a_dropped_part_is_reported_since_the_sandbox_is_of_concern(inbox: Inbox) -> None:
    begun(inbox, work(1))
    inbox.drop([1])
    inbox.finish(Failed(1, Fault.LOST, "the engine hangs", "box"), 0.0)
    assert [each.number for each in inbox.report("box", 0.0).failed] == [1]


def test_dropping_what_is_not_there_changes_nothing(inbox: Inbox) -> None:
    begun(inbox, work(1))
    assert inbox.drop([7]) is None
    inbox.finish(done(1), 0.0)
    assert [each.number for each in inbox.report("box", 0.0).done] == [1]


def test_clearing_leaves_nothing_to_judge_or_to_report(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    assert inbox.clear() is inbox.current is not None
    inbox.finish(done(1), 0.0)
    assert inbox.begin_next(0.0) is None
    assert inbox.report("box", 0.0).done == []


def test_problems_are_those_of_parts_that_wait_or_are_at_work(inbox: Inbox) -> None:
    begun(inbox, work(1), work(2))
    assert inbox.problems() == {"problem 1", "problem 2"}
    inbox.finish(done(1), 0.0)
    assert inbox.problems() == {"problem 2"}
