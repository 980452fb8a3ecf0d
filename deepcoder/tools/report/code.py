"""Show text that programs and models wrote: every character stays text, and code is coloured."""

from __future__ import annotations

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import MarkdownLexer

from deepcoder.verdicts import printable

LONGEST_CODE = 6000  # characters that are shown of a completion
LONGEST_LINE = 400  # characters that are shown of an id, or of a detail


def line(text: str) -> str:
    """Return the text as one line without a character that a browser would obey, cut where it is very long."""
    rest = len(text) - LONGEST_LINE
    return printable(text[:LONGEST_LINE]) + (f"… ({rest:,} more characters)" if rest > 0 else "")


def lines(text: str) -> str:
    """Return the text as `line` does, but with its line breaks and tabs, and longer."""
    rest = len(text) - LONGEST_CODE
    kept = text[:LONGEST_CODE].replace("\r\n", "\n").expandtabs(4).split("\n")
    return "\n".join(map(printable, kept)) + (f"\n… ({rest:,} more characters)" if rest > 0 else "")


def coloured(text: str) -> Markup:
    """Return a completion as HTML: Markdown, whose blocks are coloured in their own languages."""
    html: str = highlight(lines(text), MarkdownLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return Markup(html.removesuffix("\n"))
