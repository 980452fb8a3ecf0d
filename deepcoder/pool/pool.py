"""SandboxPool: starts workers on Ray, or joins those that another process started, and judges batches on them.

Runs: GPU node. The coordinator does all scheduling. A client has only its batch, the batch's deadline and its order.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Self

import ray
from ray.exceptions import RayError

from deepcoder.pool import clusters, launch, ray_internals
from deepcoder.pool.alarm import Alarm
from deepcoder.pool.awaited import judged
from deepcoder.pool.base import BATCH_DEADLINE_S, Pool, Progress
from deepcoder.pool.calls import Answers
from deepcoder.pool.connection import Connection
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Size
from deepcoder.pool.pending import PendingBatch
from deepcoder.pool.schedule import unjudged
from deepcoder.pool.state import State
from deepcoder.pool.store import ProblemStore
from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.runs import USUAL_LIMITS, Ran
from deepcoder.runs import submissions as runs_of
from deepcoder.sandbox import SandboxConfig, resolve
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire.messages import Given

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 60.0  # for the coordinator to end the workers
MOST_BEGUN = 10_000  # calls of `begin` at work; the next one waits


class SandboxPool(Pool):
    """Sandboxes that judge in parallel, one per worker.

    Use as a context manager: leaving it leaves nothing behind. A pickled pool is a client of the same workers, and
    so is what `attach` returns.

    Args:
        workers: Sandboxes to have. When not given: as many as the cluster has room for, now and later.
        sandbox: "docker", "process", or "auto": Docker where an engine answers; or a whole `SandboxConfig`.
        deadline_s: Seconds that a batch may take. What is not judged by then is IE.
        name: The pool's name, by which other processes find it. It is the only one of that name on the cluster. A name
            is made up when none is given.
        max_workers: The most workers to have while work waits. Those that have been without work for a minute are given
            back.
        resource: A custom resource of Ray of which a sandbox takes one. Each node then says how many it takes, and so
            may GPU nodes. When not given, a sandbox takes one CPU of a node without GPUs. A Ray that the pool starts
            itself has as many of the resource as it has CPUs.
    """

    _kind: type[Coordinator] = Coordinator

    def __init__(
        self,
        workers: int | None = None,
        sandbox: str | SandboxConfig = "auto",
        deadline_s: float = BATCH_DEADLINE_S,
        name: str = "",
        max_workers: int | None = None,
        resource: str = "",
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        if max_workers is not None and max_workers < (workers or 1):
            raise ValueError(f"max_workers must be at least workers, which is {workers or 1}, not {max_workers}")
        self.workers = workers
        self.max_workers = max_workers
        self.resource = resource
        self.config = SandboxConfig(kind=sandbox) if isinstance(sandbox, str) else sandbox
        self.deadline_s = deadline_s
        self.name = name or f"pool-{uuid.uuid4().hex[:8]}"
        self._address: clusters.Address | None = None
        self._become_client()

    def _become_client(self) -> None:
        """Set what a pickled pool does not take along."""
        self._owns_pool = False
        self._leave_ray: Callable[[], None] | None = None
        self._connection = Connection(self.name, self._address)
        self._begun: deque[Any] = deque()  # calls of `begin` at work
        self._store = ProblemStore()
        self._alarm = Alarm()

    @classmethod
    def attach(cls, name: str) -> Self:
        """Return a client of the pool that has this name, on the cluster of RAY_ADDRESS or of this process.

        The client ends with the process that made it. Closing a client leaves the pool to the others.

        Raises:
            ConnectionError: The cluster does not answer, or has no such pool.
        """
        if not os.environ.get("RAY_ADDRESS") and not ray.is_initialized():
            raise ConnectionError("set RAY_ADDRESS to the cluster that the pool is on")
        pool = cls(name=name)
        pool._leave_ray = clusters.connect(None)
        pool._address = clusters.current_address()
        pool._connection = Connection(name, pool._address)
        try:
            pool.workers, pool.config, _ = pool._connection.ask("settings")
        except RayError as error:
            pool.close()
            raise ConnectionError(f"the pool {name} does not answer: {error}") from error
        except BaseException:
            pool.close()
            raise
        return pool

    def __enter__(self) -> Self:
        """Start the workers and wait for the first. A client is returned as it is.

        Raises:
            ConnectionError: RAY_ADDRESS names a cluster that does not answer, or Ray does not start here.
            SandboxUnavailable: No worker could start a sandbox; the message says why.
        """
        if self.is_started:
            return self
        self._leave_ray = clusters.connect(self.workers, self.resource)
        try:
            self._address = clusters.current_address()
            is_ours = ray_internals.is_ray_started_here()
            on_gpu_nodes = is_ours or bool(self.resource) or not self.config.worker_cpus
            size = Size(self.workers, self.max_workers, self.resource, on_gpu_nodes)
            self.config = resolve(self.config) if is_ours else launch.resolve_on_cluster(self.config, size)
            coordinator = launch.start_coordinator(self._kind, self.name, self.config, size)
            self._owns_pool = True
            self._connection = Connection(self.name, self._address, coordinator)
            self.workers = launch.first_state(coordinator).workers
        except RayError as error:
            self.close()
            raise ConnectionError(f"the Ray cluster does not start the pool: {error}") from error
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """End the workers and their sandboxes, and Ray if it was started for this pool; a client only leaves.

        Safe to repeat.
        """
        coordinator = self._connection.close()
        if coordinator is not None and self._owns_pool:
            try:
                try:
                    ray.get(coordinator.close.remote(), timeout=CLOSE_TIMEOUT_S)
                finally:
                    ray.kill(coordinator)
            except RayError as error:
                log.warning("the pool's coordinator did not close: %s", error)
        leave = self._leave_ray
        self._address = None
        self._become_client()
        if leave is not None:
            leave()

    def __getstate__(self) -> dict[str, Any]:
        names = ("workers", "max_workers", "resource", "config", "deadline_s", "name", "_address")
        return {name: self.__dict__[name] for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._become_client()

    def __repr__(self) -> str:
        if not self._connection.is_open:
            return f"<SandboxPool {self.name}: not started>"
        try:
            return f"<SandboxPool {self.name}: {self.config.kind}, {self.state()}>"
        except (RayError, ConnectionError):  # its coordinator may be starting again
            return f"<SandboxPool {self.name}: {self.config.kind}, does not answer>"

    @property
    def is_started(self) -> bool:
        """Return whether the pool is on a cluster: its workers were started, here or by another client."""
        return self._address is not None

    def state(self) -> State:
        state: State = self._connection.ask("state")
        return state

    def judge(
        self, submissions: Sequence[Submission], progress: Progress | None = None, fresh: bool = False
    ) -> list[Judgement]:
        self._check_if_it_answers(submissions)
        judgements = [unjudged(len(submission.problem.tests), "not judged") for submission in submissions]
        pending = PendingBatch(self._connection, self._store, self.deadline_s, fresh)
        for index, judgement in pending.judgements(submissions):
            judgements[index] = judgement
            if progress is not None:
                progress(index, judgement)
        self._alarm.hear(judgements, time.monotonic())
        return judgements

    def run(
        self, programs: Sequence[Program], inputs: Sequence[Given | bytes | str], limits: Limits = USUAL_LIMITS
    ) -> list[Ran]:
        return [Ran.of(each) for each in self.judge(runs_of(programs, inputs, limits), fresh=True)]

    async def judge_async(self, submissions: Sequence[Submission], fresh: bool = False) -> AsyncIterator[Answers]:
        """Yield indices and judgements as they come. What is not awaited any more is not judged any more.

        The caller has to call `check` before, which may block.
        """
        async for answers in judged(self._connection, self._store, submissions, self.deadline_s, fresh):
            self._alarm.hear([judgement for _, judgement in answers], time.monotonic())
            yield answers

    def begin(self, submissions: Sequence[Submission]) -> None:
        """Have these judged ahead of a later call of `judge`, which then finds them in the cache or at work.

        Returns at once, unless more than MOST_BEGUN calls of `begin` are at work: then it waits for the oldest.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have, or they lack a language.
            ConnectionError: The cluster has no such pool, or fails.
        """
        self.check(submissions)
        try:
            coordinator: Any = self._connection.coordinator()
            problems, requests = self._store.requests(enumerate(submissions))
            self._begun.append(coordinator.begin.remote(self._connection.client, problems, requests, self.deadline_s))
            if len(self._begun) > MOST_BEGUN:
                ray.wait([self._begun.popleft()], timeout=self.deadline_s)
        except RayError as error:
            raise ConnectionError(f"the pool failed: {error}") from error

    def languages(self) -> dict[str, str]:
        return self._connection.languages()

    @property
    def memory_bytes(self) -> int:
        return self.config.memory_bytes
