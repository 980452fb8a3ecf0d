"""Measure what HTTP costs: /judge and /run_code of a service, beside its pool, with sandboxes that do nothing.

The service and its clients are processes of their own. A latency is that of one program in an idle pool, in turns with
the pool's own. In the crowd, 1,024 requests of 8 client processes are in flight at any time, each on a connection of
its own with the time-outs of verl's client; a lost or wrong answer is an error.
"""

from __future__ import annotations

import http.client
import json
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deepcoder.pool import SandboxPool
from deepcoder.problems import by_id
from deepcoder.remote import RemotePool
from deepcoder.service import app, server
from deepcoder.service.service import Service
from scripts.bench import dispatch, pools
from scripts.bench.figures import Figure, compared, interleaved

WORKERS = 2
BATCH = 4000  # submissions
CALLS = 200  # of one program, whose latency is measured
CROWD_CLIENTS, CROWD_EACH = 8, 128  # processes, and requests in flight of each
CROWD_REQUESTS = 3  # one after the other, of each of those in flight
READ_TIMEOUT_S = 30.0  # as verl's client has it, for time-outs of 10 s
TRIES = 3  # at a 504, as verl's client has it

Seconds = list[float]


def main() -> None:
    """Serve the pool of a file, or be a client of the crowd: `python -m scripts.bench.serve serve|crowd ...`."""
    what, *given = sys.argv[1:]
    if what == "crowd":
        print(json.dumps(crowd(given[0], given[1])))  # noqa: T201
        return
    pool: SandboxPool = pickle.loads(Path(given[0]).read_bytes())
    listening = server.bound("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)  # noqa: T201
    server.server(app.application(Service(pool, by_id(dispatch.PROBLEMS)))).run(sockets=[listening])


def command(*given: str) -> list[str]:
    return [sys.executable, "-m", "scripts.bench.serve", *given]


@contextmanager
def serving(pool: SandboxPool) -> Iterator[str]:
    """Yield the address of a service of the pool, in a process of its own."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pool"
        path.write_bytes(pickle.dumps(pool))
        with subprocess.Popen(command("serve", str(path)), stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            yield f"127.0.0.1:{int(running.stdout.readline())}"
            running.terminate()


def posted(connection: http.client.HTTPConnection, path: str, body: Any) -> tuple[int, bytes]:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def judged_s(address: str, salt: str) -> Seconds:
    """Return how long /judge took for each of several programs, one after the other on one connection."""
    connection, took = http.client.HTTPConnection(address), []
    for each in dispatch.submissions(CALLS, salt):
        assert each.program is not None
        rows = [{"problem_id": each.problem.problem_id, "program": each.program.source}]
        began = time.perf_counter()
        status, answer = posted(connection, "/judge", {"submissions": rows})
        took.append(time.perf_counter() - began)
        assert status == 200 and json.loads(answer)["verdict"] == "AC", answer
    return took


def crowd(address: str, salt: str) -> dict[str, Any]:
    """Have so many requests in flight that each thread has one; return their seconds, and how often one was 504."""

    def one(number: int) -> tuple[Seconds, int]:
        took, busy = [], 0
        for turn in range(CROWD_REQUESTS):
            code = f"{dispatch.ECHO}{salt} {number} {turn}"
            began = time.perf_counter()
            for _ in range(TRIES):
                connection = http.client.HTTPConnection(address, timeout=READ_TIMEOUT_S)
                body = {"code": code, "stdin": "", "compile_timeout": 10, "run_timeout": 10, "language": "python"}
                status, answer = posted(connection, "/run_code", body)
                connection.close()
                if status != 504:
                    break
                busy += 1
                time.sleep(1)
            took.append(time.perf_counter() - began)
            assert status == 200 and json.loads(answer)["run_result"]["stdout"] == code, (status, answer)
        return took, busy

    with ThreadPoolExecutor(CROWD_EACH) as threads:
        found = list(threads.map(one, range(CROWD_EACH)))
    return {"took": [each for took, _ in found for each in took], "busy": sum(busy for _, busy in found)}


def crowded(address: str, salt: str) -> tuple[float, Seconds, int]:
    """Return the runs per second of the whole crowd, the seconds of each, and how many answers were 504."""
    began = time.perf_counter()
    running = [
        subprocess.Popen(command("crowd", address, f"{salt}.{each}"), stdout=subprocess.PIPE, text=True)
        for each in range(CROWD_CLIENTS)
    ]
    answers = [json.loads(each.communicate()[0]) for each in running]
    rate = CROWD_CLIENTS * CROWD_EACH * CROWD_REQUESTS / (time.perf_counter() - began)
    return rate, [s for each in answers for s in each["took"]], sum(each["busy"] for each in answers)


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the figures; the kind of sandbox makes no difference, because there is none."""
    with dispatch._Pool(WORKERS, "process") as pool:
        pools.wait_until_ready(pool, WORKERS)
        with serving(pool) as address:
            yield from _latencies(pool, address, rounds)
            yield from _rates(pool, address, rounds)
            found = [crowded(address, f"crowd {each}") for each in range(max(1, rounds // 2))]
        took = [seconds for _, each, _ in found for seconds in each]
        who = f"{CROWD_CLIENTS * CROWD_EACH} in flight"
        yield compared(f"/run_code, {who}", "1/s", [rate for rate, _, _ in found])
        yield Figure(f"/run_code, {who}: longest", max(took), "s", bound=READ_TIMEOUT_S)
        yield Figure(f"/run_code, {who}: told 504", float(sum(busy for _, _, busy in found)), "requests")


def _latencies(pool: SandboxPool, address: str, rounds: int) -> Iterator[Figure]:
    """Yield the latency of /judge for one program, beside the pool's own, and what HTTP adds."""
    ours: list[Seconds] = []
    theirs: list[Seconds] = []
    judged_s(address, "warm")
    dispatch.latencies_s(pool, "warm here")
    for turn in range(rounds):
        ours.append(judged_s(address, f"http {turn}"))
        theirs.append(dispatch.latencies_s(pool, f"pool {turn}"))
    for name, rank, bound in (("p50", 49, None), ("p99", 98, 20.0)):
        http, alone = (
            [1000 * statistics.quantiles(each, n=100)[rank] for each in one_way] for one_way in (ours, theirs)
        )
        yield compared(f"/judge, one program, {name}", "ms", http, alone, "the pool alone")
        added = [one - other for one, other in zip(http, alone, strict=True)]
        yield Figure(f"added by HTTP, {name}", statistics.median(added), "ms", bound=bound)


def _rates(pool: SandboxPool, address: str, rounds: int) -> Iterator[Figure]:
    remote = RemotePool(f"http://{address}")
    numbers = iter(range(1_000_000))

    def rate(judging: Any) -> float:
        batch = dispatch.submissions(BATCH, f"rate {next(numbers)}")
        began = time.perf_counter()
        found = judging.judge(batch)
        took_s = time.perf_counter() - began
        assert {each.verdict for each in found} == {"AC"}, found[0]
        return BATCH / took_s

    rate(remote)
    found = interleaved([lambda: {"http": rate(remote)}, lambda: {"pool": rate(pool)}], rounds)
    yield Figure("/judge, batches", statistics.median(found["http"]), "1/s", bound=1500.0, at_least=True)
    yield compared("/judge, batches, beside the pool", "1/s", found["http"], found["pool"], "the pool alone")


if __name__ == "__main__":
    main()
