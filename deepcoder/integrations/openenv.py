"""An OpenEnv server: an environment of several turns for each client that connects.

Runs: where OpenEnv is installed, as `uvicorn --factory deepcoder.integrations.openenv:application`. OpenEnv calls each
session in a thread of its own.
"""

from __future__ import annotations

from typing import Any, Literal

from openenv.core.env_server import Action, Environment, Observation, State, create_app

from deepcoder.environment import UNAVAILABLE, CodeEnvironment, Rules
from deepcoder.integrations.judging import Judging, connect_by_environment
from deepcoder.reward import all_or_nothing
from deepcoder.verdicts import Judgement, Verdict

NAME = "deepcoder"
SESSIONS = 1024  # at once
DEADLINE_S = 50.0  # of a judgement: OpenEnv's client waits 60 s for an answer


class CodeAction(Action):  # type: ignore[misc]
    """Say which tool is called, and with what: `run` takes code and stdin, `submit` code, `verdict` nothing."""

    tool: Literal["run", "submit", "verdict"]
    code: str = ""
    stdin: str = ""


class CodeObservation(Observation):  # type: ignore[misc]
    """Hold what the policy hears. Only the tool `verdict` gives a reward."""

    text: str


class CodeState(State):  # type: ignore[misc]
    """Hold which problem the session is at, and how often it has submitted."""

    problem_id: str = ""
    submissions: int = 0


class CodeServer(Environment):  # type: ignore[misc]
    """One client's session, an episode after the other. The mutable state: the rollout, its state, its last verdict."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, judging: Judging, rules: Rules) -> None:
        super().__init__()
        self._judging = judging
        self._rules = rules
        self._state = CodeState()
        self._code: CodeEnvironment | None = None
        self._verdict: Verdict | None = None

    @property
    def state(self) -> CodeState:
        """Return where the session is."""
        return self._state

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, problem_id: str = "", **_: Any
    ) -> CodeObservation:
        """Begin an episode on a problem, and return its prompt.

        Raises:
            ValueError: The data has no such problem.
        """
        problem = self._judging.problem(problem_id)
        self._code = CodeEnvironment(self._judging.pool, [problem], self._rules, self._score)
        self._code.reset(problem_id=problem_id)
        self._state = CodeState(episode_id=episode_id, problem_id=problem_id)
        return CodeObservation(text=problem.prompt_text)

    def step(self, action: CodeAction, timeout_s: float | None = None, **_: Any) -> CodeObservation:
        """Call the tool. `verdict` ends the episode when the program is right, or was the last that may be submitted.

        Where the sandboxes fail it ends, too, without a reward.
        """
        if self._code is None:
            raise ValueError("reset the environment with a problem_id first")
        self._state.step_count += 1
        if action.tool == "run":
            return CodeObservation(text=self._code.run(action.code, action.stdin))
        if action.tool == "submit":
            self._state.submissions += 1
            return CodeObservation(text=self._code.submit(action.code))
        return self._answer(self._code)

    def _answer(self, code: CodeEnvironment) -> CodeObservation:
        """Return what became of the program that was submitted last."""
        self._verdict = None
        reward = code.get_reward()
        is_last = self._state.submissions >= self._rules.submissions
        return CodeObservation(
            text=UNAVAILABLE if reward is None else code.verdict(),
            reward=reward,
            done=is_last or self._verdict in (Verdict.AC, Verdict.IE),
            metadata={} if self._verdict is None else {"verdict": str(self._verdict)},
        )

    def _score(self, judgement: Judgement) -> float | None:
        self._verdict = judgement.verdict
        return all_or_nothing(judgement)


def application(rules: Rules | None = None) -> Any:
    """Return the server for the pool of DEEPCODER_POOL and the problems of DEEPCODER_DATA.

    Args:
        rules: What an episode may do, and what its policy hears; when not given, the usual rules.

    Raises:
        ValueError, ConnectionError, DataError: As for `connect_by_environment`.
    """
    judging = connect_by_environment(DEADLINE_S)
    return create_app(
        lambda: CodeServer(judging, rules or Rules()),
        CodeAction,
        CodeObservation,
        env_name=NAME,
        max_concurrent_envs=SESSIONS,
        state_cls=CodeState,
    )
