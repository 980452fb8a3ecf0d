"""On which nodes sandboxes are, and how they come and go with the nodes."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import ray
from ray.cluster_utils import Cluster

from deepcoder.pool import SandboxPool, crew
from deepcoder.pool.coordinator import Coordinator
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxUnavailable
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, LONG, RIGHT, SLEEPER, judging, verdicts


@pytest.fixture
def cluster(no_ray: None) -> Iterator[Cluster]:
    """A trainer's node, with a GPU that is only said to be there."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "num_gpus": 1, "dashboard_port": None})
    ray.init(address=made.address, logging_level=logging.WARNING)
    yield made
    ray.shutdown()
    made.shutdown()  # type: ignore[no-untyped-call]


class Watched(Coordinator):
    """Says where its workers are, and gives idle ones back soon."""

    def __init__(self, *given: Any) -> None:
        crew.WORKER_IDLE_S = 3.0
        super().__init__(*given)

    async def places(self) -> list[str]:
        return [each.place.node for each in self._crew.members if each.place]


class WatchedPool(SandboxPool):
    _kind = Watched

    def by_node(self) -> Counter[str]:
        asked: Any = self._connection.coordinator()
        return Counter(ray.get(asked.places.remote()))


def free_cpus() -> float:
    free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
    return free["CPU"]


def drain(cluster: Cluster, node: str) -> None:
    command = [
        str(Path(sys.executable).with_name("ray")),
        "drain-node",
        "--address",
        cluster.address,
        "--node-id",
        node,
    ]
    reason = ["--reason", "DRAIN_NODE_REASON_PREEMPTION", "--reason-message", "test"]
    subprocess.run([*command, *reason, "--deadline-remaining-seconds", "100"], check=True, capture_output=True)


def test_workers_follow_the_nodes_and_leave_gpus_alone(cluster: Cluster) -> None:
    first = cluster.add_node(num_cpus=2)
    with WatchedPool(sandbox="process") as pool:
        assert wait_until(lambda: pool.by_node() == {first.node_id: 2})
        second = cluster.add_node(num_cpus=2)
        assert wait_until(lambda: pool.by_node() == {first.node_id: 2, second.node_id: 2})
        assert wait_until(lambda: pool.state().alive == 4)

        sleepers = [Submission(LONG, Program(f"{SLEEPER.source}  # drained {number}")) for number in range(4)]
        with judging(pool, sleepers) as found:
            assert wait_until(lambda: pool.state().busy == 4)
            drain(cluster, first.node_id)
            assert wait_until(lambda: pool.by_node() == {second.node_id: 2})
        assert verdicts(found) == ["AC"] * 4
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]


def test_nodes_say_by_a_resource_how_many_they_take(cluster: Cluster) -> None:
    gpu_too = cluster.add_node(num_cpus=1, num_gpus=1, resources={"sandbox": 2})
    with WatchedPool(sandbox="process", resource="sandbox") as pool:
        assert wait_until(lambda: pool.by_node() == {gpu_too.node_id: 2})


def test_cluster_with_nothing_but_gpus_says_what_to_do(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUICK_START_S", "GROWTH_TIMEOUT_S"):
        monkeypatch.setattr(f"deepcoder.pool.launch.{name}", 2.0)
    with pytest.raises(SandboxUnavailable, match="only nodes with GPUs have CPUs"), SandboxPool(sandbox="process"):
        pass


def test_cluster_that_grows_late_is_waited_for(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("deepcoder.pool.launch.QUICK_START_S", 1.0)
    pool = WatchedPool(1, "auto")
    starting = Thread(target=pool.__enter__)
    starting.start()
    assert wait_until(lambda: "the cluster may grow" in caplog.text)
    plain = cluster.add_node(num_cpus=1)
    starting.join()
    assert pool.by_node() == {plain.node_id: 1}
    pool.close()


@pytest.mark.docker
def test_kind_of_sandbox_is_chosen_where_workers_may_be(cluster: Cluster, docker_sandboxes: None) -> None:
    """The trainer's node has an engine, the other one has none."""
    cluster.add_node(num_cpus=1, env_vars={"DOCKER_HOST": "unix:///nowhere"})
    with SandboxPool(1, "auto") as pool:
        assert pool.config.kind == "process"


def test_workers_come_while_work_waits_and_go_when_it_is_done(cluster: Cluster) -> None:
    cluster.add_node(num_cpus=3)
    with WatchedPool(1, "process", max_workers=3) as pool:
        assert pool.state().workers == 1
        sleepers = [Submission(LONG, Program(f"{SLEEPER.source}  # elastic {number}")) for number in range(12)]
        with judging(pool, sleepers) as found:
            assert wait_until(lambda: pool.state().alive == 3)
        assert verdicts(found) == ["AC"] * 12
        assert wait_until(lambda: pool.state().workers == 1)
        assert wait_until(lambda: free_cpus() == 4)  # the head's two, and all but one
