"""What the supervisor makes of the reports of a program's process, and of bytes that only look like them."""

from __future__ import annotations

import pytest

from deepcoder.runner import channel
from deepcoder.runner.reports import LONGEST_MESSAGE_BYTES, LONGEST_REPORT_BYTES, Answer, Reports
from deepcoder.wire.messages import Ended


def packed(kind: bytes, body: bytes = b"") -> bytes:
    return channel.REPORT.pack(kind, len(body)) + body


def reports(*sent: bytes) -> Reports:
    """Reports that have read these bytes without a reason to kill."""
    reader = Reports(output_bytes=100)
    for data in sent:
        assert reader.feed(data) is None
    return reader


@pytest.mark.parametrize(
    ("kind", "body", "answer"),
    [
        (channel.RETURNED, b"[1]", Answer(Ended.RETURNED, b"[1]")),
        (channel.OUT_OF_MEMORY, b"", Answer(Ended.MEMORY_LIMIT)),
        (channel.COMPILE_ERROR, b"SyntaxError: x", Answer(Ended.COMPILE_ERROR, error="SyntaxError: x")),
        (channel.RAISED, b"E: x\n[]", Answer(Ended.RAISED, error="E: x", raised="[]")),
        (channel.RAISED, b"\xff", Answer(Ended.RAISED, error="\ufffd")),
    ],
)
def test_report_that_ends_an_execution_is_its_answer(kind: bytes, body: bytes, answer: Answer) -> None:
    assert reports(packed(channel.CONFINED), packed(kind, body)).answer == answer


def test_reports_cut_anywhere_say_the_same() -> None:
    sent = packed(channel.CONFINED) + packed(channel.COMPILED, b"code") + packed(channel.RETURNED, b"1")

    reader = reports(*(sent[index : index + 1] for index in range(len(sent))))

    assert (reader.is_confined, reader.compiled, reader.answer) == (True, b"code", Answer(Ended.RETURNED, b"1"))
    assert not reader.is_forged


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([packed(channel.RETURNED, b"1"), packed(channel.RETURNED, b"2")], id="two answers"),
        pytest.param([packed(channel.RETURNED, b"1"), packed(channel.COMPILED, b"2")], id="code after the answer"),
        pytest.param([packed(channel.CONFINED), packed(channel.CONFINED)], id="confined twice"),
    ],
)
def test_report_that_the_harness_does_not_send_is_forged(sent: list[bytes]) -> None:
    assert reports(*sent).is_forged


@pytest.mark.parametrize(
    ("sent", "ended"),
    [
        (packed(b"?"), Ended.RAISED),
        (channel.REPORT.pack(channel.RETURNED, 101), Ended.OUTPUT_LIMIT),
        (channel.REPORT.pack(channel.COMPILED, LONGEST_REPORT_BYTES + 1), Ended.OUTPUT_LIMIT),
        (channel.REPORT.pack(channel.RAISED, LONGEST_MESSAGE_BYTES + 1), Ended.OUTPUT_LIMIT),
    ],
)
def test_report_of_no_kind_or_too_long_ends_the_process(sent: bytes, ended: Ended) -> None:
    assert Reports(output_bytes=100).feed(sent) is ended


def test_first_of_several_answers_is_the_answer() -> None:
    reader = reports(channel.REPORT.pack(channel.RETURNED, 1) + b"1" + channel.REPORT.pack(channel.RAISED, 0))

    assert reader.answer == Answer(Ended.RETURNED, b"1")
    assert reader.is_forged
