"""Scheduling decisions, with no Ray in sight."""

from __future__ import annotations

from deepcoder.pool.schedule import MAX_ATTEMPTS, MAX_BROKEN, Fault, Job, Schedule
from deepcoder.verdicts import Verdict


def schedule_with(*jobs: Job, alive: str = "ab") -> Schedule:
    schedule = Schedule()
    schedule.alive |= set(alive)
    for job in jobs:
        schedule.add(job)
    return schedule


def test_next_for_gives_jobs_in_order() -> None:
    jobs = [Job(number, 1) for number in range(3)]
    schedule = schedule_with(*jobs)
    assert [schedule.next_for("a") for _ in range(4)] == [*jobs, None]


def test_failed_job_goes_first_and_to_another_worker() -> None:
    first, second = Job(1, 1), Job(2, 1)
    schedule = schedule_with(first, second)
    assert schedule.next_for("a") is first
    assert schedule.failed("a", first, Fault.LOST) is None
    assert schedule.next_for("a") is second
    assert schedule.next_for("b") is first


def test_failed_job_returns_to_the_only_worker_alive() -> None:
    job = Job(1, 1)
    schedule = schedule_with(job, alive="a")
    assert schedule.next_for("a") is job
    schedule.failed("a", job, Fault.LOST)
    assert schedule.next_for("a") is job


def test_program_that_breaks_sandbox_after_sandbox_is_a_runtime_error() -> None:
    job = Job(1, total=7)
    schedule = schedule_with(job)
    *before, last = (schedule.failed(worker, job, Fault.BROKEN) for worker in range(MAX_BROKEN))
    assert before == [None] * (MAX_BROKEN - 1)
    assert last is not None and (last.verdict, last.total) == (Verdict.RTE, 7)


def test_workers_lost_again_and_again_are_an_internal_error() -> None:
    job = Job(1, total=7)
    schedule = schedule_with(job)
    *before, last = (schedule.failed(worker, job, Fault.LOST) for worker in range(MAX_ATTEMPTS))
    assert before == [None] * (MAX_ATTEMPTS - 1)
    assert last is not None and last.verdict is Verdict.IE


def test_withdrawn_jobs_are_not_handed_out() -> None:
    jobs = [Job(number, 1) for number in range(3)]
    schedule = schedule_with(*jobs)
    schedule.withdraw({jobs[0], jobs[2]})
    assert [schedule.next_for("a") for _ in range(2)] == [jobs[1], None]
