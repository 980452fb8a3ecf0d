"""Pool: what a client may ask of a pool, on this cluster or over HTTP.

Runs: in every client. Needs no Ray.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from deepcoder.pool.session import Session
from deepcoder.pool.state import State
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.programs import Program
from deepcoder.runs import USUAL_LIMITS, Ran
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire.languages import PYTHON, check_functions, language
from deepcoder.wire.messages import Given

BATCH_DEADLINE_S = 1500.0  # below the 1,800 s after which a process group gives its ranks up

log = logging.getLogger(__name__)

Progress = Callable[[int, Judgement], None]


class Pool(ABC):
    """Define all workers as a trainer sees them. Use as a context manager."""

    @abstractmethod
    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Leave the pool. Safe to repeat."""

    @abstractmethod
    def judge(
        self, submissions: Sequence[Submission], progress: Progress | None = None, fresh: bool = False
    ) -> list[Judgement]:
        """Return one judgement per submission, in order; IE for what could not be judged.

        Never raises for a failed sandbox.

        Equal programs for equal problems are judged once, and the judgement is cached. A problem's tests run in the
        order that is likely to fail soonest. `fresh` switches off both: every submission is judged anew, and its tests
        run in their own order. `progress` is called with each index and judgement as it comes.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have, or they lack a language.
        """

    @abstractmethod
    def run(
        self, programs: Sequence[Program], inputs: Sequence[Given | bytes | str], limits: Limits = USUAL_LIMITS
    ) -> list[Ran]:
        """Run each program once on what it is given, and return what happened, in order, without a verdict.

        It goes the way of `judge`, with the same retries, but nothing is cached. Where we failed there is no outcome.

        Raises:
            ValueError: The memory limit is above what the pool's sandboxes have, or they lack a language.
        """

    def session(self, limits: Limits = USUAL_LIMITS) -> Session:
        """Return a session: programs that run one after the other on the files that they leave each other."""
        return Session(self, limits)

    @abstractmethod
    def begin(self, submissions: Sequence[Submission]) -> None:
        """Have these judged ahead of a later call of `judge`, which then finds them in the cache or at work.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have, or they lack a language.
            ConnectionError: The pool cannot be reached.
        """

    @abstractmethod
    def state(self) -> State:
        """Return how many workers there are and are busy, how much waits, and what was done so far.

        Raises:
            ConnectionError: The pool is gone.
        """

    @abstractmethod
    def languages(self) -> dict[str, str]:
        """Return the languages that every worker of the pool has: their versions, by name.

        There are none before the first worker has started.

        Raises:
            ConnectionError: The pool does not answer.
        """

    @property
    @abstractmethod
    def memory_bytes(self) -> int:
        """Return the largest memory limit that a problem may have."""

    def check(self, submissions: Sequence[Submission]) -> None:
        """Check before anything is judged that the sandboxes can judge these submissions.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have, or they lack a language, or
                cannot call functions of programs in it.
            ConnectionError: The pool does not answer.
        """
        self.check_limits(submission.problem for submission in submissions)
        for each in submissions:
            if each.program is not None and each.problem.mode is Mode.FUNCTION:
                check_functions(language(each.program.language))
        self.check_languages({name: each.problem.problem_id for each in submissions for name in each.languages})

    def _check_if_it_answers(self, submissions: Sequence[Submission]) -> None:
        """Check these submissions as `check` does, unless the pool does not answer: judging will try again."""
        try:
            self.check(submissions)
        except ConnectionError as error:
            log.warning("submissions are not checked: %s", error)

    def check_problems(self, problems: Collection[Problem]) -> None:
        """Check before a long run that the sandboxes can judge programs for these problems.

        Raises:
            ValueError: A problem needs more memory than the pool's sandboxes have, or a language that they lack.
            ConnectionError: The pool does not answer.
        """
        self.check_limits(problems)
        self.check_languages({name: each.problem_id for each in problems for name in each.languages})

    def check_languages(self, wanted: Mapping[str, str]) -> None:
        """Check that the pool judges these languages; each has the id of a problem that wants it.

        Raises:
            ValueError: The pool's sandboxes lack a language.
            ConnectionError: The pool does not answer.
        """
        if wanted.keys() <= {PYTHON.name}:  # which every sandbox has
            return
        has = self.languages()
        if not has:  # no worker has started yet: a worker will tell
            return
        for name, problem_id in wanted.items():
            if name not in has:
                raise ValueError(
                    f"{problem_id}: the pool's sandboxes cannot run {language(name).title}; they have "
                    f"{', '.join(has)} (docs/languages.md says how to add one)"
                )

    def check_limits(self, problems: Iterable[Problem]) -> None:
        """Check before a long run that the sandboxes are large enough for these problems.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have.
        """
        for problem in problems:
            if problem.limits.memory_bytes > self.memory_bytes:
                raise ValueError(
                    f"{problem.problem_id}: limits.memory_bytes is {problem.limits.memory_bytes}, but the pool's "
                    f"sandboxes have {self.memory_bytes}: give SandboxConfig more memory_bytes"
                )
