"""Small cases of people who grade model-written code: completion → program, program → verdict."""

from __future__ import annotations

import json
from pathlib import Path

from deepcoder.datasets import load_problems
from deepcoder.judge import judge
from deepcoder.programs import Program, extract
from deepcoder.sandbox import Sandbox
from deepcoder.verdicts import Submission
from tests.conftest import shared_rows


def test_programs_of_strangers_completions() -> None:
    rows = [row for row in shared_rows("strangers.jsonl") if "completion" in row]
    programs = {row["case"]: extract(row["completion"], row.get("prompt")) for row in rows}
    assert {case: program and program.source for case, program in programs.items()} == {
        row["case"]: row["program"] for row in rows
    }


def test_verdicts_of_strangers_programs(shared_sandbox: Sandbox, tmp_path: Path) -> None:
    verdicts, expected = {}, {}
    for row in shared_rows("strangers.jsonl"):
        file = tmp_path / f"{row['case']}.jsonl"
        file.write_text(json.dumps(row["problem"]) + "\n", encoding="utf-8")
        (problem,) = load_problems(str(file))
        verdicts[row["case"]] = judge(Submission(problem, Program(row["program"])), shared_sandbox).verdict
        expected[row["case"]] = row["verdict"]
    assert verdicts == expected
