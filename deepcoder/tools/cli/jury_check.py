"""The part of `deepcoder doctor` that is for problem packages: the table of the jury's programs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from deepcoder.datasets import DataError
from deepcoder.datasets.errors import Unusable
from deepcoder.datasets.packages import Package, labels, read_packages
from deepcoder.pool import SandboxPool
from deepcoder.tools.cli.options import UserError, pool_for
from deepcoder.tools.console import counted, out, progress
from deepcoder.tools.jury_check import Checked, JuryCheck, check, title
from deepcoder.verdicts import Verdict


def packages_are_well(source: Path, kind: str, image: str, workers: int | None, resource: str, pypy: bool) -> bool:
    """Judge the jury's programs of each package, print what came of them, and return whether all agree.

    Raises:
        DataError: The only package cannot be used.
        UserError: The sandboxes lack what a package needs.
    """
    found = list(read_packages(source))
    packages = [each for each in found if isinstance(each, Package)]
    unusable = [each for each in found if isinstance(each, Unusable)]
    if not packages:
        raise DataError("; ".join(each.reason for each in unusable))
    checks = []
    with pool_for([each.problem for each in packages], kind, image, workers, resource) as pool:
        for package in packages:
            checks.append(_checked(package, pool, pypy))
            _print(checks[-1])
    for each in unusable:
        out.print(f"[red]cannot be used:[/] {escape(each.reason)}", highlight=False, soft_wrap=True)
    if len(found) > 1:
        wrong, judged = sum(len(each.wrong) for each in checks), sum(len(each.judged) for each in checks)
        well = sum(not each.wrong for each in checks)
        out.print(
            f"{well} of {len(found)} packages are well: {judged - wrong} of {judged} programs get a verdict that their "
            "jury expects",
            highlight=False,
            soft_wrap=True,
        )
    return not unusable and not any(each.wrong for each in checks)


def _checked(package: Package, pool: SandboxPool, pypy: bool) -> JuryCheck:
    name = package.problem.problem_id
    try:
        with progress(f"judging {name}", len(package.submissions)) as tick:
            return check(package, pool, pypy, tick)
    except ValueError as error:
        raise UserError(str(error)) from None


def _print(found: JuryCheck) -> None:
    table = Table(
        title=f"{escape(found.package.problem.problem_id)}: {_limit(found)}",
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
    )
    table.add_column("program", overflow="fold")
    for name in ("language", "expected", "got", "slowest", "failed test", ""):
        table.add_column(name, justify="right" if name == "slowest" else "left", overflow="fold")
    folder = ""
    for each in found.judged:
        if (own := each.submission.name.rpartition("/")[0]) != folder:
            folder = own
            table.add_row(f"[bold]{escape(folder)}/[/]")
        table.add_row(*_row(each, found.package))
    out.print(table)
    for each in found.wrong:
        assert each.judgement is not None
        out.print(
            f"[red]{escape(each.submission.name)}[/]: {escape(_why(each, found))}", highlight=False, soft_wrap=True
        )
    for note in found.package.notes:
        if found.slowest_s is None or "no time limit" not in note:
            out.print(note, style="yellow", markup=False, highlight=False, soft_wrap=True)
    reasons = Counter(each.why_none for each in found.checked if each.judgement is None)
    for reason, count in reasons.items():
        out.print(f"not judged: {count} programs, {reason}", style="yellow", markup=False, highlight=False)
    right = len(found.judged) - len(found.wrong)
    out.print(
        f"{right} of {counted(len(found.judged), 'program')} get a verdict that their jury expects, on "
        f"{counted(len(found.package.problem.tests), 'test')}\n",
        highlight=False,
    )


def _limit(found: JuryCheck) -> str:
    rule, limit = found.package.time, f"time limit {found.limit_s:g} s"
    if found.slowest_s is not None:
        return f"{limit}, from {rule.multiplier:g} x {found.slowest_s:.2f} s of the slowest accepted program"
    return limit if rule.limit_s else f"{limit}, the default, as no accepted program could be timed"


def _row(each: Checked, package: Package) -> list[str]:
    judgement = each.judgement
    assert judgement is not None and each.submission.program is not None
    color = "green" if each.is_right else "red"
    failed = "" if judgement.failed_test is None else package.test_names[judgement.failed_test]
    return [
        f"  {escape(each.submission.name.rpartition('/')[2])}",
        title(each.submission.program),
        _words(each.submission.expected),
        f"[{color}]{judgement.verdict}[/]",
        f"{judgement.slowest_s:.2f} s",
        escape(failed),
        f"[{color}]{'ok' if each.is_right else 'no'}[/]",
    ]


def _words(expected: frozenset[Verdict]) -> str:
    if expected == labels.REJECTED:
        return "not AC"
    return "any" if expected == labels.JUDGED else " ".join(each for each in Verdict if each in expected)


def _why(each: Checked, found: JuryCheck) -> str:
    judgement = each.judgement
    assert judgement is not None
    at = "" if judgement.failed_test is None else f" at {found.package.test_names[judgement.failed_test]}"
    detail = f": {judgement.detail}" if judgement.detail else ""
    return f"expected {_words(each.submission.expected)}, got {judgement.verdict}{at}{detail}"
