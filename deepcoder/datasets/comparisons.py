"""Read what an assertion asks of one call of the entry point: arguments, an expected value and a checker."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deepcoder.datasets.literals import LITERAL_SIZE, Names, NotLiteral, items, value

# The checker of problems that are tested by assertions: ==, except for the last digits of a float.
EQUAL = "equal(1e-9)"
_SMALL_SHARE = 0.01  # up to this rel_tol, the same share of either of two close numbers is about the same
_LARGEST_DENOMINATOR = 1 << 20  # of a fraction that counts as short
_OWN = ""  # the name that means the problem's checker
_VIEWS = frozenset({"sorted", "set", "list", "tuple", "len", "str"})
_SAME = frozenset({"is_same_list", "is_same_tree"})  # helpers that LeetCode's prompts define
_TURNED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.In: ast.NotIn}
# The body of EvalPlus's `def assertion(out, exp, atol)`.
_EVALPLUS = """\
exact_match = out == exp
if atol == 0 and is_floats(exp):
    atol = 1e-06
if not exact_match and atol != 0:
    np.testing.assert_allclose(out, exp, atol=atol)
else:
    assert exact_match"""

# What a name may stand for, beside a Literal, the classes here, and the syntax of a definition.
ENTRY_POINT, UNKNOWN = object(), object()


@dataclass(frozen=True)
class Solution:
    """LeetCode's class `Solution`, or an instance of the class."""

    method: str  # the entry point


@dataclass(frozen=True)
class Imported:
    """A module, or a name that was imported from a module."""

    name: str


@dataclass(eq=False)
class Called:
    """A call of the entry point with literals, its place in the order of the calls, and whether a test came of it."""

    args: list[Any]
    kwargs: dict[str, Any]
    number: int = 0  # from 1; 0 until the call is made
    tested: bool = False


Check = tuple[Called, Any, str]  # a call, the expected value, and the name of the checker


def meaning(node: ast.expr, names: Names) -> Any:
    """Return what an expression with names stands for; None where that is not known."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=of, attr=attr):
            return ENTRY_POINT if meaning(of, names) == Solution(attr) else None
        case ast.Call(func=function, args=args, keywords=keywords):
            called = meaning(function, names)
            if isinstance(called, Solution) and not args and not keywords:
                return called
            if called is ENTRY_POINT:
                try:
                    return Called(*_arguments(args, keywords, names))
                except NotLiteral:
                    return None
    return None


def check(test: ast.expr, names: Names) -> Check | None:
    """Return what an asserted expression asks of one call; None where it asks something else.

    Raises:
        NotLiteral: Something that must be a literal is none.
    """
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            turned = _TURNED.get(type(op), type(op))()
            return _comparison(left, op, right, names) or _comparison(right, turned, left, names)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            called = _called(operand, names)
            return (called, False, "bool|value") if called else None
        case ast.Call() | ast.Name():
            if called := _called(test, names):
                return called, True, "bool|value"
            return _close(test, names) if isinstance(test, ast.Call) else None
    return None


def asserting(call: ast.Call, names: Names) -> Check | None:
    """Return what a call of a function that compares two values, and fails where they differ, asks.

    Raises:
        NotLiteral: As `check`.
    """
    called, want, rest, named = _compared(call, names)
    if called is None:
        return None
    if is_evalplus(meaning(call.func, names)) and len(rest) == 1 and not named:
        return _evalplus(called, want, rest[0])
    if _full_name(call.func, names) == "numpy.testing.assert_allclose":
        return _allclose(called, want, rest, named, rtol=1e-7, atol=0)
    return None


def is_evalplus(function: Any) -> bool:
    """Return whether it is the helper of EvalPlus's test code: equality, or `assert_allclose` for floats."""
    if not isinstance(function, ast.FunctionDef) or [each.arg for each in function.args.args] != ["out", "exp", "atol"]:
        return False
    return "\n".join(map(ast.unparse, function.body)) == _EVALPLUS


def _called(node: ast.expr, names: Names) -> Called | None:
    result = meaning(node, names)
    return result if isinstance(result, Called) else None


def _arguments(args: list[ast.expr], keywords: list[ast.keyword], names: Names) -> tuple[list[Any], dict[str, Any]]:
    given: list[Any] = []
    for each in args:
        given += items(each.value, names) if isinstance(each, ast.Starred) else [value(each, names)]
    named: dict[str, Any] = {}
    for keyword in keywords:
        result = value(keyword.value, names)
        if keyword.arg is None and not isinstance(result, dict):
            raise NotLiteral("no named arguments")
        named |= result if keyword.arg is None else {keyword.arg: result}
    return given, named


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, names: Names) -> Check | None:
    """Return what `left op right` asks, where the call is on the left."""
    if isinstance(op, (ast.Lt, ast.LtE)):
        return _difference(left, right, isinstance(op, ast.Lt), names)
    match left:
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _VIEWS and name not in names:
            called, view = _called(inner, names), name
        case ast.Call(func=ast.Name(id="round"), args=[inner, ast.Constant(value=int() as digits)], keywords=[]):
            called, view = _called(inner, names), f"round({digits})"
        case _:
            called, view = _called(left, names), ""
    if called is None:
        return None
    if view:
        return (called, value(right, names), f"{view}|{EQUAL}") if isinstance(op, ast.Eq) else None
    match op, right:
        case ast.Eq(), ast.Call(func=function) if _full_name(function, names) == "pytest.approx":
            return _approx(called, right, names)
        case ast.Eq(), _:
            return called, _crossed(right, names), _OWN
        case ast.NotEq(), _:
            return called, value(right, names), "differs"
        case ast.Is(), ast.Constant(value=None | True | False as expected):
            return called, expected, "value"
        case ast.In(), _:
            options = value(right, names)
            return (called, list(options), "one of") if isinstance(options, (list, tuple, set, dict)) else None
    return None


def _crossed(node: ast.expr, names: Names) -> Any:
    """Return an expected value; where that is a range or a deque of literals, the list as which one crosses."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=bounds, keywords=[]) if "range" not in names and bounds:
            try:
                numbers = range(*(value(each, names) for each in bounds))[: LITERAL_SIZE + 1]
            except (TypeError, ValueError) as error:
                raise NotLiteral(str(error)) from None
            if len(numbers) > LITERAL_SIZE:
                raise NotLiteral("the value is too large")
            return list(numbers)
        case ast.Call(func=function, args=[of], keywords=[]) if _full_name(function, names) == "collections.deque":
            return items(of, names)
    return value(node, names)


def _difference(node: ast.expr, eps: ast.expr, is_less: bool, names: Names) -> Check | None:
    """Return what `abs(call - literal) < eps` asks, where it `is_less`, or `<= eps`."""
    match node:
        case ast.Call(func=function, args=[ast.BinOp(left=left, op=ast.Sub(), right=right)], keywords=[]):
            if ast.unparse(function) == "abs" or _full_name(function, names) == "math.fabs":
                for one, other in ((left, right), (right, left)):
                    if called := _called(one, names):
                        most = value(eps, names)
                        return _within(called, value(other, names), _below(most) if is_less else most)
    return None


def _below(eps: Any) -> Any:
    """Return the largest number below eps where eps is a short binary fraction, which a difference can be; else eps."""
    is_short = (
        isinstance(eps, (int, float)) and 0 < eps < math.inf and eps.as_integer_ratio()[1] <= _LARGEST_DENOMINATOR
    )
    return math.nextafter(eps, 0) if is_short else eps


def _within(called: Called, expected: Any, eps: Any) -> Check | None:
    if not (_are_numbers([expected, eps]) and 0 < eps < math.inf):
        return None
    return called, expected, f"equal({float(eps)!r}, abs)"


def _near(called: Called, expected: float, eps: Any) -> Check | None:
    """Return what `_within` does; an eps of 0 means equal, and infinity is near infinity."""
    exact = eps == 0 or math.isinf(expected)
    return (called, expected, "exact") if exact else _within(called, expected, eps)


def _compared(call: ast.Call, names: Names) -> tuple[Called | None, Any, list[Any], dict[str, Any]]:
    """Return the call of the entry point among the first two arguments, the other, and the rest of the arguments."""
    for at, other in ((0, 1), (1, 0)) if len(call.args) > 1 else ():
        if called := _called(call.args[at], names):
            return called, value(call.args[other], names), *_arguments(call.args[2:], call.keywords, names)
    return None, None, [], {}


def _close(call: ast.Call, names: Names) -> Check | None:
    """Return what a call of a function that says whether two values are close asks."""
    called, want, rest, named = _compared(call, names)
    if called is None:
        return None
    match _full_name(call.func, names):
        case "math.isclose" if not rest and isinstance(want, (int, float)):
            if named.get("rel_tol", 0) > _SMALL_SHARE:  # of the larger of the two, which may be the program's
                return None
            return _near(called, want, max(named.get("rel_tol", 1e-9) * abs(want), named.get("abs_tol", 0)))
        case "numpy.allclose":
            return _allclose(called, want, rest, named, rtol=1e-5, atol=1e-8)
        case "numpy.isclose":
            return _allclose(called, want, rest, named, rtol=1e-5, atol=1e-8, single=True)
    is_same = isinstance(call.func, ast.Name) and call.func.id in _SAME and call.func.id not in names
    return (called, want, _OWN) if is_same and not rest else None


def _approx(called: Called, call: ast.Call, names: Names) -> Check | None:
    given, named = _arguments(call.args, call.keywords, names)
    if len(given) != 1 or not named.keys() <= {"rel", "abs"}:
        return None
    rel, absolute = named.get("rel", 0 if "abs" in named else 1e-6), named.get("abs", 1e-12)
    if isinstance(given[0], (int, float)):
        return _near(called, given[0], max(rel * abs(given[0]), absolute))
    if {"rel", "abs"} <= named.keys():  # of which the larger counts, and not the sum
        return None
    return _allclose(called, given[0], [], {}, rel, absolute)


def _evalplus(called: Called, expected: Any, atol: Any) -> Check | None:
    parts = expected if isinstance(expected, (list, tuple)) else [expected]
    if atol == 0 and all(isinstance(part, float) for part in parts):
        atol = 1e-6
    if not parts or not atol or not _are_numbers(expected):
        return called, expected, _OWN
    return _allclose(called, expected, [], {}, 1e-7, atol, single=True)


def _allclose(
    called: Called, expected: Any, rest: list[Any], named: dict[str, Any], rtol: Any, atol: Any, single: bool = False
) -> Check | None:
    """Return what numpy's function with these defaults asks; with `single`, a number stands for itself alone."""
    tolerances = {"rtol": rtol, "atol": atol, **dict(zip(("rtol", "atol"), rest, strict=False)), **named}
    if len(tolerances) > 2 or not (single or isinstance(expected, (list, tuple))):
        return None
    rtol, atol = tolerances["rtol"], tolerances["atol"]
    numbers = _are_numbers(expected) and _are_numbers([rtol, atol]) and min(rtol, atol) >= 0
    if not numbers or any(
        each != each for each in _leaves(expected)
    ):  # some of numpy's functions accept NaN for NaN, others do not
        return None
    return called, expected, f"allclose({float(rtol)!r}, {float(atol)!r})"


def _are_numbers(result: Any) -> bool:
    return all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in _leaves(result))


def _leaves(result: Any) -> Iterator[Any]:
    if isinstance(result, (list, tuple)):
        for each in result:
            yield from _leaves(each)
    else:
        yield result


def _full_name(node: ast.expr, names: Names) -> str:
    """Return the name of what comes from a module, whatever it is imported as; empty for anything else."""
    root, dot, rest = ast.unparse(node).partition(".")
    source = names.get(root)
    return f"{source.name}{dot}{rest}" if isinstance(source, Imported) else ""
