"""Session: programs that run one after the other on the files that they leave each other.

Runs: in every client. The files are here, not in a sandbox, and cross with each run. So a session holds no worker, is
not lost with one, and ends with its owner: nothing has to be ended or swept.
"""

from __future__ import annotations

import dataclasses
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.rulings import files_of
from deepcoder.runs import Ran
from deepcoder.wire.languages import language
from deepcoder.wire.messages import Ended, Given, Sign

if TYPE_CHECKING:
    from deepcoder.pool.base import Pool

FOLDER = "./"  # in which programs run


class Session:
    """Runs programs of any language on the same files.

    The mutable state: `files`, the contents by name, which the owner may change between runs.
    """

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool = pool
        self._limits = limits
        self.files: dict[str, bytes] = {}

    def run(self, program: Program, stdin: bytes | str = b"") -> Ran:
        """Run the program in a folder that has the session's files, and keep the files that are there at its end.

        Together with the output they may have `limits.output_bytes`. A program that is ended at a limit, or that did
        not run, leaves the files as they were.

        Raises:
            ValueError: The pool's sandboxes lack the memory or the language.
        """
        if isinstance(stdin, str):
            stdin = stdin.encode("utf-8", "surrogatepass")
        given = Given(stdin, files=tuple(self.files.items()), returns=(FOLDER,))
        [ran] = self._pool.run([program], [given], self._limits)
        if ran.outcome is None:
            return ran
        files = dict(files_of(ran.outcome.output))
        outcome = dataclasses.replace(ran.outcome, output=files.pop("", b""))
        if outcome.ended in (Ended.EXITED, Ended.KILLED) and Sign.SANDBOX not in outcome.signs:
            named = {name.removeprefix(FOLDER): content for name, content in files.items()}
            self.files = {name: content for name, content in named.items() if not _is_of(program, name)}
        return Ran(outcome)


def _is_of(program: Program, name: str) -> bool:
    """Return whether the program itself lies in the file of this name, or what it was compiled to."""
    row = language(program.language)
    made = PurePosixPath(row.artefact).suffix  # where it has one, it lies beside the program's files: Java's .jar
    if name in {program.entry_file or row.file_name, *(name for name, _ in program.files)}:
        return True
    is_source = row.artefact == row.file_name
    return not is_source and made != "" and "/" not in name and PurePosixPath(name).suffix == made
