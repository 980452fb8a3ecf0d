"""A judgement on record: one line of JSON with the program and the selection, so that it can be judged again.

`grade` and training write records; `grade` and `explain` read them. Training stands above the tools, and so imports
this file from there; no tool imports from training.

Runs: GPU node, or any machine with a pool.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from deepcoder.datasets.selection import Selection
from deepcoder.problems import Limits, Problem
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import PYTHON

# Fields that the first records did not have, with what is true of those records.
ADDED_LATER: dict[str, Any] = {
    "suspicious": [],
    "isolated": True,
    "repeated": False,
    "times": "",
    "cpu_limit_s": None,
    "language": PYTHON.name,
}


@dataclass(frozen=True)
class Record:
    """A judgement, and what is needed to make it again."""

    problem_id: str
    program: Program | None
    judgement: Judgement
    selection: Selection
    cpu_limit_s: float | None = None  # the limit that the program had; None in records from before it was recorded

    @classmethod
    def of(cls, submission: Submission, judgement: Judgement, selection: Selection) -> Record:
        """Return the record of a submission's judgement."""
        return cls(submission.problem.problem_id, submission.program, judgement, selection, submission.limits.cpu_s)

    @property
    def fails(self) -> bool:
        """Return whether there is a program, and it is not AC."""
        return self.program is not None and self.judgement.verdict is not Verdict.AC

    def is_of(self, submission: Submission) -> bool:
        """Return whether the record is of this program for this problem, whatever limit the problem has now."""
        return (self.problem_id, self.program) == (submission.problem.problem_id, submission.program)

    def load_problems(self, source: str) -> list[Problem]:
        """Return the problems of a file or data set; the record's own problem gets the limit that is on record.

        Raises:
            DataError: As `Selection.load`.
        """
        problems = dataclasses.replace(self.selection, times="").load(source)
        limit_s = self.cpu_limit_s
        if limit_s is None:
            return problems
        return [
            problem.limited_to(limit_s) if problem.problem_id == self.problem_id else problem for problem in problems
        ]

    def to_json(self, **origin: int | str) -> str:
        """Return the record as one line. `origin` says where the program came from: `index`, or `step` of training."""
        row: dict[str, Any] = {"problem_id": self.problem_id, **origin}
        row |= {**dataclasses.asdict(self.judgement), **dataclasses.asdict(self.selection)}
        row |= {"cpu_limit_s": self.cpu_limit_s}
        row |= {"program": None, "language": PYTHON.name} if self.program is None else self.program.to_row()
        return json.dumps(row) + "\n"

    @classmethod
    def from_row(cls, row: Any) -> Record:
        """Return the record of a row.

        Raises:
            ValueError: The row is no record; the message names the field.
        """
        if not isinstance(row, Mapping):
            raise ValueError("it is no object")
        row = {**ADDED_LATER, **row}
        if row.get("files") is not None:
            row.setdefault("program", None)
        _check_types(row)
        judgement = _judgement(row)
        selection = Selection(**{field.name: row[field.name] for field in dataclasses.fields(Selection)})
        limit_s = row["cpu_limit_s"]
        if limit_s is not None:
            Limits(cpu_s=limit_s)  # raises ValueError where the time can be no limit
        return cls(str(row["problem_id"]), Program.of_row(row, PYTHON.name), judgement, selection, limit_s)


def _judgement(row: Mapping[str, Any]) -> Judgement:
    judgement = Judgement.of_row(row)
    if judgement.failed_test is not None and not 0 <= judgement.failed_test < judgement.total:
        raise ValueError(f"failed_test must be below {judgement.total}, the number of tests")
    return judgement


_TYPES: dict[str, Any] = {  # of a row's fields
    **get_type_hints(Judgement),
    **get_type_hints(Selection),
    "verdict": str,
    "suspicious": list,
    "cpu_limit_s": float | None,
    "language": str,
    "program": str | None,
}
_IN_WORDS: dict[Any, str] = {
    str: "text",
    str | None: "text or null",
    int: "an integer",
    int | None: "an integer or null",
    float: "a number",
    float | None: "a number or null",
    bool: "true or false",
    list: "a list",
}


def _check_types(row: Mapping[str, Any]) -> None:
    """Raise ValueError where a field is missing or of another type; JSON may write a float as an integer."""
    for name in ("problem_id", *_TYPES):
        if name not in row:
            raise ValueError(f"{name} is missing")
    for name, kind in _TYPES.items():
        if not isinstance(row[name], kind | int if kind in (float, float | None) else kind):
            raise ValueError(f"{name} must be {_IN_WORDS[kind]}")
