"""Read the written types of a function from its first line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

from deepcoder.datasets.fields import syntax

_LISTS = {"List", "list", "Sequence"}
_TYPES: dict[str, Any] = {"int": int, "str": str, "bool": bool, "float": (int, float), "dict": dict, "None": type(None)}
_END = re.compile(r":[ \t]*+(?:#[^\n]*+)?$", re.MULTILINE)  # the end of a function's first line
_NODES = re.compile(r"\b(?:ListNode|TreeNode)\b")


def find(sources: Iterable[str | None], name: str) -> ast.FunctionDef | None:
    """Return the first definition of the function, without its body: starter code may have none."""
    start = re.compile(rf"^[ \t]*(?=def[ \t]+{re.escape(str(name))}\b)", re.MULTILINE)  # a row's name may be no text
    for source in sources:
        head = start.search(source or "")
        end = _END.search(head.string, head.end()) if head else None
        if not head or not end:
            continue
        try:
            (statement,) = syntax(f"{head.string[head.end() : end.start() + 1]}\n    pass").body
        except ValueError:
            continue
        if isinstance(statement, ast.FunctionDef):
            return statement
    return None


def is_leetcodes(function: ast.FunctionDef) -> bool:
    """Return whether it is a method. Of the known sources only LeetCode has methods called by name."""
    parameters = function.args.args
    return bool(parameters) and parameters[0].arg == "self"


def has_nodes(function: ast.FunctionDef) -> bool:
    """Return whether the function takes or returns linked lists or trees."""
    return _NODES.search(ast.unparse(function)) is not None


def fits(value: Any, annotation: ast.expr) -> bool:
    """Return whether a JSON value can be of the type; True for a type that is not known here."""
    match annotation:
        case ast.Name(id=name) if name in _LISTS:
            return isinstance(value, list)
        case ast.Name(id=name) if name in _TYPES:
            return isinstance(value, _TYPES[name]) and (name == "bool" or not isinstance(value, bool))
        case ast.Constant(value=None):
            return value is None
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _LISTS:
            return isinstance(value, list) and all(fits(each, inner) for each in value)
        case ast.Subscript(value=ast.Name(id="Dict" | "dict")):
            return isinstance(value, dict)
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return value is None or fits(value, inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return fits(value, left) or fits(value, right)
    return True
