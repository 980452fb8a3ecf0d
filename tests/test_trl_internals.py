"""What `deepcoder.training.trl_internals` uses of TRL. A failure says what no longer works with which release."""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import trl
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer
from trl.chat_template_utils import parse_response

from deepcoder.training import tiny, trl_internals

with warnings.catch_warnings(action="ignore"):
    from trl.experimental.async_grpo import async_rollout_worker

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

CHANGED = f"TRL {trl.__version__} has changed: mend trl_internals.py, or lower the bound in pyproject.toml. "
LOOP = async_rollout_worker._AsyncRolloutLoop


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> GRPOTrainer:
    """A trainer whose reward is the length of the completion, and which logs a metric and a column."""

    def reward(completions: list[Any], log_metric: Any, log_extra: Any, **_: Any) -> list[float]:
        log_metric("asked", 1.0)
        log_extra("said", ["something"] * len(completions))
        return [float(len(each[0]["content"])) for each in completions]

    tokenizer = tiny.make_tokenizer([], 320)
    config = GRPOConfig(
        output_dir=str(tmp_path_factory.mktemp("trainer")),
        use_cpu=True,
        bf16=False,
        per_device_train_batch_size=2,
        num_generations=2,
        report_to="none",
        disable_tqdm=True,
    )
    rows = [{"prompt": [{"role": "user", "content": "Say x."}], "problem_id": "x"}]
    model = tiny.make_model(tokenizer, tiny.WarmStart(vocabulary=320, width=32, layers=1))
    return GRPOTrainer(model, reward, config, Dataset.from_list(rows), processing_class=tokenizer)


def test_start_gate_sees_the_rows_that_rewards_see(trainer: GRPOTrainer) -> None:
    said = CHANGED + "The start gate cannot see which columns of the data reach the reward function."
    assert hasattr(trainer, "_remove_unused_columns"), said
    assert trl_internals.rows_for_rewards(trainer).column_names == ["prompt", "problem_id"], said


def test_start_gate_asks_as_the_trainer_asks(trainer: GRPOTrainer) -> None:
    said = CHANGED + "The start gate cannot ask the reward function as the trainer does."
    asked = ["self", "inputs", "prompts", "completions", "completion_ids_list"]
    assert parameters(GRPOTrainer._calculate_rewards) == asked, said
    row = trl_internals.rows_for_rewards(trainer)[0]
    assert trl_internals.first_rewards(trainer, [row, row], ["x", "xxx"]) == [1.0, 3.0], said


def test_generating_is_timed(trainer: GRPOTrainer, monkeypatch: pytest.MonkeyPatch) -> None:
    said = CHANGED + "The time of generating cannot be logged."
    assert parameters(GRPOTrainer._generate) == ["self", "prompts"], said
    assert parameters(GRPOTrainer._log_metric) == ["self", "name", "value"], said
    monkeypatch.setattr(trainer, "_generate", lambda prompts: prompts * 2)
    trl_internals.time_generation(trainer)
    assert trainer._generate(["x"]) == ["x", "x"], said
    assert list(trainer._pending_metrics) == ["generating_s"], said
    trainer._pending_metrics.clear()


def test_start_gate_leaves_no_metrics_to_the_first_step(trainer: GRPOTrainer) -> None:
    said = CHANGED + "The metrics of the first step would count the start gate's completions."
    row = trl_internals.rows_for_rewards(trainer)[0]
    trainer._calculate_rewards([row], [row["prompt"]], [[{"role": "assistant", "content": "x"}]], [[1]])
    assert list(trainer._pending_metrics) == ["asked"] and list(trainer._pending_extra_logs) == ["said"], said
    trl_internals.first_rewards(trainer, [row], ["x"])
    assert not trainer._pending_metrics and not trainer._pending_extra_logs, said


def test_completions_are_parsed_as_the_trainer_parses_them() -> None:
    said = CHANGED + "JudgedRollout would send other completions than the trainer asks for, and judge each twice."
    assert {"prefix", "tools"} <= set(parameters(parse_response)), said
    source = inspect.getsource(GRPOTrainer)
    for needed in (
        "parse_response(self._tokenizer, ids, prefix=prompt_ids[i], tools=per_prompt_tools[i])",
        "self.processing_class.batch_decode(completion_ids, skip_special_tokens=True)",
    ):
        assert needed in source, said  # test_rollouts compares the texts themselves


def test_reasoning_that_prompts_open_is_known(trainer: GRPOTrainer, monkeypatch: pytest.MonkeyPatch) -> None:
    said = CHANGED + "A program in reasoning that was cut off would earn a reward."
    tokenizer = trainer.processing_class
    assert trl_internals.prompt_end(trainer) == "", said
    monkeypatch.setattr(tokenizer, "chat_template", tokenizer.chat_template + "<think>\n")
    assert trl_internals.prompt_end(trainer) == "<think>\n", said
    monkeypatch.setattr(tokenizer, "response_template", {"content": {}}, raising=False)
    assert trl_internals.prompt_end(trainer) == "", said  # the trainer parses completions


@pytest.mark.parametrize(
    ("name", "needed"),
    [("_repeat_iterator", ["self"]), ("_generate_one", ["group_id"]), ("_score_group", ["self", "group"])],
)
def test_asynchronous_rollouts_are_overridden(name: str, needed: list[str]) -> None:
    said = CHANGED + f"judge_ahead does nothing, or fails: the loop of rollouts has no {name}{tuple(needed)}."
    assert set(needed) <= set(parameters(getattr(LOOP, name, lambda: None))), said
    assert "group_id" in {field.name for field in dataclasses.fields(async_rollout_worker.RolloutGroup)}, said


def test_worker_of_asynchronous_rollouts_runs_the_class_that_it_is_told() -> None:
    said = CHANGED + "judge_ahead does nothing: the worker of rollouts would run TRL's own loop."
    worker = async_rollout_worker.AsyncRolloutWorker
    assert worker._loop_cls is LOOP and "self._loop_cls" in inspect.getsource(worker.start), said


def test_benchmark_answers_and_ends_a_loop() -> None:
    said = CHANGED + "The benchmark's part overlap_async cannot stand in for an engine, or end a loop."
    assert {"path", "payload"} <= set(parameters(LOOP._post)), said
    source = inspect.getsource(LOOP.__init__)
    assert "self._loop = " in source and "self._stop_event = " in source, said


def test_no_other_file_uses_private_names_of_trl() -> None:
    root = Path(trl_internals.__file__).parents[2]
    files = [*(root / "deepcoder" / "training").glob("*.py"), *(root / "scripts").rglob("*.py")]
    texts = {file.name: file.read_text(encoding="utf-8") for file in files if file.name != "trl_internals.py"}
    private = ("trl.experimental", "trl.chat_template_utils", "trainer._", "worker._", "loop._")
    assert {name for name, text in texts.items() if any(each in text for each in private)} == set()
