r"""The fenced blocks of a text in Markdown, as models write them.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.

A fence is a run of three or more backticks or tildes. CommonMark wants it alone on its line; models do not keep to it:

    Solution: ```python          opens behind words, in a list item, in a quotation
    print(1)```</answer>         closes behind the last line of code, and has something behind it

So a fence opens a block if its tag could be one, wherever it stands on its line; two on one line are inline code. In
Python a fence inside a string or a comment is text, and one outside cannot be code: it closes the block, or begins the
next one if it is tagged. A tag that closes reasoning, or a token that ends the answer, ends a block, too. A block that
is tagged as Markdown, or has more ticks than the fences in it, is a wrapper: its blocks count.

A tag that opens reasoning counts where a line begins; then only its own closing tag counts, anywhere but in inline
code. A closing tag without an opening one (the prompt opened it) counts where a line begins or ends, unless nothing
follows it. What stands before it, and all that stands in reasoning, is no block of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

_NAMES = ("think", "thinking", "thought", "reasoning", "reflection", "seed:think")
_CLOSED_BY = {f"<{name}>": f"</{name}>" for name in _NAMES} | {
    "[think]": "[/think]",  # Magistral
    "◁think▷": "◁/think▷",  # Kimi
    "<|begin_of_thought|>": "<|end_of_thought|>",  # Sky-T1, OpenThinker
    "<|start_thinking|>": "<|end_thinking|>",  # Command A
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",  # gpt-oss
}
_CLOSING = frozenset(_CLOSED_BY.values())
_STOPS = ("<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end|>", "<|return|>", "<|end_of_text|>", "</s>", "</answer>")
_TAG = "|".join(map(re.escape, [*_CLOSED_BY, *_CLOSING, *_STOPS]))

# Possessive throughout: nothing here can backtrack.
_EVENT = re.compile(rf"(?P<marks>`{{3,}}+|~{{3,}}+)|(?P<tag>{_TAG})", re.IGNORECASE | re.ASCII)
_QUOTES = re.compile(r"(?:[ \t]*+>)*+")
_CONTAINER = re.compile(
    r"[ \t>]*+(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]++[ \t>]*+)*+"
)  # what lists and quotations begin with
_LINE_ENDS = re.compile(r"[ \t]*+(?:\n|\Z|```|~~~|<)")
_COMMENT_FOLLOWS = re.compile(r"\n[ \t>]*+#")

# What may stand behind an opening fence: one word, or a word without a blank before it and then anything.
_WORD = r"(?![\d_])\w[^\s{}:,;=(\[<>|]*+"
_INFO = re.compile(
    rf"""
    (?P<word>{_WORD})[^\n]*
    | [ \t{{.]++(?P<late>{_WORD})(?:[ \t]+[0-9.]+|[ \t]+[\w-]+=[^\n]*|[^\n]*\}})?[ \t]*
    """,
    re.VERBOSE,
)
_TAG_ALONE = re.compile(r"[ \t]*[\w+#.-]+(?:[ \t]+(?:[0-9.]+|#[^\n]*|[\w-]+=[^\n]*))?[ \t]*")
_PYTHON = re.compile(r"py(?:thon)?(?:3(?:\.[0-9]+)*)?", re.IGNORECASE)
_MARKDOWN = frozenset(("markdown", "md"))
# Tags of what models add to a program. Other words behind a fence that could close a block are words.
_OTHERS = frozenset(
    "ascii bash bat c c# c++ cc cmd cobol console cpp cs csharp css csv dart diff dockerfile elixir erlang error "
    "example expected fortran fsharp go golang haskell html ini input ipython java javascript js json julia kotlin "
    "latex log lua makefile math matlab mermaid none objc ocaml out output pascal perl php plain plaintext powershell "
    "prolog ps1 pseudo pseudocode pycon python2 py2 r racket ruby rust sample scala scheme sh shell sql stdin stdout "
    "swift term terminal tex text toml trace traceback ts txt typescript vb xml yaml yml zsh".split()
)

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
FENCE = "```\n"  # opens a block without a tag
_LOOKAHEAD = 32  # events that are weighed with the strings in mind, per block


class Tag(Enum):
    """What the word behind an opening fence says."""

    PYTHON = auto()
    NONE = auto()
    MARKDOWN = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Block:
    """A fenced block of Python, or of no tag."""

    source: str
    is_tagged: bool  # as Python, and its strings have an end
    is_closed: bool


@dataclass(frozen=True, slots=True)
class _Event:
    """A fence, or a tag of reasoning or of the answer's end, and how it stands on its line."""

    start: int
    end: int
    line_start: int
    line_end: int
    marks: str  # of a fence; else empty
    tag: str  # in lower case; empty for a fence
    is_own: bool  # nothing before it on its line but what lists and quotations begin with, or another fence
    info: str | None  # of a fence: what stands behind it; None where a backtick does, as in inline code


def blocks(text: str) -> list[Block]:
    """Return the blocks of Python and of no tag that are part of the answer, in their order.

    Empty ones are left out. There is none where the text ends in reasoning.
    """
    return _Reader(text).blocks()


def left_open(text: str) -> str:
    """Return what the text leaves open with its last line, to be put before what continues it.

    That is a fence without a tag, if the last line opens a block of Python or of no tag; a tag of reasoning, if the
    last line ends with one; else nothing.
    """
    text = text.rstrip()
    last = text[text.rfind("\n") + 1 :]
    events = list(_EVENT.finditer(last))
    if not events or events[-1]["tag"]:
        tag = events[-1]["tag"].lower() if events else ""
        return f"{tag}\n" if tag in _CLOSED_BY and last.lower().endswith(tag) else ""
    return FENCE if _Reader(text).ends_in_a_new_block() else ""


def begins_with_fence(text: str) -> bool:
    """Return whether the first line that is not blank begins with a fence."""
    return text.lstrip().startswith(("```", "~~~"))


class _End(Enum):
    """How a block ends."""

    CLOSED = auto()  # by a fence
    CUT = auto()  # by what begins something else, or with the text
    WRAPPER = auto()  # it does not: the event is a fence inside it whose block counts


class _Reader:
    """Reads one text, event by event.

    The mutable state: the blocks found since the reasoning, and the wrappers that are open.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.events = _events(text)
        self.content_end = _content_end(text, self.events)
        self.found: list[tuple[_Event, int, bool, bool]] = []  # the opening fence, where it stops, tagged, closed
        self.wrappers: list[str] = []
        self._read()

    def blocks(self) -> list[Block]:
        found = (Block(_source(self.text, fence, stop), *facts) for fence, stop, *facts in self.found)
        return [block for block in found if block.source.strip("\ufeff \t\n").strip()]

    def ends_in_a_new_block(self) -> bool:
        if not self.found:
            return False
        fence, stop, _, is_closed = self.found[-1]
        return not is_closed and stop == len(self.text) and not self.text[fence.line_end :].strip()

    def _read(self) -> None:
        awaited = ""  # the tag that closes the reasoning we are in
        at = 0
        while at < len(self.events):
            event = self.events[at]
            at += 1
            if event.tag in _CLOSING and self._closes_reasoning(event, awaited):
                awaited = ""
                self.found.clear()
                self.wrappers.clear()
            elif not awaited and event.tag in _CLOSED_BY and self._opens_reasoning(event):
                awaited = _CLOSED_BY[event.tag]
            elif not awaited and event.marks:
                at = self._read_fence(event, at)
        if awaited:
            self.found.clear()

    def _closes_reasoning(self, event: _Event, awaited: str) -> bool:
        if _is_inline_code(self.text, event):
            return False
        if awaited:
            return event.tag == awaited
        if event.start >= self.content_end:  # nothing follows: a stray one
            return False
        return event.is_own or "|" in event.tag or _LINE_ENDS.match(self.text, event.end) is not None

    def _opens_reasoning(self, event: _Event) -> bool:
        return (event.is_own or "|" in event.tag) and not _is_inline_code(self.text, event)

    def _read_fence(self, fence: _Event, at: int) -> int:
        """Read on from a fence outside of blocks; return the index of the event after what it opens."""
        tag = _tag(fence)
        if self.wrappers and fence.is_own and tag in (None, Tag.NONE) and fence.marks.startswith(self.wrappers[-1]):
            self.wrappers.pop()
        elif tag is None:
            if fence.info is None:  # inline code, up to the fence that closes it on the same line
                while at < len(self.events) and self.events[at].start < fence.line_end:
                    at += 1
                    if self.events[at - 1].marks == fence.marks:
                        break
        elif tag is Tag.MARKDOWN:
            self.wrappers.append(fence.marks)
        else:
            return self._read_block(fence, tag, at)
        return at

    def _read_block(self, fence: _Event, tag: Tag, at: int) -> int:
        found = None if tag is Tag.OTHER else _python_end(self.text, self.events, at, fence, tag)
        at, end = found or _plain_end(self.events, at, fence)
        if end is _End.WRAPPER:
            self.wrappers.append(fence.marks)
            return at
        stop = len(self.text)
        if at < len(self.events):
            event = self.events[at]
            begins_line = event.is_own or (end is _End.CUT and event.marks)  # words before the next fence are no code
            stop = event.line_start - 1 if begins_line else event.start
        if tag is not Tag.OTHER:
            is_torn = found is None and _is_torn(self.text[fence.line_end : stop])
            self.found.append((fence, stop, tag is Tag.PYTHON and not is_torn, end is _End.CLOSED))
        return at + (end is _End.CLOSED)


def _events(text: str) -> list[_Event]:
    found: list[_Event] = []
    line_start = line_end = container_end = last_tick = -1
    for match in _EVENT.finditer(text):
        start, end = match.span()
        if start > line_end or not found:
            line_start = text.rfind("\n", max(line_end, 0), start) + 1
            line_end = text.find("\n", start) % (len(text) + 1)  # the end of the text where there is none
            container = _CONTAINER.match(text, line_start, start)
            container_end = container.end() if container else line_start
            last_tick = text.rfind("`", line_start, line_end)
            own = container_end == start
        else:
            own = found[-1].is_own and bool(found[-1].marks) and not text[found[-1].end : start].strip()
        marks, tag = match["marks"] or "", (match["tag"] or "").lower()
        may_open = own if marks.startswith("~") else last_tick < end  # a tilde is an operator, too
        info = text[end:line_end] if marks and may_open else None
        found.append(_Event(start, end, line_start, line_end, marks, tag, own, info))
    return found


def _content_end(text: str, events: Sequence[_Event]) -> int:
    """Return where the text ends without the tags, bare fences and blanks at its end."""
    end = len(text)
    for event in reversed(events):
        if (event.marks and (event.info is None or event.info.strip())) or text[event.end : end].strip():
            break
        end = event.start
    return end


def _is_inline_code(text: str, event: _Event) -> bool:
    before, after = text[max(0, event.start - 3) : event.start], text[event.end : event.end + 3]
    return (before[-1:] == "`" and before != "```") or (after[:1] == "`" and after != "```")


def _tag(fence: _Event) -> Tag | None:
    """Return what a fence outside of blocks opens; None where it opens nothing."""
    if fence.info is None:
        return None
    if not fence.info.strip():
        return Tag.NONE
    match = _INFO.fullmatch(fence.info)
    if match is None or not (fence.is_own or _TAG_ALONE.fullmatch(fence.info)):  # words, which may be of a sentence
        return None
    word = (match["word"] or match["late"]).lower()
    if _PYTHON.fullmatch(word):
        return Tag.PYTHON
    return Tag.MARKDOWN if word in _MARKDOWN else Tag.OTHER


def _begins_next(event: _Event) -> bool:
    """Return whether a fence that could close a block begins the next one instead."""
    tag = _tag(event)
    if tag is Tag.PYTHON or not event.is_own or event.info is None:
        return tag is Tag.PYTHON
    return event.info.strip().lower() in _OTHERS | _MARKDOWN


def _plain_end(events: Sequence[_Event], at: int, fence: _Event) -> tuple[int, _End]:
    """Return the index of the event that ends the block which `fence` opens, and how; len(events) where none does."""
    for index in range(at, len(events)):
        event = events[index]
        if event.tag:
            if event.is_own and event.tag not in _CLOSED_BY:
                return index, _End.CUT
        elif event.marks.startswith(fence.marks):
            if _begins_next(event):
                return index, _End.CUT
            if event.is_own or (event.info is not None and not event.info.strip()):
                return index, _End.CLOSED
    return len(events), _End.CUT


def _python_end(text: str, events: Sequence[_Event], at: int, fence: _Event, tag: Tag) -> tuple[int, _End] | None:
    """Return the same with an eye for strings; None where the block does not have them as Python does."""
    stop = min(at + _LOOKAHEAD, len(events))
    limit = len(text) if stop == len(events) else events[stop].start
    tokens = _TOKEN.finditer(text, fence.line_end, limit)
    token = next(tokens, None)
    depth = 1  # if what seems to be in a string is fences in pairs
    hides = False  # whether a string holds what would end the block
    for index in range(at, stop):
        event = events[index]
        is_inner = not event.tag and not event.marks.startswith(fence.marks)
        if event.tag in _CLOSED_BY or (is_inner and not _makes_wrapper(event, fence, tag)):
            continue
        while token is not None and token.end() <= event.start:
            token = next(tokens, None)
        if token is None or token.start() > event.start or (token.lastindex is None and not _has_lines(token)):
            return None if is_inner and hides else (index, _end_in_code(event, is_inner))
        if token.lastindex is None:
            return None  # a string without an end
        if token.lastindex == 1:
            if event.marks and _ends_in_comment(text, token.start(), event, is_inner):
                return index, _end_in_code(event, is_inner)
        elif event.is_own and event.info is not None and not is_inner:
            is_bare = not event.info.strip()
            if not is_bare and depth <= 0 and _column(event) <= _column(fence):
                return None  # a string that reaches into a separate block
            depth += -1 if is_bare else 1
            hides = True
    return None if hides or stop < len(events) else (len(events), _End.CUT)


def _is_torn(source: str) -> bool:
    """Return whether a string of lines in the source has no end, as in a draft that was given up."""
    return any(token.lastindex is None and _has_lines(token) for token in _TOKEN.finditer(source))


def _has_lines(string: re.Match[str]) -> bool:
    return string[0].startswith(('"""', "'''"))


def _end_in_code(event: _Event, is_inner: bool) -> _End:
    if is_inner:
        return _End.WRAPPER
    return _End.CUT if event.tag or _begins_next(event) else _End.CLOSED


def _makes_wrapper(event: _Event, fence: _Event, tag: Tag) -> bool:
    """Return whether a fence of another kind in a block makes it a wrapper."""
    inner = _tag(event)
    is_shorter = len(event.marks) < len(fence.marks)
    return inner is Tag.PYTHON or (inner is not None and tag is Tag.NONE and is_shorter)


def _ends_in_comment(text: str, comment_start: int, event: _Event, is_inner: bool) -> bool:
    """Return whether a fence in what would be a comment ends the block.

    One that closes stands behind the comment's words, and no comment follows. One that opens may be in a heading.
    """
    words = text[comment_start : event.start]
    if words.strip() == "#" or "`" in words:
        return False
    if words.startswith("##") and (is_inner or _begins_next(event)):
        return True
    is_at_end = words[-1] not in " \t" or _begins_next(event) or _LINE_ENDS.match(text, event.end)
    return bool(is_at_end) and not _COMMENT_FOLLOWS.match(text, event.line_end)


def _column(event: _Event) -> int:
    return event.start - event.line_start


def _source(text: str, fence: _Event, stop: int) -> str:
    """Return the block's lines without what the fence's own line puts before them: quotation marks, indentation."""
    source = text[fence.line_end + 1 : stop].removeprefix("\ufeff")
    quotes = text[fence.line_start : _end_of(_QUOTES, text, fence.line_start)].count(">")
    lines = source.split("\n")
    if quotes and next((line for line in lines if line.strip()), "").lstrip().startswith(">"):
        marks = re.compile(rf"(?:[ \t]*>){{0,{quotes}}} ?")
        lines = [line[_end_of(marks, line, 0) :] for line in lines]
        source = "\n".join(lines)
    statement = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    width = _indent(statement) if _column(fence) else 0
    if not width:
        return source
    return "\n".join(line[min(width, _indent(line)) :] for line in lines)


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
