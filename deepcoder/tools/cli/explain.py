"""`deepcoder explain`: judge a recorded program again, and show why it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from deepcoder.datasets import file_rows
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.judge import judge_and_print
from deepcoder.tools.cli.options import Image, Languages, Problems, Sandbox, UserError, one_problem
from deepcoder.tools.console import out
from deepcoder.tools.explain import CODE_LINES, excerpt
from deepcoder.tools.records import Record
from deepcoder.verdicts import Submission


def explain(
    records: Annotated[Path, typer.Argument(help="JSONL of judgements, from `grade` or from a training run.")],
    problems: Problems,
    line: Annotated[
        int | None, typer.Option(min=1, help="The line to explain; default: the first program that is not AC.")
    ] = None,
    sandbox: Sandbox = AUTO,
    image: Image = SandboxConfig.image,
    languages: Languages = None,
) -> None:
    """Judge a recorded program again and show why it fails; exit code 1 if the verdict is not the recorded one."""
    number, record = _record_at(records, line)
    problem = one_problem(record.load_problems(problems), record.problem_id)
    then = record.judgement
    if then.total != len(problem.tests):
        where = f"{records}, line {number}"
        raise UserError(f"{where}: judged with {then.total} tests, and the problem has {len(problem.tests)}")
    out.print(f"[bold]{escape(record.problem_id)}[/], line {number} of {escape(str(records))}", highlight=False)
    if record.program is not None:
        if record.program.files:
            others = ", ".join(name for name, _ in record.program.files)
            out.print(f"{record.program.entry_file}, beside {others}:", markup=False, highlight=False)
        out.print(excerpt(record.program.source, lines=CODE_LINES))
    now = judge_and_print(Submission(problem, record.program), sandbox, image, then.failed_test)
    if now.verdict is not then.verdict:
        out.print(f"[bold yellow]The record says {then.verdict}[/], not {now.verdict}.", highlight=False)
    raise typer.Exit(now.verdict is not then.verdict)


def _record_at(path: Path, line: int | None) -> tuple[int, Record]:
    """Return the record to explain and the number of its line, from 1.

    Raises:
        UserError: There is no such record, or its line cannot be read.
    """
    if line is not None:
        for number, (where, row) in enumerate(file_rows(path), start=1):
            if number == line:
                return number, _record(where, row)
        raise UserError(f"{path} has no line {line}")
    is_empty = True
    for number, (where, row) in enumerate(file_rows(path), start=1):
        is_empty = False
        record = _record(where, row)
        if record.fails:
            return number, record
    why = "has no records" if is_empty else "has no record of a program that fails: choose one with --line"
    raise UserError(f"{path} {why}")


def _record(where: str, row: object) -> Record:
    try:
        return Record.from_row(row)
    except ValueError as error:
        raise UserError(f"{where}: not a record of `grade` or of training: {error}") from None
