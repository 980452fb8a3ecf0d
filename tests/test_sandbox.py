"""What every kind of sandbox must do: enforce each limit, tell the facts, keep programs apart, leave nothing behind."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import docker
import pytest

from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.runner.procfs import descendants
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, input_cache, start
from deepcoder.sandbox.client import HEAD_BYTES
from deepcoder.sandbox.docker import LABEL, limits_containers
from deepcoder.sandbox.owner import name as owner_name
from deepcoder.sandbox.process import start_process
from deepcoder.wire import values
from deepcoder.wire.limits import LEAST_MEMORY_BYTES
from deepcoder.wire.messages import LENGTHS, PROTOCOL, RUNNER_HEARTBEAT_S, STDERR_BYTES, Ended, Outcome, Task, frame
from tests.conftest import IN_GVISOR, config_of

pytestmark = pytest.mark.sandbox

MIB = 1 << 20
# Much more time than any test needs on any machine: one of a clock has a small limit of its own.
LIMITS = Limits(cpu_s=20.0, wall_s=40.0, memory_bytes=256 * MIB, output_bytes=8 * MIB, processes=32)


def stdin_task(source: str, limits: Limits = LIMITS) -> Task:
    return Task(dedent(source), Mode.STDIN, limits)


def function_task(source: str, limits: Limits = LIMITS) -> Task:
    return Task(dedent(source), Mode.FUNCTION, limits, entry_point="solve")


def run(sandbox: Sandbox, source: str, given: bytes = b"", **limits: Any) -> Outcome:
    """One execution of a stdin program."""
    task = stdin_task(source, dataclasses.replace(LIMITS, **limits))
    (outcome,) = sandbox.outcomes(task, [given])
    return outcome


def call(*args: object) -> bytes:
    return TestCase.call(args, None).input.encode()


def printed(outcome: Outcome) -> str:
    """What a program printed that ended well."""
    assert (outcome.ended, outcome.exit_code) == (Ended.EXITED, 0), outcome
    return outcome.output.decode().strip()


def assert_works(sandbox: Sandbox) -> None:
    """The next program in this sandbox is executed right."""
    assert printed(run(sandbox, "print(int(input()) + 1)", b"41\n")) == "42"


def until(happens: Callable[[], object], within_s: float = 10.0) -> bool:
    """Whether it happens in time; looks often, so that it costs only the time it takes."""
    deadline = time.monotonic() + within_s
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def processes_named(name: str) -> list[int]:
    """Processes of this machine, in whatever namespace, that gave themselves the name."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name:
                found.append(int(comm.parent.name))
        except OSError:  # it ended meanwhile
            continue
    return found


# Programs name their process so that a test can find it from outside.
TAKE_NAME = """
import ctypes, os, signal, sys, threading, time
def take_name(name):
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
"""


@pytest.fixture
def own_sandbox(sandbox_kind: str) -> Iterator[Sandbox]:
    """A sandbox that the test may ruin."""
    started = start(config_of(sandbox_kind))
    yield started
    started.close()


# Limits


EXCEEDED = [
    pytest.param({"cpu_s": 0.3, "wall_s": 30}, "while True: pass", Ended.TIME_LIMIT, id="cpu"),
    pytest.param({"wall_s": 0.4}, "import time; time.sleep(100)", Ended.TIME_LIMIT, id="wall"),
    pytest.param({"memory_bytes": 64 * MIB}, "x = bytearray(b'x') * (1 << 28)", Ended.MEMORY_LIMIT, id="memory"),
    pytest.param({"output_bytes": 1000}, "print('x' * 1001)", Ended.OUTPUT_LIMIT, id="output"),
]


@pytest.mark.parametrize(("limits", "source", "ended"), EXCEEDED)
def test_limit_exceeded_ends_the_execution(
    shared_sandbox: Sandbox, limits: dict[str, Any], source: str, ended: Ended
) -> None:
    outcome = run(shared_sandbox, source, **limits)

    assert outcome.ended is ended
    assert outcome.output == b""
    assert_works(shared_sandbox)


@pytest.mark.parametrize(
    ("limits", "source"),
    [
        pytest.param({"cpu_s": 1.0}, "import time\nwhile time.process_time() < 0.5: pass", id="cpu"),
        pytest.param({"wall_s": 2.0}, "import time; time.sleep(0.5)", id="wall"),
        pytest.param({"memory_bytes": 128 * MIB}, "x = bytearray(b'x') * (80 << 20)", id="memory"),
        pytest.param({"memory_bytes": LEAST_MEMORY_BYTES}, "", id="an empty program"),
        pytest.param({"output_bytes": 1000}, "print('x' * 999)", id="output"),  # its compiled code is longer
        pytest.param(
            {"processes": 8}, "import os\nfor _ in range(7): os.fork() or os._exit(0)\nfor _ in range(7): os.wait()",
            id="processes",
        ),
    ],
)  # fmt: skip
def test_execution_just_below_a_limit_ends_itself(shared_sandbox: Sandbox, limits: dict[str, Any], source: str) -> None:
    outcome = run(shared_sandbox, source, **limits)

    assert (outcome.ended, outcome.exit_code) == (Ended.EXITED, 0), outcome


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            """
            import os, signal
            made = 1
            try:
                while made < 1000:
                    if os.fork() == 0:
                        signal.pause()
                    made += 1
            except OSError:
                print(made)
            """,
            id="processes",
        ),
        pytest.param(
            """
            import threading
            made, wait = 1, threading.Event().wait
            try:
                while made < 1000:
                    threading.Thread(target=wait, daemon=True).start()
                    made += 1
            except RuntimeError:
                print(made)
            """,
            id="threads",
        ),
    ],
)
def test_processes_beyond_the_limit_are_refused_to_the_program(shared_sandbox: Sandbox, source: str) -> None:
    outcome = run(shared_sandbox, source, processes=12)

    assert printed(outcome) == "12"
    assert_works(shared_sandbox)


def test_forks_without_end_leave_the_sandbox_usable(shared_sandbox: Sandbox) -> None:
    outcome = run(
        shared_sandbox,
        """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        cpu_s=0.3,
    )

    assert outcome.ended is Ended.TIME_LIMIT
    assert_works(shared_sandbox)


def test_scratch_folder_when_full_refuses_the_program_and_is_empty_for_the_next(shared_sandbox: Sandbox) -> None:
    fill = """
        import os
        size = 0
        try:
            with open("big", "wb", 0) as file:
                while size < 1 << 30:
                    size += file.write(bytes(1 << 20))
        except OSError:
            print(size >> 20)
        """

    first, second = (int(printed(run(shared_sandbox, fill))) for _ in range(2))

    assert first == second
    assert 16 <= first <= 64


@pytest.mark.parametrize(
    "limits", [{"cpu_s": 0.3}, {"wall_s": 0.4}, {"memory_bytes": 64 * MIB}, {"output_bytes": 1000}]
)
def test_limit_applies_to_each_call_in_function_mode(shared_sandbox: Sandbox, limits: dict[str, Any]) -> None:
    task = function_task(
        """
        import time
        def solve(what):
            while "cpu_s" in what: pass
            while "wall_s" in what: time.sleep(1)
            if "memory_bytes" in what: bytearray(b"x") * (1 << 28)
            if "output_bytes" in what: return "x" * 1001
            return "fine"
        """,
        dataclasses.replace(LIMITS, **limits),
    )
    ended = {"cpu_s": Ended.TIME_LIMIT, "wall_s": Ended.TIME_LIMIT, "memory_bytes": Ended.MEMORY_LIMIT,
             "output_bytes": Ended.OUTPUT_LIMIT}[next(iter(limits))]  # fmt: skip

    outcomes = list(shared_sandbox.outcomes(task, [call("nothing"), call(list(limits)), call("nothing")]))

    assert [outcome.ended for outcome in outcomes] == [Ended.RETURNED, ended, Ended.RETURNED]


# Facts


@pytest.mark.parametrize(
    ("source", "exit_code"),
    [("pass", 0), ("exit(7)", 7), ("exit(-1)", 255), ("exit('bye')", 1), ("1 / 0", 1), ("import os; os._exit(9)", 9)],
)
def test_exit_code_is_told(shared_sandbox: Sandbox, source: str, exit_code: int) -> None:
    outcome = run(shared_sandbox, source)

    assert (outcome.ended, outcome.exit_code, outcome.signal) == (Ended.EXITED, exit_code, None)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGALRM, signal.SIGXCPU])
def test_signal_is_told(shared_sandbox: Sandbox, number: signal.Signals) -> None:
    outcome = run(shared_sandbox, f"import os; print('x', flush=True); os.kill(os.getpid(), {int(number)})")

    assert (outcome.ended, outcome.exit_code, outcome.signal) == (Ended.KILLED, None, number)
    assert outcome.output == b"x\n"


def test_stderr_keeps_its_bounded_tail(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, "import sys; sys.stderr.write('x' * 5_000_000 + 'the end')")

    assert outcome.stderr.endswith("xxthe end")
    assert len(outcome.stderr) == STDERR_BYTES


def test_stderr_that_is_no_text_is_told_as_text(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, r"import os; os.write(2, b'a\xff\xfeb\x00c')")

    assert (outcome.stderr[0], outcome.stderr[-1]) == ("a", "c")


def test_output_bytes_arrive_unchanged(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, "import os; os.write(1, bytes(range(256)) * 4)")

    assert outcome.output == bytes(range(256)) * 4


def test_input_bytes_arrive_unchanged(shared_sandbox: Sandbox) -> None:
    given = bytes(range(256)) * 300 + b"\r\n\x00\xff"

    outcome = run(shared_sandbox, "import os, sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", given)

    assert outcome.output == given


def test_input_that_is_no_utf8_passes_through_text_streams(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, "print(input())", b"\xff\xfeabc\xe9\n")

    assert outcome.output == b"\xff\xfeabc\xe9\n"


def test_input_of_20_mb_arrives(shared_sandbox: Sandbox) -> None:
    given = bytes(range(251)) * (20_000_000 // 251)

    outcome = run(shared_sandbox, "import sys, zlib; print(zlib.crc32(sys.stdin.buffer.read()))", given)

    assert printed(outcome) == str(zlib.crc32(given))


def test_large_inputs_and_outputs_in_a_row_never_block(own_sandbox: Sandbox) -> None:
    given = [bytes([65 + n]) * 3_000_000 for n in range(6)]
    outcomes = []

    for outcome in own_sandbox.outcomes(stdin_task("import sys; sys.stdout.write(sys.stdin.read())"), given):
        outcomes.append(outcome.output)
        time.sleep(0.1)  # a caller that takes longer to check than a program to run

    assert outcomes == given


# Large inputs


def checksum_task(mode: str, limits: Limits = LIMITS) -> Task:
    """Tells what it was given by its CRC."""
    if mode == "stdin":
        return stdin_task("import sys, zlib; print(zlib.crc32(sys.stdin.buffer.read()))", limits)
    return function_task("import zlib\ndef solve(text): return zlib.crc32(text.encode())", limits)


def assert_arrive(sandbox: Sandbox, mode: str, texts: list[str], limits: Limits = LIMITS) -> int:
    """One program gets these as they are; the bytes that crossed for it."""
    before = sandbox.sent_bytes
    given = [text.encode() if mode == "stdin" else call(text) for text in texts]
    outcomes = list(sandbox.outcomes(checksum_task(mode, limits), given))
    assert [int(outcome.output) for outcome in outcomes] == [zlib.crc32(text.encode()) for text in texts]
    return sandbox.sent_bytes - before


@pytest.mark.parametrize("mode", ["stdin", "function"])
def test_large_input_crosses_once_for_all_programs(shared_sandbox: Sandbox, mode: str) -> None:
    one, two = (f"{mode}{n} " * 20_000 for n in (1, 2))
    texts = [one, "small", two, "", one, one[1:]]

    first, second, third = (assert_arrive(shared_sandbox, mode, each) for each in (texts, texts, texts[::-1]))

    assert first < 3 * len(one) + 4096
    assert second < 4096
    assert third < 4096


def test_least_recently_used_input_is_the_first_to_go(sandbox_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_cache, "INPUT_CACHE_BYTES", 1_000_000)
    a, b, c = (letter * 400_000 for letter in "abc")
    with closing(start(config_of(sandbox_kind))) as sandbox:
        steps = [([a, b], 2), ([a], 0), ([c], 1), ([a, c], 0), ([b], 1), ([c], 0), ([a], 1), ([b * 9], 9), ([a], 1)]
        for texts, new in steps:
            assert round(assert_arrive(sandbox, "stdin", texts) / 400_000) == new, texts


def test_input_that_goes_while_a_run_waits_for_it_still_arrives(
    sandbox_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_cache, "INPUT_CACHE_BYTES", 1)
    with closing(start(config_of(sandbox_kind))) as sandbox:
        assert_arrive(sandbox, "stdin", [str(n) * 20_000 for n in range(10)])


@pytest.mark.not_e2b("an input of 100 MB takes half a minute to get there")
def test_inputs_that_the_runner_keeps_are_no_memory_of_a_program(sandbox_kind: str) -> None:
    with closing(start(config_of(sandbox_kind))) as sandbox:
        for letter in "ab":
            assert_arrive(sandbox, "stdin", [letter * (100 << 20)])

        outcome = run(sandbox, "import time; time.sleep(0.2)", memory_bytes=64 * MIB)

        assert outcome.ended is Ended.EXITED


@pytest.mark.not_gvisor("its processes are not this machine's")
def test_runner_holds_a_large_input_once(sandbox_kind: str) -> None:
    if sandbox_kind == "docker":
        pytest.skip("the engine alone knows its processes")
    with closing(start_process()) as sandbox:
        assert sandbox.pid is not None
        supervisor = min(descendants(sandbox.pid), default=sandbox.pid)
        before = peak_bytes(supervisor)

        assert_arrive(sandbox, "stdin", ["x" * (50 << 20)])

        assert peak_bytes(supervisor) - before < 54 << 20


def peak_bytes(pid: int) -> int:
    """The most that a process ever had resident."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def test_worker_holds_a_large_input_once() -> None:
    answer = frame({"kind": "outcome", "task": 1, "ended": "exited", "exit_code": 0})
    sandbox = Sandbox(Captured(answer))
    given = bytes(50 << 20)
    tracemalloc.start()
    try:
        list(sandbox.outcomes(stdin_task(""), [given]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 2 << 20


@pytest.mark.not_gvisor("a program's own clock is wall time there")
def test_cpu_time_is_that_of_the_program_and_its_children(shared_sandbox: Sandbox) -> None:
    outcome = run(
        shared_sandbox,
        """
        import os, time
        for _ in range(2):
            if os.fork() == 0:
                while time.process_time() < 0.2: pass
                os._exit(0)
        os.wait(), os.wait()
        while time.process_time() < 0.2: pass
        """,
    )

    assert 0.55 <= outcome.cpu_s <= 1.2


@pytest.mark.not_gvisor("a program's own clock is wall time there")
def test_short_children_that_nobody_waits_for_cost_all_their_time(shared_sandbox: Sandbox) -> None:
    """The kernel's ticks leave most of what each has used out of its account."""
    source = """
import os, time

def solve():
    for _ in range(25):
        child = os.fork()
        if child == 0:
            while time.process_time() < 0.009:
                pass
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    time.sleep(0.1)
"""
    (outcome,) = shared_sandbox.outcomes(function_task(source), [call()])

    assert outcome.ended is Ended.RETURNED, outcome
    assert outcome.cpu_s >= 0.2


def test_sleeping_costs_wall_time_and_no_cpu_time(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, "import time; time.sleep(0.3)")

    assert outcome.cpu_s < 0.15
    assert 0.3 <= outcome.wall_s < 3


@pytest.fixture
def crowded_cpu() -> Iterator[int]:
    """A processor that three endless loops share."""
    cpu = min(os.sched_getaffinity(0))
    source = f"import os\nos.sched_setaffinity(0, {{{cpu}}})\nprint(flush=True)\nwhile True: pass"
    loops = [
        subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, start_new_session=True)
        for _ in range(3)
    ]
    try:
        for each in loops:
            assert each.stdout is not None
            each.stdout.readline()
        yield cpu
    finally:
        for each in loops:
            with each:
                each.kill()


@pytest.mark.not_gvisor("a program's own clock is wall time there")
def test_threads_that_wait_for_a_processor_cost_no_wall_time(shared_sandbox: Sandbox, crowded_cpu: int) -> None:
    """The state of a process is that of its first thread, which in many programs waits for another."""
    source = f"""
        import os, threading, time
        os.sched_setaffinity(0, {{{crowded_cpu}}})
        def main():
            while time.process_time() < 0.5: pass
        thread = threading.Thread(target=main)
        thread.start()
        thread.join()
        print("done")
        """

    outcome = run(shared_sandbox, source, wall_s=0.8)

    assert printed(outcome) == "done"
    assert outcome.wall_s > 0.8


def test_peak_memory_is_that_of_the_program(shared_sandbox: Sandbox) -> None:
    small = run(shared_sandbox, "pass")
    large = run(shared_sandbox, "x = bytearray(b'x') * (100 << 20); del x")

    assert 1 * MIB < small.peak_bytes < 64 * MIB
    assert 94 * MIB < large.peak_bytes - small.peak_bytes < 115 * MIB  # so short a run as the small one is not watched


@pytest.mark.parametrize("earlier", ["", "import numpy"])
def test_peak_memory_is_the_same_whether_or_not_it_was_looked_at(own_sandbox: Sandbox, earlier: str) -> None:
    run(own_sandbox, earlier)
    pause = "import time\nif input() == 'long': time.sleep(0.2)"

    short, long = (run(own_sandbox, pause, given).peak_bytes for given in (b"short", b"long"))
    (of_call,) = own_sandbox.outcomes(function_task("import time\ndef solve(): time.sleep(0.2)"), [call()])

    assert abs(long - short) < MIB // 2
    assert abs(of_call.peak_bytes - short) < MIB // 2


@pytest.mark.not_gvisor("a program's own clock is wall time there")
def test_facts_of_a_call_are_of_that_call_alone(shared_sandbox: Sandbox) -> None:
    task = function_task(
        """
        import time
        def solve(seconds):
            began = time.process_time()
            while time.process_time() - began < seconds: pass
        """
    )

    first, second = shared_sandbox.outcomes(task, [call(0.4), call(0)])

    assert 0.4 <= first.cpu_s < 0.8
    assert second.cpu_s < 0.2


def test_child_processes_of_an_earlier_call_are_not_charged_to_the_next(shared_sandbox: Sandbox) -> None:
    task = function_task(
        """
        import os, time
        def solve(seconds):
            if os.fork() == 0:
                while time.process_time() < seconds: pass
                os._exit(0)
            os.wait()
            time.sleep(0.1)
        """,
        dataclasses.replace(LIMITS, cpu_s=0.6, wall_s=10),
    )

    outcomes = list(shared_sandbox.outcomes(task, [call(0.3)] * 4))

    assert [outcome.ended for outcome in outcomes] == [Ended.RETURNED] * 4


def test_memory_account_does_not_grow_with_what_earlier_programs_imported(own_sandbox: Sandbox) -> None:
    sleep = "import time; time.sleep(0.2)"  # so that it is looked at while it runs
    before = run(own_sandbox, sleep).peak_bytes
    run(own_sandbox, "import numpy\nimport sortedcontainers\n")

    after = run(own_sandbox, sleep).peak_bytes

    assert abs(after - before) < 4 * MIB


def test_answer_with_a_last_breath_is_that_to_one_call(shared_sandbox: Sandbox) -> None:
    source = """
    import os
    def solve(x):
        os.write(5, b"V" + (1).to_bytes(4, "big") + b"7")
        os._exit(0)
    """

    first, second = shared_sandbox.outcomes(function_task(source), [call(1), call(2)])

    assert (first.ended, first.output) == (Ended.RETURNED, b"7")
    assert (second.ended, second.exit_code) == (Ended.EXITED, 0)


HOLDS = """
import time
x = bytearray(b"x") * (%d << 20)
time.sleep(0.2)
print("held")
"""


@pytest.mark.docker
def test_what_the_kernel_keeps_of_a_program_is_not_charged_to_the_next(docker_sandboxes: None) -> None:
    """It remembers names that were looked for in vain, and charges the container for them."""
    names = """
    import os, time
    number = 0
    while time.process_time() < 1.5:
        number += 1
        try:
            os.stat(f"/usr/bin/{number:0200}")
        except OSError:
            pass
    """
    with closing(start(SandboxConfig(kind="docker", memory_bytes=256 * MIB))) as sandbox:
        run(sandbox, dedent(names), memory_bytes=256 * MIB)

        outcome = run(sandbox, HOLDS % 100, memory_bytes=128 * MIB)

        assert (outcome.ended, outcome.output) == (Ended.EXITED, b"held\n")


@pytest.mark.docker
def test_memory_that_forks_share_counts_once_where_a_cgroup_tells(docker_sandboxes: None) -> None:
    source = """
    import os, signal, time
    x = bytearray(b"x") * (100 << 20)
    children = []
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            signal.pause()
        children.append(pid)
    time.sleep(0.2)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    """
    with closing(docker.from_env()) as client:
        if not limits_containers(client.info()):
            pytest.skip("this engine limits no container: a rootless one does so only with cgroup version 2")
    with closing(start(SandboxConfig(kind="docker", memory_bytes=256 * MIB))) as sandbox:
        assert run(sandbox, dedent(source), memory_bytes=256 * MIB).ended is Ended.EXITED


@pytest.mark.not_e2b("its Python here has no libraries")
def test_memory_of_other_programs_that_a_program_starts_counts_whole(own_sandbox: Sandbox) -> None:
    run(own_sandbox, "import numpy\nimport networkx\n")  # which what is forked inherits
    holds = "x = bytearray(b'x') * (20 << 20); print('held', flush=True); input()"
    source = f"""
    import subprocess, sys
    child = [sys.executable, "-S", "-E", "-c", {holds!r}]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    started = [subprocess.Popen(child, **pipes) for _ in range(8)]
    for each in started:
        each.stdout.readline()
    started[0].wait()  # for ever: all of them hold their memory now
    """

    assert run(own_sandbox, dedent(source), memory_bytes=128 * MIB).ended is Ended.MEMORY_LIMIT


def test_exception_of_a_call_is_named(shared_sandbox: Sandbox) -> None:
    (outcome,) = shared_sandbox.outcomes(function_task("def solve(x): raise ValueError('too ' + x)"), [call("bad")])

    assert (outcome.ended, outcome.error) == (Ended.RAISED, "ValueError: too bad")


@pytest.mark.parametrize("ahead", [1, 16])
def test_process_stays_after_a_call_that_raised(shared_sandbox: Sandbox, ahead: int) -> None:
    source = """
    sum(range(20_000_000))
    calls = 0
    def solve(error):
        global calls
        calls += 1
        if error: raise {"ValueError": ValueError, "SystemExit": SystemExit}[error]
        return calls
    """
    task = function_task(source, dataclasses.replace(LIMITS, cpu_s=5.0))
    given = [call(error) for error in ("ValueError", "", "SystemExit", "Other", "")]

    outcomes = list(shared_sandbox.outcomes(task, given, ahead))

    raised, returned = Ended.RAISED, Ended.RETURNED
    assert [each.ended for each in outcomes] == [raised, returned, raised, raised, returned]
    assert [each.error for each in outcomes] == ["ValueError", "", "SystemExit", "KeyError: 'Other'", ""]
    assert (outcomes[1].output, outcomes[4].output) == (b"2", b"5")
    assert outcomes[0].cpu_s > 2 * max(each.cpu_s for each in outcomes[1:]), "it was loaded again"


def test_program_that_cannot_be_loaded_is_told_so_for_every_call(shared_sandbox: Sandbox) -> None:
    outcomes = list(shared_sandbox.outcomes(function_task("raise ValueError('no')"), [call()] * 3))

    assert [(each.ended, each.error, each.raised) for each in outcomes] == [(Ended.RAISED, "ValueError: no", "")] * 3


def test_exception_of_a_call_comes_with_its_classes_text_and_arguments(shared_sandbox: Sandbox) -> None:
    source = """
    class Mine(KeyError): pass
    def solve(n):
        if n == 1:
            raise Mine("k", [1, (2,)])
        error = ValueError("first\\nsecond ")
        if hasattr(error, "add_note"): error.add_note("a hint")
        raise error if n == 2 else ValueError("x" * 100_000)
    """
    outcomes = shared_sandbox.outcomes(function_task(source), [call(1), call(2), call(3)])
    own, noted, long = [(each.error, values.decode(each.raised)) for each in outcomes]

    assert own[1][0][:3] == ["Mine", "KeyError", "LookupError"]
    assert (own[0], own[1][1:]) == ("solution.Mine: ('k', [1, (2,)])", ["('k', [1, (2,)])", ["k", [1, (2,)]]])
    assert (noted[0], noted[1][1:]) == ("ValueError: first", ["first\nsecond ", ["first\nsecond "]])
    assert long[0].startswith("ValueError: xxx") and set(long[1][1]) == {"x"} and 100 < len(long[1][1]) < 1000


def test_function_that_is_a_coroutine_is_run_to_its_end(shared_sandbox: Sandbox) -> None:
    source = """
    import asyncio
    async def half(n):
        await asyncio.sleep(0.01)
        return n / 2
    async def solve(n):
        return sum(await asyncio.gather(half(n), half(n)))
    """

    assert [each.output for each in shared_sandbox.outcomes(function_task(source), [call(3), call(4)])] == [
        b"3.0",
        b"4.0",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "class Solution:\n    def __init__(self): self.solve = lambda n: n + 1",
        "class Solution:\n    def __getattr__(self, name): return lambda n: n + 1",
        "class Solution: pass\ndef solve(n): return n + 1",
        "class Solution:\n    def __init__(self, board): pass\ndef solve(n): return n + 1",
    ],
)
def test_method_may_be_the_instances_own(source: str, shared_sandbox: Sandbox) -> None:
    assert [each.output for each in shared_sandbox.outcomes(function_task(source), [call(1)])] == [b"2"]


def test_compile_error_is_named_and_told_for_every_input(shared_sandbox: Sandbox) -> None:
    outcomes = list(shared_sandbox.outcomes(stdin_task("x = (1"), [b"", b""]))

    assert [outcome.ended for outcome in outcomes] == [Ended.COMPILE_ERROR] * 2
    assert "SyntaxError" in outcomes[0].error


# One task after another


def test_task_without_inputs_has_no_outcomes(shared_sandbox: Sandbox) -> None:
    assert list(shared_sandbox.outcomes(stdin_task("print(1)"), [])) == []
    assert_works(shared_sandbox)


def test_outcomes_come_in_the_order_of_inputs(shared_sandbox: Sandbox) -> None:
    given = [str(n).encode() for n in range(30)]

    outcomes = list(shared_sandbox.outcomes(stdin_task("print(input(), end='')"), given))

    assert [outcome.output for outcome in outcomes] == given


@pytest.mark.not_gvisor("its processes are not this machine's")
@pytest.mark.parametrize("mode", ["stdin", "function"])
@pytest.mark.parametrize("taken", [1, 2])
def test_iterator_closed_early_ends_what_runs(shared_sandbox: Sandbox, mode: str, taken: int) -> None:
    name = f"dc-early-{mode[0]}{taken}"
    if mode == "stdin":
        body = "given = input()\nif given == 'long': take_name(NAME); time.sleep(1000)"
        task, quick, slow = stdin_task(TAKE_NAME + f"NAME = {name!r}\n" + body), b"", b"long"
        quick = b"quick"
    else:
        body = "def solve(given):\n    if given == 'long': take_name(NAME); time.sleep(1000)\n"
        task, quick, slow = function_task(TAKE_NAME + f"NAME = {name!r}\n" + body), call("quick"), call("long")
    task = dataclasses.replace(task, limits=dataclasses.replace(LIMITS, wall_s=1000))
    outcomes = shared_sandbox.outcomes(task, [*[quick] * taken, slow, slow])
    for _ in range(taken):
        assert next(outcomes).ended in (Ended.EXITED, Ended.RETURNED)
    if taken == 2:  # by then the next input is under way
        assert until(lambda: processes_named(name))

    outcomes.close()

    assert until(lambda: not processes_named(name))
    assert run(shared_sandbox, "print(1)").wall_s < 60


@pytest.mark.parametrize("closed", [False, True], ids=["read to its end", "closed early"])
def test_function_program_does_not_outlive_its_task(shared_sandbox: Sandbox, closed: bool) -> None:
    name = f"dc-outlive-{int(closed)}"
    task = function_task(TAKE_NAME + f"def solve():\n    take_name({name!r})\n")
    outcomes = shared_sandbox.outcomes(task, [call(), call()] if closed else [call()])
    assert next(outcomes).ended is Ended.RETURNED

    if closed:
        outcomes.close()
    else:
        assert list(outcomes) == []

    assert until(lambda: not processes_named(name)), "it runs on, and no limit watches it"


def kernels_of(owner: int) -> list[int]:
    """The gVisor sandboxes whose bundles this process has made."""
    return [pid for pid, words in command_lines() if words.startswith(b"runsc-sandbox") and b"-%d-" % owner in words]


def containers_of(owner: str) -> list[str]:
    """The containers that the engine has of an owner."""
    with closing(docker.from_env()) as client:
        found = client.api.containers(all=True, filters={"label": f"{LABEL}={owner}"})
    return [each["Id"] for each in found]


def command_lines() -> Iterator[tuple[int, bytes]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield int(path.parts[2]), path.read_bytes()


@pytest.mark.not_gvisor("its processes are not this machine's")
def test_function_program_that_ends_between_calls_is_its_own_fault(own_sandbox: Sandbox) -> None:
    task = function_task(
        TAKE_NAME
        + """
def solve():
    take_name("dc-between")
    threading.Timer(1.0, os._exit, [0]).start()
"""
    )
    outcomes = own_sandbox.outcomes(task, [call(), call()], ahead=1)
    assert next(outcomes).ended is Ended.RETURNED
    assert until(lambda: not processes_named("dc-between"))

    second = next(outcomes)

    assert (second.ended, second.exit_code) == (Ended.EXITED, 0)
    assert_works(own_sandbox)


def test_memory_that_short_calls_keep_is_seen(shared_sandbox: Sandbox) -> None:
    source = "kept = []\ndef solve():\n    kept.append(b'x' * (12 << 20))"
    limits = dataclasses.replace(LIMITS, memory_bytes=64 * MIB)

    ended = [each.ended for each in shared_sandbox.outcomes(function_task(source, limits), [call()] * 40, ahead=1)]

    assert Ended.MEMORY_LIMIT in ended


def test_memory_of_what_others_import_is_not_the_programs(own_sandbox: Sandbox) -> None:
    source = "x = bytearray(b'x') * (30 << 20)"
    before = run(own_sandbox, source, memory_bytes=64 * MIB)
    run(own_sandbox, "import numpy, networkx, sortedcontainers", memory_bytes=256 * MIB)

    after = run(own_sandbox, source, memory_bytes=64 * MIB)

    assert (before.ended, after.ended) == (Ended.EXITED, Ended.EXITED), after


@pytest.mark.not_e2b("its Python here has no libraries")
@pytest.mark.parametrize(
    "line",
    [
        "import sortedcontainers",
        "import sys, sortedcontainers",
        "import sys; from sortedcontainers import SortedList",
        "if True: import sortedcontainers.sortedlist as sl",
        "__import__('sortedcontainers')",
    ],
)
def test_import_costs_the_first_program_no_more_than_the_next(own_sandbox: Sandbox, line: str) -> None:
    source = f"import sys; print('sortedcontainers' in sys.modules)\n{line}"

    assert printed(run(own_sandbox, source)) == "True"


@pytest.mark.not_e2b("its Python here has no libraries")
def test_import_of_a_preamble_costs_the_first_program_no_more_than_the_next(own_sandbox: Sandbox) -> None:
    source = "def solve(): return loaded"
    preamble = "import sys\nloaded = 'sortedcontainers' in sys.modules\nimport sortedcontainers"
    (outcome,) = own_sandbox.outcomes(dataclasses.replace(function_task(source), preamble=preamble), [call()])

    assert outcome.output == b"true", outcome


def test_cleaning_up_after_a_program_is_not_its_doing(own_sandbox: Sandbox) -> None:
    source = "for number in range(6000): open(str(number), 'w').close()"

    assert [run(own_sandbox, source).signs for _ in range(3)] == [(), (), ()]


def test_function_programs_that_fail_to_load_never_break_the_sandbox(own_sandbox: Sandbox) -> None:
    for _ in range(150):  # the report and the end of the process race each other
        (outcome,) = own_sandbox.outcomes(function_task("1 / 0"), [call()])
        assert outcome.ended is Ended.RAISED


@pytest.mark.parametrize("source", ["x = (", "1 / 0", "-" * 100_000 + "1", "import os; os._exit(3)"])
def test_program_that_ends_while_it_gets_ready_leaves_no_folder(own_sandbox: Sandbox, source: str) -> None:
    count = "import os; print(os.statvfs('.').f_ffree)"
    before = printed(run(own_sandbox, count))
    for _ in range(10):  # each gets ready while the one before it ends, and may be the first to end
        (good,) = own_sandbox.outcomes(function_task("def solve(): return 1"), [call()])
        (bad,) = own_sandbox.outcomes(function_task(source), [call()])
        assert (good.ended, bad.ended is Ended.RETURNED) == (Ended.RETURNED, False)

    assert printed(run(own_sandbox, count)) == before


def test_abandoned_outcomes_do_not_reach_the_next_task(shared_sandbox: Sandbox) -> None:
    for _ in range(20):
        outcomes = shared_sandbox.outcomes(stdin_task("print('old')"), [b""] * 5)
        next(outcomes)
        next(outcomes)
        outcomes.close()

        assert printed(run(shared_sandbox, "print('new')")) == "new"


def test_many_tasks_leave_nothing_behind(own_sandbox: Sandbox) -> None:
    census = """
        import os, time
        def parents():
            found = {}
            for name in os.listdir("/proc"):
                if name.isdigit():
                    try:
                        with open(f"/proc/{name}/stat") as file:
                            found[int(name)] = int(file.read().rpartition(")")[2].split()[1])
                    except OSError:  # it has ended
                        pass
            return found
        until = time.monotonic() + 5
        while True:  # each keeper has a process at work, or one that waits for the next program
            now = parents()
            keepers = [pid for pid, parent in now.items() if parent == now.get(os.getppid())]  # none shows in gVisor
            if set(keepers) <= set(now.values()) or time.monotonic() > until:
                break
            time.sleep(0.01)
        print(len(now), len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")), os.listdir("."))
        """
    mess = """
        import os, signal, subprocess, sys, threading
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.pause()
            os._exit(0)
        for n in range(3):
            os.fork() or os._exit(0)  # zombies, for nobody waits
        os.makedirs("a/b"); open("a/b/c", "w").write("x"); os.mkfifo("fifo"); os.symlink("/", "a/link")
        os.chmod("a/b", 0); os.chmod("a", 0)
        print(1)
        """
    before = run(own_sandbox, census)
    for _ in range(40):
        assert printed(run(own_sandbox, mess)) == "1"
        (returned,) = own_sandbox.outcomes(function_task("def solve(): return 1"), [call()])
        assert returned.output == b"1"

    after = run(own_sandbox, census)

    assert printed(after) == printed(before)


# Isolation


@pytest.mark.parametrize("place", [".", "/tmp", "/dev/shm", "/var/tmp", "/run", "/dev", "/dev/mqueue", "/", "/usr"])
def test_file_left_anywhere_does_not_reach_the_next_program(shared_sandbox: Sandbox, place: str) -> None:
    leave = f"""
        try:
            open({place!r} + "/left", "w").write("secret")
            print("written")
        except OSError:
            print("refused")
        """
    find = f"""
        import os
        try:
            print(os.listdir({place!r}).count("left"))
        except OSError:
            print(0)
        try:
            print(open({place!r} + "/left").read())
        except OSError:
            print("nothing")
        """

    left = printed(run(shared_sandbox, leave))

    assert left == ("written" if place in (".", "/dev/shm") else "refused")
    assert printed(run(shared_sandbox, find)) == "0\nnothing"


def test_only_the_scratch_folder_is_writable(shared_sandbox: Sandbox) -> None:
    found = run(
        shared_sandbox,
        """
        import os
        for folder, folders, _ in os.walk("/"):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", os.getcwd())]
            if os.access(folder, os.W_OK):
                print(folder)
        assert os.access(".", os.W_OK)
        """,
        cpu_s=60,
        wall_s=120,
    )

    assert printed(found) == ""


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param("for _ in range(5000): os.mkdir('d'); os.chdir('d')", id="nested deeply"),
        pytest.param("for n in range(10000): open(str(n), 'w')", id="very many"),
        pytest.param("os.mkdir('d'); open('d/f', 'w'); os.chmod('d', 0); os.chmod('.', 0)", id="closed to their owner"),
        pytest.param("os.symlink('.', 'loop'); os.symlink('/usr', 'usr'); os.symlink('/none', 'none')", id="links"),
        pytest.param(r"open(b'\xff\xfe', 'w'); open('a\nb', 'w'); open('x' * 255, 'w')", id="odd names"),
        pytest.param("os.rmdir(os.getcwd())", id="folder itself removed"),
        pytest.param("os.rename(os.getcwd(), '/tmp/elsewhere')", id="folder itself renamed"),
    ],
)
def test_files_however_left_are_gone_for_the_next_program(own_sandbox: Sandbox, sandbox_kind: str, leave: str) -> None:
    run(own_sandbox, f"import os\n{leave}")

    free = printed(run(own_sandbox, "import os; s = os.statvfs('.'); print(os.listdir('.'), s.f_ffree, s.f_bfree)"))

    assert free.startswith("[] ")
    fresh = run(own_sandbox, "import os; s = os.statvfs('.'); print(os.listdir('.'), s.f_ffree, s.f_bfree)")
    assert free == printed(fresh)
    inodes = int(free.split()[1])
    assert inodes > 16_000 or sandbox_kind in IN_GVISOR  # whose file systems count no files, only bytes


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("os.mknod(str(number))", id="files"),
        pytest.param("os.mkdir('d' * 100); os.chdir('d' * 100)", id="folders within folders"),
    ],
)
def test_files_without_end_end_the_program(shared_sandbox: Sandbox, more: str) -> None:
    """Where its file system does not refuse them, the runner counts them."""
    outcome = run(
        shared_sandbox,
        f"""
        import itertools, os
        os.makedirs("a/b"); os.chmod("a", 0o300); os.chdir("a/b")
        for number in itertools.count():
            {more}
        """,
    )

    assert outcome.ended is Ended.KILLED or "No space left on device" in outcome.stderr, outcome
    assert printed(run(shared_sandbox, "import os; print(os.listdir('.'))")) == "[]"


def test_program_that_does_not_compile_is_not_in_the_way_of_what_the_one_before_left(own_sandbox: Sandbox) -> None:
    """It ends while the other's keeper still removes files, sometimes: this broke a sandbox within some ten turns."""
    for _ in range(100):
        (returned,) = own_sandbox.outcomes(function_task("def solve(): open('left', 'w'); return 1"), [call()])
        refused = run(own_sandbox, "def :")

        assert returned.output == b"1"
        assert (refused.ended, refused.signs) == (Ended.COMPILE_ERROR, ())


@pytest.mark.not_gvisor("noexec does not keep files from being mapped as code there")
def test_nothing_in_shared_memory_can_be_executed(shared_sandbox: Sandbox) -> None:
    outcome = run(
        shared_sandbox,
        """
        import mmap, os, shutil, subprocess, sys
        shutil.copy(sys.executable, "/dev/shm/python")
        try:
            subprocess.run(["/dev/shm/python", "-c", "print(1)"])
        except PermissionError:
            print("no program")
        with open("/dev/shm/python", "rb") as file:
            try:
                mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
            except PermissionError:
                print("no code")
        """,
    )

    assert printed(outcome) == "no program\nno code"


def test_shared_memory_counts_as_memory(shared_sandbox: Sandbox) -> None:
    source = """
        from multiprocessing.shared_memory import SharedMemory
        block = SharedMemory(create=True, size=SIZE << 20)
        for start in range(0, block.size, 4096):
            block.buf[start] = 1
        print("filled")
        block.close()
        block.unlink()
        """

    within = run(shared_sandbox, source.replace("SIZE", "16"), memory_bytes=48 * MIB)
    beyond = run(shared_sandbox, source.replace("SIZE", "60"), memory_bytes=48 * MIB)

    assert printed(within) == "filled"
    assert beyond.ended is Ended.MEMORY_LIMIT


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param("lib.shmget(77, 20 << 20, 0o1666)", id="shared memory"),
        pytest.param("lib.msgget(77, 0o1666)", id="message queue"),
        pytest.param("lib.semget(77, 1, 0o1666)", id="semaphore"),
    ],
)
def test_system_v_object_does_not_reach_the_next_program(own_sandbox: Sandbox, leave: str) -> None:
    run(own_sandbox, f"import ctypes\nlib = ctypes.CDLL(None)\n{leave}")
    find = "import ctypes\nl = ctypes.CDLL(None)\nprint(l.shmget(77, 0, 0), l.msgget(77, 0), l.semget(77, 0, 0))"

    assert printed(run(own_sandbox, find)) == "-1 -1 -1"


def test_daemon_does_not_outlive_its_program(shared_sandbox: Sandbox) -> None:
    first = run(
        shared_sandbox,
        TAKE_NAME
        + """
read_end, write_end = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(1, 32):
        try: signal.signal(number, signal.SIG_IGN)
        except OSError: pass
    take_name("dc-daemon")
    os.write(write_end, b"x")
    while True: time.sleep(1000)
os.read(read_end, 1)
print("left")
""",
    )

    assert printed(first) == "left"
    assert not processes_named("dc-daemon")
    seen = "import glob; print([n for n in map(open, glob.glob('/proc/[0-9]*/comm')) if 'dc-daemon' in n.read()])"
    assert printed(run(shared_sandbox, "import warnings; warnings.simplefilter('ignore')\n" + seen)) == "[]"


def test_program_is_another_user_than_the_one_before(shared_sandbox: Sandbox) -> None:
    if not shared_sandbox.hello["own_uids"]:
        pytest.skip("started by an unprivileged user: there is only one user to be")
    ask = "import os; print(*os.getresuid(), *os.getresgid(), os.getgroups())"

    users = [printed(run(shared_sandbox, ask)) for _ in range(5)]

    assert len(set(users)) == 5
    for user in users:
        ids, groups = user.split("[")
        assert len(set(ids.split())) == 1
        assert int(ids.split()[0]) >= 1000
        assert groups == "]"


def test_program_has_no_capabilities_and_cannot_gain_any(shared_sandbox: Sandbox) -> None:
    found = printed(
        run(
            shared_sandbox,
            """
            import ctypes
            for line in open("/proc/self/status"):
                if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb")):
                    print(line.split()[1].lstrip("0"), end=" ")
            print(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))  # PR_GET_NO_NEW_PRIVS
            """,
        )
    )

    assert found == "1"


@pytest.mark.parametrize("name", ["environ", "mem", "fd", "maps", "cwd", "root", "stack", "io"])
def test_runner_is_closed_to_programs(shared_sandbox: Sandbox, sandbox_kind: str, name: str) -> None:
    outcome = run(
        shared_sandbox,
        f"""
        import os
        others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()]
        print(len(others))
        for pid in others:
            path = f"/proc/{{pid}}/{name}"
            try:
                if os.path.isdir(path):
                    os.listdir(path)
                elif os.path.islink(path):
                    os.readlink(path)
                else:
                    open(path, "rb").read(1)
            except OSError:
                continue
            print("open:", path)
        """,
    )

    seen, *opened = printed(outcome).split("\n")
    assert int(seen) >= (1 if sandbox_kind in IN_GVISOR else 2)  # keeper and supervisor, so the question was put
    assert opened == []


@pytest.mark.not_gvisor("what a program reads of its own memory becomes resident there")
def test_program_finds_no_other_tests_input_in_its_memory(own_sandbox: Sandbox) -> None:
    secret = b"deepcoder" + b"-other-" + b"secret"
    search = """
        import os, sys
        needle = "".join(reversed("terces-rehto-" + "redocpeed")).encode()
        found = 0
        for fd in range(3, 256):
            try:
                found += os.pread(fd, 1 << 22, 0).count(needle[:9] + needle[9:])
            except OSError:
                continue
        with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if "r" not in rights or "[v" in line:
                    continue
                low, high = (int(part, 16) for part in span.split("-"))
                try:
                    memory.seek(low)
                    data = memory.read(high - low)
                except (OSError, OverflowError):
                    continue
                found += data.count(needle[:9] + needle[9:])
        print("searched", found)
        """
    given = [secret, secret * 1000, secret * 100_000]  # of which the runner keeps the large
    for each in given:
        run(own_sandbox, "input()", each)
    for returned in own_sandbox.outcomes(
        function_task("def solve(x): return 1"), [call(each.decode()) for each in given]
    ):
        assert returned.ended is Ended.RETURNED

    outcomes = list(own_sandbox.outcomes(stdin_task(search), [b"", b""]))

    # Its own copy of the needle is found; the same number in a sandbox that never saw the secret.
    with_secret = [printed(outcome) for outcome in outcomes]
    fresh = start(SandboxConfig(kind="process" if "process" in repr(own_sandbox) else "docker"))
    try:
        without = [printed(outcome) for outcome in fresh.outcomes(stdin_task(search), [b"", b""])]
    finally:
        fresh.close()
    assert with_secret == without


@pytest.mark.parametrize("number", [0, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP])
def test_runner_cannot_be_signalled_by_programs(shared_sandbox: Sandbox, number: int) -> None:
    outcome = run(
        shared_sandbox,
        f"""
        import os
        reached = []
        for pid in os.listdir("/proc"):
            if pid.isdigit() and int(pid) != os.getpid():
                try:
                    os.kill(int(pid), {int(number)})
                    reached.append(pid)
                except OSError:
                    pass
        print(reached)
        """,
    )

    assert printed(outcome) == "[]"
    assert_works(shared_sandbox)


def test_kill_of_everything_reaches_only_the_program(shared_sandbox: Sandbox) -> None:
    outcome = run(shared_sandbox, "import os; os.fork(); os.kill(-1, 9); os.kill(os.getpid(), 9)")

    assert (outcome.ended, outcome.signal) == (Ended.KILLED, signal.SIGKILL)
    assert_works(shared_sandbox)


def test_network_is_out_of_reach(shared_sandbox: Sandbox) -> None:
    listen = """
        import os, socket, time
        try:
            server = socket.socket()
            server.bind(("127.0.0.1", 7777))
            server.listen()
        except OSError:
            pass
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
        """
    connect = """
        import socket
        for host, port in [("127.0.0.1", 7777), ("127.0.0.1", 22), ("8.8.8.8", 53), ("172.17.0.1", 80)]:
            try:
                with socket.socket() as client:
                    client.settimeout(1)
                    client.connect((host, port))
                    print("connected", host, port)
            except OSError:
                pass
        try:
            socket.getaddrinfo("example.com", 80)
            print("resolved")
        except OSError:
            pass
        with open("/proc/net/dev") as devices:
            print([line.split(":")[0].strip() for line in devices if ":" in line])
        """

    run(shared_sandbox, listen)

    assert set(ast.literal_eval(printed(run(shared_sandbox, connect, wall_s=20)))) <= {"lo", "tunl0", "sit0", "ip6tnl0"}


def test_abstract_socket_of_an_earlier_program_is_gone(shared_sandbox: Sandbox) -> None:
    run(
        shared_sandbox,
        """
        import os, socket, time
        server = socket.socket(socket.AF_UNIX)
        server.bind("\\0left")
        server.listen()
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
        """,
    )

    connect = "import socket; print(socket.socket(socket.AF_UNIX).connect_ex('\\0left') != 0)"
    assert printed(run(shared_sandbox, connect)) == "True"


def test_environment_tells_nothing_of_the_owner(shared_sandbox: Sandbox) -> None:
    names = printed(run(shared_sandbox, "import os; print(*sorted(os.environ))")).split()

    assert set(names) <= {
        "HOME", "HOSTNAME", "LANG", "LC_ALL", "LC_CTYPE", "OMP_NUM_THREADS", "ONLINE_JUDGE",
        "OPENBLAS_NUM_THREADS", "PATH", "PYTHONHASHSEED", "TMPDIR",
    }  # fmt: skip


def test_fork_of_a_program_is_like_that_of_a_fresh_interpreter(shared_sandbox: Sandbox) -> None:
    outcome = run(
        shared_sandbox,
        """
        import os, random, threading
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        for _ in range(2):
            if os.fork() == 0:
                print(random.random(), threading.active_count(), flush=True)
                os._exit(0)
            os.wait()
        print(random.random(), threading.active_count())
        """,
    )

    drawn, threads = zip(*(line.split() for line in printed(outcome).splitlines()), strict=True)
    assert len(set(drawn)) == 3
    assert threads == ("1", "1", "2")


@pytest.mark.parametrize(
    ("preamble", "source"),
    [
        pytest.param("", "import random\ndef solve(): return random.random()", id="source"),
        pytest.param("from random import *", "def solve(): return random()", id="both"),
        pytest.param("from random import *", "def solve(): return randint(1, 1 << 60)", id="preamble"),
    ],
)
def test_programs_that_draw_random_numbers_do_not_draw_the_same(
    shared_sandbox: Sandbox, preamble: str, source: str
) -> None:
    task = dataclasses.replace(function_task(source), preamble=preamble)

    drawn = [outcome.output for _ in range(4) for outcome in shared_sandbox.outcomes(task, [call()])]

    assert len(set(drawn)) == len(drawn) == 4


def test_recursion_is_as_deep_as_in_a_fresh_interpreter(shared_sandbox: Sandbox) -> None:
    source = """
def solve(depth=1):
    try:
        return solve(depth + 1)
    except RecursionError:
        return depth
if __name__ == "__main__":
    print(solve())
"""
    fresh = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {source!r}], check=True)"
    expected = int(printed(run(shared_sandbox, fresh)))

    (returned,) = shared_sandbox.outcomes(function_task(source), [call()])

    assert abs(int(printed(run(shared_sandbox, source))) - expected) <= 1
    assert abs(int(returned.output) - expected) <= 1


def test_order_of_a_set_is_the_same_each_time(shared_sandbox: Sandbox) -> None:
    orders = {run(shared_sandbox, "print(list({'a', 'b', 'c', 'd', 'e'}))").output for _ in range(3)}

    assert len(orders) == 1


def test_resource_limits_cannot_be_raised(shared_sandbox: Sandbox) -> None:
    outcome = run(
        shared_sandbox,
        """
        import resource
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):
            soft, hard = resource.getrlimit(kind)
            assert soft == hard != resource.RLIM_INFINITY, (kind, soft, hard)
            try:
                resource.setrlimit(kind, (hard + 1, hard + 1))
                print("raised", kind)
            except (OSError, ValueError):
                pass
        """,
    )

    assert printed(outcome) == ""


def test_kernel_ends_no_program_before_the_supervisor_does(shared_sandbox: Sandbox) -> None:
    # The kernel's limit counts by ticks: on a busy machine it has ended programs at 97 % of their time.
    outcome = run(shared_sandbox, "import resource; print(*resource.getrlimit(resource.RLIMIT_CPU))", cpu_s=20)

    limit = 2 * 20 * shared_sandbox.clock.fuse + 1
    assert printed(outcome) == f"{limit} {limit}"


def test_file_of_the_user_cannot_be_seen_from_a_process_sandbox(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    tmp_path.chmod(0o755)
    secret.chmod(0o644)
    repository = Path(__file__).parents[1]
    paths = [str(path) for path in (secret, tmp_path, repository, repository / "deepcoder", "/etc/passwd", "/home")]
    sandbox = start_process()
    try:
        found = printed(run(sandbox, f"import os\nprint([path for path in {paths} if os.path.exists(path)])"))
        roots = printed(run(sandbox, "import os; print(*sorted(os.listdir('/')))"))
    finally:
        sandbox.close()

    usual = {"bin", "dev", "etc", "lib", "lib32", "lib64", "library", "proc", "tmp", "usr"}
    assert found == "[]"
    assert set(roots.split()) <= usual | {Path(sys.base_prefix).parts[1]}


# Life and death


def test_closing_a_docker_sandbox_removes_its_container(docker_sandboxes: None) -> None:
    with closing(docker.from_env()) as client:

        def names() -> set[str]:  # in one question: between two of them a container may go
            return {each["Names"][0].strip("/") for each in client.api.containers(all=True, filters={"label": LABEL})}

        before = names()
        sandbox = start(SandboxConfig(kind="docker"))
        (made,) = [each for each in names() - before if each in repr(sandbox)]

        sandbox.close()
        sandbox.close()

        assert until(lambda: made not in names())


def test_closing_waits_for_a_removal_that_has_begun(docker_sandboxes: None) -> None:
    sandbox = start(SandboxConfig(kind="docker"))
    name = repr(sandbox).strip("<>").split()[-1]
    with closing(docker.from_env()) as client, closing(docker.from_env()) as other:
        removal = threading.Thread(target=other.api.remove_container, args=[name], kwargs={"force": True})
        removal.start()
        while [each["State"] for each in client.api.containers(all=True, filters={"name": name})] == ["running"]:
            pass  # to remove it takes the engine only milliseconds

        sandbox.close()

        assert not client.api.containers(all=True, filters={"name": name})
        removal.join()


def test_closing_a_process_sandbox_ends_its_processes() -> None:
    sandbox = start_process()
    task = stdin_task(TAKE_NAME + "take_name('dc-closing'); time.sleep(1000)", dataclasses.replace(LIMITS, wall_s=1000))
    outcomes = sandbox.outcomes(task, [b""])
    own = repr(sandbox).strip("<>").rpartition("-")[2]
    assert Path(f"/proc/{own}").exists()
    failed: list[BaseException] = []

    def consume() -> None:
        try:
            next(outcomes)
        except (SandboxError, ValueError) as error:
            failed.append(error)

    consumer = threading.Thread(target=consume)
    consumer.start()
    assert until(lambda: processes_named("dc-closing"))

    os.kill(int(own), signal.SIGKILL)

    consumer.join(10)
    assert not consumer.is_alive()
    assert isinstance(failed[0], SandboxError)
    assert until(lambda: not processes_named("dc-closing"))
    sandbox.close()
    assert not Path(f"/proc/{own}").exists()


@pytest.mark.not_e2b("E2B ends it later, or a sweep does: test_e2b.py")
@pytest.mark.parametrize("how", ["exit", "SIGKILL"])
def test_owner_that_ends_takes_its_sandbox_along(sandbox_kind: str, how: str) -> None:
    name = f"dc-owner-{sandbox_kind[0]}{how[0]}"
    config = config_of(sandbox_kind)
    script = f"""
import sys
sys.path[:0] = {[str(Path(__file__).parents[1]), *sys.path]!r}
from deepcoder.problems import Limits, Mode
from deepcoder.wire.messages import Task
from deepcoder.sandbox import SandboxConfig, start
sandbox = start(SandboxConfig({config.kind!r}, runtime={config.runtime!r}))
source = {TAKE_NAME + f"take_name({name!r}); time.sleep(1000)"!r}
limits = {dataclasses.replace(LIMITS, wall_s=1000)!r}
outcomes = sandbox.outcomes(Task(source, Mode.STDIN, limits), [b""])
import threading
threading.Thread(target=next, args=[outcomes], daemon=True).start()
print("started", flush=True)
sys.stdin.read()
"""
    owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None and owner.stdin is not None
    try:
        assert owner.stdout.readline() == b"started\n"
        seen: Callable[[], object] = partial(processes_named, name)
        if sandbox_kind == "gvisor":
            seen = partial(kernels_of, owner.pid)
        elif sandbox_kind == "runsc":
            seen = partial(containers_of, owner_name(owner.pid))
        assert until(seen)

        owner.stdin.close() if how == "exit" else owner.kill()

        assert until(lambda: not seen())
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
        owner.stdin.close()


def test_container_killed_under_a_program_raises_sandbox_error(docker_sandboxes: None) -> None:
    client = docker.from_env()
    sandbox = start(SandboxConfig(kind="docker"))
    try:
        name = repr(sandbox).strip("<>").split()[-1]
        limits = dataclasses.replace(LIMITS, wall_s=1000)
        task = stdin_task("import time\nif input() == 'long': time.sleep(1000)", limits)
        outcomes = sandbox.outcomes(task, [b"quick", b"long"])
        next(outcomes)
        client.containers.get(name).kill()

        with pytest.raises(SandboxError):
            next(outcomes)
        with pytest.raises(SandboxError):
            list(sandbox.outcomes(task, [b"quick"]))
    finally:
        sandbox.close()
        client.close()


@pytest.mark.parametrize("how", ["paused", "stopped"])
def test_frozen_sandbox_is_given_up_whatever_its_limits(how: str, docker_sandboxes: None) -> None:
    with closing(docker.from_env()) as client:
        sandbox = start(SandboxConfig(kind="docker"))
        name = repr(sandbox).strip("<>").split()[-1]
        task = stdin_task(
            "import time\nif input() == 'long': time.sleep(900)", dataclasses.replace(LIMITS, wall_s=1000)
        )
        outcomes = sandbox.outcomes(task, [b"quick", b"long"])
        next(outcomes)
        sandbox._stream.silence_timeout_s = 1.0
        if how == "paused":
            client.api.pause(name)
        else:
            client.api.kill(name, signal.SIGSTOP)
        began = time.monotonic()

        with pytest.raises(SandboxError, match="did not answer"):
            next(outcomes)

        assert time.monotonic() - began < 15
        assert until(lambda: not client.api.containers(all=True, filters={"name": name}))


def test_runner_shows_life_while_a_program_says_nothing() -> None:
    with closing(start(SandboxConfig(kind="process"))) as sandbox:
        sandbox._stream.silence_timeout_s = RUNNER_HEARTBEAT_S + 4
        assert printed(run(sandbox, f"import time\ntime.sleep({RUNNER_HEARTBEAT_S + 6})\nprint(1)", wall_s=30)) == "1"


class Captured:
    """The stream of a runner that has fallen to a program: well-behaved until it answers."""

    name, interpreter = "captured", ""
    pid: int | None = None
    start_timeout_s = silence_timeout_s = 5.0

    def __init__(self, answer: bytes) -> None:
        self.answers = [frame({"kind": "hello", "protocol": PROTOCOL, "languages": {"python": "3"}}), answer]
        self.closed = False

    def send(self, data: bytes) -> None:
        pass

    def receive(self, timeout_s: float) -> bytes:
        return self.answers.pop(0)

    def fileno(self) -> int:
        return -1

    def last_words(self) -> str:
        return ""

    def why_lost(self) -> str:
        return ""

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(LENGTHS.pack(20, LIMITS.output_bytes + HEAD_BYTES), id="more than a program may print"),
        pytest.param(LENGTHS.pack(1 << 31, 0), id="an endless head"),
        pytest.param(frame({"kind": "outcome", "task": 1, "ended": "accepted"}), id="what is no outcome"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_runner_that_fell_costs_its_sandbox_and_no_memory(answer: bytes) -> None:
    stream = Captured(answer)
    sandbox = Sandbox(stream)

    with pytest.raises(SandboxError, match="captured"):
        run(sandbox, "")

    assert stream.closed and not sandbox.is_open


def test_closed_sandbox_raises_sandbox_error(sandbox_kind: str) -> None:
    sandbox = start(config_of(sandbox_kind))
    sandbox.close()

    with pytest.raises(SandboxError):
        list(sandbox.outcomes(stdin_task("print(1)"), [b""]))


# Other interpreters


def python_3_9() -> str | None:
    """An interpreter itself, and no script in front of it."""
    ask = "import os, sys; print(os.path.realpath(sys.executable))"
    for command in ["python3.9", *map(str, Path.home().glob(".pyenv/versions/3.9.*/bin/python3.9"))]:
        try:
            found = subprocess.run([command, "-c", ask], capture_output=True, text=True)
        except OSError:
            continue
        if found.returncode == 0:
            return found.stdout.strip()
    return None


@pytest.fixture(scope="module")
def old_sandbox() -> Iterator[Sandbox]:
    python = python_3_9()
    if python is None:
        pytest.skip("no Python 3.9 here")
    started = start_process(python=python)
    yield started
    started.close()


def test_runner_on_python_3_9_executes_both_modes(old_sandbox: Sandbox) -> None:
    assert old_sandbox.languages["python"].startswith("3.9.")
    assert_works(old_sandbox)
    assert printed(run(old_sandbox, "print(len(str(10 ** 20000)))")) == "20001"
    (returned,) = old_sandbox.outcomes(function_task("def solve(x): return (x, 10 ** 20000, {1})"), [call("a")])
    assert values.decode(returned.output) == ("a", 10**20000, {1})
    assert run(old_sandbox, "while True: pass", cpu_s=0.3).ended is Ended.TIME_LIMIT
    assert run(old_sandbox, "x = bytearray(b'x') * (1 << 28)", memory_bytes=64 * MIB).ended is Ended.MEMORY_LIMIT
    assert run(old_sandbox, "match 1:\n  case 1: pass").ended is Ended.COMPILE_ERROR


@pytest.mark.parametrize("module", ["numpy", "sortedcontainers"])
def test_library_of_another_version_is_the_programs_own_problem(old_sandbox: Sandbox, module: str) -> None:
    outcome = run(old_sandbox, f"import {module}")

    assert outcome.ended is Ended.EXITED
    assert_works(old_sandbox)
