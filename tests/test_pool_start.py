"""How a pool begins and ends. Each test has Ray to itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import ray
from ray.cluster_utils import Cluster

from deepcoder.pool import SandboxPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Member, Size
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, RIGHT, containers, owners, verdicts

pytestmark = pytest.mark.usefixtures("no_ray")


@pytest.mark.docker
def test_pool_closed_leaves_no_container_and_no_ray(docker_sandboxes: None) -> None:
    with SandboxPool(workers=2, sandbox="docker") as pool:
        assert wait_until(lambda: len(containers()) == 4)
        ended = owners()
        pool.judge([Submission(ADD_ONE, RIGHT)])
    assert wait_until(lambda: containers(ended) == [])
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
        ended = owners()
        owner.kill()
    assert wait_until(lambda: containers(ended) == [])


def test_pool_without_engine_says_what_to_do(no_engine: None) -> None:
    with pytest.raises(
        SandboxUnavailable, match="^[0-9.]+: no Docker engine answers.*use the process sandbox$"
    ) as raised:
        SandboxPool(1, "docker").__enter__()
    assert "\n" not in str(raised.value)
    assert not ray.is_initialized()


def test_auto_without_engine_warns_and_takes_processes(no_engine: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), SandboxPool(1, "auto") as pool:
        assert pool.config.kind == "process"
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
    assert sum("No Docker engine answers" in record.message for record in caplog.records) == 1


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
