"""JavaScript: in function mode Node runs a script of ours, which loads the program and answers calls.

Runs: inside the sandbox, in the program's process; the rest is as in `executed`.
"""

from __future__ import annotations

import functools
import marshal
from typing import Callable, NoReturn

from ...wire.languages import LANGUAGES
from ..channel import Order, read_code
from ..program_files import write_files
from . import executed, javascript_harness, javascript_values
from .executed import import_libraries as import_libraries
from .executed import libraries as libraries
from .executed import prepare as prepare
from .executed import rehearse as rehearse

HARNESS, PREAMBLE = ".harness.cjs", ".preamble.js"  # their file names; no file of a program begins with a dot


def ready(order: Order) -> Callable[[str], NoReturn]:
    """Return what checks the source, executes it, or answers calls, given the scratch folder."""
    return functools.partial(_serve_calls, order) if order.is_function else executed.ready(order)


def _serve_calls(order: Order, folder: str) -> NoReturn:
    row = LANGUAGES[order.language]
    artefact, preamble, entry_point = marshal.loads(read_code(order))
    harness = javascript_values.VALUES_SCRIPT + javascript_harness.CALLS_SCRIPT
    files = marshal.loads(artefact)
    scripts = [files[0][0]]  # in the order of their execution
    if preamble:
        files.append((PREAMBLE, preamble.encode("utf-8", "surrogatepass")))
        scripts.insert(0, PREAMBLE)
    write_files([(HARNESS, harness.encode()), *files])
    executed.become(row, order, HARNESS, entry_point, *scripts)
