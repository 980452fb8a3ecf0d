"""Faults under load: every judgement comes back once, right and in time, and nothing is left of what has ended."""

from __future__ import annotations

import pytest

from scripts.chaos import faults
from scripts.chaos.faults import Fault
from tests.cluster.conftest import Trial

pytestmark = pytest.mark.docker


@pytest.mark.parametrize(
    ("kinds", "within_s"),
    [
        ([faults.containers_killed, faults.runners_killed, faults.keepers_killed, faults.worker_killed], 45),
        ([faults.worker_frozen], 45),
        ([faults.containers_paused], 75),
        ([faults.engine_killed], 45),
        ([faults.engine_hangs], 75),
        ([faults.disk_full, faults.containers_killed], 45),
        ([faults.slow, faults.store_full, faults.coordinator_killed], 75),
        ([faults.raylet_killed], 45),
        ([faults.host_killed], 45),
        ([faults.hiccup, faults.partition], 60),
    ],
    ids=lambda value: "+".join(each.__name__ for each in value) if isinstance(value, list) else "",
)
def test_faults_cost_no_judgement(trial: Trial, kinds: list[Fault], within_s: float) -> None:
    trial.survives(*kinds, within_s=within_s)
