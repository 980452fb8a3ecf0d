"""`make learn`: what it says of runs that are finished."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import typer

from deepcoder.verdicts import Verdict
from scripts import learn
from tests.report_cases import line


def finished(folder: Path, first: float, last: float) -> None:
    """Write what a run of two steps leaves behind."""
    folder.mkdir(parents=True)
    (folder / "judgements.jsonl").write_text("".join(line("p", Verdict.AC, step=step) for step in range(2)))
    steps = [{"step": step, "reward": reward} for step, reward in ((1, first), (2, last))]
    (folder / "steps.jsonl").write_text("".join(json.dumps(each) + "\n" for each in steps))
    (folder / "result.json").write_text("{}")


def learnt(folder: Path, **runs: tuple[float, float]) -> int:
    for name, rewards in runs.items():
        finished(folder / "tiny" / name, *rewards)
    with pytest.raises(typer.Exit) as left:
        learn.main("tiny", 1, True, folder, None)
    return left.value.exit_code


def test_seed_must_learn_and_its_control_must_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert learnt(tmp_path / "good", seed0=(0.3, 0.9), shuffled0=(0.3, 0.35)) == 0
    said = capsys.readouterr().out
    assert "| seed0     | 0.30        | 0.90       | as it must be |" in said
    assert (tmp_path / "good" / "tiny" / "learn.png").stat().st_size > 10_000

    assert learnt(tmp_path / "weak", seed0=(0.3, 0.7), shuffled0=(0.3, 0.3)) == 1
    assert learnt(tmp_path / "easy", seed0=(0.5, 0.9), shuffled0=(0.3, 0.3)) == 1
    assert learnt(tmp_path / "odd", seed0=(0.3, 0.9), shuffled0=(0.3, 0.5)) == 1
    assert "NOT as it must be" in capsys.readouterr().out


def test_run_that_is_not_finished_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def train(command: list[str]) -> subprocess.CompletedProcess[str]:
        commands.append(command[2:])
        finished(Path(command[command.index("--output_dir") + 1]), 0.3, 0.9)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", train)
    finished(tmp_path / "tiny" / "seed0", 0.3, 0.9)

    with pytest.raises(typer.Exit):
        learn.main("tiny", 1, True, tmp_path, None)

    whole = ["--preset", "tiny", "--seed", "0", "--output_dir", str(tmp_path / "tiny" / "shuffled0")]
    assert commands == [[*whole, "--shuffle_rewards", "true"]]


def test_run_with_other_flags_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def train(command: list[str]) -> subprocess.CompletedProcess[str]:
        asked.append(command[-2:])
        finished(Path(command[command.index("--output_dir") + 1]), 0.3, 0.9)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", train)
    flags = ["--max_steps", "9"]
    finished(tmp_path / "tiny" / "seed0", 0.3, 0.9)  # by a release that kept no flags

    learn.trained("tiny", 0, False, tmp_path / "tiny", [])
    learn.trained("tiny", 1, False, tmp_path / "tiny", flags)

    learn.trained("tiny", 1, False, tmp_path / "tiny", flags)
    assert asked == [flags]
    for seed, now, said in ((0, flags, "no flags, and now there are --max_steps 9"), (1, [], "--max_steps 9, and now")):
        with pytest.raises(typer.BadParameter, match=f"seed{seed} has a run with {said}"):
            learn.trained("tiny", seed, False, tmp_path / "tiny", now)


def test_run_that_fails_ends_it_with_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command: subprocess.CompletedProcess(command, 2))

    with pytest.raises(typer.Exit) as left:
        learn.main("tiny", 1, True, tmp_path, None)
    assert left.value.exit_code == 2


def test_preset_without_an_aim_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="choose one of tiny, smollm2-135m"):
        learn.main("qwen3-0.6b", 1, True, tmp_path, None)
