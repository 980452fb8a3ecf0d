"""Refuse test code whose syntax shows that it gives no true verdict.

`deepcoder doctor` finds the test code that no program passes, by judging the reference.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

NOTHING = "the tests assert nothing: every program would pass"
# Names of channels other than a call's arguments and result.
_CHANNELS = frozenset(
    {
        *("redirect_stderr", "redirect_stdout", "readouterr", "stdin", "stdout"),
        *("monkeypatch", "patch", "environ", "seed"),
        *("open", "exists", "isfile", "read_text", "write_text"),
        *("NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkdtemp", "mkstemp"),
    }
)


def refusal(left: Iterable[ast.stmt], calls: set[ast.Call], defined: set[str], has_data: bool) -> str:
    """Return why test code could give no true verdict; empty if nothing shows that.

    Args:
        left: The test code that no data was made of.
        calls: The calls of the program in the whole test code.
        defined: The names that test code may use without binding them itself, beside Python's own.
        has_data: Whether there are tests that are data.
    """
    nodes = [node for statement in left for node in ast.walk(statement)]
    if not has_data and not any(map(_can_fail, nodes)):
        return NOTHING
    for node in nodes:
        match node:
            case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)) if name in _CHANNELS:
                return f"the tests use {name}, and what a program reads, prints or draws at random cannot be seen"
    bound = {*dir(builtins), "Solution", "__name__", *defined, *bound_names(nodes)}
    bound.update(node.arg for node in nodes if isinstance(node, ast.arg))
    missing = next((node.id for node in nodes if isinstance(node, ast.Name) and node.id not in bound), "")
    if missing and "*" not in bound:
        return f"the tests use {missing}, which only the program could define"
    return _unseen(nodes, calls)


def _can_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        of, _, name = ast.unparse(node.func).rpartition(".")
        return name in ("raises", "fail") or bool(of and name.startswith("assert"))
    return isinstance(node, (ast.Assert, ast.Raise))


def _unseen(nodes: list[ast.AST], calls: set[ast.Call]) -> str:
    """Return a message if the tests ask for identity, or for what the program does to its arguments."""
    handed: dict[str, tuple[int, int]] = {}  # variables that are arguments, and the place of the first such call
    for name in (name for call in calls for each in call.args for name in _root(each)):
        handed[name.id] = min(_place(name), handed.get(name.id, _place(name)))
    results = {  # variables that hold what calls return
        name.id
        for node in nodes
        if isinstance(node, ast.Assign) and not calls.isdisjoint(ast.walk(node.value))
        for target in node.targets
        for name in _names(target)
    }

    def is_of_program(code: ast.AST) -> bool:
        return not calls.isdisjoint(ast.walk(code)) or any(name.id in results for name in _names(code))

    for node in nodes:
        if isinstance(node, ast.Compare) and is_of_program(node) and _asks_identity(node):
            return "the tests ask for the identity of what the program returns, and only its value can be seen"
        parts = conjuncts(node.test) if isinstance(node, ast.Assert) else []
        for name in (name for part in parts if not is_of_program(part) for name in _names(part)):
            if handed.get(name.id, _place(name)) < _place(name):
                return f"the tests look at what the program does to its argument {name.id}, which cannot be seen"
    return ""


def _root(argument: ast.AST) -> list[ast.Name]:
    """Return the variable that an argument is, or is a part of."""
    while isinstance(argument, (ast.Attribute, ast.Starred, ast.Subscript)):
        argument = argument.value
    return [argument] if isinstance(argument, ast.Name) else []


def _place(name: ast.Name) -> tuple[int, int]:
    return name.lineno, name.col_offset


def conjuncts(test: ast.expr) -> list[ast.expr]:
    """Return the parts of an asserted expression that must each be true."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for each in test.values for part in conjuncts(each)]
    return [test]


def _asks_identity(node: ast.Compare) -> bool:
    singles = [isinstance(each, ast.Constant) for each in (node.left, *node.comparators)]
    return not any(singles) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)


def _names(code: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(code) if isinstance(node, ast.Name)]


def defined_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that the code defines or imports, other than from the program."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "solution"):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that the code defines, imports, assigns or deletes."""
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        else:
            yield from defined_names([node])
