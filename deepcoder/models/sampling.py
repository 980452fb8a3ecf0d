"""Sample completions from a model: with vLLM where it is installed and has a GPU, else with transformers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from deepcoder import fences
from deepcoder.fence_marks import CLOSED_BY
from deepcoder.models import packaged

Prompt = Sequence[Any]  # messages

_AT_ONCE = 64  # completions that transformers generates together


class Sampled(NamedTuple):
    """Hold a completion: its text, its length in tokens, and whether the model ended it before the limit."""

    text: str  # behind the tag of reasoning that the chat template opens, where it opens one
    tokens: int
    is_complete: bool


@dataclass(frozen=True)
class Decoding:
    """Say how completions are sampled, in the words of TRL's GRPOConfig. A temperature of 0 means greedy."""

    num_generations: int = 1
    temperature: float = 1.0
    max_completion_length: int = 256  # tokens
    top_p: float = 1.0
    top_k: int = 0  # 0 means all
    chat_template_kwargs: dict[str, Any] = field(default_factory=dict)
    min_p: float | None = None
    repetition_penalty: float = 1.0


Sampler = Callable[[Sequence[Prompt]], list[list[Sampled]]]


def sampler(model: str, decoding: Decoding, seed: int) -> Sampler:
    """Load a model, and return a function from prompts to the completions of each.

    Raises:
        OSError, ValueError: The model cannot be found, or cannot be used.
    """
    model = packaged.local(model)
    if importlib.util.find_spec("vllm") is not None and torch.cuda.is_available():
        return _vllm(model, decoding, seed)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    loaded = AutoModelForCausalLM.from_pretrained(model, dtype="auto" if device == "cuda" else torch.float32)
    loaded = loaded.to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(model)
    if tokenizer.chat_template is None:
        raise ValueError("its tokenizer has no chat template")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return lambda prompts: sample(loaded, tokenizer, prompts, decoding)


def opened_reasoning(tokenizer: Any, chat_template_kwargs: dict[str, Any]) -> str:
    """Return the tag that begins the reasoning, on a line of its own, where the chat template ends a prompt with it.

    A completion lacks the tag then. Empty where the template opens no reasoning, and where the closing tag is lost too,
    as a special token: all of a completion would seem to be reasoning.
    """
    asked = [{"role": "user", "content": "?"}]
    prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True, **chat_template_kwargs)
    opened = fences.continued(prompt, "")
    if not opened:
        return ""
    lost = {each.content.lower() for each in tokenizer.added_tokens_decoder.values() if each.special}
    return "" if CLOSED_BY[opened.strip()] in lost else opened


def sample(model: Any, tokenizer: Any, prompts: Sequence[Prompt], decoding: Decoding) -> list[list[Sampled]]:
    """Return the completions of each prompt by a model of transformers."""
    per_batch = max(1, _AT_ONCE // decoding.num_generations)
    batches = [prompts[i : i + per_batch] for i in range(0, len(prompts), per_batch)]
    return [group for batch in batches for group in _batch(model, tokenizer, batch, decoding)]


@torch.no_grad()
def _batch(model: Any, tokenizer: Any, prompts: Sequence[Prompt], decoding: Decoding) -> list[list[Sampled]]:
    inputs = tokenizer.apply_chat_template(
        [list(prompt) for prompt in prompts],
        add_generation_prompt=True,
        return_dict=True,
        return_tensors="pt",
        padding=True,
        tokenizer_kwargs={"padding_side": "left"},
        **decoding.chat_template_kwargs,
    ).to(model.device)
    how = {name: getattr(decoding, name) for name in ("temperature", "top_p", "top_k", "min_p")}
    tokens = model.generate(
        **inputs,
        do_sample=decoding.temperature > 0,
        **(how if decoding.temperature > 0 else dict.fromkeys(how)),
        max_new_tokens=decoding.max_completion_length,
        num_return_sequences=decoding.num_generations,
        repetition_penalty=decoding.repetition_penalty,  # as TRL and vLLM, whatever the model's own settings say
    )
    answers = tokens[:, inputs["input_ids"].shape[1] :]
    opened = opened_reasoning(tokenizer, decoding.chat_template_kwargs)
    texts = [opened + text for text in tokenizer.batch_decode(answers, skip_special_tokens=True)]
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    ends = torch.tensor([each for each in ends if each is not None], dtype=torch.long, device=answers.device)
    lengths = [_length(row, ends) for row in answers]
    found = [Sampled(text, *length) for text, length in zip(texts, lengths, strict=True)]
    return [found[i : i + decoding.num_generations] for i in range(0, len(found), decoding.num_generations)]


def _length(tokens: torch.Tensor, ends: torch.Tensor) -> tuple[int, bool]:
    """Return the number of tokens up to the first end token, that one counted, and whether there is one."""
    places = torch.isin(tokens, ends).nonzero()
    return (int(places[0]) + 1, True) if len(places) else (len(tokens), False)


def _vllm(model: str, decoding: Decoding, seed: int) -> Sampler:
    from vllm import LLM, SamplingParams

    engine = LLM(model=model, seed=seed)
    opened = opened_reasoning(engine.get_tokenizer(), decoding.chat_template_kwargs)
    how = SamplingParams(
        n=decoding.num_generations,
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        top_k=decoding.top_k,
        min_p=decoding.min_p or 0.0,
        repetition_penalty=decoding.repetition_penalty,
        max_tokens=decoding.max_completion_length,
    )

    def sample_all(prompts: Sequence[Prompt]) -> list[list[Sampled]]:
        answered = engine.chat(
            [list(prompt) for prompt in prompts], how, chat_template_kwargs=decoding.chat_template_kwargs
        )
        return [
            [
                Sampled(opened + each.text, len(each.token_ids), each.finish_reason != "length")
                for each in answer.outputs
            ]
            for answer in answered
        ]

    return sample_all
