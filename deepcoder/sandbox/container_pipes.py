"""Pipes to a container on the worker's machine, so that no engine copies what goes over them.

Runs: worker node. The container makes the pipes and says which they are, over its attach stream. The worker opens its
ends in /proc, as root may (or the user of an engine without root). Where it cannot, the attach stream stays: the engine
is on another machine or in another pid namespace, or the container's kernel is gVisor's.
"""

from __future__ import annotations

import json
import os
import stat

from deepcoder.sandbox.stream import Pipes

# What a container does before it is the runner: it offers pipes, and takes what is written to first.
OFFER = """
import json, os, select
requests, replies = os.pipe(), os.pipe()
offered = requests[1], replies[0]
os.write(1, json.dumps([[fd, os.fstat(fd).st_ino] for fd in offered]).encode() + b"\\n")
if requests[0] in select.select([0, requests[0]], [], [])[0]:
    os.dup2(requests[0], 0)
    os.dup2(replies[1], 1)
for fd in (*requests, *replies):
    os.close(fd)
"""


def opened(pid: int, offer: bytes) -> Pipes:
    """Open the pipes that a process offers.

    Raises:
        OSError: They cannot be opened from here.
        ValueError: That is no offer.
    """
    (requests, its_requests), (replies, its_replies) = json.loads(offer)
    writable = _opened(pid, requests, its_requests, os.O_WRONLY)
    try:
        return Pipes(writable, _opened(pid, replies, its_replies, os.O_RDONLY))
    except OSError:
        os.close(writable)
        raise


def _opened(pid: int, number: int, inode: int, how: int) -> int:
    """Open a descriptor of a process, where it is the pipe with that inode: the pid may be one of another namespace."""
    path = f"/proc/{pid}/fd/{number}"
    found = os.stat(path)
    if not stat.S_ISFIFO(found.st_mode) or found.st_ino != inode:
        raise FileNotFoundError(f"{path} is another file")
    return os.open(path, how | os.O_NONBLOCK | os.O_CLOEXEC)
