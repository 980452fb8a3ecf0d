"""The cache that forgets what was used longest ago."""

from __future__ import annotations

from deepcoder.lru import Lru


def test_value_is_found_until_it_is_removed() -> None:
    cache: Lru[str, int] = Lru(2)
    assert cache.keep("a", 1) == []
    assert (cache.find("a"), cache.find("b")) == (1, None)
    assert (cache.pop("a"), cache.pop("a"), cache.find("a"), len(cache)) == (1, None, None, 0)


def test_least_recently_used_goes_first() -> None:
    cache: Lru[str, int] = Lru(2)
    cache.keep("a", 1)
    cache.keep("b", 2)
    cache.find("a")
    assert cache.keep("c", 3) == [2]
    assert (cache.find("a"), cache.find("b"), cache.find("c")) == (1, None, 3)


def test_sizes_bound_the_cache() -> None:
    cache: Lru[str, int] = Lru(10)
    cache.keep("a", 1, 4)
    cache.keep("b", 2, 4)
    assert cache.keep("c", 3, 7) == [1, 2]
    assert cache.keep("d", 4, 3) == []


def test_entry_too_large_for_the_cache_is_kept_alone() -> None:
    cache: Lru[str, int] = Lru(10)
    cache.keep("a", 1, 4)
    assert cache.keep("b", 2, 99) == [1]
    assert cache.find("b") == 2
    assert cache.keep("c", 3, 1) == [2]


def test_entries_bound_the_cache_whatever_their_sizes() -> None:
    cache: Lru[str, int] = Lru(100, most_entries=2)
    cache.keep("a", 1, 0)
    cache.keep("b", 2, 0)
    assert cache.keep("c", 3, 0) == [1]


def test_replaced_entry_takes_its_old_size_with_it() -> None:
    cache: Lru[str, int] = Lru(10)
    cache.keep("a", 1, 9)
    assert cache.keep("a", 2, 1) == []
    assert cache.keep("b", 3, 9) == []
    assert cache.find("a") == 2
