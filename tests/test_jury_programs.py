"""Checkers in any language and protocol: what they are given, what their exit codes mean, and what is ours."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from pathlib import Path

import pytest

from deepcoder.judge import judge, judge_test
from deepcoder.jury import Jury
from deepcoder.jury_program import PROTOCOLS, JuryProgram, Says
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.rulings import JuryError, given_for, ruling
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.sandbox.backends import TESTLIB_VARIABLE, own_testlib
from deepcoder.sandbox.namespaces import SCRATCH_BYTES
from deepcoder.verdicts import OWN_CODE, Judgement, Submission, Verdict
from deepcoder.wire.messages import Ended, Outcome, frame

ECHO = "print(input())"
# Accepts the expected output, and says what it was given.
KATTIS = """
import os, sys
given, answer = open(sys.argv[1]).read(), open(sys.argv[2]).read()
output = sys.stdin.read()
with open(sys.argv[3] + "judgemessage.txt", "w") as message:
    message.write(f"{given!r} {answer!r} {output!r} {sys.argv[3:]} {sorted(os.listdir())}")
sys.exit(42 if output == answer else 43)
"""
KATTIS_CPP = """
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include "same.h"
int main(int count, char** words) {
  std::ifstream answer(words[2]);
  std::string expected{std::istreambuf_iterator<char>(answer), {}};
  std::string output{std::istreambuf_iterator<char>(std::cin), {}};
  std::ofstream(std::string(words[3]) + "judgemessage.txt") << count - 4 << " flags";
  return same(output, expected) ? 42 : 43;
}
"""
SAME_H = "#include <string>\nbool same(std::string, std::string);\n"
SAME_CPP = '#include "same.h"\nbool same(std::string left, std::string right) { return left == right; }\n'


def checked_by(checker: JuryProgram, *tests: tuple[str, str], flags: tuple[str, ...] = ()) -> Problem:
    cases = tuple(TestCase(*test, checker_flags=flags) for test in tests)
    return Problem("jury", Mode.STDIN, cases, special_checker=checker)


def judged(source: str, problem: Problem, sandbox: Sandbox, jury: Jury) -> Judgement:
    return judge(Submission(problem, Program(source)), sandbox, jury)


def message(source: str, problem: Problem, sandbox: Sandbox, jury: Jury) -> str:
    return judge_test(Submission(problem, Program(source)), 0, sandbox, jury).message


def test_checker_is_given_input_answer_output_and_flags(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = checked_by(JuryProgram("kattis", "python", KATTIS, flags=("a b",)), ("x", "x\n"), flags=("--c",))
    assert judged(ECHO, problem, shared_sandbox, jury).verdict is Verdict.AC
    said = message(ECHO, problem, shared_sandbox, jury)
    assert said == "'x' 'x\\n' 'x\\n' ['feedback/', 'a b', '--c'] ['answer.txt', 'feedback', 'input.txt', 'main.py']"


def test_message_of_a_checker_stays_out_of_the_judgement(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = checked_by(JuryProgram("kattis", "python", KATTIS), ("x", "secret\n"))
    judgement = judged(ECHO, problem, shared_sandbox, jury)
    assert (judgement.verdict, judgement.detail) == (Verdict.WA, "wrong, says the data set's own checker")
    assert "secret" in message(ECHO, problem, shared_sandbox, jury)


def test_program_that_fails_is_not_checked(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = checked_by(JuryProgram("kattis", "python", "raise SystemExit(42)"), ("x", "x"))
    assert judged("exit(1)", problem, shared_sandbox, jury).verdict is Verdict.RTE


@pytest.mark.parametrize("size", [0, 1 << 14, 1 << 20])
def test_checker_reads_files_of_any_size(size: int, shared_sandbox: Sandbox, jury: Jury) -> None:
    text = "x" * size
    problem = checked_by(JuryProgram("kattis", "python", KATTIS), (text, text), (text + "y", text + "y"))
    echo = "import sys; sys.stdout.write(sys.stdin.read())"
    assert judged(echo, problem, shared_sandbox, jury).verdict is Verdict.AC
    assert judged(echo + "; print()", problem, shared_sandbox, jury).verdict is Verdict.WA


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise SystemExit(0)", "the checker failed: exit code 0"),
        ("raise ValueError", "the checker failed: exit code 1"),
        ("while True: pass", "the checker: time limit"),
        ("import os; os.abort()", "the checker: ended by signal 6: Aborted"),
        ("x = bytes(4 << 30)", "the checker: memory limit"),
        ("1 +", "the checker does not compile: SyntaxError"),
    ],
)
def test_failure_of_a_checker_is_ours(
    source: str, why: str, shared_sandbox: Sandbox, jury: Jury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepcoder.jury.LIMITS", Limits(cpu_s=2))
    judgement = judged(ECHO, checked_by(JuryProgram("kattis", "python", source), ("x", "x")), shared_sandbox, jury)
    assert judgement.verdict is Verdict.IE
    assert judgement.detail.startswith(OWN_CODE + why)


PRINTS = (
    "import sys\nprint('checked', 100 * 'x')\nsys.exit({codes}[sys.stdin.read() == open(sys.argv[{answer}]).read()])"
)


@pytest.mark.parametrize(
    ("protocol", "source"),
    [("testlib", PRINTS.format(codes=(1, 0), answer=3)), ("kattis", PRINTS.format(codes=(43, 42), answer=2))],
)
def test_what_a_checker_prints_says_nothing(protocol: str, source: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = checked_by(JuryProgram(protocol, "python", source), ("x", "x\n"))
    verdicts = [judged(program, problem, shared_sandbox, jury).verdict for program in (ECHO, "print('y')")]
    assert verdicts == [Verdict.AC, Verdict.WA]


def test_files_that_do_not_fit_are_no_ruling(shared_sandbox: Sandbox, jury: Jury) -> None:
    checker = JuryProgram("testlib", "python", "import sys\nsys.exit(0)")
    judgement = judged("print(1)", checked_by(checker, ("x" * (SCRATCH_BYTES + 1), "1")), shared_sandbox, jury)
    assert judgement.verdict is Verdict.IE and "No space left" in judgement.detail


def test_checker_of_several_files_is_compiled_together(compiling_jury: Jury, shared_sandbox: Sandbox) -> None:
    files = (("same.cpp", SAME_CPP), ("same.h", SAME_H))
    problem = checked_by(JuryProgram("kattis", "cpp", KATTIS_CPP, "main.cpp", files, ("1", "2")), ("x", "x\n"))
    assert judged(ECHO, problem, shared_sandbox, compiling_jury).verdict is Verdict.AC
    assert judged("print(1)", problem, shared_sandbox, compiling_jury).verdict is Verdict.WA
    assert message(ECHO, problem, shared_sandbox, compiling_jury) == "2 flags"


TESTLIB_CHECKER = """
#include "testlib.h"
int main(int count, char** words) {
  registerTestlibCmd(count, words);
  int expected = ans.readInt(), found = ouf.readInt(1, 100, "found");
  if (expected != found) quitf(_wa, "expected %d, found %d", expected, found);
  quitf(_ok, "%d is right", found);
}
"""


@pytest.mark.parametrize(
    ("source", "verdict", "said"),
    [
        ("print(7)", Verdict.AC, "ok 7 is right"),
        ("print(8)", Verdict.WA, "wrong answer expected 7, found 8"),
        ("print(700)", Verdict.WA, "wrong answer "),
        ("print('x')", Verdict.WA, "wrong output format "),
        ("pass", Verdict.WA, "wrong output format "),
        ("print(7, 7)", Verdict.WA, "wrong output format "),
        ("import os; os.write(1, b'\\x00' * (1 << 20))", Verdict.WA, "wrong output format "),
        ("import os; os.write(1, b'\\x1b[31m7')", Verdict.WA, "wrong output format "),
        ("print('9' * (1 << 20))", Verdict.WA, "wrong output format "),
        ("print('answer.txt')", Verdict.WA, "wrong output format "),
    ],
)
def test_testlib_checker(
    source: str, verdict: Verdict, said: str, compiling_jury: Jury, shared_sandbox: Sandbox
) -> None:
    problem = checked_by(JuryProgram("testlib", "cpp", TESTLIB_CHECKER), ("", "7"))
    assert judged(source, problem, shared_sandbox, compiling_jury).verdict is verdict
    assert message(source, problem, shared_sandbox, compiling_jury).startswith(said)


@pytest.mark.parametrize("share", [0, 1, 3, 42])
def test_share_of_the_points_is_not_right(share: int, compiling_jury: Jury, shared_sandbox: Sandbox) -> None:
    source = TESTLIB_CHECKER.replace('quitf(_ok, "%d is right", found)', f'quitf(_pc({share}), "a part")')
    problem = checked_by(JuryProgram("testlib", "cpp", source), ("", "7"))
    assert judged("print(7)", problem, shared_sandbox, compiling_jury).verdict is Verdict.WA


def test_share_of_no_points_is_not_right_by_the_header_of_a_problem(
    compiling_jury: Jury, shared_sandbox: Sandbox
) -> None:
    """Bring a header as testlib's own is: its base of the exit codes of shares is 0, unless another is given."""
    header = "#include <cstdlib>\n#ifndef PC_BASE_EXIT_CODE\n#define PC_BASE_EXIT_CODE 0\n#endif\n"
    source = '#include "testlib.h"\nint main() { std::exit(PC_BASE_EXIT_CODE); }\n'
    checker = JuryProgram("testlib", "cpp", source, files=(("testlib.h", header),))
    problem = checked_by(checker, ("", "7"))
    assert judged("print(7)", problem, shared_sandbox, compiling_jury).verdict is Verdict.WA


def test_testlib_checker_with_a_wrong_answer_file_is_ours(compiling_jury: Jury, shared_sandbox: Sandbox) -> None:
    problem = checked_by(JuryProgram("testlib", "cpp", TESTLIB_CHECKER), ("", "x"))
    judgement = judged("print(7)", problem, shared_sandbox, compiling_jury)
    assert (judgement.verdict, judgement.detail) == (Verdict.IE, f"{OWN_CODE}the checker failed: exit code 3")


OTHER_TESTLIB = "#include <cstdlib>\ninline void other() { std::exit(0); }\n"


def test_another_testlib_header_takes_the_place_of_ours(
    config_of_all_languages: SandboxConfig, shared_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = tmp_path / "testlib.h"
    header.write_text(OTHER_TESTLIB)
    monkeypatch.setenv(TESTLIB_VARIABLE, str(header))
    config = dataclasses.replace(config_of_all_languages, testlib=own_testlib())
    checker = JuryProgram("testlib", "cpp", '#include "testlib.h"\nint main() { other(); return 3; }')
    with closing(Jury(config)) as jury:
        assert judged("print(7)", checked_by(checker, ("", "x")), shared_sandbox, jury).verdict is Verdict.AC


def test_header_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TESTLIB_VARIABLE, "/nowhere/testlib.h")
    with pytest.raises(ValueError, match="DEEPCODER_TESTLIB=/nowhere/testlib.h cannot be read"):
        SandboxConfig()


def test_checker_that_does_not_compile_says_where(compiling_jury: Jury, shared_sandbox: Sandbox) -> None:
    problem = checked_by(JuryProgram("kattis", "cpp", "int main() { retrun 0; }"), ("x", "x"))
    judgement = judged(ECHO, problem, shared_sandbox, compiling_jury)
    assert judgement.verdict is Verdict.IE
    assert "the checker does not compile: main.cpp:1:" in judgement.detail


def test_language_that_the_jury_lacks_is_named(shared_sandbox: Sandbox, jury: Jury) -> None:
    if "rust" in shared_sandbox.languages:
        pytest.skip("this sandbox has rust")
    problem = checked_by(JuryProgram("kattis", "rust", "fn main() {}"), ("x", "x"))
    for _ in range(2):
        judgement = judged(ECHO, problem, shared_sandbox, jury)
        assert judgement.verdict is Verdict.IE
        assert "cannot run Rust" in judgement.detail


def test_function_checkers_and_programs_take_turns(shared_sandbox: Sandbox, jury: Jury) -> None:
    program = checked_by(JuryProgram("kattis", "python", KATTIS), ("x", "x\n"))
    function = dataclasses.replace(program, special_checker="def check(i, e, a): return a == e")
    for _ in range(2):
        for problem in (program, function):
            assert judged(ECHO, problem, shared_sandbox, jury).verdict is Verdict.AC


PASSES = """
import os, sys
answer, count = int(open(sys.argv[2]).read()), 0
if os.path.exists(sys.argv[3] + "count"):
    count = int(open(sys.argv[3] + "count").read())
if int(sys.stdin.read()) != int(open(sys.argv[1]).read()) + 1:
    sys.exit(43)
if count + 1 < answer:
    open(sys.argv[3] + "count", "w").write(str(count + 1))
    open(sys.argv[3] + "nextpass.in", "w").write(str(100 * (count + 1)))
sys.exit(42)
"""


def test_program_runs_in_as_many_passes_as_the_checker_asks_for(shared_sandbox: Sandbox, jury: Jury) -> None:
    checker = JuryProgram("kattis", "python", PASSES)
    problem = dataclasses.replace(checked_by(checker, ("7", "3"), ("0", "1")), validation_passes=3)
    assert judged("print(int(input()) + 1)", problem, shared_sandbox, jury).verdict is Verdict.AC
    wrong_in_the_last = "n = int(input())\nprint(n + 1 + (n == 200))"
    judgement = judged(wrong_in_the_last, problem, shared_sandbox, jury)
    assert (judgement.verdict, judgement.failed_test) == (Verdict.WA, 0)
    fails_in_the_second = "n = int(input())\nprint(n + 1)\nexit(n == 100)"
    assert judged(fails_in_the_second, problem, shared_sandbox, jury).verdict is Verdict.RTE


def test_more_passes_than_the_problem_has_are_the_checkers_fault(shared_sandbox: Sandbox, jury: Jury) -> None:
    checker = JuryProgram("kattis", "python", PASSES)
    problem = dataclasses.replace(checked_by(checker, ("7", "4")), validation_passes=3)
    judgement = judged("print(int(input()) + 1)", problem, shared_sandbox, jury)
    assert (judgement.verdict, judgement.detail) == (Verdict.IE, f"{OWN_CODE}it asks for more than 3 passes")


# --- Pure ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "code", "says"),
    [
        *(("testlib", code, Says.WRONG) for code in (1, 2, 4, 7, 8, 16, 20, 50)),
        ("testlib", 0, Says.RIGHT),
        *(("testlib", code, Says.FAILED) for code in (3, 127, 255)),
        ("kattis", 42, Says.RIGHT),
        ("kattis", 43, Says.WRONG),
        *(("kattis", code, Says.FAILED) for code in (0, 1, 44)),
    ],
)
def test_exit_codes(protocol: str, code: int, says: Says) -> None:
    assert PROTOCOLS[protocol].exit_codes.get(code, Says.FAILED) is says


def test_ruling_reads_the_files_that_came_back() -> None:
    checker = JuryProgram("kattis", "python", "")
    files = {"feedback/judgemessage.txt": b"well done", "feedback/nextpass.in": b"1", "feedback/own": b"\xff"}
    output = b"".join(frame({"file": name}, content) for name, content in files.items())
    right = ruling(checker, "it", Outcome(Ended.EXITED, output, exit_code=42))
    assert (right.is_right, right.message, right.next_input) == (True, "well done", b"1")
    assert dict(right.files) == {name: files[name] for name in files if "nextpass" not in name}
    wrong = ruling(checker, "it", Outcome(Ended.EXITED, output, exit_code=43))
    assert (wrong.is_right, wrong.next_input) == (False, None)


def test_message_of_a_testlib_checker_is_on_its_standard_error() -> None:
    checker = JuryProgram("testlib", "cpp", "")
    said = ruling(checker, "it", Outcome(Ended.EXITED, exit_code=1, stderr="wrong answer expected 1\n"))
    assert (said.is_right, said.message) == (False, "wrong answer expected 1")
    with pytest.raises(JuryError, match="it failed: exit code 3"):
        ruling(checker, "it", Outcome(Ended.EXITED, exit_code=3, stderr="FAIL"))


def test_testlib_checker_finds_the_output_on_its_standard_input() -> None:
    checker = JuryProgram("testlib", "cpp", "", flags=("-x",))
    given = given_for(checker, checker.rules.checks, TestCase("in", "out", checker_flags=("-y",)), b"in", b"printed")
    assert given.stdin == b"printed"
    assert given.arguments == ("input.txt", "/dev/stdin", "answer.txt", "-x", "-y")
    assert (dict(given.files), given.returns) == ({"input.txt": b"in", "answer.txt": b"out"}, ())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"mode": Mode.INTERACTIVE}, "needs an interactor"),
        ({"interactor": JuryProgram("kattis", "cpp", "")}, "no other mode can have one"),
        ({"validation_passes": 0}, "validation_passes must be at least 1"),
        ({"validation_passes": 2}, "needs a program that can write the next input"),
        (
            {"validation_passes": 2, "special_checker": JuryProgram("testlib", "cpp", "")},
            "needs a program that can write the next input",
        ),
        ({"mode": Mode.FUNCTION, "entry_point": "f", "special_checker": JuryProgram("kattis", "cpp", "")}, "function"),
    ],
)
def test_problem_refuses_what_cannot_decide(change: dict[str, object], why: str) -> None:
    plain = Problem("p", Mode.STDIN, (TestCase("1", "2"),))
    with pytest.raises(ValueError, match=why):
        dataclasses.replace(plain, **change)  # type: ignore[arg-type]
