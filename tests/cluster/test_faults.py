"""Faults under load: every judgement comes back once, right and in time, and nothing is left of what has ended.

One cluster and, as long as no trainer dies, one pool for all tests: what a fault breaks, the next test would see.
"""

from __future__ import annotations

import os

import pytest

from deepcoder.sandbox.docker import IMAGE
from scripts.chaos import faults
from scripts.chaos.client import Client
from scripts.chaos.faults import Fault
from scripts.chaos.hosts import LEFT_S, Hosts
from scripts.waiting import wait_until
from tests.cluster.conftest import Trial

pytestmark = [pytest.mark.hosts, pytest.mark.docker, pytest.mark.timeout(300)]

FREED_S = 20.0  # in which nothing is done any more for a client that has died


FAULTS: list[tuple[list[Fault], int]] = [
    ([faults.containers_killed, faults.runners_killed, faults.keepers_killed, faults.worker_killed], 60),
    ([faults.engine_killed], 75),
    ([faults.store_full, faults.coordinator_killed, faults.slow], 75),
    ([faults.hiccup, faults.partition], 60),
]
# `make chaos` causes these too, and tests/test_dispatcher.py and test_inbox.py tell what is decided after them.
MORE_FAULTS: list[tuple[list[Fault], int]] = [
    ([faults.worker_frozen], 75),  # noticed as a partition is: no report comes
    ([faults.containers_paused], 75),  # test_sandbox.py freezes one
    ([faults.engine_hangs], 75),
    ([faults.disk_full, faults.containers_killed], 75),
    ([faults.raylet_killed], 75),
    ([faults.host_killed], 75),
]
ALL_FAULTS = bool(os.environ.get("DEEPCODER_ALL_FAULTS"))  # `make faults`


@pytest.mark.parametrize(
    ("kinds", "within_s"),
    [*FAULTS, *(MORE_FAULTS if ALL_FAULTS else [])],
    ids=lambda value: "+".join(each.__name__ for each in value) if isinstance(value, list) else "",
)
def test_faults_cost_no_judgement(trial: Trial, kinds: list[Fault], within_s: float) -> None:
    trial.survives(*kinds, within_s=within_s)


def test_client_killed_frees_its_work_and_harms_no_other(trial: Trial) -> None:
    trainer = trial.trainer
    assert trial.settles()
    client = Client(trial.hosts, trial.pool)
    client.begin(400, trial.seed(), 1.0)
    assert wait_until(lambda: bool(trainer.state()["waiting"] > 100))

    trainer.begin(20, trial.seed(), 0.2)
    client.kill()
    counted = trainer.counted()

    assert counted.is_right, counted
    assert wait_until(lambda: not trainer.state()["waiting"] and not trainer.state()["busy"], FREED_S), trainer.state()
    assert wait_until(lambda: not trial.extra(), LEFT_S), trial.extra()


def test_client_that_attaches_from_a_worker_host_is_served(trial: Trial) -> None:
    assert trial.settles()
    with Client(trial.hosts, trial.pool, host=trial.hosts.workers[0]) as client:
        client.begin(20, trial.seed(), 0.0)
        counted = client.counted()

    assert counted.is_right, counted


@pytest.mark.parametrize("what", ["another", "none"])
def test_node_without_the_image_of_the_others_is_named_and_used_when_it_has_it(
    trial: Trial, hosts: Hosts, what: str
) -> None:
    trial.forget()
    host = hosts.workers[1]
    with host.engine() as client:
        right = client.images.get(IMAGE)
        right.tag("kept")
        client.images.remove(IMAGE)
        if what == "another":
            container = client.containers.create("kept")
            container.commit(*IMAGE.split(":"))
            container.remove()
        trainer = trial.trainer

        failures: list[str] = []

        def is_said() -> bool:
            state = trainer.state()
            failures[:] = state["failures"]
            return bool(state["alive"] == 2 and failures)

        assert wait_until(is_said)
        (failure,) = failures
        assert failure.partition(":")[0] in [each.address for each in hosts.workers]
        assert ("have the same on every node" if what == "another" else f"has no image {IMAGE}") in failure

        if what == "another":
            client.images.remove(IMAGE, force=True)
        right.tag(*IMAGE.split(":"))
        client.images.remove("kept")
        if what == "none":  # of two images the one that came first is the right one
            assert trial.settles()


@pytest.mark.parametrize("how", ["killed", "closed"])
def test_trainer_that_ends_leaves_nothing_on_any_host(trial: Trial, hosts: Hosts, how: str) -> None:
    trainer = trial.trainer
    assert trial.settles()
    trainer.begin(100, trial.seed(), 0.5)
    assert wait_until(lambda: bool(trainer.state()["busy"] == trial.workers))
    assert hosts.leftovers()
    assert sorted(hosts.actors()) == ["Coordinator", *["Worker"] * trial.workers]

    if how == "killed":
        trainer.kill()
    trial.forget()

    assert wait_until(lambda: not hosts.leftovers(), LEFT_S), hosts.leftovers()
    assert hosts.actors() == []
