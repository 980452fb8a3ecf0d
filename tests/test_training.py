"""The training room: presets, the tiny model, the start gate and the report, with a judge that needs no sandbox."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import json
import math
import os
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import torch
from datasets import Dataset
from transformers import TrainerControl, TrainerState
from trl import GRPOConfig
from trl.extras import profiling

from deepcoder.datasets import load_problems
from deepcoder.datasets.selection import Selection
from deepcoder.models.sampling import Decoding
from deepcoder.pool.alarm import ALARM_WINDOW
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.reward import CodeReward
from deepcoder.tools.mutants import mutants, normalised
from deepcoder.tools.records import Record
from deepcoder.tools.report import run
from deepcoder.training import arguments, evaluation, grpo, report, tiny, trl_internals
from deepcoder.training import judgement_log as judgements
from deepcoder.training.gate import GateError, check_rewards
from deepcoder.training.judgement_log import JudgementLog
from deepcoder.training.shuffled import ShuffledReward
from deepcoder.training.unjudged_limit import UnjudgedLimit
from deepcoder.verdicts import Judgement, Submission, Verdict

# TRL still uses names that transformers 5 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

SCRIPT = Path(__file__).parents[1] / "scripts" / "train_grpo.py"
ON_CPU = ["--bf16", "false", "--use_cpu", "true"]
MINUSCULE = tiny.WarmStart(vocabulary=320, width=32, layers=1, steps=2)


def the_script() -> Any:
    """`train_grpo.py`, which is in no package."""
    spec = importlib.util.spec_from_file_location("train_grpo", SCRIPT)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def problem(name: str, mode: Mode, reference: str) -> Problem:
    asked = ({"role": "user", "content": f"Write {name}."},)
    if mode is Mode.FUNCTION:
        tests = (TestCase.call([1], 2),)
        return Problem(name, mode, tests, entry_point=name, prompt=asked, reference=reference)
    return Problem(name, mode, (TestCase("1\n", "2\n"),), prompt=asked, reference=reference)


PROBLEMS = [
    problem("inc", Mode.FUNCTION, "def inc(n):\n    return n + 1\n"),
    problem("double", Mode.FUNCTION, "def double(n):\n    return n * 2\n"),
    problem("next", Mode.STDIN, "print(int(input()) + 1)\n"),
    problem("twice", Mode.STDIN, "print(int(input()) * 2)\n"),
]


class Judge:
    """Stands in for the pool: accepts nothing but references, or says the one verdict it is told to say."""

    def __init__(self, says: Verdict | None = None) -> None:
        self.says = says

    def check_problems(self, problems: Sequence[Problem]) -> None:
        """Every problem can be judged."""

    def check_languages(self, wanted: Mapping[str, str]) -> None:
        """Every language is there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End nothing."""

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        return [Judgement(self.says or self._verdict(each), 0, 1, 1) for each in submissions]

    def _verdict(self, submission: Submission) -> Verdict:
        if submission.program is None:
            return Verdict.CE
        right = submission.program.source.strip() == (submission.problem.reference or "").strip()
        return Verdict.AC if right else Verdict.WA


@pytest.fixture
def minuscule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Makes TRL's trainer for a model of a few thousand weights."""
    warmed = tiny.warm_started
    monkeypatch.setattr(tiny, "warm_started", lambda problems, seed: warmed(problems, seed, MINUSCULE))

    def make(judge: Judge, rows: Dataset | None = None, **settings: Any) -> Any:
        parsed = arguments.parse(["--output_dir", str(tmp_path / "run"), "--max_steps", "2"])
        for name, value in settings.items():
            setattr(parsed.grpo, name, value)
        if rows is not None:
            monkeypatch.setattr(grpo, "dataset", lambda _: rows)
        pool: Any = judge
        return grpo.make_trainer(PROBLEMS, CodeReward(pool, PROBLEMS), parsed.grpo, parsed.model)

    return make


def rows_with(**column: list[str]) -> Dataset:
    return Dataset.from_dict({"prompt": [list(each.prompt) for each in PROBLEMS], **column})


# Arguments


@pytest.mark.parametrize("name", ["tiny", "qwen3-0.6b"])
def test_preset_has_the_settings_of_deepcoder(name: str, tmp_path: Path) -> None:
    parsed = arguments.parse(["--preset", name, "--output_dir", str(tmp_path), *ON_CPU])

    assert parsed.script.preset == name
    assert (parsed.grpo.beta, parsed.grpo.epsilon, parsed.grpo.epsilon_high) == (0.0, 0.2, 0.28)
    assert parsed.grpo.loss_type == "dapo"
    assert parsed.grpo.mask_truncated_completions
    assert parsed.grpo.scale_rewards == "group"
    assert (parsed.grpo.num_generations, parsed.grpo.temperature, parsed.grpo.max_grad_norm) == (8, 0.6, 1.0)
    assert parsed.grpo.lr_scheduler_type == "constant"
    assert not parsed.grpo.remove_unused_columns
    assert (parsed.script.max_tests, parsed.script.format_penalty) == (15, 0.0)


def test_qwen_learns_once_from_what_it_samples(tmp_path: Path) -> None:
    settings = arguments.parse(["--preset", "qwen3-0.6b", "--output_dir", str(tmp_path), *ON_CPU]).grpo

    assert settings.generation_batch_size == 8 * 8
    assert settings.steps_per_generation == settings.gradient_accumulation_steps
    assert settings.learning_rate == 1e-6


def test_flags_override_the_file_and_the_file_overrides_the_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text(f"preset: tiny\nmax_steps: 7\nworkers: 3\noutput_dir: {tmp_path}\nenv: {{A_NAME: a}}\n")
    monkeypatch.setenv("A_NAME", "")

    parsed = arguments.parse(["--config", str(config), "--workers=5", "--max_tests", "none"])

    assert parsed.grpo.max_steps == 7
    assert (parsed.script.workers, parsed.script.max_tests, parsed.script.shortest) == (5, None, 16)
    assert os.environ["A_NAME"] == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_stepz: 1", "unknown setting in the configuration: max_stepz"),
        ("preset: big", f"unknown preset 'big': choose one of {', '.join(arguments.presets())}"),
        ("preset: _deepcoder", "unknown preset '_deepcoder'"),
        ("- 1", "must hold settings"),
        ("a: [", "is not YAML"),
    ],
)
def test_bad_config_is_named(text: str, message: str, tmp_path: Path) -> None:
    config = tmp_path / "bad.yaml"
    config.write_text(text)

    with pytest.raises(ValueError, match=message) as raised:
        arguments.parse(["--config", str(config)])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--preset", "huge"], f"unknown preset 'huge': choose one of {', '.join(arguments.presets())}"),
        (["--config", "/no/such.yaml"], "/no/such.yaml"),
        (["--max_stepz", "1"], "unknown option: --max_stepz"),
        (["--num_generations", "7"], "must be divisible by num_generations"),
        (["--problems", "/no/such.jsonl"], "/no/such.jsonl does not exist"),
        (["--times", "/no/times.jsonl"], "/no/times.jsonl does not exist"),
        (["--report_to", "no_such"], "report_to: no_such is not installed; it can be none"),
        (["--min_pass_rate", "0.1"], "min_pass_rate and max_pass_rate need pass_rates"),
        (["--pass_rates", "r", "--min_pass_rate", "0.9", "--max_pass_rate", "0.1"], "the first at most the second"),
        (["--pass_rates", "/no/rates.jsonl"], "/no/rates.jsonl does not exist"),
        (["--soft_punish_cache", "97"], "soft_punish_cache is a number of tokens from 0 to 96, and not 97"),
        (["--held_out", "deepcoder_small"], "held_out: problem function/double is one of those to train on"),
        (["--max_ie_share", "5"], "max_ie_share is a share, from 0 up to 1, and not 5"),
        (["--max_tests", "-1"], "max_tests is 1 or more, and not -1"),
        (["--shortest", "0"], "shortest is 1 or more, and not 0"),
        (["--shown", "-1"], "shown is 0 or more, and not -1"),
        (["--format_penalty", "-0.5"], "format_penalty is 0 or more, and not -0.5"),
        (["--per_device_train_batch_size", "264"], "33 prompts are sampled at a time, and there are 32 problems: give"),
    ],
)
def test_script_says_what_is_wrong_and_exits_with_2(
    flags: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(tmp_path), *flags])

    with pytest.raises(SystemExit) as left:
        the_script().main()

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert message in said and "Traceback" not in said
    assert said.count("\n") == 1


def test_script_with_a_folder_for_ray_that_is_too_long_exits_with_2(
    no_ray: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path / ("x" * 100)))
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(tmp_path), *ON_CPU])

    with pytest.raises(SystemExit) as left:
        the_script().main()

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.startswith("train_grpo: RAY_TMPDIR is ") and said.count("\n") == 1


def test_script_leaves_quarantined_problems_out(tmp_path: Path) -> None:
    assert arguments.parse(["--output_dir", str(tmp_path), *ON_CPU]).script.quarantine is None
    flags = ["--output_dir", str(tmp_path), "--quarantine", "q.jsonl", *ON_CPU]
    assert arguments.parse(flags).script.quarantine == "q.jsonl"


# The tiny model


def test_tokenizer_keeps_any_text() -> None:
    tokenizer = tiny.make_tokenizer(PROBLEMS, 400)

    for text in ("def f(x):\n    return  x\n", "```python\nprint('é ✓')\n```", " two  spaces ,\t tab"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_chat_template_marks_who_speaks_and_where_the_answer_begins() -> None:
    tokenizer = tiny.make_tokenizer(PROBLEMS, 400)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Write inc."}]

    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)

    assert text == "<|system|>Be brief.<|end|><|user|>Write inc.<|end|><|assistant|>"
    assert tokenizer(text)["input_ids"][-1] == tokenizer.convert_tokens_to_ids("<|assistant|>")


def test_mutants_of_the_shipped_references_differ_and_compile() -> None:
    known = load_problems("deepcoder_small")

    for each in known:
        assert each.reference is not None
        changed = mutants(each.reference)
        assert len(changed) == len(set(changed)) >= 2, each.problem_id
        assert normalised(each.reference) not in changed
        for source in changed:
            ast.parse(source)


def test_mutants_leave_while_loops_alone() -> None:
    assert mutants("n = 1\nwhile n < 9:\n    n += 1\n") == ["n = 2\nwhile n < 9:\n    n += 1"]


def test_one_of_the_answers_is_right() -> None:
    answers = tiny.completions(PROBLEMS[0], tiny.WarmStart(), random.Random(0))

    assert answers[0] == ("```python\ndef inc(n):\n    return n + 1\n```", tiny.WarmStart().right_share)
    assert len({text for text, _ in answers}) == len(answers) >= 4
    assert sum(share for _, share in answers) == pytest.approx(1)


def test_same_seed_makes_the_same_model() -> None:
    first, again, other = (
        torch.cat([each.flatten() for each in tiny.warm_started(PROBLEMS, seed, MINUSCULE)[0].parameters()])
        for seed in (1, 1, 2)
    )

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_tiny_model_needs_references() -> None:
    with pytest.raises(ValueError, match="no problem has one"):
        tiny.warm_started([dataclasses.replace(PROBLEMS[0], reference=None)], 0, MINUSCULE)


def test_reference_that_is_no_python_is_named() -> None:
    with pytest.raises(ValueError, match="problem inc does not parse"):
        tiny.warm_started([dataclasses.replace(PROBLEMS[0], reference="print 1")], 0, MINUSCULE)


def test_shortest_takes_both_modes() -> None:
    assert [each.problem_id for each in grpo.chosen(PROBLEMS, 1)] == ["next", "inc"]
    assert grpo.chosen(PROBLEMS, None) == PROBLEMS


def test_shortest_without_references_is_refused() -> None:
    with pytest.raises(ValueError, match="shortest: no problem has a reference solution"):
        grpo.chosen([dataclasses.replace(each, reference=None) for each in PROBLEMS], 1)


def test_quarantine_is_for_held_out_problems_too(tmp_path: Path) -> None:
    quarantine, held_out = tmp_path / "quarantine.jsonl", load_problems("deepcoder_exercises_held_out")
    quarantine.write_text(json.dumps({"problem_id": held_out[0].problem_id, "reason": "weak"}) + "\n")
    script = arguments.ScriptArguments(problems="deepcoder_exercises", held_out="deepcoder_exercises_held_out")

    _, kept = the_script().load(dataclasses.replace(script, quarantine=str(quarantine)), Selection())

    assert [each.problem_id for each in kept] == [each.problem_id for each in held_out[1:]]


def test_problem_without_a_prompt_cannot_be_trained_on() -> None:
    with pytest.raises(ValueError, match="problem inc has no prompt"):
        grpo.chosen([dataclasses.replace(PROBLEMS[0], prompt=())], None)


def test_dataset_has_no_tests_in_it() -> None:
    assert grpo.dataset(PROBLEMS).column_names == ["prompt", "problem_id"]


# The start gate


def test_gate_passes_when_rewards_are_right(minuscule: Any) -> None:
    trainer = minuscule(Judge())

    assert check_rewards(trainer, PROBLEMS) == 8
    assert not trainer._pending_metrics and not trainer._pending_extra_logs


def test_gate_reports_nothing_before_training(minuscule: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Call trackio.init() before trackio.log().")

    trainer = minuscule(Judge())
    monkeypatch.setattr(profiling, "is_trackio_available", lambda: True)
    monkeypatch.setattr(profiling, "trackio", SimpleNamespace(log=fail), raising=False)
    trainer.args.report_to = ["trackio"]

    assert check_rewards(trainer, PROBLEMS) == 8
    assert trainer.args.report_to == ["trackio"]


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (Verdict.AC, "junk for problem inc must earn 0 and earns 1"),
        (Verdict.WA, "the reference solution for problem inc must earn 1 and earns 0"),
        (Verdict.IE, "earns no reward: it could not be judged"),
    ],
)
def test_gate_refuses_wrong_rewards(minuscule: Any, says: Verdict, message: str) -> None:
    with pytest.raises(GateError, match=message):
        check_rewards(minuscule(Judge(says)), PROBLEMS)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({}, "no row names a problem of this reward: give the rows a column `problem_id`"),
        ({"id": ["inc", "double", "next", "twice"]}, "give the rows a column `problem_id`"),
        ({"problem_id": ["inc", "double", "next", "thrice"]}, "a row names problem 'thrice'"),
        ({"problem_id": ["double", "inc", "next", "twice"]}, "reference solution for problem double must earn 1"),
    ],
)
def test_gate_refuses_a_wrong_mapping(minuscule: Any, column: dict[str, list[str]], message: str) -> None:
    with pytest.raises(GateError, match=message):
        check_rewards(minuscule(Judge(), rows_with(**column)), PROBLEMS)


def test_gate_refuses_a_trainer_that_drops_columns(minuscule: Any) -> None:
    with pytest.raises(GateError, match="problem_id"):
        check_rewards(minuscule(Judge(), remove_unused_columns=True), PROBLEMS)


def test_gate_refuses_prompts_of_other_problems(minuscule: Any) -> None:
    with pytest.raises(GateError, match="no prompt of the training data"):
        check_rewards(minuscule(Judge()), [dataclasses.replace(PROBLEMS[0], prompt=PROBLEMS[0].prompt * 2)])


def test_gate_warns_where_no_right_program_is_known(minuscule: Any, caplog: pytest.LogCaptureFixture) -> None:
    unknown = [dataclasses.replace(each, reference=None) for each in PROBLEMS]

    assert check_rewards(minuscule(Judge()), unknown) == 4
    assert "nothing shows that a right program earns 1" in caplog.text


# Training and its report


def test_training_logs_what_the_report_draws(minuscule: Any, tmp_path: Path) -> None:
    trainer = minuscule(Judge(), max_completion_length=8)
    check_rewards(trainer, PROBLEMS)
    shown = report.spread(PROBLEMS, 2)
    before = report.ask(trainer, shown, Judge().judge)
    assert report.ask(trainer, shown, Judge().judge) == before

    trainer.train()

    history = trainer.state.log_history
    assert [row["verdict/CE"] for row in history if "reward" in row] == [1.0, 1.0]  # the gate's answers not among them
    after = report.ask(trainer, shown, Judge().judge)
    assert [str(each) for each in after] == ["0.00: 8 CE"] * 2
    report.draw(history, tmp_path / "reward.png", "a title")
    assert (tmp_path / "reward.png").read_bytes().startswith(b"\x89PNG")


def test_training_logs_judgements_that_explain_reads(minuscule: Any, tmp_path: Path) -> None:
    trainer = minuscule(Judge(), max_completion_length=8)
    selection = Selection(max_tests=15, times="times.jsonl")
    log = JudgementLog(tmp_path / "run", selection)
    trainer.reward_funcs[0].log = log

    trainer.train()

    rows = [json.loads(line) for line in log.path.read_text().splitlines()]
    assert [row["step"] for row in rows] == [0] * (len(rows) // 2) + [1] * (len(rows) // 2) != []
    records = [Record.from_row(row) for row in rows]
    assert {each.judgement.verdict for each in records} == {Verdict.CE}
    assert {(each.selection, each.cpu_limit_s) for each in records} == {(selection, 6.0)}
    assert {row["problem_id"] for row in rows} <= {each.problem_id for each in PROBLEMS}


def test_training_writes_what_the_page_of_the_report_shows(minuscule: Any, tmp_path: Path) -> None:
    trainer, folder = minuscule(Judge(), max_completion_length=8), tmp_path / "run"
    trainer.reward_funcs[0].log = JudgementLog(folder, Selection())
    groups = [answers(PROBLEMS[0], Verdict.AC), answers(PROBLEMS[2], Verdict.WA)]
    failed = dataclasses.replace(groups[1].judgements[0], failed_test=0)
    groups[1] = report.Answers(PROBLEMS[2], groups[1].texts, [failed])

    report.record(groups, "before", folder, Selection())
    trainer.train()
    report.record(groups, "after", folder, Selection())

    read = run.read(folder, "run")
    assert [step.number for step in read.steps] == [1, 2]
    for step in read.steps:
        assert step.verdicts == {Verdict.CE: 32} and step.reward == 0
        assert step.seconds is not None and 0 < step.seconds["generating_s"] < step.logged["step_time"]
        assert step.seconds["learning_s"] > 0
    inc, next_ = read.answers
    assert (inc.problem_id, inc.before[0].text, inc.before[0].failed) == ("inc", "```python\nAC\n```", None)
    assert inc.before == inc.after
    assert next_.after[0].failed == ("1\n", "2\n")
    assert next_.after[0].outcome == "test 1 of 1"


def test_steps_that_learn_from_one_batch_are_one_step_of_the_report(minuscule: Any, tmp_path: Path) -> None:
    trainer, folder = minuscule(Judge(), max_completion_length=8, num_iterations=2), tmp_path / "run"
    trainer.reward_funcs[0].log = JudgementLog(folder, Selection())

    trainer.train()

    first, second = (json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines())
    assert (first["step"], second["step"]) == (1, 2) and "reward" in first and "reward" not in second
    (step,) = run.read(folder, "run").steps
    assert step.seconds is not None
    assert sum(step.seconds.values()) == pytest.approx(first["step_time"] + second["step_time"])


def test_evaluation_samples_as_the_trainer_does(minuscule: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = minuscule(Judge(), top_p=0.9, min_p=0.1, repetition_penalty=1.2)
    asked: list[Decoding] = []

    def sample(model: Any, tokenizer: Any, prompts: Sequence[Any], decoding: Decoding) -> list[Any]:
        asked.append(decoding)
        return [[] for _ in prompts]

    monkeypatch.setattr(report, "sample", sample)

    report.ask(trainer, PROBLEMS, Judge().judge)

    assert asked == [Decoding(8, 0.6, 96, 0.9, 0, {}, 0.1, 1.2)]


def test_script_reports_to_tensorboard(minuscule: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    script = the_script()
    monkeypatch.setattr(script, "SandboxPool", lambda *_, **__: Judge())
    flags = ["--shortest", "2", "--shown", "0", "--max_completion_length", "8", "--max_steps", "2"]
    flags += ["--report_to", "tensorboard"]
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(tmp_path / "run"), *flags])

    script.main()

    (folder,) = (tmp_path / "run" / "runs").iterdir()
    events = EventAccumulator(str(folder)).Reload()
    for name in ("reward", "verdict/CE", "judging_s", "generating_s"):
        assert [each.step for each in events.Scalars(f"train/{name}")] == [1, 2], name
    assert [each.value for each in events.Scalars("train/verdict/CE")] == [1, 1]


class Mixed(Judge):
    """Judge the start gate's completions as they are. Of the others, accept every third of two problems."""

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        judgements = super().judge(submissions)
        for place, submission in enumerate(submissions):
            if submission.program is None and submission.problem in PROBLEMS[:2] and place % 3 == 0:
                judgements[place] = Judgement(Verdict.AC, 1, 1, 1)
        return judgements


@pytest.mark.parametrize("is_dropped", [False, True])
def test_dynamic_sampling_leaves_groups_of_one_reward_out_of_the_loss(
    is_dropped: bool, minuscule: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = minuscule(Mixed(), max_completion_length=8, max_steps=1, mask_truncated_completions=False)
    if is_dropped:
        trl_internals.leave_out_what_teaches_nothing(trainer)
    learnt: list[dict[str, Any]] = []
    compute = trainer.compute_loss

    def compute_loss(model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        learnt.append(inputs)
        return compute(model, inputs, *args, **kwargs)

    monkeypatch.setattr(trainer, "compute_loss", compute_loss)

    trainer.train()

    (batch,) = learnt
    teaches, counted = batch["advantages"] != 0, batch["completion_mask"].any(dim=1)
    assert 0 < teaches.sum() < len(teaches)
    assert counted.tolist() == (teaches.tolist() if is_dropped else [True] * len(teaches))
    assert batch["num_items_in_batch"] == batch["completion_mask"].sum()


def test_shuffled_rewards_are_those_of_the_batch_in_an_order_of_the_step() -> None:
    rewards: list[float | None] = [1.0, 0.0, 0.0, None, 0.5, 0.0, 1.0, 0.0]
    reward: Any = lambda **_: list(rewards)  # noqa: E731
    reward.__name__ = "code_reward"
    control = ShuffledReward(reward, seed=3)

    first, again, later = (control(trainer_state=SimpleNamespace(global_step=step)) for step in (5, 5, 6))

    assert sorted(map(str, first)) == sorted(map(str, rewards))
    assert first == again and first != later and rewards not in (first, later)
    assert ShuffledReward(reward, seed=3, rank=1)(trainer_state=SimpleNamespace(global_step=5)) != first
    assert control.__name__ == "code_reward"


def test_rewards_are_not_shuffled_in_less_than_a_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GRPOConfig, "world_size", 8)
    flags = ["--output_dir", str(tmp_path), "--shuffle_rewards", "true", "--per_device_train_batch_size"]

    assert arguments.parse([*flags, "8"]).script.shuffle_rewards
    with pytest.raises(ValueError, match="shuffle_rewards deals out .* which has 4 at a time: give it 8 or more"):
        arguments.parse([*flags, "4"])


def test_script_saves_the_model_before_it_is_evaluated(
    minuscule: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, saved = the_script(), tmp_path / "run" / "model.safetensors"
    asked: list[tuple[bool, str]] = []
    rewards: list[CodeReward] = []

    def evaluated(*_: Any) -> list[Any]:
        asked.append((saved.exists(), rewards[0].prompt_end))
        return []

    def reward(*given: Any, **settings: Any) -> CodeReward:
        rewards.append(CodeReward(*given, **settings))
        return rewards[0]

    monkeypatch.setattr(script, "SandboxPool", lambda *_, **__: Judge())
    monkeypatch.setattr(script, "CodeReward", reward)
    monkeypatch.setattr(script.evaluation, "evaluated", evaluated)
    monkeypatch.setattr(trl_internals, "prompt_end", lambda _: "<think>\n")
    flags = ["--shortest", "2", "--shown", "0", "--max_completion_length", "8", "--max_steps", "1"]
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(tmp_path / "run"), *flags])

    script.main()

    assert asked == [(False, "<think>\n"), (True, "<think>\n")]


def test_script_shows_text_with_brackets_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = dataclasses.replace(PROBLEMS[0], problem_id="[/x]")
    judgement = dataclasses.replace(Judgement(Verdict.RTE, 0, 1, 1), detail="ValueError: no [/b] here")
    before = [evaluation.Evaluation("problems", [], [report.Answers(odd, ["[/i]"], [judgement])])]

    the_script().show(before, before, 1, tmp_path)

    said = capsys.readouterr().out
    assert "[/x], before: RTE (ValueError: no [/b] here)" in said and "[/i]" in said and "│ [/x]" in said


def test_script_evaluates_the_model_on_problems_held_out(
    minuscule: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script, folder = the_script(), tmp_path / "run"
    monkeypatch.setattr(script, "SandboxPool", lambda *_, **__: Mixed())
    monkeypatch.setattr(script, "load", lambda *_: (PROBLEMS[1:], PROBLEMS[:1]))
    flags = ["--shown", "2", "--max_completion_length", "8", "--max_steps", "1", "--soft_punish_cache", "4"]
    flags += ["--per_device_train_batch_size", "24", "--shuffle_rewards", "true", "--dynamic_sampling", "true"]
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(folder), *flags])

    script.main()

    result = json.loads((folder / "result.json").read_text())
    assert set(result) == {"first_fifth", "last_fifth", "problems trained on", "held-out problems"}
    for when in ("before", "after"):
        assert result["held-out problems"][when] == {"greedy": 1.0, "sampled": pytest.approx(3 / 8)}
        assert result["problems trained on"][when]["greedy"] == 0.5
    assert "| 1 held-out problems | 1.00 | 1.00 | 0.38 | 0.38 |" in (folder / "before_after.md").read_text()
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text().splitlines()]
    assert [(row["when"], row["problem_id"]) for row in rows[::8]] == [
        *(("before", name) for name in ("double", "next", "inc")),
        *(("after", name) for name in ("double", "next", "inc")),
    ]
    assert "held-out problems" in capsys.readouterr().out


# Too many completions that could not be judged


class Breaking(Judge):
    """Judges the start gate's completions as it should, and can judge nothing after that."""

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        judgements = super().judge(submissions)
        self.says = Verdict.IE
        return judgements


def test_training_above_the_limit_of_ie_ends_with_a_checkpoint_that_continues(minuscule: Any, tmp_path: Path) -> None:
    trainer, limit = minuscule(Judge(Verdict.IE), max_completion_length=8), UnjudgedLimit(0.05)
    trainer.add_callback(limit)
    trainer.train()
    kept = tmp_path / "run" / "checkpoint-1"
    assert trainer.state.global_step == 1
    assert limit.reason.startswith("100.0% of the completions since step 1 could not be judged")
    assert str(kept) in limit.reason

    healed, limit = minuscule(Judge(), max_completion_length=8), UnjudgedLimit(0.05)
    healed.add_callback(limit)
    healed.train(resume_from_checkpoint=str(kept))
    assert (healed.state.global_step, limit.reason) == (2, "")
    assert [row["ie_share"] for row in healed.state.log_history if "reward" in row] == [1.0, 0.0]


def test_limit_of_ie_is_on_the_last_completions_together() -> None:
    limit, state, control = UnjudgedLimit(0.05), TrainerState(), TrainerControl()
    config: Any = SimpleNamespace(output_dir="run", generation_batch_size=ALARM_WINDOW // 10)
    for share in [0.0] * 5 + [None] + [0.0] * 4 + [0.4]:  # None: a step that learned again from the same completions
        state.global_step += 1
        limit.on_log(config, state, control, {"ie_share": share})
    assert not control.should_training_stop
    state.global_step += 1
    limit.on_log(config, state, control, {"ie_share": 0.2})
    assert control.should_training_stop and control.should_save
    assert limit.reason.startswith("6.0% of the completions since step 2 could not be judged")


def test_limit_of_ie_bears_one_of_the_first_few() -> None:
    limit, state, control = UnjudgedLimit(0.05), TrainerState(), TrainerControl()
    config: Any = SimpleNamespace(output_dir="run", generation_batch_size=16)
    for share in [1 / 16, 0.0, 0.0, 4 / 16]:  # of 64 completions 5, which are 5 of 100 too
        state.global_step += 1
        limit.on_log(config, state, control, {"ie_share": share})
    assert not control.should_training_stop
    state.global_step += 1
    limit.on_log(config, state, control, {"ie_share": 1 / 16})
    assert control.should_training_stop


def test_script_above_the_limit_of_ie_says_how_to_continue_and_exits_with_1(
    minuscule: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = the_script()
    monkeypatch.setattr(script, "SandboxPool", lambda *_, **__: Breaking())
    flags = ["--shortest", "2", "--shown", "0", "--max_completion_length", "8", "--max_ie_share", "0.05"]
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", "--output_dir", str(tmp_path / "run"), *flags])

    with pytest.raises(SystemExit) as left:
        script.main()

    said = capsys.readouterr().err
    assert left.value.code == 1
    assert said.count("\n") == 1 and said.startswith("train_grpo: 100.0% of the completions since step 1 could not be")
    assert f"give the same command again: it goes on from {tmp_path / 'run' / 'checkpoint-1'}" in said
    assert (tmp_path / "run" / "checkpoint-1" / "trainer_state.json").exists()


def test_log_of_judgements_goes_on_in_other_files_of_one_rank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "MAX_BYTES", 1000)
    log = JudgementLog(tmp_path, Selection(), rank=3)
    batch = [Submission(PROBLEMS[0], Program("x" * 300))], [Judgement(Verdict.WA, 0, 1, 1)]
    for step in range(4):
        log(step, *batch)

    names = ["judgements_3_older_1", "judgements_3_older_2", "judgements_3_older_3", "judgements_3"]
    assert {each.stem for each in tmp_path.iterdir()} == set(names)
    assert all(each.stat().st_size <= 1000 for each in tmp_path.iterdir())
    rows = [json.loads((tmp_path / f"{name}.jsonl").read_text()) for name in names]
    assert [row["step"] for row in rows] == [0, 1, 2, 3]


def test_named_model_is_loaded(tmp_path: Path) -> None:
    for made in tiny.warm_started(PROBLEMS, 0, MINUSCULE):
        made.save_pretrained(tmp_path / "model")
    flags = ["--output_dir", str(tmp_path), "--model_name_or_path", str(tmp_path / "model"), "--dtype", "bfloat16"]
    parsed = arguments.parse(flags)
    pool: Any = Judge()

    trainer = grpo.make_trainer(PROBLEMS, CodeReward(pool, PROBLEMS), parsed.grpo, parsed.model)

    assert trainer.model.dtype == torch.bfloat16
    assert check_rewards(trainer, PROBLEMS) == 8


def answers(each: Problem, *verdicts: Verdict) -> report.Answers:
    texts = [f"```python\n{verdict}\n```" for verdict in verdicts]
    return report.Answers(each, texts, [Judgement(verdict, 0, 1, 1) for verdict in verdicts])


def test_table_shows_verdicts_and_means() -> None:
    before = [answers(PROBLEMS[0], Verdict.WA, Verdict.IE), answers(PROBLEMS[2], Verdict.CE, Verdict.AC)]
    after = [answers(PROBLEMS[0], Verdict.AC, Verdict.AC), answers(PROBLEMS[2], Verdict.AC, Verdict.WA)]

    assert report.compared(before, after) == [
        ("inc", "function", "0.00: 1 WA 1 IE", "1.00: 2 AC"),
        ("next", "stdin", "0.50: 1 AC 1 CE", "0.50: 1 AC 1 WA"),
        ("mean reward", "", "0.25", "0.75"),
    ]
    text = report.markdown(
        [report.table(report.HEADER, report.compared(before, after))], report.samples(before, after, 4)
    )
    assert "| inc | function | 0.00: 1 WA 1 IE | 1.00: 2 AC |" in text
    assert "## inc, before: WA\n\n~~~~text\n```python\nWA\n```\n~~~~" in text


def test_fifths_skip_steps_without_a_reward() -> None:
    history: list[dict[str, Any]] = [{"reward": step / 10, "step": step} for step in range(10)]
    history += [{"reward": None, "step": 10}, {"train_runtime": 1.0, "step": 10}]

    assert list(report.fifths(history)) == pytest.approx([0.05, 0.85])


def test_run_without_a_reward_has_no_picture(tmp_path: Path) -> None:
    report.draw([{"reward": None, "step": 1}], tmp_path / "reward.png", "a title")

    assert not (tmp_path / "reward.png").exists()
    assert all(math.isnan(mean) for mean in report.fifths([{"reward": None, "step": 1}]))


def test_picture_of_one_step_is_drawn(tmp_path: Path) -> None:
    report.draw([{"reward": 0.5, "step": 1}], tmp_path / "reward.png", "a title")

    assert (tmp_path / "reward.png").stat().st_size > 10_000
