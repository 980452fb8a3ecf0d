"""Two programs in another language than Python never meet: neither one after another in a sandbox, nor in two at once.

Each file of `pairs/LANGUAGE/` is both programs: told to `leave`, it leaves what it can and says so; told to `look`, it
says what it sees of that. `test_isolation.py` has many such pairs in Python, one for each channel. Here is one for each
language, for the files, the processes and the objects that its runtime or a native program adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepcoder.judge import task
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig, start
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.messages import Ended, Outcome, Task
from tests.conftest import need_language

pytestmark = pytest.mark.sandbox

FILES = {path.parent.name: path for path in sorted((Path(__file__).parent / "pairs").glob("*/everything.*"))}
FILES["cpp"] = FILES["c"]
PROBLEM = Problem(
    "pair",
    Mode.STDIN,
    (TestCase("", ""),),
    limits=Limits(cpu_s=60.0, wall_s=120.0, memory_bytes=512 << 20, processes=64),
    languages=tuple(sorted(FILES)),
)

each_language = pytest.mark.parametrize("language", sorted(FILES))


@pytest.fixture(scope="module")
def two_sandboxes(config_of_all_languages: SandboxConfig) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Start two sandboxes, as two workers of one machine do."""
    with closing(start(config_of_all_languages)) as one, closing(start(config_of_all_languages)) as two:
        yield one, two


def pair(language: str, sandbox: Sandbox) -> Task:
    """Return the program of a language, as the judge sends it."""
    need_language(sandbox, language)
    return task(PROBLEM, Program(FILES[language].read_text(encoding="utf-8"), language))


def said(outcome: Outcome, what: str) -> list[str]:
    """Return what the program has left, or seen."""
    assert (outcome.ended, outcome.exit_code) == (Ended.EXITED, 0), outcome
    lines = [line.partition(" ") for line in outcome.output.decode().splitlines()]
    return [thing for word, _, thing in lines if word == what]


def test_every_language_has_a_pair() -> None:
    assert {*FILES, "python"} == {name for name in LANGUAGES if not name.startswith("cpp")} | {"cpp"}


@each_language
def test_program_sees_what_it_leaves_itself(language: str, two_sandboxes: tuple[Sandbox, Sandbox]) -> None:
    sandbox, _ = two_sandboxes
    (outcome,) = sandbox.outcomes(pair(language, sandbox), [b"leave look\n"])

    left, seen = said(outcome, "left"), said(outcome, "seen")
    assert left and set(left) <= set(seen), (left, seen)


@each_language
def test_programs_one_after_another_do_not_meet(language: str, two_sandboxes: tuple[Sandbox, Sandbox]) -> None:
    sandbox, _ = two_sandboxes
    words = [b"look\n", b"leave\n", b"look\n"]
    before, leaving, after = sandbox.outcomes(pair(language, sandbox), words)

    assert said(leaving, "left")
    assert said(before, "seen") == said(after, "seen") == []


@each_language
def test_what_a_program_left_is_in_no_other_sandbox(language: str, two_sandboxes: tuple[Sandbox, Sandbox]) -> None:
    one, two = two_sandboxes
    (leaving,) = one.outcomes(pair(language, one), [b"leave\n"])
    (looking,) = two.outcomes(pair(language, two), [b"look\n"])

    assert said(leaving, "left")
    assert said(looking, "seen") == []
