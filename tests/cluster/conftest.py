"""One cluster for all tests of faults, and a pool that is made anew where a fault has ended it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from scripts.chaos.client import Client
from scripts.chaos.faults import Fault
from scripts.chaos.hosts import LEFT_S, SETTLE_S, Hosts, missing
from scripts.waiting import wait_until

WORKERS = 4
BATCH, PACE_S = 40, 0.15


class Trial:
    """A cluster, and a client that owns a pool on it. The mutable state: that client, and what it was asked so far."""

    def __init__(self, hosts: Hosts, workers: int = WORKERS) -> None:
        self.hosts = hosts
        self.workers = workers
        self.batches = 0
        self.pools = 0
        self._trainer: Client | None = None

    @property
    def trainer(self) -> Client:
        """The owner of a pool."""
        self.hosts.tend()
        if self._trainer is None:
            self.pools += 1
            self._trainer = Client(self.hosts, self.pool, self.workers)
        return self._trainer

    @property
    def pool(self) -> str:
        return f"trial-{self.pools}"

    def seed(self) -> int:
        self.batches += 1
        return self.batches

    def forget(self) -> None:
        """End the trainer, whatever state it is in."""
        if self._trainer is not None:
            self._trainer.close()
            self._trainer = None

    def settles(self, seconds: float = SETTLE_S) -> bool:
        """Whether all workers are back in time."""

        def settled() -> bool:
            self.hosts.tend()
            return bool(self.trainer.state()["alive"] == self.workers)

        return wait_until(settled, seconds)

    def extra(self) -> dict[str, int]:
        """What no worker can have: more than its sandbox and a spare one each, or any file."""
        found = dict[str, int]()
        for host in self.hosts.workers:
            left, workers = host.leftovers(), len(host.find("ray::Worker"))
            found |= {f"containers on {host}": left["containers"] - 2 * workers, f"files on {host}": left["files"]}
        return {name: count for name, count in found.items() if count > 0}

    def survives(self, *faults: Fault, within_s: float) -> None:
        """Judge while faults come, one after the other: all must be back in `within_s` seconds, and right.

        With each fault comes a batch, so that the workers have something to do, however long the one before took.
        """
        trainer, host = self.trainer, self.hosts.workers[0]
        assert self.settles(), f"the pool is not whole before the fault: {trainer.state()}"
        began = time.monotonic()
        with ExitStack() as lasting:
            for fault in faults:
                trainer.begin(BATCH, self.seed(), PACE_S)
                assert wait_until(lambda: bool(trainer.state()["busy"] >= self.workers - 1), within_s)
                lasting.enter_context(fault(self.hosts, host))
            batches = [trainer.counted() for _ in faults]
            took_s = time.monotonic() - began
        for counted in batches:
            assert counted.is_right, counted
        assert took_s < within_s, f"the faults have cost {took_s:.0f} s"
        assert self.settles(), f"workers are missing: {trainer.state()}"
        assert wait_until(lambda: not self.extra(), LEFT_S), self.extra()
        trainer.begin(10, self.seed(), 0.0)
        afterwards = trainer.counted()
        assert afterwards.is_right, afterwards


@pytest.fixture(scope="module")
def hosts(docker_sandboxes: None) -> Iterator[Hosts]:
    """A trainer's host and two worker hosts. Skips where they cannot be made, unless the environment says they must."""
    reason = missing()
    if reason and os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with Hosts(workers=2, cpus=2) as made:
        yield made


@pytest.fixture(scope="module")
def shared_trial(hosts: Hosts) -> Iterator[Trial]:
    made = Trial(hosts)
    yield made
    made.forget()
    assert wait_until(lambda: not hosts.leftovers(), LEFT_S), hosts.leftovers()


@pytest.fixture
def trial(shared_trial: Trial, request: pytest.FixtureRequest) -> Iterator[Trial]:
    """The shared one; where a test has failed, the next one gets a new pool."""
    failed = request.session.testsfailed
    yield shared_trial
    if request.session.testsfailed > failed:
        shared_trial.forget()
