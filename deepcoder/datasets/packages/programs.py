"""The programs of a package: which language a file is in, which file is run, and what is laid beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.packages.tree import Tree
from deepcoder.jury_program import JuryProgram
from deepcoder.program_files import is_file_name
from deepcoder.programs import Program
from deepcoder.wire.languages import CPP, CPP20, CPP23, GO, JAVA, JAVASCRIPT, LANGUAGES, PYPY, PYTHON, RUST, C, family

# Suffixes that the table of languages does not tell, or tells otherwise: juries compile C++ by a newer standard.
_SUFFIXES = {
    **dict.fromkeys((".cpp", ".cc", ".cxx", ".c++", ".C"), CPP20.name),
    **dict.fromkeys((".py", ".py3"), PYTHON.name),
    ".mjs": JAVASCRIPT.name,
}
NAMES = {  # of languages in submissions.yaml, under include/, and in the limits of a problem
    **{"c": C, "cpp": CPP20, "c++": CPP20, "cpp17": CPP, "cpp20": CPP20, "cpp23": CPP23},
    **{"python3": PYTHON, "python": PYTHON, "pypy3": PYPY, "pypy": PYPY},
    **{"java": JAVA, "javascript": JAVASCRIPT, "go": GO, "rust": RUST},
}
# Of languages that the table lacks: a validator that cannot be run is one, too.
_FOREIGN = (".cs", ".hs", ".jl", ".kt", ".ml", ".pas", ".php", ".pl", ".py2", ".rb", ".scala", ".ts")
_PYTHON_2 = re.compile(r"#!.*python2")
_MAIN = re.compile(r"main\.[a-z+0-9]+|__main__\.py", re.IGNORECASE)
_BUILD, _RUN = "build", "run"  # the scripts of a program that its language's own command does not build or run
_PYTHON_SCRIPT = re.compile(r"#!.*\bpython3?\b")

Texts = dict[str, str]  # the files of a program by their names


class NoProgram(Exception):
    """Files are no program that can be run; the message says why, for people."""


def language_of(name: str, text: str = "") -> str:
    """Return the language of a file of this name; empty where none of the table has its suffix."""
    suffix = PurePosixPath(name).suffix
    if suffix == ".py" and _PYTHON_2.match(text):
        return ""
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    return next((each for each, row in LANGUAGES.items() if PurePosixPath(row.file_name).suffix == suffix != ""), "")


def texts(tree: Tree, fill_in: Callable[[str], str], names: Iterable[str] | None = None) -> Texts:
    """Return the texts of a folder's files. Binary files are left out: no program can be sent them."""
    contents = {name: tree.read(name) for name in (tree.files if names is None else names)}
    return {
        name: fill_in(content.decode("utf-8", "replace").removeprefix("\ufeff"))
        for name, content in contents.items()
        if b"\0" not in content
    }


def chosen(files: Texts, language: str = "", entry_file: str = "") -> tuple[str, str]:
    """Return the language of a program and the file of it that is run.

    Raises:
        NoProgram: No file is in a language of the table, or the one that is asked for is missing.
    """
    languages = {name: language_of(name, text) for name, text in files.items()}
    if entry_file and entry_file not in files:
        raise NoProgram(f"its entry point {entry_file} is missing")
    if not language:
        found = [each for each in languages.values() if each]
        if not found:
            suffixes = ", ".join(sorted({PurePosixPath(name).suffix or name for name in files}))
            raise NoProgram(f"no language of the table has files like {suffixes or 'these'}")
        language = languages[entry_file] if entry_file and languages[entry_file] else max(found, key=found.count)
    if not entry_file:
        own = [name for name in files if languages[name] == language] or list(files)
        starting = [name for name in own if has_main(files[name], language)]
        entry_file = main_of(own) or [*starting, *sorted(own)][0]
    return language, entry_file


def main_of(names: Iterable[str]) -> str:
    """Return the first name that says that its file is run; empty where none does."""
    return next((name for name in names if _MAIN.fullmatch(PurePosixPath(name).name)), "")


def has_main(text: str, language: str) -> bool:
    """Return whether a source has the function that is run; in Python, files say so by their names."""
    return family(language) != PYTHON.name and re.search(r"\bmain\s*\(", text) is not None


def program(files: Texts, language: str = "", entry_file: str = "") -> Program:
    """Return the program of these files.

    Raises:
        NoProgram: They are none that can be run here; see `chosen`.
    """
    language, entry_file = chosen(files, language, entry_file)
    if len(files) == 1:
        return Program(files[entry_file], language)
    try:
        return Program(files[entry_file], language, entry_file, _others(files, entry_file))
    except ValueError as error:
        raise NoProgram(str(error)) from None


def jury_program(
    protocol: str, files: Texts, flags: tuple[str, ...] = (), language: str = "", entry: str = ""
) -> JuryProgram:
    """Return the jury's program of these files.

    Raises:
        NoProgram: They are none that can be run here; see `chosen`.
    """
    language, entry = chosen(files, language, entry)
    try:
        return JuryProgram(protocol, language, files[entry], entry, _others(files, entry), flags)
    except ValueError as error:
        raise NoProgram(str(error)) from None


def _others(files: Texts, entry_file: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in files.items() if name != entry_file))


def validator(
    tree: Tree, fill_in: Callable[[str], str], flags: tuple[str, ...], is_one: bool
) -> tuple[JuryProgram, list[str]]:
    """Return the output validator in a folder, and notes about it. `is_one` says that the folder is the program.

    Raises:
        DataError: There is none, or more than one, or none that can be run here.
    """
    programs = _programs(tree, is_one)
    if not programs:
        raise DataError(f"{tree.where} has no output validator in a language of the table: write one in C++ or Python")
    if len(programs) > 1:
        raise DataError(f"{tree.where} has {len(programs)} output validators ({', '.join(programs)}): keep one")
    (found,) = programs.values()
    notes = []
    files = {name: text for name, text in texts(found, fill_in).items() if is_file_name(name) or _is_source(name)}
    if _BUILD in files:
        del files[_BUILD]
        notes.append(f"{found.where}/{_BUILD} is not run: the files beside it are compiled as their language is")
    script = files.pop(_RUN, "")
    try:
        if _PYTHON_SCRIPT.match(script):
            return jury_program("kattis", {**files, _RUN: script}, flags, PYTHON.name, _RUN), notes
        return jury_program("kattis", files, flags), notes
    except NoProgram as error:
        raise DataError(f"{found.where} is no output validator that can be run here: {error}") from None


def _programs(tree: Tree, is_one: bool) -> dict[str, Tree]:
    """Return the programs of a folder by their names: each source that lies in it directly, each folder with a source.

    Sources of one language are one program where the folder is one, or where exactly one of them has a `main`.
    """
    direct = texts(tree, str, [name for name in tree.files if "/" not in name])
    if {_BUILD, _RUN} & set(direct):
        return {tree.where: tree}
    sources = {name: language_of(name, text) for name, text in direct.items() if _is_source(name)}
    mains = [name for name, each in sources.items() if each and (main_of([name]) or has_main(direct[name], each))]
    is_alike = len({each and family(each) for each in sources.values()}) == 1
    folders = dict.fromkeys(name.partition("/")[0] for name in tree.files if "/" in name and _is_source(name))
    others = {name: tree.under(name) for name in folders}
    if is_alike and is_one:
        return {tree.where: tree}
    if is_alike and (len(sources) == 1 or len(mains) == 1):
        return {[*mains, *sources][0]: tree, **others}
    return {**dict.fromkeys(sources, tree), **others}


def _is_source(name: str) -> bool:
    """Return whether a file of this name is the source of a program, or a script that builds or runs it."""
    path = PurePosixPath(name)
    return bool(language_of(name)) or path.suffix in _FOREIGN or path.name in (_BUILD, _RUN)


def with_included(files: Texts, included: Mapping[str, Texts], language: str) -> Texts:
    """Return a program's files with those that the package lays beside every program, in any language and in its own.

    A file of the package goes before one of the program.
    """
    return {**files, **included.get("default", {}), **_included(included, language)}


def driver(included: Mapping[str, Texts], language: str) -> str:
    """Return the included file that is run in place of the programs in a language; empty where none is."""
    languages = {name: language_of(name, text) for name, text in _included(included, language).items()}
    return main_of(name for name, each in languages.items() if each and family(each) == family(language))


def _included(included: Mapping[str, Texts], language: str) -> Texts:
    return next((each for name, each in included.items() if name in NAMES and NAMES[name].name == language), {})
