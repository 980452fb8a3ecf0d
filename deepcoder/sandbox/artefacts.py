"""The artefacts that one sandbox has compiled, for the programs that come again.

Runs: worker node. An artefact is the work of an untrusted program's compilation: bytes that only a sandbox executes.
"""

from __future__ import annotations

import hashlib

from deepcoder.lru import Lru
from deepcoder.wire.languages import Language
from deepcoder.wire.messages import Task

ARTEFACT_CACHE_BYTES = 256 << 20


class Artefacts:
    """A cache of artefacts. The mutable state: the artefacts, by the language, its commands and the files."""

    def __init__(self) -> None:
        self._artefacts: Lru[bytes, bytes] = Lru(ARTEFACT_CACHE_BYTES)

    def find(self, row: Language, task: Task) -> bytes | None:
        """Return what was compiled from the task's program, or None."""
        return self._artefacts.find(_key(row, task)) if row.is_executed else None

    def keep(self, row: Language, task: Task, artefact: bytes) -> None:
        """Keep what was compiled from the task's program."""
        self._artefacts.keep(_key(row, task), artefact, len(artefact))


def _key(row: Language, task: Task) -> bytes:
    commands = (row.name, row.compile, row.also_compiles, row.artefact, row.environment)
    rest = repr((commands, task.entry_file, task.files)).encode()
    return hashlib.sha256(rest + task.source.encode("utf-8", "surrogatepass")).digest()
