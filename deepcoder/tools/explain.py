"""Explain why a program fails a test: run the test again, and show its output beside the expected output.

Runs: wherever a person reads.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.pretty import pretty_repr
from rich.table import Table
from rich.text import Text

from deepcoder.checkers import Checker, checker
from deepcoder.conversation import Line
from deepcoder.judge import judge_test, task
from deepcoder.jury import Jury, Tested
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.sandbox import Sandbox
from deepcoder.sandbox.backends import Backend
from deepcoder.verdicts import Judgement, Submission, printable
from deepcoder.wire import values
from deepcoder.wire.languages import LANGUAGES, PYTHON
from deepcoder.wire.messages import Ended, Outcome

WIDTH = 56  # characters of a line that are shown
LINES = 8  # of an input or output that are shown
CODE_LINES = 30
STDERR_LINES = 10
SHORT = 40  # characters of a value in a sentence

_TOKEN = re.compile(r"\S+", re.ASCII)  # checkers split at the same blanks


class Token(NamedTuple):
    """A token of a text. Its line, its column and its number within the line count from 0."""

    line: int
    column: int
    number: int
    text: str


class Difference(NamedTuple):
    """The first difference between an output and the expected output, by the problem's own checker."""

    where: str
    expected: str
    actual: str
    marks: tuple[Token, Token] | None = None  # in the expected and the actual text; None for values

    def __str__(self) -> str:
        return f"{self.where}: expected {_cut(self.expected)}, got {_cut(self.actual)}"


def rerun(submission: Submission, number: int, sandbox: Sandbox) -> Outcome:
    """Run the program on this test again, and return the outcome. In function mode the calls before it come first.

    Raises:
        SandboxError: The sandbox broke.
    """
    problem, program = submission.problem, submission.program
    assert program is not None
    first = 0 if problem.mode is Mode.FUNCTION else number
    tests = [test for test in problem.tests[first : number + 1] if not test.is_code]
    inputs = (test.input_bytes for test in tests)
    (outcome,) = deque(sandbox.outcomes(task(problem, program), inputs), maxlen=1)
    return outcome


def difference(problem: Problem, test: TestCase, outcome: Outcome) -> Difference | None:
    """Return the first difference; None where none can be named: the output is right, missing, or in free order."""
    finished = Ended.RETURNED if problem.mode is Mode.FUNCTION else Ended.EXITED
    if outcome.ended is not finished or outcome.exit_code or problem.special_checker or test.is_code:
        return None
    same = checker(test.checker or problem.checker, problem.mode)
    if problem.mode is not Mode.FUNCTION:
        return _text_difference(test.output, outcome.output.decode("utf-8", "replace"), same)
    try:
        return _value_difference(values.decode(test.output), values.decode(outcome.output), same)
    except (ValueError, RecursionError):
        return None


def _text_difference(expected: str, actual: str, same: Checker) -> Difference | None:
    if same(expected, actual) or same("1 2", "2 1") or same("1\n2", "2\n1"):
        return None
    by_line = not same("1 2", "1\n2")
    first: tuple[Token, Token] | None = None
    before: tuple[Token, Token] | None = None
    for want, got in zip_longest(_tokens(expected), _tokens(actual)):
        if want is None:
            return Difference(_where(got), "the end", got.text, (_end(expected), got))
        if got is None:
            return Difference(_where(want), want.text, "the end", (want, _end(actual)))
        first, before = first or (want, got), before or (want, got)
        further = (got.line - first[1].line) - (want.line - first[0].line) if by_line else 0
        if further > 0:
            return Difference(_where(want), want.text, "the end of the line", (want, _after(before[1])))
        if further < 0:
            return Difference(_where(got), "the end of the line", got.text, (_after(before[0]), got))
        if want.text != got.text and not same(want.text, got.text):
            return Difference(_where(want), want.text, got.text, (want, got))
        before = want, got
    # The tokens are equal: only blanks differ.
    at = len(os.path.commonprefix([expected, actual]))
    line, column = expected.count("\n", 0, at), at - expected.rfind("\n", 0, at) - 1
    want, got = (Token(line, column, 0, text[at : at + 1]) for text in (expected, actual))
    where = f"line {line + 1}, character {column + 1}"
    return Difference(
        where, repr(want.text) if want.text else "the end", repr(got.text) if got.text else "the end", (want, got)
    )


def _tokens(text: str) -> Iterator[Token]:
    for line, content in enumerate(text.split("\n")):
        for number, match in enumerate(_TOKEN.finditer(content)):
            yield Token(line, match.start(), number, match[0])


def _end(text: str) -> Token:
    text = text.rstrip("\n")
    return Token(text.count("\n"), len(text) - text.rfind("\n") - 1, 0, "")


def _after(token: Token) -> Token:
    return Token(token.line, token.column + len(token.text), token.number + 1, "")


def _where(token: Token) -> str:
    return f"line {token.line + 1}, token {token.number + 1}"


def _value_difference(expected: Any, actual: Any, same: Checker) -> Difference | None:
    if same(expected, actual) or same([1, 2], [2, 1]):
        return None
    path = "value"
    while True:
        if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
            pairs = enumerate(zip(expected, actual, strict=False))
            at = next((index for index, pair in pairs if not same(*pair)), None)
            if at is None:
                return Difference(path, f"{len(expected)} items", f"{len(actual)}")
        elif isinstance(expected, dict) and isinstance(actual, dict):
            at = next((key for key in expected if key not in actual or not same(expected[key], actual[key])), None)
            if at is None or at not in actual:
                return Difference(f"{path}, its keys", _repr(list(expected)), _repr(list(actual)))
        else:
            return Difference(path, _repr(expected), _repr(actual))
        path = f"{path}[{at!r}]"
        expected, actual = expected[at], actual[at]


def _repr(value: Any) -> str:
    return pretty_repr(_readable(value), max_width=WIDTH, max_length=30, max_string=300, max_depth=12)


def _readable(value: Any) -> Any:
    """Return the value with LeetCode's nodes in LeetCode's notation."""
    if isinstance(value, values.ListNode):
        return values.list_notation(value)
    if isinstance(value, values.TreeNode):
        return values.tree_notation(value)
    return [_readable(each) for each in value] if type(value) is list else value


def _cut(text: str) -> str:
    line = printable(" ".join(text.split("\n")))
    return line if len(line) <= SHORT else f"{line[:SHORT]}…"


def view(
    submission: Submission,
    judgement: Judgement,
    number: int | None,
    sandbox: Sandbox,
    backend: Backend,
    jury: Jury | None = None,
) -> Table:
    """Return a table of one test, run again, and of its outcome. Without a number only limits and sandbox are shown.

    `backend` is that of the sandbox.

    Raises:
        SandboxError: The sandbox broke.
    """
    problem = submission.problem
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    if number is not None:
        test = problem.tests[number]
        table.add_row("test", f"{number} of {len(problem.tests)}, the first being 0")
        if test.is_code:
            table.add_row("test code", excerpt(test.input, lines=CODE_LINES))
            table.add_row("said", Text(printable(judgement.detail)))
        elif problem.is_ruled:
            _add_ruled(table, test, judge_test(submission, number, sandbox, jury))
        else:
            _add_outcome(table, problem, test, rerun(submission, number, sandbox))
            if problem.deciding:
                _add_message(table, judge_test(submission, number, sandbox, jury))
    table.add_row("limits", _limits(submission.limits))
    language = PYTHON.name if submission.program is None else submission.program.language
    words = [backend.name, f"{LANGUAGES[language].title} {sandbox.languages[language]}"]
    if backend.has_image or language == PYTHON.name:  # else it is the path of Python, which has not run the program
        words.append(sandbox.interpreter)
    table.add_row("sandbox", Text(", ".join(words)))
    return table


def _add_ruled(table: Table, test: TestCase, tested: Tested) -> None:
    """Add what came of a test that the jury decides in passes."""
    table.add_row("input", excerpt(test.input))
    if test.output:
        table.add_row("answer", excerpt(test.output))
    if tested.said:
        table.add_row("conversation", _conversation(tested.said))
    _add_message(table, tested)
    table.add_row("used", f"{tested.cpu_s:.3f} s CPU")


def _add_message(table: Table, tested: Tested) -> None:
    if tested.message:
        lines = tested.message.split("\n")[:LINES]
        table.add_row("the jury says", Text("\n".join(printable(line) for line in lines)))


def _conversation(said: tuple[Line, ...]) -> Text:
    """Return the first lines of a conversation, each behind the name of who said it."""
    lines = [(who, line) for who, data in said for line in data.decode("utf-8", "replace").splitlines()]
    shown = Text()
    for who, line in lines[:CODE_LINES]:
        shown.append(f"{who:>10} │ ", style="dim")
        shown.append(f"{printable(line[:WIDTH])}{'…' if len(line) > WIDTH else ''}\n")
    if len(lines) > CODE_LINES:
        shown.append(f"{'':>10} … {len(lines) - CODE_LINES:,} more lines", style="dim")
    shown.rstrip()
    return shown


def _add_outcome(table: Table, problem: Problem, test: TestCase, outcome: Outcome) -> None:
    first = difference(problem, test, outcome)
    wanted, got = first.marks if first and first.marks else (None, None)
    if problem.mode is Mode.STDIN:
        table.add_row("input", excerpt(test.input))
        table.add_row("expected", excerpt(test.output, wanted))
        table.add_row("stdout", excerpt(outcome.output.decode("utf-8", "replace"), got))
    else:
        table.add_row("call", Text(_visible_lines(_call(problem, test))))
        table.add_row("expected", Text(_visible_lines(_decoded(test.output))))
        if outcome.ended is Ended.RETURNED:
            table.add_row("returned", Text(_visible_lines(_decoded(outcome.output))))
    if first:
        table.add_row("difference", Text(str(first), style="red"))
    if problem.special_checker:
        table.add_row("checker", "the data set's own code")
    if outcome.error:
        table.add_row("error", Text(printable(outcome.error)))
    if outcome.stderr.strip():
        tail = outcome.stderr.rstrip().split("\n")[-STDERR_LINES:]
        table.add_row("stderr", Text("\n".join(printable(line) for line in tail)))
    if outcome.signal or outcome.exit_code or outcome.ended.value.endswith("limit"):
        table.add_row("ended", _ended(outcome))
    peak = f", {_size(outcome.peak_bytes)} memory" if outcome.peak_bytes else ""  # not measured for a short call
    table.add_row("used", f"{outcome.cpu_s:.3f} s CPU, {outcome.wall_s:.3f} s wall{peak}")


def _ended(outcome: Outcome) -> str:
    if outcome.ended is Ended.EXITED:
        return f"with exit code {outcome.exit_code}"
    return (
        f"by signal {outcome.signal}"
        if outcome.ended is Ended.KILLED
        else f"by the {outcome.ended.value}".replace("_", " ")
    )


def _limits(limits: Limits) -> str:
    return (
        f"{limits.cpu_s:g} s CPU, {limits.wall_s:g} s wall, {_size(limits.memory_bytes)} memory, "
        f"{_size(limits.output_bytes)} output, {limits.processes} processes"
    )


def _size(count: float) -> str:
    return f"{count / (1 << 20):.0f} MiB" if count < 1 << 30 else f"{count / (1 << 30):.3g} GiB"


def _decoded(text: str | bytes) -> str:
    try:
        return _repr(values.decode(text))
    except (ValueError, TypeError, RecursionError):  # the program itself wrote into the channel of values
        return repr(text[: WIDTH * LINES])


def _call(problem: Problem, test: TestCase) -> str:
    args, kwargs = values.decode(test.input)
    parts = [*map(_repr, args), *(f"{name}={_repr(value)}" for name, value in kwargs.items())]
    return f"{problem.entry_point}({', '.join(parts)})"


def _visible_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def excerpt(text: str, mark: Token | None = None, lines: int = LINES) -> Text:
    """Return some numbered lines of the text: the first, or those around the mark, with carets below the mark."""
    if not text:
        return Text("(empty)", style="dim")
    every = text.removesuffix("\n").split("\n")
    first = max(0, mark.line - lines // 2) if mark else 0
    shown = Text()
    for line in range(first, min(first + lines, max(len(every), mark.line + 1 if mark else 0))):
        here = mark if mark and mark.line == line else None
        content = every[line] if line < len(every) else ""
        start = max(0, here.column - WIDTH // 2) if here and here.column > WIDTH - 10 else 0
        part = content[start : start + WIDTH]
        ends = ("…" if start else ""), ("…" if len(content) > start + WIDTH else "")
        shown.append(f"{line + 1:>4} │ ", style="dim")
        shown.append(f"{ends[0]}{printable(part)}{ends[1]}\n")
        if here:
            before = cell_len(ends[0] + printable(content[start : here.column]))
            width = max(1, min(cell_len(printable(here.text)), WIDTH // 2))
            shown.append("     │ ", style="dim")
            shown.append(f"{' ' * before}{'^' * width}\n", style="red")
    left = len(every) - min(first + lines, len(every))
    if left:
        shown.append(f"     … {left:,} more lines", style="dim")
    shown.rstrip()
    return shown
