"""The statement of a package as rough text, for a prompt: formulas stay as they are, pictures and layout go."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

MOST_CHARS = 100_000  # of a statement; what is behind them is cut off
_MACRO = re.compile(r"\\(?:re)?newcommand\*?\s*\{?\\([A-Za-z]+)\}?\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_ARGUMENT = r"\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"  # of a command, with braces two deep
_OPTION = r"(?:\s*\[[^\]]*\])?"
_VERBATIM = re.compile(
    r"\\begin\{(?:verbatim|lstlisting)\}" + _OPTION + r"(.*?)\\end\{(?:verbatim|lstlisting)\}", re.DOTALL
)
_COMMENT = re.compile(rf"({_VERBATIM.pattern}|\\verb\*?([|!+])[^\n]*?\3)|(?<!\\)%[^\n]*", re.DOTALL)
_HEADINGS = ("Input", "Output", "Interaction", "Notes", "Note", "Scoring", "Subtasks", "Constraints", "Example")
_PROSE: tuple[tuple[str, str], ...] = (  # in this order
    (r"``|''", '"'),
    ("`", "'"),
    (
        r"\\(?:illustration|includegraphics|vspace|hspace|label|input|usepackage|setlength|timelimit|caption)\*?"
        + _OPTION,
        "\0",
    ),
    (r"\\(?:section|subsection|subsubsection|paragraph|InputFile|OutputFile)\*?" + _ARGUMENT, r"\n\n## \1\n\n"),
    (r"\\InputFile\b", "\n\n## Input\n\n"),
    (r"\\OutputFile\b", "\n\n## Output\n\n"),
    (r"\\(?:Note|Interaction|Scoring|Examples?)\b(?!\w)", "\n\n"),
    (r"\\problemname" + _ARGUMENT, ""),
    (r"\\(?:nextsample|remainingsamples)\b", ""),
    (r"\\begin\{problem\}" + rf"(?:{_ARGUMENT})*", ""),
    (r"\\(?:texttt|t|tt|verb)" + _ARGUMENT, r"`\1`"),
    (r"\\verb\*?([|!+])(.*?)\1", r"`\2`"),
    (r"\\(?:textbf|bf)" + _ARGUMENT, r"**\1**"),
    (r"\\(?:emph|textit|it|textsl|underline|textsc|textrm|mbox|sout)" + _ARGUMENT, r"\1"),
    (r"\\href" + _ARGUMENT + _ARGUMENT, r"\2"),
    (r"\\url" + _ARGUMENT, r"\1"),
    (r"\\footnote" + _ARGUMENT, r" (\1)"),
    (r"\\item\b" + _OPTION + r"\s*", "\n- "),
    (rf"\\begin\{{({'|'.join(_HEADINGS)})\}}", r"\n\n## \1\n\n"),
    (r"\\(?:begin|end)\{(?:[A-Za-z*]+)\}" + _OPTION + r"(?:\{[^{}]*\})*", "\n"),
    (r"\\\\(?:\[[^\]]*\])?", "\n"),
    (r"\\(?:noindent|centering|bigskip|medskip|smallskip|newpage|par|small|normalsize|hfill|hline)(?![A-Za-z])\s?", ""),
    (r"\\-", ""),
    (r"\\[,;:!]", " "),
    (r"---?", "-"),
    (r"(?<!\\)~", " "),
    (r"\\([%&_#{}$ ])", r"\1"),
    (r"\\(?:ldots|dots)(?![A-Za-z])(?:\{\})?", "..."),
)
_FORMULA = re.compile(r"(\$\$.*?\$\$|(?<!\\)\$.*?(?<!\\)\$|\\\[.*?\\\]|\\\(.*?\\\))", re.DOTALL)
_TAGS: tuple[tuple[str, str], ...] = (
    (r"(?is)<(script|style|head)\b.*?</\1>", ""),
    (r"(?i)<li\b[^>]*>", "\n- "),
    (r"(?i)<h[1-6]\b[^>]*>|<div class=\"section-title\">", "\n\n## "),
    (r"(?i)<br\s*/?>|</?(p|div|tr|pre|ul|ol|table|h[1-6])\b[^>]*>", "\n"),
    (r"(?i)</?(tt|code)\b[^>]*>", "`"),
    (r"<[^>]+>", ""),
)


def of_latex(text: str) -> str:
    """Return the rough text of LaTeX."""
    text = _expanded(_COMMENT.sub(lambda found: found[1] or "", text[:MOST_CHARS]))
    parts = _VERBATIM.split(text)
    return _tidied(
        "".join(f"\n```\n{part.strip()}\n```\n" if at % 2 else _prose(part) for at, part in enumerate(parts))
    )


def _expanded(text: str) -> str:
    """Return the text with what its macros without arguments mean."""
    meanings = dict(_MACRO.findall(text))
    text = _MACRO.sub("", text)
    for name, meaning in meanings.items():
        text = re.sub(rf"\\{name}(?![A-Za-z])(?:\{{\}})?", meaning.replace("\\", r"\\"), text)
    return text


def _prose(text: str) -> str:
    parts = _FORMULA.split(text)
    return "".join(part if at % 2 else _without_commands(part) for at, part in enumerate(parts))


def _without_commands(text: str) -> str:
    for pattern, text_instead in _PROSE:
        if text_instead == "\0":
            text = re.sub(pattern + rf"(?:{_ARGUMENT})*", "", text)
        else:
            text = re.sub(pattern, text_instead, text)
    return text


def of_html(text: str) -> str:
    """Return the rough text of HTML."""
    text = text[:MOST_CHARS]
    for pattern, text_instead in _TAGS:
        text = re.sub(pattern, text_instead, text)
    return _tidied(html.unescape(text))


def of_markdown(text: str) -> str:
    """Return the text of Markdown without its pictures."""
    return _tidied(re.sub(r"!\[[^\]]*\]\([^)]*\)|\{\{(?:nextsample|remainingsamples)\}\}", "", text[:MOST_CHARS]))


OF_SUFFIX: dict[str, Callable[[str], str]] = {".md": of_markdown, ".tex": of_latex, ".html": of_html}


def _tidied(text: str) -> str:
    lines = [
        line.rstrip() if line.startswith("```") else re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def prompt(title: str, body: str, samples: Iterable[tuple[str, str]]) -> str:
    """Return the whole text for a prompt. A sample is an input and an output, or a conversation and nothing."""
    parts = [f"# {title}" if title else "", body]
    for number, (first, second) in enumerate(samples, start=1):
        if second:
            parts.append(
                f"## Sample {number}\n\nInput:\n```\n{first.rstrip()}\n```\n\nOutput:\n```\n{second.rstrip()}\n```"
            )
        else:
            parts.append(f"## Sample conversation {number}\n\n```\n{first.rstrip()}\n```")
    return "\n\n".join(filter(None, parts))
