"""How many workers a pool has and on which nodes."""

from __future__ import annotations

from deepcoder.pool.crew import ROOM_WAIT_S, WORKER_IDLE_S, Crew, Member, Node, Place, Size

PLAIN = Node("plain", "10.0.0.1", room=2, free=2, has_gpu=False, is_leaving=False)
OTHER = Node("other", "10.0.0.2", room=3, free=3, has_gpu=False, is_leaving=False)
GPU = Node("gpu", "10.0.0.3", room=8, free=8, has_gpu=True, is_leaving=False)


def crew(size: Size, *nodes: Node) -> Crew:
    made = Crew(size)
    made.see(nodes)
    return made


def add(crew: Crew, count: int, node: str = "plain", idle_since: float | None = None) -> list[Member]:
    place = Place(node, "") if node else None
    added = [Member(None, place, idle_since=idle_since) for _ in range(count)]
    crew.members += added
    return added


def test_as_many_workers_as_the_nodes_have_room_for() -> None:
    assert crew(Size(), PLAIN, OTHER).missing(has_backlog=False) == 5


def test_nodes_with_a_gpu_are_left_alone_unless_asked_for() -> None:
    assert crew(Size(), PLAIN, GPU).missing(has_backlog=False) == 2
    assert crew(Size(), PLAIN, GPU).avoided() == ["gpu"]
    assert crew(Size(on_gpu_nodes=True), PLAIN, GPU).missing(has_backlog=False) == 10
    assert crew(Size(on_gpu_nodes=True), PLAIN, GPU).avoided() == []


def test_a_number_given_by_hand_is_asked_for_wherever_there_is_room() -> None:
    assert crew(Size(7), PLAIN).missing(has_backlog=False) == 7


def test_more_are_asked_for_step_by_step_as_long_as_work_waits() -> None:
    grown = crew(Size(2, 7), PLAIN)
    asked = []
    for waits in (False, True, True, True, False):
        asked.append(grown.missing(waits))
        add(grown, asked[-1], node="")
    assert asked == [2, 2, 3, 0, 0]
    assert len(grown.members) == 7


def test_workers_above_the_least_leave_when_they_have_been_idle_for_long() -> None:
    grown = crew(Size(2, 7), PLAIN)
    add(grown, 3)
    idle = add(grown, 1, idle_since=0.0)
    pending = add(grown, 1, node="", idle_since=0.0)
    assert grown.release(has_backlog=False, now=WORKER_IDLE_S - 1) == []
    assert grown.release(has_backlog=True, now=WORKER_IDLE_S) == []
    assert grown.release(has_backlog=False, now=WORKER_IDLE_S) == [*pending, *idle]
    assert grown.release(has_backlog=False, now=WORKER_IDLE_S) == []
    assert len(grown.staying()) == 3


def test_the_least_stays_however_idle() -> None:
    grown = crew(Size(2, 7), PLAIN)
    add(grown, 5, idle_since=0.0)
    assert len(grown.release(has_backlog=False, now=WORKER_IDLE_S)) == 3


def test_workers_leave_a_node_that_is_about_to_go_and_others_are_asked_for() -> None:
    staffed = crew(Size(2), PLAIN, OTHER)
    (leaving,), _ = add(staffed, 1), add(staffed, 1, "other")
    staffed.see([PLAIN._replace(is_leaving=True), OTHER])
    assert staffed.release(has_backlog=True, now=0.0) == [leaving]
    assert staffed.missing(has_backlog=True) == 1


def test_a_worker_that_found_itself_beside_a_gpu_leaves() -> None:
    staffed = crew(Size(1), PLAIN)
    (misplaced,) = add(staffed, 1, "gpu")
    assert staffed.release(has_backlog=False, now=0.0) == []  # the node is so new that nothing is known of it
    staffed.see([PLAIN, GPU])
    assert staffed.release(has_backlog=False, now=0.0) == [misplaced]


def test_a_pool_as_large_as_the_cluster_grows_with_it_and_shrinks() -> None:
    staffed = crew(Size(), PLAIN)
    add(staffed, 2)
    staffed.see([PLAIN, OTHER])
    assert staffed.missing(has_backlog=False) == 3
    lost = add(staffed, 3, node="", idle_since=0.0)  # since their node was lost they wait for room
    staffed.see([PLAIN])
    assert staffed.release(has_backlog=False, now=ROOM_WAIT_S) == lost


def test_a_pool_as_large_as_the_cluster_waits_for_workers_that_start_slowly() -> None:
    staffed = crew(Size(), PLAIN._replace(free=0))  # the two that start have taken it
    add(staffed, 2, node="", idle_since=0.0)
    assert staffed.release(has_backlog=False, now=WORKER_IDLE_S) == []


def test_why_nobody_can_be_placed() -> None:
    assert crew(Size(), PLAIN).obstacle() == ""
    assert "no node has CPUs" in crew(Size()).obstacle()
    assert "only nodes with GPUs have CPUs" in crew(Size(), GPU).obstacle()
    assert "'sandbox'" in crew(Size(resource="sandbox"), PLAIN._replace(room=0)).obstacle()
