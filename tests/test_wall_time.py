"""Which wall time a program is charged for, whatever else its machine does: the rule alone, on made-up accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import MagicMock

import pytest

from deepcoder.runner.accounting import Accounting, Usage, reached_limit
from deepcoder.runner.wall_time import LONGEST_GAP_S, NO_ACCOUNT, ThreadTimes, WallTime
from deepcoder.sandbox import SandboxError
from deepcoder.sandbox.fake import FakeSandbox
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Outcome, Task, abandoned_after_s

GAP_S = 0.025
BELIEVED_S = 8.0


@dataclass
class Thread:
    """A thread of a program under a scheduler that the test plays."""

    cpu_s: float = 0.0
    queued_s: float = 0.0
    turns: int = 1
    wait_s: float = 0.0  # of a wait that is not over
    wants_processor: bool = False

    def runs(self, seconds: float) -> None:
        self.cpu_s += seconds
        self.wants_processor = True

    def waits(self, seconds: float) -> None:
        self.wait_s += seconds
        self.wants_processor = True

    def gets_turn(self) -> None:
        self.queued_s, self.wait_s = self.queued_s + self.wait_s, 0.0
        self.turns += 1

    def sleeps(self) -> None:
        self.wants_processor = False

    def times(self) -> ThreadTimes:
        return ThreadTimes(self.wants_processor, self.cpu_s, self.queued_s, self.turns)


class Program:
    """Threads, and the wall time that is counted for them. The mutable state: both, and those that have ended."""

    def __init__(self, *threads: Thread, keeps_queues: bool = True) -> None:
        self.wall = WallTime(BELIEVED_S)
        self.threads = dict(enumerate(threads))
        self.ended_cpu_s = 0.0
        self.keeps_queues = keeps_queues

    def look(self, gap_s: float = GAP_S) -> float:
        times = {number: thread.times() for number, thread in self.threads.items()}
        if not self.keeps_queues:
            times = {number: each._replace(queued_s=0.0, turns=NO_ACCOUNT) for number, each in times.items()}
        used_s = self.ended_cpu_s + sum(thread.cpu_s for thread in self.threads.values())
        self.wall.look(gap_s, used_s, times)
        return self.wall.charged_s


def test_sleep_is_charged() -> None:
    program = Program(Thread())
    for _ in range(40):
        charged_s = program.look()

    assert charged_s == pytest.approx(1.0)


def test_work_on_a_free_processor_is_charged_once() -> None:
    thread = Thread()
    program = Program(thread)
    for _ in range(40):
        thread.runs(GAP_S)
        charged_s = program.look()

    assert charged_s == pytest.approx(1.0)


@pytest.mark.parametrize("others", [1, 3, 30, 300])
def test_wait_for_a_processor_is_not_charged_however_long(others: int) -> None:
    """Each turn is of 4 ms, and as many others have one in between."""
    thread = Thread()
    program = Program(thread)
    total_s, looked_s, cpu_s = 0.0, 0.0, 0.5
    while thread.cpu_s < cpu_s:
        for is_ours in [False] * others + [True]:
            if is_ours:
                thread.gets_turn()
                thread.runs(0.004)
            else:
                thread.waits(0.004)
            total_s += 0.004
            if total_s - looked_s >= GAP_S:
                assert program.look(total_s - looked_s) <= thread.cpu_s + GAP_S + 0.004
                looked_s = total_s
    assert total_s > others * cpu_s
    assert program.look(total_s - looked_s) == pytest.approx(cpu_s, abs=2 * GAP_S)


def test_only_the_wait_is_free_where_a_program_also_sleeps() -> None:
    thread = Thread()
    program = Program(thread)
    for _ in range(50):
        thread.waits(0.02)
        program.look(0.02)
        thread.gets_turn()
        thread.runs(0.001)
        program.look(0.001)
        thread.sleeps()
        program.look(0.02)

    assert program.wall.charged_s == pytest.approx(50 * 0.021, rel=0.02)


def test_thread_that_is_ready_whenever_it_is_looked_at_pays_for_its_sleep() -> None:
    """It wakes at each look, works a little, and never waits."""
    thread = Thread()
    program = Program(thread)
    for _ in range(400):
        thread.gets_turn()
        thread.runs(0.0005)
        charged_s = program.look()

    assert charged_s >= 400 * GAP_S - 2 * GAP_S


def test_wait_of_any_thread_is_free_and_counts_once() -> None:
    main, first, second = Thread(), Thread(), Thread()
    program = Program(main, first, second)
    for _ in range(40):
        for each in (first, second):
            each.waits(GAP_S)
        program.look()
    for each in (first, second):
        each.gets_turn()
        each.sleeps()
    program.look()
    for _ in range(40):
        charged_s = program.look()

    assert charged_s == pytest.approx(1.0, abs=2 * GAP_S)


def test_gap_between_two_looks_is_charged_up_to_a_bound() -> None:
    assert Program(Thread()).look(30.0) == LONGEST_GAP_S


def ended_threads(program: Program) -> Iterator[float]:
    """A program of short processes, each of which ends in the run queue that it was seen in."""
    number = 100
    while True:
        thread = program.threads[number] = Thread(turns=0)
        thread.waits(GAP_S)
        program.look()
        del program.threads[number]
        program.ended_cpu_s += 0.001
        number += 1
        yield program.look(0.001)


def test_waits_of_processes_that_ended_are_believed_up_to_a_bound() -> None:
    program = Program(Thread())
    looks = ended_threads(program)
    for _ in range(int(BELIEVED_S / GAP_S)):
        charged_s = next(looks)
    assert charged_s < 1.0

    for _ in range(80):
        charged_s = next(looks)
    assert charged_s > 2.0


def test_waits_are_believed_up_to_a_bound_where_the_kernel_keeps_no_account() -> None:
    thread = Thread()
    program = Program(thread, keeps_queues=False)
    thread.waits(GAP_S)
    for _ in range(int(BELIEVED_S / GAP_S)):
        charged_s = program.look()
    assert charged_s == pytest.approx(0.0, abs=GAP_S)

    for _ in range(40):
        charged_s = program.look()
    assert charged_s == pytest.approx(1.0, abs=GAP_S)


def test_next_call_begins_at_zero_and_keeps_no_credit() -> None:
    thread = Thread()
    program = Program(thread)
    for _ in range(100):
        thread.waits(GAP_S)
        program.look()
    thread.gets_turn()
    thread.sleeps()
    program.look()

    program.wall.restart()
    for _ in range(40):
        charged_s = program.look()

    assert charged_s == pytest.approx(1.0)


LIMITS = Limits(cpu_s=1.0, wall_s=2.0, memory_bytes=64 << 20, processes=8)


@pytest.mark.parametrize(
    ("usage", "ended"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"cpu_s": 1.0, "charged_s": 2.0, "memory_bytes": 64 << 20, "processes": 8}, None, id="all of it"),
        pytest.param({"cpu_s": 1.01}, Ended.TIME_LIMIT, id="cpu"),
        pytest.param({"charged_s": 2.01}, Ended.TIME_LIMIT, id="sleep"),
        pytest.param({"memory_bytes": (64 << 20) + 1}, Ended.MEMORY_LIMIT, id="memory"),
        pytest.param({"hides_memory": True}, Ended.MEMORY_LIMIT, id="memory of no process"),
        pytest.param({"processes": 9}, Ended.KILLED, id="processes"),
        pytest.param({"files": 16384}, None, id="all files"),
        pytest.param({"files": 16385}, Ended.KILLED, id="files"),
        pytest.param({"wall_s": abandoned_after_s(2.0), "charged_s": 0.5}, None, id="a long wait"),
        pytest.param({"wall_s": abandoned_after_s(2.0) + 1, "charged_s": 0.5}, Ended.STARVED, id="too long a wait"),
    ],
)
def test_waiting_for_a_processor_never_reaches_a_limit_of_the_program(
    usage: dict[str, Any], ended: Ended | None
) -> None:
    assert reached_limit(Usage(**usage), LIMITS) is ended


def test_program_without_a_processor_is_a_failure_of_the_machine_and_not_of_the_program() -> None:
    """The sandbox stays open: what closes it counts against the program."""
    outcome = Outcome(Ended.STARVED, wall_s=abandoned_after_s(1.0), charged_s=0.1)
    sandbox = FakeSandbox(lambda task, given: outcome)
    task = Task("", Mode.STDIN, Limits(wall_s=1.0))

    with pytest.raises(SandboxError, match="too little processor time"):
        list(sandbox.outcomes(task, [b""]))

    assert sandbox.is_open


@pytest.mark.parametrize("wall_s", [1.0, 24.0, 1000.0])
def test_program_that_seems_to_wait_runs_into_its_limit_before_it_is_starved(wall_s: float) -> None:
    accounts = Accounting(0, MagicMock(), Limits(cpu_s=1.0, wall_s=wall_s), is_function=False)

    assert wall_s + accounts._wall._most_believed_s < abandoned_after_s(wall_s)
