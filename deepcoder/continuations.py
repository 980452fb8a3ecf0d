"""Completions that continue the code of their prompt, as those of HumanEval do.

Runs: GPU node, before anything is sent to be judged. Linear time: the text comes from an optimiser.

The program is the prompt's code with the completion behind it. But a model may also repeat the whole function, answer
with a fenced block, or close a block that the prompt had opened.
"""

from __future__ import annotations

import re

from deepcoder import fences
from deepcoder.completions import Completion, text_of
from deepcoder.problems import Problem
from deepcoder.programs import Program, extract


def continued(problem: Problem, completion: Completion) -> Program | None:
    """Return the program of a completion that continues the code of the problem's prompt; None where it is blank.

    A program that defines the entry point stands alone. What stands in a fenced block, or up to a fence that closes the
    prompt's block, continues the code.

    Raises:
        ValueError: The prompt of the problem has no code.
        TypeError: The completion is neither text nor messages.
    """
    if not problem.code_prompt:
        raise ValueError(f"problem {problem.problem_id!r} has no code in its prompt that a completion could continue")
    text = text_of(completion).replace("\r\n", "\n")
    if not text.strip():
        return None
    found = extract(text, languages=problem.languages)
    if found is not None and not (_defines(found.source, problem) or _begins_indented(found.source)):
        # It may be an example that calls the function.
        found = extract(text, languages=problem.languages, entry_point=problem.entry_point)
    if found is not None and _defines(found.source, problem):
        return found
    if found is not None and not _begins_indented(text):
        return _joined(problem, found.source)
    opened = f"```{problem.languages[0]}\n"  # as if the prompt had opened a block, which the completion may close
    blocks = fences.blocks(opened + text, problem.languages)
    source = blocks[0].source if blocks else text
    is_whole = not _begins_indented(text) and _defines(source, problem)
    return Program(source, problem.languages[0]) if is_whole else _joined(problem, source)


def _joined(problem: Problem, source: str) -> Program:
    """Return the prompt's code with the source behind it, on the next line where the code lacks its last line end."""
    is_cut = not problem.code_prompt[-1].isspace() and _begins_indented(source)
    whole = f"{problem.code_prompt}\n{source}" if is_cut else problem.code_prompt + source
    return Program(whole, problem.languages[0])


def _defines(source: str, problem: Problem) -> bool:
    """Return whether the entry point is defined outside of anything else."""
    name = re.escape(problem.entry_point or "")
    return re.search(rf"^(?:async[ \t]++)?def[ \t]++{name}\b", source, re.MULTILINE) is not None


def _begins_indented(text: str) -> bool:
    """Return whether the text goes on within a function; one blank stands before words, too."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return first.startswith(("  ", "\t"))
