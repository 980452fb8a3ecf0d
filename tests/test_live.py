"""A live execution beside a runner that sends what no runner of ours does."""

from __future__ import annotations

from typing import Any

import pytest

from deepcoder.sandbox import SandboxError
from deepcoder.sandbox.fake import FakeSandbox, NoAnswer
from deepcoder.sandbox.live import Live
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Outcome, Task, frame


def goes_on(task: Task, given: bytes) -> Outcome:
    raise NoAnswer


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ({"kind": "look", "task": 1, "fed": "much", "asleep_s": 0}, "look"),
        ({"kind": "look", "task": 1, "fed": 1}, "look"),
        ({"kind": "look", "task": 1, "fed": float("inf"), "asleep_s": 0}, "look"),
        ({"kind": "look", "task": 1, "fed": None, "asleep_s": 0}, "look"),
        ({"kind": "outcome", "task": 1}, "outcome"),
        ({"kind": "outcome", "task": 1, "ended": "well", "color": "red"}, "outcome"),
    ],
)
def test_malformed_message_breaks_the_sandbox(head: dict[str, Any], what: str) -> None:
    sandbox = FakeSandbox(goes_on)
    live = Live(sandbox, Task("", Mode.INTERACTIVE, Limits()))
    sandbox.stream._received = frame(head)
    with pytest.raises(SandboxError, match=f"sent a malformed {what}"):
        list(live.events())
    assert not sandbox.is_open
