"""LiveCodeBench's errata: the checkers that some problems get, the problems that are left out, and what is said."""

from __future__ import annotations

import json
import logging
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deepcoder.datasets import errata, load_problems
from deepcoder.datasets.errata_checkers import (
    any_order,
    fewest_potions,
    find_a_cycle,
    letters_in_a_grid,
    ranges_with_sum_zero,
    three_cubes,
    three_with_sum,
    wrong_answer,
)
from deepcoder.jury import Jury
from deepcoder.sandbox import SandboxConfig

CYCLE = "5\n2 3 1 5 4\n"  # 1, 2, 3 and 4, 5
GRID = "3\nABC\nABC\n"
POTIONS = "5\n1 1\n1 2\n1 2\n2 2\n2 2\n"
SAME_CUBES = "0 0 343\n"
RANGES = "2\n-1 3\n-5 -2\n"
THREE = "5 16\n1 5 3 10 5\n"


@pytest.mark.parametrize("said", ["3\n1 2 3", "3 2 3 1", "2\n5 4\n"])
def test_any_cycle_is_right(said: str) -> None:
    assert find_a_cycle(CYCLE, "2\n4 5\n", said)


@pytest.mark.parametrize(
    "said", ["", "0", "2\n1 2", "3\n1 3 2", "2 1 2 3", "4 4 5 4 5", "2 0 5", "2 6 5", "3 1 2 x", "1.0", "-1 4", "\0"]
)
def test_what_is_no_cycle_is_wrong(said: str) -> None:
    assert not find_a_cycle(CYCLE, "2\n4 5\n", said)


def test_letters_fill_each_row_and_column_once() -> None:
    assert letters_in_a_grid(GRID, "Yes\nABC\nBCA\nCAB\n", "Yes\nABC\nBCA\nCAB")
    wider = "Yes\nABC.\nBC.A\nC.AB\n.ABC\n"
    assert letters_in_a_grid("4\nABCA\nABCA\n", "Yes\n", wider)
    assert not letters_in_a_grid("4\nABCA\nABCB\n", "Yes\n", wider)  # the last column begins with A
    assert not letters_in_a_grid("4\nABCA\nABCA\n", "Yes\n", wider.replace(".", "A"))


@pytest.mark.parametrize(
    "said",
    ["", "No", "Yes", "yes ABC BCA CAB", "Yes ABC BCA", "Yes ABC BCA CAB CAB", "Yes ACB BAC CBA", "Yes ABC BCA CAb"],
)
def test_wrong_grid_is_wrong(said: str) -> None:
    assert not letters_in_a_grid(GRID, "Yes\nABC\nBCA\nCAB\n", said)


def test_grid_that_does_not_exist() -> None:
    assert letters_in_a_grid(GRID, "No\n", "No\n")
    assert not letters_in_a_grid(GRID, "No\n", "Yes ABC BCA CAB")


def test_fewest_potions_in_any_choice() -> None:
    assert fewest_potions(POTIONS, "2\n0 1 1\n", "2\n0 1 1")
    several = "4\n1 1\n1 1\n2 1\n1 2\n"
    assert fewest_potions(several, "1\n0 1 0\n", "1\n1 0 0")
    assert fewest_potions(several, "1\n0 1 0\n", "1\n1 0 1")
    assert fewest_potions("1\n2 1\n", "-1\n", "-1")


@pytest.mark.parametrize("said", ["", "2", "2 1 1 1", "3 1 1 1", "2 0 1", "2 0 0 1", "2 0 2 0", "-1", "2 0 1 1 0", "x"])
def test_other_choices_of_potions_are_wrong(said: str) -> None:
    assert not fewest_potions(POTIONS, "2\n0 1 1\n", said)
    assert not fewest_potions("1\n2 1\n", "-1\n", "0")


def test_cubes_may_lie_anywhere() -> None:
    assert three_cubes(SAME_CUBES, "Yes\n0 0 0 0 0 0 0 0 0\n", "Yes 5 5 5 5 5 5 5 5 5")
    assert three_cubes("1029 0 0\n", "Yes\n", "Yes 0 0 0 7 0 0 -7 0 0")
    assert three_cubes("1 1 1\n", "No\n", "No")


def test_volumes_of_cubes_are_counted_by_points() -> None:
    places = (0, 0, 0, 3, 2, 1, -2, 4, 0)
    cubes = [
        {(x + i, y + j, z + k) for i in range(7) for j in range(7) for k in range(7)}
        for x, y, z in zip(*[iter(places)] * 3, strict=True)
    ]
    counts = [sum(point in cube for cube in cubes) for point in set().union(*cubes)]
    volumes = " ".join(str(counts.count(number)) for number in (1, 2, 3))
    said = " ".join(map(str, places))
    assert three_cubes(volumes, "Yes\n", f"Yes {said}")
    assert not three_cubes(volumes, "Yes\n", f"Yes {said.replace('3', '4')}")


@pytest.mark.parametrize(
    "said", ["", "No", "Yes", "Yes 0 0 0", "Yes 0 0 0 0 0 0 0 0 1", "Yes 101 0 0 101 0 0 101 0 0", "Yes" + " 0" * 10]
)
def test_other_cubes_are_wrong(said: str) -> None:
    assert not three_cubes(SAME_CUBES, "Yes\n0 0 0 0 0 0 0 0 0\n", said)


@pytest.mark.parametrize("said", ["Yes\n2 -2", "Yes 3 -3\n"])
def test_any_integers_of_the_ranges_with_sum_zero_are_right(said: str) -> None:
    assert ranges_with_sum_zero(RANGES, "Yes\n2 -2\n", said)


@pytest.mark.parametrize("said", ["", "No", "Yes", "Yes 4 -4", "Yes 2 -3", "Yes 2 -2 0", "Yes 0", "Yes 2 -2 x", "2 -2"])
def test_other_integers_are_wrong(said: str) -> None:
    assert not ranges_with_sum_zero(RANGES, "Yes\n2 -2\n", said)
    assert not ranges_with_sum_zero("1\n1 2\n", "No\n", "Yes 1")


def test_no_integers_where_there_are_none() -> None:
    assert ranges_with_sum_zero("1\n1 2\n", "No\n", "No")


@pytest.mark.parametrize("said", ["1 2 4", "1 4 5\n"])
def test_any_three_positions_are_right(said: str) -> None:
    assert three_with_sum(THREE, "1 2 4\n", said)


@pytest.mark.parametrize("said", ["", "-1", "1 2 3", "4 2 1", "1 2 4 5", "0 1 2", "1 2 6", "1 2", "a b c"])
def test_other_positions_are_wrong(said: str) -> None:
    assert not three_with_sum(THREE, "1 2 4\n", said)
    assert not three_with_sum("3 9\n1 1 1\n", "-1\n", "1 2 3")


def test_no_positions_where_there_are_none() -> None:
    assert three_with_sum("3 9\n1 1 1\n", "-1\n", "-1\n")


def test_wrong_answers_are_right() -> None:
    right = [
        said for said in [*map(str, range(-1, 12)), "", "x", "1 2", "9" * 5000] if wrong_answer("2 5\n", "2\n", said)
    ]
    assert right == ["0", "1", "2", "3", "4", "5", "6", "8", "9"]


@pytest.mark.parametrize(("actual", "is_right"), [([3, 1], True), ([1], False), ([1, 1, 3], False), (None, False)])
def test_elements_may_come_in_any_order(actual: Any, is_right: bool) -> None:
    assert any_order([[1, 4, 3, 8, 5]], [1, 3], actual) is is_right


def test_every_name_of_the_table_is_in_one_half_of_it() -> None:
    assert len(errata.CHECKED) + len(errata.DROPPED) == 16
    assert not set(errata.CHECKED) & set(errata.DROPPED)


def test_problem_is_named_by_its_id_or_its_title() -> None:
    assert errata.special_checker({"question_id": "abc343_a"}).endswith("\n\ncheck = wrong_answer\n")
    for title in ("find-the-peaks", "Find the Peaks"):
        row = {"question_id": "3221", "question_title": title}
        assert errata.special_checker(row).endswith("\n\ncheck = any_order\n")
    assert errata.special_checker({"question_id": "abc327_b", "question_title": "A^A"}) == ""
    with pytest.raises(ValueError, match="question_id is in LiveCodeBench's errata: a test has a wrong output"):
        errata.special_checker({"question_id": "arc189_a"})


def test_one_line_says_how_many_problems_are_changed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fixture = Path(__file__).parent / "fixtures" / "livecodebench.jsonl"
    with caplog.at_level(logging.WARNING):
        load_problems(str(fixture))
    said = "LiveCodeBench's errata: 2 problems get a checker of their own, and 1 are left out"
    assert [each for each in caplog.messages if "errata: 2" in each] == [f"{fixture}: {said}"]

    caplog.clear()
    plain = json.loads(fixture.read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "plain.jsonl").write_text(json.dumps(plain), encoding="utf-8")
    load_problems(str(tmp_path / "plain.jsonl"))
    assert caplog.messages == []


def test_checkers_run_as_source_in_the_jurys_sandbox(process_sandboxes: None) -> None:
    source = errata.special_checker({"question_id": "arc185_c"})
    with closing(Jury(SandboxConfig(kind="process"))) as jury, jury.special_checker(source) as check:
        assert check(THREE, "1 2 4\n", "1 4 5\n") is True
        assert check(THREE, "1 2 4\n", "1 2 3\n") is False
