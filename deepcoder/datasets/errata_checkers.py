"""Decide about the problems of LiveCodeBench that have several right answers, as their statements say.

Runs: in the jury's sandbox, as source, on Python 3.9. Each function is called as a special checker is, and returns
whether the actual output is right. The expected output serves only where it says what is possible, or the best number.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def _integers(text: str) -> list[int]:
    """Return the integers of a text; none where something else stands there."""
    words = text.split()
    return [int(each) for each in words] if all(map(_INTEGER.fullmatch, words)) else []


def find_a_cycle(input: str, expected: str, actual: str) -> bool:
    """Return whether it is a cycle: its length, then its vertices. An edge leads from each vertex to another one."""
    edges, said = _integers(input), _integers(actual)
    length, cycle = said[:1], said[1:]
    if length != [len(cycle)] or not cycle or len(set(cycle)) < len(cycle):
        return False
    if not all(0 < vertex < len(edges) for vertex in cycle):
        return False
    return all(edges[one] == other for one, other in zip(cycle, cycle[1:] + cycle[:1]))


def letters_in_a_grid(input: str, expected: str, actual: str) -> bool:
    """Return whether each row and column has one A, one B and one C, and begins with the letter that is given."""
    size, *firsts = input.split()
    said = actual.split()
    if expected.split() == ["No"]:
        return said == ["No"]
    rows = said[1:]
    if said[:1] != ["Yes"] or [len(row) for row in rows] != [int(size)] * int(size):
        return False
    lines = [*rows, *("".join(column) for column in zip(*rows))]
    letters = [line.replace(".", "") for line in lines]
    are_whole = all(sorted(each) == ["A", "B", "C"] for each in letters)
    return are_whole and [each[0] for each in letters] == list("".join(firsts))


def fewest_potions(input: str, expected: str, actual: str) -> bool:
    """Return whether these choices of potions defeat every monster, and never hold more than the fewest that do."""
    fewest, said = _integers(expected)[0], _integers(actual)
    if fewest == -1:
        return said == [-1]
    numbers = _integers(input)[1:]
    events = list(zip(numbers[::2], numbers[1::2]))
    choices = said[1:]
    if said[:1] != [fewest] or len(choices) != sum(kind == 1 for kind, _ in events) or not set(choices) <= {0, 1}:
        return False
    held: Counter[int] = Counter()
    number = 0  # of potions that are held
    chosen = iter(choices)
    for kind, potion in events:
        change = next(chosen) if kind == 1 else -1
        held[potion] += change
        number += change
        if held[potion] < 0 or number > fewest:
            return False
    return True


def three_cubes(input: str, expected: str, actual: str) -> bool:
    """Return whether three cubes with sides of 7 have these volumes in exactly one, two and three of them."""
    said = actual.split()
    if expected.split() == ["No"]:
        return said == ["No"]
    places = _integers(" ".join(said[1:]))
    if said[:1] != ["Yes"] or len(places) != 9 or not all(-100 <= each <= 100 for each in places):
        return False
    cubes = [places[0:3], places[3:6], places[6:9]]
    all_three = _common_volume(cubes)
    pairs = sum(_common_volume([one, other]) for one, other in (cubes[:2], cubes[1:], cubes[::2]))
    two = pairs - 3 * all_three
    return _integers(input) == [3 * 7**3 - 2 * two - 3 * all_three, two, all_three]


def _common_volume(cubes: list[list[int]]) -> int:
    volume = 1
    for along_axis in zip(*cubes):
        volume *= max(0, min(along_axis) + 7 - max(along_axis))
    return volume


def ranges_with_sum_zero(input: str, expected: str, actual: str) -> bool:
    """Return whether there is one integer out of each range, and their sum is 0."""
    said = actual.split()
    if expected.split() == ["No"]:
        return said == ["No"]
    bounds, chosen = _integers(input)[1:], _integers(" ".join(said[1:]))
    if said[:1] != ["Yes"] or len(said) != 1 + len(bounds[::2]) or len(chosen) != len(bounds[::2]):
        return False
    return sum(chosen) == 0 and all(low <= each <= high for low, each, high in zip(bounds[::2], chosen, bounds[1::2]))


def three_with_sum(input: str, expected: str, actual: str) -> bool:
    """Return whether three ascending positions hold numbers with the given sum; -1 where none do."""
    said = _integers(actual)
    if expected.split() == ["-1"]:
        return said == [-1]
    _, wanted, *numbers = _integers(input)
    if len(said) != 3 or not 1 <= said[0] < said[1] < said[2] <= len(numbers):
        return False
    return sum(numbers[position - 1] for position in said) == wanted


def wrong_answer(input: str, expected: str, actual: str) -> bool:
    """Return whether it is a number of one digit, and not the sum of the two that are given."""
    said = _integers(actual)
    return len(said) == 1 and 0 <= said[0] <= 9 and said[0] != sum(_integers(input))


def any_order(input: Any, expected: Any, actual: Any) -> bool:
    """Return whether it is a list with the expected elements, in any order."""
    return isinstance(actual, (list, tuple)) and Counter(map(repr, actual)) == Counter(map(repr, expected))
