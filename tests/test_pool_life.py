"""What it costs that parts of a pool die: sandboxes, workers, the coordinator."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import docker
import pytest
import ray
from ray.exceptions import GetTimeoutError

from deepcoder.judge import judge
from deepcoder.pool import SandboxPool
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.worker import Worker
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig, SandboxLost, SandboxUnavailable, owner, start
from deepcoder.sandbox.docker import LABEL
from deepcoder.verdicts import Submission
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, RIGHT, SLEEPERS, a_worker_pid, containers, judging, owners, verdicts

pytestmark = pytest.mark.usefixtures("shared_ray")


@pytest.mark.docker
def test_container_killed_while_judging_costs_only_a_retry(docker_sandboxes: None) -> None:
    with SandboxPool(workers=2, sandbox="docker") as pool:
        assert wait_until(lambda: pool.state().alive == 2)
        with judging(pool, SLEEPERS) as found:
            assert wait_until(lambda: pool.state().busy == 2)
            client = docker.from_env()
            its_label = f"{LABEL}={owner.name(a_worker_pid())}"
            *_, oldest = client.containers.list(filters={"label": its_label}, ignore_removed=True)
            oldest.kill()  # a younger one is its spare
            client.close()
        assert verdicts(found) == ["AC", "AC"]
        assert pool.state().retries >= 1


@pytest.mark.docker
@pytest.mark.parametrize("harm", ["kill", "remove"])
def test_container_that_its_engine_is_told_to_end_is_lost_and_nothing_of_its_program(
    harm: str, docker_sandboxes: None
) -> None:
    with closing(start(SandboxConfig(kind="docker"))) as sandbox, closing(docker.from_env()) as client:
        container = client.containers.get(repr(sandbox).removeprefix("<Sandbox ").removesuffix(">"))
        if harm == "kill":
            container.kill()
        else:
            container.remove(force=True)

        with pytest.raises(SandboxLost, match="its engine was told to kill it"):
            judge(SLEEPERS[0], sandbox)


@pytest.mark.docker
def test_container_of_the_jury_killed_costs_only_a_retry(docker_sandboxes: None) -> None:
    code = "import time\ncandidate(1)\ntime.sleep(5)\nassert candidate(2) == 4"
    coded = Problem("coded", Mode.FUNCTION, (TestCase.code(code),), entry_point="double")
    with SandboxPool(workers=1, sandbox="docker") as pool:
        assert wait_until(lambda: len(containers()) == 2)  # the worker's, and its spare
        before, ended = set(containers()), owners()
        with judging(pool, [Submission(coded, Program("def double(n): return 2 * n"))]) as found:
            assert wait_until(lambda: len(containers()) == 3)
            client = docker.from_env()
            (name,) = set(containers()) - before
            assert wait_until(lambda: client.containers.get(name).status == "running")  # it is made before it starts
            client.containers.get(name).kill()
            client.close()
        assert verdicts(found) == ["AC"]
    assert wait_until(lambda: containers(ended) == [])


@pytest.mark.docker
def test_pool_without_image_says_what_to_do(docker_sandboxes: None) -> None:
    config = SandboxConfig(kind="docker", image="deepcoder-no-such-image")
    with pytest.raises(SandboxUnavailable, match="deepcoder image build"), SandboxPool(1, config):
        pass


@pytest.mark.docker
def test_image_that_cannot_be_pulled_is_said(docker_sandboxes: None) -> None:
    nowhere = SandboxConfig(kind="docker", image="127.0.0.1:9/nobody/none:1")
    with pytest.raises(SandboxUnavailable, match="^the engine has no image .*/none:1, and cannot pull it: .*refused"):
        start(nowhere)


class Unlucky(Coordinator):
    """Its first worker does not even begin."""

    _has_begun = False

    def _start_worker(self) -> Any:
        if self._has_begun:
            return super()._start_worker()
        self._has_begun = True
        actor: Any = ray.remote(Absent)
        return actor.options(max_restarts=-1).remote(self._config)


class Absent(Worker):
    def __init__(self, config: SandboxConfig) -> None:
        raise OSError("No space left on device")


class UnluckyPool(SandboxPool):
    _kind = Unlucky


def test_worker_that_ray_gives_up_is_replaced() -> None:
    with UnluckyPool(1, "process") as pool:
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]


def test_coordinator_lost_while_the_cluster_answers_nobody_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with SandboxPool(1, "process") as pool:
        found, asked = pool._connection.find, []

        def busy() -> Any:
            asked.append(True)
            if len(asked) < 3:
                raise GetTimeoutError("the cluster is busy")
            return found()

        monkeypatch.setattr(pool._connection, "find", busy)
        with judging(pool, SLEEPERS[:1]) as judgements:
            assert wait_until(lambda: pool.state().busy == 1)
            ray.kill(pool._connection.coordinator(), no_restart=False)
        assert verdicts(judgements) == ["AC"]
        assert len(asked) >= 3  # a slow cluster names a coordinator that it is still starting, and is asked once more


def test_languages_stay_known_while_the_coordinator_starts_again() -> None:
    with SandboxPool(1, "process") as pool:
        known = pool.languages()
        ray.kill(pool._connection.coordinator(), no_restart=False)

        assert known and pool.languages() == known


def test_clients_find_a_pool_that_was_started_anew_under_its_name() -> None:
    with SandboxPool(1, "process", name="anew"):
        asks, judges = SandboxPool.attach("anew"), SandboxPool.attach("anew")
    with closing(asks), closing(judges):
        with pytest.raises(ConnectionError, match="^anew is gone"):
            asks.state()
        cpp = Problem("cpp", Mode.STDIN, ADD_ONE.tests, languages=("cpp",))
        assert verdicts(judges.judge([Submission(cpp, Program("", "cpp"))])) == ["IE"]
        with SandboxPool(1, "process", name="anew"):
            assert asks.state().workers == 1
            assert verdicts(judges.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]


def test_languages_that_are_not_known_yet_are_not_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cpp = Problem("cpp", Mode.STDIN, ADD_ONE.tests, languages=("cpp",))
    with SandboxPool(1, "process") as pool:
        monkeypatch.setattr(pool._connection, "ask", lambda *_: (1, pool.config, {}))  # no worker has started
        pool.check([Submission(cpp, Program("", "cpp"))])
        assert pool.languages() == {}


def test_failure_in_the_coordinator_itself_is_not_tried_again_and_again(caplog: pytest.LogCaptureFixture) -> None:
    no_text: Any = ["print(1)"]  # nothing checks it before the coordinator
    with SandboxPool(1, "process") as pool:
        judgements = pool.judge([Submission(ADD_ONE, Program(no_text)), Submission(ADD_ONE, RIGHT)])

        assert "IE" in verdicts(judgements)
        assert "the pool failed" in caplog.text and "retry" not in caplog.text
        assert verdicts(pool.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
