"""The reward function as TRL calls it, on real sandboxes."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.reward import CodeReward, all_or_nothing
from deepcoder.verdicts import Judgement, Verdict
from scripts.waiting import wait_until

PROBLEMS = [
    Problem("add", Mode.STDIN, tuple(TestCase(f"{n}\n", f"{n + 1}\n") for n in range(5))),
    Problem("double", Mode.FUNCTION, tuple(TestCase.call([n], 2 * n) for n in range(5)), "double"),
]
RIGHT = "```python\nprint(int(input()) + 1)\n```"
RIGHT_FUNCTION = "```python\ndef double(n):\n    return n + n\n```"
WRONG = "```python\nprint(3)\n```"
PROSE = "I do not know."


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    with SandboxPool(workers=2, sandbox="process") as started:
        yield started


@pytest.fixture
def reward(pool: SandboxPool) -> CodeReward:
    return CodeReward(pool, PROBLEMS)


class Metrics:
    """What TRL hands over as log_metric and log_extra."""

    def __init__(self) -> None:
        self.metrics: dict[str, float] = {}
        self.extra: dict[str, list[str]] = {}

    def arguments(self) -> dict[str, Any]:
        return {"log_metric": self.metrics.__setitem__, "log_extra": self.extra.__setitem__}


def test_reward_is_one_per_completion_in_order(reward: CodeReward) -> None:
    completions = [WRONG, RIGHT, PROSE, RIGHT_FUNCTION]
    assert reward(completions=completions, problem_id=["add", "add", "add", "double"]) == [0.0, 1.0, 0.0, 1.0]


def test_reward_takes_conversations(reward: CodeReward) -> None:
    assert reward(completions=[[{"role": "assistant", "content": RIGHT}]], problem_id=["add"]) == [1.0]


def test_reward_takes_all_that_trl_gives(reward: CodeReward) -> None:
    metrics = Metrics()
    given: dict[str, Any] = {"prompts": ["?"], "completion_ids": [[1]], "trainer_state": object(), "other_column": [7]}
    assert reward(completions=[RIGHT], problem_id=["add"], **given, **metrics.arguments()) == [1.0]


def test_reward_logs_the_same_keys_whatever_the_batch(reward: CodeReward) -> None:
    right, mixed = Metrics(), Metrics()
    reward(completions=[RIGHT], problem_id=["add"], **right.arguments())
    reward(completions=[RIGHT, WRONG, PROSE, RIGHT], problem_id=["add"] * 4, **mixed.arguments())
    assert set(right.metrics) == set(mixed.metrics)
    others = {"judging_s", "ie_share", "no_program_share", "suspicious_share", "repeated_share"}
    assert set(mixed.metrics) == {f"verdict/{each}" for each in Verdict} | others
    shares = {each: mixed.metrics[f"verdict/{each}"] for each in Verdict if mixed.metrics[f"verdict/{each}"]}
    assert shares == {Verdict.AC: 0.5, Verdict.WA: 0.25, Verdict.CE: 0.25}
    assert mixed.metrics["no_program_share"] == 0.25
    assert mixed.extra == {"verdict": ["AC", "WA", "CE", "AC"]}


def test_penalty_is_added_to_the_rewards_of_what_was_judged(pool: SandboxPool) -> None:
    asked: dict[str, Any] = {}

    def penalty(**columns: Any) -> list[float | None]:
        asked.update(columns)
        return [-0.5, -0.5, -0.5, None]

    reward = CodeReward(pool, PROBLEMS, penalty=penalty)
    given: dict[str, Any] = {"problem_id": ["add", "add", None, "add"], "completion_ids": [[1], [2], [3], [4]]}

    assert reward(completions=[RIGHT, WRONG, RIGHT, RIGHT], **given) == [0.5, -0.5, None, 1.0]
    assert asked["completion_ids"] == [[1], [2], [3], [4]]


def test_reward_without_a_column_of_problems_says_so(pool: SandboxPool, caplog: pytest.LogCaptureFixture) -> None:
    assert CodeReward(pool, PROBLEMS)(completions=[RIGHT]) == [None]
    assert "give the rows of the data set a column `problem_id`" in caplog.text


def test_reward_refuses_two_problems_of_one_id(pool: SandboxPool) -> None:
    other = Problem("add", Mode.STDIN, (TestCase("1\n", "3\n"),), source="another set")
    with pytest.raises(ValueError, match="problem_id 'add': index 0 of those given, and another set"):
        CodeReward(pool, [*PROBLEMS, other])
    both = CodeReward(pool, [*PROBLEMS, *PROBLEMS, other.prefixed("other/")])
    assert both(completions=[RIGHT, RIGHT], problem_id=["add", "other/add"]) == [1.0, 0.0]


@pytest.mark.parametrize("wrong", [{"max_tests": 0}, {"format_penalty": -1.0}, {"format_penalty": float("nan")}])
def test_reward_refuses_settings_that_are_out_of_range(pool: SandboxPool, wrong: Any) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name} must be"):
        CodeReward(pool, PROBLEMS, **wrong)


@pytest.mark.parametrize("column", ["problem_id", "prompts", "task", "language"])
def test_column_of_another_length_is_named(reward: CodeReward, column: str) -> None:
    columns: dict[str, Any] = {"problem_id": ["add", "add"], column: ["add"]}
    for call in (reward, reward.begin):
        with pytest.raises(ValueError, match=f"2 completions, and the column {column} has 1"):
            call(completions=[RIGHT, WRONG], **columns)


def test_reward_without_program_costs_the_format_penalty(pool: SandboxPool) -> None:
    reward = CodeReward(pool, PROBLEMS, format_penalty=0.5)
    completions = [PROSE, "```python\nx =\n```", RIGHT]
    assert reward(completions=completions, problem_id=["add"] * 3) == [-0.5, 0.0, 1.0]


def test_reward_pickles_with_its_name(reward: CodeReward) -> None:
    again = pickle.loads(pickle.dumps(reward))
    assert again.__name__ == "code_reward"
    assert again(completions=[RIGHT], problem_id=["add"]) == [1.0]


def test_reward_of_our_own_fault_is_none(pool: SandboxPool) -> None:
    late = pickle.loads(pickle.dumps(pool))
    late.deadline_s = 0.0
    metrics = Metrics()
    reward = CodeReward(late, PROBLEMS, format_penalty=1.0)
    unseen = RIGHT.replace("print", "# that nobody has judged\nprint")
    assert reward(completions=[unseen, PROSE], problem_id=["add"] * 2, **metrics.arguments()) == [None, -1.0]
    assert metrics.metrics["ie_share"] == 0.5


def test_reward_of_a_pool_that_is_gone_is_none(reward: CodeReward) -> None:
    orphan = pickle.loads(pickle.dumps(reward))
    assert isinstance(orphan.pool, SandboxPool)
    orphan.pool.__setstate__(orphan.pool.__getstate__() | {"name": "pool-that-was-closed"})
    assert orphan(completions=[RIGHT], problem_id=["add"]) == [None]


def test_reward_samples_tests(pool: SandboxPool) -> None:
    long_input_fails = Problem("p", Mode.STDIN, (TestCase("12345\n", "no\n"), TestCase("1\n", "2\n")))
    assert CodeReward(pool, [long_input_fails], max_tests=1)(completions=[RIGHT], problem_id=["p"]) == [0.0]


def test_problem_larger_than_the_sandboxes_is_refused_before_training(pool: SandboxPool) -> None:
    greedy = Problem("greedy", Mode.STDIN, PROBLEMS[0].tests, limits=Limits(memory_bytes=1 << 40))
    with pytest.raises(ValueError, match="greedy: limits.memory_bytes"):
        CodeReward(pool, [greedy])


def test_problem_unknown_to_the_reward_is_an_error(reward: CodeReward) -> None:
    with pytest.raises(ValueError, match="a row names problem 'never heard of', which the reward was not given"):
        reward(completions=[RIGHT], problem_id=["never heard of"])


def test_rows_of_other_tasks_get_none(reward: CodeReward) -> None:
    metrics = Metrics()
    names = ["add", None, float("nan"), "add", "sum/1"]
    tasks = ["code", "math", "math", None, "math"]
    found = reward(completions=[RIGHT] * 5, problem_id=names, task=tasks, **metrics.arguments())
    assert found == [1.0, None, None, 1.0, None]
    assert metrics.extra == {"verdict": ["AC", "", "", "AC", ""]}
    assert metrics.metrics["verdict/AC"] == 1.0


def test_batch_of_other_tasks_gets_none_and_logs_the_same_keys(reward: CodeReward) -> None:
    ours, theirs = Metrics(), Metrics()
    reward(completions=[RIGHT], problem_id=["add"], **ours.arguments())
    assert reward(completions=[RIGHT, PROSE], other_column=[1, 2], **theirs.arguments()) == [None, None]
    assert reward(completions=[RIGHT], problem_id=["sum/1"], task=["math"]) == [None]
    assert set(theirs.metrics) == set(ours.metrics)
    assert theirs.extra == {"verdict": ["", ""]}


def test_problem_unknown_to_the_reward_of_its_own_task_is_an_error(pool: SandboxPool, reward: CodeReward) -> None:
    with pytest.raises(ValueError, match="a row names problem 'ad'"):
        reward(completions=[RIGHT] * 2, problem_id=["add", "ad"], task=["code", "code"])
    with pytest.raises(ValueError, match="a row names problem 'ad'"):
        CodeReward(pool, PROBLEMS, task="code")(completions=[RIGHT], problem_id=["ad"], task=["code"])


def test_reward_told_its_task_leaves_equal_ids_of_others_alone(pool: SandboxPool) -> None:
    reward = CodeReward(pool, PROBLEMS, task="code")
    assert reward(completions=[RIGHT] * 2, problem_id=["add", "add"], task=["math", "code"]) == [None, 1.0]


def test_rows_are_checked_before_training(reward: CodeReward) -> None:
    row = {"prompt": "?", "problem_id": "add"}
    reward.check_rows([row, {"problem_id": "sum/1", "task": "math"}, {"prompt": "?"}])
    with pytest.raises(ValueError, match="a row names problem 'ad'"):
        reward.check_rows([row, {**row, "problem_id": "ad"}])
    with pytest.raises(ValueError, match="no row names a problem of this reward: give the rows a column `problem_id`"):
        reward.check_rows([{"prompt": "?", "id": "add"}])


def test_row_may_not_ask_for_functions_in_a_language_that_has_none(pool: SandboxPool) -> None:
    function = Problem("f", Mode.FUNCTION, (TestCase.call([1], 2),), entry_point="f")
    with pytest.raises(ValueError, match="function mode is for python or javascript, not cpp"):
        CodeReward(pool, [function]).check_rows([{"problem_id": "f", "language": "cpp"}])


def test_ids_may_be_integers(pool: SandboxPool) -> None:
    reward = CodeReward(pool, [Problem("7", Mode.STDIN, PROBLEMS[0].tests)])
    assert reward(completions=[RIGHT, WRONG], problem_id=[7, "7"]) == [1.0, 0.0]


def test_reward_sees_a_block_that_the_prompt_opened(reward: CodeReward) -> None:
    completion = "print(int(input()) + 1)\n```\nThis adds one."
    messages = [{"role": "user", "content": "Add one.\n```python\n"}]
    found = reward(completions=[completion] * 2, problem_id=["add"] * 2, prompts=["Add one.\n```python\n", messages])
    assert found == [1.0, 1.0]
    assert reward(completions=[completion], problem_id=["add"], prompts=["Add one."]) == [0.0]


def test_program_in_reasoning_that_the_chat_template_opened_is_no_answer(pool: SandboxPool) -> None:
    reward = CodeReward(pool, PROBLEMS, prompt_end="<think>\n")
    cut, ended = f"Perhaps so:\n{RIGHT}\nBut wait", f"Perhaps so:\n{WRONG}\n</think>\n{RIGHT}"
    messages = [{"role": "user", "content": "Add one."}]
    assert reward(completions=[cut, ended], problem_id=["add"] * 2, prompts=[messages] * 2) == [0.0, 1.0]
    assert reward(completions=[[{"role": "assistant", "content": cut}]], problem_id=["add"]) == [0.0]


@pytest.mark.parametrize(
    "completions", [RIGHT, RIGHT.encode(), {"role": "assistant", "content": RIGHT}, [7], [[RIGHT, 7]]]
)
def test_completions_of_another_shape_are_a_type_error(reward: CodeReward, completions: Any) -> None:
    with pytest.raises(TypeError, match="completion"):
        reward(completions=completions, problem_id=["add"])


def test_what_is_begun_is_not_judged_again(pool: SandboxPool, reward: CodeReward) -> None:
    completions = [f"{each}\n\n```python\n# begun: {each}\nprint(int(input()) + 1)\n```" for each in range(3)]
    other: CodeReward = pickle.loads(pickle.dumps(reward))  # as in another process
    before, metrics = pool.state(), Metrics()

    reward.begin(completions=completions[:1], problem_id=["add"])
    other.begin(completions=[*completions, PROSE], problem_id=["add"] * 4)
    assert wait_until(lambda: pool.state().tests == before.tests + 3 * 5)
    found = reward(completions=[*completions, PROSE], problem_id=["add"] * 4, **metrics.arguments())

    assert found == [1.0, 1.0, 1.0, 0.0]
    assert pool.state().tests == before.tests + 3 * 5
    assert metrics.metrics["repeated_share"] == 0.0  # nobody had asked for them before


def test_what_is_at_work_since_it_was_begun_is_joined(pool: SandboxPool, reward: CodeReward) -> None:
    sleeper = "```python\nimport time\ntime.sleep(0.3)\nprint(int(input()) + 1)\n```"
    before = pool.state().tests
    reward.begin(completions=[sleeper], problem_id=["add"])
    assert reward(completions=[sleeper], problem_id=["add"]) == [1.0]
    assert pool.state().tests == before + 5


def test_completions_without_a_program_do_not_reach_the_pool(pool: SandboxPool, reward: CodeReward) -> None:
    gone: CodeReward = pickle.loads(pickle.dumps(reward))
    gone.pool.begin = None  # type: ignore[assignment, method-assign]
    gone.begin(completions=[PROSE], problem_id=["add"])


def test_pool_that_cannot_begin_is_logged(reward: CodeReward, caplog: pytest.LogCaptureFixture) -> None:
    orphan: CodeReward = pickle.loads(pickle.dumps(reward))
    assert isinstance(orphan.pool, SandboxPool)
    orphan.pool.__setstate__(orphan.pool.__getstate__() | {"name": "pool-that-was-closed"})
    orphan.begin(completions=[RIGHT, PROSE], problem_id=["add"] * 2)
    assert "1 programs are not judged ahead: pool-that-was-closed is gone" in caplog.text


def test_rows_of_other_tasks_are_not_begun(reward: CodeReward) -> None:
    gone: CodeReward = pickle.loads(pickle.dumps(reward))
    gone.pool.begin = None  # type: ignore[assignment, method-assign]
    gone.begin(completions=[RIGHT], problem_id=[None])


def test_problem_unknown_to_the_reward_cannot_be_begun(reward: CodeReward) -> None:
    with pytest.raises(ValueError, match="never heard of"):
        reward.begin(completions=[RIGHT], problem_id=["never heard of"])


@pytest.mark.parametrize("verdict", list(Verdict))
def test_all_or_nothing_scores_every_verdict(verdict: Verdict) -> None:
    expected = {Verdict.AC: 1.0, Verdict.IE: None}.get(verdict, 0.0)
    assert all_or_nothing(Judgement(verdict, passed=4, ran=5, total=5)) == expected
