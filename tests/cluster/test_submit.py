"""scripts/submit.sh on a cluster of its own, that asks for a token: what travels, where it runs, how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.waiting import wait_until
from tests.cluster.hosts import CHECKOUT

pytest.importorskip("trl", reason="the train extra is not installed")

pytestmark = [pytest.mark.ray, pytest.mark.timeout(300)]

TRAVELLING = ("deepcoder", "scripts", "pyproject.toml", ".gitignore")
BIN = Path(sys.executable).parent


class Head(NamedTuple):
    """A cluster of one node, and a checkout to submit from."""

    checkout: Path
    temp: Path
    environment: dict[str, str]

    def submit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["scripts/submit.sh", *arguments],
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def free_ports(number: int) -> list[int]:
    """Above those that Ray gives to its workers."""
    found: list[int] = []
    for port in range(20000 + os.getpid() % 5000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == number:
            break
    return found


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Head]:
    checkout = tmp_path_factory.mktemp("submit") / "checkout"
    for name in TRAVELLING:
        source, target = CHECKOUT / name, checkout / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)
    (checkout / "runs").mkdir()
    (checkout / "runs" / "left_here").write_text("large")

    temp = Path(tempfile.mkdtemp(prefix="ray-"))  # a short path: sockets lie in it
    port, dashboard, agent, client = free_ports(4)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "PYTHONPATH"))}
    environment |= {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(temp),
        "RAY_ADDRESS": f"http://127.0.0.1:{dashboard}",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    (temp / ".ray").mkdir()
    (temp / ".ray" / "auth_token").write_text("a" * 64)
    ports = [f"--port={port}", f"--dashboard-port={dashboard}", f"--dashboard-agent-listen-port={agent}"]
    command = ["ray", "start", "--head", "--block", "--num-cpus=2", *ports, f"--ray-client-server-port={client}"]
    with (temp / "head.log").open("w") as log:
        process = subprocess.Popen(
            [*command, f"--temp-dir={temp}/ray"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:

        def answers() -> bool:
            with socket.socket() as probe:
                is_there = probe.connect_ex(("127.0.0.1", dashboard)) == 0
            return is_there and "Ray runtime started" in (temp / "head.log").read_text()

        assert wait_until(answers, 60), (temp / "head.log").read_text()
        yield Head(checkout, temp, environment)
    finally:
        process.terminate()  # with --block, it ends the others
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        finally:
            shutil.rmtree(temp, ignore_errors=True)


def test_training_is_a_job_whose_log_and_files_arrive(head: Head) -> None:
    small = ["--preset", "tiny", "--max_steps", "1", "--shortest", "2", "--shown", "0", "--workers", "1"]
    output = head.temp / "run"
    done = head.submit("--entrypoint-num-cpus", "1", "--", *small, "--sandbox", "process", "--output_dir", str(output))

    assert done.returncode == 0, done.stdout
    assert "step 1 of 1: reward" in done.stdout, done.stdout
    assert (output / "judgements.jsonl").is_file()
    (travelled,) = head.temp.glob("ray/session_2*/runtime_resources/working_dir_files/*/scripts")
    assert {path.name for path in travelled.parent.iterdir()} == {name.partition("/")[0] for name in TRAVELLING}


def test_exit_code_is_the_jobs(head: Head) -> None:
    done = head.submit("--preset", "none")
    assert done.returncode == 2
    assert "train_grpo: unknown preset 'none'" in done.stdout


def test_stopped_job_did_not_succeed(head: Head) -> None:
    waiting = subprocess.Popen(
        ["scripts/submit.sh", "--preset", "tiny", "--workers", "1", "--sandbox", "process"],
        cwd=head.checkout,
        env=head.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert waiting.stdout is not None
        runs = next(line for line in waiting.stdout if line.startswith("Running entrypoint for job "))
        job = runs.split()[4].rstrip(":")
        stop = [str(BIN / "ray"), "job", "stop", "--no-wait", job]
        told = subprocess.run(stop, env=head.environment | {"RAY_AUTH_MODE": "token"}, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr
        last = waiting.stdout.readlines()[-1]
        assert (waiting.wait(), last) == (1, f"submit: {job} was stopped\n")
    finally:
        waiting.kill()
        waiting.communicate()


def test_stranger_is_refused(head: Head) -> None:
    environment = head.environment | {"RAY_AUTH_MODE": "disabled"}
    done = Head(head.checkout, head.temp, environment).submit("--preset", "none")
    assert done.returncode == 1
    assert "Missing authentication token" in done.stdout


def test_address_is_asked_for(head: Head) -> None:
    done = Head(head.checkout, head.temp, head.environment | {"RAY_ADDRESS": ""}).submit()
    assert (done.returncode, done.stdout.partition(" to ")[0]) == (2, "submit: set RAY_ADDRESS")
