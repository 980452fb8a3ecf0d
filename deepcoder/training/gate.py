"""The start gate: before the first step, what is right must earn 1 and junk must earn 0.

Runs: GPU node, in every trainer rank.

It asks the trainer itself, with rows of the trainer's own data set, so that everything between a completion and its
reward is on trial: column names, arguments, extraction, tests, sandboxes. A reference is found by the row's prompt,
which is what the model will see, and judged by the row's columns, which is what the reward function will see.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from trl import GRPOTrainer

from deepcoder.problems import Problem
from deepcoder.programs import fenced
from deepcoder.reward import CodeReward

log = logging.getLogger(__name__)

_JUNK = "pass"
_PER_MODE = 3

Row = Mapping[str, Any]


class GateError(Exception):
    """Training must not start: rewards would be wrong."""


class Try(NamedTuple):
    row: Row
    source: str
    reward: float  # what it must earn

    def __str__(self) -> str:
        what = "junk" if self.source == _JUNK else "the reference solution"
        return f"{what} for problem {self.row.get('problem_id', 'of no name')}"


def check_rewards(trainer: GRPOTrainer, problems: Sequence[Problem]) -> int:
    """Send references and junk through the trainer's own reward path; how many completions were tried.

    Raises:
        GateError: A row names an unknown problem, a reward is not what it must be, or the reward function fails.
    """
    rows = trainer._remove_unused_columns(trainer.train_dataset)  # as TRL does when it loads a batch
    for function in trainer.reward_funcs:
        if isinstance(function, CodeReward):
            try:
                function.check_rows(rows)
            except ValueError as error:
                raise GateError(str(error)) from None
    tries = []
    for row, problem in _chosen(rows, problems):
        tries.append(Try(row, _JUNK, 0.0))
        if problem.reference is not None:
            tries.append(Try(row, problem.reference, 1.0))
    if not tries:
        raise GateError("no prompt of the training data belongs to one of the problems")
    if all(each.source == _JUNK for each in tries):
        log.warning("No problem has a reference solution: nothing shows that a right program earns 1.")
    rewards = _rewards(trainer, tries)
    for each, reward in zip(tries * (len(rewards) // len(tries)), rewards, strict=True):  # rank after rank
        if reward != each.reward:
            earned = "no reward: it could not be judged" if reward != reward else f"{reward:g}"
            raise GateError(f"{each} must earn {each.reward:g} and earns {earned}")
    return len(tries)


def _chosen(rows: Iterable[Row], problems: Sequence[Problem]) -> list[tuple[Row, Problem]]:
    """A few rows of each mode, each with the problem that its prompt states; those with a reference if any has one."""
    wanted = [each for each in problems if each.reference is not None] or problems
    repeated = Counter(_text(each.prompt) for each in problems)
    known = {text: each for each in wanted if repeated[text := _text(each.prompt)] == 1}
    missing = dict.fromkeys((each.mode for each in wanted), _PER_MODE)
    chosen = []
    for row in rows:
        problem = known.get(_text(row["prompt"]))
        if problem is not None and missing[problem.mode]:
            missing[problem.mode] -= 1
            chosen.append((row, problem))
        if not any(missing.values()):
            break
    return chosen


def _rewards(trainer: GRPOTrainer, tries: Sequence[Try]) -> list[float]:
    texts = [fenced(each.source) for each in tries]
    try:
        rewards = trainer._calculate_rewards(
            [each.row for each in tries],
            [each.row["prompt"] for each in tries],
            [[{"role": "assistant", "content": text}] for text in texts],
            trainer.processing_class(text=texts)["input_ids"],
        )
    except Exception as error:
        raise GateError(f"the reward function fails: {type(error).__name__}: {error}") from error
    finally:  # or else the first step's metrics would count these completions
        trainer._pending_metrics.clear()
        trainer._pending_extra_logs.clear()
    return [float(reward) for reward in rewards[:, 0]]


def _text(messages: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['role']}: {each['content']}" for each in messages)
