"""Data sets of the Hub: which one a source names, and its rows, from a folder that is laid out as the Hub's are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from deepcoder.datasets import DataError, hub, load_problems

DEEPCODER = "agentica-org/DeepCoder-Preview-Dataset"


@pytest.mark.parametrize(
    ("source", "split", "repository", "config", "meant"),
    [
        ("humaneval+", None, "evalplus/humanevalplus", None, "test"),
        ("evalplus/humanevalplus", None, "evalplus/humanevalplus", None, "test"),
        ("mbpp:sanitized@train", None, "google-research-datasets/mbpp", "sanitized", "train"),
        ("mbpp@train", "validation", "google-research-datasets/mbpp", "full", "validation"),
        (f"{DEEPCODER}:taco", None, DEEPCODER, "taco", "train"),
        (f"{DEEPCODER}:codeforces", None, DEEPCODER, "codeforces", "test"),
        ("deepcoder-lcbv5@test", None, DEEPCODER, "lcbv5", "test"),
        ("someone/set", None, "someone/set", None, "train"),
        ("someone/set:part@dev", None, "someone/set", "part", "dev"),
    ],
)
def test_source_names_a_data_set(
    source: str, split: str | None, repository: str, config: str | None, meant: str
) -> None:
    found = hub.resolve(source, split)
    assert (found.repository, found.config, found.split) == (repository, config, meant)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (DEEPCODER, "must name one of its parts: .*:primeintellect, .*:taco, .*:lcbv5, .*:codeforces"),
        (f"{DEEPCODER}:tako", "must name one of its parts"),
        ("humanevl", "no file and no known data set.* deepcoder_exercises_held_out, .* humaneval, "),
        ("a/b:c:d", "write owner/name:config@split"),
        ("livecodebench:release_v9", "no release_v9: write release_v1 to release_v6"),
    ],
)
def test_source_that_names_none_is_an_error(source: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        hub.files_of(hub.resolve(source))


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("apps@test", ["codeparrot/apps/test.jsonl"]),
        ("taco", ["BAAI/TACO/ALL/train-*.parquet"]),
        ("livecodebench:release_v2", [f"livecodebench/code_generation_lite/test{n}.jsonl" for n in ("", "2")]),
        ("livecodebench:v6", ["livecodebench/code_generation_lite/test6.jsonl"]),
        ("code-contests", []),
    ],
)
def test_sets_that_are_loading_scripts_are_read_file_by_file(source: str, files: list[str]) -> None:
    assert hub.files_of(hub.resolve(source)) == [f"hf://datasets/{each}" for each in files]
    assert len(hub.files_of(hub.resolve("livecodebench"))) == 6


ROW: dict[str, Any] = {"reward_model": {"ground_truth": json.dumps([{"input": "1\n", "expected_output": "2\n"}])}}
CARD = """---
configs:
- config_name: easy
  data_files: [{split: train, path: easy.parquet}, {split: test, path: test.parquet}]
- config_name: hard
  data_files: hard.parquet
---
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "someone" / "set"
    made.mkdir(parents=True)
    (made / "README.md").write_text(CARD)
    for name, count in (("easy", 3), ("test", 2), ("hard", 1)):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([ROW] * count), made / f"{name}.parquet")
    return made


def test_config_and_split_choose_the_rows(folder: Path) -> None:
    easy = load_problems("someone/set:easy")
    assert [each.problem_id for each in easy] == [f"set/train/{n}" for n in range(3)]
    assert len(load_problems("someone/set:easy@test")) == 2
    assert len(load_problems("someone/set:easy", split="test")) == 2
    assert len(load_problems("someone/set:hard")) == 1


@pytest.mark.parametrize("source", ["someone/set", "someone/set:soft", "someone/set:hard@dev", "someone/nothing"])
def test_what_cannot_be_loaded_is_an_error(folder: Path, source: str) -> None:
    with pytest.raises(DataError, match="someone/.* is no file, and the Hub does not give its split"):
        load_problems(source)


def test_jsonl_of_a_loading_script_is_read_line_by_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "test.jsonl").write_text((json.dumps(ROW) + "\n") * 2)
    monkeypatch.setattr(hub, "files_of", lambda _: [f"file://{folder}/test.jsonl"] * 2)
    assert [each.problem_id for each in load_problems("livecodebench")] == [f"livecodebench/test/{n}" for n in range(4)]


def test_parquet_of_a_loading_script_is_streamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "files_of", lambda _: [str(folder / "easy.parquet"), str(folder / "hard.parquet")])
    assert len(load_problems("taco")) == 4
