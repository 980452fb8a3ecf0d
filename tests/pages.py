"""The pages of README and docs as the tests read them: their fenced blocks, links, headings and file names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sandbox_images/*.md")])

_FENCE = re.compile(r"^```(?P<info>[^`\n]*)\n(?P<text>.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<title>.+?) *$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_NO_RUN = "norun:"


class Block(NamedTuple):
    """A fenced block. Its info string is `LANGUAGE`, `LANGUAGE KIND`, or `LANGUAGE norun: REASON`."""

    page: Path
    line: int
    language: str
    kind: str  # for JSONL: which file of ours the rows are for
    reason: str  # why no test runs it; empty when one does
    text: str

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    """Return the page's path in the checkout."""
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of the page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, _, rest = match["info"].strip().partition(" ")
        is_run = not rest.startswith(_NO_RUN)
        kind, reason = (rest, "") if is_run else ("", rest.removeprefix(_NO_RUN).strip())
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, language, kind, reason, match["text"]))
    return found


def prose(page: Path) -> str:
    """Return the page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[str]:
    """Yield the targets of the page's links that stay in the checkout."""
    for match in _LINK.finditer(prose(page)):
        if "://" not in match["target"]:
            yield match["target"]


def anchors(page: Path) -> set[str]:
    """Return the names that a link to a heading of the page may have, as GitHub makes them."""
    titles = (match["title"].replace("`", "") for match in _HEADING.finditer(prose(page)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def spans(page: Path) -> list[str]:
    """Return the page's inline code."""
    return _SPAN.findall(prose(page))
