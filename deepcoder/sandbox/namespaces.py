"""Enter namespaces of our own and a root that holds only an interpreter, then become that interpreter.

Runs: worker node, as a script with the standard library only, between `process.py` and the runner:

    python -I namespaces.py '{"read": [paths to show, or patterns], "library": {name: path}, "command": [...]}'

The runner and the programs then see the paths to show, read-only; a /proc of their own; three devices; a small /tmp.
They have no network, not even loopback. Without "read" the script only becomes the interpreter.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import json
import os
import re
import resource
import signal
import sys
from typing import Any

REFUSAL = "this kernel does not allow namespaces"
HALF = "namespaces are allowed here, but not the mounts that belong into them"
COVERED = "what programs have as /tmp covers"
STACK_BYTES = 1 << 30
SCRATCH_BYTES = 64 << 20
LIBRARY = "/library"  # on the runner's path
OLD_ROOT = "/old"

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip  # unshare(2)
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT = 1, 2, 4, 8, 32  # mount(2)
_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}  # syscall numbers
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_KEPT_CAPABILITIES = (0, 5, 6, 7)  # CHOWN KILL SETGID SETUID: what the keeper needs
_LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"


def main() -> None:
    wanted = json.loads(sys.argv[1])
    _raise_stack_limit()
    if "read" in wanted:
        _enter(wanted)
    os.execvp(wanted["command"][0], wanted["command"])


def _raise_stack_limit() -> None:
    """Raise the limit before exec: the kernel lays out the memory of a process by the limit at its start."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, most))


def _enter(wanted: dict[str, Any]) -> None:
    """Return as the first process of new namespaces: when it ends, the kernel ends the others in them."""
    try:
        _unshare()
    except OSError as error:
        sys.exit(f"{REFUSAL}: {error}")
    if wanted["command"][0].startswith("/tmp/"):
        sys.exit(f"{COVERED} {wanted['command'][0]}")
    child = os.fork()
    if child:
        os.close(0)
        os.close(1)
        status = os.waitpid(child, 0)[1]
        sys.exit(0 if status == 0 else 1)
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _forbid_system_v_ipc()
    try:
        _build_root(wanted)
    except OSError as error:
        sys.exit(f"{HALF}: {error}")
    _drop_bounding_set()


def _call(name: str, *arguments: Any) -> None:
    if getattr(_LIBC, name)(*arguments) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    _call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])


def _unshare() -> None:
    """Enter new namespaces. Root keeps its users, for the programs; others become root of a namespace of one user."""
    separate = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        try:
            _call("unshare", separate)
            return
        except OSError:  # root without CAP_SYS_ADMIN, as in a container
            pass
    _call("unshare", separate | _NEWUSER)
    for path, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{path}", "w") as file:
            file.write(text)


def _forbid_system_v_ipc() -> None:
    """Forbid objects that outlive a program. Before Linux 5.19 only root may; the namespace still keeps them inside."""
    for name, value in (("shmmni", "0"), ("msgmni", "0"), ("sem", "0 0 0 0")):
        with contextlib.suppress(OSError), open(f"/proc/sys/kernel/{name}", "w") as file:
            file.write(value)


def _build_root(wanted: dict[str, Any]) -> None:
    _mount("none", "/", None, _REC | _PRIVATE)
    _mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "mode=0755,size=1m")
    os.mkdir("/tmp" + OLD_ROOT)
    _call("syscall", _PIVOT_ROOT[os.uname().machine], b"/tmp", b"/tmp" + OLD_ROOT.encode())
    os.chdir("/")
    for pattern in wanted["read"]:
        for path in _paths(pattern):
            _show(path, path)
    for name, path in wanted["library"].items():
        _show(path, f"{LIBRARY}/{name}")
    for device in ("null", "random", "urandom"):
        _bind(f"{OLD_ROOT}/dev/{device}", f"/dev/{device}")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"/dev/{name}")
    os.symlink("/proc/self/fd", "/dev/fd")
    os.symlink("/tmp/shm", "/dev/shm")  # where the runner makes a folder for each program
    os.makedirs("/tmp", exist_ok=True)
    os.makedirs("/proc", exist_ok=True)
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    options = f"mode=0711,size={SCRATCH_BYTES},nr_inodes=16384"
    _mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
    _call("umount2", OLD_ROOT.encode(), _DETACH)
    os.rmdir(OLD_ROOT)
    _mount("none", "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def _paths(pattern: str) -> list[str]:
    """Return the paths of the old root that match; a path that is there matches itself, whatever its characters."""
    there = OLD_ROOT + pattern
    found = [there] if os.path.lexists(there) else sorted(glob.glob(there))
    return [path[len(OLD_ROOT) :] for path in found]


def _show(path: str, target: str) -> None:
    """Bind a path of the old root, read-only. A link is made again: its target is bound by itself, or is not shown."""
    source = OLD_ROOT + path
    if os.path.islink(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(source), target)
        return
    _bind(source, target)
    locked = os.statvfs(source).f_flag & (_NOSUID | _NODEV | _NOEXEC)  # a user namespace may not clear these
    _mount("none", target, None, _REMOUNT | _BIND | _RDONLY | locked)


def _bind(source: str, target: str) -> None:
    os.makedirs(target if os.path.isdir(source) else os.path.dirname(target), exist_ok=True)
    if not os.path.isdir(source):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    try:
        _mount(source, target, None, _BIND)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # A user namespace may not uncover what is under a mount, so mounts come along: a GPU's libraries are some.
        _mount(source, target, None, _BIND | _REC)
        for below in mounted_below(target, f"{OLD_ROOT}/proc/self/mountinfo"):
            if os.path.exists(below):  # else no program can enter its folder either
                _hide(below)


def mounted_below(path: str, table: str) -> list[str]:
    """Return the outermost mounts below a path, by a table as /proc/PID/mountinfo: hiding one hides those below it."""
    with open(table) as mounts:
        points = [re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[4]) for line in mounts]
    outermost: list[str] = []
    for point in sorted(points):
        if point.startswith(path + "/") and not any(point.startswith(outer + "/") for outer in outermost):
            outermost.append(point)
    return outermost


def _hide(path: str) -> None:
    """Cover a path with an empty folder or file that is read-only."""
    if os.path.isdir(path):
        _mount("tmpfs", path, "tmpfs", _RDONLY | _NOSUID | _NODEV | _NOEXEC, "size=4k,mode=0555")
    else:
        _mount(f"{OLD_ROOT}/dev/null", path, None, _BIND)


def _drop_bounding_set() -> None:
    with open(_LAST_CAPABILITY) as last:
        for capability in range(int(last.read()) + 1):
            if capability not in _KEPT_CAPABILITIES:
                _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)


if __name__ == "__main__":
    main()
