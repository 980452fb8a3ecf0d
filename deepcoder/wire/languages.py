"""The languages that programs are written in: one row of the table for each.

Runs: on both sides of the wall, with the standard library only. Everything that depends on the language is read from
its row; what needs code is in the module of `runner/languages/` that the row names. A command is a list of words, in
which {source} is the name of the source file, {artefact} that of the file made, and {memory_mib} the memory limit. Of a
program of several files, the word {source} stands for all that are compiled, the entry file first. {gate} is the file
that a runtime opens last before the program begins, and {main} the name of the artefact without its suffix.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GIB, MIB = 1 << 30, 1 << 20


@dataclass(frozen=True)
class Language:
    """A row of the table."""

    name: str  # as users write it
    title: str  # for people
    fence_tags: str  # a regular expression of the tags that models put on its fenced blocks
    file_name: str  # of a program, as its messages show it
    version: tuple[str, ...]  # prints the version
    family: str = ""  # the language of which this is another compiler or standard; empty where it is of its own
    compile: tuple[str, ...] = ()  # makes the artefact in the scratch folder; none where `runner` compiles by itself
    also_compiles: tuple[str, ...] = ()  # the suffixes of files that the compiler is given beside the entry file
    artefact: str = "program"  # the file that is made; where that is the source file, `compile` only checks it
    run: tuple[str, ...] = ()  # none where the artefact is a program that the kernel can execute
    gate: str = ""  # the name of {gate}; empty where the runtime cannot start before the program
    runner: str = "executed"  # the module in runner/languages
    has_functions: bool = False  # whether the runner can call a function of the program
    reserved_bytes: int = 64 * GIB  # address space that stacks, threads and the runtime reserve and may never touch
    environment: Mapping[str, str] = field(default_factory=dict)
    out_of_memory: str = ""  # what the runtime prints to standard error when it cannot have more
    # What a limit made for C++ becomes: CPU seconds x `time_factor` + `start_s`, memory + `runtime_bytes`.
    time_factor: float = 1.0
    start_s: float = 0.0
    runtime_bytes: int = 0

    @property
    def is_executed(self) -> bool:
        """Return whether a program replaces the interpreter that forked it."""
        return self.runner != PYTHON.name

    @property
    def is_interpreted(self) -> bool:
        """Return whether the artefact is the source file, which `compile` only checks."""
        return self.artefact == self.file_name


_GNU_FLAGS = ("-pipe", "-DONLINE_JUDGE", "-fmax-errors=5", "-fdiagnostics-color=never")

PYTHON = Language(
    name="python",
    title="Python",
    fence_tags=r"[ic]?py(?:thon)?(?:-?3(?:\.[0-9]+)*)?|python[-_](?:code|program|solution)",
    file_name="main.py",
    version=(),  # the sandbox's own interpreter
    runner="python",
    has_functions=True,
    reserved_bytes=GIB,
    environment={
        "PYTHONHASHSEED": "0",  # the same program meets the same order of sets each time
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    },
    time_factor=5.0,
    start_s=0.1,
)
PYPY = Language(
    name="pypy",
    title="Python (PyPy)",
    fence_tags=r"pypy-?(?:3(?:\.[0-9]+)*)?(?:-64)?",
    file_name="main.py",
    version=("pypy3", "--version"),
    family="python",
    compile=("pypy3", "-B", "-c", "import ast; ast.parse(open('{source}', 'rb').read(), '{source}')"),
    artefact="main.py",
    run=("pypy3", "-B", "{artefact}"),
    gate="{artefact}",
    environment={"PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "0"},
    out_of_memory="MemoryError",
    time_factor=3.0,
    start_s=0.3,
    runtime_bytes=128 * MIB,
)
CPP = Language(
    name="cpp",
    title="C++17",
    fence_tags=r"(?:c(?:\+\+|pp|xx)|g(?:nu)?\+\+)(?:[-_]?(?:98|03|0x|11|1y|14|1z|17))?|cc|cplusplus",
    file_name="main.cpp",
    version=("g++", "-dumpfullversion"),
    compile=("g++", "-O2", "-std=gnu++17", "-static", "-s", *_GNU_FLAGS, "-o", "{artefact}", "{source}"),
    also_compiles=(".cpp", ".cc", ".cxx", ".c++"),
    out_of_memory="std::bad_alloc",
)
CPP20, CPP23 = (
    dataclasses.replace(
        CPP,
        name=f"cpp{year}",
        title=f"C++{year}",
        family="cpp",
        fence_tags=rf"(?:c(?:\+\+|pp|xx)|g(?:nu)?\+\+)[-_]?(?:{year}|{draft})",
        compile=tuple(word.replace("++17", f"++{standard}") for word in CPP.compile),
    )
    for year, standard, draft in ((20, "20", "2a"), (23, "2b", "2b"))
)
C = Language(
    name="c",
    title="C",
    fence_tags=r"c(?:-?(?:89|90|99|11|17|23))?|gcc",
    file_name="main.c",
    version=("gcc", "-dumpfullversion"),
    compile=("gcc", "-O2", "-std=gnu17", "-static", "-s", *_GNU_FLAGS, "-o", "{artefact}", "{source}", "-lm"),
    also_compiles=(".c",),
)
JAVASCRIPT = Language(
    name="javascript",
    title="JavaScript (Node)",
    fence_tags=r"javascript|[cm]?js|node(?:\.?js)?|typescript|ts",
    file_name="main.js",
    version=("node", "--version"),
    compile=("node", "--check", "{source}"),
    artefact="main.js",
    run=("node", "--stack-size=900000", "--max-old-space-size={memory_mib}", "--v8-pool-size=1", "{artefact}"),
    gate="{artefact}",
    runner="javascript",
    has_functions=True,
    environment={"UV_THREADPOOL_SIZE": "1", "UV_USE_IO_URING": "0", "NODE_NO_WARNINGS": "1"},
    out_of_memory="heap out of memory",
    time_factor=3.0,
    start_s=0.3,
    runtime_bytes=128 * MIB,
)
_JVM = ("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:ActiveProcessorCount=1")
JAVA = Language(
    name="java",
    title="Java",
    fence_tags=r"java(?:-?[0-9]+)?",
    file_name="Main.java",
    version=("java", "-XX:-UsePerfData", "-version"),  # which would leave a file
    compile=(
        *("javac", "-encoding", "UTF-8", "-proc:none", "-d", ".classes", "-J-XX:TieredStopAtLevel=1"),
        *(f"-J{option}" for option in _JVM),
        "{source}",
    ),
    also_compiles=(".java",),
    artefact="program.jar",
    run=(
        *("java", *_JVM, "-XX:+ExitOnOutOfMemoryError", "-XX:+DisplayVMOutputToStderr"),
        *("-DONLINE_JUDGE=true", "-Xss512m", "-Xmx{memory_mib}m"),
        *("-XX:NewRatio=5", "-cp", "{gate}:{artefact}", "{main}"),  # one array may take five sixths of the heap
    ),
    gate=".gate",  # what is no archive is passed over
    runner="java",
    out_of_memory="java.lang.OutOfMemoryError",
    time_factor=2.0,
    start_s=0.5,
    runtime_bytes=192 * MIB,
)
GO = Language(
    name="go",
    title="Go",
    fence_tags=r"go(?:lang)?",
    file_name="main.go",
    version=("go", "version"),
    compile=("go", "build", "-o", "{artefact}", "{source}"),
    also_compiles=(".go",),
    environment={
        "CGO_ENABLED": "0",
        "GO111MODULE": "off",
        "GOPATH": "/nonexistent",
        "GOFLAGS": "-p=1",
        "GOTOOLCHAIN": "local",
        "GOMAXPROCS": "1",
    },
    out_of_memory="out of memory",
    time_factor=1.5,
    start_s=0.1,
    runtime_bytes=64 * MIB,
)
RUST = Language(
    name="rust",
    title="Rust",
    fence_tags=r"rust|rs",
    file_name="main.rs",
    version=("rustc", "--version"),
    compile=(
        *("rustc", "--edition", "2021", "-C", "opt-level=3", "-C", "strip=symbols", "-C", "target-feature=+crt-static"),
        *("--cap-lints", "allow", "-o", "{artefact}", "{source}"),
    ),
    out_of_memory="memory allocation of",
)
_ROWS = (PYTHON, PYPY, CPP, CPP20, CPP23, C, JAVASCRIPT, JAVA, GO, RUST)
LANGUAGES = {each.name: each for each in _ROWS}  # in the order of help texts; `add` adds a user's own


def add(rows: Iterable[Language]) -> None:
    """Add rows to the table of this process, or replace those of the same names."""
    LANGUAGES.update({each.name: each for each in rows})


def added() -> tuple[Language, ...]:
    """Return the rows of this process's table that were added."""
    return tuple(each for each in LANGUAGES.values() if each not in _ROWS)


def of_object(row: Mapping[str, Any]) -> Language:
    """Return a row that was an object of JSON, which knows no tuples."""
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Language(**fields)


def family(name: str) -> str:
    """Return the language that this one is a compiler or a standard of; its own name where it is of none."""
    return LANGUAGES[name].family or name


def language(name: object) -> Language:
    """Return the language of this name.

    Raises:
        ValueError: No row has the name.
    """
    if isinstance(name, str) and name in LANGUAGES:
        return LANGUAGES[name]
    raise ValueError(f"language must be {' or '.join(LANGUAGES)}, not {name!r}")


def check_functions(row: Language) -> None:
    """Check that the runner can call a function of a program in this language.

    Raises:
        ValueError: It cannot; the message names the languages in which it can.
    """
    if not row.has_functions:
        able = " or ".join(each.name for each in LANGUAGES.values() if each.has_functions)
        raise ValueError(f"function mode is for {able}, not {row.name}")
