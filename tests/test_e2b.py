"""A sandbox at E2B, with E2B's own SDK and a stand-in of its service: what is asked and refused, and how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import ray

from deepcoder.judge import judge
from deepcoder.pool import SandboxPool
from deepcoder.pool.inbox import Work
from deepcoder.pool.schedule import Fault
from deepcoder.pool.worker import Worker
from deepcoder.runner.procfs import descendants
from deepcoder.sandbox import (
    Sandbox,
    SandboxConfig,
    SandboxError,
    SandboxLost,
    SandboxUnavailable,
    Spare,
    remote,
    start,
    sweep,
)
from deepcoder.sandbox import e2b as backend
from deepcoder.sandbox.backends import E2B_TEMPLATE_VARIABLE, E2BOptions, resolve
from deepcoder.sandbox.e2b import MARK, OWNER
from deepcoder.tools.cli import machine as doctor
from deepcoder.verdicts import Submission, Verdict
from scripts.waiting import wait_until
from tests.e2b_standin import Machine, StandIn, serving
from tests.pool_cases import ADD_ONE, LONG, RIGHT, SLEEPER, SLEEPERS, WRONG, a_worker_pid, judging, verdicts
from tests.test_sandbox import TAKE_NAME, assert_works, printed, processes_named, run

pytestmark = pytest.mark.sandbox

E2B = SandboxConfig("e2b")  # with what the environment says when it is used
PATIENCE_S = 120.0  # to start a worker takes long on a busy machine
SLEEPS = "import time; time.sleep(1000)"


@pytest.fixture(scope="module", autouse=True)
def may_start(e2b_sandboxes: None) -> None:
    """Skip where machines of a stand-in cannot start."""


@pytest.fixture
def service() -> Iterator[StandIn]:
    """A stand-in of the test's own."""
    with serving() as service:
        yield service


@pytest.fixture
def sandbox(service: StandIn) -> Iterator[Sandbox]:
    with closing(start(E2B)) as started:
        yield started


def the_machine(service: StandIn) -> Machine:
    (machine,) = service.live
    return machine


def failure_under_a_program(sandbox: Sandbox, happens: Callable[[], object]) -> SandboxError:
    """What becomes of the sandbox when this happens while a program sleeps in it."""
    name = f"dc-{os.getpid()}"
    source = TAKE_NAME + f"take_name({name!r})\n{SLEEPS}"

    def do() -> None:
        assert wait_until(lambda: bool(processes_named(name)))
        happens()

    with ThreadPoolExecutor(1) as thread:
        happening = thread.submit(do)
        with pytest.raises(SandboxError) as raised:
            run(sandbox, source, wall_s=1000)
        happening.result()
    return raised.value


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def test_machine_is_asked_for_without_network_for_a_short_life_and_with_its_owner(
    sandbox: Sandbox, service: StandIn
) -> None:
    (asked,) = service.created
    owner = asked["metadata"].pop(OWNER)

    assert (asked["templateID"], asked["timeout"], asked["metadata"]) == ("base", backend.LIFE_S, MARK)
    assert asked["allow_internet_access"] is False
    assert owner.split("-")[2] == str(os.getpid())
    assert sandbox.hello["own_uids"] and sandbox.is_isolated


def test_programs_are_judged_and_see_nothing_of_the_machine(sandbox: Sandbox) -> None:
    verdicts_of = [judge(Submission(ADD_ONE, program), sandbox).verdict for program in (RIGHT, WRONG)]

    assert verdicts_of == [Verdict.AC, Verdict.WA]
    assert "SECRET" not in printed(run(sandbox, "import os; print(dict(os.environ))"))
    assert printed(run(sandbox, "import os; print(os.path.exists('/home'), os.path.exists('/root'))")) == "False False"


def test_machine_is_given_back_when_the_sandbox_closes(service: StandIn) -> None:
    start(E2B).close()

    assert service.live == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (E2BOptions(api_key=""), "E2B wants an API key: set E2B_API_KEY, or give E2BOptions an api_key"),
        (E2BOptions(api_key="e2b_wrong"), "E2B refuses the API key: 401: .* the key is not known: check E2B_API_KEY"),
        (None, "E2B refuses: 404: template 'nowhere' not found: check the template and the account"),
    ],
)
def test_what_a_person_must_change_is_said_in_one_sentence(
    service: StandIn, monkeypatch: pytest.MonkeyPatch, options: E2BOptions | None, said: str
) -> None:
    monkeypatch.setenv(E2B_TEMPLATE_VARIABLE, "nowhere")

    with pytest.raises(SandboxUnavailable, match=f"^{said}$"):
        start(SandboxConfig("e2b", options=options))


def test_template_with_too_little_memory_is_refused_and_its_machine_given_back(service: StandIn) -> None:
    with pytest.raises(SandboxUnavailable, match="^E2B's template small has 512 MiB and needs 2048: name one that has"):
        start(SandboxConfig("e2b", options=E2BOptions("small")))

    assert service.live == []


@pytest.mark.parametrize(
    ("status", "message", "kind", "said"),
    [
        (429, "maximum number of concurrent sandboxes", SandboxError, "Rate limit exceeded.* concurrent sandboxes"),
        (503, "no room", SandboxError, "Service temporarily unavailable.* no room"),
        (500, "oh", SandboxError, "500: oh"),
        (
            403,
            "the team is blocked",
            SandboxUnavailable,
            "403: the team is blocked: check the template and the account",
        ),
    ],
)
def test_refusal_to_create_is_ours(
    service: StandIn, status: int, message: str, kind: type[SandboxError], said: str
) -> None:
    service.refusals = [("sandboxes", status, message)] * 10

    with pytest.raises(SandboxError, match=said) as raised:
        start(E2B)

    assert type(raised.value) is kind


def test_create_is_tried_again_when_the_rate_was_exceeded(service: StandIn) -> None:
    service.refusals = [("sandboxes", 429, "too fast")]

    with closing(start(E2B)) as sandbox:
        assert_works(sandbox)


def test_service_that_does_not_answer_is_an_error_of_ours(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_API_URL", "http://127.0.0.1:1")

    for attempt in (start, sweep):
        with pytest.raises(SandboxError, match="^E2B failed: ") as raised:
            attempt(E2B)
        assert type(raised.value) is SandboxError


def test_template_whose_shell_prints_is_told_so(service: StandIn, tmp_path: Path) -> None:
    (tmp_path / ".bash_profile").write_text("echo Welcome to this machine!\n")
    service.environment["HOME"] = str(tmp_path)

    with pytest.raises(SandboxError, match="its shell prints 'Welcome to this machine!' before the runner starts"):
        start(E2B)

    assert service.live == []


def test_input_above_the_rate_is_sent_again(
    sandbox: Sandbox, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "RATE_LIMIT_WAITS_S", (0.01, 0.01))
    service.refusals = [("SendInput", 429, "too fast")] * 2

    assert_works(sandbox)
    assert service.refusals == []


def test_rate_that_stays_exceeded_loses_the_sandbox_and_says_so(
    sandbox: Sandbox, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "RATE_LIMIT_WAITS_S", (0.01,))
    monkeypatch.setattr(remote, "RUNNER_END_S", 0.01)
    service.refusals = [("SendInput", 429, "too fast")] * 2

    with pytest.raises(SandboxLost, match="ended: E2B failed: too fast: Rate limit exceeded"):
        run(sandbox, "print(1)")


def test_frames_that_come_while_one_is_taken_go_together(sandbox: Sandbox, service: StandIn) -> None:
    assert_works(sandbox)
    service.takes_input.clear()
    before = service.calls["SendInput"]
    sandbox.stop()
    assert wait_until(lambda: service.calls["SendInput"] == before + 1)
    for _ in range(200):
        sandbox.stop()
    service.takes_input.set()

    assert_works(sandbox)
    assert service.calls["SendInput"] <= before + 4


def test_machine_that_ends_under_a_program_is_lost_and_no_fault_of_the_program(
    sandbox: Sandbox, service: StandIn
) -> None:
    error = failure_under_a_program(sandbox, lambda: service.end(the_machine(service)))

    assert isinstance(error, SandboxLost), error
    assert "The sandbox was killed or reached" in str(error)


def test_runner_that_ends_in_a_machine_that_stays_may_be_the_doing_of_a_program(
    sandbox: Sandbox, service: StandIn
) -> None:
    machine = the_machine(service)
    (shell,) = machine.commands

    error = failure_under_a_program(sandbox, lambda: signal_all(descendants(shell), signal.SIGKILL))

    assert type(error) is SandboxError and "ended" in str(error), error
    assert wait_until(lambda: machine.is_gone)


@pytest.mark.parametrize(("answer", "kind"), [((204, ""), SandboxError), ((502, "was not found"), SandboxLost)])
def test_silent_runner_is_lost_only_where_its_machine_is(
    sandbox: Sandbox, service: StandIn, answer: tuple[int, str], kind: type[SandboxError]
) -> None:
    (shell,) = the_machine(service).commands
    sandbox._stream.silence_timeout_s = 1.0

    def falls_silent() -> None:
        signal_all(descendants(shell), signal.SIGSTOP)
        if answer[0] != 204:
            service.refusals = [("health", *answer)]

    error = failure_under_a_program(sandbox, falls_silent)

    assert type(error) is kind and "did not answer" in str(error), error


def test_life_is_renewed_while_the_sandbox_is_open(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RENEW_EVERY_S", 0.02)
    service.refusals = [("timeout", 500, "oh")]
    with closing(start(E2B)) as sandbox:
        assert wait_until(lambda: service.calls["timeout"] >= 5)
        assert_works(sandbox)
        assert the_machine(service).life_s == backend.LIFE_S


def test_machine_that_is_not_renewed_ends_by_itself(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RENEW_EVERY_S", 1000.0)
    with closing(start(E2B)) as sandbox:
        monkeypatch.setattr(backend, "LIFE_S", 1)
        machine = the_machine(service)
        stream: Any = sandbox._stream
        asyncio.run_coroutine_threadsafe(stream._machine.renew(), stream._runner.get_loop()).result()
        assert machine.life_s == 1

        with pytest.raises(SandboxLost):
            run(sandbox, SLEEPS)
    assert machine.is_gone


OWNER_THAT_IS_KILLED = """
import sys, time
sys.path[:0] = {path!r}
from deepcoder.sandbox import SandboxConfig, start
sandbox = start(SandboxConfig("e2b"))
print("started", flush=True)
time.sleep(1000)
"""


def test_sweep_finds_what_owners_that_are_gone_have_left(sandbox: Sandbox, service: StandIn) -> None:
    own = the_machine(service)
    script = OWNER_THAT_IS_KILLED.format(path=[str(Path(__file__).parents[1]), *sys.path])
    left = []
    for _ in range(2):  # the stand-in lists one on each page
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
            assert other.stdout is not None and other.stdout.readline() == b"started\n"
            left.append(next(each for each in service.live if each is not own and each not in left))
            other.kill()
    strange = Machine("base", {"deepcoder": "sandbox", OWNER: "another-machine's"})
    others = Machine("base", {OWNER: left[0].metadata[OWNER]})
    service.machines |= {each.id: each for each in (strange, others)}

    sweep(E2B)

    assert [each.is_gone for each in left] == [True, True]
    assert not (own.is_gone or strange.is_gone or others.is_gone)
    assert_works(sandbox)


def test_worker_tells_that_a_machine_was_lost(service: StandIn) -> None:
    async def lose_one() -> list[Fault]:
        worker = Worker(resolve(E2B))
        await worker.start()
        given: Any = {"it": [asyncio.get_running_loop().create_future()]}
        given["it"][0].set_result(LONG)
        judging = asyncio.create_task(worker.exchange([Work(1, "it", SLEEPER, None)], given))
        while worker._inbox.current is None:
            await asyncio.sleep(0.01)
        service.end(the_machine(service))
        reports = [await judging]
        while not reports[-1].is_idle:
            reports.append(await worker.exchange([], {}))
        await worker.close()
        return [each.fault for report in reports for each in report.failed]

    assert asyncio.run(lose_one()) == [Fault.LOST]


def test_there_is_no_spare_since_it_would_be_paid_for(service: StandIn) -> None:
    spare = Spare(E2B, lambda _: None)

    spare.prepare()

    assert service.calls["sandboxes"] == 0
    spare.close()


def test_key_is_not_shown_and_goes_to_the_workers_with_the_other_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_API_KEY", "e2b_secret")
    monkeypatch.setenv("E2B_DOMAIN", "e2b.example.org")
    config = resolve(E2B)

    assert config.options == E2BOptions("base", "e2b_secret", "e2b.example.org")
    assert "e2b_secret" not in repr(config)


def test_doctor_has_a_line_for_it(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    (way,) = (each for each in doctor.WAYS if each.config == E2B)

    assert re.match("E2B, by its SDK 2.*; Python 3.*; a user of its own for each program$", doctor._try_sandbox(way))
    monkeypatch.delenv("E2B_API_KEY")
    with pytest.raises(SandboxUnavailable, match="set E2B_API_KEY"):
        doctor._try_sandbox(way)


@pytest.mark.ray
@pytest.mark.timeout(400)
def test_pool_loses_machines_and_a_worker_and_judges_all(no_ray: None, service: StandIn) -> None:
    submissions = [Submission(ADD_ONE, program) for program in (RIGHT, WRONG) for _ in range(10)]
    with SandboxPool(workers=2, sandbox="e2b") as pool:
        assert wait_until(lambda: pool.state().alive == 2, PATIENCE_S)
        assert len(service.live) == 2
        every: Any = ray  # its functions have no types
        assert every.available_resources()["CPU"] == every.cluster_resources()["CPU"]
        assert [each.verdict for each in pool.judge(submissions, fresh=True)] == [Verdict.AC] * 10 + [Verdict.WA] * 10
        with judging(pool, SLEEPERS) as found:
            assert wait_until(lambda: pool.state().busy == 2, PATIENCE_S)
            service.end(service.live[0])
            assert wait_until(lambda: pool.state().retries >= 1, PATIENCE_S)
            os.kill(a_worker_pid(), signal.SIGKILL)
        assert verdicts(found) == ["AC", "AC"]
        assert wait_until(lambda: pool.state().alive == 2, PATIENCE_S)
        assert wait_until(lambda: len(service.live) == 2, PATIENCE_S)  # the worker that was started again has swept
    assert wait_until(lambda: service.live == [], PATIENCE_S)
