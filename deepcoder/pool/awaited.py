"""A batch of a client that awaits its answers: many may be at work in one thread, and each may be given up.

Runs: in an asynchronous client of the pool, such as the service.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from deepcoder.judge import without_program
from deepcoder.pool.calls import Answers
from deepcoder.pool.connection import Connection
from deepcoder.pool.pending import ANSWER_GRACE_S, RETRY_SEND_S, first_line, send
from deepcoder.pool.schedule import unjudged
from deepcoder.pool.store import ProblemStore
from deepcoder.verdicts import Submission

log = logging.getLogger(__name__)


async def judged(
    connection: Connection, store: ProblemStore, submissions: Sequence[Submission], deadline_s: float, fresh: bool
) -> AsyncIterator[Answers]:
    """Yield pairs of index and judgement as they come, several at once; IE for those that do not come.

    What is missing is sent again where a lost coordinator owes it.
    """
    end = time.monotonic() + deadline_s
    missing: dict[int, Submission] = {}
    for index, submission in enumerate(submissions):
        if submission.program is None:
            yield [(index, without_program(submission))]
        else:
            missing[index] = submission
    why = "not judged"
    while missing and time.monotonic() < end:
        stream: Any = None
        try:
            stream = send(connection, store, missing, end, fresh)
            while missing:
                answers = await asyncio.wait_for(_next(stream), end + ANSWER_GRACE_S - time.monotonic())
                yield [answer for answer in answers if missing.pop(answer[0], None) is not None]
        except RayTaskError as error:  # the coordinator is there, and would fail again
            why = f"the pool failed: {first_line(error)}"
            break
        except (StopAsyncIteration, RayError) as error:  # Ray starts the coordinator again, unless the pool has ended
            log.warning("retry: the pool's coordinator was lost: %s", first_line(error))
        except (TimeoutError, ConnectionError) as error:
            why = f"the pool failed: {error or 'it did not answer in time'}"
            break
        finally:
            if stream is not None and missing:
                ray.cancel(stream, recursive=False)  # else the workers would go on for nothing
        if missing:
            await asyncio.sleep(RETRY_SEND_S)
            try:
                connection.renew()
            except (ConnectionError, RayError) as error:
                why = f"the pool failed: {first_line(error)}"
                if isinstance(error, ConnectionError):
                    break
    yield [(index, unjudged(len(each.problem.tests), why)) for index, each in missing.items()]


async def _next(stream: Any) -> Answers:
    """Wait for the next answers of a stream.

    Raises:
        RayError: The coordinator is lost.
        StopAsyncIteration: The coordinator has dropped this client as silent.
    """
    answers: Answers = await (await anext(stream))
    return answers
