"""Define what the dispatcher has the coordinator do.

Runs: in the coordinator, and in the simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from deepcoder.pool.calls import Answers, Call
from deepcoder.pool.crew import Member
from deepcoder.pool.inbox import Work


class Give(NamedTuple):
    """Send the worker these parts, which may be none, and tell the dispatcher what it reports."""

    member: Member
    works: list[Work]
    references: Mapping[str, list[Any]]  # to the problems of the parts


class Drop(NamedTuple):
    """Tell the worker to forget these parts."""

    member: Member
    numbers: list[int]


class AskSplit(NamedTuple):
    """Ask the worker to give away tests of the part, and tell the dispatcher what it answers."""

    member: Member
    number: int


class Answer(NamedTuple):
    """Send the call these judgements."""

    call: Call
    answers: Answers


class HangUp(NamedTuple):
    """End the call: its client is gone."""

    call: Call


class Restart(NamedTuple):
    """Have the worker start anew, and tell the dispatcher when it has."""

    member: Member


class Dismiss(NamedTuple):
    """End the worker: it is leaving, and holds nothing."""

    member: Member


class Warn(NamedTuple):
    """Log a warning."""

    text: str


Command = Give | Drop | AskSplit | Answer | HangUp | Restart | Dismiss | Warn
