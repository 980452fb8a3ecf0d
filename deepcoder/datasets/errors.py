"""The error that says why data cannot be used."""

from __future__ import annotations


class DataError(ValueError):
    """A data set cannot be used as it is; the message names the file and the row, and says what to do."""
