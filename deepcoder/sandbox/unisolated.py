"""A sandbox that isolates nothing, for programs that its user trusts. It is never taken unless asked for by name.

Runs: worker node. The runner and the limits are those of a process sandbox. There are no namespaces. A program can read
what this user and the worker can read. A leftover is a scratch folder whose name has an owner that is gone.
"""

from __future__ import annotations

import logging
import tempfile

from deepcoder.sandbox import owner, process
from deepcoder.sandbox.backends import ProcessOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.process import Process, check_limits, command_of, entering, interpreter_of
from deepcoder.sandbox.stream import SandboxError, SandboxUnavailable

log = logging.getLogger(__name__)

SCRATCH_PREFIX = "deepcoder-"  # of the names of scratch folders; the owner follows

about = process.about


def start(memory_bytes: int, options: ProcessOptions) -> Sandbox:
    """Start a local process with a live runner in it, and with a scratch folder of its own.

    Raises:
        SandboxUnavailable: None can start on this machine as it is set up.
        SandboxError: It did not start.
    """
    check_limits(memory_bytes)
    interpreter = interpreter_of(options.python)
    try:
        process = Process(entering({"command": command_of(interpreter)}), interpreter)
    except OSError as error:
        raise SandboxError(f"no process could be started: {error}") from error
    process.scratch = tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{owner.name()}.")
    try:
        return Sandbox(process, scratch=process.scratch)
    except SandboxError as error:
        if "/statm" not in str(error):
            raise
        why = "/proc hides processes (hidepid), and there are no namespaces for one of its own: change either"
        raise SandboxUnavailable(why) from None


def sweep(options: ProcessOptions) -> None:
    """Remove the folders whose owners are gone; processes end with theirs."""
    owner.sweep_folders(SCRATCH_PREFIX)


def why_not() -> str:
    """Return why "auto" does not take it."""
    return "it is asked for by name"
