"""A sandbox as a local process, for machines without Docker.

Runs: worker node. The runner and the limits are the same. The process has user, pid, network, mount and ipc namespaces
of its own, and a root that shows only the interpreter. It gives no wall against bugs of the kernel. Only where root
starts it, every program has a user of its own.
"""

from __future__ import annotations

import glob
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from deepcoder.problems import Limits
from deepcoder.sandbox import namespaces
from deepcoder.sandbox.backends import ProcessOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.stream import (
    BOOTSTRAP,
    ENVIRONMENT,
    PROGRAM_HEADROOM_BYTES,
    SILENCE_TIMEOUT_S,
    START_TIMEOUT_S,
    STDERR_TAIL_BYTES,
    SandboxError,
    SandboxUnavailable,
    new_pipes,
)

log = logging.getLogger(__name__)

# The libraries of the Docker image, shown to programs where they are installed here.
LIBRARIES = "numpy numpy.libs networkx sortedcontainers pytest _pytest py iniconfig packaging pluggy pygments".split()
# What programs see of a machine, where there is such a path.
USUAL_PATHS = "/usr /lib /lib64 /lib32 /bin /etc/ld.so.cache /etc/ld.so.conf /etc/alternatives /etc/java-*".split()
CLOSE_TIMEOUT_S = 5.0  # a process that has not ended after this is killed
# This process may not be limited below these, which no program exceeds. A function program uses its CPU time for all
# its calls; the file is the runner's, for an input.
LEAST_CPU_S, LEAST_FILE_BYTES = 300, 1 << 30
# What to do where a sandbox said these words at its start.
_REMEDIES = {
    namespaces.HALF: "allow both or neither (docs/cluster.md, Kubernetes)",
    namespaces.COVERED: "start workers with another Python",
    namespaces.REFUSAL: "allow them, use Docker, or ask for the sandbox unisolated by name (docs/security.md)",
}


def start(memory_bytes: int, options: ProcessOptions) -> Sandbox:
    """Start a local process with a live runner in it: see `start_process`."""
    return start_process(options.python, memory_bytes)


def start_process(python: str | None = None, memory_bytes: int = Limits().memory_bytes) -> Sandbox:
    """Start a local process with a live runner in it, in namespaces.

    `python` is its interpreter, `memory_bytes` the most that a program may be allowed.

    Raises:
        SandboxUnavailable: None can start on this machine as it is set up.
        SandboxError: It did not start.
    """
    check_limits(memory_bytes)
    interpreter = interpreter_of(python)
    wanted = {"read": shown_paths(interpreter), "library": shown_libraries(), "command": command_of(interpreter)}
    try:
        return Sandbox(Process(entering(wanted), interpreter), path=[namespaces.LIBRARY])
    except SandboxError as error:
        for words, what in _REMEDIES.items():
            if words in str(error):
                raise SandboxUnavailable(f"{error}: {what}") from None
        raise
    except OSError as error:
        raise SandboxError(f"no process could be started: {error}") from error


def interpreter_of(python: str | None) -> Path:
    """Return the interpreter of a sandbox: the one that was asked for, or this process's own."""
    return Path(python or os.path.realpath(sys.executable))


def command_of(interpreter: Path) -> list[str]:
    """Return the command that becomes a runner."""
    return [str(interpreter), "-s", "-c", BOOTSTRAP]


def entering(wanted: dict[str, Any]) -> list[str]:
    """Return the command that enters namespaces as `wanted` says, and becomes a runner."""
    return [sys.executable, "-I", namespaces.__file__, json.dumps(wanted)]


def why_not() -> str:
    """Return why no namespaces, or not the mounts in them, are to be had here; empty where they are."""
    wanted = {"read": shown_paths(interpreter_of(None)), "library": {}, "command": ["true"]}
    done = subprocess.run(entering(wanted), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    words = done.stderr.strip().rpartition("\n")[2]
    is_refused = namespaces.REFUSAL in words or namespaces.HALF in words
    return f"no process sandbox: {words}" if is_refused else ""


def about() -> str:
    """Return the name and the version of this machine's kernel."""
    return f"{os.uname().sysname} {os.uname().release}"


def sweep(options: ProcessOptions) -> None:
    """Do nothing: processes end with their owners, and leave no file."""


def check_limits(memory_bytes: int) -> None:
    """Refuse to start where a limit of this process is below what programs are promised, since they inherit it.

    Raises:
        SandboxUnavailable: A limit is too low.
    """
    space = memory_bytes + namespaces.STACK_BYTES + PROGRAM_HEADROOM_BYTES
    for option, kind, unit, needed in (
        ("-Hs", resource.RLIMIT_STACK, 1024, namespaces.STACK_BYTES),
        ("-Hv", resource.RLIMIT_AS, 1024, space),
        ("-Sd", resource.RLIMIT_DATA, 1024, space),
        ("-Sf", resource.RLIMIT_FSIZE, 1024, LEAST_FILE_BYTES),
        ("-St", resource.RLIMIT_CPU, 1, LEAST_CPU_S),
        ("-Su", resource.RLIMIT_NPROC, 1, Limits().processes),
    ):
        soft, hard = resource.getrlimit(kind)
        limit = hard if option[1] == "H" else soft  # the runner raises these itself
        if limit != resource.RLIM_INFINITY and limit < needed:
            has = f"`ulimit {option}` is {limit // unit} here, and programs need {needed // unit}"
            raise SandboxUnavailable(f"{has}: raise it for the workers")


def shown_paths(interpreter: Path) -> list[str]:
    """Return the paths that the interpreter needs to start, the outer before the inner."""
    prefix = Path(os.path.realpath(interpreter.parent.parent))
    paths = [path for pattern in USUAL_PATHS for path in sorted(glob.glob(pattern)) if os.path.exists(path)]
    within = [str(path) for path in reversed(prefix.parents) if Path("/usr") in path.parents]  # each may be a mount
    return [*paths, *within, str(prefix)] if prefix != Path("/usr") else paths


def shown_libraries() -> dict[str, str]:
    """Return where the packages and modules that programs may import are installed, by name of folder or file.

    Only site-packages are searched: the owner's own folders are on the path too, and programs must not see them.
    """
    installed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    found = {}
    for name in LIBRARIES:
        spec = PathFinder.find_spec(name.partition(".")[0], installed)
        if spec is None or spec.origin is None:  # a folder that happens to have the name has no origin
            continue
        origin = Path(spec.origin).resolve()  # programs do not see the target of a link
        if spec.submodule_search_locations is None:
            found[Path(spec.origin).name] = str(origin)
        else:
            path = origin.parents[1] / name
            if path.is_dir():
                found[name] = str(path)
    return found


class Process:
    """The pipes of one local process. The mutable state: its scratch folder, removed with it; empty for none."""

    start_timeout_s = START_TIMEOUT_S
    silence_timeout_s = SILENCE_TIMEOUT_S

    def __init__(self, command: Sequence[str], interpreter: Path) -> None:
        self.interpreter = str(interpreter)
        self.scratch = ""
        self._errors = tempfile.TemporaryFile()
        with new_pipes() as (self._pipes, (stdin, stdout)):
            self._process = subprocess.Popen(
                command, stdin=stdin, stdout=stdout, stderr=self._errors, env=ENVIRONMENT, start_new_session=True
            )
        self.pid: int | None = self._process.pid
        self.name = f"process-{self.pid}"

    def send(self, data: bytes) -> None:
        self._pipes.send(data)

    def receive(self, timeout_s: float) -> bytes:
        return self._pipes.receive(timeout_s)

    def fileno(self) -> int:
        return self._pipes.fileno()

    def last_words(self) -> str:
        size = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), STDERR_TAIL_BYTES, max(0, size - STDERR_TAIL_BYTES)).decode(
            "utf-8", "replace"
        )

    def why_lost(self) -> str:
        return ""

    def close(self) -> None:
        self._pipes.close()
        try:
            self._process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)
