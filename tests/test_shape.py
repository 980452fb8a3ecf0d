"""The shape of the package: small classes, functions and modules, and one value per name of a constant in a folder.

What is larger and stays so stands in `STAYS`, with the reason.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import FILES, PACKAGE

NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]

MOST_METHODS = 20
MOST_ATTRIBUTES = 15
MOST_FUNCTION_LINES = 45
MOST_MODULE_LINES = 400

STAYS = {
    "pool/state.py: State has 19 attributes": "a flat record of the pool, which users read by name",
    "wire/languages.py: Language has 19 attributes": "a row of a table: one field per fact of a language",
    "problems.py: Problem has 18 attributes": "a flat record, one field per column of its row",
    "training/arguments.py: ScriptArguments has 25 attributes": "one field per option, as TrlParser reads them",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def methods(class_: ast.ClassDef) -> list[Function]:
    """Return the functions that stand directly in a class."""
    return [node for node in class_.body if isinstance(node, Function)]


def attributes(class_: ast.ClassDef) -> set[str]:
    """Return the names that a class's methods set on `self`, and the fields that its body declares."""
    fields = {
        node.target.id for node in class_.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assigned = {
        node.attr
        for method in methods(class_)
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return fields | assigned


def too_large(text: str) -> Iterator[str]:
    """Yield one sentence for each thing in a module's source that is above a limit."""
    if (lines := text.count("\n")) > MOST_MODULE_LINES:
        yield f"the module has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            if (count := len(methods(node))) > MOST_METHODS:
                yield f"{node.name} has {count} methods"
            if (count := len(attributes(node))) > MOST_ATTRIBUTES:
                yield f"{node.name} has {count} attributes"
        elif isinstance(node, Function):
            if (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_FUNCTION_LINES:
                yield f"{node.name} has {lines} lines"


def constants(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each constant that a module's source assigns at its top level."""
    for node in ast.parse(text).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        for target in targets:
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            for name, its_value in pairs:
                if isinstance(name, ast.Name) and name.id.lstrip("_").isupper() and its_value is not None:
                    yield name.id, ast.unparse(its_value)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_nothing_in_a_module_is_too_large(path: Path) -> None:
    name = str(path.relative_to(PACKAGE))
    found = [f"{name}: {each}" for each in too_large(path.read_text(encoding="utf-8"))]
    assert [each for each in found if not any(each.startswith(stays) for stays in STAYS)] == []


def test_what_stays_is_still_too_large() -> None:
    found = [f"{name}: {each}" for name, path in zip(NAMES, FILES, strict=True) for each in too_large(path.read_text())]
    assert [stays for stays in STAYS if not any(each.startswith(stays) for each in found)] == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda path: path.name)
def test_constant_of_one_name_has_one_value_in_a_folder(folder: Path) -> None:
    values: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        if path.parent == folder:
            for name, value in constants(path.read_text(encoding="utf-8")):
                values[name].add(value)
    assert {name: each for name, each in values.items() if len(each) > 1} == {}


def test_simulation_has_no_class_of_the_pool() -> None:
    folders = PACKAGE / "pool", PACKAGE.parent / "scripts" / "simulation"
    pool, simulation = (
        {
            node.name
            for path in folder.glob("*.py")
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef)
        }
        for folder in folders
    )
    assert not {"Dispatcher", "Inbox", "Schedule", "Crew"} & simulation
    assert {"Dispatcher", "Inbox", "Schedule", "Crew"} <= pool


def test_too_large_is_found() -> None:
    methods = "".join(f"    def m{number}(self): self.a{number} = 1\n" for number in range(21))
    body = "".join("    pass\n" for _ in range(45))
    assert list(too_large(f"class Big:\n{methods}")) == ["Big has 21 methods", "Big has 21 attributes"]
    assert list(too_large(f"def long():\n{body}")) == ["long has 46 lines"]
    assert list(too_large("\n" * 401)) == ["the module has 401 lines"]
    assert list(constants("A_S = 1\n_B, C = 2, 3\nsmall = 4\nD: int = 5\n")) == [
        ("A_S", "1"),
        ("_B", "2"),
        ("C", "3"),
        ("D", "5"),
    ]
