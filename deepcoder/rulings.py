"""Prepare what the data set's own programs are given for one test, and read what they say about it. No I/O.

Runs: worker node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deepcoder.jury_program import ANSWER, FEEDBACK, INPUT, JuryProgram, Says
from deepcoder.problems import TestCase
from deepcoder.verdicts import how_it_ended
from deepcoder.wire.messages import Ended, Frames, Given, Outcome

File = tuple[str, bytes]  # name and content


class JuryError(Exception):
    """The data set's own code failed by itself. This says nothing about the program."""


@dataclass(frozen=True)
class Ruling:
    """Hold what a program of the jury says about one run of the program that it looks at."""

    is_right: bool
    message: str = ""  # for people; it may tell the answer, so it stays out of judgements and logs
    next_input: bytes | None = None  # of the next pass
    files: tuple[File, ...] = ()  # of its folder, for its own next run


def given_for(
    program: JuryProgram,
    arguments: tuple[str, ...],
    test: TestCase,
    input: bytes,
    output: bytes = b"",
    state: Iterable[File] = (),
    keeps_files: bool = True,
) -> Given:
    """Return what the program is given: these arguments of its protocol, and the files that they name.

    `state`: the files of its folder from the pass before. `keeps_files`: whether what it writes there comes back, which
    costs a process more.
    """
    answer = test.output.encode("utf-8", "surrogatepass")
    returns = (FEEDBACK,) if keeps_files and any(each.startswith(FEEDBACK) for each in arguments) else ()
    return Given(
        stdin=output,
        arguments=(*arguments, *program.flags, *test.checker_flags),
        files=((INPUT, input), (ANSWER, answer), *state),
        returns=returns,
    )


def ruling(program: JuryProgram, who: str, outcome: Outcome, has_files: bool = True) -> Ruling:
    """Return what the program says by its outcome. What a checker prints on its standard output says nothing.

    Args:
        program: The program.
        who: What it is, for people.
        outcome: What happened to it.
        has_files: Whether files came back, which its output then holds.

    Raises:
        JuryError: It failed.
    """
    rules = program.rules
    if outcome.ended is Ended.COMPILE_ERROR:
        raise JuryError(f"{who} does not compile: {outcome.error}")
    if outcome.ended is not Ended.EXITED:
        raise JuryError(f"{who}: {how_it_ended(outcome)}")
    says = rules.exit_codes.get(outcome.exit_code or 0, Says.FAILED)
    if says is Says.FAILED:
        raise JuryError(f"{who} failed: exit code {outcome.exit_code}")
    files = dict(files_of(outcome.output)) if has_files else {}
    files.pop("", None)  # its standard output
    next_input = files.pop(rules.next_pass, None) if says is Says.RIGHT else None
    message = files.get(rules.message, b"").decode("utf-8", "replace") or outcome.stderr
    return Ruling(says is Says.RIGHT, message.strip(), next_input, tuple(files.items()))


def files_of(output: bytes) -> Iterator[File]:
    """Yield the files that came back, and at last the standard output, which has no name: see `Given.returns`."""
    frames = Frames(max_bytes=len(output))
    frames.feed(output)
    while (message := frames.next()) is not None:
        head, content = message
        yield str(head["file"]), content
