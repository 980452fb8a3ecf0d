"""Learn from the judgements of each problem which tests fail soonest, and what a submission costs.

Runs: in the coordinator. No I/O, no clock.

The tests of a problem are ordered as a bandit's arms: first the test that has failed the most programs per second of
running it. Only programs that came as far as the test count, so a test that fails the same programs as one before it
moves back by itself. Before anything is learned the longest inputs come first, as DeepCoder has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepcoder.lru import Lru

OVERHEAD_S = 0.002  # what a test costs beside the CPU seconds of its program
# Assumed of every test, beside what was seen: enough failures for each test to be tried early.
PRIOR_RUNS, PRIOR_FAILURES = 2.0, 0.5
LATEST_WEIGHT = 0.2  # of the last submission in the seconds expected of the next
LEARNED_TESTS = 1 << 20  # of all problems together; those judged last stay


@dataclass
class _Statistics:
    """The statistics of one problem, by test.

    The mutable state: everything but the numbers of the tests changes with each judgement.
    """

    longest_first: Sequence[int]  # the numbers of the tests
    runs: list[float] = field(init=False)
    failures: list[float] = field(init=False)
    cpu_s: list[float] = field(init=False)
    submission_s: float | None = None  # expected of a whole submission

    def __post_init__(self) -> None:
        self.runs, self.failures, self.cpu_s = ([0.0] * len(self.longest_first) for _ in range(3))


class Learned:
    """Hold what was learned of the problems judged last.

    The mutable state: their statistics.
    """

    def __init__(self) -> None:
        self._problems: Lru[str, _Statistics] = Lru(LEARNED_TESTS)

    def meet(self, problem: str, longest_first: Sequence[int]) -> None:
        """Add a problem, unless it is there. `longest_first`: the numbers of its tests."""
        if self._problems.find(problem) is None:
            self._problems.keep(problem, _Statistics(longest_first), len(longest_first))

    def ran(self, problem: str, costs: Sequence[tuple[int, float]], failed: bool) -> None:
        """Learn from tests that were run: their numbers and CPU seconds, and whether the last one failed."""
        statistics = self._problems.find(problem)
        if statistics is None:
            return
        for rank, (number, cpu_s) in enumerate(costs):
            statistics.runs[number] += 1
            statistics.cpu_s[number] += cpu_s
            statistics.failures[number] += failed and rank == len(costs) - 1

    def took(self, problem: str, seconds: float) -> None:
        """Learn the seconds that a whole submission took."""
        statistics = self._problems.find(problem)
        if statistics is not None:
            before_s = statistics.submission_s
            statistics.submission_s = seconds if before_s is None else before_s + LATEST_WEIGHT * (seconds - before_s)

    def submission_s(self, problem: str) -> float | None:
        """Return the seconds expected of a submission; None where none was judged."""
        statistics = self._problems.find(problem)
        return None if statistics is None else statistics.submission_s

    def order(self, problem: str, tests: Sequence[int]) -> tuple[int, ...]:
        """Return these tests, the one that is likely to fail soonest first."""
        statistics = self._problems.find(problem)
        if statistics is None:
            return tuple(tests)
        all_runs, all_cpu_s = sum(statistics.runs), sum(statistics.cpu_s)
        usual_s = all_cpu_s / all_runs if all_runs else 0.0

        def failures_per_s(number: int) -> float:
            runs = statistics.runs[number]
            failures = (statistics.failures[number] + PRIOR_FAILURES) / (runs + PRIOR_RUNS)
            return failures / ((statistics.cpu_s[number] / runs if runs else usual_s) + OVERHEAD_S)

        wanted = set(tests)
        longest_first = [number for number in statistics.longest_first if number in wanted]
        return tuple(sorted(longest_first, key=failures_per_s, reverse=True))  # equal ones stay in their order
