"""The tolerance: how far from the expected number an actual one may be."""

from __future__ import annotations

import cmath
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

EPS = 1e-6

Number = complex | Fraction | Decimal


@dataclass(frozen=True)
class Tolerance:
    """A number is near the expected one if it is within the larger of the absolute bound and the relative one."""

    absolute: float = EPS
    relative: float = EPS  # as a share of the expected number
    is_sum: bool = False  # the two bounds are added, as numpy does
    exact_ints: bool = False  # where an int is expected only rounding is forgiven: a share of it may be whole units

    def near(self, expected: Number, actual: Number) -> bool:
        """Return whether the numbers are equal or near. NaN is near nothing, infinity only itself."""
        # A Decimal can be subtracted from few other numbers, a Fraction from all.
        want: Any = _fraction(expected) if isinstance(expected, Decimal) else expected
        got: Any = _fraction(actual) if isinstance(actual, Decimal) else actual
        if want == got:
            return True
        if not (self.absolute or self.relative):
            return False
        relative = self.relative
        if self.exact_ints and isinstance(want, int):
            if isinstance(got, int):
                return False
            relative = 0.0
        try:
            if not (cmath.isfinite(want) and cmath.isfinite(got)):
                return False
            bounds = self.absolute, relative * abs(want)
            return bool(abs(want - got) <= (sum(bounds) if self.is_sum else max(bounds)))
        except OverflowError:  # no float holds so large an int
            return False


def _fraction(number: Decimal) -> Fraction | float:
    """Return the equal Fraction; a float where there is none: for infinity and NaN."""
    return Fraction(number) if number.is_finite() else float(number)
