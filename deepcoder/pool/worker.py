"""The Ray actor that owns one sandbox, a spare one, and another where a data set brings code of its own.

Runs: worker node. Its constructor does nothing that can fail, so Ray can always restart it; `start` is asked until it
works.

One thread judges, one part after the other. The actor's event loop takes new parts meanwhile and reports on those that
are done, so that the thread need not wait for the coordinator, and the coordinator is not asked about each part.
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

from deepcoder.judge import judge, task
from deepcoder.jury import Jury
from deepcoder.lru import Lru
from deepcoder.pool.crew import Place
from deepcoder.pool.inbox import MOST_REFERENCES, Current, Done, Failed, Inbox, Report, Work
from deepcoder.pool.schedule import Fault
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, Spare, sweep
from deepcoder.verdicts import Submission
from deepcoder.wire.messages import Ended

log = logging.getLogger(__name__)

PROOF = Problem("proof", Mode.STDIN, (TestCase("", ""),), limits=Limits(cpu_s=20, memory_bytes=1 << 28))
# So that the completions of a group do not each read their tests from the object store.
KEPT_PROBLEMS, KEPT_BYTES = 64, 256 << 20
FETCH_S = 300.0  # for a problem to come from another node
STOP_S = 1.0  # how often it is looked whether anybody still waits for it
RENEW_S = 10.0  # for a new sandbox, before the part at work is given back


class Started(NamedTuple):
    """What a worker that has started can say of its sandbox."""

    sandbox: str
    interpreter: str  # what runs the programs: a container's image with its digest


class Worker:
    """Judges one part of a submission at a time.

    The mutable state: the sandbox, none while a new one is needed, the spare, the jury, the problems last seen; and
    under the lock, since two threads share them, the inbox and the event that stops the part at work.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._has_swept = False
        self._sandbox: Sandbox | None = None
        self._spare = Spare(config, prove)
        self._jury = Jury(config)
        self._problems: Lru[str, Problem] = Lru(KEPT_BYTES, KEPT_PROBLEMS)
        self._thread = ThreadPoolExecutor(1)
        self._renewer = ThreadPoolExecutor(1)
        self._renewal: Future[None] | None = None
        self._news: asyncio.Event | None = None
        self._lock = threading.Lock()
        self._references: dict[str, list[ray.ObjectRef[Problem]]] = {}
        self._inbox = Inbox()
        self._stop = threading.Event()

    async def place(self) -> Place:
        """Where it is."""
        context = ray.get_runtime_context()
        address = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
        return Place(context.get_node_id(), address, context.get_actor_id() or "")

    async def start(self) -> Started:
        """Have a sandbox that has run a program.

        Raises:
            SandboxError: It did not start, or did not run the program.
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
        return Started(repr(self._sandbox), self._sandbox.interpreter)

    async def exchange(self, works: list[Work], problems: Mapping[str, list[ray.ObjectRef[Problem]]]) -> Report:
        """Take more parts, and report when there is something that the coordinator should know.

        Problems come as references in lists, which Ray does not resolve by itself.
        """
        loop = asyncio.get_running_loop()
        if self._news is None:
            self._news = asyncio.Event()
        with self._lock:
            begins = self._inbox.take(works, time.monotonic())
            for key, references in problems.items():
                known = dict.fromkeys([*references, *self._references.get(key, ())])
                self._references[key] = list(known)[:MOST_REFERENCES]
            wanted = self._inbox.problems()
            self._references = {key: each for key, each in self._references.items() if key in wanted}
        if begins:
            judging = loop.run_in_executor(self._thread, self._judge_all, loop)
            judging.add_done_callback(partial(end_if_failed, "worker"))
        while True:
            self._news.clear()
            with self._lock:
                now = time.monotonic()
                due_s = self._inbox.due_s(now)
                if due_s <= 0:
                    return self._inbox.report(self._name(), now)
            try:
                await asyncio.wait_for(self._news.wait(), due_s)
            except TimeoutError:
                pass

    async def split(self, number: int) -> list[int]:
        """Let go of some tests of a part that are still to come, for an idle worker."""
        with self._lock:
            return self._inbox.split(number)

    async def drop(self, numbers: list[int]) -> None:
        """Forget these parts; nobody is told what becomes of them."""
        with self._lock:
            if self._inbox.drop(numbers) is not None:
                self._stop.set()

    def _judge_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """Judge what waits, until nothing does; in the judging thread."""
        assert self._news is not None
        while True:
            with self._lock:
                current = self._inbox.begin_next(time.monotonic())
                if current is None:
                    break
                self._stop.clear()
            outcome = self._judge(current, loop)
            with self._lock:
                is_news = self._inbox.finish(outcome, time.monotonic())
            if is_news:
                loop.call_soon_threadsafe(self._news.set)
        loop.call_soon_threadsafe(self._news.set)

    def _judge(self, current: Current, loop: asyncio.AbstractEventLoop) -> Done | Failed:
        """The one place where a failure of ours becomes a fact."""
        work, costs = current.work, list[tuple[int, float]]()
        try:
            self._start()
            assert self._sandbox is not None
            submission = Submission(self._problem(current, loop), work.program)
            tests = None if work.tests is None else self._coming(current)
            judgement = judge(
                submission, self._sandbox, self._jury, tests, lambda *cost: costs.append(cost), self._stop
            )
            return Done(work.number, judgement, costs)
        except SandboxError as error:
            sandbox, name = self._sandbox, self._name()
            log.warning("part %d in %s: %s", work.number, name or "no sandbox", error)
            program_did_it = sandbox is not None and not sandbox.is_open  # else it was the jury's that broke
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
        """The sandbox's; empty where there is none."""
        sandbox = self._sandbox  # which another thread may end meanwhile
        return "" if sandbox is None else repr(sandbox)

    def _is_renewed(self) -> bool:
        """Whether a new sandbox is there soon: else it was not the program that broke the last one.

        An engine that hangs takes minutes to say so, in a thread of its own: the part need not wait for that.
        """
        try:
            self._renewal = self._renewer.submit(self._renew)
            self._renewal.result(RENEW_S)
        except TimeoutError:
            log.warning("no new sandbox within %.0f s", RENEW_S)
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
        while True:
            with self._lock:
                if not current.tests:
                    return
                number = current.tests.popleft()
            yield number

    def _problem(self, current: Current, loop: asyncio.AbstractEventLoop) -> Problem:
        key = current.work.problem
        problem = self._problems.find(key)
        if problem is None:
            # By the event loop, since Ray warns of an actor that has one and waits elsewhere.
            coming = asyncio.run_coroutine_threadsafe(_fetched(self._references[key]), loop)
            problem = _result(coming, self._stop)
            self._problems.keep(key, problem, problem.size)
        return problem

    async def close(self) -> None:
        """End the sandboxes that there are."""
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
    """End this process, the actor's, with a task without which it would go on and do nothing: Ray starts it again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("the %s fails, and is started again", actor, exc_info=error)
        os._exit(1)


def _result(coming: Future[Problem], stop: threading.Event) -> Problem:
    """What is coming, waited for as long as somebody wants it.

    Raises:
        TimeoutError: It has not come.
        RayError: It will not.
    """
    end = time.monotonic() + FETCH_S
    while not wait([coming], STOP_S).done:
        if stop.is_set() or time.monotonic() > end:
            coming.cancel()
            raise TimeoutError("it has not come")
    return coming.result()


async def _fetched(references: list[ray.ObjectRef[Problem]]) -> Problem:
    """Whichever is there: each goes with the client that it is of.

    Raises:
        RayError: None is.
    """
    *others, last = dict.fromkeys(references)
    for reference in others:
        try:
            return await reference
        except RayError as error:
            log.info("a problem is not had from the first who asked for it: %s", error)
    return await last


def prove(sandbox: Sandbox) -> None:
    """On a machine that can run no program at all, every program would look like a breaker of sandboxes.

    Raises:
        SandboxError: The sandbox does not run an empty program.
    """
    (outcome,) = sandbox.run(task(PROOF, Program("")), [b""])
    if outcome.ended is not Ended.EXITED or outcome.exit_code != 0:
        raise SandboxError(f"{sandbox!r} cannot run an empty program: {outcome.ended}, {outcome.stderr}")
