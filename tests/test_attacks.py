"""Nothing under attacks/ is accepted, harms the next program or leaves anything, in every kind of sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from deepcoder.redteam import LIMITS, Attack, Bench, attacks
from deepcoder.sandbox import SandboxConfig

ATTACKS = attacks()
RECOVERY_S = 15.0  # on a very busy machine

CASES = [
    pytest.param(attack, mode, id=f"{attack.kind}-{attack.name}-{mode}")
    for attack in ATTACKS
    for mode in attack.verdicts
]


@pytest.fixture(scope="module")
def bench(sandbox_kind: str) -> Iterator[Bench]:
    with closing(Bench(SandboxConfig(sandbox_kind, memory_bytes=LIMITS.memory_bytes), RECOVERY_S)) as opened:
        yield opened


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("attack", "mode"), CASES)
def test_attack_fails_and_leaves_nothing(attack: Attack, mode: str, bench: Bench) -> None:
    finding = bench.attack(attack, mode)

    assert finding.held, finding
    assert finding.is_expected, finding
    assert finding.judgement is not None and finding.judgement.detail.isprintable(), finding


def test_attacks_are_many_and_of_every_kind() -> None:
    kinds = Counter(attack.kind for attack in ATTACKS)

    assert len(ATTACKS) >= 60
    assert min(kinds.values()) >= 4, kinds
