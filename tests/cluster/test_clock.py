"""Clocks that jump: Ray's processes, the trainer and the pool's actors are told a wall clock that a file sets.

The kernel has one wall clock for all namespaces, so setting it would harm whatever else runs on the machine. What is
not tried this way is a wait until a point of wall-clock time in the kernel; Ray and Python wait by the monotonic clock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.chaos.hosts import LEFT_S, Hosts, missing
from scripts.waiting import wait_until
from tests.cluster.conftest import Trial

pytestmark = [pytest.mark.hosts, pytest.mark.docker, pytest.mark.timeout(300)]

DAY_S = 86_400


@pytest.fixture
def set_clock(tmp_path: Path) -> Callable[[int], None]:
    """Sets by how many seconds the clock is ahead."""
    path = tmp_path / "clock"

    def set_to(ahead_s: int) -> None:
        with path.open("r+b" if path.exists() else "wb") as file:  # the same file, which processes have mapped
            file.write(ahead_s.to_bytes(8, "little", signed=True))

    set_to(0)
    return set_to


@pytest.fixture
def trial(docker_sandboxes: None, tmp_path: Path, set_clock: Callable[[int], None]) -> Iterator[Trial]:
    """On a cluster with that clock."""
    reason = missing() or ("" if shutil.which("cc") else "a clock that jumps needs a C compiler")
    if reason and os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    library = tmp_path / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    with Hosts(1, 2, {"LD_PRELOAD": str(library), "CLOCK_FILE": str(tmp_path / "clock")}) as hosts:
        made = Trial(hosts, workers=2)
        yield made
        made.forget()
        assert wait_until(lambda: not hosts.leftovers(), LEFT_S), hosts.leftovers()


def test_clock_that_jumps_costs_no_judgement(trial: Trial, set_clock: Callable[[int], None]) -> None:
    trainer = trial.trainer
    assert trial.settles()
    jumps = (DAY_S, -DAY_S, 0)
    for ahead_s in jumps:
        trainer.begin(20, trial.seed(), 0.15)
        assert wait_until(lambda: bool(trainer.state()["busy"] == trial.workers))
        set_clock(ahead_s)
        seen = int(trial.hosts.trainer.run(["date", "+%s"]))
        assert abs(seen - time.time() - ahead_s) < 60
    for counted in [trainer.counted() for _ in jumps]:
        assert counted.is_right, counted
        assert counted.longest_s < 60
    assert trial.settles()
    trainer.begin(20, trial.seed(), 0.0)
    afterwards = trainer.counted()
    assert afterwards.is_right, afterwards
