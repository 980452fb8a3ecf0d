"""The reward function that TRL calls.

Runs: GPU node, in every trainer rank. The pool does all scheduling.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from deepcoder.completions import Completion
from deepcoder.pool import Pool
from deepcoder.problems import Mode, Problem, by_id
from deepcoder.verdicts import Judgement, Submission, Verdict
from deepcoder.wire.languages import check_functions
from deepcoder.wire.languages import language as language_named

log = logging.getLogger(__name__)

COLUMNS = ("problem_id", "task", "language")  # columns of a data set that the reward reads

Score = Callable[[Judgement], float | None]
Log = Callable[[int, Sequence[Submission], Sequence[Judgement]], None]
Penalty = Callable[..., Sequence[float | None]]


def all_or_nothing(judgement: Judgement) -> float | None:
    """Return 1 when every test passed, else 0; None when the fault was ours, which TRL leaves out of the group."""
    if judgement.verdict is Verdict.IE:
        return None
    return float(judgement.verdict is Verdict.AC)


class CodeReward:
    """Scores completions by judging their programs; give an instance to `GRPOTrainer(reward_funcs=...)`.

    The data set needs a column `problem_id`. The tests stay in this object, so that TRL cannot print them in a warning.
    A row may have a column `language`: the only one that its completion may answer in. Else the problem's are allowed.
    A row gets None if it has no `problem_id`, or if its column `task` names another task: other reward functions score
    such rows.

    Args:
        pool: Judges the programs.
        problems: Every problem that the data set names.
        max_tests: Judge on that many tests with the longest inputs, as DeepCoder does; None for all.
        format_penalty: Subtracted from the reward of a completion that has no program.
        penalty: A reward function in TRL's form, such as `trl.rewards.get_soft_overlong_punishment(...)`. It gets the
            completions, their token ids, the prompts and the other columns. What it returns is added to the rewards of
            the completions that could be judged. A second reward function of the trainer would not do: where one gives
            None, TRL takes the sum of the others.
        score: Turns a judgement into a reward.
        log: Called with every batch: the trainer's step, the submissions and their judgements.
        task: The value of the column `task` in the rows of this reward. When not given, it is every value that the
            column has in rows that name a problem of this reward.
        prompt_end: What the chat template puts behind every prompt, where it opens the reasoning: `<think>`. TRL hands
            over prompts without it. A completion that is cut off in its reasoning has no program then.

    Raises:
        ValueError: A problem needs more memory than the pool's sandboxes have, or a language that they lack, or two
            problems have one id; or `max_tests` or `format_penalty` is out of its range.

    >>> reward = CodeReward(pool, problems)
    >>> reward(completions=["```python\\nprint(input()[::-1])\\n```"], problem_id=["stdin/reverse"])
    [1.0]
    """

    def __init__(
        self,
        pool: Pool,
        problems: Iterable[Problem],
        *,
        max_tests: int | None = 15,
        format_penalty: float = 0.0,
        penalty: Penalty | None = None,
        score: Score = all_or_nothing,
        log: Log | None = None,
        task: str | None = None,
        prompt_end: str = "",
    ) -> None:
        if max_tests is not None and max_tests < 1:
            raise ValueError(f"max_tests must be at least 1, or None for all tests, not {max_tests}")
        if not 0 <= format_penalty < math.inf:
            raise ValueError(f"format_penalty must be a finite number, at least 0, not {format_penalty}")
        problems = list(problems)
        pool.check_problems(problems)
        self.__name__ = "code_reward"  # TRL's key for its metrics
        self.pool = pool
        self.problems = {name: problem.sampled(max_tests) for name, problem in by_id(problems).items()}
        self.languages = sorted({name for problem in problems for name in problem.languages})
        self.format_penalty = format_penalty
        self.penalty = penalty
        self.score = score
        self.log = log
        self.task = task
        self.prompt_end = prompt_end

    def check_rows(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Check before training that the rows of a data set name problems of this reward, or are of other tasks.

        Raises:
            ValueError: A row does not, and the message names its `problem_id`; or no row names a problem at all.
        """
        columns = [[row.get(name) for name in COLUMNS] for row in rows]
        names, tasks, languages = zip(*columns, strict=True) if columns else ((), (), ())
        problems = self._problems(names, tasks)
        asked = zip(_named(problems, languages), problems, strict=True)
        self.pool.check_languages({name: each.problem_id for name, each in asked if name and each})
        if not any(problems):
            raise ValueError("no row names a problem of this reward: give the rows a column `problem_id`")

    def __call__(
        self,
        *,
        completions: Sequence[Completion],
        problem_id: Sequence[Any] | None = None,
        prompts: Sequence[Completion] | None = None,
        task: Sequence[str | None] | None = None,
        language: Sequence[str | None] | None = None,
        trainer_state: Any = None,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[str]], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """Return one reward per completion, in order.

        Raises:
            ValueError: A row names a problem that this reward was not given, and no other task; or a column has not one
                value for each completion.
            TypeError: A completion is neither text nor messages.
        """
        began = time.monotonic()
        by_row = self._submissions(completions, problem_id, prompts, task, language)
        submissions = list(by_row.values())
        judgements = self.pool.judge(submissions)
        if self.log is not None and submissions:
            self.log(getattr(trainer_state, "global_step", 0), submissions, judgements)
        if log_metric is not None:
            log_metric("judging_s", time.monotonic() - began)
            self._log_shares(submissions, judgements, log_metric)
        judged = dict(zip(by_row, judgements, strict=True))
        rows = range(len(completions))
        if log_extra is not None:
            log_extra("verdict", [str(judged[row].verdict) if row in judged else "" for row in rows])
        rewards = [self._reward(by_row[row], judged[row]) if row in judged else None for row in rows]
        if self.penalty is None:
            return rewards
        added = self.penalty(completions=completions, prompts=prompts, **columns)
        return [None if reward is None else reward + (more or 0) for reward, more in zip(rewards, added, strict=True)]

    def begin(
        self,
        *,
        completions: Sequence[Completion],
        problem_id: Sequence[Any] | None = None,
        prompts: Sequence[Completion] | None = None,
        task: Sequence[str | None] | None = None,
        language: Sequence[str | None] | None = None,
        **_: Any,
    ) -> None:
        """Have these judged now: a later call with them finds their judgements in the cache, or waits for the rest.

        Any process may call this, any number of times: each completion is judged once. A pool that fails here is only
        logged, since the later call meets the same pool.

        Raises:
            ValueError, TypeError: As the later call.
        """
        by_row = self._submissions(completions, problem_id, prompts, task, language)
        submissions = [submission for submission in by_row.values() if submission.program is not None]
        try:
            if submissions:
                self.pool.begin(submissions)
        except ConnectionError as error:  # nothing is lost: the later call asks again
            log.warning("%d programs are not judged ahead: %s", len(submissions), error)

    def _submissions(
        self,
        completions: Sequence[Completion],
        problem_ids: Sequence[Any] | None,
        prompts: Sequence[Completion] | None,
        tasks: Sequence[str | None] | None,
        languages: Sequence[str | None] | None,
    ) -> dict[int, Submission]:
        """Return the submissions of the rows that this reward scores, by row.

        Raises:
            ValueError, TypeError: As `__call__`.
        """
        if isinstance(completions, str | bytes | Mapping):
            raise TypeError("completions is a list with one completion per row, not one completion")
        columns = {"problem_id": problem_ids, "prompts": prompts, "task": tasks, "language": languages}
        for name, column in columns.items():
            if column is not None and len(column) != len(completions):
                raise ValueError(f"there are {len(completions)} completions, and the column {name} has {len(column)}")
        if problem_ids is None and tasks is None:
            log.error("no row is scored: give the rows of the data set a column `problem_id`")
        none = [None] * len(completions)
        problems = self._problems(problem_ids or none, tasks or none)
        if self.prompt_end:
            prompts = [self.prompt_end] * len(completions)
        rows = zip(problems, completions, prompts or none, _named(problems, languages or none), strict=True)
        return {
            row: Submission.of(problem, completion, prompt, language)
            for row, (problem, completion, prompt, language) in enumerate(rows)
            if problem is not None
        }

    def _problems(self, problem_ids: Sequence[Any], tasks: Sequence[str | None]) -> list[Problem | None]:
        """Return the problem of each row; None where the row is of another task."""
        names = [None if name is None or name != name else str(name) for name in problem_ids]  # NaN is a table's None
        if self.task is None:
            ours = {task for name, task in zip(names, tasks, strict=True) if name in self.problems}
        else:
            ours = {self.task}
        problems: list[Problem | None] = []
        for name, task in zip(names, tasks, strict=True):
            is_ours = name is not None and (task is None or task in ours)
            if is_ours and name not in self.problems:
                what = f"a row names problem {name!r}, which the reward was not given"
                raise ValueError(f"{what}: give it that problem, or the row another `task` if it is for another reward")
            problems.append(self.problems[name] if is_ours and name is not None else None)
        return problems

    def _log_shares(
        self,
        submissions: Sequence[Submission],
        judgements: Sequence[Judgement],
        log_metric: Callable[[str, float], None],
    ) -> None:
        """Log the shares of a batch: every rank the same keys on every call, whatever is in its batch."""
        for verdict in Verdict:
            log_metric(f"verdict/{verdict}", _share(judgement.verdict is verdict for judgement in judgements))
        log_metric("ie_share", _share(judgement.verdict is Verdict.IE for judgement in judgements))
        log_metric("no_program_share", _share(submission.program is None for submission in submissions))
        log_metric("suspicious_share", _share(bool(judgement.suspicious) for judgement in judgements))
        log_metric("repeated_share", _share(judgement.repeated for judgement in judgements))
        for name in self.languages if len(self.languages) > 1 else ():
            written = [bool(each.program and each.program.language == name) for each in submissions]
            log_metric(f"language/{name}", _share(written))

    def _reward(self, submission: Submission, judgement: Judgement) -> float | None:
        score = self.score(judgement)
        if submission.program is None and score is not None:
            score -= self.format_penalty
        return score


def _named(problems: Sequence[Problem | None], languages: Sequence[Any]) -> list[str | None]:
    """Return the language that each row names; None where it names none, or is of another task.

    Raises:
        ValueError: There is no such language, or functions of programs in it cannot be called.
    """
    named: list[str | None] = []
    for problem, given in zip(problems, languages, strict=True):
        if problem is None or given is None or given != given:  # NaN is a table's None
            named.append(None)
            continue
        language = language_named(given)
        if problem.mode is Mode.FUNCTION:
            check_functions(language)
        named.append(language.name)
    return named


def _share(facts: Iterable[bool]) -> float:
    """Return the share of facts that are true; 0 where there are none."""
    counted = list(facts)
    return sum(counted) / max(1, len(counted))
