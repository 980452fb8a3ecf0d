"""`deepcoder doctor`: check this machine, or the problems of a data set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from deepcoder.datasets import ReferenceTime, load_problems, packages
from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Problem
from deepcoder.programs import reference_of
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools import whole_file
from deepcoder.tools.cli.jury_check import packages_are_well
from deepcoder.tools.cli.machine import machine_is_well
from deepcoder.tools.cli.options import (
    DEFAULT_TIME_LIMIT_S,
    Image,
    Languages,
    Resource,
    Sandbox,
    TimeLimit,
    UserError,
    Workers,
    check_outputs,
    check_submissions,
    pool_for,
)
from deepcoder.tools.console import counted, err, out, progress
from deepcoder.tools.doctor import RUNS, examine, most_programs
from deepcoder.tools.findings import QUARANTINED, Diagnosis, Finding
from deepcoder.verdicts import Submission
from deepcoder.wire.languages import PYTHON

MEANINGS = {  # of each diagnosis, and what to do about it
    Diagnosis.BROKEN: ("a right program fails", "quarantine, or mend"),
    Diagnosis.FLAKY: ("a verdict changes", "quarantine"),
    Diagnosis.WEAK: ("wrong programs pass", "quarantine, or add tests"),
    Diagnosis.DOUBTFUL: ("a checker of its own may be wrong", "look at the checker"),
    Diagnosis.SLOW: ("the reference needs over half the limit", "set a longer limit"),
    Diagnosis.NO_REFERENCE: ("only junk could be judged", "add references"),
    Diagnosis.UNJUDGED: ("a fault of ours", "ask again"),
}


def doctor(
    data: Annotated[
        str | None, typer.Argument(help="Problems or packages to examine; without it, this machine is checked.")
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option("-o", "--quarantine", help="JSONL to write: problems that no reward may come from.")
    ] = None,
    times: Annotated[
        Path | None, typer.Option(help="JSONL to write: how long references take, for calibrated limits.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each reference is judged.")] = RUNS,
    sandbox: Sandbox = AUTO,
    workers: Workers = None,
    time_limit: TimeLimit = DEFAULT_TIME_LIMIT_S,
    resource: Resource = "",
    image: Image = SandboxConfig.image,
    languages: Languages = None,
    pypy: Annotated[
        bool, typer.Option("--pypy", help="Packages: judge Python by PyPy, as Kattis and DOMjudge do.")
    ] = False,
) -> None:
    """Check this machine, a data set or problem packages; exit code 1 unless all is well.

    Of a data set, references must pass, and wrong programs must not. Of a package, every program of its jury must get
    the verdict that the jury expects.
    """
    if data is None:
        if quarantine or times:
            raise UserError("-o and --times are for problems: name a data set too")
        raise typer.Exit(not machine_is_well())
    if packages.is_source(Path(data)):
        if quarantine or times:
            raise UserError(f"{data}: -o and --times are for problems: prepare the packages first (deepcoder data)")
        raise typer.Exit(not packages_are_well(Path(data), sandbox, image, workers, resource, pypy))
    check_outputs((quarantine, times, partial(quarantine), partial(times)), (data,), ".jsonl")
    problems = load_problems(data, limits=Limits(cpu_s=time_limit))
    pool = pool_for(problems, sandbox, image, workers, resource)
    raise typer.Exit(not _problems_are_well(problems, pool, runs, quarantine, times))


def _problems_are_well(
    problems: list[Problem], pool: SandboxPool, runs: int, quarantine: Path | None, times: Path | None
) -> bool:
    findings: list[Finding] = []
    timed: list[ReferenceTime] = []
    try:
        _examine(problems, pool, runs, findings, timed)
    except KeyboardInterrupt:  # the files of an earlier run stay as they were
        cut_short = partial(quarantine), partial(times)
        _write(findings, timed, *cut_short)
        for path in filter(None, cut_short):
            err.print(f"{path}: what was known by then", markup=False, highlight=False, soft_wrap=True)
        raise
    _write(findings, timed, quarantine, times)
    for finding in findings:
        if finding.diagnosis is not Diagnosis.NO_REFERENCE:  # of which most data sets have as many as problems
            _print_finding(finding)
    _print_counts(Counter(each.diagnosis for each in findings))
    unwell = {each.problem_id for each in findings}
    well = f"{len(problems) - len(unwell)} of {counted(len(problems), 'problem')}"
    out.print(f"{well} {'is' if len(problems) == 1 else 'are'} well", highlight=False)
    if others := sum(each.language != PYTHON.name for each in filter(None, map(reference_of, problems))):
        out.print(
            f"{others} references in other languages than Python: no mutants of them were judged", highlight=False
        )
    if times:
        out.print(
            f"the times of {counted(len(timed), 'reference')} are in {times} for --times", markup=False, highlight=False
        )
    if listed := {each.problem_id for each in findings if each.diagnosis in QUARANTINED}:
        where = "with -o FILE.jsonl they are listed for" if quarantine is None else f"listed in {quarantine} for"
        text = f"{len(listed)} to keep out of training and grades, {where} --quarantine"
        out.print(text, markup=False, highlight=False)
    return not unwell


def _examine(
    problems: list[Problem], pool: SandboxPool, runs: int, findings: list[Finding], timed: list[ReferenceTime]
) -> None:
    """Examine the problems, and add what is found to the lists as soon as it is known."""
    with pool:
        check_submissions(pool, [Submission(each, reference_of(each)) for each in problems])
        with progress("examining", most_programs(problems, runs)) as tick:
            findings.extend(examine(problems, pool, runs, tick, timed.append))


def partial(path: Path | None) -> Path | None:
    """Return where a list goes that Ctrl-C cut short; None for none."""
    return path and path.with_stem(f"{path.stem}.partial")


def _write(findings: list[Finding], timed: list[ReferenceTime], quarantine: Path | None, times: Path | None) -> None:
    if quarantine:
        whole_file.write(quarantine, (each.to_json() for each in findings if each.diagnosis in QUARANTINED))
    if times:
        whole_file.write(times, (each.to_json() for each in timed))


def _print_finding(finding: Finding) -> None:
    row = Table.grid(padding=(0, 1))
    row.add_column(min_width=8, style="red", no_wrap=True)
    row.add_row(finding.diagnosis, f"[bold]{escape(finding.problem_id)}[/]: {escape(finding.detail)}")
    out.print(row)


def _print_counts(counts: Counter[Diagnosis]) -> None:
    if not counts:
        return
    table = Table("finding", "what it means", "to do")
    table.add_column("problems", justify="right")
    for diagnosis, (meaning, advice) in MEANINGS.items():
        if counts[diagnosis]:
            table.add_row(diagnosis, meaning, advice, str(counts[diagnosis]))
    out.print(table)
