"""Task folders for Harbor, whose verifier asks a service: the hidden tests stay out of them.

Runs: in `deepcoder export harbor`. Needs no Harbor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from deepcoder.integrations import harbor_verifier
from deepcoder.integrations.harbor_verifier import APP
from deepcoder.problems import Problem
from deepcoder.wire.languages import language

# A JSON text is a text of TOML, too. The solution goes to a container of the verifier's own, which no agent was in.
_TASK = """\
schema_version = "1.4"
artifacts = {artifacts}

[task]
name = "deepcoder/{name}"

[metadata]
problem_id = {problem_id}

[agent]
timeout_sec = 600.0

[verifier]
timeout_sec = 600.0
environment_mode = "separate"

[verifier.env]
DEEPCODER_URL = {url}
DEEPCODER_TOKEN = "${{DEEPCODER_TOKEN:-}}"

[environment]
cpus = 1
memory_mb = 2048
network_mode = "public"
"""
_TEST = """\
#!/bin/sh
# Writes the reward; nothing where the program was not judged.
exec python3 /tests/judge.py
"""
_SOLVE = """\
#!/bin/sh
cp "$(dirname "$0")/{file_name}" {app}/{file_name}
"""


def write(problems: Iterable[Problem], folder: Path, url: str, image: str) -> int:
    """Write a folder for each problem, and return how many there are.

    Args:
        problems: Each needs a prompt.
        folder: Gets them; what it has of the same names is written anew.
        url: The service's, which knows these problems by their ids. DEEPCODER_URL overrides it where Harbor runs.
        image: What the agents' containers are made of. It has python3, which the verifier runs.

    Raises:
        ValueError: A problem has no prompt, or two would have one folder.
    """
    ids: dict[str, str] = {}
    for problem in problems:
        name = re.sub(r"[^a-zA-Z0-9_]+", "-", problem.problem_id).strip("-_") or "problem"
        if name in ids:
            raise ValueError(f"problems {ids[name]!r} and {problem.problem_id!r} would have one folder, {name}")
        if not problem.prompt:
            raise ValueError(f"problem {problem.problem_id!r} has no prompt: an agent needs one")
        ids[name] = problem.problem_id
        _write_task(problem, folder / name, name, url, image)
    return len(ids)


def _write_task(problem: Problem, folder: Path, name: str, url: str, image: str) -> None:
    files: dict[str, str] = {}  # by name, the language of the program in it
    for each in problem.languages:
        files.setdefault(language(each).file_name, each)
    places = [str(APP / file_name) for file_name in files]
    texts = {
        "task.toml": _TASK.format(
            name=name,
            problem_id=_quoted(problem.problem_id),
            artifacts=json.dumps(places),
            url=_quoted(f"${{DEEPCODER_URL:-{url}}}"),
        ),
        "instruction.md": _instruction(problem, places),
        "environment/Dockerfile": f"FROM {image}\nWORKDIR {APP}\n",
        "tests/test.sh": _TEST,
        "tests/judge.py": Path(harbor_verifier.__file__).read_text(encoding="utf-8"),
        "tests/problem.json": json.dumps({"problem_id": problem.problem_id, "files": files}),
    }
    if problem.reference is not None:
        file_name = language(problem.reference_language or problem.languages[0]).file_name
        texts["solution/solve.sh"] = _SOLVE.format(file_name=file_name, app=APP)
        texts[f"solution/{file_name}"] = problem.reference
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        if path.endswith(".sh"):
            (folder / path).chmod(0o755)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # TOML has no pairs of surrogates


def _instruction(problem: Problem, places: list[str]) -> str:
    wanted = f"Write the whole program to `{'`, or `'.join(places)}`, in place of a block in your answer."
    return f"{problem.prompt_text}\n\n{wanted} Hidden tests judge it.\n"
