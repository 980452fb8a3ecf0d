"""Choose what a run judges with: how many tests of each problem, which time limits and which checker.

`grade`, `judge` and training all choose their problems here, so that a recorded judgement can be made again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deepcoder.checkers import checker
from deepcoder.checkers.profiles import PROFILES
from deepcoder.datasets.errors import DataError
from deepcoder.datasets.load import load_problems
from deepcoder.problems import Limits, Mode, Problem


@dataclass(frozen=True)
class Selection:
    """The choices of a user that change verdicts."""

    max_tests: int | None = None  # the tests with the longest inputs; None means all
    time_limit_s: float = Limits().cpu_s  # for problems without a limit of their own
    checker: str = ""  # replaces the checkers of the problems; empty keeps them
    times: str = ""  # path of a file of reference times, which calibrate the limits; empty keeps the problems' limits

    def __post_init__(self) -> None:
        Limits(cpu_s=self.time_limit_s)  # raises ValueError where the time can be no limit

    def load(self, source: str, quarantine: Path | None = None) -> list[Problem]:
        """Return the problems of a file or data set, as they are to be judged.

        Raises:
            DataError: The source cannot be used, or no problem has a mode that the checker is for.
        """
        times = Path(self.times) if self.times else None
        problems = load_problems(source, limits=Limits(cpu_s=self.time_limit_s), quarantine=quarantine, times=times)
        if self.checker:
            problems = self._with_checker(problems)
        return [problem.sampled(self.max_tests) for problem in problems]

    def _with_checker(self, problems: Sequence[Problem]) -> list[Problem]:
        """Replace the checkers of the problems whose mode this checker is for.

        The other problems keep theirs, and so do those that programs of their own judge.
        """
        refused: dict[Mode, str] = {}
        for mode in {problem.mode for problem in problems}:
            try:
                checker(self.checker, mode)
            except ValueError as error:
                refused[mode] = str(error)
        keeps = [problem.mode in refused or problem.is_ruled for problem in problems]
        if all(keeps):
            raise DataError(next(iter(refused.values()), "programs of their own judge all these problems"))
        checked = [
            problem if keeps_its else problem.checked_by(self.checker)
            for problem, keeps_its in zip(problems, keeps, strict=True)
        ]
        if self.checker in PROFILES:  # other systems have one limit for all languages
            return [dataclasses.replace(problem, limits_for="") for problem in checked]
        return checked
