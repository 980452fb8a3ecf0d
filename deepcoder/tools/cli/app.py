"""The table of commands, and `main`, which runs one of them.

Bad input, and a machine or cluster that cannot do what was asked, end in one sentence on stderr and exit code 2.
"""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from typing import Annotated

import typer
from rich.logging import RichHandler

from deepcoder.datasets import DataError
from deepcoder.remote import Refused
from deepcoder.sandbox import SandboxError
from deepcoder.tools.cli import data, export, image
from deepcoder.tools.cli.doctor import doctor
from deepcoder.tools.cli.explain import explain
from deepcoder.tools.cli.grade import grade
from deepcoder.tools.cli.judge import judge
from deepcoder.tools.cli.options import UserError
from deepcoder.tools.cli.passrate import passrate
from deepcoder.tools.cli.redteam import redteam
from deepcoder.tools.cli.report import report
from deepcoder.tools.cli.serve import serve
from deepcoder.tools.cli.status import status
from deepcoder.tools.cli.watch import watch
from deepcoder.tools.console import err, out

log = logging.getLogger(__name__)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
for command in (
    judge,
    explain,
    grade,
    passrate,
    report,
    watch,
    doctor,
    redteam,
    status,
    serve,
):  # `--help` lists the commands in this order
    app.command()(command)
app.add_typer(data.commands, name="data")
app.add_typer(export.commands, name="export")
app.add_typer(image.commands, name="image")


def print_version(given: bool) -> None:
    """Print the version where it was asked for, and end."""
    if given:
        out.print(f"deepcoder {importlib.metadata.version('deepcoder')}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Judge programs of code models in sandboxes, and check the problems that they are judged on."""


def main() -> None:
    """Run the command line."""
    handler = RichHandler(console=err, show_path=False, show_time=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    try:
        app()
    except (UserError, DataError, Refused, SandboxError, OSError) as error:
        log.debug("the command ends", exc_info=True)  # an OSError may be a fault of ours
        err.print(f"deepcoder: {_sentence(error)}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


def _sentence(error: Exception) -> str:
    """Return what went wrong; of an error of the system, without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error)
