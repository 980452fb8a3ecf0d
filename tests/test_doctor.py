"""Problems made sick on purpose, each of which the doctor finds, and well ones, which it leaves alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from deepcoder.datasets import ReferenceTime, load_problems
from deepcoder.datasets.hub import SHIPPED
from deepcoder.jury_program import JuryProgram
from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.tools import doctor
from deepcoder.tools.doctor import examine, junk, most_programs
from deepcoder.tools.findings import Diagnosis, Finding
from deepcoder.tools.mutants import mutants

ADD = tuple(TestCase(f"{n}\n", f"{n + 1}\n") for n in (1, 5, 40))
RIGHT = "print(int(input()) + 1)"


def stdin(reference: str | None, tests: tuple[TestCase, ...] = ADD, cpu_s: float = 6.0) -> Problem:
    return Problem("it", Mode.STDIN, tests, reference=reference, limits=Limits(cpu_s=cpu_s))


def function(reference: str, *tests: TestCase) -> Problem:
    return Problem("it", Mode.FUNCTION, tests, "f", reference=reference)


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process") as started:
        yield started


def found(pool: SandboxPool, problem: Problem, runs: int = 3) -> list[tuple[Diagnosis, str]]:
    return [(each.diagnosis, each.detail) for each in examine([problem], pool, runs)]


def test_wrong_expected_output_is_broken_and_says_what_came(pool: SandboxPool) -> None:
    sick = stdin(RIGHT, (*ADD, TestCase("8\n", "8\n")))
    assert found(pool, sick) == [
        (Diagnosis.BROKEN, "the reference is WA at test 3, line 1, token 1: expected 8, got 9")
    ]


def test_two_problems_of_one_id_are_refused(pool: SandboxPool) -> None:
    with pytest.raises(ValueError, match="two problems have the problem_id 'it'"):
        list(examine([stdin(RIGHT), stdin(None)], pool))


def test_crashing_reference_is_broken_and_says_why(pool: SandboxPool) -> None:
    ((diagnosis, detail),) = found(pool, stdin("print(int(input()) + 1 // 0)"))
    assert diagnosis is Diagnosis.BROKEN
    assert detail.startswith("the reference is RTE at test 0: exit code 1: ZeroDivisionError")


def test_reference_that_fails_an_assertion_is_broken_and_says_what_the_test_code_said(pool: SandboxPool) -> None:
    sick = function("def f(x): return x", TestCase.code("assert f(1) == 2, 'no sum'"))
    ((diagnosis, detail),) = found(pool, sick, runs=1)
    assert diagnosis is Diagnosis.BROKEN
    assert detail.startswith("the reference is WA at test 0: ") and "no sum" in detail


KATTIS = "import sys\nsys.exit(42 if sys.stdin.buffer.read().split() == open(sys.argv[2], 'rb').read().split() else 43)"
NARROW = "def check(input, expected, actual):\n    return int(actual) == int(expected)"  # it raises on other output


def test_junk_that_a_special_checker_cannot_read_is_only_a_doubt(pool: SandboxPool) -> None:
    ((diagnosis, detail),) = found(pool, dataclasses.replace(stdin(RIGHT), special_checker=NARROW), runs=1)
    assert diagnosis is Diagnosis.DOUBTFUL
    assert detail.startswith("the checker fails on an empty output for test 0 and ") and "ValueError" in detail


TOKENS = "def check(input, expected, actual):\n    return actual.split() == expected.split()"


@pytest.mark.parametrize(
    ("checker", "diagnosis", "said"),
    [
        ("return True", Diagnosis.WEAK, "the checker accepts an empty output for test 0"),
        ("return actual != ''", Diagnosis.WEAK, "the checker accepts 9 of 9 outputs that were made wrong, such as "),
        ("return expected != '6\\n'", Diagnosis.BROKEN, "the checker rejects the expected output for test 1"),
        (
            "import time\n    return actual.split()[:1] == expected.split() and time.time_ns() // 1000 % 2 > 0",
            Diagnosis.FLAKY,
            "the checker makes the verdict on ",
        ),
    ],
)
def test_checker_that_gives_wrong_rewards_is_found(
    pool: SandboxPool, checker: str, diagnosis: Diagnosis, said: str
) -> None:
    sick = dataclasses.replace(stdin(None), special_checker=f"def check(input, expected, actual):\n    {checker}")
    details = dict(found(pool, sick))
    assert details[diagnosis].startswith(said)


def test_checker_that_knows_right_from_wrong_is_well(pool: SandboxPool) -> None:
    told: list[int] = []
    well = dataclasses.replace(stdin(RIGHT), special_checker=TOKENS)
    assert list(examine([well], pool, runs=1, progress=told.append)) == []
    assert sum(told) == most_programs([well], runs=1)
    in_program = JuryProgram("kattis", "python", KATTIS)
    assert found(pool, dataclasses.replace(stdin(RIGHT), special_checker=in_program), runs=1) == []


GUESSED = """import sys
n = open(sys.argv[1], "rb").read().strip()
for guess in sys.stdin.buffer:
    print("right" if {guess} == {n} else "wrong", flush=True)
    if {guess} == {n}:
        sys.exit(42)
sys.exit(43)
"""


@pytest.mark.parametrize(
    ("guess", "n", "found_out"),
    [
        ("guess.strip()", "n", {}),
        ("int(guess)", "int(n)", {Diagnosis.DOUBTFUL: "the interactor fails on all bytes for "}),
    ],
)
def test_interactor_is_tried_on_odd_outputs(
    pool: SandboxPool, guess: str, n: str, found_out: dict[Diagnosis, str]
) -> None:
    program = JuryProgram("kattis", "python", GUESSED.format(guess=guess, n=n))
    guesses = "n = 0\nwhile True:\n    n += 1\n    print(n, flush=True)\n    if input() == 'right':\n        break"
    problem = Problem("talk", Mode.INTERACTIVE, (TestCase("7\n", ""),), interactor=program, reference=guesses)

    details = dict(found(pool, problem, runs=1))
    assert {each: detail[: len(found_out.get(each, ""))] for each, detail in details.items()} == found_out


def test_checker_of_values_is_tried_with_values(pool: SandboxPool) -> None:
    tests = (TestCase.call([1], [2, 1]), TestCase.call([2], [3, 2]))
    problem = function("def f(x): return [x + 1, x]", *tests)
    either = "def check(input, expected, actual):\n    return sorted(actual) == sorted(expected)"
    details = dict(found(pool, dataclasses.replace(problem, special_checker=either), runs=1))
    assert list(details) == [Diagnosis.DOUBTFUL]
    assert details[Diagnosis.DOUBTFUL].startswith("the checker fails on an empty output for test 0")


def test_reference_that_a_special_checker_cannot_read_is_broken(pool: SandboxPool) -> None:
    sick = dataclasses.replace(stdin("print(int(input()) + 1, 'it is')"), special_checker=NARROW)
    (diagnosis, detail), *_ = found(pool, sick, runs=1)
    assert diagnosis is Diagnosis.BROKEN
    assert detail.startswith("the reference is IE at test 0: the data set's own code: ") and "ValueError" in detail


@pytest.mark.parametrize("coin", ["random.random() < 0.5", "time.time_ns() // 1000 % 2", "os.urandom(1)[0] % 2"])
def test_reference_that_throws_a_coin_is_flaky(pool: SandboxPool, coin: str) -> None:
    sick = stdin(f"import os, random, time\nprint(int(input()) + ({coin} > 0))", (TestCase("1\n", "2\n"),) * 2)
    diagnoses = [diagnosis for diagnosis, _ in found(pool, sick, runs=20)]  # all alike once in some thousand runs
    assert diagnoses[0] is Diagnosis.FLAKY


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (stdin(RIGHT, ADD[:1]), "constant"),
        (stdin("print(input())", (TestCase("1\n", "1\n"), TestCase("2\n", "2\n"))), "echo"),
        (function("def f(x): return x", TestCase.call([1], 1), TestCase.call([], 2, {"x": 2})), "echo"),
        (function("def f(x): return (x, 1)", TestCase.call([1], (1, 1))), "constant"),
        (function("def f(x): return None", TestCase.call([1], None), TestCase.call([2], None)), "empty, constant"),
    ],
)
def test_too_few_tests_let_a_program_pass_that_knows_nothing(pool: SandboxPool, problem: Problem, what: str) -> None:
    said = f"a program passes that knows nothing of the problem: {what}"
    assert found(pool, problem, runs=1) == [(Diagnosis.WEAK, said)]


def test_tests_that_most_mutants_pass_are_weak(pool: SandboxPool) -> None:
    clamp = "def f(x):\n    if x > 100: return 100\n    if x < -100: return -100\n    return x * 2"
    assert found(pool, function(clamp, *(TestCase.call([n], 2 * n) for n in range(3)))) == [
        (Diagnosis.WEAK, "7 of 8 mutants of the reference pass every test")
    ]


def test_slow_reference_is_named_with_its_slowest_test(pool: SandboxPool) -> None:
    burning = "import time\nn = int(input())\nwhile n == 5 and time.process_time() < 0.8: pass\nprint(n + 1)"
    ((diagnosis, detail),) = found(pool, stdin(burning, cpu_s=1.0), runs=1)
    assert diagnosis is Diagnosis.SLOW
    assert detail.startswith("the reference takes 0.8") and detail.endswith(" s for a test, the limit is 1 s")


def test_times_are_those_of_each_references_slowest_test_where_it_passes(pool: SandboxPool) -> None:
    burning = "import time\nn = int(input())\nwhile n == 5 and time.process_time() < 0.3: pass\nprint(n + 1)"
    right = dataclasses.replace(stdin(burning), problem_id="right")
    broken, silent = dataclasses.replace(stdin("print(2)"), problem_id="broken"), stdin(None)
    coin = "import random\nprint(int(input()) + (random.random() < 0.5))"
    flaky = dataclasses.replace(stdin(coin, ADD * 8), problem_id="flaky")  # it never passes them all
    times: list[ReferenceTime] = []
    list(examine([broken, flaky, right, silent], pool, runs=3, timed=times.append))
    ((name, tests, slowest_s, language),) = [dataclasses.astuple(each) for each in times]
    assert (name, tests, language) == ("right", 3, "python") and 0.3 <= slowest_s < 0.6


def test_without_a_reference_only_junk_is_judged(pool: SandboxPool) -> None:
    told: list[int] = []
    assert [each.diagnosis for each in examine([stdin(None)], pool, progress=told.append)] == [Diagnosis.NO_REFERENCE]
    assert sum(told) == most_programs([stdin(None)]) == 3


def test_reference_that_is_no_python_is_broken(pool: SandboxPool) -> None:
    ((diagnosis, detail),) = found(pool, stdin("print 1"), runs=1)
    assert (diagnosis, detail[:24]) == (Diagnosis.BROKEN, "the reference is CE at t")


@pytest.mark.parametrize("shipped", SHIPPED)
def test_shipped_problems_are_well(pool: SandboxPool, shipped: str) -> None:
    problems = load_problems(shipped)
    if "exercises" in shipped:
        problems = problems[::4]  # at least one of each kind
    told: list[int] = []
    assert list(examine(problems, pool, progress=told.append)) == []
    assert sum(told) == most_programs(problems)


def test_findings_come_in_the_problems_order_over_groups(pool: SandboxPool) -> None:
    sick = [Problem(f"p{n}", Mode.STDIN, ADD[:1], reference=RIGHT) for n in range(20)]
    assert [each.problem_id for each in examine(sick, pool, runs=1)] == [each.problem_id for each in sick]


def test_test_code_has_no_first_output_to_print() -> None:
    assert set(junk(function("", TestCase.code("assert f(1) == 1")))) == {"empty", "echo"}
    assert set(junk(stdin(None))) == {"empty", "echo", "constant"}


def test_finding_is_a_line_that_loaders_take() -> None:
    line = Finding("x", Diagnosis.WEAK, "why").to_json()
    assert line == '{"problem_id": "x", "reason": "weak", "detail": "why"}\n'


def test_only_a_reference_in_python_has_mutants() -> None:
    source = "print(int(input()) + 1)"
    problem = Problem("x", Mode.STDIN, (TestCase("1", "2"),), reference=source)
    assert len(doctor._mutants(problem)) > 2
    assert doctor._mutants(dataclasses.replace(problem, reference_language="cpp")) == []
    assert doctor._mutants(dataclasses.replace(problem, languages=("javascript",))) == []


def test_drawn_mutants_are_the_same_for_the_same_seed() -> None:
    source = "a = [1, 2, 3, 4, 5, 6]\nb = a[0] + a[1] * 2 - 3\nif b > 2 and a[2] < 3: print(b)"
    drawn = mutants(source, 8, seed="x")
    assert drawn == mutants(source, 8, seed="x") != mutants(source, 8, seed="y")
    assert len(drawn) == 8 and set(drawn) <= set(mutants(source))
    assert sorted(mutants(source, 1000)) == sorted(mutants(source))
