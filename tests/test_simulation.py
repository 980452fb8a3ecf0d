"""The schedule with many more workers than this machine has: nothing lost, nothing doubled, nothing starved.

Simulated time, counted operations, and seeds: the same everywhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import pytest

pytest.importorskip("matplotlib", reason="the train extra is not installed")

from deepcoder.pool import backlog as backlog_code
from deepcoder.pool import learned as learned_code
from deepcoder.pool import schedule as schedule_code
from deepcoder.pool.backlog import Batch
from deepcoder.pool.job import Job
from deepcoder.pool.learned import Learned
from deepcoder.pool.schedule import LEASE_S, Schedule
from deepcoder.verdicts import Verdict
from scripts.bench.mix import TESTS
from scripts.simulation import __main__ as simulation
from scripts.simulation.coordinator import Costs
from scripts.simulation.load import LIMIT_S, Kind, Load
from scripts.simulation.measure import MEASURED
from scripts.simulation.simulation import Asking, Failures, Run

Found = TypeVar("Found")
GIVEN: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
FREE = Costs(0.0, 0.0, GIVEN["coordinator"]["hop_s"])
MEASURED_COSTS = Costs(*(GIVEN["coordinator"][name] for name in ("report_s", "judgement_s", "hop_s")))
# As many in a minute as a cluster has in a day.
HARD = Failures(worker_s=60.0, node_s=120.0, node_workers=8, slow_share=0.2, breaks=0.01, breakers=0.003)


def load(count: int, seed: int = 0, kind: type[Load] = Load) -> Load:
    return kind(count, GIVEN["programs"], seed)


class Short(Load):
    """Nothing takes long, so that no single submission decides how long all take."""

    def test_s(self, number: int, test: int) -> float:
        return min(0.02, super().test_s(number, test))


class Nothing(Load):
    """50 problems of right programs that take no time, as in the benchmark of dispatch."""

    def __init__(self, count: int, measured: dict[str, Any], seed: int) -> None:
        super().__init__(count, measured | {"beside_s": 1e-5}, seed)
        del self.problems[50:]
        self._fails = array("H", [0] * count)

    def kind(self, number: int) -> Kind:
        return Kind.RIGHT

    def test_s(self, number: int, test: int) -> float:
        return 0.0


@pytest.mark.parametrize("seed", range(3))
def test_all_are_judged_once_and_rightly_whatever_fails(seed: int) -> None:
    submissions = load(4000, seed)
    askings = [Asking(range(0, 2000)), Asking(range(2000, 4000), over_s=20.0)]
    result = Run(submissions, askings, 64, MEASURED_COSTS, HARD, seed).result()
    assert result.is_whole
    assert sum(result.verdicts.values()) == 4000
    assert result.lost["workers"] > 10 and result.lost["nodes"] > 0 and result.lost["slow workers"] > 0
    assert result.verdicts[Verdict.IE] < 0.005 * 4000  # five attempts lost, where every worker is lost once a minute


def test_programs_that_break_sandboxes_get_a_verdict_and_others_do_not_pay() -> None:
    submissions = load(2000)
    failures = Failures(worker_s=1e9, node_s=1e9, slow_share=0.0, breaks=0.0, engines=0.0, breakers=0.01)
    result = Run(submissions, [Asking(range(2000))], 32, FREE, failures).result()
    assert result.is_whole
    right = sum(submissions.kind(number) is Kind.RIGHT for number in range(2000))
    assert 0.97 * right < result.verdicts[Verdict.AC] < right
    assert result.verdicts[Verdict.IE] == 0


def test_a_seed_says_all() -> None:
    submissions = load(1000)
    one, other = (Run(submissions, [Asking(range(1000))], 16, MEASURED_COSTS, HARD).result() for _ in range(2))
    assert (one.makespan_s, one.messages, one.verdicts) == (other.makespan_s, other.messages, other.verdicts)


def test_workers_are_busy_until_the_end() -> None:
    result = Run(load(10_000, kind=Short), [Asking(range(10_000))], 100, FREE, None).result()
    assert result.is_whole
    assert result.utilisation > 0.85
    assert result.makespan_s < 1.2 * result.judging_s / 100
    assert result.makespan_s < 1.6 * result.bound_s  # which knows beforehand what fails


def test_no_makespan_is_below_its_bound_nor_far_above() -> None:
    """What nobody knows to be long may be begun last: so much is above the bound at most."""
    for seed in range(3):
        submissions = load(4000, seed)
        result = Run(submissions, [Asking(range(4000))], 50, FREE, None).result()
        longest_s = max(map(submissions.undivided_s, range(4000)))
        assert result.bound_s <= result.makespan_s < 1.1 * (result.judging_s / 50 + longest_s)


def test_a_slow_node_does_not_hold_up_the_others() -> None:
    submissions = load(10_000, kind=Short)
    failures = Failures(worker_s=1e9, node_s=1e9, slow_share=0.15, breaks=0.0, breakers=0.0)
    result = Run(submissions, [Asking(range(10_000))], 128, FREE, failures).result()
    assert 0 < result.lost["slow workers"] < 64
    slowest_s = failures.slowness * max(LIMIT_S, max(map(submissions.undivided_s, range(10_000))))
    assert result.makespan_s < 1.2 * result.bound_s + slowest_s


def test_a_client_with_ten_times_the_work_does_not_starve_another() -> None:
    submissions = load(11_000, kind=Short)
    small = Asking(range(10_000, 11_000))
    alone = Run(submissions, [small], 50, FREE, None).result().makespan_s
    result = Run(submissions, [Asking(range(10_000)), small], 50, FREE, None).result()
    big_s, small_s = result.ended_s
    assert small_s < 2.5 * alone  # half of the workers are its own
    assert big_s > 4 * small_s


def test_a_small_batch_that_comes_late_is_served_at_once() -> None:
    submissions = load(10_064, kind=Short)
    small = Asking(range(10_000, 10_064), at=2.0)
    alone = Run(submissions, [small], 50, FREE, None).result().makespan_s - small.at
    both = Run(submissions, [Asking(range(10_000)), small], 50, FREE, None).result()
    longest_s = max(map(submissions.needed_s, range(10_064)))  # at work when it comes
    assert both.ended_s[0] > both.ended_s[1]
    assert both.ended_s[1] - small.at < 3 * alone + longest_s + 2 * LEASE_S


def test_a_client_that_leaves_frees_the_workers() -> None:
    submissions = load(11_000, kind=Short)
    small = Asking(range(10_000, 11_000))
    gone = Asking(range(10_000), leaves_at=0.5)
    alone = Run(submissions, [small], 50, FREE, None).result()
    run = Run(submissions, [gone, small], 50, FREE, None)
    result = run.result()
    assert result.is_whole
    assert result.makespan_s < alone.makespan_s + 1.0
    assert run.coordinator.schedule.waiting == 0


def test_judged_while_generating_little_is_left_to_wait_for() -> None:
    submissions = load(5000, kind=Short)
    needed_s = sum(map(submissions.needed_s, range(5000)))
    workers, over_s = 100, 2 * needed_s / 100
    result = Run(submissions, [Asking(range(5000), over_s=over_s)], workers, FREE, None).result()
    longest_s = max(map(submissions.needed_s, range(5000)))
    assert result.makespan_s - over_s < longest_s + 1.0


def test_the_simulated_pool_sends_as_many_messages_as_the_real_one() -> None:
    """Of the runs in `measured.json`: batches of 4000 for sandboxes that do nothing, after one that taught the pool."""
    real: dict[int, list[float]] = {}
    for row in GIVEN["coordinator"]["runs"]:
        real.setdefault(row["workers"], []).append(row["reports"])
    submissions = load(4400, kind=Nothing)
    first = Asking(range(400))
    for workers, reports in real.items():
        before = Run(submissions, [first], workers, MEASURED_COSTS, None).result()
        both = Run(submissions, [first, Asking(range(400, 4400), at=9.0)], workers, MEASURED_COSTS, None).result()
        simulated = both.messages["reports"] - before.messages["reports"]
        assert 0.7 < simulated / (sum(reports) / len(reports)) < 1.4, workers


def operations(action: Callable[[], Found]) -> tuple[Found, int]:
    """What the action comes to, and how many lines of the schedule's code it executes: loops count by their rounds."""
    count = 0
    files = {schedule_code.__file__, backlog_code.__file__, learned_code.__file__}

    def traced(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return traced if frame.f_code.co_filename in files else None

    before = sys.gettrace()
    sys.settrace(lambda frame, event, given: traced if frame.f_code.co_filename in files else None)
    try:
        return action(), count
    finally:
        sys.settrace(before)


def test_scheduling_costs_little_more_with_a_hundred_times_the_workers() -> None:
    found = {}
    for workers in (100, 10_000):
        submissions = load(3 * workers // 2, kind=Short)
        run = Run(submissions, [Asking(range(3 * workers // 2))], workers, FREE, None)
        result, lines = operations(run.result)
        assert result.is_whole
        found[workers] = (lines / submissions.count, sum(result.messages.values()) / submissions.count)
    (few_lines, few_messages), (many_lines, many_messages) = found[100], found[10_000]
    assert many_lines < 1.5 * few_lines
    assert many_messages < 1.5 * few_messages


def test_scheduling_costs_no_more_with_a_hundred_times_the_submissions() -> None:
    found = []
    for count in (100, 10_000):
        submissions = load(count, kind=Short)
        result, lines = operations(Run(submissions, [Asking(range(count))], 50, FREE, None).result)
        found.append(lines / count)
    assert found[1] < 1.2 * found[0]


@pytest.mark.parametrize("again", [0, 3000])
def test_a_client_leaves_at_no_higher_price_where_many_parts_wait_again(again: int) -> None:
    schedule, lost, left = Schedule(Learned()), Batch(), Batch()
    for _ in range(again):
        schedule.add(lost, Job(None, "lost", TESTS))
    held = [(worker, part.number) for worker in range(again) for part in schedule.lease(worker, 0.0)]
    for worker, number in held:
        schedule.returned(worker, [number])
    leaving = [Job(None, "left", TESTS) for _ in range(1000)]
    for each in leaving:
        schedule.add(left, each)

    def leave() -> None:
        for each in leaving:
            schedule.end(each)

    _, lines = operations(leave)
    assert schedule.waiting == again
    assert lines < 10 * len(leaving)


@pytest.mark.parametrize("shards", [1, 3])
def test_each_problem_belongs_to_one_shard(shards: int) -> None:
    submissions = load(800)
    found = simulation.shares(submissions, shards)
    assert len(found) == shards
    assert sorted(number for share in found for number in share) == list(range(800))
    keys = [{submissions.problem(number).key for number in share} for share in found]
    assert sum(map(len, keys)) == len(submissions.problems)


def test_command_writes_a_table_a_json_and_a_picture(tmp_path: Path) -> None:
    small = "--workers 20 --submissions 400 --clients 2 --shards 2 --over 5".split()
    command = [sys.executable, "-m", "scripts.simulation", *small, "-o", str(tmp_path / "new")]
    ran = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "makespan" in ran.stdout
    written = json.loads((tmp_path / "new" / "simulation.json").read_text(encoding="utf-8"))
    assert len(written["runs"]) == 2
    figures = {each["name"]: each["value"] for each in written["figures"]}
    assert figures["submissions judged"] == 400
    assert figures["judged twice, never, or wrongly"] == 0
    assert (tmp_path / "new" / "simulation.png").stat().st_size > 0


def test_load_is_as_it_says() -> None:
    submissions = load(6400)
    kinds = [submissions.kind(number) for number in range(6400)]
    assert 0.27 < kinds.count(Kind.RIGHT) / 6400 < 0.33
    for number, kind in enumerate(kinds):
        failing = [test for test in range(TESTS) if submissions.fails(number, test)]
        assert bool(failing) is (kind is not Kind.RIGHT)
        assert submissions.undivided_s(number) <= submissions.needed_s(number) + 1e-9
