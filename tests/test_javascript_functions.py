"""Function mode in JavaScript: how functions are found and called, how values map, and what hostile programs gain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NoReturn

import pytest

from deepcoder.checkers.values import value
from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxUnavailable, start
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire import values
from deepcoder.wire.languages import JAVASCRIPT
from deepcoder.wire.messages import Ended, Outcome, Sign, Task
from deepcoder.wire.values import ListNode, Opaque, TreeNode

pytestmark = pytest.mark.sandbox

MIB = 1 << 20
IMAGE = "deepcoder-sandbox:all"
LIMITS = Limits(cpu_s=20.0, wall_s=40.0, memory_bytes=512 * MIB, output_bytes=8 * MIB)


@pytest.fixture(scope="module", params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def node(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox that has Node. Skips where there is none, unless the environment says that there must be."""
    try:
        started = start(SandboxConfig(kind=request.param, image=IMAGE))
    except SandboxUnavailable as error:
        missing(str(error))
    if JAVASCRIPT.name not in started.languages:
        started.close()
        missing("no Node here")
    yield started
    started.close()


def missing(reason: str) -> NoReturn:
    if os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
        pytest.fail(f"Node is required here: {reason}")
    pytest.skip(reason)


def called(
    sandbox: Sandbox, source: str, *calls: list[Any], entry: str = "solve", limits: Limits = LIMITS, preamble: str = ""
) -> list[Outcome]:
    """Return the outcome of each call."""
    task = Task(source, Mode.FUNCTION, limits, entry, preamble, JAVASCRIPT.name)
    return list(sandbox.outcomes(task, [TestCase.call(args, None).input.encode() for args in calls or ([],)]))


def returned(sandbox: Sandbox, source: str, *calls: list[Any], **given: Any) -> list[Any]:
    """Return what each call returned."""
    outcomes = called(sandbox, source, *calls, **given)
    assert [each.ended for each in outcomes] == [Ended.RETURNED] * len(outcomes), outcomes
    return [values.decode(each.output) for each in outcomes]


def judged(
    sandbox: Sandbox, source: str, *tests: tuple[list[Any], Any], jury: Jury | None = None, **given: Any
) -> Judgement:
    problem = Problem(
        "x",
        Mode.FUNCTION,
        tuple(TestCase.call(args, expected) for args, expected in tests),
        "solve",
        **{"limits": LIMITS, **given},
    )
    return judge(Submission(problem, Program(source, JAVASCRIPT.name)), sandbox, jury)


# How a function is found and called


@pytest.mark.parametrize(
    "source",
    [
        "function solve(a, b) { return a + b }",
        "var solve = function (a, b) { return a + b }",
        "let solve = (a, b) => a + b",
        "const solve = (a, b) => a + b; // the last line has no end",
        "async function solve(a, b) { return a + b }",
        "const solve = async (a, b) => { await new Promise(done => setTimeout(done, 5)); return a + b }",
        "const solve = (a, b) => ({ then(done) { done(a + b) } })",
        "class Solution { solve(a, b) { return a + b } }",
        "class Solution { solve = (a, b) => a + b }",
        "class Solution { static solve(a, b) { return a + b } }",
        "var Solution = function () {}; Solution.prototype.solve = function (a, b) { return a + b }",
        "module.exports = { solve: (a, b) => a + b }",
        "exports.solve = (a, b) => a + b",
        "module.exports = (a, b) => a + b",
        "module.exports.Solution = class { solve(a, b) { return a + b } }",
        "module.exports = class Solution { solve(a, b) { return a + b } }",
        "module.exports = class { solve = (a, b) => a + b }",
        "class Adder { static solve(a, b) { return a + b } }\nmodule.exports = Adder",
        "module.exports = function solve(a, b) { if (new.target) throw 1; return a + b }",
        "const Solution = { n: 0, solve(a, b) { return this.n + a + b } }",
        "const add = (a, b) => a + b; module.exports = { solve: add }",
        "globalThis.solve = (a, b) => a + b",
        "'use strict';\nconst { EOL } = require('os');\nfunction solve(a, b) { return a + b }",
        "#!/usr/bin/env node\nfunction solve(a, b) { return a + b }",
        "function solve(a, b) { return a + b }\nif (require.main === module) process.exit(3)",
        "function solve(a, b) { return a + b }\nif (!module.parent) process.exit(3)",
        "let ready = false; (async () => { await null; ready = true })()\nconst solve = (a, b) => ready && a + b",
        "const process = require('process'), fs = require('fs'); let parse = 1, keys, entry, load, test\n"
        "function solve(a, b) { return a + b }",
    ],
)
def test_function_is_found(node: Sandbox, source: str) -> None:
    assert returned(node, source, [1, 2], [3, 4]) == [3, 7]


@pytest.mark.parametrize(
    "source",
    [
        "export function solve(a, b) { return a + b }",
        "export default (a, b) => a + b",
        "export default class { solve(a, b) { return a + b } } // the last line has no end",
        "const add = (a, b) => a + b\nexport { add as solve }",
        "export const Solution = class { solve = (a, b) => a + b }",
        "import { EOL } from 'os'\nconst solve = (a, b) => a + b + EOL.length - 1",
        "import './none.mjs'\nconst solve = (a, b) => a + b",
        "const BASE_ = await BASE; class Solution { solve(a, b) { return new ListNode(a + b + BASE_).val } }",
    ],
)
def test_function_of_an_es_module_is_found(node: Sandbox, source: str) -> None:
    outcomes = called(node, source, [1, 2], [3, 4], preamble="const BASE = 0")

    if outcomes[0].ended is not Ended.COMPILE_ERROR:  # as before Node 20.19
        is_there = "none.mjs" not in source
        assert [each.output for each in outcomes] == ([b"3", b"7"] if is_there else [b"", b""]), outcomes
        assert is_there or "Cannot find module" in outcomes[0].error


def test_program_is_loaded_once_and_a_solution_is_made_for_each_call(node: Sandbox) -> None:
    source = "let loaded = 0; class Solution { n = 0; solve() { return [++loaded, ++this.n] } }"

    assert returned(node, source, [], []) == [[1, 1], [2, 1]]


def test_named_arguments_stand_behind_the_others_in_their_order(node: Sandbox) -> None:
    task = Task("const solve = (...all) => all", Mode.FUNCTION, LIMITS, "solve", "", JAVASCRIPT.name)
    call = TestCase.call([1], None, {"b": 2, "a": (3,)}).input.encode()

    assert [values.decode(each.output) for each in node.outcomes(task, [call])] == [[1, 2, [3]]]


def test_preamble_runs_before_the_program(node: Sandbox) -> None:
    source = "const before = BASE; function solve(n) { return before + n }"

    assert returned(node, source, [1], preamble="var BASE = 41 // no end") == [42]


def test_program_may_define_a_class_that_the_preamble_gives(node: Sandbox) -> None:
    source = "class Helper { n = 2 }\nconst solve = () => new Helper().n"

    assert returned(node, source, preamble="globalThis.Helper = class { n = 1 }") == [2]


def test_what_is_printed_is_not_in_the_answer(node: Sandbox) -> None:
    source = (
        "console.log(1); const solve = n => { console.log(n); process.stdout.write('9'); console.error(2); return n }"
    )

    assert returned(node, source, [7], [8]) == [7, 8]


def test_standard_input_is_empty(node: Sandbox) -> None:
    assert returned(node, "const solve = () => require('fs').readFileSync(0, 'utf8')") == [""]


def test_test_code_calls_functions_by_name(node: Sandbox) -> None:
    source = "const double = n => 2 * n; const solve = async n => double(n) + 1"
    problem = Problem(
        "x",
        Mode.FUNCTION,
        (TestCase.code("from solution import double\nassert candidate(2) == 5 and double(4) == 8"),),
        "solve",
        limits=LIMITS,
    )
    with closing(Jury(SandboxConfig(kind="process"))) as jury:
        judgement = judge(Submission(problem, Program(source, JAVASCRIPT.name)), node, jury)

    assert judgement.verdict == "AC", judgement


# How a program fails


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("function solve(", "CE", "SyntaxError"),
        ("const other = 1", "RTE", "ReferenceError: the program defines no function solve"),
        ("const solve = 5", "RTE", "ReferenceError: the program defines no function solve"),
        ("throw new TypeError('at once')", "RTE", "TypeError: at once"),
        ("const solve = () => null.x", "RTE", "TypeError: Cannot read properties of null"),
        ("const solve = async () => { throw new RangeError('late\\nmore') }", "RTE", "RangeError: late"),
        ("const solve = () => { throw 'a text' }", "RTE", "a text"),
        ("const solve = () => { throw { toString() { throw 1 } } }", "RTE", "an error without a text"),
        ("const solve = n => solve(n + 1) + 1", "RTE", "RangeError: Maximum call stack size exceeded"),
        ("const solve = () => { const a = []; a[0] = a; return a }", "RTE", "TypeError: the value nests too deeply"),
        ("const solve = () => { const a = {}; a.b = [a, a]; return a }", "RTE", "TypeError: the value nests too deep"),
        ("const solve = () => { let s = new Set(); s.add([s]); return s }", "RTE", "TypeError: the value nests too"),
        (
            "const solve = () => { class ListNode {}; const n = new ListNode(); n.next = n; return n }",
            "RTE",
            "a circle",
        ),
        ("const solve = () => new Proxy([1], { get() { throw new Error('mine') } })", "RTE", "Error: mine"),
        ("const solve = () => ({ get x() { throw new Error('mine') } })", "RTE", "Error: mine"),
        ("const solve = () => process.exit(0)", "RTE", ""),
        ("const solve = () => process.exit(3)", "RTE", "exit code 3"),
        ("const solve = () => process.abort()", "RTE", "ended by signal 6"),
        ("const solve = () => new Promise(() => {})", "RTE", ""),  # nothing is left that could answer
        ("const solve = async () => { Promise.reject(new Error('x')); await new Promise(setImmediate) }", "RTE", ""),
    ],
)
def test_failure_has_its_verdict_and_reason(node: Sandbox, source: str, verdict: str, detail: str) -> None:
    judgement = judged(node, source, ([1], 1), limits=Limits(20.0, memory_bytes=1 << 30))

    assert judgement.verdict == verdict
    assert detail in judgement.detail


def test_error_tells_its_classes(node: Sandbox) -> None:
    (outcome,) = called(node, "class Mine extends TypeError {}\nconst solve = () => { throw new Mine('no') }")

    assert (outcome.ended, outcome.error) == (Ended.RAISED, "TypeError: no")
    assert values.decode(outcome.raised) == [["Mine", "TypeError", "Error", "Object"], "no", ["no"]]


def test_process_stays_after_a_call_that_raised(node: Sandbox) -> None:
    source = "let n = 0; const solve = async x => { n++; if (x) throw new Error(x + '\\nmore'); return n }"

    first, second, third = called(node, source, ["dup"], [""], [""])

    assert (first.ended, first.error, first.output) == (Ended.RAISED, "Error: dup", b"")
    assert values.decode(first.raised)[1:] == ["dup\nmore", ["dup\nmore"]]
    assert (second.output, third.output) == (b"2", b"3")


@pytest.mark.parametrize(
    ("source", "limits", "verdict"),
    [
        ("const solve = () => { for (;;); }", {"cpu_s": 0.5, "wall_s": 30}, "TLE"),
        ("const solve = async () => { for (;;) await null }", {"cpu_s": 0.5, "wall_s": 30}, "TLE"),
        ("const solve = () => new Promise(() => setInterval(() => {}, 10))", {"wall_s": 1}, "TLE"),
        (  # only a helper thread works
            "const { Worker } = require('worker_threads')\n"
            "const solve = () => { new Worker('for (;;);', { eval: true }); return new Promise(() => {}) }",
            {"cpu_s": 0.5, "wall_s": 30},
            "TLE",
        ),
        ("const solve = () => ({ get x() { for (;;); } })", {"cpu_s": 0.5, "wall_s": 30}, "TLE"),
        ("const solve = function* () { for (;;) yield 1 }", {"cpu_s": 0.5, "wall_s": 30}, "TLE"),
        ("const solve = () => { const a = []; for (;;) a.push({ a }) }", {"memory_bytes": 200 * MIB}, "MLE"),
        (
            "const solve = () => { const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1)) }",
            {"memory_bytes": 200 * MIB},
            "MLE",
        ),
        ("const solve = () => 'x'.repeat(3 << 20)", {"output_bytes": MIB}, "OLE"),
        ("const solve = () => { for (;;) require('fs').writeSync(1, 'x'.repeat(1000)) }", {"output_bytes": MIB}, "OLE"),
    ],
    ids=[
        *("loop", "microtasks", "waits", "thread", "getter", "generator", "heap", "buffers", "answer", "prints"),
    ],
)
def test_limit_of_a_call_ends_it(node: Sandbox, source: str, limits: dict[str, Any], verdict: str) -> None:
    judgement = judged(node, source, ([], 1), limits=Limits(**{"cpu_s": 20.0, **limits}))

    assert judgement.verdict == verdict, judgement


def test_call_after_one_that_ended_the_process_finds_a_new_one(node: Sandbox) -> None:
    source = "let n = 0; const solve = x => { n++; if (x === 0) process.exit(0); return n }"

    outcomes = called(node, source, [1], [1], [0], [1])

    assert [each.ended for each in outcomes] == [Ended.RETURNED, Ended.RETURNED, Ended.EXITED, Ended.RETURNED]
    assert [each.output for each in outcomes] == [b"1", b"2", b"", b"1"]


# How values map: the table of docs/languages.md

DATE = Opaque("Date", True)
ANSWERS: dict[str, Any] = {
    "undefined": None,
    "null": None,
    "true": True,
    "3": 3,
    "3.0": 3,
    "-0": 0,
    "0.1": 0.1,
    "5e-324": 5e-324,
    "2 ** 53 - 1": 2**53 - 1,
    "2 ** 60": 2**60,
    "1e300": int(1e300),
    "NaN": values.decode('{"$float":"nan"}'),
    "[Infinity, -Infinity]": [float("inf"), float("-inf")],
    "10n ** 30n": 10**30,
    "-(1n << 5000n)": -(1 << 5000),
    "'a\\u00e9\\u{1f600}\"'": 'a\u00e9\U0001f600"',
    "'\\ud800'": "\ud800",
    "[1, , undefined]": [1, None, None],
    "Object.assign([1], { extra: 2 })": [1],
    "(function () { return arguments })(7)": {"0": 7},
    "({ b: 1, a: undefined, 2: [] })": {"b": 1, "a": None, "2": []},
    "({ ['__proto__']: 1, __proto__: null })": {"__proto__": 1},
    "Object.create(null)": {},
    "({ $tuple: [1] })": {"$tuple": [1]},
    "({ [Symbol('x')]: 1, a: 2 })": {"a": 2},
    "new Map([['a', 1]])": {"a": 1},
    "new Map([[1, 2], ['1', 3], [[1, [2]], 4]])": {1: 2, "1": 3, (1, (2,)): 4},
    "new Set([1, 'a', [1, 2], new Set([3])])": {1, "a", (1, 2), frozenset({3})},
    "new Uint8Array([1, 255])": [1, 255],
    "new Float64Array([0.5, NaN]).slice(0, 1)": [0.5],
    "new BigInt64Array([1n])": [1],
    "Buffer.from('a\\xff', 'latin1')": b"a\xff",
    "[1, 2][Symbol.iterator]()": [1, 2],
    "new Map([[1, 2]]).entries()": [[1, 2]],
    "(function* () { yield 1; return 2 })()": [1],
    "new (class extends Array {})(1, 2)": [1, 2],
    "new (class extends Map {})([[1, 2]])": {1: 2},
    "new Proxy([1, 2], {})": [1, 2],
    "new Proxy({ a: 1 }, {})": {"a": 1},
    "({ get a() { return ++globalThis.reads }, toJSON() {} }).a": 1,
    "[1].map(n => ({ toJSON: n })) ": [{"toJSON": 1}],
    "Promise.resolve(5)": 5,
    # LeetCode's nodes
    "new ListNode(1, new ListNode(2))": ListNode.of([1, 2]),
    "new TreeNode(1, null, new TreeNode(2))": TreeNode.of([1, None, 2]),
    "new (class extends ListNode {})(1)": ListNode.of([1]),
    "({ next: { val: 2, next: null }, val: 1 })": ListNode.of([1, 2]),
    "new (class Node { val = 1; next = new ListNode(2) })()": ListNode.of([1, 2]),
    "({ val: 1, left: null, right: { val: 2, left: null, right: undefined } })": TreeNode.of([1, None, 2]),
    "[{ val: 1, next: null, prev: null }, { val: 1, next: 2 }]": [
        {"val": 1, "next": None, "prev": None},
        {"val": 1, "next": 2},
    ],
}
EQUAL_TO_NOTHING = {
    "new Date(0)": "Date",
    "/x/": "RegExp",
    "new Error('x')": "Error",
    "(() => 1)": "Function",
    "Symbol('x')": "Symbol",
    "new (class Point { x = 1 })()": "Point",
    "new (class { static name = 5 })()": "Object",
    "new (class Mine extends Date { toJSON() { return 42 } })()": "Mine",
    "new ArrayBuffer(8)": "ArrayBuffer",
    "new WeakMap()": "WeakMap",
    "[Promise.resolve(1)][0].constructor": "Function",
    "new Number(3)": "Number",
}
COMPARED: list[tuple[str, Any, bool]] = [
    ("3", 3, True),
    ("3", 3.0, True),
    ("6 / 2", 3.0, True),
    ("0.1 + 0.2", 0.3, True),
    ("-0", 0, True),
    ("2 ** 60", 2**60, True),
    ("2 ** 60", 2**60 + 1, False),  # a Number cannot hold it
    ("2n ** 60n + 1n", 2**60 + 1, True),
    ("1e300", 1e300, True),
    ("[1, [2]]", (1, [2]), True),
    ("({ a: 1 })", {"a": 1}, True),
    ("({ 1: 1 })", {1: 1}, False),
    ("new Map([[1, 1]])", {1: 1}, True),
    ("new Set([1])", {1}, True),
    ("undefined", None, True),
    ("true", 1, False),
    ("'3'", 3, False),
    ("NaN", 3, False),
    ("new Date(0)", "1970-01-01T00:00:00.000Z", False),
]


EVALUATE = "globalThis.reads = 0; const solve = text => (0, eval)(text)"


@pytest.fixture(scope="module")
def answers(node: Sandbox) -> dict[str, Any]:
    """Return what each expression becomes."""
    texts = list(dict.fromkeys([*ANSWERS, *EQUAL_TO_NOTHING, *(text for text, _, _ in COMPARED)]))
    return dict(zip(texts, returned(node, EVALUATE, *([text] for text in texts)), strict=True))


@pytest.mark.parametrize("text", ANSWERS)
def test_value_of_an_answer(answers: dict[str, Any], text: str) -> None:
    found, wanted = answers[text], ANSWERS[text]

    assert type(found) is type(wanted)
    assert values.encode(found) == values.encode(wanted) or found == wanted


@pytest.mark.parametrize("text", EQUAL_TO_NOTHING)
def test_answer_that_equals_nothing(answers: dict[str, Any], text: str) -> None:
    found = answers[text]

    assert isinstance(found, Opaque)
    assert (found.class_name, found.truth) == (EQUAL_TO_NOTHING[text], True)


# Arguments, and what they must be equal to.
ARGUMENTS: list[tuple[list[Any], str]] = [
    ([None], "null"),
    ([True, 1, 1.5, -0.0], "[true, 1, 1.5, -0]"),
    ([2**53 - 1, 1 - 2**53], "[9007199254740991, -9007199254740991]"),
    ([2**53, -(2**64), 1 << 5000], "[2n ** 53n, -(2n ** 64n), 1n << 5000n]"),
    ([1e22, 0.12345678901234567, 1e-300, 1.5e17], "[1e22, 0.12345678901234567, 1e-300, 1.5e17]"),
    (["1234567890123456789", 'a"\\', 2**60, {"12345678901234567890": 2**61}],
     "['1234567890123456789', 'a\"\\\\', 2n ** 60n, { '12345678901234567890': 2n ** 61n }]"),
    ([float("inf"), -float("inf"), float("nan")], "[Infinity, -Infinity, NaN]"),
    (["\u00e9\U0001f600", "\ud800"], "['\\u00e9\\u{1f600}', '\\ud800']"),
    ([(1, [2, (3,)])], "[1, [2, [3]]]"),
    ([{"a": {"b": (1,)}}], "{ a: { b: [1] } }"),
    ([{"__proto__": (1,)}], "{ ['__proto__']: [1] }"),
    ([{1: "a", (1, 2): "b"}], "new Map([[1, 'a'], [[1, 2], 'b']])"),
    ([{"$x": 1}], "new Map([['$x', 1]])"),
    ([{3}, frozenset({4})], "[new Set([3]), new Set([4])]"),
    ([b"a\xff"], "Buffer.from([97, 255])"),
    ([ListNode.of([1, 2])], "new ListNode(1, new ListNode(2))"),
    ([TreeNode.of([1, None, 2, 3])], "new TreeNode(1, null, new TreeNode(2, new TreeNode(3)))"),
]  # fmt: skip


@pytest.fixture(scope="module")
def passed(node: Sandbox) -> list[Outcome]:
    """Return what came of comparing each list of arguments in Node."""
    source = """const { deepStrictEqual } = require("assert")
    const solve = (text, ...args) => deepStrictEqual(args.length === 1 ? args[0] : args, (0, eval)(`(${text})`))"""
    return called(node, source, *([text, *args] for args, text in ARGUMENTS))


@pytest.mark.parametrize("number", range(len(ARGUMENTS)), ids=[text for _, text in ARGUMENTS])
def test_argument_is_what_the_table_says(passed: list[Outcome], number: int) -> None:
    assert passed[number].output == b"null", passed[number]


@pytest.mark.parametrize("number", [1 + 2j, values.decode('{"$fraction":[1,2]}'), values.decode('{"$decimal":"1.5"}')])
def test_argument_that_javascript_lacks_is_an_error(node: Sandbox, number: Any) -> None:
    (outcome,) = called(node, "const solve = n => n", [number])

    assert (outcome.ended, outcome.error[:39]) == (Ended.RAISED, "TypeError: JavaScript has no counterpar")


@pytest.mark.parametrize("kind", ["class ListNode { constructor(val, next) { this.val = val; this.next = next } }",
                                  "function ListNode(val, next) { this.val = val ?? 0; this.next = next ?? null }",
                                  "class ListNode { next; val }", ""])  # fmt: skip
def test_nodes_are_of_the_programs_own_class(node: Sandbox, kind: str) -> None:
    source = f"""{kind}
    function solve(head) {{
        if (!(head instanceof ListNode)) throw new Error("another class")
        let behind = null
        for (; head; [head.next, behind, head] = [behind, head, head.next]);
        return behind
    }}"""

    assert judged(node, source, ([ListNode.of([1, 2, 3])], ListNode.of([3, 2, 1]))).verdict == "AC"


def test_deep_values_cross_in_both_directions(node: Sandbox) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]

    assert returned(node, "const solve = value => [value]", [deep]) == [[deep]]


@pytest.mark.parametrize("brackets", [699, 701])
def test_answer_of_many_brackets_is_read_or_refused(node: Sandbox, brackets: int) -> None:
    source = "const solve = n => { let deep = []; for (let i = 1; i < n; i++) deep = [deep]; return deep }"

    (outcome,) = called(node, source, [brackets])

    assert outcome.ended is (Ended.RETURNED if brackets < 700 else Ended.RAISED)
    if outcome.output:
        values.decode(outcome.output)


@pytest.mark.parametrize(("text", "expected", "is_right"), COMPARED)
def test_answer_is_compared_by_value(answers: dict[str, Any], text: str, expected: Any, is_right: bool) -> None:
    assert value(expected, answers[text]) is is_right


# What hostile programs gain

REPORT = """
const fs = require("fs"), { writeSync } = fs
function forge(...texts) {
    writeSync(5, Buffer.concat(texts.map(text => {
        const report = Buffer.alloc(5 + text.length, "V" + "\\0".repeat(4) + text)
        report.writeUInt32BE(text.length, 1)
        return report
    })))
}
"""


@pytest.mark.parametrize(
    "source",
    [
        "forge('0'); const solve = n => n",
        "const solve = n => { forge('0'); return n }",
        "const solve = n => { forge(String(n), '0'); return n }",
        "const solve = n => { writeSync(5, 'Znone'); return n }",
        "const solve = n => { fs.closeSync(5); return n }",
        "const solve = n => { fs.closeSync(4); return n }",
        "const solve = n => { setTimeout(forge, 1, '0'); return new Promise(done => setTimeout(done, 50, n)) }",
    ],
)
def test_forged_report_does_not_make_a_wrong_answer_right(node: Sandbox, source: str) -> None:
    judgement = judged(node, REPORT + source, ([1], 2), ([2], 3), ([3], 4), limits=Limits(wall_s=2.0))

    assert judgement.verdict in ("WA", "RTE", "OLE")
    assert returned(node, "const solve = n => n + 1", [1]) == [2]


def test_answer_after_the_answer_is_a_sign(node: Sandbox) -> None:
    source = REPORT + "const solve = n => { forge('5', '6'); for (;;); }"

    (outcome,) = called(node, source, [1])

    assert outcome.output in (b"5", b"6")  # a program may say what it likes of its own call
    assert outcome.signs == (Sign.REPORT,)


def test_program_that_replaces_what_is_built_in_is_judged_by_what_it_returns(node: Sandbox) -> None:
    source = """
    const mine = () => { throw new Error("mine") }
    const { defineProperty } = Reflect, { getOwnPropertyNames } = Object
    for (const type of [Map, Set, Number, BigInt, Promise, Function, String, Object, JSON, Reflect]) {
        for (const place of [type, type.prototype])
            for (const name of place ? getOwnPropertyNames(place) : [])
                try {
                    if (typeof place[name] === "function" && name !== "constructor")
                        defineProperty(place, name, { value: mine })
                } catch {}  // a getter wants an object of the type
    }
    const fs = require("fs")
    for (const name of ["readSync", "writeSync", "readFileSync"]) fs[name] = mine
    process.exit = process.on = mine
    Array.isArray = Array.from = Array.prototype.map = Array.prototype.join = mine  // Node itself needs the others
    for (const name of ["Array", "Map", "Set", "BigInt", "Promise", "String", "TypeError", "setImmediate", "Reflect"])
        globalThis[name] = mine
    var solve = function (n) { return { n: n + 1, text: "x", m: n === 3 ? null.x : [1.5, n] } }
    """

    outcomes = called(node, source, [1], [2], [3])

    assert [each.output for each in outcomes[:2]] == [
        b'{"n":2,"text":"x","m":[1.5,1]}',
        b'{"n":3,"text":"x","m":[1.5,2]}',
    ]
    assert outcomes[2].ended is Ended.RAISED


def test_getter_is_read_once(node: Sandbox) -> None:
    source = """let reads = 0
    const lies = { get x() { return ++reads } }
    const solve = () => [new Proxy(lies, {}), reads]"""

    assert returned(node, source, [], []) == [[{"x": 1}, 0], [{"x": 2}, 1]]


@pytest.mark.parametrize("bytes_", ['"x', "{}{}", '{"$set":[[1]]}', '{"$object":[1]}', "[" * 3000, "\\0", ""])
def test_bytes_that_are_no_value_are_a_wrong_answer_and_a_sign(node: Sandbox, bytes_: str) -> None:
    judgement = judged(node, f"{REPORT}const solve = () => {{ forge({bytes_!r}); for (;;); }}", ([], 2))

    assert (judgement.verdict, judgement.suspicious[:1]) == ("WA", (Sign.VALUE,))
