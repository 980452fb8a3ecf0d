"""Mutants: wrong programs made from a right one, each by one small change.

Runs: GPU node. `doctor` judges mutants, and the tiny model of `training` learns to answer with them.
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
    """Return the program as `ast` writes it, so that a mutant differs from it in nothing but the change."""
    return ast.unparse(ast.parse(source))


def mutants(source: str, most: int | None = None, seed: str = "") -> list[str]:
    """Return programs that differ by one constant, operator or comparison, or that lose one argument or return value.

    Without `most`, all mutants come in the order of the program. Else `seed` draws at most that many. No mutant equals
    the program.

    Raises:
        SyntaxError, ValueError, RecursionError: The source does not parse.
    """
    tree = ast.parse(source)
    original = ast.unparse(tree)
    nodes = _outside_loops(tree)
    if most is not None:
        random.Random(seed).shuffle(nodes)
    sources: dict[str, None] = {}  # a set in order of insertion
    for node in nodes:
        if most is not None and len(sources) == most:
            break
        before = vars(node).copy()
        if _change(node):
            sources[ast.unparse(tree)] = None
            vars(node).update(before)
            sources.pop(original, None)
    return list(sources)


def _outside_loops(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that can change without making the program run for ever: those in no `while`."""
    nodes = [node]
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.While):
            nodes += _outside_loops(child)
    return nodes


def _change(node: ast.AST) -> bool:
    """Change the node in place by giving it new attributes; return False where nothing can be changed."""
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
