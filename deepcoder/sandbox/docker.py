"""A sandbox in a Docker container of its own, spoken to over pipes where they can be had, else over the attach stream.

Runs: worker node. The container lives as long as the attached connection: when its owner goes, however it goes, the
engine closes the container's standard input (StdinOnce), the runner ends and the engine removes the container. A
container that this misses (never started, frozen, or left by an engine that was killed) is removed by the next `sweep`,
which knows a leftover by its label: the name of an owner that is gone.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping, Set
from contextlib import closing
from http import HTTPStatus
from typing import Any, TypeVar

import docker
import docker.errors
import requests
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.models.images import Image
from docker.types import Ulimit

from deepcoder.runner.scratch import MOST_FILES
from deepcoder.sandbox import gvisor_container, owner
from deepcoder.sandbox.attach_stream import AttachStream
from deepcoder.sandbox.backends import DockerOptions
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.container_pipes import OFFER, opened
from deepcoder.sandbox.gvisor import VIEWS
from deepcoder.sandbox.namespaces import SCRATCH_BYTES, STACK_BYTES
from deepcoder.sandbox.stream import (
    BOOTSTRAP,
    ENVIRONMENT,
    PROGRAM_HEADROOM_BYTES,
    SILENCE_TIMEOUT_S,
    START_TIMEOUT_S,
    Pipes,
    SandboxError,
    SandboxUnavailable,
)
from deepcoder.wire.languages import PYTHON

log = logging.getLogger(__name__)

T = TypeVar("T")

LANGUAGES_LABEL = "deepcoder.languages"  # of an image: the names of the languages that it has
LABEL = "deepcoder.sandbox"  # of every container; its value names the owner
IMAGE = DockerOptions.image
CREATE_TIMEOUT_S = 60  # an engine may be busy when it creates a container
ANSWER_TIMEOUT_S = 10  # but not when it is asked whether it is there, or to remove a container
LAST_WORDS_TIMEOUT_S = 1.0  # until the engine has copied what a runner wrote before it ended
CONTAINER_PROCESSES = 512
CPU_PERIOD_US = 100_000

STACK = Ulimit(name="stack", soft=STACK_BYTES, hard=-1)
LOWER_STACK = Ulimit(name="stack", soft=STACK_BYTES, hard=STACK_BYTES)
LOWER_COUNTS = [Ulimit(name=name, soft=value, hard=value) for name, value in (("nofile", 1024), ("nproc", 4096))]
# What some engines refuse: words of the error, and what programs then have.
RLIMIT, RLIMIT_STACK, INODES = "rlimit", "rlimit type 3", "nr_inodes"
REFUSED = {
    RLIMIT: "fewer files and processes are allowed",  # Podman would give more than it has itself
    RLIMIT_STACK: "no program can raise the limit of its stack",  # a rootless engine may not raise its own
    INODES: "the runner counts files instead",  # Podman does not know the option
}
# In errors of every runtime where an image lacks the command. To try again is no use, and what Docker starts for a
# container that gVisor then refuses stays: its `containerd-shim`.
NO_INTERPRETER = re.compile("executable.*python3|python3.*executable")
UNKNOWN_RUNTIME = ("Unknown runtime specified", "unknown or invalid runtime name")  # in errors of Docker, by version
NO_SYSTEM_V_IPC = {"kernel.shmmni": "0", "kernel.msgmni": "0", "kernel.sem": "0 0 0 0"}


def start(memory_bytes: int, options: DockerOptions) -> Sandbox:
    """Start a container with a live runner in it. `memory_bytes` is the most that a program may be allowed.

    Raises:
        SandboxUnavailable: There is no engine, or it has no such image.
        SandboxError: The container or the runner in it did not start.
    """
    client = connect()
    try:
        return _start(client, memory_bytes, options)
    except BaseException:
        client.close()  # else the sandbox does
        raise


def _start(client: docker.DockerClient, memory_bytes: int, options: DockerOptions) -> Sandbox:
    try:
        image = _image(client, options.image)
        if image.labels.get(LANGUAGES_LABEL, PYTHON.name) != PYTHON.name:
            memory_bytes = max(memory_bytes, options.compile_limits.memory_bytes)
        memory = memory_bytes + PROGRAM_HEADROOM_BYTES
        is_gvisor = gvisor_container.is_its_runtime(client, options.runtime)
        interpreter = f"image {options.image} {image.short_id}"  # the digest of its content: a tag may move

        def make(without: Set[str]) -> _Container:
            host_config = _host_config(client, memory, options, without)
            host_config = gvisor_container.allowed(host_config) if is_gvisor else host_config
            return _Container(client, options.image, interpreter, host_config)

        container = without_what_is_refused(make)
        sandbox = Sandbox(container, memory_bytes=memory, views=VIEWS if is_gvisor else "")
        try:
            gvisor_container.check_kernel(sandbox, is_gvisor)
            if is_gvisor:
                sandbox.clock = gvisor_container.clock(client, container.name)
            return sandbox
        except BaseException:
            sandbox.close()
            raise
    except docker.errors.ImageNotFound:
        raise SandboxUnavailable(f"the engine has no image {options.image}: run `deepcoder image build`") from None
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        if any(words in str(error) for words in UNKNOWN_RUNTIME):
            raise SandboxUnavailable(
                f"the engine has no runtime {options.runtime}: register it with the engine"
            ) from None
        if NO_INTERPRETER.search(str(error)):
            raise SandboxUnavailable(
                f"the image {options.image} has no python3: run `deepcoder image build`, or add it"
            ) from None
        raise SandboxError(f"no container could be started: {error}") from error


def without_what_is_refused(make: Callable[[Set[str]], T]) -> T:
    """Make a container without what the engine refuses: `make` is given keys of REFUSED.

    Nothing is remembered: an error of another kind may have such a word.
    """
    without: set[str] = set()
    while True:
        try:
            return make(without)
        except docker.errors.APIError as error:
            refused = {word for word in REFUSED if word in str(error)} - without
            if not refused:
                raise
            log.info("%s: %s", error, " and ".join(REFUSED[word] for word in refused))
            without |= refused


def why_not() -> str:
    """Return why no engine can be used here; empty where one answers."""
    try:
        connect().close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


def about() -> str:
    """Return the name and the version of the engine, and what it lacks.

    Raises:
        SandboxUnavailable: There is no engine.
    """
    with closing(connect()) as client:
        return engine_of(client.info())


def engine_of(info: Mapping[str, Any]) -> str:
    """Return the name and the version of the engine that says this of itself, and what it lacks."""
    name = "Podman" if "BuildahVersion" in info else "Docker"
    words = [f"{name} {info['ServerVersion']}"]
    if _is_rootless(info):
        words.append("rootless")
    if not limits_containers(info):
        words.append("which limits no container as a whole (docs/security.md)")
    return ", ".join(words)


def limits_containers(info: Mapping[str, Any]) -> bool:
    """Return whether the engine that says this of itself limits containers: a rootless one may not with cgroup v1."""
    return info["CgroupDriver"] != "none" and not (_is_rootless(info) and info.get("CgroupVersion") == "1")


def _is_rootless(info: Mapping[str, Any]) -> bool:
    return bool(info.get("Rootless")) or "name=rootless" in info["SecurityOptions"]  # as Podman and as Docker says it


def _image(client: docker.DockerClient, image: str) -> Image:
    """Return the image that the engine has, else pull it from its registry.

    Raises:
        ImageNotFound: The engine has none, and its name is of no registry.
        SandboxUnavailable: The registry does not give it.
    """
    try:
        return client.images.get(image)
    except docker.errors.ImageNotFound:
        if "/" not in image:  # a name that no registry of the user's has
            raise
    log.info("pulling %s", image)
    try:
        return client.images.pull(image)
    except docker.errors.APIError as error:
        why = error.explanation or error
        raise SandboxUnavailable(f"the engine has no image {image}, and cannot pull it: {why}") from None


def sweep(options: DockerOptions) -> None:
    """Remove the containers whose owners on this machine are gone.

    Raises:
        SandboxUnavailable: There is no engine.
        SandboxError: The engine does not list them.
    """
    client = connect()
    is_here = client.api.base_url == "http+docker://localhost"  # a socket, not some other machine
    try:
        for each in client.api.containers(all=True, filters={"label": LABEL}):
            if owner.is_gone(each["Labels"][LABEL], is_here):
                log.warning("container %s was left behind (%s)", each["Id"][:12], each["Status"])
                with contextlib.suppress(docker.errors.APIError):  # it is going already, or others sweep too
                    client.api.remove_container(each["Id"], force=True)
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SandboxError(f"the engine does not list its containers: {error}") from error
    finally:
        client.close()


def connect() -> docker.DockerClient:
    """Return a connection to the engine that the environment names (DOCKER_HOST and its like), or to the local one.

    Raises:
        SandboxUnavailable: No engine answers.
    """
    try:
        with closing(docker.from_env(version=MINIMUM_DOCKER_API_VERSION)) as asking:
            # The client would ask for the version: Podman then asks dpkg for the packages of its parts, for seconds.
            answer = asking.api.get(f"{asking.api.base_url}/_ping", timeout=ANSWER_TIMEOUT_S)
        answer.raise_for_status()
        return docker.from_env(timeout=CREATE_TIMEOUT_S, version=answer.headers.get("Api-Version"))
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SandboxUnavailable(f"no Docker engine answers ({error}): start one, or use the process sandbox") from None


def _host_config(
    client: docker.DockerClient, memory_bytes: int, options: DockerOptions, without: Set[str]
) -> dict[str, Any]:
    """Return all that a container is denied, and what it is allowed; without what the engine refuses."""
    inodes = "" if INODES in without else f",nr_inodes={MOST_FILES}"
    config: dict[str, Any] = client.api.create_host_config(
        auto_remove=True,
        network_mode="none",
        ipc_mode="none",
        read_only=True,
        tmpfs={
            "/tmp": f"rw,noexec,nosuid,nodev,size={SCRATCH_BYTES}{inodes}",
            # In place of those that Podman makes, which programs could write to.
            **dict.fromkeys(("/run", "/var/tmp"), "ro,noexec,nosuid,nodev,size=4k"),
            "/dev/mqueue": "ro,noexec,nosuid,nodev,size=4k",  # in place of one that programs could write to
        },
        sysctls=NO_SYSTEM_V_IPC,  # its objects would outlive a program
        cap_drop=["ALL"],
        cap_add=["SETUID", "SETGID", "KILL", "CHOWN"],
        security_opt=["no-new-privileges"],
        mem_limit=memory_bytes,
        memswap_limit=memory_bytes,  # the same: no swap
        pids_limit=CONTAINER_PROCESSES,
        # Not as a number of processors: an engine refuses more than there are, and any where it can set no limit.
        cpu_period=CPU_PERIOD_US,
        cpu_quota=int(options.cpus * CPU_PERIOD_US),
        ulimits=[
            LOWER_STACK if RLIMIT_STACK in without else STACK,
            *(LOWER_COUNTS if RLIMIT in without else []),
        ],
        log_config=docker.types.LogConfig(type="none"),
        runtime=options.runtime,
    )
    return config


class _Container:
    """One container: its attach stream, and the pipes that take its place where they can be opened from here."""

    pid: int | None = None
    start_timeout_s = START_TIMEOUT_S
    silence_timeout_s = SILENCE_TIMEOUT_S

    def __init__(self, client: docker.DockerClient, image: str, interpreter: str, host_config: dict[str, Any]) -> None:
        self.name = f"deepcoder-{uuid.uuid4().hex[:12]}"
        self.interpreter = interpreter
        self._client = client
        self._attached: AttachStream | None = None
        self._pipes: Pipes | None = None
        self._began = time.time()
        api = client.api
        try:
            api.create_container(
                image,
                command=["python3", "-s", "-c", OFFER + BOOTSTRAP],
                entrypoint="",
                name=self.name,
                user="0:0",
                working_dir="/",
                environment=ENVIRONMENT,
                labels={LABEL: owner.name()},
                stdin_open=True,  # and with it StdinOnce
                host_config=host_config,
            )
            self._attached = AttachStream(api, self.name)
            api.start(self.name)
            self._check_runtime(host_config.get("Runtime"))
            offer = self._attached.receive(START_TIMEOUT_S)
            self._pipes = self._opened(offer) if offer else None
        except BaseException:
            self._end()  # the client is for the next try
            raise
        self._stream = self._pipes or self._attached

    def _check_runtime(self, wanted: str | None) -> None:
        """Check that the engine has taken the runtime: Podman's service takes its own, whatever it is asked for.

        Raises:
            SandboxUnavailable: It has not.
        """
        if wanted is None:
            return
        taken = self._client.api.inspect_container(self.name)["HostConfig"]["Runtime"]
        if taken != wanted:
            raise SandboxUnavailable(
                f"the engine has one runtime for all containers, as Podman has: start its service with {wanted}, and "
                "ask for no runtime"
            )

    def _opened(self, offer: bytes) -> Pipes | None:
        """Open the pipes that the container offers; return None where that cannot be done from here."""
        try:
            return opened(self._client.api.inspect_container(self.name)["State"]["Pid"], offer)
        except (OSError, ValueError, docker.errors.NotFound) as error:
            log.debug("%s: the engine copies all that is sent: %s", self.name, error)
            return None

    def send(self, data: bytes) -> None:
        self._stream.send(data)

    def receive(self, timeout_s: float) -> bytes:
        return self._stream.receive(timeout_s)

    def fileno(self) -> int:
        return self._stream.fileno()

    def last_words(self) -> str:
        assert self._attached is not None
        if self._pipes is not None:  # nothing else reads the standard error
            with contextlib.suppress(OSError):  # nothing more comes
                while self._attached.receive(LAST_WORDS_TIMEOUT_S):
                    pass
        return self._attached.stderr.decode("utf-8", "replace")

    def why_lost(self) -> str:
        """Ask the engine whether it was told to kill or to remove the container, which no program can tell it."""
        api = self._client.api
        api.timeout = ANSWER_TIMEOUT_S
        since, until = int(self._began), int(time.time()) + 1  # the second that has begun is over then
        filters = {"container": self.name, "event": "kill"}
        try:
            with closing(api.events(since=since, until=until, filters=filters)) as events:
                return "its engine was told to kill it" if any(events) else ""
        except (docker.errors.APIError, requests.RequestException, OSError) as error:
            log.debug("%s: its engine does not say why it ended: %s", self.name, error)
            return ""

    def close(self) -> None:
        self._end()
        self._client.close()

    def _end(self) -> None:
        if self._pipes is not None:
            self._pipes.close()
        if self._attached is not None:
            self._attached.close()
        self._remove()

    def _remove(self) -> None:
        """Remove the container by force, since a runner in doubt may not end by itself."""
        api = self._client.api
        api.timeout = ANSWER_TIMEOUT_S
        try:
            try:
                api.remove_container(self.name, force=True)
            except docker.errors.APIError as error:
                if error.status_code != HTTPStatus.CONFLICT:
                    raise
                api.wait(self.name, timeout=ANSWER_TIMEOUT_S, condition="removed")  # it is being removed
        except docker.errors.NotFound:
            pass
        except (docker.errors.APIError, requests.RequestException, OSError) as error:
            log.debug("%s is left to the engine's auto-remove: %s", self.name, error)
        api.timeout = CREATE_TIMEOUT_S  # of another container
