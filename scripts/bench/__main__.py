"""`python -m scripts.bench`: measure, print one table, and write `bench.json` and the plots.

A bound that does not hold is reported and is no error. A part that fails is an error, after the others have run.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler

from deepcoder.tools.console import err, out
from scripts.bench import machine, report
from scripts.bench.figures import Figure

log = logging.getLogger("deepcoder.bench")

WIDTH = 180  # characters of the table where the output is no terminal

# The parts: modules that each have `figures(sandbox, rounds)`.
PARTS = (
    *("start", "backends", "grade", "runner", "languages", "checkers", "breakdown", "batch", "makespan"),
    *("flips", "limits", "replay", "dispatch", "serve", "data", "overlap", "overlap_async"),
)


def measure(part: str) -> Callable[[str, int], Iterator[Figure]]:
    """Import a part and return its `figures`. Parts are imported late: what one part needs would slow others."""
    figures: Callable[[str, int], Iterator[Figure]] = importlib.import_module(f"scripts.bench.{part}").figures
    return figures


def main(
    sandbox: Annotated[str, typer.Option(help="docker or process.")] = "docker",
    rounds: Annotated[int, typer.Option(min=1, help="Each figure is the median of this many rounds.")] = 5,
    part: Annotated[list[str] | None, typer.Option(help=f"A part to measure; default: {', '.join(PARTS)}.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("runs/bench"),
) -> None:
    """Measure what judging costs, each figure beside the least that it could cost."""
    chosen = part or PARTS
    if unknown := set(chosen) - set(PARTS):
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}")
    output.mkdir(parents=True, exist_ok=True)
    about = {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "scripts.bench", *sys.argv[1:]]),
        "sandbox": sandbox,
        "rounds": rounds,
        "machine": machine.facts(sandbox),
    }
    figures: list[Figure] = []
    failed = []
    for name in chosen:
        began = time.monotonic()
        try:
            figures.extend(dataclasses.replace(each, part=name) for each in measure(name)(sandbox, rounds))
        except Exception:
            log.exception("the part %s failed", name)
            failed.append(name)
        log.info("%s took %.0f s", name, time.monotonic() - began)
        report.write(output / "bench.json", figures, about)
    report.draw(output, figures)
    (out if out.is_terminal else Console(width=WIDTH)).print(report.table(figures))
    out.print(f"bench.json and the plots are in {output}", soft_wrap=True)
    raise typer.Exit(bool(failed))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[RichHandler(console=err)])
    log.setLevel(logging.INFO)
    typer.run(main)
