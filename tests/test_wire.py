"""Frames: whatever the stream does to them, messages come out whole or a ValueError does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepcoder.wire.messages import LENGTHS, Ended, Frames, Outcome, Sign, frame

LIMIT = 1 << 20

heads = st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=20), max_size=4)
messages = st.lists(st.tuples(heads, st.binary(max_size=200)), max_size=6)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def drain(frames: Frames) -> list[tuple[dict[str, Any], bytes]]:
    found = []
    while (message := frames.next()) is not None:
        found.append(message)
    return found


@given(messages, st.lists(st.integers(min_value=0), max_size=20))
def test_frames_cut_anywhere_give_the_same_messages(sent: list[Any], cuts: list[int]) -> None:
    frames = Frames(LIMIT)
    received = []
    for piece in split(b"".join(frame(*message) for message in sent), cuts):
        frames.feed(piece)
        received += drain(frames)

    assert received == sent


def test_frame_fed_byte_by_byte_comes_only_with_its_last_byte() -> None:
    frames = Frames(LIMIT)
    data = frame({"kind": "run"}, b"\x00\xff")
    for index in range(len(data) - 1):
        frames.feed(data[index : index + 1])
        assert frames.next() is None

    frames.feed(data[-1:])

    assert frames.next() == ({"kind": "run"}, b"\x00\xff")
    assert frames.next() is None


@pytest.mark.parametrize("body", [b"", b"\x00", bytes(range(256)), b'{"kind":"run"}', b"\xff" * 100_000])
def test_body_of_any_bytes_arrives_unchanged(body: bytes) -> None:
    frames = Frames(LIMIT)
    frames.feed(frame({}, body))

    assert frames.next() == ({}, body)


@pytest.mark.parametrize("text", ["\ud800", "é🐞", "\x00", '"}\n', "a" * 10_000])
def test_head_of_any_text_arrives_unchanged(text: str) -> None:
    frames = Frames(LIMIT)
    frames.feed(frame({text: text}))

    assert frames.next() == ({text: text}, b"")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"1", id="number"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"{} {}", id="two"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="nested deeply"),
        pytest.param(b'{"a":' + b"[" * 200_000, id="nested deeply and cut short"),
        pytest.param(b'{"a":' + b"9" * 10_000 + b"}", id="a number of 10,000 digits"),
    ],
)
def test_malformed_head_raises_value_error(head: bytes) -> None:
    frames = Frames(LIMIT)
    frames.feed(LENGTHS.pack(len(head), 0) + head)

    with pytest.raises(ValueError):
        frames.next()


@given(st.binary(max_size=300))
def test_random_bytes_give_messages_or_value_error(data: bytes) -> None:
    frames = Frames(LIMIT)
    frames.feed(data)
    try:
        found = drain(frames)
    except ValueError:
        return
    assert all(isinstance(head, dict) for head, _ in found)


@pytest.mark.parametrize(
    ("head_bytes", "body_bytes"), [(LIMIT + 1, 0), (0, LIMIT + 1), (LIMIT, 1), (2**32 - 1, 2**32 - 1)]
)
def test_oversize_frame_is_refused_before_its_bytes_come(head_bytes: int, body_bytes: int) -> None:
    frames = Frames(LIMIT)
    frames.feed(LENGTHS.pack(head_bytes, body_bytes))

    with pytest.raises(ValueError, match="announces"):
        frames.next()


def test_frame_of_exactly_the_limit_is_taken() -> None:
    head = json.dumps({}).encode()
    frames = Frames(LIMIT)
    frames.feed(frame({}, bytes(LIMIT - len(head))))

    message = frames.next()

    assert message is not None
    assert len(message[1]) == LIMIT - len(head)


@pytest.mark.parametrize(
    ("head", "wrong"),
    [
        ({}, "KeyError"),
        ({"ended": 3}, "ended"),
        ({"ended": "well"}, "well"),
        ({"ended": "exited", "exit_code": "0"}, "exit_code"),
        ({"ended": "exited", "cpu_s": None}, "cpu_s"),
        ({"ended": "exited", "stderr": ["x"]}, "stderr"),
        ({"ended": "exited", "signs": "made"}, "signs"),
        ({"ended": "exited", "signs": ["is evil"]}, "is evil"),
        ({"ended": "exited", "verdict": "AC"}, "verdict"),
        ({"ended": "exited", "output": "42"}, "output"),
    ],
)
def test_head_that_is_no_outcome_is_refused(head: dict[str, object], wrong: str) -> None:
    with pytest.raises((KeyError, ValueError)) as caught:
        Outcome.read(head, b"")

    assert wrong in repr(caught.value)


outcomes = st.builds(
    Outcome,
    ended=st.sampled_from(Ended),
    output=st.binary(max_size=20),
    exit_code=st.none() | st.integers(0, 255),
    signal=st.none() | st.integers(1, 64),
    error=st.text(max_size=5),
    stderr=st.text(max_size=5),
    cpu_s=st.floats(0, 1e6),
    peak_bytes=st.integers(0, 1 << 40),
    signs=st.lists(st.sampled_from(Sign), unique=True).map(tuple),
)


@given(outcomes)
def test_outcome_is_read_as_it_was_sent(sent: Outcome) -> None:
    frames = Frames(1 << 20)
    frames.feed(frame(sent.facts(), sent.output))
    message = frames.next()

    assert message is not None and Outcome.read(*message) == sent


def test_facts_that_are_as_usual_are_not_sent() -> None:
    assert Outcome(Ended.RETURNED, b"42", cpu_s=0.5).facts() == {"ended": "returned", "cpu_s": 0.5}
