"""The order of tests, and what a submission is expected to take."""

from __future__ import annotations

import random

from deepcoder.pool import learned as module
from deepcoder.pool.learned import Learned


def run(learned: Learned, order: tuple[int, ...], fails: set[int], cpu_s: dict[int, float] | None = None) -> int:
    """Judge a program that fails these tests; how many were run."""
    costs = []
    for number in order:
        costs.append((number, (cpu_s or {}).get(number, 0.01)))
        if number in fails:
            break
    learned.ran("p", costs, bool(fails & set(order)))
    return len(costs)


def test_unknown_tests_have_the_longest_inputs_first() -> None:
    learned = Learned()
    learned.meet("p", [2, 0, 1])
    assert learned.order("p", range(3)) == (2, 0, 1)
    assert learned.order("p", [0, 1]) == (0, 1)
    assert learned.order("never met", [5, 3]) == (5, 3)


def test_the_test_that_fails_programs_comes_first() -> None:
    learned = Learned()
    learned.meet("p", range(10))
    for _ in range(3):
        run(learned, learned.order("p", range(10)), {7})
    assert learned.order("p", range(10))[0] == 7


def test_of_two_that_fail_as_many_the_cheaper_comes_first() -> None:
    learned = Learned()
    learned.meet("p", [0, 1])
    for _ in range(5):
        learned.ran("p", [(0, 1.0)], True)
        learned.ran("p", [(1, 0.01)], True)
    assert learned.order("p", range(2)) == (1, 0)


def test_a_test_that_fails_the_same_programs_as_another_moves_back() -> None:
    learned = Learned()
    learned.meet("p", range(5))
    kinds = [{0, 1}, {0, 1}, {0, 1}, {4}]
    for number in range(40):
        run(learned, learned.order("p", range(5)), kinds[number % 4])
    first, second = learned.order("p", range(5))[:2]
    assert first in (0, 1)
    assert second == 4


def test_learned_order_needs_fewer_tests_than_the_longest_first() -> None:
    rng = random.Random(0)
    learned, fixed, adaptive = Learned(), 0, 0
    learned.meet("p", range(15))
    for _ in range(100):
        fails = {rng.choices([11, 13, 3], [5, 3, 1])[0]}
        adaptive += run(learned, learned.order("p", range(15)), fails)
        fixed += min(fails) + 1
    assert adaptive < 0.3 * fixed


def test_what_a_submission_takes_follows_the_last_ones() -> None:
    learned = Learned()
    assert learned.submission_s("p") is None
    learned.meet("p", range(1))
    learned.took("p", 1.0)
    assert learned.submission_s("p") == 1.0
    for _ in range(30):
        learned.took("p", 3.0)
    assert 2.9 < (learned.submission_s("p") or 0) <= 3.0


def test_problems_judged_long_ago_are_forgotten() -> None:
    learned = Learned()
    for number in range(3):
        learned.meet(f"p{number}", range(module.LEARNED_TESTS // 2))
        learned.took(f"p{number}", 1.0)
    assert [learned.submission_s(f"p{number}") for number in range(3)] == [None, 1.0, 1.0]
