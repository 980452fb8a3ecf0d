"""ShardedPool: several pools as one, each with a coordinator of its own. docs/sizing.md says when one is not enough.

Runs: in every client.
"""

from __future__ import annotations

import threading
import uuid
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import fields, replace
from typing import Any, Self, TypeVar

from deepcoder.pool import clusters
from deepcoder.pool.base import BATCH_DEADLINE_S, Pool, Progress
from deepcoder.pool.pool import SandboxPool
from deepcoder.pool.state import NodeState, State
from deepcoder.problems import Limits
from deepcoder.programs import Program
from deepcoder.runs import USUAL_LIMITS, Ran
from deepcoder.sandbox import SandboxConfig
from deepcoder.verdicts import Judgement, Submission
from deepcoder.wire.messages import Given

T = TypeVar("T")


class ShardedPool(Pool):
    """Pools that share the work by problem: what is learned of a problem, and cached, is in one of them.

    Idle workers of one shard do not help another, so have no more shards than needed. Use as a context manager. A
    pickled pool is a client of the same workers.

    Args:
        coordinators: The number of shards.
        workers: Sandboxes of all shards together.
        sandbox, deadline_s, resource: As for `SandboxPool`.
        name: By which other processes find it; made up when none is given.
    """

    _kind: type[SandboxPool] = SandboxPool

    def __init__(
        self,
        coordinators: int,
        workers: int,
        sandbox: str | SandboxConfig = "auto",
        deadline_s: float = BATCH_DEADLINE_S,
        name: str = "",
        resource: str = "",
    ) -> None:
        if not 1 <= coordinators <= workers:
            raise ValueError(f"coordinators must be from 1 to workers, which is {workers}, not {coordinators}")
        self.workers = workers
        self.resource = resource
        self.name = name or f"pool-{uuid.uuid4().hex[:8]}"
        self._shards = [
            self._kind(share, sandbox, deadline_s, _name(self.name, number), resource=resource)
            for number, share in enumerate(_shares(workers, coordinators))
        ]
        self._life = ExitStack()

    @classmethod
    def attach(cls, name: str, coordinators: int) -> Self:
        """Return a client of the pool that has this name and so many shards: see `SandboxPool.attach`.

        Raises:
            ConnectionError: The cluster does not answer, or has no such pool.
        """
        pool = cls(coordinators, coordinators, name=name)
        with ExitStack() as life:
            pool._shards = [life.enter_context(cls._kind.attach(_name(name, number))) for number in range(coordinators)]
            pool._life = life.pop_all()
        pool.workers = sum(shard.workers or 0 for shard in pool._shards)
        return pool

    def __enter__(self) -> Self:
        """Start all shards; see `SandboxPool.__enter__`. A client is returned as it is."""
        with ExitStack() as life:
            is_client = self._shards[0].is_started
            if not is_client and (leave := clusters.connect(self.workers, self.resource)) is not None:
                life.callback(leave)
            for shard in self._shards:
                life.enter_context(shard)
            self._life = life.pop_all()
        return self

    def close(self) -> None:
        self._life.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_life": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= {**state, "_life": ExitStack()}

    def judge(
        self, submissions: Sequence[Submission], progress: Progress | None = None, fresh: bool = False
    ) -> list[Judgement]:
        told = threading.Lock()

        def judged(shard: SandboxPool, indices: Sequence[int]) -> list[Judgement]:
            def tell(index: int, judgement: Judgement) -> None:
                if progress is not None:
                    with told:
                        progress(indices[index], judgement)

            return shard.judge([submissions[index] for index in indices], tell, fresh)

        self._check_if_it_answers(submissions)
        return self._shared(self._by_problem(submissions), judged)

    def run(
        self, programs: Sequence[Program], inputs: Sequence[Given | bytes | str], limits: Limits = USUAL_LIMITS
    ) -> list[Ran]:
        def ran(shard: SandboxPool, indices: Sequence[int]) -> list[Ran]:
            return shard.run([programs[index] for index in indices], [inputs[index] for index in indices], limits)

        if len(programs) != len(inputs):
            raise ValueError(f"there are {len(programs)} programs, but {len(inputs)} inputs")
        count = len(self._shards)
        return self._shared([range(number, len(programs), count) for number in range(count)], ran)

    def begin(self, submissions: Sequence[Submission]) -> None:
        for shard, indices in zip(self._shards, self._by_problem(submissions), strict=True):
            if indices:
                shard.begin([submissions[index] for index in indices])

    def state(self) -> State:
        return _sum(shard.state() for shard in self._shards)

    def languages(self) -> dict[str, str]:
        first, *others = [shard.languages() for shard in self._shards]
        return {name: version for name, version in first.items() if all(name in each for each in others)}

    @property
    def memory_bytes(self) -> int:
        return self._shards[0].memory_bytes

    def _by_problem(self, submissions: Sequence[Submission]) -> list[list[int]]:
        """Return the indices of the submissions that belong to each shard."""
        found: list[list[int]] = [[] for _ in self._shards]
        for index, each in enumerate(submissions):
            found[zlib.crc32(each.problem.problem_id.encode("utf-8", "surrogatepass")) % len(found)].append(index)
        return found

    def _shared(
        self, parts: Sequence[Sequence[int]], ask: Callable[[SandboxPool, Sequence[int]], Sequence[T]]
    ) -> list[T]:
        """Have each shard answer its part at the same time, and return the answers in the order of the indices."""
        with ThreadPoolExecutor(len(self._shards)) as threads:
            asked = [
                (indices, threads.submit(ask, shard, indices))
                for shard, indices in zip(self._shards, parts, strict=True)
                if indices
            ]
            answers = [pair for indices, answer in asked for pair in zip(indices, answer.result(), strict=True)]
        return [answer for _, answer in sorted(answers, key=lambda pair: pair[0])]


def _name(name: str, number: int) -> str:
    return f"{name}.{number}"


def _shares(workers: int, shards: int) -> list[int]:
    """Return how many workers each shard has; they differ by one at most."""
    return [workers // shards + (number < workers % shards) for number in range(shards)]


def _sum(states: Iterable[State]) -> State:
    """Return the state of all shards together."""
    every = list(states)
    nodes: dict[str, NodeState] = {}
    for each in (node for state in every for node in state.nodes):
        nodes[each.node] = _added(nodes[each.node], each) if each.node in nodes else each
    total: dict[str, Any] = {
        field.name: sum(getattr(state, field.name) for state in every)
        for field in fields(State)
        if field.name not in ("failures", "nodes", "is_hopeless")
    }
    return State(
        **total,
        failures=tuple(dict.fromkeys(failure for state in every for failure in state.failures)),
        nodes=tuple(nodes.values()),
        is_hopeless=any(state.is_hopeless for state in every),
    )


def _added(one: NodeState, other: NodeState) -> NodeState:
    counted = ("workers", "alive", "busy", "tests")
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in counted})
