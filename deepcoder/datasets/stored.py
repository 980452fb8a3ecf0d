"""The prepared form: our own rows in a parquet file that `deepcoder data prepare` writes, whose tests stay on the disk.

Row groups are small, so that reading one problem's tests reads little else, and columns tell the length of each test
without reading the test. The footer has a digest of the rows, which shows whether the file is still the one that was
loaded.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.formats import canonical
from deepcoder.problems import Limits, Problem, StoredTests, TestCase, longest

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData, ParquetFile

GROUP_BYTES = 4 << 20  # characters of tests in a row group; a single problem may have more
GROUP_ROWS = 1000
_DIGEST = b"deepcoder.prepared"
_LENGTHS = ("tests_inputs", "tests_outputs")
_CODE = -1  # stands for the length of the output of test code


@dataclass(frozen=True)
class ParquetTests(StoredTests):
    """The tests of one row of a prepared file. A pickle holds the path only: a process that reads it needs the file.

    Raises:
        DataError: When read: the file is gone, or is not the one that was loaded.
    """

    path: str
    digest: str
    group: int
    row: int  # its number in the group
    inputs: tuple[int, ...]  # the length of each test's input, in characters
    outputs: tuple[int, ...]  # the length of each test's output, or _CODE
    kept: tuple[int, ...] | None = None  # numbers of the row's tests that are used; None means all
    size: int = field(init=False)
    code_tests: int = field(init=False)

    def __post_init__(self) -> None:
        code_tests = self.outputs.count(_CODE)
        object.__setattr__(self, "code_tests", code_tests)
        object.__setattr__(self, "size", sum(self.inputs) + sum(self.outputs) - _CODE * code_tests)

    def __len__(self) -> int:
        return len(self.inputs)

    def __iter__(self) -> Iterator[TestCase]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> TestCase: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TestCase]: ...
    def __getitem__(self, index: int | slice) -> TestCase | Sequence[TestCase]:
        return self._read()[index]

    def longest(self, count: int) -> StoredTests:
        at = longest(self.inputs, count)
        kept = self.kept or range(len(self))
        inputs, outputs, which = (tuple(each[i] for i in at) for each in (self.inputs, self.outputs, kept))
        return dataclasses.replace(self, inputs=inputs, outputs=outputs, kept=which)

    def _read(self) -> list[TestCase]:
        import pyarrow.compute

        with _opened(self.path, self.digest) as file:
            column = file.read_row_group(self.group, columns=["tests"]).column("tests")
        tests = pyarrow.compute.list_flatten(column.slice(self.row, 1)).combine_chunks()
        if self.kept is not None:
            tests = tests.take(pyarrow.array(self.kept))
        return [_test(given) for given in tests.to_pylist()]


def _test(given: dict[str, Any]) -> TestCase:
    own, flags = given["checker"] or "", tuple(given.get("checker_flags") or ())  # older files have no flags
    if given["code"] is not None:
        return TestCase(given["code"], "", own, is_code=True)
    return TestCase(given["input"], given["output"], own, checker_flags=flags)


def _opened(path: str, digest: str) -> ParquetFile:
    import pyarrow.parquet

    try:
        status = Path(path).stat()
        metadata = _footer(path, status.st_mtime_ns, status.st_size)
        file = pyarrow.parquet.ParquetFile(path, metadata=metadata, pre_buffer=False)
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"{path} had the tests, and cannot be read any more: {error}") from None
    if (metadata.metadata or {}).get(_DIGEST) != digest.encode():
        file.close()
        raise DataError(f"{path} has changed since its problems were loaded: load them again")
    return file


@lru_cache(maxsize=4)
def _footer(path: str, modified_ns: int, size: int) -> FileMetaData:
    import pyarrow.parquet

    return pyarrow.parquet.read_metadata(path)


def is_prepared(file: ParquetFile) -> bool:
    """Return whether the file is in the prepared form."""
    return _DIGEST in (file.metadata.metadata or {}) and {"tests", *_LENGTHS} <= set(file.schema_arrow.names)


def rows(path: Path, file: ParquetFile) -> Iterator[dict[str, Any]]:
    """Yield the rows of a prepared file; their tests stay on the disk."""
    digest = file.metadata.metadata[_DIGEST].decode()
    columns = [name for name in file.schema_arrow.names if name != "tests"]
    for group in range(file.num_row_groups):
        for number, row in enumerate(file.read_row_group(group, columns=columns).to_pylist()):
            lengths = (tuple(row.pop(name)) for name in _LENGTHS)
            yield {**row, "tests": ParquetTests(str(path.resolve()), digest, group, number, *lengths)}


class Writer:
    """Writes problems to a prepared file; use as a context manager."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet

        text = pyarrow.large_string()
        test = pyarrow.struct(
            [
                *((name, text) for name in ("input", "output", "code", "checker")),
                ("checker_flags", pyarrow.list_(pyarrow.string())),
            ]
        )
        message = pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())])
        number = {int: pyarrow.int64(), float: pyarrow.float64()}
        limits = [(field.name, number[type(field.default)]) for field in dataclasses.fields(Limits)]
        short = (
            "mode",
            "entry_point",
            "preamble",
            "checker",
            "special_checker",
            "interactor",
            "source",
            "limits_for",
            "reference_language",
        )
        self._schema = pyarrow.schema(
            [
                *((name, pyarrow.string()) for name in ("problem_id", *short, "code_prompt", "reference")),
                ("limits", pyarrow.struct(limits)),
                ("languages", pyarrow.list_(pyarrow.string())),
                ("validation_passes", pyarrow.int64()),
                ("prompt", pyarrow.list_(message)),
                *((name, pyarrow.list_(pyarrow.int64())) for name in _LENGTHS),
                ("tests", pyarrow.large_list(test)),
            ]
        )
        self._file = pyarrow.parquet.ParquetWriter(
            path, self._schema, compression="zstd", use_dictionary=list(short), write_statistics=False
        )
        self._buffered: list[dict[str, Any]] = []
        self._buffered_bytes = 0
        self._digest = hashlib.blake2b(digest_size=16)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """Write the buffered rows, and the digest that makes the file a prepared one, unless something went wrong."""
        try:
            if error is None:
                self._flush()
                self._file.add_key_value_metadata({_DIGEST: self._digest.hexdigest()})
        finally:
            self._file.close()

    def write(self, problem: Problem, default: Limits | None = None) -> None:
        """Add a problem. Its limits are left out where they are the object `default`.

        Raises:
            ValueError: The file cannot hold the problem.
        """
        row = canonical.head(problem, default)
        for name in ("special_checker", "interactor"):  # a column has one type
            if isinstance(row.get(name), dict):
                row[name] = json.dumps(row[name], ensure_ascii=False)
        # Also the usual checker: to find out which one is usual, a reader of the file would have to read all tests.
        row["checker"] = problem.checker
        if any(set(message) != {"role", "content"} for message in problem.prompt):
            raise ValueError("a message of the prompt has other fields than role and content")
        tests = tuple(problem.tests)
        row["tests"] = [_row_of_test(test) for test in tests]
        try:
            for part in (row | {"tests": None}, *row["tests"]):
                self._digest.update(json.dumps(part, ensure_ascii=False).encode())
        except UnicodeEncodeError:
            raise ValueError("a text has half of a surrogate pair, which no UTF-8 file can hold") from None
        lengths = [(len(test.input), _CODE if test.is_code else len(test.output)) for test in tests]
        self._buffered.append({**row, **dict(zip(_LENGTHS, zip(*lengths, strict=True), strict=True))})
        self._buffered_bytes += problem.size
        if self._buffered_bytes >= GROUP_BYTES or len(self._buffered) >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        if self._buffered:
            self._file.write_table(pyarrow.Table.from_pylist(self._buffered, schema=self._schema))
        self._buffered, self._buffered_bytes = [], 0


def _row_of_test(test: TestCase) -> dict[str, Any]:
    own: dict[str, Any] = {"checker": test.checker or None, "checker_flags": list(test.checker_flags) or None}
    if test.is_code:
        return {"code": test.input, **own}
    return {"input": test.input, "output": test.output, **own}
