"""One file per format of rows, and the table of them. A new format is a file here, and its row in `FORMATS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from deepcoder.datasets.formats import (
    acecode,
    apps,
    canonical,
    code_contests,
    code_contests_plus,
    deepcoder_preview,
    ground_truth,
    hardtests,
    humaneval,
    kodcode,
    leetcode,
    livecodebench,
    mbpp,
    open_r1_codeforces,
    verifiable_coding,
)
from deepcoder.problems import Limits, Problem


class Format(Protocol):
    """The two functions that a file of a format has."""

    def is_row(self, row: Mapping[str, Any], /) -> bool:
        """Return whether the row is in this format."""
        ...

    def problem_from_row(self, row: Mapping[str, Any], problem_id: str, limits: Limits, /) -> Problem:
        """Return the problem of a row. `problem_id` and `limits` serve where the row has none.

        Raises:
            ValueError: A field is missing or wrong; the message names it.
        """
        ...


FORMATS: tuple[Format, ...] = (  # the first that knows a row reads it: the formats with more telling columns come first
    canonical,
    ground_truth,
    humaneval,
    leetcode,
    mbpp,
    kodcode,
    acecode,
    livecodebench,
    apps,
    code_contests,
    code_contests_plus,
    hardtests,
    open_r1_codeforces,
    verifiable_coding,
    deepcoder_preview,
)
