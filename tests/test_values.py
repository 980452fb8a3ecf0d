"""Function-mode values: what is encodable comes back, and hostile text raises ValueError and nothing else."""

from __future__ import annotations

import contextlib
import enum
import itertools
import json
import math
import time
from array import array
from collections import Counter, OrderedDict, UserList, UserString, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sortedcontainers import SortedDict, SortedList, SortedSet  # type: ignore[import-untyped]

from deepcoder.wire.values import _READ, ListNode, Opaque, TreeNode, decode, encode, list_notation, tree_notation

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(st.characters(min_codepoint=0xDC00, max_codepoint=0xDFFF))  # lone surrogates; JSON joins a pair of them
    | st.binary()
    | st.complex_numbers(allow_nan=False)
    | st.fractions().filter(lambda each: max(each.numerator.bit_length(), each.denominator.bit_length()) <= 4000)
)
long_ints = st.integers(min_value=2**3990, max_value=2**4100)
decimals = st.decimals(allow_nan=False, places=3) | st.sampled_from(
    [Decimal("1.50"), Decimal("-0"), Decimal("1E+1000"), Decimal("1E-1000"), Decimal("-Infinity")]
)
tags = st.sampled_from(["$tuple", "$set", "$dict", "$int", "$float", "$bytes", "$complex", "$frozenset", "$", "$x"])


def nesting(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hashable = st.recursive(
        leaves,
        lambda inner: st.tuples(inner) | st.tuples(inner, inner) | st.frozensets(inner, max_size=4),
        max_leaves=6,
    )
    return st.recursive(
        hashable,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.tuples(inner, inner)
            | st.sets(hashable, max_size=4)
            | st.dictionaries(st.text(), inner, max_size=4)
            | st.dictionaries(tags, inner, max_size=2)
            | st.dictionaries(hashable, inner, max_size=4)
        ),
        max_leaves=12,
    )


plain = nesting(atoms | long_ints) | nesting(atoms | decimals)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(tags, inner, min_size=1, max_size=1)
        | st.dictionaries(st.text(), inner, max_size=2)
    ),
    max_leaves=12,
)


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same types all the way down: 1, 1.0 and True are equal to Python."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    if isinstance(left, set | frozenset):
        return bool(left == right) and Counter(map(shape, left)) == Counter(map(shape, right))
    if isinstance(left, Decimal):
        return str(left) == str(right)
    if isinstance(left, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return bool(left == right)


def shape(value: Any) -> Any:
    return repr([shape(item) for item in value]) if isinstance(value, tuple) else type(value).__name__


@given(plain)
def test_encodable_value_comes_back_with_its_types(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(plain)
def test_encoding_is_ascii_json(value: Any) -> None:
    text = encode(value)

    assert text.isascii()
    json.loads(text, parse_constant=pytest.fail)


@pytest.mark.parametrize("number", [math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1])
def test_float_comes_back_exactly(number: float) -> None:
    assert repr(decode(encode(number))) == repr(number)


def test_nan_comes_back_as_nan() -> None:
    assert math.isnan(decode(encode(math.nan)))


def test_decimal_nan_comes_back_as_nan() -> None:
    assert str(decode(encode(Decimal("NaN")))) == "NaN"


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(Decimal("1e1000000000"), id="a huge exponent"),
        pytest.param(Decimal("1e-1000000000"), id="a huge negative exponent"),
        pytest.param(Decimal("9" * 2_000_000), id="two million digits"),
        pytest.param(Decimal("sNaN"), id="a signaling NaN, which no == takes"),
        pytest.param(Fraction(2**3_000_001 - 1, 2**3_000_000), id="two terms of a million digits"),
    ],
)
def test_number_that_costs_time_to_compare_is_an_object_equal_to_nothing(number: Any) -> None:
    with pytest.raises(TypeError, match="has no encoding"):
        encode(number)
    found = decode(encode([number], objects=True))[0]
    assert isinstance(found, Opaque) and found.class_name == type(number).__name__ and found.truth


def test_whole_fraction_of_any_size_comes_back_as_the_int_that_it_equals() -> None:
    assert decode(encode(Fraction(2**70_000))) == 2**70_000


def test_decimal_beside_a_long_int_is_refused_however_its_tag_is_spelled() -> None:
    for tag in ("$decimal", "\\u0024decimal", "$decim\\u0061l"):
        with pytest.raises(ValueError, match="beside an int"):
            decode(f'[{{"{tag}": "1.5"}}, {{"$int": "0xff"}}]')
    with pytest.raises(TypeError, match="beside an int"):
        encode({2**5000, Decimal("1.5")})
    assert decode('[{"$int": "0xff"}, "\\u0024decimal"]') == [255, "$decimal"]


@pytest.mark.parametrize("bits", [1, 63, 64, 3999, 4000, 4001, 70_000, 1_000_000])
@pytest.mark.parametrize("sign", [1, -1])
def test_integer_of_any_size_comes_back(bits: int, sign: int) -> None:
    number = sign * (2**bits - 1)

    assert decode(encode(number)) == number


class Level(enum.IntEnum):
    LOW = 1


class Pair(NamedTuple):
    a: int
    b: int


class Text(str):
    """A subclass that lies about itself."""

    def __str__(self) -> str:
        return "lie"


class Third(Fraction):
    pass


class Price(Decimal):
    def __str__(self) -> str:
        return f"{float(self)} coins"


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        pytest.param(iter([1, 2]), [1, 2], id="iterator"),
        pytest.param((n for n in (1, 2)), [1, 2], id="generator"),
        pytest.param(range(3), [0, 1, 2], id="range"),
        pytest.param(map(str, [1]), ["1"], id="map"),
        pytest.param(zip([1], [2], strict=True), [(1, 2)], id="zip"),
        pytest.param(deque([1]), [1], id="deque"),
        pytest.param(UserList([1]), [1], id="UserList"),
        pytest.param(UserString("x"), "x", id="UserString"),
        pytest.param(SortedList([2, 1]), [1, 2], id="SortedList"),
        pytest.param([SortedList([1])], [[1]], id="SortedList inside"),
        pytest.param(SortedSet([2, 1]), {1, 2}, id="SortedSet"),
        pytest.param(array("i", [1]), [1], id="array of the standard library"),
        pytest.param({range(2): {range(3)}}, {(0, 1): {(0, 1, 2)}}, id="range as a key and an element"),
        pytest.param({1: 2}.values(), [2], id="values"),
        pytest.param({1: 2}.items(), [(1, 2)], id="items"),
        pytest.param(Counter("aab"), {"a": 2, "b": 1}, id="Counter"),
        pytest.param(defaultdict(list, {1: [2]}), {1: [2]}, id="defaultdict"),
        pytest.param(OrderedDict(a=1), {"a": 1}, id="OrderedDict"),
        pytest.param(Pair(1, 2), (1, 2), id="namedtuple"),
        pytest.param(Level.LOW, 1, id="IntEnum"),
        pytest.param(Text("truth"), "truth", id="str subclass"),
        pytest.param(Third(1, 3), Fraction(1, 3), id="Fraction subclass"),
        pytest.param(Price("1.50"), Decimal("1.50"), id="Decimal subclass"),
        pytest.param(bytearray(b"\x00\xff"), b"\x00\xff", id="bytearray"),
        pytest.param(np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], id="array"),
        pytest.param(np.int64(5), 5, id="int64"),
        pytest.param(np.float64(0.5), 0.5, id="float64"),
        pytest.param(np.float32(0.5), 0.5, id="float32"),
        pytest.param(np.bool_(True), True, id="numpy bool"),
        pytest.param(np.str_("x"), "x", id="numpy str"),
    ],
)
def test_result_of_another_type_counts_as_pythons_own(returned: Any, expected: Any) -> None:
    assert same(decode(encode(returned)), expected)


def test_keys_come_back_as_keys() -> None:
    keys = decode(encode({"b": 1, ("a", 1): 2}.keys()))
    assert keys == {"b", ("a", 1)} and list(keys) == ["b", ("a", 1)] and not keys == ["b", ("a", 1)]
    assert same(decode(encode([SortedDict(a=1).keys()]))[0], {"a": 1}.keys())


class Node:
    def __init__(self, val: Any, *links: Any) -> None:
        self.val = val
        if len(links) == 1:
            (self.next,) = links
        else:
            self.left, self.right = links


def test_object_with_the_fields_of_a_node_is_one() -> None:
    linked = decode(encode(Node(1, Node(2, None))))
    tree = decode(encode(Node(1, None, Node(2, None, None))))
    assert (type(linked), list_notation(linked)) == (ListNode, [1, 2])
    assert (type(tree), tree_notation(tree)) == (TreeNode, [1, None, 2])
    more = Node(1, None)
    more.val, more.random = 1, None  # type: ignore[attr-defined]
    assert isinstance(decode(encode(more, objects=True)), Opaque)


def cyclic() -> list[Any]:
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(object(), id="object"),
        pytest.param(len, id="function"),
        pytest.param(int, id="class"),
        pytest.param([1, {"a": object()}], id="inside"),
        pytest.param(cyclic(), id="contains itself"),
        pytest.param(nested(100_000), id="nests deeply"),
    ],
)
def test_value_without_an_encoding_raises_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


HOSTILE = {
    "empty": "",
    "no JSON": "__import__('os')",
    "cut short": '{"$tuple": [1, 2',
    "two values": "1 2",
    "bare NaN": "NaN",
    "bare Infinity": "[-Infinity]",
    "tuple of a number": '{"$tuple": 5}',
    "tuple of null": '{"$tuple": null}',
    "set of lists": '{"$set": [[1]]}',
    "set of dicts": '{"$set": [{"a": 1}]}',
    "frozenset of sets": '{"$frozenset": [{"$set": []}]}',
    "bytes of a number": '{"$bytes": 7}',
    "bytes of no hex": '{"$bytes": "zz"}',
    "bytes beyond ASCII": '{"$bytes": "é"}',
    "complex of three": '{"$complex": [1, 2, 3]}',
    "complex of none": '{"$complex": [null, 1]}',
    "complex of a huge int": '{"$complex": [' + "9" * 400 + ", 0]}",
    "float of a list": '{"$float": []}',
    "float of no number": '{"$float": "x"}',
    "float of a huge int": '{"$float": ' + "9" * 400 + "}",
    "int of a list": '{"$int": [1]}',
    "int of a number": '{"$int": 10}',
    "int of no hex": '{"$int": "0xg"}',
    "fraction of no denominator": '{"$fraction": [1, 0]}',
    "fraction of one term": '{"$fraction": [1]}',
    "fraction of a text": '{"$fraction": ["1", 2]}',
    "fraction of a float": '{"$fraction": [1.0, 2]}',
    "fraction of a bool": '{"$fraction": [true, 2]}',
    "fraction of a huge int": '{"$fraction": [{"$int": "0x' + "f" * 2000 + '"}, 3]}',
    "decimal of a number": '{"$decimal": 1.5}',
    "decimal of its parts": '{"$decimal": [0, [1, 5], -1]}',
    "decimal of no number": '{"$decimal": "1.5.2"}',
    "decimal of nothing": '{"$decimal": ""}',
    "decimal of a huge exponent": '{"$decimal": "1e1000000000"}',
    "decimal beyond any exponent": '{"$decimal": "1e99999999999999999999"}',
    "decimal of many digits": '{"$decimal": "' + "9" * 2000 + '"}',
    "decimal of a signaling NaN": '{"$decimal": "sNaN"}',
    "dict of a number": '{"$dict": 1}',
    "dict of single values": '{"$dict": [1, 2]}',
    "dict of triples": '{"$dict": [[1, 2, 3]]}',
    "dict of unhashable keys": '{"$dict": [[[], 1]]}',
    "lists nested deeply": "[" * 100_000 + "]" * 100_000,
    "objects nested deeply": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "tuples nested deeply": '{"$tuple":[' * 100_000 + "]}" * 100_000,
    "brackets never closed": "[" * 1_000_000,
    "a decimal of 10,000 digits": "9" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        decode(text)


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b"\x00\x00", b'"\xc3"', b"\xef\xbb\xbf\xff"])
def test_bytes_that_are_no_text_raise_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


@settings(max_examples=500)
@given(json_values)
def test_json_of_any_shape_is_read_or_raises_value_error(value: Any) -> None:
    text = json.dumps(value)
    try:
        found = decode(text)
    except ValueError:
        return
    encode(found)  # what is read has an encoding again


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_raise_value_error(data: bytes) -> None:
    try:
        found = decode(data)
    except ValueError:
        return
    encode(found)


@pytest.mark.parametrize("tag", ["$set", "$frozenset", "$dict"])
def test_numbers_of_one_hash_do_not_take_quadratic_time_to_read(tag: str) -> None:
    # All multiples of 2**61 - 1 hash to 0. A program may return these where the expected value is as long.
    def read(numbers: list[int]) -> float:
        text = json.dumps({tag: [[n, 0] for n in numbers] if tag == "$dict" else numbers})
        began = time.process_time()
        with contextlib.suppress(ValueError):  # refusing them is as good
            decode(text)
        return time.process_time() - began

    usual_s = read([2**61 + n for n in range(10_000)])
    one_hash_s = read([n * (2**61 - 1) for n in range(10_000)])

    assert one_hash_s < max(0.2, 20 * usual_s)


@pytest.mark.parametrize("most", [128, 1024])
def test_set_of_an_honest_program_may_have_many_elements_of_one_hash(most: int) -> None:
    signs = set(itertools.product([-1, -2], repeat=most.bit_length() - 1))
    assert len(set(map(hash, signs))) == 1
    assert decode(encode(signs)) == signs and decode(encode(dict.fromkeys(signs))) == dict.fromkeys(signs)


def test_many_sets_of_one_hash_each_do_not_take_long_to_read() -> None:
    numbers = {"$set": [n * (2**61 - 1) for n in range(1, 2001)]}
    began = time.process_time()
    with pytest.raises(ValueError, match="one hash"):
        decode(json.dumps([numbers] * 300))
    assert time.process_time() - began < 2
    assert len(decode(json.dumps([numbers] * 4))) == 4


tags = st.sampled_from(sorted(_READ) + ["$unknown", "a"])
hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(tags, inner, max_size=2),
    max_leaves=8,
)


@given(hostile)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_what_a_program_writes_decodes_or_is_a_value_error(found: Any) -> None:
    try:
        decode(json.dumps(found))
    except ValueError:
        assert not isinstance(found, int | str | None)


@pytest.mark.parametrize("tag", sorted(_READ))
@pytest.mark.parametrize("content", ["[]", "{}", "null", '"x"', "[[]]", "[null, {}, 1]", '{"a": 1}', "1e400"])
def test_tag_with_other_content_is_a_value_error_or_a_value(tag: str, content: str) -> None:
    try:
        decode(f'{{"{tag}": {content}}}')
    except ValueError as error:
        assert str(error)
