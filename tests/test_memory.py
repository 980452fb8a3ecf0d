"""Judgements that are remembered, and by what."""

from __future__ import annotations

from deepcoder.pool.memory import Memory, key_of
from deepcoder.verdicts import Judgement, Verdict


def judgement(verdict: Verdict = Verdict.AC) -> Judgement:
    return Judgement(verdict, passed=1, ran=1, total=1)


def test_programs_that_differ_only_in_line_ends_are_one() -> None:
    assert key_of("p", "a\nb\n") == key_of("p", "a\r\nb\r\n") == key_of("p", "a\rb\r")
    assert key_of("p", "a\nb") != key_of("p", "a\nb ") != key_of("q", "a\nb ")


def test_a_source_with_half_a_surrogate_pair_has_a_key() -> None:
    assert key_of("p", "'\ud800'") != key_of("p", "'\ud801'")


def test_what_was_judged_is_found_again() -> None:
    memory, key = Memory(), key_of("p", "pass")
    assert memory.find(key) is None
    memory.keep(key, judgement(Verdict.WA))
    assert memory.find(key) == judgement(Verdict.WA)
    assert memory.find(key_of("q", "pass")) is None


def test_our_own_failure_is_not_remembered() -> None:
    memory, key = Memory(), key_of("p", "pass")
    memory.keep(key, judgement(Verdict.IE))
    assert memory.find(key) is None


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    memory = Memory(kept=2)
    one, two, three = (key_of("p", str(number)) for number in range(3))
    memory.keep(one, judgement())
    memory.keep(two, judgement())
    memory.find(one)
    memory.keep(three, judgement())
    assert [memory.find(key) is not None for key in (one, two, three)] == [True, False, True]
