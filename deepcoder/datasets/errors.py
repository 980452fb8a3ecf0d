"""Say why data cannot be used: an error for a whole source, a record for one row or package of it."""

from __future__ import annotations

from dataclasses import dataclass


class DataError(ValueError):
    """A data set cannot be used as it is; the message names the file and the row, and says what to do."""


@dataclass(frozen=True)
class Unusable:
    """A row or a package that gives no problem: its place, and the reason."""

    where: str
    reason: str
