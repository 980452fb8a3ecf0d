"""Languages that a user adds with a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepcoder import own_languages, sandbox
from deepcoder.programs import Program, extract
from deepcoder.wire.languages import LANGUAGES, add
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Task
from tests.conftest import config_of

PERL = """
[perl]
title = "Perl"
fence_tags = "perl|pl"
file_name = "main.pl"
version = ["perl", "--version"]
compile = ["perl", "-c", "{source}"]
artefact = "main.pl"
run = ["perl", "{artefact}"]
environment = { PERL_HASH_SEED = "0" }
"""


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table of languages, which is as before afterwards."""
    before = dict(LANGUAGES)
    yield
    LANGUAGES.clear()
    LANGUAGES.update(before)


@pytest.fixture
def perl(tmp_path: Path) -> Path:
    path = tmp_path / "languages.toml"
    path.write_text(PERL)
    return path


def test_added_language_is_judged_like_the_others(sandbox_kind: str, table: None, perl: Path) -> None:
    config = config_of(sandbox_kind, languages=own_languages.read(perl))
    with closing(sandbox.start(config)) as started:
        adding = Task("my ($a, $b) = split / /, <STDIN>; print $a + $b", Mode.STDIN, Limits(), language="perl")
        (added,) = started.outcomes(adding, [b"1 2\n"])
        (broken,) = started.outcomes(Task("sub {", Mode.STDIN, Limits(), language="perl"), [b""])
        (dead,) = started.outcomes(Task("die 'x'", Mode.STDIN, Limits(), language="perl"), [b""])

    assert started.languages["perl"].startswith("5.")
    assert (added.ended, added.output, added.exit_code) == (Ended.EXITED, b"3", 0)
    assert (broken.ended, dead.ended, dead.exit_code) == (Ended.COMPILE_ERROR, Ended.EXITED, 255)
    assert broken.error.startswith("Missing right curly or square bracket at main.pl line 1")


def test_tag_of_an_added_language_names_it(table: None, perl: Path) -> None:
    completion = "```perl\nprint 1\n```"
    with pytest.raises(KeyError):
        extract(completion, languages=["perl"])

    add(own_languages.read(perl))

    assert extract(completion, languages=["perl"]) == Program("print 1", "perl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[perl", "cannot be read as TOML"),
        ("perl = 1", r"\[perl\] must be a table with fence_tags, file_name, version, compile"),
        ("[Perl]", "a language is named in small letters, and not python"),
        ("[python]", "a language is named in small letters, and not python"),
        ("[perl]\nfence_tags = 'pl'", "file_name is missing"),
        (PERL + "runner = 'python'", "runner is no field of a language"),
        (PERL + "time_factor = '3'", "time_factor must be a number of at least 0"),
        (PERL + "family = 'lisp'", "family must be one of python, "),
        (PERL.replace('"perl|pl"', '"("'), "fence_tags must be a regular expression"),
        (PERL.replace('["perl", "--version"]', '"perl"'), "version must be a list of words"),
        (PERL.replace("{artefact}", "{x}"), "run may name source, artefact, memory_mib in braces"),
        (PERL.replace('"0"', "0"), "environment must be a table of texts"),
        (PERL.replace('"Perl"', "[]"), "title must be a text"),
    ],
)
def test_file_that_is_none_of_languages_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "languages.toml"
    path.write_text(text)

    with pytest.raises(ValueError, match=message):
        own_languages.read(path)

    with pytest.raises(ValueError, match=r"none\.toml cannot be read as TOML"):
        own_languages.read(tmp_path / "none.toml")
