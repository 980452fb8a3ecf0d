"""`deepcoder judge`: judge one program against one problem, and show the test that the program fails."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from deepcoder import sandbox as sandboxes
from deepcoder.checkers import checker as known_checker
from deepcoder.datasets.selection import Selection
from deepcoder.judge import judge as judge_submission
from deepcoder.jury import Jury
from deepcoder.problems import Mode
from deepcoder.programs import Program
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.options import (
    DEFAULT_TIME_LIMIT_S,
    Checker,
    Image,
    Languages,
    Problems,
    Sandbox,
    TimeLimit,
    UserError,
    one_problem,
    user_errors,
)
from deepcoder.tools.console import out
from deepcoder.tools.explain import view
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import LANGUAGES, PYTHON, check_functions


def judge(
    program: Annotated[Path, typer.Argument(help="A source file; its suffix says which language it is in.")],
    problem: Problems,
    problem_id: Annotated[str | None, typer.Option(help="The problem to use, where there are several.")] = None,
    sandbox: Sandbox = AUTO,
    time_limit: TimeLimit = DEFAULT_TIME_LIMIT_S,
    checker: Checker = "",
    language: Annotated[
        str, typer.Option(help=f"The language instead: {', '.join(LANGUAGES)}.", show_default=False)
    ] = "",
    image: Image = SandboxConfig.image,
    languages: Languages = None,
) -> None:
    """Judge one program and show the test that it fails; exit code 1 unless the verdict is AC."""
    selection = Selection(time_limit_s=time_limit, checker=checker)
    chosen = one_problem(selection.load(problem), problem_id)
    with user_errors():
        known_checker(checker or chosen.checker, chosen.mode)
    try:
        source = program.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{program} cannot be read as text: {error}") from None
    name = language or language_of_file(program)
    if name not in LANGUAGES:
        raise UserError(f"--language {name}: the languages are {', '.join(LANGUAGES)}")
    if chosen.mode is Mode.FUNCTION:
        with user_errors():
            check_functions(LANGUAGES[name])
    judgement = judge_and_print(Submission(chosen, Program(source, name)), sandbox, image)
    raise typer.Exit(judgement.verdict is not Verdict.AC)


def language_of_file(path: Path) -> str:
    """Return the first language of the table whose programs have the suffix of this file; Python where none has."""
    suffixes = {name: (Path(row.file_name).suffix, *row.also_compiles) for name, row in LANGUAGES.items()}
    return next((name for name, own in suffixes.items() if path.suffix in own), PYTHON.name)


def judge_and_print(submission: Submission, kind: str, image: str, recorded: int | None = None) -> Judgement:
    """Judge the submission in a sandbox of its own, and print the verdict and one test.

    The test is the one that failed. Where none failed, it is number `recorded`, the one that failed earlier.
    """
    config = sandboxes.resolve(SandboxConfig(kind, image, submission.problem.limits.memory_bytes))
    with closing(sandboxes.start(config)) as started, closing(Jury(config)) as jury:
        for missing in submission.languages - started.languages.keys():
            title, has = LANGUAGES[missing].title, ", ".join(started.languages)
            raise UserError(f"this sandbox cannot run {title}; it has {has} (docs/languages.md says how to get others)")
        judgement = judge_submission(submission, started, jury)
        color = "green" if judgement.verdict is Verdict.AC else "red"
        out.print(
            f"[bold {color}]{judgement.verdict}[/]  {judgement.passed} of {judgement.total} tests passed, "
            f"{judgement.cpu_s:.3f} s CPU, {judgement.wall_s:.3f} s",
            highlight=False,
        )
        if judgement.detail:
            out.print(judgement.detail, markup=False, highlight=False)
        if not judgement.isolated:
            out.print("[yellow]not isolated:[/] it ran with nothing between it and this machine", highlight=False)
        for sign in judgement.suspicious:
            out.print(f"[yellow]suspicious:[/] it {sign.value}", highlight=False)
        number = recorded if judgement.failed_test is None else judgement.failed_test
        if submission.program is not None:
            out.print(view(submission, judgement, number, started, config.backend, jury))
    return judgement
