"""The floors: the least that judging could cost, which is fork, pipes, the compiled code and wait4, without isolation.

Runs: as a program in a sandbox, or as a plain process beside the pool. Either way the program is `text(call)`: the text
of this file, and a line that calls `stages` or `serve`. Standard library only.
"""

from __future__ import annotations

import gc
import io
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

BLOCK = 20  # runs that are timed together


def text(call: str) -> str:
    """Return the source of a program that makes this call."""
    return f"{Path(__file__).read_text(encoding='utf-8')}\n{call}\n"


def forked(child: Callable[[], None], data: bytes) -> tuple[bytes, int]:
    """Fork a process that reads the data; return what it prints, and its wait status."""
    given, giving = os.pipe()
    heard, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(given, 0)
            os.dup2(said, 1)
            os.closerange(3, 64)
            child()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(given)
    os.close(said)
    os.write(giving, data)
    os.close(giving)
    parts = []
    while part := os.read(heard, 1 << 16):
        parts.append(part)
    os.close(heard)
    return b"".join(parts), os.wait4(pid, 0)[1]


def bare() -> None:
    """Fork a process that ends at once, and wait for it."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.wait4(pid, 0)


def echo() -> None:
    """Copy input to output in the child, without an interpreter's streams."""
    os.write(1, os.read(0, 1 << 16))


def open_streams() -> None:
    """Open an interpreter's standard streams on the new pipes."""
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)


def as_main(code: CodeType) -> None:
    """Run the program in the child."""
    open_streams()
    exec(code, {"__name__": "__main__"})
    sys.stdout.flush()


def stages(source: str, data: bytes, output: bytes, names: list[str], blocks: int) -> None:
    """Print the wall and CPU seconds of the named stages as JSON: each does more, from a bare fork to a stdin test."""
    code = compile(source, "main.py", "exec")
    gc.collect()
    gc.freeze()

    def with_streams() -> None:
        open_streams()
        echo()

    work: dict[str, Callable[[], Any]] = {
        "fork": bare,
        "pipes": lambda: forked(echo, data),
        "streams": lambda: forked(with_streams, data),
        "floor": lambda: forked(lambda: as_main(code), data),
    }
    assert work["floor"]() == (output, 0)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(blocks):
        for name in names:
            found[name].append(timed(work[name]))
    medians = {name: [statistics.median(each) for each in zip(*pairs, strict=True)] for name, pairs in found.items()}
    print(json.dumps(medians))  # noqa: T201


def timed(once: Callable[[], Any]) -> tuple[float, float]:
    """Return the wall and CPU seconds of one run, with its children."""
    began, cpu_s = time.perf_counter(), used_s()
    for _ in range(BLOCK):
        once()
    return (time.perf_counter() - began) / BLOCK, (used_s() - cpu_s) / BLOCK


def used_s() -> float:
    """Return the CPU seconds of this process and of its ended children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usages)


Job = dict[str, Any]  # a submission: "source", "entry_point" or None, "tests" as [input, output], "cpu_s"


def serve() -> None:
    """Judge the jobs whose numbers come from a pipe that several processes share; print the verdicts by number.

    Standard input has one line of JSON: the "way" to judge, all "jobs", and the descriptor of the pipe ("numbers").
    """
    told = json.loads(sys.stdin.readline())
    way = WAYS[told["way"]]
    gc.collect()
    gc.freeze()
    print("ready", flush=True)  # noqa: T201
    verdicts = {}
    while number := os.read(told["numbers"], 4):
        job = told["jobs"][int.from_bytes(number, "big")]
        try:
            code = compile(job["source"], "main.py", "exec")
        except SyntaxError:
            verdict = "CE"
        else:
            verdict = way(job, code)
        verdicts[int.from_bytes(number, "big")] = verdict
    print(json.dumps(verdicts))  # noqa: T201


def fork_per_test(job: Job, code: CodeType) -> str:
    """Fork once for each test, until one fails."""

    def child() -> None:
        limit(job)
        if job["entry_point"] is None:
            return as_main(code)
        open_streams()
        call = loaded(job, code)
        sys.stdout.write(call(sys.stdin.read()))
        sys.stdout.flush()

    return first_failure(job, (forked(child, given.encode()) for given, _ in job["tests"]))


def fork_per_program(job: Job, code: CodeType) -> str:
    """Fork once for the program, and run its tests there one after the other, until one fails."""

    def outputs() -> Iterator[tuple[bytes, int]]:
        call = loaded(job, code) if job["entry_point"] else None
        for given, _ in job["tests"]:
            if call:
                yield call(given).encode(), 0
            else:
                sys.stdin, sys.stdout = io.StringIO(given), io.StringIO()
                exec(code, {"__name__": "__main__"})
                yield sys.stdout.getvalue().encode(), 0

    def child() -> None:
        limit(job)
        os.write(1, first_failure(job, outputs()).encode())

    output, status = forked(child, b"")
    return output.decode() or first_failure(job, [(b"", status)])


def python_per_test(job: Job, code: CodeType) -> str:
    """Start a new interpreter for each test, until one fails: the simplest way."""
    entry_point = job["entry_point"]
    call = "import json, sys\nargs, kwargs = json.load(sys.stdin)\n"
    tail = f"{call}print(json.dumps({entry_point}(*args, **kwargs)))\n" if entry_point else ""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(job["source"] + tail)
        file.flush()
        command = [sys.executable, "-I", "-S", file.name]  # without site packages
        runs = (subprocess.run(command, input=given.encode(), capture_output=True) for given, _ in job["tests"])
        return first_failure(job, ((each.stdout, each.returncode) for each in runs))


WAYS: dict[str, Callable[[Job, CodeType], str]] = {
    "fork per test": fork_per_test,
    "fork per program": fork_per_program,
    "python3 per test": python_per_test,
}


def limit(job: Job) -> None:
    """Limit the CPU seconds; the kernel's SIGXCPU ends a program that takes more."""
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"], job["cpu_s"] + 1))


def loaded(job: Job, code: CodeType) -> Callable[[str], str]:
    """Return the entry point as a function from JSON to JSON."""
    module: dict[str, Any] = {"__name__": "solution"}
    exec(code, module)

    def call(given: str) -> str:
        args, kwargs = json.loads(given)
        return json.dumps(module[job["entry_point"]](*args, **kwargs))

    return call


def first_failure(job: Job, runs: Iterable[tuple[bytes, int]]) -> str:
    """Return the verdict on runs, each of which is an output and a wait status."""
    for (output, status), (_, expected) in zip(runs, job["tests"], strict=True):
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return "TLE"
        if status:
            return "RTE"
        if output.split() != expected.encode().split():
            return "WA"
    return "AC"
