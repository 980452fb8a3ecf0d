"""What a benchmark says: a Figure, with what it is held against from the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. On a shared machine only its ratio to `floor`, from the same run, means something."""

    name: str
    value: float  # the median of the rounds
    unit: str
    floor: float | None = None  # what it is held against, in the same unit
    floor_name: str = ""
    bound: float | None = None  # of the ratio where there is a floor, else of the value
    at_least: bool = False  # the bound is from below
    ratios: tuple[float, ...] = ()  # of each round, where there are several
    part: str = ""  # the module that measured it; the main module fills it in

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: in a round value and floor met the same machine."""
        if self.ratios:
            return statistics.median(self.ratios)
        return self.value / self.floor if self.floor else None

    @property
    def holds(self) -> bool | None:
        """Whether it keeps its bound; None where it has none."""
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
    """A figure from the rounds: of each its value, and its floor where there is one."""
    value = statistics.median(values)
    if not floors:
        return Figure(name, value, unit, bound=bound, at_least=at_least)
    ratios = tuple(each / least for each, least in zip(values, floors, strict=True))
    return Figure(name, value, unit, statistics.median(floors), floor_name, bound, at_least, ratios)


Measure = Callable[[], Mapping[str, float]]


def interleaved(measures: Sequence[Measure], rounds: int, slices: int = 1) -> dict[str, list[float]]:
    """What each measure found in each round: the medians of so many slices, in which all take turns.

    What slows the machine for a while then slows all of them.
    """
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        values: dict[str, list[float]] = {}
        for _ in range(slices):
            for measure in measures:
                for name, value in measure().items():
                    values.setdefault(name, []).append(value)
        for name, each in values.items():
            found.setdefault(name, []).append(statistics.median(each))
    return found
