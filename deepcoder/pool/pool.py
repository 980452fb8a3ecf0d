"""SandboxPool: starts workers on Ray, or joins those that another process started, and judges batches on them.

Runs: GPU node. All scheduling is in the coordinator; here are only the batch, its deadline and its order, and what has
not been answered: should the coordinator be lost, it is asked again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import os
import socket
import threading
import time
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import ray
from ray._raylet import Config  # type: ignore[attr-defined]
from ray.actor import ActorHandle
from ray.exceptions import GetTimeoutError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from deepcoder.judge import without_program
from deepcoder.lru import Lru
from deepcoder.pool import local, nodes
from deepcoder.pool.alarm import Alarm
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Crew, Size
from deepcoder.pool.dispatcher import Known, Request
from deepcoder.pool.packed import PackedTests
from deepcoder.pool.schedule import unjudged
from deepcoder.pool.state import State
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable, resolve
from deepcoder.verdicts import Judgement, Submission

log = logging.getLogger(__name__)

NAMESPACE = "deepcoder"
DEADLINE_S = 1500.0  # below the 1,800 s after which a process group gives its ranks up
SOON_S, START_S = 30.0, 300.0  # for a worker to start, and for one that first must fetch an image, say
ROOM_S = 900.0  # for a cluster to grow where it has no room for any
NO_ROOM = "no worker has started yet (%s): waiting for up to %.0f minutes, in which the cluster may grow"
GRACE_S = 15.0  # for the coordinator's last answer to arrive after the deadline
PROBE_S = 5.0
KEPT_PROBLEMS, KEPT_BYTES = 4096, 1 << 30  # in the object store; bytes of tests
WINDOW, WINDOW_BYTES = 5000, 256 << 20  # submissions and bytes of tests sent at once; a second window waits meanwhile
MOST_CALLS = 100_000  # of all clients that are under way, signs of life among them
MOST_BEGUN = 10_000  # calls of `begin` that are under way; the next one waits
BEAT_S = 2.0  # between two signs of life
ASK_AGAIN_S = 0.5

Progress = Callable[[int, Judgement], None]


class SandboxPool:
    """Sandboxes that judge in parallel, one per worker.

    Use as a context manager: leaving it leaves nothing behind. A pickled pool is a client of the same workers, and
    so is what `attach` returns.

    Args:
        workers: Sandboxes to have; as many as the cluster has room for, now and later, when not given.
        sandbox: "docker", "process", or "auto": Docker where an engine answers; or a whole `SandboxConfig`.
        deadline_s: Seconds that a batch may take; what is not judged by then is IE.
        name: By which other processes find it, the only one of that name on the cluster; one is made up when not given.
        max_workers: As many may be asked for while work waits; those without work are given back after a minute.
        resource: A custom resource of Ray of which a sandbox takes one. Nodes then say how many they take, GPU nodes
            too; when not given, a sandbox takes one CPU of a node without GPUs. A Ray that the pool starts itself has
            as many as it has CPUs.
    """

    _kind: type[Coordinator] = Coordinator

    def __init__(
        self,
        workers: int | None = None,
        sandbox: str | SandboxConfig = "auto",
        deadline_s: float = DEADLINE_S,
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
        self._address = self._auth_mode = ""
        self._be_client()

    def _be_client(self) -> None:
        self._owns_pool = False
        self._leave_ray: Callable[[], None] | None = None
        self._client = uuid.uuid4().hex[:8]
        self._coordinator: ActorHandle[Coordinator] | None = None
        self._is_over = threading.Event()
        self._begun: deque[Any] = deque()  # what `begin` has under way
        # Problems that are in the object store, so that each crosses to a node once, not once per completion.
        self._stored: Lru[int, _Stored] = Lru(KEPT_BYTES, KEPT_PROBLEMS)
        self._lock = threading.Lock()  # one thread may begin what another judges
        self._alarm = Alarm()

    @classmethod
    def attach(cls, name: str) -> Self:
        """A client of the pool that has this name, on the cluster that RAY_ADDRESS names or that this process is on.

        It ends with the process that started it. Closing a client leaves the pool to the others.

        Raises:
            ConnectionError: The cluster does not answer, or has no such pool.
        """
        if not os.environ.get("RAY_ADDRESS") and not ray.is_initialized():
            raise ConnectionError("set RAY_ADDRESS to the cluster that the pool is on")
        pool = cls(name=name)
        pool._leave_ray = connect(None)
        pool._address = ray.get_runtime_context().gcs_address
        pool._auth_mode = os.environ.get("RAY_AUTH_MODE", "")
        try:
            asked: Any = pool._attached().settings.remote()
            pool.workers, pool.config = ray.get(asked, timeout=GRACE_S)
        except RayError as error:
            pool.close()
            raise ConnectionError(f"the pool {name} does not answer: {error}") from error
        except BaseException:
            pool.close()
            raise
        return pool

    def __enter__(self) -> Self:
        """Start the workers and wait for the first. A client is what it is.

        Raises:
            ConnectionError: RAY_ADDRESS names a cluster that does not answer, or Ray does not start here.
            SandboxUnavailable: No worker could start a sandbox; the message says why.
        """
        if self._address:
            return self
        self._is_over = threading.Event()  # it may have been closed before
        self._leave_ray = connect(self.workers, self.resource)
        try:
            self._address = ray.get_runtime_context().gcs_address
            self._auth_mode = os.environ.get("RAY_AUTH_MODE", "")
            here = _is_our_own()
            size = Size(self.workers, self.max_workers, self.resource, on_gpu_nodes=here or bool(self.resource))
            self.config = resolve(self.config) if here else _resolved_there(self.config, size)
            self._coordinator = self._start(size)
            self.workers = self._first_started(self._coordinator).workers
            self._show_life()
        except RayError as error:
            self.close()
            raise ConnectionError(f"the Ray cluster does not start the pool: {error}") from error
        except BaseException:
            self.close()
            raise
        return self

    def _first_started(self, coordinator: Any) -> State:
        """The state once a worker has started. A cluster that has no room for any is given the time to grow.

        Raises:
            SandboxUnavailable: None has.
        """
        state: State = ray.get(coordinator.started.remote(SOON_S), timeout=SOON_S + GRACE_S)
        if state.alive == 0 and not state.is_hopeless:
            limit_s = START_S
            if state.unplaced == state.workers:
                limit_s = ROOM_S
                log.warning(NO_ROOM, state.failure or "no node has room for one", ROOM_S / 60)
            state = ray.get(coordinator.started.remote(limit_s), timeout=limit_s + GRACE_S)
        if state.alive == 0:
            raise SandboxUnavailable(state.failure or "no worker has started: the cluster has no room for one")
        return state

    def _start(self, size: Size) -> ActorHandle[Coordinator]:
        # On our own node: it shall be lost only when we are.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        actor: Any = ray.remote(self._kind).options(
            name=self.name,
            namespace=NAMESPACE,
            num_cpus=0,
            scheduling_strategy=here,
            max_restarts=-1,
            max_concurrency=MOST_CALLS,
        )
        try:
            coordinator: ActorHandle[Coordinator] = actor.remote(self.config, size)
        except ValueError:
            raise ValueError(
                f"a pool named {self.name} is on the cluster already: attach to it, or choose a name"
            ) from None
        self._owns_pool = True
        return coordinator

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and their sandboxes, and Ray if it was started for this pool; a client only leaves.

        Safe to repeat.
        """
        self._is_over.set()
        coordinator, self._coordinator = self._coordinator, None
        if coordinator is not None and self._owns_pool:
            try:
                try:
                    ray.get(coordinator.close.remote(), timeout=60)
                finally:
                    ray.kill(coordinator)
            except RayError as error:
                log.warning("the pool's coordinator did not close: %s", error)
        self._address, self._owns_pool = "", False
        self._stored.clear()
        self._begun.clear()
        leave, self._leave_ray = self._leave_ray, None
        if leave is not None:
            leave()

    def __getstate__(self) -> dict[str, Any]:
        kept = ("workers", "max_workers", "resource", "config", "deadline_s", "name", "_address", "_auth_mode")
        return {name: self.__dict__[name] for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._be_client()

    def __repr__(self) -> str:
        if self._coordinator is None:
            return f"<SandboxPool {self.name}: not started>"
        try:
            return f"<SandboxPool {self.name}: {self.config.kind}, {self.state()}>"
        except (RayError, ConnectionError):  # its coordinator may be starting again
            return f"<SandboxPool {self.name}: {self.config.kind}, does not answer>"

    def state(self) -> State:
        """How many workers there are, are busy, and how much waits."""
        reference: Any = self._attached().state.remote()
        state: State = ray.get(reference, timeout=GRACE_S)
        return state

    def _attached(self) -> ActorHandle[Coordinator]:
        """The coordinator; a pickled pool finds it by name at first use.

        Raises:
            ConnectionError: The cluster has no such pool.
        """
        with self._lock:
            if self._coordinator is None:
                if not self._address:
                    raise RuntimeError("the pool is not started: use `with SandboxPool(...) as pool:`")
                if not ray.is_initialized():
                    self._authenticate()
                    ray.init(address=self._address, namespace=NAMESPACE, logging_level=logging.WARNING)
                self._coordinator = self._found()
                self._show_life()
            return self._coordinator

    def _authenticate(self) -> None:
        """As whoever started the pool does: where clusters ask for a token, a process shows it only when told to."""
        if self._auth_mode and "RAY_AUTH_MODE" not in os.environ:
            os.environ["RAY_AUTH_MODE"] = self._auth_mode
            Config.initialize("")  # what Ray has read of the environment before, it would keep

    def _found(self) -> ActorHandle[Coordinator]:
        try:
            return ray.get_actor(self.name, namespace=NAMESPACE)
        except ValueError:
            raise ConnectionError(f"{self.name} is gone, or was never on this cluster") from None

    def _show_life(self) -> None:
        """As long as this pool is used: the coordinator drops what a client that is silent has asked for."""
        given = (self._coordinator, self._client, self._is_over)
        threading.Thread(target=_beat, args=given, name="deepcoder-beat", daemon=True).start()
        weakref.finalize(self, self._is_over.set)

    def judge(
        self, submissions: Sequence[Submission], progress: Progress | None = None, fresh: bool = False
    ) -> list[Judgement]:
        """One judgement per submission, in order; IE for what could not be judged. Never raises for a failed sandbox.

        Equal programs for equal problems are judged once, and their judgement is remembered. A problem's tests are run
        in the order that is likely to fail soonest. `fresh` asks for neither: judged anew, tests in their own order.
        `progress` is told each index and judgement as it comes.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have.
        """
        self.check_limits([each.problem for each in submissions])
        judgements = [unjudged(len(each.problem.tests), "not judged") for each in submissions]
        for index, judgement in self._judge(submissions, fresh):
            judgements[index] = judgement
            if progress is not None:
                progress(index, judgement)
        self._alarm.hear(judgements, time.monotonic())
        return judgements

    def begin(self, submissions: Sequence[Submission]) -> None:
        """Judge these for somebody who will ask for their judgements later: they need not wait then.

        It waits itself where much of what was begun earlier is not judged yet.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have.
            ConnectionError: The cluster has no such pool, or fails.
        """
        self.check_limits([each.problem for each in submissions])
        try:
            coordinator: Any = self._attached()
            asked = self._asked(list(enumerate(submissions)))
            self._begun.append(coordinator.begin.remote(self._client, *asked, self.deadline_s))
            if len(self._begun) > MOST_BEGUN:
                ray.wait([self._begun.popleft()], timeout=self.deadline_s)
        except RayError as error:
            raise ConnectionError(f"the pool failed: {error}") from error

    def check_limits(self, problems: Iterable[Problem]) -> None:
        """Ask before a long run whether the sandboxes are large enough for these problems.

        Raises:
            ValueError: A problem's memory limit is above what the pool's sandboxes have.
        """
        for each in problems:
            if each.limits.memory_bytes > self.config.memory_bytes:
                raise ValueError(
                    f"{each.problem_id}: limits.memory_bytes is {each.limits.memory_bytes}, but the pool's sandboxes "
                    f"have {self.config.memory_bytes}: give SandboxConfig more memory_bytes"
                )

    def _judge(self, submissions: Sequence[Submission], fresh: bool) -> Iterator[tuple[int, Judgement]]:
        """Pairs of index and judgement as the coordinator sends them, until all are there or the pool fails."""
        end = time.monotonic() + self.deadline_s
        programs = []
        for index, each in enumerate(submissions):
            if each.program is None:
                yield index, without_program(each.problem)
            else:
                programs.append((index, each))
        windows, sent = _windows(programs), dict[Any, _Window]()
        coming = next(windows, None)
        try:
            try:
                while coming or sent:
                    # A second one, so that the workers have work while the next tests are loaded, but no more.
                    while coming and sum(len(each.missing) / each.size for each in sent.values()) <= 1:
                        sent[self._send(coming, end, fresh)] = _Window(coming, len(coming))
                        coming = next(windows, None)
                    yield from self._answers(sent, end, fresh)
            finally:
                for stream in sent:
                    ray.cancel(stream)  # left early, it would keep the workers busy for nobody
        except GetTimeoutError:
            log.error("the pool's coordinator did not answer within %.0f s", self.deadline_s + GRACE_S)
        except (RayError, ConnectionError) as error:
            log.error("the pool failed, the rest of the batch is not judged: %s", error)

    def _answers(self, sent: dict[Any, _Window], end: float, fresh: bool) -> Iterator[tuple[int, Judgement]]:
        """What comes next of any window. What a lost coordinator, or one that took us for dead, owes is asked again.

        Raises:
            GetTimeoutError: The coordinator does not answer.
            ConnectionError: The pool is gone.
        """
        ready, _ = ray.wait(list(sent), timeout=max(0.0, end + GRACE_S - time.monotonic()))
        if not ready:
            raise GetTimeoutError("the coordinator did not answer")
        stream: Any = ready[0]
        window, is_over = sent[stream], False
        try:
            for index, judgement in ray.get(next(stream), timeout=max(0.0, end + GRACE_S - time.monotonic())):
                if window.missing.pop(index, None) is not None:
                    yield index, judgement
        except StopIteration:
            is_over = True
        except GetTimeoutError:
            raise
        except RayError as error:  # Ray starts it again, unless the pool has ended
            log.warning("the pool's coordinator was lost, it is asked again: %s", str(error).partition("\n")[0])
            is_over = True
        if is_over or not window.missing:
            del sent[stream]
        while is_over and window.missing and time.monotonic() < end:
            self._is_over.wait(ASK_AGAIN_S)
            try:
                self._found()
                sent[self._send(window.missing, end, fresh)] = window
                return
            except RayError as error:
                log.warning("the pool cannot be asked for now: %s", str(error).partition("\n")[0])

    def _send(self, submissions: Mapping[int, Submission], end: float, fresh: bool) -> Any:
        coordinator: Any = self._attached()
        asked = self._asked(list(submissions.items()))
        return coordinator.judge.options(num_returns="streaming").remote(
            self._client, *asked, max(0.0, end - time.monotonic()), fresh
        )

    def _asked(self, submissions: list[tuple[int, Submission]]) -> tuple[dict[str, Known], list[Request]]:
        problems: dict[str, Known] = {}
        requests = []
        for index, each in submissions:
            with self._lock:
                stored = self._store(each.problem)
            problems[stored.key] = stored.known
            if each.program is not None:
                requests.append(Request(index, stored.key, each.program))
        return problems, requests

    def _store(self, problem: Problem) -> _Stored:
        stored = self._stored.find(id(problem))
        if stored is None:
            tests = PackedTests.of(problem.tests)
            packed = dataclasses.replace(problem, tests=tests, prompt=(), reference=None)
            splits = problem.mode is Mode.STDIN  # a function's calls may depend on those before
            order = tests.longest_first() if splits else list(range(len(tests)))
            known = Known(ray.put(packed), order, splits, problem.limits.cpu_s, problem.problem_id)
            stored = _Stored(problem, key_of(problem, tests), known)
            self._stored.keep(id(problem), stored, tests.size)
        return stored


class _Window(NamedTuple):
    """A part of a batch that was sent at once."""

    missing: dict[int, Submission]  # by their places in the batch
    size: int


class _Stored(NamedTuple):
    problem: Problem  # held, so that no other problem gets its id
    key: str
    known: Known


_NO_TESTS = (TestCase("", ""),)  # a problem needs one


def key_of(problem: Problem, tests: PackedTests) -> str:
    """The same for problems on which every program fares the same, whatever they are called. `tests` are its own."""
    named = {"problem_id": "", "source": "", "where": "", "prompt": (), "code_prompt": "", "reference": None}
    rest: Any = dataclasses.replace(problem, tests=_NO_TESTS, **named)  # type: ignore[arg-type]
    return hashlib.blake2b(repr(rest).encode() + tests.digest(), digest_size=16).hexdigest()


def _windows(submissions: list[tuple[int, Submission]]) -> Iterator[dict[int, Submission]]:
    """Problem after problem, cut where it is much: a batch need not fit into memory."""
    by_problem: dict[int, list[tuple[int, Submission]]] = {}
    for each in submissions:
        by_problem.setdefault(id(each[1].problem), []).append(each)
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


def _beat(coordinator: Any, client: str, is_over: threading.Event) -> None:
    while not is_over.wait(BEAT_S):
        try:
            coordinator.beat.remote(client)
        except RayError as error:  # Ray was shut down
            log.debug("no sign of life any more: %s", error)
            return


def connect(workers: int | None, resource: str = "") -> Callable[[], None] | None:
    """Join the Ray cluster that RAY_ADDRESS names, or start a local Ray.

    Return what leaves or ends it; None where this process was on a Ray before.

    Raises:
        ConnectionError: RAY_ADDRESS names a cluster that does not answer, or Ray does not start here.
    """
    if ray.is_initialized():
        return None
    address = os.environ.get("RAY_ADDRESS")
    if address:
        probe(address)
        # Worker nodes need only Ray and the docker package: this one travels to them.
        package = str(Path(__file__).parents[1])
        try:
            ray.init(runtime_env={"py_modules": [package]}, namespace=NAMESPACE, logging_level=logging.WARNING)
        except ConnectionError as error:
            hint = "where the cluster asks for a token, set RAY_AUTH_MODE=token"
            raise ConnectionError(f"the Ray cluster at {address} does not let us in ({error}): {hint}") from None
        return ray.shutdown
    cpus = max(workers or 1, len(os.sched_getaffinity(0)))
    folder = local.start(cpus, resource, NAMESPACE)
    return partial(local.end, folder)


def _is_our_own() -> bool:
    """Whether this process has started the Ray that it is on, which then is nobody else's."""
    node = ray._private.worker.global_worker.node
    return node is not None and node.head


def _resolved_there(config: SandboxConfig, size: Size) -> SandboxConfig:
    """The configuration with "auto" decided by a node that a worker may be on, since ours may run no sandbox.

    Raises:
        SandboxUnavailable: There is no such node.
    """
    if config.kind != "auto":
        return config
    crew = Crew(size)
    crew.see(nodes.alive(size.resource))
    asked: Any = ray.remote(resolve).options(**nodes.room(size.resource, crew.avoided())).remote(config)
    if not ray.wait([asked], timeout=SOON_S)[0]:
        log.warning(NO_ROOM, crew.obstacle() or "no node has room for one", ROOM_S / 60)
        if not ray.wait([asked], timeout=ROOM_S)[0]:
            ray.cancel(asked)
            raise SandboxUnavailable(crew.obstacle() or "the cluster has no room for a sandbox")
    found: SandboxConfig = ray.get(asked)
    return found


def probe(address: str) -> None:
    """Ask the address for a connection, because Ray ends the whole process a minute after it got none.

    Raises:
        ConnectionError: Nobody answers.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdigit():  # "auto" and other names: Ray finds the address, or says that there is none
        return
    try:
        socket.create_connection((host, int(port)), PROBE_S).close()
    except OSError as error:
        raise ConnectionError(f"no Ray cluster answers at {address} (RAY_ADDRESS): {error}") from None
