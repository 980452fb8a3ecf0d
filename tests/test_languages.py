"""The table of languages, and what is read from it."""

from __future__ import annotations

from importlib import import_module
from typing import get_type_hints

import pytest

from deepcoder.fence_marks import language_of_tag
from deepcoder.runner.language import LanguageRunner
from deepcoder.sandbox import client
from deepcoder.sandbox.fake import FakeSandbox
from deepcoder.wire.languages import LANGUAGES, PYTHON, Language, language
from deepcoder.wire.limits import COMPILE_LIMITS, Limits, Mode
from deepcoder.wire.messages import Ended, Outcome, Task


@pytest.mark.parametrize("row", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_has_a_module_in_the_runner(row: Language) -> None:
    module = import_module(f"deepcoder.runner.languages.{row.runner}")

    for function in ("libraries", "prepare", "rehearse", "import_libraries", "ready"):
        wanted, given = get_type_hints(getattr(LanguageRunner, function)), get_type_hints(getattr(module, function))
        assert wanted == given


def test_program_in_an_unknown_language_never_reaches_a_sandbox() -> None:
    sandbox = FakeSandbox(lambda task, data: Outcome(Ended.EXITED, exit_code=0))

    with pytest.raises(ValueError, match="language must be python or .*, not 'cobol'"):
        list(sandbox.outcomes(Task("", Mode.STDIN, Limits(), language="cobol"), [b""]))

    assert len(list(sandbox.outcomes(Task("", Mode.STDIN, Limits()), [b""]))) == 1


def test_function_in_a_language_that_has_none_never_reaches_a_sandbox() -> None:
    sandbox = FakeSandbox(lambda task, data: Outcome(Ended.EXITED, exit_code=0))

    with pytest.raises(ValueError, match="^function mode is for python or javascript, not cpp$"):
        list(sandbox.outcomes(Task("", Mode.FUNCTION, Limits(), "solve", language="cpp"), [b""]))


def test_name_that_no_row_has_is_refused() -> None:
    assert language("python") is PYTHON
    for name in ("cobol", "", "Python", None, 3, ["python"]):
        with pytest.raises(ValueError, match="language must be python or .*, not "):
            language(name)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        *(
            (tag, "python")
            for tag in ("python", "Python3", "py", "python-3.11", "lang-python", "src/main.py", "python-code")
        ),
        *((tag, "pypy") for tag in ("pypy", "pypy3", "PyPy3.10", "pypy-3", "pypy3-64")),
        *(
            (tag, "cpp")
            for tag in (
                "cpp",
                "C++",
                "c++17",
                "cxx",
                "cc",
                "g++",
                "language-cpp",
                "a/main.cpp",
                "c++1y",
                "cpp98",
                "gnu++17",
            )
        ),
        *((tag, "cpp20") for tag in ("cpp20", "C++20", "g++20", "c++2a", "gnu++20")),
        *((tag, "cpp23") for tag in ("cpp23", "c++23", "c++2b")),
        *((tag, "c") for tag in ("c", "C", "c11", "c23", "gcc", "main.c")),
        *((tag, "javascript") for tag in ("javascript", "js", "JavaScript", "node", "nodejs", "node.js", "mjs")),
        *((tag, "java") for tag in ("java", "Java", "java17", "Main.java")),
        *((tag, "go") for tag in ("go", "golang")),
        *((tag, "rust") for tag in ("rust", "rs")),
        *((tag, None) for tag in ("pycon", "text", "pythonic", "python2", "csharp", "c#", "json", "javadoc", "")),
    ],
)
def test_tag_of_a_fence_names_a_language(tag: str, name: str | None) -> None:
    assert language_of_tag(tag) == name


def test_only_a_program_that_is_compiled_is_waited_for_as_long_as_a_compiler() -> None:
    limits = Limits(cpu_s=1.0)

    assert client._limits_of(Task("", Mode.STDIN, limits), COMPILE_LIMITS) == [limits]
    assert client._limits_of(Task("", Mode.STDIN, limits, language="cpp"), COMPILE_LIMITS) == [limits, COMPILE_LIMITS]
