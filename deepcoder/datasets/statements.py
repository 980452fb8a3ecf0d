"""Heed what a statement says about right answers, in the usual words of the sites that the problems come from.

The words are few: where they miss a case, its answers are judged as they were. A problem with a checker of its own, and
a test with one, keep it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from deepcoder.datasets.comparisons import EQUAL
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.wire import values

_INTERACTIVE = re.compile(
    r"\bthis is an \W{0,2}interactive\W{1,3}(?:problem|task)\b"
    r"|\bthis (?:problem|task) is \W{0,2}interactive\b"
    r"|\btags:\s*\[[^\]]*'interactive'",
    re.IGNORECASE,
)
_DIALOGUE = re.compile(r"\s*+\? .*^! ", re.DOTALL | re.MULTILINE)  # what Codeforces prints: questions, then an answer
_ANY_CASE = re.compile(
    r"\b(?:print|output|answer)\b[^.!?\n]{0,200}(?:\b(?:each|every) letter in any case\b"
    r"|\bin any case \((?:upper|lower|for example,[^)\n]{0,99}\b(?-i:yE[sS])\b))"
    r"|\b(?:so|strings?) \W*(?:texttt\W)?(?-i:yE[sS])\b[^.!?\n]{0,99}\bwill (?:also )?be (?:accepted|recognized)\b",
    re.IGNORECASE,
)
_WORD = re.compile("[A-Za-z]+")
_NEAR = re.compile(
    r"\banswers? within 10\^?(?:\{|<sup>)?-([3-6])(?:\}|</sup>)? of the actual (?:answer|value)s? "
    r"(?:will be|are) accepted\b",
    re.IGNORECASE,
)
_ORDER_INSIDE = re.compile(
    r"\b(?:in|of) (?:(?:each|both) \w+|the (?:inner |sub)?(?:arrays|lists)) (?:may|can) be returned in any order\b",
    re.IGNORECASE,
)
_ORDER_OF_GROUPS = re.compile(
    r"\border of the output and the order of the \w+ does(?: not|n't) matter\b", re.IGNORECASE
)
_ORDER = re.compile(
    r"\b(?:(?-i:Return)|you (?:can|may|should) return) (?:(?:the|your|all) )?\w+ in any order\b"
    r"|\bthe \w+(?: in the (?:answer|list|output|result))? (?:may|can) be returned in any order\b(?! (?:by|from)\b)"
    r"|\border of (?:the |your )?(?:answer|output|result) does(?: not|n't) matter\b",
    re.IGNORECASE,
)
_SORTED = re.compile(r"\b(?:sort(?:ed)?|(?:a|de)scending|lexicographic(?:al(?:ly)?)?)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|cannot|never)\b|n['’]t\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
_GROUPS = re.compile(r"\breturn(?: [\w,]+){0,6} (?:combinations|subsets)\b|\bgroup the \w+ together\b", re.IGNORECASE)


def heeded(problem: Problem) -> Problem:
    """Return the problem with the checker that its statement asks for.

    Raises:
        ValueError: The problem is interactive, and has no interactor.
    """
    statement = problem.prompt_text
    if problem.mode is Mode.STDIN and (_INTERACTIVE.search(statement) or any(map(_is_dialogue, problem.tests))):
        raise ValueError("the problem is interactive, and has no interactor")
    if problem.special_checker:
        return problem
    name = ""
    if problem.checker == "tokens" and _ANY_CASE.search(statement) and not _case_matters(problem.tests):
        name = "case-insensitive"
    elif problem.checker in ("value", EQUAL):
        name = _of_values(statement, problem)
    return dataclasses.replace(problem, checker=name) if name else problem


def _is_dialogue(test: TestCase) -> bool:
    return _DIALOGUE.match(test.output) is not None


def _case_matters(tests: Iterable[TestCase]) -> bool:
    """Return whether expected words differ only in the case of letters, or one is none of `YES`, `yes` and `Yes`."""
    words = {word[0] for test in tests for word in _WORD.finditer(test.output)}
    is_mixed = any(not (word.isupper() or word.islower() or word.istitle()) for word in words)
    return is_mixed or len({word.lower() for word in words}) < len(words)


def _of_values(statement: str, problem: Problem) -> str:
    """Return the checker of values that the statement asks for; empty where it asks for none."""
    if near := _NEAR.search(statement):
        relative = "1e-9" if problem.checker == EQUAL else "1e-6"  # as before, for large numbers
        return f"allclose({relative}, 1e-{near[1]})"
    is_inside, are_groups = _says(_ORDER_INSIDE, statement), _says(_ORDER_OF_GROUPS, statement)
    if not (is_inside or are_groups or _says(_ORDER, statement)) or _SORTED.search(statement):
        return ""
    expected = [values.decode(test.output) for test in problem.tests if not (test.is_code or test.checker)]
    if not all(isinstance(each, list) for each in expected):
        return ""
    inner = [each for outer in expected for each in outer if isinstance(each, list)]
    if None in map(_in_order, inner if is_inside else expected):
        return ""
    if is_inside:
        return "unordered inside"
    are_groups = are_groups or _GROUPS.search(statement) is not None
    return "unordered groups" if are_groups and all(each == _in_order(each) for each in inner) else "unordered"


def _says(words: re.Pattern[str], statement: str) -> bool:
    """Return whether a sentence has these words, and no "not" before them."""
    for sentence in _SENTENCE_END.split(statement):
        if (found := words.search(sentence)) and not _NOT.search(sentence[: found.start()]):
            return True
    return False


def _in_order(given: list[Any]) -> list[Any] | None:
    """Return the list sorted; None where its elements have no order."""
    try:
        return sorted(given)
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        return None
