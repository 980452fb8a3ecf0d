"""Try a data set's own checker or interactor on right, wrong and odd outputs, before training trusts it. No I/O.

Runs: GPU node. `doctor` judges the trials. A trial is a program that prints a fixed output, on one test. So a checker
is tried in the same sandbox, and by the same code, as in training. The shortest tests are enough: a checker is one
program for all of them.

What the trials find out is, from certain to uncertain:

1. The expected output must be accepted. Where the reference passes, it may be a judge's note that is no output.
2. An empty output must be rejected where something is expected.
3. Outputs that were made wrong should be rejected: the expected output with another digit, without its last token or
   with one more, and that of another test. Where several answers are right, one of these may happen to be. Most of them
   are not.
4. Odd outputs should be rejected. A checker that fails on one takes the reward away where 0 is due.
5. Each is asked twice, and must be answered alike.

A conversation has no expected output. So an interactor, or a checker of several passes, is tried on odd outputs only.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.tools.findings import Diagnosis, is_our_fault
from deepcoder.verdicts import OWN_CODE, Judgement, Submission, Verdict
from deepcoder.wire import values

TESTS = 3  # of a problem, at most
ASKED = 2  # times for each output
ENOUGH_WRONG = 4  # fewer say nothing about a checker
LONGEST_TEST_CHARS = 1 << 20  # of a test that is tried
HUGE_BYTES = 1_000_000  # the size of odd outputs that are large

_DIGITS = re.compile(r"[0-9]+")
_BOTH = {Verdict.AC, Verdict.WA}


class Sort(Enum):
    """Name what is known of an output."""

    RIGHT = "right"
    EMPTY = "empty"
    WRONG = "made wrong"
    ODD = "odd"


@dataclass(frozen=True)
class Trial:
    """One output, and the program that prints it."""

    sort: Sort
    what: str  # the output, for people
    submission: Submission


_ODD: dict[str, str] = {  # the text of each output as an expression, given the number of bytes of a large one
    "all bytes": "''.join(map(chr, range(256)))",
    "characters of code 0": "chr(0) * 100",
    "terminal escapes": "chr(27) + '[2J' + chr(27) + '[31m1' + chr(27) + '[0m'",
    "one long token": "'7' * ({size} // 10)",  # to read a number of 10^6 digits takes Python 9 s
    "many lines": "('1' + chr(10)) * ({size} // 2)",
    "names of files": "'answer.txt ../answer.txt /etc/passwd /dev/stdin'",
}
MOST = ASKED * (TESTS * 7 + len(_ODD))  # programs per problem


def has_trials(problem: Problem) -> bool:
    """Return whether the problem has a checker or an interactor of its own."""
    return bool(problem.special_checker) or problem.interactor is not None


def trials(problem: Problem) -> list[Trial]:
    """Return the outputs to try on the problem's own checker or interactor; none where it has neither."""
    if not has_trials(problem):
        return []
    tests = [(number, test) for number, test in enumerate(problem.tests) if not test.is_code]
    tests = [each for each in tests if len(each[1].input) + len(each[1].output) <= LONGEST_TEST_CHARS]
    tests = sorted(tests, key=lambda each: len(each[1].input) + len(each[1].output))
    made: list[Trial] = []
    for order, (number, test) in enumerate(tests[:TESTS]):
        one = dataclasses.replace(problem, tests=(test,))
        expected = () if problem.is_ruled else _outputs(problem, test, tests)
        outputs = [*expected, *(_odd(problem) if order == 0 else ())]
        for sort, what, source in outputs:
            made.append(Trial(sort, f"{what} for test {number}", Submission(one, Program(source))))
    return made


def _outputs(
    problem: Problem, test: TestCase, tests: Sequence[tuple[int, TestCase]]
) -> Iterator[tuple[Sort, str, str]]:
    """Yield the sort and the name of each output, and the source of its program."""
    yield Sort.RIGHT, "the expected output", _telling(problem, test.output)
    if _is_expected(problem, test):
        yield Sort.EMPTY, "an empty output", _telling(problem, _empty(problem))
    for what, output in _wrong(problem, test, tests).items():
        yield Sort.WRONG, what, _telling(problem, output)


def _odd(problem: Problem) -> Iterator[tuple[Sort, str, str]]:
    size = min(HUGE_BYTES, problem.limits.output_bytes // 2)
    for what, expression in _ODD.items():
        yield Sort.ODD, what, _saying(problem, expression.format(size=size))


def _empty(problem: Problem) -> str:
    return values.encode(None) if problem.mode is Mode.FUNCTION else ""


def _is_expected(problem: Problem, test: TestCase) -> bool:
    """Return whether something is expected that is not empty."""
    return test.output != _empty(problem) if problem.mode is Mode.FUNCTION else bool(test.output.strip())


def _telling(problem: Problem, output: str) -> str:
    """Return a program that has this output, in the test's encoding."""
    if problem.mode is Mode.FUNCTION:
        return (
            f"from deepcoder.wire import values\ndef {problem.entry_point}(*args, **kwargs):\n"
            f"    return values.decode({output!r})"
        )
    return f"import sys\nsys.stdout.buffer.write({output.encode('utf-8', 'surrogatepass')!r})"


def _saying(problem: Problem, expression: str) -> str:
    """Return a program that prints, or returns, the text that an expression makes."""
    if problem.mode is Mode.FUNCTION:
        return f"def {problem.entry_point}(*args, **kwargs):\n    return {expression}"
    return f"import sys\nsys.stdout.buffer.write(({expression}).encode('latin-1') + b'\\n')"


def _wrong(problem: Problem, test: TestCase, tests: Sequence[tuple[int, TestCase]]) -> dict[str, str]:
    """Return outputs that were made wrong, by their names. None is the expected output with other blanks."""
    expected = test.output
    made = {}
    for number, other in tests:
        if other.output.split() != expected.split():
            made[f"the expected output of test {number}"] = other.output
            break
    if digits := list(_DIGITS.finditer(expected)):
        made["the expected output with its last number changed"] = _changed(expected, digits[-1])
        made["the expected output with its first number changed"] = _changed(expected, digits[0])
    if problem.mode is not Mode.FUNCTION:
        tokens = expected.split()
        if len(tokens) > 1:
            made["the expected output without its last token"] = expected.rstrip()[: -len(tokens[-1])].rstrip() + "\n"
        if tokens:
            made["the expected output with its last token twice"] = f"{expected.rstrip()} {tokens[-1]}\n"
    named: dict[str, str] = {}
    for what, output in made.items():
        if output not in named.values():
            named[what] = output
    return named


def _changed(text: str, number: re.Match[str]) -> str:
    """Return the text with the first digit of a number changed, but to no leading 0."""
    digit = int(text[number.start()])
    return f"{text[: number.start()]}{digit + 1 if digit < 9 else 8}{text[number.start() + 1 :]}"


def findings(
    made: Sequence[Trial], answers_to: Sequence[Sequence[Judgement]], reference_passes: bool
) -> Iterator[tuple[Diagnosis, str]]:
    """Yield what the answers to the trials say about the checker or interactor: a diagnosis and its detail.

    There is at most one of each diagnosis.
    """
    who = "interactor" if any(each.submission.problem.interactor for each in made) else "checker"
    asked = [(trial, answers) for trial, answers in zip(made, answers_to, strict=True) if _is_answered(answers)]
    fickle = [(trial, answers) for trial, answers in asked if {each.verdict for each in answers} == _BOTH]
    if fickle:
        trial, answers = fickle[0]
        verdicts = ", then ".join(each.verdict for each in answers)
        yield Diagnosis.FLAKY, f"the {who} makes the verdict on {trial.what} {verdicts}"
    answered = [(trial, max(answers, key=lambda each: each.verdict is Verdict.IE)) for trial, answers in asked]
    refused = [each for each in answered if each[0].sort is Sort.RIGHT and each[1].verdict is not Verdict.AC]
    if refused and not reference_passes:
        yield Diagnosis.BROKEN, f"the {who} {_not_accepted(*refused[0])}"
    accepted = [trial for trial, judgement in answered if judgement.verdict is Verdict.AC]
    empty = [trial for trial in accepted if trial.sort is Sort.EMPTY]
    wrong = [trial for trial in accepted if trial.sort is Sort.WRONG]
    total = sum(trial.sort is Sort.WRONG for trial, _ in answered)
    too_many = total >= ENOUGH_WRONG and 2 * len(wrong) > total
    of_wrong = f"{len(wrong)} of {total} outputs that were made wrong, such as {wrong[0].what}" if wrong else ""
    if empty or too_many:
        yield Diagnosis.WEAK, f"the {who} accepts {empty[0].what if empty else of_wrong}"
    doubts = [of_wrong] if wrong and not too_many else []
    doubts += [trial.what for trial in accepted if trial.sort is Sort.ODD]
    failed = [each for each in answered if each[0].sort is not Sort.RIGHT and each[1].verdict is Verdict.IE]
    said = [f"{_not_accepted(*refused[0])}, though the reference passes"] if refused and reference_passes else []
    said += [f"accepts {', '.join(doubts)}"] if doubts else []
    said += [f"fails on {_names(failed)}: {failed[0][1].detail.removeprefix(OWN_CODE)}"] if failed else []
    if said:
        yield Diagnosis.DOUBTFUL, f"the {who} {', and '.join(said)}"


def _is_answered(answers: Sequence[Judgement]) -> bool:
    """Return whether the checker or interactor has decided each time, or failed, and nothing else."""
    return bool(answers) and all(
        each.verdict in (Verdict.AC, Verdict.WA, Verdict.IE) and not is_our_fault(each) for each in answers
    )


def _not_accepted(trial: Trial, judgement: Judgement) -> str:
    if judgement.verdict is Verdict.IE:
        return f"fails on {trial.what}: {judgement.detail.removeprefix(OWN_CODE)}"
    return f"rejects {trial.what}"


def _names(failed: Sequence[tuple[Trial, Judgement]]) -> str:
    more = f" and {len(failed) - 1} other outputs" if len(failed) > 1 else ""
    return f"{failed[0][0].what}{more}"
