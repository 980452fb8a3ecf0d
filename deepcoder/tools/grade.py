"""Grade a file of completions: write one record per line, continue after an interruption, and compute pass@k.

Runs: GPU node, or any machine with a pool.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from math import comb
from pathlib import Path
from typing import Any

from deepcoder.continuations import continued
from deepcoder.datasets import DataError, file_rows
from deepcoder.datasets.selection import Selection
from deepcoder.pool import Pool, Progress
from deepcoder.problems import Problem
from deepcoder.programs import Program
from deepcoder.tools import whole_file
from deepcoder.tools.records import Record
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import language

KS = (1, 2, 4, 8, 16, 32, 64, 100)  # of pass@k


def read_submissions(
    path: Path, problems: Mapping[str, Problem], quarantined: Set[str] = frozenset(), completes_prompt: bool = False
) -> tuple[dict[int, Submission], int]:
    """Return the submissions of a completions file by index, which is the number of the row, from 0.

    Rows of quarantined problems are left out; their number is returned too. `completes_prompt` says that completions
    continue the code of their prompts.

    Raises:
        DataError: A row cannot be used; the message names its line.
    """
    submissions, left_out = {}, 0
    for index, (where, row) in enumerate(file_rows(path)):
        if not isinstance(row, Mapping) or "problem_id" not in row:
            raise DataError(f"{where}: problem_id is missing")
        problem_id = str(row["problem_id"])
        if problem_id in problems:
            submissions[index] = _submission(row, problems[problem_id], where, completes_prompt)
        elif problem_id not in quarantined:
            raise DataError(f"{where}: no problem has the problem_id {problem_id!r}")
        else:
            left_out += 1
    return submissions, left_out


def _submission(row: Mapping[str, Any], problem: Problem, where: str, completes_prompt: bool) -> Submission:
    """Return the submission of a row."""
    try:
        given = None if row.get("language") is None else language(row["language"]).name
        program = Program.of_row(row, problem.languages[0])
        if program is not None:
            return Submission(problem, program)
        if row.get("completion") is None:
            raise ValueError("needs completion (text or messages), program (source text) or files")
        if completes_prompt:
            return Submission(problem, continued(problem, row["completion"]))
        prompt = problem.prompt if row.get("prompt") is None else row["prompt"]
        return Submission.of(problem, row["completion"], prompt, given)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None


def grade(
    submissions: Mapping[int, Submission],
    selection: Selection,
    output: Path,
    pool: Pool,
    progress: Progress | None = None,
) -> list[Record]:
    """Judge the submissions that `output` has no record of, and return all records in order of their index.

    Each record is written as soon as its judgement is known.

    Raises:
        DataError: `output` holds judgements of other completions, or with another selection.
    """
    done = _already_graded(submissions, selection, output)
    for index, record in done.items():
        if progress is not None:
            progress(index, record.judgement)
    missing = [index for index in submissions if index not in done]
    _write(output, done)
    with output.open("a", encoding="utf-8") as lines:

        def keep(position: int, judgement: Judgement) -> None:
            index = missing[position]
            done[index] = Record.of(submissions[index], judgement, selection)
            lines.write(done[index].to_json(index=index))
            lines.flush()
            if progress is not None:
                progress(index, judgement)

        pool.judge([submissions[index] for index in missing], keep)
    _write(output, done)
    return [done[index] for index in sorted(done)]


def _already_graded(submissions: Mapping[int, Submission], selection: Selection, output: Path) -> dict[int, Record]:
    """Return the records in `output` by index.

    IE is left out, so that these submissions are judged again. So is a last line that an interruption cut short.
    """
    if not output.exists():
        return {}
    done = {}
    try:
        lines = output.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{output} is not a file of judgements ({error}): name another output") from None
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n"):
            break
        try:
            row = json.loads(line)
            record, index = Record.from_row(row), row.get("index")
            if index not in submissions or not record.is_of(submissions[index]):
                raise ValueError("it is of another program")
            total, limit_s = len(submissions[index].problem.tests), submissions[index].limits.cpu_s
            if record.judgement.total != total:
                raise ValueError(f"the problem had {record.judgement.total} tests then, and has {total}")
        except (ValueError, TypeError) as error:
            raise DataError(
                f"{output}, line {number}: not a judgement of these completions ({error}): name another output"
            ) from None
        if record.selection != selection:
            raise DataError(f"{output}, line {number}: {_changed(record.selection, selection)}: name another output")
        if record.cpu_limit_s not in (None, limit_s):
            changed = f"judged with a limit of {record.cpu_limit_s:g} s, which is now {limit_s:g} s"
            raise DataError(f"{output}, line {number}: {changed}: name another output")
        if record.judgement.verdict is not Verdict.IE:
            done[index] = record
    return done


def _changed(then: Selection, now: Selection) -> str:
    """Say which option of the command line was another one then; the first that differs is enough."""
    before, after = dataclasses.asdict(then), dataclasses.asdict(now)
    name = next(name for name in before if before[name] != after[name])
    options = {"max_tests": "--max-tests", "time_limit_s": "--time-limit", "checker": "--checker", "times": "--times"}
    option = options[name]
    return f"judged with {option} {before[name] or 'not given'}, which is now {after[name] or 'not given'}"


def _write(output: Path, done: Mapping[int, Record]) -> None:
    """Write the whole file in order of index."""
    whole_file.write(output, (done[index].to_json(index=index) for index in sorted(done)))


def estimates_at_k(records: Sequence[Record], k: int) -> list[float]:
    """Return an unbiased estimate for each problem with k completions: 1 - C(n-c, k) / C(n, k), of c right among n.

    The estimate is from Chen et al. 2021, arXiv:2107.03374. IE counts neither as passed nor as tried.
    """
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for each in records:
        if each.judgement.verdict is not Verdict.IE:
            verdicts[each.problem_id].append(each.judgement.verdict)
    return [
        1 - comb(len(group) - group.count(Verdict.AC), k) / comb(len(group), k)
        for group in verdicts.values()
        if len(group) >= k
    ]
