"""The environment of several turns: what a policy may do and hear, and how TRL's own trainer uses it."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from deepcoder.environment import NO_CALLS, SHOWN_CHARS, UNAVAILABLE, CodeEnvironment, Feedback, Rules, samples_of
from deepcoder.pool import SandboxPool
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.runs import Ran
from deepcoder.verdicts import Judgement, Submission, Verdict

pytestmark = pytest.mark.ray

SECRET = "hidden-7391"
PROMPT = "Print the next number.\n\nInput\n3\n\nOutput\n4\n"
NEXT = Problem(
    "next",
    Mode.STDIN,
    (TestCase("3\n", "4\n"), TestCase("41\n", "42\n"), TestCase(f"{SECRET}\n", "0\n")),
    prompt=({"role": "user", "content": PROMPT},),
)
RIGHT = f"text = input()\nprint(0 if text == '{SECRET}' else int(text) + 1)"


@pytest.fixture(scope="module")
def pool() -> Iterator[SandboxPool]:
    with SandboxPool(2, "process") as started:
        yield started


@pytest.fixture
def environment(pool: SandboxPool) -> CodeEnvironment:
    return begun(pool)


def begun(pool: Any, feedback: Feedback = Feedback.VERDICT, **budget: int) -> CodeEnvironment:
    made = CodeEnvironment(pool, [NEXT], Rules(feedback, **budget))
    made.reset(problem_id="next", prompt=NEXT.prompt)
    return made


class FailedPool:
    """A pool whose sandboxes do not answer."""

    def check_problems(self, problems: object) -> None:
        """Every problem fits."""

    def begin(self, submissions: Sequence[Submission]) -> None:
        raise ConnectionError("no pool")

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        return [Judgement(Verdict.IE, 0, 0, 1, detail="no sandbox") for _ in submissions]

    def run(self, *_: object) -> list[Ran]:
        return [Ran(None, "no sandbox")]


def test_program_is_tried_and_submitted(environment: CodeEnvironment) -> None:
    assert environment.run("print(int(input()) + 1)", "5\n") == "6\n[exit code 0]"
    assert environment.verdict() == "You have submitted nothing."
    assert environment.get_reward() == 0.0

    assert environment.submit("print(4)") == "Submitted. You can submit 2 more; `verdict` tells what became of it."
    assert environment.verdict() == "WA"
    assert environment.get_reward() == 0.0

    environment.submit(f"```python\n{RIGHT}\n```")
    assert environment.verdict() == "AC"
    assert environment.get_reward() == 1.0


def test_program_whose_docstring_has_a_fenced_example_is_whole(environment: CodeEnvironment) -> None:
    environment.submit(f'"""\n```python\nprint(1)\n```\n"""\n{RIGHT}')
    assert environment.get_reward() == 1.0


def test_run_tells_how_a_program_ended(environment: CodeEnvironment) -> None:
    told = environment.run("print('half')\nraise ValueError('no number')")

    assert told.startswith("half\nTraceback")
    assert told.endswith("ValueError: no number\n[exit code 1]")
    assert "SyntaxError" in environment.run("print(")


def test_long_output_is_cut(environment: CodeEnvironment) -> None:
    told = environment.run("print('a' * 5000 + 'z')")

    assert len(told) < SHOWN_CHARS + 100
    assert "characters are left out" in told and told.endswith("z\n[exit code 0]")


def test_function_runs_behind_the_preamble_of_its_problem(pool: SandboxPool) -> None:
    half = Problem(
        "half", Mode.FUNCTION, (TestCase.call([4], 2),), entry_point="half", preamble="from math import floor"
    )
    made = CodeEnvironment(pool, [half])
    made.reset(problem_id="half")
    source = "def half(n): return floor(n / 2)"

    assert made.run(f"{source}\nprint(half(5))") == "2\n[exit code 0]"
    made.submit(source)
    assert made.get_reward() == 1.0


def test_calls_are_counted_for_each_rollout(pool: SandboxPool) -> None:
    made = begun(pool, runs=1, submissions=1)
    for _ in range(2):
        assert made.run("print(1)") == "1\n[exit code 0]"
        assert made.run("print(1)") == NO_CALLS
        made.submit(RIGHT)
        assert made.submit("print(4)") == NO_CALLS
        assert made.get_reward() == 1.0
        made.reset(problem_id="next")
        assert made.get_reward() == 0.0


def test_argument_that_is_no_text_is_refused_and_not_counted(pool: SandboxPool) -> None:
    environment = CodeEnvironment(pool, [NEXT], Rules(runs=1, submissions=1))
    environment.reset(problem_id=NEXT.problem_id)
    listed: Any = ["print(1)"]
    for call in (environment.run, environment.submit):
        with pytest.raises(TypeError, match="code must be a text, not a value of type list"):
            call(listed)
    with pytest.raises(TypeError, match="stdin must be a text, not a value of type int"):
        environment.run("print(1)", 7)  # type: ignore[arg-type]

    assert environment.run("print(1)").startswith("1") and environment.submit("print(1)").startswith("Submitted.")


def test_our_failure_is_no_reward_and_no_call() -> None:
    made = begun(FailedPool(), runs=1, submissions=1)

    assert made.run("print(1)") == made.run("print(1)") == UNAVAILABLE
    made.submit(RIGHT)
    assert made.verdict() == UNAVAILABLE
    assert made.get_reward() is None


def test_rollout_that_our_failure_kept_from_submitting_has_no_reward() -> None:
    made = begun(FailedPool(), runs=1, submissions=1)
    assert made.get_reward() == 0.0
    made.run("print(1)")
    assert made.get_reward() is None


def test_row_of_another_problem_is_refused(environment: CodeEnvironment) -> None:
    with pytest.raises(ValueError, match="names problem 'other', which the environment was not given"):
        environment.reset(problem_id="other")


# What a policy hears


@pytest.mark.parametrize(
    ("feedback", "told"),
    [
        (Feedback.VERDICT, "WA"),
        (Feedback.TEST, "WA on test 2 of 3"),
        (Feedback.SAMPLE, "WA on test 2 of 3"),  # it fails no sample
    ],
)
def test_feedback_on_a_hidden_test(pool: SandboxPool, feedback: Feedback, told: str) -> None:
    made = begun(pool, feedback)
    made.submit(f"import sys\ntext = sys.stdin.read().strip()\nprint(0 if text == '{SECRET}' else 4)")

    assert made.verdict() == told


def test_feedback_on_a_sample_shows_what_the_prompt_shows(pool: SandboxPool) -> None:
    made = begun(pool, Feedback.SAMPLE)
    made.submit("print(input())")  # it fails every test: which was run first is the pool's choice
    verdict, _, rest = made.verdict().partition("\n")

    assert verdict.startswith("WA on test ")
    assert rest == "A sample fails: WA\nInput:\n3\n\nExpected output:\n4\n\nYour program:\n3\n[exit code 0]"


def test_samples_are_the_tests_that_the_prompt_shows_by_whole_lines() -> None:
    assert samples_of(NEXT) == [NEXT.tests[0]]
    hidden = Problem(
        "p", Mode.STDIN, (TestCase("1\n2\n", "3\n"),), prompt=({"role": "user", "content": "1\n\n2 3\n3"},)
    )
    assert samples_of(hidden) == []


LEAKS = {
    "in its output": "print(given)",
    "in an exception": "raise ValueError(given)",
    "in its error": "sys.stderr.write(given); sys.exit(1)",
    "in an exit code": "sys.exit(len(given) + 100)",
    "in a syntax error": "compile('(' + given, given, 'exec')",
    "in a file": "open('left', 'w').write(given)",
}


@pytest.mark.parametrize("feedback", Feedback)
@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_no_feedback_carries_a_hidden_test(pool: SandboxPool, feedback: Feedback, leak: str) -> None:
    made = begun(pool, feedback)
    made.submit(f"import sys\ngiven = sys.stdin.read()\n{leak}")

    told = made.verdict() + made.run("import glob\nprint(glob.glob('*'))")
    assert SECRET not in told and "41" not in told


# As TRL uses it


def test_submissions_of_a_group_are_judged_before_any_is_waited_for() -> None:
    calls = []

    class Pool(FailedPool):
        def begin(self, submissions: Sequence[Submission]) -> None:
            calls.append("begin")

        def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
            calls.append("judge")
            return [Judgement(Verdict.AC, 1, 1, 1)]

    rollouts = [begun(Pool()) for _ in range(2)]
    for each in rollouts:
        each.submit(RIGHT)

    assert [each.get_reward() for each in rollouts] == [1.0, 1.0]
    assert calls == ["begin", "begin", "judge", "judge"]


def test_many_rollouts_of_many_turns_leave_no_thread(pool: SandboxPool) -> None:
    rollouts = [begun(pool, runs=9) for _ in range(64)]
    before = threading.active_count()
    for turn in range(9):
        told = [each.run(f"print({turn} + {number})") for number, each in enumerate(rollouts)]
        assert told == [f"{turn + number}\n[exit code 0]" for number in range(64)]
    for number, each in enumerate(rollouts):
        each.submit(RIGHT if number % 2 else "print(4)")

    assert [each.get_reward() for each in rollouts] == [float(number % 2) for number in range(64)]
    assert threading.active_count() == before
    assert pool.state().waiting == 0


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")
@pytest.mark.filterwarnings("ignore:You are using 'environment_factory'")
def test_trl_calls_the_tools_and_takes_the_reward(pool: SandboxPool, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="the train extra is not installed")
    trainer_class: Any = trl.GRPOTrainer
    from datasets import Dataset
    from trl.chat_template_utils import qwen3_chat_template

    from deepcoder.training import tiny

    tokenizer = tiny.make_tokenizer([], 320)
    tokenizer.add_special_tokens({"eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>"]})
    tokenizer.chat_template = qwen3_chat_template
    model = tiny.make_model(tokenizer, tiny.WarmStart(vocabulary=len(tokenizer), width=32, layers=1))
    model.config.max_position_embeddings = 1 << 14  # every byte is a token
    answers = [RIGHT, "print(4)"]
    turns = [
        [call("run", code=each, stdin="1\n") for each in answers],
        [call("submit", code=each) for each in answers],
        [call("verdict") for _ in answers],
        ["Done." for _ in answers],
    ]
    heard: list[list[str]] = []

    class Scripted(trainer_class):  # type: ignore[misc]
        """Says what it is told to, and keeps what it hears."""

        def _generate_single_turn(
            self, prompt_ids: list[list[int]], *_: Any, **__: Any
        ) -> tuple[list[list[int]], None]:
            heard.append(self.processing_class.batch_decode(prompt_ids))
            said = turns[(len(heard) - 1) % len(turns)]
            return [self.processing_class(f"{text}<|im_end|>")["input_ids"] for text in said], None

    config = trl.GRPOConfig(
        output_dir=str(tmp_path),
        use_cpu=True,
        bf16=False,
        per_device_train_batch_size=2,
        num_generations=2,
        max_steps=1,
        max_completion_length=4000,
        max_tool_calling_iterations=5,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    rows = Dataset.from_list([{"prompt": list(NEXT.prompt), "problem_id": "next"}])
    factory = functools.partial(CodeEnvironment, pool, [NEXT], Rules(Feedback.TEST))
    trainer = Scripted(model, None, config, rows, processing_class=tokenizer, environment_factory=factory)
    trainer.train()

    assert "2\n[exit code 0]" in heard[1][0] and "4\n[exit code 0]" in heard[1][1]
    assert "Submitted." in heard[2][0]
    assert heard[3][0].rpartition("<tool_response>")[2].startswith("\nAC\n")
    assert heard[3][1].rpartition("<tool_response>")[2].startswith("\nWA on test ")
    (logged,) = [each for each in trainer.state.log_history if "rewards/CodeEnvironment/mean" in each]
    assert logged["rewards/CodeEnvironment/mean"] == 0.5
    assert logged["tools/failure_frequency"] == 0


def call(name: str, **arguments: str) -> str:
    """Return a message that calls a tool, as Qwen3 writes it."""
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"
