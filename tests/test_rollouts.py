"""Judging while TRL's own GRPOTrainer generates, which is here to say what it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.reward import CodeReward
from deepcoder.training import rollouts, tiny
from deepcoder.training.rollouts import Finished, JudgedRollout
from deepcoder.verdicts import Judgement, Submission, Verdict
from scripts.waiting import wait_until

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.filterwarnings("ignore:You are using 'rollout_func'"),
]


def problem(name: str, more: int) -> Problem:
    tests = tuple(TestCase(f"{n}\n", f"{n + more}\n") for n in range(3))
    return Problem(name, Mode.STDIN, tests, prompt=({"role": "user", "content": f"Write {name}."},))


PROBLEMS = [problem("next", 1), problem("hundred", 100)]
ROWS: list[Any] = [{"prompt": list(each.prompt), "problem_id": each.problem_id} for each in PROBLEMS]
GROUP = 4
TEMPLATE = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|assistant|>",
    "fields": {
        "reasoning_content": {"open": "<think>", "close_pattern": r"</think>\s*", "content": "text"},
        "tool_calls": {
            "open": "<tool_call>",
            "close_pattern": r"</tool_call>\s*",
            "repeats": True,
            "content": "json",
            "transform": {"type": "function", "function": "{content}"},
        },
        "content": {"close_pattern": r"<\|end\|>\s*", "content": "text"},
    },
}


class FakePool:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.asked: list[str] = []

    def check_problems(self, problems: Sequence[Problem]) -> None:
        """Every problem fits."""

    def check_languages(self, wanted: Mapping[str, str]) -> None:
        """Every language is there."""

    def begin(self, submissions: Sequence[Submission]) -> None:
        self.begun += [source(each) for each in submissions]

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        self.asked += [source(each) for each in submissions]
        return [Judgement(Verdict.AC, 1, 1, 1) for _ in submissions]


def source(submission: Submission) -> str:
    program = "no program" if submission.program is None else submission.program.source
    return f"{submission.problem.problem_id}: {program}"


def fake_reward() -> tuple[CodeReward, FakePool]:
    pool = FakePool()
    given: Any = pool
    return CodeReward(given, PROBLEMS), pool


def finished(trainer: Any, place: int, prompt: Any, text: str, logprob: float | None = None) -> Finished:
    """The completion of that text, as an engine gives it."""
    tokenizer = trainer.processing_class
    if isinstance(prompt, str):
        prompt_ids = tokenizer(prompt)["input_ids"]
    else:
        prompt_ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=False)
    ids = tokenizer(text)["input_ids"]
    return Finished(place, prompt_ids, ids, None if logprob is None else [logprob] * len(ids))


def a_trainer(folder: Path, reward: CodeReward, rollout: JudgedRollout, rows: list[Any], **made: Any) -> GRPOTrainer:
    tokenizer = tiny.make_tokenizer([], 320)
    for name, value in made.items():
        setattr(tokenizer, name, value)
    model = tiny.make_model(tokenizer, tiny.WarmStart(vocabulary=320, width=32, layers=1))
    config = GRPOConfig(
        output_dir=str(folder),
        use_cpu=True,
        bf16=False,
        per_device_train_batch_size=2 * GROUP,
        num_generations=GROUP,
        mask_truncated_completions=True,
        max_steps=2,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    data = Dataset.from_list(rows)
    return GRPOTrainer(model, reward, config, data, processing_class=tokenizer, rollout_func=rollout)


@pytest.fixture(scope="module")
def pool(shared_ray: None) -> Iterator[SandboxPool]:
    """Of one worker, which shares no program with another: the counts of tests are exact."""
    with SandboxPool(workers=1, sandbox="process") as started:
        yield started


def test_each_program_is_judged_once_and_before_it_is_asked_for(pool: SandboxPool, tmp_path: Path) -> None:
    reward = CodeReward(pool, PROBLEMS)
    ran = [pool.state().tests]  # when a batch has been generated

    def generate(prompts: list[Any], trainer: GRPOTrainer) -> Iterator[Finished]:
        assert pool.state().tests == ran[-1]  # asking for the last batch's rewards took none
        for place in reversed(range(len(prompts))):  # as engines do, in an order of their own
            more = 1 if "next" in prompts[place][0]["content"] else 100
            what = (f"print(int(input()) + {more})", f"print({more} + int(input()))", "print('no')", "")[place % GROUP]
            note = f"# step {trainer.state.global_step}, place {place}\n"
            text = f"Thus:\n```python\n{note}{what}\n```<|end|>" if what else "I do not know.<|end|>"
            yield finished(trainer, place, prompts[place], text, logprob=-0.5)
        # Two prompts, each with two right programs of three tests and a wrong one.
        assert wait_until(lambda: pool.state().tests == ran[-1] + 14)
        ran.append(pool.state().tests)

    trainer = a_trainer(tmp_path, reward, JudgedRollout(reward, ROWS, generate), ROWS)
    trainer.train()

    steps = [row for row in trainer.state.log_history if "reward" in row]
    assert [row["reward"] for row in steps] == [0.5, 0.5]
    assert [row["verdict/AC"] for row in steps] == [0.5, 0.5]
    assert [row["repeated_share"] for row in steps] == [0.0, 0.0]
    assert len(ran) == 3
    assert pool.state().tests == ran[-1]


def test_judging_begins_before_the_batch_is_complete(pool: SandboxPool) -> None:
    reward = CodeReward(pool, PROBLEMS)
    right = "```python\nprint(1 + int(input()))  # while others are still being written\n```"

    def generate(prompts: list[Any], trainer: Any) -> Iterator[Finished]:
        known = pool.state().tests
        yield finished(trainer, 1, prompts[1], right)
        assert wait_until(lambda: pool.state().tests == known + 3)
        yield finished(trainer, 0, prompts[0], "No.")

    JudgedRollout(reward, ROWS, generate)([ROWS[1]["prompt"], ROWS[0]["prompt"]], talking())


TEXTS = [
    "<think>\nFirst.\n</think>\n```python\nprint(1)\n```<|end|>",
    "```python\nprint('<|user|>')\n```\n\n<|end|>",  # a special token where no special token belongs
    "```python\nprint(3)  \n\n\n",  # cut at the limit
    "<think>\n```python\nprint(4)\n```\n</think> ",  # and before it has answered
    "  ```python\n  print('é ✓')\n  ```<|end|>",
    "```python\nprint(6)\n```\n<|end|>",
    "```py\nprint(7)\n~~~<|end|>",
    "Nothing.<|end|>",
]


@pytest.mark.parametrize(
    ("rows", "made"),
    [
        ([{**row, "prompt": row["prompt"][0]["content"]} for row in ROWS], {}),
        (ROWS, {}),
        (ROWS, {"response_template": TEMPLATE}),
        ([{**row, "prompt": [{"role": "system", "content": "Be brief."}, *row["prompt"]]} for row in ROWS], {}),
    ],
    ids=["text", "messages", "messages that are parsed", "messages of other keys"],
)
def test_what_is_begun_is_what_is_asked_for(tmp_path: Path, rows: list[Any], made: dict[str, Any]) -> None:
    reward, pool = fake_reward()

    def generate(prompts: list[Any], trainer: GRPOTrainer) -> Iterator[Finished]:
        known = len(pool.begun)
        for place, prompt in enumerate(prompts):
            yield finished(trainer, place, prompt, TEXTS[place])
        assert wait_until(lambda: len(pool.begun) == known + 6)

    a_trainer(tmp_path, reward, JudgedRollout(reward, rows, generate), rows, **made).train()

    assert len(pool.asked) == 2 * len(TEXTS)
    assert sorted(pool.begun) == sorted(each for each in pool.asked if "no program" not in each)


# Without a trainer: what the rollout makes of its prompts and of its generator


def look_up(what: str) -> str:
    """A tool.

    Args:
        what: To look up.
    """
    return what


def talking(**made: Any) -> Any:
    """All that a rollout asks of a trainer."""
    tokenizer = tiny.make_tokenizer([], 320)
    for name, value in made.items():
        setattr(tokenizer, name, value)
    return SimpleNamespace(processing_class=tokenizer, tools=[look_up])


def saying(texts: Sequence[str], until: Callable[[], bool] = lambda: True) -> Any:
    def generate(prompts: list[Any], trainer: Any) -> Iterator[Finished]:
        for place, prompt in enumerate(prompts):
            yield finished(trainer, place, prompt, texts[place])
        assert wait_until(until)

    return generate


PROGRAMS = [f"```python\nprint({number})\n```" for number in range(3)]


def test_batch_comes_back_in_the_order_of_its_prompts() -> None:
    reward, _ = fake_reward()

    def generate(prompts: list[Any], trainer: Any) -> Iterator[Finished]:
        for place in (2, 0, 1):
            yield Finished(place, [place], [10 + place], [-1.0 - place])

    batch = JudgedRollout(reward, ROWS, generate)([ROWS[0]["prompt"]] * 3, talking())

    assert batch == {
        "prompt_ids": [[0], [1], [2]],
        "completion_ids": [[10], [11], [12]],
        "logprobs": [[-1.0], [-2.0], [-3.0]],
    }


def test_batch_of_a_generator_without_logprobs_has_none() -> None:
    reward, _ = fake_reward()
    batch = JudgedRollout(reward, ROWS, saying(PROGRAMS))([ROWS[0]["prompt"]], talking())
    assert batch["logprobs"] is None


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([0], "only 1 completions for 2 prompts"),
        ([0, 0], "a second completion for prompt 0"),
        ([2], "for prompt 2 of 2"),
    ],
)
def test_generator_that_miscounts_is_an_error(places: list[int], message: str) -> None:
    reward, _ = fake_reward()
    rollout = JudgedRollout(reward, ROWS, lambda *_: [Finished(place, [1], [1]) for place in places])
    with pytest.raises(ValueError, match=message):
        rollout([ROWS[0]["prompt"]] * 2, talking())


def test_prompt_of_several_problems_or_of_none_is_left_for_later(caplog: pytest.LogCaptureFixture) -> None:
    reward, pool = fake_reward()
    shared = [{"role": "user", "content": "Solve it."}]
    unknown = [{"role": "user", "content": "Who are you?"}]
    rows = [{**ROWS[0], "prompt": shared}, {**ROWS[1], "prompt": shared}, {**ROWS[0], "prompt": shared}, ROWS[1]]

    until = lambda: bool(pool.begun)  # noqa: E731
    JudgedRollout(reward, rows, saying(PROGRAMS, until))([shared, ROWS[1]["prompt"], unknown], talking())

    assert pool.begun == ["hundred: print(1)"]
    assert "2 of 3 completions are judged after generation" in caplog.text


def test_prompt_is_known_again_with_what_a_data_set_fills_in() -> None:
    reward, pool = fake_reward()
    filled = [{"content": "Write next.", "name": None, "role": "user"}]
    JudgedRollout(reward, ROWS, saying(PROGRAMS, lambda: bool(pool.begun)))([filled], talking())
    assert pool.begun == ["next: print(0)"]


def test_completion_that_calls_a_tool_is_not_the_last() -> None:
    reward, pool = fake_reward()
    calls = PROGRAMS[0] + '<tool_call>{"name": "look_up", "arguments": {"what": "it"}}</tool_call><|end|>'
    texts = [calls, PROGRAMS[1] + "<|end|>"]
    until = lambda: bool(pool.begun)  # noqa: E731
    JudgedRollout(reward, ROWS, saying(texts, until))([ROWS[0]["prompt"]] * 2, talking(response_template=TEMPLATE))
    assert pool.begun == ["next: print(1)"]


def test_what_waits_when_generation_ends_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    reward, _ = fake_reward()
    entered, leave = threading.Event(), threading.Event()
    begun = []

    def slow(**given: Any) -> None:
        begun.append(given["completions"])
        entered.set()
        assert leave.wait(30)

    class Executor(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            leave.set()
            super().shutdown(wait)

    monkeypatch.setattr(reward, "begin", slow)
    monkeypatch.setattr(rollouts, "ThreadPoolExecutor", Executor)
    JudgedRollout(reward, ROWS, saying(PROGRAMS, entered.is_set))([ROWS[0]["prompt"]] * 3, talking())
    assert len(begun) == 1


def test_rows_of_a_problem_unknown_to_the_reward_are_an_error() -> None:
    reward, _ = fake_reward()
    with pytest.raises(ValueError, match="'thrice'"):
        JudgedRollout(reward, [{"prompt": "?", "problem_id": "thrice"}], saying([]))
