"""Verify exported tasks by Harbor's own verifier: `python harbor_tasks.py URL HURRIED_URL DATA COMPLETIONS`.

The second service judges in time only what is quick. A folder stands in for a container: it becomes the root of each
command, with all that this machine has at its root beside the task's own folders.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from harbor.environments.base import ExecResult
from harbor.models.task.config import TaskOS
from harbor.models.task.task import Task
from harbor.models.task.verifier_mode import task_has_any_separate_verifier
from harbor.models.trial.paths import TrialPaths
from harbor.verifier.verifier import RewardFileNotFoundError, Verifier

from deepcoder.datasets import load_problems
from deepcoder.integrations import harbor

ENTER = """
for each in /*; do
    [ -e ".$each" ] && continue
    if [ -L "$each" ]; then cp -P "$each" .
    elif [ -d "$each" ]; then mkdir ".$each" && mount --rbind "$each" ".$each"; fi
done
exec chroot . sh -c "$1"
"""

url, failing_url, data, completions = sys.argv[1:]


class Folder:
    """Stand in for an environment of Harbor, as far as a verifier needs one."""

    os = TaskOS.LINUX

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("app", "logs/verifier", "solution", "tests"):
            (root / name).mkdir(parents=True)

    def is_path_mounted(self, *_: object) -> bool:
        return False

    async def exec(self, command: str, env: dict[str, str] | None = None, user: str | None = None) -> ExecResult:
        entered = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh", command]
        ran = subprocess.run(entered, cwd=self.root, env=os.environ | (env or {}), capture_output=True, text=True)
        for each in self.root.iterdir():  # what the next command enters anew
            if each.name not in ("app", "logs", "solution", "tests"):
                each.unlink() if each.is_symlink() else each.rmdir()
        return ExecResult(stdout=ran.stdout, stderr=ran.stderr, return_code=ran.returncode)

    async def upload_dir(self, source_dir: Path, target_dir: str) -> None:
        shutil.copytree(source_dir, self.root / target_dir[1:], dirs_exist_ok=True)

    async def download_dir(self, source_dir: str, target_dir: Path) -> None:
        shutil.copytree(self.root / source_dir[1:], target_dir, dirs_exist_ok=True)


async def rewarded(task: Task, program: str | None, work: Path) -> float | None:
    """Return the reward of the program, or of the task's own solution; None where the trial failed."""
    environment, paths = Folder(work / "root"), TrialPaths(work / "trial")
    paths.mkdir()
    if program is None:
        await environment.upload_dir(task.paths.solution_dir, "/solution")
        solved = await environment.exec("/solution/solve.sh")
        assert solved.return_code == 0, solved
    elif program:
        (environment.root / "app" / "main.py").write_text(program)
    try:
        result = await Verifier(task=task, trial_paths=paths, environment=environment).verify()
    except RewardFileNotFoundError:
        return None
    finally:
        sys.stdout.write(paths.test_stdout_path.read_text())
    return float(result.rewards["reward"])


async def main(work: Path) -> None:
    [problem] = load_problems(data)
    problem = dataclasses.replace(problem, reference="print(int(input()) + 1)")
    assert harbor.write([problem], work / "tasks", url.replace(f"any:{urlsplit(url).password}@", ""), "any") == 1
    task = Task(work / "tasks" / "add_one")
    assert task_has_any_separate_verifier(task.config)
    assert task.instruction.startswith("Read a number, and print the number after it."), task.instruction
    os.environ["DEEPCODER_TOKEN"] = urlsplit(url).password or ""
    assert await rewarded(task, None, work / "oracle") == 1.0
    for number, (text, verdict) in enumerate(json.loads(Path(completions).read_text())):
        program = text.removeprefix("```python\n").removesuffix("\n```") if "```" in text else ""
        assert await rewarded(task, program, work / str(number)) == float(verdict == "AC"), text

    os.environ["DEEPCODER_URL"] = failing_url.replace(f"any:{urlsplit(url).password}@", "")
    assert await rewarded(task, "import time\ntime.sleep(20)", work / "late") is None
    os.environ["DEEPCODER_TOKEN"] = "wrong"
    assert await rewarded(task, "print(1)", work / "refused") is None


with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(Path(folder)))
