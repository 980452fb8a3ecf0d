"""The report of a run: a table of answers before and after, and a picture of reward and verdicts over the steps.

Runs: GPU node, in the first trainer rank.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import matplotlib
import torch
from matplotlib.figure import Figure
from trl import GRPOTrainer

from deepcoder.datasets.selection import Selection
from deepcoder.models.sampling import Decoding, sample
from deepcoder.problems import Problem
from deepcoder.reward import all_or_nothing
from deepcoder.tools.records import Record
from deepcoder.tools.report import run
from deepcoder.verdicts import Judgement, Submission, Verdict

Judge = Callable[[Sequence[Submission]], list[Judgement]]
History = Sequence[Mapping[str, Any]]
Thing = TypeVar("Thing")

_COLORS = {
    Verdict.AC: "#2a9d55",
    Verdict.WA: "#d1495b",
    Verdict.TLE: "#edae49",
    Verdict.MLE: "#8d6a9f",
    Verdict.OLE: "#5b8e7d",
    Verdict.RTE: "#3d6fa5",
    Verdict.CE: "#9a9a9a",
    Verdict.IE: "#222222",
}
LONGEST_SHOWN = 2000  # characters of the failing test that are kept with an answer
HEADER = ("problem", "mode", "before", "after")


@dataclass(frozen=True)
class Answers:
    """The model's answers to one problem, and their judgements."""

    problem: Problem
    texts: list[str]
    judgements: list[Judgement]

    @property
    def reward(self) -> float:
        """Return the mean reward of the answers that could be judged."""
        scores = [score for each in self.judgements if (score := all_or_nothing(each)) is not None]
        return _mean(scores)

    def __str__(self) -> str:
        counts = Counter(each.verdict for each in self.judgements)
        return f"{self.reward:.2f}: " + " ".join(f"{counts[each]} {each}" for each in Verdict if counts[each])


def spread(things: Sequence[Thing], number: int) -> list[Thing]:
    """Return this number of problems or answers, evenly spaced."""
    number = min(number, len(things))
    return [things[i * len(things) // number] for i in range(number)]


def ask(trainer: GRPOTrainer, problems: Sequence[Problem], judge: Judge, is_greedy: bool = False) -> list[Answers]:
    """Sample one group of answers per problem, as the trainer does, or one greedy answer.

    Equal weights give equal answers.
    """
    args = trainer.args
    model = trainer.accelerator.unwrap_model(trainer.model)
    was_training = model.training
    model.eval()
    decoding = Decoding(
        1 if is_greedy else args.num_generations,
        0.0 if is_greedy else args.temperature,
        args.max_completion_length,
        args.top_p,
        args.top_k,
        args.chat_template_kwargs or {},
        args.min_p,
        args.repetition_penalty,
    )
    with torch.random.fork_rng():
        torch.manual_seed(args.seed)
        sampled = sample(model, trainer.processing_class, [problem.prompt for problem in problems], decoding)
    model.train(was_training)
    pairs = [(problem, each.text) for problem, group in zip(problems, sampled, strict=True) for each in group]
    judgements = iter(judge([Submission.of(problem, text, problem.prompt) for problem, text in pairs]))
    return [
        Answers(problem, [each.text for each in group], [next(judgements) for _ in group])
        for problem, group in zip(problems, sampled, strict=True)
    ]


def record(answers: Sequence[Answers], when: str, folder: Path, selection: Selection) -> None:
    """Add the answers to `answers.jsonl`, each with the test that it fails; those before training begin the file."""
    lines = []
    for group in answers:
        tests = group.problem.loaded().tests
        for text, judgement in zip(group.texts, group.judgements, strict=True):
            judged = Record.of(Submission.of(group.problem, text, group.problem.prompt), judgement, selection)
            failed = {}
            if judgement.failed_test is not None:
                test = tests[judgement.failed_test]
                failed = {"input": test.input[:LONGEST_SHOWN], "output": test.output[:LONGEST_SHOWN]}
            lines.append(judged.to_json(when=when, completion=text, **failed))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / run.ANSWERS).open("w" if when == "before" else "a", encoding="utf-8") as file:
        file.writelines(lines)


def compared(before: Sequence[Answers], after: Sequence[Answers]) -> list[tuple[str, ...]]:
    """Return the rows of the table under HEADER: one per problem, and the mean."""
    rows = [
        (old.problem.problem_id, str(old.problem.mode), str(old), str(new))
        for old, new in zip(before, after, strict=True)
    ]
    means = (f"{pass_rate(group):.2f}" for group in (before, after))
    return [*rows, ("mean reward", "", *means)]


def pass_rate(answers: Sequence[Answers]) -> float:
    """Return the mean over the problems of the mean rewards of their answers; unjudged problems do not count."""
    return _mean([each.reward for each in answers if not math.isnan(each.reward)])


def samples(before: Sequence[Answers], after: Sequence[Answers], number: int) -> list[tuple[str, str]]:
    """Return one answer before and one after for some problems: a title with the verdict, and the text."""
    chosen = []
    for pair in spread(list(zip(before, after, strict=True)), number):
        for when, answers in zip(("before", "after"), pair, strict=True):
            judgement = answers.judgements[0]
            detail = f" ({judgement.detail})" if judgement.detail else ""
            chosen.append((f"{answers.problem.problem_id}, {when}: {judgement.verdict}{detail}", answers.texts[0]))
    return chosen


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows))


def markdown(tables: Sequence[str], answers: Sequence[tuple[str, str]]) -> str:
    """Return the tables and some full answers, each with its title, as Markdown."""
    parts = ["# Before and after", *tables]
    parts += [f"## {title}\n\n~~~~text\n{text}\n~~~~" for title, text in answers]
    return "\n\n".join(parts) + "\n"


def fifths(history: History) -> tuple[float, float]:
    """Return the mean reward of the first and of the last fifth of the steps."""
    return run.fifths([row["reward"] for row in _scored(history)]) or (math.nan, math.nan)


def draw(history: History, path: Path, title: str) -> None:
    """Write the picture: reward above, shares of the verdicts below. Write nothing where no step had a reward."""
    rows = _scored(history)
    if not rows:
        return
    steps = [row["step"] for row in rows]
    rewards = [row["reward"] for row in rows]
    with matplotlib.rc_context({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(10, 7.5), layout="constrained")
        figure.suptitle(title, fontsize=14)
        top, bottom = figure.subplots(2, 1, sharex=True)

        top.plot(steps, rewards, "o", markersize=4, color="#a5cdb2", label="one step", clip_on=False)
        top.plot(steps, smooth(rewards), color=_COLORS[Verdict.AC], linewidth=2.2, label="moving average")
        size = max(1, len(rows) // 5)
        box = {"facecolor": "white", "edgecolor": "#333333", "pad": 2.5}
        for mean, span in zip(fifths(history), (steps[:size], steps[-size:]), strict=True):
            top.hlines(mean, span[0], span[-1], color="#333333", linewidth=1.6, linestyle="--")
            top.text(sum(span) / size, mean, f"{mean:.2f}", ha="center", va="center", bbox=box)
        top.plot([], [], "--", color="#333333", linewidth=1.6, label="mean of the first and last fifth")
        top.set(ylabel="mean reward", ylim=(min(0.0, *rewards), 1.02))
        top.grid(axis="y", alpha=0.3)
        top.legend(loc="lower right", frameon=False)

        seen = [verdict for verdict in Verdict if any(row.get(f"verdict/{verdict}") for row in rows)]
        shares = [smooth([row.get(f"verdict/{verdict}") or 0.0 for row in rows]) for verdict in seen]
        if seen:
            bottom.stackplot(steps, shares, labels=list(seen), colors=[_COLORS[each] for each in seen], alpha=0.9)
            bottom.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, reverse=True)
        bottom.set(
            xlabel="step", ylabel="share of completions, smoothed", ylim=(0, 1), xlim=(steps[0] - 0.5, steps[-1] + 0.5)
        )
        figure.savefig(path, dpi=130)


def _scored(history: History) -> list[Mapping[str, Any]]:
    """Return the rows of the log that have a reward: those of newly sampled completions."""
    return [row for row in history if row.get("reward") is not None]


def smooth(values: Sequence[float]) -> list[float]:
    """Return a centred moving average over a tenth of the steps."""
    half = len(values) // 20
    windows = [values[max(0, i - half) : i + half + 1] for i in range(len(values))]
    return [_mean(window) for window in windows]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
