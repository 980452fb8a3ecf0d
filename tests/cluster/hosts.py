"""Hosts for `ray up`: namespaces on this machine, each with an ssh server, as hosts.sh makes them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
NEEDED = ("sshd", "setpriv", "ssh", "ssh-keygen", "rsync", "ip", "unshare", "nsenter")
SSH = ["ssh", "-q", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]


def require_hosts() -> None:
    """Skips where there can be none, unless the environment says that everything must run."""
    missing = [name for name in NEEDED if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    reason = f"{', '.join(missing)}: not installed" if missing else "only root can make hosts"
    if missing or os.geteuid() != 0:
        if os.environ.get("DEEPCODER_REQUIRE_DOCKER"):
            pytest.fail(f"hosts are required here: {reason}")
        pytest.skip(reason)


class Hosts:
    """The desk, where a person sits, and hosts 1 to n. `folder/NAME/home` is ~ on each."""

    def __init__(self, folder: Path, inside: int) -> None:
        self.folder = folder
        self._inside = inside  # a process of the desk

    def address(self, number: int) -> str:
        return f"10.77.0.{number}"

    def desk(self, *command: str, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a command on the desk, in `folder/checkout`."""
        checkout = self.folder / "checkout"
        path = f"{checkout}/.venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        enter = ["nsenter", "--target", str(self._inside), "--mount", "--net", "--pid", "--uts", f"--wd={checkout}"]
        # Not the environment of the tests: this is another machine.
        clean = [
            "env",
            "-i",
            f"HOME={self.folder}/desk/home",
            f"PATH={path}",
            f"TMPDIR={self.folder}/desk",
            "LANG=C.UTF-8",
        ]
        return subprocess.run(
            [*enter, *clean, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
        )

    def on(self, number: int, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command on a host, by ssh."""
        return self.desk(*SSH, "-i", f"{self.folder}/key", f"root@{self.address(number)}", command)


@contextmanager
def hosts(folder: Path, number: int, cluster_name: str) -> Iterator[Hosts]:
    """That many, and the desk. When left, all that ran on them is gone. `cluster_name`: what `ray up` will start."""
    for key in ("key", "host_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    spaces = "--net --mount --pid --uts --fork --mount-proc --kill-child".split()
    command = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        *spaces,
        str(Path(__file__).with_suffix(".sh")),
        str(folder),
        str(number),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        inside = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        yield Hosts(folder, inside)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        # Where Ray keeps its ssh connections, outside of its own folder.
        user, cluster = (hashlib.sha256(text.encode()).hexdigest()[:10] for text in (getuser(), cluster_name))
        shutil.rmtree(f"/tmp/ray_ssh_{user}/{cluster}", ignore_errors=True)
