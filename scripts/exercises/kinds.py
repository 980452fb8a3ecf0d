"""List the kinds of exercises. Each has a text and a reference in which `{v}` stands for the value of one exercise.

The expected outputs come from the references, so a kind states nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """Describe exercises that differ in one value."""

    name: str
    function: str  # the entry point
    parameters: str
    text: str  # what it returns
    result: str  # the expression that the reference returns
    values: Sequence[Any]  # of which the first HELD_OUT are held out
    inputs: Sequence[tuple[Any, ...]]
    rate: float  # the pass rate of SmolLM2-135M-Instruct, as `deepcoder passrate` has measured it


HELD_OUT = 3  # exercises of each kind

NUMBERS = [(n,) for n in (0, 1, -1, 7, 12, -30, 100)]
NATURALS = [(n,) for n in (0, 1, 5, 12, 30, 77, 101)]
LISTS = [
    (xs,)
    for xs in (
        [],
        [1],
        [3, 8, -2, 5],
        [10, 10, 0],
        [-4, -9, 6, 7, 12],
        [2, 4, 6, 8, 30],
        [5, 1, 4, 2, 8, 3, 7, 6, 9, 0, 11, 10],
    )
]
FILLED = [(xs,) for xs in ([1], [3, 8, -2, 5], [10, 10, 0], [-4, -9, 6, 7], [2, 4, 6, 8, 30], [15, -3])]
TEXTS = [(s,) for s in ("", "a", "banana", "Hello World", "xyzzy", "aabbcc", "the quick brown fox")]
WORDS = [(s,) for s in ("apple", "banana", "Hello World", "xyzzy", "aabbccdd", "the quick brown fox")]
PAIRS = [(3, 4), (0, 0), (-2, 5), (10, 3), (7, -7), (1, 100)]
SMALL = (2, 3, 4, 5, 6, 7, 8, 9)
LETTERS = ("a", "e", "o", "b", "l", "z", "x", "c")

KINDS = (
    Kind("add", "add_{v}", "n", "n plus {v}", "n + {v}", (2, 3, 5, 7, 10, 12, 25, 100), NUMBERS, 0.75),
    Kind("subtract", "subtract_{v}", "n", "n minus {v}", "n - {v}", (2, 3, 5, 7, 10, 12, 25, 100), NUMBERS, 0.5),
    Kind("multiply", "times_{v}", "n", "n times {v}", "n * {v}", (3, 4, 5, 6, 8, 10, 12, 100), NUMBERS, 0.9),
    Kind("power", "power_{v}", "n", "n to the power of {v}", "n ** {v}", SMALL, NUMBERS, 0.4),
    Kind("line", "line_{v}", "n", "{v} times n plus 1", "{v} * n + 1", SMALL, NUMBERS, 0.55),
    Kind("remainder", "mod_{v}", "n", "the remainder of n divided by {v}", "n % {v}", SMALL, NATURALS, 0.6),
    Kind("quotient", "quotient_{v}", "n", "the integer n // {v}", "n // {v}", SMALL, NATURALS, 0.7),
    Kind(
        "divisible",
        "divisible_by_{v}",
        "n",
        "True if n is divisible by {v}, else False",
        "n % {v} == 0",
        SMALL,
        NATURALS,
        0.6,
    ),
    Kind(
        "above",
        "above_{v}",
        "n",
        "True if n is greater than {v}, else False",
        "n > {v}",
        (0, 1, 5, 7, 10, 12, 50, 99),
        NUMBERS,
        0.6,
    ),
    Kind(
        "at_most",
        "at_most_{v}",
        "n",
        "n, but {v} if n is greater than {v}",
        "min(n, {v})",
        (1, 5, 6, 7, 10, 12, 50, 99),
        NUMBERS,
        0.15,
    ),
    Kind("two", "combine_{v}", "a, b", "a plus {v} times b", "a + {v} * b", SMALL, PAIRS, 0.65),
    Kind(
        "sum_plus",
        "sum_plus_{v}",
        "a, b",
        "the sum of a, b and {v}",
        "a + b + {v}",
        (1, 2, 3, 5, 8, 10, 20, 100),
        PAIRS,
        0.2,
    ),
    Kind(
        "count_letter",
        "count_{v}",
        "s",
        "how often the letter '{v}' is in the string s",
        "s.count('{v}')",
        LETTERS,
        TEXTS,
        0.15,
    ),
    Kind(
        "has_letter",
        "has_{v}",
        "s",
        "True if the letter '{v}' is in the string s, else False",
        "'{v}' in s",
        LETTERS,
        TEXTS,
        0.0,
    ),
    Kind(
        "remove_letter",
        "remove_{v}",
        "s",
        "the string s without any letter '{v}'",
        "s.replace('{v}', '')",
        LETTERS,
        TEXTS,
        0.35,
    ),
    Kind(
        "starts",
        "starts_with_{v}",
        "s",
        "True if the string s starts with '{v}', else False",
        "s.startswith('{v}')",
        LETTERS,
        TEXTS,
        0.5,
    ),
    Kind("repeat", "repeat_{v}", "s", "the string s repeated {v} times", "s * {v}", SMALL, TEXTS, 0.6),
    Kind("first", "first_{v}", "s", "the first {v} characters of the string s", "s[:{v}]", SMALL, WORDS, 0.2),
    Kind("last", "last_{v}", "s", "the last {v} characters of the string s", "s[-{v}:]", SMALL, WORDS, 0.4),
    Kind("append", "append_{v}", "s", "the string s followed by '{v}'", "s + '{v}'", LETTERS, TEXTS, 0.7),
    Kind(
        "longer",
        "longer_than_{v}",
        "s",
        "True if the string s is longer than {v} characters, else False",
        "len(s) > {v}",
        SMALL,
        TEXTS,
        0.5,
    ),
    Kind(
        "length_plus", "length_plus_{v}", "s", "the length of the string s plus {v}", "len(s) + {v}", SMALL, TEXTS, 0.3
    ),
    Kind(
        "add_each",
        "add_{v}_to_each",
        "xs",
        "a list with {v} added to each number of the list xs",
        "[x + {v} for x in xs]",
        SMALL,
        LISTS,
        0.4,
    ),
    Kind(
        "scale_each",
        "multiply_each_by_{v}",
        "xs",
        "a list with each number of the list xs times {v}",
        "[x * {v} for x in xs]",
        SMALL,
        LISTS,
        0.6,
    ),
    Kind(
        "keep_above",
        "keep_above_{v}",
        "xs",
        "a list of the numbers of xs that are greater than {v}",
        "[x for x in xs if x > {v}]",
        (0, 1, 2, 3, 4, 5, 6, 7),
        LISTS,
        0.45,
    ),
    Kind(
        "count_above",
        "count_above_{v}",
        "xs",
        "how many numbers in the list xs are greater than {v}",
        "sum(x > {v} for x in xs)",
        (0, 1, 2, 3, 4, 5, 6, 7),
        LISTS,
        0.25,
    ),
    Kind(
        "contains",
        "contains_{v}",
        "xs",
        "True if {v} is in the list xs, else False",
        "{v} in xs",
        (2, 3, 4, 5, 6, 7, 8, 10),
        LISTS,
        0.2,
    ),
    Kind("sum_times", "sum_times_{v}", "xs", "{v} times the sum of the list xs", "{v} * sum(xs)", SMALL, LISTS, 0.2),
    Kind(
        "max_plus",
        "max_plus_{v}",
        "xs",
        "the largest number of the list xs plus {v}",
        "max(xs) + {v}",
        SMALL,
        FILLED,
        0.0,
    ),
    Kind("take", "take_{v}", "xs", "the first {v} items of the list xs", "xs[:{v}]", SMALL, LISTS, 0.1),
)
