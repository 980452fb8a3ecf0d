"""Tells the log of submissions that could not be judged, and raises its voice where they are many.

Runs: in every client of the pool.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Sequence

from deepcoder.verdicts import Judgement, Verdict

log = logging.getLogger(__name__)

BORNE = 0.01  # share of IE that machines may now and then cause
OVER = 1000  # judgements, the last ones, of which a share is taken
AT_LEAST = 100  # of them: below, a batch's own line says enough
EVERY_S = 60.0


class Alarm:
    """The mutable state: whether each of the last judgements was IE, and when the alarm was raised last."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=OVER)
        self._raised = -math.inf
        self._lock = threading.Lock()

    def hear(self, judgements: Sequence[Judgement], now: float) -> None:
        """Of a whole batch. `now`: by a monotonic clock, in seconds."""
        failed = [each for each in judgements if each.verdict is Verdict.IE]
        if failed:
            log.error("%d of %d could not be judged: %s", len(failed), len(judgements), failed[0].detail)
        with self._lock:
            self._last.extend(each.verdict is Verdict.IE for each in judgements)
            total, share = len(self._last), sum(self._last) / max(1, len(self._last))
            if not failed or total < AT_LEAST or share <= BORNE or now < self._raised + EVERY_S:
                return
            self._raised = now
        log.critical(
            "%.1f %% of the last %d judgements are IE, more than %.0f %%: rewards are missing until the sandboxes or "
            "their machines are well; `deepcoder status` shows the workers",
            100 * share,
            total,
            100 * BORNE,
        )
