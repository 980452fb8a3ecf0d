"""Read pass rates: how many of a model's completions for each problem passed. `deepcoder passrate` writes them.

{"problem_id": "add/7", "pass_rate": 0.25, "passed": 2, "judged": 8, "verdicts": {"AC": 2, "WA": 6}, "cut": 1,
 "tokens": [31, 96, ...], "sampled": {"model": ..., "num_generations": 8, ...}}
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.rows import file_rows
from deepcoder.problems import Problem
from deepcoder.verdicts import Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rate:
    """Say what became of the completions for one problem."""

    problem_id: str
    verdicts: Mapping[str, int]  # number of completions by verdict
    cut: int  # number of completions that reached the limit of length
    tokens: Sequence[int]  # the length of each completion

    @property
    def passed(self) -> int:
        """Return the number of completions that passed every test."""
        return self.verdicts.get(Verdict.AC, 0)

    @property
    def judged(self) -> int:
        """Return the number of completions that could be judged."""
        return sum(self.verdicts.values()) - self.verdicts.get(Verdict.IE, 0)

    @property
    def pass_rate(self) -> float | None:
        """Return the share of the judged completions that passed; None where none could be judged."""
        return self.passed / self.judged if self.judged else None

    def to_row(self, sampled: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row of a file; `sampled` says how the completions were sampled and judged."""
        figures = {"pass_rate": self.pass_rate, "passed": self.passed, "judged": self.judged}
        return {
            "problem_id": self.problem_id,
            **figures,
            "verdicts": dict(self.verdicts),
            "cut": self.cut,
            "tokens": list(self.tokens),
            "sampled": dict(sampled),
        }


def read_rates(path: Path) -> dict[str, float]:
    """Return the pass rate of each problem in a file; problems of which nothing could be judged are left out.

    Raises:
        DataError: The file cannot be read, or a row has no rate.
    """
    rates = {}
    for where, row in file_rows(path):
        if not isinstance(row, Mapping) or not isinstance(row.get("problem_id"), str) or "pass_rate" not in row:
            raise DataError(f"{where}: needs problem_id and pass_rate, as `deepcoder passrate` writes them")
        rate = row["pass_rate"]
        if rate is None:
            continue
        if not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise DataError(f"{where}: pass_rate must be a share from 0 to 1, not {rate!r}")
        rates[row["problem_id"]] = float(rate)
    return rates


def between(problems: Sequence[Problem], path: Path, least: float, most: float) -> list[Problem]:
    """Return the problems with a pass rate from `least` to `most`. A problem without a rate is left out.

    Raises:
        DataError: The file cannot be used, or no problem is left.
    """
    rates = read_rates(path)
    kept = [each for each in problems if least <= rates.get(each.problem_id, -1.0) <= most]
    if not kept:
        raise DataError(f"{path} has no problem of these with a pass rate from {least:g} to {most:g}")
    unknown = sum(each.problem_id not in rates for each in problems)
    log.info(
        "%d of %d problems have a pass rate from %g to %g; %d have none", len(kept), len(problems), least, most, unknown
    )
    return kept
