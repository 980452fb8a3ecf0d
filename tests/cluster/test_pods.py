"""What judges in a pod: which sandbox is taken, and what is said where none can start (docs/cluster.md, Kubernetes)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.hosts import CHECKOUT
from tests.cluster.pods import ORDINARY, PROFILE, SHOWN, UNCONFINED, options_of, said, with_runsc

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("docker_sandboxes")]

OURS = f"--security-opt=seccomp={PROFILE}"
UNMASKED = "--security-opt=systempaths=unconfined"

PROBE = """
import json, sys
from deepcoder.judge import task
from deepcoder.problems import Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable, resolve, start

problem = Problem("p", Mode.STDIN, (TestCase("", ""),))
try:
    config = resolve(SandboxConfig(sys.argv[1]))
    sandbox = start(config)
    (outcome,) = sandbox.outcomes(task(problem, Program(sys.argv[2])), [b""])
    sandbox.close()
    print(json.dumps([config.kind, *outcome.output.decode().split()]))
except SandboxUnavailable as error:
    print(error)
"""
LOOKS = f"import os; print(os.getuid(), os.path.exists({SHOWN!r}))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the pods show."""
    tmp_path.chmod(0o755)
    (tmp_path / "probe.py").write_text(PROBE)
    return tmp_path


def probed(folder: Path, *options: str, kind: str = "auto", source: str = LOOKS) -> str:
    """Return what the probe says at last: its kind of sandbox and what the program printed, or the error."""
    return said(folder, ["python3", f"{SHOWN}/probe.py", kind, source], *options).rstrip().rpartition("\n")[2]


def judged_in(folder: Path, *options: str, kind: str = "auto") -> str:
    """Return the kind of sandbox, in which the program saw what it should."""
    taken, user, sees_the_pod = json.loads(probed(folder, *options, kind=kind))
    assert int(user) > 1000
    assert sees_the_pod == "False"
    return str(taken)


@pytest.mark.parametrize("profile", [UNCONFINED, OURS], ids=["unconfined", "ours"])
def test_ordinary_pod_takes_gvisor(newer_runsc: Path, folder: Path, profile: str) -> None:
    assert judged_in(folder, *ORDINARY, profile, with_runsc(newer_runsc)) == "gvisor"


def test_volume_below_what_programs_see_is_covered(newer_runsc: Path, folder: Path) -> None:
    place = "/usr/local/share/volume"
    options = [*ORDINARY, UNCONFINED, with_runsc(newer_runsc), f"--volume={folder}:{place}:ro"]

    assert json.loads(probed(folder, *options, source=f"import os; print(os.listdir({place!r}))")) == ["gvisor", "[]"]


def test_seccomp_profile_of_an_engine_is_named_with_ours(newer_runsc: Path, folder: Path) -> None:
    error = probed(folder, *ORDINARY, with_runsc(newer_runsc))

    assert error.startswith("no sandbox can start here: no Docker engine answers")
    assert "user namespaces are forbidden here: start the container under scripts/seccomp.json" in error


def test_pod_without_gvisor_is_told_to_install_it(folder: Path) -> None:
    error = probed(folder, *ORDINARY, UNCONFINED)

    assert "no process sandbox: namespaces are allowed here, but not the mounts that belong into them" in error
    assert "no gVisor sandbox: there is no runsc on the path: install gVisor" in error


def test_gvisor_that_mounts_a_proc_is_told_apart(older_runsc: Path, folder: Path) -> None:
    error = probed(folder, *ORDINARY, UNCONFINED, with_runsc(older_runsc), kind="gvisor")

    assert error.startswith(
        "no gVisor sandbox: error mounting proc: operation not permitted: a container may not mount"
    )
    assert judged_in(folder, *ORDINARY, UNCONFINED, UNMASKED, with_runsc(older_runsc), kind="gvisor") == "gvisor"


def test_folder_for_temporary_files_without_exec_is_named(newer_runsc: Path, folder: Path) -> None:
    options = [*ORDINARY, UNCONFINED, with_runsc(newer_runsc), "--tmpfs=/tmp"]

    assert "the folder for temporary files is mounted noexec: name another in TMPDIR" in probed(folder, *options)
    assert judged_in(folder, *options, "--tmpfs=/scratch:exec", "--env=TMPDIR=/scratch") == "gvisor"


def test_pod_with_namespaces_takes_processes(folder: Path) -> None:
    assert judged_in(folder, "--user=0", UNCONFINED, "--cap-add=SYS_ADMIN") == "process"


@pytest.mark.timeout(400)
def test_batch_is_judged_in_an_ordinary_pod(newer_runsc: Path, folder: Path) -> None:
    problem = {
        "problem_id": "p",
        "mode": "stdin",
        "tests": [{"input": f"{n}\n", "output": f"{n + 1}\n"} for n in (3, 5)],
    }
    programs = [f"print(int(input()) + {n})" for n in (1, 2, 1, 2)]
    (folder / "problems.jsonl").write_text(json.dumps(problem))
    lines = [json.dumps({"problem_id": "p", "program": program}) for program in programs]
    (folder / "completions.jsonl").write_text("\n".join(lines))
    grade = f"grade {SHOWN}/completions.jsonl --problems {SHOWN}/problems.jsonl -o /tmp/j.jsonl --workers 2"
    command = ["sh", "-c", f"python3 -m deepcoder.tools.cli {grade} && cat /tmp/j.jsonl"]

    words = said(folder, command, *ORDINARY, OURS, with_runsc(newer_runsc))

    judgements = [json.loads(line) for line in words.splitlines() if line.startswith("{")]
    assert [(each["verdict"], each["isolated"]) for each in judgements] == [("AC", True), ("WA", True)] * 2, words


def test_pods_of_the_launch_file_judge_in_gvisor(newer_runsc: Path, folder: Path) -> None:
    cluster: dict[str, Any] = yaml.safe_load((CHECKOUT / "scripts" / "kuberay.yaml").read_text(encoding="utf-8"))
    (group,) = cluster["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    (container,) = group["template"]["spec"]["containers"]

    assert judged_in(folder, *options_of(container["securityContext"]), with_runsc(newer_runsc)) == "gvisor"
