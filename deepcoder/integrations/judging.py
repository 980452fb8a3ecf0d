"""A pool and its problems, for frameworks that score one completion per call.

Runs: wherever a framework computes its rewards, many calls at once in one process. Needs no Ray for a pool over HTTP.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from deepcoder.completions import Completion
from deepcoder.datasets import load_problems
from deepcoder.pool import Pool
from deepcoder.pool.base import BATCH_DEADLINE_S
from deepcoder.problems import Problem, by_id
from deepcoder.remote import AWAY_S, RemotePool
from deepcoder.verdicts import Judgement, Submission, Verdict

T = TypeVar("T")

MOST_CALLS = 1024  # at once in one process; more wait
POOL_VARIABLE, DATA_VARIABLE = "DEEPCODER_POOL", "DEEPCODER_DATA"
PROMPT_END_VARIABLE = "DEEPCODER_PROMPT_END"  # what the chat template adds behind every prompt


class Unjudged(Exception):
    """Say that there is no verdict, by no fault of the program: no reward may come from it."""


@dataclass(frozen=True)
class Judging:
    """A pool, and the problems that calls name by id."""

    pool: Pool
    problems: Mapping[str, Problem]

    def problem(self, problem_id: str) -> Problem:
        """Return the problem.

        Raises:
            ValueError: There is no such problem.
        """
        if problem_id not in self.problems:
            raise ValueError(f"problem {problem_id!r} is not in the data: give the id of one of its problems")
        return self.problems[problem_id]

    def submission(self, problem_id: str, completion: Completion, prompt_end: str = "") -> Submission:
        """Return the completion as it is judged. `prompt_end`: what the chat template adds behind every prompt.

        Raises:
            ValueError: There is no such problem.
        """
        return Submission.of(self.problem(problem_id), completion, prompt_end or None)

    def judge(self, submission: Submission) -> Judgement:
        """Return the judgement.

        Raises:
            Unjudged: There is no verdict.
        """
        [judgement] = self.pool.judge([submission])
        if judgement.verdict is Verdict.IE:
            raise Unjudged(judgement.detail or "the program was not judged")
        return judgement


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Call the function in a thread, while other tasks of the event loop go on."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), function, *arguments)


def connect(pool: str, data: str, deadline_s: float = BATCH_DEADLINE_S) -> Judging:
    """Return the pool and the problems. A process connects to a pool, and loads problems, once.

    Calls that come while another one connects have its result. A call after one that failed tries again.

    Args:
        pool: The URL of a service, as `http://any:TOKEN@head:8080`, or the name of a pool on this Ray cluster.
        data: What `load_problems` takes.
        deadline_s: Seconds that a call may take. What is not judged by then is not judged at all.

    Raises:
        ConnectionError: The cluster has no such pool.
        ValueError, DataError: The pool cannot judge the problems, or they cannot be loaded.
    """
    key = pool, data, deadline_s
    with _lock:
        found = _connections.get(key)
        if is_first := found is None:
            found = _connections[key] = Future()
    if is_first:
        try:
            found.set_result(_connected(*key))
        except BaseException as error:
            with _lock:
                _connections.pop(key, None)
            found.set_exception(error)
    return found.result()


def connect_by_environment(deadline_s: float = BATCH_DEADLINE_S) -> Judging:
    """Return what DEEPCODER_POOL and DEEPCODER_DATA name, for a framework that hands no settings over.

    Raises:
        ValueError: A variable is not set.
        ConnectionError, DataError: As for `connect`.
    """
    pool, data = (os.environ.get(name, "") for name in (POOL_VARIABLE, DATA_VARIABLE))
    if not pool or not data:
        raise ValueError(
            f"set {POOL_VARIABLE} to a service's URL or a pool's name, and {DATA_VARIABLE} to its problems"
        )
    return connect(pool, data, deadline_s)


_lock = threading.Lock()
_connections: dict[tuple[str, str, float], Future[Judging]] = {}  # those that were made, or are being made


def _connected(pool: str, data: str, deadline_s: float) -> Judging:
    found: Pool
    if pool.startswith(("http://", "https://")):
        found = RemotePool(pool, deadline_s=deadline_s, away_s=min(AWAY_S, deadline_s))
    else:
        from deepcoder.pool import SandboxPool  # which needs Ray

        found = SandboxPool.attach(pool)
        found.deadline_s = deadline_s
    problems = problems_of(data)
    found.check_problems(problems.values())
    return Judging(found, problems)


@functools.cache
def problems_of(data: str) -> dict[str, Problem]:
    """Return the problems that `load_problems` finds, by their ids. A process loads them once."""
    return by_id(load_problems(data))


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="judging")
