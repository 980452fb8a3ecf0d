"""The benchmark's arithmetic, and that what it takes for known is so. No times: those are for the benchmark itself."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

pytest.importorskip("matplotlib", reason="the train extra is not installed")

from deepcoder.judge import judge
from deepcoder.problems import Mode
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Verdict
from deepcoder.wire.messages import Task
from scripts.bench import __main__ as bench
from scripts.bench import batch, data, floors, grade, makespan, mix, noop, replay, report, runner
from scripts.bench.figures import Figure, compared, interleaved

DRAWN = [
    Figure("fork and wait", 3.0, "µs", 2.0, "all of a stdin test", part="breakdown"),
    Figure("all of a stdin test", 2.0, "µs", 1.0, "fork floor", bound=1.3, part="breakdown"),
    Figure("W1", 3.0, "programs/s", 4.0, "fork per test", bound=0.5, at_least=True, part="batch"),
]


def some_of(cases: list[mix.Case]) -> list[mix.Case]:
    """One of each verdict that comes soon."""
    return list({case.verdict: case for case in cases if case.verdict is not Verdict.TLE}.values())


def test_ratio_is_the_median_of_the_rounds() -> None:
    figure = compared("name", "s", [1.0, 4.0, 9.0], [1.0, 1.0, 3.0], "floor", bound=3.0)
    assert (figure.value, figure.floor, figure.ratio, figure.holds) == (4.0, 1.0, 3.0, True)


@pytest.mark.parametrize(
    ("bound", "at_least", "holds"), [(2.0, False, True), (1.9, False, False), (2.0, True, True), (2.1, True, False)]
)
def test_bound_is_of_the_ratio(bound: float, at_least: bool, holds: bool) -> None:
    assert Figure("name", 6.0, "s", 3.0, "floor", bound, at_least).holds is holds


def test_bound_is_of_the_value_where_there_is_no_floor() -> None:
    assert Figure("name", 0.0, "modules", bound=0).holds
    assert not Figure("name", 1.0, "modules", bound=0).holds
    assert Figure("name", 1.0, "modules").holds is None


def test_measures_take_turns() -> None:
    turns: list[str] = []

    def measure(name: str, *values: float) -> dict[str, float]:
        turns.append(name)
        return {name: values[turns.count(name) - 1]}

    found = interleaved([lambda: measure("a", 1, 5, 3, 7, 8, 9), lambda: measure("b", 0, 0, 0, 0, 0, 0)], 2, slices=3)
    assert "".join(turns) == "ab" * 6
    assert found == {"a": [3, 8], "b": [0, 0]}


def test_known_verdicts_are_those_of_the_judge(shared_sandbox: Sandbox) -> None:
    cases = some_of([*mix.grpo(0), *makespan.mixed()]) + [*mix.trivial(1), *mix.calls(1), *mix.failing(1)]
    assert {case.verdict for case in cases} == {Verdict.AC, Verdict.WA, Verdict.RTE, Verdict.CE}
    mix.check(cases, [judge(case.submission, shared_sandbox) for case in cases])


def test_wrong_verdict_stops_a_part(shared_sandbox: Sandbox) -> None:
    case = mix.answer(mix.burning("known", [0.0] * 3), fails=[2])
    judgement = judge(case.submission, shared_sandbox)
    assert judgement.failed_test == 2
    mix.check([case], [judgement])
    with pytest.raises(mix.WrongVerdict):
        mix.check([mix.answer(case.problem)], [judgement])


def test_every_program_is_new() -> None:
    cases = [*mix.trivial(3), *mix.failing(3), *mix.grpo(0), *mix.grpo(0), *makespan.mixed()]
    assert len({case.program.source for case in cases}) == len(cases)


def test_grpo_mix_is_that_of_the_issue() -> None:
    verdicts = [case.verdict for case in mix.grpo(3)]
    counts = {Verdict.AC: 19, Verdict.WA: 26, Verdict.CE: 6, Verdict.RTE: 6, Verdict.TLE: 7}
    assert {each: verdicts.count(each) for each in counts} == counts
    assert len({case.problem.problem_id for case in mix.grpo(3)}) == 8


@pytest.mark.parametrize("way", floors.WAYS)
def test_plain_processes_come_to_the_known_verdicts(way: str) -> None:
    cases = some_of(mix.grpo(0)) + [*mix.trivial(2), *mix.calls(2), *mix.failing(2)]
    assert batch.plain_s(way, cases) > 0
    with pytest.raises(mix.WrongVerdict):
        batch.plain_s(way, [mix.Case(mix.ADDITION, mix.unique(mix.ADD), Verdict.WA)])


@pytest.mark.parametrize("way", [batch.PER_TEST, batch.PER_PROGRAM])
def test_plain_processes_end_what_is_endless(way: str) -> None:
    problem = mix.burning("endless", [0.0], cpu_s=1)
    assert batch.plain_s(way, [mix.Case(problem, mix.unique(mix.ENDLESS), Verdict.TLE)]) > 0


def test_floor_runs_in_a_sandbox(shared_sandbox: Sandbox) -> None:
    found = runner.stages(shared_sandbox, ["fork", "floor"])
    assert set(found) == {"fork", "floor", "fork, CPU", "floor, CPU"}
    assert min(found.values()) > 0


def test_sandbox_that_executes_nothing_answers(sandbox_kind: str) -> None:
    with closing(noop.start(sandbox_kind)) as sandbox:
        task = Task("raise SystemExit(1)", Mode.STDIN, mix.LIMITS)
        outcomes = list(sandbox.outcomes(task, [b"given"] * 40))
    assert [(each.exit_code, each.output) for each in outcomes] == [(0, b"13\n")] * 40


def test_lower_bound_is_of_the_work_or_the_longest_test() -> None:
    short, long = mix.burning("short", [0.5, 0.25]), mix.burning("long", [4.0], cpu_s=9)
    right, wrong = mix.answer(short), mix.answer(short, [0, 1])
    assert [makespan.necessary_s(each) for each in (right, wrong)] == [[0.5, 0.25], [0.25]]
    assert makespan.lower_bound_s([right, wrong]) == 0.5
    assert makespan.lower_bound_s([right, wrong, mix.answer(long)]) == 4.0
    endless = mix.Case(short, mix.unique(mix.ENDLESS), Verdict.TLE)
    assert makespan.necessary_s(endless) == [short.limits.cpu_s]


def test_straggler_alone_is_longer_than_the_bound() -> None:
    cases = makespan.mixed()
    alone_s = sum(makespan.necessary_s(cases[-1]))
    assert alone_s > 1.1 * makespan.lower_bound_s(cases)
    assert alone_s == max(sum(makespan.necessary_s(each)) for each in cases)


def test_history_is_the_same_every_time_and_renewed_is_new() -> None:
    first, second = (list(replay.history(random.Random(0))) for _ in range(2))
    assert [[each.fails for each in step] for step in first] == [[each.fails for each in step] for step in second]
    assert [len(step) for step in first] == [64] * 20
    completions = [each for step in first for each in step]
    sources = {each.case.program.source for each in completions}
    assert 0.05 < 1 - len(sources) / len(completions) < 0.2  # repeated
    assert len({each.renewed().case.program.source for each in completions} | sources) == len(completions) + len(
        sources
    )


def test_orders_execute_as_many_tests_as_counted_by_hand() -> None:
    problem = mix.burning("ordered", [0.0] * 14 + [0.5], paddings=[0] * 13 + [9, 5])
    one = replay.Completion(mix.answer(problem, [3, 14]), frozenset([3, 14]))
    right = replay.Completion(mix.answer(problem), frozenset())
    found = {name: replay.computed(name, [one, right], 0.25) for name in (replay.OWN, replay.LONGEST, replay.LEAST)}
    assert {name: split[False] for name, split in found.items()} == {
        replay.OWN: replay.Work(4, 1.0),
        replay.LONGEST: replay.Work(2, 1.0),
        replay.LEAST: replay.Work(1, 0.25),
    }
    assert all(split[True] == replay.Work(15, 4.25) for split in found.values())


def test_large_programs_read_their_inputs(shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "INPUT_BYTES", 100_000)
    cases = data.completions(random.Random(0), [data.large(0)])
    right, wrong = cases[0], cases[-1]
    assert (right.verdict, wrong.verdict) == (Verdict.AC, Verdict.WA)
    assert data.run_tests(shared_sandbox, right) == list(range(mix.TESTS))
    assert len(data.run_tests(shared_sandbox, wrong)) < mix.TESTS


@pytest.mark.timeout(300)
@pytest.mark.ray
def test_small_grade_is_measured_in_stages() -> None:
    stages = grade.watched("process")
    assert len(stages) == len(grade.STAGES)
    assert all(wall_s > 0 and cpu_s >= 0 for wall_s, cpu_s in stages)


def test_each_part_is_a_module_with_figures() -> None:
    for name in bench.PARTS:
        assert callable(bench.measure(name))


def test_table_is_markdown_with_a_row_for_each_figure() -> None:
    assert report.cells(DRAWN[1]) == (
        "breakdown",
        "all of a stdin test",
        "2 µs",
        "1 µs: fork floor",
        "2.00",
        "≤ 1.3",
        "[red]no",
    )
    assert report.table(DRAWN).row_count == 3


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(bench.main)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_a_run_leaves_json_and_plots_and_does_not_fail_for_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = {"breakdown": DRAWN[:2], "batch": DRAWN[2:]}
    monkeypatch.setattr(bench, "PARTS", list(drawn))
    monkeypatch.setattr(bench, "measure", lambda part: lambda sandbox, rounds: iter(drawn[part]))
    code, output = run("--sandbox", "process", "--rounds", "3", "-o", str(tmp_path / "new"))
    assert code == 0
    assert "2 µs" in output
    written = json.loads((tmp_path / "new" / "bench.json").read_text(encoding="utf-8"))
    assert written["rounds"] == 3
    assert written["machine"]["cores"] >= 1
    assert [each["part"] for each in written["figures"]] == ["breakdown", "breakdown", "batch"]
    assert written["figures"][1]["ratio"] == 2.0
    assert written["figures"][1]["holds"] is False
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "bench.json",
        "bounds.png",
        "breakdown.png",
        "batch.png",
    }


def test_a_part_that_fails_is_told_after_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(sandbox: str, rounds: int) -> Iterator[Figure]:
        raise mix.WrongVerdict("not AC but WA")

    parts = {"bad": failing, "good": lambda sandbox, rounds: iter(DRAWN)}
    monkeypatch.setattr(bench, "PARTS", list(parts))
    monkeypatch.setattr(bench, "measure", parts.__getitem__)
    code, _ = run("--sandbox", "process", "-o", str(tmp_path))
    assert code == 1
    assert len(json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["figures"]) == len(DRAWN)


def test_unknown_part_is_refused(tmp_path: Path) -> None:
    assert run("--part", "nothing", "-o", str(tmp_path))[0] == 2
