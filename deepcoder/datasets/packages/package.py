"""Hold what a package gives: a problem, and the programs of its jury with the verdicts that they must get."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.verdicts import Verdict
from deepcoder.wire.languages import CPP, CPP20, CPP23, GO, JAVA, PYPY, PYTHON, RUST, C

# The reference is in the first of these that an accepted program is in; any other language comes last.
REFERENCES = tuple(each.name for each in (PYTHON, PYPY, CPP20, CPP, CPP23, C, JAVA, RUST, GO))


@dataclass(frozen=True)
class TimeRule:
    """Say how the time limit is found: it is given, or a multiple of what the slowest accepted program needs."""

    limit_s: float | None = None
    multiplier: float = 5.0
    step_s: float = 1.0  # a limit that is not given is a multiple of this

    def limit_for(self, slowest_s: float) -> float:
        """Return the limit, given the CPU seconds of the slowest test of the slowest accepted program."""
        if self.limit_s is not None:
            return self.limit_s
        return max(1, math.ceil(slowest_s * self.multiplier / self.step_s)) * self.step_s


@dataclass(frozen=True)
class JurySubmission:
    """A program of the jury. One that cannot be judged says why not."""

    name: str  # of its file or folder, with the folder that says its verdict: accepted/slow.py
    expected: frozenset[Verdict]  # any of these is right
    program: Program | None
    why_none: str = ""
    is_timed: bool = False  # whether the time limit must be long enough for it


@dataclass(frozen=True)
class Package:
    """A problem package that was read."""

    problem: Problem
    test_names: tuple[str, ...]  # of the problem's tests, in their order
    submissions: tuple[JurySubmission, ...]
    time: TimeRule
    notes: tuple[str, ...] = ()  # what in it cannot be used, or is used otherwise than its authors may think
    needs: str = ""  # what its programs need and completions do not get, so that the problem is for its jury alone

    def named(self, problem_id: str, where: str) -> Package:
        """Return the package of a problem with this id, read from this place."""
        return dataclasses.replace(self, problem=dataclasses.replace(self.problem, problem_id=problem_id, where=where))


def reference_among(submissions: Sequence[JurySubmission], problem: Problem) -> Problem:
    """Return the problem with an accepted program of one file as its reference, in Python if there is one.

    Those of the folder that says so come first: a comment may call a program right that gets a part of the points.
    """
    fit = [
        (not each.name.startswith("accepted/"), _rank(each.program.language), each.program)
        for each in submissions
        if each.expected == {Verdict.AC} and each.program is not None and not each.program.entry_file
    ]
    if not fit:
        return problem
    *_, best = min(fit, key=lambda each: each[:2])
    language = "" if best.language == problem.languages[0] else best.language
    return dataclasses.replace(problem, reference=best.source, reference_language=language)


def _rank(language: str) -> int:
    return REFERENCES.index(language) if language in REFERENCES else len(REFERENCES)
