"""Java: a single file has the name of its public class, and the artefact is an archive of all classes.

The archive has the name of the class whose `main` runs.

Runs: inside the sandbox, in the program's process; the rest is as in `executed`.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Callable, NoReturn

from ...wire.languages import LANGUAGES, Language
from ..channel import COMPILE_ERROR, Order, report
from ..program_files import Files
from . import executed
from .executed import import_libraries as import_libraries
from .executed import libraries as libraries
from .executed import prepare as prepare
from .executed import rehearse as rehearse

CLASSES = ".classes"  # the folder that the table's compile command names; no file of a program begins with a dot
_COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])'", re.DOTALL
)
_PUBLIC_CLASS = re.compile(
    r"\bpublic\s+(?:(?:final|abstract|strictfp|sealed)\s+)*(?:class|enum|record|interface)\s+(\w+)"
)
_CLASS = re.compile(r"\b(?:class|enum|record|interface)\s+(\w+)")
_MAIN = (b"\x00\x04main", b"\x00\x16([Ljava/lang/String;)V")  # of the constants of a class that has one


def ready(order: Order) -> Callable[[str], NoReturn]:
    """Return what compiles the source, or executes the archive, given the scratch folder."""
    if order.is_compiled:
        return executed.ready(order)
    return functools.partial(_compile, LANGUAGES[order.language], executed.files_of(order, ""))


def _compile(row: Language, files: Files, folder: str) -> NoReturn:
    import zipfile  # here, so that no keeper has it in its memory

    os.mkdir(CLASSES)
    name, source = files[0]
    code = _COMMENT_OR_TEXT.sub(" ", source.decode("utf-8", "replace"))
    public = _public_class(code)
    executed.compile_files(row, [(name or (f"{public}.java" if public else row.file_name), source), *files[1:]], folder)
    paths = sorted(os.path.join(base, name) for base, _, names in os.walk(CLASSES) for name in names)
    main = _main_class(paths, ["Main", public, *_CLASS.findall(code)])
    if not main:
        report(COMPILE_ERROR, b"error: no class has a method `public static void main(String[])`")
        os._exit(0)
    artefact = f"{main}.jar"
    with zipfile.ZipFile(artefact, "w") as archive:
        for path in paths:
            archive.write(path, os.path.relpath(path, CLASSES))
    executed.report_artefact(row, [artefact])


def _public_class(code: str) -> str:
    """Return the public class, whose name the compiler wants the file to have; empty where there is none."""
    for found in _PUBLIC_CLASS.finditer(code):
        if code.count("{", 0, found.start()) == code.count("}", 0, found.start()):  # it is in no other class
            return found[1]
    return ""


def _main_class(paths: list[str], names: list[str]) -> str:
    """Return the class that has a main method, by the order of these names; empty where none has.

    A class seems to have one, too, where it only names both.
    """
    found = []
    for path in paths:
        with open(path, "rb") as file:
            content = file.read()
        if all(constant in content for constant in _MAIN):
            found.append(os.path.relpath(path, CLASSES).removesuffix(".class").replace("/", "."))

    def rank(name: str) -> tuple[int, str]:
        simple = name.rpartition(".")[2]
        return names.index(simple) if simple in names else len(names), name

    return min(found, key=rank, default="")
