"""The consoles that the command line writes to, and its progress bar.

Runs: wherever a person types.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

out = Console()
err = Console(stderr=True)


def counted(number: int, what: str) -> str:
    """Return a number with the word for what it counts, which has an `s` in the plural."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, and yield the function that advances the bar by a number."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        row = bar.add_task(what, total=total)
        yield lambda done: bar.advance(row, done)
