"""Logs submissions that could not be judged, and raises an alarm where they are many.

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

ALARM_SHARE = 0.01  # of IE; fewer are what machines may cause now and then
ALARM_WINDOW = 1000  # judgements, the last ones, of which the share is taken
ALARM_MINIMUM = 100  # judgements; with fewer a batch's own line in the log is enough
ALARM_EVERY_S = 60.0


class Alarm:
    """Logs batches with IE, and raises the alarm when the share of IE is high.

    The mutable state: for each of the last judgements whether it was IE, and when the alarm was raised last.
    """

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=ALARM_WINDOW)
        self._raised = -math.inf
        self._lock = threading.Lock()

    def hear(self, judgements: Sequence[Judgement], now: float) -> None:
        """Take the judgements of a batch. `now`: by a monotonic clock, in seconds."""
        failed = [judgement for judgement in judgements if judgement.verdict is Verdict.IE]
        if failed:
            log.error("%d of %d could not be judged: %s", len(failed), len(judgements), failed[0].detail)
        with self._lock:
            self._last.extend(judgement.verdict is Verdict.IE for judgement in judgements)
            total, share = len(self._last), sum(self._last) / max(1, len(self._last))
            if not failed or total < ALARM_MINIMUM or share <= ALARM_SHARE or now < self._raised + ALARM_EVERY_S:
                return
            self._raised = now
        log.critical(
            "%.1f %% of the last %d judgements are IE, more than %.0f %%: rewards are missing until the sandboxes or "
            "their machines are well; `deepcoder status` shows the workers",
            100 * share,
            total,
            100 * ALARM_SHARE,
        )
