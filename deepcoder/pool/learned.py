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
DECAY = 0.98  # weight that earlier runs of a test keep at each new run: a policy's programs change
PRIOR_RUNS = 2.0  # runs that the assumption about a test counts for
PRIOR_FAILURES = 0.25  # share of programs that a test is assumed to fail: high enough for every test to be tried early
PRIOR_SPREAD = 0.1  # how much less is assumed of the shortest input than of the longest
LATEST_WEIGHT = 0.2  # of the last submission in the seconds expected of the next
LEARNED_TESTS = 1 << 20  # of all problems together; those judged last stay


@dataclass
class _Statistics:
    """The statistics of one problem, by test. The mutable state: everything but `prior` changes with each judgement."""

    prior: list[float]  # share of programs that each test is assumed to fail
    runs: list[float] = field(init=False)
    failures: list[float] = field(init=False)
    cpu_s: list[float] = field(init=False)
    submission_s: float | None = None  # expected of a whole submission

    def __post_init__(self) -> None:
        self.runs, self.failures, self.cpu_s = ([0.0] * len(self.prior) for _ in range(3))


class Learned:
    """Hold what was learned of the problems judged last.

    The mutable state: their statistics.
    """

    def __init__(self) -> None:
        self._problems: Lru[str, _Statistics] = Lru(LEARNED_TESTS)

    def meet(self, problem: str, longest_first: Sequence[int]) -> None:
        """Add a problem, unless it is there. `longest_first`: the numbers of its tests."""
        if self._problems.find(problem) is None:
            last = max(1, len(longest_first) - 1)
            prior = [0.0] * len(longest_first)
            for rank, number in enumerate(longest_first):
                prior[number] = PRIOR_FAILURES * (1 - PRIOR_SPREAD * rank / last)
            self._problems.keep(problem, _Statistics(prior), len(prior))

    def ran(self, problem: str, costs: Sequence[tuple[int, float]], failed: bool) -> None:
        """Learn from tests that were run: their numbers and CPU seconds, and whether the last one failed."""
        statistics = self._problems.find(problem)
        if statistics is None:
            return
        for rank, (number, cpu_s) in enumerate(costs):
            statistics.runs[number] = DECAY * statistics.runs[number] + 1
            statistics.cpu_s[number] = DECAY * statistics.cpu_s[number] + cpu_s
            statistics.failures[number] = DECAY * statistics.failures[number] + (failed and rank == len(costs) - 1)

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
            failures = (statistics.failures[number] + PRIOR_RUNS * statistics.prior[number]) / (runs + PRIOR_RUNS)
            return failures / ((statistics.cpu_s[number] / runs if runs else usual_s) + OVERHEAD_S)

        return tuple(sorted(tests, key=failures_per_s, reverse=True))
