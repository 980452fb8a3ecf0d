"""Clients and trainers that die: what they had asked for ends with them, and nobody else is harmed."""

from __future__ import annotations

import pytest

from scripts.chaos.client import Client
from scripts.chaos.hosts import Hosts, wait_until
from tests.cluster.conftest import LEFT_S, Trial

pytestmark = pytest.mark.docker

FREED_S = 20.0  # in which nothing is done any more for a client that has died


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
    assert not trial.extra()


def test_client_that_attaches_from_a_worker_host_is_served(trial: Trial) -> None:
    assert trial.settles()
    with Client(trial.hosts, trial.pool, host=trial.hosts.workers[0]) as client:
        client.begin(20, trial.seed(), 0.0)
        counted = client.counted()

    assert counted.is_right, counted


@pytest.mark.parametrize("how", ["killed", "closed"])
def test_trainer_that_ends_leaves_nothing_on_any_host(trial: Trial, hosts: Hosts, how: str) -> None:
    trainer = trial.trainer
    assert trial.settles()
    trainer.begin(100, trial.seed(), 0.5)
    assert wait_until(lambda: bool(trainer.state()["busy"] == trial.workers))

    assert hosts.leftovers()

    if how == "killed":
        trainer.kill()
    trial.forget()

    assert wait_until(lambda: not hosts.leftovers(), LEFT_S), hosts.leftovers()
