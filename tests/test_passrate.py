"""Pass rates: sampling from a model, measuring, and choosing problems by them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("trl", reason="the train extra is not installed")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from deepcoder.datasets import DataError
from deepcoder.datasets.rates import between, read_rates
from deepcoder.models import packaged, sampling
from deepcoder.models.sampling import Decoding, Sampled
from deepcoder.tools import passrate
from deepcoder.tools.cli.app import app
from deepcoder.tools.passrate import measure
from deepcoder.training import tiny
from deepcoder.verdicts import Verdict
from tests.test_training import MINUSCULE, PROBLEMS, Judge

HOW = {"model": "m", "num_generations": 2, "temperature": 0.6}
SMOLLM2 = Path(__file__).parents[1] / ".clients" / "smollm2"


def right(problem: Any) -> str:
    return f"```python\n{problem.reference}```"


def answer(prompts: Sequence[Any]) -> list[list[Sampled]]:
    """Two answers to each prompt: the right one, and one that was cut."""
    of_prompt = {repr(each.prompt): each for each in PROBLEMS}
    return [[Sampled(right(of_prompt[repr(prompt)]), 9, True), Sampled("No", 20, False)] for prompt in prompts]


def refuse(prompts: Sequence[Any]) -> list[list[Sampled]]:
    raise AssertionError(f"{len(prompts)} prompts were sampled again")


def measured(output: Path, sampler: Any = answer, judge: Judge | None = None, **changed: Any) -> list[dict[str, Any]]:
    pool: Any = judge or Judge()
    return measure(sampler, PROBLEMS, pool, {**HOW, **changed}, output)


# Measuring


def test_row_says_how_many_completions_pass(tmp_path: Path) -> None:
    rows = measured(tmp_path / "rates.jsonl")

    assert rows == [json.loads(line) for line in (tmp_path / "rates.jsonl").read_text().splitlines()]
    assert rows[0] == {
        "problem_id": "inc",
        "pass_rate": 0.5,
        "passed": 1,
        "judged": 2,
        "verdicts": {"AC": 1, "CE": 1},
        "cut": 1,
        "tokens": [9, 20],
        "sampled": HOW,
    }


def test_interrupted_measurement_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "rates.jsonl"
    monkeypatch.setattr(passrate, "AT_ONCE", 1)
    whole = measured(output)
    text = output.read_text().splitlines(keepends=True)
    output.write_text("".join(text[:2]) + text[2][:10])
    asked: list[int] = []

    again = measured(output, lambda prompts: asked.append(len(prompts)) or answer(prompts))  # type: ignore[func-returns-value]

    assert again == whole and asked == [1, 1]
    assert output.read_text() == "".join(text)
    assert measured(output, refuse) == whole


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"problem_id": "inc", "pass_rate": 0, "sampled": {"model": "other"}}\n',
            "line 1: sampled with model other, which is now m",
        ),
        ('{"problem_id": "inc"}\n', "line 1: is no row of pass rates"),
    ],
)
def test_rates_of_another_kind_are_not_continued(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "rates.jsonl").write_text(text)

    with pytest.raises(DataError, match=message):
        measured(tmp_path / "rates.jsonl", refuse)


def test_completions_are_written_as_grade_reads_them(tmp_path: Path) -> None:
    kept, output = tmp_path / "completions.jsonl", tmp_path / "rates.jsonl"
    pool: Any = Judge()

    measure(answer, PROBLEMS[:1], pool, HOW, output, kept)

    rows = [json.loads(line) for line in kept.read_text().splitlines()]
    assert rows == [{"problem_id": "inc", "completion": text} for text in (right(PROBLEMS[0]), "No")]
    # Killed after the completions of the next problems were written, and before their rates were.
    kept.write_text(kept.read_text() + json.dumps({"problem_id": "double", "completion": "x"}) + '\n{"probl')
    measure(answer, PROBLEMS[:2], pool, HOW, output, kept)
    assert [json.loads(line)["problem_id"] for line in kept.read_text().splitlines()] == ["inc"] * 2 + ["double"] * 2
    with pytest.raises(DataError, match="completions.jsonl has completions, but .*other.jsonl has no rates of them"):
        measure(answer, PROBLEMS[:1], pool, HOW, tmp_path / "other.jsonl", kept)


def test_completions_of_rates_that_are_there_already_are_not_left_out(tmp_path: Path) -> None:
    output, kept, pool = tmp_path / "rates.jsonl", tmp_path / "completions.jsonl", Judge()
    measured(output)

    with pytest.raises(
        DataError, match="rates.jsonl has rates of 4 problems without completions in .*completions.jsonl"
    ):
        measure(refuse, PROBLEMS, pool, HOW, output, kept)  # type: ignore[arg-type]
    assert not kept.exists()


def test_file_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text('{"problem_id": "a"}\n{"problem_id": "b"}')

    with pytest.raises(DataError, match="is no row of pass rates"):
        measured(path)
    assert path.read_text() == '{"problem_id": "a"}\n{"problem_id": "b"}'


def test_problem_that_could_not_be_judged_is_measured_again(tmp_path: Path) -> None:
    measured(tmp_path / "rates.jsonl", judge=Judge(Verdict.IE))

    again = measured(tmp_path / "rates.jsonl")

    assert [row["pass_rate"] for row in again] == [0.5] * 4
    assert len((tmp_path / "rates.jsonl").read_text().splitlines()) == 4


# Choosing


def test_problems_are_chosen_by_their_rates(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "rates.jsonl"
    rates = {"inc": 0.0, "double": 0.5, "next": 1.0, "other": 0.5}
    path.write_text("".join(json.dumps({"problem_id": name, "pass_rate": rate}) + "\n" for name, rate in rates.items()))

    with caplog.at_level("INFO"):
        assert [each.problem_id for each in between(PROBLEMS, path, 0.1, 0.9)] == ["double"]
    assert "1 of 4 problems have a pass rate from 0.1 to 0.9; 1 have none" in caplog.text
    assert [each.problem_id for each in between(PROBLEMS, path, 0, 1)] == ["inc", "double", "next"]
    with pytest.raises(DataError, match=r"has no problem of these with a pass rate from 0\.6 to 0\.9"):
        between(PROBLEMS, path, 0.6, 0.9)


def test_problem_that_could_not_be_judged_has_no_rate(tmp_path: Path) -> None:
    rows = measured(tmp_path / "rates.jsonl", judge=Judge(Verdict.IE))

    assert rows[0]["pass_rate"] is None and rows[0]["judged"] == 0
    assert read_rates(tmp_path / "rates.jsonl") == {}


@pytest.mark.parametrize("row", ['{"problem_id": "a"}', '{"pass_rate": 0.5}', '{"problem_id": "a", "pass_rate": 2}'])
def test_row_without_a_rate_is_named(row: str, tmp_path: Path) -> None:
    (tmp_path / "rates.jsonl").write_text(row + "\n")

    with pytest.raises(DataError, match="line 1: .*pass_rate"):
        read_rates(tmp_path / "rates.jsonl")


# Sampling


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of a few thousand weights, whose tokenizer pads on the right as most do."""
    folder = tmp_path_factory.mktemp("model")
    model, tokenizer = tiny.warm_started(PROBLEMS, 0, MINUSCULE)
    tokenizer.padding_side = "right"
    for made in (model, tokenizer):
        made.save_pretrained(folder)
    return folder


def test_prompt_is_answered_alike_alone_and_among_longer_ones(folder: Path) -> None:
    greedy = sampling.sampler(str(folder), Decoding(1, 0.0, 12), seed=0)
    prompts = [({"role": "user", "content": "Write inc. " * times},) for times in (1, 9, 4)]

    assert greedy(prompts) == [group for prompt in prompts for group in greedy([prompt])]


def test_completions_are_counted_and_cut(folder: Path) -> None:
    sample = sampling.sampler(str(folder), Decoding(3, 0.9, 5), seed=0)

    groups = sample([each.prompt for each in PROBLEMS])

    assert [len(group) for group in groups] == [3] * 4
    for each in (each for group in groups for each in group):
        assert each.tokens == 5 or each.is_complete
        assert each.tokens <= 5
    again = sampling.sampler(str(folder), Decoding(3, 0.9, 5), seed=0)
    assert again([each.prompt for each in PROBLEMS]) == groups


def test_most_probable_token_is_all_that_a_large_min_p_leaves(folder: Path) -> None:
    prompts = [each.prompt for each in PROBLEMS]
    greedy = sampling.sampler(str(folder), Decoding(1, 0.0, 12), seed=0)

    assert sampling.sampler(str(folder), Decoding(1, 1.0, 12, min_p=1.0), seed=0)(prompts) == greedy(prompts)
    penalised = Decoding(1, 0.0, 12, repetition_penalty=9.0)
    assert sampling.sampler(str(folder), penalised, seed=0)(prompts) != greedy(prompts)


def test_completion_begins_with_the_tag_of_reasoning_that_the_template_opens(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    plain = tokenizer.chat_template
    assert sampling.opened_reasoning(tokenizer, {}) == ""
    for end, opened in (
        ("<think>\n", "<think>\n"),
        ("{% if thinking %}<think>{% endif %}", ""),
        ("<think>\n\n</think>\n\n", ""),
        ("[THINK]", "[think]\n"),
    ):
        tokenizer.chat_template = plain + end
        assert sampling.opened_reasoning(tokenizer, {}) == opened, end
    tokenizer.chat_template = plain + "{% if thinking %}<think>{% endif %}"
    ((sampled,),) = sampling.sample(
        model, tokenizer, [PROBLEMS[0].prompt], Decoding(1, 0.0, 4, chat_template_kwargs={"thinking": True})
    )
    assert sampled.text.startswith("<think>\n") and sampled.tokens <= 4
    tokenizer.add_special_tokens({"additional_special_tokens": ["</think>"]})  # which no completion keeps
    assert sampling.opened_reasoning(tokenizer, {"thinking": True}) == ""


def test_length_ends_with_the_first_end_token() -> None:
    ends = torch.tensor([2, 7])

    assert sampling._length(torch.tensor([5, 7, 2, 2]), ends) == (2, True)
    assert sampling._length(torch.tensor([5, 5, 5, 5]), ends) == (4, False)


def test_vllm_samples_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with vLLM's names: the real one needs a GPU."""
    told: dict[str, Any] = {}

    class LLM:
        def __init__(self, **how: Any) -> None:
            told["engine"] = how

        def get_tokenizer(self) -> Any:
            tokenizer = tiny.make_tokenizer([], 320)
            tokenizer.chat_template += "<think>"
            return tokenizer

        def chat(self, prompts: Any, how: Any, chat_template_kwargs: Any) -> Any:
            told["asked"] = prompts, how, chat_template_kwargs
            output = SimpleNamespace(text="x", token_ids=[1, 2], finish_reason="length")
            return [SimpleNamespace(outputs=[output] * how["n"]) for _ in prompts]

    module = ModuleType("vllm")
    module.__spec__ = SimpleNamespace(name="vllm")  # type: ignore[assignment]
    module.LLM, module.SamplingParams = LLM, dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    groups = sampling.sampler("a/model", Decoding(2, 0.6, 100, repetition_penalty=1.5), seed=3)([PROBLEMS[0].prompt])

    assert groups == [[Sampled("<think>\nx", 2, False)] * 2]
    assert told["engine"] == {"model": "a/model", "seed": 3}
    prompts, how, _ = told["asked"]
    assert prompts == [list(PROBLEMS[0].prompt)] and (how["n"], how["max_tokens"]) == (2, 100)
    assert (how["min_p"], how["repetition_penalty"]) == (0.0, 1.5)


# Models


@pytest.mark.timeout(600)  # 20 s of one processor, which may be a busy one
def test_weights_of_a_package_can_be_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SMOLLM2.is_dir():
        pytest.skip("`make clients` has not installed the package with the weights")
    monkeypatch.syspath_prepend(str(SMOLLM2))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    folder = packaged.local("HuggingFaceTB/SmolLM2-135M-Instruct")

    assert Path(folder).is_relative_to(tmp_path)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert getattr(model.config, "quantization_config", None) is None
    assert model.num_parameters() == 134_515_008 and model.dtype == torch.float32
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is the capital of France?"}],
        add_generation_prompt=True,
        return_dict=True,
        return_tensors="pt",
    )
    with torch.no_grad():
        said = model.generate(**ids, do_sample=False, max_new_tokens=12)[0, ids["input_ids"].shape[1] :]
    assert "Paris" in tokenizer.decode(said)
    monkeypatch.setattr(packaged, "_copy", refuse)
    assert packaged.local("HuggingFaceTB/SmolLM2-135M-Instruct") == folder


def test_model_that_no_package_has_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packaged.PACKAGED, "a/b", packaged.Packaged("no_such_package", "x.gguf"))

    assert packaged.local("a/b") == "a/b"
    assert packaged.local("Qwen/Qwen3-0.6B") == "Qwen/Qwen3-0.6B"


# The command


def test_command_writes_rates_and_says_what_they_are(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shared_ray: Any,
) -> None:
    problems = tmp_path / "problems.jsonl"
    rows = [
        {
            "problem_id": each.problem_id,
            "mode": "stdin",
            "prompt": list(each.prompt),
            "tests": [{"input": "1\n", "output": "2\n"}],
        }
        for each in PROBLEMS
    ]
    problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    output = tmp_path / "rates.jsonl"
    command = ["passrate", str(folder), str(problems), "-k", "2", "-o", str(output), "--max-completion-length", "8"]

    app([*command, "--sandbox", "process", "--workers", "1"], standalone_mode=False)

    first = capsys.readouterr().out
    said = " ".join(first.split())
    assert "4 problems, mean pass rate 0.00; 4 are never solved, 0 always, 0 sometimes" in said
    assert len(output.read_text().splitlines()) == 4
    monkeypatch.setattr(sampling, "sampler", refuse)
    app([*command, "--sandbox", "process"], standalone_mode=False)
    assert capsys.readouterr().out == first
    with pytest.raises(DataError, match="has rates of 4 problems without completions"):
        app([*command, "--completions", str(tmp_path / "completions.jsonl")], standalone_mode=False)


def test_command_refuses_what_it_cannot_use(folder: Path, tmp_path: Path) -> None:
    from deepcoder.tools.cli.options import UserError

    with pytest.raises(UserError, match="--chat-template-kwargs 7 is no JSON object"):
        app(
            ["passrate", str(folder), "deepcoder_small", "-o", "r.jsonl", "--chat-template-kwargs", "7"],
            standalone_mode=False,
        )
    for model, data, output, message in (
        ("/no/such/model", "deepcoder_small", tmp_path / "r.jsonl", "cannot load /no/such/model"),
        (str(folder), "deepcoder_small", tmp_path / "no" / "r.jsonl", "no does not exist"),
        (str(folder), "deepcoder_small", tmp_path / "r.csv", "must end with .jsonl"),
    ):
        with pytest.raises(UserError, match=message):
            app(["passrate", model, data, "-o", str(output)], standalone_mode=False)
