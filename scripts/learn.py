"""Show that the reward teaches, and that nothing else does: `python -m scripts.learn`, which is `make learn`.

Each seed trains twice: on its rewards, and, as the control, on the same rewards dealt out at random. Runs that are
finished already are kept, so the same command goes on after an interruption. Runs with other flags need another folder.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import matplotlib
import typer
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

from deepcoder.tools import whole_file
from deepcoder.tools.report import run as runs
from deepcoder.training.report import smooth
from deepcoder.training.resume import RESULT

SCRIPT = Path(__file__).with_name("train_grpo.py")
FLAGS = "flags.json"  # beside the result of a run: the flags that it was trained with
WIDTH = 110  # of the table, where the output is no terminal


class Aim(NamedTuple):
    """Say below which mean reward a run must begin, and above which it must end."""

    first: float
    last: float


AIMS = {"tiny": Aim(0.4, 0.8), "smollm2-135m": Aim(0.35, 0.65)}
CONTROL_AT_MOST = 0.1  # that a control may end above its beginning, by chance


class Learnt(NamedTuple):
    """Hold what came of one run."""

    name: str
    is_control: bool
    rewards: list[float]  # of each step

    @property
    def fifths(self) -> tuple[float, float]:
        """Return the mean rewards of the first and of the last fifth of the steps."""
        return runs.fifths(self.rewards) or (math.nan, math.nan)

    def is_as_it_must_be(self, aim: Aim) -> bool:
        """Return whether a run has learnt, or a control has not."""
        first, last = self.fifths
        if self.is_control:
            return last <= first + CONTROL_AT_MOST
        return first <= aim.first and last >= aim.last


def main(
    preset: Annotated[str, typer.Option(help="The preset to train.")] = "tiny",
    seeds: Annotated[int, typer.Option(min=1, help="Number of seeds, from 0.")] = 5,
    control: Annotated[bool, typer.Option(help="Train the controls, too.")] = True,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder of the runs.")] = Path("runs/learn"),
    flags: Annotated[list[str] | None, typer.Argument(help="More flags for train_grpo.py, after a --.")] = None,
) -> None:
    """Train with several seeds and their controls, and write a table and a plot."""
    if preset not in AIMS:
        raise typer.BadParameter(f"choose one of {', '.join(AIMS)}", param_hint="--preset")
    aim, output = AIMS[preset], output / preset
    learnt = [
        trained(preset, seed, is_control, output, flags or [])
        for seed in range(seeds)
        for is_control in ((False, True) if control else (False,))
    ]
    draw(learnt, aim, output / "learn.png", preset)
    shown = Table("run", "first fifth", "last fifth", "", box=box.MARKDOWN)
    for each in learnt:
        good = "as it must be" if each.is_as_it_must_be(aim) else "NOT as it must be"
        shown.add_row(each.name, *(f"{mean:.2f}" for mean in each.fifths), good)
    console = Console(width=WIDTH)
    console.print(shown)
    console.print(f"{output / 'learn.png'}; `deepcoder report {output}/*/` makes a page of the runs", markup=False)
    raise typer.Exit(not all(each.is_as_it_must_be(aim) for each in learnt))


def trained(preset: str, seed: int, is_control: bool, output: Path, flags: list[str]) -> Learnt:
    """Train unless the run is finished, and return what came of it."""
    name = f"shuffled{seed}" if is_control else f"seed{seed}"
    folder = output / name
    if (folder / RESULT).exists():
        check_flags(folder, flags)
    else:
        command = [sys.executable, str(SCRIPT), "--preset", preset, "--seed", str(seed), "--output_dir", str(folder)]
        command += ["--shuffle_rewards", "true"] if is_control else []
        if code := subprocess.run([*command, *flags]).returncode:
            raise typer.Exit(code)  # the run has said why
        whole_file.write(folder / FLAGS, [json.dumps(flags), "\n"])
    rewards = [step.reward for step in runs.read(folder, name).steps if step.reward is not None]
    return Learnt(name, is_control, rewards)


def check_flags(folder: Path, flags: list[str]) -> None:
    """Raise BadParameter where the finished run was trained with other flags. Older releases did not keep them."""
    path = folder / FLAGS
    then = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    if then != flags:
        was, now = (" ".join(each) or "no flags" for each in (then, flags))
        raise typer.BadParameter(f"{folder} has a run with {was}, and now there are {now}: name another --output")


def draw(learnt: list[Learnt], aim: Aim, path: Path, preset: str) -> None:
    """Write the picture: the reward of each run over its steps."""
    with matplotlib.rc_context({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(10, 5), layout="constrained")
        axes = figure.subplots()
        for is_control, color, label in (
            (True, "#9a9a9a", "rewards shuffled"),
            (False, "#2a9d55", "rewards as judged"),
        ):
            for number, each in enumerate(each for each in learnt if each.is_control == is_control):
                steps = range(1, len(each.rewards) + 1)
                axes.plot(steps, smooth(each.rewards), color=color, label=label if number == 0 else None)
        axes.axhline(aim.last, color="#333333", linewidth=1, linestyle="--", label=f"aim: {aim.last:g}")
        axes.set(xlabel="step", ylabel="mean reward, smoothed", ylim=(0, 1.02))
        axes.set_title(f"Preset {preset}: each line is a seed")
        axes.grid(axis="y", alpha=0.3)
        axes.legend(loc="upper left", frameon=False)
        figure.savefig(path, dpi=100)


if __name__ == "__main__":
    typer.run(main)
