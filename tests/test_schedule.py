"""Scheduling decisions, with no Ray in sight."""

from __future__ import annotations

import dataclasses
import random

import pytest

from deepcoder.pool.backlog import RETRIES_SEEN, Batch, Client
from deepcoder.pool.job import Job, Part
from deepcoder.pool.learned import Learned
from deepcoder.pool.schedule import (
    LEASE_S,
    MAX_ATTEMPTS,
    MAX_BROKEN,
    MAX_EXCUSED,
    SPLIT_AFTER_S,
    Fault,
    Schedule,
    unjudged,
)
from deepcoder.verdicts import Judgement, Verdict

LATER = 10 * SPLIT_AFTER_S


def job(name: object, problem: str = "", total: int = 1, splits: bool = False) -> Job:
    return Job(name, problem or f"problem of {name}", total, splits)


def schedule_with(*jobs: Job, alive: str = "ab") -> Schedule:
    schedule, batch = Schedule(Learned()), Batch()
    schedule.alive |= set(alive)
    for each in jobs:
        schedule.learned.meet(each.problem, range(each.total))
        schedule.add(batch, each)
    return schedule


def names(parts: list[Part]) -> list[object]:
    return [part.job.payload for part in parts]


def of(total: int, ran: int, verdict: Verdict = Verdict.AC, wall_s: float = 0.001) -> Judgement:
    passed = ran - (verdict is not Verdict.AC)
    failed = None if verdict is Verdict.AC else passed
    return Judgement(verdict, passed, ran, total, failed, wall_s=wall_s)


def finish(schedule: Schedule, worker: str, part: Part, verdict: Verdict = Verdict.AC) -> Judgement | None:
    """The worker has judged the whole part, or failed its last test."""
    tests = sorted(part.wanted())
    found = schedule.judged(worker, part.number, of(part.job.total, len(tests), verdict), [(n, 0.0) for n in tests])
    return None if found is None else found[1]


def learn(schedule: Schedule, problem: str, seconds: float) -> None:
    schedule.learned.meet(problem, range(1))
    schedule.learned.took(problem, seconds)


def test_unknown_jobs_are_given_one_by_one_in_order() -> None:
    schedule = schedule_with(*map(job, range(3)))
    given = []
    while parts := schedule.lease("a", 0.0):
        given.append(names(parts))
        finish(schedule, "a", parts[0])
    assert given == [[0], [1], [2]]
    assert schedule.waiting == 0


def test_short_jobs_are_given_many_at_once_but_never_all() -> None:
    schedule = schedule_with(*(job(number, "short") for number in range(40)))
    learn(schedule, "short", LEASE_S / 20)
    assert len(schedule.lease("a", 0.0)) == 10  # a quarter of what waits, for two workers
    assert len(schedule.lease("b", 0.0)) == 8
    assert schedule.lease("a", 0.0) != []  # what it holds leaves room


def test_a_worker_with_enough_to_do_is_given_no_more() -> None:
    schedule = schedule_with(job(1, "long"), job(2, "long"))
    learn(schedule, "long", 10 * LEASE_S)
    assert names(schedule.lease("a", 0.0)) == [1]
    assert schedule.lease("a", 0.0) == []
    assert names(schedule.lease("b", 0.0)) == [2]


def test_the_job_expected_to_take_longest_goes_first() -> None:
    schedule = schedule_with(alive="a")
    for name, seconds in (("short", 1.0), ("long", 3.0), ("medium", 2.0)):
        learn(schedule, name, seconds)
    batch = Batch()
    for name in ("short", "long", "medium"):
        schedule.add(batch, job(name, name))
    assert [names(schedule.lease(each, 0.0)) for each in "abc"] == [["long"], ["medium"], ["short"]]


def test_a_job_that_turns_out_short_gives_way() -> None:
    schedule = schedule_with(job("unknown", "was unknown"), alive="a")
    learn(schedule, "known", 0.5)
    schedule.add(Batch(), job("known", "known"))
    learn(schedule, "was unknown", 0.01)
    batch = Batch()
    for name in ("was unknown", "known"):
        schedule.add(batch, job(name, name))
    assert names(schedule.lease("x", 0.0)) == ["unknown"]  # its batch came first
    assert names(schedule.lease("y", 0.0)) == ["known"]
    assert names(schedule.lease("z", 0.0)) == ["known"]


def test_batches_share_the_workers_whatever_their_size() -> None:
    schedule = schedule_with(*(job(("big", number), "same") for number in range(100)), alive="a")
    learn(schedule, "same", 1.0)
    small = Batch()
    for number in range(5):
        schedule.add(small, job(("small", number), "same"))
    given = [names(schedule.lease(str(worker), 0.0))[0] for worker in range(11)]
    assert sum(name[0] == "small" for name in given if isinstance(name, tuple)) == 5


def test_a_batch_that_comes_late_is_not_owed_what_it_missed() -> None:
    schedule = schedule_with(*(job(("early", number), "same") for number in range(100)), alive="a")
    learn(schedule, "same", 1.0)
    for worker in range(50):
        schedule.lease(f"before {worker}", 0.0)
    late = Batch()
    for number in range(50):
        schedule.add(late, job(("late", number), "same"))
    given = [names(schedule.lease(str(worker), 0.0))[0] for worker in range(20)]
    assert 9 <= sum(name[0] == "late" for name in given if isinstance(name, tuple)) <= 11


def test_clients_share_the_workers_however_many_batches_they_have() -> None:
    schedule = schedule_with(alive="a")
    learn(schedule, "same", 1.0)
    many, few = Client(), Client()
    for batch in [Batch(client=many) for _ in range(10)]:
        for number in range(10):
            schedule.add(batch, job(("many", id(batch), number), "same"))
    alone = Batch(client=few)
    for number in range(10):
        schedule.add(alone, job(("few", 0, number), "same"))
    given = [name for worker in range(20) for name in names(schedule.lease(str(worker), 0.0))]
    assert sum(name[0] == "few" for name in given if isinstance(name, tuple)) == 10
    assert len({name[1] for name in given if isinstance(name, tuple) and name[0] == "many"}) == 10


def test_failed_job_goes_first_and_to_another_worker() -> None:
    schedule = schedule_with(job(1), job(2))
    (first,) = schedule.lease("a", 0.0)
    assert schedule.failed("a", first.number, Fault.LOST) is None
    assert names(schedule.lease("a", 0.0)) == [2]
    assert names(schedule.lease("b", 0.0)) == [1]


def test_failed_job_returns_to_the_only_worker_alive() -> None:
    schedule = schedule_with(job(1), alive="a")
    (part,) = schedule.lease("a", 0.0)
    schedule.failed("a", part.number, Fault.LOST)
    assert names(schedule.lease("a", 0.0)) == [1]


@pytest.mark.parametrize(
    ("fault", "most", "verdict"), [(Fault.BROKEN, MAX_BROKEN, Verdict.RTE), (Fault.LOST, MAX_ATTEMPTS, Verdict.IE)]
)
def test_failures_come_to_an_end(fault: Fault, most: int, verdict: Verdict) -> None:
    """A program that breaks sandbox after sandbox is a run-time error; workers lost again and again are our fault."""
    schedule = schedule_with(job(1, total=7))
    ends = []
    for number in range(most):
        (part,) = schedule.lease(str(number), 0.0)
        ends.append(schedule.failed(str(number), part.number, fault))
    assert ends[:-1] == [None] * (most - 1)
    assert ends[-1] is not None
    assert (ends[-1][1].verdict, ends[-1][1].total) == (verdict, 7)
    assert schedule.waiting == 0


@pytest.mark.parametrize("fault", Fault)
def test_one_event_that_strikes_many_parts_of_a_job_is_one_attempt(fault: Fault) -> None:
    schedule = schedule_with(job("split", total=8, splits=True), alive="abcdefghi")
    (whole,) = schedule.lease("a", 0.0)
    for number in range(7):
        schedule.split("a", whole.number, [number], LATER)
    held = {worker: schedule.lease(worker, LATER)[0] for worker in "bcdefgh"}
    for worker, part in {"a": whole, **held}.items():
        assert schedule.failed(worker, part.number, fault) is None
    assert (whole.job.attempts, whole.job.broken) == (1, fault is Fault.BROKEN)
    found = [finish(schedule, "i", part) for _ in range(8) for part in schedule.lease("i", LATER)]
    assert [each.verdict for each in found if each] == [Verdict.AC]


def test_worker_that_was_gone_before_it_got_a_job_costs_no_attempt_but_not_for_ever() -> None:
    schedule = schedule_with(job(1), alive="")
    for number in range(MAX_EXCUSED + MAX_ATTEMPTS):
        schedule.alive.add(number)
        (part,) = schedule.lease(number, 0.0)
        ended = schedule.lost(number, dead_on_delivery=True)
        assert part.job.attempts == max(0, number + 1 - MAX_EXCUSED)
    assert ended is not None
    assert ended[1].verdict is Verdict.IE


def test_next_attempt_is_not_beside_the_last() -> None:
    schedule = schedule_with(job(1), alive="abc")
    (part,) = schedule.lease("a", 0.0)
    schedule.failed("a", part.number, Fault.LOST, near="ab")
    assert schedule.lease("b", 0.0) == []
    assert names(schedule.lease("c", 0.0)) == [1]


def test_lost_worker_costs_its_first_job_an_attempt_and_the_others_nothing() -> None:
    jobs = [job(number, "short") for number in range(8)]
    schedule = schedule_with(*jobs, alive="a")
    learn(schedule, "short", 0.001)
    held = schedule.lease("a", 0.0)
    assert len(held) == 4
    assert schedule.lost("a") is None
    assert [each.attempts for each in jobs] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert schedule.alive == set()
    assert schedule.waiting == 8
    schedule.alive.add("b")
    assert names(schedule.lease("b", 0.0)) == [0, 1, 2, 3]


def test_ended_jobs_are_not_handed_out_and_are_taken_back() -> None:
    jobs = [job(number) for number in range(3)]
    schedule = schedule_with(*jobs)
    (part,) = schedule.lease("a", 0.0)
    schedule.end(jobs[0])
    schedule.end(jobs[2])
    assert schedule.drop(jobs[0]) == [("a", part.number)]
    assert list(schedule.held("a")) == []
    assert schedule.waiting == 1
    assert names(schedule.lease("a", 0.0)) == [1]
    assert schedule.lease("b", 0.0) == []
    assert finish(schedule, "a", part) is None  # what comes too late is of no consequence


def test_what_waits_again_goes_in_its_order_without_what_has_ended() -> None:
    jobs = [job(number) for number in range(5)]
    schedule = schedule_with(*jobs, alive="abcde")
    for worker in "abcde":
        (part,) = schedule.lease(worker, 0.0)
        schedule.returned(worker, [part.number])
        if part.job is jobs[0]:
            schedule.end(jobs[0])
    assert schedule.waiting == 4
    schedule.end(jobs[2])
    assert [names(schedule.lease(worker, 0.0)) for worker in "abcd"] == [[1], [3], [4], []]
    assert schedule.waiting == 0


def test_a_worker_at_something_short_is_given_short_ones_though_many_long_ones_wait_again() -> None:
    schedule = schedule_with(job("first", "short"), alive="b")
    learn(schedule, "short", LEASE_S / 4)
    learn(schedule, "long", 10 * LEASE_S)
    assert names(schedule.lease("b", 0.0)) == ["first"]
    long, short = Batch(), Batch()
    for number in range(2 * RETRIES_SEEN):
        schedule.add(long, job(("long", number), "long"))
    held = [(number, part) for number in range(2 * RETRIES_SEEN) for part in schedule.lease(number, 0.0)]
    for number, part in held:
        schedule.failed(number, part.number, Fault.LOST)
    for number in range(2):
        schedule.add(short, job(("short", number), "short"))
    assert names(schedule.lease("b", 0.0)) == [("short", 0), ("short", 1)]
    assert names(schedule.lease("idle", 0.0)) == [("long", 2 * RETRIES_SEEN - 1)]  # what was lost last


def test_split_part_is_one_judgement() -> None:
    whole = job("slow", total=6, splits=True)
    schedule = schedule_with(whole)
    (part,) = schedule.lease("a", 0.0)
    assert schedule.to_split(LATER, 9) == [("a", part)]
    schedule.split("a", part.number, [1, 3, 5], LATER)
    (other,) = schedule.lease("b", LATER)
    assert part.wanted() == {0, 2, 4}
    assert other.wanted() == {1, 3, 5}
    assert finish(schedule, "b", other) is None
    last = finish(schedule, "a", part)
    assert last is not None
    assert (last.verdict, last.passed, last.ran, last.total) == (Verdict.AC, 6, 6, 6)


def test_split_part_that_fails_ends_the_others() -> None:
    whole = job("slow", total=6, splits=True)
    schedule = schedule_with(whole)
    (part,) = schedule.lease("a", 0.0)
    schedule.split("a", part.number, [1, 3, 5], LATER)
    (other,) = schedule.lease("b", LATER)
    last = finish(schedule, "b", other, Verdict.WA)
    assert last is not None and last.verdict is Verdict.WA
    assert schedule.drop(whole) == [("a", part.number)]
    assert schedule.waiting == 0


def test_a_split_that_fails_later_than_another_part_passed_is_no_pass() -> None:
    schedule = schedule_with(job("slow", total=4, splits=True))
    (part,) = schedule.lease("a", 0.0)
    schedule.split("a", part.number, [1, 3], LATER)
    (other,) = schedule.lease("b", LATER)
    assert finish(schedule, "a", part) is None
    last = finish(schedule, "b", other, Verdict.TLE)
    assert last is not None
    assert (last.verdict, last.passed, last.ran) == (Verdict.TLE, 3, 4)


def test_tests_given_away_to_nobody_are_run_all_the_same() -> None:
    """The worker has let go of tests, and its answer came after its report, or never."""
    schedule = schedule_with(job("slow", total=4, splits=True))
    (part,) = schedule.lease("a", 0.0)
    assert schedule.judged("a", part.number, of(4, 2), [(0, 1.0), (2, 1.0)]) is None
    schedule.split("a", part.number, [1, 3], LATER)
    (rest,) = schedule.lease("a", 0.0)
    assert rest.wanted() == {1, 3}
    assert schedule.waiting == 0
    last = finish(schedule, "a", rest)
    assert last is not None
    assert (last.verdict, last.passed) == (Verdict.AC, 4)


def test_an_answer_about_an_earlier_attempt_changes_nothing() -> None:
    schedule = schedule_with(job("slow", total=4, splits=True), alive="a")
    (part,) = schedule.lease("a", 0.0)
    number = part.number
    schedule.failed("a", number, Fault.LOST)
    (again,) = schedule.lease("a", 0.0)
    schedule.split("a", number, [1, 3], LATER)
    assert again.wanted() == {0, 1, 2, 3}
    assert schedule.waiting == 0


def test_an_accepted_part_with_a_test_missing_is_never_accepted() -> None:
    schedule = schedule_with(job("function", total=3))
    (part,) = schedule.lease("a", 0.0)
    found = schedule.judged("a", part.number, of(3, 2), [(0, 0.0), (1, 0.0)])
    assert found is not None and found[1].verdict is Verdict.IE


def test_only_parts_that_may_be_split_and_are_long_at_work_are_asked() -> None:
    schedule = schedule_with(job("one test", splits=True), job("function", total=9), job("slow", total=9, splits=True))
    for worker in "abc":
        schedule.lease(worker, 0.0)
    assert schedule.to_split(SPLIT_AFTER_S / 2, 9) == []
    assert [worker for worker, _ in schedule.to_split(LATER, 9)] == ["c"]


def test_those_longest_at_work_are_asked_first_and_no_more_than_wanted() -> None:
    schedule = schedule_with(*(job(number, total=9, splits=True) for number in range(4)))
    for since, worker in enumerate("cabd"):
        schedule.lease(worker, float(since))
    assert [worker for worker, _ in schedule.to_split(LATER + 9, 3)] == ["c", "a", "b"]


def test_a_worker_that_has_nothing_to_give_is_asked_ever_less_often() -> None:
    schedule = schedule_with(job("slow", total=9, splits=True))
    (part,) = schedule.lease("a", 0.0)
    waits, now = [], 0.0
    for _ in range(4):
        asked, now = now, part.split_after
        waits.append(now - asked)
        schedule.split("a", part.number, [], now)
    assert waits == sorted(waits) and waits[-1] > 4 * waits[0]


def test_returned_parts_are_done_by_others_without_blame() -> None:
    jobs = [job(number, "short") for number in range(4)]
    schedule = schedule_with(*jobs)
    learn(schedule, "short", 0.001)
    (first,) = schedule.lease("a", 0.0)
    (second,) = schedule.lease("a", 0.0)
    schedule.returned("a", [second.number])
    assert names(list(schedule.held("a"))) == [0]
    assert names(schedule.lease("b", 0.0)) == [1]
    assert jobs[1].attempts == 0
    assert first.job is jobs[0]


def test_every_job_ends_once_whatever_happens() -> None:
    """A thousand random walks: no judgement is lost, doubled, or accepted with a test that was not run."""
    for seed in range(1000):
        rng = random.Random(seed)
        jobs = [job(number, f"p{rng.randrange(3)}", total=6, splits=rng.random() < 0.7) for number in range(8)]
        schedule, ended = schedule_with(*jobs), dict[object, Judgement]()
        now, done_tests = 0.0, {id(each): set[int]() for each in jobs}

        def end(
            found: tuple[Job, Judgement] | None, schedule: Schedule = schedule, ended: dict[object, Judgement] = ended
        ) -> None:
            if found is not None:
                one, judgement = found
                assert one.payload not in ended
                ended[one.payload] = judgement
                schedule.end(one)
                schedule.drop(one)

        for _ in range(10_000):
            if len(ended) == len(jobs):
                break
            now += 0.03
            worker = rng.choice("ab")
            held = list(schedule.held(worker))
            if not held:
                schedule.lease(worker, now)
                continue
            part, action = held[0], rng.random()
            if action < 0.3:
                given = sorted(part.wanted())[1::2] if part.job.splits else []
                if rng.random() < 0.8:
                    schedule.split(worker, part.number, given, now)
                elif given:  # the answer is lost: the worker runs only what it has kept
                    kept = sorted(part.wanted() - set(given))
                    done_tests[id(part.job)] |= set(kept)
                    end(schedule.judged(worker, part.number, of(6, len(kept)), [(n, 0.01) for n in kept]))
            elif action < 0.35:
                end(schedule.failed(worker, part.number, rng.choice(list(Fault))))
            elif action < 0.4:
                end(schedule.lost(worker))
                schedule.alive.add(worker)
            elif action < 0.5:
                schedule.returned(worker, [each.number for each in held[1:]])
            else:
                tests = sorted(part.wanted())
                verdict = Verdict.AC if rng.random() < 0.8 else Verdict.WA
                done_tests[id(part.job)] |= set(tests)
                end(schedule.judged(worker, part.number, of(6, len(tests), verdict), [(n, 0.01) for n in tests]))
        assert len(ended) == len(jobs), seed
        assert schedule.waiting == 0
        for each in jobs:
            if ended[each.payload].verdict is Verdict.AC:
                assert ended[each.payload].passed == 6 and done_tests[id(each)] == set(range(6))


def test_unjudged_says_nothing_about_the_program() -> None:
    assert dataclasses.astuple(unjudged(3, "why"))[:4] == (Verdict.IE, 0, 0, 3)
