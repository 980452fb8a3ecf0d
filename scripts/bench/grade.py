"""Measure where the time of a small `grade` goes: two completions, with sandboxes and a Ray of their own.

`watch` starts the command line in a process that tells `watch` the end of each stage. CPU time is that of the process
and of all that descend from it, Ray's processes and the sandboxes among them, looked up every LOOK_S seconds: what a
process uses after the last look is not in it, nor is what an engine and its containers use.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deepcoder.runner import procfs
from scripts.bench.figures import Figure, compared

STAGES = (
    "interpreter and imports",
    "completions and problems are read",
    "Ray starts",
    "the first sandbox starts",
    "the programs are judged",
    "the pool closes",
    "Ray ends",
    "the interpreter ends",
)
GRADE_S = 5.0  # the most that a small grade may take on a quiet machine
SOURCE = "deepcoder_small"
GRADED = 2  # completions
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
LOOK_S = 0.1
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Wall and CPU seconds of the whole command and of each stage."""
    runs = [watched(sandbox) for _ in range(rounds)]
    for number, what in enumerate(("", ", CPU")):
        totals = [sum(spent[number] for spent in run) for run in runs]
        yield compared(f"grade of {GRADED}{what}", "s", totals, bound=None if number else GRADE_S)
        for stage, name in enumerate(STAGES):
            yield compared(f"{name}{what}", "s", [run[stage][number] for run in runs], totals, "all of it")


def watched(sandbox: str) -> list[list[float]]:
    """Return the wall and CPU seconds of each stage of one `grade`."""
    source = f"from scripts.bench import grade\ngrade.watch({sandbox!r})"
    told: list[list[float]] = json.loads(subprocess.check_output([sys.executable, "-c", source], text=True))
    return told


def watch(sandbox: str) -> None:
    """Run `grade` in a process of its own, and print what each stage took as JSON.

    This process becomes the parent of whatever the command leaves behind, so that all of it is seen.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    account = Account()
    ends = [(0.0, 0.0)]  # wall and CPU seconds when each stage ended
    with TemporaryDirectory() as folder:
        command = ["grade", write_completions(Path(folder)), "--problems", SOURCE, "--sandbox", sandbox]
        told, telling = os.pipe()
        source = f"from scripts.bench import grade\ngrade.run_in_stages({telling}, {command!r})"
        environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        began = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-c", source], stdout=subprocess.DEVNULL, pass_fds=[telling], env=environment
        ) as process:
            os.close(telling)
            looking = threading.Thread(target=account.look_until, args=[process])
            looking.start()
            while os.read(told, 1):
                ends.append((time.monotonic() - began, account.look()))
            process.wait()
        ends.append((time.monotonic() - began, account.look()))
        looking.join()
    assert process.returncode == 0 and len(ends) == 1 + len(STAGES), (process.returncode, ends)
    print(json.dumps([[end - start for start, end in zip(*pair, strict=True)] for pair in pairwise(ends)]))  # noqa: T201


class Account:
    """The CPU time of all that descend from this process, those included that have ended.

    The mutable state: the CPU seconds of each process when it was last seen.
    """

    def __init__(self) -> None:
        self._used_s: dict[tuple[int, str], float] = {}  # by id and time of start: ids are used again

    def look(self) -> float:
        """Return the CPU seconds used so far."""
        for pid, fields in procfs.descendants(os.getpid()).items():
            self._used_s[pid, fields[19]] = sum(map(int, fields[11:13])) / TICKS_PER_S
        return sum(self._used_s.copy().values())

    def look_until(self, process: subprocess.Popen[bytes]) -> None:
        """Look again and again until the process has ended."""
        while process.returncode is None:
            self.look()
            time.sleep(LOOK_S)


def write_completions(folder: Path) -> str:
    """Write right answers to the first problems that have a reference, and return the path of the file."""
    from deepcoder.datasets import load_problems

    known = [each for each in load_problems(SOURCE) if each.reference][:GRADED]
    rows = [{"problem_id": each.problem_id, "program": each.reference} for each in known]
    path = folder / "completions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def run_in_stages(telling: int, command: list[str]) -> None:
    """Run the command line in this process, and tell the end of each stage but the last."""
    told = 0

    def tell() -> None:
        nonlocal told
        told += 1
        if told < len(STAGES):  # Ray calls its `shutdown` again when the interpreter ends
            os.write(telling, b".")

    def telling_around(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            tell()
            try:
                return real(*args, **kwargs)
            finally:
                tell()

        setattr(owner, name, wrapped)

    from deepcoder.tools.cli import main

    tell()
    import ray

    from deepcoder.pool import SandboxPool

    telling_around(ray, "init")
    telling_around(SandboxPool, "judge")
    telling_around(ray, "shutdown")
    sys.argv = ["deepcoder", *command, "--output", str(Path(command[1]).with_name("judgements.jsonl"))]
    main()
