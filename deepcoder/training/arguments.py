"""What a training run is given: a preset, then a YAML file, then flags, each overriding the one before.

Runs: GPU node.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from trl import GRPOConfig, ModelConfig, TrlParser

from deepcoder.sandbox import KINDS

_PRESETS = resources.files("deepcoder.training") / "presets"
_DEFAULT_PRESET = "tiny"


@dataclass
class ScriptArguments:
    """What is ours; the rest are TRL's GRPOConfig and ModelConfig. No `model_name_or_path` means the tiny model."""

    preset: str = field(default=_DEFAULT_PRESET, metadata={"help": "Settings to start from, by name."})
    problems: str = field(
        default="deepcoder_small", metadata={"help": "A file, a Hub data set, or the shipped set's name."}
    )
    quarantine: str | None = field(
        default=None, metadata={"help": "Problems to leave out: a list that `deepcoder doctor -o` wrote."}
    )
    shortest: int | None = field(
        default=None,
        metadata={"help": "Train on this many problems of each mode, those with the shortest references."},
    )
    workers: int | None = field(
        default=None, metadata={"help": "Sandboxes; by default as many as Ray has processors for."}
    )
    max_workers: int | None = field(
        default=None, metadata={"help": "Sandboxes that may be asked for while programs wait; by default no more."}
    )
    resource: str = field(
        default="", metadata={"help": "A custom resource of Ray of which a sandbox takes one, in place of a CPU."}
    )
    pool: str = field(default="", metadata={"help": "Use the sandboxes of the running pool of that name."})
    sandbox: str = field(default="auto", metadata={"choices": [*KINDS], "help": "Where programs run."})
    max_tests: int | None = field(
        default=15, metadata={"help": "Judge on the tests with the longest inputs; none means all."}
    )
    format_penalty: float = field(
        default=0.0, metadata={"help": "Taken from the reward of a completion without a program."}
    )
    checker: str = field(default="", metadata={"help": "In place of the checkers that the problems name."})
    time_limit_s: float = field(default=6.0, metadata={"help": "CPU seconds per test, where a problem has no limit."})
    times: str = field(
        default="", metadata={"help": "Calibrate the limits: a file of times that `deepcoder doctor --times` wrote."}
    )
    max_ie_share: float | None = field(
        default=None,
        metadata={"help": "End training, with a checkpoint, when a larger share of completions could not be judged."},
    )
    shown: int = field(default=8, metadata={"help": "Problems in the table of before and after; 0 means no table."})


class Arguments(NamedTuple):
    script: ScriptArguments
    grpo: GRPOConfig
    model: ModelConfig


def presets() -> list[str]:
    return sorted(Path(each.name).stem for each in _PRESETS.iterdir())


def preset(name: str) -> dict[str, Any]:
    """The preset's settings.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in presets():
        raise ValueError(f"unknown preset {name!r}: choose one of {', '.join(presets())}")
    return _mapping((_PRESETS / f"{name}.yaml").read_text(), f"preset {name}")


def parse(argv: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        ValueError: Something in it, or in a file it names, is wrong.
        OSError: The file that `--config` names cannot be read.
        SystemExit: argparse found a fault and has said so, or `--help` was asked for.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--preset")
    first.add_argument("--config")
    known, flags = first.parse_known_args(argv)
    config = _mapping(Path(known.config).read_text(), known.config) if known.config else {}
    name = known.preset or str(config.get("preset", _DEFAULT_PRESET))

    parser = TrlParser(
        (ScriptArguments, GRPOConfig, ModelConfig),
        usage="%(prog)s [--preset NAME] [--config FILE] [--OPTION VALUE ...]",
        allow_abbrev=False,
    )
    unknown = parser.set_defaults_with_config(**preset(name))
    if known.config:
        flags = ["--config", known.config, *flags]
    script, grpo, model, more_unknown, unused = parser.parse_args_and_config(
        ["--preset", name, *flags], return_remaining_strings=True, separate_remaining_strings=True
    )
    for setting in (*unknown, *more_unknown):
        raise ValueError(f"unknown setting in the configuration: {setting.removeprefix('--')}")
    for option in unused:
        raise ValueError(f"unknown option: {option}")
    if script.max_ie_share is not None and not 0 <= script.max_ie_share < 1:
        raise ValueError(f"max_ie_share is a share, from 0 up to 1, and not {script.max_ie_share:g}")
    return Arguments(script, grpo, model)


def _mapping(text: str, name: str) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(settings, dict):
        raise ValueError(f"{name} must hold settings, one `name: value` a line")
    return settings
