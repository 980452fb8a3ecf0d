"""The program's own process: lose every privilege, wait for the job, take its limits, then run the source untouched.

Runs: inside the sandbox, in a fork of the keeper that never returns. From `confine` on nothing here is trusted: a
program may do to this code whatever it likes, and gains only what its own process may do.

File descriptors:  0 the input, a read-only file (/dev/null in function mode);  1, 2 pipes;  3 the job;
                   4 calls (function mode);  5 reports to the supervisor
The job is b"C" and the compiled code, or b"S" and (source, preamble, entry point), by marshal.
A report is one byte of kind, a 32-bit length, then bytes:
    S confined, from here on it is the program   C compiled code   E compile error
    V returned value   X exception, then its classes   M out of memory
In stdin mode the report ends before the first line of the program runs; 3, 4 and 5 are closed by then.
"""

from __future__ import annotations

import _thread
import atexit
import builtins
import contextlib
import ctypes
import gc
import importlib
import marshal
import math
import os
import posix
import random
import re
import resource
import signal
import socket
import struct
import sys
import threading
import traceback
import types
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, NoReturn, TextIO

from ..wire import values

REPORT = struct.Struct(">cI")
CALL = struct.Struct(">I")
JOB, CALLS, REPORTS = 3, 4, 5
CALL_BYTES = 1 << 16  # read at a time
ORDER_BYTES = 1 << 12
DESCRIPTORS_BYTES = socket.CMSG_SPACE((REPORTS + 1) * struct.calcsize("i"))
OWN_FOLDER = "/proc/self/cwd"  # the same words for every program
DESCRIPTORS = 256  # the most that a process may have open
STACK_BYTES = 1 << 30  # threads and the main stack reserve address space that they may never touch
ERROR_CHARS = 500
REHEARSALS = 20
KERNEL = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))

_PR_SET_DUMPABLE = 4
_LIBC = ctypes.CDLL(None, use_errno=True)
_prctl = _LIBC.prctl

Hooks = List[Dict[str, Callable[[], Any]]]  # what libraries gave to os.register_at_fork

_MODULES: dict[str, types.ModuleType] = {}
# Whatever the runner was started with, a program finds the same in every kind of sandbox.
_LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_NICE: 0,
    resource.RLIMIT_RTPRIO: 0,
    resource.RLIMIT_MEMLOCK: 1 << 16,
    resource.RLIMIT_SIGPENDING: 1 << 10,
    resource.RLIMIT_NOFILE: DESCRIPTORS,
}
_MOST: dict[int, int] = {}  # that a limit can be set to
_CONFINED = REPORT.pack(b"S", 0)
_hooks: Hooks = []  # that a program's first fork needs
_is_program = False


class Order(NamedTuple):
    """What the supervisor tells a process in waiting, by marshal as a plain tuple, with the descriptors above."""

    pid: int  # for whom it is: one that ends too soon leaves it to the next, which must not take it
    goes: bool  # at once; else another order does
    job_bytes: int
    mode: str
    memory_bytes: int
    processes: int
    cpu_s: float
    scratch: str
    is_random: bool  # whether the source or the preamble names the module


def prepare(hooks: Hooks, own_user: bool) -> None:
    """Make in the keeper what is the same for every program: each page that a new process touches costs it time."""
    os.register_at_fork = posix.register_at_fork
    _hooks.extend(hooks)
    os.register_at_fork(before=_before_fork)
    os.environ.update(HOME=OWN_FOLDER, TMPDIR=OWN_FOLDER)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, *_LIMITS):
        hard = resource.getrlimit(kind)[1]
        _MOST[kind] = sys.maxsize if hard == resource.RLIM_INFINITY else hard
    for kind, value in _LIMITS.items():
        _limit(kind, value)
    kept = [os.dup(fd) for fd in range(3)]
    # Text streams look at what they are opened on: whether it is a terminal, and whether it has an offset.
    null, (reading, writing) = os.open(os.devnull, os.O_RDONLY), os.pipe()
    for fd, end in enumerate((null, writing, writing)):
        os.dup2(end, fd)
    # As a fresh interpreter under C.UTF-8 opens them.
    sys.stdin = sys.__stdin__ = _standard_stream("stdin", 0, "r", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stdout = sys.__stdout__ = _standard_stream("stdout", 1, "w", "surrogateescape", -1)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = _standard_stream("stderr", 2, "w", "backslashreplace", 1)  # type: ignore[misc, assignment]
    for fd, keeper_s in enumerate(kept):
        os.dup2(keeper_s, fd)
    for fd in (*kept, null, reading, writing):
        os.close(fd)
    for name in ("__main__", "solution"):
        module = _MODULES[name] = types.ModuleType(name)
        module.__file__ = "main.py"
        module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = _MODULES["__main__"]
    sys.argv = ["main.py"]
    frame, depth = sys._getframe(), 0
    while frame.f_back:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(1000 + depth + 2)  # of frames of ours below a program's, which must not cost it depth
    if own_user:
        os.setgroups([])
    _rehearse()


def _rehearse() -> None:
    """Do, as far as it changes nothing, what every process does. To find a function of the C library for the first time
    touches many pages, and so does code that has not yet run as often as the interpreter wants before it adapts it.
    """
    os.setpgid(0, 0)
    with contextlib.suppress(PermissionError):  # as the leader of a group gets
        os.setsid()
    os.setresgid(-1, -1, -1)
    os.setresuid(-1, -1, -1)
    os.chdir("/")
    order = Order(os.getpid(), True, 0, "function", 0, 0, 0.0, "/", False)
    jobs, process = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with jobs, process:
        for _ in range(REHEARSALS):
            jobs.send(marshal.dumps(tuple(order)))
            _order(process)
            _limit(resource.RLIMIT_NOFILE, DESCRIPTORS)
            module = {"__builtins__": builtins}
            exec(_compile("def add(a, b):\n    return a + b\n"), module)
            _answer(module, "add", b"[[1,2],{}]")


def import_all(names: Iterable[str], hooks: Hooks) -> None:
    """Have the modules ready for programs that import them."""
    os.register_at_fork = lambda **given: hooks.append(given)
    known = len(hooks)
    for name in names:
        with contextlib.suppress(Exception):  # the program meets the same error itself
            importlib.import_module(name)
    os.register_at_fork = posix.register_at_fork
    _hooks.extend(hooks[known:])


def _before_fork() -> None:
    """Have done, from a program's first fork on, what libraries want done. For the keeper's forks, with one thread and
    no lock held, nothing need be done, but that programs which draw random numbers must not all draw the same."""
    if not _is_program:
        return
    for each in reversed(_hooks):
        each.get("before", int)()  # too late to be called for this fork
    for each in _hooks:
        os.register_at_fork(**each)
    _hooks.clear()


def run(jobs: socket.socket, uid: int | None, keeper_bytes: int) -> NoReturn:
    """Lose every privilege, wait for an order, get ready, and become the program."""
    global _is_program
    try:
        confine(uid)
        os.closerange(0, REPORTS + 1)  # so that what comes with the order takes these places
        order = _order(jobs)
        _take_limits(order, uid, keeper_bytes)
        os.write(REPORTS, _CONFINED)
        if order.is_random:
            random.seed()
        _is_program = True
        ready = _compiled(order.job_bytes) if order.mode == "stdin" else _loaded(order.job_bytes)
        while not order.goes:
            order = _order(jobs)
        os.chdir(order.scratch)
        if isinstance(ready, types.CodeType):
            os.closerange(JOB, DESCRIPTORS)
            _run_main(ready, order.scratch)
        else:
            os.closerange(REPORTS + 1, DESCRIPTORS)
            _serve_calls(*ready, order.scratch)
    except MemoryError:
        _die_of_memory()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _order(jobs: socket.socket) -> Order:
    """The next that is for this process."""
    while True:
        data = jobs.recvmsg(ORDER_BYTES, DESCRIPTORS_BYTES)[0]
        if not data:
            os._exit(0)  # the supervisor is gone
        order = Order(*marshal.loads(data))
        if order.pid == os.getpid():
            return order
        os.closerange(0, REPORTS + 1)


def confine(uid: int | None) -> None:
    """Own user, no privileges, own session."""
    if uid is None:
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # which the runner is not, so that /proc/self is the program's again
    score = os.open(b"/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(score, b"1000")  # when the sandbox's memory ends, the kernel picks the program
    os.close(score)
    if uid is not None:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # here, since to be another user takes it away
    else:
        _drop_capabilities()
    os.setsid()


def _take_limits(order: Order, uid: int | None, keeper_bytes: int) -> None:
    """The supervisor watches resident memory and CPU time; these stop what is too quick for it."""
    _limit(resource.RLIMIT_AS, keeper_bytes + order.memory_bytes + STACK_BYTES)
    if uid is not None or not _counts_all_of_the_user():
        _limit(resource.RLIMIT_NPROC, order.processes)
    if order.mode == "stdin":
        _limit(resource.RLIMIT_CPU, math.ceil(order.cpu_s) + 1)


def _counts_all_of_the_user() -> bool:
    """Whether the kernel would count all that our user runs on this machine, not only the program's processes."""
    if KERNEL < (5, 14):  # which counts them in a user namespace, too
        return True
    with open("/proc/self/uid_map") as rows:
        return rows.read().split() == ["0", "0", "4294967295"]


def _limit(kind: int, value: int) -> None:
    value = min(value, _MOST[kind])
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


def _next_call() -> bytes | bytearray:
    """The arguments: no other call is sent before this one is answered."""
    data = b""
    while len(data) < CALL.size:
        part = os.read(CALLS, CALL_BYTES)
        if not part:
            os._exit(0)  # the supervisor has closed the calls: no more of them
        data += part
    (size,) = CALL.unpack_from(data)
    have = len(data) - CALL.size
    if have == size:
        return data[CALL.size :]
    arguments = bytearray(size)
    arguments[:have] = data[CALL.size :]
    with memoryview(arguments) as view:
        while have < size:
            part_bytes = os.readv(CALLS, [view[have:]])
            if not part_bytes:
                os._exit(0)
            have += part_bytes
    return arguments


def _job(job_bytes: int) -> tuple[bytes, Any]:
    data = os.pread(JOB, job_bytes, 0)
    return data[:1], marshal.loads(data[1:])


def _compiled(job_bytes: int) -> types.CodeType:
    """The code of a stdin program; the first execution compiles it and reports the code for the next ones."""
    kind, content = _job(job_bytes)
    if kind == b"C":
        assert isinstance(content, types.CodeType)
        return content
    code = _compile(content[0])
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


def _standard_stream(name: str, fd: int, mode: str, errors: str, buffering: int) -> TextIO:
    stream = open(fd, mode, buffering, encoding="utf-8", errors=errors, newline="\n", closefd=False)
    stream.buffer.raw.name = f"<{name}>"  # type: ignore[attr-defined]
    return stream  # type: ignore[return-value]


def _module(name: str, folder: str) -> dict[str, Any]:
    module = sys.modules[name] = _MODULES[name]
    sys.path.insert(0, folder)
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
        if _thread._count():  # to find that there are none to wait for would touch many pages
            threading._shutdown()  # type: ignore[attr-defined]  # waits for those that are no daemons
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
    try:
        _flush(sys.stderr)
    except Exception:  # it is for people, and never counts
        pass
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


def _loaded(job_bytes: int) -> tuple[types.CodeType | None, types.CodeType, str]:
    """Of a function program: the code of the preamble, if there is one, its own, and the name of its entry point."""
    source, preamble, entry_point = _job(job_bytes)[1]
    return _compile(preamble, "preamble.py") if preamble else None, _compile(source), entry_point


def _serve_calls(preamble: types.CodeType | None, code: types.CodeType, entry_point: str, folder: str) -> NoReturn:
    """Load the program once, then answer calls until the supervisor ends them."""
    module = _module("solution", folder)  # not __main__: a guarded demonstration must not run
    try:
        if preamble is not None:
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
        _report(*_answer(module, entry_point, _next_call()))


def _answer(module: dict[str, Any], entry_point: str, call: bytes | bytearray) -> tuple[bytes, bytes]:
    """The kind and the content of the report on one call."""
    try:
        args, kwargs, *other = values.decode(call, module)
        value = _entry(module, *(other or [entry_point]))(*args, **kwargs)
        return b"V", values.encode(value, objects=True).encode()
    except MemoryError:
        return b"M", b""
    except Exception as error:
        return b"X", _raised(error)


def _entry(module: dict[str, Any], name: str) -> Any:
    """The method of a new `Solution` where the class has it, else the function."""
    solution = module.get("Solution")
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    if name not in module:
        raise NameError(f"the program defines no function {name}")
    return module[name]
