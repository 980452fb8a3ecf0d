"""verl's reward function: `reward.custom_reward_function.path=pkg://deepcoder.integrations.verl`.

Runs: in verl's reward workers, which call it once for each sample, many at once on one event loop.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from deepcoder.integrations.judging import Unjudged, connect, in_thread
from deepcoder.verdicts import Verdict

RAISE, ZERO = "raise", "zero"  # what becomes of a sample that was not judged

Row = dict[str, float | str]


def score(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    *,
    pool: str,
    data: str,
    on_unjudged: str = RAISE,
    prompt_end: str = "",
    **_: Any,
) -> Row:
    """Return the score of a sample and what is known of it, under the same keys for every sample.

    verl averages the numbers, and leaves the text alone.

    Args:
        data_source: The row's; it does not count.
        solution_str: What the model wrote.
        ground_truth: The problem's id, unless `extra_info` has a `problem_id` that is not null.
        extra_info: The row's.
        pool: The URL of a service, or the name of a pool on this Ray cluster.
        data: What `load_problems` takes.
        on_unjudged: "raise", so that verl drops the sample; or "zero", which scores it 0.
        prompt_end: What the chat template adds behind every prompt, as "<think>".

    Raises:
        Unjudged: There is no verdict, by no fault of the program.
        ValueError: There is no such problem.
    """
    if on_unjudged not in (RAISE, ZERO):
        raise ValueError(f"on_unjudged must be {RAISE!r} or {ZERO!r}, not {on_unjudged!r}")
    named = (extra_info or {}).get("problem_id")
    judging = connect(pool, data)
    try:
        problem_id = str(ground_truth if named is None else named)
        judgement = judging.judge(judging.submission(problem_id, solution_str, prompt_end))
    except Unjudged:
        if on_unjudged == RAISE:
            raise
        return {"score": 0.0, "acc": 0.0, "verdict": str(Verdict.IE), "passed": 0.0}
    reward = float(judgement.verdict is Verdict.AC)
    return {"score": reward, "acc": reward, "verdict": str(judgement.verdict), "passed": float(judgement.passed)}


async def compute_score(*sample: Any, **settings: Any) -> Row:
    """Return what `score` does, while other tasks of the event loop go on: verl's reward function."""
    return await in_thread(functools.partial(score, *sample, **settings))


def accuracy(*sample: Any, **settings: Any) -> float:
    """Return 1 where every test passed, else 0: for `verl.trainer.main_eval`, which waits for plain numbers.

    Its arguments are those of `score`, as is what it raises.
    """
    return float(score(*sample, **settings)["score"])
