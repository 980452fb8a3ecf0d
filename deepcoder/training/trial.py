"""Try a model with problems before training and after it: those it trains on, and those held out.

Runs: GPU node; in every rank that answers, which is the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trl import GRPOTrainer

from deepcoder.problems import Problem
from deepcoder.training.report import Answers, Judge, ask, pass_rate, spread

RATES_HEADER = ("problems", "greedy before", "after", "sampled before", "after")


class Group(NamedTuple):
    """Some problems with a common name."""

    name: str
    problems: Sequence[Problem]


class Trial(NamedTuple):
    """The answers to a group of problems: one greedy answer to each, and as many sampled as the trainer samples."""

    name: str
    greedy: list[Answers]
    sampled: list[Answers]

    @property
    def rates(self) -> dict[str, float]:
        """Return the pass rates."""
        return {"greedy": pass_rate(self.greedy), "sampled": pass_rate(self.sampled)}


def tried(trainer: GRPOTrainer, groups: Sequence[Group], judge: Judge) -> list[Trial]:
    """Try the model as it is now with each group of problems."""
    return [
        Trial(
            group.name,
            ask(trainer, group.problems, judge, is_greedy=True),
            ask(trainer, group.problems, judge),
        )
        for group in groups
    ]


def compared(before: Sequence[Trial], after: Sequence[Trial]) -> list[tuple[str, ...]]:
    """Return the rows of the table under RATES_HEADER."""
    return [
        (
            f"{len(old.sampled)} {old.name}",
            *(f"{trial.rates[way]:.2f}" for way in ("greedy", "sampled") for trial in (old, new)),
        )
        for old, new in zip(before, after, strict=True)
    ]


def figures(before: Sequence[Trial], after: Sequence[Trial]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the pass rates by name of the group, for the file of the run's result."""
    return {old.name: {"before": old.rates, "after": new.rates} for old, new in zip(before, after, strict=True)}


def shown(trials: Sequence[Trial]) -> list[Answers]:
    """Return the sampled answers that reports show: those to as many problems of each group as the smallest has."""
    least = min((len(each.sampled) for each in trials), default=0)
    return [answers for each in trials for answers in spread(each.sampled, least)]
