"""Count what a pool has done so far, in plain numbers.

Runs: in the coordinator, and in the simulation. No Ray: `metrics.py` tells Ray, and Ray tells Prometheus.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from deepcoder.pool.calls import Answers, Call
from deepcoder.verdicts import Verdict

METRICS_S = 1.0  # between two times that the numbers are read
RATES_OVER_S = 60


@dataclass
class Counts:
    """Count what was done so far. The mutable state: everything."""

    judgements: Counter[Verdict] = field(default_factory=Counter)
    repeated: int = 0
    suspicious: int = 0
    tests: int = 0
    retries: int = 0
    sandbox_starts: int = 0
    sandbox_recycles: int = 0
    worker_losses: int = 0
    waited_s: list[float] = field(default_factory=list)  # of submissions, until a worker got them; see `take_seconds`
    judged_s: list[float] = field(default_factory=list)  # from then until they were judged

    def answer(self, call: Call, answers: Answers) -> None:
        """Count what a call is told, unless the call is one of `begin`, whose answers are not read."""
        if call.is_ahead:
            return
        for _, judgement in answers:
            self.judgements[judgement.verdict] += 1
            self.repeated += judgement.repeated
            self.suspicious += bool(judgement.suspicious)

    def take_seconds(self) -> tuple[list[float], list[float]]:
        """Return the seconds of waiting and judging that were noted since the last call."""
        taken = self.waited_s, self.judged_s
        self.waited_s, self.judged_s = [], []
        return taken


class Rates:
    """Measure what is done per second, over about the last minute. The mutable state: the counts at each second."""

    def __init__(self, now: float) -> None:
        self._seen = deque([(now, 0, 0)], maxlen=RATES_OVER_S + 1)

    def see(self, judged: int, tests: int, now: float) -> None:
        """Note what was done so far; called each second."""
        self._seen.append((now, judged, tests))

    def per_s(self) -> tuple[float, float]:
        """Return the submissions and the tests per second."""
        (since, judged, tests), (until, more_judged, more_tests) = self._seen[0], self._seen[-1]
        passed_s = max(until - since, METRICS_S)
        return (more_judged - judged) / passed_s, (more_tests - tests) / passed_s
