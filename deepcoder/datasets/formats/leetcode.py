"""LeetCode with tests as code, `check(candidate)`: newfacade's LeetCodeDataset (`entry_point` "Solution().name",
`prompt`, `test`, `completion`, `query` or `meta.query`), and rLLM's rows of it (`problem`, `solutions`, and
`tests.functional`, as an object or as JSON text).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.datasets.fields import parsed
from deepcoder.datasets.free_names import FREE_NAMES
from deepcoder.datasets.tests_json import Tests
from deepcoder.problems import Limits, Mode, Problem

# What newfacade's test code takes as given, for tests that stay code.
_HELPERS = """
from deepcoder.wire.values import ListNode, TreeNode, list_notation, tree_notation
list_node, tree_node = ListNode.of, TreeNode.of
def is_same_list(one, other):
    return list_notation(one) == list_notation(other)
def is_same_tree(one, other):
    return tree_notation(one) == tree_notation(other)
"""


def is_row(row: Mapping[str, Any]) -> bool:
    """Whether the row is in this format."""
    if str(row.get("entry_point")).startswith("Solution()."):
        return "test" in row
    tests = row.get("tests")
    if isinstance(tests, str):
        return tests[:64].lstrip().startswith('{"functional"')
    return isinstance(tests, Mapping) and "functional" in tests


def problem_from_row(row: Mapping[str, Any], problem_id: str, limits: Limits) -> Problem:
    """The problem of a row. `problem_id` serves where the row has none; the format has no limits.

    Raises:
        ValueError: A field is missing or wrong, or the tests cannot be used; the message names it.
    """
    meta = row.get("meta") if isinstance(row.get("meta"), Mapping) else {}
    if "test" in row:
        field, question, reference = "test", row.get("query") or (meta or {}).get("query"), row.get("completion")
        test_code = f"{row['test']}\n\ncheck({row['entry_point']})\n"
    else:
        field, question, reference = "tests.functional", row.get("problem"), row.get("solutions")
        test_code = functional(row["tests"], "tests")
    if isinstance(reference, list):
        reference = reference[0] if reference else None
    found = tests(test_code, field)
    return Problem(
        problem_id=str(row.get("task_id") or problem_id),
        mode=found.mode,
        tests=found.tests,
        entry_point=found.entry_point,
        preamble=found.preamble,
        limits=limits,
        prompt=({"role": "user", "content": question},) if isinstance(question, str) else (),
        reference=reference,
        checker=found.checker,
        source="leetcode",
    )


def tests(test_code: str, field: str) -> Tests:
    """What a definition of `check` and its call with a method of `Solution` mean.

    Raises:
        ValueError: They cannot be used; the message names the field.
    """
    try:
        entry_point = _method(test_code)
        found = assertions.tests(test_code, entry_point, _HELPERS)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    return Tests(Mode.FUNCTION, tuple(found), entry_point, FREE_NAMES, assertions.EQUAL)


def functional(tests: Any, field: str) -> str:
    """The test code of rLLM's rows.

    Raises:
        ValueError: There is none.
    """
    tests = parsed(tests, field)
    if not isinstance(tests, Mapping) or not isinstance(tests.get("functional"), str):
        raise ValueError(f"{field}.functional must be text")
    return str(tests["functional"])


def _method(test_code: str) -> str:
    """The method that is tested: the name in the last `Solution().name`."""
    found = [
        node.attr
        for node in ast.walk(assertions.syntax(test_code))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Solution()"
    ]
    if not found:
        raise ValueError("the tests call no method of Solution")
    return found[-1]
