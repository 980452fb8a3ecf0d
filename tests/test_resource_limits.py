"""A program finds the same resource limits in every kind of sandbox, and may set them as on a real judge."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from contextlib import closing

import docker
import pytest
from docker.types import Ulimit

from deepcoder.sandbox import Sandbox, SandboxConfig, start
from deepcoder.sandbox import docker as docker_sandbox
from deepcoder.sandbox.host_clock import HostClock
from deepcoder.wire import values
from deepcoder.wire.messages import Ended
from tests.another_user import PATH, python_of_another_user
from tests.conftest import IN_GVISOR, config_of
from tests.test_live_container import containers
from tests.test_sandbox import LIMITS, MIB, assert_works, call, function_task, printed, run

pytestmark = pytest.mark.sandbox

NAMES = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
LOOK = """
import resource
def solve():
    return {name: list(resource.getrlimit(getattr(resource, name))) for name in NAMES}
if __name__ == "__main__":
    import json
    print(json.dumps(solve()))
"""
Found = dict[str, dict[str, list[int]]]  # soft and hard limit by name, by mode


def found_in(sandbox: Sandbox) -> Found:
    """What a program finds in each mode."""
    look = LOOK.replace("NAMES", repr(NAMES))
    (returned,) = sandbox.outcomes(function_task(look), [call()])
    return {"stdin": json.loads(printed(run(sandbox, look))), "function": values.decode(returned.output)}


SCRIPT = f"""
import json, sys
sys.path[:0] = {PATH!r}
from contextlib import closing
from deepcoder.sandbox.process import start_process
from tests.test_resource_limits import found_in
with closing(start_process()) as sandbox:
    print(json.dumps(found_in(sandbox)))
"""
# Of an owner, above what programs need.
SOFT = ("-d 8000000", "-f 2000000", "-s 4096", "-t 900", "-u 4096", "-v 8000000", "-l 64", "-i 2048", "-n 1024")


def limited(*ulimits: str) -> tuple[str, ...]:
    """Start a command with these limits."""
    return "bash", "-ec", "\n".join([*(f"ulimit -S {each}" for each in ulimits), 'exec "$@"']), "bash"


@pytest.fixture(scope="module")
def expected() -> Found:
    with closing(start(SandboxConfig("process"))) as sandbox:
        return found_in(sandbox)


def test_limits_are_those_of_the_problem_or_none(expected: Found) -> None:
    none = resource.RLIM_INFINITY
    same = dict.fromkeys(("CORE", "MSGQUEUE", "NICE", "RTPRIO"), [0, 0])
    same |= dict.fromkeys(("DATA", "FSIZE", "RSS", "RTTIME"), [none, none])
    same |= {"NOFILE": [256, 256], "OFILE": [256, 256], "STACK": [1 << 30, none], "NPROC": [LIMITS.processes] * 2}
    same |= {"MEMLOCK": [1 << 16, 1 << 16], "SIGPENDING": [1 << 10, 1 << 10]}
    (space,) = {tuple(found["RLIMIT_AS"]) for found in expected.values()}

    for mode, cpu_s in (("stdin", 2 * int(LIMITS.cpu_s) + 1), ("function", none)):
        found = {name.removeprefix("RLIMIT_"): pair for name, pair in expected[mode].items()}
        assert found == {**same, "CPU": [cpu_s, cpu_s], "AS": list(space)}
    assert LIMITS.memory_bytes + (1 << 30) < space[0] == space[1] <= LIMITS.memory_bytes + (1 << 30) + 128 * MIB


def test_limits_are_the_same_in_each_kind_of_sandbox(sandbox_kind: str, expected: Found) -> None:
    """In new ones: where a program has imported numpy, all later ones may map as much more."""
    with closing(start(config_of(sandbox_kind))) as sandbox:
        found = found_in(sandbox)
    assert found == (in_gvisor(expected, found) if sandbox_kind in IN_GVISOR else expected)


def in_gvisor(expected: Found, found: Found) -> Found:
    """The same, but for what gVisor counts otherwise, and for two limits that cannot be set there."""
    there = found["stdin"]
    differing = {name: there[name] for name in ("RLIMIT_AS", "RLIMIT_NPROC", "RLIMIT_MSGQUEUE", "RLIMIT_SIGPENDING")}
    mapped_more = there["RLIMIT_AS"][0] - expected["stdin"]["RLIMIT_AS"][0]
    cpu_s = 2 * HostClock.fuse * int(LIMITS.cpu_s) + 1
    assert 0 <= mapped_more <= 192 * MIB  # by the interpreter, before a program begins
    assert LIMITS.processes - 1 <= there["RLIMIT_NPROC"][0] == there["RLIMIT_NPROC"][1] <= LIMITS.processes
    return {
        "stdin": {**expected["stdin"], **differing, "RLIMIT_CPU": [cpu_s, cpu_s]},
        "function": {**expected["function"], **differing},
    }


@pytest.mark.parametrize("ulimits", [(), SOFT], ids=["none", "of the owner"])
@pytest.mark.parametrize("user", ["the same user", "another user"])
def test_limits_of_the_owner_do_not_reach_programs(ulimits: tuple[str, ...], user: str, expected: Found) -> None:
    """Those that can be raised, as a login shell has them; no user but root can raise a hard one."""
    if user == "another user":
        done = python_of_another_user("-c", SCRIPT, before=limited(*ulimits))
    else:
        command = [*limited(*ulimits), sys.executable, "-c", SCRIPT]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected


# What contest programs begin with. A deep recursion follows, on the main stack and in a thread.
SET = "resource.setrlimit(resource.RLIMIT_"
ALLOWED = [
    SET + "STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))",
    SET + "STACK, (-1, -1))",
    SET + "STACK, (2**29, resource.RLIM_INFINITY))",
    SET + "STACK, (2**29, -1))",
    SET + "STACK, (2**30, 2**30))",
    SET + "STACK, (2**28, 2**29))",
    SET + "STACK, (2**32, 2**33))",
    SET + "STACK, [0x10000000, resource.RLIM_INFINITY])",
    SET + "STACK, (resource.getrlimit(resource.RLIMIT_STACK)[1],) * 2)",
    "resource.prlimit(0, resource.RLIMIT_STACK, (-1, -1))",
    SET + "DATA, (-1, -1))",
    SET + "DATA, (2**28, resource.RLIM_INFINITY))",
    SET + "AS, (2**30, 2**30))",
    SET + "AS, (2**30, resource.getrlimit(resource.RLIMIT_AS)[1]))",
    SET + "FSIZE, (-1, -1))",
    SET + "RSS, (2**28, -1))",
    SET + "CPU, (20, 21))",
    SET + "CORE, (0, 0))",
    SET + "NOFILE, (64, 256))",
    "threading.stack_size(2**26)",
    "threading.stack_size(2**27)",
    "threading.stack_size(2**29)",
    SET + "STACK, (-1, -1)); threading.stack_size(2**28)",
]
# Where a real judge may have no limit there is one here, in every kind of sandbox.
REFUSED = [
    SET + "AS, (-1, -1))",
    SET + "AS, (2**40, 2**40))",
    SET + "CPU, (-1, -1))",
    SET + "NPROC, (-1, -1))",
    SET + "NOFILE, (2**16, 2**16))",
    SET + "CORE, (-1, -1))",
]
RECURSE = """
import resource, sys, threading
try:
    IDIOM
except ValueError:
    print("refused")
sys.setrecursionlimit(10**6)
def depth(n):
    return n and 1 + depth(n - 1)
print(depth(20000))
thread = threading.Thread(target=lambda: print(depth(20001)))
thread.start()
thread.join()
"""


@pytest.mark.parametrize("idiom", ALLOWED)
def test_limit_can_be_set_as_on_a_real_judge(shared_sandbox: Sandbox, idiom: str) -> None:
    assert printed(run(shared_sandbox, RECURSE.replace("IDIOM", idiom))) == "20000\n20001"


@pytest.mark.parametrize("idiom", REFUSED)
def test_limit_that_holds_a_program_cannot_be_raised(shared_sandbox: Sandbox, idiom: str) -> None:
    assert printed(run(shared_sandbox, RECURSE.replace("IDIOM", idiom))) == "refused\n20000\n20001"


def test_limits_can_be_set_in_a_sandbox_of_another_user() -> None:
    script = f"""
import sys
sys.path[:0] = {PATH!r}
from contextlib import closing
from deepcoder.sandbox.process import start_process
from tests.test_resource_limits import ALLOWED, RECURSE, REFUSED, printed, run
with closing(start_process()) as sandbox:
    for idiom in ALLOWED + REFUSED:
        found = printed(run(sandbox, RECURSE.replace("IDIOM", idiom)))
        assert found.startswith("refused") == (idiom in REFUSED) and found.endswith("20000\\n20001"), (idiom, found)
"""
    done = python_of_another_user("-c", script)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("memory_bytes", [64 * MIB, 1536 * MIB], ids=["small", "above the stack's limit"])
def test_recursion_without_end_on_a_stack_without_limit_ends(sandbox_kind: str, memory_bytes: int) -> None:
    source = """
        import functools, resource, sys
        resource.setrlimit(resource.RLIMIT_STACK, (-1, -1))
        sys.setrecursionlimit(10**9)
        @functools.lru_cache(None)
        def deeper(n):
            return deeper(n + 1)
        deeper(0)
        """
    with closing(start(config_of(sandbox_kind, memory_bytes=memory_bytes))) as sandbox:
        outcome = run(sandbox, source, memory_bytes=memory_bytes, cpu_s=60.0, wall_s=120.0)

        # Python 3.12 and 3.13 raise RecursionError.
        assert outcome.ended is Ended.MEMORY_LIMIT or outcome.signal == signal.SIGSEGV or outcome.exit_code == 1
        assert_works(sandbox)


@pytest.mark.docker
@pytest.mark.usefixtures("docker_sandboxes")
def test_engine_that_may_not_raise_a_limit_is_asked_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a rootless one. No engine may open files without limit, so each refuses this in the same words."""
    monkeypatch.setattr(docker_sandbox, "STACK", Ulimit(name="nofile", soft=-1, hard=-1))
    monkeypatch.setattr(docker_sandbox, "RLIMIT_STACK", "rlimit type 7")  # of files, instead of 3
    monkeypatch.setitem(docker_sandbox.REFUSED, "rlimit type 7", "")
    with closing(docker.from_env()) as client:
        before = containers(client)

        with closing(start(SandboxConfig("docker"))) as sandbox:
            stack = printed(run(sandbox, "import resource; print(resource.getrlimit(resource.RLIMIT_STACK))"))
            made = containers(client) - before

    assert stack == str((1 << 30, 1 << 30))
    assert len(made) == 1
