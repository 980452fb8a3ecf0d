"""Whose a sandbox is: a name for this process that tells, later and to others, whether it is still there.

Runs: worker node.
"""

from __future__ import annotations

import os
from pathlib import Path


def name(pid: int | None = None) -> str:
    """This process, or that one, as no other was or will be called: boot, pid namespace, pid, and when it started.

    Source of the last: proc(5), field 22 of /proc/pid/stat, in clock ticks since boot.
    """
    pid = pid or os.getpid()
    return "-".join([*_world(), str(pid), _since(pid)])


def is_gone(owner: str, is_of_this_machine: bool) -> bool:
    """Whether the process of that name has ended; false where that cannot be told from here."""
    try:
        boot, namespace, pid, since = owner.split("-")
    except ValueError:  # none of ours
        return False
    here_boot, here_namespace = _world()
    if boot != here_boot:
        return is_of_this_machine  # which has been started anew since then
    return namespace == here_namespace and _since(int(pid)) != since and not _is_hidden(int(pid))


def _world() -> tuple[str, str]:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    return boot, str(os.stat("/proc/self/ns/pid").st_ino)


def _since(pid: int) -> str:
    """Empty where there is no such process, or it is a zombie: what it held is free."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state in "ZX" else rest[18]


def _is_hidden(pid: int) -> bool:
    """Whether /proc shows nothing of a process that is there (its mount option hidepid)."""
    if Path(f"/proc/{pid}/stat").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
