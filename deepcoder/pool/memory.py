"""Judgements that are known already: a program that comes again is not judged again.

Runs: in the coordinator. No I/O.
"""

from __future__ import annotations

import hashlib

from deepcoder.lru import Lru
from deepcoder.verdicts import Judgement, Verdict

KEPT = 200_000  # judgements of about 1 KiB, those used last

Key = tuple[str, bytes]


def key_of(problem: str, source: str) -> Key:
    """By which a program for a problem is known. Which line ends it has means nothing to Python."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    return problem, hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Memory:
    """The mutable state: the judgements."""

    def __init__(self, kept: int = KEPT) -> None:
        self._judgements: Lru[Key, Judgement] = Lru(kept)

    def keep(self, key: Key, judgement: Judgement) -> None:
        """Remember it, unless it says nothing about the program."""
        if judgement.verdict is not Verdict.IE:
            self._judgements.keep(key, judgement)

    def find(self, key: Key) -> Judgement | None:
        """What is known of this program."""
        return self._judgements.find(key)
