"""Judge one batch on a new pool of sleepers: `python -m scripts.growth.client WORKERS KIND SIZE`.

Runs: on the trainer's host. Prints "begun" when all workers are there and the batch begins, then a line of JSON.
"""

from __future__ import annotations

import json
import sys
import time

from deepcoder.verdicts import Verdict
from scripts.bench import pools
from scripts.growth import sleepers

MIB = 1 << 20


def main(workers: int, kind: str, size: float) -> None:
    """Judge `size` seconds of sleep for each worker, or `size` MiB of tests for each of three problems."""
    with sleepers.Sleepers(workers, "process") as pool:
        pools.wait_until_ready(pool, workers)
        pool.judge(sleepers.submissions(0.1 * workers, seed=1))
        if kind == "sleep":
            batch = sleepers.submissions(size * workers, seed=2)
        else:
            batch = sleepers.large(3, round(size * MIB), 8 * workers)
        print("begun", flush=True)  # noqa: T201
        began = time.monotonic()
        judgements = pool.judge(batch)
        took_s = time.monotonic() - began
        slept_s = sum(float(test.input.split()[0]) for each in batch for test in each.problem.tests)
        wrong = sum(each.verdict is not Verdict.AC for each in judgements)
        said = {"submissions": len(batch), "took_s": took_s, "slept_s": slept_s, "wrong": wrong}
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
