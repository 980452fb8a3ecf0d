"""The clock that decides whether an execution has used its time.

Runs: worker node.
"""

from __future__ import annotations

from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Outcome


class Clock:
    """The runner's own clock: the runner decides, and nothing is to be done here."""

    fuse = 1  # by how much the runner's clock may exceed a limit of time
    most_ahead: int | None = None  # how many executions may be sent before the first of them is answered

    def limit(self, limits: Limits, mode: Mode | None) -> None:
        """Note the limits of what is executed from now on, and how a program is; None for its compilation."""

    def restart(self) -> None:
        """Begin another execution, which is not sent yet."""

    def late(self) -> bytes:
        """Return the message that has the runner end the execution where it is late; empty where it is not."""
        return b""

    def timed(self, outcome: Outcome) -> Outcome:
        """Return the outcome of the execution with the times of this clock."""
        return outcome
