"""Random faults under load: `make chaos ARGS="--minutes 15 --seed 1"`.

Three clients judge submissions with known verdicts on one pool, on three hosts of which two have sandboxes, while one
fault after the other comes and goes. Then the trainer is killed. The exit code is 1 unless every submission came back
once, with its known verdict, and nothing is left on any host.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scripts.chaos import faults
from scripts.chaos.client import Client
from scripts.chaos.faults import Fault
from scripts.chaos.hosts import LEFT_S, SETTLE_S, Host, Hosts, missing
from scripts.chaos.load import Count
from scripts.waiting import wait_until

POOL = "chaos"
WORKERS, CPUS = 4, 2
CLIENTS = 3
BATCH, PACE_S = 40, 0.2
CHAOS_DEADLINE_S = 300.0  # of a batch; a batch that needs it is an error
FAULT_S = 1.0, 25.0  # shortest and longest duration of a fault
PAUSE_S = 1.0, 5.0  # between two faults

out = Console()


class Load:
    """A client that judges one batch after the other. The mutable state: their counts, and a failure."""

    def __init__(self, client: Client, number: int, over: threading.Event) -> None:
        self.client = client
        self.number = number
        self.total = Count()
        self.failure = ""
        self._over = over
        self._thread = threading.Thread(target=self._judge)
        self._thread.start()

    def _judge(self) -> None:
        batch = 0
        try:
            while not self._over.is_set():
                batch += 1
                self.client.begin(BATCH, CLIENTS * batch + self.number, PACE_S, CHAOS_DEADLINE_S)
                self.total.add(self.client.counted(CHAOS_DEADLINE_S + 60))
        except Exception as error:  # the report names any failure
            self.failure = f"client {self.number} has failed: {error!r}"

    def join(self) -> None:
        self._thread.join()


@contextmanager
def client_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill a client on this host that has just asked for a large batch."""
    client = Client(hosts, POOL, host=host)
    client.begin(10 * BATCH, 0, 1.0, CHAOS_DEADLINE_S)
    yield
    client.kill()


def hurt(hosts: Hosts, chosen: random.Random, end: float) -> Counter[str]:
    """Cause one fault after the other until that time; return how many of each kind there were."""
    done: Counter[str] = Counter()
    kinds: list[Fault] = []
    while time.monotonic() < end:
        if not kinds:  # every kind once, in random order, before any comes again
            kinds = [*faults.ALL, client_killed]
            chosen.shuffle(kinds)
        fault, host = kinds.pop(), chosen.choice(hosts.workers)
        duration_s = chosen.uniform(*FAULT_S)
        out.print(f"{fault.__name__} on {host} for {duration_s:.0f} s")
        try:
            with fault(hosts, host):
                time.sleep(duration_s)
            done[fault.__name__] += 1
        except LookupError as error:
            out.print(f"not now: {error}")
        hosts.tend()
        time.sleep(chosen.uniform(*PAUSE_S))
    return done


def main(
    minutes: Annotated[float, typer.Option(min=0.1, help="Duration of the faults together.")] = 15.0,
    seed: Annotated[int, typer.Option(help="Decides the faults' kinds, hosts and durations.")] = 0,
) -> None:
    """Cause faults on a cluster under load, and count the judgements."""
    if reason := missing():
        raise SystemExit(reason)
    over = threading.Event()
    with Hosts(workers=2, cpus=CPUS) as hosts:
        trainer = Client(hosts, POOL, WORKERS)
        loads = [Load(trainer, 0, over)]
        loads += [Load(Client(hosts, POOL), number, over) for number in range(1, CLIENTS)]
        try:
            done = hurt(hosts, random.Random(seed), time.monotonic() + 60 * minutes)
        finally:
            over.set()
            for load in loads:
                load.join()
        is_whole = wait_until(lambda: bool(trainer.state()["alive"] == WORKERS), SETTLE_S)
        for load in loads:
            load.client.kill()
        done["trainer_killed"] += 1
        wait_until(lambda: not hosts.leftovers(), LEFT_S)
        left = hosts.leftovers() | Counter(f"{name} that Ray knows" for name in hosts.actors())
    total = Count()
    for load in loads:
        total.add(load.total)
    failures = [load.failure for load in loads if load.failure]
    if not is_whole:
        failures.append(f"not all {WORKERS} workers have come back within {SETTLE_S:.0f} s")
    print_report(total, done, left, failures)
    raise typer.Exit(not total.is_right or bool(left) or bool(failures))


def print_report(total: Count, done: Counter[str], left: dict[str, int], failures: list[str]) -> None:
    table = Table("what", "how many", title="chaos")
    table.add_row("judgements in", str(total.submitted))
    table.add_row("judgements out", str(total.judged))
    for name, times in sorted(done.items()):
        table.add_row(f"fault: {name}", str(times))
    table.add_row("longest delay of a batch", f"{total.longest_s:.1f} s")
    for name in ("lost", "duplicates", "wrong", "internal_errors"):
        table.add_row(name.replace("_", " "), str(getattr(total, name)))
    table.add_row("leftovers", str(sum(left.values())))
    out.print(table)
    for line in [*failures, *total.details, *(f"left: {count} {name}" for name, count in left.items())]:
        out.print(line, markup=False)


if __name__ == "__main__":
    typer.run(main)
