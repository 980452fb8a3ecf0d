"""The cache of judgements: a program that comes again for the same problem is not judged again.

Runs: in the coordinator. No I/O.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from deepcoder.lru import Lru
from deepcoder.programs import Program, with_line_feeds
from deepcoder.runs import Executed
from deepcoder.verdicts import Judgement, Verdict

CACHE_JUDGEMENTS = 200_000  # of about 1 KiB; those used last stay


class CacheKey(NamedTuple):
    """Hold what makes two submissions equal."""

    problem: str  # key
    language: str
    entry_file: str
    digest: bytes  # of the source and of the other files


def cache_key(problem: str, program: Program) -> CacheKey:
    """Return the cache key of a program for a problem; line endings are normalised."""
    text = with_line_feeds(program.source)
    if program.files:
        text = repr((text, [(name, with_line_feeds(other)) for name, other in program.files]))
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return CacheKey(problem, program.language, program.entry_file, digest)


class JudgementCache:
    """Remembers judgements that say something about the program. The mutable state: the judgements."""

    def __init__(self, most: int = CACHE_JUDGEMENTS) -> None:
        self._judgements: Lru[CacheKey, Judgement] = Lru(most)

    def keep(self, key: CacheKey, judgement: Judgement) -> None:
        """Add a judgement, unless it is IE, which says nothing about the program, or an execution's: see `runs`."""
        if judgement.verdict is not Verdict.IE and not isinstance(judgement, Executed):
            self._judgements.keep(key, judgement)

    def find(self, key: CacheKey) -> Judgement | None:
        """Return the judgement with that key; None where there is none."""
        return self._judgements.find(key)
