"""A client of a pool, in a process of its own on a host: the trainer that starts the pool, or another that attaches.

The process reads one order per line of its standard input, a JSON object, and writes one answer per line.
`{"judge": [count, seed, pace_s], "deadline_s": s}` is answered with `{"judged": {...}}` when the batch is back, and
`{"state": []}` with `{"state": {...}}` at once. At the end of its input the process leaves the pool.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import subprocess
import sys
import threading
import time
from queue import Queue
from typing import Any

from ray.exceptions import RayError

from deepcoder.pool import SandboxPool
from scripts.chaos import load
from scripts.chaos.hosts import START_S, Host, Hosts, kill

CLIENT_DEADLINE_S = 100.0  # of a batch


class Client:
    """The side that gives the orders. Use as a context manager, or kill it."""

    def __init__(self, hosts: Hosts, pool: str, workers: int = 0, host: Host | None = None) -> None:
        """Start a client that owns a new pool of so many workers; without workers, one that attaches to that pool."""
        self.host = host or hosts.trainer
        command = [sys.executable, "-m", "scripts.chaos.client", pool, str(workers)]
        self.process = self.host.popen(command, subprocess.PIPE, subprocess.PIPE, {"RAY_ADDRESS": hosts.address})
        self._answers: dict[str, Queue[Any]] = {"up": Queue(), "judged": Queue(), "state": Queue()}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._answer("up", 2 * START_S)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(b'{"'):  # Ray writes there too
                for name, value in json.loads(line).items():
                    self._answers[name].put(value)
        for queue in self._answers.values():
            queue.put(None)

    def _answer(self, name: str, timeout_s: float) -> Any:
        answer = self._answers[name].get(timeout=timeout_s)
        if answer is None:
            raise OSError(f"the client is gone: exit code {self.process.wait(timeout_s)}")
        return answer

    def _order(self, **order: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def begin(self, count: int, seed: int, pace_s: float = 0.2, deadline_s: float = CLIENT_DEADLINE_S) -> None:
        """Start a batch; `counted` waits for it."""
        self._order(judge=[count, seed, pace_s], deadline_s=deadline_s)

    def counted(self, timeout_s: float = CLIENT_DEADLINE_S + 30) -> load.Count:
        """Wait for the batch; return the count of its judgements."""
        return load.Count(**self._answer("judged", timeout_s))

    def state(self) -> dict[str, Any]:
        """Return the pool's state."""
        self._order(state=[])
        state: dict[str, Any] = self._answer("state", START_S)
        return state

    def kill(self) -> None:
        """Kill the process."""
        if self.process.poll() is None:
            kill(self.process)
        self._wait()

    def close(self) -> None:
        """Leave the pool, or close it; by force if that takes too long."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
            self.process.wait(START_S)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.kill()
        self._wait()

    def _wait(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.wait()
        self._listener.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass


def _say(**answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _judge(pool: SandboxPool, count: int, seed: int, pace_s: float) -> None:
    cases, told = load.cases(count, seed, pace_s), list[int]()
    began = time.monotonic()
    judgements = pool.judge([case.submission for case in cases], lambda index, _: told.append(index))
    _say(judged=dataclasses.asdict(load.count(cases, told, judgements, time.monotonic() - began)))


def _state(pool: SandboxPool) -> dict[str, Any]:
    """Return the pool's state, with retries while the coordinator starts anew."""
    end = time.monotonic() + START_S / 2
    while True:
        try:
            return dataclasses.asdict(pool.state())
        except (RayError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _obey(pool: SandboxPool) -> None:
    _say(up=[])
    for line in sys.stdin:
        order = json.loads(line)
        if "judge" in order:
            pool.deadline_s = order["deadline_s"]
            threading.Thread(target=_judge, args=(pool, *order["judge"]), daemon=True).start()
        else:
            _say(state=_state(pool))


def main(name: str, workers: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if not workers:
        _obey(SandboxPool.attach(name))
        return
    with SandboxPool(workers, "docker", name=name) as pool:
        _obey(pool)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
