"""The program's own process: lose every privilege, wait for the job, take its limits, then run the source untouched.

Runs: inside the sandbox, in a fork of the keeper that never returns. From `confine` on nothing here is trusted: a
program may do to this code whatever it likes, and gains only what its own process may do.

File descriptors:  0, 1, 2 the program's, real pipes;  3 the job;  4 calls (function mode);  5 reports to the supervisor
A report is one byte of kind, a 32-bit length, then bytes:
    S confined, from here on it is the program   C compiled code   E compile error
    V returned value   X exception, then its classes   M out of memory
In stdin mode the report ends before the first line of the program runs; 3, 4 and 5 are closed by then.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import gc
import json
import marshal
import math
import os
import posix
import random
import resource
import signal
import socket
import struct
import sys
import threading
import traceback
import types
from typing import Any, Callable, Dict, List, NoReturn, TextIO

from . import values

REPORT = struct.Struct(">cI")
CALL = struct.Struct(">I")
JOB, CALLS, REPORTS = 3, 4, 5
CALL_BYTES = 1 << 16  # read at a time
JOB_BYTES = 1 << 12
OWN_FOLDER = "/proc/self/cwd"  # the same words for every program
DESCRIPTORS = 256  # the most that a process may have open
STACK_BYTES = 1 << 30  # threads and the main stack reserve address space that they may never touch
ERROR_CHARS = 500

_PR_SET_DUMPABLE = 4
_LIBC = ctypes.CDLL(None, use_errno=True)
_prctl = _LIBC.prctl
_MODULES: dict[str, types.ModuleType] = {}

Hooks = List[Dict[str, Callable[[], Any]]]  # what libraries gave to os.register_at_fork


def prepare() -> None:
    """Make in the keeper what is the same for every program: each page that a new process touches costs it time."""
    os.environ.update(HOME=OWN_FOLDER, TMPDIR=OWN_FOLDER)
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_MSGQUEUE):
        resource.setrlimit(kind, (0, 0))
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
    kept = [os.dup(fd) for fd in range(3)]
    given, giving = os.pipe()  # text streams look at what they are opened on
    for fd, end in enumerate((given, giving, giving)):
        os.dup2(end, fd)
    # As a fresh interpreter under C.UTF-8 opens them.
    sys.stdin = sys.__stdin__ = _text_stream(0, "r", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stdout = sys.__stdout__ = _text_stream(1, "w", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = _text_stream(2, "w", "backslashreplace", 1)  # type: ignore[misc, assignment]
    for fd, keeper_s in enumerate(kept):
        os.dup2(keeper_s, fd)
    for fd in (*kept, given, giving):
        os.close(fd)
    for name in ("__main__", "solution"):
        module = _MODULES[name] = types.ModuleType(name)
        module.__file__ = "main.py"
        module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = _MODULES["__main__"]
    sys.argv = ["main.py"]


def run(jobs: socket.socket, uid: int | None, keeper_bytes: int, hooks: Hooks) -> NoReturn:
    """Lose every privilege, wait for a job, get ready, and on the word to go become the program.

    The job: {"mode", "limits", "scratch", "random": whether the source speaks of random numbers} and the descriptors,
    which come above those that a program starts with. Then one byte is the word to go, and the end of `jobs` means that
    there is nothing to do. `hooks`: what the keeper's libraries want done after a fork.
    """
    try:
        os.setsid()
        confine(uid)
        data, descriptors, _, _ = socket.recv_fds(jobs, JOB_BYTES, REPORTS + 1)
        if not data:
            os._exit(0)
        job = marshal.loads(data)
        for place, fd in enumerate(descriptors):
            os.dup2(fd, place)
        os.chdir(job["scratch"])
        _take_limits(job, uid, keeper_bytes)
        _report(b"S", b"")
        _take_hooks(hooks, job["random"])
        ready = _compiled() if job["mode"] == "stdin" else _loaded()
        if not jobs.recv(1):
            os._exit(0)
        if isinstance(ready, types.CodeType):
            os.closerange(JOB, DESCRIPTORS)
            _run_main(ready, job["scratch"])
        else:
            os.closerange(REPORTS + 1, DESCRIPTORS)
            _serve_calls(*ready, job["scratch"])
    except MemoryError:
        _die_of_memory()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _take_hooks(hooks: Hooks, is_random: bool) -> None:
    """Have them done from the program's forks on. For the keeper's, with one thread and no lock held, nothing need be
    done, but that programs which draw random numbers must not all draw the same."""
    os.register_at_fork = posix.register_at_fork
    for each in hooks:
        os.register_at_fork(**each)
    if is_random:
        random.seed()


def confine(uid: int | None) -> None:
    """Own user, no privileges."""
    if uid is None:
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # which the runner is not, so that /proc/self is the program's again
    score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(score, b"1000")  # when the sandbox's memory ends, the kernel picks the program
    os.close(score)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # here, since to be another user takes it away
    else:
        _drop_capabilities()


def _take_limits(job: dict[str, Any], uid: int | None, keeper_bytes: int) -> None:
    """The supervisor watches resident memory and CPU time; these stop what is too quick for it."""
    limits = job["limits"]
    _limit(resource.RLIMIT_AS, keeper_bytes + int(limits["memory_bytes"]) + STACK_BYTES)
    if uid is not None or not _users_are_the_hosts():
        _limit(resource.RLIMIT_NPROC, int(limits["processes"]))
    if job["mode"] == "stdin":
        _limit(resource.RLIMIT_CPU, math.ceil(limits["cpu_s"]) + 1)


def _users_are_the_hosts() -> bool:
    """Whether the kernel would count all that our user runs on this machine, not only the program's processes."""
    with open("/proc/self/uid_map") as rows:
        return rows.read().split() == ["0", "0", "4294967295"]


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _drop_capabilities() -> None:
    """Empty every capability set (capset(2), version 3), for a root of a user namespace with one user."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if _LIBC.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _report(kind: bytes, body: bytes) -> None:
    data = memoryview(REPORT.pack(kind, len(body)) + body)
    while data:
        data = data[os.write(REPORTS, data) :]


def _next_call() -> bytes:
    """The arguments: no other call is sent before this one is answered."""
    data = bytearray()
    while len(data) < CALL.size or len(data) < CALL.size + CALL.unpack_from(data)[0]:
        part = os.read(CALLS, CALL_BYTES)
        if not part:
            os._exit(0)  # the supervisor has closed the calls: no more of them
        data += part
    return bytes(data[CALL.size :])


def _compiled() -> types.CodeType:
    """The code of a stdin program; the first execution compiles it and reports the code for the next ones."""
    job = os.pread(JOB, os.fstat(JOB).st_size, 0)
    if job[:1] == b"C":
        code: types.CodeType = marshal.loads(job[1:])
        return code
    code = _compile(json.loads(job)["source"])
    _report(b"C", marshal.dumps(code))
    return code


def _compile(source: str, filename: str = "main.py") -> types.CodeType:
    try:
        return compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        _report(b"E", _one_line(error))
        os._exit(0)


def _raised(error: BaseException) -> bytes:
    """The exception in one line, and in a second the names of its classes."""
    bases = " ".join(each.__name__ for each in type(error).__mro__)
    return _one_line(error) + b"\n" + bases[:ERROR_CHARS].encode("utf-8", "backslashreplace")


def _one_line(error: BaseException) -> bytes:
    text = traceback.format_exception_only(type(error), error)[-1].strip()
    return text[:ERROR_CHARS].encode("utf-8", "backslashreplace")


def _text_stream(fd: int, mode: str, errors: str, buffering: int) -> TextIO:
    return open(fd, mode, buffering, encoding="utf-8", errors=errors, newline="\n", closefd=False)  # type: ignore[return-value]


def _module(name: str, folder: str) -> dict[str, Any]:
    module = sys.modules[name] = _MODULES[name]
    sys.path.insert(0, folder)
    frame, depth = sys._getframe(), 0
    while frame.f_back:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(1000 + depth)  # our own frames must not cost the program depth
    return module.__dict__


def _run_main(code: types.CodeType, folder: str) -> NoReturn:
    """Execute as `__main__` and end as the interpreter does: threads, atexit, streams, exit code."""
    module = _module("__main__", folder)
    status = 0
    try:
        exec(code, module)
    except SystemExit as error:
        status = _exit_status(error)
    except MemoryError:
        _die_of_memory()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for non-daemon threads
        atexit._run_exitfuncs()
        _flush(sys.stdout)
        # A file that was never closed is written here, as when the interpreter ends. It too collects twice: the first
        # puts containers before their contents, so that a writer is closed before what it writes to.
        gc.collect()
        module.clear()
        gc.collect()
        _flush(sys.__stdout__)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = status or 120  # what CPython exits with when it cannot flush
    with contextlib.suppress(Exception):  # stderr is for people, and never counts
        _flush(sys.stderr)
    os._exit(status)


def _flush(stream: Any) -> None:
    if stream is not None and not stream.closed:
        stream.flush()


def _exit_status(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)  # noqa: T201
    return 1


def _die_of_memory() -> NoReturn:
    """Say that memory ran out without allocating any. A program that fakes it swaps one zero for another."""
    signal.signal(signal.SIGUSR2, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGUSR2)
    os._exit(1)


def _loaded() -> tuple[types.CodeType, types.CodeType, str]:
    """Of a function program: the code of the preamble, its own, and the name of its entry point."""
    job = json.loads(os.pread(JOB, os.fstat(JOB).st_size, 0))
    return _compile(job["preamble"], "preamble.py"), _compile(job["source"]), job["entry_point"]


def _serve_calls(preamble: types.CodeType, code: types.CodeType, entry_point: str, folder: str) -> NoReturn:
    """Load the program once, then answer calls until the supervisor ends them."""
    module = _module("solution", folder)  # not __main__: a guarded demonstration must not run
    try:
        exec(preamble, module)
        exec(code, module)
        _entry(module, entry_point)
    except MemoryError:
        _report(b"M", b"")
        os._exit(0)
    except Exception as error:
        _report(b"X", _raised(error))
        os._exit(0)
    while True:
        args, kwargs, *other = values.decode(_next_call())
        try:
            value = _entry(module, *(other or [entry_point]))(*args, **kwargs)
            kind, body = b"V", values.encode(value, objects=True).encode()
        except MemoryError:
            kind, body = b"M", b""
        except Exception as error:
            kind, body = b"X", _raised(error)
        _report(kind, body)


def _entry(module: dict[str, Any], name: str) -> Any:
    """The method of a new `Solution` where the class has it, else the function."""
    solution = module.get("Solution")
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    if name not in module:
        raise NameError(f"the program defines no function {name}")
    return module[name]
