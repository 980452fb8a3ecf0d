"""Calibrate limits: derive the CPU time of a problem from its reference, as contest juries do.

`deepcoder doctor --times` measures the references and writes one `ReferenceTime` per line. A limit is FACTOR times the
CPU seconds of the reference's slowest test. It is at least LOW_S, and never above the limit that the problem had. It
says nothing about other languages: problems that allow another one than the reference's keep their limits.

Juries allow 2 to 5 times. FACTOR is the upper end: on a busy machine the CPU seconds of one program vary by a factor of
up to 2, once 3, and other machines may be slower by as much. Nearly all right programs stay within LOW_S. One that does
not uses another algorithm than the reference, and no factor would be enough.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.rows import file_rows
from deepcoder.problems import Problem
from deepcoder.wire.languages import PYTHON, language

log = logging.getLogger(__name__)

FACTOR = 5.0
LOW_S = 1.0


@dataclass(frozen=True)
class ReferenceTime:
    """The time that a problem's reference needs. The reference passes."""

    problem_id: str
    tests: int  # the number of tests that the problem had
    slowest_s: float  # CPU seconds of the slowest test; the maximum over all runs
    language: str = PYTHON.name  # of the reference

    def to_json(self) -> str:
        """Return a line of a file of times, which `load_problems` takes."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_row(cls, row: Any) -> ReferenceTime:
        """Return the reference time of a row.

        Raises:
            ValueError: A field is missing or wrong; the message names it.
        """
        if not isinstance(row, Mapping) or not isinstance(row.get("problem_id"), str):
            raise ValueError("problem_id is missing, or is no text")
        tests, slowest_s = row.get("tests"), row.get("slowest_s")
        if isinstance(tests, bool) or not isinstance(tests, int):
            raise ValueError("tests is missing, or is no integer")
        if isinstance(slowest_s, bool) or not isinstance(slowest_s, int | float) or not 0 <= slowest_s < math.inf:
            raise ValueError("slowest_s is missing, or is no number of seconds")
        return cls(row["problem_id"], tests, slowest_s, language(row.get("language", PYTHON.name)).name)

    def limited(self, problem: Problem) -> Problem:
        """Return the problem with its calibrated limit; as it is where it allows another language."""
        if set(problem.languages) != {self.language}:
            return problem
        most_s = problem.limits_in(self.language).cpu_s
        limited = problem.limited_to(min(max(FACTOR * self.slowest_s, LOW_S), most_s))
        return replace(limited, limits_for=self.language)


def calibrated(problems: Iterable[Problem], path: Path, source: str) -> list[Problem]:
    """Return the problems of `source` with calibrated limits. Problems that the file of times lacks keep their own.

    Raises:
        DataError: The file cannot be read, names a problem twice or none of these, or was measured with other tests.
    """
    times = _read(path)
    result, measured = [], 0
    for each in problems:
        if each.problem_id in times:
            where, time = times[each.problem_id]
            if time.tests != len(each.tests):
                raise DataError(
                    f"{where}: {each.problem_id} was measured with {time.tests} tests, and has {len(each.tests)}: "
                    "measure it again with `deepcoder doctor --times`"
                )
            each, measured = time.limited(each), measured + 1
        result.append(each)
    if not measured:
        raise DataError(f"{path} has no time of any problem of {source}")
    log.info("%d of %d problems of %s have calibrated limits", measured, len(result), source)
    return result


def _read(path: Path) -> dict[str, tuple[str, ReferenceTime]]:
    """Return the times by problem, each with the place of its row for messages."""
    times: dict[str, tuple[str, ReferenceTime]] = {}
    for where, row in file_rows(path):
        try:
            time = ReferenceTime.from_row(row)
        except ValueError as error:
            raise DataError(f"{where}: {error}") from None
        if time.problem_id in times:
            raise DataError(f"{where}: {time.problem_id} has a time already, in {times[time.problem_id][0]}")
        times[time.problem_id] = where, time
    return times
