"""What can go wrong on a host. Each lasts for the body of its `with`; `Hosts.tend` starts again what has ended."""

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
SLOW = 0.1  # of the time
HICCUP_S = 4.0
FOUND_S = 20.0


def _some(find: Callable[[], list[int]]) -> list[int]:
    """What it finds, once that is anything: what an earlier fault has ended is on its way back.

    Raises:
        LookupError: There is nothing to harm.
    """
    end = time.monotonic() + FOUND_S
    while not (found := find()):
        if time.monotonic() > end:
            raise LookupError("there is nothing to harm")
        time.sleep(0.1)
    return found


@contextmanager
def containers_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """All of the host, by its engine."""
    _ask_for_each(host, "kill")
    yield


@contextmanager
def runners_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """The first process of each container."""
    host.signal(signal.SIGKILL, *_some(host.supervisors))
    yield


@contextmanager
def keepers_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """In each container what the programs descend from, and they with it."""
    host.signal(signal.SIGKILL, *_some(lambda: sorted(set(host.runners()) - set(_some(host.supervisors)))))
    yield


@contextmanager
def worker_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """A worker actor."""
    host.signal(signal.SIGKILL, *_some(lambda: host.find("ray::Worker")[:1]))
    yield


@contextmanager
def worker_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """A worker actor that neither answers nor ends."""
    frozen = _some(lambda: host.find("ray::Worker")[:1])
    host.signal(signal.SIGSTOP, *frozen)
    yield
    host.signal(signal.SIGCONT, *frozen)


@contextmanager
def containers_paused(hosts: Hosts, host: Host) -> Iterator[None]:
    """All processes of all containers of the host, by the kernel's freezer."""
    _ask_for_each(host, "pause")
    yield
    _ask_for_each(host, "unpause")


def _ask_for_each(host: Host, what: str) -> None:
    with host.engine() as client:
        for name in host.containers():
            with suppress(docker.errors.APIError):  # it is gone meanwhile, or what is asked is so already
                getattr(client.api, what)(name)


@contextmanager
def runners_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """All processes of all containers of the host, by a signal."""
    frozen = _some(host.runners)
    host.signal(signal.SIGSTOP, *frozen)
    yield
    host.signal(signal.SIGCONT, *frozen)


@contextmanager
def engine_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """dockerd; its containerd and the containers go on."""
    host.kill_engine()
    yield


@contextmanager
def engine_hangs(hosts: Hosts, host: Host) -> Iterator[None]:
    """It takes calls and answers none, and what is attached hears nothing more."""
    host.hang_engine()
    yield
    host.unhang_engine()


@contextmanager
def raylet_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """The node, as Ray sees it; its workers end with it, and the engine goes on."""
    host.signal(signal.SIGKILL, *_some(host.raylets))
    yield


@contextmanager
def host_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """Everything on it at once. The engine comes back with what its disk remembers."""
    host.kill_all()
    yield


@contextmanager
def partition(hosts: Hosts, host: Host) -> Iterator[None]:
    """Nothing passes between the host and all others."""
    hosts.cut(host)
    yield
    hosts.mend(host)


@contextmanager
def hiccup(hosts: Hosts, host: Host) -> Iterator[None]:
    """A partition that ends before anybody is given up."""
    with partition(hosts, host):
        time.sleep(HICCUP_S)
    yield


@contextmanager
def disk_full(hosts: Hosts, host: Host) -> Iterator[None]:
    host.fill_disk()
    yield
    host.empty_disk()


@contextmanager
def slow(hosts: Hosts, host: Host) -> Iterator[None]:
    """All of it is ten times as slow as the others."""
    with host.slowed(SLOW):
        yield


@contextmanager
def coordinator_killed(hosts: Hosts, host: Host) -> Iterator[None]:
    """It is on the trainer's host."""
    hosts.trainer.signal(signal.SIGKILL, *_some(lambda: hosts.trainer.find("ray::Coordinator")))
    yield


@contextmanager
def host_frozen(hosts: Hosts, host: Host) -> Iterator[None]:
    """Every process of it, as when a hypervisor stops a machine."""
    host.freeze()
    yield
    host.thaw()


@contextmanager
def store_full(hosts: Hosts, host: Host) -> Iterator[None]:
    """Somebody holds more objects than the host's object store has room for."""
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
