r"""Programs, and how one is taken out of what a model wrote.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.

The answer is the last complete fenced block of Python that stands behind the reasoning.

A tag that opens reasoning counts outside a fence; then only its own closing tag counts, anywhere.
One that closes reasoning nobody opened (the prompt did) counts too: outside a fence, in a block of
Python where it stands outside strings and comments, in another block where it begins its line.

Fences are CommonMark's, with two differences. They may be indented at will, as lists indent them.
And in Python a fence inside a string is text (docstrings hold examples), while one outside a string
cannot be code: a bare one closes the block, a tagged one begins the next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Plain text, or the messages of a conversation.
Completion = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Program:
    """Source code, ready to run."""

    source: str
    language: str = "python"


_NAMES = ("think", "thinking", "thought", "reasoning", "reflection", "seed:think")
_CLOSED_BY = {f"<{name}>": f"</{name}>" for name in _NAMES} | {
    "[think]": "[/think]",  # Magistral
    "◁think▷": "◁/think▷",  # Kimi
    "<|begin_of_thought|>": "<|end_of_thought|>",  # Sky-T1, OpenThinker
    "<|start_thinking|>": "<|end_thinking|>",  # Command A
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",  # gpt-oss
}
_CLOSING = frozenset(_CLOSED_BY.values())
_TAG = "|".join(map(re.escape, [*_CLOSED_BY, *_CLOSING]))

# Possessive throughout: nothing here can backtrack.
_FENCE_TEXT = rf"""
    (?P<indent>[ \t]*+) (?P<marks>`{{3,}}+(?![^\n]*`)|~{{3,}}+)
    (?P<info>(?:[^\n<\[◁]++|(?!{_TAG})[^\n])*+)$
"""
_FLAGS = re.VERBOSE | re.MULTILINE | re.IGNORECASE | re.ASCII
_FENCE = re.compile(_FENCE_TEXT, _FLAGS)
_EVENT = re.compile(rf"(?P<own>^[ \t`~]*+)?(?P<tag>{_TAG})|^{_FENCE_TEXT}", _FLAGS)

_LANGUAGE = re.compile(r"[ \t{.]*+([^ \t{}:,;=(\[]*+)")
_PYTHON = re.compile(r"(?:py(?:thon)?(?:3(?:\.[0-9]+)*)?)?", re.IGNORECASE)

# Comments and strings; the group is missing where a string does not end.
_TOKEN = re.compile(
    r'''
    (\#)[^\n]*+
    | """(?:[^"\\]++|\\.|"(?!""))*+(""")?
    | \'\'\'(?:[^'\\]++|\\.|'(?!''))*+(\'\'\')?
    | "(?:[^"\\\n]++|\\.)*+(")?
    | '(?:[^'\\\n]++|\\.)*+(')?
    ''',
    re.VERBOSE | re.DOTALL,
)
_Block = tuple[re.Match[str], int]  # the fence that opens it, and where its text stops
_LOOKAHEAD = 32  # events that are weighed with the strings in mind, per block


def extract(completion: Completion) -> Program | None:
    """The program that the completion answers with, or None."""
    text = _text(completion).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events = list(_EVENT.finditer(text))
    awaited = ""  # the tag that closes the reasoning we are in
    complete: _Block | None = None  # the last of its kind
    unclosed: _Block | None = None
    at = 0
    while at < len(events):
        fence: re.Match[str] | None = events[at]
        at += 1
        if tag := (events[at - 1]["tag"] or "").lower():
            if tag == awaited or (not awaited and tag in _CLOSING):
                awaited, complete, unclosed = "", None, None
            elif not awaited:
                awaited = _CLOSED_BY[tag]
            fence = _FENCE.match(text, events[at - 1].end())  # "</think>```python"
        if awaited or fence is None:
            continue
        python = _is_python(fence)
        found = _python_end(text, events, at, fence) if python else None
        at = _plain_end(events, at, fence) if found is None else found
        stop = events[at].start() - 1 if at < len(events) else len(text)
        closes = at < len(events) and _is_bare(events[at])
        at += closes
        if python and text[fence.end() : stop].lstrip("\n\ufeff").strip():
            block = (fence, stop)
            complete, unclosed = (block, unclosed) if closes else (complete, block)
    answer = complete or unclosed
    return Program(_source(text, *answer)) if answer and not awaited else None


def fenced(source: str) -> str:
    """The program as an answer, from which `extract` takes it again."""
    return f"```python\n{source}\n```"


def _text(completion: Completion) -> str:
    if isinstance(completion, str):
        return completion
    messages = [message for message in completion if isinstance(message, Mapping)]
    answers = [message for message in messages if message.get("role") == "assistant"]
    content = answers[-1].get("content") if answers else None
    if isinstance(content, list | tuple):
        parts = [part for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
        return "".join(text for part in parts if isinstance(text := part.get("text"), str))
    return content if isinstance(content, str) else ""


def _plain_end(events: list[re.Match[str]], at: int, fence: re.Match[str]) -> int:
    """Index of the event that ends the block which `fence` opens; len(events) where none does."""
    for index in range(at, len(events)):
        event = events[index]
        if _same_kind(fence, event) and (_is_bare(event) or event["own"] is not None):
            return index
    return len(events)


def _python_end(text: str, events: list[re.Match[str]], at: int, fence: re.Match[str]) -> int | None:
    """The same with an eye for strings; None where the block does not have them as Python does."""
    stop = min(at + _LOOKAHEAD, len(events))
    limit = len(text) if stop == len(events) else events[stop].start()
    tokens = _TOKEN.finditer(text, fence.end(), limit)
    token = next(tokens, None)
    depth = 1  # if what seems to be in a string is fences in pairs
    for index in range(at, stop):
        event = events[index]
        if not _same_kind(fence, event):
            continue
        place = event.start("tag") if event["tag"] else event.start()
        while token is not None and token.end() <= place:
            token = next(tokens, None)
        if token is None or token.start() > place:
            return index
        if token.lastindex is None:
            return None  # a string without an end
        if event["tag"]:
            continue
        if not _is_bare(event) and depth <= 0 and len(event["indent"]) <= len(fence["indent"]):
            return None  # a string that reaches into a separate block
        depth += -1 if _is_bare(event) else 1
    return None


def _same_kind(fence: re.Match[str], event: re.Match[str]) -> bool:
    """Whether the event could end the block: a closing tag, or a fence of the same character."""
    if event["tag"]:
        return event["tag"].lower() in _CLOSING
    return bool(event["marks"].startswith(fence["marks"]))


def _is_bare(event: re.Match[str]) -> bool:
    return event["info"] is not None and not event["info"].strip(" \t")


def _is_python(fence: re.Match[str]) -> bool:
    language = _LANGUAGE.match(fence["info"])
    return language is not None and _PYTHON.fullmatch(language[1]) is not None


def _source(text: str, fence: re.Match[str], stop: int) -> str:
    """The block's lines without the indentation of its fence, as far as its first line has it."""
    source = text[fence.end() + 1 : stop].removeprefix("\ufeff")
    first = next((line for line in source.split("\n") if line.strip()), "")
    width = min(len(fence["indent"]), _indent(first))
    if not width:
        return source
    return "\n".join(line[min(width, _indent(line)) :] for line in source.split("\n"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
