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
CROWDS = ((1, 1, 100), (1, 8, 25), (8, 8, 12), (8, 128, 3))  # processes, requests in flight of each, in turn by each
JUDGING_CLIENTS = (1, 2, 4)  # processes that send batches to /judge
READ_TIMEOUT_S = 30.0  # as verl's client has it, for time-outs of 10 s
TRIES = 3  # at a 504, as verl's client has it

Seconds = list[float]


def main() -> None:
    """Serve the pool of a file, or be one of many clients: `python -m scripts.bench.serve serve|crowd|judge ...`."""
    what, *given = sys.argv[1:]
    if what == "crowd":
        address, salt, each, turns = given
        print(json.dumps(crowd(address, salt, int(each), int(turns))))  # noqa: T201
        return
    if what == "judge":
        print(json.dumps(judging_s(*given)))  # noqa: T201
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


def crowd(address: str, salt: str, each: int, turns: int) -> dict[str, Any]:
    """Have so many requests in flight that each thread has one; return their seconds, and how often one was 504."""

    def one(number: int) -> tuple[Seconds, int]:
        took, busy = [], 0
        for turn in range(turns):
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

    began = time.time()
    with ThreadPoolExecutor(each) as threads:
        found = list(threads.map(one, range(each)))
    took = [seconds for times, _ in found for seconds in times]
    return {"took": took, "busy": sum(busy for _, busy in found), "began": began, "ended": time.time()}


def judging_s(address: str, salt: str) -> dict[str, float]:
    """Judge a batch by `/judge`, and return when that began and ended."""
    batch = dispatch.submissions(BATCH, salt)
    began = time.time()
    found = RemotePool(f"http://{address}").judge(batch)
    assert {each.verdict for each in found} == {"AC"}, found[0]
    return {"began": began, "ended": time.time()}


def together(clients: int, work: int, what: str, address: str, salt: str, *given: str) -> tuple[float, list[Any]]:
    """Have so many processes ask; return how much of the work was done per second, and what each says."""
    running = [
        subprocess.Popen(command(what, address, f"{salt}.{each}", *given), stdout=subprocess.PIPE, text=True)
        for each in range(clients)
    ]
    said = [json.loads(each.communicate()[0]) for each in running]
    took_s = max(each["ended"] for each in said) - min(each["began"] for each in said)
    return work / took_s, said


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the figures; the kind of sandbox makes no difference, because there is none."""
    with dispatch._Pool(WORKERS, "process") as pool:
        pools.wait_until_ready(pool, WORKERS)
        with serving(pool) as address:
            yield from _latencies(pool, address, rounds)
            yield from _rates(pool, address, rounds)
            yield from _crowds(address, max(1, rounds // 2))


def _crowds(address: str, rounds: int) -> Iterator[Figure]:
    """Yield what more and more requests at once get."""
    for clients in JUDGING_CLIENTS:
        work = clients * BATCH
        rates = [together(clients, work, "judge", address, f"judge {clients} {each}")[0] for each in range(rounds)]
        yield compared(f"/judge, batches of {clients} clients at once", "1/s", rates)
    for clients, each, turns in CROWDS:
        who, work = f"{clients * each} in flight", clients * each * turns
        found = [
            together(clients, work, "crowd", address, f"crowd {work} {turn}", str(each), str(turns))
            for turn in range(rounds)
        ]
        yield compared(f"/run_code, {who}", "1/s", [rate for rate, _ in found])
    said = [one for _, several in found for one in several]
    yield Figure(f"/run_code, {who}: longest", max(max(one["took"]) for one in said), "s", bound=READ_TIMEOUT_S)
    yield Figure(f"/run_code, {who}: told 504", float(sum(one["busy"] for one in said)), "requests")


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
