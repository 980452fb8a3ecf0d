"""Tasks for Harbor: what is in their folders, and what is not. tests/clients/harbor_tasks.py has Harbor verify them."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import Ran

SECRET = "hidden-7391"
PROBLEM: dict[str, Any] = {
    "problem_id": 'x/"1"',
    "mode": "stdin",
    "prompt": "Say it again.",
    "tests": [{"input": f"{SECRET}\n", "output": f"{SECRET}\n"}],
    "languages": ["cpp", "python", "pypy"],
    "reference": "print(input())",
    "reference_language": "python",
}


def export(capsys: pytest.CaptureFixture[str], folder: Path, *rows: dict[str, Any], url: str = "http://head:1") -> Ran:
    """Run `deepcoder export harbor` on these rows, into the folder's `tasks`."""
    data = folder / "problems.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Ran(capsys, "export", "harbor", str(data), "-o", str(folder / "tasks"), "--url", url)


def test_a_task_has_all_but_the_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(capsys, tmp_path, PROBLEM).code == 0
    task = tmp_path / "tasks" / "x-1"

    settings = tomllib.loads((task / "task.toml").read_text())
    assert settings["metadata"]["problem_id"] == PROBLEM["problem_id"]
    assert settings["artifacts"] == ["/app/main.cpp", "/app/main.py"]
    assert settings["verifier"]["environment_mode"] == "separate"  # no process of the agent is where the token is
    assert settings["verifier"]["env"]["DEEPCODER_URL"] == "${DEEPCODER_URL:-http://head:1}"
    asked = json.loads((task / "tests" / "problem.json").read_text())
    assert asked == {"problem_id": PROBLEM["problem_id"], "files": {"main.cpp": "cpp", "main.py": "python"}}
    assert (task / "solution" / "main.py").read_text() == PROBLEM["reference"]
    assert "to `/app/main.cpp`, or `/app/main.py`" in (task / "instruction.md").read_text()
    assert all(os.access(task / script, os.X_OK) for script in ("tests/test.sh", "solution/solve.sh"))
    assert not [path for path in task.rglob("*") if path.is_file() and SECRET in path.read_text()]


@pytest.mark.parametrize(
    ("rows", "url", "why"),
    [
        ([{**PROBLEM, "prompt": None}], "http://head:1", "has no prompt"),
        ([PROBLEM, {**PROBLEM, "problem_id": "x-1"}], "http://head:1", "would have one folder, x-1"),
        ([PROBLEM], "http://any:s3cret@head:1", "would write the token into the tasks"),
        ([PROBLEM], "head:1", "must begin with http:// or https://"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    rows: list[dict[str, Any]], url: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = export(capsys, tmp_path, *rows, url=url)
    assert (ran.code, why in ran.err) == (2, True), ran.err
