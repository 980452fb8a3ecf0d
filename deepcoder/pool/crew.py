"""How many workers a pool has and on which nodes. No I/O, no clock, no Ray.

Runs: in the coordinator.

Ray places the workers, spread over the nodes that have room. One that finds no room waits for it, which is what makes
Ray's autoscaler add a node. What is decided here is how many to ask for, and which are to leave: those that have had
nothing to do for a while, above the least that there shall be, and those on a node that is itself about to go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

LOOK_S = 1.0  # between two looks at the nodes
IDLE_S = 60.0  # without work, until a worker above the least is given back
GROWTH = 2  # times as many workers with each look, as long as work waits


class Node(NamedTuple):
    """A node of the cluster."""

    id: str
    address: str
    room: int  # for so many workers
    free: int  # of that room, where nobody has it
    has_gpu: bool
    is_leaving: bool  # it takes nothing more, and goes when what is on it has ended


@dataclass(frozen=True)
class Size:
    """How many workers there shall be, and where.

    Args:
        least: None for as many as there is room for.
        most: As long as work waits; None for never more than the least.
        resource: A custom resource of which a worker takes one; empty for a CPU each.
        on_gpu_nodes: Whether a node with a GPU has room for them.
    """

    least: int | None = None
    most: int | None = None
    resource: str = ""
    on_gpu_nodes: bool = False


class Place(NamedTuple):
    """Where a worker is."""

    node: str  # id
    address: str
    actor: str = ""  # id


class Stage(Enum):
    """What a worker is at."""

    STARTING = auto()  # it has no sandbox yet, or again
    IDLE = auto()  # it waits for work
    AT_WORK = auto()  # it was given something, and owes a report
    LEAVING = auto()  # it is being ended


@dataclass(eq=False)
class Member:
    """A worker, as the coordinator knows it. The mutable state: everything but the actor."""

    actor: Any
    place: Place | None = None  # none while it waits for room
    sandbox: str = ""  # its name
    failure: str = ""  # why it does not start
    is_hopeless: bool = False  # a person needs to change something
    is_leaving: bool = False  # it gets nothing more
    stage: Stage = Stage.STARTING
    idle_since: float | None = None  # seconds; since when it waits for work, or for room
    handed_out_at: float | None = None  # when it was given work while idle; cleared by its next report
    tests: int = 0  # that it has run

    def __str__(self) -> str:
        """What the logs call it."""
        if self.place is None:
            return "a worker that waits for room"
        node, address, actor = self.place
        return f"worker {actor[:8]} on {address} (node {node[:8]}) with {self.sandbox or 'no sandbox'}"


class Crew:
    """The mutable state: the workers that there are, and the nodes as they were seen last."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.members: list[Member] = []
        self._nodes: Mapping[str, Node] = {}

    def see(self, nodes: Sequence[Node]) -> list[Member]:
        """Know the nodes that are alive; the members whose node is gone."""
        before, self._nodes = self._nodes, {each.id: each for each in nodes}
        lost = before.keys() - self._nodes.keys()
        return [each for each in self.members if each.place is not None and each.place.node in lost]

    def avoided(self) -> list[str]:
        """Nodes on which no worker shall be."""
        return [each.id for each in self._nodes.values() if each.has_gpu and not self.size.on_gpu_nodes]

    def _suits(self, node: str) -> bool:
        known = self._nodes.get(node)  # not yet where it came after the last look
        return known is None or not (known.is_leaving or node in self.avoided())

    def _least(self) -> int:
        if self.size.least is not None:
            return self.size.least
        placed = Counter(each.place.node for each in self.staying() if each.place is not None)
        # A node says late what we have taken of it.
        free = [min(each.free, each.room - placed[each.id]) for each in self._nodes.values() if self._suits(each.id)]
        return max(1, placed.total() + sum(free))

    def beside(self, member: Member) -> list[Member]:
        """Those on its node."""
        node = member.place.node if member.place else ""
        return [each for each in self.members if each.place is not None and each.place.node == node]

    def staying(self) -> list[Member]:
        return [each for each in self.members if not each.is_leaving]

    def missing(self, waits: bool) -> int:
        """How many more to ask for. `waits`: whether there is more to do than the workers that there are can take."""
        staying, least = len(self.staying()), self._least()
        wanted = min(self.size.most or 0, GROWTH * staying) if waits else 0
        return max(0, max(least, wanted) - staying)

    def release(self, waits: bool, now: float) -> list[Member]:
        """Those that are to leave: they end what they have, and get nothing more. `now`: seconds."""
        staying = self.staying()
        released = [each for each in staying if each.place is not None and not self._suits(each.place.node)]
        idle = [each for each in staying if each.idle_since is not None and now - each.idle_since >= IDLE_S]
        if not waits:
            rest = [each for each in idle if each not in released]
            rest.sort(key=lambda each: each.place is not None)  # first those that wait for room
            released += rest[: max(0, len(staying) - len(released) - self._least())]
        for each in released:
            each.is_leaving = True
        return released

    def obstacle(self) -> str:
        """Why no worker can be placed, as far as the nodes say; empty where one can."""
        known = self._nodes.values()
        if any(each.room for each in known if self._suits(each.id)):
            return ""
        if self.size.resource:
            return f"no node has the resource {self.size.resource!r}: start nodes with it, or name no resource"
        if any(each.room and each.has_gpu for each in known):
            return (
                "only nodes with GPUs have CPUs, and those are for training: add nodes without, or start nodes "
                "with a resource that says how many sandboxes they take (ray start --resources='{\"sandbox\": 8}') and "
                "name it"
            )
        return "no node has CPUs"
