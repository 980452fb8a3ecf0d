"""How a pool begins and ends, and what its parts dying costs. Each test has Ray to itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest
import ray
from ray.cluster_utils import Cluster
from ray.exceptions import GetTimeoutError

from deepcoder.pool import SandboxPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Member, Size
from deepcoder.pool.worker import Worker
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable, owner, start
from deepcoder.sandbox.docker import LABEL
from deepcoder.verdicts import Submission
from tests.pool_cases import ADD_ONE, RIGHT, SLEEPERS, a_worker_pid, containers, judging, verdicts, wait_until


@pytest.mark.docker
def test_container_killed_while_judging_costs_only_a_retry(docker_sandboxes: None) -> None:
    with SandboxPool(workers=2, sandbox="docker") as pool:
        assert wait_until(lambda: pool.state().alive == 2)
        with judging(pool, SLEEPERS) as found:
            assert wait_until(lambda: pool.state().busy == 2)
            client = docker.from_env()
            its_label = f"{LABEL}={owner.name(a_worker_pid())}"
            *_, oldest = client.containers.list(filters={"label": its_label}, ignore_removed=True)
            oldest.kill()  # a younger one is its spare
            client.close()
        assert verdicts(found) == ["AC", "AC"]
        assert pool.state().retries >= 1


@pytest.mark.docker
def test_container_of_the_jury_killed_costs_only_a_retry(docker_sandboxes: None) -> None:
    code = "import time\ncandidate(1)\ntime.sleep(5)\nassert candidate(2) == 4"
    coded = Problem("coded", Mode.FUNCTION, (TestCase.code(code),), entry_point="double")
    with SandboxPool(workers=1, sandbox="docker") as pool:
        assert wait_until(lambda: len(containers()) == 2)  # the worker's, and its spare
        before = set(containers())
        with judging(pool, [Submission(coded, Program("def double(n): return 2 * n"))]) as found:
            assert wait_until(lambda: len(containers()) == 3)
            client = docker.from_env()
            for container in client.containers.list(filters={"label": LABEL}, ignore_removed=True):
                if container.name not in before:
                    container.kill()
            client.close()
        assert verdicts(found) == ["AC"]
    assert wait_until(lambda: containers() == [])


@pytest.mark.docker
def test_pool_closed_leaves_no_container_and_no_ray(docker_sandboxes: None) -> None:
    with SandboxPool(workers=2, sandbox="docker") as pool:
        assert wait_until(lambda: len(containers()) == 4)
        pool.judge([Submission(ADD_ONE, RIGHT)])
    assert wait_until(lambda: containers() == [])
    assert not ray.is_initialized()


@pytest.mark.docker
def test_owner_killed_leaves_no_container(docker_sandboxes: None) -> None:
    script = (
        "from deepcoder.pool import SandboxPool\n"
        "with SandboxPool(workers=2, sandbox='docker') as pool:\n"
        "    print('up', flush=True)\n"
        "    import time; time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        assert wait_until(lambda: len(containers()) == 4)
        owner.kill()
    assert wait_until(lambda: containers() == [])


def test_pool_without_engine_says_what_to_do(no_engine: None) -> None:
    with pytest.raises(
        SandboxUnavailable, match="^[0-9.]+: no Docker engine answers.*use the process sandbox$"
    ) as raised:
        SandboxPool(1, "docker").__enter__()
    assert "\n" not in str(raised.value)
    assert not ray.is_initialized()


@pytest.mark.docker
def test_pool_without_image_says_what_to_do(docker_sandboxes: None) -> None:
    config = SandboxConfig(kind="docker", image="deepcoder-no-such-image")
    with pytest.raises(SandboxUnavailable, match="make image"), SandboxPool(1, config):
        pass


@pytest.mark.docker
def test_image_that_cannot_be_pulled_is_said(docker_sandboxes: None) -> None:
    nowhere = SandboxConfig(kind="docker", image="127.0.0.1:9/nobody/none:1")
    with pytest.raises(SandboxUnavailable, match="^the engine has no image .*/none:1, and cannot pull it: .*refused"):
        start(nowhere)


def test_auto_without_engine_warns_and_takes_processes(no_engine: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), SandboxPool(1, "auto") as pool:
        assert pool.config.kind == "process"
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
    assert sum("No Docker engine answers" in record.message for record in caplog.records) == 1


class Unlucky(Coordinator):
    """Its first worker does not even begin."""

    _has_begun = False

    def _start_worker(self) -> Any:
        if self._has_begun:
            return super()._start_worker()
        self._has_begun = True
        actor: Any = ray.remote(Absent)
        return actor.options(max_restarts=-1).remote(self._config)


class Absent(Worker):
    def __init__(self, config: SandboxConfig) -> None:
        raise OSError("No space left on device")


class UnluckyPool(SandboxPool):
    _kind = Unlucky


def test_worker_that_ray_gives_up_is_replaced() -> None:
    with UnluckyPool(1, "process") as pool:
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]


class Careful(Coordinator):
    """It closes no worker that has no place, which would not answer."""

    def __init__(self, config: SandboxConfig, size: Size) -> None:
        super().__init__(config, size)
        close_actor = self._workers.close_actor

        async def close_placed(member: Member) -> None:
            assert member.place is not None
            await close_actor(member)

        self._workers.close_actor = close_placed  # type: ignore[method-assign]


class CarefulPool(SandboxPool):
    _kind = Careful


def test_worker_without_a_place_is_not_waited_for_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    ray.init("local", num_cpus=1, include_dashboard=False)
    try:
        with CarefulPool(2, "process") as pool:
            state = pool.state()
            assert (state.workers, state.unplaced) == (2, 1)
    finally:
        ray.shutdown()
    assert "did not close" not in caplog.text


def test_coordinator_lost_while_the_cluster_answers_nobody_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with SandboxPool(1, "process") as pool:
        found, asked = pool._connection.find, []

        def busy() -> Any:
            asked.append(True)
            if len(asked) < 3:
                raise GetTimeoutError("the cluster is busy")
            return found()

        monkeypatch.setattr(pool._connection, "find", busy)
        with judging(pool, SLEEPERS[:1]) as judgements:
            assert wait_until(lambda: pool.state().busy == 1)
            ray.kill(pool._attached(), no_restart=False)
        assert verdicts(judgements) == ["AC"]
        assert len(asked) == 3


def test_pool_closed_after_its_ray_is_gone_says_nothing_worse(caplog: pytest.LogCaptureFixture) -> None:
    with SandboxPool(1, "process"):
        ray.shutdown()
    assert "did not close" in caplog.text


def test_pool_not_started_says_how_to_use_it() -> None:
    with pytest.raises(RuntimeError, match="with SandboxPool"):
        SandboxPool(1).judge([Submission(ADD_ONE, RIGHT)])


def test_pool_joins_a_cluster_whose_workers_are_on_another_node(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "from deepcoder import SandboxPool, Submission\n"
        "from tests.pool_cases import ADD_ONE, RIGHT, WRONG\n"
        "if __name__ == '__main__':\n"
        "    with SandboxPool(sandbox='process') as pool:\n"
        "        found = pool.judge([Submission(ADD_ONE, RIGHT), Submission(ADD_ONE, WRONG)])\n"
        "    print(pool.workers, *(each.verdict for each in found))\n"
    )
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "dashboard_port": None})
    try:
        cluster.add_node(num_cpus=2)
        environment = {**os.environ, "RAY_ADDRESS": cluster.address, "PYTHONPATH": str(Path(__file__).parents[1])}
        ran = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=100)
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]
    assert ran.stdout.split() == ["2", "AC", "WA"], ran.stderr
