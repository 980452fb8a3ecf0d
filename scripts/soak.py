"""Judge many programs, a third of them hostile: no verdict may be wrong, nothing may grow, nothing may stay behind.

`python scripts/soak.py --sandbox docker`. The hostile programs are the attacks of `deepcoder redteam`; the others are
right, wrong or broken. Where the sandboxes have other languages than Python, some programs are in those. The script
counts processes, files, containers and memory of the whole machine: nothing else may use sandboxes meanwhile. Exit code
1 if a verdict was wrong or something was left behind.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import docker
import typer
from rich.console import Console
from rich.table import Table

from deepcoder.pool import SandboxPool
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig
from deepcoder.sandbox.docker import LABEL
from deepcoder.sandbox.stream import BOOTSTRAP
from deepcoder.tools import redteam
from deepcoder.tools.console import progress
from deepcoder.verdicts import Submission, Verdict

BATCH = 500  # programs
RUNNER = BOOTSTRAP.strip().splitlines()[0]  # a text in the command line of every runner
SETTLE_S = 10.0  # time for the machine's init to reap the processes that Ray and the engine have ended
HONEST = {
    "a, b = map(int, input().split())\nprint(a * b)": Verdict.AC,
    "import sys\na, b = sys.stdin.read().split()\nsys.stdout.write(str(int(a) * int(b)))": Verdict.AC,
    "from math import prod\nprint(prod(map(int, input().split())))": Verdict.AC,
    "a, b = map(int, input().split())\nprint(a + b)": Verdict.WA,
    "print(input()[7])": Verdict.RTE,
    "print(int(input()": Verdict.CE,
}

OTHERS = {
    "c": (
        ('#include <stdio.h>\nint main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d", a * b); }', Verdict.AC),
        ("int main(void) { return 3; }", Verdict.RTE),
        ("int main(void) {", Verdict.CE),
    ),
    "cpp": (("#include <iostream>\nint main() { int a, b; std::cin >> a >> b; std::cout << a * b; }", Verdict.AC),),
    "go": (
        ('package main\nimport "fmt"\nfunc main() { var a, b int; fmt.Scan(&a, &b); fmt.Print(a + b) }', Verdict.WA),
    ),
    "java": (("class A { public static void main(String[] a) { System.out.print(new int[0][1]); } }", Verdict.RTE),),
    "javascript": (
        ('const [a, b] = require("fs").readFileSync(0, "utf8").split(" ");\nconsole.log(a * b);', Verdict.AC),
    ),
    "pypy": (("a, b = map(int, input().split())\nprint(a * b)", Verdict.AC),),
    "rust": (('fn main() { println!("{}", std::env::args().count()); }', Verdict.WA),),
}
OTHERS_EVERY = 20  # one of so many honest programs is in another language: to compile it takes longer than to judge ten

out = Console()
Case = tuple[Submission, frozenset[Verdict]]


def honest(languages: Collection[str]) -> Iterator[Case]:
    """Yield programs without malice, no two with the same text, some of them in other languages than Python."""
    others = [(name, *each) for name in OTHERS if name in languages for each in OTHERS[name]]
    turns = itertools.cycle(others)
    for number, (source, verdict) in enumerate(itertools.cycle(HONEST.items())):
        program = Program(f"{source}\n# {number}\n")
        if others and number % OTHERS_EVERY == 0:
            name, source, verdict = next(turns)
            program = Program(f"{source}\n{'#' if name == 'pypy' else '//'} {number}\n", name)
        yield Submission(redteam.problem("product", "stdin", redteam.LIMITS), program), frozenset([verdict])


def hostile(languages: Collection[str]) -> Iterator[Case]:
    """Yield every attack in every mode, again and again, with the verdicts that are right.

    Of other languages than Python it leaves out those on the compiler: some take all the time that it has.
    """
    attacks = [(attack, mode) for attack in redteam.attacks() for mode in attack.verdicts]
    for name in OTHERS:
        own = redteam.attacks_in(name) if name in languages else []
        attacks += [(attack, "stdin") for attack in own if attack.kind != "compiling"]
    random.Random(0).shuffle(attacks)
    for attack, mode in itertools.cycle(attacks):
        yield attack.submission(mode), attack.verdicts[mode]


def cases(count: int, languages: Collection[str]) -> Iterator[Case]:
    """Yield two honest programs, a hostile one, and so on, in these languages."""
    kind, malice = honest(languages), hostile(languages)
    for number in range(count):
        yield next(malice if number % 3 == 2 else kind)


def commands() -> dict[int, str]:
    """Return the command line of each process of this machine, by pid."""
    lines = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        lines[int(path.parent.name)] = _read(str(path)).replace("\0", " ")
    return lines


def resident_mib(pids: list[int]) -> list[int]:
    """Return the resident MiB of each process, the oldest first."""
    pages = [int(_read(f"/proc/{pid}/statm").split()[1]) for pid in sorted(pids)]
    return [each * os.sysconf("SC_PAGE_SIZE") >> 20 for each in pages]


def memory() -> dict[str, list[int]]:
    """Return the resident MiB of the workers, the coordinator and the runners."""
    lines = commands()
    return {
        "workers": resident_mib([pid for pid, text in lines.items() if text.startswith("ray::Worker")]),
        "coordinator": resident_mib([pid for pid, text in lines.items() if text.startswith("ray::Coordinator")]),
        "runners": resident_mib([pid for pid, text in lines.items() if RUNNER in text and "namespaces.py" not in text]),
    }


def leftovers(kind: str) -> dict[str, int]:
    """Count what may stay behind on this machine."""
    lines = commands()
    left = {
        "processes of runners": sum(RUNNER in text for text in lines.values()),
        "zombies": sum("\nState:\tZ" in _read(f"/proc/{pid}/status") for pid in lines),
        "files in /tmp": sum(1 for _ in Path("/tmp").glob("deepcoder-*")),
        "files in /dev/shm": sum(1 for _ in Path("/dev/shm").iterdir()),
    }
    if kind == "docker":
        client = docker.from_env()
        left["containers"] = len(client.containers.list(all=True, filters={"label": LABEL}))
        client.close()
    return left


def _read(path: str) -> str:
    """Return the text of a file of /proc; empty where its process has ended meanwhile."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def main(
    programs: Annotated[int, typer.Option(min=1, help="Number of programs to judge.")] = 20_000,
    workers: Annotated[int, typer.Option(min=1, help="Number of sandboxes.")] = 2,
    sandbox: Annotated[str, typer.Option(help="docker or process.")] = "docker",
    image: Annotated[
        str, typer.Option(help="Docker: the image; that of all languages adds theirs.")
    ] = SandboxConfig.image,
) -> None:
    """Judge the programs in batches, then compare the machine with what it was at the start."""
    before = leftovers(sandbox)
    config = SandboxConfig(sandbox, image, memory_bytes=max(each.limits.memory_bytes for each in redteam.attacks()))
    wrong: list[str] = []
    verdicts: Counter[Verdict] = Counter()
    suspicious = 0
    began = time.monotonic()
    with SandboxPool(workers, config) as pool, progress("soaking", programs) as tick:
        stream = cases(programs, pool.languages())
        seen: list[
            dict[str, list[int]]
        ] = []  # after the first batch, when every part is in use, then after each quarter
        while batch := list(itertools.islice(stream, BATCH)):
            judgements = pool.judge([submission for submission, _ in batch], fresh=True)
            for (submission, right), judgement in zip(batch, judgements, strict=True):
                verdicts[judgement.verdict] += 1
                suspicious += bool(judgement.suspicious)
                if judgement.verdict not in right:
                    wrong.append(f"{submission.problem.problem_id}: {judgement.verdict} {judgement.detail}")
            tick(len(batch))
            if sum(verdicts.values()) >= len(seen) * programs / 4:
                seen.append(memory())
    took_s = time.monotonic() - began
    after = leftovers(sandbox)
    while any(after[name] > before[name] for name in before) and time.monotonic() < began + took_s + SETTLE_S:
        time.sleep(0.1)
        after = leftovers(sandbox)
    table = Table("MiB of", "first", *(["…"] * (len(seen) - 2)), "last")
    for name in seen[0]:
        table.add_row(name, *(" ".join(map(str, each[name])) for each in seen))
    out.print(table)
    for name in before:
        out.print(f"{name}: {before[name]} before, {after[name]} after")
    out.print(f"{programs} programs in {took_s:.0f} s: {dict(verdicts)}, {suspicious} suspicious, {len(wrong)} wrong")
    for line, times in Counter(wrong).most_common(20):
        out.print(f"  {times} × {line}", markup=False)
    raise typer.Exit(bool(wrong) or any(after[name] > before[name] for name in before))


if __name__ == "__main__":
    typer.run(main)
