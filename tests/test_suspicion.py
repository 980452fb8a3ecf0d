"""What honest programs do not do is a fact of the judgement, and no verdict depends on it."""

from __future__ import annotations

import errno
import os
from textwrap import dedent

import pytest

from deepcoder.judge import judge
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner import syscalls
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.messages import Ended, Outcome, Sign, Task
from tests.conftest import IN_GVISOR

COLUMN = syscalls.MACHINES.index(os.uname().machine) if os.uname().machine in syscalls.MACHINES else None
LIMITS = Limits(cpu_s=20.0, memory_bytes=256 << 20)


def judged(sandbox: Sandbox, source: str, mode: Mode = Mode.STDIN, limits: Limits = LIMITS) -> Judgement:
    """A program that should print 42 twice, or return 42 from two calls of `solve`."""
    test = TestCase("", "42\n") if mode is Mode.STDIN else TestCase.call([], 42)
    problem = Problem("sign", mode, (test, test), entry_point="solve", limits=limits)
    return judge(Submission(problem, Program(dedent(source))), sandbox)


def run(sandbox: Sandbox, source: str) -> Outcome:
    (outcome,) = sandbox.outcomes(Task(source, Mode.STDIN, LIMITS), [b""])
    return outcome


def test_right_program_that_leaves_a_process_is_accepted_and_suspicious(shared_sandbox: Sandbox) -> None:
    source = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
        print(42)
        """

    judgement = judged(shared_sandbox, source)

    assert (judgement.verdict, judgement.suspicious) == (Verdict.AC, (Sign.PROCESSES,))


def test_function_that_lets_go_of_a_process_is_suspicious(shared_sandbox: Sandbox) -> None:
    source = """
        import os, time
        if os.fork() == 0:
            if os.fork() == 0:
                time.sleep(1000)
            os._exit(0)
        os.wait()

        def solve():
            end = time.process_time() + 0.2  # long enough to be looked at
            while time.process_time() < end:
                pass
            return 42
        """

    judgement = judged(shared_sandbox, source, Mode.FUNCTION)

    assert (judgement.verdict, judgement.suspicious) == (Verdict.AC, (Sign.PROCESSES,))


def test_program_killed_at_its_limit_is_not_suspicious_for_its_children(shared_sandbox: Sandbox) -> None:
    source = """
        import os
        os.fork()
        while True:
            pass
        """

    judgement = judged(shared_sandbox, source, limits=Limits(cpu_s=0.5))

    assert (judgement.verdict, judgement.suspicious) == (Verdict.TLE, ())


@pytest.mark.parametrize(
    "report",
    [
        pytest.param('2 * b"V\\0\\0\\0\\x0242"', id="two answers to one call"),
        pytest.param('b"S\\0\\0\\0\\0"', id="that it begins"),
        pytest.param('b"?\\0\\0\\0\\0"', id="of no known kind"),
    ],
)
def test_report_of_the_program_itself_is_suspicious(shared_sandbox: Sandbox, report: str) -> None:
    source = f"""
        import os

        def solve():
            os.write(5, {report})
            return 42
        """

    judgement = judged(shared_sandbox, source, Mode.FUNCTION)

    assert judgement.suspicious == (Sign.REPORT,), judgement


def test_answer_that_does_not_decode_is_suspicious(shared_sandbox: Sandbox) -> None:
    source = """
        import os, time

        def solve():
            os.write(5, b"V\\0\\0\\0\\x01{")
            time.sleep(1000)
        """

    judgement = judged(shared_sandbox, source, Mode.FUNCTION)

    assert (judgement.verdict, judgement.suspicious) == (Verdict.WA, (Sign.VALUE,))


@pytest.mark.parametrize("mode", [Mode.STDIN, Mode.FUNCTION])
def test_honest_program_is_not_suspicious(shared_sandbox: Sandbox, mode: Mode) -> None:
    source = """
        import asyncio, multiprocessing, subprocess, sys, tempfile, threading

        async def answer():
            return 42

        def solve():
            worker = multiprocessing.Process(target=abs, args=(1,), daemon=True)
            worker.start()
            worker.join()
            with tempfile.TemporaryFile() as file:
                file.write(b"x" * 100_000)
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            thread = threading.Thread(target=print)
            thread.start()
            thread.join()
            return asyncio.run(answer())
        """
    if mode is Mode.STDIN:
        source += '\n        if __name__ == "__main__":\n            print(solve())\n'

    judgement = judged(shared_sandbox, source, mode)

    assert (judgement.verdict, judgement.suspicious) == (Verdict.AC, ()), judgement


@pytest.mark.skipif(COLUMN is None, reason="there is no filter for this kind of machine")
def test_every_call_that_only_an_attack_makes_ends_the_process(shared_sandbox: Sandbox) -> None:
    assert COLUMN is not None
    numbers = {name: each[COLUMN] for name, each in syscalls.ENDS.items() if each[COLUMN] is not None}
    source = f"""
import ctypes, os
libc = ctypes.CDLL(None)
for name, number in {numbers!r}.items():
    child = os.fork()
    if child == 0:
        libc.syscall(number, 0, 0, 0, 0, 0, 0)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -31:
        print(name)
"""

    outcome = run(shared_sandbox, source)

    assert (outcome.ended, outcome.output) == (Ended.EXITED, b"")


@pytest.mark.skipif(COLUMN is None, reason="there is no filter for this kind of machine")
def test_every_call_that_a_library_may_try_fails_as_where_it_is_missing(shared_sandbox: Sandbox) -> None:
    assert COLUMN is not None
    calls = {name: (each[COLUMN], each[2]) for name, each in syscalls.REFUSED.items()}
    sockets = [2, 10, 16, 17, 38, 40]  # inet, inet6, netlink, packet, alg, vsock
    source = f"""
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
for name, (number, error) in {calls!r}.items():
    if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != error:
        print(name)
for family in {sockets}:
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print("socket", family)
    except OSError as refused:
        if refused.errno != {errno.EAFNOSUPPORT}:
            print("socket", family, refused)
"""

    outcome = run(shared_sandbox, source)

    assert (outcome.ended, outcome.output) == (Ended.EXITED, b""), outcome


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has other sets of calls")
def test_calls_of_another_architecture_end_the_process(shared_sandbox: Sandbox) -> None:
    x32 = run(shared_sandbox, "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)\nprint('went on')")

    assert (x32.signal, x32.signs) == (31, (Sign.SYSTEM_CALL,))


def test_forbidden_call_of_an_orphan_is_seen(shared_sandbox: Sandbox) -> None:
    source = """
        import ctypes, os
        child = os.fork()
        if child == 0:
            ctypes.CDLL(None).unshare(0)
        while os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT) is None:
            pass
        print(42)
        """

    judgement = judged(shared_sandbox, source)

    assert (judgement.verdict, judgement.suspicious) == (Verdict.AC, (Sign.SYSTEM_CALL,))


def test_forbidden_call_is_not_made_where_its_signal_is_blocked(shared_sandbox: Sandbox, sandbox_kind: str) -> None:
    """gVisor's kernel can end a process for it by nothing else, so that it goes on there."""
    outcome = run(
        shared_sandbox,
        """
import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])
before = os.getuid()
ctypes.CDLL(None).unshare(0x10000000)  # CLONE_NEWUSER
print(os.getuid() == before)
""",
    )

    if sandbox_kind in IN_GVISOR:
        assert (outcome.exit_code, outcome.output) == (0, b"True\n")
    else:
        assert (outcome.signal, outcome.signs) == (31, (Sign.SYSTEM_CALL,))
