"""Workers whose sandboxes sleep instead of compute, so that many hosts can share two processors.

Runs: coordinator and workers, on the hosts. All but the sandbox is the pool's own.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Generator, Iterable
from pathlib import Path

from deepcoder.pool import SandboxPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.worker import Started, Worker
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Submission
from deepcoder.wire.messages import Ended, Outcome, Task

RECORDED = Path(__file__).parents[1] / "simulation" / "measured.json"
TESTS = 15  # per problem, as DeepCoder samples them


class _Sandbox:
    """A sandbox that sleeps as long as the first word of a test's input says."""

    is_open = is_isolated = True

    def run(
        self, task: Task, inputs: Iterable[tuple[int, bytes]], stop: threading.Event | None = None, **_: object
    ) -> Generator[tuple[int, Outcome], None, None]:
        for key, given in inputs:
            seconds = float(given.split(maxsplit=1)[0])
            if stop is not None and stop.wait(seconds):
                return
            if stop is None:
                time.sleep(seconds)
            yield key, Outcome(Ended.EXITED, b"", exit_code=0, cpu_s=seconds, wall_s=seconds)

    def close(self) -> None:
        pass


class _Worker(Worker):
    def _start(self) -> Started:
        self._sandbox = _Sandbox()  # type: ignore[assignment]
        self._inbox.is_fit = True
        return Started("a sandbox that sleeps", "", {"python": "3"})


class _Coordinator(Coordinator):
    _worker = _Worker


class Sleepers(SandboxPool):
    """A pool of such workers."""

    _kind = _Coordinator


def submissions(total_s: float, seed: int) -> list[Submission]:
    """Return programs that sleep the recorded seconds of right programs for contest problems, so long in all."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["programs"]["problems"]
    draws = random.Random(seed)
    problems: dict[float, Problem] = {}
    found: list[Submission] = []
    left_s = total_s
    while left_s > 0:
        row = draws.choice(recorded)
        seconds = row["test_s"] * draws.choice(row["right"])
        if seconds not in problems:
            tests = tuple(TestCase(f"{seconds:.5f} {number}\n", "") for number in range(TESTS))
            problems[seconds] = Problem(f"sleeps {seconds}", Mode.STDIN, tests)
        found.append(Submission(problems[seconds], Program(f"# {seed} {len(found)}")))
        left_s -= TESTS * seconds
    return found


def large(count: int, problem_bytes: int, programs: int) -> list[Submission]:
    """Return programs for problems with so many bytes of tests each."""
    padding = "x" * (problem_bytes // TESTS)
    found = []
    for number in range(count):
        tests = tuple(TestCase(f"0.02 {number} {each} {padding}\n", "") for each in range(TESTS))
        problem = Problem(f"large {number}", Mode.STDIN, tests)
        found += [Submission(problem, Program(f"# {each}")) for each in range(programs)]
    return found
