"""Every language but Python: a compiler makes an artefact, and the process becomes the program by exec.

Runs: inside the sandbox; each section says in which process.

The first process of a task only compiles. The compiler runs as its child, so it has the program's user, no network and
limits of its own. The process reports the artefact, and the supervisor gives it to the next processes as a sealed file.
The artefact of a language with a `run` command is one file or several, by marshal; `run` gets the name of the first.

A process that is to wait for its turn has its runtime start meanwhile, as its child. The last file that a runtime opens
before the program begins is its gate, which is a named pipe meanwhile: a process that opens one end waits until another
opens the other end. When its turn has come, the process writes the program's files, which nothing has looked for, and
does so.
"""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import re
import signal
import stat
import sys
import time
from typing import Any, Callable, Collection, Iterable, NoReturn

from ...wire.languages import LANGUAGES, MIB, Language
from ...wire.messages import STDERR_BYTES
from ..channel import CALLS, CODE, COMPILE_ERROR, COMPILED, REPORTS, Order, end_as, read_code, report
from ..language import Hooks
from ..memory_files import write_all
from ..program_files import Files, write_files

MESSAGES_BYTES = 1 << 16  # what is read of a compiler's messages; the rest is read and dropped
ERROR_LINES, ERROR_CHARS = 3, 500
LEAST_HEAP_MIB = 16
GATE_POLL_S = 0.001  # of a runtime that is not at the gate when the program's turn has come
_INHERITED = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "GOCACHE", "ONLINE_JUDGE")  # of these those that there are
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
        return _start(row, order) or functools.partial(execute, row, order)
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
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, its_end, 1),
        (os.POSIX_SPAWN_DUP2, its_end, 2),
    ]
    pid = _spawn(command, environment, streams)
    os.close(its_end)
    kept = b""
    while part := os.read(messages, MESSAGES_BYTES):
        kept += part[: MESSAGES_BYTES - len(kept)]
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), kept


def _spawn(command: list[str], environment: dict[str, str], streams: list[tuple[Any, ...]]) -> int:
    """Start a child with these standard streams, else our own; return its pid. It has no report to make."""
    for fd in (CODE, CALLS, REPORTS):
        os.set_inheritable(fd, False)
    return os.posix_spawnp(command[0], command, environment, file_actions=streams, setsigdef=_PROGRAM_SIGNALS)


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
    command = [*_run_command(row, order, artefact), *arguments, *sys.argv[1:]]
    os.execvpe(row.run[0], command, environment(row))


def _run_command(row: Language, order: Order, artefact: str) -> list[str]:
    heap_mib = max(LEAST_HEAP_MIB, (order.memory_bytes - row.runtime_bytes) // MIB)
    words = {"artefact": artefact, "main": artefact.rpartition(".")[0], "gate": _gate(row, artefact)}
    return [word.format(**words, memory_mib=heap_mib) for word in row.run]


def _gate(row: Language, artefact: str) -> str:
    return row.gate.format(artefact=artefact)


def _start(row: Language, order: Order) -> Callable[[str], NoReturn] | None:
    """Start the runtime, and return what lets the program begin; None where the program is to be executed as usual.

    So is one of several files: what a runtime looks for at its start may be among them.
    """
    if order.goes or not order.has_gate:
        return None
    files = marshal.loads(read_code(order))
    if len(files) > 1:
        return None
    os.chdir(order.scratch)
    gate = _gate(row, files[0][0])
    os.mkfifo(gate, 0o600)
    try:
        runtime = _spawn(_run_command(row, order, files[0][0]), environment(row), [])
    except OSError:  # the sandbox is at some limit
        os.unlink(gate)
        return None
    os.closerange(0, REPORTS + 1)  # which are the program's alone now
    return functools.partial(_go_on, runtime, gate, files)


def _go_on(runtime: int, gate: str, files: Files, folder: str) -> NoReturn:
    """Let the program begin, wait for its end, and end with its status."""
    ((name, content),) = files
    if name != gate:
        write_files(files)
    pipe = _opened(gate, runtime)
    os.unlink(gate)
    if name == gate and pipe is not None:
        write_files(files)  # so that a program that opens its own source finds it
        os.set_blocking(pipe, True)
        with contextlib.suppress(BrokenPipeError):
            write_all(pipe, content)
    if pipe is not None:
        os.close(pipe)
    end_as(os.waitpid(runtime, 0)[1])


def _opened(gate: str, runtime: int) -> int | None:
    """Return the gate, once the runtime has opened it; None if the runtime has ended before."""
    while os.waitid(os.P_PID, runtime, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        with contextlib.suppress(OSError):  # the runtime does not read the gate yet
            return os.open(gate, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(GATE_POLL_S)
    return None


def _reset_signals() -> None:
    for number in _PROGRAM_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def environment(row: Language, folder: str = "") -> dict[str, str]:
    """Return the environment of a program, or of a compiler, whose tools need the folder by its own name."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, **({"HOME": folder, "TMPDIR": folder} if folder else {}), **row.environment}
