"""Compatibility profiles: the decisions of other systems, for users who must reproduce their numbers. Each is wrong.

They are rebuilt from what those systems were seen to do: verl and open-r1 in 2026, the others in 2025. They compare
`str` as those systems do, so blanks and digits are Unicode's. Where the system would end in an exception, the output is
wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain
from typing import Any

from deepcoder.checkers.tolerance import Tolerance
from deepcoder.checkers.views import refuse_huge_ints
from deepcoder.problems import Mode

_NUMPY_TOLERANCE = Tolerance(1e-8, 1e-5, is_sum=True)  # numpy.isclose's own


def lcb_text(expected: str, actual: str) -> bool:
    """Decide as LiveCodeBench.

    Wrong: no tolerance at all, so 0.30000000000000004 is not 0.3.
    """
    want, got = _stripped_lines(expected), _stripped_lines(actual)
    return len(want) == len(got) and all(map(_same_decimals, want, got))


def lcb_value(expected: Any, actual: Any) -> bool:
    """Decide as LiveCodeBench.

    Wrong: no tolerance for floats, a tuple inside is no list, True is 1.
    """
    return bool(expected == (list(actual) if isinstance(actual, tuple) else actual))


def rllm_2025_text(expected: str, actual: str) -> bool:
    """Decide as rLLM of May 2025 for TACO, APPS and primeintellect.

    Wrong: any words of the right count pass, NO for YES.
    """
    actual = actual.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")  # as a pipe opened as text
    if expected.strip() == actual.strip():
        return True
    both = _floats([expected, actual])
    if _NUMPY_TOLERANCE.near(*both) if both else _same_shape(expected, actual):
        return True
    lines = [line.strip() for line in expected.split("\n") if line]
    return _characters_are_lines(lines, actual) or _characters_are_tokens(lines, actual)


def rllm_2025_value(expected: Any, actual: Any) -> bool:
    """Decide as rLLM of May 2025.

    Wrong: the first item of an expected list passes for all of it; no tolerance; True is 1.
    """
    expected = _with_int_keys(expected)
    first = expected[0] if isinstance(expected, list) and expected else expected
    got = list(actual) if isinstance(actual, tuple) else actual
    if got in (expected, first):
        return True
    if not (isinstance(got, list) and got and isinstance(got[0], tuple) and isinstance(expected, list) and expected):
        return False
    return bool([list(each) for each in got] == first)


def verl_text(expected: str, actual: str) -> bool:
    """Decide as verl on SandboxFusion, not its older prime_code: verl documents the former, and its rule is exact.

    Wrong: one blank at the end of a line, or 1.50 for 1.5, fails.
    """
    return expected.rstrip("\n") == actual.rstrip("\n")


def verl_value(expected: Any, actual: Any) -> bool:
    """Decide as verl on SandboxFusion.

    Wrong: compares what was printed, so no function that returns a bool or None passes.
    """
    is_json = actual is None or isinstance(actual, (bool, list, tuple, dict))
    refuse_huge_ints(actual)
    return verl_text(str(expected), json.dumps(actual) if is_json else str(actual))


def open_r1_text(expected: str, actual: str) -> bool:
    """Decide as open-r1.

    Wrong: compares only as many lines as both have, so a right first line, or junk behind, passes.
    """
    pairs = zip(expected.split("\n"), actual.strip().split("\n"), strict=False)
    return all(want.strip() == got.strip() for want, got in pairs)


def reward_kit_text(expected: str, actual: str) -> bool:
    """Decide as reward-kit.

    Wrong: a line end is a blank like any other, and 1.50 is not 1.5.
    """
    return _spaced(expected) == _spaced(actual)


def reward_kit_value(expected: Any, actual: Any) -> bool:
    """Decide as reward-kit.

    Wrong: compares the text of repr, so a tuple is no list, 1.0 not 1, a set's order counts.
    """
    refuse_huge_ints(actual)
    got = _spaced(repr(actual))
    return got == _spaced(repr(expected)) or (isinstance(expected, str) and got == _spaced(expected))


PROFILES: dict[str, dict[Mode, Callable[[Any, Any], bool]]] = {
    "lcb": {Mode.STDIN: lcb_text, Mode.FUNCTION: lcb_value},
    "rllm-2025": {Mode.STDIN: rllm_2025_text, Mode.FUNCTION: rllm_2025_value},
    "verl": {Mode.STDIN: verl_text, Mode.FUNCTION: verl_value},
    "open-r1": {Mode.STDIN: open_r1_text},
    "reward-kit": {Mode.STDIN: reward_kit_text, Mode.FUNCTION: reward_kit_value},
}


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _stripped_lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _same_decimals(expected: str, actual: str) -> bool:
    if expected == actual:
        return True
    try:
        return list(map(Decimal, expected.split())) == list(map(Decimal, actual.split()))
    except ArithmeticError:  # a word, or a signalling NaN
        return False


def _floats(texts: Iterable[str]) -> list[float] | None:
    try:
        return list(map(float, texts))
    except ValueError:
        return None


def _same_shape(expected: str, actual: str) -> bool:
    """Return whether each line that is not blank has as many tokens, and no two numbers differ."""
    want, got = ([line.split() for line in text.split("\n") if line.strip()] for text in (expected, actual))
    if list(map(len, want)) != list(map(len, got)):
        return False
    for pair in zip(chain.from_iterable(want), chain.from_iterable(got), strict=True):
        numbers = _floats(pair)
        if pair[0] != pair[1] and numbers and not _NUMPY_TOLERANCE.near(*numbers):
            return False
    return True


def _characters_are_lines(lines: list[str], actual: str) -> bool:
    """Compare each character of the output with the number of a line: 12 passes for the lines 1 and 2."""
    if len(lines) != len(actual):
        return False
    want, got = _floats(lines), _floats(actual)
    return want is not None and got is not None and all(map(_NUMPY_TOLERANCE.near, want, got))


def _characters_are_tokens(lines: list[str], actual: str) -> bool:
    """Compare the set of each token's characters with a line's tokens, also rounded: 12 passes for the line 1 2."""
    want, got = set(map(frozenset, map(str.split, lines))), set(map(frozenset, actual.split()))
    try:
        return want == got or set(map(_rounded, want)) == set(map(_rounded, got))
    except ValueError:
        return False


def _rounded(tokens: Iterable[str]) -> frozenset[float]:
    return frozenset(round(float(token), 3) for token in tokens)


def _with_int_keys(expected: Any) -> Any:
    """Return the expected value with numbers for keys, which are text in JSON, in a list as rLLM makes it."""
    first = expected[0] if isinstance(expected, list) and expected else expected
    try:
        return [{int(key): item for key, item in first.items()}] if isinstance(first, dict) else expected
    except (TypeError, ValueError):
        return expected
