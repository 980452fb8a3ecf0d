"""The columns of a row that hold a data set's own checker or interactor, and the flags of a test.

{"protocol": "testlib", "language": "cpp", "source": "...", "flags": [...]?}, or "files" and "entry_file"? for "source".
A plain text is the source of a Python function, as is {"protocol": "function", "language": "python", "source": "..."}.
Where a column has one type, as in parquet, the object is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from deepcoder.jury_program import PROTOCOLS, JuryProgram
from deepcoder.wire.languages import PYTHON, language

FUNCTION = "function"
_COLUMNS = ("protocol", "language", "source", "files", "entry_file", "flags")


def special_checker(given: Any) -> str | JuryProgram:
    """Return the special checker of a row.

    Raises:
        ValueError: The column holds none; the message names the field.
    """
    if given is None:
        return ""
    row = _object(given)
    if row is None:
        if not isinstance(given, str):
            raise ValueError("special_checker must be text or an object")
        return given
    if row.get("protocol") == FUNCTION:
        if row.get("language", PYTHON.name) != PYTHON.name:
            raise ValueError(f"special_checker: protocol function is for python, not {row['language']!r}")
        if not isinstance(row.get("source"), str):
            raise ValueError("special_checker.source must be text")
        return str(row["source"])
    return _program(row, "special_checker")


def interactor(given: Any) -> JuryProgram | None:
    """Return the interactor of a row.

    Raises:
        ValueError: The column holds none; the message names the field.
    """
    if given is None:
        return None
    row = _object(given)
    if row is None:
        raise ValueError('interactor must be an object, such as {"protocol": "testlib", "language": "cpp", ...}')
    return _program(row, "interactor")


def flags(given: Any, field: str) -> tuple[str, ...]:
    """Return a list of arguments.

    Raises:
        ValueError: The column holds none; the message names the field.
    """
    if isinstance(given, str):
        given = given.split()
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        raise ValueError(f"{field} must be a list of texts")
    return tuple(given)


def row_of(program: JuryProgram) -> dict[str, Any]:
    """Return the object of a program of the jury."""
    row: dict[str, Any] = {"protocol": program.protocol, "language": program.language}
    if program.files or program.entry_file:
        entry_file = program.entry_file or language(program.language).file_name
        row |= {"files": {entry_file: program.source, **dict(program.files)}, "entry_file": entry_file}
    else:
        row["source"] = program.source
    return {**row, **({"flags": list(program.flags)} if program.flags else {})}


def _object(given: Any) -> Mapping[str, Any] | None:
    """Return the object that the column is, or is JSON of; None where it is other text."""
    if isinstance(given, str) and given.lstrip().startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return None
    return given if isinstance(given, Mapping) and "protocol" in given else None


def _program(given: Mapping[str, Any], field: str) -> JuryProgram:
    row = {name: each for name, each in given.items() if each is not None}
    if unknown := [name for name in row if name not in _COLUMNS]:
        raise ValueError(f"{field}.{unknown[0]} is unknown: use {', '.join(_COLUMNS)}")
    if row["protocol"] not in PROTOCOLS:
        raise ValueError(f"{field}.protocol must be {', '.join([*PROTOCOLS, FUNCTION])}, not {row['protocol']!r}")
    try:
        row_of_language = language(row.get("language"))
        source, entry_file, others = _sources(row, row_of_language.file_name)
        given_flags = flags(row.get("flags", ()), "flags")
        return JuryProgram(row["protocol"], row_of_language.name, source, entry_file, others, given_flags)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def _sources(row: Mapping[str, Any], usual_name: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return the source, the name of its file, and the other files."""
    source, entry_file, files = row.get("source"), row.get("entry_file", ""), row.get("files", {})
    if not isinstance(files, Mapping) or not isinstance(entry_file, str):
        raise ValueError("files must be an object of names and texts, and entry_file one of the names")
    texts = {name: text for name, text in files.items() if text is not None}
    if source is None and not entry_file:
        entry_file = usual_name if usual_name in texts else min(texts, default="")
    source = texts.pop(entry_file, None) if source is None else source
    if wrong := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise ValueError(f"the file {wrong[0]!r} must be text")
    if not isinstance(source, str):
        raise ValueError("source must be text, or files an object with the text of entry_file")
    return source, entry_file, tuple(sorted(texts.items()))
