"""The languages that programs are written in: one row of the table for each.

Runs: on both sides of the wall, with the standard library only. How a language's programs are compiled and run is in
`runner/languages/NAME.py`. Everything else that depends on the language is read from its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A row of the table."""

    name: str  # as users write it; and the name of its module in runner/languages
    fence_tags: str  # a regular expression of the tags that models put on its fenced blocks
    file_name: str  # of a program, as its messages show it
    is_address_space_limited: bool  # False where the runtime reserves much more than it uses
    environment: Mapping[str, str]


PYTHON = Language(
    name="python",
    fence_tags=r"py(?:thon)?(?:-?3(?:\.[0-9]+)*)?|pypy(?:3(?:\.[0-9]+)*)?",
    file_name="main.py",
    is_address_space_limited=True,
    environment={
        "PYTHONHASHSEED": "0",  # the same program meets the same order of sets each time
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    },
)
LANGUAGES = {each.name: each for each in (PYTHON,)}


def language(name: object) -> Language:
    """Return the language of this name.

    Raises:
        ValueError: No row has the name.
    """
    if isinstance(name, str) and name in LANGUAGES:
        return LANGUAGES[name]
    raise ValueError(f"language must be {' or '.join(LANGUAGES)}, not {name!r}")
