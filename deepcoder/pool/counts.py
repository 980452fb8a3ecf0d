"""What a pool has done so far, in plain numbers.

Runs: in the coordinator. No Ray: `metrics.py` tells Ray, and through it Prometheus.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from deepcoder.verdicts import Judgement, Verdict

TELL_S = 1.0  # between two times that the numbers are told
RATES_OVER_S = 60


@dataclass
class Counts:
    """What has been done so far. The mutable state: everything."""

    judgements: Counter[Verdict] = field(default_factory=Counter)
    repeated: int = 0
    suspicious: int = 0
    tests: int = 0
    retries: int = 0
    sandbox_starts: int = 0
    sandbox_recycles: int = 0
    worker_losses: int = 0

    def answer(self, judgements: Iterable[Judgement]) -> None:
        """Count judgements that a client is told."""
        for each in judgements:
            self.judgements[each.verdict] += 1
            self.repeated += each.repeated
            self.suspicious += bool(each.suspicious)


class Rates:
    """How much is done per second, over about the last minute. The mutable state: what had been done at each second."""

    def __init__(self, now: float) -> None:
        self._seen = deque([(now, 0, 0)], maxlen=RATES_OVER_S + 1)

    def see(self, judged: int, tests: int, now: float) -> None:
        """Note what has been done so far; called each second."""
        self._seen.append((now, judged, tests))

    def per_s(self) -> tuple[float, float]:
        """Return the submissions and the tests per second."""
        (since, judged, tests), (until, more_judged, more_tests) = self._seen[0], self._seen[-1]
        passed_s = max(until - since, TELL_S)
        return (more_judged - judged) / passed_s, (more_tests - tests) / passed_s
