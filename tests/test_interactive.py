"""Interactive problems: the program and the interactor talk, each in its own sandbox, and who ended first decides."""

from __future__ import annotations

import dataclasses
import os
import time
from contextlib import closing
from types import SimpleNamespace
from typing import cast

import pytest

from deepcoder import conversation
from deepcoder.conversation import Conversation
from deepcoder.judge import judge, judge_test
from deepcoder.jury import Jury
from deepcoder.jury_program import JuryProgram
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.ruled_tests import decide
from deepcoder.rulings import JuryError
from deepcoder.sandbox import Sandbox
from deepcoder.sandbox.live import Live, Look, Said
from deepcoder.verdicts import OWN_CODE, Judgement, Submission, Verdict
from deepcoder.wire.messages import Ended, Outcome

# Knows a number from 1 to 1000, and answers at most ten guesses.
INTERACTOR = """
import sys
number = int(open(sys.argv[1]).read())
for turn in range(10):
    line = sys.stdin.readline()
    if not line:
        sys.exit(43)
    guess = int(line)
    print("right" if guess == number else "more" if guess < number else "less", flush=True)
    if guess == number:
        open(sys.argv[3] + "judgemessage.txt", "w").write(f"{turn + 1} guesses, flags {sys.argv[4:]}")
        sys.exit(42)
sys.exit(43)
"""
BISECTS = """
least, most = 1, 1000
while True:
    guess = (least + most) // 2
    print(guess, flush=True)
    said = input()
    if said == "right":
        break
    least, most = (guess + 1, most) if said == "more" else (least, guess - 1)
"""
LIMITS = Limits(cpu_s=1)


def talks_to(source: str, *inputs: str, cpu_s: float = 1) -> Problem:
    tests = tuple(TestCase(each, "", checker_flags=("--of-test",)) for each in inputs or ("5",))
    interactor = JuryProgram("kattis", "python", source, flags=("--of-problem",))
    return Problem("talk", Mode.INTERACTIVE, tests, interactor=interactor, limits=Limits(cpu_s=cpu_s))


def judged(source: str, problem: Problem, sandbox: Sandbox, jury: Jury) -> Judgement:
    return judge(Submission(problem, Program(source)), sandbox, jury)


@pytest.mark.parametrize(
    ("source", "verdict", "failed"),
    [
        pytest.param(BISECTS, Verdict.AC, None, id="bisects"),
        pytest.param(
            "for n in range(1, 99):\n    print(n, flush=True)\n    if input() == 'right': break",
            Verdict.WA,
            1,
            id="asks too often",
        ),
        pytest.param("print(5)", Verdict.WA, 1, id="does not wait for an answer"),
        pytest.param("pass", Verdict.WA, 0, id="says nothing"),
        pytest.param("print(5, flush=True); exit(3)", Verdict.RTE, 0, id="fails after the right answer"),
        pytest.param("exit(3)", Verdict.RTE, 0, id="fails first"),
        pytest.param("import os; os.abort()", Verdict.RTE, 0, id="crashes"),
        pytest.param("while True: pass", Verdict.TLE, 0, id="never says anything"),
        pytest.param("print(5, flush=True); input(); input()", Verdict.RTE, 0, id="reads on after the end"),
        pytest.param("print(5, flush=True)\nwhile True: pass", Verdict.TLE, 0, id="does not end when it is right"),
        pytest.param("print('x' * 100)", Verdict.IE, 0, id="breaks the interactor"),
        pytest.param("x = bytes(4 << 30)", Verdict.MLE, 0, id="takes all memory"),
        pytest.param("1 +", Verdict.CE, 0, id="does not compile"),
        pytest.param("import sys; sys.stdout.write('5')", Verdict.AC, None, id="ends without a line feed"),
        pytest.param("import os; os.write(1, b'5\\n'); os.close(1); input()", Verdict.AC, None, id="closes its output"),
        pytest.param("import os; os.close(0); print(5)", Verdict.AC, None, id="closes its input"),
        pytest.param(
            "import os, time\nfor each in b'5\\n': os.write(1, bytes([each])); time.sleep(0.01)\ninput()",
            Verdict.AC,
            None,
            id="sends its line in parts",
        ),
    ],
)
def test_verdict(source: str, verdict: Verdict, failed: int | None, shared_sandbox: Sandbox, jury: Jury) -> None:
    inputs = ("5", "800") if source == BISECTS or failed == 1 else ("5",)
    judgement = judged(source, talks_to(INTERACTOR, *inputs), shared_sandbox, jury)
    assert (judgement.verdict, judgement.failed_test) == (verdict, failed), judgement.detail


def test_both_waiting_is_named(shared_sandbox: Sandbox, jury: Jury) -> None:
    unflushed = "import sys, time\nsys.stdout.write('5\\n')\nsys.stdin.readline()"
    began = time.monotonic()
    judgement = judged(unflushed, talks_to(INTERACTOR), shared_sandbox, jury)
    assert (judgement.verdict, judgement.detail) == (
        Verdict.TLE,
        "idle: the program and the interactor wait for each other",
    )
    assert judgement.cpu_s < 0.5 and time.monotonic() - began > 0.9


def test_program_is_not_charged_while_the_interactor_works(shared_sandbox: Sandbox, jury: Jury) -> None:
    slow = "import sys, time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass\n" + INTERACTOR
    judgement = judged(BISECTS, talks_to(slow, "500", cpu_s=0.5), shared_sandbox, jury)
    assert judgement.verdict is Verdict.AC
    assert judgement.cpu_s < 0.5


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise SystemExit(0)", "the interactor failed: exit code 0"),
        ("raise ValueError", "the interactor failed: exit code 1"),
        ("1 +", "the interactor does not compile: SyntaxError"),
        ("import os; os.abort()", "the interactor: ended by signal 6"),
        ("while True: pass", "the interactor: time limit"),
    ],
)
def test_failure_of_the_interactor_is_ours(
    source: str, why: str, shared_sandbox: Sandbox, jury: Jury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepcoder.ruled_tests.LIMITS", Limits(cpu_s=0.5))
    judgement = judged(BISECTS, talks_to(source, cpu_s=0.5), shared_sandbox, jury)
    assert judgement.verdict is Verdict.IE
    assert judgement.detail.startswith(OWN_CODE + why)


def test_conversation_and_message_are_for_who_explains(shared_sandbox: Sandbox, jury: Jury) -> None:
    submission = Submission(talks_to(INTERACTOR, "750"), Program(BISECTS))
    tested = judge_test(submission, 0, shared_sandbox, jury)
    assert tested.said == (
        ("program", b"500\n"),
        ("interactor", b"more\n"),
        ("program", b"750\n"),
        ("interactor", b"right\n"),
    )
    assert tested.message == "2 guesses, flags ['--of-problem', '--of-test']"


TESTLIB_INTERACTOR = """
#include "testlib.h"
int main(int count, char** words) {
  registerInteraction(count, words);
  int number = inf.readInt();
  for (int turn = 1; turn <= 10; turn++) {
    int guess = ouf.readInt(1, 1000, "guess");
    std::cout << (guess == number ? "right" : guess < number ? "more" : "less") << std::endl;
    if (guess == number) {
      tout << turn << std::endl;
      quitf(_ok, "%d guesses", turn);
    }
  }
  quitf(_wa, "too many guesses");
}
"""
TESTLIB_CHECKER = """
#include "testlib.h"
int main(int count, char** words) {
  registerTestlibCmd(count, words);
  int turns = ouf.readInt(), most = ans.readInt();
  quitf(turns <= most ? _ok : _wa, "%d turns of %d", turns, most);
}
"""


@pytest.mark.parametrize(
    ("source", "most", "verdict", "message"),
    [
        (BISECTS, "10", Verdict.AC, "ok 2 turns of 10"),
        (BISECTS, "1", Verdict.WA, "wrong answer 2 turns of 1"),
        ("for n in range(1, 99): print(n, flush=True); input()", "10", Verdict.WA, "wrong answer too many guesses"),
        ("print(2000)", "10", Verdict.WA, "wrong answer "),
        ("print('x')", "10", Verdict.WA, "wrong output format "),
    ],
)
def test_testlib_interactor_and_the_checker_of_its_notes(
    source: str,
    most: str,
    verdict: Verdict,
    message: str,
    compiling_jury: Jury,
    shared_sandbox: Sandbox,
) -> None:
    problem = Problem(
        "talk",
        Mode.INTERACTIVE,
        (TestCase("750", most),),
        interactor=JuryProgram("testlib", "cpp", TESTLIB_INTERACTOR),
        special_checker=JuryProgram("testlib", "cpp", TESTLIB_CHECKER),
        limits=LIMITS,
    )
    tested = judge_test(Submission(problem, Program(source)), 0, shared_sandbox, compiling_jury)
    assert tested.verdict is verdict, tested.detail
    assert tested.message.startswith(message)


# --- Attacks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "verdicts"),
    [
        pytest.param("while True: print(1)", {Verdict.WA}, id="floods a judge that counts"),
        pytest.param("print('5\\n' * 100000)", {Verdict.WA, Verdict.AC}, id="answers ahead"),
        pytest.param("import os\nos.write(1, b'4\\n' * 9 + b'6')\nexit()", {Verdict.WA}, id="leaves half a line"),
        pytest.param("import os\nos.close(1)\nos.close(0)\nwhile True: pass", {Verdict.TLE}, id="closes all and spins"),
        pytest.param(
            "import os, signal\nos.kill(-1, signal.SIGKILL)", {Verdict.RTE, Verdict.WA}, id="kills what it can"
        ),
        pytest.param(
            "import os\nif os.fork() == 0:\n    import time; time.sleep(99)", {Verdict.WA}, id="leaves a child"
        ),
        pytest.param("import os\nwhile True: os.fork()", {Verdict.RTE, Verdict.TLE, Verdict.WA}, id="fork bomb"),
    ],
)
def test_attack_gains_nothing_and_leaves_the_sandboxes_well(
    source: str, verdicts: set[Verdict], shared_sandbox: Sandbox, jury: Jury
) -> None:
    assert judged(source, talks_to(INTERACTOR, "800"), shared_sandbox, jury).verdict in verdicts - {Verdict.AC}
    assert judged(BISECTS, talks_to(INTERACTOR, "800"), shared_sandbox, jury).verdict is Verdict.AC


def test_interactor_that_never_reads_is_flooded_to_a_limit(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = talks_to("import time\nwhile True: time.sleep(1)", cpu_s=5)
    limited = dataclasses.replace(problem, limits=dataclasses.replace(problem.limits, output_bytes=1 << 20))
    judgement = judged("while True: print('x' * 1000)", limited, shared_sandbox, jury)
    assert judgement.verdict is Verdict.OLE


def test_program_finds_neither_the_input_nor_the_interactor(shared_sandbox: Sandbox, jury: Jury) -> None:
    looks = """
import glob
found = [name for name in glob.glob("/tmp/**", recursive=True) if "input" in name or "answer" in name]
found += [name for name in glob.glob("/proc/[0-9]*/cmdline") if b"input.txt" in open(name, "rb").read()]
print(1 if found else 5, flush=True)
input()
"""
    assert judged(looks, talks_to(INTERACTOR, "5"), shared_sandbox, jury).verdict is Verdict.AC


# --- Pure ------------------------------------------------------------------------------------------------------------

ENDED_WELL, FAILED = Outcome(Ended.EXITED, exit_code=0), Outcome(Ended.EXITED, exit_code=1)
TOO_SLOW = Outcome(Ended.TIME_LIMIT)
ACCEPTS, REJECTS = Outcome(Ended.EXITED, exit_code=42), Outcome(Ended.EXITED, exit_code=43)


@pytest.mark.parametrize(
    ("talk", "verdict"),
    [
        (Conversation(ENDED_WELL, ACCEPTS), Verdict.AC),
        (Conversation(ENDED_WELL, ACCEPTS, interactor_first=True), Verdict.AC),
        (Conversation(ENDED_WELL, REJECTS), Verdict.WA),
        (Conversation(FAILED, REJECTS, interactor_first=True), Verdict.WA),
        (Conversation(TOO_SLOW, REJECTS, interactor_first=True), Verdict.WA),
        (Conversation(None, REJECTS, interactor_first=True), Verdict.WA),
        (Conversation(FAILED, REJECTS), Verdict.RTE),
        (Conversation(FAILED, None), Verdict.RTE),
        (Conversation(FAILED, ACCEPTS, interactor_first=True), Verdict.RTE),
        (Conversation(TOO_SLOW, ACCEPTS, interactor_first=True), Verdict.TLE),
        (Conversation(TOO_SLOW, None), Verdict.TLE),
        (Conversation(None, None, is_idle=True), Verdict.TLE),
        (Conversation(None, TOO_SLOW, interactor_first=True, is_flooded=True), Verdict.OLE),
    ],
)
def test_who_ended_first_decides(talk: Conversation, verdict: Verdict) -> None:
    assert decide(talk, JuryProgram("kattis", "python", "")).tested.verdict is verdict


class Side:
    """Stands for a live execution whose events are set by hand."""

    sent_bytes = 0

    def __init__(self) -> None:
        self.come: list[Look | Said] = []
        self.readable, self.writable = os.pipe()
        os.write(self.writable, b"x")

    def fileno(self) -> int:
        return self.readable

    def events(self) -> list[Look | Said]:
        return self.come

    def feed(self, data: bytes) -> None:
        pass

    def check_alive(self) -> None:
        pass

    def close(self) -> None:
        os.close(self.readable)
        os.close(self.writable)


def test_time_to_compile_is_no_time_of_the_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(conversation, "time", SimpleNamespace(monotonic=lambda: now))
    with closing(Side()) as program, closing(Side()) as interactor:
        first, second = cast(Live, program), cast(Live, interactor)
        talk = conversation._Talk(first, second, LIMITS)
        for side in (program, interactor):  # each compiles for long, one after the other
            now += 1000.0
            talk.carry()
            assert not talk.is_idle
            side.come = [Look(0, 0.0)]
            talk.carry()
            assert not talk.is_idle
        now += 1000.0
        assert talk.is_idle


@pytest.mark.parametrize(("answers", "is_idle"), [(False, True), (True, False)])
def test_side_that_speaks_alone_earns_no_time(answers: bool, is_idle: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(conversation, "time", SimpleNamespace(monotonic=lambda: now))
    with closing(Side()) as program, closing(Side()) as interactor:
        talk = conversation._Talk(cast(Live, program), cast(Live, interactor), LIMITS)
        program.come = [Said(b" ")]
        interactor.come = [Said(b"more\n") if answers else Look(0, 0.0)]
        for _ in range(2500):
            talk.carry()
            now += 0.02
        assert talk.is_idle == is_idle


def test_interactor_that_failed_says_nothing_about_the_program() -> None:
    for talk in (Conversation(None, FAILED, interactor_first=True), Conversation(ENDED_WELL, FAILED)):
        with pytest.raises(JuryError, match="the interactor failed: exit code 1"):
            decide(talk, JuryProgram("kattis", "python", ""))
