"""Refuse test code whose syntax shows that it gives no true verdict.

`deepcoder doctor` finds the test code that no program passes, by judging the reference.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator

NOTHING = "the tests assert nothing: every program would pass"
# Names of channels other than a call's arguments and result, and of functions that look at the program itself.
_CHANNELS = frozenset(
    {
        *("redirect_stderr", "redirect_stdout", "readouterr", "stdin", "stdout"),
        *("monkeypatch", "patch", "environ", "seed"),
        *("open", "exists", "isfile", "read_text", "write_text"),
        *("NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkdtemp", "mkstemp"),
        *("catch_warnings", "deprecated_call", "warns"),
        *("getdoc", "getfullargspec", "getsource", "get_type_hints", "signature"),
        *("iscoroutinefunction", "isgeneratorfunction"),
    }
)
# Functions that execute what they are given, by their full names.
_EXECUTING = frozenset(
    {
        *("eval", "exec", "compile", "builtins.eval", "builtins.exec", "builtins.compile"),
        *(
            f"{module}.{name}"
            for module in ("pickle", "marshal", "dill", "cloudpickle")
            for name in ("load", "loads", "Unpickler")
        ),
        *("sympy.sympify", "sympy.S", "sympy.parse_expr", "sympy.parsing.sympy_parser.parse_expr"),
    }
)
_CLOCKS = frozenset(
    {
        *(
            f"time.{name}{unit}"
            for name in ("time", "perf_counter", "monotonic", "process_time")
            for unit in ("", "_ns")
        ),
        *("timeit.default_timer", "timeit.timeit", "timeit.repeat"),
    }
)

Holds = Callable[[ast.AST], bool]


def refusal(tree: ast.Module, left: Iterable[ast.stmt], program: set[str], defined: set[str], has_data: bool) -> str:
    """Return why test code could give no true verdict; empty if nothing shows that.

    Args:
        tree: The whole test code.
        left: What no data was made of.
        program: The names of what the program gives.
        defined: The other names that test code may use without binding them itself, beside Python's own.
        has_data: Whether there are tests that are data.
    """
    nodes = [node for statement in left for node in ast.walk(statement)]
    if not has_data and not any(map(_can_fail, nodes)):
        return NOTHING
    for node in nodes:
        match node:
            case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)) if name in _CHANNELS:
                return f"the tests use {name}, and only what a program is given and returns can be seen"
            case ast.Attribute(value=of, attr=name) if is_of_program(of, program) and name != "__name__":
                return f"the tests look at {ast.unparse(node)}, and only what a program returns can be seen"
    bound = {*dir(builtins), "Solution", "__name__", *program, *defined, *bound_names(nodes)}
    bound.update(node.arg for node in nodes if isinstance(node, ast.arg))
    missing = next((node.id for node in nodes if isinstance(node, ast.Name) and node.id not in bound), "")
    if missing and "*" not in bound:
        return f"the tests use {missing}, which only the program could define"
    calls = {node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_of_program(node.func, program)}
    return _unseen(nodes, calls) or _unsafe(nodes, program)


def without_timing(tree: ast.Module, program: set[str]) -> ast.Module:
    """Return the test code without assertions on time, which a busy machine decides, and on nothing else.

    Raises:
        ValueError: It compares times in another way.
    """
    nodes = list(ast.walk(tree))
    clocks = _calls_of(_CLOCKS, nodes)
    if not clocks:
        return tree
    measures, returns = _holding(nodes, clocks), _holding(nodes, _results(nodes, program))

    class Rest(ast.NodeTransformer):
        """Leaves the assertions out."""

        def visit_Assert(self, node: ast.Assert) -> ast.stmt:
            """Return what stands for an assertion."""
            is_only_time = measures(node.test) and not returns(node.test)
            return ast.copy_location(ast.Pass(), node) if is_only_time else node

    rest: ast.Module = Rest().visit(tree)
    for node in ast.walk(rest):
        if isinstance(node, ast.Compare) and measures(node):
            raise ValueError("the tests compare times, which a busy machine decides")
    return rest


def _unsafe(nodes: list[ast.AST], program: set[str]) -> str:
    """Return a message if what the program returns may be executed as code, which then decides on itself."""
    executing = _calls_of(_EXECUTING, nodes)
    if not executing:
        return ""
    returns = _holding(nodes, _results(nodes, program))
    for call in executing:
        if any(map(returns, [*call.args, *(each.value for each in call.keywords)])):
            return f"the tests execute what the program returns, by {ast.unparse(call)[:60]}"
    return ""


def _holding(nodes: list[ast.AST], calls: set[ast.Call]) -> Holds:
    """Return what says whether an expression may have the result of one of these calls in it, or an exception."""
    names: set[str] = set()
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}

    def holds(code: ast.AST) -> bool:
        return not calls.isdisjoint(ast.walk(code)) or any(name.id in names for name in _names(code))

    def holders(node: ast.AST) -> Iterator[str]:
        """Yield the names that hold a result if the node is executed."""
        match node:
            case ast.Assign(value=of) | ast.AnnAssign(value=ast.expr() as of) | ast.AugAssign(value=of) if holds(of):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (name.id for target in targets for name in _names(target))
            case ast.NamedExpr(target=target, value=of) if holds(of):
                yield target.id
            case ast.For(target=target, iter=of) | ast.comprehension(target=target, iter=of) if holds(of):
                yield from (name.id for name in _names(target))
            case ast.With(items=with_items, body=body) if any(map(holds, [*with_items, *body])):
                targets = [each.optional_vars for each in with_items if each.optional_vars]
                yield from (name.id for target in targets for name in _names(target))
            case ast.Try(body=body, handlers=handlers) if any(map(holds, body)):
                yield from (each.name for each in handlers if each.name)
            case ast.FunctionDef(name=name) if any(map(holds, _returned(node))):
                yield name
            case ast.Call(func=function, args=args) if node not in calls and any(map(holds, args)):
                yield from (name.id for name in _root(function) if isinstance(function, ast.Attribute))
                if isinstance(function, ast.Name) and function.id in functions:
                    yield from (each.arg for each in functions[function.id].args.args)

    known = -1
    while known < len(names):
        known = len(names)
        for node in nodes:
            names.update(holders(node))
    return holds


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function returns or yields."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value:
            yield node.value


def _results(nodes: Iterable[ast.AST], program: set[str]) -> set[ast.Call]:
    """Return the calls of the program, and those that are given the program to call, as `map` is."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return {node for node in calls if any(is_of_program(each, program) for each in (node.func, *node.args))}


def is_of_program(node: ast.AST, program: set[str]) -> bool:
    """Return whether an expression is one of the names of what the program gives."""
    return (isinstance(node, ast.Name) and node.id in program) or (
        isinstance(node, ast.Attribute) and node.attr in program
    )


def _calls_of(functions: Iterable[str], nodes: Iterable[ast.AST]) -> set[ast.Call]:
    """Return the calls of these functions, and those that are given one of them, as `map` is."""
    nodes = list(nodes)
    origins: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            origins.update((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom):
            origins.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)

    def is_one(node: ast.AST) -> bool:
        if not _root(node):
            return False
        root, dot, rest = ast.unparse(node).partition(".")
        return origins.get(root, root) + dot + rest in functions

    return {node for node in nodes if isinstance(node, ast.Call) and any(map(is_one, [node.func, *node.args]))}


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

    def has_result(code: ast.AST) -> bool:
        return not calls.isdisjoint(ast.walk(code)) or any(name.id in results for name in _names(code))

    for node in nodes:
        if isinstance(node, ast.Compare) and has_result(node) and _asks_identity(node):
            return "the tests ask for the identity of what the program returns, and only its value can be seen"
        parts = conjuncts(node.test) if isinstance(node, ast.Assert) else []
        for name in (name for part in parts if not has_result(part) for name in _names(part)):
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
