"""What judging costs, beside the least that it could cost: `python scripts/bench.py --sandbox docker`.

The floor is measured in the same sandbox in the same run, by a program that does what cannot be left out: for a test
fork, pipes, the compiled code, wait4. Every figure is a median of interleaved rounds; on a shared machine only the
ratios mean something.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deepcoder import sandbox as sandboxes
from deepcoder.judge import judge
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner.wire import Outcome, Task
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Submission, Verdict

out = Console()
LIMITS = Limits(cpu_s=60, wall_s=120)
PROGRAM = "a, b = map(int, input().split())\nprint(a + b)\n"
FUNCTION = "def add(a, b):\n    return a + b\n"
BODY = """
def work(n):
    total, seen = 0, {}
    for i in range(n):
        total += i * i % 7
        seen[i % 97] = total
    return total

print(work(400_000))
"""
CPU_OF_BODY = "import time\nbegan = time.process_time()\n" + BODY + "print(time.process_time() - began)\n"

FLOOR = """
import gc, os, sys, time
code = compile({source!r}, "main.py", "exec")
gc.collect(); gc.freeze()

def once(data):
    given, giving = os.pipe()
    heard, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(given, 0); os.dup2(said, 1)
        os.closerange(3, 64)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)
        exec(code, {{"__name__": "__main__"}})
        sys.stdout.flush()
        os._exit(0)
    os.close(given); os.close(said)
    os.write(giving, data); os.close(giving)
    parts = []
    while part := os.read(heard, 65536):
        parts.append(part)
    os.close(heard)
    os.wait4(pid, 0)
    return b"".join(parts)

assert once(b"6 7\\n") == b"13\\n"
began = time.perf_counter()
for _ in range({count}):
    once(b"6 7\\n")
print((time.perf_counter() - began) / {count})
"""


def floor_s(sandbox: Sandbox, count: int = 300) -> float:
    """Seconds for one fork, exec of compiled code, pipes and wait4, by a program in the sandbox."""
    return float(printed(sandbox, FLOOR.format(source=PROGRAM, count=count)).output)


def printed(sandbox: Sandbox, source: str) -> Outcome:
    (outcome,) = sandbox.run(Task(source, "stdin", vars(LIMITS)), [b""])
    if outcome.exit_code != 0:
        raise SystemExit(f"a program of the benchmark failed: {outcome}")
    return outcome


def judged_s(sandbox: Sandbox, problem: Problem, source: str) -> float:
    """Seconds of one judgement, which must be AC."""
    began = time.perf_counter()
    judgement = judge(Submission(problem, Program(source)), sandbox)
    took_s = time.perf_counter() - began
    if judgement.verdict is not Verdict.AC:
        raise SystemExit(f"a program of the benchmark failed: {judgement}")
    return took_s


def stdin_test_s(sandbox: Sandbox, count: int = 300) -> float:
    """Seconds per trivial test in stdin mode, of a problem with many."""
    problem = Problem("stdin", Mode.STDIN, (TestCase("6 7\n", "13\n"),) * count, limits=LIMITS)
    return judged_s(sandbox, problem, PROGRAM) / count


def function_program_s(sandbox: Sandbox, count: int = 20) -> float:
    """Seconds per program with 15 trivial calls."""
    problem = Problem("function", Mode.FUNCTION, (TestCase.call([6, 7], 13),) * 15, entry_point="add", limits=LIMITS)
    return statistics.median(judged_s(sandbox, problem, FUNCTION) for _ in range(count))


def body_s(sandbox: Sandbox) -> float:
    """CPU seconds that a pure-Python body takes in the sandbox."""
    return float(printed(sandbox, CPU_OF_BODY).output.split()[-1])


def fresh_body_s(sandbox: Sandbox) -> float:
    """The same in a fresh interpreter, started by a program in the sandbox."""
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {CPU_OF_BODY!r}], check=True)"
    return float(printed(sandbox, source).output.split()[-1])


def import_s() -> float:
    """Seconds of `import deepcoder` beyond those of an empty program."""

    def took_s(source: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", source], check=True)
        return time.perf_counter() - began

    return took_s("import deepcoder") - took_s("")


def main(
    sandbox: Annotated[str, typer.Option(help="docker or process.")] = "docker",
    rounds: Annotated[int, typer.Option(min=1)] = 5,
) -> None:
    """Measure, and print each cost with its bound."""
    with closing(sandboxes.start(SandboxConfig(sandbox))) as opened:
        measures: dict[str, Callable[[Sandbox], float]] = {
            "floor": floor_s,
            "stdin test": stdin_test_s,
            "function program": function_program_s,
            "body": body_s,
            "fresh body": fresh_body_s,
        }
        found: dict[str, list[float]] = {name: [] for name in measures}
        for _ in range(rounds):
            for name, measure in measures.items():
                found[name].append(measure(opened))
    ms = {name: 1000 * statistics.median(values) for name, values in found.items()}
    table = Table("", "ms", "beside", "ms", "ratio", "bound", title=f"{sandbox} sandbox")
    for name, other, bound in (
        ("stdin test", "floor", 1.3),
        ("function program", "floor", 2.0),
        ("body", "fresh body", 1.05),
    ):
        table.add_row(name, f"{ms[name]:.3f}", other, f"{ms[other]:.3f}", f"{ms[name] / ms[other]:.2f}", f"{bound}")
    out.print(table)
    out.print(f"import deepcoder: {1000 * statistics.median(import_s() for _ in range(rounds)):.0f} ms")


if __name__ == "__main__":
    typer.run(main)
