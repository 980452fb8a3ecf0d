"""Start pools whose workers are all ready, and judge batches whose verdicts are known."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deepcoder.pool import Pool, SandboxPool
from deepcoder.verdicts import Judgement
from scripts.bench.mix import Case, check

POLL_S = 0.02
READY_TIMEOUT_S = 120.0


@contextmanager
def ready(sandbox: str, workers: int) -> Iterator[SandboxPool]:
    """Yield a pool once every worker has its sandbox."""
    with SandboxPool(workers, sandbox) as pool:
        wait_until_ready(pool, workers)
        yield pool


def wait_until_ready(pool: Pool, workers: int) -> None:
    """Wait until every worker has its sandbox.

    Raises:
        TimeoutError: A worker has no sandbox after READY_TIMEOUT_S.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while (state := pool.state()).alive < workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the pool is not ready: {state} {state.failure}")
        time.sleep(POLL_S)


def judged(pool: SandboxPool, cases: Sequence[Case]) -> list[Judgement]:
    """Judge the cases.

    Raises:
        WrongVerdict: A verdict is not the known one.
    """
    judgements = pool.judge([each.submission for each in cases])
    check(cases, judgements)
    return judgements


def judged_s(pool: SandboxPool, cases: Sequence[Case]) -> float:
    """Return the seconds that the pool takes for the batch.

    Raises:
        WrongVerdict: A verdict is not the known one.
    """
    began = time.perf_counter()
    judged(pool, cases)
    return time.perf_counter() - began
