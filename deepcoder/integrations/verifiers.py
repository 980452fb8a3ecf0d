"""A taskset for verifiers, and for prime-rl, which trains on verifiers' environments.

Runs: `load` where verifiers hands tasks out; the reward in its environment servers, many at once on an event loop.

A server gets a task's data and makes the task anew. So the data has only the problem's id and its prompt, and the
task's settings say where the pool and the tests are.
"""

from __future__ import annotations

from collections.abc import Iterator

import verifiers.v1 as vf

from deepcoder.integrations.judging import Unjudged, connect, in_thread, problems_of
from deepcoder.verdicts import Judgement, Verdict

MARGIN_S = 120.0  # for connecting, beside our deadline: verifiers takes the end of its own scoring time for a 0

__all__ = ["CodeTaskset"]  # verifiers looks for exactly one


class CodeTaskConfig(vf.TaskConfig):  # type: ignore[misc]
    """Say where programs are judged. In a file: `[env.taskset.task]`."""

    pool: str = ""  # the URL of a service, or the name of a pool on this Ray cluster
    data: str = ""  # what `load_problems` takes
    deadline_s: float = 600.0


class CodeTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """The settings of the taskset: only those of its tasks."""

    task: CodeTaskConfig = CodeTaskConfig()


class CodeTask(vf.Task[vf.TaskData, vf.State, CodeTaskConfig]):  # type: ignore[misc]
    """A problem; its id is the task's."""

    @property
    def key(self) -> str:
        """Return the problem's id."""
        return str(self.data.id)

    @vf.reward  # type: ignore[untyped-decorator]
    async def all_tests_passed(self, trace: vf.Trace) -> float:
        """Return 1 where the reply passes every test, else 0.

        Raises:
            SandboxError: There is no verdict, by no fault of the program.
        """
        try:
            judgement = await in_thread(self._judged, trace.last_reply)
        except (Unjudged, ConnectionError) as error:
            raise vf.SandboxError(str(error)) from error
        trace.info["verdict"] = str(judgement.verdict)
        return float(judgement.verdict is Verdict.AC)

    def _judged(self, reply: str) -> Judgement:
        judging = connect(self.config.pool, self.config.data, self.config.deadline_s)
        return judging.judge(judging.submission(self.key, reply))


class CodeTaskset(vf.Taskset[CodeTask, CodeTasksetConfig]):  # type: ignore[misc]
    """The problems of the data as tasks."""

    def load(self) -> Iterator[CodeTask]:
        """Yield a task for each problem.

        Raises:
            ValueError: The settings name no pool or no data.
        """
        settings = self.config.task
        if not settings.pool or not settings.data:
            raise ValueError("give the taskset's task a pool and data: env.taskset.task.pool, env.taskset.task.data")
        timeout = vf.TaskTimeout(scoring=settings.deadline_s + MARGIN_S)
        for problem_id, problem in problems_of(settings.data).items():
            prompt = [dict(message) for message in problem.prompt]
            yield CodeTask(vf.TaskData(id=problem_id, prompt=prompt, timeout=timeout), settings)
