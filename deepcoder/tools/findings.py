"""Hold what the doctor can say about a problem: a diagnosis, and the detail.

Runs: GPU node. The docstring of `doctor` says what each diagnosis means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from deepcoder.verdicts import OWN_CODE, Judgement, Verdict


class Diagnosis(StrEnum):
    """Name what can be wrong with a problem."""

    BROKEN = "broken"
    FLAKY = "flaky"
    WEAK = "weak"
    DOUBTFUL = "doubtful"
    SLOW = "slow"
    NO_REFERENCE = "no reference"
    UNJUDGED = "unjudged"


QUARANTINED = (Diagnosis.BROKEN, Diagnosis.FLAKY, Diagnosis.WEAK)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one problem."""

    problem_id: str
    diagnosis: Diagnosis
    detail: str

    def to_json(self) -> str:
        """Return a line of a quarantine list, as `load_problems` reads it."""
        return json.dumps({"problem_id": self.problem_id, "reason": self.diagnosis, "detail": self.detail}) + "\n"


def is_our_fault(judgement: Judgement) -> bool:
    """Return whether the judgement says nothing about the problem: the data set's own code has not failed."""
    return judgement.verdict is Verdict.IE and not judgement.detail.startswith(OWN_CODE)
