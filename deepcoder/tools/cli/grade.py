"""`deepcoder grade`: judge a file of completions, and print the verdicts and pass@k."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.table import Table

from deepcoder.datasets import quarantined
from deepcoder.datasets.selection import Selection
from deepcoder.problems import by_id
from deepcoder.remote import RemotePool
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.options import (
    DEFAULT_TIME_LIMIT_S,
    Checker,
    Image,
    Languages,
    MaxTests,
    Problems,
    Quarantine,
    Resource,
    Sandbox,
    TimeLimit,
    Times,
    UserError,
    Workers,
    check_outputs,
    check_submissions,
    pool_for,
    user_errors,
)
from deepcoder.tools.console import counted, err, out, progress
from deepcoder.tools.grade import KS, estimates_at_k, read_submissions
from deepcoder.tools.grade import grade as grade_submissions
from deepcoder.tools.records import Record
from deepcoder.verdicts import OWN_CODE, Submission, Verdict


def grade(
    completions: Annotated[Path, typer.Argument(help="JSONL or parquet: problem_id, and completion or program.")],
    problems: Problems,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="JSONL of judgements to write; an existing file is continued.")
    ],
    sandbox: Sandbox = AUTO,
    workers: Workers = None,
    time_limit: TimeLimit = DEFAULT_TIME_LIMIT_S,
    max_tests: MaxTests = None,
    checker: Checker = "",
    quarantine: Quarantine = None,
    times: Times = None,
    resource: Resource = "",
    pool: Annotated[
        str,
        typer.Option(help="Use the sandboxes of the running pool of this name, or of the service at this URL."),
    ] = "",
    image: Image = SandboxConfig.image,
    languages: Languages = None,
    completes_prompt: Annotated[
        bool, typer.Option("--completes-prompt", help="Completions continue the code of their prompts (HumanEval).")
    ] = False,
) -> None:
    """Judge a file of completions; prints the verdicts and pass@k. Exit code 1 if some could not be judged."""
    check_outputs((output,), (completions, problems, quarantine, times), ".jsonl")
    selection = Selection(max_tests, time_limit, checker, str(times or ""))
    loaded = selection.load(problems, quarantine)
    banned = quarantined(quarantine) if quarantine else frozenset()
    submissions, left_out = read_submissions(completions, by_id(loaded), banned, completes_prompt)
    if not submissions:
        raise UserError(f"{completions} has no completions" + (" that are not in quarantine" if quarantine else ""))
    few = workers or few_workers(submissions)
    with user_errors():
        started = RemotePool(pool) if "://" in pool else pool_for(loaded, sandbox, image, few, resource, pool)
    with started, progress("judging", len(submissions)) as tick:
        check_submissions(started, submissions.values())
        records = grade_submissions(submissions, selection, output, started, lambda _, __: tick(1))
    _print_summary(records, left_out)
    if any(each.fails for each in records):
        _print_hint(output, problems, {"--sandbox": sandbox, "--image": image, "--languages": languages})
    print_unjudged(records)
    raise typer.Exit(any(each.judgement.verdict is Verdict.IE for each in records))


def few_workers(submissions: Mapping[int, Submission]) -> int | None:
    """Return one worker per test where this machine has more processors; None for as many as there is room for."""
    tests = sum(len(each.problem.tests) for each in submissions.values())
    is_few = tests < len(os.sched_getaffinity(0))
    return tests if is_few and not os.environ.get("RAY_ADDRESS") else None


def print_unjudged(records: list[Record]) -> None:
    """Say how many completions could not be judged, and whose fault that is."""
    unjudged = [each.judgement for each in records if each.judgement.verdict is Verdict.IE]
    theirs = [each for each in unjudged if each.detail.startswith(OWN_CODE)]
    if ours := len(unjudged) - len(theirs):
        err.print(f"{ours} could not be judged: run the same command again to judge only those")
    if theirs:
        example = theirs[0].detail.removeprefix(OWN_CODE)
        text = f"{len(theirs)} could not be judged because the data set's own code fails: {example}"
        err.print(text, markup=False, highlight=False, soft_wrap=True)


def _print_hint(output: Path, problems: str, options: Mapping[str, str | Path | None]) -> None:
    """Print the command that shows why the first program fails, with those options that were given."""
    given = {name: value for name, value in options.items() if value not in (AUTO, SandboxConfig.image, None)}
    words = ["deepcoder", "explain", str(output), "--problems", problems]
    words += [str(word) for option in given.items() for word in option]
    out.print(f"{shlex.join(words)}  # why the first failed", markup=False, highlight=False, soft_wrap=True)


def _print_summary(records: list[Record], left_out: int) -> None:
    counts = Counter(each.judgement.verdict for each in records)
    table = Table(title=counted(len(records), "completion"))
    table.add_column("verdict")
    table.add_column("completions", justify="right")
    table.add_column("share", justify="right")
    for verdict in Verdict:
        if counts[verdict]:
            table.add_row(verdict, str(counts[verdict]), f"{counts[verdict] / len(records):.1%}")
    out.print(table)
    if left_out:
        out.print(f"left out: {counted(left_out, 'completion')} of problems in quarantine", highlight=False)
    if missing := sum(each.program is None for each in records):
        out.print(f"{missing} of them ({missing / len(records):.1%}) have no program", highlight=False)
    if suspicious := sum(bool(each.judgement.suspicious) for each in records):
        out.print(f"{suspicious} suspicious, with what no honest program does", highlight=False)
    problems = len({each.problem_id for each in records})
    for k in KS:
        if estimates := estimates_at_k(records, k):
            some = "" if len(estimates) == problems else f" ({len(estimates)} of {counted(problems, 'problem')})"
            out.print(f"pass@{k} {fmean(estimates):.1%}{some}")
