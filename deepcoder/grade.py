"""Grade a file of completions: one judgement per line, resumable, with pass@k.

Runs: GPU node, or any machine with a pool.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

from deepcoder.datasets import DataError, file_rows
from deepcoder.pool import Progress, SandboxPool
from deepcoder.problems import Problem
from deepcoder.programs import Program, extract
from deepcoder.verdicts import Judgement, Submission, Verdict


@dataclass(frozen=True)
class Graded:
    """The judgement of one line of the completions file; `index` counts from 0."""

    index: int
    problem_id: str
    judgement: Judgement

    def to_json(self) -> str:
        facts = dataclasses.asdict(self.judgement)
        return json.dumps({"problem_id": self.problem_id, "index": self.index, **facts})

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Graded:
        """Raises KeyError, TypeError or ValueError where the row is no judgement."""
        facts = {field.name: row[field.name] for field in dataclasses.fields(Judgement)}
        judgement = Judgement(**{**facts, "verdict": Verdict(facts["verdict"])})
        return cls(int(row["index"]), str(row["problem_id"]), judgement)


def read_submissions(path: Path, problems: Mapping[str, Problem]) -> list[Submission]:
    """The submissions of a completions file.

    Raises:
        DataError: A row cannot be used; the message names its line.
    """
    return [_submission(row, where, problems) for where, row in file_rows(path)]


def _submission(row: Any, where: str, problems: Mapping[str, Problem]) -> Submission:
    if not isinstance(row, Mapping) or "problem_id" not in row:
        raise DataError(f"{where}: problem_id is missing")
    problem = problems.get(str(row["problem_id"]))
    if problem is None:
        raise DataError(f"{where}: no problem has the problem_id {row['problem_id']!r}")
    if isinstance(row.get("program"), str):
        return Submission(problem, Program(row["program"]))
    if isinstance(row.get("completion"), (str, list)):
        return Submission(problem, extract(row["completion"]))
    raise DataError(f"{where}: needs completion (text or messages) or program (source text)")


def grade(
    submissions: Sequence[Submission], output: Path, pool: SandboxPool, progress: Progress | None = None
) -> list[Graded]:
    """Judge what `output` does not hold yet; every judgement is on disk as soon as it is known.

    Raises:
        DataError: `output` holds judgements of other completions.
    """
    done = _already_graded(submissions, output)
    for index, graded in done.items():
        if progress is not None:
            progress(index, graded.judgement)
    missing = [index for index in range(len(submissions)) if index not in done]
    _write(output, done)
    with output.open("a", encoding="utf-8") as lines:

        def keep(position: int, judgement: Judgement) -> None:
            index = missing[position]
            done[index] = Graded(index, submissions[index].problem.problem_id, judgement)
            lines.write(done[index].to_json() + "\n")
            lines.flush()
            if progress is not None:
                progress(index, judgement)

        pool.judge([submissions[index] for index in missing], keep)
    _write(output, done)
    return [done[index] for index in sorted(done)]


def _already_graded(submissions: Sequence[Submission], output: Path) -> dict[int, Graded]:
    """By index; without what a fault of ours left unjudged, and without a last line that an interruption cut short."""
    if not output.exists():
        return {}
    done = {}
    lines = output.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n"):
            break
        try:
            graded = Graded.from_row(json.loads(line))
            if graded.problem_id != submissions[graded.index].problem.problem_id:
                raise ValueError("it is of another problem")
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise DataError(
                f"{output}, line {number}: not a judgement of these completions ({error!r}): name another output"
            ) from None
        if graded.judgement.verdict is not Verdict.IE:
            done[graded.index] = graded
    return done


def _write(output: Path, done: Mapping[int, Graded]) -> None:
    """All at once, in the completions' order, so that an interruption leaves the old file or the new one."""
    draft = output.with_name(output.name + ".part")
    draft.write_text("".join(done[index].to_json() + "\n" for index in sorted(done)), encoding="utf-8")
    os.replace(draft, output)


def pass_at_k(graded: Sequence[Graded], k: int) -> float | None:
    """The mean over problems of the unbiased estimate 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, arXiv:2107.03374).

    What was not judged counts neither as passed nor as tried; None where no problem has k completions.
    """
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for each in graded:
        if each.judgement.verdict is not Verdict.IE:
            verdicts[each.problem_id].append(each.judgement.verdict)
    estimates = [
        1 - comb(len(found) - found.count(Verdict.AC), k) / comb(len(found), k)
        for found in verdicts.values()
        if len(found) >= k
    ]
    return sum(estimates) / len(estimates) if estimates else None
