"""Tests as one block."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepcoder.pool.packed import PackedTests
from deepcoder.pool.store import problem_key
from deepcoder.problems import Mode, Problem, TestCase

texts = st.text(st.characters(), max_size=20)
cases = st.builds(TestCase, texts, texts, st.sampled_from(["", "tokens"]), st.booleans())


@given(st.lists(cases, max_size=6))
def test_packed_tests_are_the_same_tests(tests: list[TestCase]) -> None:
    packed = PackedTests.of(tests)
    assert list(packed) == tests
    assert [packed[number] for number in range(-len(tests), len(tests))] == tests * 2
    assert list(packed[1:3]) == tests[1:3]
    assert packed.code_tests == sum(test.is_code for test in tests)
    assert packed.size == sum(len(test.input) + len(test.output) for test in tests)
    for protocol in (2, 5):
        assert list(pickle.loads(pickle.dumps(packed, protocol))) == tests


@given(st.lists(cases, max_size=4), st.lists(cases, max_size=4))
def test_digests_are_equal_for_equal_tests_only(one: list[TestCase], other: list[TestCase]) -> None:
    assert (PackedTests.of(one).digest() == PackedTests.of(other).digest()) == (one == other)


def test_texts_cut_otherwise_have_another_digest() -> None:
    assert PackedTests.of([TestCase("ab", "c")]).digest() != PackedTests.of([TestCase("a", "bc")]).digest()


def test_no_such_test_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        PackedTests.of([TestCase("", "")])[1]


def test_the_longest_keep_their_own_order() -> None:
    packed = PackedTests.of([TestCase(text, "") for text in ("aaa", "a", "aaaa", "aa")])
    assert packed.longest_first() == [2, 0, 3, 1]
    assert [test.input for test in packed.longest(2)] == ["aaa", "aaaa"]


def test_unpickled_out_of_band_it_copies_nothing() -> None:
    packed, buffers = PackedTests.of([TestCase("x" * 1000, "y")]), list[pickle.PickleBuffer]()
    text = pickle.dumps(packed, 5, buffer_callback=buffers.append)
    assert len(text) < 1000
    assert len(buffers) == 1
    again = pickle.loads(text, buffers=buffers)
    assert again[0] == packed[0]


def test_a_slice_of_nothing_is_empty() -> None:
    assert list(PackedTests.of([])) == []


def test_a_problem_has_one_key_wherever_it_was_read() -> None:
    tests = (TestCase("1", "2"),)
    here = Problem("here", Mode.STDIN, tests, where="here", source="here")
    there = Problem("there", Mode.STDIN, tests, where="there", source="there", languages=("cpp",))
    other = Problem("here", Mode.STDIN, tests, checker="exact")
    packed = PackedTests.of(tests)
    assert problem_key(here, packed) == problem_key(there, packed) != problem_key(other, packed)
