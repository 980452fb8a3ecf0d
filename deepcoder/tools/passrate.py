"""Sample completions for problems, judge them, and write how many of each problem's pass: what training can learn from.

A problem that is never solved, or always, gives GRPO nothing to learn. `--min_pass_rate` and `--max_pass_rate` of
training leave such problems out.

Runs: GPU node.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from deepcoder.datasets import DataError
from deepcoder.datasets.rates import Rate
from deepcoder.datasets.rows import file_rows
from deepcoder.pool import Pool
from deepcoder.problems import Problem
from deepcoder.verdicts import Submission

if TYPE_CHECKING:  # it needs the train extra
    from deepcoder.models.sampling import Sampled, Sampler

AT_ONCE = 16  # problems that are sampled and judged together, and so lost together in an interruption


def measure(
    sampler: Sampler,
    problems: Sequence[Problem],
    pool: Pool,
    sampled: Mapping[str, Any],
    output: Path,
    completions: TextIO | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[dict[str, Any]]:
    """Write the rate of each problem that `output` has none of, and return all rows of the file.

    Args:
        sampler: Samples completions from the model.
        problems: The problems to measure.
        pool: Judges the completions.
        sampled: How the sampler samples and the pool judges; it is part of every row.
        output: The file of rates.
        completions: Where to write the completions, as `deepcoder grade` reads them.
        progress: Called with the number of problems that have been measured.

    Raises:
        DataError: `output` has rates that were sampled in another way.
    """
    rows = _already_measured(output, sampled)
    progress(len(rows))
    missing = [each for each in problems if each.problem_id not in rows]
    with output.open("a", encoding="utf-8") as lines:
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            groups = sampler([problem.prompt for problem in some])
            for rate in _judged(some, groups, pool):
                rows[rate.problem_id] = rate.to_row(sampled)
                lines.write(json.dumps(rows[rate.problem_id]) + "\n")
            lines.flush()
            if completions is not None:
                completions.writelines(_completions(some, groups))
            progress(len(some))
    return list(rows.values())


def _judged(problems: Sequence[Problem], groups: Sequence[Sequence[Sampled]], pool: Pool) -> list[Rate]:
    pairs = list(zip(problems, groups, strict=True))
    submissions = [Submission.of(problem, each.text, problem.prompt) for problem, group in pairs for each in group]
    judgements = iter(pool.judge(submissions))
    return [
        Rate(
            problem.problem_id,
            Counter(str(next(judgements).verdict) for _ in group),
            sum(not each.is_complete for each in group),
            [each.tokens for each in group],
        )
        for problem, group in pairs
    ]


def _completions(problems: Sequence[Problem], groups: Sequence[Sequence[Sampled]]) -> list[str]:
    return [
        json.dumps({"problem_id": problem.problem_id, "completion": each.text}) + "\n"
        for problem, group in zip(problems, groups, strict=True)
        for each in group
    ]


def _already_measured(output: Path, sampled: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rows of the file by problem, without a last line that an interruption cut short."""
    if not output.exists():
        return {}
    text = output.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        output.write_text(whole, encoding="utf-8")
    rows = {}
    for where, row in file_rows(output) if whole else ():
        then = row.get("sampled") if isinstance(row, Mapping) else None
        if not isinstance(then, Mapping) or "problem_id" not in row:
            raise DataError(f"{where}: is no row of pass rates: name another output")
        for name, now in sampled.items():
            if then.get(name) != now:
                raise DataError(
                    f"{where}: sampled with {name} {then.get(name)}, which is now {now}: name another output"
                )
        rows[row["problem_id"]] = dict(row)
    return rows
