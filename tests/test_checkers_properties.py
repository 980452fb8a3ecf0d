"""Whatever is expected: another output fails, and the same one written otherwise passes where a checker allows it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deepcoder.checkers import checker
from deepcoder.judge import judge
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Submission, Verdict
from deepcoder.wire import values as codec
from tests.conftest import shared_rows

moderate = settings(max_examples=60, derandomize=True, deadline=None, database=None)

# -- Text: a grid of tokens, and what can happen to it

Grid = list[list[str]]
Change = Callable[[Grid, Random], Grid | str | None]  # None where the grid has nothing to change so

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
INTEGER = re.compile(r"[+-]?[0-9]+")


def written(grid: Grid) -> str:
    return "".join(" ".join(line) + "\n" for line in grid)


def is_fraction(token: str) -> bool:
    return bool(NUMBER.fullmatch(token)) and not INTEGER.fullmatch(token)


def far(one: str, other: str) -> bool:
    """Whether no checker may take one token for the other."""
    if NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
        x, y = float(one), float(other)
        return abs(x - y) > 1e-3 * max(1.0, abs(x), abs(y))
    return one.lower() != other.lower()


def others(token: str) -> list[str]:
    """Tokens that are far from this one."""
    found = [token + "#", "#" + token, "#", "nan"]
    if INTEGER.fullmatch(token):
        found += [str(int(token) + max(1, abs(int(token)) // 100)), token + "1", "-" + token.lstrip("+-")]
    elif is_fraction(token):
        number = float(token)
        found += [repr(number + 0.01 * max(1.0, abs(number))), repr(number - 0.01 * max(1.0, abs(number))), "0"]
    else:
        found += ["0", "1.5", token * 2]
    return [each for each in found if far(token, each)]


def places(grid: Grid, wanted: Callable[[str], Any] = bool) -> list[tuple[int, int]]:
    return [(i, j) for i, line in enumerate(grid) for j, token in enumerate(line) if wanted(token)]


def with_line(grid: Grid, i: int, *lines: list[str]) -> Grid:
    return [*grid[:i], *lines, *grid[i + 1 :]]


def at_token(wanted: Callable[[str], Any], options: Callable[[str], list[list[str]]]) -> Change:
    """Put other tokens in the place of one that is wanted."""

    def change(grid: Grid, random: Random) -> Grid | None:
        found = places(grid, wanted)
        if not found:
            return None
        i, j = random.choice(found)
        line = grid[i]
        return with_line(grid, i, [*line[:j], *random.choice(options(line[j])), *line[j + 1 :]])

    return change


def tokens_joined(grid: Grid, random: Random) -> Grid | None:
    found = [(i, j) for i, j in places(grid) if j]
    if not found:
        return None
    i, j = random.choice(found)
    return with_line(grid, i, [*grid[i][: j - 1], grid[i][j - 1] + grid[i][j], *grid[i][j + 1 :]])


def tokens_swapped(grid: Grid, random: Random) -> Grid | None:
    found = [(i, j) for i, j in places(grid) if j and far(grid[i][j - 1], grid[i][j])]
    if not found:
        return None
    i, j = random.choice(found)
    return with_line(grid, i, [*grid[i][: j - 1], grid[i][j], grid[i][j - 1], *grid[i][j + 1 :]])


def lines_swapped(grid: Grid, random: Random) -> Grid | None:
    pairs = [(i, i + 1) for i in range(len(grid) - 1)] + [(0, len(grid) - 1)]
    found = [(i, j) for i, j in pairs if len(grid[i]) == len(grid[j]) and any(map(far, grid[i], grid[j]))]
    if not found:
        return None
    i, j = random.choice(found)
    return with_line(with_line(grid, i, grid[j]), j, grid[i])


def line_broken_elsewhere(grid: Grid, random: Random) -> Grid | None:
    found = [i for i in range(1, len(grid)) if grid[i - 1] and grid[i]]
    if not found:
        return None
    i = random.choice(found)
    lines = [[*grid[i - 1], grid[i][0]], *([grid[i][1:]] if grid[i][1:] else [])]
    changed = [*grid[: i - 1], *lines, *grid[i + 1 :]]
    return None if Counter(map(tuple, changed)) == Counter(map(tuple, grid)) else changed


def one_token_a_line(grid: Grid, random: Random) -> Grid | None:
    return [[token] for line in grid for token in line] if any(len(line) > 1 for line in grid) else None


def blank_line_inside(grid: Grid, random: Random) -> Grid | None:
    if len(grid) < 2:
        return None
    i = random.randrange(1, len(grid))
    return [*grid[:i], [], *grid[i:]]


def other_blanks(grid: Grid, random: Random) -> str | None:
    found = [i for i, line in enumerate(grid) if line]
    if not found:
        return None
    chosen = random.choice(found)
    gaps = [random.choice(["  ", "\t", " \v", "\f "]) if i == chosen else " " for i in range(len(grid))]
    start = random.choice(["", " ", "\t"]) if len(grid[chosen]) > 1 else " "
    lines = [gap.join(line) + "\n" for gap, line in zip(gaps, grid, strict=True)]
    return "".join(start + line if i == chosen else line for i, line in enumerate(lines))


def other_line_ends(grid: Grid, random: Random) -> str | None:
    ends = random.choices(["\n", "\r\n", " \n", "\t\r\n"], k=len(grid))
    text = "".join(" ".join(line) + end for line, end in zip(grid, ends, strict=True))
    text = text.rstrip() if random.random() < 0.3 else text + random.choice(["", "\n", " \n\r\n", " "])
    return text if text != written(grid) else None


def spellings(token: str) -> list[list[str]]:
    number = Decimal(token)
    plain = f"{number:f}"
    found = [f"{number:E}", ("" if number.is_signed() else "+") + plain + ("0" if "." in plain else ".0")]
    return [[each] for each in found if each.lower() != token.lower()]


CASE, BLANKS = "kattis(case_sensitive)", "kattis(space_change_sensitive)"
EVERY = {
    *["tokens", "kattis", "kattis(1e-6)", "exact", "lines", "float(1e-6)", "unordered lines", "unordered tokens"],
    *["case-insensitive", "real tokens", CASE, BLANKS],
}
UNORDERED = {"unordered lines", "unordered tokens"}
ANY_LINES = {"kattis", "kattis(1e-6)", CASE, "unordered tokens"}

# Each change, and the checkers that must not mind it; all the others must.
CHANGES: dict[str, tuple[Change, set[str]]] = {
    "another token": (at_token(bool, lambda token: [[each] for each in others(token)]), set()),
    "a token less": (at_token(bool, lambda token: [[]]), set()),
    "a token more": (at_token(bool, lambda token: [[token, token], ["0", token], [token, "x"]]), set()),
    "a token in two": (at_token(lambda token: len(token) > 1, lambda t: [[t[:1], t[1:]], [t[:-1], t[-1:]]]), set()),
    "two tokens in one": (tokens_joined, set()),
    "a large integer off by one": (
        at_token(
            lambda token: INTEGER.fullmatch(token) and abs(int(token)) >= 10**7,
            lambda token: [[str(int(token) + 1)], [str(int(token) - 1)]],
        ),
        {"kattis(1e-6)", "float(1e-6)"},
    ),
    "an integer off by one as a real": (
        at_token(
            lambda token: INTEGER.fullmatch(token) and 10**7 <= abs(int(token)) < 2**53,
            lambda token: [[f"{int(token) + 1}.0"], [f"{int(token) - 1}e0"]],
        ),
        {"kattis(1e-6)", "float(1e-6)"},
    ),
    "two tokens swapped": (tokens_swapped, {"unordered tokens"}),
    "two lines swapped": (lines_swapped, UNORDERED),
    "a line broken elsewhere": (line_broken_elsewhere, ANY_LINES),
    "one token a line": (one_token_a_line, ANY_LINES),
    "a blank line inside": (blank_line_inside, ANY_LINES | UNORDERED | {"float(1e-6)"}),
    "other case": (
        at_token(lambda t: not NUMBER.fullmatch(t) and re.search("[a-zA-Z]", t), lambda t: [[swapped_case(t)]]),
        {"kattis", "kattis(1e-6)", BLANKS, "case-insensitive"},
    ),
    "other blanks": (other_blanks, EVERY - {"exact", "lines", BLANKS}),
    "other line ends": (other_line_ends, EVERY - {"exact", BLANKS}),
    "a fraction spelled otherwise": (
        at_token(is_fraction, spellings),
        {"tokens", "real tokens", "kattis(1e-6)", "float(1e-6)", "case-insensitive"},
    ),
    "an integer spelled otherwise": (
        at_token(INTEGER.fullmatch, lambda token: [[token + ".0"], [token + "e0"]]),
        {"real tokens", "kattis(1e-6)", "float(1e-6)"},
    ),
}


def swapped_case(token: str) -> str:
    return "".join(each.swapcase() if each.isascii() else each for each in token)


def changes(grid: Grid, random: Random, names: list[str] | None = None) -> Iterator[tuple[str, str]]:
    """Each change that the grid allows, as its name and the text after it."""
    for name in names or CHANGES:
        changed = CHANGES[name][0](grid, random)
        if changed is not None:
            yield name, changed if isinstance(changed, str) else written(changed)


words = st.text("abXYZ_.-é", min_size=1, max_size=5)
integers = st.integers().map(str) | st.integers(10**7, 10**15).map(str)
fractions = st.floats(-1e9, 1e9, allow_subnormal=False).map(str) | st.decimals(-1000, 1000, places=3).map(str)
grids = st.lists(st.lists(words | integers | fractions, min_size=1, max_size=4), min_size=1, max_size=4)
randoms = st.randoms(use_true_random=False)


@pytest.mark.parametrize("change", list(CHANGES))
@moderate
@given(grids, randoms)
def test_text_changed_passes_only_where_the_checker_does_not_mind(change: str, grid: Grid, random: Random) -> None:
    found = dict(changes(grid, random, [change]))
    assume(found)
    for name in EVERY:
        passes = checker(name, Mode.STDIN)(written(grid), found[change])
        assert passes is (name in CHANGES[change][1]), (name, written(grid), found[change])


def grid_of(text: str) -> Grid:
    return [line.split() for line in text.strip().split("\n")]


def real_outputs() -> list[str]:
    """Distinct outputs that juries expect."""
    found = {test["output"]: None for row in shared_rows("judged_stdin.jsonl") for test in row["tests"]}
    return [output for output in found if output.strip() and len(output) < 20_000]


def test_text_real_outputs_changed_pass_only_where_the_checker_does_not_mind() -> None:
    random, seen = Random(0), Counter[str]()
    for output in real_outputs():
        grid = grid_of(output)
        for change, changed in changes(grid, random):
            seen[change] += 1
            for name in EVERY:
                passes = checker(name, Mode.STDIN)(written(grid), changed)
                assert passes is (name in CHANGES[change][1]), (change, name, output[:200])
    assert not [change for change in CHANGES if seen[change] < 10]


def test_text_real_outputs_with_any_token_changed_fail() -> None:
    random = Random(0)
    for output in real_outputs():
        found = list(re.finditer(r"\S+", output, re.ASCII))
        for token in random.sample(found, min(len(found), 20)):
            other = random.choice(others(token[0]))
            changed = output[: token.start()] + other + output[token.end() :]
            for name in EVERY:
                assert not checker(name, Mode.STDIN)(output, changed), (name, token[0], other)


@moderate
@given(st.text(), st.text())
def test_text_checkers_never_raise(one: str, other: str) -> None:
    for name in [*EVERY, "lcb", "rllm-2025", "verl", "open-r1", "reward-kit"]:
        assert checker(name, Mode.STDIN)(one, one) is True
        assert checker(name, Mode.STDIN)(one, other) in (True, False)


# -- Values

keys = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
plain = keys | st.floats(-1e300, 1e300) | st.just(float("inf")) | st.binary(max_size=3)
nested = st.recursive(
    plain | st.frozensets(plain, max_size=3) | st.sets(plain, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=9,
)


def another(value: Any, random: Random) -> Any:
    """The value with one leaf of it changed, so that no checker may take one for the other."""
    match value:
        case bool():
            return not value
        case int():
            return value + random.choice([1, -1])
        case float():
            return 0.5 if value == float("inf") else value + 0.01 * max(1.0, abs(value))
        case str():
            return value + "#"
        case bytes():
            return value + b"#"
        case list() | tuple() if value:
            i = random.randrange(len(value))
            return type(value)([*value[:i], another(value[i], random), *value[i + 1 :]])
        case list() | tuple():
            return type(value)([0])
        case dict() if value:
            key = random.choice(list(value))
            return {**value, key: another(value[key], random)}
        case dict():
            return {0: 0}
        case set() | frozenset():
            return value | {"another"}
    return 0  # for None


def rewritten(value: Any) -> Any:
    """The same value, with numbers of other types, little errors of rounding, and in another order."""
    match value:
        case bool() | None:
            return value
        case int() if abs(value) < 2**53:
            return float(value)
        case float() if value != float("inf"):
            return value * (1 + 1e-12)
        case list() | tuple():
            return type(value)(map(rewritten, value))
        case dict():
            return {key: rewritten(value[key]) for key in reversed(value)}
        case set():
            return frozenset(value)
        case frozenset():
            return set(value)
    return value


def retyped(value: Any, kinds: dict[type, type]) -> Any:
    """The value with every list a tuple and the reverse, or every bool an int: as `kinds` says."""
    if type(value) in kinds and not isinstance(value, (list, tuple)):
        return kinds[type(value)](value)
    match value:
        case list() | tuple():
            return kinds.get(type(value), type(value))([retyped(each, kinds) for each in value])
        case dict():
            return {key: retyped(each, kinds) for key, each in value.items()}
    return value


@moderate
@given(nested, randoms)
def test_value_with_any_leaf_changed_fails(value: Any, random: Random) -> None:
    other = another(value, random)
    for name in ("value", "equal"):
        assert not checker(name, Mode.FUNCTION)(value, other)
        assert not checker(name, Mode.FUNCTION)(other, value)
    assert checker("differs", Mode.FUNCTION)(value, other)
    assert not checker("differs", Mode.FUNCTION)(value, value)


@moderate
@given(nested)
def test_value_written_otherwise_passes(value: Any) -> None:
    for name in ("value", "equal", "allclose(1e-7, 1e-6)"):
        assert checker(name, Mode.FUNCTION)(value, rewritten(value))
        assert checker(name, Mode.FUNCTION)(rewritten(value), value)
        assert checker(name, Mode.FUNCTION)(value, codec.decode(codec.encode(value)))


@moderate
@given(nested)
def test_value_of_other_types_passes_only_where_the_checker_says_so(value: Any) -> None:
    sequences = retyped(value, {list: tuple, tuple: list})
    numbers = retyped(value, {bool: int})
    assert checker("value", Mode.FUNCTION)(value, sequences)
    assert checker("equal", Mode.FUNCTION)(value, sequences) is (repr(sequences) == repr(value))
    assert checker("equal", Mode.FUNCTION)(value, numbers)
    assert checker("value", Mode.FUNCTION)(value, numbers) is (repr(numbers) == repr(value))


@moderate
@given(nested, nested)
def test_value_checkers_never_raise(one: Any, other: Any) -> None:
    names = [
        "value",
        "equal",
        "differs",
        "one of",
        "one value of",
        "unordered",
        "unordered inside",
        "unordered groups",
        "allclose(1, 1)",
        "lcb",
        "rllm-2025",
        "verl",
        "reward-kit",
    ]
    views = ["sorted", "set", "list", "tuple", "len", "str", "bool", "round(2)", "abs"]
    for name in [*names, "exact", "float(1e-6)", *(f"{view}|value" for view in views)]:
        assert checker(name, Mode.FUNCTION)(one, other) in (True, False)


# -- Through the real judge


def verdict(problem: Problem, source: str, sandbox: Sandbox) -> Verdict:
    return judge(Submission(problem, Program(source)), sandbox).verdict


def test_judge_real_outputs_changed_are_accepted_only_where_the_checker_does_not_mind(shared_sandbox: Sandbox) -> None:
    random = Random(0)
    for output in random.sample([output for output in real_outputs() if len(output) < 2000], 12):
        name = random.choice(sorted(EVERY))
        problem = Problem("p", Mode.STDIN, (TestCase("", written(grid_of(output))),), checker=name)
        for change, changed in [("none", problem.tests[0].output), *changes(grid_of(output), random)]:
            source = f"import sys\nsys.stdout.buffer.write({changed.encode()!r})"
            passes = change == "none" or name in CHANGES[change][1]
            assert verdict(problem, source, shared_sandbox) is (Verdict.AC if passes else Verdict.WA), (change, name)


EXPECTED: list[Any] = [
    [1, (2.5, "a")],
    {"a": [True, None], (1, 2): {3, 4}},
    (b"x", [[]], 10**30),
    -0.25,
    [[0.5] * 3] * 2,
]


@pytest.mark.parametrize("name", ["value", "equal"])
def test_judge_values_changed_are_wrong_and_rewritten_are_accepted(shared_sandbox: Sandbox, name: str) -> None:
    random = Random(0)
    for expected in EXPECTED:
        problem = Problem("p", Mode.FUNCTION, (TestCase.call([], expected),), entry_point="f", checker=name)
        for returned, wanted in [
            (expected, Verdict.AC),
            (rewritten(expected), Verdict.AC),
            *((another(expected, random), Verdict.WA) for _ in range(4)),
        ]:
            assert verdict(problem, f"def f():\n    return {returned!r}", shared_sandbox) is wanted, returned
