"""What judging has taught about each problem: which tests fail soonest, and what a submission costs.

Runs: in the coordinator. No I/O, no clock.

The order of a problem's tests is a bandit's: the next test is the one that has failed most programs per second that it
took, of those programs that came to it. Tests that fail the same programs as one before them fail few of the others,
and so move back by themselves. Before anything is known the longest inputs come first, as DeepCoder has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deepcoder.lru import Lru

OVERHEAD_S = 0.002  # what a test costs beside the CPU seconds of its program
MEMORY = 0.98  # how much of what is known survives one more run of a test: a policy's programs change
DOUBT = 2.0  # runs that what is assumed of a test counts for
ASSUMED_KILLS = 0.25  # share of programs that a test is assumed to fail: enough for each to be tried early
ASSUMED_SPREAD = 0.1  # how much less is assumed of the shortest input than of the longest
RECENT = 0.2  # weight of the last submission in what one is expected to take
KEPT_TESTS = 1 << 20  # of all problems together, those judged last


@dataclass
class _Record:
    """Of one problem. The mutable state: everything but `assumed` changes with each judgement."""

    assumed: list[float]  # share of programs that each test fails
    ran: list[float] = field(default_factory=list)
    killed: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    submission_s: float | None = None

    def __post_init__(self) -> None:
        self.ran, self.killed, self.cpu_s = ([0.0] * len(self.assumed) for _ in range(3))


class Learned:
    """What is known of the problems judged last.

    The mutable state: their records.
    """

    def __init__(self) -> None:
        self._records: Lru[str, _Record] = Lru(KEPT_TESTS)

    def meet(self, problem: str, longest_first: Sequence[int]) -> None:
        """Be ready to learn of a problem. `longest_first`: the numbers of its tests."""
        if self._records.find(problem) is None:
            last = max(1, len(longest_first) - 1)
            assumed = [0.0] * len(longest_first)
            for rank, number in enumerate(longest_first):
                assumed[number] = ASSUMED_KILLS * (1 - ASSUMED_SPREAD * rank / last)
            self._records.keep(problem, _Record(assumed), len(assumed))

    def ran(self, problem: str, costs: Sequence[tuple[int, float]], failed: bool) -> None:
        """Learn from tests that were run: their numbers and CPU seconds, and whether the last one failed."""
        record = self._records.find(problem)
        if record is None:
            return
        for place, (number, cpu_s) in enumerate(costs):
            record.ran[number] = MEMORY * record.ran[number] + 1
            record.cpu_s[number] = MEMORY * record.cpu_s[number] + cpu_s
            record.killed[number] = MEMORY * record.killed[number] + (failed and place == len(costs) - 1)

    def took(self, problem: str, seconds: float) -> None:
        """Learn what a whole submission took."""
        record = self._records.find(problem)
        if record is not None:
            known = record.submission_s
            record.submission_s = seconds if known is None else known + RECENT * (seconds - known)

    def submission_s(self, problem: str) -> float | None:
        """Seconds that a submission of it is expected to take; None where none has been judged."""
        record = self._records.find(problem)
        return None if record is None else record.submission_s

    def order(self, problem: str, tests: Sequence[int]) -> tuple[int, ...]:
        """These tests, the one likely to fail soonest first."""
        record = self._records.find(problem)
        if record is None:
            return tuple(tests)
        ran, cpu_s = sum(record.ran), sum(record.cpu_s)
        usual_s = cpu_s / ran if ran else 0.0

        def promise(number: int) -> float:
            runs = record.ran[number]
            kills = (record.killed[number] + DOUBT * record.assumed[number]) / (runs + DOUBT)
            return kills / ((record.cpu_s[number] / runs if runs else usual_s) + OVERHEAD_S)

        return tuple(sorted(tests, key=promise, reverse=True))
