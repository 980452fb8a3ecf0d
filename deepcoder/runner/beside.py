"""Give a program what it has beside standard input: arguments, files, and files that come back.

Runs: inside the sandbox, in the process of that program; `packed` in the supervisor. A program that is judged is given
none: a checker or an interactor is, and a program that is only run.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import Any, Iterator, List, Mapping, NoReturn, Sequence

from ..wire.messages import frame
from .channel import CALLS, FILES, REPORTS, Order, end_as, report
from .inputs import InputCache
from .program_files import Files, write_files

# --- In the supervisor ------------------------------------------------------------------------------------------------


def packed(head: Mapping[str, Any], body: bytes | memoryview, inputs: InputCache) -> tuple[bytes, bytes | memoryview]:
    """Return what a request to run brings beside standard input, as one block, and the standard input."""
    files: Files = []
    start = 0
    with memoryview(body) as view:
        for name, size, number in head["files"]:
            if number is None:
                files.append((name, bytes(view[start : start + size])))
                start += size
            else:
                files.append((name, bytes(inputs.view(number))))
        return marshal.dumps((head["arguments"], files, head["returns"])), bytes(view[start:])


# --- In the process of that program -----------------------------------------------------------------------------------


def lay_out(order: Order) -> None:
    """Write the files into the current folder, make the folders that arguments name, and take the arguments.

    Where files come back, the program goes on in a child, and this process reports them after it.
    """
    arguments, files, returns = marshal.loads(os.pread(CALLS, order.beside_bytes, 0))
    write_files(files)
    for name in {*returns, *arguments}:
        if name.endswith("/"):
            os.makedirs(name, exist_ok=True)
    sys.argv[1:] = arguments
    if returns:
        child = os.fork()
        if child:
            _report_files(child, returns)
        os.close(REPORTS)


def _report_files(child: int, returns: Sequence[str]) -> NoReturn:
    """Wait for the child, report the files of these names and folders, and end as the child did."""
    os.closerange(0, CALLS + 1)
    status = os.waitpid(child, 0)[1]
    frames: List[bytes] = []
    for name in returns:
        for path in _files_in(name) if name.endswith("/") else [name]:
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    frames.append(frame({"file": path}, file.read()))
    report(FILES, b"".join(frames))
    end_as(status)


def _files_in(folder: str) -> Iterator[str]:
    """Yield the paths of the folder's files, in the order of their names."""
    for base, _, names in os.walk(folder):
        for name in sorted(names):
            yield os.path.join(base, name)
