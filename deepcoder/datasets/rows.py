"""Read the rows of JSONL, JSON and parquet files, one after the other. A whole file is never in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from deepcoder.datasets import stored
from deepcoder.datasets.errors import DataError

_CHUNK = 1 << 20
_BATCH_BYTES = 16 << 20

Row = tuple[str, Any]  # the place of the row, for messages, and the row


def file_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, each with its place for messages.

    Raises:
        DataError: The file cannot be read.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_dir():
        raise DataError(f"{path} is a folder: name a file of {', '.join(FILES)}")
    if path.suffix not in FILES:
        raise DataError(f"{path} must be one of {', '.join(FILES)}")
    try:
        yield from FILES[path.suffix].rows(path)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: {error}") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is not JSON: {error}") from None
    except DataError:
        raise
    # pyarrow's errors are ValueErrors and OSErrors; JSON may nest too deeply, or have an int of too many digits.
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None
    except ImportError:
        raise DataError(f"{path}: parquet needs `pip install '.[data]'` in a checkout") from None


def count_rows(path: Path) -> int | None:
    """Return how many rows a file has, where that is quick to say."""
    kind = FILES.get(path.suffix)
    return kind.count(path) if kind else None


def json_lines(name: str, lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of JSONL.

    Raises:
        DataError: A line is not JSON, nests too deeply, or has an int of too many digits.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield f"{name}, line {number}", json.loads(line)
            except json.JSONDecodeError as error:  # whose own text counts lines too, from 1 in each
                raise DataError(f"{name}, line {number}: not JSON: {error.msg} at character {error.colno}") from None
            except (ValueError, RecursionError) as error:  # an int of too many digits raises ValueError, too
                raise DataError(f"{name}, line {number}: not JSON: {error}") from None


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as text:
        yield from json_lines(str(path), text)


def _count_jsonl(path: Path) -> int | None:
    try:
        with path.open("rb") as lines:
            return sum(1 for line in lines if line.strip())
    except OSError:  # `file_rows` says what is wrong
        return None


def _json_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as text:
        yield from ((f"{path}, row {number}", row) for number, row in enumerate(_json_values(text)))


def _json_values(text: TextIO) -> Iterator[Any]:
    """Yield the elements of a JSON array, or values that follow each other as in JSON Lines.

    Raises:
        json.JSONDecodeError: The text is neither.
    """
    buffer = text.read(_CHUNK)
    while buffer.isspace():
        buffer = text.read(_CHUNK)
    in_array = buffer.lstrip().startswith("[")
    at, first, ended = (buffer.index("[") + 1 if in_array else 0), True, False
    while True:
        try:
            parsed = _next_value(buffer, at, in_array, first, ended)
        except json.JSONDecodeError:
            if ended:
                raise
            # The buffer doubles, so that a long row is parsed few times.
            more = text.read(max(_CHUNK, len(buffer) - at))
            buffer, at, ended = buffer[at:] + more, 0, not more
            continue
        if parsed is None:
            return
        value, at = parsed
        first = False
        yield value


def _next_value(buffer: str, at: int, in_array: bool, first: bool, ended: bool) -> tuple[Any, int] | None:
    """Return the next value and where it ends; None after the last value. `ended`: nothing follows the buffer.

    Raises:
        json.JSONDecodeError: There is no value, or the buffer cuts the value short.
    """
    at = _skip_blanks(buffer, at)
    if in_array and buffer.startswith("]", at) and ended:
        if _skip_blanks(buffer, at + 1) < len(buffer):
            raise json.JSONDecodeError("Extra data", buffer, at + 1)
        return None
    if at == len(buffer) and ended and not in_array:
        return None
    if in_array and not first:
        if not buffer.startswith(",", at):
            raise json.JSONDecodeError("Expecting ',' or ']'", buffer, at)
        at = _skip_blanks(buffer, at + 1)
    value, after = json.JSONDecoder().raw_decode(buffer, at)
    if _skip_blanks(buffer, after) == len(buffer) and not ended:  # the value may go on: 12 may become 123
        raise json.JSONDecodeError("cut short", buffer, after)
    return value, after


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _parquet_rows(path: Path) -> Iterator[Row]:
    yield from ((f"{path}, row {number}", row) for number, row in enumerate(_parquet_values(path)))


def _count_parquet(path: Path) -> int | None:
    try:
        import pyarrow.parquet  # of the `data` extra
    except ImportError:  # `file_rows` says what to do
        return None
    try:
        return int(pyarrow.parquet.read_metadata(path).num_rows)
    except (OSError, pyarrow.ArrowException):  # `file_rows` says what is wrong
        return None


def _parquet_values(path: Path) -> Iterator[Any]:
    import pyarrow.parquet  # of the `data` extra

    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=_CHUNK) as file:
            if stored.is_prepared(file):
                yield from stored.rows(path, file)
                return
            groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
            # Some data sets have tens of megabytes in a row.
            row_bytes = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=1)
            for batch in file.iter_batches(batch_size=max(1, min(1000, _BATCH_BYTES // max(1, row_bytes)))):
                yield from batch.to_pylist()
    except pyarrow.ArrowException as error:
        raise DataError(f"{path} is no parquet file that can be read: {error}") from None


@dataclass(frozen=True)
class _FileKind:
    """One kind of file: how to read its rows, and how to count them where that is quick."""

    rows: Callable[[Path], Iterator[Row]]
    count: Callable[[Path], int | None]


FILES = {
    ".jsonl": _FileKind(_jsonl_rows, _count_jsonl),
    ".json": _FileKind(_json_rows, lambda path: None),
    ".parquet": _FileKind(_parquet_rows, _count_parquet),
}
