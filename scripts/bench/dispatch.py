"""Measure what the pool itself costs: judgements per second and latency of 1 to 256 workers with empty sandboxes.

Many workers share a process, because the coordinator, its messages and its clients are what is measured. The latency is
that of a batch of one program in an idle pool; none of it is the sandbox's own time.
"""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray

from deepcoder.pool import Pool, SandboxPool, ShardedPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Place
from deepcoder.pool.worker import Started, Worker
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig
from deepcoder.verdicts import Submission, Verdict
from deepcoder.wire.messages import Ended, Outcome, Task
from scripts.bench import pools
from scripts.bench.figures import Figure

HOSTS = 2  # processes that hold the workers
WORKER_COUNTS = (1, 4, 16, 64, 256)
COORDINATOR_COUNTS, SHARED_WORKERS = (1, 2, 4), 64
CLIENTS = 4
BATCH = 4000  # submissions
ECHO = "# echo "
CALLS = 200  # batches of one whose latency is measured
PROBLEMS = [Problem(f"noop/{each}", Mode.STDIN, (TestCase(str(each), ""),)) for each in range(50)]


class _Sandbox:
    """A sandbox that answers at once: with the source, where that begins with ECHO."""

    is_open = is_isolated = True

    def run(
        self, task: Task, inputs: Iterable[tuple[int, object]], **_: object
    ) -> Generator[tuple[int, Outcome], None, None]:
        output = task.source.encode() if task.source.startswith(ECHO) else b""
        for key, _given in inputs:
            yield key, Outcome(Ended.EXITED, output, exit_code=0)

    def close(self) -> None:
        pass


class _Worker(Worker):
    async def place(self) -> Place:
        return Place("", "here")

    def _start(self) -> Started:
        self._sandbox = _Sandbox()  # type: ignore[assignment]
        return Started("a sandbox that does nothing", "", {"python": "3"})


class _Host:
    """A process that holds many workers."""

    def __init__(self) -> None:
        self._workers: dict[int, _Worker] = {}

    async def call(self, number: int, method: str, *given: Any) -> Any:
        if number not in self._workers:
            self._workers[number] = _Worker(SandboxConfig("process"))
        return await getattr(self._workers[number], method)(*given)


class _Method:
    def __init__(self, host: Any, number: int, name: str) -> None:
        self._given = host, number, name

    def remote(self, *given: Any) -> Any:
        host, number, name = self._given
        return host.call.remote(number, name, *given)


class _Slot:
    """A worker in a host, with the methods of an actor."""

    def __init__(self, host: Any, number: int) -> None:
        for name in ("place", "start", "exchange", "split", "drop", "close"):
            setattr(self, name, _Method(host, number, name))


class _Coordinator(Coordinator):
    _hosts: list[Any] = []
    _slots = 0

    def _start_worker(self) -> Any:
        if not self._hosts:
            actor: Any = ray.remote(_Host).options(num_cpus=0, max_concurrency=2000)
            self._hosts = [actor.remote() for _ in range(HOSTS)]
        self._slots += 1
        return _Slot(self._hosts[self._slots % HOSTS], self._slots)

    async def close(self) -> None:
        for host in self._hosts:
            ray.kill(host)


class _Pool(SandboxPool):
    _kind = _Coordinator


class _Shards(ShardedPool):
    _kind = _Pool


def submissions(count: int, salt: str) -> list[Submission]:
    return [Submission(PROBLEMS[each % len(PROBLEMS)], Program(f"# {salt} {each}")) for each in range(count)]


def judged_s(pool: Pool, batch: list[Submission]) -> float:
    began = time.perf_counter()
    found = pool.judge(batch)
    took_s = time.perf_counter() - began
    assert {each.verdict for each in found} == {Verdict.AC}, found[0]
    return took_s


CLIENT = """
import pickle, sys, time
sys.path[:0] = {path!r}
from scripts.bench import dispatch
pool = pickle.loads(open({pool!r}, "rb").read())
dispatch.judged_s(pool, dispatch.submissions(100, "warm" + sys.argv[1]))
batch = dispatch.submissions({count}, "client" + sys.argv[1])
print("ready", flush=True)
input()
began = time.time()
dispatch.judged_s(pool, batch)
print(began, time.time(), flush=True)
"""


def many_clients_rate(pool: Pool, salt: str) -> float:
    """Return the judgements per second of several client processes together."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pool"
        path.write_bytes(pickle.dumps(pool))
        root = str(Path(__file__).parents[2])
        source = CLIENT.format(path=[root], pool=str(path), count=BATCH)
        clients = [
            subprocess.Popen(
                [sys.executable, "-c", source, f"{salt}-{each}"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for each in range(CLIENTS)
        ]  # fmt: skip
        for each in clients:
            assert each.stdout is not None and each.stdout.readline() == "ready\n"
        for each in clients:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        times = [tuple(map(float, each.communicate()[0].split())) for each in clients]
    return CLIENTS * BATCH / (max(end for _, end in times) - min(begin for begin, _ in times))


def latencies_s(pool: Pool, salt: str) -> list[float]:
    return sorted(judged_s(pool, submissions(1, f"{salt} {each}")) for each in range(CALLS))


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the figures; the kind of sandbox makes no difference, because there is none."""
    for workers in WORKER_COUNTS:
        with _Pool(workers, "process") as pool:
            pools.wait_until_ready(pool, workers)
            judged_s(pool, submissions(BATCH // 10, "warm"))
            rates = [BATCH / judged_s(pool, submissions(BATCH, f"one {each}")) for each in range(rounds)]
            alone = [each for turn in range(rounds) for each in latencies_s(pool, f"alone {turn}")]
            found = {"rate": statistics.median(rates), "p50": 1000 * statistics.median(alone)}
            found["p99"] = 1000 * statistics.quantiles(alone, n=100)[-1]
            yield Figure(
                f"one client, {workers} workers", found["rate"], "1/s", bound=2000 if workers == 64 else None,
                at_least=True,
            )  # fmt: skip
            if workers == 64:
                many = statistics.median(many_clients_rate(pool, f"many {each}") for each in range(rounds))
                yield Figure(f"{CLIENTS} clients, {workers} workers", many, "1/s", bound=3000, at_least=True)
            yield Figure(f"latency p50, {workers} workers", found["p50"], "ms")
            yield Figure(f"latency p99, {workers} workers", found["p99"], "ms", bound=10 if workers == 64 else None)
    for coordinators in COORDINATOR_COUNTS:
        with _Shards(coordinators, SHARED_WORKERS, "process") as shards:
            pools.wait_until_ready(shards, SHARED_WORKERS)
            judged_s(shards, submissions(BATCH // 10, "warm"))
            many = statistics.median(many_clients_rate(shards, f"{coordinators} of {each}") for each in range(rounds))
            yield Figure(f"{CLIENTS} clients, {SHARED_WORKERS} workers, {coordinators} coordinators", many, "1/s")
