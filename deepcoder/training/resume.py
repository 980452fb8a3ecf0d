"""Go on with a run that was ended in the middle, when the same command is given again.

Runs: GPU node, in every trainer rank.

The last whole checkpoint says after which step to go on. What the files of the run say of later steps is removed, for
those steps are done again. A finished run is kept under another name.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers.trainer import TRAINER_STATE_NAME

from deepcoder.tools import whole_file
from deepcoder.tools.report.run import STEPS
from deepcoder.tools.rewind import rewind
from deepcoder.training.arguments import Arguments
from deepcoder.training.grpo import batch

log = logging.getLogger(__name__)

RESULT = "result.json"  # is there when a run is finished
_SETTINGS = "settings.json"
_OF_A_MODEL = frozenset((".safetensors", ".json", ".jinja", ".model", ".txt"))  # suffixes: weights, settings, tokenizer

# What decides which problems a step is about, and which tests judge them.
_SCRIPT = ("problems", "quarantine", "shortest", "pass_rates", "min_pass_rate", "max_pass_rate", "max_tests")
_TRAINER = ("seed", "num_generations", "generation_batch_size", "num_iterations")
_MODEL = ("model_name_or_path", "use_peft")


@dataclass(frozen=True)
class Start:
    """Say where a run goes on: after so many steps and whole epochs. Without a checkpoint it begins."""

    checkpoint: Path | None = None
    steps: int = 0
    epochs: int = 0
    max_steps: int = 0  # of the run that wrote the checkpoint

    def is_done(self, max_steps: int) -> bool:
        """Return whether no step is missing; `max_steps` is that of the command, and -1 where it counts epochs."""
        return self.checkpoint is not None and self.steps >= (max_steps if max_steps > 0 else self.max_steps)


def begin(arguments: Arguments) -> Start:
    """Make the output folder ready, and return where the run goes on.

    Raises:
        ValueError: The folder has an unfinished run with other settings, or an argument does not suit it.
        OSError: The folder cannot be written to.
    """
    config = arguments.grpo
    _check(arguments)
    folder = Path(config.output_dir).resolve()
    with config.main_process_first(local=False, desc="the output folder"):
        if config.process_index == 0:
            if (folder / RESULT).exists():
                _set_aside(folder, arguments.model.model_name_or_path)
            folder.mkdir(parents=True, exist_ok=True)
        start = last_checkpoint(folder)
        if config.process_index == 0:
            _check_settings(folder, _settings(arguments), is_new=start.checkpoint is None)
            for path in folder.glob("judgements*.jsonl"):  # of every rank; its steps count from 0
                rewind(path, lambda row: row["step"] < start.steps)
            rewind(folder / STEPS, lambda row: row["step"] <= start.steps)
    if start.checkpoint is not None:
        log.info("going on after step %d, from %s", start.steps, start.checkpoint)
    return start


def finish(folder: Path, result: Mapping[str, Any]) -> None:
    """Write what came of the run, as its last file."""
    whole_file.write(folder / RESULT, [json.dumps(result, indent=2), "\n"])


def check_whole(start: Start, max_steps: int) -> None:
    """Raise ValueError where no step is missing, and the checkpoint has the weights only as the ranks had them."""
    if start.checkpoint is not None and start.is_done(max_steps) and not any(start.checkpoint.glob("*.safetensors")):
        raise ValueError(
            f"{start.checkpoint} is of the last step and has no whole model to keep: join its parts, with the "
            "zero_to_fp32.py in it (DeepSpeed) or with `accelerate merge-weights` (FSDP)"
        )


def copy_model(checkpoint: Path, folder: Path) -> None:
    """Copy the whole model of a checkpoint, with its tokenizer, into the folder of the run."""
    for path in checkpoint.iterdir():
        if path.suffix in _OF_A_MODEL and path.name != TRAINER_STATE_NAME:
            shutil.copy2(path, folder)


def last_checkpoint(folder: Path) -> Start:
    """Return the checkpoint of the latest step; one whose writing was cut short does not count."""
    whole = [start for path in folder.glob("checkpoint-*") if (start := _start(path)) is not None]
    return max(whole, key=lambda start: start.steps, default=Start())


def _start(checkpoint: Path) -> Start | None:
    """Return where a run goes on from a checkpoint; None where it is not whole."""
    try:  # a rank writes its state last of all files
        state = json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
        return Start(checkpoint, int(state["global_step"]), int(state["epoch"]), int(state["max_steps"]))
    except (OSError, ValueError, KeyError):
        return None


def _check(arguments: Arguments) -> None:
    config = arguments.grpo
    if config.resume_from_checkpoint:
        raise ValueError(
            "resume_from_checkpoint: leave it out, for the same command goes on from the last checkpoint by itself; to "
            "begin with the weights of another run, give them as --model_name_or_path"
        )
    updates = batch(config, config.world_size).updates
    if config.save_strategy == "steps" and config.save_steps % updates:
        raise ValueError(
            f"save_steps must be a multiple of {updates:g}, the updates from one batch of completions, and not "
            f"{config.save_steps:g}: no run goes on from within a batch"
        )


def _set_aside(folder: Path, model: str | None) -> None:
    """Rename the folder of a finished run."""
    if folder == Path.cwd():
        raise ValueError("output_dir is the current folder and has a finished run: name another --output_dir")
    if model is not None and Path(model).resolve().is_relative_to(folder):
        raise ValueError(f"output_dir has the model {model} and a finished run: name another --output_dir")
    numbers = range(1, 10_000)
    other = next(path for number in numbers if not (path := folder.with_name(f"{folder.name}-{number}")).exists())
    folder.rename(other)
    log.info("%s had a finished run, which is now %s", folder, other)


def _settings(arguments: Arguments) -> dict[str, Any]:
    script, config, model = arguments
    named = ((model, _MODEL), (script, _SCRIPT), (config, _TRAINER))
    settings = {name: getattr(group, name) for group, names in named for name in names}
    return {**settings, "updates": batch(config, config.world_size).updates}


def _check_settings(folder: Path, settings: dict[str, Any], is_new: bool) -> None:
    path = folder / _SETTINGS
    then = json.loads(path.read_text(encoding="utf-8")) if path.exists() and not is_new else settings
    for name, now in settings.items():
        if then.get(name) != now:
            raise ValueError(
                f"{folder} has an unfinished run with {name} {then.get(name)}, which is now {now}: give it as before, "
                "or name another --output_dir"
            )
    whole_file.write(path, [json.dumps(settings), "\n"])
