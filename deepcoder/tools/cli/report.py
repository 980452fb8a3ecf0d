"""`deepcoder report`: write a page about training runs or graded completions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from deepcoder.tools.cli.options import check_outputs
from deepcoder.tools.console import out
from deepcoder.tools.report import graded, page, run


def report(
    sources: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of training runs, or JSONL of `grade`.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The page to write.")] = Path("report.html"),
) -> None:
    """Write one page of HTML about training runs, or about graded completions; it opens offline."""
    check_outputs((output,), sources)
    named = list(zip(sources, names(sources), strict=True))
    files = [(path, name) for path, name in named if path.is_file()]
    folders = [(path, name) for path, name in named if not path.is_file()]
    text = page.html([run.read(*each) for each in folders], [graded.read(*each) for each in files])
    output.write_text(text, encoding="utf-8")
    out.print(f"{output}: {len(text.encode()) / 1000:,.0f} kB", markup=False, highlight=False, soft_wrap=True)


def names(sources: list[Path]) -> list[str]:
    """Return a name for each source: the last part of its path, or all of it where two would share a name."""
    last = [path.resolve().name for path in sources]
    counts = Counter(last)
    return [name if counts[name] == 1 else str(path) for name, path in zip(last, sources, strict=True)]
