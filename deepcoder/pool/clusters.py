"""The pools of a cluster, for somebody who only looks.

Runs: wherever a person types.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ray
from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._private.services import canonicalize_bootstrap_address_or_die
from ray.exceptions import GetTimeoutError, RayActorError, RayError
from ray.util import list_named_actors

from deepcoder.pool import nodes
from deepcoder.pool.crew import Node
from deepcoder.pool.pool import NAMESPACE, probe
from deepcoder.pool.state import State

ANSWER_S = 5.0


@dataclass(frozen=True)
class Cluster:
    """A cluster at one moment."""

    address: str
    nodes: list[Node]
    pools: dict[str, State | None]  # by name; None where it does not answer


@contextmanager
def joined(address: str) -> Iterator[None]:
    """In the cluster of that address; of none, in the one that is found on this machine. Never starts one.

    Raises:
        ConnectionError: There is none, or it does not let us in.
    """
    logging.getLogger("ray").setLevel(logging.ERROR)
    if not address:
        address = canonicalize_bootstrap_address_or_die("auto")
        maybe_enable_token_auth_if_token_available(warn_if_disabled=False)  # as Ray does for its own machine only
    probe(address)
    try:
        ray.init(address, namespace=NAMESPACE, log_to_driver=False, configure_logging=False)
    except ConnectionError as error:
        hint = "where the cluster asks for a token, set RAY_AUTH_MODE=token"
        raise ConnectionError(f"the Ray cluster at {address} does not let us in ({error}): {hint}") from None
    try:
        yield
    finally:
        ray.shutdown()


def look() -> Cluster:
    """
    Raises:
        ConnectionError: The cluster is gone.
    """
    try:
        named = list_named_actors(all_namespaces=True)
        names = sorted(each["name"] for each in named if each["namespace"] == NAMESPACE)
        asked: dict[str, Any] = {}
        for name in names:
            try:
                asked[name] = ray.get_actor(name, NAMESPACE).state.remote()
            except (ValueError, AttributeError):  # it has ended since, or is an actor of the user's own
                continue
        ray.wait(list(asked.values()), num_returns=len(asked), timeout=ANSWER_S)
        pools = {name: _state(reference) for name, reference in asked.items()}
        return Cluster(ray.get_runtime_context().gcs_address, nodes.alive(""), pools)
    except RayError as error:
        raise ConnectionError(f"the cluster does not answer: {error}") from error


def _state(reference: Any) -> State | None:
    try:
        state: State = ray.get(reference, timeout=0)
    except (GetTimeoutError, RayActorError):
        return None
    return state
