"""The data set's own code, in a sandbox apart: special checkers and test code."""

from __future__ import annotations

import dataclasses

import pytest

from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Judgement, Submission, Verdict

ANY_DIVISOR = """
def check(input, expected, actual):
    n, d = int(input), int(actual)
    return (1 < d < n and n % d == 0) if expected.strip() != "-1" else d == -1
"""
SQUARE = "def square(x):\n    return x * x\n"


def judged(source: str, problem: Problem, sandbox: Sandbox, jury: Jury | None) -> Judgement:
    return judge(Submission(problem, Program(source)), sandbox, jury)


def coded_by(*code: str, entry_point: str = "square", cpu_s: float = 20) -> Problem:
    tests = tuple(TestCase.code(each) for each in code)
    return Problem("jury", Mode.FUNCTION, tests, entry_point=entry_point, limits=Limits(cpu_s=cpu_s))


def checked_by(special_checker: str, *tests: tuple[str, str]) -> Problem:
    return Problem("jury", Mode.STDIN, tuple(TestCase(*test) for test in tests), special_checker=special_checker)


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("print(3 if int(input()) == 15 else -1)", Verdict.AC),
        ("n = int(input()); print(next((d for d in range(2, n) if n % d == 0), -1))", Verdict.AC),
        ("n = int(input()); print(next((d for d in range(n - 1, 1, -1) if n % d == 0), -1))", Verdict.AC),
        ("print(4)", Verdict.WA),
        ("print(3); raise SystemExit(1)", Verdict.RTE),
    ],
)
def test_special_checker_decides(source: str, verdict: Verdict, shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = checked_by(ANY_DIVISOR, ("15", "5"), ("7", "-1"))
    assert judged(source, problem, shared_sandbox, jury).verdict is verdict


@pytest.mark.parametrize(
    "special_checker",
    [
        "def check(input, expected, actual): raise ValueError('broken')",
        "def check(input, expected, actual): return 'yes'",
        "def check(input, expected, actual):\n    while True: pass",
        "def check(input, expected, actual): import os; os._exit(0)",
        "def other(): pass",
        "def check(",
    ],
)
def test_failure_of_a_special_checker_is_ours(
    special_checker: str, shared_sandbox: Sandbox, jury: Jury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepcoder.jury.LIMITS", Limits(cpu_s=0.3))
    judgement = judged("print(1)", checked_by(special_checker, ("1", "1")), shared_sandbox, jury)
    assert judgement.verdict is Verdict.IE
    assert "special checker" in judgement.detail


def test_special_checker_sees_values_in_function_mode(shared_sandbox: Sandbox, jury: Jury) -> None:
    close = "def check(input, expected, actual): return input == [[3, 1], 2] and sorted(actual) == sorted(expected)"
    problem = Problem(
        "jury",
        Mode.FUNCTION,
        (TestCase.call([[3, 1]], [1, 3], {"k": 2}),),
        entry_point="f",
        special_checker=close,
    )
    assert judged("def f(x, k): return x", problem, shared_sandbox, jury).verdict is Verdict.AC
    assert judged("def f(x, k): return x[:1]", problem, shared_sandbox, jury).verdict is Verdict.WA


def test_output_that_is_not_utf8_reaches_the_special_checker(shared_sandbox: Sandbox, jury: Jury) -> None:
    exact = "def check(input, expected, actual): return actual == '\\udcff\\x00'"
    problem = checked_by(exact, ("", ""))
    source = "import sys; sys.stdout.buffer.write(b'\\xff\\x00')"
    assert judged(source, problem, shared_sandbox, jury).verdict is Verdict.AC


@pytest.mark.parametrize(
    "code",
    [
        "assert square(3) == 9 and candidate(4) == 16",
        "def check(f):\n    assert f(-2) == 4\ncheck(square)",
        "def square(x):\n    '''A prompt that is repeated.'''\nassert square(3) == 9",
        "from solution import square as sq\ndef test_x(): assert sq(x=3) == 9\ntest_x()",
        "import random\nfor _ in range(50):\n    n = random.randrange(10**30)\n    assert candidate(n) == n * n",
        "from solution import half\nassert half(square(3)) == 4.5",
        "try:\n    square('a')\n    assert False\nexcept TypeError as error:\n    assert 'multiply' in str(error)",
    ],
)
def test_right_program_passes_test_code(code: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    source = SQUARE + "def half(x): return x / 2\n"
    judgement = judged(source, coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.AC, judgement.detail


def test_exact_numbers_cross_to_test_code_and_back(shared_sandbox: Sandbox, jury: Jury) -> None:
    code = """
from decimal import Decimal
from fractions import Fraction
for number in (Fraction(1, 3), Decimal("1.50"), [Fraction(1, 2)], {Decimal(1)}):
    assert square(number) == number
    assert type(square(number)) is type(number)
assert str(square(Decimal("1.50"))) == "1.50" and round(square(Fraction(7, 3)), 1) == Fraction(23, 10)
assert square(Decimal("1.50")).quantize(Decimal("1")) == 2
"""
    assert judged("def square(x): return x", coded_by(code), shared_sandbox, jury).verdict is Verdict.AC
    assert judged("def square(x): return float(x)", coded_by(code), shared_sandbox, jury).verdict is Verdict.WA


def test_test_code_may_use_pytest(shared_sandbox: Sandbox, jury: Jury) -> None:
    code = """
import pytest
assert square(0.1) == pytest.approx(0.01)
with pytest.raises(TypeError, match="unsupported"):
    square({"a": 1})
"""
    assert judged(SQUARE, coded_by(code), shared_sandbox, jury).verdict is Verdict.AC
    assert judged("def square(x): return x ** 4", coded_by(code), shared_sandbox, jury).verdict is Verdict.WA
    assert judged("def square(x): return 0.01", coded_by(code), shared_sandbox, jury).verdict is Verdict.WA


def test_methods_of_solution_are_called(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = coded_by("def check(f):\n    assert f(x=3) == 9\ncheck(Solution().square)")
    source = "class Solution:\n    def square(self, x): return x * x"
    assert judged(source, problem, shared_sandbox, jury).verdict is Verdict.AC


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("def square(x): return x + x", Verdict.WA, "AssertionError (line 1 of the test code)"),
        ("def square(x): raise ValueError('no')", Verdict.RTE, "ValueError: no"),
        ("def square(x):\n    while True: pass", Verdict.TLE, "time limit"),
        ("def square(x): return 'a' * (1 << 26)", Verdict.OLE, "output limit"),
        ("def square(x): return bytearray(1 << 33)", Verdict.MLE, "memory limit"),
        ("def square(x", Verdict.CE, "SyntaxError"),
        ("def cube(x): return x", Verdict.RTE, "defines no function square"),
        # What cheats against graders that run tests beside the program.
        ("def square(x): import os; os._exit(0)", Verdict.RTE, "exited"),
        ("def square(x): raise SystemExit(0)", Verdict.RTE, ""),
        ("import sys; sys.exit(0)", Verdict.RTE, ""),
        ("class E:\n    def __eq__(self, other): return True\ndef square(x): return E()", Verdict.WA, "AssertionError"),
        (
            "class E(int):\n    __eq__ = lambda a, b: True\n    __hash__ = int.__hash__\ndef square(x): return E(0)",
            Verdict.WA,
            "AssertionError",
        ),
        ("def square(x): raise AssertionError('mine')", Verdict.RTE, "AssertionError: mine"),
        ("def square(x):\n    raise type('A\\0', (Exception,), {})", Verdict.RTE, ""),
    ],
)
def test_wrong_program_fails_test_code(
    source: str, verdict: Verdict, detail: str, shared_sandbox: Sandbox, jury: Jury
) -> None:
    cpu_s = 1 if verdict is Verdict.TLE else 20
    judgement = judged(source, coded_by("assert square(3) == 9", cpu_s=cpu_s), shared_sandbox, jury)
    assert judgement.verdict is verdict
    assert detail in judgement.detail
    assert judged(SQUARE, coded_by("assert square(3) == 9"), shared_sandbox, jury).verdict is Verdict.AC


def test_the_limits_of_a_test_hold_for_all_its_calls(shared_sandbox: Sandbox, jury: Jury) -> None:
    slow = "import time\ndef square(x):\n    end = time.process_time() + 0.2\n    while time.process_time() < end: pass"
    code = "for _ in range(100): candidate(1)"
    assert judged(slow, coded_by(code, cpu_s=1), shared_sandbox, jury).verdict is Verdict.TLE


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("import nowhere\nassert square(3) == 9", "ModuleNotFoundError"),
        ("assert 1 == 1", "never calls the program"),
        ("assert square(lambda: 0) == 9", "no plain value"),
        ("def test(): assert square(3) == 9", "never calls the program"),
        ("assert square(3) ==", "SyntaxError"),
        ("import os; os._exit(0)", "exited"),
    ],
)
def test_test_code_that_cannot_work_is_our_fault(code: str, detail: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    judgement = judged(SQUARE, coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.IE
    assert detail in judgement.detail


def test_what_a_program_returns_cannot_make_test_code_our_fault(shared_sandbox: Sandbox, jury: Jury) -> None:
    judgement = judged("def square(x): return None", coded_by("assert square(3) + 1 == 10"), shared_sandbox, jury)
    assert judgement.verdict is Verdict.WA
    assert "TypeError" in judgement.detail


def test_plain_tests_come_before_code(shared_sandbox: Sandbox, jury: Jury) -> None:
    tests = (TestCase.code("assert square(2) == 4"), TestCase.call([3], 9), TestCase.code("assert square(5) == 25"))
    problem = Problem("jury", Mode.FUNCTION, tests, entry_point="square")
    assert judged(SQUARE, problem, shared_sandbox, jury).passed == 3
    wrong = judged("def square(x): return 9", problem, shared_sandbox, jury)
    assert (wrong.verdict, wrong.passed, wrong.ran, wrong.failed_test) == (Verdict.WA, 1, 2, 0)


def test_program_and_test_code_share_no_process(shared_sandbox: Sandbox, jury: Jury) -> None:
    """The program looks for the test code's secret everywhere it can see."""
    spy = """
import gc, os, sys
def square(x):
    seen = "".join(map(repr, gc.get_objects())) + repr(dict(os.environ))
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("cmdline", "environ", "mem"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    seen += repr(file.read(1 << 20))
            except OSError:
                pass
    return "-".join(["hidden", "81"]) in seen
"""
    code = "secret = 'hidden-81'\nassert square(9) is False"
    judgement = judged(spy, coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.AC, judgement.detail


def test_without_a_jury_nothing_is_said_of_the_program(shared_sandbox: Sandbox) -> None:
    judgement = judged(SQUARE, coded_by("assert square(3) == 9"), shared_sandbox, None)
    assert judgement.verdict is Verdict.IE


WAYS_OUT = {
    "no object": 'import os\nbody = b\'{"$object":[]}\'\nos.write(5, b"V" + len(body).to_bytes(4, "big") + body)',
    "deep": "import sys\nsys.setrecursionlimit(100000)\nvalue = []\nfor _ in range(900): value = [value]",
    "long list": "from deepcoder.wire.values import ListNode as N\nvalue = N(0, N.of(range(1 << 20)))",
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_value_makes_a_wrong_program_our_fault(way: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    source = f"value = 1\n{WAYS_OUT[way]}\ndef square(x): return value"
    plain = Problem("jury", Mode.FUNCTION, (TestCase.call([3], 9),), entry_point="square")
    special = dataclasses.replace(plain, special_checker="def check(input, expected, actual): return False")
    for problem in (plain, special, coded_by("assert square(3) == 9")):
        judgement = judged(source, problem, shared_sandbox, jury)
        assert judgement.verdict in (Verdict.WA, Verdict.RTE), judgement


@pytest.mark.parametrize(
    "code",
    [
        "assert all(map(lambda case: square(case[0]) == case[1], [(2, 4), (3, 9)]))",
        "for got, want in zip(map(square, [2, 3]), [4, 9]):\n    assert got == want\nsquare(2)",
    ],
)
@pytest.mark.parametrize("error", ["StopIteration", "StopAsyncIteration", "type('Stop', (StopIteration,), {})"])
def test_program_cannot_end_the_loops_of_test_code(code: str, error: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    judgement = judged(f"def square(x): raise {error}", coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.RTE


@pytest.mark.parametrize(
    "raised",
    [
        "ValueError('no')",
        "Negative('no')",
        "UnicodeDecodeError('utf-8', b'', 0, 1, 'no')",
        "JSONDecodeError('no', '', 0)",
    ],
)
def test_exceptions_keep_their_built_in_classes(raised: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    source = f"from json import JSONDecodeError\nclass Negative(ValueError): pass\ndef square(x): raise {raised}"
    code = "try:\n    square(3)\n    assert False\nexcept ValueError as error:\n    assert 'no' in str(error)"
    assert judged(source, coded_by(code), shared_sandbox, jury).verdict is Verdict.AC
    code = code.replace("ValueError", "KeyError")
    assert judged(source, coded_by(code), shared_sandbox, jury).verdict is Verdict.RTE


def expecting(error: str, body: str) -> str:
    return f"""
import decimal, json, pytest, statistics
assert square(0) == 0
with pytest.raises({error}) as info:
    square(1)
error = info.value
{body}
"""


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("{}['k']", expecting("KeyError", "assert str(error) == \"'k'\" and error.args == ('k',)")),
        ("error('first\\nsecond ')", expecting("ValueError", "assert str(error) == 'first\\nsecond '")),
        ("noted('bad')", expecting("ValueError", "assert str(error) == 'bad' and info.type is ValueError")),
        ("error('bad', 3, [4])", expecting("ValueError", "assert error.args == ('bad', 3, [4])")),
        ("b'\\xff'.decode()", expecting("UnicodeDecodeError", "assert (error.start, error.object) == (0, b'\\xff')")),
        ("json.loads('{')", expecting("json.JSONDecodeError", "assert 'double quotes: line 1' in str(error)")),
        ("decimal.Decimal('x')", expecting("decimal.InvalidOperation", "")),
        ("statistics.mean([])", expecting("statistics.StatisticsError", "assert 'at least one' in str(error)")),
        ("sys.exit(3)", expecting("SystemExit", "assert error.code == 3")),
        ("open('none')", expecting("FileNotFoundError", "assert str(error).endswith(\"directory: 'none'\")")),
        ("own('no', 3)", expecting("ValueError", "assert (type(error).__name__, str(error)) == ('Own', 'no of 3')")),
        ("error(object())", expecting("ValueError", "assert '<object object at' in str(error)")),
    ],
)
def test_exceptions_cross_as_they_are(raised: str, code: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    source = f"""
import decimal, json, statistics, sys
class Own(ValueError):
    def __init__(self, what, count):
        super().__init__(what, count)
    def __str__(self): return f"{{self.args[0]}} of {{self.args[1]}}"
def error(*args): raise ValueError(*args)
def own(*args): raise Own(*args)
def noted(text):
    told = ValueError(text)
    if hasattr(told, "add_note"): told.add_note("a hint")
    raise told
def square(x):
    return {raised} if x else 0
"""
    judgement = judged(source, coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.AC, judgement.detail


def test_program_that_raises_where_it_is_loaded_raises_in_no_call(shared_sandbox: Sandbox, jury: Jury) -> None:
    code = "import pytest\nfor n in range(3):\n    with pytest.raises(ValueError):\n        square(n)"
    assert judged("def square(x): raise ValueError", coded_by(code), shared_sandbox, jury).verdict is Verdict.AC
    judgement = judged("raise ValueError('no')", coded_by(code), shared_sandbox, jury)
    assert (judgement.verdict, judgement.detail) == (Verdict.RTE, "ValueError: no in square(0)")


def test_program_keeps_its_state_and_its_time_when_it_raises(shared_sandbox: Sandbox, jury: Jury) -> None:
    """Loading it takes a good part of the limit, which is that of all calls of a test."""
    source = """
import time
while time.process_time() < 0.4: pass
users = {}
def square(name):
    if name in users: raise ValueError("duplicate")
    users[name] = len(users)
    return users[name]
"""
    code = """
import pytest
assert square("a") == 0
for _ in range(8):
    with pytest.raises(ValueError, match="duplicate"):
        square("a")
assert square("b") == 1
"""
    assert judged(source, coded_by(code, cpu_s=2), shared_sandbox, jury).verdict is Verdict.AC


@pytest.mark.parametrize(
    "raised",
    [
        '[["ValueError"],"no"]',
        "[[1,[]],{},3]",
        '[["ValueError","Exception"],3,[]]',
        '[["UnicodeDecodeError"],"no",["utf-8",{"$bytes":""},1e300,0,"x"]]',
        '[["KeyboardInterrupt","GeneratorExit","Unfit"],"no",[]]',
        '[["ExceptionGroup"],"no",["no",[]]]',
        '{"$object":["E",true]}',
        '{"$set":[[]]}',
        "[" * 900,
    ],
)
def test_what_a_program_reports_as_its_exception_gains_nothing(
    raised: str, shared_sandbox: Sandbox, jury: Jury
) -> None:
    source = f"""
import os
def square(x):
    body = b"E: x" + bytes([10]) + {raised!r}.encode()
    os.write(5, b"X" + len(body).to_bytes(4, "big") + body)
    while True: pass
"""
    judgement = judged(source, coded_by("try:\n    square(3)\nexcept OSError:\n    pass"), shared_sandbox, jury)
    assert judgement.verdict in (Verdict.RTE, Verdict.WA)


@pytest.mark.parametrize("raised", ["Exception", "(TypeError, Exception)", "BaseException"])
def test_call_that_cannot_be_made_is_no_exception_of_the_program(
    raised: str, shared_sandbox: Sandbox, jury: Jury
) -> None:
    code = f"import pytest\nassert square(1) == 1\nwith pytest.raises({raised}):\n    square(object())"
    judgement = judged(SQUARE, coded_by(code), shared_sandbox, jury)
    assert (judgement.verdict, "no plain value" in judgement.detail) == (Verdict.IE, True)


def test_program_cannot_get_its_own_object_back(shared_sandbox: Sandbox, jury: Jury) -> None:
    """Blame no program: a right one may be meant to return such an object."""
    judgement = judged(
        "def square(x): return object()", coded_by("assert square(square(2)) == 16"), shared_sandbox, jury
    )
    assert (judgement.verdict, "no plain value" in judgement.detail) == (Verdict.IE, True)


def test_threads_of_test_code_get_the_results_of_their_own_calls(shared_sandbox: Sandbox, jury: Jury) -> None:
    code = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as threads:
    assert list(threads.map(lambda n: square(n), range(200))) == [n * n for n in range(200)]
"""
    judgement = judged(SQUARE, coded_by(code), shared_sandbox, jury)
    assert judgement.verdict is Verdict.AC, judgement.detail


@pytest.mark.parametrize("argument", ["range(3)", "zip([1], [2])", "[deque([1])]", "lambda: 0", "{1: object()}"])
def test_arguments_that_are_no_plain_values_are_our_fault(argument: str, shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = coded_by(f"from collections import deque\nassert square({argument}) == 9")
    assert judged("def square(x): return 9", problem, shared_sandbox, jury).verdict is Verdict.IE


def test_failed_test_code_tells_the_last_call(shared_sandbox: Sandbox, jury: Jury) -> None:
    judgement = judged("def square(x): return x + x", coded_by("assert square(3) == 9"), shared_sandbox, jury)
    assert judgement.detail == "AssertionError (line 1 of the test code), after square(3) returned 6"


@pytest.mark.parametrize(
    ("checker", "expected"), [("len|equal", 50_000), ("bool|value", True), ("differs", []), ("set|equal", {1})]
)
def test_large_results_are_seen_through_a_view(checker: str, expected: object, shared_sandbox: Sandbox) -> None:
    problem = Problem("p", Mode.FUNCTION, (TestCase.call([50_000], expected, checker=checker),), entry_point="f")
    assert judged("def f(n): return [1] * n", problem, shared_sandbox, None).verdict is Verdict.AC


def test_busy_machine_changes_no_verdict_of_test_code(shared_sandbox: Sandbox, jury: Jury) -> None:
    """Calls whose wall time, but not their CPU time, is beyond the limits: only sleeping counts."""
    sleeper = "import time\ndef square(x):\n    time.sleep(0.4)\n    return x * x"
    code = "for n in range(4): assert candidate(n) == n * n"
    assert judged(sleeper, coded_by(code, cpu_s=0.5), shared_sandbox, jury).verdict is Verdict.TLE
    assert judged(sleeper, coded_by(code), shared_sandbox, jury).verdict is Verdict.AC


def test_numbers_too_long_to_show_are_judged(shared_sandbox: Sandbox, jury: Jury) -> None:
    problem = coded_by("n = 10 ** 10_000\nassert square(n) == n * n\nassert square(3) == 9")
    assert judged(SQUARE, problem, shared_sandbox, jury).verdict is Verdict.AC
    wrong = judged("def square(x): return x", problem, shared_sandbox, jury)
    assert (wrong.verdict, wrong.detail[-26:]) == (Verdict.WA, " a value too large to show")


@pytest.mark.parametrize(
    ("between", "cpu_s", "sleep_s", "verdict"),
    [
        ("kept.append(bytearray(b'x') * (200 << 20))", 20.0, 4, Verdict.MLE),  # a slow machine needs 0.3 s for it
        ("while True: pass", 0.1, 1, Verdict.TLE),
        ("", 0.4, 1, Verdict.AC),
    ],
)
def test_function_is_watched_between_its_calls(
    between: str, cpu_s: float, sleep_s: int, verdict: Verdict, shared_sandbox: Sandbox, jury: Jury
) -> None:
    source = f"""
import threading, time
kept = []

def work():
    {between or "pass"}

def square(x):
    if x == 1:
        threading.Thread(target=work, daemon=True).start()
    return x * x
"""
    code = f"import time\nassert square(1) == 1\ntime.sleep({sleep_s})\nassert square(2) == 4"
    problem = coded_by(code, cpu_s=cpu_s)
    limits = dataclasses.replace(problem.limits, memory_bytes=128 << 20)

    judgement = judged(source, dataclasses.replace(problem, limits=limits), shared_sandbox, jury)

    assert judgement.verdict is verdict, judgement
