"""Standard input is to a program what it is to `python3 main.py < input`, and no program can change it for another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from deepcoder.sandbox import Sandbox
from deepcoder.sandbox.stream import ENVIRONMENT
from deepcoder.wire.messages import Ended
from tests.test_process_sandbox import REFUSE_NAMESPACES, assert_holds_for_another_user, without_namespaces
from tests.test_sandbox import MIB, printed, run, stdin_task

pytestmark = pytest.mark.sandbox

LINES = "".join(f"{number} {number * number}\n" for number in range(2000)).encode()
LARGE = b"%d %d\n" % (12345, 67890) * 300_000

# Each prints what it sees.
PROGRAMS = {
    "stream": """
        import sys
        for each in (sys.stdin, sys.stdin.buffer, sys.stdin.buffer.raw):
            print(type(each), each.name, each.mode, each.fileno(), each.closed)
            print(each.seekable(), each.readable(), each.writable(), each.isatty(), each.tell())
        print(sys.stdin.encoding, sys.stdin.errors, sys.stdin.newlines, sys.stdin.line_buffering)
        print(sys.stdin is sys.__stdin__, sys.stdin, sys.stdout, sys.stderr)
    """,
    "kind": """
        import fcntl, os, stat
        found = os.fstat(0)
        print(stat.S_ISREG(found.st_mode), found.st_size, os.isatty(0), os.stat("/dev/stdin").st_size)
        print(fcntl.fcntl(0, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY, os.get_blocking(0), os.get_inheritable(0))
    """,
    "read by its size": "import os\nprint(os.read(0, os.fstat(0).st_size))\nprint(os.read(0, 9))",
    "read by its size, until it is read": """
        import io, os
        data = io.BytesIO()
        while part := os.read(0, max(os.fstat(0).st_size, 8192)):
            data.write(part)
        print(len(data.getvalue()))
    """,
    "map": """
        import mmap, sys
        try:
            with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as data:
                print(len(data), data[:9], data.find(b"\\n"), data.readline(), sum(map(int, data[:].split())))
            with mmap.mmap(0, 0, prot=mmap.PROT_READ) as data:
                print(data[-9:])
            with mmap.mmap(0, 0, access=mmap.ACCESS_COPY) as data:
                data[0] = 0
                print(data[:3])
        except ValueError as error:
            print(error)
        print(len(sys.stdin.read()))
    """,
    "map to write": """
        import mmap
        for access in (mmap.ACCESS_WRITE, mmap.ACCESS_DEFAULT):
            try:
                print(mmap.mmap(0, 0, access=access)[:3])
            except (OSError, ValueError) as error:
                print(error)
    """,
    "read twice": """
        import os, sys
        print(len(sys.stdin.read()), sys.stdin.read(1), sys.stdin.seek(0), sys.stdin.readline(), sys.stdin.tell())
        sys.stdin.buffer.seek(0)
        print(len(sys.stdin.buffer.read()), sys.stdin.buffer.seek(0, 2), sys.stdin.buffer.tell())
        print(os.lseek(0, 2, 0), os.read(0, 5), os.lseek(0, 0, 1), os.pread(0, 4, 1), os.lseek(0, 0, 2), os.read(0, 9))
    """,
    "lines, then bytes": """
        import os, sys
        print(repr(sys.stdin.readline()), os.lseek(0, 0, 1), os.read(0, 20), repr(sys.stdin.readline()))
        print(sys.stdin.buffer.peek(1)[:20], sys.stdin.buffer.readline(), os.lseek(0, 0, 1), sum(map(len, sys.stdin)))
        print(os.read(0, 9))
    """,
    "where in the lines": """
        import sys
        sys.stdin.readline()
        print(sys.stdin.tell())
        for line in sys.stdin:
            break
        try:
            print(sys.stdin.tell())
        except OSError as error:
            print(error)
        print(sys.stdin.seek(0), repr(sys.stdin.readline()))
    """,
    "open anew": """
        import os
        print(open(0, closefd=False).read(9), os.lseek(0, 0, 0))
        for path in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", f"/proc/{os.getpid()}/fd/0"):
            with open(path, "rb") as file:
                print(os.path.exists(path), file.read(9), file.seek(0, 2), os.lseek(0, 0, 1))
        print(open(0, "rb", 0).readall()[:9])
    """,
    "ready": """
        import os, select, sys
        for _ in range(2):
            print(select.select([0, sys.stdin], [], [], 0))
            poll = select.poll()
            poll.register(0, select.POLLIN)
            print(poll.poll(0))
            os.lseek(0, 0, 2)
        try:
            select.epoll().register(0)
        except OSError as error:
            print(error)
    """,
    "one offset for copies": """
        import os
        copy = os.dup(0)
        print(os.read(copy, 4), os.read(0, 4), os.lseek(copy, 0, 1))
        other = os.open("/dev/stdin", os.O_RDONLY)
        print(os.read(other, 4), os.lseek(0, 0, 1))
        os.close(0)
        print(os.read(copy, 4), os.dup2(copy, 0), os.read(0, 4))
    """,
    "one offset for children": """
        import os, subprocess, sys
        print(os.read(0, 4), flush=True)
        if os.fork() == 0:
            print(os.read(0, 4), flush=True)
            os._exit(0)
        os.wait()
        print(os.read(0, 4), os.lseek(0, 0, 1), flush=True)
        child = "import os, sys; print(os.lseek(0, 0, 1), sys.stdin.seekable(), os.read(0, 4))"
        subprocess.run([sys.executable, "-c", child], check=True)
        print(os.lseek(0, 0, 1), sys.stdin.readline())
    """,
    "write": """
        import os, sys
        for write in (
            lambda: os.write(0, b"x"), lambda: os.ftruncate(0, 0), lambda: os.posix_fallocate(0, 0, 9),
            lambda: sys.stdin.write("x"), lambda: sys.stdin.truncate(), lambda: open(0, "w", closefd=False).write("x"),
        ):
            try:
                print(write())
            except OSError as error:
                print(error)
    """,
    "copied by the kernel": """
        import os
        print(flush=True, end="")
        sent = sum(iter(lambda: os.sendfile(1, 0, None, 1 << 20), 0))  # it takes what the pipe has room for
        print(sent, os.sendfile(1, 0, 4, 4), os.lseek(0, 0, 1))
    """,
    "numpy": """
        import sys
        import numpy
        print(numpy.fromfile(sys.stdin, dtype=int, sep=" ").sum())
    """,
    "closed": """
        import sys
        sys.stdin.close()
        try:
            input()
        except ValueError as error:
            print(error)
    """,
}  # fmt: skip


def printed_by_python(source: str, given: bytes, folder: Path) -> str:
    """What a fresh interpreter prints whose standard input is a file."""
    (folder / "main.py").write_text(dedent(source))
    (folder / "input").write_bytes(given)
    with open(folder / "input", "rb") as file:
        command = [sys.executable, "-I", "main.py"]
        done = subprocess.run(command, stdin=file, capture_output=True, cwd=folder, env=ENVIRONMENT, check=True)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("given", [b"", b"1 2\n", LINES, LARGE], ids=["empty", "short", "lines", "large"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_program_sees_what_it_sees_of_a_file(
    program: str, given: bytes, shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    source = PROGRAMS[program]

    assert printed(run(shared_sandbox, source, given)) == printed_by_python(source, given, tmp_path)


# Tries whatever could change the input, then reads it. The owner of a file may give himself the right to write to it.
CHANGE = """
import fcntl, mmap, os

def attempt(change, *arguments):
    try:
        change(*arguments)
    except (OSError, ValueError):
        pass

def write_through(fd):
    attempt(os.write, fd, b"changed")
    attempt(os.ftruncate, fd, 0)
    attempt(os.ftruncate, fd, 99)
    attempt(lambda: mmap.mmap(fd, 0, access=mmap.ACCESS_WRITE).write(b"changed"))
    attempt(fcntl.fcntl, fd, 1033, 0)  # F_ADD_SEALS

write_through(0)
attempt(os.fchmod, 0, 0o777)
attempt(os.truncate, "/proc/self/fd/0", 0)
for flags in (os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_CREAT):
    attempt(lambda: write_through(os.open("/proc/self/fd/0", flags)))
print(os.read(0, 99), open("/dev/stdin", "rb").read())
"""
KEPT = b"x" * 20_000  # which the runner keeps for the next program


def test_source_may_begin_with_a_byte_order_mark(shared_sandbox: Sandbox) -> None:
    assert printed(run(shared_sandbox, "\ufeffprint(input())", b"1")) == "1"


def test_program_cannot_change_its_input(shared_sandbox: Sandbox) -> None:
    assert printed(run(shared_sandbox, CHANGE, b"as given")) == "b'as given' b'as given'"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param((), id="namespaces"),
        pytest.param((sys.executable, "-c", REFUSE_NAMESPACES), id="no namespaces", marks=without_namespaces),
    ],
)
def test_program_of_the_runners_own_user_cannot_change_its_input(before: tuple[str, ...]) -> None:
    checks = f"""
check(run({CHANGE!r}, b"as given"), "exited", b"b'as given' b'as given'\\n")
again = "import os; s = os.fstat(0); print(os.lseek(0, 0, 1), oct(s.st_mode), s.st_mtime > 1, len(os.read(0, 99999)))"
for _ in range(2):
    check(run(again, {KEPT!r}), "exited", b"0 0o100444 True 20000\\n")
    check(run("import os; os.fchmod(0, 0o600); os.utime(0, (1, 1)); os.read(0, 99)", {KEPT!r}), "exited")
"""
    assert_holds_for_another_user(checks, *before, kind="unisolated" if before else "process")


def test_each_run_has_a_file_of_its_own(shared_sandbox: Sandbox) -> None:
    source = "import os; print(os.fstat(0).st_ino, os.lseek(0, 0, 1)); os.lseek(0, 5, 0)"

    seen = [
        printed(outcome).split() for outcome in shared_sandbox.outcomes(stdin_task(source), [KEPT, b"1", KEPT, KEPT])
    ]

    assert [offset for _, offset in seen] == ["0"] * 4
    assert len({inode for inode, _ in seen}) == 4


def test_input_is_no_memory_of_the_program(shared_sandbox: Sandbox) -> None:
    source = "import time; time.sleep(0.2)"

    for given in (b"x" * (200 * MIB), b"", b"y" * (150 * MIB)):
        outcome = run(shared_sandbox, source, given, memory_bytes=32 * MIB)

        assert outcome.ended is Ended.EXITED
        assert outcome.peak_bytes < 32 * MIB
