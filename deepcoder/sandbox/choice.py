"""Which sandbox to start, and the one function that starts it.

Runs: worker node. "auto" is resolved once for a pool, so that all its workers are alike.
"""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass

from deepcoder.sandbox import docker, process
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.docker import IMAGE, connect, start_docker
from deepcoder.sandbox.process import start_process
from deepcoder.sandbox.stream import SandboxUnavailable

log = logging.getLogger(__name__)

KINDS = ("auto", "docker", "process")


@dataclass(frozen=True)
class SandboxConfig:
    """How to start a sandbox."""

    kind: str = "auto"
    image: str = IMAGE  # docker
    memory_bytes: int = 1 << 30  # the most that a problem's memory limit may be
    cpus: float = 2.0  # docker: one for the program, one for the runner, which gets the next process ready meanwhile
    runtime: str | None = None  # docker: the engine's runtime, such as runsc

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"sandbox must be one of {', '.join(KINDS)}, not {self.kind!r}")


def resolve(config: SandboxConfig) -> SandboxConfig:
    """The configuration with "auto" decided: Docker where an engine answers, else a process."""
    if config.kind != "auto":
        return config
    try:
        connect().close()
    except SandboxUnavailable:
        log.warning(
            "No Docker engine answers: programs run as local processes in namespaces of their own. That keeps them "
            "from files, network and each other, but not from bugs of this machine's kernel; use Docker for programs "
            "that you would not run yourself."
        )
        return dataclasses.replace(config, kind="process")
    return dataclasses.replace(config, kind="docker")


def sweep(config: SandboxConfig) -> None:
    """Remove what owners of sandboxes that are gone have left on this machine, and nothing else.

    Raises:
        SandboxError: It could not be looked for.
    """
    if resolve(config).kind == "docker":
        docker.sweep()
    else:
        process.sweep()


def start(config: SandboxConfig) -> Sandbox:
    """A new sandbox.

    Raises:
        SandboxError: It did not start.
    """
    if resolve(config).kind == "docker":
        return start_docker(config.image, config.memory_bytes, config.cpus, config.runtime)
    return start_process(memory_bytes=config.memory_bytes)
