"""Several hosts on one machine: each with processes, a network, a disk, a Docker engine and a raylet of its own.

A host is a set of Linux namespaces. The first one is the trainer's, and the switch: the others hang on a bridge in it,
so that a partition is a port taken off the bridge. Nothing is shared with the rest of the machine but its processors,
memory and kernel, so a test may kill what it likes. When the process that made the hosts ends, so do they.

Needs root, and Docker's programs on this machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO

import docker
import docker.errors

from deepcoder.sandbox.docker import IMAGE, LABEL
from deepcoder.sandbox.stream import BOOTSTRAP
from scripts.meanwhile import meanwhile
from scripts.waiting import wait_until

ROOT = Path(__file__).parents[2]
PROXY = f"{sys.executable} -m scripts.chaos.proxy"
RAY = str(Path(sys.executable).parent / "ray")
NETWORK = "10.77.0"
PORT = 6379
DISK_BYTES = 3 << 30  # at most: it is memory
RUNNER = BOOTSTRAP.strip().splitlines()[0]  # in the command line of every runner
PERIOD_S = 0.05  # of a slow host
START_S = 60.0
SETTLE_S = 90.0  # in which all workers are back after a fault
LEFT_S = 30.0  # in which nothing is left of what it, or the trainer's end, has ended
_LIST_ACTORS = """
import json, ray
from deepcoder.pool.ray_internals import actor_classes
ray.init(log_to_driver=False, logging_level="ERROR")
print(json.dumps(actor_classes()))
"""
PROGRAMS = ("unshare", "nsenter", "ip", "mount", "dockerd")


def missing() -> str:
    """Return why no hosts can be made here; empty when they can."""
    if os.geteuid() != 0:
        return "hosts need root, for namespaces and engines of their own"
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"hosts need {', '.join(absent)}" if absent else ""


class Host:
    """One of them. The mutable state: its processes, and which of them are its engine and the proxy before that."""

    def __init__(self, number: int, disk: str, environment: Mapping[str, str]) -> None:
        self.number = number
        self.address = f"{NETWORK}.{number + 1}"
        self._disk = disk
        self._environment = dict(environment)
        self._name = f"{Path(disk).name}-{number}"
        _make_group(self._name)
        enter = ["unshare", "--net", "--mount", "--ipc", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child"]
        command = [*enter, sys.executable, "-m", "scripts.chaos.init", disk, str(DISK_BYTES), str(_group(self._name))]
        self._init = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment, cwd=ROOT
        )
        assert self._init.stdout is not None
        if self._init.stdout.readline() != b"up\n":
            raise OSError("no host could be made here: see its standard error above")
        children = Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text()
        self.pid = int(children.split()[0])  # seen from here; in the host it is 1
        self._engine: subprocess.Popen[bytes] | None = None
        self._proxy: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return f"host {self.number}"

    def path(self, inside: str) -> Path:
        """Return the path that a file of the host has here."""
        return Path(f"/proc/{self.pid}/root{inside}")

    @property
    def disk(self) -> Path:
        return self.path(self._disk)

    def popen(
        self,
        command: list[str],
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program on the host; the process returned is of the one that waits for it.

        `environment` is added to the host's. Without an input, its errors go where its output does.
        """
        enter = ["nsenter", f"--target={self.pid}", "--net", "--mount", "--ipc", "--uts", "--pid"]
        return subprocess.Popen(
            [*enter, "--", *command],
            stdin=stdin,
            stdout=stdout,
            stderr=stdout if stdin is subprocess.DEVNULL else None,
            env={**self._environment, **(environment or {})},
            cwd=ROOT,
            preexec_fn=lambda: _join_group(self._name, os.getpid()),
        )

    def run(self, command: list[str], environment: Mapping[str, str] | None = None) -> str:
        """Run a program on the host to its end; what it wrote.

        Raises:
            OSError: It failed.
        """
        with self.popen(command, stdout=subprocess.PIPE, environment=environment) as process:
            said = process.communicate(timeout=START_S)[0].decode("utf-8", "replace")
        if process.returncode:
            raise OSError(f"{self}: {' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
        return said

    # The engine

    def start_engine(self) -> None:
        """Start dockerd, and the proxy before it, as far as they do not run."""
        if self._engine is None:
            command = ["dockerd", f"--data-root={self._disk}/docker", "--host=unix:///run/engine.sock", "--bridge=none"]
            command += ["--iptables=false", "--ip6tables=false", f"--cgroup-parent=/{self._name}"]
            with (self.disk / "dockerd.log").open("ab") as told:
                self._engine = self.popen(command, stdout=told)
        if self._proxy is None:
            self.path("/run/docker.sock").unlink(missing_ok=True)
            script = f"{PROXY} /run/docker.sock /run/engine.sock & wait"  # nsenter would stop with it
            self._proxy = self.popen(["sh", "-c", script])
        if not wait_until(self._engine_answers, START_S):
            words = (self.disk / "dockerd.log").read_text(encoding="utf-8", errors="replace")
            raise OSError(f"the engine of {self} does not start: {words[-2000:]}")

    def _engine_answers(self) -> bool:
        try:
            with self.engine() as client:
                return bool(client.ping())
        except (docker.errors.DockerException, OSError):
            return False

    @contextmanager
    def engine(self) -> Iterator[docker.DockerClient]:
        """The host's engine itself, past the proxy."""
        client = docker.DockerClient(base_url=f"unix://{self.path('/run/engine.sock')}", timeout=20)
        try:
            yield client
        finally:
            client.close()

    def kill_engine(self) -> None:
        """SIGKILL to dockerd. Its containerd and containers go on; a start of the engine finds them again."""
        assert self._engine is not None
        kill(self._engine)
        self._engine = None

    def kill_all(self) -> None:
        """SIGKILL to every process of the host. Its network and its disk stay."""
        self.run(["sh", "-c", "kill -9 -1"])
        for each in (self._engine, self._proxy):
            if each is not None:
                each.wait()
        self._engine = self._proxy = None

    def load(self, image: Path) -> None:
        """Have the image of that `docker save`."""
        with image.open("rb") as saved, self.engine() as client:
            client.images.load(saved)

    def hang_engine(self) -> None:
        """It takes calls and answers none, and what is attached hears nothing more."""
        self.signal(signal.SIGSTOP, *self.find(PROXY))

    def unhang_engine(self) -> None:
        self.signal(signal.SIGCONT, *self.find(PROXY))

    def containers(self) -> list[str]:
        """Ours, whatever state they are in."""
        with self.engine() as client:
            found = client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
            return [str(each.name) for each in found]

    # Ray

    def start_ray(self, cpus: int, head: str = "", environment: Mapping[str, str] | None = None) -> None:
        """A raylet; with the cluster's head where no address of one is given."""
        command = [RAY, "start", f"--node-ip-address={self.address}", f"--num-cpus={cpus}", "--disable-usage-stats"]
        command += [f"--object-store-memory={200 << 20}"]
        if head:
            command += [f"--address={head}"]
        else:
            command += ["--head", f"--port={PORT}", "--include-dashboard=false", f"--temp-dir={self._disk}/ray"]
        self.run(command, environment)

    def stop_ray(self) -> None:
        """All of it that runs on the host, as an operator would before starting it again."""
        self.run([RAY, "stop", "--force"])

    # Processes

    def processes(self) -> dict[int, str]:
        """The command line of each process, by its number in the host."""
        found = {}
        for path in self.path("/proc").glob("[0-9]*/cmdline"):
            try:
                found[int(path.parent.name)] = path.read_text(encoding="utf-8", errors="replace").replace("\0", " ")
            except OSError:  # it has ended
                continue
        return found

    def find(self, beginning: str) -> list[int]:
        """Processes whose command line begins so, such as `ray::Worker`."""
        return sorted(pid for pid, command in self.processes().items() if command.startswith(beginning))

    def raylets(self) -> list[int]:
        return [pid for pid, text in self.processes().items() if text.split(" ")[0].endswith("/raylet/raylet")]

    def runners(self) -> list[int]:
        """Every process of our code in the host's sandboxes."""
        return sorted(pid for pid, command in self.processes().items() if RUNNER in command)

    def supervisors(self) -> list[int]:
        """The first process of each container."""
        found = []
        with self.engine() as client:
            for name in self.containers():
                with suppress(docker.errors.NotFound):
                    found.append(int(client.api.inspect_container(name)["State"]["Pid"]))
        return [pid for pid in found if pid]  # 0 where it has not started

    def signal(self, number: signal.Signals, *pids: int) -> None:
        """Send it to processes of the host, of which some may have ended meanwhile."""
        command = ["sh", "-c", f"kill -{int(number)} {' '.join(map(str, pids))} || true"]
        self.run(command)

    # Resources

    def fill_disk(self) -> None:
        """Leave no byte free."""
        with (self.disk / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(1 << 20))
            except OSError:
                pass

    def empty_disk(self) -> None:
        (self.disk / "filler").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Stop every process of the host."""
        _freeze_group(self._name, True)

    def thaw(self) -> None:
        _freeze_group(self._name, False)

    def slowed(self, share: float) -> AbstractContextManager[None]:
        """Let all processes of the host run for only this share of the time, as long as a block runs."""

        def alternate(over: threading.Event) -> None:
            while not over.wait(share * PERIOD_S):
                self.freeze()
                time.sleep((1 - share) * PERIOD_S)
                self.thaw()

        return meanwhile(alternate)

    def leftovers(self) -> dict[str, int]:
        """Return what there should be none of when no pool lives on the host, by kind."""
        found = self.processes().values()
        left = {
            "runners": sum(RUNNER in text for text in found),
            "actors": sum(text.startswith(("ray::Worker", "ray::Coordinator")) for text in found),
            "files": sum(1 for name in (self._disk + "/tmp", "/dev/shm") for _ in self.path(name).glob("deepcoder-*")),
        }
        if self._engine is not None:
            left["containers"] = len(self.containers())
        return left

    def close(self) -> None:
        """End every process of the host, and with them all else."""
        assert self._init.stdin is not None and self._init.stdout is not None
        self._init.stdin.close()
        self._init.wait()
        self._init.stdout.close()
        for each in (self._engine, self._proxy):
            if each is not None:
                each.wait()
        _remove_group(self._name)


class Hosts:
    """A cluster: the trainer's host, without processors for workers, and worker hosts with engines.

    Use as a context manager.
    """

    def __init__(
        self, workers: int, cpus: int, environment: Mapping[str, str] | None = None, has_engines: bool = True
    ) -> None:
        """So many worker hosts, each with so many processors, as Ray is told. `environment`: of every process."""
        self._cpus = cpus
        self._has_engines = has_engines
        self._disk = tempfile.mkdtemp(prefix="hosts-")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "DOCKER_"))},
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "TMPDIR": f"{self._disk}/tmp",
            **(environment or {}),
        }
        self.all: list[Host] = []
        self._count = workers + 1

    def __enter__(self) -> Hosts:
        try:
            for number in range(self._count):
                self.all.append(Host(number, self._disk, self._environment))
            self._wire()
            with ThreadPoolExecutor() as threads:
                ray = threads.submit(self.trainer.start_ray, 0)
                if self._has_engines:
                    self._start_engines(threads)
                ray.result()
            for host in self.workers:
                self.start_ray(host)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start_engines(self, threads: ThreadPoolExecutor) -> None:
        image = Path(self._disk) / "image.tar"  # under the hosts' disks, where they do not see it
        subprocess.run(["docker", "save", IMAGE, "-o", str(image)], check=True)
        engines = [threads.submit(self._start_engine, host, image) for host in self.workers]
        for each in engines:
            each.result()
        image.unlink()

    @staticmethod
    def _start_engine(host: Host, image: Path) -> None:
        host.start_engine()
        host.load(image)

    @property
    def trainer(self) -> Host:
        return self.all[0]

    @property
    def workers(self) -> list[Host]:
        return self.all[1:]

    @property
    def address(self) -> str:
        """Return the address of the cluster."""
        return f"{self.trainer.address}:{PORT}"

    def start_ray(self, host: Host) -> None:
        """Have a worker host join the cluster."""
        host.start_ray(self._cpus, self.address)

    def _wire(self) -> None:
        switch = self.trainer
        switch.run(["ip", "link", "add", "switch", "type", "bridge"])
        switch.run(["ip", "address", "add", f"{switch.address}/24", "dev", "switch"])
        switch.run(["ip", "link", "set", "switch", "up"])
        for host in self.workers:
            ends = [f"port{host.number}", f"netns={switch.pid}", "eth0", f"netns={host.pid}"]
            here, there = (end.partition("=")[2] for end in ends[1::2])
            _run(["ip", "link", "add", ends[0], "netns", here, "type", "veth", "peer", "name", "eth0", "netns", there])
            switch.run(["ip", "link", "set", ends[0], "master", "switch", "up"])
            host.run(["ip", "address", "add", f"{host.address}/24", "dev", "eth0"])
            host.run(["ip", "link", "set", "eth0", "up"])

    def cut(self, host: Host) -> None:
        """From now on whatever is sent to or from it is lost, and nobody is told."""
        self.trainer.run(["ip", "link", "set", f"port{host.number}", "nomaster"])

    def mend(self, host: Host) -> None:
        self.trainer.run(["ip", "link", "set", f"port{host.number}", "master", "switch"])

    def tend(self) -> None:
        """Start again what has ended, engine or raylet, as the service manager of a host does."""
        for host in self.workers:
            host.start_engine()
            if not host.raylets():
                host.stop_ray()
                self.start_ray(host)

    def actors(self) -> list[str]:
        """Names of the classes of all actors on the cluster that are not dead, whether or not they have a process."""
        said = self.trainer.run([sys.executable, "-c", _LIST_ACTORS], {"RAY_ADDRESS": self.address})
        found: list[str] = json.loads(said.splitlines()[-1])
        return found

    def leftovers(self) -> dict[str, int]:
        """Return the leftovers of all hosts together; only what there is any of."""
        found: dict[str, int] = {}
        for host in self.all:
            for name, count in host.leftovers().items():
                if count:
                    found[f"{name} on {host}"] = count
        return found

    def close(self) -> None:
        for host in reversed(self.all):
            host.close()
        self.all = []
        shutil.rmtree(self._disk, ignore_errors=True)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _child(pid: int) -> int:
    """The process that nsenter has started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to what `popen` has started."""
    os.kill(_child(process.pid), signal.SIGKILL)
    process.wait()


# Control groups, for stopping a host as a whole: version 2, or the freezer of version 1


def _group(name: str) -> Path:
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    return Path("/sys/fs/cgroup") / ("" if unified else "freezer") / name


def _make_group(name: str) -> None:
    path = _group(name)
    (path / "processes").mkdir(parents=True)  # of a group in version 2 that has others below, none may be a member
    if (path / "cgroup.subtree_control").exists():
        (path / "cgroup.subtree_control").write_text("+cpu +memory +pids")


def _join_group(name: str, pid: int) -> None:
    (_group(name) / "processes" / "cgroup.procs").write_text(str(pid))


def _freeze_group(name: str, stops: bool) -> None:
    path = _group(name)
    if (path / "cgroup.freeze").exists():
        (path / "cgroup.freeze").write_text(str(int(stops)))
    else:
        (path / "freezer.state").write_text("FROZEN" if stops else "THAWED")


def _remove_group(name: str) -> None:
    """Remove the group with those that the host's engine made in it, under every controller."""
    for top in {_group(name).parent, *_group(name).parents[1].glob("*")}:
        for path in sorted((top / name).glob("**/"), reverse=True):
            wait_until(lambda path=path: _removed(path), 5)  # type: ignore[misc]


def _removed(path: Path) -> bool:
    try:
        path.rmdir()
    except FileNotFoundError:
        return True
    except OSError:  # its processes are on their way out
        return False
    return True
