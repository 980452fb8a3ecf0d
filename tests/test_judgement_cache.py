"""The cache of judgements, and its keys."""

from __future__ import annotations

from deepcoder.pool.judgement_cache import CacheKey, JudgementCache, cache_key
from deepcoder.programs import Program
from deepcoder.verdicts import Judgement, Verdict


def key_of(problem: str, source: str) -> CacheKey:
    return cache_key(problem, Program(source))


def judgement(verdict: Verdict = Verdict.AC) -> Judgement:
    return Judgement(verdict, passed=1, ran=1, total=1)


def test_programs_that_differ_only_in_line_endings_are_one() -> None:
    assert key_of("p", "a\nb\n") == key_of("p", "a\r\nb\r\n") == key_of("p", "a\rb\r")
    assert key_of("p", "a\nb") != key_of("p", "a\nb ") != key_of("q", "a\nb ")


def test_equal_sources_in_two_languages_are_two_programs() -> None:
    assert cache_key("p", Program("a", "python")) != cache_key("p", Program("a", "cpp"))


def test_a_source_with_half_a_surrogate_pair_has_a_key() -> None:
    assert key_of("p", "'\ud800'") != key_of("p", "'\ud801'")


def test_what_was_judged_is_found_again() -> None:
    cache, key = JudgementCache(), key_of("p", "pass")
    assert cache.find(key) is None
    cache.keep(key, judgement(Verdict.WA))
    assert cache.find(key) == judgement(Verdict.WA)
    assert cache.find(key_of("q", "pass")) is None


def test_our_own_failure_is_not_cached() -> None:
    cache, key = JudgementCache(), key_of("p", "pass")
    cache.keep(key, judgement(Verdict.IE))
    assert cache.find(key) is None


def test_what_was_used_longest_ago_is_evicted_first() -> None:
    cache = JudgementCache(most=2)
    one, two, three = (key_of("p", str(number)) for number in range(3))
    cache.keep(one, judgement())
    cache.keep(two, judgement())
    cache.find(one)
    cache.keep(three, judgement())
    assert [cache.find(key) is not None for key in (one, two, three)] == [True, False, True]
