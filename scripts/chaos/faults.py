"""The faults of a host. A fault lasts for the body of its `with`; afterwards `Hosts.tend` restarts what has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import docker
import docker.errors

from scripts.chaos.hosts import Host, Hosts

Fault = Callable[[Hosts, Host], AbstractContextManager[object]]
SLOW_SHARE = 0.1  # of the time in which a slow host runs
HICCUP_S = 4.0
VICTIM_TIMEOUT_S = 20.0  # for a process to appear that a fault can harm


def _some(find: Callable[[], list[int]]) -> list[int]:
    """Wait until there are processes to harm, since an earlier fault may have ended them; return their ids.

    Raises:
        LookupError: There is nothing to harm.
    """
    end = time.monotonic() + VICTIM_TIMEOUT_S
    while not (victims := find()):
        if time.monotonic() > end:
            raise LookupError("there is nothing to harm")
        time.sleep(0.1)
    return victims


@contextmanager
def containers_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Have the engine kill all containers of the host."""
    _ask_for_each(host, "kill")
    yield


@contextmanager
def runners_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill the first process of each container."""
    host.signal(signal.SIGKILL, *_some(host.supervisors))
    yield


@contextmanager
def keepers_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill in each container the keepers, from which the programs descend, and so the programs."""
    host.signal(signal.SIGKILL, *_some(lambda: sorted(set(host.runners()) - set(_some(host.supervisors)))))
    yield


@contextmanager
def worker_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill a worker actor."""
    host.signal(signal.SIGKILL, *_some(lambda: host.find("ray::Worker")[:1]))
    yield


@contextmanager
def worker_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """Freeze a worker actor: it neither answers nor ends."""
    frozen = _some(lambda: host.find("ray::Worker")[:1])
    host.signal(signal.SIGSTOP, *frozen)
    yield
    host.signal(signal.SIGCONT, *frozen)


@contextmanager
def containers_paused(hosts: Hosts, host: Host) -> Iterator[None]:
    """Freeze all containers of the host by the kernel's freezer."""
    _ask_for_each(host, "pause")
    yield
    _ask_for_each(host, "unpause")


def _ask_for_each(host: Host, what: str) -> None:
    with host.engine() as client:
        for name in host.containers():
            with suppress(docker.errors.APIError):  # the container is gone meanwhile, or is in that state already
                getattr(client.api, what)(name)


@contextmanager
def runners_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """Freeze all containers of the host by a signal to each process."""
    frozen = _some(host.runners)
    host.signal(signal.SIGSTOP, *frozen)
    yield
    host.signal(signal.SIGCONT, *frozen)


@contextmanager
def engine_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill dockerd; its containerd and the containers go on."""
    host.kill_engine()
    yield


@contextmanager
def engine_hangs(hosts: Hosts, host: Host) -> Iterator[None]:
    """Have the engine take calls and answer none; attached streams fall silent."""
    host.hang_engine()
    yield
    host.unhang_engine()


@contextmanager
def raylet_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill Ray's node on the host; its workers end with it, and the engine goes on."""
    host.signal(signal.SIGKILL, *_some(host.raylets))
    yield


@contextmanager
def host_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill every process of the host at once. The engine comes back with what is on its disk."""
    host.kill_all()
    yield


@contextmanager
def partition(hosts: Hosts, host: Host) -> Iterator[None]:
    """Let no packet pass between the host and the others."""
    hosts.cut(host)
    yield
    hosts.mend(host)


@contextmanager
def hiccup(hosts: Hosts, host: Host) -> Iterator[None]:
    """Cut the host off for a time shorter than any timeout."""
    with partition(hosts, host):
        time.sleep(HICCUP_S)
    yield


@contextmanager
def disk_full(hosts: Hosts, host: Host) -> Iterator[None]:
    """Fill the host's disk."""
    host.fill_disk()
    yield
    host.empty_disk()


@contextmanager
def slow(hosts: Hosts, host: Host) -> Iterator[None]:
    """Have every process of the host run at a tenth of its speed."""
    with host.slowed(SLOW_SHARE):
        yield


@contextmanager
def coordinator_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Kill the coordinator, which is on the trainer's host."""
    hosts.trainer.signal(signal.SIGKILL, *_some(lambda: hosts.trainer.find("ray::Coordinator")))
    yield


@contextmanager
def host_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """Freeze every process of the host, as a hypervisor does that stops a machine."""
    host.freeze()
    yield
    host.thaw()


@contextmanager
def store_full(hosts: Hosts, host: Host) -> Iterator[None]:
    """Put more objects into the host's object store than there is room for."""
    command = [sys.executable, "-m", "scripts.chaos.hog"]
    with host.popen(command, subprocess.PIPE, subprocess.PIPE, {"RAY_ADDRESS": hosts.address}) as hog:
        assert hog.stdin is not None and hog.stdout is not None
        while b"full" not in (line := hog.stdout.readline()):
            assert line
        yield
        hog.stdin.close()
        hog.stdout.read()


ALL: list[Fault] = [
    containers_killed,
    runners_killed,
    keepers_killed,
    worker_killed,
    worker_frozen,
    containers_paused,
    runners_frozen,
    engine_killed,
    engine_hangs,
    raylet_killed,
    host_killed,
    partition,
    hiccup,
    disk_full,
    slow,
    host_frozen,
    coordinator_killed,
    store_full,
]
