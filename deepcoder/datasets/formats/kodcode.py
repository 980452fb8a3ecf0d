"""KodCode-V1: `question`, `solution`, `test` (or `test_code`), which is pytest code that imports from `solution`, and
`test_info`, whose `function_name` says what is tested.

Test functions are called one after the other, those with parameters in a loop. What stays code and uses pytest
(`raises`, `approx`) needs it where it runs; the image has it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.problems import Limits, Mode, Problem

# pytest calls functions of these names around tests.
_AROUND = frozenset(f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function"))


def is_row(row: Mapping[str, Any]) -> bool:
    """Return whether the row is in this format."""
    return "question" in row and "solution" in row and ("test" in row or "test_code" in row)


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """Return the problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the tests cannot be used; the message names it.
    """
    field = "test" if "test" in row else "test_code"
    for name in ("question", "solution", field):
        if not isinstance(row[name], str):
            raise ValueError(f"{name} must be text")
    try:
        tree = assertions.syntax(row[field])
        entry_point = _entry_point(row, field, tree)
        test_code = ast.unparse(_with_calls(tree))
        tests = assertions.tests(test_code, entry_point, reference=row["solution"])
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    return Problem(
        problem_id=str(row.get("question_id") or problem_id),
        mode=Mode.FUNCTION,
        tests=tuple(tests),
        entry_point=entry_point,
        limits=limits,
        prompt=({"role": "user", "content": row["question"]},),
        reference=row["solution"],
        checker=assertions.EQUAL,
        source="kodcode",
    )


def _entry_point(row: Mapping[str, Any], field: str, tree: ast.Module) -> str:
    """Return the tested function: the one in `test_info`, else the solution's function that the tests call most."""
    solution = assertions.syntax(row["solution"]).body
    classes = {node.name for node in solution if isinstance(node, ast.ClassDef)}
    functions = [node.name for node in solution if isinstance(node, ast.FunctionDef)]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == "solution" for alias in node.names):
            raise ValueError("the tests import the program as a module, and only its functions can be reached")
        if isinstance(node, ast.ImportFrom) and node.module == "solution":
            used.update(alias.name for alias in node.names)
    if "*" in used:
        raise ValueError("the tests import everything from the program, and only functions by name can be reached")
    if used & classes:
        raise ValueError(f"the tests use the program's class {min(used & classes)}, and only functions can be reached")
    named = [str(each.get("function_name")) for each in row.get("test_info") or () if isinstance(each, Mapping)]
    told = [name for name in named if name in used]
    return told[0] if len(set(told)) == 1 else assertions.called_function(row[field], functions)


def _with_calls(tree: ast.Module) -> ast.Module:
    """Return the test code with the calls of test functions that pytest would make."""
    body = [node for node in tree.body if not (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))]
    calls: list[ast.stmt] = []
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.AsyncFunctionDef)):
            raise ValueError("classes and async functions of tests cannot be used")
        if isinstance(node, ast.FunctionDef):
            if node.name in _AROUND:
                raise ValueError(f"{node.name}, which pytest would call, cannot be used")
            marks, node.decorator_list = node.decorator_list, []
            if node.name.startswith("test"):
                calls.append(_call(node, marks))
            elif marks:
                raise ValueError(f"{node.name} is decorated, which cannot be used")
    return ast.fix_missing_locations(ast.Module([*body, *calls], []))


def _call(test: ast.FunctionDef, marks: list[ast.expr]) -> ast.stmt:
    """Return the call of a test function, inside a loop over the rows of each `parametrize`."""
    loops = [_parameters(test, mark) for mark in marks]
    names = [name for names, _ in loops for name in names]
    given = [each.arg for each in test.args.args][: max(len(names), len(test.args.args) - len(test.args.defaults))]
    if set(given) != set(names):
        raise ValueError(f"{test.name} needs pytest's fixtures, which cannot be used")
    arguments: list[ast.expr] = [ast.Name(name, ast.Load()) for name in given]
    statement: ast.stmt = ast.Expr(ast.Call(ast.Name(test.name, ast.Load()), arguments, []))
    for names, rows in loops:
        targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
        target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
        statement = ast.For(target, rows, [statement], [])
    return statement


def _parameters(test: ast.FunctionDef, mark: ast.expr) -> tuple[list[str], ast.expr]:
    """Return the names and the rows of `@pytest.mark.parametrize("a, b", [(1, 2), ...])`."""
    match mark:
        case ast.Call(func=function, args=[ast.Constant(value=str(names)), rows]) if "param(" not in ast.unparse(rows):
            if ast.unparse(function) == "pytest.mark.parametrize":
                return [name.strip() for name in names.split(",")], rows
    raise ValueError(f"the decorator {ast.unparse(mark)[:60]} of {test.name} cannot be used")
