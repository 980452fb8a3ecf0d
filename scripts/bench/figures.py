"""Figures: what a benchmark measures, each with what it is compared with from the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. On a shared machine only its ratio to `floor` means something."""

    name: str
    value: float  # the median of the rounds
    unit: str
    floor: float | None = None  # what the value is compared with, in the same unit
    floor_name: str = ""
    bound: float | None = None  # for the ratio where there is a floor, else for the value
    at_least: bool = False  # whether the bound is the least; else it is the most
    ratios: tuple[float, ...] = ()  # one per round, where there are several rounds
    part: str = ""  # the module that measured it; the main module fills it in

    @property
    def ratio(self) -> float | None:
        """Return the median of the ratios of the rounds: in one round, value and floor met the same machine."""
        if self.ratios:
            return statistics.median(self.ratios)
        return self.value / self.floor if self.floor else None

    @property
    def holds(self) -> bool | None:
        """Return whether the figure keeps its bound; None where it has none."""
        if self.bound is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= self.bound if self.at_least else measured <= self.bound


def compared(
    name: str,
    unit: str,
    values: Sequence[float],
    floors: Sequence[float] = (),
    floor_name: str = "",
    bound: float | None = None,
    at_least: bool = False,
) -> Figure:
    """Return a figure from the values of the rounds, and from the floors of the rounds where there are any."""
    value = statistics.median(values)
    if not floors:
        return Figure(name, value, unit, bound=bound, at_least=at_least)
    ratios = tuple(each / least for each, least in zip(values, floors, strict=True))
    return Figure(name, value, unit, statistics.median(floors), floor_name, bound, at_least, ratios)


Measure = Callable[[], Mapping[str, float]]


def interleaved(measures: Sequence[Measure], rounds: int, slices: int = 1) -> dict[str, list[float]]:
    """Return the values of every measure by name, one per round: the median of the slices of that round.

    The measures take turns in every slice, so that what slows the machine for a while slows all of them.
    """
    medians: dict[str, list[float]] = {}
    for _ in range(rounds):
        values: dict[str, list[float]] = {}
        for _ in range(slices):
            for measure in measures:
                for name, value in measure().items():
                    values.setdefault(name, []).append(value)
        for name, each in values.items():
            medians.setdefault(name, []).append(statistics.median(each))
    return medians
