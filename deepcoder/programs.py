"""Programs, and which one a completion answers with.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.
"""

from __future__ import annotations

import ast
import keyword
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deepcoder import fences
from deepcoder.completions import Completion, last_text, text_of
from deepcoder.fences import Block
from deepcoder.problems import Problem
from deepcoder.program_files import check_names, entry_and_others
from deepcoder.wire.languages import PYTHON, family, language

NO_PROGRAM = "no program in the completion"
_PARSED_CHARS = 1 << 16  # the most of the blocks that is parsed, from the last block on
_SIGNS = re.compile(r"[{};]|#include\b|\bmain\b")
_DOES_SOMETHING = (ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
# What is no Python: a session or a command, behind comments; and what it has where it was meant to be Python.
_SESSION = re.compile(r"(?:\s*+#[^\n]*+)*+\s*+(?:>>>|\$ |[!%]?(?:pip|python)3? )")
_STATEMENTS = "|".join(sorted({*keyword.kwlist, "print", "exec"} - {"True", "False", "None"}))
_MEANT_AS_CODE = re.compile(rf"[=(]|^[ \t]*+(?:@|(?:{_STATEMENTS})\b)", re.MULTILINE)
# What gives names in Python: each part is possessive, and begins a line or a statement, so that time is linear.
_TARGETS = re.compile(r"(?:^|;)((?:[ \t(\[]*+[\w$ \t.,*]*+[)\] \t]*+=(?!=))++)", re.MULTILINE)
_IMPORTS = re.compile(
    r"(?:^|;)[ \t]*+from[ \t]++(?P<package>\w++)[\w.]*+[ \t]++import[ \t]*+(?P<names>\([^()]*+|[^\n;#]*+)", re.MULTILINE
)
_LIBRARY = sys.stdlib_module_names - {"code"}  # as tests call the program, too


@dataclass(frozen=True)
class Program:
    """Source code, ready to run: one file, or an entry file and others."""

    source: str
    language: str = PYTHON.name
    entry_file: str = ""  # the name of the source's file; empty where the language's usual one will do
    files: tuple[tuple[str, str], ...] = ()  # the names and texts of the others

    def __post_init__(self) -> None:
        """Check the names of the files.

        Raises:
            ValueError: See `check_names`.
        """
        if self.files or self.entry_file:
            check_names([self.entry_file, *(name for name, _ in self.files)], language(self.language))

    @classmethod
    def of_row(cls, row: Mapping[str, Any], usual_language: str) -> Program | None:
        """Return the program of a row of completions or judgements, or None where it has none.

        Raises:
            ValueError: The columns are not those of a program.
        """
        name = usual_language if row.get("language") is None else language(row["language"]).name
        if row.get("files") is not None:
            entry_file, source, others = entry_and_others(row["files"], row.get("entry_file"))
            return cls(source, name, entry_file, others)
        return cls(row["program"], name) if isinstance(row.get("program"), str) else None

    def to_row(self) -> dict[str, Any]:
        """Return the columns that `of_row` reads."""
        if not self.entry_file:
            return {"program": self.source, "language": self.language}
        files = {self.entry_file: self.source, **dict(self.files)}
        return {"files": files, "entry_file": self.entry_file, "language": self.language}


class Rule(StrEnum):
    """Name why a block is the answer."""

    TAGGED = "the last closed block that is tagged, but for what is output behind a program"
    AFTER_CUT = "the last closed block behind a tagged one that was given up in the middle of a string"
    UNCLOSED = "the last block that is tagged and not closed, but for words behind a program"
    PROGRAM = "the last closed block without a tag that reads as a program"
    CLOSED = "the last closed block"
    OPEN = "the last block, which reads as a program"
    NONE = "no block"


def extract(
    completion: Completion,
    prompt: Completion | None = None,
    languages: Sequence[str] = (PYTHON.name,),
    entry_point: str | None = None,
) -> Program | None:
    """Return the program that a completion answers with, or None.

    Args:
        completion: Text or messages.
        prompt: What the completion continues: a block that its last line opens is the completion's to close.
        languages: Those that the program may be in. The tag of its block decides, and may be of another compiler or
            standard of the same language. A block without a tag is in the first.
        entry_point: The function that the program must define; None where it reads and prints.

    Raises:
        TypeError: The completion or the prompt is neither text nor messages.
    """
    return answer(completion, prompt, languages, entry_point)[0]


def answer(
    completion: Completion, prompt: Completion | None, languages: Sequence[str], entry_point: str | None = None
) -> tuple[Program | None, str]:
    """Return the program, as `extract`, and where there is none why, for people.

    Raises:
        TypeError: As `extract`.
    """
    blocks = fences.blocks(_text(completion, prompt, languages), languages)
    block, _ = choose(blocks, languages[0], entry_point)
    if block is not None:
        return Program(block.source, block.language or languages[0]), ""
    others = [each.language for each in blocks if not each.is_allowed]
    allowed = f": its last block is in {others[-1]}, and the problem allows {', '.join(languages)}" if others else ""
    return None, NO_PROGRAM + allowed


def choose(
    blocks: Sequence[Block], first_language: str = PYTHON.name, entry_point: str | None = None
) -> tuple[Block | None, Rule]:
    """Return the block that is the answer, and the rule that chose it: the first rule of `Rule` that applies.

    UNCLOSED and PROGRAM are one step: of the blocks that either fits, the last is the answer. Blocks without a tag are
    in the first language. Where some define the entry point, no other counts. Nor does one that is tagged as an answer,
    and may be a value, behind a program.
    """
    blocks = [block for block in blocks if block.is_allowed]
    if entry_point and len(blocks) > 1:
        blocks = [block for block in blocks if _defines(block.source, entry_point)] or blocks
    if any(block.may_be_value for block in blocks):
        blocks = _without_values(blocks, first_language)
    closed = [block for block in blocks if block.is_closed]
    tagged = [block for block in blocks if block.language]
    while tagged and not tagged[-1].is_closed:
        tagged.pop()
    if tagged and tagged[-1].is_cut and closed[-1] is not tagged[-1]:
        return closed[-1], Rule.AFTER_CUT
    if tagged:
        return _last_but(_is_output, tagged), Rule.TAGGED
    readable = _PARSED_CHARS
    for block in reversed(blocks):
        if block.language:
            unclosed = [each for each in blocks if each.language]
            return _last_but(_is_no_program, unclosed), Rule.UNCLOSED
        readable -= len(block.source)
        if block.is_closed and readable >= 0 and _reads(block.source, first_language):
            return block, Rule.PROGRAM
    if closed:
        return closed[-1], Rule.CLOSED
    if blocks and len(blocks[-1].source) <= _PARSED_CHARS and _reads(blocks[-1].source, first_language):
        return blocks[-1], Rule.OPEN
    return None, Rule.NONE


def fenced(program: Program) -> str:
    """Return the program as an answer, from which `extract` takes it again."""
    return f"```{program.language}\n{program.source}\n```"


def reference_of(problem: Problem) -> Program | None:
    """Return the problem's reference; None where it has none."""
    if problem.reference is None:
        return None
    return Program(problem.reference, problem.reference_language or problem.languages[0])


def _text(completion: Completion, prompt: Completion | None, languages: Sequence[str]) -> str:
    text = with_line_feeds(text_of(completion).removeprefix("\ufeff"))
    return text if prompt is None else fences.continued(with_line_feeds(last_text(prompt)), text, languages)


def with_line_feeds(text: str) -> str:
    """Return the text with a line feed for each line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def reads_as_program(source: str) -> bool:
    """Return whether the text is Python that calls or defines something, as sample output and prose are not."""
    tree = _parsed(source)
    return tree is not None and _does_something(tree)


def _does_something(tree: ast.Module) -> bool:
    return any(isinstance(node, _DOES_SOMETHING) for node in ast.walk(tree))


def _parsed(source: str) -> ast.Module | None:
    """Return the tree of Python; None where the text is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _reads(source: str, name: str) -> bool:
    """Return whether the text is a program in a language, as far as it can be told from sample output and prose."""
    return reads_as_program(source) if family(name) == PYTHON.name else _SIGNS.search(source) is not None


def _is_no_program(source: str) -> bool:
    return not reads_as_program(source)


def _is_output(source: str) -> bool:
    """Return whether the text is nothing but values, words or a session, and not a program in Python that is broken."""
    tree = _parsed(source)
    if tree is None:
        return bool(_SESSION.match(source)) or not _MEANT_AS_CODE.search(source)
    return all(map(_is_value, tree.body)) and not _does_something(tree)


def _is_value(node: ast.stmt) -> bool:
    """Return whether a statement is a value, or one behind a word and a colon, which Python takes for a type."""
    return isinstance(node, ast.Expr) or (isinstance(node, ast.AnnAssign) and node.value is None)


def _without_values(blocks: list[Block], first_language: str) -> list[Block]:
    """Return the blocks without those that may be values behind the first of the others that reads as a program."""
    readable = _PARSED_CHARS
    for index, block in enumerate(blocks):
        readable -= len(block.source)
        if readable < 0:
            break
        if not block.may_be_value and _reads(block.source, block.language or first_language):
            return [each for i, each in enumerate(blocks) if i <= index or not each.may_be_value]
    return blocks


def _last_but(is_other: Callable[[str], bool], tagged: Sequence[Block]) -> Block:
    """Return the last block. Where that is something else in Python, return the program before it, if there is one.

    What is not closed and reads as no program is passed over.
    """
    last = tagged[-1]
    if len(tagged) == 1:  # as most answers have: nothing is to be parsed
        return last
    readable = _PARSED_CHARS
    for block in reversed(tagged):
        readable -= len(block.source)
        name = block.language or PYTHON.name
        if readable < 0:
            break
        if family(name) == PYTHON.name and is_other(block.source):
            continue
        is_program = _reads(block.source, name)
        if is_program or block.is_closed or block is last:
            return block if is_program else last
    return last


def _defines(source: str, entry_point: str) -> bool:
    """Return whether the source defines the function, or a class Solution, in Python or JavaScript.

    It is more often said than true, as by a comment: a block that is passed over must be one that cannot be right. An
    import defines it if it is from Python's library: tests begin with one from the program.
    """
    name = rf"(?<![\w$])(?:{re.escape(entry_point)}|Solution)(?![\w$])"
    keywords = r"(?:def|class|function|const|let|var)[ \t*]+"
    annotated = r"[ \t]*:[^=\n]*=(?!=)"
    definition = rf"\b{keywords}{name}|^[ \t]*(?:\w+\.)*{name}{annotated}|{name}[ \t]*:=|\bexports?\b"
    if re.search(definition, source, re.MULTILINE):
        return True
    targets = (each for match in _TARGETS.finditer(source) for each in re.split("[=,]", match[1]))
    if any(each.strip(" \t()[]*").rpartition(".")[2] in (entry_point, "Solution") for each in targets):
        return True
    imported = re.compile(rf"{name}(?!\s++as\b)")
    imports = (each for each in _IMPORTS.finditer(source) if each["package"] in _LIBRARY)
    return any(imported.search(each["names"]) for each in imports)
