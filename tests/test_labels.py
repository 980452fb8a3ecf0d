"""Real programs with known verdicts: what the juries accepted is accepted, and nothing else."""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict

import pytest

from deepcoder.pool import SandboxPool
from deepcoder.problems import Problem
from deepcoder.sandbox import SandboxConfig
from deepcoder.verdicts import Judgement, Submission, Verdict
from tests.conftest import shared_rows
from tests.judged import Judged, leetcode_of, packaged, programs_of

ALL_LABELS = bool(os.environ.get("DEEPCODER_ALL_LABELS"))  # `make labels`
FEW_TESTS = 20

# Where we and a label part, and why we are right to.
DISAGREEMENTS = {
    # Its row says that it passes every test present.
    "keppnir/fkhi/2023/problems/toskupokkun#4": "AC",
    # It allocates less than the limit, which the package does not have.
    "problemtools/examples/hello#6": "AC",
    # The file with the error is never imported; its own comment says that the program is right.
    "domjudge/example_problems/hello#66": "AC",
    # Returns 1 where True is expected; the label came from ==, and for us a bool is not an int.
    "refactory/question_2#43": "WA",
}


@pytest.mark.docker
@pytest.mark.usefixtures("shared_ray")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["judged_stdin.jsonl", "judged_function.jsonl", "judged_assert.jsonl"])
def test_accepted_programs_are_accepted_and_no_others(docker_sandboxes: None, name: str) -> None:
    judged = [each for turn, row in enumerate(shared_rows(name)) for each in sample(list(programs_of(row)), turn)]
    with SandboxPool(workers=2, sandbox="docker") as pool:
        judgements = pool.judge([Submission(each.problem, each.program) for each in judged])
    assert surprises(judged, judgements) == {}


@pytest.mark.docker
@pytest.mark.usefixtures("shared_ray")
@pytest.mark.timeout(3600)
def test_accepted_programs_in_every_language_are_accepted_and_no_others(all_languages_image: str) -> None:
    judged = of_each_language([each for row in shared_rows("packages.jsonl") for each in packaged(row)])
    memory_bytes = max(each.problem.limits.memory_bytes for each in judged)
    config = SandboxConfig("docker", all_languages_image, memory_bytes)
    with SandboxPool(workers=2, sandbox=config, deadline_s=3500) as pool:
        judgements = pool.judge([Submission(each.problem, each.program) for each in judged])
    assert surprises(judged, judgements) == {}


@pytest.mark.docker
@pytest.mark.usefixtures("shared_ray")
@pytest.mark.timeout(600)
def test_every_accepted_leetcode_solution_is_accepted(docker_sandboxes: None) -> None:
    judged = [leetcode_of(*numbered) for numbered in enumerate(shared_rows("leetcode_raw.jsonl"))]
    with SandboxPool(workers=2, sandbox="docker") as pool:
        judgements = pool.judge([Submission(each.problem, each.program) for each in judged])
    assert len(judged) == 396 and surprises(judged, judgements) == {}


def sample(judged: list[Judged], turn: int) -> list[Judged]:
    """Return the first program of one label, which the problems take in turn.

    All where the environment says so, as `make labels` does.
    """
    if ALL_LABELS:
        return judged
    first = {each.label: each.origin for each in reversed(judged)}
    chosen = first[sorted(first)[turn % len(first)]]
    return [dataclasses.replace(each, problem=quicker(each.problem)) for each in judged if each.origin == chosen]


def quicker(problem: Problem) -> Problem:
    """Return the problem with a limit of 10 s at most: what takes 20 s takes that long to show it."""
    cpu_s = min(problem.limits.cpu_s, 10.0)
    return dataclasses.replace(problem, limits=dataclasses.replace(problem.limits, cpu_s=cpu_s, wall_s=2 * cpu_s))


def of_each_language(judged: list[Judged]) -> list[Judged]:
    """The first program with few tests of each language and label, and of each way to decide and label.

    All where the environment says so.
    """
    if ALL_LABELS:
        return judged
    few = [each for each in reversed(judged) if len(each.problem.tests) <= FEW_TESTS]
    by_language = {(each.program.language, each.label): each for each in few}
    quick = [each for each in few if each.label != "TLE" or each.problem.interactor]  # one sleeps for 100 s
    by_decision = {(*decision(each.problem), each.label): each for each in quick}
    return list({each.origin: each for each in (*by_language.values(), *by_decision.values())}.values())


def decision(problem: Problem) -> tuple[bool, ...]:
    """What decides about a problem: a checker of its own, an interactor, several passes."""
    return bool(problem.special_checker), problem.interactor is not None, problem.validation_passes > 1


def surprises(judged: list[Judged], judgements: list[Judgement]) -> dict[str, str]:
    """Programs judged otherwise than labelled. One with several functions is accepted if all of them are."""
    verdicts: dict[str, set[Verdict]] = defaultdict(set)
    expected: dict[str, bool] = {}
    for each, judgement in zip(judged, judgements, strict=True):
        verdicts[each.origin].add(judgement.verdict)
        short = each.origin.partition(" ")[0]
        expected[each.origin] = DISAGREEMENTS.get(short, each.label) == "AC"
    return {
        origin: f"expected {'AC' if expected[origin] else 'not AC'}, got {sorted(found)}"
        for origin, found in verdicts.items()
        if (found == {Verdict.AC}) != expected[origin] or Verdict.IE in found
    }
