"""A worker that Ray starts again before the coordinator has read its last report: what it held is judged."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
import ray
from ray.exceptions import RayError

from deepcoder.pool import SandboxPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Member
from deepcoder.pool.inbox import WORKER_BEAT_S, Report
from deepcoder.pool.worker import Worker
from deepcoder.programs import Program
from deepcoder.verdicts import Submission, Verdict
from scripts.waiting import wait_until
from tests.pool_cases import LONG

DEADLINE_S = 90.0


class _Worker(Worker):
    async def process(self) -> int:
        return os.getpid()


class _Coordinator(Coordinator):
    """Kills the worker when it has said that it is at work, and reads that when Ray has started it again."""

    _has_killed = False

    def _start_worker(self) -> Any:
        actor: Any = ray.remote(_Worker)
        return actor.options(max_restarts=-1, num_cpus=1).remote(self._config)

    def _reported(self, member: Member, report: Report) -> None:
        if not self._has_killed and not report.done:  # a beat
            self._has_killed = True
            worker: Any = member.actor
            killed: int = ray.get(worker.process.remote())
            os.kill(killed, signal.SIGKILL)
            assert wait_until(lambda: _process(worker) not in (None, killed))
        super()._reported(member, report)

    async def has_killed(self) -> bool:
        return self._has_killed


class _Pool(SandboxPool):
    _kind = _Coordinator


def _process(worker: Any) -> int | None:
    """None while it is not there."""
    try:
        found: int = ray.get(worker.process.remote())
    except RayError:
        return None
    return found


@pytest.mark.usefixtures("shared_ray")
def test_what_a_worker_held_that_ray_has_started_again_is_judged() -> None:
    program = Program(f"import time\ntime.sleep({WORKER_BEAT_S + 2})\nprint('done')")
    with _Pool(1, "process", deadline_s=DEADLINE_S) as pool:
        (judgement,) = pool.judge([Submission(LONG, program)])
        assert judgement.verdict is Verdict.AC
        coordinator: Any = pool._connection.coordinator()
        assert ray.get(coordinator.has_killed.remote())
