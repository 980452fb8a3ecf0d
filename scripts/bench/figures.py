"""What a benchmark says: a Figure, with what it is held against from the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number. On a shared machine only its ratio to `floor`, from the same run, means something."""

    part: str  # of the benchmark: the module that measured it
    name: str
    value: float  # the median of the rounds
    unit: str
    floor: float | None = None  # what it is held against, in the same unit
    floor_name: str = ""
    bound: float | None = None  # of the ratio where there is a floor, else of the value
    at_least: bool = False  # the bound is from below

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor

    @property
    def holds(self) -> bool | None:
        """Whether it keeps its bound; None where it has none."""
        if self.bound is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= self.bound if self.at_least else measured <= self.bound
