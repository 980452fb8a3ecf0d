"""Measure a trivial stdin test and the compilation in every language that the sandbox has, each beside its floor.

The floor of a test is fork, exec of the same file by the same command, pipes and wait4; of a compilation the compiler
alone. Both run in the same container, as its root (`PLAIN`), or on the machine where there is no container.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from deepcoder import sandbox as sandboxes
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Verdict
from deepcoder.wire.languages import LANGUAGES, Language
from scripts.bench.figures import Figure, Measure, compared, interleaved
from scripts.bench.mix import Case
from scripts.bench.runner import judged_s

IMAGE = "deepcoder-sandbox:all"
TESTS, RUNTIME_TESTS = 200, 8  # in one program: of an executable file, of a runtime
SLICES = 3
LIMITS = Limits(cpu_s=60, wall_s=120)
_C = '#include <stdio.h>\nint main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); }\n'
_CPP = "#include <bits/stdc++.h>\nint main() { int a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }\n"
SOURCES = {
    "pypy": "a, b = map(int, input().split())\nprint(a + b)\n",
    "cpp": _CPP,
    "cpp20": _CPP,
    "cpp23": _CPP,
    "c": _C,
    "javascript": "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\nconsole.log(a + b);\n",
    "java": "import java.util.Scanner;\npublic class Main { public static void main(String[] arguments) {\n"
    "  Scanner in = new Scanner(System.in); System.out.println(in.nextInt() + in.nextInt()); } }\n",
    "go": 'package main\nimport "fmt"\nfunc main() { var a, b int; fmt.Scan(&a, &b); fmt.Println(a + b) }\n',
    "rust": "fn main() { let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap();\n"
    '  println!("{}", line.split_whitespace().map(|n| n.parse::<i64>().unwrap()).sum::<i64>()); }\n',
}
PLAIN = """
import json, os, subprocess, sys, tempfile, time

def run(command, file, data):
    given, giving = os.pipe()
    heard, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(given, 0)
        os.dup2(said, 1)
        os.closerange(3, file if file > 3 else 3)
        os.closerange(file + 1, 64)
        if command:
            os.execvp(command[0], command)
        os.execve(file, ["program"], {})
    os.close(given)
    os.close(said)
    os.write(giving, data)
    os.close(giving)
    output = b""
    while part := os.read(heard, 1 << 16):
        output += part
    os.close(heard)
    os.wait4(pid, 0)
    return output

for line in sys.stdin:
    wanted = json.loads(line)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open(wanted["file_name"], "w") as source:
            source.write(wanted["source"])
        os.makedirs(".classes", exist_ok=True)
        began = time.perf_counter()
        subprocess.run(wanted["compile"], check=True, env={**os.environ, **wanted["environment"], "HOME": folder})
        compile_s = time.perf_counter() - began
        file = 2
        if not wanted["run"]:
            file = os.memfd_create("program")
            with open("program", "rb") as made:
                os.write(file, made.read())
        began = time.perf_counter()
        for _ in range(wanted["tests"]):
            assert run(wanted["run"], file, b"1 2\\n") == b"3\\n"
        test_s = (time.perf_counter() - began) / wanted["tests"]
        os.chdir("/")
        if file > 2:
            os.close(file)
    print(json.dumps([compile_s, test_s]), flush=True)
"""


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the cost of a test and of a compilation in each language."""
    with closing(sandboxes.start(SandboxConfig(sandbox, IMAGE))) as opened, plain(sandbox, opened) as floors:
        names = [name for name in SOURCES if name in opened.languages]
        measures: list[Measure] = []
        for name in names:
            measures += [functools.partial(judged, opened, name), functools.partial(floor, floors, name)]
        found = interleaved(measures, rounds, SLICES)
        assert floors.stdin
        floors.stdin.close()
    ms = {name: [1000 * each for each in values] for name, values in found.items()}
    for name in names:
        bound = None if LANGUAGES[name].run else 1.5
        floor_name = "the runtime alone" if LANGUAGES[name].run else "fork and exec"
        yield compared(f"{name}, stdin test", "ms", ms[f"{name}, test"], ms[f"{name}, floor"], floor_name, bound)
        compiled, alone = ms[f"{name}, compiled"], ms[f"{name}, alone"]
        yield compared(f"{name}, compilation", "ms", compiled, alone, "the compiler alone", 1.1)


def plain(kind: str, opened: Sandbox) -> subprocess.Popen[str]:
    """Start the process that measures the floors, in the sandbox's container where it has one."""
    where = (
        ["docker", "exec", "-i", repr(opened).split()[-1].rstrip(">"), "python3"]
        if kind == "docker"
        else [sys.executable]
    )
    command = [*where, "-I", "-S", "-c", PLAIN]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def judged(opened: Sandbox, name: str) -> dict[str, float]:
    """Return the seconds of a test, and of the compilation: what the first judgement of a program takes beyond them."""
    count = tests_of(LANGUAGES[name])
    source = f"{SOURCES[name]}{'#' if name == 'pypy' else '//'} {os.urandom(8).hex()}\n"
    first_s = judged_s(opened, case(name, source, 1))
    test_s = judged_s(opened, case(name, source, count)) / count
    return {f"{name}, test": test_s, f"{name}, compiled": first_s - test_s}


def tests_of(row: Language) -> int:
    """Return how many tests are timed together."""
    return RUNTIME_TESTS if row.run else TESTS


def case(name: str, source: str, count: int) -> Case:
    """Return the program with so many tests."""
    problem = Problem("add", Mode.STDIN, (TestCase("1 2\n", "3\n"),) * count, limits=LIMITS)
    return Case(problem, Program(source, name), Verdict.AC)


def floor(floors: subprocess.Popen[str], name: str) -> dict[str, float]:
    """Return the seconds of a test and of the compilation without a sandbox."""
    row = LANGUAGES[name]
    artefact = ".classes" if name == "java" else row.artefact
    words = {"source": row.file_name, "artefact": artefact, "memory_mib": 1024, "gate": "", "main": "Main"}
    run = [word.format(**words) for word in row.run]
    wanted: dict[str, Any] = {
        "file_name": row.file_name,
        "source": SOURCES[name],
        "compile": [word.format(**words) for word in row.compile],
        "run": run,
        "environment": dict(row.environment),
        "tests": tests_of(row),
    }
    assert floors.stdin and floors.stdout
    floors.stdin.write(json.dumps(wanted) + "\n")
    floors.stdin.flush()
    compile_s, test_s = json.loads(floors.stdout.readline())
    return {f"{name}, alone": compile_s, f"{name}, floor": test_s}
