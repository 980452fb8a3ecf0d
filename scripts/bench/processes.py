"""Measure the CPU time and memory of this machine's processes: sandboxes, the engine, Ray's workers."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from deepcoder.runner import procfs
from deepcoder.sandbox import Sandbox, docker
from deepcoder.sandbox.docker import LABEL
from deepcoder.sandbox.owner import name

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PEER = struct.Struct("3i")  # pid, uid, gid (unix(7), SO_PEERCRED)


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of its descendants, with those that have ended."""
    family = [procfs.stat_fields(pid), *procfs.descendants(pid).values()]
    return sum(sum(map(int, fields[11:15])) for fields in family) / TICKS_PER_S


def everybody(sandbox: Sandbox) -> Callable[[], float]:
    """Return a function that tells the CPU seconds of all processes that take part in a judgement made here."""
    root = root_of(sandbox)
    engine = engine_of(root) if sandbox.pid is None else []
    return lambda: time.process_time() + cpu_s(root) + sum(own_cpu_s(pid) for pid in engine)


def own_cpu_s(pid: int) -> float:
    """Return the CPU seconds of one process."""
    return sum(map(int, procfs.stat_fields(pid)[11:13])) / TICKS_PER_S


def peak_bytes(pid: int) -> int:
    """Return the largest resident size of a process so far; 0 for a process that has ended."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


def forget_peak() -> None:
    """Reset the largest resident size of this process (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def root_of(sandbox: Sandbox) -> int:
    """Return the process that our only sandbox descends from. The engine, which must be local, tells a container's."""
    return containers(os.getpid())[0] if sandbox.pid is None else sandbox.pid


def containers(owner: int) -> list[int]:
    """Return the first process of each container that a process of this machine has started."""
    with closing(docker.connect()) as client:
        found = client.containers.list(filters={"label": f"{LABEL}={name(owner)}"}, ignore_removed=True)
        return [int(each.attrs["State"]["Pid"]) for each in found]


def engine_of(root: int) -> list[int]:
    """Return the two processes that copy a container's input and output: the engine, and the container's shim."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
        engine, _, _ = _PEER.unpack(asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return [engine, int(procfs.stat_fields(root)[1])]


def workers() -> list[int]:
    """The pool's workers that Ray has started for this process."""
    found = []
    for pid in procfs.descendants(os.getpid()):
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and command.read_bytes().startswith(b"ray::Worker"):
            found.append(pid)
    return found


def runners(worker: int, kind: str) -> list[int]:
    """The processes of the sandboxes that a worker has started."""
    roots = containers(worker) if kind == "docker" else [worker]
    return [pid for root in roots for pid in (root, *procfs.descendants(root)) if pid != worker]
