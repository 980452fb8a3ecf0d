"""The comparison with other judges: that all of them are given the same programs. No times, and no peer's package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="the train extra is not installed")

from deepcoder.pool import SandboxPool
from deepcoder.service.service import Service
from scripts.peers import __main__ as peers
from scripts.peers import theirs, work
from scripts.peers.__main__ import Contestant, Found
from scripts.peers.table import PEERS
from tests.test_service import serving

STDIN = {"id": "one", "validation": "default", "validator_flags": "", "checker": None, "tests": [
    {"input": f"{n}\n", "output": f"{n + 1}\n"} for n in range(20)
]}  # fmt: skip
PROGRAMS: list[dict[str, Any]] = [
    {"label": "AC", "code": "print(int(input()) + 1)", "language": "python"},
    {"label": "WA", "code": "print(input())", "language": "python"},
    {"label": "TLE", "code": "while True: pass", "language": "python"},
    {"label": "AC", "code": "import os\nos.abort()", "language": "python", "hostile": True},
    {"label": "AC", "code": "int main() {}", "language": "cpp"},
]
CALLS: dict[str, Any] = {
    "id": "two",
    "entry_point": "add",
    "checker": None,
    "preamble": "",
    "tests": [{"args": [n, 1], "expected": n + 1, "json_lossy": False} for n in range(3)],
    "programs": [{"label": "AC", "code": "def add(a, b):\n    return a + b"}, {"label": "WA", "code": "add = max"}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, row in (
        ("judged_stdin", {**STDIN, "programs": PROGRAMS[:2]}),
        ("packages", {**STDIN, "programs": PROGRAMS}),
        ("judged_function", CALLS),
    ):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return tmp_path


def test_real_programs_are_those_whose_label_is_sure(data: Path) -> None:
    found = {each.name: each.tasks() for each in work.works(data)}
    assert [each.is_right for each in found["real stdin"]] == [True, False]
    assert [len(each.job["tests"]) for each in found["real stdin"]] == [work.MOST_TESTS] * 2
    assert [(each.origin, each.is_right) for each in found["real functions"]] == [("two#0", True), ("two#1", False)]
    assert found["real functions"][0].job["tests"][1] == [[1, 1], 2]


def test_work_is_new_each_time(data: Path) -> None:
    for each in work.works(data):
        assert {task.program for task in each.tasks()}.isdisjoint(task.program for task in each.tasks()), each.name


def test_no_data_is_small_work_only() -> None:
    assert [each.name for each in work.works(None)] == ["W1", "W2", "W4", "W5"]


def test_peer_is_given_the_programs_and_accepts_the_right_ones(
    data: Path, process_pool: SandboxPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (peer,) = [each for each in PEERS if each.name == "sandbox_fusion"]
    monkeypatch.setattr(theirs, "FOLDER", tmp_path)
    home = tmp_path / peer.name
    (home / "bin").mkdir(parents=True)
    (home / "lib" / "python3").mkdir(parents=True)
    (home / "bin" / "python").symlink_to(sys.executable)
    with serving(Service(process_pool, {})) as url:
        for each in work.works(data):
            if each.is_real:
                _, accepted = theirs.judged(peer, url, each.tasks())
                assert accepted == [task.is_right for task in each.tasks()], each.name


def test_table_counts_wrong_verdicts(data: Path, tmp_path: Path) -> None:
    todo = [each for each in work.works(data) if each.is_real]
    yes = Contestant("yes", "nothing", lambda tasks: (2.0, [True] * len(tasks)))
    no = Contestant("no", "nothing", lambda tasks: (1.0, [False] * len(tasks)), only_calls=True, share=2)
    found = peers._measured([yes, no], todo, rounds=2)
    wrong = {who: (each.rates, each.judged, each.wrong) for who, each in found.items()}
    assert wrong == {
        ("yes", "real stdin"): ([1.0, 1.0], 2, ["one#1"]),
        ("yes", "real functions"): ([1.0, 1.0], 2, ["two#1"]),
        ("no", "real functions"): ([1.0, 1.0], 1, ["two#0"]),
    }
    assert peers._cell(Found([2.0, 4.0, 3.0], [0.5, 0.1, 0.2], 4, ["one#1"])) == "3, 200, 1 of 4"
    peers._draw(tmp_path / "peers.svg", [yes, no], todo, found)
    assert "real stdin" in (tmp_path / "peers.svg").read_text(encoding="utf-8")
