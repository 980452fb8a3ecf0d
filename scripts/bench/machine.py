"""Describe the machine of a benchmark: what a reader needs to know before comparing figures."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import closing
from pathlib import Path

from deepcoder.sandbox import docker


def facts(sandbox: str) -> dict[str, object]:
    """Return the facts by name, ready for JSON."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": next((line.partition(": ")[2] for line in lines if line.startswith("model name")), ""),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "load": os.getloadavg(),  # before the first measurement, over 1, 5 and 15 minutes
        "kernel": platform.release(),
        "python": platform.python_version(),
        "engine": engine() if sandbox == "docker" else "",
        "commit": commit(),
    }


def engine() -> str:
    """Return the engine's version and the image of the sandboxes.

    Raises:
        SandboxUnavailable: No engine answers.
    """
    with closing(docker.connect()) as client:
        version = client.version()
        return f"Docker {version['Version']}, image {docker.IMAGE} {client.images.get(docker.IMAGE).short_id}"


def commit() -> str:
    """Return the commit of the checkout, marked if it has changes; empty outside a checkout."""
    told = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return told.stdout.strip()
