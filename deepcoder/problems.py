"""Define what a program is judged against: a Problem, its TestCases and the Limits of one execution.

Runs: everywhere. Rows of data sets become Problems in `datasets/`; no other room knows of their formats.
"""

from __future__ import annotations

import dataclasses
import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepcoder.jury_program import JuryProgram
from deepcoder.language_limits import in_language
from deepcoder.wire import values
from deepcoder.wire.languages import PYTHON, check_functions, language
from deepcoder.wire.limits import Limits as Limits
from deepcoder.wire.limits import Mode as Mode

REAL_TOKENS = "real tokens"  # the usual checker where expected outputs have numbers with a fraction

# Tokens are what stands between blanks of ASCII, as for the checkers. Linear time: nothing here can backtrack.
_FRACTION = re.compile(r"(?<!\S)[+-]?(?:[0-9]*+\.[0-9]++(?:[eE][+-]?[0-9]++)?|[0-9]++\.?[eE]-[0-9]++)(?!\S)", re.ASCII)


@dataclass(frozen=True)
class TestCase:
    """One test: what goes in, and what must come out.

    In stdin mode both are text. In interactive mode, too: the input is for the interactor only, and the output is its
    answer file. In function mode both are values in the encoding of `deepcoder.wire.values`: the input a pair of
    positional and named arguments, the output what the call must return; `TestCase.call` writes them. A function may
    also be tested by code, which calls it and asserts; then there is no output.
    """

    __test__ = False  # pytest would collect a class of this name

    input: str
    output: str
    checker: str = ""  # a name that `checkers.checker` knows; empty means the problem's
    is_code: bool = False  # the input is test code
    checker_flags: tuple[str, ...] = ()  # arguments of the jury's program for this test, behind its own flags

    @property
    def input_bytes(self) -> bytes:
        """Return the input as a sandbox gets it."""
        return self.input.encode("utf-8", "surrogatepass")

    @classmethod
    def call(
        cls, args: Sequence[Any], expected: Any, kwargs: Mapping[str, Any] | None = None, checker: str = ""
    ) -> TestCase:
        """Return a function-mode test from Python values.

        Raises:
            TypeError: A value has no encoding.
        """
        return cls(values.encode([list(args), dict(kwargs or {})]), values.encode(expected), checker)

    @classmethod
    def code(cls, source: str) -> TestCase:
        """Return a function-mode test from Python source.

        The source finds the entry point under its own name and as `candidate`; an entry point that is a method as
        `Solution().method`; and any function of the program by `from solution import name`. The test passes if the
        source ends without an exception. It runs in a sandbox apart from the program's: only plain values cross.
        """
        return cls(source, "", is_code=True)


class StoredTests(Sequence[TestCase]):
    """Tests outside memory. Iterating reads all of them: to use them twice, take `Problem.loaded` first."""

    size: int  # see `Problem.size`
    code_tests: int  # see `Problem.code_tests`

    @abstractmethod
    def longest(self, count: int) -> StoredTests:
        """Return only the `count` tests with the longest inputs, in their own order."""


@dataclass(frozen=True)
class Problem:
    """A task with its tests. `checker` is a name that `checkers.checker` knows; empty means the usual one.

    The usual checker is decided here, once, by all tests of the problem, so a sample of the tests keeps it.
    """

    problem_id: str
    mode: Mode
    tests: Sequence[TestCase]  # a tuple, or `StoredTests` where they are too large to keep in memory
    entry_point: str | None = None  # function mode: the function, or the method of class Solution
    preamble: str = ""  # function mode: source in the first language, which runs before a program in that
    checker: str = ""
    # Instead, for a sandbox of its own: Python source of check(input, expected, actual) -> bool, or a program.
    special_checker: str | JuryProgram = ""
    interactor: JuryProgram | None = None  # interactive mode: it talks to the program, and decides
    validation_passes: int = 1  # the most runs of a program on one test, whose checker writes the next input
    limits: Limits = Limits()
    limits_for: str = ""  # the language that the time limit was made for; empty means that it is for every language
    languages: tuple[str, ...] = (PYTHON.name,)  # of completions; a block without a tag is in the first
    prompt: tuple[Mapping[str, str], ...] = ()  # messages, as chat templates take them
    code_prompt: str = ""  # source that the prompt shows and a completion may continue, as HumanEval's do
    reference: str | None = None  # source of a program that passes every test
    reference_language: str = ""  # empty means the first of the languages
    source: str = ""
    where: str = dataclasses.field(default="", compare=False)  # the file and the line that it was read from

    def __post_init__(self) -> None:
        if not self.tests:
            raise ValueError("a problem needs at least one test: with none, every program passes")
        if self.mode is Mode.FUNCTION and not self.entry_point:
            raise ValueError("entry_point is missing: function mode needs the name to call")
        if self.mode is not Mode.FUNCTION and self.code_tests:
            raise ValueError(f"test code is for function mode: a program in {self.mode} mode has no function to call")
        self._check_jury()
        if not self.languages:
            raise ValueError("languages needs at least one: with none, no program is allowed")
        for name in filter(None, (self.limits_for, self.reference_language)):
            language(name)
        for each in map(language, self.languages):
            if self.mode is Mode.FUNCTION:
                check_functions(each)
        if not self.checker:
            object.__setattr__(self, "checker", _usual_checker(self.mode, self.tests))

    def _check_jury(self) -> None:
        """Check that the data set's own programs fit the mode."""
        if (self.mode is Mode.INTERACTIVE) != (self.interactor is not None):
            raise ValueError("interactive mode needs an interactor, and no other mode can have one")
        if self.mode is Mode.FUNCTION and isinstance(self.special_checker, JuryProgram):
            raise ValueError(f"a special_checker of protocol {self.special_checker.protocol} is not for function mode")
        if self.mode is Mode.INTERACTIVE and isinstance(self.special_checker, str) and self.special_checker:
            raise ValueError("the special_checker beside an interactor must be a program, not a function")
        if self.validation_passes < 1:
            raise ValueError(f"validation_passes must be at least 1, not {self.validation_passes}")
        if self.validation_passes > 1 and not (self.deciding and self.deciding.rules.next_pass):
            raise ValueError("validation_passes above 1 needs a program that can write the next input: protocol kattis")

    @property
    def deciding(self) -> JuryProgram | None:
        """Return the data set's program that decides about a run: the interactor or the special checker."""
        return self.interactor or (self.special_checker if isinstance(self.special_checker, JuryProgram) else None)

    @property
    def is_ruled(self) -> bool:
        """Return whether its tests are runs with the jury: with an interactor, or in several passes."""
        return self.interactor is not None or self.validation_passes > 1

    @property
    def prompt_text(self) -> str:
        """Return the prompt's messages as one text, for frameworks that have no messages."""
        return "\n\n".join(str(message["content"]) for message in self.prompt)

    @property
    def jury_programs(self) -> tuple[JuryProgram, ...]:
        """Return the data set's own programs, which the jury's sandbox must have the languages for."""
        return tuple(each for each in (self.interactor, self.special_checker) if isinstance(each, JuryProgram))

    def checked_by(self, checker: str) -> Problem:
        """Return the problem with this checker. A test that names its own keeps it: it asks for more than equality.

        Raises:
            ValueError: An interactor decides, not a checker.
        """
        if self.interactor is not None:
            raise ValueError("an interactive problem is decided by its interactor, not by a checker")
        return dataclasses.replace(self, checker=checker, special_checker="")

    def limited_to(self, cpu_s: float) -> Problem:
        """Return the problem with this limit of CPU time, for every language.

        The wall limit, which only catches sleepers, stays, unless it is less than the usual one.
        """
        wall_s = max(self.limits.wall_s, Limits(cpu_s=cpu_s).wall_s)
        limits = dataclasses.replace(self.limits, cpu_s=cpu_s, wall_s=wall_s)
        return dataclasses.replace(self, limits=limits, limits_for="")

    def limits_in(self, language: str) -> Limits:
        """Return the limits of a program in this language."""
        return in_language(self.limits, self.limits_for, language)

    def prefixed(self, prefix: str) -> Problem:
        """Return the problem with this text in front of its id."""
        return dataclasses.replace(self, problem_id=prefix + self.problem_id) if prefix else self

    @property
    def size(self) -> int:
        """Return the characters of the tests, which is about the bytes that they take in memory."""
        if isinstance(self.tests, StoredTests):
            return self.tests.size
        return sum(len(test.input) + len(test.output) for test in self.tests)

    @property
    def code_tests(self) -> int:
        """Return how many of the tests are code."""
        if isinstance(self.tests, StoredTests):
            return self.tests.code_tests
        return sum(test.is_code for test in self.tests)

    def loaded(self) -> Problem:
        """Return the problem with its tests in memory."""
        return dataclasses.replace(self, tests=tuple(self.tests)) if isinstance(self.tests, StoredTests) else self

    def sampled(self, max_tests: int | None) -> Problem:
        """Return the problem with its `max_tests` longest inputs only, in their own order, as DeepCoder trains.

        None keeps all.
        """
        if max_tests is None or len(self.tests) <= max_tests:
            return self
        if isinstance(self.tests, StoredTests):
            return dataclasses.replace(self, tests=self.tests.longest(max_tests))
        kept = longest([len(test.input) for test in self.tests], max_tests)
        return dataclasses.replace(self, tests=tuple(self.tests[i] for i in kept))


def _usual_checker(mode: Mode, tests: Iterable[TestCase]) -> str:
    if mode is Mode.FUNCTION:
        return "value"
    return REAL_TOKENS if any(has_fraction(test.output) for test in tests) else "tokens"


def has_fraction(output: str) -> bool:
    """Return whether a token of an output is a number with a fraction: digits behind a point, or a negative exponent.

    `1.50` and `1e-9` are; `3.`, `1e9`, `1.2.3` and `(0.5,` are not.
    """
    may_have = "." in output or "e-" in output or "E-" in output  # quick to see in a long output of integers
    return may_have and _FRACTION.search(output) is not None


def by_id(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Return the problems by their ids. A problem that occurs twice, equal in every field, counts once.

    Raises:
        ValueError: Two different problems have one id. The message names both.
    """
    seen: dict[str, tuple[str, Problem]] = {}
    for number, problem in enumerate(problems):
        origin = " of ".join(filter(None, (problem.source, problem.where))) or f"index {number} of those given"
        other, first = seen.setdefault(problem.problem_id, (origin, problem))
        if first is not problem and first != problem:
            raise ValueError(
                f"two problems have the problem_id {problem.problem_id!r}: {other}, and {origin}; keep their sources "
                "apart with load_problems(..., prefix=...), or with `deepcoder data prepare --prefix`"
            )
    return {problem_id: problem for problem_id, (_, problem) in seen.items()}


def longest(lengths: Sequence[int], count: int) -> list[int]:
    """Return the positions of the `count` largest lengths, ascending; of equal lengths the first count."""
    return sorted(sorted(range(len(lengths)), key=lambda i: -lengths[i])[:count])
