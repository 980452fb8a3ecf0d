"""Go on with a run that was ended in the middle, when the same command is given again.

Runs: GPU node, in every trainer rank.

The last whole checkpoint says after which step to go on. What the files of the run say of later steps is removed, for
those steps are done again. A finished run is kept under another name.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepcoder.training.arguments import Arguments
from deepcoder.training.grpo import batch

log = logging.getLogger(__name__)

RESULT = "result.json"  # is there when a run is finished
_SETTINGS = "settings.json"
_STATE = "trainer_state.json"  # transformers writes it last of all files of a checkpoint

# What decides which problems a step is about, and which tests judge them.
_SCRIPT = ("problems", "quarantine", "shortest", "pass_rates", "min_pass_rate", "max_pass_rate", "max_tests")
_TRAINER = ("seed", "num_generations", "generation_batch_size", "num_iterations")


def begin(arguments: Arguments) -> Path | None:
    """Make the output folder ready, and return the checkpoint to go on from; None where training begins.

    Raises:
        ValueError: The folder has an unfinished run with other settings, or the checkpoint that was asked for is none.
        OSError: The folder cannot be written to.
    """
    config = arguments.grpo
    folder = Path(config.output_dir)
    steps = batch(config, config.world_size).updates
    if config.save_strategy == "steps" and config.save_steps % steps:
        raise ValueError(
            f"save_steps must be a multiple of {steps:g}, the steps that learn from one batch of completions, and not "
            f"{config.save_steps:g}: no run goes on from within a batch"
        )
    asked = config.resume_from_checkpoint
    if asked and _step(Path(asked)) is None:
        raise ValueError(f"resume_from_checkpoint: {asked} is no checkpoint with a {_STATE}")
    with config.main_process_first(desc="the output folder"):
        if config.process_index == 0:
            if (folder / RESULT).exists() and not asked:
                _set_aside(folder)
            folder.mkdir(parents=True, exist_ok=True)
        kept = Path(asked) if asked else last_checkpoint(folder)
        if config.process_index == 0:
            _check_settings(folder, _settings(arguments), is_new=kept is None)
    if kept is not None:
        log.info("going on after step %d, from %s", _step(kept), kept)
    return kept


def finish(folder: Path, result: Mapping[str, Any]) -> None:
    """Write what came of the run, as its last file."""
    (folder / RESULT).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def last_checkpoint(folder: Path) -> Path | None:
    """Return the checkpoint of the latest step; one whose writing was cut short does not count."""
    steps = {step: path for path in folder.glob("checkpoint-*") if (step := _step(path)) is not None}
    return steps[max(steps)] if steps else None


def done(checkpoint: Path | None) -> tuple[int, int]:
    """Return the numbers of steps and of epochs that are done at a checkpoint; none where there is no checkpoint."""
    if checkpoint is None:
        return 0, 0
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    return int(state["global_step"]), int(state.get("epoch") or 0)


def _step(checkpoint: Path) -> int | None:
    """Return the number of steps done at this checkpoint; None where it is not whole."""
    try:
        return int(json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))["global_step"])
    except (OSError, ValueError, KeyError):
        return None


def _set_aside(folder: Path) -> None:
    numbers = range(1, 10_000)
    other = next(path for number in numbers if not (path := folder.with_name(f"{folder.name}-{number}")).exists())
    folder.rename(other)
    log.info("%s had a finished run, which is now %s", folder, other)


def _settings(arguments: Arguments) -> dict[str, Any]:
    of_script = {name: getattr(arguments.script, name) for name in _SCRIPT}
    model = {"model_name_or_path": arguments.model.model_name_or_path}
    return {**model, **of_script, **{name: getattr(arguments.grpo, name) for name in _TRAINER}}


def _check_settings(folder: Path, settings: dict[str, Any], is_new: bool) -> None:
    path = folder / _SETTINGS
    then = json.loads(path.read_text(encoding="utf-8")) if path.exists() and not is_new else settings
    for name, now in settings.items():
        if then.get(name) != now:
            raise ValueError(
                f"{folder} has an unfinished run with {name} {then.get(name)}, which is now {now}: give it as before, "
                "or name another --output_dir"
            )
    path.write_text(json.dumps(settings) + "\n", encoding="utf-8")
