"""The table of backends, the ways to start a sandbox. A new backend is one file and one row.

Runs: worker node, and wherever a sandbox is configured. The file of a backend is imported when it is first used, so a
node needs no package of a backend that it does not use. "auto" is resolved once for a pool, so that all its workers are
alike.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.stream import SandboxError, SandboxUnavailable
from deepcoder.wire.languages import Language, add, added
from deepcoder.wire.limits import COMPILE_LIMITS, Limits

TESTLIB_VARIABLE = "DEEPCODER_TESTLIB"
E2B_TEMPLATE_VARIABLE = "DEEPCODER_E2B_TEMPLATE"

log = logging.getLogger(__name__)

AUTO = "auto"


@dataclass(frozen=True)
class DockerOptions:
    """Say how to make a container."""

    image: str = "deepcoder-sandbox:py311"
    cpus: float = 2.0  # one for the program, one for the runner, which gets the next process ready meanwhile
    runtime: str | None = None  # the engine's runtime, such as runsc
    compile_limits: Limits = COMPILE_LIMITS  # which decide how much memory a container with compilers may use


@dataclass(frozen=True)
class ProcessOptions:
    """Say how to start a local process."""

    python: str | None = None  # the interpreter; None is the one that this process has


@dataclass(frozen=True)
class E2BOptions:
    """Say how to rent a machine of E2B. What is not given, the environment says."""

    template: str = dataclasses.field(default_factory=lambda: os.environ.get(E2B_TEMPLATE_VARIABLE, "base"))
    api_key: str = dataclasses.field(default_factory=lambda: os.environ.get("E2B_API_KEY", ""), repr=False)
    domain: str = dataclasses.field(default_factory=lambda: os.environ.get("E2B_DOMAIN", ""))  # of an E2B of one's own


class BackendModule(Protocol):
    """Define what the file of a backend has to."""

    def start(self, memory_bytes: int, options: Any) -> Sandbox:
        """Start a sandbox. `memory_bytes` is the most that a program may be allowed.

        Raises:
            SandboxUnavailable: None can start here until something is changed.
            SandboxError: It did not start.
        """

    def sweep(self, options: Any) -> None:
        """Remove what owners of sandboxes that are gone have left on this machine, and nothing else.

        Raises:
            SandboxError: It could not be looked for.
        """

    def why_not(self) -> str:
        """Return why "auto" cannot take this backend here; empty where it can."""

    def about(self) -> str:
        """Return the name and the version of what isolates here, for people.

        Raises:
            SandboxUnavailable: It is not here.
        """


@dataclass(frozen=True)
class Backend:
    """One way to start a sandbox."""

    name: str  # also of its file in this folder
    options: type[Any]  # a dataclass, every field with a default
    isolation: str = ""  # what it gives, in one line for people; empty only in trials
    caveat: str = ""  # what it does not stop; said when "auto" takes it
    isolates: bool = True  # keeps programs from each other and from the machine; else it is asked for by name
    is_rented: bool = False  # costs money, and has programs leave the cluster; so it is asked for by name
    has_image: bool = False  # its interpreter comes in an image, which must be the same on every node
    has_own_users: bool = True  # every program gets a user of its own, whoever starts the sandbox
    has_spare: bool = True  # a start takes so long that a sandbox in waiting is worth its memory
    worker_cpus: float = 1.0  # what one worker takes of its node's CPUs

    @property
    def is_automatic(self) -> bool:
        """Return whether "auto" may take it; else it must be asked for by name."""
        return self.isolates and not self.is_rented

    def load(self) -> BackendModule:
        """Return the backend's file.

        Raises:
            SandboxUnavailable: A package that it needs is not installed.
        """
        try:
            return cast(BackendModule, importlib.import_module(f"{__package__}.{self.name}"))
        except ModuleNotFoundError as error:
            why = f"the package {error.name} is not installed here: install it, or use another sandbox"
            raise SandboxUnavailable(f"no {self.name} sandbox can start: {why}") from None


_ROWS = (
    Backend(
        "docker",
        DockerOptions,
        isolation="a read-only image in namespaces of its own, a seccomp profile; the engine's machine's kernel",
        has_image=True,
    ),
    Backend(
        "process",
        ProcessOptions,
        isolation="a read-only root in namespaces of its own; this machine's kernel",
        caveat="programs run as local processes in namespaces of their own. That keeps them from files, network and "
        "each other, but not from bugs of this machine's kernel; use Docker for programs that you would not run "
        "yourself",
        has_own_users=False,  # they have where root starts it
    ),
    Backend(
        "gvisor",
        ProcessOptions,
        isolation="a read-only root, and a kernel of its own in user space",
        caveat="programs run in gVisor, a kernel of their own: a test takes about ten times as long "
        "(docs/security.md, gVisor)",
    ),
    Backend(
        "unisolated",
        ProcessOptions,
        isolation="none: programs can read what your user can read, so only for programs that you trust",
        isolates=False,
        has_own_users=False,
    ),
    Backend(
        "e2b",
        E2BOptions,
        isolation="a virtual machine away from here, and in it a read-only root in namespaces of its own",
        is_rented=True,
        has_spare=False,
        worker_cpus=0.0,
    ),
)
BACKENDS = {each.name: each for each in _ROWS}  # in the order in which "auto" takes the first that can start
ISOLATING = tuple(each.name for each in _ROWS if each.isolates)
KINDS = (AUTO, *BACKENDS)


def own_testlib() -> str:
    """Return the text of the header that the environment names for checkers in place of ours; empty where it does not.

    Raises:
        ValueError: The header cannot be read.
    """
    path = os.environ.get(TESTLIB_VARIABLE)
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{TESTLIB_VARIABLE}={path} cannot be read as text: {error}") from None


@dataclass(frozen=True)
class SandboxConfig:
    """Say how to start a sandbox.

    The options of the backend are an object of its class of options, or given one by one where they have a field here.
    """

    kind: str = AUTO
    image: str = DockerOptions.image
    memory_bytes: int = 1 << 30  # the most that a problem's memory limit may be
    cpus: float = DockerOptions.cpus
    runtime: str | None = DockerOptions.runtime
    options: Any = None  # instead of the fields that its class has in common with this one
    languages: tuple[Language, ...] = dataclasses.field(default_factory=added)  # beyond the shipped ones
    compile_limits: Limits = COMPILE_LIMITS
    testlib: str = dataclasses.field(default_factory=own_testlib, repr=False)  # in place of our testlib.h, as text

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"sandbox must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.options is not None and not isinstance(self.options, self.backend.options):
            raise ValueError(f"a {self.kind} sandbox has {self.backend.options.__name__}, not {self.options!r}")

    @property
    def backend(self) -> Backend:
        """Return the row of the table.

        Raises:
            ValueError: The kind is "auto", which `resolve` decides.
        """
        if self.kind == AUTO:
            raise ValueError("the kind of sandbox is not decided yet")
        return BACKENDS[self.kind]

    @property
    def worker_cpus(self) -> float:
        """Return what one worker takes of its node's CPUs, as far as is decided."""
        return Backend.worker_cpus if self.kind == AUTO else self.backend.worker_cpus

    def backend_options(self) -> Any:
        """Return the options of the backend."""
        if self.options is not None:
            return self.options
        names = {each.name for each in dataclasses.fields(self.backend.options)} & vars(self).keys()
        return self.backend.options(**{name: getattr(self, name) for name in names})


def resolve(config: SandboxConfig) -> SandboxConfig:
    """Return the configuration with "auto" decided: the first backend of the table that isolates and can start here.

    Of a backend that is named, decide the options: a worker's environment need not say what this process's does.

    Raises:
        SandboxUnavailable: None can.
    """
    if config.kind != AUTO:
        return dataclasses.replace(config, options=config.backend_options())
    reasons: list[str] = []
    for backend in filter(lambda each: each.is_automatic, BACKENDS.values()):
        why_not = _why_not(backend)
        if not why_not:
            if reasons and backend.caveat:
                reason = "; ".join(reasons)
                log.warning("%s. So %s.", reason[0].upper() + reason[1:], backend.caveat)
            return dataclasses.replace(config, kind=backend.name)
        reasons.append(why_not)
    raise SandboxUnavailable(
        f"no sandbox can start here: {'; '.join(reasons)}. For programs that you trust, ask for the sandbox unisolated "
        "by name (docs/security.md)"
    )


def _why_not(backend: Backend) -> str:
    try:
        return backend.load().why_not()
    except SandboxUnavailable as error:
        return str(error)


def start(config: SandboxConfig) -> Sandbox:
    """Start a sandbox.

    Raises:
        SandboxUnavailable: None can start here until something is changed.
        SandboxError: It did not start.
    """
    config = resolve(config)
    add(config.languages)
    sandbox = config.backend.load().start(config.memory_bytes, config.backend_options())
    sandbox.compile_limits = config.compile_limits
    sandbox.is_isolated = config.backend.isolates
    if config.backend.has_own_users and not sandbox.hello["own_uids"]:
        sandbox.close()
        raise SandboxError(f"{sandbox!r} cannot give every program a user of its own")
    return sandbox


def sweep(config: SandboxConfig) -> None:
    """Remove what owners of sandboxes that are gone have left on this machine, and nothing else.

    Raises:
        SandboxError: It could not be looked for.
    """
    config = resolve(config)
    config.backend.load().sweep(config.backend_options())
