"""The names that the files of a program may have.

Runs: GPU node, before anything is sent to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from deepcoder.wire.languages import Language

MOST_FILES = 100
MOST_NAME_CHARS = 200
_PART = "[A-Za-z0-9_][A-Za-z0-9_.+-]*"
_FILE_NAME = re.compile(f"{_PART}(?:/{_PART})*")


def is_file_name(name: str) -> bool:
    """Return whether a file of a program may have this name."""
    return len(name) <= MOST_NAME_CHARS and _FILE_NAME.fullmatch(name) is not None


def check_names(names: Sequence[str], row: Language) -> None:
    """Check that files of these names can be a program in the language.

    Raises:
        ValueError: They cannot; the message names the file.
    """
    if len(names) > MOST_FILES:
        raise ValueError(f"a program has at most {MOST_FILES} files, not {len(names)}")
    for name in names:
        if not is_file_name(name):
            raise ValueError(
                f"a file's name must be a relative path of letters, digits and _ - . + in at most {MOST_NAME_CHARS} "
                f"characters, no part of which begins with - . or +, not {name!r}"
            )
        if row.is_executed and not row.is_interpreted and name.partition("/")[0] == row.artefact:
            raise ValueError(f"{row.artefact!r} is the name of what the compiler makes, so no file can have it")
    if len(set(names)) < len(names):
        raise ValueError(f"two files have one name: {max(names, key=list(names).count)!r}")
    folders = {name[: match.start()] for name in names for match in re.finditer("/", name)}
    if both := folders & set(names):
        raise ValueError(f"{min(both)!r} is both a file and a folder")


def entry_and_others(files: Any, entry_file: Any) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return the name and the text of the entry file, and the other files by name, of the columns of a row.

    Raises:
        ValueError: The columns are not those of a program.
    """
    if not isinstance(files, Mapping) or not files:
        raise ValueError("files must be an object of names and texts")
    texts = {name: text for name, text in files.items() if text is not None}  # Parquet has the names of other rows, too
    if wrong := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise ValueError(f"the file {wrong[0]!r} must be text")
    if not isinstance(entry_file, str) or entry_file not in texts:
        raise ValueError(f"entry_file must be one of files ({', '.join(sorted(texts))}), not {entry_file!r}")
    source = texts.pop(entry_file)
    return entry_file, source, tuple(sorted(texts.items()))
