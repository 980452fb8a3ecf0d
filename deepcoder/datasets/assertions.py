"""Turn test code that asserts on calls of one function into tests: data where possible, code for the rest.

An assertion about one call of the entry point with literal arguments becomes arguments, an expected value and a
checker, so that the expected value stays outside the sandbox. The test code is read, never executed.

Each statement of the module is data as a whole, or stays test code as a whole. A call of `check(candidate)`, say, is
data if every statement of that function is understood.
"""

from __future__ import annotations

import ast
import builtins
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from deepcoder.datasets import fields
from deepcoder.datasets.comparisons import (
    ENTRY_POINT,
    EQUAL,
    UNKNOWN,
    Called,
    Check,
    Imported,
    Solution,
    asserting,
    check,
    meaning,
)
from deepcoder.datasets.literals import Literal, NotLiteral, items, size, value
from deepcoder.datasets.refusals import (
    NOTHING,
    bound_names,
    conjuncts,
    defined_names,
    is_of_program,
    refusal,
    without_timing,
)
from deepcoder.problems import TestCase

__all__ = ["EQUAL", "called_function", "syntax", "tests", "tests_of_cases"]

_Scope = ChainMap[str, Any]

# What one piece of test code may cost: syntax nodes, names, and elements of values. Loops look at these repeatedly.
_READING_STEPS = 20_000_000
_STATEMENT_STEPS = 100
# LeetCode's prompts define these functions.
_LEETCODE_HELPERS = ("is_same_list", "is_same_tree", "list_node", "tree_node")
# What an expression of these kinds returns can be changed.
_CHANGING = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp)
# Code that follows one of these may never be executed.
_ENDING = frozenset({"SystemExit", "_exit", "exit", "quit", "skip"})


def tests(test_code: str, entry_point: str, trusted: str = "", reference: str = "") -> list[TestCase]:
    """Return the tests that a piece of test code means: those that are data, then one of code if anything is left.

    They are for a problem whose checker is `EQUAL`.

    `trusted` is source that the test code may rely on, such as the helpers of a data set's prompt: test code that is
    left begins with it, so that a program cannot replace it. Where the `reference` has variables of its module that its
    functions may change, and anything is left, all of it is left: the program is then loaded once for all of its calls.

    Raises:
        ValueError: The code is not Python, takes too long to read, asserts nothing, or asserts what cannot be seen from
            outside a program: what it does to its arguments, or identity.
    """
    tree, helpers = syntax(test_code), syntax(trusted)
    program = {entry_point, "candidate"}  # names of what the program gives
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "solution":
            program.update(alias.asname or alias.name for alias in node.names)
    try:
        tree = without_timing(tree, program)
        reader = _Reader(entry_point, helpers.body)
        left = _used(reader.left(tree.body, list(ast.walk(tree))))
        if reader.is_open:
            if reader.cases and _calls(left, program) and _keeps_state(reference):
                reader.cases, left = [], tree.body
            defined = set(bound_names(ast.walk(helpers)))
            reason = refusal(tree, left, program, defined, bool(reader.cases))
            if reason:
                raise ValueError(reason)
            if _calls(left, program):
                body = [each for each in (*helpers.body, *left) if not _is_future(each)]
                return [*reader.cases, TestCase.code(ast.unparse(ast.Module(body, [])) + "\n")]
    except RecursionError:
        raise ValueError("the test code nests too deeply") from None
    if not reader.cases:
        raise ValueError(NOTHING)
    return reader.cases


def tests_of_cases(cases: Sequence[str], entry_point: str | None = None) -> tuple[str, list[TestCase]]:
    """Return the entry point and the tests of verl's `assert_case`: pieces of test code, each executed by itself.

    Raises:
        ValueError: As `tests`, or there is no text, or no function that the cases call.
    """
    if not cases or not all(isinstance(case, str) for case in cases):
        raise ValueError("the cases must be a list of test code")
    name = entry_point or called_function("\n".join(cases))
    return name, [test for case in cases for test in tests(case, name)]


def called_function(test_code: str, candidates: Iterable[str] | None = None) -> str:
    """Return the function that test code calls most, of `candidates` if given, else of those it does not define.

    Raises:
        ValueError: There is none, or the code is not Python.
    """
    nodes = list(ast.walk(syntax(test_code)))
    known = {*dir(builtins), *defined_names(nodes)}
    chosen = None if candidates is None else set(candidates)
    calls = Counter(
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if (node.func.id not in known if chosen is None else node.func.id in chosen)
    )
    if not calls:
        raise ValueError("the tests call no function of the program")
    return calls.most_common(1)[0][0]


def syntax(source: str) -> ast.Module:
    """Return the syntax of test code.

    Raises:
        ValueError: It is not Python.
    """
    try:
        return fields.syntax(source)
    except ValueError as error:
        raise ValueError(f"the test code is {error}") from None


class _Reader:
    """Reads test code in the order in which Python executes it.

    The mutable state: the cases so far, the calls, what names stand for, and the steps that are left.
    """

    def __init__(self, entry_point: str, helpers: Sequence[ast.stmt]) -> None:
        self.cases: list[TestCase] = []
        self.is_open = False  # whether something is left that may fail
        self._results: list[Called] = []  # calls whose results names hold
        self._calls = 0  # that were made
        self._tested = 0  # the number of the last call that a case came of
        self._steps = _READING_STEPS
        self._given = {entry_point: ENTRY_POINT, "candidate": ENTRY_POINT, "Solution": Solution(entry_point)}
        self._names: _Scope = ChainMap({})
        self.left(helpers, ())
        for name in _LEETCODE_HELPERS:  # a prompt's own definition of a helper means the same
            self._names.pop(name, None)
        self._names.update(self._given)
        self.is_open = False

    def left(self, statements: Sequence[ast.stmt], nodes: Iterable[ast.AST]) -> list[ast.stmt]:
        """Turn statements of the module into cases; return those that are left, with the definitions among them.

        Raises:
            ValueError: That takes too long.
        """
        if any(map(_may_mislead, nodes)):
            self.is_open = True
            return list(statements)
        left: list[ast.stmt] = []
        for statement in statements:
            before = len(self._results)
            try:
                self.cases += self._cases(statement, self._names)
            except (NotLiteral, RecursionError):
                self.is_open = True
                self._forget(statement, before)
                left.append(statement)
            else:
                if not isinstance(statement, (ast.Assert, ast.Expr, ast.For)):
                    left.append(statement)
        self.is_open |= not all(called.tested for called in self._results)
        return left

    def _forget(self, statement: ast.stmt, before: int) -> None:
        """Forget what a statement that is left may have changed."""
        del self._results[before:]
        self._charge(len(self._names))
        self._names.update(dict.fromkeys(bound_names(ast.walk(statement)), UNKNOWN))
        for name, known in self._names.items():
            if isinstance(known, Called) or (isinstance(known, Literal) and known.is_mutable):
                self._names[name] = UNKNOWN

    def _cases(self, statement: ast.stmt, names: _Scope) -> list[TestCase]:
        """Return the cases of a statement; definitions and assignments have none.

        Raises:
            NotLiteral: It is not understood.
        """
        self._charge(_STATEMENT_STEPS)
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant() | ast.Name()):
                return []
            case ast.Import() | ast.ImportFrom():
                self._import(statement, names)
                return []
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names[name] = statement
                return []
            case ast.Assign(targets=[target], value=of) | ast.AnnAssign(target=target, value=ast.expr() as of):
                _bind(target, self._known(of, names), names)
                return []
            case ast.Assert(test=test):
                parts = [part for part in conjuncts(test) if not (isinstance(part, ast.Constant) and part.value)]
                return [self._case(check(part, names)) for part in parts]
            case ast.For(target=target, iter=of, body=body, orelse=[]):
                cases = []
                for item in items(of, names):
                    _bind(target, Literal(item), names)
                    cases += self._block(body, names)
                return cases
            case ast.Expr(value=ast.Call() as call):
                asked = asserting(call, names)
                return [self._case(asked)] if asked else self._called(call, names)
        raise NotLiteral(type(statement).__name__)

    def _block(self, statements: Iterable[ast.stmt], names: _Scope) -> list[TestCase]:
        before = len(self._results)
        cases = [case for statement in statements for case in self._cases(statement, names)]
        if not all(called.tested for called in self._results[before:]):
            raise NotLiteral("a call whose result no test looks at")
        return cases

    def _called(self, call: ast.Call, names: _Scope) -> list[TestCase]:
        """Return the cases of a call of a function that the test code defines: its body is read in place."""
        function = meaning(call.func, names)
        if not isinstance(function, ast.FunctionDef) or function.decorator_list or call.keywords:
            raise NotLiteral("a call of a function that is not known")
        self._charge(sum(1 for _ in ast.walk(function)))
        takes = function.args
        parameters = [each.arg for each in takes.args]
        if takes.posonlyargs or takes.kwonlyargs or takes.vararg or takes.kwarg or len(parameters) != len(call.args):
            raise NotLiteral("parameters that are not plain ones")
        outer = next((at for at, scope in enumerate(names.maps) if scope.get(function.name) is function), None)
        if outer is None:
            raise NotLiteral("a function by another name")
        given = {name: self._known(each, names) for name, each in zip(parameters, call.args, strict=True)}
        last = function.body[-1]
        body = function.body[:-1] if isinstance(last, ast.Return) and last.value is None else function.body
        return self._block(body, ChainMap(given, *names.maps[outer:]))

    def _import(self, statement: ast.Import | ast.ImportFrom, names: _Scope) -> None:
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            if isinstance(statement, ast.Import):
                names[name] = Imported(alias.name if alias.asname else name)
            elif statement.module == "solution":
                names[name] = self._given.get(alias.name, UNKNOWN)
            else:
                names[name] = Imported(f"{statement.module}.{alias.name}")

    def _known(self, node: ast.expr, names: _Scope) -> Any:
        """Return what an expression stands for.

        Raises:
            NotLiteral: That is not known.
        """
        known = meaning(node, names)
        if isinstance(known, Called) and not known.number:
            self._make(known)
            self._results.append(known)
        if known is None:
            known = Literal(value(node, names))
            self._charge(size(known.value))
        return known

    def _case(self, asked: Check | None) -> TestCase:
        if asked is None:
            raise NotLiteral("no assertion about one call")
        called, expected, checker = asked
        self._charge(size([called.args, called.kwargs, expected]))
        if not called.number:
            self._make(called)
        if called.number <= self._tested:
            raise NotLiteral("a call that is tested before, or that came before one that is")
        self._tested, called.tested = called.number, True
        try:
            return TestCase.call(called.args, expected, called.kwargs, checker)
        except TypeError as error:
            raise NotLiteral(str(error)) from None

    def _make(self, called: Called) -> None:
        self._calls += 1
        called.number = self._calls

    def _charge(self, steps: int) -> None:
        """Count steps of reading.

        Raises:
            ValueError: The test code has cost too many.
        """
        self._steps -= steps
        if self._steps < 0:
            raise ValueError("the test code takes too long to read")


def _bind(target: ast.expr, known: Any, names: _Scope) -> None:
    """Let a name, or the names of a tuple, stand for something.

    Raises:
        NotLiteral: The target is something else, or the value does not fit it.
    """
    if isinstance(target, ast.Name):
        names[target.id] = known
        return
    parts = known.value if isinstance(known, Literal) else None
    if not isinstance(target, (ast.Tuple, ast.List)) or not isinstance(parts, (list, tuple, str)):
        raise NotLiteral("no name")
    if len(parts) != len(target.elts):
        raise NotLiteral("another number of values")
    for each, part in zip(target.elts, parts, strict=True):
        _bind(each, Literal(part), names)


def _may_mislead(node: ast.AST) -> bool:
    """Return whether names may change where nothing shows it, or what follows may never be executed."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _ENDING
    return isinstance(node, (ast.Global, ast.Nonlocal))


def _calls(statements: Iterable[ast.stmt], program: set[str]) -> bool:
    """Return whether code may call the program; code that asks no more than what a name stands for does not."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    asked: set[ast.AST] = set()
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="callable" | "hasattr" | "isinstance"), args=args):
                asked.update(args)
            case ast.Assert() | ast.Attribute() | ast.BoolOp() | ast.Compare():
                asked.update(ast.iter_child_nodes(node))
    return any(node not in asked and is_of_program(node, program) for node in nodes)


def _keeps_state(source: str) -> bool:
    """Return whether the functions of a module may find what their earlier calls have stored."""
    tree = syntax(source)
    nodes = list(ast.walk(tree))
    changes = {
        name
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, (*_CHANGING, ast.Call))
        for name in bound_names(ast.walk(node))
    }
    inner = (each for node in nodes if isinstance(node, ast.FunctionDef) for each in ast.walk(node))
    defaults = (each for node in nodes if isinstance(node, ast.arguments) for each in node.defaults)
    return (
        any(isinstance(node, ast.Global) for node in nodes)
        or any(isinstance(node, ast.Name) and node.id in changes for node in inner)
        or any(isinstance(each, _CHANGING) for each in defaults)
    )


def _is_future(statement: ast.stmt) -> bool:
    """Return whether the statement may stand at the beginning of a file only."""
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _used(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements without functions that no other of them names."""
    unused: dict[str, list[ast.stmt]] = defaultdict(list)
    waiting: list[ast.stmt] = []
    for each in statements:
        (unused[each.name] if isinstance(each, ast.FunctionDef) else waiting).append(each)
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Name):
                waiting += unused.pop(node.id, [])
    dropped = {each for functions in unused.values() for each in functions}
    return [each for each in statements if each not in dropped]
