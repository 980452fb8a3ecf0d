"""The Ray actor that owns one sandbox, a spare, and the jury's sandbox where a data set brings code of its own.

Runs: worker node. The constructor does nothing that can fail, so that Ray can always restart the actor. The coordinator
calls `start` until it works.

One thread judges, one part after the other. Meanwhile the actor's event loop takes new parts and reports on those that
are done: the thread does not wait for the coordinator, and the coordinator gets no message for each part.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import NamedTuple

import ray
from ray.exceptions import RayError

from deepcoder.judge import judge
from deepcoder.jury import Jury
from deepcoder.lru import Lru
from deepcoder.pool.crew import Place
from deepcoder.pool.inbox import MOST_REFERENCES, Current, Done, Failed, Inbox, Report, Work
from deepcoder.pool.schedule import Fault
from deepcoder.problems import Limits, Mode, Problem
from deepcoder.runs import Execution, execute
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, SandboxLost, Spare, sweep
from deepcoder.verdicts import Submission
from deepcoder.wire.messages import Ended, Task

log = logging.getLogger(__name__)

PROOF = Task("", Mode.STDIN, Limits(cpu_s=20, memory_bytes=1 << 28))
# A cache, so that the completions of a group do not each read their tests from the object store.
WORKER_PROBLEMS, WORKER_PROBLEM_BYTES = 64, 256 << 20
FETCH_TIMEOUT_S = 300.0  # for a problem to come from another node
FETCH_POLL_S = 1.0  # how often a fetch checks whether its part was dropped
RENEW_TIMEOUT_S = 10.0  # for a new sandbox, before the worker reports that it is not fit


class Started(NamedTuple):
    """The sandbox of a worker that has started."""

    sandbox: str
    interpreter: str  # runs the programs: a container's image with its digest
    languages: Mapping[str, str]  # their versions, by name


class Worker:
    """Judges one part of a submission at a time.

    The mutable state: the sandbox (None while a new one is needed), the spare, the jury, and the cache of problems. The
    lock guards what two threads share: the inbox, and the event that stops the part at work.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._has_swept = False
        self._sandbox: Sandbox | None = None
        self._spare = Spare(config, prove)
        self._jury = Jury(config)
        self._problems: Lru[str, Problem] = Lru(WORKER_PROBLEM_BYTES, WORKER_PROBLEMS)
        self._thread = ThreadPoolExecutor(1)
        self._renewer = ThreadPoolExecutor(1)
        self._renewal: Future[None] | None = None
        self._wake: asyncio.Event | None = None
        self._lock = threading.Lock()
        self._references: dict[str, list[ray.ObjectRef[Problem]]] = {}
        self._inbox = Inbox()
        self._stop = threading.Event()

    async def place(self) -> Place:
        """Return where the worker is."""
        context = ray.get_runtime_context()
        address = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
        return Place(context.get_node_id(), address, context.get_actor_id() or "")

    async def start(self) -> Started:
        """Start a sandbox that has run a program, unless there is one.

        Raises:
            SandboxError: The sandbox did not start, or did not run the program.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._start)

    def _start(self) -> Started:
        if self._renewal is not None:
            wait([self._renewal])
            self._renewal = None
        if not self._has_swept:
            sweep(self._config)
            self._has_swept = True
        self._have_sandbox()
        assert self._sandbox is not None
        self._inbox.is_fit = True
        return Started(repr(self._sandbox), self._sandbox.interpreter, self._sandbox.languages)

    async def exchange(self, works: list[Work], problems: Mapping[str, list[ray.ObjectRef[Problem]]]) -> Report:
        """Queue more parts, and return the next report when it is due. Without parts, this only asks for a report.

        `problems`: by key, references in lists, because Ray would resolve them outside.
        """
        loop = asyncio.get_running_loop()
        if self._wake is None:
            self._wake = asyncio.Event()
        with self._lock:
            begins = self._inbox.take(works, time.monotonic())
            for key, references in problems.items():
                several = dict.fromkeys([*references, *self._references.get(key, ())])
                self._references[key] = list(several)[:MOST_REFERENCES]
            wanted = self._inbox.problems()
            self._references = {key: several for key, several in self._references.items() if key in wanted}
        if begins:
            judging = loop.run_in_executor(self._thread, self._judge_all, loop)
            judging.add_done_callback(partial(end_if_failed, "worker"))
        while True:
            self._wake.clear()
            with self._lock:
                now = time.monotonic()
                due_s = self._inbox.due_s(now)
                if due_s <= 0:
                    return self._inbox.report(self._name(), now)
            try:
                await asyncio.wait_for(self._wake.wait(), due_s)
            except TimeoutError:
                pass

    async def split(self, number: int) -> list[int]:
        """Give away some tests of a part that are still to come; return them. An idle worker gets them."""
        with self._lock:
            return self._inbox.split(number)

    async def drop(self, numbers: list[int]) -> None:
        """Drop these parts: no call waits for their results any more."""
        with self._lock:
            if self._inbox.drop(numbers) is not None:
                self._stop.set()

    def _judge_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """Judge the parts that wait until none does; in the judging thread."""
        assert self._wake is not None
        while True:
            with self._lock:
                current = self._inbox.begin_next(time.monotonic())
                if current is None:
                    break
                self._stop.clear()
            outcome = self._judge(current, loop)
            with self._lock:
                may_be_due = self._inbox.finish(outcome, time.monotonic())
            if may_be_due:
                loop.call_soon_threadsafe(self._wake.set)
        loop.call_soon_threadsafe(self._wake.set)

    def _judge(self, current: Current, loop: asyncio.AbstractEventLoop) -> Done | Failed:
        """Judge the current part. This is the only place where a fault of ours becomes a value."""
        work, costs = current.work, list[tuple[int, float]]()
        try:
            self._start()
            assert self._sandbox is not None
            submission = Submission(self._problem(current, loop), work.program)
            tests = None if work.tests is None else self._coming(current)
            if isinstance(submission.problem, Execution):
                judgement = execute(submission, self._sandbox, self._stop)
                return Done(work.number, judgement, [(0, judgement.cpu_s)])
            judgement = judge(
                submission, self._sandbox, self._jury, tests, lambda *cost: costs.append(cost), self._stop
            )
            return Done(work.number, judgement, costs)
        except SandboxError as error:
            sandbox, name = self._sandbox, self._name()
            log.warning("part %d in %s: %s", work.number, name or "no sandbox", error)
            was_lost = isinstance(error, SandboxLost)
            program_did_it = not was_lost and sandbox is not None and not sandbox.is_open  # else it was the jury's
            self._inbox.is_fit = sandbox is not None and self._is_renewed()
            fault = Fault.BROKEN if program_did_it and self._inbox.is_fit else Fault.LOST
            return Failed(work.number, fault, str(error), name)
        except (RayError, TimeoutError) as error:
            log.warning("part %d has no problem: %s", work.number, error)
            return Failed(work.number, Fault.LOST, f"{type(error).__name__}: {error}", self._name())
        except Exception as error:
            log.exception("part %d could not be judged", work.number)
            name = self._name()
            self._inbox.is_fit = self._is_renewed()
            return Failed(work.number, Fault.LOST, f"{type(error).__name__}: {error}", name)

    def _name(self) -> str:
        """Return the sandbox's name; empty where there is none."""
        sandbox = self._sandbox  # another thread may set it to None meanwhile
        return "" if sandbox is None else repr(sandbox)

    def _is_renewed(self) -> bool:
        """Start a new sandbox; return whether it is there in time. If not, the program did not break the last one.

        An engine that hangs takes minutes to fail. It does so in a thread of its own, and the part does not wait.
        """
        try:
            self._renewal = self._renewer.submit(self._renew)
            self._renewal.result(RENEW_TIMEOUT_S)
        except TimeoutError:
            log.warning("no new sandbox within %.0f s", RENEW_TIMEOUT_S)
            return False
        except SandboxError as error:
            log.warning("no new sandbox: %s", error)
            return False
        except Exception:
            log.exception("no new sandbox")
            return False
        return True

    def _renew(self) -> None:
        self._close_used()
        self._have_sandbox()

    def _have_sandbox(self) -> None:
        if self._sandbox is None:
            self._sandbox = self._spare.take()
            self._spare.prepare()

    def _coming(self, current: Current) -> Iterator[int]:
        """Yield the tests that are still to come, as long as `split` leaves any."""
        while True:
            with self._lock:
                if not current.tests:
                    return
                number = current.tests.popleft()
            yield number

    def _problem(self, current: Current, loop: asyncio.AbstractEventLoop) -> Problem:
        """Return the part's problem, from the cache or from the object store."""
        key = current.work.problem
        problem = self._problems.find(key)
        if problem is None:
            # In the event loop: Ray warns if an actor that has one waits in another thread.
            fetch = asyncio.run_coroutine_threadsafe(_fetched(self._references[key]), loop)
            problem = _result(fetch, self._stop)
            self._problems.keep(key, problem, problem.size)
        return problem

    async def close(self) -> None:
        """Drop all parts, and end the sandboxes."""
        with self._lock:
            if self._inbox.clear() is not None:
                self._stop.set()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)

    def _close(self) -> None:
        self._close_used()
        self._spare.close()

    def _close_used(self) -> None:
        self._jury.close()
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None


def end_if_failed(actor: str, task: asyncio.Future[None]) -> None:
    """End the actor's process if a task failed without which the actor would do nothing: Ray restarts it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the %s fails, and is started again", actor, exc_info=error)
        os._exit(1)


def _result(fetch: Future[Problem], stop: threading.Event) -> Problem:
    """Wait for a problem until it is there or the part is dropped.

    Raises:
        TimeoutError: The problem has not come.
        RayError: It cannot come.
    """
    end = time.monotonic() + FETCH_TIMEOUT_S
    while not wait([fetch], FETCH_POLL_S).done:
        if stop.is_set() or time.monotonic() > end:
            fetch.cancel()
            raise TimeoutError("it has not come")
    return fetch.result()


async def _fetched(references: list[ray.ObjectRef[Problem]]) -> Problem:
    """Fetch a problem by the first reference that works: each is of another client, and is lost with it.

    Raises:
        RayError: No reference works.
    """
    *others, last = dict.fromkeys(references)
    for reference in others:
        try:
            return await reference
        except RayError as error:
            log.info("retry: a problem cannot be fetched from one of its clients: %s", error)
    return await last


def prove(sandbox: Sandbox) -> None:
    """Run an empty program. On a machine that can run none, every program would seem to break its sandbox.

    Raises:
        SandboxError: The sandbox does not run an empty program.
    """
    (outcome,) = sandbox.outcomes(PROOF, [b""])
    if outcome.ended is not Ended.EXITED or outcome.exit_code != 0:
        raise SandboxError(f"{sandbox!r} cannot run an empty program: {outcome.ended}, {outcome.stderr}")
