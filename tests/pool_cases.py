"""What the pool's tests share: small problems, and a way to do harm while a batch is judged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import ray

from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox.docker import LABEL
from deepcoder.verdicts import Judgement, Submission

ADD_ONE = Problem("add_one", Mode.STDIN, tuple(TestCase(f"{n}\n", f"{n + 1}\n") for n in range(5)))
ONE_TEST = Problem("one_test", Mode.STDIN, ADD_ONE.tests[:1])  # nobody helps with it: its count of tests is exact
RIGHT = Program("print(int(input()) + 1)")
WRONG = Program("print(2)")
LONG = Problem("long", Mode.STDIN, (TestCase("", "done\n"),), limits=Limits(cpu_s=20, wall_s=40))
SLEEPER = Program("import time\ntime.sleep(5)\nprint('done')")


SLEEPERS = [Submission(LONG, Program(f"{SLEEPER.source}  # {number}")) for number in range(2)]


def verdicts(judgements: list[Judgement]) -> list[str]:
    return [str(judgement.verdict) for judgement in judgements]


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def containers() -> list[str]:
    client = docker.from_env()
    try:
        return [
            str(each.name) for each in client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
        ]
    finally:
        client.close()


class judging:  # reads as a verb where it is used
    """Judges in a thread while the body does harm; afterwards the list holds the judgements."""

    def __init__(self, pool: SandboxPool, submissions: list[Submission]) -> None:
        self.found: list[Judgement] = []
        self.thread = threading.Thread(target=lambda: self.found.extend(pool.judge(submissions)))

    def __enter__(self) -> list[Judgement]:
        self.thread.start()
        return self.found

    def __exit__(self, *_: object) -> None:
        self.thread.join()


def a_worker_pid() -> int:
    """A worker actor of the Ray that this process is on: its process calls itself `ray::Worker`."""
    node: Any = ray._private.worker.global_worker.node
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                commands = [(each / "cmdline").read_text() for each in (entry, Path("/proc", parent))]
            except OSError:
                continue
            if commands[0].startswith("ray::Worker") and node.session_name in commands[1]:  # whose parent is a raylet
                return int(entry.name)
    raise LookupError("no worker process")


def children(pid: int) -> list[int]:
    """Of all threads of the process."""
    return [int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text().split()]
