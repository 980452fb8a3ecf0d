"""`deepcoder image`: build the image that Docker sandboxes are started from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import deepcoder
from deepcoder.wire.languages import LANGUAGES, PYTHON

RECIPE = Path(deepcoder.__file__).parent / "sandbox_images" / "build.sh"

commands = typer.Typer(no_args_is_help=True, help="Build the image of Docker sandboxes.")


@commands.command()
def build(
    languages: Annotated[str, typer.Option(help=f"all, or some of {','.join(LANGUAGES)}.")] = PYTHON.name,
    base: Annotated[
        str,
        typer.Option(
            help="The image to build on: with glibc and python3, and for other languages of Debian or Ubuntu.",
            show_default="python:3.11-slim, or where no registry gives it one made from Debian packages",
        ),
    ] = "",
    tag: Annotated[
        str,
        typer.Option(
            help="The tag of the image made.",
            show_default="deepcoder-sandbox:py311, or for all languages deepcoder-sandbox:all",
        ),
    ] = "",
) -> None:
    """Build the sandbox image with the compilers and interpreters of some languages, where it is not up to date."""
    settings = {"LANGUAGES": languages, "BASE": base, "IMAGE": tag, "PYTHON": sys.executable}
    raise typer.Exit(subprocess.run(["bash", RECIPE], env={**os.environ, **settings}, check=False).returncode)
