"""One pool for many processes: they find it by name, share it, and leave nothing at work when they die."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from deepcoder.pool import SandboxPool
from deepcoder.pool.clients import CLIENT_MOST_OPEN
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, RIGHT, verdicts

ENDLESS = Problem("endless", Mode.STDIN, (TestCase("", ""),), limits=Limits(cpu_s=600, wall_s=600))
SLEEP = "import time\ntime.sleep(600)"


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process", name="shared") as started:
        yield started


def client(pool: SandboxPool, work: str) -> subprocess.Popen[str]:
    """A process that attaches to the pool by name and does the work."""
    lines = [
        "from deepcoder.pool import SandboxPool",
        "from deepcoder.programs import Program",
        "from deepcoder.verdicts import Submission",
        "from tests.cluster.test_clients import ENDLESS, SLEEP",
        "from tests.pool_cases import ADD_ONE, RIGHT",
        f"with SandboxPool.attach({pool.name!r}) as pool:",
        f"    {work}",
    ]
    assert pool._address is not None
    environment = {**os.environ, "RAY_ADDRESS": pool._address.gcs, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_process_attaches_by_name_and_leaves_the_pool_to_the_others(pool: SandboxPool) -> None:
    with client(pool, "print(pool.workers, pool.judge([Submission(ADD_ONE, RIGHT)])[0].verdict)") as other:
        said, _ = other.communicate()
    assert said.split() == ["2", "AC"]
    assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]


def test_the_work_of_a_client_that_dies_is_dropped(pool: SandboxPool) -> None:
    endless = "[Submission(ENDLESS, Program(SLEEP + f' # {n}')) for n in range(50)]"
    with client(pool, f"pool.begin({endless}[:25]); pool.judge({endless}[25:])") as other:
        assert wait_until(lambda: (now := pool.state()).busy == 2 and now.waiting == 48, 60)  # it imports Ray first
        other.kill()
    assert wait_until(lambda: pool.state().busy == 0 and pool.state().waiting == 0, 40)
    assert verdicts(pool.judge([Submission(ADD_ONE, Program(f"{RIGHT.source}  # after a death"))])) == ["AC"]


def test_a_client_with_much_to_do_waits_before_it_fills_the_queue(pool: SandboxPool) -> None:
    mine = SandboxPool.attach(pool.name)
    mine.deadline_s = 20.0
    many = [Submission(ENDLESS, Program(f"{SLEEP}  # {number}")) for number in range(6000)]
    asking = [Thread(target=mine.judge, args=(many, None, True)) for _ in range(3)]  # anew, so that each is at work
    for each in asking:
        each.start()
    assert wait_until(lambda: pool.state().waiting >= CLIENT_MOST_OPEN - 10)
    most = 0
    while any(each.is_alive() for each in asking):
        most = max(most, pool.state().waiting)
    assert most < CLIENT_MOST_OPEN + 5000
    assert wait_until(lambda: pool.state().waiting == 0)
    mine.close()


def test_name_that_is_taken_or_unknown_is_said(pool: SandboxPool) -> None:
    with pytest.raises(ValueError, match="a pool named shared is on the cluster already"):
        SandboxPool(workers=1, name="shared").__enter__()
    with pytest.raises(ConnectionError, match="unheard-of is gone, or was never on this cluster"):
        SandboxPool.attach("unheard-of")
