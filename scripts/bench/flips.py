"""Count wrong verdicts among 5,000 programs far from their limits, with one and with four workers per processor.

Every program has a known verdict; a flip is a judgement with another. Some programs need a tenth of their time limit,
some a third of it in a thread, some never end, some sleep, and some take too much memory: a busy machine could turn
these into another verdict.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.verdicts import Verdict
from scripts.bench import mix, pools
from scripts.bench.figures import Figure
from scripts.bench.mix import Case, unique

FLIP_PROGRAMS = 5000
RARE = 50  # one program in this many takes long
TIGHT = Problem(
    "tight", Mode.STDIN, (TestCase("", "done\n"),), limits=Limits(cpu_s=1.0, wall_s=1.0, memory_bytes=128 << 20)
)
USUAL_KINDS: tuple[Callable[[], list[Case]], ...] = (
    lambda: mix.trivial(1),
    lambda: mix.failing(1),
    lambda: mix.calls(1),
    lambda: [Case(mix.ADDITION, unique(mix.RUNTIME_ERROR), Verdict.RTE)],
    lambda: [Case(mix.ADDITION, unique(mix.SYNTAX_ERROR), Verdict.CE)],
)
THREADED = """import threading, time
def main():
    while time.process_time() < 0.3: pass
    print('done')
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""
SLOW = (
    ("import time\nwhile time.process_time() < 0.1: pass\nprint('done')\n", Verdict.AC),
    (THREADED, Verdict.AC),
    ("import time\ntime.sleep(0.1)\nprint('done')\n", Verdict.AC),
    ("kept = bytearray(b'x') * (300 << 20)\nprint('done')\n", Verdict.MLE),
    (mix.ENDLESS, Verdict.TLE),
    ("import time\ntime.sleep(60)\n", Verdict.TLE),
)


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield counts; one round is enough for them."""
    cores = os.cpu_count() or 1
    for name, workers in (("a worker per processor", cores), ("four workers per processor", 4 * cores)):
        with pools.ready(sandbox, workers) as pool:
            cases = programs()
            found = pool.judge([each.submission for each in cases])
        flips = sum(judgement.verdict is not case.verdict for case, judgement in zip(cases, found, strict=True))
        yield Figure(f"of {FLIP_PROGRAMS} verdicts wrong, {name}", flips, "verdicts", bound=0)


def programs() -> list[Case]:
    """Return the programs, their kinds in turns."""
    usual, slow = itertools.cycle(USUAL_KINDS), itertools.cycle(SLOW)
    cases: list[Case] = []
    while len(cases) < FLIP_PROGRAMS:
        if len(cases) % RARE == 0:
            source, verdict = next(slow)
            cases.append(Case(TIGHT, unique(source), verdict))
        else:
            cases += next(usual)()
    return cases
