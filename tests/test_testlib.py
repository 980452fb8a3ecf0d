"""The header for testlib's checkers: every call of its page, the exit codes, and the rules of reading.

One program, `tests/fixtures/testlib/driver.cpp`, does every call. It is compiled once and kept in pytest's cache. The
rules of reading are written here once more, in Python, and both are compared.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pages import ROOT

pytestmark = pytest.mark.slow

HEADER = ROOT / "deepcoder" / "testlib" / "testlib.h"
DRIVER = Path(__file__).parent / "fixtures" / "testlib" / "driver.cpp"
STRANGER = DRIVER.with_name("stranger.cpp")
COMPILER = shutil.which("g++")
FLAGS = ["-Wall", "-Wextra", "-Werror", f"-I{HEADER.parent}"]

OK, WA, PE, FAIL, POINTS = 0, 1, 2, 3, 7
BLANKS = " \t\r\n"
INT = (-(2**31), 2**31 - 1)
LONG = (-(2**63), 2**63 - 1)


class End(NamedTuple):
    """How the driver ended: its exit code, what it told, and its message."""

    code: int
    told: str
    message: str


class Driver:
    """The compiled driver. The mutable state: the process that answers batches."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._batches: subprocess.Popen[bytes] | None = None

    def run(self, mode: str, *arguments: object, steps: str = "", stdin: bytes = b"") -> End:
        """Run one checker, interactor or validator."""
        ended = subprocess.run(
            [self.path, mode, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env={**os.environ, "STEPS": steps},
            timeout=20,
            check=False,
        )
        return End(ended.returncode, ended.stdout.decode("latin-1"), ended.stderr.decode("latin-1"))

    def see(self, text: bytes, *steps: str) -> tuple[int, str]:
        """Return the exit code of steps over a stream that holds the text, and all that was written."""
        if self._batches is None:
            self._batches = subprocess.Popen([self.path, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._batches.stdin is not None and self._batches.stdout is not None
        lines = "\n".join(f"text\t{step}" for step in steps).encode("latin-1")
        self._batches.stdin.write(b"%d %d\n" % (len(lines), len(text)) + lines + text)
        self._batches.stdin.flush()
        code, size = map(int, self._batches.stdout.readline().split())
        return code, self._batches.stdout.read(size).decode("latin-1")

    def close(self) -> None:
        if self._batches is not None:
            self._batches.communicate()


class Compiled:
    """What the compiler made of the header and the driver before: files in a folder, by the sources and the flags."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, kind: str, *command: object) -> Path:
        """Return the file that the command makes, and run it if the folder has none. Others of the kind go."""
        sources = HEADER.read_bytes() + DRIVER.read_bytes() + repr(command).encode()
        path = self.folder / f"{kind}-{hashlib.sha256(sources).hexdigest()[:16]}"
        if not path.exists():
            for old in self.folder.glob(f"{kind}-*"):
                old.unlink()
            made = path.with_name(f"{os.getpid()}-{path.name}")
            subprocess.run([str(COMPILER), *FLAGS, *map(str, command), "-o", made], check=True)
            made.rename(path)
        return path


@pytest.fixture(scope="session")
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Keep what was compiled in pytest's cache."""
    if COMPILER is None:
        pytest.skip("g++ is not on this machine")
    cache = getattr(request.config, "cache", None)
    return Compiled(Path(cache.mkdir("testlib")) if cache else tmp_path_factory.mktemp("testlib"))


@pytest.fixture(scope="session")
def driver(compiled: Compiled) -> Iterator[Driver]:
    """Compile the driver."""
    driver = Driver(compiled.get("driver", "-O1", "-std=gnu++17", DRIVER))
    yield driver
    driver.close()


@pytest.fixture
def check(driver: Driver, tmp_path: Path) -> Callable[..., End]:
    """Run a checker over the given input, output and answer; None is a file that is missing."""

    def run(
        *steps: str,
        input: bytes | None = b"1\n",
        output: bytes | None = b"1\n",
        answer: bytes | None = b"1\n",
        more: tuple[object, ...] = (),
    ) -> End:
        for name, content in {"input": input, "output": output, "answer": answer}.items():
            (tmp_path / name).unlink(missing_ok=True)
            if content is not None:
                (tmp_path / name).write_bytes(content)
        files = [tmp_path / name for name in ("input", "output", "answer")]
        return driver.run("check", *files, *more, steps="\n".join(steps))

    return run


def hexadecimal(*texts: str) -> str:
    """Return what the driver tells of these texts."""
    return "".join(text.encode("latin-1").hex() + "\n" for text in texts)


# What the header is


@pytest.mark.parametrize("standard", ["c++11", "gnu++2b"])
def test_header_compiles_without_warnings_in(compiled: Compiled, standard: str) -> None:
    warnings = ("-Wshadow", "-Wconversion")
    assert compiled.get(standard, f"-std={standard}", *warnings, "-S", "-O0", "-xc++", HEADER).exists()


@pytest.mark.parametrize(("output", "code"), [("9999900000", OK), ("1409965408", WA)])
def test_checker_has_its_own_names_and_what_testlib_does_not_document(
    compiled: Compiled, tmp_path: Path, output: str, code: int
) -> None:
    """Compile a checker that calls its own `lcm`: std::lcm of ints, which <numeric> has, overflows."""
    files = [tmp_path / name for name in ("input", "output", "answer")]
    for file, text in zip(files, ("100000 99999", output, ""), strict=True):
        file.write_text(text)
    checker = compiled.get("stranger", "-O1", "-std=gnu++17", STRANGER)
    assert subprocess.run([checker, *files], capture_output=True).returncode == code


def test_every_call_of_the_page_is_tested() -> None:
    page = (ROOT / "docs" / "checkers.md").read_text()
    section = page[page.index("### Calls") : page.index("### What differs")]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    calls = {call for cell in cells for call in re.findall(r"`(\w+)`", cell)}
    assert len(calls) > 90
    source = DRIVER.read_text()
    assert {call for call in calls if not re.search(rf"\b{call}\b", source)} == set()


# Results


@pytest.mark.parametrize(
    ("step", "code", "message"),
    [
        ("ouf\tquit\t_ok\tfine", OK, "ok fine"),
        ("ouf\tquit chars\t_wa\t  bad \n", WA, "wrong answer bad"),
        ("ouf\tquitf\t_pe\ta", PE, "wrong output format a|5"),
        ("ouf\tquit\t_dirt\ta", PE, "wrong output format a"),
        ("ouf\tquit\t_unexpected_eof\ta", PE, "wrong output format a"),
        ("ouf\tquit\t_fail\ta", FAIL, "FAIL a"),
        ("ouf\tquit\t_points\ta", POINTS, "points a"),
        ("ouf\tquit\t_pc20\ta", 20, "partially correct (20) a"),
        ("ouf\tquit\t_partially\ta", 0, "partially correct (0) a"),
        ("ouf\tquit\tstrange\ta", FAIL, "FAIL What is the code ???"),
        ("ouf\tquitif\t1\t_wa\ta", WA, "wrong answer a"),
        ("ouf\tstream quit\t_ok\ta", OK, "ok a"),
        ("ouf\tstream quits\t_wa\ta", WA, "wrong answer a"),
        ("ouf\tstream quitf\t_wa\ta", WA, "wrong answer a|5"),
        ("ouf\tstream quitif\t1\t_wa\ta", WA, "wrong answer a"),
        ("ouf\tstream ensure\t0", WA, 'wrong answer Condition failed: "whole(w[2]) != 0"'),
        ("ouf\tstream ensuref\t0\ta", WA, "wrong answer a"),
        ("ouf\tensure\t0", FAIL, 'FAIL Condition failed: "whole(w[2]) != 0"'),
        ("ouf\tensuref\t0\ta", FAIL, "FAIL a"),
        ("ouf\tquitp\t0.25\tm", POINTS, "points 0.25 m"),
        ("ouf\tquitp\t1", POINTS, "points 1.0"),
        ("ouf\tquitp\t-1e-9", POINTS, "points 0.0"),
        ("ouf\tquitp\t-1", FAIL, "FAIL Parameter 'points' can't be negative"),
        ("ouf\tquitp\tnan", FAIL, "FAIL Parameter 'points' can't be nan"),
        ("ouf\tquitp\tinf", FAIL, "FAIL Parameter 'points' can't be infinite"),
        ("ouf\tquitp\t1e7", FAIL, "FAIL Parameter 'points' can't be greater than 1E6"),
        ("ouf\tquitp float\t0.5\tm", POINTS, "points 0.5 m"),
        ("ouf\tquitp long double\t0.5", POINTS, "points 0.5"),
        ("ouf\tquitp int\t30\tm", POINTS, "points 30 m"),
        ("ouf\tquitp format\t0.5\tm", POINTS, "points 0.5 m|5"),
        ("ouf\tquitpi\tx=1\tm", POINTS, "points points_info=x=1 m"),
        ("ouf\tquitpi\tx 1\tm", FAIL, "FAIL Parameter 'points_info' can't contain spaces"),
        ("ouf\texpectedButFound\tint", WA, "wrong answer n 5: expected '10', but found '20'"),
        ("ouf\texpectedButFound\tdouble", WA, "wrong answer expected '0.5', but found '2.0'"),
        ("ouf\texpectedButFound\tstring", WA, "wrong answer expected 'a b', but found 'c'"),
    ],
)
def test_result_has_its_exit_code_and_message(check: Callable[..., End], step: str, code: int, message: str) -> None:
    assert check("ouf\treadInt", step) == End(code, "1\n", message + "\n")


def test_condition_that_holds_ends_nothing(check: Callable[..., End]) -> None:
    steps = ["ensure\t1", "ensuref\t1\ta", "ensure_ext\t1", "quitif\t0\t_wa\ta", "stream quitif\t0\t_wa\ta"]
    steps += ["stream ensure\t1", "stream ensuref\t1\ta", "readInt"]
    assert check(*(f"ouf\t{step}" for step in steps), "ouf\tquit\t_ok\tend").code == OK
    ended = check("ouf\tensure_ext\t0")
    assert re.fullmatch(r'FAIL Line \d+: Condition failed: "whole\(w\[2\]\) != 0"\n', ended.message)
    assert check("ouf\thalt\t5", "ouf\tquit\t_ok\ta").code == FAIL  # the guard sees that nothing was said


@pytest.mark.parametrize("result", ["_ok", "_wa", "_pe", "_points", "_pc5", "_unexpected_eof", "_fail"])
@pytest.mark.parametrize("stream", ["inf", "ans"])
def test_result_of_a_stream_of_the_jury_is_a_failure(check: Callable[..., End], stream: str, result: str) -> None:
    ended = check(f"{stream}\tstream quit\t{result}\ta")
    assert ended.code == FAIL
    assert ended.message.startswith("FAIL a")
    assert ("input" if stream == "inf" else "answer") in ended.message or result == "_fail"


def test_message_has_the_test_case(check: Callable[..., End]) -> None:
    def of(*numbers: int, end: str = "quit\t_wa\ta", first: str = "ouf") -> str:
        steps = [f"ouf\tsetTestCase\t{number}" for number in numbers]
        return check("ouf\treadInt", *steps, f"{first}\t{end}").message

    assert of(3) == "wrong answer a (test case 3)\n"
    assert of(0, 1) == "wrong answer a (test case 2)\n"  # counted from zero
    assert of(1, end="quit\t_ok\ta") == "ok a (1 test case)\n"
    assert of(2, end="quitp\t0.5") == "points 0.5 (2 test cases)\n"
    assert re.fullmatch(r"FAIL a \(test case 2, /.*/answer\)\n", of(2, end="stream quit\t_wa\ta", first="ans"))
    told = check("ouf\tsetTestCase\t4", "ouf\tgetTestCase", "ouf\tunsetTestCase", "ouf\tquit\t_wa\ta")
    assert told == End(WA, "4\n", "wrong answer a\n")


def test_long_message_is_truncated(check: Callable[..., End]) -> None:
    message = check(f"ouf\tquit\t_wa\t{'x' * 40000}").message
    begin = "wrong answer message length exceeds 32000, the message is truncated: xxx"
    assert message.startswith(begin)
    assert len(message) == len("wrong answer ") + 32000 + 1


@pytest.mark.parametrize(
    ("step", "outcome", "text"),
    [
        ('quit\t_ok\ta<b>&"c"\x01', 'outcome = "accepted"', "a&lt;b&gt;&amp;&quot;c&quot;."),
        ("quit\t_wa\ta", 'outcome = "wrong-answer"', "a"),
        ("quit\t_dirt\ta", 'outcome = "presentation-error"', "a"),
        ("quit\t_fail\ta", 'outcome = "fail"', "a"),
        ("quit\t_pc20\ta", 'outcome = "partially-correct" pctype = "20"', "a"),
        ("quitp\t0.25\ta", 'outcome = "points" points = "0.25"', "0.25 a"),
        ("quitpi\tx\ta", 'outcome = "fail"', "Expected points, but infinity found"),
    ],
)
def test_report(check: Callable[..., End], tmp_path: Path, step: str, outcome: str, text: str) -> None:
    report = tmp_path / "report"

    ended = check("ouf\treadInt", f"ouf\t{step}", more=(report, "-appes"))

    expected = f'<?xml version="1.0" encoding="windows-1251"?><result {outcome}>{text}</result>\n'
    assert report.read_text() == expected
    assert ended.message == "\nSee file to check exit message\n"
    check("ouf\treadInt", "ouf\tsetAppesModeEncoding\tUTF-8", f"ouf\t{step}", more=(report, "-APPES"))
    assert report.read_text() == expected.replace("windows-1251", "utf-8")
    if not step.startswith("quitpi"):
        check("ouf\treadInt", f"ouf\t{step}", more=(report,))
        assert report.read_text() == step.split("\t")[2] if "points" not in outcome else "0.25 a"


def test_report_that_cannot_be_written_is_a_failure(check: Callable[..., End], tmp_path: Path) -> None:
    ended = check("ouf\treadInt", "ouf\tquit\t_ok\ta", more=(tmp_path / "none" / "report",))
    assert ended == End(FAIL, "1\n", "FAIL Can not write to the result file\n")


def test_arguments(driver: Driver, check: Callable[..., End], tmp_path: Path) -> None:
    ended = check(
        "ouf\toptions", "ouf\ttestlibMode", "ouf\treadInt", "ouf\tquit\t_ok\ta", more=("--testset", "t", "--group", "g")
    )
    assert ended == End(OK, hexadecimal("t", "g", "t", "g") + "1\n1\n", "ok a\n")
    assert check("ouf\toptions").told == hexadecimal("tests", "", "", "")
    for bad in (("--testset",), ("--group",), ("--testset", ""), ("r", "-xml"), ("r", "-appes", "x")):
        assert check(more=bad).code == FAIL
    for mode in ("check", "interact"):
        ended = driver.run(mode)
        assert (ended.code, ended.message[:5]) == (FAIL, "FAIL ")


# The corners that a checker meets


def test_output_that_is_left_unread(check: Callable[..., End]) -> None:
    dirty = "wrong output format Extra information in the output file\n"
    for end in ("quit\t_ok\ta", "quitp\t0.5", "quit\t_pc5\ta", "quitpi\tx"):
        assert check("ouf\treadInt", f"ouf\t{end}", output=b"1 2") == End(PE, "1\n", dirty)
        assert check("ouf\treadInt", f"ouf\t{end}", output=b"1 \r\n\t\n").code != PE
    for end in ("_wa", "_pe", "_fail"):
        assert "Extra" not in check(f"ouf\tquit\t{end}\ta").message


def test_end_without_a_word_is_a_failure(driver: Driver, check: Callable[..., End], tmp_path: Path) -> None:
    assert check("ouf\treadInt") == End(FAIL, "1\n", "FAIL Checker must end with quit or quitf call.\n")
    assert check("ouf\treadInt", "ouf\tdisableFinalizeGuard") == End(OK, "1\n", "")
    assert driver.run("unregistered").code == FAIL
    assert driver.run("interact", tmp_path / "input", "/dev/null") == End(OK, "", "")
    assert driver.run("validate", stdin=b"1").code == FAIL
    assert driver.run("generate").code == OK


def test_missing_files(check: Callable[..., End], tmp_path: Path) -> None:
    path = tmp_path / "output"
    assert check(output=None) == End(PE, "", f'wrong output format Output file not found: "{path}"\n')
    path = tmp_path / "answer"
    assert check(answer=None) == End(FAIL, "", f'FAIL Answer file not found: "{path}"\n')
    end = "ouf\tquit\t_ok\ta"
    assert check("ouf\treadInt", end, input=None).code == OK  # nobody reads it
    for call in ("readInt", "readToken", "readLine", "readDouble", "readChar\ta"):
        ended = check(f"inf\t{call}", end, input=None)
        assert (ended.code, ended.message[:5]) == (FAIL, "FAIL "), call
    assert check("inf\tseekEof", "inf\teoln", "ouf\treadInt", end, input=None) == End(OK, "1\n1\n1\n", "ok a\n")


def test_bounds_are_wrong_in_the_output_and_a_failure_elsewhere(check: Callable[..., End]) -> None:
    assert check("ouf\treadInt\t2\t5\tn").code == WA
    assert check("ans\treadInt\t2\t5\tn").code == FAIL
    assert check("inf\treadInt\t2\t5\tn").code == FAIL


def test_file_above_the_limit_is_refused_and_a_file_can_be_read_again(check: Callable[..., End]) -> None:
    ended = check("ouf\treadInt", "ouf\tmaxFileSize\t3", "ouf\treset", output=b"1 23")
    assert ended == End(PE, "1\n", "wrong output format File size exceeds 3 bytes, size is 4\n")
    ended = check("ouf\treadInt", "ouf\treset", "ouf\treadInt", "ouf\tclose", "ouf\tquit\t_ok\ta", output=b"1 2")
    assert ended == End(OK, "1\n1\n", "ok a\n")


def test_byte_order_mark_of_the_output_is_skipped(check: Callable[..., End]) -> None:
    assert check("ouf\treadInt", "ouf\tquit\t_ok\ta", output=b"\xef\xbb\xbf1").code == OK
    assert check("ouf\treadInt", output=b"\xef\xbb1").code == PE
    assert check("ans\treadInt", answer=b"\xef\xbb\xbf1").code == FAIL
    assert check("ans\tskipBom", "ans\treadInt", "ouf\tquit\t_wa\ta", answer=b"\xef\xbb\xbf1").told == "1\n"


def test_large_files_are_read_fast(check: Callable[..., End]) -> None:
    count = 200_000
    numbers = b"\r\n".join(b"%d" % (number * 7919 % 10**9) for number in range(count))
    begin = time.monotonic()
    step = f"ouf\treadInts\t{count}\t0\t1000000000\ta"
    ended = check(step, "ouf\tquit\t_ok\ta", output=numbers)
    assert ended.code == OK
    assert ended.told.count("\n") == count
    assert time.monotonic() - begin < 10
    line = b"x" * (2 << 20)
    assert len(check("ouf\treadLine", "ouf\tquit\t_ok\ta", output=line + b"\n").told) == 2 * len(line) + 1
    assert check("ouf\treadToken", output=b"x" * (33 << 20)).message.startswith(
        "wrong output format Length of token exceeds 33554432, token is 'xxxx"
    )


@pytest.mark.parametrize("size", [65534, 65535, 65536])
def test_line_ends_at_the_edge_of_a_chunk(check: Callable[..., End], size: int) -> None:
    output = b"x" * size + b"\r\ny z\r\n"
    ended = check("ouf\treadLine", "ouf\treadLine", "ouf\tquit\t_ok\ta", output=output)
    assert ended == End(OK, hexadecimal("x" * size, "y z"), "ok a\n")
    ended = check("ouf\treadToken", "ouf\treadEoln", "ouf\treadToken", "ouf\tquit\t_wa\ta", output=output)
    assert ended == End(WA, hexadecimal("x" * size, "y"), "wrong answer a\n")


# Interactors and validators


def test_interactor_answers_before_the_program_ends(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"7\n")
    (tmp_path / "answer").write_bytes(b"8\n")
    steps = ["inf\treadInt", "ouf\tcout\tquestion", "ouf\treadInt\t1\t9\tx", "ouf\ttout\tnoted", "ouf\tcout\tmore"]
    steps += ["ouf\treadLine", "ouf\treadLine", "ans\treadInt", "ouf\tquit\t_ok\tfine"]
    process = subprocess.Popen(
        [driver.path, "interact", tmp_path / "input", tmp_path / "tout", tmp_path / "answer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "STEPS": "\n".join(steps)},
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None

    while process.stdout.readline() != "question\n":
        pass
    process.stdin.write("5\n")
    process.stdin.flush()
    while process.stdout.readline() != "more\n":
        pass
    _, message = process.communicate("a line\n left unread", timeout=10)

    assert (process.returncode, message) == (OK, "ok fine\n")
    assert (tmp_path / "tout").read_text() == "noted\n"


def test_interactor_of_a_program_that_says_no_more(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"7\n")
    arguments = (tmp_path / "input", "/dev/null")
    ended = driver.run("interact", *arguments, steps="ouf\treadInt")
    assert ended == End(PE, "", "wrong output format Unexpected end of file - int32 expected\n")
    ended = driver.run("interact", *arguments, steps="ouf\treadInt\t1\t9\tx", stdin=b"10")
    assert ended.message == "wrong answer Integer parameter [name=x] equals to 10, violates the range [1, 9]\n"
    ended = driver.run("interact", *arguments, steps="ans\treadInt\nouf\tquit\t_ok\ta")
    assert ended == End(FAIL, "", "FAIL Unexpected end of file - int32 expected (unopened answer stream)\n")
    assert driver.run("interact", tmp_path / "input", tmp_path / "none" / "tout").code == FAIL
    report = tmp_path / "report"
    (tmp_path / "answer").write_bytes(b"8\n")
    driver.run("interact", *arguments, tmp_path / "answer", report, steps="ouf\tquit\t_wa\ta")
    assert report.read_text() == "a"


def test_validator_counts_blanks(driver: Driver) -> None:
    steps = "inf\treadInts\t2\t1\t9\ta\ninf\treadEoln\ninf\treadEof"
    assert driver.run("validate", steps=steps, stdin=b"1 2\n") == End(OK, "1\n2\n", "")
    for bad in (b"1  2\n", b" 1 2\n", b"1 2 \n", b"1 2", b"1 2\n\n", b"1 2\r\n", b"1\n2\n"):
        assert driver.run("validate", steps=steps, stdin=bad).code == FAIL, bad
    ended = driver.run("validate", steps="inf\treadInt\ninf\treadEoln\ninf\treadInt\t2\t3\tb", stdin=b"1\n9\n")
    assert ended.message.endswith("equals to 9, violates the range [2, 3] (stdin, line 2)\n")


# Rules of reading, against a model

TOKENS = st.one_of(
    st.integers(-(2**65), 2**65).map(str),
    st.integers(-12, 12).map(str),
    st.sampled_from(["+1", "01", "-0", "00", "-", "+", "1.5", "1e5", "5.", ".5", "-.5", "1e400", "nan", "0x1", "--1"]),
    st.sampled_from([str(bound + by) for pair in (INT, LONG, (0, 2**64 - 1)) for bound in pair for by in (-1, 0, 1)]),
    st.text("0123456789+-.eE", min_size=1, max_size=8),
    st.text(st.characters(max_codepoint=255, exclude_characters=BLANKS), min_size=1, max_size=70),
)
SPACE = st.text(BLANKS, min_size=1, max_size=3)
several_examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(token: str) -> str:
    """Return a token as messages show it."""
    part = token if len(token) <= 64 else f"{token[:30]}...{token[-31:]}"
    return part.replace("\0", "~")


def bound(number: int) -> str:
    """Return a bound of integers as messages show it."""
    head, zeros = number, 0
    while head and head % 10 == 0:
        head, zeros = head // 10 if head > 0 else -(-head // 10), zeros + 1
    if zeros < 7:
        return str(number)
    return {1: "", -1: "-"}.get(head, f"{head}*") + f"10^{zeros}"


def not_a(kind: str, token: str) -> tuple[int, str]:
    nul = " (it contains \\0)" if "\0" in token else ""
    return PE, f'wrong output format Expected {kind}, but "{shown(token)}" found{nul}\n'


def integer(token: str, least: int, most: int, kind: str = "integer") -> int | tuple[int, str]:
    """Return the integer of a token, or the end that it brings."""
    form = r"0|[1-9][0-9]*" if kind.startswith("unsigned") else r"0|-?[1-9][0-9]*"
    if not re.fullmatch(form, token) or not least <= int(token) <= most:
        return not_a(kind, token)
    return int(token)


def answer(values: list[int | tuple[int, str]]) -> tuple[int, str]:
    """Return the end of reading these one after the other: what is told comes after the message."""
    told = ""
    for value in values:
        if isinstance(value, tuple):
            return value[0], value[1] + told
        told += f"{value}\n"
    return OK, f"ok \n{told}"


@given(st.lists(st.tuples(TOKENS, SPACE), max_size=4), SPACE, st.sampled_from(["readInt", "readInteger"]))
@several_examples
def test_integers_of_32_bits(driver: Driver, tokens: list[tuple[str, str]], before: str, call: str) -> None:
    text = before + "".join(token + space for token, space in tokens)
    values: list[int | tuple[int, str]] = []
    for token, _ in tokens:
        value = integer(token, *LONG)
        fits = isinstance(value, tuple) or INT[0] <= value <= INT[1]
        values.append(value if fits else not_a("int32", token))
    end = (PE, "wrong output format Unexpected end of file - int32 expected\n")
    assert driver.see(text.encode("latin-1"), *[call] * len(tokens)) == answer(values)
    assert driver.see(text.encode("latin-1"), *[call] * (len(tokens) + 1)) == answer([*values, end])
    assert driver.see(text.encode("latin-1"), f"readInts\t{len(tokens)}") == answer_all(values)


def answer_all(values: list[int | tuple[int, str]]) -> tuple[int, str]:
    """Return the end of reading all of these before any is told."""
    bad = [value for value in values if isinstance(value, tuple)]
    return bad[0] if bad else answer(values)


@given(TOKENS, SPACE)
@several_examples
def test_integers_of_64_bits(driver: Driver, token: str, before: str) -> None:
    text = (before + token).encode("latin-1")
    signed, unsigned = integer(token, *LONG), integer(token, 0, 2**64 - 1, "unsigned integer")
    assert driver.see(text, "readLong") == driver.see(text, "readLongs\t1") == answer([signed])
    assert driver.see(text, "readUnsignedLong") == driver.see(text, "readUnsignedLongs\t1") == answer([unsigned])
    if "\0" not in token and "\t" not in token:
        assert driver.see(b"", f"stringToLongLong\t{token}") == answer([signed])
        assert driver.see(b"", f"stringToUnsignedLongLong\t{token}") == answer([unsigned])


@given(st.integers(*INT), st.integers(*INT), st.integers(-3, 3), st.sampled_from(["", "n", "a_i"]))
@several_examples
def test_bounds_of_integers(driver: Driver, least: int, most: int, near: int, name: str) -> None:
    value = min(max(least + near, INT[0]), INT[1])
    rule = f"violates the range [{bound(least)}, {bound(most)}]\n"
    for call, kind in (("readInt", "Integer"), ("readInteger", "Integer"), ("readLong", "Integer")):
        one = f" {value} {rule}" if not name else f" parameter [name={name}] equals to {value}, {rule}"
        many = (f" element {name}[2]" if name else " element [index=2]") + f" equals to {value}, {rule}"
        fits = least <= value <= most
        steps = f"{call}\t{least}\t{most}\t{name}"
        assert driver.see(b"%d" % value, steps) == (answer([value]) if fits else (WA, f"wrong answer {kind}{one}"))
        if least <= most:
            steps = f"{call}s\t2\t{least}\t{most}\t{name}"
            assert driver.see(b"%d\n%d" % (least, value), steps) == (
                answer([least, value]) if fits else (WA, f"wrong answer {kind}{many}")
            )


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
@several_examples
def test_bounds_of_unsigned_integers(driver: Driver, value: int, least: int, most: int) -> None:
    for call in ("readUnsignedLong", "readLong unsigned"):
        code, written = driver.see(b"%d" % value, f"{call}\t{least}\t{most}\tn")
        assert (code, written) == (
            answer([value])
            if least <= value <= most
            else (
                WA,
                f"wrong answer Unsigned integer parameter [name=n] equals to {value}, "
                f"violates the range [{bound(least)}, {bound(most)}]\n",
            )
        )
    many = driver.see(b"%d" % value, f"readUnsignedLongs\t1\t{least}\t{most}\tn")
    assert many == driver.see(b"%d" % value, f"readLongs unsigned\t1\t{least}\t{most}\tn")
    assert many[0] == (OK if least <= value <= most else WA)


@given(TOKENS)
@several_examples
def test_doubles(driver: Driver, token: str) -> None:
    code, written = driver.see(token.encode("latin-1"), "readDouble")
    # The C library's scanf decides about an exponent without digits.
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?", token):
        right = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", token)
        assert (code, written) == (answer_double(float(token)) if right else not_a("double", token))
    assert driver.see(token.encode("latin-1"), "readReal") == (code, written)
    assert driver.see(token.encode("latin-1"), "readReals\t1") == (code, written)
    assert driver.see(token.encode("latin-1"), "readDoubles\t1") == (code, written)
    if "\0" not in token and "\t" not in token:
        assert driver.see(b"", f"stringToDouble\t{token}") == (code, written)


def answer_double(value: float) -> tuple[int, str]:
    return OK, f"ok \n{value:.17g}\n"


def test_bounds_of_doubles(driver: Driver) -> None:
    for call, kind in (("readDouble", "Double"), ("readReal", "Double")):
        assert driver.see(b"0.5", f"{call}\t0\t1\tx") == answer_double(0.5)
        message = "parameter [name=x] equals to 1.5, violates the range [0, 1e+09]\n"
        assert driver.see(b"1.5", f"{call}\t0\t1000000000\tx")[0] == OK
        assert driver.see(b"-1.5", f"{call}\t0\t1e9\tx") == (
            WA,
            f"wrong answer {kind} {message}".replace("1.5", "-1.5"),
        )
        assert driver.see(b"-1.5", f"{call}\t0\t1\t") == (WA, f"wrong answer {kind} -1.5 violates the range [0, 1]\n")
        code, written = driver.see(b"0 7", f"{call}s\t2\t0\t1\tx")
        assert (code, written) == (WA, f"wrong answer {kind} element x[2] equals to 7, violates the range [0, 1]\n")


DIGITS = st.text("0159", max_size=4)
STRICT = st.builds("{}{}{}{}".format, st.sampled_from(["", "-"]), DIGITS, st.sampled_from(["", "."]), DIGITS)


@given(STRICT.filter(bool) | st.text("0.-+e1a", min_size=1, max_size=5), st.integers(0, 3), st.integers(0, 3))
@several_examples
def test_strict_doubles(driver: Driver, token: str, least: int, more: int) -> None:
    code, written = driver.see(token.encode(), f"readStrictDouble\t-100\t100\t{least}\t{least + more}\tx")
    right = re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?", token)
    if not right or not least <= len(right[1] or "") <= least + more:
        assert code == PE
    elif token.startswith("-") and float(token) == 0:
        assert (code, written) == (PE, f'wrong output format Redundant minus in "{token}" found\n')
    else:
        assert code == (OK if abs(float(token)) <= 100 else WA)
        assert code == WA or written == answer_double(float(token))[1]
    assert driver.see(token.encode(), f"readStrictReal\t-100\t100\t{least}\t{least + more}\tx") == (code, written)
    for call in ("readStrictReals", "readStrictDoubles"):
        assert driver.see(token.encode(), f"{call}\t1\t-100\t100\t{least}\t{least + more}")[0] == code
    by_text = driver.see(b"", f"stringToStrictDouble\t{token}\t{least}\t{least + more}")
    assert by_text[0] == code or (code, by_text[0]) == (WA, OK)


def test_strict_double_with_impossible_digits_is_the_checkers_fault(driver: Driver) -> None:
    assert driver.see(b"1", "readStrictDouble\t0\t1\t-1\t1\tx")[0] == FAIL
    assert driver.see(b"1", "readStrictDouble\t0\t1\t2\t1\tx")[0] == FAIL


@given(st.text(st.characters(max_codepoint=255), max_size=20))
@several_examples
def test_tokens(driver: Driver, text: str) -> None:
    tokens = re.findall(f"[^{BLANKS}]+", text)
    end = "wrong output format Unexpected end of file - token expected\n"
    for call in ("readToken", "readWord", "readTokenTo", "readWordTo"):
        expected = (OK, "ok \n" + hexadecimal(*tokens))
        assert driver.see(text.encode("latin-1"), *[call] * len(tokens)) == expected
        assert driver.see(text.encode("latin-1"), *[call] * (len(tokens) + 1)) == (PE, end + hexadecimal(*tokens))
    for call in ("readTokens", "readWords"):
        expected = (OK, "ok \n" + hexadecimal(*tokens))
        assert driver.see(text.encode("latin-1"), f"{call}\t{len(tokens)}") == expected
        assert driver.see(text.encode("latin-1"), f"{call}\t{len(tokens) + 1}") == (PE, end)


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r") | st.just("\n"), max_size=20), st.booleans())
@several_examples
def test_lines(driver: Driver, text: str, windows: bool) -> None:
    lines = text.split("\n")
    data = text.replace("\n", "\r\n" if windows else "\n").encode("latin-1")
    for call in ("readLine", "readString", "readLineTo", "readStringTo"):
        # After the last line, a line is empty.
        expected = (OK, "ok \n" + hexadecimal(*lines, ""))
        assert driver.see(data, *[call] * (len(lines) + 1)) == expected
    for call in ("readLines", "readStrings"):
        assert driver.see(data, f"{call}\t{len(lines)}") == (OK, "ok \n" + hexadecimal(*lines))
    assert driver.see(data, *["nextLine"] * (len(lines) - 1), "readLine") == (OK, "ok \n" + hexadecimal(lines[-1]))


def test_carriage_returns_that_end_no_line(driver: Driver) -> None:
    assert driver.see(b"a\rb\nc", "readLine", "readLine") == (OK, "ok \n" + hexadecimal("ab", "c"))
    assert driver.see(b"a\r\r\nc", "readLine", "readLine") == (OK, "ok \n" + hexadecimal("a\r", "c"))
    assert driver.see(b"a\r", "readLine") == (OK, "ok \n" + hexadecimal("a\xff"))


# Patterns

SETS = ["[a-c]", "[^a]", "[a-]", "[abc1]", "a", "1", r"\[", r"\ "]
COUNTS = ["", "?", "*", "+", "{2}", "{1,2}", "{0,3}"]
SIMPLE = st.lists(st.tuples(st.sampled_from(SETS), st.sampled_from(COUNTS)), min_size=1, max_size=3)
PATTERNS = st.tuples(SIMPLE, st.lists(SIMPLE, max_size=3))
Simple = list[tuple[str, str]]


def source(parts: Simple) -> str:
    return "".join(map("".join, parts))


def ends_of(parts: Simple, text: str) -> str | None:
    """Return what is left of a text behind the parts, each of which takes as much as it can; None if one fails."""
    for characters, count in parts:
        least, most = {"": (1, 1), "?": (0, 1), "*": (0, 99), "+": (1, 99)}.get(count, (0, 0))
        if count.startswith("{"):
            numbers = [int(number) for number in count[1:-1].split(",")]
            least, most = numbers[0], numbers[-1]
        found = re.match(f"(?:{characters}){{0,{most}}}", text, re.DOTALL)
        taken = len(found[0]) if found else 0
        if taken < least:
            return None
        text = text[taken:]
    return text


@given(PATTERNS, st.text("abc1[ -", max_size=6))
@several_examples
def test_patterns(driver: Driver, parts: tuple[Simple, list[Simple]], text: str) -> None:
    head, group = parts
    its_source = source(head) + ("(" + "|".join(map(source, group)) + ")" if group else "")
    rest = ends_of(head, text)
    matches = rest == "" if not group else rest is not None and any(ends_of(each, rest) == "" for each in group)
    assert driver.see(b"", f"matches\t{its_source}\t{text}") == (OK, f"ok \n{int(matches)}\n")
    if text and " " not in text:
        message = f'wrong answer Token "{text}" doesn\'t correspond to pattern "{its_source}"\n'
        for call in ("readToken", "readWord", "readTokenTo", "readWordTo"):
            expected = (OK, "ok \n" + hexadecimal(text)) if matches else (WA, message)
            assert driver.see(text.encode(), f"{call}\t{its_source}") == expected
    message = f'wrong answer Line [name=s] equals to "{text}", doesn\'t correspond to pattern "{its_source}"\n'
    for call in ("readLine", "readString", "readLineTo", "readStringTo"):
        expected = (OK, "ok \n" + hexadecimal(text)) if matches else (WA, message)
        assert driver.see(text.encode(), f"{call}\t{its_source}\ts") == expected


def test_patterns_of_several_tokens_and_lines(driver: Driver) -> None:
    for call in ("readTokens", "readWords"):
        assert driver.see(b"a b 1", f"{call}\t3\t[a-z]\tw") == (
            WA,
            'wrong answer Token element w[3] equals to "1", doesn\'t correspond to pattern "[a-z]"\n',
        )
    assert driver.see(b"a\n1\n", "readLines\t2\t[a-z]\tw")[1].startswith("wrong answer Line element w[1] equals")
    assert driver.see(b"a\n1\n", "readStrings\t2\t[a-z]")[1].startswith("wrong answer Line element [index=2] equals")
    assert driver.see(b"", "src\t[a-z] {2}") == (OK, "ok \n" + hexadecimal("[a-z] {2}"))
    assert driver.see(b"NO SOLUTION", "readLine\tNO\\ SOLUTION")[0] == OK
    assert driver.see(b"NO SOLUTION", "readLine\tNO SOLUTION")[0] == WA  # spaces of a pattern are ignored


@pytest.mark.parametrize("bad", ["(a", "a)", "[a", "a{", "a{}", "a{2,1}", "a{x}", "a|", "[z-a]", "(a|b)c"])
def test_wrong_pattern_is_the_checkers_fault(driver: Driver, bad: str) -> None:
    code, written = driver.see(b"a", f"readToken\t{bad}")
    assert (code, written[:13]) == (FAIL, "FAIL pattern:")


# Characters


def test_characters(driver: Driver) -> None:
    def told(text: bytes, *steps: str) -> tuple[int, list[int]]:
        code, written = driver.see(text, *steps)
        return code, [int(line) for line in written.splitlines()[1:]]

    assert told(b"ab", "curChar", "nextChar", "readChar", "curChar") == (OK, [97, 97, 98, -1])
    assert told(b"a b", "readChar\ta", "readSpace", "readChar\tb", "eof") == (OK, [97, 32, 98, 1])
    assert told(b"ab", "skipChar", "unreadChar\tx", "nextChar", "nextChar", "nextChar") == (OK, [120, 98, -1])
    assert told(b" \t\r\n1", "eof", "seekEof", "readInt", "seekEof", "eof") == (OK, [0, 0, 1, 1, 1])
    assert told(b" \t\n1\n", "seekEoln", "eoln", "nextChar", "eoln", "eoln") == (OK, [1, 0, 49, 1, 1])
    assert told(b"\r\n\rx", "eoln", "eoln", "nextChar") == (OK, [1, 0, 13])
    assert told(b"1 \n", "readInt", "skipBlanks", "readEof") == (OK, [1])
    assert told(b"1\r\n", "readInt", "readEoln", "readEof") == (OK, [1])
    assert driver.see(b"1 ", "readInt", "readEof")[1].startswith("wrong output format Expected EOF\n")
    assert driver.see(b"1 ", "readInt", "readEoln")[1].startswith("wrong output format Expected EOLN\n")
    message = "wrong output format Unexpected character 'b', but 'a' expected\n"
    assert driver.see(b"b", "readChar\ta") == (PE, message)
    message = "wrong output format Unexpected character #13, but ' ' expected\n"
    assert driver.see(b"\r", "readSpace") == (PE, message)
    assert driver.see(b" 1", "strict", "readInt")[1] == "wrong output format Unexpected white-space - token expected\n"


def test_stream_over_a_text(driver: Driver, check: Callable[..., End]) -> None:
    assert driver.see(b"", "InStream\t 5") == (OK, "ok \n5\n" + hexadecimal("based on based on "))
    assert driver.see(b"", "InStream\tx")[0] == PE
    assert check("ans\tInStream\tx").code == FAIL
    assert check("ouf\tname", "ouf\tquit\t_wa\ta").told.startswith(b"/".hex())


def test_sizes_that_no_vector_has(driver: Driver) -> None:
    message = "FAIL readInts: size should be non-negative.\n"
    assert driver.see(b"1", "readInts\t-1") == (FAIL, message)
    assert driver.see(b"1", "readIntegers\t100000001")[0] == FAIL
    assert driver.see(b"123456", "maxTokenLength\t5", "readToken") == (
        PE,
        "wrong output format Length of token exceeds 5, token is '123456...'\n",
    )


# Numbers and texts

DOUBLES = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf, 1e301, -1e301, 1e-12])
ERRORS = st.sampled_from([1e-9, 1e-6, 0.1])


def close(expected: float, result: float, error: float) -> bool:
    """Say whether two numbers are equal but for an absolute or a relative error."""
    error += 1e-15
    if math.isnan(expected) or math.isnan(result):
        return math.isnan(expected) and math.isnan(result)
    if abs(expected) > 1e300 or abs(result) > 1e300:
        return abs(expected) > 1e300 and abs(result) > 1e300 and (expected > 0) == (result > 0)
    low, high = sorted((expected * (1.0 - error), expected * (1.0 + error)))
    return abs(result - expected) <= error or low <= result <= high


@given(DOUBLES, DOUBLES | st.floats(-3, 3), ERRORS, st.booleans())
@several_examples
def test_double_compare(driver: Driver, expected: float, other: float, error: float, near: bool) -> None:
    result = expected * (1 + other * error) if near and math.isfinite(expected) else other
    told = driver.see(b"", f"doubleCompare\t{expected!r}\t{result!r}\t{error!r}")
    assert told == (OK, f"ok \n{int(close(expected, result, error))}\n")
    if math.isfinite(expected) and math.isfinite(result):
        absolute = abs(result - expected)
        delta = min(absolute, abs(absolute / expected)) if abs(expected) > 1e-9 else absolute
        told = driver.see(b"", f"doubleDelta\t{expected!r}\t{result!r}")
        assert told in (answer_double(delta), answer_double(-delta if delta == 0 else delta))


def test_difference_of_equal_numbers_may_be_a_negative_zero(driver: Driver) -> None:
    assert driver.see(b"", "doubleDelta\t-1.25\t-1.25", "doubleDelta\t1.25\t1.25") == (OK, "ok \n-0\n0\n")


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\0\t\n"), max_size=130))
@several_examples
def test_compress(driver: Driver, text: str) -> None:
    assert driver.see(b"", f"compress\t{text}") == (OK, "ok \n" + hexadecimal(shown(text)))


def test_texts(driver: Driver) -> None:
    def told(step: str) -> list[str]:
        return [bytes.fromhex(line).decode() for line in driver.see(b"", step)[1].splitlines()[1:]]

    assert told("compress nul\t65") == ["~" * 30 + "..." + "~" * 31]
    endings = {n: told(f"englishEnding\t{n}")[0] for n in (1, 2, 3, 4, 10, 11, 12, 13, 21, 111, 122, 1003)}
    assert endings == {
        **{1: "st", 2: "nd", 3: "rd", 4: "th", 10: "th", 11: "th", 12: "th", 13: "th"},
        **{21: "st", 111: "th", 122: "nd", 1003: "rd"},
    }
    assert told("format\ta") == ["a|5x"]
    assert told("vtos\t-12.5 x") == ["-12 -12.5 -12.5 97 1"]  # of a text, the first word
    assert told("toString\t-20000000") == ["-20000000 -2*10^7"]
    assert told("upperCase\taBz1") == ["ABZ1abz1"]
    assert told("trim\t  a b ") == ["a b"]
    assert told("split\ta,b,,c,\t,") == ["a", "b", "", "c", ""]
    assert told("split\ta,b;c\t,;") == ["a", "b", "c"]
    assert told("split\ta,b\t") == ["a,b"]
    assert told("tokenize\t,a,,b,\t,") == ["a", "b"]
    assert told("tokenize\ta,b;;c\t,;") == ["a", "b", "c"]
    assert told("join") == ["1 2 3|1, 2, 3|1-2-3"]
    assert driver.see(b"", "isBlanks\ta", "isBlanks\t ", "isBlanks\t\r")[1].split() == ["ok", "12", "13", "15"]
    assert told("setName\ta name") == ["a name"]
    written = driver.see(b"", "println")[1]
    assert written == "1 2 3\n1 2 3\n4 5\na b\na 1 2 3\nx y\n1 c 2.5 d 1 2 3 e 1\nok \n"
    assert driver.see(b"", "resultExitCode\t_wa", "resultExitCode\t_pc30")[1].split() == ["ok", "1", "30"]


# Random numbers


class Random:
    """The generator, once more. The mutable state: 48 bits."""

    def __init__(self, seed: int) -> None:
        self.state = (seed ^ 0x5DEECE66D) & (2**48 - 1)

    def bits(self, count: int) -> int:
        self.state = (self.state * 0x5DEECE66D + 0xB) & (2**48 - 1)
        return self.state >> (48 - count)

    def below(self, n: int) -> int:
        """Draw an int below n."""
        if n & (n - 1) == 0:
            return n * self.bits(31) >> 31
        while (drawn := self.bits(31)) >= (2**31 - 1) // n * n:
            pass
        return drawn % n

    def long_below(self, n: int) -> int:
        """Draw a long long below n."""
        while (drawn := (self.bits(31) << 32) ^ self.bits(32)) >= (2**63 - 1) // n * n:
            pass
        return drawn % n


@given(st.integers(0, 2**62), st.integers(1, 2**31 - 1), st.integers(1, 2**63 - 1))
@several_examples
def test_random_numbers(driver: Driver, seed: int, n: int, m: int) -> None:
    steps = [
        f"rnd.setSeed\t{seed}",
        f"rnd.next\tint\t{n}",
        f"rnd.next\tlong long\t{m}",
        f"rnd.next\tfrom to\t-5\t{n - 6}",
    ]
    random = Random(seed)
    expected = [random.below(n), random.long_below(m), random.long_below(n) - 5]
    assert driver.see(b"", *steps) == answer([*expected])
    code, written = driver.see(b"", f"rnd.setSeed\t{seed}", "rnd.next\treal", "rnd.next\tdouble\t2\t3.5")
    first, second = map(float, written.split()[1:])
    random = Random(seed)
    assert first == ((random.bits(26) << 27) + random.bits(27)) / 2**53
    assert (code, 2 <= second < 3.5) == (OK, True)


def test_random_collections(driver: Driver) -> None:
    def told(*steps: str) -> list[int]:
        code, written = driver.see(b"", *steps)
        assert code == OK
        return [int(line) for line in written.splitlines()[1:]]

    for seed in range(20):
        start = f"rnd.setSeed\t{seed}"
        assert all(0 <= each < 10 for each in told(start, "rnd.many"))
        assert sorted(told(start, "rnd.perm\t6")) == [1, 2, 3, 4, 5, 6]
        assert sorted(told(start, "shuffle")) == [1, 2, 3, 4, 5]
        for most in (5, 6, 1000):
            distinct = told(start, f"rnd.distinct\t5\t1\t{most}")
            assert len(set(distinct)) == 5
            assert all(1 <= each <= most for each in distinct)
        parts = told(start, "rnd.partition\t4\t30\t2")
        assert (len(parts), sum(parts), min(parts) >= 2) == (4, 30, True)
        text = bytes.fromhex(driver.see(b"", start, "rnd.next\tpattern\t[a-c]{2,4}(x|y)")[1].split()[1]).decode()
        assert re.fullmatch("[a-c]{2,4}(x|y)", text)
    assert driver.see(b"", "rnd.next\tint\t0")[0] == FAIL
    assert driver.see(b"", "rnd.next\tpattern\ta*")[0] == FAIL
