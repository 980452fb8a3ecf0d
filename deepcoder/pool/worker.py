"""The Ray actor that owns one sandbox, a spare one, and another where a data set brings code of its own.

Runs: worker node. Its constructor does nothing that can fail, so Ray can always restart it; `start` is asked until it
works.
"""

from __future__ import annotations

import logging
from collections import OrderedDict

import ray

from deepcoder.judge import judge, task
from deepcoder.jury import Jury
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.runner.wire import Ended
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, Spare
from deepcoder.verdicts import Judgement, Submission

log = logging.getLogger(__name__)

PROOF = Problem("proof", Mode.STDIN, (TestCase("", ""),), limits=Limits(cpu_s=20, memory_bytes=1 << 28))
# So that the completions of a group do not each read their tests from the object store.
KEPT_PROBLEMS, KEPT_BYTES = 64, 256 << 20


class SandboxBroken(SandboxError):
    """The sandbox broke under the program, and a new one started well after it: perhaps it was the program."""


class Worker:
    """Judges one submission at a time.

    The mutable state: the sandbox, none while a new one is needed, the spare, the jury, and the problems last seen.
    """

    def __init__(self, config: SandboxConfig) -> None:
        self._sandbox: Sandbox | None = None
        self._spare = Spare(config, prove)
        self._jury = Jury(config)
        self._problems: OrderedDict[ray.ObjectRef[Problem], Problem] = OrderedDict()

    def start(self) -> str:
        """Have a sandbox that has run a program; its name.

        Raises:
            SandboxError: It did not start, or did not run the program.
        """
        if self._sandbox is None:
            self._sandbox = self._spare.take()
            self._spare.prepare()
        return repr(self._sandbox)

    def judge(self, problem: list[ray.ObjectRef[Problem]], program: Program | None) -> Judgement:
        """Judge one program. The problem comes as a reference in a list, which Ray does not resolve by itself.

        Raises:
            SandboxBroken: The sandbox broke under the program; there is a new one already.
            SandboxError: No sandbox could be started, or the jury's broke.
        """
        self.start()
        assert self._sandbox is not None
        try:
            return judge(Submission(self._problem(problem[0]), program), self._sandbox, self._jury)
        except SandboxError as error:
            log.warning("%r: %s", self._sandbox, error)
            jury_broke = self._sandbox.is_open
            self._close_used()
            if jury_broke:
                raise
            self.start()
            raise SandboxBroken(str(error)) from None

    def _problem(self, reference: ray.ObjectRef[Problem]) -> Problem:
        if reference not in self._problems:
            self._problems[reference] = ray.get(reference)
            while len(self._problems) > 1 and (
                len(self._problems) > KEPT_PROBLEMS or sum(each.size for each in self._problems.values()) > KEPT_BYTES
            ):
                self._problems.popitem(last=False)
        self._problems.move_to_end(reference)
        return self._problems[reference]

    def close(self) -> None:
        """End the sandboxes that there are."""
        self._close_used()
        self._spare.close()

    def _close_used(self) -> None:
        self._jury.close()
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None


def prove(sandbox: Sandbox) -> None:
    """On a machine that can run no program at all, every program would look like a breaker of sandboxes.

    Raises:
        SandboxError: The sandbox does not run an empty program.
    """
    (outcome,) = sandbox.run(task(PROOF, Program("")), [b""])
    if outcome.ended is not Ended.EXITED or outcome.exit_code != 0:
        raise SandboxError(f"{sandbox!r} cannot run an empty program: {outcome.ended}, {outcome.stderr}")
