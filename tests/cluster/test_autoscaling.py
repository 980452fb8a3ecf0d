"""Ray's own autoscaler, with nodes that it starts on this machine."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import ray
from ray.autoscaler._private.fake_multi_node.node_provider import FAKE_HEAD_NODE_ID

from deepcoder.programs import Program
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.cluster.test_placement import WatchedPool
from tests.pool_cases import LONG, SLEEPER, judging, verdicts

pytestmark = pytest.mark.ray

PROVIDER = "ray.autoscaler._private.fake_multi_node.node_provider.FakeMultiNodeProvider"
AUTOSCALER = {
    "AUTOSCALER_UPDATE_INTERVAL_S": "1",
    "RAY_FAKE_CLUSTER": "1",
    "RAY_enable_autoscaler_v2": "1",
    "RAY_CLOUD_INSTANCE_ID": FAKE_HEAD_NODE_ID,
    "RAY_OVERRIDE_NODE_ID_FOR_TESTING": FAKE_HEAD_NODE_ID,
}


def config(gcs_address: str) -> dict[str, Any]:
    """A head with a GPU, and up to two nodes without for those who ask."""
    empty = {"auth": {}, "docker": {}, "file_mounts": {}, "file_mounts_sync_continuously": False}
    lists = "cluster_synced_files rsync_exclude rsync_filter initialization_commands setup_commands"
    more = "head_setup_commands worker_setup_commands head_start_ray_commands worker_start_ray_commands"
    provider = {"type": "external", "module": PROVIDER, "head_node_id": FAKE_HEAD_NODE_ID, "launch_multiple": True}
    head = {"resources": {"CPU": 1, "GPU": 1}, "node_config": {}, "max_workers": 0}
    plain = {"resources": {"CPU": 2}, "node_config": {}, "min_workers": 0, "max_workers": 2}
    return {
        **empty,
        **{name: [] for name in (lists + " " + more).split()},
        "cluster_name": "autoscaled",
        "provider": {**provider, "gcs_address": gcs_address},
        "available_node_types": {"ray.head.default": head, "plain": plain},
        "head_node_type": "ray.head.default",
        "max_workers": 2,
        "idle_timeout_minutes": 0.1,
        "upscaling_speed": 10.0,
    }


@pytest.fixture
def autoscaled() -> Iterator[str]:
    """The address of the cluster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"{ray.util.get_node_ip_address()}:{port}"  # type: ignore[no-untyped-call]
    with TemporaryDirectory(prefix="ray") as folder:  # a short name, for Ray has sockets in it
        Path(folder, "config.json").write_text(json.dumps(config(address)))
        head = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
        head += ["--num-cpus=1", "--num-gpus=1", f"--autoscaling-config={folder}/config.json", f"--temp-dir={folder}"]
        head += ["--include-dashboard=false", "--dashboard-agent-listen-port=0"]
        log = Path(folder, "head.log")
        with log.open("wb") as out:
            process = subprocess.Popen(head, env={**os.environ, **AUTOSCALER}, stdout=out, stderr=out)
        try:
            assert wait_until(lambda: b"Ray runtime started" in log.read_bytes(), 60), log.read_text()
            yield address
        finally:
            process.terminate()
            process.wait()
            for pid in started_in(folder):  # the nodes that the autoscaler has started
                os.kill(pid, signal.SIGKILL)
            assert wait_until(lambda: not started_in(folder))


def started_in(folder: str) -> list[int]:
    """Processes whose command line names the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            continue
    return found


def plain_nodes() -> int:
    return sum(each["Alive"] and "GPU" not in each["Resources"] for each in ray.nodes())  # type: ignore[no-untyped-call]


def drive(address: str) -> None:
    """In a process of its own, since a process decides once whether it has a token for Ray."""
    ray.init(address, logging_level=logging.WARNING)
    assert plain_nodes() == 0
    with WatchedPool(1, "process", max_workers=4) as pool:  # for which there is no room yet
        assert plain_nodes() == 1
        sleepers = [Submission(LONG, Program(f"{SLEEPER.source}  # autoscaled {number}")) for number in range(24)]
        with judging(pool, sleepers) as found:
            assert wait_until(lambda: pool.state().alive == 4, 60)
            assert sorted(pool.by_node().values()) == [2, 2]
            assert FAKE_HEAD_NODE_ID not in pool.by_node()
        assert verdicts(found) == ["AC"] * 24
        assert wait_until(lambda: pool.state().workers == 1)
        assert wait_until(lambda: plain_nodes() == 1)


@pytest.mark.timeout(300)
def test_nodes_come_for_workers_and_go_with_them(autoscaled: str) -> None:
    driver = f"from tests.cluster.test_autoscaling import drive\ndrive({autoscaled!r})"
    environment = {**os.environ, "RAY_AUTH_MODE": "token", "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run([sys.executable, "-c", driver], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
