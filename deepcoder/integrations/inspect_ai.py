"""A task and a scorer for inspect_ai.

Runs: in the process of an evaluation, which scores many samples at once on one event loop.
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import TaskState, generate

from deepcoder.integrations.judging import Unjudged, connect, in_thread, problems_of
from deepcoder.problems import Problem
from deepcoder.verdicts import Judgement, Submission, Verdict

MESSAGES = {"assistant": ChatMessageAssistant, "system": ChatMessageSystem, "user": ChatMessageUser}


@task  # type: ignore[untyped-decorator]
def code(pool: str, data: str) -> Task:
    """Return the problems of the data as a task.

    Args:
        pool: The URL of a service, or the name of a pool on this Ray cluster.
        data: What `load_problems` takes.
    """
    samples = [Sample(_input(problem), id=problem_id) for problem_id, problem in problems_of(data).items()]
    return Task(dataset=samples, solver=[generate()], scorer=all_tests_passed(pool, data))


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator]
def all_tests_passed(pool: str, data: str) -> Scorer:
    """Return a scorer of samples whose id is a problem's: correct where the last reply's program passes every test.

    A sample without a verdict is unscored, by no fault of the program.
    """

    def judged(problem_id: str, completion: str) -> tuple[Submission, Judgement]:
        judging = connect(pool, data)
        submission = judging.submission(problem_id, completion)
        return submission, judging.judge(submission)

    async def score(state: TaskState, target: Target) -> Score:
        try:
            submission, judgement = await in_thread(judged, str(state.sample_id), state.output.completion)
        except (Unjudged, ConnectionError) as error:
            return Score.unscored(reason="scoring_failed", explanation=str(error))
        return Score(
            value=CORRECT if judgement.verdict is Verdict.AC else INCORRECT,
            answer=submission.program.source if submission.program else None,
            explanation=_explanation(judgement),
            metadata={"verdict": str(judgement.verdict)},
        )

    return score


def _explanation(judgement: Judgement) -> str:
    return f"{judgement.summary}: {judgement.detail}" if judgement.detail else judgement.summary


def _input(problem: Problem) -> list[ChatMessage]:
    return [MESSAGES[message["role"]](content=message["content"]) for message in problem.prompt]
