"""Pools whose workers are all there, and batches whose verdicts are known."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deepcoder.pool import SandboxPool
from deepcoder.verdicts import Judgement
from scripts.bench.mix import Case, check

POLL_S = 0.02
START_S = 120.0


@contextmanager
def ready(sandbox: str, workers: int) -> Iterator[SandboxPool]:
    """A pool, once every worker has its sandbox."""
    with SandboxPool(workers, sandbox) as pool:
        wait_until_ready(pool, workers)
        yield pool


def wait_until_ready(pool: SandboxPool, workers: int) -> None:
    """
    Raises:
        TimeoutError: Some worker has no sandbox yet.
    """
    deadline = time.monotonic() + START_S
    while (state := pool.state()).alive < workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the pool is not ready: {state} {state.failure}")
        time.sleep(POLL_S)


def judged(pool: SandboxPool, cases: Sequence[Case]) -> list[Judgement]:
    """
    Raises:
        WrongVerdict: A judgement is not as known.
    """
    judgements = pool.judge([each.submission for each in cases])
    check(cases, judgements)
    return judgements


def judged_s(pool: SandboxPool, cases: Sequence[Case]) -> float:
    """Seconds that the pool takes for the batch.

    Raises:
        WrongVerdict: A judgement is not as known.
    """
    began = time.perf_counter()
    judged(pool, cases)
    return time.perf_counter() - began
