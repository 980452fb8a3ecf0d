"""Wrong programs made from a right one, each by one small change.

Runs: GPU node: what `doctor` judges, and what the tiny model learns to answer.
"""

from __future__ import annotations

import ast
import random

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def normalised(source: str) -> str:
    """The program as `ast` writes it, so that a mutant differs from it in nothing but the change."""
    return ast.unparse(ast.parse(source))


def mutants(source: str, most: int | None = None, seed: str = "") -> list[str]:
    """The program with one constant, operator or comparison changed, or one call's or return's value lost.

    All of them in the program's order, or at most `most`, drawn by `seed`. None equals the program.

    Raises:
        SyntaxError, ValueError, RecursionError: The source does not parse.
    """
    tree = ast.parse(source)
    original = ast.unparse(tree)
    nodes = _outside_loops(tree)
    if most is not None:
        random.Random(seed).shuffle(nodes)
    found: dict[str, None] = {}  # a set that keeps its order
    for node in nodes:
        if most is not None and len(found) == most:
            break
        before = vars(node).copy()
        if _change(node):
            found[ast.unparse(tree)] = None
            vars(node).update(before)
            found.pop(original, None)
    return list(found)


def _outside_loops(node: ast.AST) -> list[ast.AST]:
    """The nodes that can change without making the program run for ever: all but those in a `while`."""
    nodes = [node]
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.While):
            nodes += _outside_loops(child)
    return nodes


def _change(node: ast.AST) -> bool:
    """Change the node in place, only by giving it new attributes; False when there is nothing to change."""
    match node:
        case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(node.op) in _SWAPPED:
            node.op = _SWAPPED[type(node.op)]()  # type: ignore[assignment]
        case ast.Compare() if type(node.ops[0]) in _SWAPPED:
            node.ops = [_SWAPPED[type(node.ops[0])](), *node.ops[1:]]  # type: ignore[list-item]
        case ast.Constant(value=bool()):
            node.value = not node.value
        case ast.Constant(value=int(number)):
            node.value = number + 1
        case ast.Call(args=[_, *_]):
            node.args = node.args[1:]
        case ast.Return(value=ast.expr()):
            node.value = None
        case _:
            return False
    return True
