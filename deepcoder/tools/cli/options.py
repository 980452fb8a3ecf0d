"""The options that several commands take, and what an option that cannot be used raises."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deepcoder import own_languages
from deepcoder.datasets import DataError
from deepcoder.pool import SandboxPool, base
from deepcoder.problems import Limits, Problem
from deepcoder.sandbox import BACKENDS, KINDS, SandboxConfig
from deepcoder.verdicts import Submission
from deepcoder.wire.languages import add


class UserError(Exception):
    """Something that the user gave cannot be used; the message says what and why."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise a UserError where the block raises a ValueError or an OSError for what the user gave."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise UserError(str(error)) from None


DEFAULT_TIME_LIMIT_S = Limits().cpu_s


def time_limit_s(given: float | None) -> float | None:
    """Return the value of `--time-limit`.

    Raises:
        DataError: The value can be no limit. `inf` is a number too, so typer lets it through.
    """
    try:
        Limits(cpu_s=1.0 if given is None else given)
    except ValueError as error:
        raise DataError(f"--time-limit {given}: {error}") from None
    return given


def sandbox_kind(given: str) -> str:
    """Return the value of `--sandbox`.

    Raises:
        typer.BadParameter: No backend has this name.
    """
    if given not in KINDS:
        raise typer.BadParameter(f"{given!r} is not one of {', '.join(KINDS)}")
    return given


AUTOMATIC = ", ".join(each.name for each in BACKENDS.values() if each.is_automatic)
BY_NAME = " and ".join(each.name for each in BACKENDS.values() if not each.is_automatic)
Sandbox = Annotated[
    str,
    typer.Option(
        callback=sandbox_kind,
        metavar="|".join(KINDS),
        help=f"auto: the first of {AUTOMATIC} that can start here; {BY_NAME} by name only.",
    ),
]


def own_rows(path: Path | None) -> Path | None:
    """Add the rows of `--languages` to the table of languages.

    Raises:
        UserError: The file has none.
    """
    if path is not None:
        with user_errors():
            add(own_languages.read(path))
    return path


Languages = Annotated[
    Path | None,
    typer.Option(
        callback=own_rows, is_eager=True, help="TOML: languages of your own (docs/languages.md).", show_default=False
    ),
]
Image = Annotated[str, typer.Option(help="Docker: the image, for other languages such as deepcoder-sandbox:all.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Number of sandboxes; default: one per CPU of the cluster.")]
Resource = Annotated[
    str,
    typer.Option(
        help="Name of a custom Ray resource: each sandbox takes one of it in place of a CPU.", show_default=False
    ),
]
TimeLimit = Annotated[
    float,
    typer.Option(
        min=0.01, callback=time_limit_s, help="CPU seconds per test, for problems without a limit of their own."
    ),
]
Pool = Annotated[
    str,
    typer.Option(
        help="Use the sandboxes of the running pool of this name.",
        show_default=False,
    ),
]
Problems = Annotated[str, typer.Option(help="A file of problems, packages, a data set of the Hub, or deepcoder_small.")]
Checker = Annotated[
    str, typer.Option(help="Use this checker instead of those that the problems name.", show_default=False)
]
Quarantine = Annotated[Path | None, typer.Option(help="Leave out the problems in this list, which `doctor -o` wrote.")]
Times = Annotated[
    Path | None, typer.Option(help="Calibrate the time limits with this file, which `doctor --times` wrote.")
]
MaxTests = Annotated[
    int | None, typer.Option(min=1, help="Judge on this many tests of each problem: those with the longest inputs.")
]


def one_problem(problems: list[Problem], problem_id: str | None) -> Problem:
    """Return the problem with this id, or the only problem where no id is given, with its tests in memory.

    Raises:
        UserError: There is no such problem, or more than one.
    """
    matching = [problem for problem in problems if problem_id in (None, problem.problem_id)]
    if not matching:
        raise UserError(f"no problem has the problem_id {problem_id!r}")
    if len(matching) > 1:
        example = matching[0].problem_id
        raise UserError(f"there are {len(matching)} problems: choose one with --problem-id, such as {example}")
    return matching[0].loaded()


def check_submissions(pool: base.Pool, submissions: Iterable[Submission]) -> None:
    """Check before anything is judged that the pool has the memory and the languages for these submissions.

    Raises:
        UserError: It has not.
    """
    with user_errors():
        pool.check(list(submissions))


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | str | None], suffix: str = "") -> None:
    """Check before the work that the files of a command can be written, and overwrite none of its other files.

    `inputs` may hold names that are no files. `suffix`: with which the outputs must end; empty for any.

    Raises:
        UserError: One cannot, or would.
    """
    taken = {os.path.realpath(each): "is read" for each in inputs if each}
    for path in filter(None, outputs):
        if suffix not in ("", path.suffix):
            raise UserError(f"{path} must end with {suffix}")
        if not path.parent.is_dir():
            raise UserError(f"the folder {path.parent} does not exist")
        if path.is_dir():
            raise UserError(f"{path} is a folder, and no file to write")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise UserError(f"{path} cannot be written: permission denied")
        if why := taken.get(os.path.realpath(path)):
            raise UserError(f"{path} {why} by this command too: name another output")
        taken[os.path.realpath(path)] = "is written"


def check_problems(pool: base.Pool, problems: list[Problem]) -> None:
    """Check before completions are sampled that the pool can judge any program that the problems allow.

    Raises:
        UserError: It cannot.
    """
    with user_errors():
        pool.check_problems(problems)
        pool.check([Submission(each, None) for each in problems])  # for the languages of checkers and interactors


def pool_for(
    problems: list[Problem],
    kind: str,
    image: str,
    workers: int | None,
    resource: str = "",
    running: str = "",
    least_bytes: int = 0,
) -> SandboxPool:
    """Return a pool for these problems, to be entered with `with`. `running` names a pool to attach to instead.

    `least_bytes`: the memory limit that its sandboxes allow at least.
    """
    if running:
        return SandboxPool.attach(running)
    memory_bytes = max([least_bytes, *(problem.limits.memory_bytes for problem in problems)])
    config = SandboxConfig(kind, image, memory_bytes)
    return SandboxPool(workers, config, resource=resource)
