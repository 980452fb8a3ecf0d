"""Read the rows that a user adds to the table of languages from a TOML file.

Runs: GPU node, before a pool starts. docs/languages.md shows such a file.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepcoder.wire.languages import LANGUAGES, PYTHON, Language

_FIELDS = {each.name: each for each in dataclasses.fields(Language)}
_USERS = _FIELDS.keys() - {"name", "runner", "has_functions", "gate"}  # the fields that a file may set
_LISTS = {"version", "compile", "run", "also_compiles"}
_WORDS = {"source": "", "artefact": "", "memory_mib": 0}  # that commands may name
_NUMBERS = {"reserved_bytes", "time_factor", "start_s", "runtime_bytes"}
_NEEDED = ("fence_tags", "file_name", "version", "compile")
_NAME = re.compile(r"[a-z][a-z0-9_+-]*")


def read(path: Path) -> tuple[Language, ...]:
    """Return the rows of the file.

    Raises:
        ValueError: The file is none of this form. The message names the language and the field.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} cannot be read as TOML: {error}") from None
    return tuple(_row(str(path), name, table) for name, table in tables.items())


def _row(path: str, name: str, table: Any) -> Language:
    where = f"{path}: [{name}]"
    if not _NAME.fullmatch(name) or name == PYTHON.name:
        raise ValueError(f"{where}: a language is named in small letters, and not {PYTHON.name}")
    if not isinstance(table, Mapping):
        raise ValueError(f"{where} must be a table with {', '.join(_NEEDED)}")
    if unknown := table.keys() - _USERS:
        raise ValueError(f"{where}: {min(unknown)} is no field of a language: {', '.join(sorted(_USERS))}")
    if missing := [field for field in _NEEDED if field not in table]:
        raise ValueError(f"{where}: {missing[0]} is missing")
    values = {field: _value(f"{where}: {field}", field, value) for field, value in table.items()}
    return Language(**{"name": name, "title": name, **values})


def _value(where: str, field: str, value: Any) -> Any:
    if field in _LISTS:
        if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            raise ValueError(f"{where} must be a list of words")
        try:
            for word in value:
                word.format(**_WORDS)
        except (KeyError, IndexError, ValueError):
            raise ValueError(f"{where} may name {', '.join(_WORDS)} in braces; write other braces twice") from None
        return tuple(value)
    if field == "environment":
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            raise ValueError(f"{where} must be a table of texts")
        return dict(value)
    if field in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{where} must be a number of at least 0")
        return value
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where} must be a text")
    if field == "family" and value not in LANGUAGES:
        raise ValueError(f"{where} must be one of {', '.join(LANGUAGES)}")
    if field == "fence_tags":
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{where} must be a regular expression: {error}") from None
    return value
