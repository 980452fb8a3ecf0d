"""What the report reads from the files of training and of `grade`, what it makes of it, and what it refuses."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from deepcoder.tools.cli.app import main
from deepcoder.tools.report import charts, code, graded, page, run
from deepcoder.tools.report.graded import interval
from deepcoder.verdicts import Verdict
from tests.report_cases import HOSTILE, line, write_graded, write_run


def report(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int | str | None:
    """Run the command, and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["deepcoder", "report", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_facts_of_a_step(tmp_path: Path) -> None:
    step = run.read(write_run(tmp_path / "run"), "run").steps[0]

    assert step.number == 1
    assert step.verdicts == {Verdict.WA: 3, Verdict.IE: 1, Verdict.CE: 1, Verdict.AC: 2}
    assert step.tests == {"executed": 2 + 2 + 0 + 1 + 4, "stopped": 2 + 2 + 4 + 3 + 0, "repeated": 4}
    assert step.pass_rate == 2 / 6  # the one that could not be judged does not count
    assert step.test_pass_rate == (1 + 1 + 0 + 4 + 4) / (2 + 2 + 1 + 4 + 4)
    assert (step.reward, step.seconds) == (0.0, {"generating_s": 3.0, "judging_s": 1.0, "learning_s": 2.0})


def test_problems_that_teach_nothing_are_found(tmp_path: Path) -> None:
    always, never, learnt = run.read(write_run(tmp_path / "run"), "run").problems

    assert [each.problem_id for each in (always, never, learnt)] == ["always", "never", "x/1"]
    assert (always.passed, always.judged, always.change) == (20, 20, 0)
    assert (never.passed, never.judged) == (0, 10)
    assert (learnt.passed, learnt.judged) == (10, 30)
    assert learnt.change == pytest.approx(2 / 3)


def test_run_without_a_log_of_steps_has_the_charts_of_its_judgements(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    (folder / "steps.jsonl").unlink()
    read = run.read(folder, "run")

    assert "Reward" not in [each.title for each in charts.compared([read])]
    assert [each.title for each in charts.of_run(read)] == ["Verdicts", "Tests per step"]
    assert "not recorded" in page.html([read], [])


def test_all_ranks_and_older_files_are_read(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", steps=1)
    for name in ("judgements_1.jsonl", "judgements_older.jsonl", "judgements_older_2.jsonl"):
        (folder / name).write_text(line("x/1", Verdict.AC, step=0))

    assert len(run.read(folder, "run").steps[0].judged) == 7 + 3


def test_step_that_was_logged_twice_counts_as_it_was_last(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", steps=2)
    with (folder / "steps.jsonl").open("a") as steps:
        steps.write(json.dumps({"step": 2, "reward": 0.75}) + "\n")

    assert [step.reward for step in run.read(folder, "run").steps] == [0.0, 0.75]


def test_steps_of_one_batch_are_one_with_the_time_of_all(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", steps=1)
    with (folder / "steps.jsonl").open("a") as steps:
        steps.write(json.dumps({"step": 2, "step_time": 2.5}) + "\n")
        steps.write(json.dumps({"step": 3, "reward": None, "step_time": 4.0, "generating_s": 1, "judging_s": 1}) + "\n")

    first, second = run.read(folder, "run").steps
    assert (first.number, second.number) == (1, 3)
    assert first.seconds == {"generating_s": 3.0, "judging_s": 1.0, "learning_s": 4.5}
    assert second.seconds == {"generating_s": 1.0, "judging_s": 1.0, "learning_s": 2.0}


def test_long_run_is_drawn_in_few_points(tmp_path: Path) -> None:
    read = run.read(write_run(tmp_path / "run", steps=1001), "run")

    reward = charts.compared([read])[0]
    assert reward.x[:2] == (1, 7) and len(reward.x) == 167
    assert reward.series[1].values[0] == pytest.approx(2.5 / 1001)
    assert reward.rows[0] == (1, (reward.series[0].values[0], reward.series[1].values[0]))
    stacks = charts.of_run(read)
    assert all(len(each.x) <= charts.MOST_BARS for each in stacks)
    executed = next(each for each in stacks if each.title == "Tests per step").series[0].values
    assert (executed[0], executed[-1]) == (2 + 2 + 1 + 4, 4 + 4 + 1 + 4)  # the last bar is of fewer steps


def test_runs_of_unequal_length_lie_over_each_other(tmp_path: Path) -> None:
    runs = [run.read(write_run(tmp_path / name, steps), name) for name, steps in (("a", 3), ("b", 5))]

    reward = charts.compared(runs)[0]
    assert reward.x == (1, 2, 3, 4, 5)
    assert [each.name for each in reward.series] == ["a: average", "a: point", "b: average", "b: point"]
    assert [len(each.values) for each in reward.series] == [5] * 4
    assert reward.series[1].values == (0, 1 / 3, 2 / 3, None, None)


def test_facts_of_graded_completions(tmp_path: Path) -> None:
    read = graded.read(write_graded(tmp_path / "out.jsonl"), "out")

    assert [(each.k, each.estimate, each.problems) for each in read.pass_at_k] == [(1, 0.25, 2), (2, 0.5, 2)]
    assert [(each.problem_id, each.seconds, each.verdict) for each in read.slowest] == [
        ("x/1", 0.5, Verdict.AC),
        ("y", 0.0, Verdict.CE),
    ]
    assert (read.without_program, read.suspicious) == (1, 1)
    text = page.html([], [read])
    assert "pass@k" in text and "Slowest problems" in text and "Before and after" not in text


@pytest.mark.parametrize(
    ("mean", "problems", "low", "high"),
    [(0.0, 10, 0.0, 0.278), (1.0, 10, 0.722, 1.0), (0.5, 100, 0.404, 0.596), (0.5, 1, 0.055, 0.945)],
)
def test_interval_is_wilsons(mean: float, problems: int, low: float, high: float) -> None:
    assert list(interval(mean, problems)) == pytest.approx([low, high], abs=1e-3)


def test_page_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    read = run.read(write_run(tmp_path / "run"), "run")

    text = page.html([read], [])
    assert text == page.html([read], [])
    assert not re.search(
        r"""(?:src|href)=["']?(?!#|data:)[^"'\s>]""", re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    )
    assert len(text.encode()) < 150_000


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", steps=1, problem_id=HOSTILE, text=HOSTILE)
    text = page.html([run.read(folder, HOSTILE)], [graded.read(write_graded(tmp_path / "g.jsonl", HOSTILE), "g")])

    text.encode()  # no half of a surrogate pair is left
    assert len(re.findall("<script", text)) == len(re.findall("</script", text)) == 1 + text.count("application/json")
    assert "<img" not in text and "<svg onload" not in text and "taken'</script>" not in text
    assert not set(text) & {"\x00", "\x1b", "\u202e", "\u202c", "\u2066", "\ud800"}
    assert "\\u202egnp.exe" in text and "{{ 7 * 7 }}" in text


def test_long_text_is_cut() -> None:
    assert code.line("x" * (code.LONGEST_LINE + 1000)).endswith("x… (1,000 more characters)")
    assert code.lines("x" * 1_000_000).endswith("x\n… (994,000 more characters)")
    assert len(code.coloured("```python\n" + "(" * 1_000_000)) < 100_000
    assert code.lines("a\r\n\tb\u2028c") == "a\n    b\\u2028c"


def test_command_writes_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = [write_run(tmp_path / "a" / "run"), write_run(tmp_path / "b" / "run"), write_graded(tmp_path / "g.jsonl")]
    assert report(monkeypatch, *sources, "-o", tmp_path / "page.html") == 0
    assert re.fullmatch(r".*page\.html: \d+ kB\n", capsys.readouterr().out)
    text = (tmp_path / "page.html").read_text()
    assert f"<h1>{sources[0]} · {sources[1]} · g.jsonl</h1>" in text  # two of one name are called by their paths


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is no training run: it has no judgements.jsonl"),
        ({"judgements.jsonl": ""}, "is a run that has judged nothing yet"),
        ({"judgements.jsonl": line("x", Verdict.AC, step=0)[:-9]}, "is a run that has judged nothing yet"),  # cut short
        ({"judgements.jsonl": "{}\n"}, "judgements.jsonl, line 1: no judgement: problem_id is missing"),
        ({"judgements.jsonl": line("x", Verdict.AC, index=0)}, "line 1: has no step, so it is not of a training run"),
        ({"judgements.jsonl": "\x00\n"}, "line 1: not JSON"),
        ({"judgements.jsonl": line("x", Verdict.AC, step=0), "steps.jsonl": "[]\n"}, "line 1: has no step"),
        ({"judgements.jsonl": line("x", Verdict.AC, step=0), "answers.jsonl": line("x", Verdict.AC)}, "needs when"),
    ],
)
def test_folder_that_is_no_whole_run_is_refused_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    said: str,
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert report(monkeypatch, tmp_path, "-o", tmp_path / "page.html") == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_missing_or_empty_file_and_bad_output_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    for arguments, said in (
        ([tmp_path / "nowhere"], "nowhere is no training run"),
        ([tmp_path / "empty.jsonl"], "empty.jsonl has no judgements"),
        ([write_graded(tmp_path / "g.jsonl"), "-o", tmp_path / "no" / "page.html"], "no does not exist"),
    ):
        assert report(monkeypatch, *arguments) == 2
        assert said in capsys.readouterr().err
