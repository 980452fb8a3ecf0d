"""`deepcoder export`: write problems for other frameworks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from deepcoder.datasets import load_problems
from deepcoder.integrations import harbor as tasks
from deepcoder.tools.cli.options import UserError, user_errors
from deepcoder.tools.console import counted, out

commands = typer.Typer(no_args_is_help=True, help="Write problems for other frameworks.")


@commands.command()
def harbor(
    data: Annotated[str, typer.Argument(help="Problems, as for `grade --problems`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder that gets a folder for each problem.")],
    url: Annotated[str, typer.Option(help="The service that knows these problems, as containers reach it.")],
    image: Annotated[str, typer.Option(help="What agents work in; it has python3.")] = "python:3.11-slim",
) -> None:
    """Write a task of Harbor for each problem. Its verifier asks `deepcoder serve --data DATA`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"--url must begin with http:// or https://, not {url!r}")
    if parts.username or parts.password:
        raise UserError("--url would write the token into the tasks: set DEEPCODER_TOKEN where Harbor runs")
    with user_errors():
        count = tasks.write(load_problems(data), output, url, image)
    out.print(f"{counted(count, 'task')} in {output}", markup=False, highlight=False, soft_wrap=True)
