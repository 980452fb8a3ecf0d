"""The pool on a real Ray, with real sandboxes."""

from __future__ import annotations

import dataclasses
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deepcoder.jury_program import JuryProgram
from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.verdicts import Submission
from deepcoder.wire.languages import LANGUAGES, Language, add
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, LONG, RIGHT, SLEEPER, SLEEPERS, WRONG, a_worker_pid, judging, verdicts


@pytest.fixture(scope="module")
def pool(sandbox_kind: str, shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox=sandbox_kind) as started:
        yield started


def test_judge_keeps_order_across_workers(pool: SandboxPool) -> None:
    programs = [RIGHT, WRONG, None, Program("x ="), Program("1/0")] * 4
    # Different sources, so that each is judged.
    programs = [p and Program(f"{p.source}\n# {number}") for number, p in enumerate(programs)]
    found = pool.judge([Submission(ADD_ONE, program) for program in programs])
    assert verdicts(found) == ["AC", "WA", "CE", "CE", "RTE"] * 4


def test_judge_runs_code_of_the_data_set(pool: SandboxPool) -> None:
    tests = (TestCase.call([1], 2), TestCase.code("assert add_one(2) == 3"))
    coded = Problem("coded", Mode.FUNCTION, tests, entry_point="add_one")
    check = "def check(input, expected, actual): return actual.split() == expected.split()"
    special = Problem("special", Mode.STDIN, ADD_ONE.tests, special_checker=check)
    right, wrong = Program("def add_one(n): return n + 1"), Program("def add_one(n): return 2")
    found = pool.judge(
        [Submission(coded, right), Submission(coded, wrong), Submission(special, RIGHT), Submission(special, WRONG)]
    )
    assert verdicts(found) == ["AC", "WA", "AC", "WA"]


GUESSES = """
import sys
number = int(open(sys.argv[1]).read())
for guess in map(int, sys.stdin):
    if guess == number:
        sys.exit(42)
    print("more", flush=True)
sys.exit(43)
"""
COUNTS = "for n in range(99):\n    print(n, flush=True)\n    try: input()\n    except EOFError: break"


def test_judge_has_an_interactor_talk(pool: SandboxPool) -> None:
    tests = tuple(TestCase(str(number), "") for number in range(8))
    interactor = JuryProgram("kattis", "python", GUESSES)
    problem = Problem("talk", Mode.INTERACTIVE, tests, interactor=interactor)
    found = pool.judge([Submission(problem, Program(COUNTS)), Submission(problem, Program("print(1)"))])
    assert verdicts(found) == ["AC", "WA"]
    assert found[0].ran == 8


def test_checker_in_a_language_that_the_pool_lacks_is_refused(pool: SandboxPool) -> None:
    own = Language("odd", "Odd", "odd", "main.odd", ("odd", "--version"), compile=("odd",))
    add([own])
    try:
        problem = dataclasses.replace(ADD_ONE, special_checker=JuryProgram("kattis", "odd", ""))
        with pytest.raises(ValueError, match="the pool's sandboxes cannot run Odd"):
            pool.judge([Submission(problem, RIGHT)])
    finally:
        del LANGUAGES["odd"]


def test_judge_empty_batch_returns_nothing(pool: SandboxPool) -> None:
    assert pool.judge([]) == []


def test_judge_reports_each_submission_once(pool: SandboxPool) -> None:
    told: list[int] = []
    pool.judge([Submission(ADD_ONE, RIGHT)] * 3 + [Submission(ADD_ONE, WRONG)], lambda index, _: told.append(index))
    assert sorted(told) == [0, 1, 2, 3]


def test_pickled_pool_judges_on_the_same_workers(pool: SandboxPool) -> None:
    again = pickle.loads(pickle.dumps(pool))
    assert verdicts(again.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
    assert again.name == pool.name


def test_repr_tells_the_state(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wait_until(lambda: "2 of 2 workers, 0 busy, 0 waiting" in repr(pool))
    grown: Any = {"workers": 1024, "alive": 1024, "busy": 1024, "waiting": 100_000, "judged": 10**7, "ie": 10**6}
    state = dataclasses.replace(pool.state(), **grown, judged_per_s=4000.0)
    monkeypatch.setattr(pool, "state", lambda: state)
    assert len(repr(pool)) <= 120


def test_memory_limit_above_the_sandboxes_is_refused(pool: SandboxPool) -> None:
    greedy = Problem("greedy", Mode.STDIN, ADD_ONE.tests, limits=Limits(memory_bytes=1 << 40))
    with pytest.raises(ValueError, match="greedy: limits.memory_bytes"):
        pool.judge([Submission(greedy, RIGHT)])


def test_function_in_a_language_that_has_none_is_refused(pool: SandboxPool) -> None:
    problem = Problem("x", Mode.FUNCTION, (TestCase.call([1], 1),), "f")
    with pytest.raises(ValueError, match="function mode is for python or javascript, not cpp"):
        pool.judge([Submission(problem, Program("int f(int n) { return n; }", "cpp"))])


def test_batch_past_its_deadline_is_internal_error_not_wrong(pool: SandboxPool) -> None:
    pool.judge([Submission(ADD_ONE, RIGHT)])  # so that it is remembered
    hurried = pickle.loads(pickle.dumps(pool))
    hurried.deadline_s = 0.5
    found = hurried.judge([Submission(LONG, SLEEPER), Submission(ADD_ONE, RIGHT)])
    assert verdicts(found) == ["IE", "AC"]
    assert found[0].detail.startswith("not judged within 0.")


def test_program_judged_before_is_remembered(pool: SandboxPool) -> None:
    program = Program("n = int(input())\nprint(n + 1)  # remembered")
    first = pool.judge([Submission(ADD_ONE, program)] * 2)
    before = pool.state()
    renamed = dataclasses.replace(ADD_ONE, problem_id="by another name")
    again = pool.judge([Submission(renamed, Program(program.source.replace("\n", "\r\n")))])
    after = pool.state()
    assert verdicts([*first, *again]) == ["AC"] * 3
    assert [each.repeated for each in (*first, *again)] == [False, True, True]
    assert after.tests == before.tests
    assert after.repeated == before.repeated + 1


def test_fresh_judgement_is_made_anew(pool: SandboxPool) -> None:
    program = Program("print(int(input()) + 1)  # afresh")
    pool.judge([Submission(ADD_ONE, program)])
    before = pool.state()
    (again,) = pool.judge([Submission(ADD_ONE, program)], fresh=True)
    assert not again.repeated
    assert pool.state().tests - before.tests == len(ADD_ONE.tests)


def test_equal_programs_for_other_tests_are_judged_apart(pool: SandboxPool) -> None:
    program = Program("print(int(input()) + 1)  # apart")
    harder = dataclasses.replace(ADD_ONE, tests=(*ADD_ONE.tests, TestCase("1\n", "3\n")))
    found = pool.judge([Submission(ADD_ONE, program), Submission(harder, program)])
    assert verdicts(found) == ["AC", "WA"]


def test_what_was_begun_is_not_judged_again(pool: SandboxPool) -> None:
    begun = Submission(ADD_ONE, Program("print(int(input()) + 1)  # begun"))
    before = pool.state()
    pool.begin([begun])
    done = before.tests + len(ADD_ONE.tests)  # at least: the other part of a program that has failed may still report
    assert wait_until(lambda: (now := pool.state()).tests >= done and not (now.busy or now.waiting))
    middle = pool.state()
    first, second = pool.judge([begun])[0], pool.judge([begun])[0]
    assert verdicts([first, second]) == ["AC", "AC"]
    assert (first.repeated, second.repeated) == (False, True)
    after = pool.state()
    assert after.tests == middle.tests
    assert (after.judged - before.judged, after.repeated - before.repeated) == (2, 1)


def test_what_is_being_judged_ahead_is_joined(pool: SandboxPool) -> None:
    begun = Submission(LONG, Program(f"{SLEEPER.source}  # ahead"))
    pool.begin([begun, begun])
    assert wait_until(lambda: pool.state().busy == 1)
    found = pool.judge([begun, begun])
    assert [(each.verdict, each.repeated) for each in found] == [("AC", False), ("AC", True)]


def test_threads_may_share_a_pool(pool: SandboxPool) -> None:
    problems = [dataclasses.replace(ADD_ONE, problem_id=f"thread {each}") for each in range(200)]
    with ThreadPoolExecutor(4) as threads:
        for asked in [threads.submit(pool._store.requests, [(0, Submission(each, RIGHT))]) for each in problems * 4]:
            asked.result()


SLOW = Problem(
    "slow", Mode.STDIN, tuple(TestCase(f"{each}", "") for each in range(6)), limits=Limits(cpu_s=20, wall_s=60)
)


def test_idle_worker_helps_with_a_long_submission(pool: SandboxPool) -> None:
    sleeper = Program("import time\ntime.sleep(0.7)")
    with judging(pool, [Submission(SLOW, sleeper)]) as found:
        assert wait_until(lambda: pool.state().busy == 2)
    assert (found[0].verdict, found[0].passed, found[0].ran) == ("AC", 6, 6)


def test_failure_of_one_part_stops_the_other(pool: SandboxPool) -> None:
    """The first test, which has the longest input, would take a minute; the helper finds the second one failed."""
    tests = (TestCase("sleep\n", ""), TestCase("", "never\n"))
    problem = dataclasses.replace(SLOW, tests=tests)
    (found,) = pool.judge([Submission(problem, Program("import time\nif input() == 'sleep': time.sleep(50)"))])
    assert found.verdict in ("RTE", "WA")
    assert found.failed_test == 1
    assert wait_until(lambda: pool.state().busy == 0)
    assert verdicts(pool.judge([Submission(ADD_ONE, Program(f"{RIGHT.source} # {n}")) for n in range(2)])) == ["AC"] * 2


def test_tests_that_fail_programs_are_run_first(pool: SandboxPool) -> None:
    problem = dataclasses.replace(SLOW, tests=tuple(TestCase(f"{n}" * (9 - n), f"{n}\n") for n in range(9)))
    programs = [Program(f"n = input()[0]\nprint('wrong' if n == '7' else n)  # {each}") for each in range(12)]
    ran = [pool.judge([Submission(problem, each)])[0].ran for each in programs]
    assert min(ran[-3:]) == 1  # not the last for sure: on a busy machine an idle worker may have helped


def test_worker_killed_while_judging_costs_only_a_retry(pool: SandboxPool) -> None:
    with judging(pool, SLEEPERS) as found:
        assert wait_until(lambda: pool.state().busy == 2)
        os.kill(a_worker_pid(), signal.SIGKILL)
    assert verdicts(found) == ["AC", "AC"]
    assert wait_until(lambda: pool.state().alive == 2)
