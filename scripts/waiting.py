"""Wait for a condition that nothing announces.

Runs: in the chaos runs, and in tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_S = 0.05  # between two looks


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Return whether the condition holds within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(POLL_S)
    return condition()
