"""Measure how soon a pool is ready, and what importing the package costs.

A pool of W workers is ready when each has a sandbox that has run a program. It is compared with the slowest of W
sandboxes that are started one after the other in the same round. Ray runs already, but its processes for the workers
start too, on this machine's cores: so the pool is also compared with W actors that do nothing, and with a pool of one.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import ray

from deepcoder import sandbox as sandboxes
from deepcoder.pool import SandboxPool
from deepcoder.sandbox import SandboxConfig
from scripts.bench.figures import Figure, Measure, compared, interleaved
from scripts.bench.pools import wait_until_ready

SIZES = (1, 4, 8)
HEAVY = ("torch", "ray", "transformers")
IMPORT = f"""
import json, sys, time
began = time.perf_counter()
import deepcoder
print(json.dumps([time.perf_counter() - began, sum(name in sys.modules for name in {HEAVY!r})]))
"""


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the seconds until each worker of a pool has its sandbox, and the cost of the import."""
    imports = [imported() for _ in range(rounds)]
    yield compared("import deepcoder", "ms", [1000 * took_s for took_s, _ in imports], bound=150)
    heavy = [count for _, count in imports]
    yield compared(f"of {', '.join(HEAVY)} imported with it", "modules", heavy, bound=0)

    ray.init("local", num_cpus=max(SIZES), include_dashboard=False, logging_level=logging.WARNING)
    try:
        measures: list[Measure] = [lambda: slowest_s(sandbox)]
        for size in SIZES:
            measures += [partial(ready_s, sandbox, size), partial(empty_s, size)]
        found = interleaved(measures, rounds)
    finally:
        ray.shutdown()
    for size in SIZES:
        for floor in (slowest(size), actors(size), *([ready(1)] if size > 1 else [])):
            yield compared(ready(size), "s", found[ready(size)], found[floor], floor)


def ready(size: int) -> str:
    return f"pool of {size} ready"


def slowest(size: int) -> str:
    return f"slowest of {size} sandboxes"


def actors(size: int) -> str:
    return f"{size} empty actors ready"


def ready_s(sandbox: str, size: int) -> dict[str, float]:
    """Return the seconds until all workers of a new pool are ready, where Ray runs already."""
    began = time.perf_counter()
    with SandboxPool(size, sandbox) as pool:
        wait_until_ready(pool, size)
        return {ready(size): time.perf_counter() - began}


def empty_s(size: int) -> dict[str, float]:
    """Return the seconds until this many actors that do nothing have answered."""

    class Empty:
        def answer(self) -> None:
            pass

    actor: Any = ray.remote(Empty).options(num_cpus=1)
    began = time.perf_counter()
    started = [actor.remote() for _ in range(size)]
    ray.get([each.answer.remote() for each in started])
    return {actors(size): time.perf_counter() - began}


def slowest_s(sandbox: str) -> dict[str, float]:
    """Return the seconds of the slowest of as many starts as a pool has, one after the other."""
    starts_s = []
    for _ in range(max(SIZES)):
        began = time.perf_counter()
        started = sandboxes.start(SandboxConfig(sandbox))
        starts_s.append(time.perf_counter() - began)
        started.close()
    return {slowest(size): max(starts_s[:size]) for size in SIZES}


def imported() -> tuple[float, int]:
    """Return the seconds of the import in a new interpreter, and how many heavy packages it imports."""
    took_s, heavy = json.loads(subprocess.check_output([sys.executable, "-c", IMPORT]))
    return took_s, heavy
