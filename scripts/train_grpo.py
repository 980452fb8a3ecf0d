"""Train with GRPO on the reward of sandboxes: `python scripts/train_grpo.py --preset tiny`.

Options come from the preset, then from a YAML file (`--config FILE`), then from flags: those of TRL's GRPOConfig and
ModelConfig, and those of `deepcoder.training.arguments.ScriptArguments`. RAY_ADDRESS names a cluster; without it,
Ray is started here for the run.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from transformers.utils.logging import disable_progress_bar
from trl import GRPOTrainer

from deepcoder import own_languages
from deepcoder.datasets.selection import Selection
from deepcoder.pool import SandboxPool
from deepcoder.problems import Problem
from deepcoder.reward import CodeReward
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable
from deepcoder.training import report
from deepcoder.training.arguments import Arguments, parse
from deepcoder.training.gate import GateError, check_rewards
from deepcoder.training.grpo import batch, check_generator, chosen, make_trainer
from deepcoder.training.judgement_log import JudgementLog
from deepcoder.training.shared_pool import DEADLINE_SHARE, shared
from deepcoder.training.unjudged_limit import TooManyUnjudged, UnjudgedLimit
from deepcoder.wire.languages import add

log = logging.getLogger("deepcoder.train")
out = Console()


class Run(NamedTuple):
    """Everything that is ready when training begins."""

    trainer: GRPOTrainer
    problems: list[Problem]
    shown: list[Problem]
    selection: Selection
    pool: SandboxPool
    limit: UnjudgedLimit | None
    began_s: float  # time.monotonic() at the start


def prepare(arguments: Arguments, life: ExitStack) -> Run:
    """Load the problems, start the sandboxes, make the trainer and pass the start gate; the sandboxes end with `life`.

    Raises:
        ValueError, OSError, SandboxUnavailable, GateError: An argument, a file or this machine is wrong, as the message
            says.
    """
    began_s = time.monotonic()
    script, config, model = arguments
    check_generator(config)
    if script.languages:
        add(own_languages.read(Path(script.languages)))
    selection = Selection(script.max_tests, script.time_limit_s, script.checker, script.times)
    quarantine = Path(script.quarantine) if script.quarantine else None
    problems = chosen(selection.load(script.problems, quarantine), script.shortest)
    memory_bytes = max(each.limits.memory_bytes for each in problems)
    sandboxes = SandboxConfig(script.sandbox, script.image, memory_bytes)
    if script.pool:
        pool = life.enter_context(SandboxPool.attach(script.pool))
    else:
        ours = SandboxPool(script.workers, sandboxes, max_workers=script.max_workers, resource=script.resource)
        pool = shared(ours, config, life)
    pool.deadline_s = DEADLINE_SHARE * config.ddp_timeout
    reward = CodeReward(pool, problems, max_tests=script.max_tests, format_penalty=script.format_penalty)
    trainer = make_trainer(problems, reward, config, model)
    log.info("%d problems, %r", len(problems), pool)
    log.info("%s", batch(config, config.world_size))
    log.info("start gate: all %d rewards are as they must be", check_rewards(trainer, problems))
    reward.log = JudgementLog(Path(config.output_dir), selection, config.process_index)
    limit = None if script.max_ie_share is None else UnjudgedLimit(script.max_ie_share)
    if limit is not None:
        trainer.add_callback(limit)
    shown = report.spread(problems, script.shown) if trainer.is_world_process_zero() else []
    return Run(trainer, problems, shown, selection, pool, limit, began_s)


def train(run: Run) -> None:
    """Train, then write and print the report.

    Raises:
        TooManyUnjudged: The share of IE has passed the limit.
    """
    trainer, problems, shown, selection, pool, limit, began_s = run
    folder = Path(trainer.args.output_dir)
    before = report.ask(trainer, shown, pool.judge)
    if shown:
        report.record(before, "before", folder, selection)
    trainer.train(resume_from_checkpoint=trainer.args.resume_from_checkpoint)
    if limit is not None and limit.reason:
        raise TooManyUnjudged(limit.reason)
    after = report.ask(trainer, shown, pool.judge)
    trainer.save_model()
    trainer.accelerator.wait_for_everyone()  # the first rank ends the pool when it leaves
    if trainer.is_world_process_zero():
        if shown:
            report.record(after, "after", folder, selection)
            (folder / "before_after.md").write_text(report.markdown(before, after), encoding="utf-8")
            show(before, after)
        history = trainer.state.log_history
        title = f"{folder.name}: GRPO with the all-tests-pass reward, {len(problems)} problems"
        report.draw(history, folder / "reward.png", title)
        first, last = report.fifths(history)
        minutes, seconds = divmod(round(time.monotonic() - began_s), 60)
        out.print(
            f"Mean reward: {first:.2f} in the first fifth of the steps, {last:.2f} in the last; "
            f"{minutes} min {seconds} s; model, reward.png, before_after.md and judgements.jsonl are in "
            f"{folder}; `deepcoder report {folder}` makes a page of them",
            soft_wrap=True,
        )


def show(before: Sequence[report.Answers], after: Sequence[report.Answers]) -> None:
    """Print the table of before and after, and a few answers."""
    table = Table(*report.HEADER, title="before and after")
    for row in report.compared(before, after):
        table.add_row(*row)
    out.print(table)
    for title, text in report.samples(before, after, 2):
        out.rule(title, align="left")
        out.print(text, markup=False)
    out.rule()


def main() -> None:
    """Run the script. A fault before the first step ends in a sentence and exit code 2, too many IE in exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[RichHandler(show_path=False)])
    logging.getLogger("deepcoder").setLevel(logging.INFO)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")  # for TRL to mend
    disable_progress_bar()
    with ExitStack() as life:
        try:
            run = prepare(parse(sys.argv[1:]), life)
        except (ValueError, OSError, SandboxUnavailable, GateError) as error:
            say(error)
            log.debug("where it went wrong", exc_info=True)
            sys.exit(2)
        try:
            train(run)
        except TooManyUnjudged as error:
            if run.trainer.is_world_process_zero():
                say(error)
            run.trainer.accelerator.wait_for_everyone()  # the launcher ends all ranks when one leaves with an error
            sys.exit(1)


def say(error: Exception) -> None:
    """Print the error in one line on stderr."""
    sentence = " ".join(str(error).split())
    Console(stderr=True).print(f"train_grpo: {sentence}", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
