"""Containers as Kubernetes makes them of a pod: what a command says in one."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import docker

from deepcoder.sandbox.docker import IMAGE
from tests.cluster.hosts import CHECKOUT

PROFILE = CHECKOUT / "scripts" / "seccomp.json"
SHOWN = "/probe"  # the folder that a pod shows
UNCONFINED = "--security-opt=seccomp=unconfined"
# What Kubernetes calls allowPrivilegeEscalation, and an image's user other than root.
ORDINARY = ("--user=1000", "--cap-drop=ALL", "--security-opt=no-new-privileges")
_PACKAGES = Path(docker.__file__).parents[1]  # of this machine, for what the image lacks


def said(folder: Path, command: list[str], *options: str) -> str:
    """Return what the command says in a container that shows this checkout, its packages and the folder."""
    mounts = [f"{CHECKOUT}:/checkout:ro", f"{_PACKAGES}:/packages:ro", f"{folder}:{SHOWN}:ro"]
    done = subprocess.run(
        ["docker", "run", "--rm", "--network=none", *options, *(f"--volume={mount}" for mount in mounts)]
        + ["--env=PYTHONPATH=/checkout:/packages", "--env=HOME=/tmp", "--entrypoint=", IMAGE, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def with_runsc(path: Path) -> str:
    """Return the option that puts a runsc on the path of a container."""
    return f"--volume={path}:/usr/local/bin/runsc:ro"


def options_of(context: dict[str, Any]) -> list[str]:
    """Return the options for a container that has what a `securityContext` of Kubernetes gives and takes."""
    profiles = {context["seccompProfile"]["type"], context["appArmorProfile"]["type"]}
    assert profiles == {"Unconfined"}
    assert context["allowPrivilegeEscalation"] is False
    return [
        f"--user={context['runAsUser']}",
        *(f"--cap-drop={name}" for name in context["capabilities"]["drop"]),
        "--security-opt=no-new-privileges",
        UNCONFINED,
        "--security-opt=apparmor=unconfined",
    ]
