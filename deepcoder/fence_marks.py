"""Fences, and the tags of reasoning, as they stand in a text: where each is, and what the word behind a fence says.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePath

from deepcoder.wire.languages import LANGUAGES, family

_NAMES = ("think", "thinking", "thought", "reasoning", "reflection", "seed:think")
CLOSED_BY = {f"<{name}>": f"</{name}>" for name in _NAMES} | {
    "[think]": "[/think]",  # Magistral
    "◁think▷": "◁/think▷",  # Kimi
    "<|begin_of_thought|>": "<|end_of_thought|>",  # Sky-T1, OpenThinker
    "<|start_thinking|>": "<|end_thinking|>",  # Command A
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",  # gpt-oss
}
CLOSING = frozenset(CLOSED_BY.values())
_STOPS = (
    *("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>", "<|end|>", "<|return|>"),
    *("<end_of_turn>", "<｜end▁of▁sentence｜>", "</s>", "</answer>", "</solution>", "</code>"),
)
# Where a model that was not stopped makes up what the user says next.
NEXT_TURNS = ("<|im_start|>user", "<|start_header_id|>user")  # ChatML, Llama 3
_MORE_TURNS = ("<start_of_turn>user", "<|user|>", "<｜user｜>")  # Gemma, Phi and GLM, DeepSeek
_INST = "[inst]"  # Mistral
# These end an answer only behind a block, as a text may begin with its prompt, and where they are no words of it.
ENDS = frozenset((*_MORE_TURNS, _INST, "<|endoftext|>", "<|end_of_text|>", "<｜end▁of▁sentence｜>", "</s>"))
_TAG = "|".join(map(re.escape, [*CLOSED_BY, *CLOSING, *_STOPS, *NEXT_TURNS, *_MORE_TURNS]))
_TAG += r"|(?<![^\n>])(?-i:\[INST\])"  # in programs [inst] is an index or a list

# Possessive throughout: nothing here can backtrack.
_EVENT = re.compile(rf"(?P<marks>`{{3,}}+|~{{3,}}+)|(?P<tag>{_TAG})", re.IGNORECASE | re.ASCII)
_CONTAINER = re.compile(
    r"[ \t>]*+(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]++[ \t>]*+)*+"
)  # what lists and quotations begin with
LINE_ENDS = re.compile(r"[ \t]*+(?:\n|\Z|```|~~~|<)")
# What stands before a token that ends an answer, and behind </s>; "" begins the line.
_RIGHT_BEFORE = frozenset((*string.ascii_letters, *string.digits, *"`>)]}*_$"))
_SENTENCE_ENDS = frozenset(("", *".!?。！？"))
_TEXT_ENDS = re.compile(r"[ \t]*+(?:\n|\Z|<s>|\[INST\])")
_BESIDE, _STRUCK = 80, 1000  # characters before a token that are looked at: for its sentence, for <s>

# What may stand behind an opening fence: a tag, and what is no sentence; a tag without a blank before it, and anything.
_WORD = r"(?![\d_])\w[^\s{}:,;=(\[<>|]*+"
_DETAIL = r"[:{(][^\n]*|[ \t]++(?:[0-9.]++|[#({][^\n]*|[\w-]++=[^\n]*|[\w/-]++\.\w++)"
_INFO = re.compile(
    rf"[ \t{{.]*+(?P<tag>{_WORD})(?P<detail>(?:{_DETAIL}|\}}|[ \t]++[^\n]*\}})?[ \t]*+)(?P<words>[^\n]*)"
)


class Tag(Enum):
    """Name what the word behind an opening fence says."""

    LANGUAGE = auto()  # one that the program may be written in
    NONE = auto()  # there is none
    FREE = auto()  # what it holds, and no language, as `code`
    ANSWER = auto()  # the same, but it may be a value, or words
    MARKDOWN = auto()
    OTHER = auto()


_OF_WORD = {
    **dict.fromkeys(("code", "program"), Tag.FREE),
    **dict.fromkeys(("answer", "solution"), Tag.ANSWER),
    **dict.fromkeys(("markdown", "md"), Tag.MARKDOWN),
}


@dataclass(frozen=True, slots=True)
class Event:
    """A fence, or a tag of reasoning or of the answer's end, and how it stands on its line."""

    start: int
    end: int
    line_start: int
    line_end: int
    marks: str  # of a fence; else empty
    tag: str  # in lower case; empty for a fence
    has_open_tick: bool  # single or double backticks before it on its line are of an odd number, as in inline code
    is_own: bool  # nothing before it on its line but what lists and quotations begin with, or another fence
    info: str | None  # of a fence: what stands behind it; None where a backtick does, as in inline code
    opens: Tag | None  # what a fence outside of blocks opens; None where it opens nothing
    language: str | None  # of a fence: what its tag means, an allowed language where one is of the same family


def events_of(text: str, languages: Sequence[str]) -> list[Event]:
    """Return the fences and tags of the text, in their order. `languages` are those that are allowed."""
    found: list[Event] = []
    line_start = line_end = container_end = last_tick = -1
    ticks = 0
    for match in _EVENT.finditer(text):
        start, end = match.span()
        if start > line_end or not found:
            line_start = text.rfind("\n", max(line_end, 0), start) + 1
            line_end = text.find("\n", start)
            if line_end < 0:
                line_end = len(text)
            container = _CONTAINER.match(text, line_start, start)
            container_end = container.end() if container else line_start
            last_tick = text.rfind("`", line_start, line_end)
            is_own = container_end == start
            ticks = _ticks(text, line_start, start)
        else:
            ticks += _ticks(text, found[-1].end, start)
            is_own = found[-1].is_own and bool(found[-1].marks) and not text[found[-1].end : start].strip()
        marks, tag = match["marks"] or "", (match["tag"] or "").lower()
        # A tilde is an operator, too.
        may_open = container_end == start if marks.startswith("~") else last_tick < end
        info = text[end:line_end] if marks and may_open else None
        opens, language = _opens(info, is_own, languages)
        found.append(Event(start, end, line_start, line_end, marks, tag, ticks % 2 == 1, is_own, info, opens, language))
    return found


def _ticks(text: str, start: int, end: int) -> int:
    """Return how often single or double backticks stand in a part of the text that has no fence."""
    return text.count("`", start, end) - text.count("``", start, end)


def _opens(info: str | None, is_own: bool, languages: Sequence[str]) -> tuple[Tag | None, str | None]:
    """Return what a fence with this behind it opens, and the language that its tag means."""
    if info is None:
        return None, None
    if not info.strip():
        return Tag.NONE, None
    match = _INFO.match(info)
    if match is None:
        return None, None
    language = _allowed(language_of_tag(match["tag"]), languages)
    if match["words"] and (not is_own or info[0] in " \t"):
        return None, language  # words, which may be of a sentence
    if language in languages:
        return Tag.LANGUAGE, language
    return _OF_WORD.get(match["tag"].lower(), Tag.OTHER), language


def _allowed(name: str | None, languages: Sequence[str]) -> str | None:
    """Return the allowed language that a language counts as: itself, or the first of its family; else the name."""
    if name is None or name in languages:
        return name
    return next((each for each in languages if family(each) == family(name)), name)


def is_bare(fence: Event) -> bool:
    """Return whether nothing stands behind the fence on its line."""
    return fence.info is not None and not fence.info.strip()


def is_inline_code(text: str, event: Event) -> bool:
    """Return whether the event stands behind a backtick that opens inline code, and directly beside one."""
    before, after = text[max(0, event.start - 3) : event.start], text[event.end : event.end + 3]
    is_beside = (before[-1:] == "`" and before != "```") or (after[:1] == "`" and after != "```")
    return is_beside and event.has_open_tick


def is_said(text: str, event: Event) -> bool:
    """Return whether a token that ends an answer is a word of a sentence, or in HTML, where </s> ends what is struck.

    Models write it at the beginning of a line, right behind a word, or behind the end of a sentence.
    """
    before = text[max(event.line_start, event.start - _BESIDE) : event.start]
    if before[-1:] not in _RIGHT_BEFORE and before.rstrip()[-1:] not in _SENTENCE_ENDS:
        return True
    if event.tag != "</s>":
        return False
    if not _TEXT_ENDS.match(text, event.end):
        return True
    before = text[max(0, event.start - _STRUCK) : event.start].lower()
    return before.rfind("<s>") > max(before.rfind("</s>"), before.rfind("```"))


def language_of_tag(tag: str) -> str | None:
    """Return the name of the language that a tag means, as models write tags; None where it means none we know."""
    return next(
        (each.name for each in LANGUAGES.values() if _tags(each.fence_tags, each.file_name).fullmatch(tag)), None
    )


@functools.cache
def _tags(fence_tags: str, file_name: str) -> re.Pattern[str]:
    """Return what a tag of the language looks like: a word, or the name of a file."""
    suffix = re.escape(PurePath(file_name).suffix)
    return re.compile(rf"(?:lang(?:uage)?-)?(?:{fence_tags})|[\w/-]+{suffix}", re.IGNORECASE)


def column(event: Event) -> int:
    """Return how many characters stand before the event on its line."""
    return event.start - event.line_start
