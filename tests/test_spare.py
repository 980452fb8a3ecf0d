"""A sandbox in waiting is there when one breaks, and costs nothing when it broke itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepcoder.pool.worker import prove
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, SandboxUnavailable, Spare
from tests.conftest import config_of

pytestmark = pytest.mark.sandbox


@pytest.fixture
def spare(sandbox_kind: str) -> Iterator[Spare]:
    opened = Spare(config_of(sandbox_kind, memory_bytes=1 << 28), prove)
    yield opened
    opened.close()


def prepared(spare: Spare) -> Sandbox:
    """The sandbox in waiting, once it has started."""
    spare.prepare()
    assert spare._coming is not None
    return spare._coming.result()


def test_sandbox_in_waiting_is_the_one_taken(spare: Spare) -> None:
    waiting = prepared(spare)

    taken = spare.take()

    assert taken is waiting
    prove(taken)
    taken.close()


def test_sandbox_lost_in_waiting_is_replaced(spare: Spare) -> None:
    waiting = prepared(spare)
    waiting.close()

    taken = spare.take()

    assert taken is not waiting
    prove(taken)
    taken.close()


def test_closing_ends_the_sandbox_in_waiting(spare: Spare) -> None:
    waiting = prepared(spare)

    spare.close()

    assert not waiting.is_open


def test_sandbox_that_does_not_prove_itself_is_closed(sandbox_kind: str) -> None:
    seen = []

    def refuse(sandbox: Sandbox) -> None:
        seen.append(sandbox)
        raise SandboxError("unfit")

    spare = Spare(config_of(sandbox_kind, memory_bytes=1 << 28), refuse)

    with pytest.raises(SandboxError, match="unfit"):
        spare.take()

    assert [each.is_open for each in seen] == [False]


def test_failure_to_start_is_met_by_the_one_who_takes(no_engine: None) -> None:
    spare = Spare(SandboxConfig("docker"), prove)
    spare.prepare()

    with pytest.raises(SandboxUnavailable, match="no Docker engine answers"):
        spare.take()

    spare.close()
