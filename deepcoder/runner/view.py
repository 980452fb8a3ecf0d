"""Give programs in gVisor a root and process numbers of their own, in which their keeper is the first process.

Runs: inside the sandbox, in the supervisor and the keeper. gVisor's /proc shows the environment, the maps and the
descriptors of every process that it has. So programs get a /proc that has only theirs. Each keeper is the first process
of its own, which makes it the parent of orphans, and the only one that could still be found there: an empty folder lies
on it. This version of gVisor has no mount namespaces, hence a root.
"""

from __future__ import annotations

import contextlib
import ctypes
import os

from .capabilities import call, keep_capabilities

FIRST = 1
DEVICES = ("/dev/fuse", "/dev/net/tun")  # that gVisor has, and that any user may open
KEEPERS_CAPABILITIES = 1 << 0 | 1 << 5 | 1 << 6 | 1 << 7  # CHOWN KILL SETGID SETUID: what keeping programs takes
SUPERVISORS_CAPABILITIES = KEEPERS_CAPABILITIES | 1 << 2  # DAC_READ_SEARCH: what counting their files takes
KINDS_OF_THE_SUPERVISOR = ("proc", "sysfs", "devpts")  # of file systems that programs do not get from it

_NEWPID = 0x20000000  # unshare(2)
_BIND, _RDONLY = 0x1000, 1  # mount(2)


def fork_first() -> int:
    """Fork a process that is the first of new process numbers; return its old number, and 0 in it.

    A process between forks it, which ends: all that it forks later would be among them, too.
    """
    told, tell = os.pipe()
    between = os.fork()
    if between == 0:
        call("unshare", _NEWPID)
        pid = os.fork()
        if pid:
            os.write(tell, b"%d" % pid)
            os._exit(0)
        os.close(told)
        os.close(tell)
        return 0
    os.close(tell)
    os.waitpid(between, 0)
    pid = int(os.read(told, 32))
    os.close(told)
    return pid


def enter(root: str) -> None:
    """Make a root at the path, go there for good, and give up what that takes."""
    with open("/proc/mounts") as rows:
        mounts = sorted((target, kind) for _, target, kind, *_ in map(str.split, rows))
    os.mkdir(root)
    # Newer versions mount cgroups below sysfs, which is not there.
    left_out = [target for target, kind in mounts if kind in KINDS_OF_THE_SUPERVISOR] + [os.path.dirname(root)]
    for target, _ in mounts:
        if not any(f"{target}/".startswith(f"{each}/") for each in left_out):
            _mount(target, f"{root}{target}", None, _BIND)
    _mount("proc", f"{root}/proc", "proc", 0)
    _mount("none", f"{root}/proc/{FIRST}", "tmpfs", _RDONLY, "mode=0555")
    for device in DEVICES:
        with contextlib.suppress(FileNotFoundError):  # another keeper has removed it
            os.unlink(f"{root}{device}")
    os.chroot(root)
    os.chdir("/")
    keep_capabilities(KEEPERS_CAPABILITIES)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])
