"""What the log says of submissions that could not be judged."""

from __future__ import annotations

import logging

import pytest

from deepcoder.pool.alarm import ALARM_EVERY_S, ALARM_MINIMUM, ALARM_WINDOW, Alarm
from deepcoder.verdicts import Judgement, Verdict


def batch(right: int, unjudged: int) -> list[Judgement]:
    return [Judgement(Verdict.AC, 1, 1, 1)] * right + [Judgement(Verdict.IE, 0, 0, 1, detail="no engine")] * unjudged


def said(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno == level]


def test_one_ie_in_a_small_batch_is_told_without_alarm(caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    alarm.hear(batch(ALARM_MINIMUM - 2, 1), 0.0)
    assert said(caplog, logging.ERROR) == [f"1 of {ALARM_MINIMUM - 1} could not be judged: no engine"]
    assert said(caplog, logging.CRITICAL) == []


def test_share_of_ie_above_one_percent_raises_the_alarm_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    alarm.hear(batch(495, 5), 0.0)
    assert said(caplog, logging.CRITICAL) == []
    alarm.hear(batch(0, 1), 1.0)
    alarm.hear(batch(0, 1), 2.0)
    assert len(said(caplog, logging.ERROR)) == 3
    (line,) = said(caplog, logging.CRITICAL)
    assert line.startswith("1.2 % of the last 501 judgements are IE, more than 1 %")
    alarm.hear(batch(100, 0), 1.0 + ALARM_EVERY_S)  # nothing new to tell
    alarm.hear(batch(0, 1), 2.0 + ALARM_EVERY_S)
    assert len(said(caplog, logging.CRITICAL)) == 2


def test_old_judgements_are_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    alarm.hear(batch(0, ALARM_MINIMUM - 1), 0.0)
    alarm.hear(batch(ALARM_WINDOW, 0), 0.0)
    alarm.hear(batch(ALARM_WINDOW - 1, 1), 0.0)
    assert said(caplog, logging.CRITICAL) == []
