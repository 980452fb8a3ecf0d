"""What the pool's tests share: small problems, and a way to do harm while a batch is judged."""

from __future__ import annotations

import os
import threading
from collections.abc import Set
from contextlib import suppress
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


def containers(owners: Set[str] = frozenset()) -> list[str]:
    """Return the names of the containers whose owner is one of `owners`, or a process that this one has started.

    Another pool on the machine, and tests in another process, have containers too.
    """
    started = descendants(os.getpid())
    found = containers_and_owners()
    return [name for name, label in found.items() if label in owners or int(label.split("-")[2]) in started]


def owners() -> set[str]:
    """Return the owners of the containers that there are now, by which they are known when these processes are gone."""
    found = containers_and_owners()
    return {found[name] for name in containers() if name in found}


def containers_and_owners() -> dict[str, str]:
    """Return the name of every container of a pool, and of its owner, in one question to the engine."""
    client = docker.from_env()
    try:
        listed = client.api.containers(all=True, filters={"label": LABEL})
        return {each["Names"][0].strip("/"): each["Labels"][LABEL] for each in listed}
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
    """Return the processes that any thread of the process has started."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found += map(int, file.read_text().split())
    return found


def descendants(pid: int) -> set[int]:
    """Return the children of the process, and theirs, and so on."""
    found: set[int] = set()
    unseen = children(pid)
    while unseen:
        found.update(unseen)
        unseen = [each for parent in unseen for each in children(parent)]
    return found
