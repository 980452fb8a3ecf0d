"""Programs of a data set's own that decide about the programs that are judged: checkers and interactors.

Runs: everywhere. A protocol says how such a program is called and what its exit code means: one row of the table. The
source of a Python function `check` is no such program, but text: `Problem.special_checker`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from deepcoder.program_files import check_names
from deepcoder.wire.languages import language

# The names of the files that a program of the jury is given. The output of the program that it checks is always on its
# standard input, which is a file, too.
INPUT, OUTPUT, ANSWER, FEEDBACK = "input.txt", "/dev/stdin", "answer.txt", "feedback/"
NOTES = f"{FEEDBACK}notes.txt"  # what an interactor writes for the checker


class Says(Enum):
    """Name what a program of the jury has decided."""

    RIGHT = "right"
    WRONG = "wrong"
    FAILED = "failed"  # by itself: it says nothing about the program that it looks at


@dataclass(frozen=True)
class Protocol:
    """Say how a checker and an interactor are called, and what they answer.

    Every argument is the name of a file or of a folder, before the flags.
    """

    name: str
    checks: tuple[str, ...]  # the arguments of a checker
    interacts: tuple[str, ...]  # those of an interactor, whose standard streams are the program's
    exit_codes: Mapping[int, Says]  # every other code, and a signal, means that it failed
    message: str = ""  # the file with the message for people; where there is none, it is on standard error
    next_pass: str = ""  # the file with the input of the program's next pass


# testlib 0.9.45: 0 ok, 1 wrong answer, 2 wrong format, 3 the checker failed, 4 too much, 7 points, 8 unexpected end;
# and from 50 on a share of the points, in older programs from 16 on, which no program gets that passes.
_TESTLIB_CODES = {0: Says.RIGHT, **dict.fromkeys((1, 2, 4, 5, 7, 8, *range(16, 127)), Says.WRONG)}
_ROWS = (
    Protocol(
        name="testlib",
        checks=(INPUT, OUTPUT, ANSWER),
        interacts=(INPUT, NOTES, ANSWER),
        exit_codes=_TESTLIB_CODES,
    ),
    Protocol(  # https://icpc.io/problem-package-format/spec/2025-09.html#output-validator
        name="kattis",
        checks=(INPUT, ANSWER, FEEDBACK),
        interacts=(INPUT, ANSWER, FEEDBACK),
        exit_codes={42: Says.RIGHT, 43: Says.WRONG},
        message=f"{FEEDBACK}judgemessage.txt",
        next_pass=f"{FEEDBACK}nextpass.in",
    ),
)
PROTOCOLS = {each.name: each for each in _ROWS}


@dataclass(frozen=True)
class JuryProgram:
    """The source of a checker or of an interactor: one file, or an entry file and others."""

    protocol: str
    language: str
    source: str
    entry_file: str = ""  # the name of the source's file; empty where the language's usual one will do
    files: tuple[tuple[str, str], ...] = ()  # the names and texts of the others
    flags: tuple[str, ...] = ()  # the arguments behind those of the protocol, for every test

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ValueError: There is no such protocol or language, or the files have names that are none.
        """
        if self.protocol not in PROTOCOLS:
            raise ValueError(f"protocol must be {' or '.join(PROTOCOLS)}, not {self.protocol!r}")
        row = language(self.language)
        if self.files and not self.entry_file:
            object.__setattr__(self, "entry_file", row.file_name)
        if self.entry_file:
            check_names([self.entry_file, *(name for name, _ in self.files)], row)

    @property
    def rules(self) -> Protocol:
        """Return the row of its protocol."""
        return PROTOCOLS[self.protocol]
