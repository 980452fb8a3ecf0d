"""Judgements that are known already: a program that comes again is not judged again.

Runs: in the coordinator. No I/O.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

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
        self._kept = kept
        self._judgements: OrderedDict[Key, Judgement] = OrderedDict()

    def keep(self, key: Key, judgement: Judgement) -> None:
        """Remember it, unless it says nothing about the program."""
        if judgement.verdict is Verdict.IE:
            return
        self._judgements[key] = judgement
        self._judgements.move_to_end(key)
        while len(self._judgements) > self._kept:
            self._judgements.popitem(last=False)

    def find(self, key: Key) -> Judgement | None:
        """What is known of this program."""
        if key not in self._judgements:
            return None
        self._judgements.move_to_end(key)
        return self._judgements[key]
