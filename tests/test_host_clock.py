"""The clock of programs in gVisor, on processes that stand for gVisor's: one with its kernel's name, and its child."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from deepcoder.problems import Limits, Mode
from deepcoder.sandbox.fake import FakeSandbox
from deepcoder.sandbox.host_clock import KERNEL, HostClock
from deepcoder.wire.messages import Ended, Outcome, Task

GVISOR = """
import os, sys, time
if os.fork():
    os.wait()
    sys.exit()
for line in sys.stdin:
    end = time.process_time() + float(line)
    while time.process_time() < end:
        pass
    print(flush=True)
"""
LIMITS = Limits(cpu_s=0.2)


@pytest.fixture
def gvisor() -> Iterator[subprocess.Popen[str]]:
    """A process for its kernel, whose child takes CPU time when told and says when it has."""
    command, pipe = [KERNEL.decode(), "-c", GVISOR], subprocess.PIPE
    with subprocess.Popen(command, executable=sys.executable, stdin=pipe, stdout=pipe, text=True) as kernel:
        take(kernel, 0.0)  # by now it has the child
        yield kernel


def take(kernel: subprocess.Popen[str], cpu_s: float) -> None:
    """Have the child take CPU time."""
    assert kernel.stdin and kernel.stdout
    kernel.stdin.write(f"{cpu_s}\n")
    kernel.stdin.flush()
    kernel.stdout.readline()


def sandbox_of(kernel: subprocess.Popen[str], answer: Callable[[Task, bytes], Outcome]) -> FakeSandbox:
    """Return a sandbox whose programs are at an end before what begins them is sent in full."""
    sandbox = FakeSandbox(answer)
    sandbox.clock = HostClock(kernel.pid)
    return sandbox


@pytest.mark.parametrize("mode", [Mode.STDIN, Mode.FUNCTION])
def test_time_that_a_program_takes_before_the_worker_gets_to_look_counts(
    mode: Mode, gvisor: subprocess.Popen[str]
) -> None:
    """Look late, as on a busy machine."""

    def answer(task: Task, given: bytes) -> Outcome:
        take(gvisor, float(given))
        return Outcome(Ended.RETURNED, b"1")

    with_large_input = b" " * (1 << 20) + b"0.3"
    given = [b"0.05", b"0.05", b"0.3", with_large_input]
    outcomes = list(sandbox_of(gvisor, answer).outcomes(Task("", mode, LIMITS), given))

    assert [each.ended for each in outcomes] == [Ended.RETURNED, Ended.RETURNED, Ended.TIME_LIMIT, Ended.TIME_LIMIT]
    assert outcomes[0].cpu_s >= 0.05


@pytest.mark.parametrize("answered", [Ended.RETURNED, Ended.RAISED])
@pytest.mark.parametrize(("between_s", "is_late"), [(0.3, True), (0.05, False)])
def test_time_that_a_function_takes_between_its_calls_counts(
    answered: Ended, between_s: float, is_late: bool, gvisor: subprocess.Popen[str]
) -> None:
    outcomes = sandbox_of(gvisor, lambda task, given: Outcome(answered, b"1")).outcomes(
        Task("", Mode.FUNCTION, LIMITS), [b""] * 3
    )

    assert next(outcomes).ended is answered
    take(gvisor, between_s)
    assert next(outcomes).ended is (Ended.TIME_LIMIT if is_late else answered)
    assert next(outcomes).ended is answered  # the time is that of a process that was ended


def test_time_between_two_runs_is_no_program_s(gvisor: subprocess.Popen[str]) -> None:
    outcomes = sandbox_of(gvisor, lambda task, given: Outcome(Ended.EXITED, exit_code=0)).outcomes(
        Task("", Mode.STDIN, LIMITS), [b""] * 2
    )

    assert next(outcomes).ended is Ended.EXITED
    take(gvisor, 0.3)
    assert next(outcomes).ended is Ended.EXITED


@pytest.mark.parametrize(
    ("wanted_s", "mode", "ended"),
    [
        (0.01, Mode.STDIN, Ended.TIME_LIMIT),  # it slept
        (0.01, Mode.INTERACTIVE, Ended.RETURNED),  # it may have waited for an answer
        (0.9, Mode.STDIN, Ended.RETURNED),  # it wanted a processor, and had none
    ],
)
def test_sleep_counts_as_it_is_seen_inside(
    wanted_s: float, mode: Mode, ended: Ended, gvisor: subprocess.Popen[str]
) -> None:
    """Out here a busy machine hides it."""
    said = Outcome(Ended.RETURNED, b"1", cpu_s=wanted_s, wall_s=1.0, charged_s=1.0)
    (outcome,) = sandbox_of(gvisor, lambda task, given: said).outcomes(Task("", mode, LIMITS), [b""])

    assert outcome.ended is ended
    assert outcome.charged_s == pytest.approx(1.0 - wanted_s, abs=0.05)
