"""`deepcoder status`, on a real cluster with a node for the client and one for the workers."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from ray.cluster_utils import Cluster

from deepcoder.pool import SandboxPool, clusters
from deepcoder.tools.cli import status as status_command
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, ONE_TEST, RIGHT, WRONG, verdicts

STATUS = [sys.executable, "-c", "from deepcoder.tools.cli import main; main()", "status"]
ROOT = str(Path(__file__).parents[1])


def environment() -> dict[str, str]:
    """With Ray's own settings, which it may have made since this process began."""
    return {**os.environ, "PYTHONPATH": ROOT, "COLUMNS": "120", "RAY_ADDRESS": ""}


def status(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*STATUS, *options], env=environment(), capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def address(no_ray: None) -> Iterator[str]:
    # Any port for the dashboard: where another Ray has the usual one, Ray leaves a socket open.
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "dashboard_port": None})
    try:
        cluster.add_node(num_cpus=2)
        yield cluster.address
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def pool(address: str) -> Iterator[SandboxPool]:
    """Two workers that have judged four programs, two of them anew, and a third that waits for room."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", address)
        with SandboxPool(workers=3, sandbox="process") as started:
            assert wait_until(lambda: started.state().alive == 2)
            found = started.judge([Submission(ADD_ONE, RIGHT), Submission(ONE_TEST, WRONG)] * 2)
            assert verdicts(found) == ["AC", "WA", "AC", "WA"]
            yield started


def test_cluster_without_a_pool_is_one_sentence_and_exit_code_2(address: str) -> None:
    ran = status("--address", address)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[-1] == f"deepcoder: no pool runs on the Ray cluster at {address}"


def test_no_cluster_is_one_sentence_and_exit_code_2() -> None:
    ran = status("--address", "127.0.0.1:1")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("deepcoder: no Ray cluster answers at 127.0.0.1:1") and ran.stderr.count("\n") == 1


def test_json_tells_nodes_workers_and_what_was_done(address: str, pool: SandboxPool) -> None:
    assert wait_until(lambda: pool.state().judged_per_s > 0)
    ran = status("--address", address, "--json")
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["address"] == address
    state = seen["pools"].pop(pool.name)
    assert seen["pools"] == {}
    assert (state["workers"], state["alive"], state["unplaced"], state["busy"], state["waiting"]) == (3, 2, 1, 0, 0)
    assert state["failures"] == []
    assert (state["judged"], state["repeated"], state["ie"], state["tests"]) == (4, 2, 0, 6)
    assert 0 < state["judged_per_s"] < state["tests_per_s"]
    (node,) = state["nodes"]
    assert (node["workers"], node["alive"], node["busy"], node["tests"]) == (2, 2, 0, 6)
    assert sorted(each["room"] for each in seen["nodes"]) == [0, 2]
    assert [each["id"] for each in seen["nodes"] if each["room"] == 2] == [node["node"]]


def test_plain_run_prints_once(address: str, pool: SandboxPool) -> None:
    ran = status("--address", address)
    assert ran.returncode == 0, ran.stderr
    assert f"{pool.name}  2 of 3 workers, 0 busy, 0 waiting, 4 judged, " in ran.stdout
    (row,) = re.findall(r"│ ([\d.]+) (\w{8}) +│ +(\d+) │ +(\d+) │ +(\d+) │ +(\d+) │", ran.stdout)
    assert row[2:] == ("2", "0", "0", "6")
    assert re.search(r"│ waiting for room +│ +1 │", ran.stdout)


def test_terminal_shows_the_pools_until_ctrl_c(address: str, pool: SandboxPool) -> None:
    ours, theirs = pty.openpty()
    shown = b""
    with subprocess.Popen([*STATUS, "--address", address], env=environment(), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        try:
            while shown.count(pool.name.encode()) < 3:
                shown += os.read(ours, 1 << 16)
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(OSError):  # the terminal's other end is closed
                while data := os.read(ours, 1 << 16):
                    shown += data
            assert process.wait(30) == 0, shown.decode()
        finally:
            process.kill()
    os.close(ours)
    assert b"Traceback" not in shown


@pytest.mark.parametrize("line", range(24))
def test_ctrl_c_at_any_line_of_a_wait_ends_the_view(line: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send SIGINT at that line of the wait and of what the wait calls, where a handler that takes a lock may hang."""
    lines = itertools.count()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and next(lines) == line:
            signal.raise_signal(signal.SIGINT)
        return trace

    @contextlib.contextmanager
    def view(*_: object, **__: object) -> Iterator[Any]:
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            yield SimpleNamespace(update=lambda *_, **__: None)
        finally:
            sys.settrace(before)

    stand_ins = {"Live": view, "_look": lambda: None, "tables": lambda _: None, "REFRESH_S": 0.001}
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(status_command, name, stand_in)
    status_command._follow(clusters.Cluster("", [], {}))
    assert next(lines) > line
