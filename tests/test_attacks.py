"""Nothing under attacks/ is accepted, harms the next program or leaves anything, in every kind of sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from deepcoder.problems import TestCase
from deepcoder.redteam import LIMITS, Attack, Bench, attacks
from deepcoder.runner.wire import Task
from deepcoder.sandbox import SandboxConfig, start

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


LISTEN = """
import ctypes, socket
kept = []
for family, address in [(1, "\\0attack"), (2, ("127.0.0.1", 7777)), (1, "/tmp/attack"), (1, "socket")]:
    try:
        server = socket.socket(family)
        server.bind(address)
        server.listen()
        kept.append(server)
    except OSError:
        pass

def solve(a, b):
    return len(kept)
"""
CONNECT = """
import os, socket
found = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
print(len(found))
for family, address in [(1, "\\0attack"), (2, ("127.0.0.1", 7777)), (1, "/tmp/attack"), (1, "/tmp/NAME/socket")]:
    client = socket.socket(family)
    client.settimeout(0.2)
    if client.connect_ex(address) == 0:
        print("connected", family, address)
"""


def test_programs_in_two_sandboxes_cannot_meet(sandbox_kind: str) -> None:
    config = SandboxConfig(kind=sandbox_kind, memory_bytes=LIMITS.memory_bytes)
    with closing(start(config)) as one, closing(start(config)) as two:
        listener = one.run(
            Task(LISTEN, "function", vars(LIMITS), "solve"), [TestCase.call([1, 1], 1).input.encode()] * 2
        )
        with closing(listener):
            assert int(next(listener).output) >= 2  # it listens while the other looks

            (outcome,) = two.run(Task(CONNECT, "stdin", vars(LIMITS)), [b""])

    assert outcome.output == b"2\n", outcome  # of the runner


def test_attacks_are_many_and_of_every_kind() -> None:
    kinds = Counter(attack.kind for attack in ATTACKS)

    assert len(ATTACKS) >= 60
    assert min(kinds.values()) >= 4, kinds
