"""Every block of README and docs that can run here is run, page by page, in a folder with the files that it names.

The commands of a page run one after the other, so that one may read what another has written. All are on one Ray.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import PAGES, ROOT, Block, blocks, name_of
from tests.test_docs import PROBLEMS, SHELL

README, TRAINING, FILES = ROOT / "README.md", ROOT / "docs" / "training.md", ROOT / "docs" / "files.md"
MODEL = "Qwen/Qwen3-0.6B"  # the examples' model, for which a tiny one stands in
RUN_TIMEOUT_S = 200  # of one command or program, on a machine with much else to do

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]  # a page has many commands

ENVIRONMENT = {"PYTHONPATH": str(ROOT), "RAY_AUTH_MODE": "disabled"}  # the user's token is for the user's cluster
HUMANEVAL = (ROOT / "tests" / "fixtures" / "humaneval.jsonl").read_text().splitlines()[0]
COMMAND = f"""#!/bin/sh
exec {sys.executable} -m deepcoder.tools.cli "$@"
"""
# A Ray that the commands share. It has one CPU, so each command starts one worker. Some commands use the pool on it.
CLUSTER = """
import sys, ray
from deepcoder.pool import SandboxPool, local
from deepcoder.pool.clusters import NAMESPACE

folder = local.start(1, "seat", NAMESPACE)
try:
    with SandboxPool(1, "process", name="shared", resource="seat"):
        print(ray.get_runtime_context().gcs_address, flush=True)
        sys.stdin.read()
finally:
    local.end(folder)
"""
# Before the examples of training: one step of a model that is made here, on the CPU.
PRELUDE = """
import functools, trl
from deepcoder.training import tiny

tokenizer = tiny.make_tokenizer([], 320)
model = tiny.make_model(tokenizer, tiny.WarmStart(vocabulary=320, width=32, layers=1))
tokenizer.save_pretrained("model"), model.save_pretrained("model")
settings = dict(max_steps=1, per_device_train_batch_size=2, num_generations=2, max_completion_length=8)
settings |= dict(use_cpu=True, bf16=False, report_to="none", save_strategy="no")
trl.GRPOConfig = functools.partial(trl.GRPOConfig, **settings)
"""


def runnable(page: Path, languages: tuple[str, ...]) -> list[Block]:
    """Return the blocks of the page in these languages that do not say why they cannot run."""
    return [each for each in blocks(page) if each.language in languages and not each.reason]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a Ray with a pool, in a process of its own."""
    command = [sys.executable, "-c", CLUSTER]
    environment = {**os.environ, **ENVIRONMENT}
    environment.pop("RAY_ADDRESS", None)
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdin is not None and owner.stdout is not None
        yield owner.stdout.readline().strip()
        owner.stdin.close()  # which ends it
    assert owner.returncode == 0


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the pages name, and this checkout's `deepcoder`."""
    texts = {f"{block.kind}.jsonl": block.text for block in blocks(FILES) if block.kind in ("completions", "times")}
    texts["problems.jsonl"] = "".join(json.dumps(each) + "\n" for each in PROBLEMS)
    texts["solution.py"] = PROBLEMS[0]["reference"]
    row = json.loads(HUMANEVAL)
    texts["humaneval.jsonl"] = HUMANEVAL
    texts["bodies.jsonl"] = json.dumps({"problem_id": row["task_id"], "completion": row["canonical_solution"]})
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    command = tmp_path / "bin" / "deepcoder"
    command.parent.mkdir()
    command.write_text(COMMAND)
    command.chmod(0o755)
    return tmp_path


def run(command: list[str], desk: Path, address: str) -> None:
    """Run the command on the desk, on the Ray of that address."""
    path = f"{desk}/bin:{os.environ['PATH']}"
    environment = {**os.environ, **ENVIRONMENT, "PATH": path, "RAY_ADDRESS": address}
    ran = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
    assert ran.returncode == 0, f"{command[-1]}\n{ran.stdout}\n{ran.stderr}"


def pages(languages: tuple[str, ...]) -> pytest.MarkDecorator:
    """Run a test for every page that has blocks to run in these languages. Those of training need a model."""
    chosen = [page for page in PAGES if runnable(page, languages)]
    if "python" in languages:
        chosen = [page for page in chosen if page not in (README, TRAINING)]
    return pytest.mark.parametrize("page", chosen, ids=name_of)


@pages(SHELL)
def test_commands_run(page: Path, desk: Path, address: str) -> None:
    for block in runnable(page, SHELL):
        run(["bash", "-euo", "pipefail", "-c", block.text], desk, address)


@pages(("python",))
def test_python_runs(page: Path, desk: Path, address: str) -> None:
    run([sys.executable, "-c", "".join(block.text for block in runnable(page, ("python",)))], desk, address)


def test_examples_of_training_run(desk: Path, address: str) -> None:
    pytest.importorskip("trl", reason="the train extra is not installed")
    (whole,) = runnable(README, ("python",))
    (rest,) = runnable(TRAINING, ("python",))  # goes on within the README's `with`
    program = PRELUDE + whole.text + textwrap.indent(rest.text, "    ")
    run([sys.executable, "-c", program.replace(MODEL, "model")], desk, address)
