"""The start gate: before the first step, reference solutions must earn 1 and junk must earn 0.

Runs: GPU node, in every trainer rank.

The gate asks the trainer itself, with rows of the trainer's own data set. So it tries everything between a completion
and its reward: column names, arguments, extraction, tests, sandboxes. A row's prompt, which is what the model will see,
says which reference belongs to the row. The row's columns, which are what the reward function will see, say which
problem the reference is judged for. The two must agree.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from trl import GRPOTrainer

from deepcoder.problems import Problem
from deepcoder.programs import Program, fenced, reference_of
from deepcoder.reward import CodeReward
from deepcoder.training import trl_internals

log = logging.getLogger(__name__)

_JUNK = "pass"  # a program that solves no problem
_PER_MODE = 3  # rows to try

Row = Mapping[str, Any]


class GateError(Exception):
    """Training must not start: rewards would be wrong."""


class Try(NamedTuple):
    """A completion that the gate sends, and what the completion must earn."""

    row: Row
    program: Program
    reward: float  # that the program must earn

    def __str__(self) -> str:
        what = "junk" if self.program.source == _JUNK else "the reference solution"
        return f"{what} for problem {self.row.get('problem_id', 'of no name')}"


def check_rewards(trainer: GRPOTrainer, problems: Sequence[Problem]) -> int:
    """Send references and junk through the trainer's own reward path, and return how many completions were tried.

    Raises:
        GateError: A row names an unknown problem, a reward is not what it must be, or the reward function fails.
    """
    rows = trl_internals.rows_for_rewards(trainer)
    for function in trainer.reward_funcs:
        if isinstance(function, CodeReward):
            try:
                function.check_rows(rows)
            except ValueError as error:
                raise GateError(str(error)) from None
    tries = []
    for row, problem in _chosen(rows, problems):
        tries.append(Try(row, Program(_JUNK, problem.languages[0]), 0.0))
        if (reference := _reference(problem)) is not None:
            tries.append(Try(row, reference, 1.0))
    if not tries:
        raise GateError("no prompt of the training data belongs to one of the problems")
    if all(each.program.source == _JUNK for each in tries):
        log.warning("No problem has a reference solution: nothing shows that a right program earns 1.")
    rewards = _rewards(trainer, tries)
    ranks = len(rewards) // len(tries)  # every rank sends the same tries, and gets the rewards of all ranks
    for each, reward in zip(tries * ranks, rewards, strict=True):
        if reward != each.reward:
            earned = "no reward: it could not be judged" if math.isnan(reward) else f"{reward:g}"
            raise GateError(f"{each} must earn {each.reward:g} and earns {earned}")
    return len(tries)


def _chosen(rows: Iterable[Row], problems: Sequence[Problem]) -> list[tuple[Row, Problem]]:
    """Return a few rows of each mode, each with the problem whose prompt the row has.

    Problems with a reference are preferred. A prompt that several problems share says nothing, and is left out.
    """
    wanted = [each for each in problems if _reference(each) is not None] or problems
    uses = Counter(_text(each.prompt) for each in problems)
    by_prompt = {text: each for each in wanted if uses[text := _text(each.prompt)] == 1}
    missing = dict.fromkeys((each.mode for each in wanted), _PER_MODE)
    chosen = []
    for row in rows:
        problem = by_prompt.get(_text(row["prompt"]))
        if problem is not None and missing[problem.mode]:
            missing[problem.mode] -= 1
            chosen.append((row, problem))
        if not any(missing.values()):
            break
    return chosen


def _reference(problem: Problem) -> Program | None:
    """Return the problem's reference, if a completion may answer in its language."""
    reference = reference_of(problem)
    return reference if reference is not None and reference.language in problem.languages else None


def _rewards(trainer: GRPOTrainer, tries: Sequence[Try]) -> list[float]:
    texts = [fenced(each.program) for each in tries]
    try:
        return trl_internals.first_rewards(trainer, [each.row for each in tries], texts)
    except Exception as error:
        raise GateError(f"the reward function fails: {type(error).__name__}: {error}") from error


def _text(messages: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['role']}: {each['content']}" for each in messages)
