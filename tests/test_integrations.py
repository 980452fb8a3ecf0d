"""What other frameworks make of our verdicts, each asked by its own package in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import docker
import pytest

from deepcoder.datasets import load_problems
from deepcoder.pool import SandboxPool
from deepcoder.problems import by_id
from deepcoder.service.service import Service
from scripts.meanwhile import meanwhile
from tests.pool_cases import containers
from tests.test_sandbox_fusion import ASKS, of_client
from tests.test_service import TOKEN, WAIT_S, serving

ROOT = Path(__file__).parents[1]

PROBLEM = {
    "problem_id": "add_one",
    "prompt": [{"role": "user", "content": "Read a number, and print the number after it."}],
    "mode": "stdin",
    "tests": [{"input": f"{n}\n", "output": f"{n + 1}\n"} for n in range(5)],
    "limits": {"cpu_s": 1.0},
}
COMPLETIONS = [
    ("```python\nprint(int(input()) + 1)\n```", "AC"),
    ("```python\nprint(2)\n```", "WA"),
    ("```python\nwhile True: pass\n```", "TLE"),
    ("```python\nprint(\n```", "CE"),
    ("I do not know.", "CE"),
    ("```python\n1 / 0\n```", "RTE"),
]


@pytest.fixture(scope="module")
def urls(process_pool: SandboxPool, files: list[Path], docker_sandboxes: None) -> Iterator[list[str]]:
    """Serve two pools: a sound one, and one whose sandboxes are killed while they run a program."""
    problems = by_id(load_problems(str(files[0])))
    with SandboxPool(workers=1, sandbox="docker") as failing, killing_containers(failing):
        sound, broken = (serving(Service(pool, problems), TOKEN) for pool in (process_pool, failing))
        with sound as url, broken as broken_url:
            yield [each.replace("//", f"//any:{TOKEN}@") for each in (url, broken_url)]


def killing_containers(pool: SandboxPool) -> AbstractContextManager[None]:
    """Kill the container of a pool of one worker whenever it is at work, as long as a block runs."""

    def kill(is_over: threading.Event) -> None:
        noted = -1
        with closing(docker.from_env()) as client:
            while not is_over.wait(0.1):
                state = pool.state()
                if state.busy and state.retries + state.judged > noted:
                    noted = state.retries + state.judged
                    *_, oldest = containers()  # a younger one is its spare
                    client.containers.get(oldest).kill()

    return meanwhile(kill)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the problem, and what is said to it with the verdicts that this must get."""
    data, completions = (tmp_path_factory.mktemp("data") / name for name in ("problems.jsonl", "completions.json"))
    data.write_text(json.dumps(PROBLEM))
    completions.write_text(json.dumps(COMPLETIONS))
    return [data, completions]


PROGRAMS = {  # by the folder of .clients that has the packages
    "harbor": "harbor_tasks.py",
    "inspect_ai": "inspect_task.py",
    "nemo_gym": "nemo_gym_server.py",
    "openenv": "openenv_client.py",
    "verifiers": "verifiers_task.py",
    "verl": "verl_function.py",
}


@pytest.mark.parametrize(("packages", "program"), PROGRAMS.items(), ids=PROGRAMS)
def test_framework_gets_our_verdicts_and_drops_what_was_not_judged(
    packages: str, program: str, urls: list[str], files: list[Path], tmp_path: Path
) -> None:
    ask(packages, program, [*urls, *files], tmp_path)


@pytest.mark.parametrize(("program", "path"), [("tinker_reward.py", "/run_code"), ("ms_enclave_tool.py", "")])
def test_framework_that_speaks_to_sandbox_fusion_needs_only_another_url(
    program: str, path: str, urls: list[str], tmp_path: Path
) -> None:
    ask("by_url", program, [url + path for url in urls], tmp_path)


def test_command_line_of_trl_leaves_out_what_was_not_judged(urls: list[str], files: list[Path], tmp_path: Path) -> None:
    if importlib.util.find_spec("trl") is None:
        pytest.skip("the train extra is not installed")
    ask(sys.prefix, "trl_grpo.py", [*urls, *files], tmp_path)


def ask(packages: str, program: str, arguments: list[Any], folder: Path) -> str:
    """Run a program that asks, with the packages of that folder of .clients or environment; return what it prints."""
    client = of_client(packages)
    python = client / "bin" / "python"  # of packages that are not beside ours, but in an environment of their own
    command = [python if python.exists() else sys.executable, ASKS / program, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, client)))}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=WAIT_S)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
