"""The Service: what the contracts share.

Runs: in the service.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import pickle
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ray.exceptions import RayError

from deepcoder.pool import SandboxPool
from deepcoder.pool.clients import CLIENT_MOST_OPEN
from deepcoder.pool.state import State
from deepcoder.problems import Problem
from deepcoder.runs import Ran
from deepcoder.service.batches import Batches
from deepcoder.service.line import Line
from deepcoder.verdicts import Submission

MOST_OPEN = CLIENT_MOST_OPEN  # submissions and runs of the requests of our own contract
MOST_WAITING = 20_000  # runs that wait for a turn
TURNS_PER_WORKER = 2  # one that runs, and one that is next
LEAST_TURNS = 4
STATE_POLL_S = 2.0  # how often the pool is asked for its state

log = logging.getLogger(__name__)


class Service:
    """A pool and what is known of its clients' requests.

    The mutable state: the pool's last state, the line, the batches, and counts for metrics.

    Args:
        pool: Has been started.
        problems: Those that requests may name by id.
        allows_code: Whether a client's problems may bring code of their own, for the jury's sandbox.
    """

    def __init__(self, pool: SandboxPool, problems: Mapping[str, Problem], allows_code: bool = False) -> None:
        self.pool = pool
        self.problems = problems
        self.allows_code = allows_code
        self.languages = pool.languages()
        self.state = pool.state()
        self._runs: SandboxPool = pickle.loads(pickle.dumps(pool))  # a client of its own: runs wait for no judgements
        self.line = Line(LEAST_TURNS, MOST_WAITING)
        self.batches = Batches()
        self.counts: Counter[tuple[str, str]] = Counter()  # by what is counted, and its label
        self._resize(self.state)

    def _resize(self, state: State) -> None:
        self.state = state
        self.line.most_at_work = max(LEAST_TURNS, TURNS_PER_WORKER * state.alive)
        self.line.admit()

    async def watch(self) -> None:
        """Follow the pool's state."""
        while True:
            await asyncio.sleep(STATE_POLL_S)
            try:
                self._resize(await asyncio.to_thread(self.pool.state))
                self.languages = await asyncio.to_thread(self.pool.languages) or self.languages
            except (RayError, ConnectionError) as error:
                self.state = dataclasses.replace(self.state, alive=0, busy=0)
                log.warning("the pool does not tell its state for now: %s", error)

    async def run(self, submission: Submission) -> Ran:
        """Run a program that has its turn."""
        answers = [each async for several in self._runs.judge_async([submission], fresh=True) for each in several]
        [(_, judgement)] = answers
        return Ran.of(judgement)

    def count(self, what: str, label: str = "") -> None:
        """Count something for the metrics. What is rejected is logged once, since many clients score it 0."""
        self.counts[what, label] += 1
        if what == "rejected" and self.counts[what, label] == 1:
            log.warning("a request was rejected, and its client may score that 0: %s", label)

    def status(self) -> dict[str, Any]:
        """Return the service at this moment."""
        return {
            "pool": dataclasses.asdict(self.state),
            "languages": self.languages,
            "memory_bytes": self.pool.memory_bytes,
            "problems": len(self.problems),
            "runs_at_work": self.line.at_work,
            "runs_waiting": self.line.waiting,
            "open": self.batches.open,
            "rejected": {label: count for (what, label), count in self.counts.items() if what == "rejected"},
        }

    def metrics(self) -> str:
        """Return the metrics as Prometheus reads them."""
        gauges = {
            "runs_at_work": self.line.at_work,
            "runs_waiting": self.line.waiting,
            "open": self.batches.open,
            "pool_workers": self.state.alive,
            "pool_busy": self.state.busy,
            "pool_waiting": self.state.waiting,
        }
        lines = [line for name, value in gauges.items() for line in _lines(name, "gauge", {"": value})]
        for name in sorted({what for what, _ in self.counts}):
            counted = {label: count for (what, label), count in self.counts.items() if what == name}
            lines += _lines(f"{name}_total", "counter", counted)
        return "\n".join(lines) + "\n"


def _lines(name: str, kind: str, values: Mapping[str, float]) -> list[str]:
    full = f"deepcoder_service_{name}"
    shown = {label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"): at for label, at in values.items()}
    tagged = [f'{full}{{label="{label}"}} {at}' if label else f"{full} {at}" for label, at in shown.items()]
    return [f"# TYPE {full} {kind}", *tagged]
