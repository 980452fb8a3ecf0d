"""Programs of several files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deepcoder import sandbox
from deepcoder.judge import judge
from deepcoder.pool.judgement_cache import cache_key
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.verdicts import Judgement, Submission, Verdict
from tests.conftest import need_language

STDIN = Problem("p", Mode.STDIN, (TestCase("1 2\n", "3\n"), TestCase("5 6\n", "11\n")))
FUNCTION = Problem("f", Mode.FUNCTION, (TestCase("[[1,2],{}]", "3"), TestCase("[[5,6],{}]", "11")), entry_point="add")

CPP = {
    "a.cpp": '#include "sum.hpp"\n#include <iostream>\n'
    "int main() { int a, b; std::cin >> a >> b; std::cout << sum(a, b); }",
    "sum.hpp": "int sum(int a, int b);",
    "lib/sum.cc": '#include "../sum.hpp"\nint sum(int a, int b) { return a + b; }',
    "notes.txt": "not C++",
}
ONE_EACH: list[tuple[str, str, dict[str, str]]] = [
    (
        "python",
        "main.py",
        {
            "main.py": "import sums\nprint(sums.add(*map(int, input().split())))",
            "sums.py": "def add(a, b): return a + b",
        },
    ),
    (
        "pypy",
        "go.py",
        {"go.py": "import sums\nprint(sums.add(*map(int, input().split())))", "sums.py": "def add(a, b): return a + b"},
    ),
    ("cpp", "a.cpp", CPP),
    ("cpp20", "a.cpp", CPP),
    (
        "c",
        "a.c",
        {
            "a.c": '#include "b.h"\n#include <stdio.h>\n'
            'int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d", sum(a, b)); }',
            "b.h": "int sum(int, int);",
            "b.c": "int sum(int a, int b) { return a + b; }",
        },
    ),
    (
        "javascript",
        "main.mjs",
        {
            "main.mjs": 'import { readFileSync } from "fs"; import { sum } from "./sum.mjs";\n'
            'console.log(sum(...readFileSync(0, "utf8").split(" ").map(Number)))',
            "sum.mjs": "export const sum = (a, b) => a + b",
        },
    ),
    (
        "javascript",
        "main.js",
        {
            "main.js": 'import { readFileSync } from "fs"; import { sum } from "./lib/sum.js";\n'
            'console.log(sum(...readFileSync(0, "utf8").split(" ").map(Number)))',
            "lib/sum.js": "export const sum = (a, b) => a + b",
            "package.json": '{"type": "module"}',
        },
    ),
    (
        "java",
        "Go.java",
        {
            "Go.java": "import java.util.*;\npublic class Go { public static void main(String[] args) {\n"
            "Scanner in = new Scanner(System.in); System.out.println(Sums.add(in.nextInt(), in.nextInt())); } }",
            "Sums.java": "public class Sums { static int add(int a, int b) { return a + b; } }",
        },
    ),
    (
        "go",
        "main.go",
        {
            "main.go": 'package main\nimport "fmt"\n'
            "func main() { var a, b int; fmt.Scan(&a, &b); fmt.Println(sum(a, b)) }",
            "sum.go": "package main\nfunc sum(a, b int) int { return a + b }",
        },
    ),
    (
        "rust",
        "main.rs",
        {
            "main.rs": "mod sums;\n"
            "fn main() { let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap();\n"
            'println!("{}", sums::add(line.split_whitespace().map(|x| x.parse().unwrap()))); }',
            "sums.rs": "pub fn add(all: impl Iterator<Item = i64>) -> i64 { all.sum() }",
        },
    ),
]


def program_of(files: dict[str, str], entry_file: str, language: str = "python") -> Program:
    """The program that a row has."""
    program = Program.of_row({"files": files, "entry_file": entry_file, "language": language}, "python")
    assert program is not None
    return program


@pytest.fixture(scope="module")
def started(config_of_all_languages: SandboxConfig) -> Iterator[Sandbox]:
    """A sandbox with all languages."""
    with closing(sandbox.start(config_of_all_languages)) as started:
        yield started


def judged(started: Sandbox, program: Program, problem: Problem = STDIN) -> Judgement:
    return judge(Submission(problem, program), started)


@pytest.mark.parametrize(
    ("language", "entry_file", "files"), ONE_EACH, ids=[f"{language}-{name}" for language, name, _ in ONE_EACH]
)
def test_program_of_several_files_is_judged(
    started: Sandbox, language: str, entry_file: str, files: dict[str, str]
) -> None:
    need_language(started, language)
    program = program_of(files, entry_file, language)

    first, again = judged(started, program), judged(started, program)

    assert (first.verdict, first.detail, first.suspicious) == (Verdict.AC, "", ())
    assert again.verdict is Verdict.AC


def test_other_files_are_part_of_what_is_compiled(started: Sandbox) -> None:
    need_language(started, "cpp")
    wrong = {**CPP, "lib/sum.cc": CPP["lib/sum.cc"].replace("a + b", "a - b")}
    broken = {**CPP, "lib/sum.cc": "int sum("}

    judgements = [judged(started, program_of(files, "a.cpp", "cpp")) for files in (CPP, wrong, broken)]

    assert [each.verdict for each in judgements] == [Verdict.AC, Verdict.WA, Verdict.CE]
    assert judgements[2].detail.startswith("lib/sum.cc:1:")


@pytest.mark.parametrize(
    ("language", "entry_file", "files"),
    [
        ("python", "main.py", {"main.py": "from solution import add", "solution.py": "def add(a, b): return a + b"}),
        ("python", "a/b.py", {"a/b.py": "import heapq\nadd = heapq.add", "a/heapq.py": "def add(a, b): return a + b"}),
        (
            "javascript",
            "a/b.js",
            {"a/b.js": "const { add } = require('./c')", "a/c.js": "exports.add = (a, b) => a + b"},
        ),
        (
            "javascript",
            "b.js",
            {
                "b.js": "const add = require('./c.cjs')",
                "c.cjs": "module.exports = (a, b) => a + b",
                "package.json": '{"type": "module"}',
            },
        ),
    ],
)
def test_function_of_several_files_is_called(
    started: Sandbox, language: str, entry_file: str, files: dict[str, str]
) -> None:
    need_language(started, language)

    judgement = judged(started, program_of(files, entry_file, language), FUNCTION)

    assert (judgement.verdict, judgement.detail) == (Verdict.AC, "")


def test_python_finds_its_files_as_where_it_was_started_with_the_entry_file(started: Sandbox) -> None:
    files = {
        "src/start.py": "import random, sys, os\nassert sys.argv == ['src/start.py'] == [__file__]\n"
        "assert open('data/sum.txt').read() == 'a + b'\nprint(random.add(*map(int, input().split())))",
        "src/random.py": "def add(a, b): return a + b",
        "src/os.py": "raise ImportError",  # never: the interpreter has imported its own
        "data/sum.txt": "a + b",
    }
    wrong = {**files, "src/random.py": "def add(a, b): return 1 / 0"}

    assert judged(started, program_of(files, "src/start.py")).verdict is Verdict.AC
    judgement = judged(started, program_of(wrong, "src/start.py"))
    assert (judgement.verdict, judgement.detail) == (Verdict.RTE, "exit code 1: ZeroDivisionError: division by zero")
    assert judged(started, Program("import random\nprint(sum(map(int, input().split())))")).verdict is Verdict.AC


@pytest.mark.parametrize(
    ("files", "entry_file", "message"),
    [
        ({"../a.c": ""}, "../a.c", r"a file's name must be a relative path .*, not '../a.c'"),
        ({"/a.c": ""}, "/a.c", "must be a relative path"),
        ({"a.c": "", "b/.c": ""}, "a.c", "must be a relative path .*, not 'b/.c'"),
        ({"a.c": "", "-x.c": ""}, "a.c", "must be a relative path"),
        ({"a.c": "", "b c": ""}, "a.c", "must be a relative path"),
        ({"a.c": "", "a//b": ""}, "a.c", "must be a relative path"),
        ({"a.c": "", "b\n": ""}, "a.c", "must be a relative path"),
        ({"a.c": "", "b" * 201: ""}, "a.c", "must be a relative path .* in at most 200 characters"),
        ({"a.c": "", "program": ""}, "a.c", "'program' is the name of what the compiler makes"),
        ({"a.c": "", "program/b.c": ""}, "a.c", "'program' is the name of what the compiler makes"),
        ({"a.c": "", "b": "", "b/c": ""}, "a.c", "'b' is both a file and a folder"),
        ({f"{number}.c": "" for number in range(101)}, "0.c", "a program has at most 100 files, not 101"),
        ({"a.c": 1}, "a.c", "the file 'a.c' must be text"),
        ({}, "a.c", "files must be an object of names and texts"),
        ("int main", "a.c", "files must be an object of names and texts"),
        ({"a.c": "", "b.c": ""}, None, r"entry_file must be one of files \(a.c, b.c\), not None"),
        ({"a.c": "", "b.c": None}, "b.c", r"entry_file must be one of files \(a.c\), not 'b.c'"),
    ],
)
def test_files_that_are_no_program_are_refused(files: Any, entry_file: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        program_of(files, entry_file, "c")


def test_files_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two files have one name: 'a.py'"):
        Program("", "python", "a.py", (("a.py", ""),))
    with pytest.raises(ValueError, match="must be a relative path .*, not ''"):
        Program("", "python", files=(("a.py", ""),))


def test_every_file_is_in_the_key_of_a_judgement() -> None:
    programs = [
        Program("x"),
        Program("x", entry_file="a.py"),
        Program("x", entry_file="b.py"),
        Program("x", entry_file="a.py", files=(("b.py", "y"),)),
        Program("x", entry_file="a.py", files=(("b.py", "z"),)),
        Program("x", entry_file="a.py", files=(("c.py", "y"),)),
        Program("x", "pypy", entry_file="a.py", files=(("b.py", "y"),)),
    ]
    assert len({cache_key("p", each) for each in programs}) == len(programs)
    files = (("b.py", "1\n2\n"),), (("b.py", "1\r\n2\r"),)
    unix, windows = (Program("x", entry_file="a.py", files=each) for each in files)
    assert cache_key("p", unix) == cache_key("p", windows)
