"""Measure what a checker costs beyond its own run, and what one exchange with an interactor costs.

A checker's own run is fork, exec of a small C++ program, pipes and wait4 in the same container. An exchange is a line
of the program, and the interactor's answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing

from deepcoder import sandbox as sandboxes
from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Submission, Verdict
from scripts.bench.figures import Figure, compared, interleaved
from scripts.bench.languages import IMAGE, LIMITS, SOURCES, floor, plain

SLICES = 3
TESTS, EXCHANGES = 100, 2000
CHECKERS = {
    "kattis": """
#include <fstream>
#include <iostream>
int main(int, char** words) {
  long expected, found;
  std::ifstream(words[2]) >> expected;
  return std::cin >> found && found == expected ? 42 : 43;
}
""",
    "testlib": """
#include "testlib.h"
int main(int count, char** words) {
  registerTestlibCmd(count, words);
  int expected = ans.readInt(), found = ouf.readInt();
  quitf(expected == found ? _ok : _wa, "expected %d, found %d", expected, found);
}
""",
}
INTERACTOR = """
#include <fstream>
#include <iostream>
int main(int, char** words) {
  int count, number;
  std::ifstream(words[1]) >> count;
  while (count--) {
    if (!(std::cin >> number)) return 43;
    std::cout << number + 1 << std::endl;
  }
  return 42;
}
"""
TALKS = f"""
#include <iostream>
int main() {{
  for (int i = 0, number = 0; i < {EXCHANGES}; i++) {{
    std::cout << number << std::endl;
    std::cin >> number;
  }}
}}
"""


def figures(sandbox: str, rounds: int) -> Iterator[Figure]:
    """Yield the cost of checkers and of an exchange."""
    config = SandboxConfig(sandbox, IMAGE)
    with (
        closing(sandboxes.start(config)) as opened,
        closing(Jury(config)) as jury,
        plain(sandbox, opened) as floors,
    ):
        found = interleaved(
            [lambda: checked(opened, jury), lambda: talked(opened, jury), lambda: floor(floors, "cpp")], rounds, SLICES
        )
        assert floors.stdin
        floors.stdin.close()
    own = found["cpp, floor"]
    for name in CHECKERS:
        beyond = [1000 * (with_it - own_s) for with_it, own_s in zip(found[name], own, strict=True)]
        yield compared(f"{name} checker, beyond its own run", "ms", beyond, bound=3.0)
    yield compared("an exchange with an interactor", "ms", [1000 * each for each in found["exchange"]], bound=0.5)


def checked(opened: Sandbox, jury: Jury) -> dict[str, float]:
    """Return the seconds that each checker adds to a test."""
    tests = (TestCase("1 2\n", "3\n"),) * TESTS
    plain_problem = Problem("add", Mode.STDIN, tests, limits=LIMITS)
    program = Program(SOURCES["cpp"], "cpp")
    without_s = judged_s(plain_problem, program, opened, jury) / TESTS
    seconds = {}
    for name, source in CHECKERS.items():
        problem = dataclasses.replace(plain_problem, special_checker=JuryProgram(name, "cpp", source))
        seconds[name] = judged_s(problem, program, opened, jury) / TESTS - without_s
    return seconds


def talked(opened: Sandbox, jury: Jury) -> dict[str, float]:
    """Return the seconds of one exchange."""
    interactor = JuryProgram("kattis", "cpp", INTERACTOR)
    tests = (TestCase(str(EXCHANGES), ""),)
    problem = Problem("talk", Mode.INTERACTIVE, tests, interactor=interactor, limits=LIMITS)
    return {"exchange": judged_s(problem, Program(TALKS, "cpp"), opened, jury) / EXCHANGES}


def judged_s(problem: Problem, program: Program, opened: Sandbox, jury: Jury) -> float:
    """Return the wall seconds of a judgement, once all that it needs has been compiled."""
    for _ in range(2):
        judgement = judge(Submission(problem, program), opened, jury)
        if judgement.verdict is not Verdict.AC:
            raise RuntimeError(f"{problem.problem_id} is {judgement.verdict}: {judgement.detail}")
    return judgement.wall_s
