"""Train with GRPO on the reward of sandboxes: `python scripts/train_grpo.py --preset tiny`.

Options come from the preset, then from a YAML file (`--config FILE`), then from flags: those of TRL's GRPOConfig and
ModelConfig, and those of `deepcoder.training.arguments.ScriptArguments`. RAY_ADDRESS names a cluster; without it,
Ray is started here for the run.
"""

from __future__ import annotations

import logging
import os
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
from rich.text import Text
from transformers.utils.logging import disable_progress_bar
from trl import GRPOConfig, GRPOTrainer
from trl.rewards import get_soft_overlong_punishment

from deepcoder import own_languages
from deepcoder.datasets.rates import between
from deepcoder.datasets.selection import Selection
from deepcoder.pool import SandboxPool
from deepcoder.problems import Problem
from deepcoder.reward import CodeReward
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable
from deepcoder.training import evaluation, report, resume, trl_internals
from deepcoder.training.arguments import Arguments, ScriptArguments, parse
from deepcoder.training.gate import GateError, check_rewards
from deepcoder.training.grpo import batch, check_batch, check_packages, chosen, make_trainer
from deepcoder.training.judgement_log import JudgementLog
from deepcoder.training.shared_pool import DEADLINE_SHARE, shared
from deepcoder.training.shuffled import ShuffledReward
from deepcoder.training.unjudged_limit import TooManyUnjudged, UnjudgedLimit
from deepcoder.wire.languages import add

log = logging.getLogger("deepcoder.train")
out = Console()


class Run(NamedTuple):
    """Everything that is ready when training begins."""

    trainer: GRPOTrainer
    problems: list[Problem]
    sets: list[evaluation.Set]  # to evaluate the model on, before and after
    shown: int  # problems of each set whose answers are shown
    start: resume.Start
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
    check_packages(config)
    sampled = batch(config, config.world_size)
    log.info("%s", sampled)
    if script.languages:
        add(own_languages.read(Path(script.languages)))
    selection = Selection(script.max_tests, script.time_limit_s, script.checker, script.times)
    check_evaluation(script)
    problems, held_out = load(script, selection)
    check_batch(sampled, problems)
    start = resume.begin(arguments)
    if is_split():
        resume.check_whole(start, config.max_steps)
    pool = sandboxes(script, config, [*problems, *held_out], life)
    pool.check_problems(held_out)
    reward = CodeReward(pool, problems, max_tests=script.max_tests, format_penalty=script.format_penalty)
    trainer = make_trainer(problems, reward, config, model)
    log.info("%d problems, %r", len(problems), pool)
    log.info("start gate: all %d rewards are as they must be", check_rewards(trainer, problems))
    # What follows is not for the gate, whose completions no model has written.
    if script.soft_punish_cache:
        reward.penalty = get_soft_overlong_punishment(config.max_completion_length, script.soft_punish_cache)
    reward.prompt_end = trl_internals.prompt_end(trainer)
    reward.log = JudgementLog(Path(config.output_dir), selection, config.process_index)
    trl_internals.begin_in_epoch(trainer, start.epochs)
    if script.dynamic_sampling:
        trl_internals.leave_out_what_teaches_nothing(trainer)
    if script.shuffle_rewards:
        trainer.reward_funcs[0] = ShuffledReward(reward, config.seed, config.process_index)
    limit = None if script.max_ie_share is None else UnjudgedLimit(script.max_ie_share, sampled.updates)
    if limit is not None:
        trainer.add_callback(limit)
    trained_on = evaluation.Set("problems trained on", report.spread(problems, script.shown))
    sets = [each for each in (trained_on, evaluation.Set("held-out problems", held_out)) if each.problems]
    sets = sets if config.process_index == 0 else []
    return Run(trainer, problems, sets, script.shown, start, selection, pool, limit, began_s)


def load(script: ScriptArguments, selection: Selection) -> tuple[list[Problem], list[Problem]]:
    """Return the problems to train on, and those held out.

    Raises:
        ValueError, OSError: A file is wrong, or a problem is in both.
    """
    quarantine = Path(script.quarantine) if script.quarantine else None
    problems = selection.load(script.problems, quarantine)
    if script.pass_rates:
        problems = between(problems, Path(script.pass_rates), script.min_pass_rate, script.max_pass_rate)
    problems = chosen(problems, script.shortest)
    held_out = chosen(selection.load(script.held_out, quarantine), None) if script.held_out else []
    prompts = {repr(each.prompt) for each in problems}
    for each in held_out:
        if repr(each.prompt) in prompts:
            raise ValueError(f"held_out: problem {each.problem_id} is one of those to train on")
    return problems, held_out


def check_evaluation(script: ScriptArguments) -> None:
    """Raise ValueError where the weights are split over ranks, of which one alone cannot answer."""
    if is_split() and (script.shown or script.held_out):
        raise ValueError("with FSDP or DeepSpeed no rank has the whole model: give --shown 0, and no held_out")


def is_split() -> bool:
    """Return whether accelerate has been told to split the weights over the ranks."""
    return any(os.environ.get(f"ACCELERATE_USE_{name}") == "true" for name in ("FSDP", "DEEPSPEED"))


def sandboxes(script: ScriptArguments, config: GRPOConfig, problems: Sequence[Problem], life: ExitStack) -> SandboxPool:
    """Return the pool for these problems, which ends with `life`, or the running pool that the arguments name."""
    memory_bytes = max(each.limits.memory_bytes for each in problems)
    if script.pool:
        pool = life.enter_context(SandboxPool.attach(script.pool))
    else:
        kind = SandboxConfig(script.sandbox, script.image, memory_bytes)
        ours = SandboxPool(script.workers, kind, max_workers=script.max_workers, resource=script.resource)
        pool = shared(ours, config, life)
    pool.deadline_s = DEADLINE_SHARE * config.ddp_timeout
    return pool


def train(run: Run) -> None:
    """Train, save the model, then write and print the report.

    Raises:
        TooManyUnjudged: The share of IE has passed the limit.
    """
    trainer, problems, sets, shown, _, selection, pool, _, began_s = run
    folder = Path(trainer.args.output_dir)
    before = evaluation.evaluated(trainer, sets, pool.judge)
    if trainer.is_world_process_zero():
        report.record(evaluation.shown(before, shown), "before", folder, selection)
    learn(trainer, run.start, run.limit)
    after = evaluation.evaluated(trainer, sets, pool.judge)
    trainer.accelerator.wait_for_everyone()  # the first rank ends the pool when it leaves
    if trainer.is_world_process_zero():
        report.record(evaluation.shown(after, shown), "after", folder, selection)
        history = trainer.state.log_history
        title = f"{folder.name}: GRPO with the all-tests-pass reward, {len(problems)} problems"
        report.draw(history, folder / "reward.png", title)
        if before:
            show(before, after, shown, folder)
        first, last = report.fifths(history)
        resume.finish(folder, {"first_fifth": first, "last_fifth": last, **evaluation.figures(before, after)})
        minutes, seconds = divmod(round(time.monotonic() - began_s), 60)
        out.print(
            f"Mean reward: {first:.2f} in the first fifth of the steps, {last:.2f} in the last; "
            f"{minutes} min {seconds} s; model, reward.png, before_after.md and judgements.jsonl are in "
            f"{folder}; `deepcoder report {folder}` makes a page of them",
            markup=False,
            soft_wrap=True,
        )


def learn(trainer: GRPOTrainer, start: resume.Start, limit: UnjudgedLimit | None) -> None:
    """Take the steps that are missing, and save the model: before it is evaluated, which may fail.

    Raises:
        TooManyUnjudged: The share of IE has passed the limit.
    """
    if start.checkpoint is None or not start.is_done(trainer.args.max_steps):
        trainer.train(resume_from_checkpoint=start.checkpoint and str(start.checkpoint))
        if limit is not None and limit.reason:
            raise TooManyUnjudged(limit.reason)
        trainer.save_model()
    elif is_split():  # the trainer can read and write such weights only once it trains
        trl_internals.load_state(trainer, str(start.checkpoint))
        if trainer.is_world_process_zero():
            resume.copy_model(start.checkpoint, Path(trainer.args.output_dir))
    else:
        trl_internals.load_checkpoint(trainer, str(start.checkpoint))
        trainer.save_model()


def show(
    before: Sequence[evaluation.Evaluation], after: Sequence[evaluation.Evaluation], number: int, folder: Path
) -> None:
    """Print the tables of before and after with a few answers, and write them into the folder."""
    old, new = (evaluation.shown(each, number) for each in (before, after))
    tables: list[tuple[str, Sequence[str], Sequence[Sequence[str]]]] = []
    if old:
        tables.append(("before and after", report.HEADER, report.compared(old, new)))
    tables.append(("pass rates", evaluation.RATES_HEADER, evaluation.compared(before, after)))
    texts = [report.table(header, lines) for _, header, lines in tables]
    (folder / "before_after.md").write_text(report.markdown(texts, report.samples(old, new, 4)), encoding="utf-8")
    for title, header, lines in tables:
        table = Table(*header, title=title)
        for row in lines:
            table.add_row(*map(Text, row))  # so that brackets in the name of a problem are no markup
        out.print(table)
    for title, text in report.samples(old, new, 2):
        out.rule(Text(title), align="left")  # which quotes what a program said
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
