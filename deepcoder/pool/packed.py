"""Tests as one block of bytes, which the processes of a node read in the object store without a copy.

Runs: packed on the GPU node, read by workers.
"""

from __future__ import annotations

import hashlib
import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from deepcoder.problems import StoredTests, TestCase


class PackedTests(StoredTests):
    """The tests of a problem. Each access makes a new TestCase."""

    def __init__(
        self,
        block: Any,
        ends: array[int],
        checkers: dict[int, tuple[str, tuple[str, ...]]],
        code: frozenset[int],
        size: int,
    ) -> None:
        self._block = memoryview(block)  # input, output, input, ... as UTF-8
        self._ends = ends
        self._checkers = checkers  # of the tests that have their own, or flags of their own
        self._code = code
        self.size = size
        self.code_tests = len(code)

    @classmethod
    def of(cls, tests: Iterable[TestCase]) -> PackedTests:
        """Pack these tests."""
        block, ends, checkers, code, size = bytearray(), array("Q"), {}, set(), 0
        for number, test in enumerate(tests):
            for text in (test.input, test.output):
                block += text.encode("utf-8", "surrogatepass")
                ends.append(len(block))
                size += len(text)
            if test.checker or test.checker_flags:
                checkers[number] = test.checker, test.checker_flags
            if test.is_code:
                code.add(number)
        return cls(block, ends, checkers, frozenset(code), size)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # The block is pickled out of band, so that neither pickling nor unpickling copies it.
        block = pickle.PickleBuffer(self._block) if protocol >= 5 else bytes(self._block)
        return PackedTests, (block, self._ends, self._checkers, self._code, self.size)

    def __len__(self) -> int:
        return len(self._ends) // 2

    def __iter__(self) -> Iterator[TestCase]:
        return (self[number] for number in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> TestCase: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TestCase]: ...
    def __getitem__(self, index: int | slice) -> TestCase | Sequence[TestCase]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        number = range(len(self))[index]
        input_text, output_text = (str(self._span(2 * number + part), "utf-8", "surrogatepass") for part in range(2))
        checker, flags = self._checkers.get(number, ("", ()))
        return TestCase(input_text, output_text, checker, number in self._code, flags)

    def _span(self, rank: int) -> memoryview:
        return self._block[self._ends[rank - 1] if rank else 0 : self._ends[rank]]

    def digest(self) -> bytes:
        """Return a digest that is equal for equal tests only."""
        digest = hashlib.blake2b(self._ends.tobytes(), digest_size=16)
        digest.update(repr((sorted(self._checkers.items()), sorted(self._code))).encode())
        digest.update(self._block)
        return digest.digest()

    def longest_first(self) -> list[int]:
        """Return the numbers of the tests, those with the longest inputs first."""
        lengths = [len(self._span(2 * number)) for number in range(len(self))]
        return sorted(range(len(self)), key=lambda number: -lengths[number])

    def longest(self, count: int) -> StoredTests:
        return PackedTests.of(self[number] for number in sorted(self.longest_first()[:count]))
