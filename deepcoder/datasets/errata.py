"""Correct LiveCodeBench by its own errata: some problems get a checker, others are left out.

The table has what ERRATA.md of LiveCodeBench's repository named in July 2025. It names a problem by the `question_id`,
or LeetCode's by the words of its title. A problem gets a checker where the statement says for certain what is right.
`abc327_b`, which ERRATA.md names too, stays as it is: no two positive integers have the same power of themselves, so
there is one answer.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deepcoder.datasets import errata_checkers
from deepcoder.datasets.errors import Unusable
from deepcoder.problems import Problem

_NOT_OF_TITLE = re.compile(r"[^a-z0-9]+")

CHECKED: Mapping[str, Callable[[Any, Any, Any], bool]] = {
    "abc311_c": errata_checkers.find_a_cycle,
    "abc326_d": errata_checkers.letters_in_a_grid,
    "abc333_e": errata_checkers.fewest_potions,
    "abc343_a": errata_checkers.wrong_answer,
    "abc343_e": errata_checkers.three_cubes,
    "abc362_c": errata_checkers.ranges_with_sum_zero,
    "arc185_c": errata_checkers.three_with_sum,
    "find-the-peaks": errata_checkers.any_order,
    "find-words-containing-character": errata_checkers.any_order,
    "generate-binary-strings-without-adjacent-zeros": errata_checkers.any_order,
}
DROPPED: Mapping[str, str] = {
    "abc337_e": "it is interactive, and has no interactor",
    "abc355_e": "it is interactive, and has no interactor",
    "abc350_c": "its tests are wrong",
    "apply-operations-to-make-string-empty": "a test has an empty text, which the statement excludes",
    "arc189_a": "a test has a wrong output",
    "most-frequent-ids": "a test breaks the constraints of the statement",
}
_WHY = "LiveCodeBench's errata: "


def special_checker(row: Mapping[str, Any]) -> str:
    """Return the source of the checker for the problem of a row; an empty text where its usual checker is right.

    Raises:
        ValueError: The problem cannot be used.
    """
    for name in _names(row):
        if name in DROPPED:
            raise ValueError(f"question_id is in {_WHY}{DROPPED[name]}")
        if name in CHECKED:
            return _source(CHECKED[name].__name__)
    return ""


def _names(row: Mapping[str, Any]) -> list[str]:
    """Return what the table may call the problem of a row."""
    title = str(row.get("question_title") or "").lower()
    return [str(row.get("question_id") or ""), _NOT_OF_TITLE.sub("-", title).strip("-")]


@functools.cache
def _sources() -> str:
    return inspect.getsource(errata_checkers)


def _source(function: str) -> str:
    return f"{_sources()}\n\ncheck = {function}\n"


def has_changed(entry: Problem | Unusable) -> bool:
    """Return whether the table has given the problem its checker, or left the row out."""
    if isinstance(entry, Unusable):
        return _WHY in entry.reason
    return isinstance(entry.special_checker, str) and entry.special_checker.startswith(_sources())


def summary(changed: Sequence[Problem | Unusable]) -> str:
    """Return in one sentence how many entries the table has changed."""
    dropped = sum(isinstance(each, Unusable) for each in changed)
    return f"{_WHY}{len(changed) - dropped} problems get a checker of their own, and {dropped} are left out"
