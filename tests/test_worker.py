"""A worker by itself: what it says when something fails that is neither its sandbox nor the program."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from deepcoder.pool.inbox import MOST_REFERENCES, Report, Work
from deepcoder.pool.schedule import Fault
from deepcoder.pool.worker import Worker
from deepcoder.problems import Problem
from deepcoder.sandbox import SandboxConfig
from tests.pool_cases import ADD_ONE, RIGHT

WORK = Work(1, "add one", RIGHT, None)


def tried(body: Callable[[Worker], Coroutine[Any, Any, None]]) -> None:
    """Have a worker with a started sandbox do that."""

    async def run() -> None:
        worker = Worker(SandboxConfig("process"))
        await worker.start()
        try:
            await body(worker)
        finally:
            await worker.close()

    asyncio.run(run())


def coming(problem: Problem | None) -> Any:
    """Stands for Ray's reference, which is awaited too; of none, one that never comes."""
    found = asyncio.get_running_loop().create_future()
    if problem is not None:
        found.set_result(problem)
    return found


async def all_reported(worker: Worker, **given: Any) -> list[Report]:
    """Until it has nothing to do."""
    reports = [await worker.exchange([WORK], given)]
    while not reports[-1].is_idle:
        reports.append(await worker.exchange([], {}))
    return reports


def test_worker_reports_what_it_has_judged() -> None:
    async def body(worker: Worker) -> None:
        reports = await all_reported(worker, **{"add one": [coming(ADD_ONE)]})
        assert [(each.number, each.judgement.passed) for report in reports for each in report.done] == [(1, 5)]

    tried(body)


def test_worker_that_cannot_even_start_a_thread_says_that_it_is_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    async def body(worker: Worker) -> None:
        assert worker._sandbox is not None
        worker._sandbox.close()
        monkeypatch.setattr(worker._renewer, "submit", submit)
        reports = await all_reported(worker, **{"add one": [coming(ADD_ONE)]})
        assert [(each.number, each.fault) for report in reports for each in report.failed] == [(1, Fault.LOST)]
        assert not reports[-1].is_fit

    tried(body)


def test_worker_waits_for_no_problem_that_nobody_wants_any_more() -> None:
    async def body(worker: Worker) -> None:
        asked = asyncio.create_task(all_reported(worker, **{"add one": [coming(None)]}))
        while worker._inbox.current is None:
            await asyncio.sleep(0.01)
        await worker.drop([1])
        assert [(each.number, each.fault) for report in await asked for each in report.failed] == [(1, Fault.LOST)]

    tried(body)


def test_worker_keeps_no_more_references_than_it_may_need() -> None:
    async def body(worker: Worker) -> None:
        one = coming(None)
        for _ in range(3):
            asked = asyncio.create_task(worker.exchange([WORK], {"add one": [one, one, coming(None), coming(None)]}))
            await asyncio.sleep(0)
            assert len(worker._references["add one"]) <= MOST_REFERENCES
            assert worker._references["add one"][0] is one
            asked.cancel()
        await worker.drop([1])

    tried(body)
