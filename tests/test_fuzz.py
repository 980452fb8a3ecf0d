"""Whatever comes in, from a sandbox, a model or a data set: no crash, no hang, no unbounded memory.

`test_wire`, `test_values` and `test_programs` say what valid input means; here it is hostile.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepcoder.completions import text_of
from deepcoder.datasets import DataError, assertions, load_problems, packed_tests
from deepcoder.datasets.errors import Unusable
from deepcoder.datasets.load import INT_DIGITS, quarantined, read_problems
from deepcoder.problems import Problem
from deepcoder.programs import extract
from deepcoder.wire.messages import LENGTHS, Frames, frame
from deepcoder.wire.values import _READ, decode, encode

ROOT = Path(__file__).parents[1]
FIXTURES = Path(__file__).parent / "fixtures"
LIMIT = 500

fuzz = settings(derandomize=True, deadline=None, max_examples=300)
short_fuzz = settings(fuzz, max_examples=100)


@pytest.fixture(autouse=True)
def any_digits() -> Iterator[None]:
    """Python reads and writes an int of any length; and the limit that loading sets does not outlive the test."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(before)


# Frames

heads = st.dictionaries(st.text(max_size=4), st.none() | st.integers() | st.text(max_size=8), max_size=3)
good = st.tuples(heads, st.binary(max_size=100)).map(lambda message: frame(*message))
lying = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)).map(lambda sizes: LENGTHS.pack(*sizes))
no_head = st.binary(max_size=30).map(lambda text: LENGTHS.pack(len(text), 0) + text)
streams = st.lists(good | lying | no_head | st.binary(max_size=30), max_size=6).map(b"".join)


def received(pieces: list[bytes]) -> list[Any]:
    """The messages that come out, and at the end a ValueError's text if one came."""
    frames, found = Frames(LIMIT), list[Any]()
    try:
        for piece in pieces:
            frames.feed(piece)
            while (message := frames.next()) is not None:
                found.append(message)
    except ValueError as error:
        found.append(str(error))
    return found


@fuzz
@given(streams, st.lists(st.integers(0, 2000), max_size=20))
def test_hostile_stream_gives_the_same_however_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in zip(edges, edges[1:], strict=False)]

    in_pieces = received(pieces)

    # By text: a head may hold NaN, which is not equal to itself.
    assert repr(in_pieces) == repr(received([stream])) == repr(received([bytes([byte]) for byte in stream]))


@fuzz
@given(st.lists(good, max_size=3), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_lengths_over_the_limit_are_refused_with_their_last_byte(before: list[bytes], head: int, body: int) -> None:
    found = received([*before, LENGTHS.pack(head, body)])

    refused = bool(found) and isinstance(found[-1], str) and "announces" in found[-1]
    assert refused == (head + body > LIMIT)


def test_stream_of_many_frames_holds_no_more_than_one_of_them() -> None:
    frames, message = Frames(1 << 20), frame({"kind": "run"}, bytes(200_000))
    stream = message * 100
    count = 0
    tracemalloc.start()
    try:
        for at in range(0, len(stream), 5000):
            frames.feed(stream[at : at + 5000])
            while frames.next() is not None:
                count += 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 100
    assert peak < 4 * len(message)


def test_announced_length_takes_no_memory() -> None:
    frames = Frames(1 << 40)
    tracemalloc.start()
    try:
        frames.feed(LENGTHS.pack(2**32 - 1, 2**32 - 1) + b"{")
        assert frames.next() is None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 1 << 20  # of 8 GiB; other threads are counted too


def test_frame_that_comes_byte_by_byte_ends() -> None:
    # Minutes, if each byte copied what is there.
    frames, message = Frames(1 << 30), frame({}, bytes(2_000_000))
    found = []
    for at in range(len(message)):
        frames.feed(message[at : at + 1])
        found += [each] if (each := frames.next()) else []

    assert len(found) == 1


def test_many_small_frames_that_come_at_once_end() -> None:
    frames = Frames(1 << 30)
    frames.feed(frame({}) * 600_000)  # minutes, if each frame moved what stands behind it
    count = 0
    while frames.next() is not None:
        count += 1

    assert count == 600_000


# Values

tags = st.sampled_from([*sorted(_READ), "$", "$x", "a"])
numbers = st.integers() | st.sampled_from([2**61 - 1, 10**400, 2**4001, -1, -2]) | st.floats()
leaves = st.none() | st.booleans() | numbers | st.sampled_from(["nan", "-inf", "0x1", "ff", "1e999", "é", "\ud800"])
tagged: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(tags, inner, max_size=2),
    max_leaves=15,
)


def canonical(text: str) -> str:
    """An encoding with the elements of sets in order: they have none of their own."""

    def ordered(found: dict[str, Any]) -> dict[str, Any]:
        return {
            tag: sorted(content, key=json.dumps) if tag in ("$set", "$frozenset") else content
            for tag, content in found.items()
        }

    return json.dumps(json.loads(text, object_hook=ordered))


def check_decode(text: str | bytes) -> None:
    """What is read is written, and read and written again it is the same; what is not read is a ValueError."""
    try:
        once = encode(decode(text))
    except ValueError:
        return
    assert canonical(encode(decode(once))) == canonical(once)


@fuzz
@given(tagged)
def test_tags_without_sense_are_read_stably_or_a_value_error(found: Any) -> None:
    check_decode(json.dumps(found))


@fuzz
@given(tagged, st.data())
def test_mutated_encoding_is_read_stably_or_a_value_error(found: Any, data: st.DataObject) -> None:
    text = json.dumps(found)
    with contextlib.suppress(ValueError):
        text = encode(decode(text))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 5))
        put = data.draw(
            st.sampled_from(["", '"', "{", "}", "[", "]", ",", ":", "9" * 2000, "-", "\\u", '{"$int":', "é"])
        )
        text = text[:at] + put + text[at + cut :]

    check_decode(text)
    check_decode(text.encode())


@pytest.mark.parametrize("depth", [10, 100, 300, 500, 900, 1100, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"$tuple":[', '{"$frozenset":[', '{"$list_node":['])
def test_depth_is_read_and_written_or_refused(opening: str, depth: int) -> None:
    closing = "".join({"[": "]", "{": "}"}[each] for each in reversed(opening) if each in "[{")
    try:
        found = decode(opening * depth + "1" + closing * depth)
    except ValueError:
        assert depth > 100
        return
    try:
        encode(found)
    except TypeError as error:  # writing takes more of Python's stack than reading
        assert "deeply" in str(error)
        assert depth > 100


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"$int":"' + "f" * 4_000_000 + '"}', id="int"),
        pytest.param('{"$object":[{"$int":"' + "f" * 4_000_000 + '"},true]}', id="name of a class"),
        pytest.param('{"$bytes":"' + "f" * 4_000_000 + '"}', id="bytes"),
        pytest.param('{"$float":"' + "9" * 4_000_000 + '"}', id="float"),
        pytest.param("1" + "0" * 4_000_000, id="decimal"),
        pytest.param('{"$set":[' + ",".join(str(n << 61) for n in range(200_000)) + "]}", id="multiples of 2^61"),
        pytest.param('{"$set":[' + ",".join(f'{{"$tuple":[{n}]}}' for n in range(100_000)) + "]}", id="tuples"),
        pytest.param("[" + "[]," * 1_000_000 + "[]]", id="empty lists"),
        pytest.param('{"$tree_node":[' + "1," * 500_000 + "1]}", id="tree"),
        pytest.param('{"$list_node":[' + "1," * 500_000 + "1]}", id="linked list"),
    ],
)
@pytest.mark.usefixtures("any_digits")
def test_large_value_is_read_or_refused_without_delay(text: str) -> None:
    with contextlib.suppress(ValueError):  # minutes, if time grew as the square
        decode(text)


# Extraction

FENCES = ["```", "````", "~~~", "~~~~~", "`", "~", "``"]
INFOS = ["python", "py", "Python 3", "{.python}", "cpp", "text", 'python title="x"', "pycon"]
TAGS = ["<think>", "</think>", "<THINK>", "[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "<reasoning>", "</reasoning>"]
TAGS += ["<|begin_of_thought|>", "<|end_of_thought|>", "<|channel|>final<|message|>", "<|channel|>analysis<|message|>"]
MARKDOWN = ["# Title", "1. ", "- ", "> ", "**", "    ", "\t", "\ufeff", "\u2028", "\x0c", "\0", "\ud800"]
CODE = ['"""', "'''", '"', "'", "\\", "#", "x = 1", "def f():", "    return 1", "f'{x}'"]
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", " \n", ""]

blocks = st.builds(
    lambda indent, fence, info, lines, closing: (
        f"{indent}{fence}{info}\n" + "\n".join(lines) + f"\n{indent}{closing}\n"
    ),
    st.sampled_from(["", " ", "   ", "\t", "> "]),
    st.sampled_from(FENCES),
    st.sampled_from(["", *INFOS]),
    st.lists(st.sampled_from(CODE + TAGS + FENCES) | st.text(max_size=5), max_size=5),
    st.sampled_from([*FENCES, "", "```python", "</think>"]),
)
scraps = st.builds(str.__add__, st.sampled_from(FENCES + INFOS + TAGS + MARKDOWN + CODE), st.sampled_from(ENDS))
completions = st.lists(blocks | scraps | st.text(max_size=6), max_size=15).map("".join)


def check_extract(text: str) -> None:
    """Check that a program is lines of the text, one after the other, without what begins them in Markdown.

    The last line may go on in the text, with the fence that closes the block.
    """
    program = extract(text)
    if program is None:
        return
    begins = " \t\ufeff>"
    lines = [line.lstrip(begins) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    *found, last = [line.lstrip(begins) for line in program.source.split("\n")]
    assert program.source.strip()
    ends = range(len(found), len(lines))
    assert any(lines[at - len(found) : at] == found and lines[at].startswith(last) for at in ends)


@fuzz
@given(completions)
def test_program_is_lines_of_the_completion(text: str) -> None:
    check_extract(text)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5) | completions,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "text", "type"]), inner),
    max_leaves=5,
)
parts = st.fixed_dictionaries({}, optional={"type": st.just("text") | json_values, "text": completions | json_values})
odd_messages = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["assistant", "assistant", "user", None, 7]) | json_values,
        "content": completions | st.lists(parts | json_values, max_size=4) | json_values,
    },
)


@fuzz
@given(completions | odd_messages | st.lists(odd_messages | json_values, max_size=4) | json_values)
def test_odd_messages_give_only_what_their_texts_hold(completion: Any) -> None:
    try:
        program = extract(completion)
    except TypeError as error:
        assert "\n" not in str(error)
        return
    if program is not None:
        assert program == extract(text_of(completion))


@short_fuzz
@given(st.lists(st.sampled_from([*FENCES, *INFOS, *TAGS, *CODE, "\n", " "]), min_size=1, max_size=8).map("".join))
def test_repeated_scraps_end(scrap: str) -> None:
    text = scrap * (50_000 // len(scrap))

    check_extract_ends(text)
    check_extract_ends("```python\n" + text)


def check_extract_ends(text: str) -> None:
    extract(text)  # a hundred of these take minutes, if time grew as the square


# Rows of data sets


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


class Planted:
    """Unpickled, it makes a file."""

    path = ""

    def __reduce__(self) -> Any:
        return open, (self.path, "w")


JUNK: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        10**400,
        -(10**30),
        1.5,
        float("inf"),
        float("nan"),
        "",
        " ",
        "\n",
        [],
        {},
        [[]],
        [None],
        [{}],
    ),
    *("x", "\0", "\ud800", "é🐞", "b'\\xff'", "x" * 100_000, "1" * 20_000, "\\d", "'\\d'", "-" * 5000 + "1"),
    *("{", "[", "]", '{"a":', "[1, 2", "nul", "NaN", "[NaN, Infinity]", "None", "{1: 2}", "{1, 2}", "[1, 2,]", "1e999"),
    *("[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000, "(" * 5000, "[" * 90 + "]" * 90, "1+" * 5000 + "1"),
    *("f(" * 150 + ")" * 150, "x." * 5000 + "x", "not " * 5000 + "x", "lambda: " * 500 + "0", "if 1:\n " * 5),
    *({"inputs": [], "outputs": []}, {"inputs": ["1"], "outputs": []}, {"input": 1, "output": 2}, {"functional": 7}),
    *('{"inputs": [[1]], "outputs": [[1]]}', '[{"input": "1", "output": "1"}]', [{"input": [], "output": {}}]),
    *("def f(x): return x", "assert f(1) == 1", "while True: pass", "assert f(10**10**10)", "assert f('x' * 10**12)"),
    *("import solution", "from solution import *", "check(candidate)", "def check(f):\n check(f)\ncheck(f)", "\tx\n x"),
    *("AAAA", "eJw=", packed(b""), packed(b"[]"), packed(bytes(1_000_000)), packed(pickle.dumps("[" * 5000))),
    *(
        packed(pickle.dumps("[]")),
        packed(pickle.dumps([])),
        packed(pickle.dumps(print)),
        packed(b"X\xff\xff\xff\x7f[]."),
    ),
    *(packed(zlib.compress(bytes(1_000_000))), packed(pickle.dumps("[" + "[]," * 100_000 + "[]]"))),
    *(
        {"seconds": 10**400},
        {"seconds": "1"},
        {"seconds": [], "nanos": {}},
        {"language": 3, "solution": 3},
        "9" * 400 + " s",
    ),
]
replacements = st.sampled_from(JUNK) | json_values


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where fields stand, at any depth; also inside text that is JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            yield from places(json.loads(value), (*path, json.loads))
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from places(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index)
            yield from places(item, (*path, index))


def changed(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """The value with what stands at the place changed."""
    if not path:
        return change(value)
    first, *rest = path
    if first is json.loads:
        return json.dumps(changed(json.loads(value), tuple(rest), change))
    value = copy.copy(value)
    value[first] = changed(value[first], tuple(rest), change)
    return value


def truncated(data: st.DataObject) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if not isinstance(value, str | list):
            return value
        at, put = (
            data.draw(st.integers(0, len(value))),
            data.draw(st.sampled_from(["", "'", "[", "}", "\\", "9", "\n"])),
        )
        return value[:at] + put + value[at + 1 :] if isinstance(value, str) else value[:at]

    return change


def check_load(path: Path) -> None:
    """Each row gives a problem or why not, or the file a DataError; a problem can be measured and sampled."""
    try:
        for found in read_problems(str(path)):
            assert isinstance(found, Problem | Unusable)
            if isinstance(found, Problem):
                assert found.sampled(2).size <= found.size
            else:
                assert isinstance(found.reason, str)
        load_problems(str(path))
    except DataError as error:
        assert str(error)


@pytest.mark.usefixtures("any_digits")
@pytest.mark.parametrize("source", sorted(path.stem for path in FIXTURES.glob("*.jsonl")))
def test_mutated_row_gives_a_problem_or_a_reason(source: str, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FIXTURES / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "rows.jsonl"

    @short_fuzz
    @given(st.sampled_from(rows), st.data())
    def check(row: Any, data: st.DataObject) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.sampled_from(list(places(row))))
            put = truncated(data) if data.draw(st.booleans()) else lambda _: data.draw(replacements)
            row = changed(row, place, put)
        path.write_text(json.dumps(row) + "\n", encoding="utf-8")
        check_load(path)

    check()


@pytest.mark.usefixtures("any_digits")
@pytest.mark.parametrize("source", sorted(path.stem for path in FIXTURES.glob("*.jsonl")))
def test_row_with_any_field_replaced_gives_a_problem_or_a_reason(source: str, tmp_path: Path) -> None:
    row = json.loads((FIXTURES / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()[0])
    path = tmp_path / "rows.jsonl"
    for field in row:
        lines = [json.dumps(row | {field: junk}) for junk in JUNK]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        check_load(path)


DEEP = "[" * 100_000 + "]" * 100_000
LONG = "9" * (INT_DIGITS + 1)


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "[" * 100_000,
        '{"a":' * 100_000,
        f'{{"a": {DEEP}}}',
        LONG,
        f'{{"a": {LONG}}}',
        "nul",
        "[",
        "{",
        "\0",
        "[{},",
    ],
    ids=["deep", "open", "objects", "deep field", "long", "long field", "word", "bracket", "brace", "zero", "comma"],
)
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
@pytest.mark.parametrize("before", ["", "[{}, "])
def test_file_that_is_hostile_json_is_a_data_error(text: str, name: str, before: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(before + text, encoding="utf-8")

    with pytest.raises(DataError):
        load_problems(str(path))
    with pytest.raises(DataError):
        quarantined(path)


@fuzz
@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()), st.integers(0, 100))
def test_any_bytes_as_a_file_are_a_data_error(data: bytes, cut: int) -> None:
    with TemporaryDirectory() as folder:
        for name in ("rows.jsonl", "rows.json", "rows.parquet"):
            path = Path(folder) / name
            path.write_bytes(data[cut:] + data[:cut])
            with pytest.raises(DataError):
                load_problems(str(path))


def test_int_of_many_digits_in_a_row_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = {"problem": "p", "tests": [{"input": "1", "output": "1"}]}
    bad = {"problem": "p", "tests": f'[{{"input": "1", "output": {LONG}}}]'}
    path.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n", encoding="utf-8")

    found = list(read_problems(str(path)))

    assert isinstance(found[0], Problem)
    assert isinstance(found[1], Unusable)
    assert "digits" in found[1].reason


def test_packed_bomb_is_refused_before_it_fills_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    cap = 1 << 20
    monkeypatch.setattr(packed_tests, "UNPACKED_BYTES", cap)
    bomb = packed(bytes(1 << 28))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=f"more than {cap} bytes"):
            packed_tests.unpacked(bomb, "tests")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3 * cap + 3 * len(bomb)


def test_packed_pickle_is_never_unpickled(tmp_path: Path) -> None:
    planted = Planted()
    planted.path = str(tmp_path / "planted")
    pickle.loads(pickle.dumps(planted)).close()
    assert (tmp_path / "planted").exists()
    (tmp_path / "planted").unlink()

    with pytest.raises(ValueError, match="is not read"):
        packed_tests.unpacked(packed(pickle.dumps(planted)), "tests")

    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize(
    "starter_code",
    ["def f\n" * 50_000, "def f(" * 50_000, "def f(x):" * 50_000 + "x", "def f(x):  " * 50_000, "\n \t" * 200_000],
    ids=["no colon", "no end of line", "colons", "blanks", "lines"],
)
def test_starter_code_that_repeats_ends(starter_code: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    tests = {"fn_name": "f", "inputs": [[1]], "outputs": [[1]]}
    path.write_text(json.dumps({"input_output": tests, "starter_code": starter_code}), encoding="utf-8")

    check_load(path)


def reasons(test_code: str, path: Path) -> str:
    """Why a row with this test code cannot be used; empty where it can."""
    path.write_text(json.dumps({"text": "p", "code": "def f(x): pass", "test_list": [test_code]}), encoding="utf-8")
    try:
        load_problems(str(path))
    except DataError as error:
        return str(error)
    return ""


CALLS_TWICE = "".join(f"def g{n}():\n    g{n + 1}()\n    g{n + 1}()\n" for n in range(60))  # 2^60 calls, in 2 kB


@pytest.mark.parametrize(
    "test_code",
    [
        CALLS_TWICE + "def g60():\n    assert f(1) == 1\ng0()\n",
        "".join(f"a{n} = []\ng()\n" for n in range(3000)) + "assert f(1) == 1\n",
    ],
    ids=["calls that call twice", "names that each call may change"],
)
def test_test_code_that_takes_long_to_read_is_refused(
    test_code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assertions, "_READING_STEPS", 1_000_000)

    assert "takes too long to read" in reasons(test_code, tmp_path / "rows.jsonl")


def test_calls_that_call_twice_are_read_once_where_they_stay_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assertions, "_READING_STEPS", 1_000_000)
    test_code = CALLS_TWICE + "def g60():\n    assert f(1) > 1\ng0()\n"

    assert reasons(test_code, tmp_path / "rows.jsonl") == ""


@pytest.mark.parametrize(
    "test_code",
    [
        "a = [1]\n" + "a = [a, a]\n" * 100 + "assert f(a) == 1\n",
        "for i in range(10**9):\n    for j in range(10**9):\n        assert f(i) == j\n",
    ],
    ids=["lists of themselves", "loops in loops"],
)
def test_test_code_of_too_large_constants_stays_code(test_code: str, tmp_path: Path) -> None:
    assert reasons(test_code, tmp_path / "rows.jsonl") == ""


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is for Linux on x86-64")
def test_guided_fuzz_of_frames_and_values_finds_nothing(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, value in enumerate([1, {"a": (1, 2)}, {1: {2.5, 3j}}, [b"x"], float("nan")]):
        stream = frame({"kind": "outcome", "task": number}, encode(value).encode())
        (corpus / str(number)).write_bytes(bytes([number]) + 2 * stream)

    options = ["-runs=20000", "-max_len=512", "-seed=1", f"-artifact_prefix={tmp_path}/"]
    ran = subprocess.run(
        [sys.executable, "tests/fuzz/fuzz_frames.py", str(corpus), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
    )

    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Done 20000 runs" in ran.stderr
