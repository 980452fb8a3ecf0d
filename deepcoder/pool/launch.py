"""Starting a pool on the cluster: the kind of its sandboxes, its coordinator, and the wait for the first worker.

Runs: in the process that starts the pool.
"""

from __future__ import annotations

import logging
from typing import Any

import ray
from ray.actor import ActorHandle
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from deepcoder.pool import nodes
from deepcoder.pool.clusters import NAMESPACE
from deepcoder.pool.coordinator import Coordinator
from deepcoder.pool.crew import Crew, Size
from deepcoder.pool.state import State
from deepcoder.sandbox import AUTO, SandboxConfig, SandboxUnavailable, resolve

log = logging.getLogger(__name__)

QUICK_START_S = 30.0  # for the first worker to start, or for a node to run a task
SLOW_START_S = 300.0  # for the first worker to start where it must fetch an image, say
GROWTH_TIMEOUT_S = 900.0  # for a cluster without room to grow
REPLY_GRACE_S = 15.0  # for the coordinator's reply to arrive
COORDINATOR_MOST_CALLS = 100_000  # at work at once, of all clients, heartbeats among them
NO_ROOM = "no worker has started yet (%s): waiting for up to %.0f minutes, in which the cluster may grow"


def resolve_on_cluster(config: SandboxConfig, size: Size) -> SandboxConfig:
    """Have a node that a worker may be on decide "auto", since this process's node may run no sandbox.

    Raises:
        SandboxUnavailable: There is no such node.
    """
    if config.kind != AUTO:
        return resolve(config)
    crew = Crew(size)
    crew.see(nodes.alive(size.resource))
    task: Any = ray.remote(resolve).options(**nodes.room(size.resource, crew.avoided())).remote(config)
    if not ray.wait([task], timeout=QUICK_START_S)[0]:
        log.warning(NO_ROOM, crew.obstacle() or "no node has room for one", GROWTH_TIMEOUT_S / 60)
        if not ray.wait([task], timeout=GROWTH_TIMEOUT_S)[0]:
            ray.cancel(task)
            raise SandboxUnavailable(crew.obstacle() or "the cluster has no room for a sandbox")
    resolved: SandboxConfig = ray.get(task)
    return resolved


def start_coordinator(
    kind: type[Coordinator], name: str, config: SandboxConfig, size: Size
) -> ActorHandle[Coordinator]:
    """Start the coordinator under the pool's name, on the node of this process: it is lost only with this process.

    Raises:
        ValueError: The cluster has a pool of that name.
    """
    this_node = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    actor: Any = ray.remote(kind).options(
        name=name,
        namespace=NAMESPACE,
        num_cpus=0,
        scheduling_strategy=this_node,
        max_restarts=-1,
        max_concurrency=COORDINATOR_MOST_CALLS,
    )
    try:
        coordinator: ActorHandle[Coordinator] = actor.remote(config, size)
    except ValueError:
        raise ValueError(f"a pool named {name} is on the cluster already: attach to it, or choose a name") from None
    return coordinator


def first_state(coordinator: Any) -> State:
    """Wait for the first worker, and return the pool's state then. A cluster without room is given the time to grow.

    Raises:
        SandboxUnavailable: No worker has started.
    """
    state = _state_once_started(coordinator, QUICK_START_S)
    if state.alive == 0 and not state.is_hopeless:
        timeout_s = SLOW_START_S
        if state.unplaced == state.workers:
            timeout_s = GROWTH_TIMEOUT_S
            log.warning(NO_ROOM, state.failure or "no node has room for one", GROWTH_TIMEOUT_S / 60)
        state = _state_once_started(coordinator, timeout_s)
    if state.alive == 0:
        raise SandboxUnavailable(state.failure or "no worker has started: the cluster has no room for one")
    return state


def _state_once_started(coordinator: Any, timeout_s: float) -> State:
    state: State = ray.get(coordinator.started.remote(timeout_s), timeout=timeout_s + REPLY_GRACE_S)
    return state
