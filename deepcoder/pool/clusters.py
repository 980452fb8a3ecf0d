"""Connecting to a Ray cluster, and a look at the pools that a cluster has.

Runs: in every process that starts a pool, uses a pool or looks at one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayError
from ray.util import list_named_actors

from deepcoder.pool import local, nodes, ray_internals
from deepcoder.pool.crew import Node
from deepcoder.pool.state import State

NAMESPACE = "deepcoder"  # Ray's, in which pools have their names
PROBE_TIMEOUT_S = 5.0  # for a cluster to accept a TCP connection
LOOK_TIMEOUT_S = 5.0  # for the pools of a cluster to tell their state


class Address(NamedTuple):
    """All that another process needs to join the cluster that this process is on."""

    gcs: str  # host and port
    auth_mode: str  # RAY_AUTH_MODE: where clusters ask for a token, a process shows it only when this says so


@dataclass(frozen=True)
class Cluster:
    """A cluster at one moment."""

    address: str
    nodes: list[Node]
    pools: dict[str, State | None]  # by name; None where the pool does not answer


def connect(workers: int | None, resource: str = "") -> Callable[[], None] | None:
    """Join the Ray cluster that RAY_ADDRESS names, or start a local Ray.

    Return the function that leaves or ends it; None where this process was on a Ray before.

    Raises:
        ConnectionError: RAY_ADDRESS names a cluster that does not answer, or Ray does not start here.
    """
    if ray.is_initialized():
        return None
    address = os.environ.get("RAY_ADDRESS")
    if address:
        # Worker nodes need only Ray and the docker package: this package travels to them.
        package = str(Path(__file__).parents[1])
        _join(address, runtime_env={"py_modules": [package]}, logging_level=logging.WARNING)
        return ray.shutdown
    cpus = max(workers or 1, len(os.sched_getaffinity(0)))
    return partial(local.end, local.start(cpus, resource, NAMESPACE))


def current_address() -> Address:
    """Return the address of the cluster that this process is on."""
    return Address(ray.get_runtime_context().gcs_address, os.environ.get("RAY_AUTH_MODE", ""))


_rejoining = threading.Lock()  # the shards of a pool ask at once, each in a thread


def rejoin(address: Address) -> None:
    """Join the cluster of a pool that another process has pickled, unless this process is on a Ray already.

    Raises:
        ConnectionError: The cluster does not answer.
    """
    with _rejoining:
        if ray.is_initialized():
            return
        if address.auth_mode and "RAY_AUTH_MODE" not in os.environ:
            os.environ["RAY_AUTH_MODE"] = address.auth_mode
            ray_internals.reread_environment()
        _join(address.gcs, logging_level=logging.WARNING)


@contextmanager
def joined(address: str) -> Iterator[None]:
    """Be on the cluster of that address, or on the one that has a node on this machine where the address is empty.

    No Ray is ever started.

    Raises:
        ConnectionError: There is no cluster, or it does not let this process in.
    """
    logging.getLogger("ray").setLevel(logging.ERROR)
    if not address:
        address = ray_internals.address_on_this_machine()
        ray_internals.use_token_of_this_user()
    _join(address, log_to_driver=False, configure_logging=False)
    try:
        yield
    finally:
        ray.shutdown()


def _join(address: str, **options: Any) -> None:
    """Join the cluster of that address.

    Raises:
        ConnectionError: The cluster does not answer, or it does not let this process in.
    """
    _probe(address)
    try:
        ray.init(address, namespace=NAMESPACE, **options)
    except ConnectionError as error:
        hint = "where the cluster asks for a token, set RAY_AUTH_MODE=token"
        raise ConnectionError(f"the Ray cluster at {address} does not let us in ({error}): {hint}") from None
    except ValueError as error:
        raise ConnectionError(f"cannot join a Ray cluster at {address} (RAY_ADDRESS): {error}") from None


def _probe(address: str) -> None:
    """Open a TCP connection to the address first, because Ray ends the whole process a minute after it got none.

    Raises:
        ConnectionError: The address does not answer.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdigit():  # "auto" and other names: Ray finds the address, or says that there is none
        return
    try:
        socket.create_connection((host, int(port)), PROBE_TIMEOUT_S).close()
    except OSError as error:
        raise ConnectionError(f"no Ray cluster answers at {address} (RAY_ADDRESS): {error}") from None


def look() -> Cluster:
    """Return what the cluster that this process is on has of nodes and pools.

    Raises:
        ConnectionError: The cluster is gone.
    """
    try:
        actors = list_named_actors(all_namespaces=True)
        names = sorted(actor["name"] for actor in actors if actor["namespace"] == NAMESPACE)
        replies: dict[str, Any] = {}
        for name in names:
            try:
                replies[name] = ray.get_actor(name, NAMESPACE).state.remote()
            except (ValueError, AttributeError):  # the actor has ended since, or is one of the user's own
                continue
        ray.wait(list(replies.values()), num_returns=len(replies), timeout=LOOK_TIMEOUT_S)
        pools = {name: _state(reply) for name, reply in replies.items()}
        return Cluster(current_address().gcs, nodes.alive(""), pools)
    except RayError as error:
        raise ConnectionError(f"the cluster does not answer: {error}") from error


def _state(reply: Any) -> State | None:
    try:
        state: State = ray.get(reply, timeout=0)
    except (GetTimeoutError, RayActorError):
        return None
    return state
