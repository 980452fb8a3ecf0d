"""Read literals in test code: expressions whose value follows from their syntax. Nothing is executed.

Beyond what `ast.literal_eval` reads, these are names of literals, arithmetic on small numbers, and calls in `_MAKERS`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deepcoder.wire.values import ListNode, TreeNode

LITERAL_SIZE = 2_000_000  # elements of the largest value that is read
_ELEMENT_CHARS = 16  # characters of a text that count as one element
_NUMBER_LIMIT = 1 << 64  # arithmetic is done on smaller numbers only
_EXPONENT_LIMIT = 64  # arithmetic is done up to this exponent only

Names = Mapping[str, Any]  # what the names of the test code stand for: a Literal, or something else

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# `list_node` and `tree_node` are helpers that LeetCode's prompts define.
_MAKERS: dict[str, Callable[[Any], Any]] = {
    **{each.__name__: each for each in (frozenset, list, set, tuple)},
    "list_node": ListNode.of,
    "tree_node": TreeNode.of,
}


class NotLiteral(Exception):
    """The expression is no literal, raises an error, or has too large a value."""


@dataclass(frozen=True, eq=False)
class Literal:
    """A value that a name of the test code stands for."""

    value: Any

    @property
    def is_mutable(self) -> bool:
        """Return whether code may change the value, or a part of the value."""
        return not isinstance(self.value, (str, bytes, int, float, complex, type(None)))


def value(node: ast.expr, names: Names) -> Any:
    """Return the value of a literal.

    Raises:
        NotLiteral: The expression is something else.
    """
    try:
        return _value(node, names)
    except (ArithmeticError, MemoryError, TypeError, ValueError) as error:
        raise NotLiteral(str(error)) from None


def items(node: ast.expr, names: Names) -> list[Any]:
    """Return the items of a literal, or of an `enumerate` or `zip` of literals.

    Raises:
        NotLiteral: The expression is something else.
    """
    match node:
        case ast.Call(func=ast.Name(id="enumerate"), args=[of], keywords=[]) if "enumerate" not in names:
            return list(enumerate(items(of, names)))
        case ast.Call(func=ast.Name(id="zip"), args=[*parts], keywords=[]) if "zip" not in names:
            return list(zip(*(items(part, names) for part in parts), strict=False))
    iterable = value(node, names)
    if not isinstance(iterable, (dict, frozenset, list, set, str, tuple)):
        raise NotLiteral("the value has no items")
    return list(iterable)


def size(measured: Any) -> int:
    """Return how many elements a value has, each counted as often as it occurs.

    Raises:
        NotLiteral: More than LITERAL_SIZE.
    """
    count, stack = 0, [measured]
    while stack:
        each = stack.pop()
        count += 1 + (len(each) // _ELEMENT_CHARS if isinstance(each, (str, bytes)) else 0)
        if isinstance(each, (frozenset, list, set, tuple)):
            stack.extend(each)
        elif isinstance(each, dict):
            stack += [*each, *each.values()]
        elif isinstance(each, (ListNode, TreeNode)):
            stack += vars(each).values()
        if count > LITERAL_SIZE:
            raise NotLiteral("the value is too large")
    return count


def _value(node: ast.expr, names: Names) -> Any:
    match node:
        case ast.Constant(value=plain) if plain is not ...:
            return plain
        case ast.Name(id=name) if isinstance(names.get(name), Literal):
            return names[name].value
        case ast.List(elts=parts):
            return [_value(part, names) for part in parts]
        case ast.Tuple(elts=parts):
            return tuple(_value(part, names) for part in parts)
        case ast.Set(elts=parts):
            return {_value(part, names) for part in parts}
        case ast.Dict(keys=keys, values=parts) if None not in keys:
            return {_value(key, names): _value(part, names) for key, part in zip(keys, parts, strict=True) if key}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            numbers = _small(left, names), _small(right, names)
            if isinstance(op, ast.Pow) and numbers[1] > _EXPONENT_LIMIT:
                raise NotLiteral("too large an exponent")
            return _ARITHMETIC[type(op)](*numbers)
        case ast.Call(func=ast.Name(id="float"), args=[of], keywords=[]) if "float" not in names:
            return float(_value(of, names))
        case ast.Call(func=ast.Name(id=name), args=[of], keywords=[]) if name in _MAKERS and name not in names:
            return _MAKERS[name](_value(of, names))
    raise NotLiteral(type(node).__name__)


def _small(node: ast.expr, names: Names) -> Any:
    number = _value(node, names)
    if not isinstance(number, (int, float, complex)) or not abs(number) < _NUMBER_LIMIT:
        raise NotLiteral("no small number")
    return number
