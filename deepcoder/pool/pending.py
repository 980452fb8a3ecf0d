"""A client's batch while it is judged: cut into windows, sent, and sent again where a lost coordinator owes answers.

Runs: in every client of the pool.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from deepcoder.judge import without_program
from deepcoder.pool.connection import Connection
from deepcoder.pool.store import ProblemStore
from deepcoder.verdicts import Judgement, Submission

log = logging.getLogger(__name__)

WINDOW = 5000  # submissions sent at once; a second window waits meanwhile
WINDOW_BYTES = 256 << 20  # of tests sent at once
ANSWER_GRACE_S = 15.0  # for the coordinator's last answer to arrive after the deadline
RETRY_SEND_S = 0.5  # between two tries to reach a coordinator that was lost


class _Window(NamedTuple):
    """A part of a batch that was sent at once."""

    missing: dict[int, Submission]  # the submissions without an answer, by index in the batch
    size: int


def send(
    connection: Connection, store: ProblemStore, submissions: Mapping[int, Submission], end: float, fresh: bool
) -> Any:
    """Send these submissions, to be judged before `end`; return the stream of their answers."""
    coordinator: Any = connection.coordinator()
    problems, requests = store.requests(submissions.items())
    return coordinator.judge.options(num_returns="streaming").remote(
        connection.client, problems, requests, max(0.0, end - time.monotonic()), fresh
    )


class PendingBatch:
    """One call of `SandboxPool.judge`.

    The mutable state: the windows that were sent and are not fully answered, by the stream of their answers.
    """

    def __init__(self, connection: Connection, store: ProblemStore, deadline_s: float, fresh: bool) -> None:
        self._connection = connection
        self._store = store
        self._deadline_s = deadline_s
        self._end = time.monotonic() + deadline_s
        self._fresh = fresh
        self._sent: dict[Any, _Window] = {}

    def judgements(self, submissions: Sequence[Submission]) -> Iterator[tuple[int, Judgement]]:
        """Yield pairs of index and judgement as the coordinator sends them, until all are there or the pool fails."""
        programs = []
        for index, submission in enumerate(submissions):
            if submission.program is None:
                yield index, without_program(submission)
            else:
                programs.append((index, submission))
        windows = _windows(programs)
        coming = next(windows, None)
        try:
            try:
                while coming or self._sent:
                    # Two windows, so that the workers have work while the next tests are loaded, but no more.
                    while coming and self._unanswered() <= 1:
                        self._sent[self._send(coming)] = _Window(coming, len(coming))
                        coming = next(windows, None)
                    yield from self._next_answers()
            finally:
                for stream in self._sent:
                    ray.cancel(stream, recursive=False)  # else the workers would go on for nothing
        except GetTimeoutError:
            log.error("the pool's coordinator did not answer within %.0f s", self._deadline_s + ANSWER_GRACE_S)
        except (RayError, ConnectionError) as error:
            log.error("the pool failed, the rest of the batch is not judged: %s", error)

    def _unanswered(self) -> float:
        """Return how many windows have no answer, counting a half-answered one as a half."""
        return sum(len(window.missing) / window.size for window in self._sent.values())

    def _send(self, submissions: Mapping[int, Submission]) -> Any:
        return send(self._connection, self._store, submissions, self._end, self._fresh)

    def _next_answers(self) -> Iterator[tuple[int, Judgement]]:
        """Wait for the next answers of any window.

        A window is sent again if its stream ends early: the coordinator was lost, or has dropped this client as silent.

        Raises:
            GetTimeoutError: The coordinator does not answer.
            ConnectionError: The pool is gone.
        """
        ready, _ = ray.wait(list(self._sent), timeout=self._remaining_s())
        if not ready:
            raise GetTimeoutError("the coordinator did not answer")
        stream: Any = ready[0]
        window, is_over = self._sent[stream], False
        try:
            for index, judgement in ray.get(next(stream), timeout=self._remaining_s()):
                if window.missing.pop(index, None) is not None:
                    yield index, judgement
        except StopIteration:
            is_over = True
        except (GetTimeoutError, RayTaskError):  # of the second: the coordinator is there, and would fail again
            raise
        except RayError as error:  # Ray starts the coordinator again, unless the pool has ended
            log.warning("retry: the pool's coordinator was lost: %s", first_line(error))
            is_over = True
        if is_over or not window.missing:
            del self._sent[stream]
        if is_over and window.missing:
            self._send_again(window)

    def _send_again(self, window: _Window) -> None:
        """Send what is missing of a window, as soon as the coordinator can be reached.

        Raises:
            ConnectionError: The pool is gone, or was closed here.
        """
        while time.monotonic() < self._end:
            if self._connection.is_closed.wait(RETRY_SEND_S):
                raise ConnectionError("the pool was closed meanwhile")
            try:
                self._connection.renew()
                self._sent[self._send(window.missing)] = window
                return
            except RayError as error:
                log.warning("retry: the pool's coordinator cannot be reached for now: %s", first_line(error))

    def _remaining_s(self) -> float:
        return max(0.0, self._end + ANSWER_GRACE_S - time.monotonic())


def first_line(error: Exception) -> str:
    """Return the first line of an error of Ray's, which has many."""
    return str(error).partition("\n")[0]


def _windows(submissions: Sequence[tuple[int, Submission]]) -> Iterator[dict[int, Submission]]:
    """Cut a batch into windows, problem after problem: a batch need not fit into memory."""
    by_problem: dict[int, list[tuple[int, Submission]]] = {}
    for index, submission in submissions:
        by_problem.setdefault(id(submission.problem), []).append((index, submission))
    window: dict[int, Submission] = {}
    window_bytes = 0
    for group in by_problem.values():
        size = group[0][1].problem.size
        if window and window_bytes + size > WINDOW_BYTES:
            yield window
            window, window_bytes = {}, 0
        window_bytes += size
        for index, submission in group:
            window[index] = submission
            if len(window) == WINDOW:
                yield window
                window, window_bytes = {}, size
    if window:
        yield window
