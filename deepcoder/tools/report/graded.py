"""Read what `grade` has written into facts: verdicts, pass@k with its uncertainty, the slowest problems."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from pathlib import Path
from statistics import fmean

from deepcoder.tools.grade import KS, estimates_at_k
from deepcoder.tools.records import Record
from deepcoder.tools.report.run import Judged, NothingJudgedError, Tried, records, tried
from deepcoder.verdicts import Verdict

Z = 1.96  # standard deviations on each side of a mean that hold 95 % of a normal distribution
MOST_SLOW = 20  # problems in the table of the slowest


@dataclass(frozen=True)
class PassAtK:
    """An estimate of pass@k, and the interval that holds the true one with 95 %."""

    k: int
    estimate: float
    low: float
    high: float
    problems: int  # with k completions


@dataclass(frozen=True)
class Slow:
    """The slowest test of all completions for one problem."""

    problem_id: str
    seconds: float
    limit_s: float | None
    verdict: Verdict  # of the completion that was so slow


@dataclass(frozen=True)
class Graded:
    """A file of judgements."""

    name: str
    records: tuple[Record, ...]

    @cached_property
    def verdicts(self) -> Counter[Verdict]:
        """Return the number of completions by verdict."""
        return Counter(each.judgement.verdict for each in self.records)

    @cached_property
    def problems(self) -> list[Tried]:
        """Return the problems in order of their ids, without those whose completions could not be judged."""
        judged = (Judged(each.problem_id, each.judgement, each.program is not None) for each in self.records)
        return tried((0, each) for each in judged)

    @property
    def suspicious(self) -> int:
        """Return the number of completions that did what no honest program does."""
        return sum(bool(each.judgement.suspicious) for each in self.records)

    @property
    def without_program(self) -> int:
        """Return the number of completions without a program."""
        return sum(each.program is None for each in self.records)

    @property
    def pass_at_k(self) -> list[PassAtK]:
        """Return pass@k for every k of which a problem has so many completions."""
        found = []
        for k in KS:
            if estimates := estimates_at_k(self.records, k):
                mean = fmean(estimates)
                found.append(PassAtK(k, mean, *interval(mean, len(estimates)), len(estimates)))
        return found

    @property
    def slowest(self) -> list[Slow]:
        """Return the problems with the slowest tests, the slowest first."""
        groups: dict[str, list[Record]] = defaultdict(list)
        for each in self.records:
            groups[each.problem_id].append(each)
        worst = [max(group, key=lambda each: each.judgement.slowest_s) for group in groups.values()]
        worst.sort(key=lambda each: each.judgement.slowest_s, reverse=True)
        return [
            Slow(each.problem_id, each.judgement.slowest_s, each.cpu_limit_s, each.judgement.verdict)
            for each in worst[:MOST_SLOW]
        ]


def interval(mean: float, problems: int) -> tuple[float, float]:
    """Return the Wilson interval of 95 % for a mean over problems.

    It is for outcomes of 0 or 1. Estimates that lie between vary less, so for them it is on the wide side. Unlike the
    usual interval it stays within 0 and 1, and has a width where every problem is solved, or none.
    """
    weight = Z * Z / problems
    centre = (mean + weight / 2) / (1 + weight)
    half = sqrt(mean * (1 - mean) * weight + weight * weight / 4) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)


def read(path: Path, name: str) -> Graded:
    """Return the judgements of a file.

    Raises:
        NothingJudgedError: It has none.
        DataError: It cannot be read.
    """
    found = tuple(record for _, _, record in records([path]))
    if not found:
        raise NothingJudgedError(f"{path} has no judgements")
    return Graded(name, found)
