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
from deepcoder.sandbox.namespaces import LIBRARY, SCRATCH_BYTES, STACK_BYTES, mounted_below
from deepcoder.sandbox.process import Process, check_limits, command_of, interpreter_of, shown_libraries, shown_paths
from deepcoder.sandbox.stream import ENVIRONMENT, SandboxError, SandboxUnavailable

log = logging.getLogger(__name__)

BUNDLE_PREFIX = "deepcoder-gvisor-"  # of the names of bundles; the owner follows
_POWERS = ("CHOWN", "DAC_READ_SEARCH", "KILL", "SETGID", "SETUID", "SYS_ADMIN", "SYS_CHROOT")
CAPABILITIES = [f"CAP_{name}" for name in _POWERS]
VIEWS = "/views"  # where the runner makes roots for programs, before it gives up the last two of these
NAMESPACES = ("pid", "network", "ipc", "uts", "mount")
RUNSC = "runsc"
UNLIMITED = (1 << 64) - 1  # RLIM_INFINITY
TRIAL_TIMEOUT_S = 60.0
MISSING = "no gVisor sandbox: there is no runsc on the path: install gVisor (the package runsc of Debian 13 or newer)"
_FATAL = "FATAL ERROR: "  # in a log of runsc, before what ended one of its processes
# What to do where a process of runsc ended with these words.
_ADVICE = {
    "re-executing self": "user namespaces are forbidden here: start the container under scripts/seccomp.json, or under "
    "no seccomp profile (docs/cluster.md, Kubernetes)",
    "mounting proc": "a container may not mount a /proc, and this version of gVisor does: install one of 2024 or "
    "newer, as Debian 13 has it (docs/cluster.md, Kubernetes)",
    "remounting root": "the folder for temporary files is mounted noexec: name another in TMPDIR",
}


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
    try:
        return Sandbox(process, path=[LIBRARY], clock=HostClock(runsc), views=VIEWS)
    except SandboxError as error:
        if reason := why_not():
            raise SandboxUnavailable(reason) from error
        raise


def why_not() -> str:
    """Return why gVisor cannot start here; empty where it can."""
    if not shutil.which(RUNSC):
        return MISSING
    interpreter = interpreter_of(None)
    with tempfile.TemporaryDirectory(prefix=f"{BUNDLE_PREFIX}{owner.name()}.") as bundle:
        runsc, *rest = _command(bundle, interpreter, [str(interpreter), "-I", "-c", ""])
        command = [runsc, f"--debug-log={bundle}/log/", *rest]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            return f"no gVisor sandbox: runsc does not end within {TRIAL_TIMEOUT_S:.0f} s"
        if done.returncode == 0:
            return ""
        words = _first_failure(Path(bundle, "log")) or done.stderr.strip().rpartition("\n")[2]
    advice = [f": {what}" for each, what in _ADVICE.items() if each in words]
    return f"no gVisor sandbox: {words}{''.join(advice)}"


def about() -> str:
    """Return the name and the version of runsc."""
    if not shutil.which(RUNSC):
        raise SandboxUnavailable(MISSING)
    return subprocess.run([RUNSC, "--version"], capture_output=True, text=True).stdout.partition("\n")[0]


def sweep(options: ProcessOptions) -> None:
    """Remove the bundles whose owners are gone; what ran in them ended with these."""
    owner.sweep_folders(BUNDLE_PREFIX)


def _first_failure(folder: Path) -> str:
    """Return what ended the first of runsc's processes that failed; the others only fail since that one has ended."""
    lines = [line for path in folder.glob("*") for line in path.read_text(errors="replace").splitlines()]
    # Each line begins with the letter of its level and the time.
    return min((line for line in lines if _FATAL in line), default="").partition(_FATAL)[2]


def _command(bundle: str, interpreter: Path, command: list[str]) -> list[str]:
    """Write the bundle; return the command that runs `command` in it."""
    root = Path(bundle, "root")
    Path(f"{root}{VIEWS}").mkdir(parents=True)
    mounts = [_mount("/proc", "proc", "proc"), _mount("/dev", "tmpfs", "tmpfs")]
    mounts.append(_mount(VIEWS, "tmpfs", "tmpfs", "mode=0700", "size=1m"))
    mounts.append(_mount("/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "noexec", "mode=0711", f"size={SCRATCH_BYTES}"))
    for path in shown_paths(interpreter):
        if os.path.islink(path):
            link = root / path[1:]
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(os.readlink(path))
        else:
            # A container may not uncover what is under a mount, so mounts come along, and are covered.
            mounts.append(_mount(path, "bind", path, "rbind", "ro", "nosuid", "nodev"))
            mounts += [_cover(below) for below in mounted_below(path, "/proc/self/mountinfo")]
    for name, path in shown_libraries().items():
        mounts.append(_mount(f"{LIBRARY}/{name}", "bind", path, "ro", "nosuid", "nodev"))
    Path(bundle, "config.json").write_text(json.dumps(_config(command, mounts)))
    options = ["--rootless", "--network=none", f"--root={bundle}/state"]
    return [RUNSC, *options, "run", f"--bundle={bundle}", Path(bundle).name]


def _cover(path: str) -> dict[str, Any]:
    """Return the mount of an empty folder or file over a path."""
    if os.path.isdir(path):
        return _mount(path, "tmpfs", "tmpfs", "ro", "size=4k")
    return _mount(path, "bind", os.devnull, "ro")


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
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), CAPABILITIES),
            "rlimits": [{"type": "RLIMIT_STACK", "soft": STACK_BYTES, "hard": UNLIMITED}],
        },
        "root": {"path": "root", "readonly": True},
        "hostname": "sandbox",
        "mounts": mounts,
        "linux": {"namespaces": [{"type": each} for each in NAMESPACES]},
    }


def _mount(target: str, kind: str, source: str, *options: str) -> dict[str, Any]:
    return {"destination": target, "type": kind, "source": source, "options": list(options)}
