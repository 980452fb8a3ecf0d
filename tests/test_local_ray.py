"""The Ray that a pool starts for itself: where its files are, what it says, and that nothing of it stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from ray.cluster_utils import Cluster

from deepcoder.pool import connection, local, ray_internals
from deepcoder.pool.local import FOLDER_PREFIX, OWNER_FILE, PARENT_BYTES, RAY_FOLDER, SOCKET, SOCKET_BYTES
from deepcoder.sandbox import owner
from tests.test_cli import COMPLETIONS, PROBLEMS

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("no_ray")]

REPOSITORY = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from deepcoder.tools.cli import main; main()"]
GRADE = [*COMMAND, "grade", "completions.jsonl", "--problems", "problems.jsonl", "-o", "out.jsonl"]
GRADE += ["--sandbox", "process", "--workers", "1"]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    assert len(str(folder)) <= PARENT_BYTES
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A folder as batch systems make them."""
    folder = tmp_path / "scratch" / "job_1234567890" / ("x" * 100)
    folder.mkdir(parents=True)
    return folder


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the folder, by a user whose home is new."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("RAY_", "TMPDIR"))}
    given = {**kept, "HOME": str(home), "PYTHONPATH": str(REPOSITORY), **environment}
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=100)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with problems and completions."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, rows in (("problems", PROBLEMS), ("completions", COMPLETIONS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def verdicts(files: Path) -> list[str]:
    """Return what `grade` has written there."""
    return [json.loads(line)["verdict"] for line in (files / "out.jsonl").read_text().splitlines()]


def is_ours(folder: Path, outer: str | Path) -> bool:
    """Whether the folder is a new one of ours there."""
    return folder.parent == Path(outer) and folder.name.startswith(FOLDER_PREFIX)


# The folder


def test_socket_of_ray_fits_into_the_longest_folder() -> None:
    assert len(f"{'x' * PARENT_BYTES}/{FOLDER_PREFIX}12345678/{RAY_FOLDER}{SOCKET}") == SOCKET_BYTES


def test_short_tmpdir_is_used(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(short))
    folder = local._new_folder()
    assert is_ours(folder, short)
    assert (folder / OWNER_FILE).read_text() == owner.name()


@pytest.mark.parametrize("tmpdir", ["", "/nonexistent/job_1", "/dev/null"])
def test_tmpdir_of_no_use_gives_a_usual_folder(tmpdir: str, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", tmpdir)
    monkeypatch.setattr(local, "USUAL_PARENTS", (str(short), "/var/tmp"))
    assert is_ours(local._new_folder(), short)
    assert not Path("/nonexistent").exists()


def test_long_tmpdir_gives_a_usual_folder(long: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(local, "USUAL_PARENTS", (str(short), "/var/tmp"))
    assert is_ours(local._new_folder(), short)
    assert list(long.iterdir()) == []


def test_relative_tmpdir_is_used(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", short.name)
    monkeypatch.chdir(short.parent)
    assert is_ours(local._new_folder(), short)


def test_no_folder_anywhere_is_said_with_the_reasons(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(local, "USUAL_PARENTS", ("/dev/null", "/nonexistent"))
    with pytest.raises(ConnectionError) as raised:
        local.start(1, "", "deepcoder")
    said = str(raised.value)
    assert f"{long} (longer than {PARENT_BYTES} bytes), /dev/null (Not a directory), /nonexistent (No such" in said
    assert said.endswith("set TMPDIR to one that can be used") and "\n" not in said


def test_folder_of_a_process_that_was_killed_is_removed(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        gone = owner.name(process.pid)
        process.kill()
    owners = {
        "gone": gone,
        "here": owner.name(1),
        "another_machine": "0" * 32 + gone[32:],
        "not_rays": None,
        "no_name": "somebody",
    }
    for name, text in owners.items():
        (short / f"{FOLDER_PREFIX}{name}").mkdir()
        if text is not None:
            (short / f"{FOLDER_PREFIX}{name}" / OWNER_FILE).write_text(text)
    monkeypatch.setenv("TMPDIR", str(short))
    new = local._new_folder()
    assert {each.name for each in short.iterdir()} == {
        new.name,
        *(f"{FOLDER_PREFIX}{name}" for name in owners if name != "gone"),
    }


@pytest.mark.parametrize(
    ("made", "is_removed"),
    [
        (("ray/session_2026-01-01_00-00-00_000000_1/logs",), True),
        (("ray/session_2026-01-01_00-00-00_000000_1/logs", "ray/session_latest"), False),  # of a RAY_TMPDIR
        (("ray/session_2026-01-01_00-00-00_000000_1/logs", "notes"), False),
        (("ray/__init__",), False),
        ((), False),
    ],
)
@pytest.mark.parametrize("age_s", [local.REMADE_S - 60, local.REMADE_S + 60])
def test_folder_that_rays_agents_have_made_anew_is_removed_when_it_is_old(
    made: tuple[str, ...], is_removed: bool, age_s: float, short: Path
) -> None:
    remade, named = short / f"{FOLDER_PREFIX}12345678", short / f"{FOLDER_PREFIX}of-the-user"
    for folder in (remade, named):
        folder.mkdir()
        for name in made:
            (folder / name).mkdir(parents=True)
        for each in (folder, folder / RAY_FOLDER):
            if each.exists():
                os.utime(each, (time.time() - age_s,) * 2)
    local._sweep(short)
    assert remade.exists() is not (is_removed and age_s > local.REMADE_S)
    assert named.exists()


# Runs

SCRIPT = """
import os
from pathlib import Path
import ray
from deepcoder.pool import SandboxPool
from deepcoder.verdicts import Submission
from tests.pool_cases import ADD_ONE, RIGHT
if __name__ == "__main__":
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    with SandboxPool(sandbox="process", resource="seat") as pool:
        node = ray._private.worker.global_worker.node
        print(pool.judge([Submission(ADD_ONE, RIGHT)])[0].verdict, pool.workers, *sorted(node.all_processes))
        print(node.get_temp_dir_path())
"""


def test_pool_of_a_script_under_a_long_tmpdir_leaves_nothing(long: Path, tmp_path: Path) -> None:
    ran = run([sys.executable, "-c", SCRIPT], tmp_path, TMPDIR=str(long))
    assert (ran.returncode, ran.stderr) == (0, "")
    judged, folder = ran.stdout.splitlines()
    # One worker on the one processor; of Ray only what a single machine needs.
    assert judged == "AC 1 gcs_server log_monitor raylet"
    assert is_ours(Path(folder).parent, "/tmp")
    assert not Path(folder).parent.exists()
    assert list(long.iterdir()) == []


def test_grade_under_a_long_tmpdir_says_nothing_of_ray(long: Path, files: Path) -> None:
    ran = run([*GRADE, "--resource", "seat"], files, TMPDIR=str(long))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert verdicts(files) == ["AC", "CE", "WA", "AC"]
    assert list(long.iterdir()) == []


def test_folder_that_the_user_has_chosen_is_kept(short: Path, files: Path) -> None:
    ran = run(GRADE, files, RAY_TMPDIR=str(short))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert list(short.glob("ray/session_*/logs/raylet.out")) and [each.name for each in short.iterdir()] == ["ray"]


def test_chosen_folder_that_is_too_long_is_one_sentence(long: Path, files: Path) -> None:
    ran = run(GRADE, files, RAY_TMPDIR=str(long))
    excess = len(f"{long}/ray{SOCKET}") - SOCKET_BYTES
    wanted = f"deepcoder: RAY_TMPDIR is {excess} bytes too long for Ray's sockets: name a folder that is shorter\n"
    assert (ran.returncode, ran.stderr) == (2, wanted)
    assert list(long.iterdir()) == []


@pytest.mark.parametrize("variable", ["RAY_TMPDIR", "HOME"])
def test_ray_that_does_not_start_is_one_sentence(variable: str, short: Path, files: Path) -> None:
    ran = run(GRADE, files, **{"TMPDIR": str(short), variable: "/dev/null"})
    assert ran.returncode == 2
    assert ran.stderr.startswith("deepcoder: Ray does not start here: ") and ran.stderr.count("\n") == 1
    assert list(short.iterdir()) == []


def test_start_that_fails_halfway_leaves_nothing(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    start_ray_processes = ray_internals.LeanNode.start_ray_processes

    def fail(node: ray_internals.LeanNode) -> None:
        start_ray_processes(node)
        started.extend(each.process for kind in node.all_processes.values() for each in kind)
        raise RuntimeError("it fails\nhalfway")

    monkeypatch.setattr(ray_internals.LeanNode, "start_ray_processes", fail)
    monkeypatch.setenv("TMPDIR", str(short))
    with pytest.raises(ConnectionError, match="^Ray does not start here: it fails halfway$"):
        local.start(1, "", "deepcoder")
    assert len(started) == 3 and all(each.poll() is not None for each in started)
    assert list(short.iterdir()) == []


def test_grade_takes_a_resource_of_a_cluster(long: Path, files: Path) -> None:
    head = {"num_cpus": 0, "resources": {"seat": 1}, "dashboard_port": None}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        grade = [each for each in GRADE if each not in ("--workers", "1")]
        ours = {name: os.environ[name] for name in ("HOME", "RAY_AUTH_MODE") if name in os.environ}  # has the token
        ran = run([*grade, "--resource", "seat"], files, RAY_ADDRESS=cluster.address, TMPDIR=str(long), **ours)
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]
    assert ran.returncode == 0, ran.stderr
    assert verdicts(files) == ["AC", "CE", "WA", "AC"]


def test_heartbeat_that_is_lost_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_S", 0.0)
    monkeypatch.setattr("deepcoder.pool.connection.ray.is_initialized", lambda: True)
    client, is_closed = MagicMock(), threading.Event()

    def beat() -> None:
        if client.beat.call_count == 1:
            raise Exception("the actor is gone")
        is_closed.set()

    client.beat.side_effect = beat
    connection._send_heartbeats(lambda: client, is_closed)
    assert client.beat.call_count == 2


def test_heartbeat_without_a_ray_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT_S", 0.0)
    client = MagicMock()
    connection._send_heartbeats(lambda: client, threading.Event())
    client.beat.assert_not_called()
