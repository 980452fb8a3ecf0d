r"""The fenced blocks of a text in Markdown, as models write them.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.

A fence is a run of three or more backticks or tildes. CommonMark wants it alone on its line; models do not keep to it:

    Solution: ```python          opens behind words, in a list item, in a quotation
    print(1)```</answer>         closes behind the last line of code, and has something behind it

So a fence opens a block if its tag could be one, wherever it stands on its line; two on one line are inline code. A
fence inside a string or a comment of code is text, and one outside cannot be code: it closes the block, and begins the
next one if it is tagged. A tag that closes reasoning, or a token that ends the answer, ends a block, too. A block that
is tagged as Markdown, or has more ticks than the fences in it, is a wrapper: its blocks count.

A tag that opens reasoning counts where it begins its line; then only its own closing tag counts, anywhere but in inline
code. A closing tag without an opening one (the prompt opened it) counts where a line begins or ends, unless nothing
follows it. What stands before it, and all that stands in reasoning, is no block of the answer.

The answer ends where the model makes up the next turn of the user, or at a token that ends a text, outside of blocks
and inline code. Most of these count only behind a block, and not as words of a sentence. None counts in reasoning that
the prompt opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from deepcoder.fence_marks import (
    CLOSED_BY,
    CLOSING,
    ENDS,
    LINE_ENDS,
    NEXT_TURNS,
    Event,
    Tag,
    column,
    events_of,
    is_bare,
    is_inline_code,
    is_said,
)
from deepcoder.wire.languages import PYTHON, family

_COMMENT_FOLLOWS = re.compile(r"\n[ \t>]*+(?:#|//)")
_COMMENT_MARKS = frozenset(("#", "//", "///", "//!"))
_PYTHON_TOKEN = re.compile(
    r'''
    (?P<comment>\#[^\n]*+)
    | (?P<lines>"""|\'\'\')(?:[^"'\\]++|\\.|(?!(?P=lines))["'])*+(?P<lines_end>(?P=lines))?
    | (?P<quote>["'])(?:[^"'\\\n]++|\\.|(?!(?P=quote))["'])*+(?P<quote_end>(?P=quote))?
    ''',
    re.VERBOSE | re.DOTALL,
)
# Of every other language: its comments of several lines take the place of Python's strings of several lines.
_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*+)
    | (?P<lines>/\*)(?:[^*]++|\*(?!/))*+(?P<lines_end>\*/)?
    | (?P<quote>["'])(?:[^"'\\\n]++|\\.|(?!(?P=quote))["'])*+(?P<quote_end>(?P=quote))?
    """,
    re.VERBOSE | re.DOTALL,
)
_FAR = 80  # characters before a tag that are looked at
_LOOKAHEAD = 32  # events that are weighed with the strings in mind, per block


@dataclass(frozen=True)
class Block:
    """A fenced block that may be a program: it is tagged with a language, or has no tag."""

    source: str
    language: str | None  # by its tag: an allowed one, or else the one that is known
    is_closed: bool
    is_cut: bool = False  # a string in it has no end, as in a draft that was given up
    is_allowed: bool = True  # it has no tag, or that of an allowed language
    may_be_value: bool = False  # it is tagged as an answer, which need not be a program


class _End(Enum):
    """Name how a block ends."""

    CLOSED = auto()  # by a fence, which is used up
    FOLLOWED = auto()  # by a fence that opens a block of another language
    CUT = auto()  # by what begins the answer anew, or with the text
    WRAPPER = auto()  # it does not: the event is a fence inside it whose block counts


@dataclass(frozen=True, slots=True)
class _Span:
    """A block in the text: the fence that opens it, and where it stops."""

    fence: Event
    stop: int
    tag: Tag
    end: _End
    is_cut: bool


def blocks(text: str, languages: Sequence[str] = (PYTHON.name,)) -> list[Block]:
    """Return the blocks of known languages and of no tag that are part of the answer, in their order.

    Empty ones are left out. There is none where the text ends in reasoning. `languages` are those that are allowed. A
    tag of the same family means the allowed language. A block without a tag is read as one of the first.
    """
    reader = _Reader(text, languages)
    spans = reader.spans()
    if reader.answer_end < len(text):  # read anew without the rest, so that a tag at the answer's end is a stray one
        text = text[: reader.answer_end]
        spans = _Reader(text, languages).spans()
    found = (
        Block(
            _source(text, each),
            each.fence.language,
            each.end is not _End.CUT,
            each.is_cut,
            each.tag is not Tag.OTHER,
            each.tag is Tag.ANSWER,
        )
        for each in spans
    )
    return [block for block in found if block.source.strip("\ufeff \t\n").strip()]


def continued(prompt: str, text: str, languages: Sequence[str] = (PYTHON.name,)) -> str:
    """Return the text with what the prompt's last line leaves open put before it.

    That is a fence that opens a block of a known language or of no tag, unless the text begins with a fence of its own,
    or the line only speaks of the fence, as in "start with ```python"; or a tag of reasoning alone, or behind a token.
    """
    prompt = prompt.rstrip()
    last = prompt[prompt.rfind("\n") + 1 :]
    events = events_of(last, languages)
    if not events:
        return text
    event = events[-1]
    before = last[: event.start].rstrip()[-1:]
    if event.tag in CLOSED_BY and event.end == len(last) and before in ("", ">"):
        return f"{event.tag}\n{text}"
    if not event.marks or (before.isalnum() and not event.is_own) or text.lstrip().startswith(("```", "~~~")):
        return text
    spans = _Reader(prompt, languages, has_turns=True).spans()
    if not spans or spans[-1].end is not _End.CUT or prompt[spans[-1].fence.line_end :]:
        return text
    return f"```{spans[-1].fence.language or ''}\n{text}"


class _Reader:
    """Reads one text, event by event.

    The mutable state: the spans found since the reasoning, the wrappers that are open, the line of the last tag of
    reasoning that is only mentioned, and where the answer ends. A prompt may have turns, which end nothing.
    """

    def __init__(self, text: str, languages: Sequence[str], has_turns: bool = False) -> None:
        self.answer_end = len(text)
        self._has_turns = has_turns
        self._text = text
        self._first_language = languages[0]
        self._events = events_of(text, languages)
        self._content_end = _content_end(text, self._events)
        self._spans: list[_Span] = []
        self._wrappers: list[str] = []
        self._mentioned_on = -1

    def spans(self) -> list[_Span]:
        awaited = ""  # the tag that closes the reasoning we are in
        has_closed = False  # some reasoning: what follows is none that the prompt opened
        at = 0
        while at < len(self._events):
            event = self._events[at]
            at += 1
            if self._ends_answer(event, awaited):
                self.answer_end = min(self.answer_end, event.start)
                if has_closed:
                    break
            elif event.tag in CLOSING and self._closes_reasoning(event, awaited):
                if not awaited:
                    self.answer_end = len(self._text)
                awaited = ""
                has_closed = True
                self._spans.clear()
                self._wrappers.clear()
            elif not awaited and event.tag in CLOSED_BY:
                awaited = CLOSED_BY[event.tag] if self._opens_reasoning(event) else ""
            elif not awaited and event.marks:
                at = self._read_fence(event, at)
        return [] if awaited else self._spans

    def _ends_answer(self, event: Event, awaited: str) -> bool:
        is_end = event.tag in NEXT_TURNS or (event.tag in ENDS and bool(self._spans) and not awaited)
        if not is_end or self._has_turns or is_inline_code(self._text, event):
            return False
        return event.tag in NEXT_TURNS or not is_said(self._text, event)

    def _closes_reasoning(self, event: Event, awaited: str) -> bool:
        if is_inline_code(self._text, event):
            return False
        if awaited:
            return event.tag == awaited
        if event.start >= self._content_end or event.line_start == self._mentioned_on:  # a stray one, or a mention
            return False
        return event.is_own or "|" in event.tag or LINE_ENDS.match(self._text, event.end) is not None

    def _opens_reasoning(self, event: Event) -> bool:
        before = self._text[max(event.line_start, event.start - _FAR) : event.start]
        begins_line = not before.strip() or before.endswith(">")  # behind another tag
        if (begins_line or "|" in event.tag) and not is_inline_code(self._text, event):
            return True
        self._mentioned_on = event.line_start
        return False

    def _read_fence(self, fence: Event, at: int) -> int:
        """Read on from a fence outside of blocks; return the index of the event after what it opens."""
        tag = fence.opens
        if self._wrappers and fence.is_own and tag in (None, Tag.NONE) and fence.marks.startswith(self._wrappers[-1]):
            self._wrappers.pop()
        elif tag is None:
            return at if fence.info is not None else self._after_inline_code(fence, at)
        elif tag is Tag.MARKDOWN:
            self._wrappers.append(fence.marks)
        else:
            return self._read_block(fence, tag, at)
        return at

    def _after_inline_code(self, fence: Event, at: int) -> int:
        while at < len(self._events) and self._events[at].start < fence.line_end:
            at += 1
            if self._events[at - 1].marks == fence.marks:
                break
        return at

    def _read_block(self, fence: Event, tag: Tag, at: int) -> int:
        token = _token(fence.language or self._first_language)
        by_strings = None if tag is Tag.OTHER else _end_by_strings(self._text, self._events, at, fence, token)
        at, end = by_strings or _end_by_lines(self._events, at, fence)
        if end is _End.WRAPPER:
            self._wrappers.append(fence.marks)
            return at
        stop = len(self._text)
        if at < len(self._events):
            event = self._events[at]
            begins_line = event.is_own or (end is _End.CUT and event.marks)  # words before the next fence are no code
            stop = event.line_start - 1 if begins_line else event.start
        if tag is not Tag.OTHER or fence.language:
            is_cut = by_strings is None and _has_open_string(self._text[fence.line_end : stop], token)
            self._spans.append(_Span(fence, stop, tag, end, is_cut))
        return at + 1 if end is _End.CLOSED else at


def _content_end(text: str, events: Sequence[Event]) -> int:
    """Return where the text ends without the tags, bare fences and blanks at its end."""
    end = len(text)
    for event in reversed(events):
        if (event.marks and not is_bare(event)) or text[event.end : end].strip():
            break
        end = event.start
    return end


def _end_at_fence(event: Event) -> _End:
    """Return how a fence that can be no code ends the block that it stands in."""
    tag = event.opens
    if tag is Tag.LANGUAGE:
        return _End.CUT
    is_tag_alone = event.info is not None and len(event.info.split()) == 1 and not event.info[0].isspace()
    is_next = tag in (Tag.FREE, Tag.ANSWER, Tag.OTHER, Tag.MARKDOWN) and event.is_own and is_tag_alone
    return _End.FOLLOWED if is_next else _End.CLOSED


def _end_by_lines(events: Sequence[Event], at: int, fence: Event) -> tuple[int, _End]:
    """Return the index of the event that ends the block which `fence` opens, and how, by how they stand on lines.

    The index is len(events) where none does.
    """
    for index in range(at, len(events)):
        event = events[index]
        if event.tag:
            if event.is_own and event.tag not in CLOSED_BY:
                return index, _End.CUT
        elif event.marks.startswith(fence.marks):
            end = _end_at_fence(event)
            if end is _End.CUT or event.is_own or is_bare(event):
                return index, end
    return len(events), _End.CUT


def _token(language: str) -> re.Pattern[str]:
    """Return what matches the strings and comments of a language."""
    return _PYTHON_TOKEN if family(language) == PYTHON.name else _TOKEN


def _end_by_strings(
    text: str, events: Sequence[Event], at: int, fence: Event, token_of: re.Pattern[str]
) -> tuple[int, _End] | None:
    """Return the index of the event that ends a block of code, and how, passing over strings and comments.

    None where the strings of the block are not as its language has them, so that they cannot be told from the text.
    """
    stop = min(at + _LOOKAHEAD, len(events))
    tokens = token_of.finditer(text, fence.line_end, len(text) if stop == len(events) else events[stop].start)
    token = next(tokens, None)
    depth = 1  # if what seems to be in a string is fences in pairs
    has_fence_in_string = False
    for index in range(at, stop):
        event = events[index]
        is_inner = bool(event.marks) and not event.marks.startswith(fence.marks)
        if event.tag in CLOSED_BY or (is_inner and not _makes_wrapper(event, fence)):
            continue
        while token is not None and token.end() <= event.start:
            token = next(tokens, None)
        if token is None or _is_code(token, event):
            return None if is_inner and has_fence_in_string else (index, _end_in_code(event, is_inner))
        if token["comment"]:
            if event.marks and _ends_in_comment(text, token.start(), event, is_inner):
                return index, _end_in_code(event, is_inner)
        elif token["lines"] and not token["lines_end"]:
            return None
        elif event.is_own and event.info is not None and not is_inner:
            if not is_bare(event) and depth <= 0 and column(event) <= column(fence):
                return None  # a string that reaches into a separate block
            depth += -1 if is_bare(event) else 1
            has_fence_in_string = True
    return None if has_fence_in_string or stop < len(events) else (len(events), _End.CUT)


def _is_code(token: re.Match[str], event: Event) -> bool:
    """Return whether the event is before the token, or the token is a string of one line that has no end there."""
    return token.start() > event.start or bool(token["quote"] and not token["quote_end"])


def _end_in_code(event: Event, is_inner: bool) -> _End:
    if is_inner:
        return _End.WRAPPER
    return _End.CUT if event.tag else _end_at_fence(event)


def _makes_wrapper(event: Event, fence: Event) -> bool:
    """Return whether a fence of another kind in a block makes it a wrapper."""
    inner = event.opens
    is_shorter = len(event.marks) < len(fence.marks)
    return inner is Tag.LANGUAGE or (
        inner is not None and fence.opens in (Tag.NONE, Tag.FREE, Tag.ANSWER) and is_shorter
    )


def _ends_in_comment(text: str, comment_start: int, event: Event, is_inner: bool) -> bool:
    """Return whether a fence in what would be a comment ends the block.

    One that closes stands behind the comment's words, and no comment follows. One that opens may be in a heading.
    """
    words = text[comment_start : event.start]
    if words.strip() in _COMMENT_MARKS or "`" in words:
        return False
    begins_next = _end_at_fence(event) is not _End.CLOSED
    if words.startswith("##") and (is_inner or begins_next):
        return True
    is_at_end = words[-1] not in " \t" or begins_next or LINE_ENDS.match(text, event.end)
    return bool(is_at_end) and not _COMMENT_FOLLOWS.match(text, event.line_end)


def _has_open_string(source: str, token: re.Pattern[str]) -> bool:
    """Return whether a string or a comment of several lines in the source has no end."""
    return any(each["lines"] and not each["lines_end"] for each in token.finditer(source))


def _source(text: str, span: _Span) -> str:
    """Return the block's lines without what the fence's own line puts before them: quotation marks, indentation."""
    fence = span.fence
    source = text[fence.line_end + 1 : span.stop].removeprefix("\ufeff")
    quotes = text.count(">", fence.line_start, fence.start)
    lines = source.split("\n")
    if quotes and next((line for line in lines if line.strip()), "").lstrip().startswith(">"):
        marks = re.compile(rf"(?:[ \t]*>){{0,{quotes}}} ?")
        lines = [marks.sub("", line, count=1) for line in lines]
        source = "\n".join(lines)
    statement = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    width = _indent(statement) if column(fence) else 0
    if not width:
        return source
    return "\n".join(line[min(width, _indent(line)) :] for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
