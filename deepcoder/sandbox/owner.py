"""The owner of a sandbox: a name for a process, by which any process can tell later whether that one still runs.

Runs: worker node.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)


def name(pid: int | None = None) -> str:
    """Return a name that no other process ever has: boot, pid namespace, pid, and start time. None is this process.

    The start time is field 22 of /proc/pid/stat, in clock ticks since boot: proc(5).
    """
    pid = pid or os.getpid()
    return "-".join([*_world(), str(pid), _since(pid)])


def is_gone(owner: str, is_of_this_machine: bool) -> bool:
    """Return whether the process of that name has ended; false where that cannot be told from here."""
    try:
        boot, namespace, pid, since = owner.split("-")
    except ValueError:  # not a name that `name` gives
        return False
    here_boot, here_namespace = _world()
    if boot != here_boot:
        return is_of_this_machine  # it was booted again since then
    return namespace == here_namespace and _since(int(pid)) != since and not _is_hidden(int(pid))


def sweep_folders(prefix: str) -> None:
    """Remove the temporary folders of this prefix, behind which an owner's name stands, whose owners are gone.

    Machines may share the folder that has them.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*.*"):
        if is_gone(path.name.removeprefix(prefix).partition(".")[0], is_of_this_machine=False):
            log.warning("folder %s was left behind", path)
            shutil.rmtree(path, ignore_errors=True)


def _world() -> tuple[str, str]:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    return boot, str(os.stat("/proc/self/ns/pid").st_ino)


def _since(pid: int) -> str:
    """Return when a process started; empty where there is none, or a zombie, which holds nothing any more."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state in "ZX" else rest[18]


def _is_hidden(pid: int) -> bool:
    """Return whether /proc hides a process that is there, as its mount option hidepid does."""
    if Path(f"/proc/{pid}/stat").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
