"""All that the package uses of Ray that Ray does not document. Nothing else may import a private name of Ray.

Runs: wherever Ray is used.

A new release of Ray may rename or remove any of these. `tests/test_ray_internals.py` has a test for each name, which
says what breaks without it. `pyproject.toml` therefore allows only the releases of Ray that these tests have passed on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray._private import node as ray_node
from ray._private.authentication.authentication_token_setup import maybe_enable_token_auth_if_token_available
from ray._private.services import canonicalize_bootstrap_address_or_die
from ray._private.state import actors, state
from ray._raylet import Config  # type: ignore[attr-defined]

NODE_START_S = 10.0  # for a lean node to register, before Ray's own wait begins
NODE_POLL_S = 0.02
TOKEN_LOGGER = "ray._private.authentication.authentication_token_setup"


# The node that this process is on


def own_node() -> Any:
    """Return Ray's object for the node that this process has started or joined; None where Ray is not initialized."""
    return ray._private.worker.global_worker.node


def is_ray_started_here() -> bool:
    """Return whether this process has started the Ray that it is on, so that no other process uses it."""
    node = own_node()
    return node is not None and bool(node.head)


# The nodes and actors of the cluster


def draining_nodes() -> Collection[str]:
    """Return the ids of the nodes that take no more work and go when their work has ended."""
    return state.get_draining_nodes()


def free_resources() -> Mapping[str, Mapping[str, float]]:
    """Return the amount of each resource that is free, by node id and name."""
    free: Mapping[str, Mapping[str, float]] = state.available_resources_per_node()  # type: ignore[no-untyped-call]
    return free


def actor_classes() -> list[str]:
    """Return the name of the class of each actor that is not dead, whether or not it has a process."""
    return [actor["ActorClassName"] for actor in actors().values() if actor["State"] != "DEAD"]


# Addresses and tokens


def address_on_this_machine() -> str:
    """Return the address of the cluster that has a node on this machine.

    Raises:
        ConnectionError: There is none, or more than one.
    """
    return canonicalize_bootstrap_address_or_die("auto")


def use_token_of_this_user() -> None:
    """Show this user's token to clusters, if the user has one and has not set RAY_AUTH_MODE."""
    maybe_enable_token_auth_if_token_available(warn_if_disabled=False)


def reread_environment() -> None:
    """Have Ray read its settings from the environment again. It reads RAY_AUTH_MODE only once by itself."""
    Config.initialize("")


@contextmanager
def quiet_about_tokens() -> Iterator[None]:
    """Leave out Ray's warning that its cluster asks for tokens: a cluster that starts and ends here has one user."""
    logger = logging.getLogger(TOKEN_LOGGER)

    def is_other(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Token authentication is enabled")

    logger.addFilter(is_other)
    try:
        yield
    finally:
        logger.removeFilter(is_other)


# A lean node


class LeanNode(ray_node.Node):
    """Ray's node without the dashboard's server and the autoscaler.

    A single machine needs neither, and they take a third of the time of a small `grade`. The node's agent stays, since
    it exports the metrics.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Start the node. If that fails, end what has started of it, which `ray.shutdown` does not know of."""
        try:
            super().__init__(*arguments, **options)
        except BaseException:
            self.kill_all_processes(check_alive=False, allow_graceful=True)
            raise

    def start_api_server(self, **_: Any) -> None:
        """Start no dashboard."""
        self._webui_url = None

    def start_monitor(self) -> None:
        """Start no autoscaler."""

    def start_ray_processes(self) -> None:
        """Start the processes and poll for the node's registration, which Ray itself checks only once a second."""
        super().start_ray_processes()  # type: ignore[no-untyped-call]
        deadline = time.monotonic() + NODE_START_S
        client: Any = self.get_gcs_client()  # type: ignore[no-untyped-call]
        while not client.get_all_node_info() and time.monotonic() < deadline:
            time.sleep(NODE_POLL_S)


@contextmanager
def _lean_nodes() -> Iterator[None]:
    whole = ray_node.Node
    ray_node.Node = LeanNode  # type: ignore[misc]
    try:
        yield
    finally:
        ray_node.Node = whole  # type: ignore[misc]


def start_lean(cpus: int, resources: Mapping[str, int], namespace: str, folder: Path) -> None:
    """Start Ray as one lean node on this machine, with all its sockets and logs in the folder."""
    with _lean_nodes(), quiet_about_tokens():
        ray.init(
            "local",
            num_cpus=cpus,
            resources=dict(resources),
            include_dashboard=False,
            namespace=namespace,
            logging_level=logging.WARNING,
            _temp_dir=str(folder),
            # By default Ray's workers are nicer than the programs in the containers, and so wait for them.
            _system_config={"worker_niceness": 0},
        )
