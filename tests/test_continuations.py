"""Completions that continue the code of their prompt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deepcoder.continuations import continued
from deepcoder.datasets import load_problems
from deepcoder.datasets.prepare import prepare
from deepcoder.judge import judge
from deepcoder.problems import Problem
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Submission, Verdict

PROMPT = """from typing import List


def largest(numbers: List[int]) -> int:
    \"\"\" The largest of the numbers.
    >>> largest([1, 3, 2])
    3
    \"\"\"
"""
ROW = {
    "task_id": "Ours/0",
    "prompt": PROMPT,
    "entry_point": "largest",
    "canonical_solution": "    return max(numbers)\n",
    "test": "def check(candidate):\n    assert candidate([1, 3, 2]) == 3\n    assert candidate([-1]) == -1\n",
}
BODY = "    return sorted(numbers)[-1]\n"
WHOLE = "def largest(numbers):\n    return sorted(numbers)[-1]\n"


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    return read(tmp_path / "p.jsonl", ROW)


def read(path: Path, row: dict[str, Any]) -> Problem:
    path.write_text(json.dumps(row) + "\n")
    (problem,) = load_problems(str(path))
    return problem


CONTINUE = {
    "a body": BODY,
    "a body behind a blank line": f"\n{BODY}",
    "a body without a line end": BODY.rstrip(),
    "a body of lines of Windows": BODY.replace("\n", "\r\n"),
    "a body, then more of a module": f"{BODY}\n\ndef other():\n    return largest([1])\n",
    "a body, then the function again": f"{BODY}\n\n{WHOLE}",
    "a body that closes the prompt's block": f"{BODY}```\n\nThis sorts the numbers first.",
    "a body, then an example in a block": f"{BODY}```\nFor example:\n```python\nprint(largest([1]))\n```",
    "the function quoted, then its body": f"The task:\n```python\n{PROMPT}```\nThe body:\n```python\n{BODY}```\n",
    "a body, then the token of the answer's end": f"{BODY}<|im_end|>",
    "a body with fences in a comment and a string": f"    # see ```max```\n    '```\\n'\n{BODY}",
    "a body in a fenced block": f"Sort them first:\n```python\n{BODY}```\nThat is all.",
    "a body in a block without a tag": f"```\n{BODY}```",
    "a message with a body": [{"role": "assistant", "content": BODY}],
}
STAND_ALONE = {
    "the whole function": WHOLE,
    "the prompt again": PROMPT + BODY,
    "the function in a fenced block": f"Here it is:\n```python\n{WHOLE}```\nIt sorts the numbers first.",
    "the whole function, then an example": f"```python\n{WHOLE}```\nUsage:\n```python\nprint(largest([1]))\n```\n",
    "the function in a block, behind one blank": f" Sure!\n```python\n{WHOLE}```",
    "the function in a block, behind a body that was given up": f"{BODY}```\nShorter:\n```python\n{WHOLE}```",
    "an async function": f"async {WHOLE}",
    "the whole function, then a fence": f"{WHOLE}```\nIt sorts the numbers first.",
    "a message with the function": [{"role": "user", "content": "?"}, {"role": "assistant", "content": WHOLE}],
}


@pytest.mark.parametrize("completion", CONTINUE.values(), ids=CONTINUE.keys())
def test_body_has_the_prompt_in_front_of_it(problem: Problem, completion: Any, shared_sandbox: Sandbox) -> None:
    program = continued(problem, completion)
    assert program is not None and program.source.startswith(PROMPT)
    assert judge(Submission(problem, program), shared_sandbox).verdict is Verdict.AC


@pytest.mark.parametrize("completion", STAND_ALONE.values(), ids=STAND_ALONE.keys())
def test_whole_function_stands_alone(problem: Problem, completion: Any) -> None:
    program = continued(problem, completion)
    assert program is not None and program.source.count("def largest(") == 1
    assert program.source.count("return sorted(numbers)[-1]") == 1
    compile(program.source, "main.py", "exec")


@pytest.mark.parametrize("completion", ["", " \n\t", [], [{"role": "assistant", "content": ""}]])
def test_blank_completion_has_no_program(problem: Problem, completion: Any) -> None:
    assert continued(problem, completion) is None


def test_prompt_that_ends_within_its_last_line_is_continued_there(tmp_path: Path, shared_sandbox: Sandbox) -> None:
    for prompt, completion in (
        (f"{PROMPT}    ", "return sorted(numbers)[-1]"),
        (f"{PROMPT}    return", " sorted(numbers)[-1]"),
        (PROMPT.rstrip(), BODY),
        (PROMPT.rstrip(), f"\n{BODY}"),
    ):
        problem = read(tmp_path / "p.jsonl", {**ROW, "prompt": prompt})
        program = continued(problem, completion)
        assert judge(Submission(problem, program), shared_sandbox).verdict is Verdict.AC, prompt


def test_prompt_is_kept_in_a_prepared_file(problem: Problem, tmp_path: Path) -> None:
    for name in ("prepared.parquet", "prepared.jsonl"):
        prepare(str(tmp_path / "p.jsonl"), tmp_path / name)
        (prepared,) = load_problems(str(tmp_path / name))
        assert prepared.code_prompt == PROMPT == problem.code_prompt
        assert continued(prepared, BODY) == continued(problem, BODY)


def test_problem_without_code_in_its_prompt_is_named() -> None:
    problem = load_problems("deepcoder_small")[0]
    with pytest.raises(ValueError, match=f"problem '{problem.problem_id}' has no code in its prompt"):
        continued(problem, BODY)


def test_completion_of_no_known_shape_is_a_type_error(problem: Problem) -> None:
    with pytest.raises(TypeError, match="a completion is text or messages"):
        continued(problem, 5)  # type: ignore[arg-type]
