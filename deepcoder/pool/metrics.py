"""What a pool does, in numbers: for `State`, and through Ray for Prometheus.

Runs: in the coordinator.

Ray's calls take a microsecond or two each, so that counts are kept as plain numbers and told once a second. Prometheus
gets them with Ray's prefix, and counters with a suffix: `ray_deepcoder_tests_total`. Each has the pool's name as a tag.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping

from ray.util.metrics import Counter, Gauge, Histogram

from deepcoder.pool.counts import Counts

BOUNDARIES_S = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0]

# By name, without "deepcoder_": what it is, and its tag beside the pool's name.
COUNTERS = {
    "judgements": ("Submissions judged, told to clients, by verdict; IE is a fault of ours.", "verdict"),
    "repeated": ("Of them those that had been judged before, or were being judged.", ""),
    "suspicious": ("Of them those that did what honest programs do not.", ""),
    "tests": ("Tests that were run.", ""),
    "retries": ("Attempts at a submission that failed and were followed by another.", ""),
    "sandbox_starts": ("Sandboxes that workers began to use.", ""),
    "sandbox_recycles": ("Sandboxes that were in doubt and were thrown away.", ""),
    "worker_losses": ("Workers that were lost, each with its sandbox.", ""),
}
GAUGES = {
    "queue": ("Parts of submissions that wait for a worker.", ""),
    "workers": ("Workers that are busy, idle or starting.", "state"),
}
HISTOGRAMS = {
    "waiting_seconds": "From when a submission was asked for until the first worker got it.",
    "judging_seconds": "From then until it was judged, with retries.",
}


class Metrics:
    """The mutable state: what Ray was told last."""

    def __init__(self, pool: str) -> None:
        tags = {"pool": pool}
        self._counters = {
            name: Counter(f"deepcoder_{name}", text, _keys(tag)).set_default_tags(tags)
            for name, (text, tag) in COUNTERS.items()
        }
        self._gauges = {
            name: Gauge(f"deepcoder_{name}", text, _keys(tag)).set_default_tags(tags)
            for name, (text, tag) in GAUGES.items()
        }
        self._waiting, self._judging = (
            Histogram(f"deepcoder_{name}", text, BOUNDARIES_S, ("pool",)).set_default_tags(tags)
            for name, text in HISTOGRAMS.items()
        )
        self._told: collections.Counter[tuple[str, str]] = collections.Counter()

    def tell(self, counts: Counts, queue: int, workers: Mapping[str, int]) -> None:
        """Called each second. `workers`: how many are in each state."""
        for name, (_, tag) in COUNTERS.items():
            found = getattr(counts, name)
            for value, count in found.items() if tag else [("", found)]:
                if more := count - self._told[name, value]:
                    self._counters[name].inc(more, {tag: value} if tag else None)
                    self._told[name, value] = count
        self._gauges["queue"].set(queue)
        for state, count in workers.items():
            self._gauges["workers"].set(count, {"state": state})

    def observe(self, waited_s: Iterable[float], judged_s: Iterable[float]) -> None:
        """Add to the histograms how long submissions have waited for a worker, and then for their judgement."""
        for seconds in waited_s:
            self._waiting.observe(seconds)
        for seconds in judged_s:
            self._judging.observe(seconds)


def _keys(tag: str) -> tuple[str, ...]:
    return ("pool", tag) if tag else ("pool",)
