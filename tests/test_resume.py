"""Runs that are killed in the middle, and go on when the same command is given again."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import torch
from safetensors.torch import load_file

from deepcoder.datasets import DataError
from deepcoder.tools.rewind import rewind
from deepcoder.training import arguments, resume, tiny
from tests.test_training import MINUSCULE, ON_CPU, PROBLEMS, Mixed, the_script

# TRL still uses names that transformers 5 has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.usefixtures("one_thread"),
]

STEPS, SAVED = 5, 2  # of a run, and between two checkpoints


class Pool(Mixed):
    """Stand in for the pool, and kill the process when it is asked to judge its last batch."""

    def __init__(self, batches: int | None = None) -> None:
        super().__init__()
        self.batches = batches

    def judge(self, submissions: Any) -> Any:
        if self.batches is not None:
            self.batches -= 1
            if self.batches < 0:
                signal.raise_signal(signal.SIGKILL)
        return super().judge(submissions)


def run_script(model: Path, folder: Path, batches: int | None = None) -> None:
    """Train as the script does, with a pool that lasts for so many batches."""
    script = the_script()
    script.SandboxPool = lambda *_, **__: Pool(batches)
    script.load = lambda *_: (PROBLEMS, [])
    flags = ["--model_name_or_path", str(model), "--max_completion_length", "8", "--shown", "0", *ON_CPU]
    flags += ["--max_steps", str(STEPS), "--save_strategy", "steps", "--save_steps", str(SAVED)]
    flags += ["--save_total_limit", "2"]
    sys.argv = ["train_grpo.py", "--output_dir", str(folder), *flags]
    script.main()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a model of a few thousand weights."""
    folder = tmp_path_factory.mktemp("model")
    for made in tiny.warm_started(PROBLEMS, 0, MINUSCULE):
        made.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def whole(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a run that nothing has interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [])
        run_script(model, folder)
    return folder


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def told(folder: Path) -> tuple[Any, Any]:
    """Return what a run says of its steps and of the completions of each. Equal runs say the same."""
    steps = [(row["step"], row["reward"], row["loss"], row["grad_norm"]) for row in rows(folder, "steps.jsonl")]
    judged = [(row["step"], row["problem_id"], row["program"]) for row in rows(folder, "judgements.jsonl")]
    return steps, judged


@pytest.mark.parametrize("batches", range(1, STEPS + 1))  # one of them is the start gate's
def test_killed_run_goes_on_as_if_nothing_had_been(
    batches: int, model: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    call = f"run_script(Path({str(model)!r}), Path({str(folder)!r}), {batches})"
    kill = f"from tests.test_resume import *\ntorch.set_num_threads(1)\n{call}"
    killed = subprocess.run([sys.executable, "-c", kill], capture_output=True, cwd=Path(__file__).parents[1])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (folder / "result.json").exists()

    monkeypatch.setattr(sys, "argv", [])
    run_script(model, folder)

    assert told(folder) == told(whole)
    assert len(rows(folder, "steps.jsonl")) == STEPS
    assert (folder / "result.json").exists()


def test_finished_run_is_kept_under_another_name(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("run", "run-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").write_text("{}")
    parsed = arguments.parse(["--output_dir", str(tmp_path / "run"), *ON_CPU])

    assert resume.begin(parsed) == resume.Start()

    assert (tmp_path / "run-2" / "result.json").exists()
    assert not (tmp_path / "run" / "result.json").exists()


def checkpoint(folder: Path, step: int, state: str | None = None) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    whole = json.dumps({"global_step": step, "epoch": step / 4, "max_steps": 9})
    (path / "trainer_state.json").write_text(whole if state is None else state)
    return path


def test_checkpoint_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    kept = checkpoint(tmp_path, 9)
    checkpoint(tmp_path, 10, '{"global_st')
    (tmp_path / "checkpoint-11").mkdir()
    (tmp_path / "checkpoint-x").mkdir()

    assert resume.last_checkpoint(tmp_path) == resume.Start(kept, steps=9, epochs=2, max_steps=9)
    assert resume.last_checkpoint(tmp_path / "none") == resume.Start()


def test_unfinished_run_with_other_data_is_not_continued(tmp_path: Path) -> None:
    flags = ["--output_dir", str(tmp_path), *ON_CPU]
    assert resume.begin(arguments.parse(flags)) == resume.Start()
    kept = checkpoint(tmp_path, 3)
    assert resume.begin(arguments.parse([*flags, "--learning_rate", "1e-3"])).checkpoint == kept

    for other, message in (
        (["--seed", "1"], "an unfinished run with seed 0, which is now 1: give it as before, or name"),
        (["--use_peft", "true"], "with use_peft False, which is now True"),
        (["--steps_per_generation", "2", "--gradient_accumulation_steps", "2"], "with generation_batch_size 32"),
    ):
        with pytest.raises(ValueError, match=message):
            resume.begin(arguments.parse([*flags, *other]))


def test_later_steps_are_removed_from_the_files_of_every_rank(tmp_path: Path) -> None:
    checkpoint(tmp_path, 2)
    for name, first in (("steps", 1), ("judgements", 0), ("judgements_3", 0), ("judgements_older", 0)):
        lines = [json.dumps({"step": first + step}) + "\n" for step in range(4)]
        (tmp_path / f"{name}.jsonl").write_text("".join(lines) + '{"step"')

    resume.begin(arguments.parse(["--output_dir", str(tmp_path), *ON_CPU]))

    assert [row["step"] for row in rows(tmp_path, "steps.jsonl")] == [1, 2]
    for name in ("judgements", "judgements_3", "judgements_older"):
        assert [row["step"] for row in rows(tmp_path, f"{name}.jsonl")] == [0, 1]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--resume_from_checkpoint", "x"], "resume_from_checkpoint: leave it out"),
        (["--steps_per_generation", "4", "--save_steps", "5"], "save_steps must be a multiple of 4, .* and not 5"),
        (["--model_name_or_path", "{folder}"], "output_dir has the model .* and a finished run"),
    ],
)
def test_command_that_cannot_go_on_is_refused(flags: list[str], message: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "result.json").write_text("{}")
    given = [flag.format(folder=folder) for flag in flags]

    with pytest.raises(ValueError, match=message):
        resume.begin(arguments.parse(["--output_dir", str(folder), *ON_CPU, *given]))
    assert (folder / "result.json").exists()


def test_current_folder_is_not_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "result.json").write_text("{}")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ValueError, match="output_dir is the current folder and has a finished run"):
        resume.begin(arguments.parse(["--output_dir", ".", *ON_CPU]))


def test_run_that_was_killed_after_its_last_step_trains_no_further(
    model: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / "result.json").unlink()
    monkeypatch.setattr(sys, "argv", [])

    run_script(model, folder)

    assert told(folder) == told(whole)
    weights = [load_file(each / "model.safetensors") for each in (folder, whole)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[1])
    results = [json.loads((each / "result.json").read_text()) for each in (folder, whole)]
    assert results[0] == results[1]


def test_split_model_of_the_last_checkpoint_is_copied(
    model: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without several GPUs: no weights are split here, but none may be loaded or saved by the trainer either."""
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    for name in ("result.json", "model.safetensors", "tokenizer.json"):
        (folder / name).unlink()
    script = the_script()
    monkeypatch.setattr(script, "is_split", lambda: True)
    for name in ("save_model", "_load_from_checkpoint"):
        monkeypatch.setattr(script.GRPOTrainer, name, None)
    monkeypatch.setattr(f"{__name__}.the_script", lambda: script)
    monkeypatch.setattr(sys, "argv", [])

    run_script(model, folder)

    weights = [load_file(each / "model.safetensors") for each in (folder, whole)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[1])
    assert (folder / "tokenizer.json").exists() and not (folder / "trainer_state.json").exists()
    assert json.loads((folder / "result.json").read_text()) == json.loads((whole / "result.json").read_text())


def test_last_checkpoint_without_a_whole_model_is_refused(tmp_path: Path) -> None:
    start = resume.Start(checkpoint(tmp_path, 9), steps=9, max_steps=9)

    resume.check_whole(start, 10)
    with pytest.raises(
        ValueError, match="checkpoint-9 is of the last step and has no whole model to keep: join its parts"
    ):
        resume.check_whole(start, 9)
    (tmp_path / "checkpoint-9" / "model.safetensors").touch()
    resume.check_whole(start, 9)


def test_rewound_file_has_whole_lines_of_steps_that_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"step": 3}\n{"step": 1, "rew')

    rewind(path, lambda row: row["step"] < 3)

    assert path.read_text() == '{"step": 1}\n{"step": 2}\n'
    assert [each.name for each in tmp_path.iterdir()] == ["steps.jsonl"]
    rewind(tmp_path / "none.jsonl")
    assert not (tmp_path / "none.jsonl").exists()


def test_file_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    path.write_text('{"step": 1}\n[]\n')

    with pytest.raises(DataError, match="steps.jsonl is no file of ours"):
        rewind(path, lambda row: row["step"] < 3)
    assert path.read_text() == '{"step": 1}\n[]\n' and len(list(tmp_path.iterdir())) == 1
