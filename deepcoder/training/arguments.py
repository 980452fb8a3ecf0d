"""The arguments of a training run: a preset, then a YAML file, then flags, each overriding the one before.

Runs: GPU node.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import torch
import yaml
from trl import GRPOConfig, ModelConfig, TrlParser

from deepcoder.sandbox import KINDS, SandboxConfig

_PRESETS = resources.files("deepcoder.training") / "presets"
_DEFAULT_PRESET = "tiny"


@dataclass
class ScriptArguments:
    """The arguments that TRL's GRPOConfig and ModelConfig do not have. No `model_name_or_path` means the tiny model."""

    preset: str = field(default=_DEFAULT_PRESET, metadata={"help": "The name of the preset to start from."})
    problems: str = field(
        default="deepcoder_small", metadata={"help": "A file of problems, a data set of the Hub, or deepcoder_small."}
    )
    quarantine: str | None = field(
        default=None, metadata={"help": "Leave out the problems in this list, which `deepcoder doctor -o` wrote."}
    )
    pass_rates: str | None = field(
        default=None, metadata={"help": "Choose problems by the pass rates in this file, of `deepcoder passrate`."}
    )
    min_pass_rate: float = field(
        default=0.0, metadata={"help": "Leave out problems with a lower pass rate in --pass_rates."}
    )
    max_pass_rate: float = field(
        default=1.0, metadata={"help": "Leave out problems with a higher pass rate in --pass_rates."}
    )
    held_out: str | None = field(
        default=None,
        metadata={"help": "Problems not to train on: evaluate the model on them before training and after it."},
    )
    shortest: int | None = field(
        default=None,
        metadata={"help": "Train on this many problems of each mode: those with the shortest references."},
    )
    workers: int | None = field(
        default=None, metadata={"help": "Number of sandboxes; default: one per CPU of the cluster."}
    )
    max_workers: int | None = field(
        default=None, metadata={"help": "Most sandboxes to ask for while programs wait; default: no more than workers."}
    )
    resource: str = field(
        default="", metadata={"help": "Name of a custom Ray resource: each sandbox takes one of it in place of a CPU."}
    )
    pool: str = field(default="", metadata={"help": "Use the sandboxes of the running pool of this name."})
    sandbox: str = field(default="auto", metadata={"choices": [*KINDS], "help": "Where programs run."})
    image: str = field(default=SandboxConfig.image, metadata={"help": "Docker: the image of the sandboxes."})
    languages: str = field(default="", metadata={"help": "TOML: languages of your own (docs/languages.md)."})
    max_tests: int | None = field(
        default=15,
        metadata={"help": "Judge on this many tests of each problem: those with the longest inputs; none means all."},
    )
    format_penalty: float = field(
        default=0.0, metadata={"help": "Subtract this from the reward of a completion without a program."}
    )
    soft_punish_cache: int = field(
        default=0,
        metadata={"help": "Subtract up to 1 from the reward as a completion fills its last tokens, so many of them."},
    )
    dynamic_sampling: bool = field(
        default=False, metadata={"help": "Leave completions of groups in which all rewards are equal out of the loss."}
    )
    shuffle_rewards: bool = field(
        default=False,
        metadata={"help": "Deal the rewards out at random: a control for experiments, which must not improve."},
    )
    checker: str = field(default="", metadata={"help": "Use this checker instead of those that the problems name."})
    time_limit_s: float = field(
        default=6.0, metadata={"help": "CPU seconds per test, for problems without a limit of their own."}
    )
    times: str = field(
        default="",
        metadata={"help": "Calibrate the time limits with this file, which `deepcoder doctor --times` wrote."},
    )
    max_ie_share: float | None = field(
        default=None,
        metadata={"help": "End training, with a checkpoint, when a larger share of completions could not be judged."},
    )
    shown: int = field(
        default=8, metadata={"help": "Number of problems in the table of before and after; 0 means no table."}
    )


class Arguments(NamedTuple):
    """All arguments of a run."""

    script: ScriptArguments
    grpo: GRPOConfig
    model: ModelConfig


def presets() -> list[str]:
    """Return the names of the presets. A file whose name begins with an underscore is only a base of some."""
    return sorted(Path(each.name).stem for each in _PRESETS.iterdir() if not each.name.startswith("_"))


def preset(name: str) -> dict[str, Any]:
    """Return the settings of a preset, with those of its base that it does not override.

    Raises:
        ValueError: No preset has this name.
    """
    if name not in presets():
        raise ValueError(f"unknown preset {name!r}: choose one of {', '.join(presets())}")
    return _with_base(name)


def _with_base(name: str) -> dict[str, Any]:
    settings = _mapping((_PRESETS / f"{name}.yaml").read_text(), f"preset {name}")
    base = settings.pop("base", None)
    return {**_with_base(base), **settings} if base else settings


def parse(argv: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        ValueError: The command line is wrong, or a file that it names.
        OSError: The file that `--config` names cannot be read.
        SystemExit: argparse has printed what is wrong, or the `--help` that was asked for.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--preset")
    first.add_argument("--config")
    chosen, flags = first.parse_known_args(argv)
    config = _mapping(Path(chosen.config).read_text(), chosen.config) if chosen.config else {}
    name = chosen.preset or str(config.get("preset", _DEFAULT_PRESET))

    parser = TrlParser(
        (ScriptArguments, GRPOConfig, ModelConfig),
        usage="%(prog)s [--preset NAME] [--config FILE] [--OPTION VALUE ...]",
        allow_abbrev=False,
    )
    parser.set_defaults(use_cpu=not torch.accelerator.is_available())  # else TRL refuses bf16 on such a machine
    unknown = parser.set_defaults_with_config(**preset(name))
    if chosen.config:
        flags = ["--config", chosen.config, *flags]
    script, grpo, model, more_unknown, unused = parser.parse_args_and_config(
        ["--preset", name, *flags], return_remaining_strings=True, separate_remaining_strings=True
    )
    for setting in (*unknown, *more_unknown):
        raise ValueError(f"unknown setting in the configuration: {setting.removeprefix('--')}")
    for option in unused:
        raise ValueError(f"unknown option: {option}")
    _check(script, grpo)
    return Arguments(script, grpo, model)


def _check(script: ScriptArguments, grpo: GRPOConfig) -> None:
    """Raise ValueError where values cannot be used, or not together."""
    for name, least in (("max_tests", 1), ("shortest", 1), ("shown", 0), ("format_penalty", 0)):
        value = getattr(script, name)
        if value is not None and value < least:
            raise ValueError(f"{name} is {least} or more, and not {value:g}")
    if script.max_ie_share is not None and not 0 <= script.max_ie_share < 1:
        raise ValueError(f"max_ie_share is a share, from 0 up to 1, and not {script.max_ie_share:g}")
    if not 0 <= script.min_pass_rate <= script.max_pass_rate <= 1:
        rates = f"{script.min_pass_rate:g} and {script.max_pass_rate:g}"
        raise ValueError(f"min_pass_rate and max_pass_rate are shares, the first at most the second, and not {rates}")
    if script.pass_rates is None and (script.min_pass_rate, script.max_pass_rate) != (0, 1):
        raise ValueError("min_pass_rate and max_pass_rate need pass_rates, a file that `deepcoder passrate` writes")
    if not 0 <= script.soft_punish_cache <= grpo.max_completion_length:
        most = grpo.max_completion_length
        raise ValueError(
            f"soft_punish_cache is a number of tokens from 0 to {most}, and not {script.soft_punish_cache}"
        )
    at_a_time = grpo.per_device_train_batch_size * grpo.steps_per_generation
    if script.shuffle_rewards and at_a_time < grpo.num_generations:
        raise ValueError(
            f"shuffle_rewards deals out the rewards of each rank, which has {at_a_time} at a time: give it "
            f"{grpo.num_generations} or more, by per_device_train_batch_size or steps_per_generation"
        )


def _mapping(text: str, name: str) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(settings, dict):
        raise ValueError(f"{name} must hold settings, one `name: value` a line")
    return settings
