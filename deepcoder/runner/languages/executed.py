"""Every language but Python: a compiler makes an artefact, and the process becomes the program by exec.

Runs: inside the sandbox; each section says in which process.

The first process of a task only compiles. The compiler runs as its child, so it has the program's user, no network and
limits of its own. The process reports the artefact, and the supervisor gives it to the next processes as a sealed file.
The artefact of a language with a `run` command is one file or several, by marshal; `run` gets the name of the first.
"""

from __future__ import annotations

import functools
import marshal
import os
import re
import signal
import stat
import sys
from typing import Callable, Collection, Iterable, NoReturn

from ...wire.languages import LANGUAGES, MIB, Language
from ...wire.messages import STDERR_BYTES
from ..channel import CALLS, CODE, COMPILE_ERROR, COMPILED, REPORTS, Order, read_code, report
from ..language import Hooks
from ..memory_files import write_all
from ..program_files import Files, write_files

MESSAGES_BYTES = 1 << 16  # what is read of a compiler's messages; the rest is read and dropped
ERROR_LINES, ERROR_CHARS = 3, 500
LEAST_HEAP_MIB = 16
_INHERITED = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "GOCACHE")  # of these those that there are
_PROGRAM_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)  # Python ignores these, and exec would pass that on
_ERROR_LINE = re.compile(r"error(?:\[\w+\])?:", re.IGNORECASE)


# --- In the supervisor ------------------------------------------------------------------------------------------------


def libraries(texts: Collection[str]) -> set[str]:
    """Return nothing: programs of other languages import nothing from the keeper."""
    return set()


# --- In the keeper ----------------------------------------------------------------------------------------------------


def prepare(hooks: Hooks) -> None:
    """Do nothing: exec takes away whatever is prepared."""


def rehearse() -> None:
    """Do nothing: what leads to exec changes the process."""


def import_libraries(names: Iterable[str], hooks: Hooks) -> None:
    """Do nothing: see `libraries`."""


# --- In the program's process -----------------------------------------------------------------------------------------


def ready(order: Order) -> Callable[[str], NoReturn]:
    """Return what compiles the source, or executes the artefact, given the scratch folder."""
    row = LANGUAGES[order.language]
    if order.is_compiled:
        return functools.partial(execute, row, order)
    return functools.partial(_compile, row, files_of(order, row.file_name))


def files_of(order: Order, usual_name: str) -> Files:
    """Return the program's files, the entry file first. It has the usual name where it has none of its own."""
    source, entry_file, others, _, _ = marshal.loads(read_code(order))
    return [(entry_file or usual_name, source.encode("utf-8", "surrogatepass")), *others]


def _compile(row: Language, files: Files, folder: str) -> NoReturn:
    compile_files(row, files, folder)
    report_artefact(row, [name for name, _ in files] if row.is_interpreted else [row.artefact])


def compile_files(row: Language, files: Files, folder: str) -> None:
    """Compile the files in the scratch folder, which is the current one. The process ends where that fails."""
    write_files(files)
    status, messages = _run_compiler(_command(row, [name for name, _ in files]), environment(row, folder))
    if status != 0:
        write_all(2, messages[:STDERR_BYTES])
        report(COMPILE_ERROR, first_errors(messages, status).encode())
        os._exit(0)


def _command(row: Language, names: list[str]) -> list[str]:
    """Return the compiler's command for files of these names."""
    entry_file, *others = names
    words = {"source": entry_file, "artefact": entry_file if row.is_interpreted else row.artefact}
    command = []
    for word in row.compile:
        command.append(word.format(**words))
        if word == "{source}":
            command += [name for name in others if name.endswith(row.also_compiles)]
    return command


def report_artefact(row: Language, names: list[str]) -> NoReturn:
    """Report what was compiled, which is in the files of these names, and end the process."""
    files = []
    for name in names:
        with open(name, "rb") as file:
            if not row.run and not os.fstat(file.fileno()).st_mode & stat.S_IXUSR:
                report(COMPILE_ERROR, b"error: this is a library, and no program")
                os._exit(0)
            files.append((name, file.read()))
    report(COMPILED, marshal.dumps(files) if row.run else files[0][1])
    os._exit(0)


def _run_compiler(command: list[str], environment: dict[str, str]) -> tuple[int, bytes]:
    """Return the exit code of the compiler, or minus its signal, and the first of its messages."""
    messages, its_end = os.pipe()
    for fd in (CODE, CALLS, REPORTS):
        os.set_inheritable(fd, False)  # a compiler, or code that runs while it compiles, has no report to make
    pid = os.posix_spawnp(
        command[0],
        command,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, its_end, 1),
            (os.POSIX_SPAWN_DUP2, its_end, 2),
        ],
        setsigdef=_PROGRAM_SIGNALS,
    )
    os.close(its_end)
    kept = b""
    while part := os.read(messages, MESSAGES_BYTES):
        kept += part[: MESSAGES_BYTES - len(kept)]
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), kept


def first_errors(messages: bytes, status: int) -> str:
    """Return the first lines of a compiler's messages that are errors, in one line."""
    lines = [line.strip() for line in messages.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]  # Go names its package so
    errors = [line for line in lines if _ERROR_LINE.search(line)] or lines
    ended = f"the compiler ended by signal {-status}" if status < 0 else f"the compiler ended with {status}"
    return "; ".join(errors[:ERROR_LINES])[:ERROR_CHARS] or ended


def execute(row: Language, order: Order, folder: str) -> NoReturn:
    """Become the program."""
    if not row.run:
        _reset_signals()
        os.set_inheritable(CODE, False)
        os.closerange(CALLS, REPORTS + 1)
        os.execve(CODE, [row.artefact, *sys.argv[1:]], environment(row))
    files = marshal.loads(read_code(order))
    write_files(files)
    os.closerange(CALLS, REPORTS + 1)
    become(row, order, files[0][0])


def become(row: Language, order: Order, artefact: str, *arguments: str) -> NoReturn:
    """Execute the artefact, or another file in its place, by the language's command."""
    _reset_signals()
    os.close(CODE)
    heap_mib = max(LEAST_HEAP_MIB, (order.memory_bytes - row.runtime_bytes) // MIB)
    words = {"artefact": artefact, "memory_mib": heap_mib}
    command = [*(word.format(**words) for word in row.run), *arguments, *sys.argv[1:]]
    os.execvpe(row.run[0], command, environment(row))


def _reset_signals() -> None:
    for number in _PROGRAM_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def environment(row: Language, folder: str = "") -> dict[str, str]:
    """Return the environment of a program, or of a compiler, whose tools need the folder by its own name."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, **({"HOME": folder, "TMPDIR": folder} if folder else {}), **row.environment}
