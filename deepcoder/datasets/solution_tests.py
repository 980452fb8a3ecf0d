"""LeetCode's tests as code: `check(candidate)` with assertions, and its call with a method of `Solution`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from deepcoder.datasets import assertions
from deepcoder.datasets.fields import parsed
from deepcoder.datasets.free_names import FREE_NAMES
from deepcoder.datasets.tests_json import Tests
from deepcoder.problems import Mode

# The helpers that newfacade's test code uses, for tests that stay code.
_HELPER_SOURCE = """
from deepcoder.wire.values import ListNode, TreeNode, list_notation, tree_notation
list_node, tree_node = ListNode.of, TreeNode.of
def is_same_list(one, other):
    return list_notation(one) == list_notation(other)
def is_same_tree(one, other):
    return tree_notation(one) == tree_notation(other)
"""


def tests(test_code: str, field: str) -> Tests:
    """Return the tests that a definition of `check`, and its call with a method of `Solution`, mean.

    Raises:
        ValueError: The tests cannot be used; the message names the field.
    """
    try:
        entry_point = _method(test_code)
        cases = assertions.tests(test_code, entry_point, _HELPER_SOURCE)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None
    return Tests(Mode.FUNCTION, tuple(cases), entry_point, FREE_NAMES, assertions.EQUAL)


def functional(tests: Any, field: str) -> str:
    """Return the test code of rLLM's rows, which is the text `functional`.

    Raises:
        ValueError: The tests have no such text.
    """
    tests = parsed(tests, field)
    if not isinstance(tests, Mapping) or not isinstance(tests.get("functional"), str):
        raise ValueError(f"{field}.functional must be text")
    return str(tests["functional"])


def _method(test_code: str) -> str:
    """Return the method that is tested: the name in the last `Solution().name`."""
    methods = [
        node.attr
        for node in ast.walk(assertions.syntax(test_code))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Solution()"
    ]
    if not methods:
        raise ValueError("the tests call no method of Solution")
    return methods[-1]
