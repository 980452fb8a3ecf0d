"""Treat a container whose runtime is gVisor's `runsc` as it needs: what it is allowed, and who counts its time.

Runs: worker node.
"""

from __future__ import annotations

from typing import Any

import docker

from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.gvisor import CAPABILITIES, RUNSC, VIEWS
from deepcoder.sandbox.host_clock import KERNEL_INSIDE, HostClock, is_kernel
from deepcoder.sandbox.stream import SandboxUnavailable

MOST_PROCESSES = 16384  # of this machine: gVisor's kernel has many threads for each process of a program


def is_its_runtime(client: docker.DockerClient, name: str | None) -> bool:
    """Return whether the engine's runtime of this name is `runsc`."""
    return name is not None and RUNSC in str((client.info()["Runtimes"] or {}).get(name))


def allowed(host_config: dict[str, Any]) -> dict[str, Any]:
    """Return what a container may have, with what the runner needs of gVisor's kernel: nothing of this machine's."""
    tmpfs = {**host_config["Tmpfs"], VIEWS: "rw,nosuid,nodev,noexec,mode=0700,size=1m"}
    return {**host_config, "Tmpfs": tmpfs, "CapAdd": CAPABILITIES, "PidsLimit": MOST_PROCESSES}


def check_kernel(sandbox: Sandbox, should_be_gvisor: bool) -> None:
    """Check that what the container is allowed fits its kernel.

    Raises:
        SandboxUnavailable: It does not.
    """
    if (sandbox.hello["kernel"] == KERNEL_INSIDE) is not should_be_gvisor:
        if should_be_gvisor:
            raise SandboxUnavailable("the runtime has the name of gVisor's, and another kernel: ask for another one")
        raise SandboxUnavailable("the engine runs containers in gVisor unasked: ask for its runtime by name")


def clock(client: docker.DockerClient, container: str) -> HostClock:
    """Return the clock of a container: inside, time is wall time.

    Raises:
        SandboxUnavailable: Its processes are out of sight.
    """
    pid = client.api.inspect_container(container)["State"]["Pid"]
    if not is_kernel(pid):
        raise SandboxUnavailable(
            "the engine's gVisor cannot be seen from here, to count what programs take: start workers on the engine's "
            "machine, among its processes"
        )
    return HostClock(pid)
