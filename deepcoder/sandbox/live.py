"""A live execution: its standard input comes, and its standard output goes, while it runs.

Runs: worker node.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from deepcoder.sandbox.client import Sandbox
from deepcoder.wire.messages import Ended, Given, Outcome, Task


class Said(NamedTuple):
    """Standard output of a live execution."""

    data: bytes


class Look(NamedTuple):
    """Hold how far a live execution has come."""

    fed_bytes: int  # of its standard input: what it could have read by now
    asleep_s: float  # the seconds in which it neither used a processor nor waited for one


Event = Said | Look | Outcome


class Live:
    """One live execution in a sandbox, which runs nothing else meanwhile.

    The mutable state: the bytes that it was sent, when its sandbox was last heard of, and its outcome at the end.
    """

    def __init__(self, sandbox: Sandbox, task: Task, given: Given | None = None) -> None:
        """Begin it.

        Raises:
            SandboxError: The sandbox broke; it is closed.
            ValueError: The sandbox does not have the task's language.
        """
        self.outcome: Outcome | None = None
        self.sent_bytes = 0
        self._sandbox = sandbox
        self._task = task
        self._heard_at = time.monotonic()
        sandbox.begin(task, given or Given())

    def feed(self, data: bytes) -> None:
        """Send standard input. What has ended reads nothing more.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        if self.outcome is None:
            self.sent_bytes += len(data)
            self._sandbox.post("feed", data)

    def end_input(self) -> None:
        """End the standard input.

        Raises:
            SandboxError: The sandbox broke; it is closed.
        """
        if self.outcome is None:
            self._sandbox.post("eof")

    def events(self) -> Iterator[Event]:
        """Receive what has come, if anything has, and yield it.

        Raises:
            SandboxError: The sandbox broke; it is closed. Or its machine is too busy to run the program.
        """
        for head, body in self._sandbox.received(self._task):
            self._heard_at = time.monotonic()
            head.pop("task", None)
            match head.pop("kind", None):
                case "said":
                    yield Said(body)
                case "look":
                    try:
                        yield Look(int(head["fed"]), float(head["asleep_s"]))
                    except (KeyError, TypeError, ValueError, OverflowError) as error:
                        raise self._sandbox.broken(f"sent a malformed look: {error!r}") from None
                case "outcome":
                    self.outcome = self._sandbox.read_outcome(head, body)
                    yield self.outcome

    def check_alive(self) -> None:
        """Check that the sandbox is not silent for too long.

        Raises:
            SandboxError: It is; it is closed.
        """
        if self.outcome is None:
            self._sandbox.check_alive(self._heard_at)

    def fileno(self) -> int:
        """Return the descriptor that is readable when something has come."""
        return self._sandbox.fileno()

    def close(self) -> None:
        """End what still runs."""
        if self.outcome is None and self._sandbox.is_open:
            self.outcome = Outcome(Ended.KILLED)
            self._sandbox.stop()
