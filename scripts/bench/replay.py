"""Count the tests that are run over several epochs of a GRPO mix in different orders, and with the judgement cache.

The mix (`history`) has 40 problems of 15 tests, 8 completions each and 4 epochs, in steps of 8 problems. A problem's
rate of right programs starts between 0 and 0.3 and rises by 0.1 per epoch: 3 in 10 in all, as in W5. 3 in 10 of the
wrong programs fail every test. The others fail each test with the probability of that test, which is high for two
killers and low for the rest. The longest input is twice as likely to be a killer as the shortest. The tests with the
two longest inputs are slow (5 to 15 ms of CPU time). One completion in 8 repeats an earlier one of its problem. None of
this was measured on a model: it is one plausible history, the same in every run.

Two orders do not learn: the data set's own, and DeepCoder's, longest inputs first. What they run is computed from the
failing tests, which are known. What the pool runs is counted from its judgements (`Judgement.ran`): once with every
program made new, so that only the order can save work, and once with the repetitions. A right program runs all its
tests in any order.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepcoder.problems import Problem
from scripts.bench import pools
from scripts.bench.figures import Figure
from scripts.bench.mix import TESTS, Case, answer, burning, burns_s, unique

WORKERS = 2
MIX_PROBLEMS, MIX_COMPLETIONS, EPOCHS, STEP = 40, 8, 4, 8
REPEATED, HOPELESS = 1 / 8, 0.3  # shares: of completions that repeat, of wrong programs that fail every test
KILLERS, SLOW_TESTS = 2, 2  # tests per problem
OWN, LONGEST, LEAST = "the data set's own order", "longest inputs first", "the cheapest failing test first"


@dataclass(frozen=True)
class Completion:
    """A submission, and the tests that its program fails."""

    case: Case
    fails: frozenset[int]

    def renewed(self) -> Completion:
        """Return the completion with a program that is in no cache."""
        return Completion(dataclasses.replace(self.case, program=unique(self.case.program.source)), self.fails)


@dataclass(frozen=True)
class Work:
    """Tests that were run, and their CPU time."""

    tests: int = 0
    cpu_s: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(self.tests + other.tests, self.cpu_s + other.cpu_s)


Split = dict[bool, Work]  # the work of right programs (True) and of wrong ones (False)


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield counts; one round is enough for them."""
    steps = list(history(random.Random(0)))
    batch = [each for step in steps for each in step]
    learned = executed(sandbox, [[each.renewed() for each in step] for step in steps])
    cached = executed(sandbox, steps)

    burned = computed(OWN, batch, 0.0)[True]
    test_s = (learned[True].cpu_s - burned.cpu_s) / burned.tests  # of a test that burns nothing
    fixed = {name: computed(name, batch, test_s) for name in (OWN, LONGEST, LEAST)}
    better = min((OWN, LONGEST), key=lambda name: all_of(fixed[name]).tests)

    def tests(name: str, work: Work, beside: Work, beside_name: str, bound: float | None = None) -> Figure:
        return Figure(name, work.tests, "tests", beside.tests, beside_name, bound)

    for name in (OWN, LONGEST):
        yield tests("learned order", all_of(learned), all_of(fixed[name]), name, 0.5 if name == better else None)
    yield tests("learned order, repetitions remembered", all_of(cached), all_of(fixed[better]), better, 0.5)
    yield tests("right programs, whatever the order", fixed[better][True], all_of(fixed[better]), better)
    yield tests("the least of any order", all_of(fixed[LEAST]), all_of(fixed[better]), better)
    yield tests("wrong programs, learned order", learned[False], fixed[better][False], better, 0.5)
    yield tests("wrong programs, the least of any order", fixed[LEAST][False], fixed[better][False], better)
    cheaper = min((OWN, LONGEST), key=lambda name: fixed[name][False].cpu_s)
    cpu = (learned[False].cpu_s, "s", fixed[cheaper][False].cpu_s, cheaper)
    yield Figure("wrong programs, learned order, CPU", *cpu)


def all_of(split: Split) -> Work:
    return split[True] + split[False]


def history(rng: random.Random) -> Iterator[list[Completion]]:
    """Yield the steps of all epochs."""
    problems = [graded(rng, number) for number in range(MIX_PROBLEMS)]
    rates = [rng.uniform(0.0, 0.3) for _ in problems]
    seen: list[list[Completion]] = [[] for _ in problems]
    for epoch in range(EPOCHS):
        order = rng.sample(range(MIX_PROBLEMS), MIX_PROBLEMS)
        for first in range(0, MIX_PROBLEMS, STEP):
            step = []
            for number in order[first : first + STEP]:
                for _ in range(MIX_COMPLETIONS):
                    if seen[number] and rng.random() < REPEATED:
                        step.append(rng.choice(seen[number]))
                    else:
                        step.append(completion(rng, *problems[number], rates[number] + 0.1 * epoch))
                        seen[number].append(step[-1])
            yield step


def graded(rng: random.Random, number: int) -> tuple[Problem, list[float]]:
    """Return a problem, and how likely each of its tests is to fail a wrong program."""
    lengths = [round(10 ** rng.uniform(0.5, 3)) for _ in range(TESTS)]
    by_length = sorted(range(TESTS), key=lambda test: lengths[test])
    burns = [0.0] * TESTS
    for test in by_length[-SLOW_TESTS:]:
        burns[test] = round(rng.uniform(0.005, 0.015), 4)
    kills = [rng.uniform(0.02, 0.2) for _ in range(TESTS)]
    weights = [1 + by_length.index(test) / (TESTS - 1) for test in range(TESTS)]
    for test in rng.choices(range(TESTS), weights, k=KILLERS):
        kills[test] = rng.uniform(0.6, 0.95)
    return burning(f"graded {number}", burns, lengths), kills


def completion(rng: random.Random, problem: Problem, kills: Sequence[float], rate: float) -> Completion:
    """Return a new program for the problem; it is right at this rate."""
    fails: set[int] = set()
    if rng.random() >= rate:
        if rng.random() < HOPELESS:
            fails = set(range(TESTS))
        while not fails:
            fails = {test for test, kill in enumerate(kills) if rng.random() < kill}
    return Completion(answer(problem, sorted(fails)), frozenset(fails))


def computed(order: str, batch: Sequence[Completion], test_s: float) -> Split:
    """Return the work in an order that does not learn; a test takes `test_s` beside what it burns."""
    work = {True: Work(), False: Work()}
    for each in batch:
        burns = burns_s(each.case.problem)
        tests = ordered(order, each)
        end = next((count for count, test in enumerate(tests, 1) if test in each.fails), len(tests))
        cpu_s = sum(burns[test] + test_s for test in tests[:end])
        work[not each.fails] += Work(end, cpu_s)
    return work


def ordered(order: str, completion: Completion) -> list[int]:
    """Return the tests in this order; LEAST needs to know the failing tests beforehand."""
    problem = completion.case.problem
    if order == LONGEST:
        return sorted(range(TESTS), key=lambda test: -len(problem.tests[test].input))
    if order == LEAST:
        burns = burns_s(problem)
        return sorted(range(TESTS), key=lambda test: (test not in completion.fails, burns[test]))
    return list(range(TESTS))


def executed(sandbox: str, steps: Sequence[Sequence[Completion]]) -> Split:
    """Judge all steps in a new pool, and return the work.

    Raises:
        WrongVerdict: A verdict is not the known one.
    """
    work = {True: Work(), False: Work()}
    with pools.ready(sandbox, WORKERS) as pool:
        for step in steps:
            for each, judgement in zip(step, pools.judged(pool, [each.case for each in step]), strict=True):
                if not judgement.repeated:
                    work[not each.fails] += Work(judgement.ran, judgement.cpu_s)
    return work
