"""Test code that asserts on calls of one function, as tests: data where an assertion can be data, code for the rest.

An assertion about one call of the entry point with constant arguments becomes arguments, an expected value and a
checker, so that the expected value stays outside the sandbox. The test code is read, never executed. What cannot be
data stays test code, never weaker than it was; a test that even there could give no true verdict is refused.
"""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections import ChainMap, Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from deepcoder.datasets import fields
from deepcoder.datasets.constants import UNKNOWN, Constants, Known, Module, NotConstant, Symbol, from_module, star_names
from deepcoder.problems import TestCase
from deepcoder.wire.values import ListNode, TreeNode

_Scope = ChainMap[str, Any]
_Check = tuple["_Called", Any, str]  # a call, what it must return, by which checker

_ENTRY, _SOLUTION, _SAME = Symbol(), Symbol(), Symbol()
# The helpers that newfacade's LeetCode tests use; the prompts of their rows define them.
_NODES = {
    "list_node": Known(ListNode.of),
    "tree_node": Known(TreeNode.of),
    "is_same_list": _SAME,
    "is_same_tree": _SAME,
}
_NOTHING = "the tests assert nothing: every program would pass"
EQUAL = "equal(1e-9)"  # as ==, but for the last digits of a float: the checker of problems tested by assertions
_OWN = ""  # the problem's checker
_VIEWS = frozenset({"sorted", "set", "list", "tuple", "len", "str"})
_MUTABLE = (list, dict, set, tuple, ListNode, TreeNode)  # or may hold one that is
# Calls of these change no argument, if they are given no function.
_HARMLESS = frozenset(dir(builtins)) - {
    *("compile", "delattr", "eval", "exec", "exit", "filter", "iter", "map", "next", "quit", "setattr")
}
_TURN_STEPS = 60  # what a turn of a loop costs at least, in steps of Constants
# What reading may cost beside the constants: each call of a function is read in place, and calls may call twice.
_READING_STEPS = 20_000_000  # syntax nodes and names looked at, about 0.1 µs each
_STATEMENT_STEPS = 100
_ENDING = frozenset({"exit", "quit", "_exit", "skip"})
# What makes values that are equal to no plain value, and what makes those that reach the other side as another type.
_OPAQUE = frozenset({"Path", "UUID", "date", "datetime", "deque", "timedelta"})
_ALTERED = _OPAQUE | {
    *("Counter", "OrderedDict", "defaultdict", "bytearray", "memoryview"),
    *("Generator", "GeneratorType", "Iterator", "enumerate", "filter", "iter", "map", "range", "reversed", "zip"),
    *("ndarray", "arange", "array", "asarray", "eye", "full", "linspace", "ones", "zeros", "DataFrame", "Series"),
}
_ATTRIBUTES = frozenset({"left", "next", "right", "val"}).union(
    *map(dir, (int, float, complex, Fraction, Decimal, str, bytes, list, tuple, dict, set))
)
# Ways around a call's arguments and result.
_CHANNELS = frozenset(
    {
        *("redirect_stderr", "redirect_stdout", "readouterr", "stdin", "stdout"),
        *("monkeypatch", "patch", "environ", "seed"),
        *("open", "exists", "isfile", "read_text", "write_text"),
        *("NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkdtemp", "mkstemp"),
    }
)


class _Called(Symbol):
    """A call of the entry point; whether a test came of it."""

    def __init__(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs
        self.tested = False


class _Defined(Symbol):
    """A function that the test code defines, and the names that it sees."""

    def __init__(self, node: ast.FunctionDef, names: _Scope) -> None:
        self.node = node
        self.names = names


def tests(test_code: str, entry_point: str, trusted: str = "") -> list[TestCase]:
    """The tests that a piece of test code means: those that are data, then one of code if anything is left.

    They are for a problem whose checker is `EQUAL`.

    `trusted` is source that the test code may rely on, such as the helpers of a data set's prompt: test code that is
    left begins with it, so that a program cannot replace it.

    Raises:
        ValueError: The code is not Python, takes too long to read, asserts nothing, or asserts what cannot be seen from
            outside a program: what it does to its arguments, identity, or functions and objects that cross to it.
    """
    reader = _Reader(syntax(test_code), entry_point, syntax(trusted))
    try:
        return reader.tests()
    except RecursionError:
        raise ValueError("the test code nests too deeply") from None


def tests_of_cases(cases: Sequence[str], entry_point: str | None = None) -> tuple[str, list[TestCase]]:
    """The entry point and the tests of verl's `assert_case`: pieces of test code, each executed by itself.

    Raises:
        ValueError: As `tests`, or there is no text, or no function that the cases call.
    """
    if not cases or not all(isinstance(case, str) for case in cases):
        raise ValueError("assert_case must be a list of test code")
    name = entry_point or called_function("\n".join(cases))
    return name, [test for case in cases for test in tests(case, name)]


def called_function(test_code: str, candidates: Iterable[str] | None = None) -> str:
    """The function that test code calls most, of `candidates` if given, else of those that it does not define.

    Raises:
        ValueError: There is none, or the code is not Python.
    """
    tree = syntax(test_code)
    known = {*dir(builtins), *_bound_names(ast.walk(tree))}
    chosen = None if candidates is None else set(candidates)
    calls = Counter(
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if (node.func.id not in known if chosen is None else node.func.id in chosen)
    )
    if not calls:
        raise ValueError("the tests call no function of the program")
    return calls.most_common(1)[0][0]


def syntax(source: str) -> ast.Module:
    """The syntax of test code.

    Raises:
        ValueError: It is not Python.
    """
    try:
        return fields.syntax(source)
    except ValueError as error:
        raise ValueError(f"the test code is {error}") from None


class _Reader:
    """Reads test code statement by statement, as Python would execute it, as far as all is constant."""

    def __init__(self, tree: ast.Module, entry_point: str, trusted: ast.Module) -> None:
        self.tree = tree
        self.entry_point = entry_point
        self.trusted = trusted
        self.constants = Constants()
        self.cases: list[TestCase] = []
        self.names: _Scope = ChainMap({**_NODES, entry_point: _ENTRY, "candidate": _ENTRY, "Solution": _SOLUTION})
        self.nodes = list(ast.walk(tree))
        self.program = {entry_point, "candidate", *_from_solution(self.nodes)}  # names of what the program gives
        self.uses = Counter(
            node.id for node in self.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        )
        self.results: dict[ast.stmt, list[_Called]] = {}  # assignments of what calls return
        self.quiet: set[ast.stmt] = set()  # assignments of constants, loops of which all became data
        self.bodies: dict[ast.FunctionDef, list[ast.stmt]] = {}  # what is left of functions that are called once
        self.active: set[ast.FunctionDef] = set()
        self.repeated = 0  # loops and functions that we are in and that may run more than once
        self.steps = _READING_STEPS

    def tests(self) -> list[TestCase]:
        """The cases, and what is left as code if that is more than definitions.

        Raises:
            ValueError: It cannot be used.
        """
        left = self._read()
        if left:
            reason = self._refusal(left)
            if reason:
                raise ValueError(reason)
        if self._calls_program(left):
            kept = ast.Module([*_without_future(self.trusted.body), *_without_future(left)], [])
            return [*self.cases, TestCase.code(ast.unparse(kept) + "\n")]
        if not self.cases:
            raise ValueError(_NOTHING)
        return self.cases

    def _read(self) -> list[ast.stmt]:
        """Turn assertions into cases; returns what must stay code, nothing if only definitions are left."""
        for statement in self.trusted.body:
            self._statement(statement, self.names)
        self.names.update(_NODES)  # a prompt that defines these means the same by them
        self.names[self.entry_point] = _ENTRY
        left = self.tree.body
        if not any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in (*self.nodes, *ast.walk(self.trusted))):
            left = self._body(left, self.names)
        if self._all_inert(left):
            return []
        return _used([self._rest(statement) for statement in left])

    def _rest(self, statement: ast.stmt) -> ast.stmt:
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef) and node in self.bodies:
                node.body = self.bodies[node]
        return statement

    # Statements: each returns what is left of it.

    def _body(self, statements: Sequence[ast.stmt], names: _Scope) -> list[ast.stmt]:
        left: list[ast.stmt] = []
        for number, statement in enumerate(statements, start=1):
            self._charge(_STATEMENT_STEPS)
            rest = self._statement(statement, names)
            left += rest
            if isinstance(statement, ast.Return):
                break
            if any(_may_leave(each) for each in rest if each not in self.quiet):  # what follows may never be executed
                left += statements[number:]
                break
        return left

    def _statement(self, statement: ast.stmt, names: _Scope) -> list[ast.stmt]:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return []
            case ast.Import() | ast.ImportFrom():
                self._import(statement, names)
                return [statement]
            case ast.FunctionDef(name=name):
                names[name] = _Defined(statement, names)
                return [statement]
            case (
                ast.Assign(targets=[target], value=ast.expr() as value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ):
                self._assign(statement, target, value, names)
                return [statement]
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                before = names.get(name)
                if not isinstance(before, (Symbol, *_MUTABLE)):
                    target = ast.Name(name, ast.Store())
                    self._assign(statement, target, ast.BinOp(ast.Name(name, ast.Load()), op, value), names)
                    return [statement]
            case ast.Assert(test=test, msg=msg):
                parts = []
                for part in _conjuncts(test):
                    if not self._converts(part, names):
                        self._forget(part, names)
                        parts.append(part)
                if not parts:
                    return []
                rest = parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), parts)
                return [ast.copy_location(ast.Assert(rest, msg), statement)]
            case ast.For(orelse=[]):
                loop = self._loop(statement, names)
                if loop is not None:
                    return [loop]
            case ast.Expr(value=ast.Call() as call):
                found = self._call(statement, call, names)
                if found is not None:
                    return found
        self._forget(statement, names)
        return [statement]

    def _import(self, statement: ast.Import | ast.ImportFrom, names: _Scope) -> None:
        module = (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
        for alias in statement.names:
            name = alias.asname or alias.name
            if isinstance(statement, ast.Import):
                names[name.partition(".")[0]] = Module(alias.name if alias.asname else name.partition(".")[0])
            elif module == "solution":
                of_program = {self.entry_point: _ENTRY, "Solution": _SOLUTION}
                names[name] = of_program.get(alias.name, UNKNOWN)
            elif name == "*":
                names.update({each: from_module(module, each) for each in star_names(module)})
            else:
                names[name] = from_module(module, alias.name)

    def _assign(self, statement: ast.stmt, target: ast.expr, value: ast.expr, names: _Scope) -> None:
        symbol = self._symbol(value, names)
        try:
            if symbol is None:
                self.constants.bind(target, self.constants.value(value, names), names)
                self.quiet.add(statement)
                return
            self.constants.bind(target, symbol, names)
            if isinstance(symbol, _Called):
                self.results.setdefault(statement, []).append(symbol)
            else:
                self.quiet.add(statement)
                self.program.update(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
        except NotConstant:
            self.quiet.discard(statement)  # it may have been constant in an earlier turn
            self._forget(statement, names)

    def _loop(self, loop: ast.For, names: _Scope) -> ast.For | None:
        """The loop without its assertions if all of them became data, in every turn."""
        before = len(self.cases)
        left: list[ast.stmt] = []
        self.repeated += 1
        try:
            for item in self.constants.items(loop.iter, names):
                self.constants.charge(_TURN_STEPS)
                self.constants.bind(loop.target, item, names)
                left = self._body(loop.body, names)
                if not self._all_inert(left):
                    raise NotConstant("an assertion is left")
        except NotConstant:
            del self.cases[before:]
            return None
        finally:
            self.repeated -= 1
        shell = ast.copy_location(ast.For(loop.target, loop.iter, left or [ast.Pass()], []), loop)
        self.quiet.add(shell)
        return shell

    def _call(self, statement: ast.stmt, call: ast.Call, names: _Scope) -> list[ast.stmt] | None:
        """What is left of a statement that calls; None where it is not understood."""
        function = self._symbol(call.func, names)
        if isinstance(function, _Defined):
            if _is_evalplus_assertion(function):
                return [] if self._converts(call, names) else None
            return self._inlined(statement, call, function, names)
        if ast.unparse(call.func).endswith("testing.assert_allclose"):
            return [] if self._converts(call, names) else None
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            return [] if not any(isinstance(node, ast.Call) for each in call.args for node in ast.walk(each)) else None
        return None

    def _inlined(self, statement: ast.stmt, call: ast.Call, function: _Defined, names: _Scope) -> list[ast.stmt] | None:
        """What is left of a call of a function that the test code defines: its body is read in place."""
        node = function.node
        if node in self.active:
            return None
        try:
            given = self._given(call, node, names)
        except NotConstant:
            return None
        self.program.update(name for name, value in given.items() if value is _ENTRY)
        once = not self.repeated and self.uses[node.name] == 1
        before = len(self.cases)
        self.active.add(node)
        self.repeated += not once
        try:
            left = self._body(node.body, function.names.new_child(given))
        finally:
            self.active.discard(node)
            self.repeated -= not once
        if once:
            self.bodies[node] = left or [ast.Pass()]
        if self._all_inert(left):
            return []
        if once:
            self._forget(statement, names)
            return [statement]
        del self.cases[before:]
        return None

    def _given(self, call: ast.Call, node: ast.FunctionDef, names: _Scope) -> dict[str, Any]:
        """What the parameters stand for.

        Raises:
            NotConstant: It is not known.
        """
        parameters = node.args
        plain = [each.arg for each in parameters.args]
        if parameters.posonlyargs or parameters.kwonlyargs or parameters.vararg or parameters.kwarg or call.keywords:
            raise NotConstant("parameters")
        if node.decorator_list:
            raise NotConstant("decorators")
        given = [self._argument(each, names) for each in call.args]
        optional = [self.constants.value(each, {}) for each in parameters.defaults]  # older than these names
        missing = len(plain) - len(given)
        if not 0 <= missing <= len(optional):
            raise NotConstant("another number of arguments")
        return dict(zip(plain, given + optional[len(optional) - missing :], strict=True))

    def _argument(self, node: ast.expr, names: _Scope) -> Any:
        symbol = self._symbol(node, names)
        return self.constants.value(node, names) if symbol is None else symbol

    def _forget(self, code: ast.AST, names: _Scope) -> None:
        """After code that is not understood: what it assigns, and what it may have changed."""
        for node in ast.walk(code):
            self._charge(1)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                names[node.id] = UNKNOWN
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                names[node.name] = UNKNOWN
        if not self._may_change(code, names):
            return
        for scope in names.maps:
            self._charge(len(scope))
            for name, value in scope.items():
                if isinstance(value, (_Called, *_MUTABLE)):
                    scope[name] = UNKNOWN

    def _charge(self, steps: int) -> None:
        """Count steps of reading.

        Raises:
            ValueError: The test code has cost too many.
        """
        self.steps -= steps
        if self.steps < 0:
            raise ValueError("the test code takes too long to read")

    def _may_change(self, code: ast.AST, names: _Scope) -> bool:
        """Whether code may change a value that a name stands for; the program itself cannot."""
        for node in ast.walk(code):
            if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.AugAssign) or (isinstance(node, ast.keyword) and node.arg == "key"):
                return True
            if isinstance(node, ast.Call):
                harmless = isinstance(node.func, ast.Name) and node.func.id in _HARMLESS and node.func.id not in names
                if not harmless and self._symbol(node.func, names) is not _ENTRY:
                    return True
        return False

    def _all_inert(self, statements: Iterable[ast.stmt]) -> bool:
        return all(map(self._inert, statements))

    def _inert(self, statement: ast.stmt) -> bool:
        """Whether a statement that is left could not fail."""
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.Pass():
                return True
            case ast.Return(value=None) | ast.Expr(value=ast.Name()):
                return True
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                if statement in self.results:
                    return all(called.tested for called in self.results[statement])
                risky = (ast.Attribute, ast.AugAssign, ast.BinOp, ast.Call, ast.Starred, ast.Subscript)
                return statement in self.quiet or not any(isinstance(each, risky) for each in ast.walk(statement))
            case ast.For():
                return statement in self.quiet and self._all_inert(statement.body)
        return False

    # Expressions.

    def _symbol(self, node: ast.expr, names: _Scope) -> Symbol | None:
        """The entry point, a call of it, or what else is no constant; None for any other expression."""
        match node:
            case ast.Name(id=name):
                found = names.get(name)
                return found if isinstance(found, Symbol) else None
            case ast.Attribute(value=of, attr=attr):
                return _ENTRY if attr == self.entry_point and self._symbol(of, names) is _SOLUTION else None
            case ast.Call(func=function, args=args, keywords=keywords):
                called = self._symbol(function, names)
                if called is _SOLUTION and not args and not keywords:
                    return _SOLUTION
                if called is _ENTRY:
                    try:
                        return _Called(*self.constants.arguments(args, keywords, names))
                    except NotConstant:
                        return None
        return None

    def _converts(self, test: ast.expr, names: _Scope) -> bool:
        """Make a case of an assertion. Whether nothing is left of it."""
        try:
            found = self._check(test, names)
            if found is None:
                named = any(isinstance(node, ast.Name) for node in ast.walk(test))
                return not named and bool(self.constants.value(test, names))
            called, expected, checker = found
            self.constants.measure(called.args, called.kwargs, expected)
            self.cases.append(TestCase.call(called.args, expected, called.kwargs, checker))
        except (NotConstant, TypeError):
            return False
        called.tested = True
        return True

    def _check(self, test: ast.expr, names: _Scope) -> _Check | None:
        """What an assertion asks of one call.

        Raises:
            NotConstant: Something that must be constant is not.
        """
        match test:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._comparison(left, op, right, names) or self._comparison(right, _turned(op), left, names)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                symbol = self._symbol(operand, names)
                return (symbol, False, "bool|value") if isinstance(symbol, _Called) else None
            case ast.Call() | ast.Name():
                symbol = self._symbol(test, names)
                if isinstance(symbol, _Called):
                    return symbol, True, "bool|value"
                return self._close(test, names) if isinstance(test, ast.Call) else None
        return None

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr, names: _Scope) -> _Check | None:
        """What `left op right` asks, where the call is on the left."""
        if isinstance(op, (ast.Lt, ast.LtE)):
            return self._difference(left, self.constants.value(right, names), names)
        called, view = self._view(left, names)
        if called is None:
            return None
        if view:
            return (called, self.constants.value(right, names), f"{view}|{EQUAL}") if isinstance(op, ast.Eq) else None
        match op, right:
            case ast.Eq(), ast.Call(func=function) if ast.unparse(function) in ("pytest.approx", "approx"):
                return self._approx(called, right, names)
            case ast.Eq(), _:
                return called, self.constants.value(right, names), _OWN
            case ast.NotEq(), _:
                return called, self.constants.value(right, names), "differs"
            case ast.Is(), ast.Constant(value=None | True | False as value):
                return called, value, "value"
            case ast.In(), _:
                options = self.constants.value(right, names)
                return (called, list(options), "one of") if isinstance(options, (list, tuple, set, dict)) else None
        return None

    def _view(self, node: ast.expr, names: _Scope) -> tuple[_Called | None, str]:
        """A call, and the name of what is done to its result before it is compared."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _VIEWS and name not in names:
                symbol, view = self._symbol(inner, names), name
            case ast.Call(func=ast.Name(id="round"), args=[inner, ast.Constant(value=int() as digits)], keywords=[]):
                symbol, view = self._symbol(inner, names), f"round({digits})"
            case _:
                symbol, view = self._symbol(node, names), ""
        return (symbol, view) if isinstance(symbol, _Called) else (None, "")

    def _difference(self, node: ast.expr, eps: Any, names: _Scope) -> _Check | None:
        """What `abs(call - constant) < eps` asks."""
        match node:
            case ast.Call(func=function, args=[ast.BinOp(left=left, op=ast.Sub(), right=right)], keywords=[]):
                if ast.unparse(function) in ("abs", "math.fabs"):
                    for one, other in ((left, right), (right, left)):
                        called = self._symbol(one, names)
                        if isinstance(called, _Called):
                            return self._within(called, self.constants.value(other, names), eps)
        return None

    def _within(self, called: _Called, expected: Any, eps: Any) -> _Check | None:
        if not (_are_numbers([expected, eps]) and 0 < eps < math.inf):
            return None
        return called, expected, f"equal({float(eps)!r}, abs)"

    def _near(self, called: _Called, expected: float, eps: Any) -> _Check | None:
        """As `_within`, where an eps of 0 means equal, and infinity is near itself."""
        exact = eps == 0 or math.isinf(expected)
        return (called, expected, "exact") if exact else self._within(called, expected, eps)

    def _close(self, call: ast.Call, names: _Scope) -> _Check | None:
        """What a function that compares two values asks."""
        if len(call.args) < 2:
            return None
        first, second, *others = call.args
        called, expected = self._symbol(first, names), second
        if not isinstance(called, _Called):
            called, expected = self._symbol(second, names), first
        if not isinstance(called, _Called):
            return None
        function = self._symbol(call.func, names)
        if function is _SAME and not others:
            return called, self.constants.value(expected, names), _OWN
        want = self.constants.value(expected, names)
        rest, named = self.constants.arguments(others, call.keywords, names)
        if isinstance(function, _Defined) and _is_evalplus_assertion(function) and not named:
            return _evalplus(called, want, *rest)
        name = self._full_name(call.func, names)
        given = dict(zip(("rtol", "atol"), rest, strict=False)) | named
        if name in ("numpy.allclose", "numpy.testing.assert_allclose") and not isinstance(want, (list, tuple)):
            return None  # each element of an array may be near one number
        if name in ("numpy.allclose", "numpy.isclose") and given.keys() <= {"rtol", "atol"}:
            return _allclose(called, want, given.get("rtol", 1e-5), given.get("atol", 1e-8))
        if name == "numpy.testing.assert_allclose" and given.keys() <= {"rtol", "atol"}:
            return _allclose(called, want, given.get("rtol", 1e-7), given.get("atol", 0))
        if name == "math.isclose" and not rest and isinstance(want, (int, float)):
            eps = max(named.get("rel_tol", 1e-9) * abs(want), named.get("abs_tol", 0))
            return self._near(called, want, eps)
        return None

    def _approx(self, called: _Called, call: ast.Call, names: _Scope) -> _Check | None:
        (want, *rest), named = self.constants.arguments(call.args, call.keywords, names)
        if rest or not named.keys() <= {"rel", "abs"}:
            return None
        rel = named.get("rel", 0 if "abs" in named else 1e-6)
        absolute = named.get("abs", 1e-12)
        if isinstance(want, (int, float)):
            return self._near(called, want, max(rel * abs(want), absolute))
        return _allclose(called, want, rel, absolute)

    def _full_name(self, node: ast.expr, names: _Scope) -> str:
        """The name of a module's function, whatever the module is imported as."""
        root, _, rest = ast.unparse(node).partition(".")
        module = names.get(root)
        return f"{module.name}.{rest}" if isinstance(module, Module) and rest else ""

    # What even test code cannot judge.

    def _calls_program(self, left: list[ast.stmt]) -> bool:
        """Whether code may call the program, as code that asks no more than what a name stands for does not."""
        nodes = [node for statement in left for node in ast.walk(statement)]
        read = {"callable", "hasattr", "isinstance", *(each.name for each in self.bodies)}
        asked: set[ast.AST] = set()
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name(id=name), args=args) if name in read:
                    asked.update(args)
                case ast.Assert() | ast.Attribute() | ast.BoolOp() | ast.Compare():
                    asked.update(ast.iter_child_nodes(node))
        return any(isinstance(node, ast.expr) and node not in asked and self._is_of_program(node) for node in nodes)

    def _refusal(self, left: list[ast.stmt]) -> str:
        """Why the test code that is left could give no true verdict; empty if it can."""
        nodes = [node for statement in left for node in ast.walk(statement)]
        if not self.cases and not any(map(_can_fail, nodes)):
            return _NOTHING
        for node in nodes:
            match node:
                case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id=name)) if name in _CHANNELS:
                    return f"the tests use {name}, and what a program reads, prints or draws at random cannot be seen"
        missing = self._undefined(nodes)
        if missing:
            return f"the tests use {missing}, which only the program could define"
        calls = {node for node in self.nodes if isinstance(node, ast.Call) and self._is_of_program(node.func)}
        given = [each for call in calls for each in (*call.args, *(keyword.value for keyword in call.keywords))]
        objects = self._objects(nodes)
        if any(_is_named(node, objects, ast.Lambda) for each in given for node in ast.walk(each)):
            return "the tests hand a function or an object to the program, which only plain values reach"
        altered = next(filter(None, map(self._makes(_ALTERED, nodes), given)), "")
        if altered:
            return f"the tests hand {altered} to the program, which only plain values reach"
        act = next(self._acts(nodes, calls), "")
        if act:
            return f"the tests {act} what the program returns, of which only plain values can be seen"
        results = _derived(nodes, calls)
        handed: dict[str, tuple[int, int]] = {}  # names of arguments, and where they first are one
        functions = set(dir(builtins)) - self._bound(self.nodes)
        for each in given:
            root = _root(each)
            if root is not None and root.id in functions:
                return f"the tests hand {ast.unparse(each)} to the program, which only plain values reach"
            if root is not None:
                handed[root.id] = min(_place(root), handed.get(root.id, _place(root)))
        for node in nodes:
            parts = list(ast.walk(node)) if isinstance(node, (ast.Assert, ast.Compare)) else []
            of_program = any(part in calls or _is_named(part, results) for part in parts)
            if isinstance(node, ast.Compare) and of_program and _asks_identity(node):
                return "the tests ask for the identity of what the program returns, and only its value can be seen"
            if isinstance(node, ast.Assert) and not of_program:
                for part in parts:
                    if isinstance(part, ast.Name) and handed.get(part.id, _place(part)) < _place(part):
                        return (
                            f"the tests look at what the program does to its argument {part.id}, which cannot be seen"
                        )
        return ""

    def _objects(self, nodes: list[ast.AST]) -> set[str]:
        """Names of functions, classes and instances of the test code's own."""
        classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        made = {node for node in nodes if isinstance(node, ast.Call) and _is_named(node.func, classes)}
        functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        return classes | functions | _derived(nodes, made)

    def _makes(self, kinds: frozenset[str], nodes: list[ast.AST]) -> Callable[[ast.expr], str]:
        """Says what makes a value, or an element of it, if that is of these kinds."""
        names: set[str] = set()

        def maker(value: ast.expr) -> str:
            match value:
                case ast.Call(func=function):
                    text = ast.unparse(function)
                    return text if re.fullmatch(r"[\w.]+", text) and not kinds.isdisjoint(text.split(".")) else ""
                case ast.Name(id=name):
                    return name if name in names else ""
                case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
                    return next(filter(None, map(maker, items)), "")
                case ast.Starred(value=ast.List() | ast.Tuple() as of):
                    return maker(of)
            return "a generator" if isinstance(value, ast.GeneratorExp) else ""

        names.update(_always(nodes, lambda value: bool(maker(value))))
        return maker

    def _acts(self, nodes: list[ast.AST], calls: Collection[ast.AST]) -> Iterator[str]:
        """What the tests do with results that plain values do not allow."""
        opaque = self._makes(_OPAQUE, nodes)
        results = _always(nodes, lambda value: _whole(value) in calls)

        def is_result(node: ast.expr) -> bool:
            return _whole(node) in calls or _is_named(_whole(node), results)

        for node in nodes:
            match node:
                case ast.Attribute(value=of, attr=attr) if is_result(of) and attr not in _ATTRIBUTES:
                    yield f"take the {attr} of"
                case ast.Call(func=function) if is_result(function):
                    yield "call"
                case ast.Call(func=ast.Name(id="next"), args=[of, *_]) if is_result(of):
                    yield "call next of"
                case ast.Call(func=ast.Name(id="isinstance"), args=[of, kind]) if is_result(of):
                    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                    if not any(_ALTERED.isdisjoint(ast.unparse(each).split(".")) for each in kinds):
                        yield f"ask for {ast.unparse(kind)} as the type of"
                case ast.Compare(left=left, comparators=others) if any(map(is_result, (left, *others))):
                    yield from (f"compare with {each}" for each in map(opaque, (left, *others)) if each)

    def _undefined(self, nodes: list[ast.AST]) -> str:
        """A name that the test code that is left uses, and that is nowhere defined."""
        all_nodes = [*nodes, *ast.walk(self.trusted)]
        if any(isinstance(node, ast.alias) and node.name == "*" for node in all_nodes):
            return ""
        bound = {*dir(builtins), "Solution", "__name__", *self._bound(all_nodes)}
        used = (node.id for node in all_nodes if isinstance(node, ast.Name))
        return next((name for name in used if name not in bound), "")

    def _bound(self, nodes: list[ast.AST]) -> set[str]:
        """Every name that means something of the program's or the test code's own."""
        bound = {*self.program, *_bound_names(nodes)}
        bound.update(node.arg for node in nodes if isinstance(node, ast.arg))
        bound.update(node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name)
        bound.update(node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
        return bound

    def _is_of_program(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Attribute):
            return function.attr == self.entry_point
        return isinstance(function, ast.Name) and function.id in self.program


def _evalplus(called: _Called, expected: Any, atol: Any) -> _Check | None:
    """What EvalPlus's `assertion(out, exp, atol)` asks: equal, or numbers near each other."""
    parts = expected if isinstance(expected, (list, tuple)) else [expected]
    if atol == 0 and all(isinstance(part, float) for part in parts):
        atol = 1e-6
    if not parts or not atol or not _are_numbers(expected):
        return called, expected, _OWN
    return _allclose(called, expected, 1e-7, atol)


def _allclose(called: _Called, expected: Any, rtol: Any, atol: Any) -> _Check | None:
    numbers = _are_numbers(expected) and _are_numbers([rtol, atol]) and min(rtol, atol) >= 0
    if not numbers or any(each != each for each in _leaves(expected)):  # NaN, which only some of numpy's functions pass
        return None
    return called, expected, f"allclose({float(rtol)!r}, {float(atol)!r})"


def _are_numbers(value: Any) -> bool:
    return all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in _leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


def _is_evalplus_assertion(function: _Defined) -> bool:
    """Whether it is the helper of EvalPlus's test code: equality, or `assert_allclose` for floats."""
    node = function.node
    if [each.arg for each in node.args.args] != ["out", "exp", "atol"] or len(node.body) != 3:
        return False
    first, second, third = (ast.unparse(statement).split("\n") for statement in node.body)
    return (
        first == ["exact_match = out == exp"]
        and second[0] == "if atol == 0 and is_floats(exp):"
        and [line.strip() for line in second[1:]] == ["atol = 1e-06"]
        and third[0] == "if not exact_match and atol != 0:"
        and [line.strip() for line in third[1:]]
        == ["np.testing.assert_allclose(out, exp, atol=atol)", "else:", "assert exact_match"]
    )


def _turned(op: ast.cmpop) -> ast.cmpop:
    """The operator with its operands exchanged; `in` has no such."""
    turned = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.In: ast.NotIn}
    return turned.get(type(op), type(op))()


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for each in test.values for part in _conjuncts(each)]
    return [test]


def _bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that the code defines or imports, other than from the program."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "solution"):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _from_solution(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "solution":
            yield from (alias.asname or alias.name for alias in node.names)


def _without_future(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that may stand anywhere."""
    for statement in statements:
        if not (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            yield statement


def _may_leave(statement: ast.stmt) -> bool:
    """Whether what follows a statement may not be executed."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, (ast.Return, ast.Raise)):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _ENDING:
            return True
        stack.extend(ast.iter_child_nodes(node))
    return False


def _can_fail(node: ast.AST) -> bool:
    """Whether a node of test code asserts something."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")
        return name[2] in ("raises", "fail") or (name[2].startswith("assert") and bool(name[0]))
    return isinstance(node, (ast.Assert, ast.Raise))


def _is_named(node: ast.AST, names: Iterable[str], *types: type[ast.AST]) -> bool:
    """Whether the node is one of these names, or of one of these types."""
    return isinstance(node, types) or (isinstance(node, ast.Name) and node.id in names)


def _root(node: ast.expr) -> ast.Name | None:
    """The variable that an argument is, or is a part of."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[set[str], ast.expr]]:
    """The names that an assignment gives a value to, and the value; a loop assigns an element of one."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                targets = [target]
            case ast.AugAssign(target=target, value=value):
                targets = [target]
            case ast.For(target=target, iter=of) | ast.comprehension(target=target, iter=of):
                targets, value = [target], ast.Starred(of, ast.Load())
            case _:
                continue
        yield {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}, value


def _derived(nodes: list[ast.AST], sources: Collection[ast.AST]) -> set[str]:
    """The names that are assigned something of the sources, directly or by way of another such name."""
    found: set[str] = set()
    for _ in range(3):
        for names, value in _assigned(nodes):
            if any(each in sources or _is_named(each, found) for each in ast.walk(value)):
                found |= names
    return found


def _always(nodes: list[ast.AST], is_source: Callable[[ast.expr], bool]) -> set[str]:
    """The names that are assigned nothing but a source."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for names, value in _assigned(nodes):
        found[is_source(value)] |= names
    return found[True] - found[False]


def _whole(node: ast.expr) -> ast.expr:
    """What a node takes elements of."""
    while isinstance(node, (ast.Subscript, ast.Starred)):
        node = node.value
    return node


def _used(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements without functions that no other of them names."""
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


def _asks_identity(node: ast.Compare) -> bool:
    sides = (node.left, *node.comparators)
    single = any(isinstance(side, ast.Constant) and isinstance(side.value, (bool, type(None))) for side in sides)
    return not single and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
