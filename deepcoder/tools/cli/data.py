"""`deepcoder data`: prepare a data set, or show what one holds."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Group as RichGroup
from rich.markup import escape
from rich.table import Table

from deepcoder.datasets import hub, read_problems
from deepcoder.datasets.errors import DataError, Unusable
from deepcoder.datasets.load import summary
from deepcoder.datasets.prepare import prepare as prepare_source
from deepcoder.datasets.rows import count_rows
from deepcoder.jury_program import PROTOCOLS
from deepcoder.problems import REAL_TOKENS, Limits, Mode, Problem
from deepcoder.tools.cli.options import check_outputs, time_limit_s
from deepcoder.tools.console import counted, out, progress

NAMED = "named"
DECIDING = (NAMED, "function", *PROTOCOLS)

commands = typer.Typer(no_args_is_help=True, help="Prepare a data set, or show what one holds.")

_NAMES = ", ".join(hub.NAMES)
Source = Annotated[
    str,
    typer.Argument(
        help="A .jsonl, .json or .parquet file; a folder or zip of problem packages; a data set of the Hub as "
        f"owner/name, with :config and @split where needed; or one of {_NAMES}."
    ),
]
Split = Annotated[str | None, typer.Option(help="The split of a data set of the Hub to read.")]
Rows = Annotated[int | None, typer.Option("--limit", min=1, help="Read only this many rows.")]


@commands.command()
def prepare(
    source: Source,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The file to write: .parquet, or .jsonl to read and edit.")
    ],
    split: Split = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            callback=time_limit_s,
            help="CPU seconds per test for problems without a limit of their own; default: chosen when judging.",
        ),
    ] = None,
    limit: Rows = None,
    prefix: Annotated[
        str,
        typer.Option(
            help="Put this text in front of every problem_id, to keep several data sets apart.", show_default=False
        ),
    ] = "",
    rejected: Annotated[
        Path | None,
        typer.Option(help="The file that lists the rows that cannot be used; default: OUTPUT.rejected.jsonl."),
    ] = None,
) -> None:
    """Write a data set in our own format; in parquet its tests stay on the disk until they are judged."""
    limits = None if time_limit is None else Limits(cpu_s=time_limit)
    listed = rejected or output.with_name(output.name + ".rejected.jsonl")
    check_outputs((output, listed), (source,))
    with progress(f"preparing {output.name}", _total(source, limit)) as tick:
        written = prepare_source(source, output, split, limits, limit, prefix, lambda: tick(1))
    what = f"{counted(written.problems, 'problem')} with {counted(written.tests, 'test')} of {_bytes(written.size)}"
    text = f"{what} in {output} ({_bytes(output.stat().st_size)})"
    out.print(text, markup=False, highlight=False, soft_wrap=True)
    if rejected is None:
        listed.unlink(missing_ok=True)  # an earlier run may have left it
    if written.unusable:
        listed.write_text("".join(json.dumps(asdict(each)) + "\n" for each in written.unusable), encoding="utf-8")
        total = written.problems + len(written.unusable)
        _say_unusable(written.unusable, total, f", listed in {listed}")


@commands.command()
def show(source: Source, split: Split = None, limit: Rows = None) -> None:
    """Count problems, and number and size of their tests, by source and mode."""
    groups: dict[tuple[str, Mode], _Group] = defaultdict(_Group)
    unusable: list[Unusable] = []
    with progress("reading", _total(source, limit)) as tick:
        for number, each in enumerate(read_problems(source, split), start=1):
            if isinstance(each, Problem):
                groups[each.source, each.mode].add(each)
            else:
                unusable.append(each)
            tick(1)
            if number == limit:
                break
    if not groups:
        raise DataError(f"{source} has no row that can be used: {summary(unusable)}")
    out.print(_tables(groups))
    if unusable:
        _say_unusable(unusable, sum(len(each.tests) for each in groups.values()) + len(unusable), "")


@dataclass
class _Group:
    """The counts of the problems of one source and mode."""

    tests: list[int] = field(default_factory=list)  # number of tests of each problem
    sizes: list[int] = field(default_factory=list)  # size of the tests of each problem
    references: int = 0
    tokens: int = 0
    reals: int = 0
    values: int = 0
    checkers: int = 0
    limits: int = 0
    codes: int = 0
    deciding: Counter[str] = field(default_factory=Counter)

    def add(self, problem: Problem) -> None:
        self.tests.append(len(problem.tests))
        self.sizes.append(problem.size)
        self.references += problem.reference is not None
        decides = _deciding(problem)
        self.deciding[decides] += 1
        checker = problem.checker if decides == NAMED else decides
        self.tokens += checker == "tokens"
        self.reals += checker == REAL_TOKENS
        self.values += checker == "value"
        self.checkers += checker not in ("tokens", REAL_TOKENS, "value")
        self.limits += problem.limits != Limits()
        self.codes += problem.code_tests > 0


def _deciding(problem: Problem) -> str:
    """Return the kind of what decides about a program: one of DECIDING."""
    if problem.deciding:
        return problem.deciding.protocol
    return "function" if problem.special_checker else NAMED


def _tables(groups: dict[tuple[str, Mode], _Group]) -> RichGroup:
    """Return five tables, because one table with all columns is wider than 80 characters."""
    rows = [((source or "-", mode.value), each) for (source, mode), each in sorted(groups.items())]
    if len(rows) > 1:
        rows.append((("all", ""), _sum(groups.values())))
    number = _table("tests of a problem", ("min", "median", "max", "in all"))
    size = _table("size of a problem's tests", ("min", "median", "max", "in all"))
    has = _table("problems that have", ("reference", "checker", "limits", "code"))
    deciding = _table("problems by what decides", DECIDING)
    checker = _table("problems by their checker", ("tokens", REAL_TOKENS, "value", "other"))
    for (source, mode), each in rows:
        start = (escape(source), mode, f"{len(each.tests):,}")
        number.add_row(*start, *(f"{figure:,.0f}" for figure in _spread(each.tests)))
        size.add_row(*start, *(_bytes(figure) for figure in _spread(each.sizes)))
        has.add_row(*start, *(f"{figure:,}" for figure in (each.references, each.checkers, each.limits, each.codes)))
        deciding.add_row(*start, *(f"{each.deciding[kind]:,}" for kind in DECIDING))
        checker.add_row(*start, *(f"{figure:,}" for figure in (each.tokens, each.reals, each.values, each.checkers)))
    return RichGroup(number, size, has, deciding, checker)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("source", min_width=12, overflow="fold")
    table.add_column("mode", no_wrap=True)
    for name in ("problems", *columns):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _sum(groups: Iterable[_Group]) -> _Group:
    total = _Group()
    for each in groups:
        for name in vars(total):
            setattr(total, name, getattr(total, name) + getattr(each, name))
    return total


def _spread(numbers: list[int]) -> tuple[float, float, float, float]:
    return min(numbers), median(numbers), max(numbers), sum(numbers)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _say_unusable(unusable: list[Unusable], total: int, where: str) -> None:
    text = f"{len(unusable):,} of {total:,} rows cannot be used{where}: {summary(unusable)}"
    out.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _total(source: str, limit: int | None) -> int | None:
    """Return how many rows will be read, where that is known beforehand."""
    rows = count_rows(Path(source)) if Path(source).is_file() else None
    return limit if rows is None else min(rows, limit or rows)
