"""Have a peer judge: two processes in an environment of its package take tasks from one pipe."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.peers.table import Peer
from scripts.peers.work import Task

PROCESSES = 2
FOLDER = Path(".peers")
CHECKOUT = Path(__file__).parents[2]


def install(peer: Peer) -> None:
    """Make the environment of a peer, unless it is there.

    Raises:
        subprocess.CalledProcessError: A package cannot be installed.
    """
    home = FOLDER / peer.name
    if (home / "ready").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    if peer.requirements:
        alone = ["--no-deps"] if peer.is_alone else []
        subprocess.run([home / "bin" / "pip", "install", "--quiet", *alone, *peer.requirements], check=True)
    (home / "ready").touch()


def judged(peer: Peer, argument: str, tasks: Sequence[Task]) -> tuple[float, list[bool]]:
    """Return the seconds that the peer took, without its start, and which programs it accepted."""
    python = FOLDER / peer.name / "bin" / "python"
    site = next((FOLDER / peer.name / "lib").glob("python*")) / "site-packages"
    numbers, giving = os.pipe()
    command = [str(python), "-m", f"scripts.peers.judges.{peer.name}", argument.format(site=site.absolute())]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TOKENIZERS_PARALLELISM": "false"}
    told = json.dumps({"jobs": [each.job for each in tasks], "numbers": numbers})
    with open(FOLDER / f"{peer.name}.log", "ab") as log:
        started = [
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[numbers],
                env=environment,
            )
            for _ in range(PROCESSES)
        ]
    os.close(numbers)
    try:
        for process in started:
            assert process.stdin and process.stdout
            process.stdin.write(told + "\n")
            process.stdin.flush()
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{peer.title} did not start: see {FOLDER / peer.name}.log")
        began = time.perf_counter()
        os.write(giving, b"".join(number.to_bytes(4, "big") for number in range(len(tasks))))
        os.close(giving)
        found: dict[str, bool] = {}
        for process in started:
            assert process.stdout is not None
            found |= json.loads(process.stdout.readline() or "{}")  # nothing from one that a program has ended
        took_s = time.perf_counter() - began
    except BaseException:
        for process in started:
            process.send_signal(signal.SIGINT)  # so that it ends its containers
        raise
    finally:
        for process in started:
            process.communicate()
    return took_s, [found.get(str(number), False) for number in range(len(tasks))]
