"""Function-mode values as text: JSON, with a tagged object for what JSON lacks.

Runs: on both sides of the wall. Nothing is ever unpickled or evaluated.

    None, bool, int, float, str, list, dict with str keys   themselves
    tuple, set, frozenset       {"$tuple": [...]}, {"$set": [...]}, {"$frozenset": [...]}
    bytes, complex              {"$bytes": "<hex>"}, {"$complex": [re, im]}
    Fraction, Decimal           {"$fraction": [3, 2]}, {"$decimal": "1.50"}: of up to 4,000 bits, or 1,200 digits
    nan, inf, -inf              {"$float": "nan"}
    int of over 4,000 bits      {"$int": "<hex>"}: decimal text takes quadratic time to read
    other dict                  {"$dict": [[key, value], ...]}
    any other object            {"$object": ["<its class>", <whether it is true>]}: equal to nothing
    ListNode, TreeNode          {"$list_node": [...]}, {"$tree_node": [...]}: LeetCode's list notation
    the keys of a dict          {"$keys": [...]}: equal to a set

What a program returns is turned into one of these: subclasses count as their base, iterators, ranges, deques and other
sequences as lists, numpy's scalars and arrays (anything with a `tolist`) as Python's own. A class counts as LeetCode's
by its name, or because its objects have the fields of a node and no others.
"""

from __future__ import annotations

import json
import math
from collections import Counter, UserString, deque
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from decimal import Decimal
from fractions import Fraction
from typing import Any

from deepcoder.wire.nodes import ListNode as ListNode
from deepcoder.wire.nodes import TreeNode as TreeNode
from deepcoder.wire.nodes import list_notation as list_notation
from deepcoder.wire.nodes import rebuilt
from deepcoder.wire.nodes import tree_notation as tree_notation

_NO_NAMES: Mapping[str, Any] = {}
_CONTAINERS = (list, tuple, dict, set)
_PLAIN_INT_BITS = 4000
_DECIMAL_DIGITS = 1200  # the most that a Decimal has written out: 1e1000000000 as an int would take a gigabyte
# Comparing the two takes quadratic time, and making a set may compare its elements.
_CLASH = f"a Decimal stands beside an int of over {_PLAIN_INT_BITS} bits"
# More elements of one hash are an attack: adding n of them takes n * n steps. An honest set may have some, as -1 and -2
# have the same. A long text has room for many such sets.
_SAME_HASH, _SAME_HASH_IN_LONG = 2000, 100
_LONG_CHARS = 1 << 18


class Opaque:
    """An object without an encoding. Only the name of its class and its truth value crossed the wall."""

    def __init__(self, class_name: str, truth: bool) -> None:
        self.class_name = class_name
        self.truth = truth

    def __bool__(self) -> bool:
        return self.truth

    def __repr__(self) -> str:
        return f"<{self.class_name} object>"


def encode(value: Any, objects: bool = False) -> str:
    """Return the value as text. With `objects`, objects without an encoding become `Opaque`; else they are an error.

    Raises:
        TypeError: The value has no encoding, contains itself, or nests too deeply.
    """
    try:
        text = _ENCODER.encode(_tagged(value, objects))
    except RecursionError:
        raise TypeError("the value nests too deeply") from None
    if '{"$decimal":' in text and '{"$int":' in text:
        raise TypeError(_CLASH)
    return text


def _tagged(value: Any, objects: bool) -> Any:
    """Return what stands for the value in JSON: itself, or a tagged object."""
    if value is None or value is True or value is False or type(value) is str:
        return value
    if isinstance(value, int):
        number = int(value)
        return number if number.bit_length() <= _PLAIN_INT_BITS else {"$int": hex(number)}
    if isinstance(value, float):
        real = float(value)
        return real if math.isfinite(real) else {"$float": repr(real)}
    if isinstance(value, str):
        return str.__str__(value)
    if type(value) not in _CONTAINERS:  # most values with items are of these, and are no nodes
        names = {each.__name__ for each in type(value).__mro__}  # a program may define the classes itself
        if "ListNode" in names:
            return {"$list_node": [_tagged(item, objects) for item in list_notation(value)]}
        if "TreeNode" in names:
            return {"$tree_node": [_tagged(item, objects) for item in tree_notation(value)]}
    if isinstance(value, (list, deque, range, Iterator, ValuesView, ItemsView)):
        return [_tagged(item, objects) for item in value]
    if isinstance(value, KeysView):
        return {"$keys": [_tagged_key(key, objects) for key in value]}
    if isinstance(value, tuple):
        return {"$tuple": [_tagged(item, objects) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"$set" if isinstance(value, set) else "$frozenset": [_tagged_key(each, objects) for each in value]}
    if isinstance(value, Mapping):
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: _tagged(item, objects) for key, item in value.items()}
        return {"$dict": [[_tagged_key(key, objects), _tagged(item, objects)] for key, item in value.items()]}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": bytes(value).hex()}
    if isinstance(value, complex):
        return {"$complex": [_tagged(value.real, objects), _tagged(value.imag, objects)]}
    if (exact := _tagged_exact(value)) is not None:
        return exact
    if hasattr(value, "tolist"):
        return _tagged(value.tolist(), objects)
    if isinstance(value, UserString):
        return str(value)
    if isinstance(value, Set):
        return {"$set": [_tagged_key(each, objects) for each in value]}
    if isinstance(value, Sequence):
        return [_tagged(item, objects) for item in value]
    return _tagged_object(value, objects)


def _tagged_key(value: Any, objects: bool) -> Any:
    """Return what stands for a key, or for an element of a set: a tuple for what is a list elsewhere, as a range is."""
    tagged = _tagged(value, objects)
    return {"$tuple": tagged} if isinstance(tagged, list) else tagged


def _tagged_object(value: Any, objects: bool) -> Any:
    """Return an object as JSON: a node by its fields, or what is equal to nothing."""
    fields = getattr(value, "__dict__", {}).keys()
    if fields == {"val", "next"}:
        return {"$list_node": [_tagged(item, objects) for item in list_notation(value)]}
    if fields == {"val", "left", "right"}:
        return {"$tree_node": [_tagged(item, objects) for item in tree_notation(value)]}
    if isinstance(value, Opaque):
        return {"$object": [value.class_name, value.truth]}
    if objects:
        return {"$object": [type(value).__name__, bool(value)]}
    raise TypeError(f"a value of type {type(value).__name__} has no encoding")


def _tagged_exact(value: Any) -> Any:
    """Return a Fraction or a Decimal as JSON; None for any other value, and where it is too long to compare."""
    if isinstance(value, Fraction):
        terms = [value.numerator, value.denominator]
        if max(map(int.bit_length, terms)) <= _PLAIN_INT_BITS:
            return {"$fraction": terms}
        if value.denominator == 1:
            return {"$int": hex(value.numerator)}
    if isinstance(value, Decimal) and _is_short(Decimal(value)):
        return {"$decimal": str(Decimal(value))}
    return None


def _is_short(number: Decimal) -> bool:
    """Return whether a Decimal compares in little time and without an error; a signaling NaN raises one."""
    return not number.is_snan() and max(len(str(number)), abs(number.adjusted())) <= _DECIMAL_DIGITS


def decode(text: str | bytes | bytearray, names: Mapping[str, Any] = _NO_NAMES) -> Any:
    """Return the value that `encode` wrote.

    `names` are those that a program defines: nodes are of its own ListNode and TreeNode if these have the usual fields.

    Raises:
        ValueError: The text is not an encoded value.
    """
    list_node, tree_node = names.get("ListNode", ListNode), names.get("TreeNode", TreeNode)
    try:
        text = text if isinstance(text, str) else text.decode("utf-8", "surrogatepass")
        # A tag without an escape can be seen in the text, and `encode` writes no escapes.
        may_have_decimals = "$decimal" in text or "\\u00" in text
        readers, decoder = (_READ, _DECODER) if len(text) < _LONG_CHARS else (_READ_LONG, _DECODER_OF_LONG)
        if may_have_decimals or list_node is not ListNode or tree_node is not TreeNode:
            read = _untagged({**readers, **_node_readers(list_node, tree_node)})
            decoder = _decoder(_without_long_ints(read) if may_have_decimals else read)
        return decoder.decode(text)
    except (RecursionError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
        raise ValueError(f"not an encoded value: {error}") from None


def _plain_int(digits: str) -> int:
    if len(digits) > _PLAIN_INT_BITS // 3:  # more digits than `encode` ever writes
        raise ValueError(f"an int of {len(digits)} digits is not an encoded value")
    return int(digits)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not an encoded value")


def _hashable(items: list[Any], most: int) -> list[Any]:
    if len(items) > most and max(Counter(map(hash, items)).values()) > most:
        raise ValueError("too many elements of one hash")
    return items


def _dict(pairs: list[Any], most: int) -> dict[Any, Any]:
    _hashable([key for key, _ in pairs], most)
    return dict(pairs)


def _hashing(most: int) -> dict[str, Any]:
    """Return the readers of values that have at most so many elements of one hash."""
    return {
        "$set": lambda items: set(_hashable(items, most)),
        "$frozenset": lambda items: frozenset(_hashable(items, most)),
        "$dict": lambda pairs: _dict(pairs, most),
        "$keys": lambda items: dict.fromkeys(_hashable(items, most)).keys(),
    }


def _opaque(parts: list[Any]) -> Opaque:
    class_name, truth = parts
    if type(class_name) is not str or type(truth) is not bool:
        raise ValueError("an object is the name of its class, and a bool")
    return Opaque(class_name, truth)


def _fraction(terms: list[Any]) -> Fraction:
    numerator, denominator = terms
    for term in terms:
        if type(term) is not int or term.bit_length() > _PLAIN_INT_BITS:  # reducing long ones takes quadratic time
            raise ValueError(f"a Fraction has two ints of up to {_PLAIN_INT_BITS} bits")
    return Fraction(numerator, denominator)


def _decimal(text: str) -> Decimal:
    number = Decimal(str.__str__(text))
    if not _is_short(number):
        raise ValueError(f"a Decimal has up to {_DECIMAL_DIGITS} digits")
    return number


_READ: dict[str, Any] = {
    "$tuple": tuple,
    "$bytes": bytes.fromhex,
    "$complex": lambda parts: complex(*parts),
    "$float": float,
    "$fraction": _fraction,
    "$decimal": _decimal,
    "$int": lambda digits: int(digits, 16),
    "$object": _opaque,
    "$list_node": ListNode.of,
    "$tree_node": TreeNode.of,
    **_hashing(_SAME_HASH),
}
_READ_LONG = {**_READ, **_hashing(_SAME_HASH_IN_LONG)}


def _node_readers(list_node: Callable[..., Any], tree_node: Callable[..., Any]) -> dict[str, Any]:
    """Return the readers of nodes of these classes, where the classes are not ours."""
    readers: dict[str, Any] = {}
    if list_node is not ListNode:
        readers["$list_node"] = lambda items: rebuilt(ListNode.of(items), list_node, ["next"])
    if tree_node is not TreeNode:
        readers["$tree_node"] = lambda items: rebuilt(TreeNode.of(items), tree_node, ["left", "right"])
    return readers


_Hook = Callable[[dict[str, Any]], Any]


def _untagged(read: Mapping[str, Any]) -> _Hook:
    """Return the function that makes of a JSON object the value that it stands for."""

    def untagged(found: dict[str, Any]) -> Any:
        if len(found) == 1:
            ((tag, content),) = found.items()
            if tag in read:
                return read[tag](content)
        return found

    return untagged


def _without_long_ints(hook: _Hook) -> _Hook:
    """Return the same function for a text that may have Decimals."""
    tags: set[str] = set()

    def untagged(found: dict[str, Any]) -> Any:
        tags.update(found.keys() & {"$decimal", "$int"})
        if len(tags) == 2:
            raise ValueError(_CLASH)
        return hook(found)

    return untagged


def _decoder(hook: _Hook) -> json.JSONDecoder:
    return json.JSONDecoder(object_hook=hook, parse_constant=_refuse_constant, parse_int=_plain_int)


# Made once, since making one costs more than a short value.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_DECODER, _DECODER_OF_LONG = _decoder(_untagged(_READ)), _decoder(_untagged(_READ_LONG))
