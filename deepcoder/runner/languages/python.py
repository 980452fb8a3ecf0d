"""Python: compile a program, run it on one stdin test, or load it and answer calls of its function.

Runs: inside the sandbox; each section says in which process.

A program is executed by the interpreter that forked it, with the usual modules imported, which saves starting another.
The first process of a stdin task compiles the source and reports the code for the next ones.
"""

from __future__ import annotations

import _thread
import atexit
import builtins
import contextlib
import functools
import gc
import importlib
import marshal
import os
import posix
import random
import sys
import threading
import traceback
import types
from typing import Any, Callable, Collection, Iterable, NoReturn, TextIO

from ...wire import values
from ...wire.languages import PYTHON
from ..channel import (
    CODE,
    COMPILE_ERROR,
    COMPILED,
    OUT_OF_MEMORY,
    RAISED,
    REPORTS,
    RETURNED,
    Order,
    die_of_memory,
    read_code,
    receive_call,
    report,
)
from ..language import Hooks
from ..program_files import Files, write_files

# What contest programs import, so that a forked program finds it loaded.
USUAL_MODULES = (
    "array bisect cmath collections contextlib copy dataclasses datetime decimal enum fractions functools heapq "
    "io itertools json math numbers operator os queue random re statistics string struct sys textwrap threading "
    "time traceback types typing"
).split()
# The keeper imports a library as soon as a program has its name anywhere: importing costs more than most tests, and
# what a program is charged must not depend on whether an earlier program had the library imported.
LIBRARIES = ("numpy", "sortedcontainers", "scipy", "networkx", "sympy", "pandas", "bitarray")
# A fresh interpreter has these before it runs a file, whatever files stand beside it.
_LOADED_FIRST = {*sys.builtin_module_names, "abc", "codecs", "encodings", "io", "os", "site", "stat"}
THREAD_STACK_BYTES = 8 << 20  # the usual default; the C library would take the main stack's 1 GiB
# Words of a program that may read or start its own file, which only such programs have.
_OF_ITS_FILE = ("__file__", "argv", "spawn", "forkserver", "inspect", "executable")
BASE_FRAMES = 1000  # what a fresh interpreter allows
REPORTED_ERROR_CHARS = 500
REPORTED_BYTES = 32 << 10  # of an exception with its arguments; the beginning of its text stands for a longer one

_main_modules: dict[str, types.ModuleType] = {}
_hooks: Hooks = []  # that a program's first fork needs
_is_program = False


# --- In the supervisor ------------------------------------------------------------------------------------------------


def libraries(texts: Collection[str]) -> set[str]:
    """Return the libraries that the program names."""
    return {name for name in LIBRARIES if any(name in text for text in texts)}


# --- In the keeper ----------------------------------------------------------------------------------------------------


def prepare(hooks: Hooks) -> None:
    """Have a fork look like a fresh interpreter that is about to run a file."""
    threading.stack_size(THREAD_STACK_BYTES)
    for name in USUAL_MODULES:
        importlib.import_module(name)
    os.register_at_fork = posix.register_at_fork
    _hooks.extend(hooks)
    os.register_at_fork(before=_before_fork)
    _open_standard_streams()
    for name in ("__main__", "solution"):
        module = _main_modules[name] = types.ModuleType(name)
        module.__file__ = PYTHON.file_name
        module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = _main_modules["__main__"]
    sys.argv = [PYTHON.file_name]
    # Bytecode would be among the files that come back, and stand for a later module of its name.
    sys.dont_write_bytecode = True
    frame, depth = sys._getframe(), 0
    while frame.f_back:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(BASE_FRAMES + depth + 2)  # of frames of ours below a program's, which must not cost it depth


def _open_standard_streams() -> None:
    """Open text streams as a fresh interpreter under C.UTF-8 does.

    A stream looks at what it is opened on: whether that is a terminal, and whether it has an offset.
    """
    kept = [os.dup(fd) for fd in range(3)]
    null, (reading, writing) = os.open(os.devnull, os.O_RDONLY), os.pipe()
    for fd, end in enumerate((null, writing, writing)):
        os.dup2(end, fd)
    sys.stdin = sys.__stdin__ = _standard_stream("stdin", 0, "r", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stdout = sys.__stdout__ = _standard_stream("stdout", 1, "w", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = _standard_stream("stderr", 2, "w", "backslashreplace", 1)  # type: ignore[misc, assignment]
    for fd, original in enumerate(kept):
        os.dup2(original, fd)
    for fd in (*kept, null, reading, writing):
        os.close(fd)


def _standard_stream(name: str, fd: int, mode: str, errors: str, buffering: int) -> TextIO:
    stream = open(fd, mode, buffering, encoding="utf-8", errors=errors, newline="\n", closefd=False)
    stream.buffer.raw.name = f"<{name}>"  # type: ignore[attr-defined]
    return stream  # type: ignore[return-value]


def rehearse() -> None:
    """Compile a function and call it."""
    module = {"__builtins__": builtins}
    exec(_compile("def add(a, b):\n    return a + b\n", PYTHON.file_name), module)
    _answer(module, "add", b"[[1,2],{}]")


def import_libraries(names: Iterable[str], hooks: Hooks) -> None:
    """Import libraries for the programs that name them; they note in `hooks` what they want done at a fork."""
    os.register_at_fork = lambda **given: hooks.append(given)
    known = len(hooks)
    for name in names:
        with contextlib.suppress(Exception):  # the program meets the same error itself
            importlib.import_module(name)
    os.register_at_fork = posix.register_at_fork
    _hooks.extend(hooks[known:])


def _before_fork() -> None:
    """From a program's first fork on, do what libraries want done at a fork.

    The keeper's own forks need none of that: it has one thread and holds no lock. Only random numbers need a new seed,
    which `ready` gives to the programs that draw them.
    """
    if not _is_program:
        return
    for each in reversed(_hooks):
        each.get("before", int)()  # too late to be called for this fork
    for each in _hooks:
        os.register_at_fork(**each)
    _hooks.clear()


# --- In the program's process -----------------------------------------------------------------------------------------


def ready(order: Order) -> Callable[[str], NoReturn]:
    """Compile or load the code, and return what executes it."""
    global _is_program
    _is_program = True
    execute: Callable[[str], NoReturn]
    code = read_code(order)
    if order.is_compiled:
        compiled, draws_numbers, has_finalizers, files = marshal.loads(code)
        execute = functools.partial(_run_main, compiled, has_finalizers, files)
    else:
        source, entry_file, files, preamble, entry_point = marshal.loads(code)
        draws_numbers = "random" in source or "random" in preamble or bool(files)
        entry_file = entry_file or PYTHON.file_name
        if files or any(word in source for word in _OF_ITS_FILE):
            files.insert(0, (entry_file, source.encode("utf-8", "surrogatepass")))
        if order.is_function:
            before = _compile(preamble, "preamble.py") if preamble else None
            execute = functools.partial(_serve_calls, before, _compile(source, entry_file), entry_point, files)
        else:
            compiled = _compile(source, entry_file)
            has_finalizers = "__del__" in source or ("yield" in source and "finally" in source)
            report(COMPILED, marshal.dumps((compiled, draws_numbers, has_finalizers, files)))
            execute = functools.partial(_run_main, compiled, has_finalizers, files)
    if draws_numbers:
        random.seed()
    return execute


def _compile(source: str, file_name: str) -> types.CodeType:
    try:
        return compile(source.removeprefix("\ufeff"), file_name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        report(COMPILE_ERROR, _one_line(error))
        os._exit(0)


def _run_main(code: types.CodeType, has_finalizers: bool, files: Files, folder: str) -> NoReturn:
    """Execute as `__main__` and end as the interpreter does: threads, atexit, streams, exit code."""
    os.closerange(CODE, REPORTS + 1)
    module = _main_module("__main__", files, folder)
    status = 0
    try:
        exec(code, module)
    except SystemExit as error:
        status = _exit_status(error)
    except MemoryError:
        die_of_memory()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    try:
        if _thread._count():  # to find that there are none to wait for would touch many pages
            threading._shutdown()  # type: ignore[attr-defined]  # waits for those that are no daemons
        atexit._run_exitfuncs()
        _flush(getattr(sys, "stdout", None))
        _flush(sys.__stdout__)
        sys.stdout = sys.__stdout__
        # A file that was never closed is written here, as when the interpreter ends. It too collects twice: the first
        # puts containers before their contents, so that a writer is closed before what it writes to.
        gc.collect()
        if has_finalizers:  # which find the program's names where the module is collected as a whole
            gc.unfreeze()
            sys.modules.pop("__main__", None)
            _main_modules.clear()
            del module
        else:  # this takes less time
            module.clear()
        gc.collect()
        _flush(sys.__stdout__)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = status or 120  # what CPython exits with when it cannot flush
    try:
        _flush(sys.stderr)
    except Exception:  # it is for people, and never counts
        pass
    os._exit(status)


def _serve_calls(
    preamble: types.CodeType | None, code: types.CodeType, entry_point: str, files: Files, folder: str
) -> NoReturn:
    """Load the program once, then answer calls until the supervisor ends them."""
    module = _main_module("solution", files, folder)  # not __main__: a guarded demonstration must not run
    try:
        if preamble is not None:
            exec(preamble, module)
        exec(code, module)
        _entry(module, entry_point)
    except MemoryError:
        report(OUT_OF_MEMORY)
        os._exit(0)
    except Exception as error:
        report(RAISED, _one_line(error))
        os._exit(0)
    while True:
        report(*_answer(module, entry_point, receive_call()))


def _main_module(name: str, files: Files, folder: str) -> dict[str, Any]:
    module = sys.modules[name] = _main_modules[name]
    sys.path.insert(0, folder)
    if files:
        write_files(files)
        _have_own_modules(module, files, folder)
    return module.__dict__


def _have_own_modules(module: types.ModuleType, files: Files, folder: str) -> None:
    """Have a program of several files find its own modules, as where the interpreter was started with its file."""
    entry_file = files[0][0]
    module.__file__ = sys.argv[0] = entry_file
    sys.path[0] = os.path.dirname(f"{folder}/{entry_file}")
    if module.__name__ != "__main__":  # then another file may import the entry file, or be named as it usually is
        del sys.modules[module.__name__]
        module.__name__ = os.path.basename(entry_file).removesuffix(".py")
        sys.modules[module.__name__] = module
    for name, _ in files[1:]:
        stem = os.path.relpath(name, os.path.dirname(entry_file)).partition("/")[0].removesuffix(".py")
        if stem not in _LOADED_FIRST:
            sys.modules.pop(stem, None)  # a module of ours, or one that was imported ahead


def _answer(module: dict[str, Any], entry_point: str, call: bytes | bytearray) -> tuple[bytes, bytes]:
    """Return the kind and the content of the report on one call."""
    try:
        args, kwargs, *other = values.decode(call, module)
        value = _entry(module, *(other or [entry_point]))(*args, **kwargs)
        if isinstance(value, types.CoroutineType):
            value = importlib.import_module("asyncio").run(value)
        return RETURNED, values.encode(value, objects=True).encode()
    except MemoryError:
        return OUT_OF_MEMORY, b""
    except (Exception, SystemExit) as error:
        return RAISED, _raised(error)


def _entry(module: dict[str, Any], name: str) -> Any:
    """Return the method of a new `Solution` where it has one, else the function."""
    solution = module.get("Solution")
    if isinstance(solution, type) and (hasattr(solution, name) or name not in module):
        instance = solution()  # which may make the method itself
        if hasattr(instance, name):
            return getattr(instance, name)
    if name not in module:
        raise NameError(f"the program defines no function {name}")
    return module[name]


def _raised(error: BaseException) -> bytes:
    """Return the exception in one line, and encoded in a second one: names of its classes, its text, its arguments."""
    line = _one_line(error)
    names = " ".join(each.__name__ for each in type(error).__mro__)[:REPORTED_ERROR_CHARS].split()
    try:
        raised = values.encode([names, str(error), list(error.args)], objects=True)
    except Exception:  # the code of a program raises what it likes
        raised = ""
    if not 0 < len(raised) <= REPORTED_BYTES:
        text = line.decode().partition(": ")[2]
        raised = values.encode([names, text, [text]])
    return line + b"\n" + raised.encode()


def _one_line(error: BaseException) -> bytes:
    lines = traceback.format_exception_only(type(error), error)
    text = lines[-1 if isinstance(error, SyntaxError) else 0].strip().partition("\n")[0]  # notes may follow
    return text[:REPORTED_ERROR_CHARS].encode("utf-8", "backslashreplace")


def _flush(stream: Any) -> None:
    """Flush what may be any object of the program's; what fails to say that it is closed is not."""
    try:
        is_closed = stream is None or stream.closed
    except ValueError:  # its buffer was taken by another stream
        is_closed = True
    except Exception:
        is_closed = False
    if not is_closed:
        stream.flush()


def _exit_status(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)  # noqa: T201
    return 1
