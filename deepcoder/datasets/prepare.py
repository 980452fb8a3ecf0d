"""Write any source in our own format: parquet whose tests stay on the disk, or JSONL to read and edit."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from deepcoder.datasets import stored
from deepcoder.datasets.errors import DataError, Unusable
from deepcoder.datasets.formats import canonical
from deepcoder.datasets.load import read_problems
from deepcoder.problems import Limits, Problem


@dataclass(frozen=True)
class Prepared:
    """Count what was written, and name the rows that were not."""

    problems: int
    tests: int
    size: int  # characters of the tests
    unusable: list[Unusable]


class _Writer(Protocol):
    def write(self, problem: Problem, default: Limits | None) -> None: ...


def prepare(
    source: str,
    output: Path,
    split: str | None = None,
    limits: Limits | None = None,
    rows: int | None = None,
    prefix: str = "",
    tick: Callable[[], None] = lambda: None,
) -> Prepared:
    """Write the problems of a source to `output`, all of it or nothing; one problem at a time is in memory.

    Args:
        source: As for `load_problems`.
        output: A path that ends with .parquet or .jsonl.
        split: As for `load_problems`.
        limits: For the problems that have none of their own; None leaves them to whoever loads the file.
        rows: Read only so many; None for all.
        prefix: As for `load_problems`.
        tick: Called after each row.

    Raises:
        DataError: As `load_problems`; or `output` cannot be written.
    """
    if output.suffix not in _WRITERS:
        raise DataError(f"{output} must end with {' or '.join(_WRITERS)}")
    default = limits or Limits()
    draft = output.with_name(output.name + ".part")
    try:
        entries = islice(read_problems(source, split, default), rows)
        with _WRITERS[output.suffix](draft) as writer:
            prepared = _written(entries, writer, prefix, default if limits is None else None, tick)
        if not prepared.problems:
            reason = prepared.unusable[0].reason if prepared.unusable else "it has none"
            raise DataError(f"no row of {source} can be used: {reason}")
        os.replace(draft, output)
    except ImportError:
        raise DataError("parquet needs `pip install '.[data]'` in a checkout") from None
    except OSError as error:
        raise DataError(f"{output} cannot be written: {error}") from None
    finally:
        draft.unlink(missing_ok=True)
    return prepared


def _written(
    entries: Iterable[Problem | Unusable],
    writer: _Writer,
    prefix: str,
    default: Limits | None,
    tick: Callable[[], None],
) -> Prepared:
    """Write the problems, one after the other."""
    problems = tests = size = 0
    unusable: list[Unusable] = []
    for each in entries:
        if isinstance(each, Problem):
            try:
                writer.write(each.prefixed(prefix), default)
                problems, tests, size = problems + 1, tests + len(each.tests), size + each.size
            except ValueError as error:
                unusable.append(Unusable(f"problem {each.problem_id}", str(error)))
        else:
            unusable.append(each)
        tick()
    return Prepared(problems, tests, size, unusable)


class _Lines:
    def __init__(self, path: Path) -> None:
        self._text = path.open("w", encoding="utf-8")

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def write(self, problem: Problem, default: Limits | None) -> None:
        self._text.write(json.dumps(canonical.row_from_problem(problem, default)) + "\n")


_WRITERS: dict[str, Callable[[Path], AbstractContextManager[_Writer]]] = {".parquet": stored.Writer, ".jsonl": _Lines}
