"""The metrics of a pool, which Ray passes on to Prometheus.

Runs: in the coordinator.

A call of Ray's metrics takes a microsecond or two. So `Counts` holds plain numbers, and Ray is told once a second. In
Prometheus each name has Ray's prefix, and a counter has a suffix: `ray_deepcoder_tests_total`. Each has the pool's name
as a tag.
"""

from __future__ import annotations

import collections
from collections.abc import Mapping

from ray.util.metrics import Counter, Gauge, Histogram

from deepcoder.pool.counts import Counts

BOUNDARIES_S = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0]

# By name, without "deepcoder_": a description, and the tag beside the pool's name.
COUNTERS = {
    "judgements": ("Submissions judged, told to clients, by verdict; IE is a fault of ours.", "verdict"),
    "repeated": ("Submissions answered from the cache, or together with an equal one at work.", ""),
    "suspicious": ("Submissions whose program did what honest programs do not.", ""),
    "tests": ("Tests run.", ""),
    "retries": ("Failed attempts at a submission that were followed by a retry.", ""),
    "sandbox_starts": ("Sandboxes that workers began to use.", ""),
    "sandbox_recycles": ("Sandboxes in doubt that were thrown away.", ""),
    "worker_losses": ("Workers lost, each with its sandbox.", ""),
}
GAUGES = {
    "queue": ("Parts of submissions in the queue for a worker.", ""),
    "workers": ("Workers that are busy, idle or starting.", "state"),
}
HISTOGRAMS = {
    "waiting_seconds": "From the call that asks for a submission until the first worker gets it: time in the queue.",
    "judging_seconds": "From when the first worker gets a submission until its judgement, retries included.",
}


class Metrics:
    """The metrics of one pool. The mutable state: what Ray was told last."""

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
        """Tell Ray the counts; called each second. `workers`: how many are in each state."""
        for name, (_, tag) in COUNTERS.items():
            counted = getattr(counts, name)
            for value, count in counted.items() if tag else [("", counted)]:
                if more := count - self._told[name, value]:
                    self._counters[name].inc(more, {tag: value} if tag else None)
                    self._told[name, value] = count
        self._gauges["queue"].set(queue)
        for state, count in workers.items():
            self._gauges["workers"].set(count, {"state": state})
        for histogram, values in zip((self._waiting, self._judging), counts.take_seconds(), strict=True):
            for seconds in values:
                histogram.observe(seconds)


def _keys(tag: str) -> tuple[str, ...]:
    return ("pool", tag) if tag else ("pool",)
