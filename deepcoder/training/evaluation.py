"""Evaluate a model before training and after it, on problems that it trains on and on problems held out.

Runs: GPU node; in every rank that answers, which is the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trl import GRPOTrainer

from deepcoder.problems import Problem
from deepcoder.training.report import Answers, Judge, ask, pass_rate, spread

RATES_HEADER = ("problems", "greedy before", "after", "sampled before", "after")


class Set(NamedTuple):
    """Name some problems."""

    name: str
    problems: Sequence[Problem]


class Evaluation(NamedTuple):
    """Hold the answers to a set of problems: one greedy answer to each, and as many sampled as the trainer samples."""

    name: str
    greedy: list[Answers]
    sampled: list[Answers]

    @property
    def rates(self) -> dict[str, float]:
        """Return the pass rates."""
        return {"greedy": pass_rate(self.greedy), "sampled": pass_rate(self.sampled)}


def evaluated(trainer: GRPOTrainer, sets: Sequence[Set], judge: Judge) -> list[Evaluation]:
    """Evaluate the model as it is now on each set of problems."""
    return [
        Evaluation(
            each.name,
            ask(trainer, each.problems, judge, is_greedy=True),
            ask(trainer, each.problems, judge),
        )
        for each in sets
    ]


def compared(before: Sequence[Evaluation], after: Sequence[Evaluation]) -> list[tuple[str, ...]]:
    """Return the rows of the table under RATES_HEADER."""
    return [
        (
            f"{len(old.sampled)} {old.name}",
            *(f"{each.rates[way]:.2f}" for way in ("greedy", "sampled") for each in (old, new)),
        )
        for old, new in zip(before, after, strict=True)
    ]


def figures(before: Sequence[Evaluation], after: Sequence[Evaluation]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the pass rates by name of the set, for the file of the run's result."""
    return {old.name: {"before": old.rates, "after": new.rates} for old, new in zip(before, after, strict=True)}


def shown(evaluations: Sequence[Evaluation], number: int) -> list[Answers]:
    """Return the sampled answers that reports show: those to so many problems of each set."""
    return [answers for each in evaluations for answers in spread(each.sampled, number)]
