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
from typing import TYPE_CHECKING, Any

from deepcoder.datasets import DataError
from deepcoder.datasets.rates import Rate
from deepcoder.pool import Pool
from deepcoder.problems import Problem
from deepcoder.tools.report.run import rows as whole_rows
from deepcoder.tools.rewind import rewind
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
    completions: Path | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[dict[str, Any]]:
    """Write the rate of each problem that `output` has none of, and return all rows of the file.

    Args:
        sampler: Samples completions from the model.
        problems: The problems to measure.
        pool: Judges the completions.
        sampled: How the sampler samples and the pool judges; it is part of every row.
        output: The file of rates.
        completions: The file to write the completions to, as `deepcoder grade` reads them.
        progress: Called with the number of problems that have been measured.

    Raises:
        DataError: `output` has rates that were sampled in another way, or `completions` has not those of its rates.
    """
    done = already_measured(output, sampled, completions)
    for path in filter(None, (output, completions)):  # without what an interruption cut, and what is measured again
        rewind(path, lambda row: row["problem_id"] in done)
    progress(len(done))
    missing = [each for each in problems if each.problem_id not in done]
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        groups = sampler([problem.prompt for problem in some])
        rows = [rate.to_row(sampled) for rate in _judged(some, groups, pool)]
        if completions is not None:
            _append(completions, _completions(some, groups))
        _append(output, rows)  # last, since a problem that is in this file is not sampled again
        done |= {row["problem_id"]: row for row in rows}
        progress(len(some))
    return list(done.values())


def _check_completions(path: Path, done: Mapping[str, Any], output: Path) -> None:
    """Check that the file's completions are those of the rates. Only the last ones may lack them, and are removed then.

    Raises:
        DataError: More do, so that the file is of other rates; or the file lacks the completions of a rate.
    """
    rows = whole_rows(path) if path.exists() else ()
    kept = {row.get("problem_id") for _, row in rows if isinstance(row, Mapping)}
    if len(kept - done.keys()) > (AT_ONCE if done else 0):
        raise DataError(f"{path} has completions, but {output} has no rates of them: name another file")
    if missing := len(done.keys() - kept):
        raise DataError(f"{output} has rates of {missing} problems without completions in {path}: name another output")


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


def _completions(problems: Sequence[Problem], groups: Sequence[Sequence[Sampled]]) -> list[dict[str, Any]]:
    return [
        {"problem_id": problem.problem_id, "completion": each.text}
        for problem, group in zip(problems, groups, strict=True)
        for each in group
    ]


def _append(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def already_measured(
    output: Path, sampled: Mapping[str, Any], completions: Path | None = None
) -> dict[str, dict[str, Any]]:
    """Return the rows of the file by problem. Problems of which nothing could be judged are left out.

    Raises:
        DataError: The file is none of rates, its rates were sampled in another way, or `completions` has not those of
            its rates.
    """
    measured = {}
    for where, row in whole_rows(output) if output.exists() else ():
        then = row.get("sampled") if isinstance(row, Mapping) else None
        if not isinstance(then, Mapping) or not {"problem_id", "pass_rate"} <= row.keys():
            raise DataError(f"{where}: is no row of pass rates: name another output")
        for name, now in sampled.items():
            if then.get(name) != now:
                was = f"sampled with {name} {then.get(name)}, which is now {now}"
                raise DataError(f"{where}: {was}: name another output")
        if row["pass_rate"] is not None:
            measured[row["problem_id"]] = dict(row)
    if completions is not None:
        _check_completions(completions, measured, output)
    return measured
