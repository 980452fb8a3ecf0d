"""The presets of training: what they say, two steps with a tiny model of the same class, and how they are launched."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import torch
from accelerate.commands.config import load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.utils import FullyShardedDataParallelPlugin
from accelerate.utils.launch import prepare_multi_gpu_env
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedConfig, Qwen2Config, Qwen3Config

from deepcoder.reward import CodeReward
from deepcoder.training import arguments, grpo, tiny
from deepcoder.training.grpo import Batch
from deepcoder.verdicts import Judgement, Submission, Verdict
from tests.test_training import ON_CPU, PROBLEMS, Judge, the_script

# TRL still uses names that transformers 5 has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.usefixtures("one_thread"),
]

ROOT = Path(__file__).parents[1]
FILES = ROOT / "deepcoder" / "training" / "presets"
CONFIGURATIONS = ROOT / "scripts" / "accelerate"


class Stated(NamedTuple):
    """Hold what a preset says in its comments: the class of its model, its GPUs, and the batch that these make."""

    architecture: type[PreTrainedConfig]
    gpus: int
    batch: Batch


PRESETS = {
    "deepcoder-1.5b-16k": Stated(Qwen2Config, 8, Batch(32, 8, 2)),
    "deepcoder-1.5b-32k": Stated(Qwen2Config, 8, Batch(128, 8, 2)),
    "deepcoder-14b-16k": Stated(Qwen2Config, 32, Batch(32, 8, 2)),
    "deepcoder-14b-32k": Stated(Qwen2Config, 32, Batch(128, 8, 2)),
    "qwen3-0.6b": Stated(Qwen3Config, 1, Batch(8, 8, 1)),
    "qwen3-4b-lora": Stated(Qwen3Config, 8, Batch(128, 8, 1)),
    "smollm2-135m": Stated(LlamaConfig, 1, Batch(4, 8, 1)),
    "tiny": Stated(LlamaConfig, 1, Batch(4, 8, 1)),
}
SOURCED = ["_deepcoder", *(name for name in PRESETS if name.startswith("deepcoder") or name.endswith("lora"))]
each_preset = pytest.mark.parametrize("name", PRESETS)
each_file = pytest.mark.parametrize("path", sorted(CONFIGURATIONS.glob("*.yaml")), ids=lambda path: path.stem)


def parsed(name: str, folder: Path, *flags: str) -> arguments.Arguments:
    """Parse the preset on this machine, which may have neither a GPU nor vLLM."""
    return arguments.parse(["--preset", name, "--output_dir", str(folder), *ON_CPU, "--use_vllm", "false", *flags])


# What they say


def test_every_preset_is_tested() -> None:
    assert arguments.presets() == sorted(PRESETS)


@each_preset
def test_batch_is_the_stated_one_on_the_stated_gpus(name: str, tmp_path: Path) -> None:
    assert grpo.batch(parsed(name, tmp_path).grpo, PRESETS[name].gpus) == PRESETS[name].batch


def test_batch_is_said_in_words() -> None:
    assert str(Batch(32, 8, 2.0)) == "32 prompts x 8 at a time, learnt from in 2 updates"
    assert str(Batch(0.5, 8, 1.0)) == "0.5 prompts x 8 at a time, learnt from in 1 update"


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("deepcoder")])
def test_preset_of_deepcoder_has_the_values_of_its_script(name: str, tmp_path: Path) -> None:
    script, config, model = parsed(name, tmp_path)

    assert (config.beta, config.epsilon, config.epsilon_high, config.entropy_coef) == (0.0, 0.2, 0.28, 0.0)
    assert (config.loss_type, config.scale_rewards, config.mask_truncated_completions) == ("dapo", "group", True)
    assert (config.temperature, config.top_p, config.max_grad_norm, config.learning_rate) == (0.6, 1.0, 1.0, 1e-6)
    assert (config.lr_scheduler_type, config.warmup_steps, config.num_iterations) == ("constant", 0, 1)
    assert not config.vllm_importance_sampling_correction
    assert config.max_completion_length == (32768 if name.endswith("32k") else 16384)
    assert config.vllm_max_model_length == 2048 + config.max_completion_length
    assert (script.max_tests, script.format_penalty) == (15, 0.0)
    assert not model.use_peft


def test_preset_with_lora_has_the_values_of_the_cookbook(tmp_path: Path) -> None:
    script, config, model = parsed("qwen3-4b-lora", tmp_path)

    assert (model.use_peft, model.lora_r, model.lora_dropout) == (True, 32, 0.0)
    assert (config.learning_rate, config.temperature, config.max_completion_length) == (4e-5, 1.0, 24576)
    assert (config.scale_rewards, script.format_penalty) == ("none", 0.1)


@pytest.mark.parametrize("size", ["1.5b", "14b"])
def test_second_stage_begins_with_what_the_first_saves(size: str) -> None:
    first, second = (arguments.preset(f"deepcoder-{size}-{context}") for context in ("16k", "32k"))
    assert second["model_name_or_path"] == first["output_dir"] != second["output_dir"]


@pytest.mark.parametrize("name", SOURCED)
def test_every_value_says_where_it_comes_from(name: str) -> None:
    """A comment stands behind the value, or before the values that it explains together."""
    for paragraph in (FILES / f"{name}.yaml").read_text(encoding="utf-8").strip().split("\n\n"):
        assert paragraph.startswith("#") or all(" # " in f" {line}" for line in paragraph.splitlines()), paragraph


# Two steps


class Wavering(Judge):
    """Accepts every other program, so that each group has something to learn from."""

    def judge(self, submissions: Sequence[Submission]) -> list[Judgement]:
        verdicts = (Verdict.AC, Verdict.WA)
        return [Judgement(verdicts[place % 2], 0, 1, 1) for place, _ in enumerate(submissions)]


def save_tiny(architecture: type[PreTrainedConfig], folder: Path) -> None:
    """Save an untrained model of this architecture, and its tokenizer, as `from_pretrained` reads them."""
    tokenizer = tiny.make_tokenizer(PROBLEMS, 320)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1}
    tokens = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(architecture(vocab_size=len(tokenizer), **size, **heads, **tokens))
    for made in (tokenizer, model):
        made.save_pretrained(folder)


def trainer_of(name: str, model: Path, output: Path) -> Any:
    """Make the trainer of a preset, for the model in this folder. Only lengths and the batch are not the preset's."""
    # Completions are as long as it takes that some of them end, since the others are masked.
    short = ["--max_steps", "2", "--max_completion_length", "128", "--save_strategy", "no"]
    few = ["--per_device_train_batch_size", "8", "--gradient_accumulation_steps", "1"]
    few += ["--steps_per_generation", str(int(PRESETS[name].batch.updates))]
    script, config, named = parsed(name, output, "--model_name_or_path", str(model), *short, *few)
    pool: Any = Wavering()
    reward = CodeReward(pool, PROBLEMS, max_tests=script.max_tests, format_penalty=script.format_penalty)
    return grpo.make_trainer(PROBLEMS, reward, config, named)


@each_preset
def test_preset_takes_two_steps(name: str, tmp_path: Path) -> None:
    save_tiny(PRESETS[name].architecture, tmp_path / "model")
    trainer = trainer_of(name, tmp_path / "model", tmp_path)
    learning = {key: value for key, value in trainer.model.named_parameters() if value.requires_grad}
    before = {key: value.clone() for key, value in learning.items()}

    trainer.train()

    has_lora = name.endswith("lora")
    plain = trainer.model.get_base_model() if has_lora else trainer.model
    assert type(plain.config) is PRESETS[name].architecture
    assert all(("lora_" in key) is has_lora for key in learning)
    steps = [row for row in trainer.state.log_history if "grad_norm" in row]
    assert [row["step"] for row in steps] == [1, 2]
    assert all(math.isfinite(row["loss"]) and row["grad_norm"] > 0 for row in steps)
    assert any(not torch.equal(value, before[key]) for key, value in learning.items())


def test_second_stage_loads_what_the_first_has_learnt(tmp_path: Path) -> None:
    save_tiny(Qwen2Config, tmp_path / "model")
    first = trainer_of("deepcoder-1.5b-16k", tmp_path / "model", tmp_path / "16k")
    first.train()
    first.save_model()

    second = trainer_of("deepcoder-1.5b-32k", tmp_path / "16k", tmp_path / "32k")

    learnt = dict(first.model.named_parameters())
    assert all(torch.equal(value, learnt[key]) for key, value in second.model.named_parameters())


# How they are launched


def test_script_without_vllm_says_what_to_do_and_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)  # as if it were not installed
    flags = ["--preset", "deepcoder-1.5b-16k", "--output_dir", str(tmp_path), *ON_CPU]
    monkeypatch.setattr(sys, "argv", ["train_grpo.py", *flags])

    with pytest.raises(SystemExit) as left:
        the_script().main()

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert said.startswith("train_grpo: vLLM is to generate the completions (use_vllm) and is not installed: ")
    assert said.endswith("--use_vllm false\n") and said.count("\n") == 1


def launch(path: Path, *options: str) -> Any:
    """Return the arguments of `accelerate launch` with this file, as accelerate completes them from the file."""
    command = ["--config_file", str(path), *options, "scripts/train_grpo.py", "--preset", "deepcoder-14b-16k"]
    args, _, _ = _validate_launch_command(launch_command_parser().parse_args(command))
    return args


@each_file
def test_accelerate_knows_every_name_in_the_file(path: Path) -> None:
    config = load_config_from_file(str(path))  # which refuses unknown names, but none in the folders within

    known = vars(launch_command_parser().parse_args(["program.py"]))
    assert set(config.fsdp_config) | set(config.deepspeed_config) <= set(known)


@each_file
def test_file_is_for_one_node_and_options_make_it_several(path: Path) -> None:
    one = launch(path)
    nodes = ["--num_machines", "4", "--num_processes", "32", "--machine_rank", "1", "--main_process_ip", "10.0.0.1"]
    several = launch(path, *nodes)

    assert (one.num_machines, one.num_processes, one.mixed_precision) == (1, 8, "bf16")
    assert one.training_script_args == ["--preset", "deepcoder-14b-16k"]
    assert (several.num_machines, several.num_processes, several.machine_rank) == (4, 32, 1)
    assert several.main_process_ip == "10.0.0.1"


def test_fsdp_shards_everything_and_saves_a_model_that_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in prepare_multi_gpu_env(launch(CONFIGURATIONS / "fsdp.yaml", "--main_process_port", "0")).items():
        monkeypatch.setenv(name, value)

    plugin = FullyShardedDataParallelPlugin()

    assert (plugin.fsdp_version, plugin.reshard_after_forward, plugin.cpu_ram_efficient_loading) == (2, True, True)
    assert plugin.state_dict_type.name == "FULL_STATE_DICT"
    assert plugin.auto_wrap_policy.__name__ == "transformer_auto_wrap_policy"


def test_deepspeed_shards_everything_and_saves_a_model_that_can_be_loaded() -> None:
    args = launch(CONFIGURATIONS / "deepspeed_zero3.yaml")

    assert args.use_deepspeed
    assert (args.zero_stage, args.zero3_init_flag, args.zero3_save_16bit_model) == (3, True, True)
    assert (args.gradient_accumulation_steps, args.gradient_clipping) == (None, None)  # the preset says them
    assert args.deepspeed_multinode_launcher == "standard"
