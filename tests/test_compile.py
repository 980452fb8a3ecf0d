"""The compile step: what becomes of programs that do not compile, and what is compiled once."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import closing

import pytest

from deepcoder import sandbox
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.sandbox.clock import Clock
from deepcoder.wire.languages import LANGUAGES
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Outcome, Task
from tests.conftest import need_language

ADD = """
#include <iostream>
int main() { int a, b; std::cin >> a >> b; std::cout << a + b; }
"""
ENDLESS = """
template <int N> struct Deep { static const int value = Deep<N - 1>::value + Deep<N - 2>::value + N; };
template <> struct Deep<0> { static const int value = 0; };
template <> struct Deep<1> { static const int value = 1; };
constexpr int count(int n) { int found = 0; for (int i = 0; i < n; i++) found += i % 7; return found; }
template <int N> struct Many { static const int value = count(200000 + N) + Many<N - 1>::value; };
template <> struct Many<0> { static const int value = 0; };
int main() { return Many<800>::value; }
"""


@pytest.fixture(scope="module")
def compiling(config_of_all_languages: SandboxConfig) -> Iterator[Sandbox]:
    """A sandbox that compiles C++."""
    with closing(sandbox.start(config_of_all_languages)) as started:
        need_language(started, "cpp")
        yield started


def run(started: Sandbox, source: str, language: str = "cpp", data: bytes = b"1 2\n") -> Outcome:
    """The outcome of one run."""
    (outcome,) = started.outcomes(Task(source, Mode.STDIN, Limits(), language=language), [data])
    return outcome


def test_first_errors_of_the_compiler_are_the_error(compiling: Sandbox) -> None:
    outcome = run(compiling, "int main() {\n  return x;\n}\n")

    assert outcome.ended is Ended.COMPILE_ERROR
    assert outcome.error.startswith("main.cpp:2:10: error: ")
    assert "return x;" in outcome.stderr


@pytest.mark.parametrize(
    ("source", "limits", "error"),
    [
        (ENDLESS, Limits(cpu_s=1.0), "the compiler ran out of time (1 s)"),
        (
            '#include "/dev/urandom"',
            Limits(cpu_s=60.0, memory_bytes=1 << 28),
            "the compiler ran out of memory (256 MiB)",
        ),
    ],
)
def test_compiler_that_reaches_a_limit_is_a_compile_error_that_says_so(
    compiling: Sandbox, monkeypatch: pytest.MonkeyPatch, source: str, limits: Limits, error: str
) -> None:
    monkeypatch.setattr(compiling, "compile_limits", limits)

    outcome = run(compiling, source)

    monkeypatch.undo()

    assert (outcome.ended, outcome.error) == (Ended.COMPILE_ERROR, error)
    assert run(compiling, ADD).output == b"3"


def test_every_run_of_a_program_that_does_not_compile_fails_alike(compiling: Sandbox) -> None:
    task = Task("int main( {", Mode.STDIN, Limits(), language="cpp")

    outcomes = list(compiling.outcomes(task, [b"", b"", b""]))

    assert [each.ended for each in outcomes] == [Ended.COMPILE_ERROR] * 3
    assert len({each.error for each in outcomes}) == 1


def test_program_is_compiled_once(compiling: Sandbox) -> None:
    source = ADD + "// a comment that no other program has\n"

    first, again = run(compiling, source), run(compiling, source, data=b"3 4\n")

    assert (first.output, again.output) == (b"3", b"7")
    task = Task(source, Mode.STDIN, Limits(), language="cpp")
    artefact = compiling._artefacts.find(LANGUAGES["cpp"], task)
    assert artefact is not None and artefact.startswith(b"\x7fELF")
    assert compiling._artefacts.find(LANGUAGES["cpp20"], task) is None


@pytest.mark.parametrize("language", ["cpp", "javascript"])  # one artefact is large, the other small
def test_program_begins_when_the_worker_s_clock_does(
    compiling: Sandbox, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """See nothing of a program that prints at once while the worker, whose clock it is, has not begun the clock."""
    need_language(compiling, language)
    source = {"cpp": ADD, "javascript": "console.log(3)"}[language] + "\n// a comment that no other program has\n"

    class Outside(Clock):
        fuse = 10

        def limit(self, limits: Limits, mode: Mode | None) -> None:
            begun.append((mode, bool(select.select([compiling], [], [], 0.5)[0])))

    begun: list[tuple[Mode | None, bool]] = []
    monkeypatch.setattr(compiling, "clock", Outside())

    assert run(compiling, source, language).output.strip() == b"3"
    assert begun == [(None, False), (Mode.STDIN, False)]


def test_language_that_the_sandbox_lacks_is_refused_by_name(compiling: Sandbox) -> None:
    lacking = dict(compiling.languages)
    del compiling.languages["cpp"]
    try:
        with pytest.raises(ValueError, match=r"cannot run C\+\+17: it has python"):
            run(compiling, ADD)
    finally:
        compiling.languages |= lacking
    assert run(compiling, ADD).output == b"3"
