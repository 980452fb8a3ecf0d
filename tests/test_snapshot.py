"""The state of a pool, as clients and `deepcoder status` get it."""

from __future__ import annotations

from deepcoder.pool.calls import Call, ProblemInfo, Request
from deepcoder.pool.counts import Rates
from deepcoder.pool.crew import Crew, Member, Node, Place, Size
from deepcoder.pool.dispatcher import Dispatcher
from deepcoder.pool.snapshot import snapshot
from deepcoder.pool.state import NodeState
from deepcoder.programs import Program


def pool(*places: Place | None) -> tuple[Crew, Dispatcher]:
    """Return a pool with a worker at each place, and one that waits for room where there is none."""
    crew = Crew(Size(len(places)))
    dispatcher = Dispatcher(crew.beside)
    for number, place in enumerate(places):
        member = Member(f"actor {number}", place)
        crew.members.append(member)
        if place is not None:
            dispatcher.started(member, 0.0)
    return crew, dispatcher


def test_workers_are_counted_by_node() -> None:
    crew, dispatcher = pool(Place("n", "1.1.1.1"), Place("n", "1.1.1.1"), Place("m", "2.2.2.2"), None)
    call = Call("client")
    dispatcher.clients.enter(call, 0.0)
    dispatcher.ask(call, {"p": ProblemInfo(None, [0], False, 1.0, "p")}, [Request(0, "p", Program("a"))], 0.0)
    crew.members[2].tests = 7
    state = snapshot(crew, dispatcher, Rates(0.0))
    assert (state.workers, state.alive, state.busy, state.waiting, state.unplaced) == (4, 3, 1, 0, 1)
    assert state.nodes == (NodeState("n", "1.1.1.1", 2, 2, 1, 0), NodeState("m", "2.2.2.2", 1, 1, 0, 7))


def test_each_failure_is_told_once() -> None:
    crew, dispatcher = pool(None, None)
    crew.see([Node("n", "1.1.1.1", 2, 2, False, False)])
    for member in crew.members:
        member.failure, member.is_hopeless = "no engine", True
    state = snapshot(crew, dispatcher, Rates(0.0))
    assert state.failures == ("no engine",)
    assert state.is_hopeless


def test_cluster_without_room_is_a_failure() -> None:
    crew, dispatcher = pool(None)
    assert snapshot(crew, dispatcher, Rates(0.0)).failures == ("no node has CPUs",)
