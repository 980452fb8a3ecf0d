"""JavaScript: in function mode Node runs a script of ours, which loads the program and answers calls.

Runs: inside the sandbox, in the program's process; the rest is as in `executed`.
"""

from __future__ import annotations

import functools
import marshal
from typing import Callable, NoReturn

from ...wire.languages import LANGUAGES
from ..channel import Order, read_code
from . import executed, javascript_harness, javascript_values
from .executed import import_libraries as import_libraries
from .executed import libraries as libraries
from .executed import prepare as prepare
from .executed import rehearse as rehearse

HARNESS, PREAMBLE = "harness.js", "preamble.js"  # their file names


def ready(order: Order) -> Callable[[str], NoReturn]:
    """Return what checks the source, executes it, or answers calls, given the scratch folder."""
    return functools.partial(_serve_calls, order) if order.is_function else executed.ready(order)


def _serve_calls(order: Order, folder: str) -> NoReturn:
    row = LANGUAGES[order.language]
    source, preamble, entry_point = marshal.loads(read_code(order))
    files = {row.artefact: source}
    if preamble:
        files = {PREAMBLE: preamble.encode("utf-8", "surrogatepass"), **files}  # in the order of their execution
    harness = javascript_values.VALUES_SCRIPT + javascript_harness.CALLS_SCRIPT
    for name, content in {HARNESS: harness.encode(), **files}.items():
        with open(name, "wb") as file:
            file.write(content)
    executed.become(row, order, HARNESS, entry_point, *files)
