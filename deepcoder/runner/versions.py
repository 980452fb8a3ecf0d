"""Find which languages this place has, and in which versions.

Runs: inside the sandbox, in the supervisor, before the first program.
"""

from __future__ import annotations

import os
import re
import sys

from ..wire.languages import LANGUAGES, Language

VERSION_TIMEOUT_S = 30
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)+")


def found() -> dict[str, str]:
    """Return the version of each language whose compiler and runtime are here, by its name."""
    import subprocess  # here, so that no keeper has it in its memory

    commands = {row.version for row in LANGUAGES.values() if row.version and _has(row)}
    started = {
        command: subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for command in commands
    }  # all at once: some take a tenth of a second
    said = {command: process.communicate(timeout=VERSION_TIMEOUT_S)[0] for command, process in started.items()}
    versions = {}
    for row in LANGUAGES.values():
        if not row.version:
            versions[row.name] = sys.version.split()[0]
        elif row.version in said and (number := _VERSION.search(said[row.version].decode("utf-8", "replace"))):
            versions[row.name] = number[0]
    return versions


def _has(row: Language) -> bool:
    """Return whether every command of the language is here."""
    folders = os.environ.get("PATH", "").split(":")
    commands = [command[0] for command in (row.version, row.compile, row.run) if command]
    return all(any(os.access(f"{folder}/{name}", os.X_OK) for folder in folders) for name in commands)
