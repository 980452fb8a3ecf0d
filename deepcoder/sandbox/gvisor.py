"""A sandbox in gVisor, without an engine: a kernel of its own, in user space, stands between programs and the machine.

Runs: worker node. `runsc` runs one command in a bundle: a folder with a `config.json`. The root that programs see is
that of a process sandbox: the interpreter, read-only. It ends with its standard input. A leftover is a bundle whose
name has an owner that is gone.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from deepcoder.sandbox import owner
from deepcoder.sandbox.backends import ProcessOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.host_clock import HostClock
from deepcoder.sandbox.namespaces import LIBRARY, SCRATCH_BYTES, STACK_BYTES
from deepcoder.sandbox.process import Process, check_limits, command_of, interpreter_of, shown_libraries, shown_paths
from deepcoder.sandbox.stream import ENVIRONMENT, SandboxError, SandboxUnavailable

log = logging.getLogger(__name__)

BUNDLE_PREFIX = "deepcoder-gvisor-"  # of the names of bundles; the owner follows
KEPT_CAPABILITIES = ["CAP_CHOWN", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"]  # what the keeper needs
NAMESPACES = ("pid", "network", "ipc", "uts", "mount")
RUNSC = "runsc"
TRIAL_TIMEOUT_S = 60.0
MISSING = "no gVisor sandbox: there is no runsc on the path"


def start(memory_bytes: int, options: ProcessOptions) -> Sandbox:
    """Start gVisor with a live runner in it. `memory_bytes` is the most that a program may be allowed.

    Raises:
        SandboxUnavailable: None can start on this machine as it is set up.
        SandboxError: It did not start.
    """
    check_limits(memory_bytes)
    if not shutil.which(RUNSC):
        raise SandboxUnavailable(MISSING)
    interpreter = interpreter_of(options.python)
    bundle = tempfile.mkdtemp(prefix=f"{BUNDLE_PREFIX}{owner.name()}.")
    try:
        process = Process(_command(bundle, interpreter, command_of(interpreter)), interpreter)
    except OSError as error:
        shutil.rmtree(bundle, ignore_errors=True)
        raise SandboxError(f"gVisor could not be started: {error}") from error
    process.scratch = bundle
    runsc, process.pid = process.pid, None  # whose descendants are not the runner's processes
    assert runsc is not None
    return Sandbox(process, path=[LIBRARY], clock=HostClock(runsc))


def why_not() -> str:
    """Return why gVisor cannot start here; empty where it can."""
    if not shutil.which(RUNSC):
        return MISSING
    interpreter = interpreter_of(None)
    with tempfile.TemporaryDirectory(prefix=f"{BUNDLE_PREFIX}{owner.name()}.") as bundle:
        command = _command(bundle, interpreter, [str(interpreter), "-I", "-c", ""])
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S
        )
    words = done.stderr.strip().rpartition("\n")[2]
    return f"no gVisor sandbox: {words}" if done.returncode else ""


def sweep() -> None:
    """Remove the bundles whose owners are gone; what ran in them ended with these."""
    owner.sweep_folders(BUNDLE_PREFIX)


def _command(bundle: str, interpreter: Path, command: list[str]) -> list[str]:
    """Write the bundle; return the command that runs `command` in it."""
    root = Path(bundle, "root")
    root.mkdir()
    mounts = [_mount("/proc", "proc", "proc"), _mount("/dev", "tmpfs", "tmpfs")]
    mounts.append(_mount("/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "noexec", "mode=0711", f"size={SCRATCH_BYTES}"))
    for path in shown_paths(interpreter):
        if os.path.islink(path):
            link = root / path[1:]
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(os.readlink(path))
        else:
            mounts.append(_mount(path, "bind", path, "ro", "nosuid", "nodev"))
    for name, path in shown_libraries().items():
        mounts.append(_mount(f"{LIBRARY}/{name}", "bind", path, "ro", "nosuid", "nodev"))
    Path(bundle, "config.json").write_text(json.dumps(_config(command, mounts)))
    options = ["--rootless", "--network=none", f"--root={bundle}/state"]
    return [RUNSC, *options, "run", f"--bundle={bundle}", Path(bundle).name]


def _config(command: list[str], mounts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the bundle says: see the OCI's runtime specification."""
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": command,
            "env": [f"{name}={value}" for name, value in ENVIRONMENT.items()],
            "cwd": "/",
            "noNewPrivileges": True,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), KEPT_CAPABILITIES),
            "rlimits": [{"type": "RLIMIT_STACK", "soft": STACK_BYTES, "hard": STACK_BYTES}],
        },
        "root": {"path": "root", "readonly": True},
        "hostname": "sandbox",
        "mounts": mounts,
        "linux": {"namespaces": [{"type": each} for each in NAMESPACES]},
    }


def _mount(target: str, kind: str, source: str, *options: str) -> dict[str, Any]:
    return {"destination": target, "type": kind, "source": source, "options": list(options)}
