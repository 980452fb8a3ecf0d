"""Runs: outcomes of programs instead of verdicts, by the way of judgements."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import ray

from deepcoder import runs
from deepcoder.pool import SandboxPool
from deepcoder.pool.judgement_cache import JudgementCache, cache_key
from deepcoder.pool.packed import PackedTests
from deepcoder.pool.schedule import MAX_BROKEN, unjudged
from deepcoder.pool.session import Session
from deepcoder.pool.store import ProblemStore, problem_key
from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.rulings import files_of
from deepcoder.runs import Executed, Execution, Ran, execution
from deepcoder.sandbox.fake import FakeSandbox
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.messages import Ended, Given, Outcome, Sign

QUICK = Limits(cpu_s=1, wall_s=2)
ECHO = Program("print(input())")


def executed(outcome: Outcome) -> Judgement:
    sandbox = FakeSandbox(lambda _, __: outcome)
    return runs.execute(Submission(execution("1\n"), ECHO), sandbox)


def test_outcome_comes_with_the_judgement() -> None:
    outcome = Outcome(Ended.EXITED, b"1\n", exit_code=3, cpu_s=0.5)
    judgement = executed(outcome)
    assert judgement.verdict is Verdict.RTE
    assert Ran.of(judgement) == Ran(outcome)
    assert Ran.of(executed(Outcome(Ended.EXITED, b"1\n", exit_code=0))).outcome is not None


def test_failure_of_ours_is_no_outcome() -> None:
    assert Ran.of(unjudged(1, "no sandbox")) == Ran(None, "no sandbox")


def test_program_that_takes_down_sandboxes_was_killed() -> None:
    ran = Ran.of(Judgement(Verdict.RTE, 0, 0, 1, detail=f"the program took down {MAX_BROKEN} sandboxes"))
    assert ran.outcome is not None
    assert (ran.outcome.ended, ran.outcome.signs) == (Ended.KILLED, (Sign.SANDBOX,))


def test_execution_is_in_no_cache() -> None:
    cache, key = JudgementCache(), cache_key("run", ECHO)
    cache.keep(key, executed(Outcome(Ended.EXITED, exit_code=0)))
    assert cache.find(key) is None


def test_small_inputs_that_are_equal_are_one_problem() -> None:
    assert execution("a") is execution(b"a")
    assert execution("a") is not execution("a", QUICK)
    assert execution("a" * 5000) is not execution("a" * 5000)


def test_executions_differ_by_what_they_are_given() -> None:
    given = [execution("a"), execution("b"), execution("a", QUICK), execution(Given(b"a", files=(("x", b"1"),)))]
    keys = {problem_key(each, PackedTests.of(each.tests)) for each in given}
    assert len(keys) == len(given)
    assert given[3].size == 2


def test_equal_inputs_share_an_execution() -> None:
    first, second, other = runs.submissions([ECHO] * 3, ["a", "a", "b"])
    assert first.problem is second.problem is not other.problem
    with pytest.raises(ValueError):
        runs.submissions([ECHO], [])


def test_executed_stays_one_when_it_is_replaced() -> None:
    judgement = executed(Outcome(Ended.EXITED, exit_code=0))
    assert isinstance(dataclasses.replace(judgement, repeated=True), Executed)
    assert isinstance(dataclasses.replace(execution("a"), prompt=()), Execution)


@pytest.fixture(scope="module", params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def pool(request: pytest.FixtureRequest, shared_ray: None) -> Iterator[SandboxPool]:
    if request.param == "docker":
        request.getfixturevalue("docker_sandboxes")
    with SandboxPool(2, request.param) as started:
        yield started


def ended(ran: Ran) -> tuple[Ended, int | None, bytes]:
    assert ran.outcome is not None, ran.why
    return ran.outcome.ended, ran.outcome.exit_code, ran.outcome.output


def test_run_tells_what_happened(pool: SandboxPool) -> None:
    programs = {
        "print(input() * 2)": (Ended.EXITED, 0, b"abab\n"),
        "import sys\nprint(1)\nsys.exit(7)": (Ended.EXITED, 7, b"1\n"),
        "import os\nos.write(1, b'\\xff')\nos.kill(os.getpid(), 9)": (Ended.KILLED, None, b"\xff"),
        "while True: pass": (Ended.TIME_LIMIT, None, b""),
        "import time\ntime.sleep(9)": (Ended.TIME_LIMIT, None, b""),
        "x = bytearray(1 << 31)": (Ended.MEMORY_LIMIT, None, b""),
        "while True: print('x' * 10000)": (Ended.OUTPUT_LIMIT, None, b""),
        "x =": (Ended.COMPILE_ERROR, 0, b""),
    }
    found = pool.run([Program(source) for source in programs], ["ab\n"] * len(programs), QUICK)
    assert dict(zip(programs, map(ended, found), strict=True)) == programs
    outcome = found[0].outcome
    assert outcome is not None and 0 < outcome.cpu_s < 2 and outcome.wall_s > 0 and outcome.peak_bytes > 1 << 20


def test_same_program_runs_each_time(pool: SandboxPool) -> None:
    program = Program("import os\nprint(os.urandom(8).hex())")
    found = pool.run([program] * 3, [""] * 3) + pool.run([program], [""])
    assert len({ended(each) for each in found}) == 4


def test_files_go_in_and_come_back(pool: SandboxPool) -> None:
    source = (
        "import os, sys\nprint(open('in/a.bin', 'rb').read()[1], sys.stdin.read())\n"
        "open('out.txt', 'w').write('done')\nos.symlink('/etc/passwd', 'link')\nos.mkdir('d')"
    )
    names = ("out.txt", "link", "d", "none", "in/")
    given = Given(b"x", files=(("in/a.bin", b"\x00\xff"),), returns=names)
    _, _, output = ended(*pool.run([Program(source)], [given]))
    assert dict(files_of(output)) == {"out.txt": b"done", "in/a.bin": b"\x00\xff", "": b"255 x\n"}


def test_files_that_come_back_are_limited_with_the_output(pool: SandboxPool) -> None:
    limits = Limits(cpu_s=2, output_bytes=1 << 20)
    half = "open('f', 'w').write('x' * 600000)\nprint('x' * 600000)"
    large = "open('f', 'w').write('x' * 2000000)"
    found = pool.run([Program(half), Program(large)], [Given(returns=("f",))] * 2, limits)
    assert [ended(each)[0] for each in found] == [Ended.OUTPUT_LIMIT] * 2


def test_session_keeps_files_between_programs(pool: SandboxPool) -> None:
    session = pool.session(QUICK)
    session.files["in.txt"] = b"5"
    double = Program("import os\nos.makedirs('d')\nopen('d/out', 'w').write(2 * open('in.txt').read())\nprint('done')")
    assert ended(session.run(double)) == (Ended.EXITED, 0, b"done\n")
    assert session.files == {"in.txt": b"5", "d/out": b"55"}

    helped = Program("import helper\nhelper.work()", "python", "start.py", (("helper.py", WORK),))
    assert ended(session.run(helped, "é")) == (Ended.EXITED, 0, b"")
    assert session.files == {"d/out": b"55", "new": "é".encode()}


WORK = "import os\ndef work():\n    os.remove('in.txt')\n    open('new', 'w').write(input())"


@pytest.mark.parametrize(
    "end", ["while True: pass", "x = bytearray(1 << 31)", "open('big', 'wb').write(bytes(20 << 20))", "x ="]
)
def test_program_that_is_ended_leaves_the_files_as_they_were(pool: SandboxPool, end: str) -> None:
    session = pool.session(QUICK)
    session.files["a"] = b"before"
    ran = session.run(Program(f"open('a', 'w').write('after')\n{end}"))
    assert ran.outcome is not None and ran.outcome.ended not in (Ended.EXITED, Ended.KILLED)
    assert session.files == {"a": b"before"}


def test_program_that_fails_leaves_what_it_wrote(pool: SandboxPool) -> None:
    session = pool.session(QUICK)
    for end in ("1 / 0", "import os\nos.kill(os.getpid(), 9)"):
        session.run(Program(f"open('a', 'a').write('x')\n{end}"))
    assert session.files == {"a": b"xx"}


def test_program_that_takes_down_sandboxes_leaves_the_files_as_they_were() -> None:
    ran = Ran(Outcome(Ended.KILLED, signs=(Sign.SANDBOX,)))
    broken: Any = SimpleNamespace(run=lambda *_: [ran])
    session = Session(broken, QUICK)
    session.files["a"] = b"before"

    assert session.run(ECHO) == ran
    assert session.files == {"a": b"before"}


def test_inputs_of_runs_count_in_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "put", lambda value: value)
    store = ProblemStore(most_bytes=10_000)
    for number in range(5):
        store.put(execution(Given(files=(("a", bytes([number]) * 4000),))))

    assert len(store) == 2
