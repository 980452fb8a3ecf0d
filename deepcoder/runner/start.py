"""The start of a runner: lift the limits, fork the keepers, say what the place has, and serve.

Runs: inside the sandbox, in the process that becomes the supervisor.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
from typing import Any

from ..wire.languages import add, of_object
from ..wire.messages import PROTOCOL, frame
from . import keeper, orphans, versions, view
from .capabilities import keep_capabilities
from .cgroup import Cgroup, own_cgroup
from .keeper_client import KeeperClient
from .language import Hooks
from .memory_files import write_all
from .scratch import SHARED_MEMORY
from .supervisor import OwnerGone, Supervisor
from .users import available_uids, halves

MAIN_STACK_BYTES = 1 << 30
# What the owner, or an engine, limits for us would limit programs too; the keeper limits each of them.
UNLIMITED = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_NPROC,
    resource.RLIMIT_RSS,
    resource.RLIMIT_RTTIME,
)
_PR_SET_DUMPABLE = 4


def main(scratch_root: str, memory_bytes: int, languages: list[dict[str, Any]], views: str, hooks: Hooks) -> None:
    """Fork the keepers, then serve: the one order in which a keeper's memory holds no request.

    `memory_bytes`: the limit of the sandbox's own cgroup, 0 where it has none. `languages`: rows for the table, as
    objects. `views`: the folder for the roots that programs see; empty where they see this one. `hooks`: see
    `LanguageRunner.prepare`.
    """
    add(map(of_object, languages))
    if hasattr(sys, "set_int_max_str_digits"):  # Python 3.9 and 3.10 have it only in late releases
        sys.set_int_max_str_digits(0)
    requests, replies = _take_streams()
    _lift_limits()
    uids = available_uids()
    cgroup = own_cgroup(memory_bytes)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # closes /proc/<pid>/mem and its like to our own user
    if os.listdir(scratch_root):
        sys.exit(f"the scratch folder {scratch_root} is not empty: it is somebody else's")
    if uids is not None:
        os.chmod(scratch_root, 0o711)  # an engine may have made it as open as the image has it
    if os.path.ismount(scratch_root):  # else /dev is the machine's
        with contextlib.suppress(OSError):  # gVisor has a folder there, which all programs could write to
            os.rmdir("/dev/shm")
        with contextlib.suppress(OSError):  # it is there already, or /dev is closed to us: programs do without
            os.symlink(f"{scratch_root}/{SHARED_MEMORY}", "/dev/shm")
    keepers: list[KeeperClient] = []
    for each in [None] if uids is None else halves(uids):
        root = views and f"{views}/{len(keepers)}"
        _add_keeper(keepers, (requests, replies), scratch_root, cgroup, each, hooks, root)
    languages_here = versions.found()  # while the keepers get ready
    for client in keepers:
        client.wait_until_ready()
    if views:
        keep_capabilities(view.SUPERVISORS_CAPABILITIES)
    elif not orphans.REACH_WHO_ASKS:
        signal.signal(signal.SIGCHLD, orphans.bury)
    hello = {"kind": "hello", "protocol": PROTOCOL, "languages": languages_here, "own_uids": uids is not None}
    uname = os.uname()
    write_all(replies, frame({**hello, "kernel": uname.version, "machine": uname.machine}))
    os.set_blocking(replies, False)
    try:
        Supervisor(keepers, requests, replies).serve()
    except OwnerGone:
        for client in keepers:
            client.end()


def _take_streams() -> tuple[int, int]:
    """Return the descriptors of requests and replies, in whose place nothing can be read or written by mistake."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # a stray print must not look like a reply
    os.close(null)
    return requests, replies


def _lift_limits() -> None:
    """Take the limits that programs would inherit off this process, as far as it may."""
    for kind in UNLIMITED:
        _, most = resource.getrlimit(kind)
        with contextlib.suppress(ValueError):  # gVisor refuses to change those that it has no use for
            resource.setrlimit(kind, (most, most))
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = MAIN_STACK_BYTES if most == resource.RLIM_INFINITY else min(MAIN_STACK_BYTES, most)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, most))
    # A program may lower its own score to what ours could be lowered to: Ray's workers and their children have 1000.
    with contextlib.suppress(PermissionError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")


def _add_keeper(
    keepers: list[KeeperClient],
    streams: tuple[int, int],
    scratch_root: str,
    cgroup: Cgroup | None,
    uids: range | None,
    hooks: Hooks,
    root: str,
) -> None:
    """Fork another keeper, which closes all that is not its own."""
    (channel, its_channel), (orders, its_orders) = _socket_pair(), _socket_pair()
    keepers.append(KeeperClient(channel, orders, scratch_root, cgroup, keepers, bool(root)))
    pid = view.fork_first() if root else os.fork()
    if pid == 0:
        status = 1
        try:
            for stream in streams:
                os.close(stream)
            for client in keepers:
                client.close()
            keeper.keep(its_channel, its_orders, scratch_root, uids, cgroup is not None, hooks, root)
            status = 0
        finally:
            if status:
                sys.excepthook(*sys.exc_info())
            os._exit(status)
    keepers[-1].pid = pid
    its_channel.close()
    its_orders.close()


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
