"""The reward function that TRL calls.

Runs: GPU node, in every trainer rank. No scheduling here: the pool has all of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from deepcoder.pool import SandboxPool
from deepcoder.problems import Problem, by_id
from deepcoder.programs import Completion, extract
from deepcoder.verdicts import Judgement, Submission, Verdict

log = logging.getLogger(__name__)

Score = Callable[[Judgement], float | None]
Log = Callable[[int, Sequence[Submission], Sequence[Judgement]], None]


def all_or_nothing(judgement: Judgement) -> float | None:
    """1 when every test passed, else 0; None, which TRL leaves out of the group, when the fault was ours."""
    if judgement.verdict is Verdict.IE:
        return None
    return float(judgement.verdict is Verdict.AC)


class CodeReward:
    """Scores completions by judging their programs; give an instance to `GRPOTrainer(reward_funcs=...)`.

    The data set needs a column `problem_id`. The tests stay in here, so TRL has none to print in a warning.

    Args:
        pool: Where programs are judged.
        problems: Every problem that the data set names.
        max_tests: Judge on that many tests with the longest inputs, as DeepCoder does; None for all.
        format_penalty: Taken from the reward of a completion that has no program.
        score: From a judgement to a reward.
        log: Told of every batch: the trainer's step, the submissions and their judgements.

    Raises:
        ValueError: A problem needs more memory than the pool's sandboxes have, or two problems have one id.

    >>> reward = CodeReward(pool, problems)
    >>> reward(completions=["```python\\nprint(input()[::-1])\\n```"], problem_id=["stdin/reverse"])
    [1.0]
    """

    def __init__(
        self,
        pool: SandboxPool,
        problems: Iterable[Problem],
        *,
        max_tests: int | None = 15,
        format_penalty: float = 0.0,
        score: Score = all_or_nothing,
        log: Log | None = None,
    ) -> None:
        problems = list(problems)
        pool.check_limits(problems)
        self.__name__ = "code_reward"  # TRL's key for its metrics
        self.pool = pool
        self.problems = {name: each.sampled(max_tests) for name, each in by_id(problems).items()}
        self.format_penalty = format_penalty
        self.score = score
        self.log = log

    def __call__(
        self,
        *,
        completions: Sequence[Completion],
        problem_id: Sequence[str],
        trainer_state: Any = None,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[str]], None] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """One reward per completion, in order.

        Raises:
            KeyError: The data set names a problem that this reward was not given.
        """
        began = time.monotonic()
        submissions = self._submissions(completions, problem_id)
        judgements = self.pool.judge(submissions)
        if self.log is not None:
            self.log(getattr(trainer_state, "global_step", 0), submissions, judgements)
        if log_metric is not None:
            # Every rank must log the same keys on every call, whatever was in its batch.
            for verdict in Verdict:
                log_metric(f"verdict/{verdict}", _share(judgements, verdict))
            log_metric("judging_s", time.monotonic() - began)
            log_metric("ie_share", _share(judgements, Verdict.IE))
            log_metric("suspicious_share", sum(bool(each.suspicious) for each in judgements) / max(1, len(judgements)))
            log_metric("repeated_share", sum(each.repeated for each in judgements) / max(1, len(judgements)))
        if log_extra is not None:
            log_extra("verdict", [str(each.verdict) for each in judgements])
        return [self._reward(*pair) for pair in zip(submissions, judgements, strict=True)]

    def begin(self, *, completions: Sequence[Completion], problem_id: Sequence[str]) -> None:
        """Have these judged now: the later call with them finds their judgements, or joins what is still at work.

        In whatever process, and as often as that is handy: each is judged once. A pool that fails here is only logged,
        since the later call meets the same pool.

        Raises:
            KeyError: The data set names a problem that this reward was not given.
        """
        submissions = [each for each in self._submissions(completions, problem_id) if each.program is not None]
        try:
            if submissions:
                self.pool.begin(submissions)
        except ConnectionError as error:  # which loses nothing
            log.warning("%d programs are not judged ahead: %s", len(submissions), error)

    def _submissions(self, completions: Sequence[Completion], problem_id: Sequence[str]) -> list[Submission]:
        return [
            Submission(self.problems[name], extract(completion))
            for name, completion in zip(problem_id, completions, strict=True)
        ]

    def _reward(self, submission: Submission, judgement: Judgement) -> float | None:
        score = self.score(judgement)
        if submission.program is None and score is not None:
            score -= self.format_penalty
        return score


def _share(judgements: Sequence[Judgement], verdict: Verdict) -> float:
    return sum(each.verdict is verdict for each in judgements) / max(1, len(judgements))
