"""Decide how many workers a pool has and on which nodes. No I/O, no clock, no Ray.

Runs: in the coordinator.

Ray places the workers, spread over the nodes that have room. A worker that finds no room waits for it, which makes
Ray's autoscaler add a node. This module decides how many workers to ask for, and which are to leave: those above the
least that were idle for a while, and those on a node that is itself about to go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

NODES_POLL_S = 1.0  # how often the nodes are asked for
WORKER_IDLE_S = 60.0  # a worker above the least that is idle for so long is given back
ROOM_WAIT_S = 600.0  # a worker that waits so long for room is given back, where the pool is as large as the cluster
GROWTH_FACTOR = 2  # times as many workers each time that the nodes are asked for, as long as work waits


class Node(NamedTuple):
    """A node of the cluster."""

    id: str
    address: str
    room: int  # for so many workers
    free: int  # of that room, where nothing runs
    has_gpu: bool
    is_leaving: bool  # it takes no more work, and goes when its work has ended


@dataclass(frozen=True)
class Size:
    """Say how many workers there should be, and where.

    Args:
        least: None for as many as there is room for.
        most: As long as work waits; None for never more than the least.
        resource: A custom resource of which a worker takes one; empty for a CPU each.
        on_gpu_nodes: Whether a node with a GPU has room for workers.
    """

    least: int | None = None
    most: int | None = None
    resource: str = ""
    on_gpu_nodes: bool = False


class Place(NamedTuple):
    """Name where a worker is."""

    node: str  # id
    address: str
    actor: str = ""  # id


class Stage(Enum):
    """Name what a worker is doing."""

    STARTING = auto()  # it has no sandbox yet, or again
    IDLE = auto()  # it waits for work
    AT_WORK = auto()  # it was given parts, and owes a report
    LEAVING = auto()  # it is being ended


@dataclass(eq=False)
class Member:
    """A worker, as the coordinator sees it. The mutable state: everything."""

    actor: Any
    place: Place | None = None  # None while it waits for room
    sandbox: str = ""  # its name
    languages: Mapping[str, str] = field(default_factory=dict)  # of its sandbox: their versions, by name
    failure: str = ""  # why it does not start
    is_hopeless: bool = False  # it cannot start before a person changes something
    is_leaving: bool = False  # it gets nothing more
    stage: Stage = Stage.STARTING
    idle_since: float | None = None  # seconds; since when it waits for work, or for room
    handed_out_at: float | None = None  # when it was given parts while idle; cleared by its next report
    tests: int = 0  # that it has run

    def __str__(self) -> str:
        """Return what the logs call it."""
        if self.place is None:
            return "a worker that waits for room"
        node, address, actor = self.place
        return f"worker {actor[:8]} on {address} (node {node[:8]}) with {self.sandbox or 'no sandbox'}"

    def address(self) -> str:
        """Return the address of its node, for the logs."""
        return self.place.address if self.place else "no node yet"


class Crew:
    """Decides how many workers there should be, and which are to leave.

    The mutable state: the workers that there are, and the nodes when they were last asked for.
    """

    def __init__(self, size: Size) -> None:
        self.size = size
        self.members: list[Member] = []
        self._nodes: Mapping[str, Node] = {}

    def see(self, nodes: Sequence[Node]) -> list[Member]:
        """Note the nodes that are alive; return the members whose node is gone."""
        before, self._nodes = self._nodes, {node.id: node for node in nodes}
        gone = before.keys() - self._nodes.keys()
        return [member for member in self.members if member.place is not None and member.place.node in gone]

    def avoided(self) -> list[str]:
        """Return the ids of the nodes on which no worker should be."""
        return [node.id for node in self._nodes.values() if node.has_gpu and not self.size.on_gpu_nodes]

    def _suits(self, node_id: str) -> bool:
        node = self._nodes.get(node_id)  # None where it came after the nodes were last asked for
        return node is None or not (node.is_leaving or node_id in self.avoided())

    def _least(self) -> int:
        if self.size.least is not None:
            return self.size.least
        placed = Counter(member.place.node for member in self.staying() if member.place is not None)
        # A node tells late how much of it the workers have taken.
        free = [min(node.free, node.room - placed[node.id]) for node in self._nodes.values() if self._suits(node.id)]
        return max(1, placed.total() + sum(free))

    def beside(self, member: Member) -> list[Member]:
        """Return the members on the same node, the member itself among them."""
        node = member.place.node if member.place else ""
        return [other for other in self.members if other.place is not None and other.place.node == node]

    def staying(self) -> list[Member]:
        """Return the members that are not to leave."""
        return [member for member in self.members if not member.is_leaving]

    def is_hopeless(self) -> bool:
        """Return whether no worker can start before a person changes something."""
        staying = self.staying()
        return bool(staying) and all(member.is_hopeless for member in staying)

    def missing(self, has_backlog: bool) -> int:
        """Return how many more workers to start. `has_backlog`: whether more waits than the workers can take."""
        staying, least = len(self.staying()), self._least()
        wanted = min(self.size.most or 0, GROWTH_FACTOR * staying) if has_backlog else 0
        return max(0, max(least, wanted) - staying)

    def release(self, has_backlog: bool, now: float) -> list[Member]:
        """Return the members that are to leave from now on: they end what they have, and get nothing more."""
        staying = self.staying()
        released = [member for member in staying if member.place is not None and not self._suits(member.place.node)]
        if not has_backlog:
            rest = [member for member in staying if member not in released and self._is_idle(member, now)]
            rest.sort(key=lambda member: member.place is not None)  # first those that wait for room
            released += rest[: max(0, len(staying) - len(released) - self._least())]
        for member in released:
            member.is_leaving = True
        return released

    def _is_idle(self, member: Member, now: float) -> bool:
        """Return whether the worker has had nothing to do for so long that it may be given back."""
        # A worker without a place may be starting. Its node says that room is taken, but not by which worker, so the
        # pool looks too large. If such workers were given back, one that starts slowly would never start.
        may_start = member.place is None and self.size.least is None
        patience_s = ROOM_WAIT_S if may_start else WORKER_IDLE_S
        return member.idle_since is not None and now - member.idle_since >= patience_s

    def obstacle(self) -> str:
        """Return why no worker can be placed, as far as the nodes tell; empty where one can."""
        nodes = self._nodes.values()
        if any(node.room for node in nodes if self._suits(node.id)):
            return ""
        if self.size.resource:
            return f"no node has the resource {self.size.resource!r}: start nodes with it, or name no resource"
        if any(node.room and node.has_gpu for node in nodes):
            return (
                "only nodes with GPUs have CPUs, and those are for training: add nodes without, or start nodes "
                "with a resource that says how many sandboxes they take (ray start --resources='{\"sandbox\": 8}') and "
                "name it"
            )
        return "no node has CPUs"
