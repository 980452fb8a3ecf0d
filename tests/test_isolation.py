"""Two programs never meet: neither one after the other in a sandbox, nor side by side in two. See `meetings.py`.

That a pair fails to meet would prove little if it could not: each is first run as one program, which must meet itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deepcoder.problems import Mode, TestCase
from deepcoder.runner.users import some_uids
from deepcoder.sandbox import Sandbox, start
from deepcoder.wire import values
from deepcoder.wire.messages import Task
from tests.another_user import PATH, REPOSITORY, python_of_another_user
from tests.conftest import IN_GVISOR, config_of
from tests.meetings import CONFIG, LIMITS, PAIRS, Pair, alone, one_after_another, side_by_side

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def two_sandboxes(sandbox_kind: str) -> Iterator[tuple[Sandbox, Sandbox]]:
    """As two workers of one machine have them."""
    config = config_of(sandbox_kind, **CONFIG)
    with closing(start(config)) as one, closing(start(config)) as two:
        yield one, two


each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)


def expect_hole(request: pytest.FixtureRequest, pair: Pair, kind: str, side: bool) -> None:
    """Mark the test where the pair is known to get through."""
    only_side = pair.hole.startswith("side by side")
    if pair.hole_in == kind and (side or not only_side):
        request.applymarker(pytest.mark.xfail(strict=not pair.hole.startswith("sometimes"), reason=pair.hole))


def assert_alone(said: dict[str, Any], own_uids: bool, kind: str, *met: dict[str, Any]) -> None:
    """Beside it are the supervisor, the keepers, and with two of them perhaps the process of the next program.

    In gVisor it sees only that there is a keeper.
    """
    others = said["others"]
    if kind in IN_GVISOR:
        assert others == [0]
        return
    assert 3 <= len(others) <= 4 if own_uids else len(others) == 2, others
    if own_uids:
        assert not {each["uid"] for each in met} & set(others)


def assert_left(pair: Pair, kind: str, said: dict[str, Any]) -> None:
    """Both ways to gVisor refuse the same."""
    assert said["left"] or ("gvisor" if kind in IN_GVISOR else kind) in pair.refused_in, said


@each_pair
def test_pair_meets_itself_in_one_program(pair: Pair, sandbox_kind: str, shared_sandbox: Sandbox) -> None:
    said = alone(shared_sandbox, pair)

    assert_left(pair, sandbox_kind, said)
    assert bool(said["seen"] or not said["intact"]) == said["left"], said


@each_pair
def test_programs_one_after_another_do_not_meet(
    pair: Pair, sandbox_kind: str, shared_sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    expect_hole(request, pair, sandbox_kind, side=False)

    before, leaving, after = one_after_another(shared_sandbox, pair)

    assert before["seen"] == []
    assert_left(pair, sandbox_kind, leaving)
    assert after["seen"] == []
    assert leaving["files"] == after["files"] == before["files"]
    assert before["files"] in ([], ["main.py"])  # its own file, where it may look for it
    assert_alone(leaving, shared_sandbox.hello["own_uids"], sandbox_kind, before)
    assert_alone(after, shared_sandbox.hello["own_uids"], sandbox_kind, before, leaving)
    assert len({said["scratch"] for said in (before, leaving, after)}) == 3
    if shared_sandbox.hello["own_uids"]:
        assert len({said["uid"] for said in (before, leaving, after)}) == 3


@each_pair
def test_programs_side_by_side_do_not_meet(
    pair: Pair, sandbox_kind: str, two_sandboxes: tuple[Sandbox, Sandbox], request: pytest.FixtureRequest
) -> None:
    expect_hole(request, pair, sandbox_kind, side=True)

    leaving, looking, afterwards = side_by_side(*two_sandboxes, pair)

    assert_left(pair, sandbox_kind, leaving)
    assert looking["seen"] == []
    assert_alone(looking, two_sandboxes[1].hello["own_uids"], sandbox_kind, leaving)
    assert afterwards["intact"]
    assert afterwards["uid"] == leaving["uid"]  # it has run all the time
    if two_sandboxes[0].hello["own_uids"]:
        assert looking["uid"] != leaving["uid"]


LOCK_ON_STANDARD_INPUT = """
import fcntl
def solve():
    try:
        fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
"""


def test_lock_on_the_standard_input_of_a_function_ends_with_the_program(
    shared_sandbox: Sandbox, sandbox_kind: str
) -> None:
    """It is /dev/null, which programs of all process sandboxes of a machine share."""
    for number in range(2):
        task = Task(f"{LOCK_ON_STANDARD_INPUT}# {number}", Mode.FUNCTION, LIMITS, entry_point="solve")
        (outcome,) = shared_sandbox.outcomes(task, [TestCase.call([], None).input.encode()])
        assert values.decode(outcome.output) is (sandbox_kind not in IN_GVISOR), number  # whose devices take no locks


@pytest.fixture(scope="module")
def unprivileged() -> dict[str, Any]:
    """How the pairs met in process sandboxes that a user who is not root has started."""
    done = python_of_another_user(str(REPOSITORY / "tests" / "meetings.py"), json.dumps(PATH))
    assert done.returncode == 0, done.stderr[-2000:]
    if "this kernel does not allow namespaces" in done.stderr:
        pytest.skip("users other than root may have no namespaces here")
    met: dict[str, Any] = json.loads(done.stdout)
    assert not met["own_uids"]
    return dict(met["met"])


# The runner and all programs are one user there: it can be signalled, its settings can be changed and /tmp is its own.
MEET_AS_ONE_USER = {"file_anywhere", "file_in_proc", "file_in_scratch", "keys", "oom_score", "process_to_reach"}
MEET_SIDE_BY_SIDE = {pair.name for pair in PAIRS if pair.hole_in == "process"}
OWN_RUNNER = {"kill 1", "pidfd 1", "kill 2", "pidfd 2"}


@each_pair
def test_programs_of_one_user_do_not_meet_beyond_what_is_known(pair: Pair, unprivileged: dict[str, Any]) -> None:
    met = unprivileged[pair.name]
    if pair.name == "process_to_kill":
        assert [met[name]["broke"] for name in met] == [[True, False], [True, False], [False, True]]  # the killer's own
        return
    before, leaving, after = met["after"]
    _, looking, afterwards = met["beside"]

    assert_left(pair, "process", leaving)
    assert after["seen"] == [] or pair.name in MEET_AS_ONE_USER, after
    assert before["files"] == leaving["files"] == after["files"]
    assert before["files"] in ([], ["main.py"])  # as above
    assert_alone(after, False, "process")
    assert_alone(looking, False, "process")
    if pair.name == "process_to_reach":  # no trace, no memory, no file of /proc
        assert set(after["seen"]) == set(looking["seen"]) == OWN_RUNNER
    elif pair.name not in MEET_SIDE_BY_SIDE:
        assert looking["seen"] == []
        assert afterwards["intact"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mask a part of /proc")
def test_container_that_allows_only_half_of_what_is_needed_is_said() -> None:
    """As in a container with a masked /proc: who is root only of a user namespace may then mount none of his own."""
    start = "from deepcoder.sandbox.process import start_process; start_process()"
    weak = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", sys.executable, "-c", start]
    masked = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc/fs && exec "$0" "$@"', *weak]
    done = subprocess.run(masked, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert "SandboxUnavailable" in done.stderr.splitlines()[-1]
    assert "allow both or neither" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("end", [1 << 15, 65536, 65537, 1_000_000, 3_000_000, 10**9, (1 << 32) - 1])
def test_two_sandboxes_draw_different_users(end: int) -> None:
    drawn = [some_uids(end) for _ in range(100)]

    assert all(1000 <= users[0] and users[-1] < end and len(users) > 10_000 for users in drawn)
    assert len({users[0] for users in drawn}) > 50


def test_pairs_try_every_channel() -> None:
    assert len(PAIRS) >= 20
