"""The state of a pool, read from what the coordinator has. No I/O, no clock, no Ray.

Runs: in the coordinator.
"""

from __future__ import annotations

from collections import defaultdict

from deepcoder.pool.counts import Rates
from deepcoder.pool.crew import Crew, Member
from deepcoder.pool.dispatcher import Dispatcher
from deepcoder.pool.state import NodeState, State
from deepcoder.verdicts import Verdict


def snapshot(crew: Crew, dispatcher: Dispatcher, rates: Rates) -> State:
    """Return the state of the pool."""
    staying, counts = crew.staying(), dispatcher.counts
    failures = dict.fromkeys(member.failure for member in staying if member.failure)
    obstacle = crew.obstacle()
    judged_per_s, tests_per_s = rates.per_s()
    return State(
        workers=len(staying),
        alive=len(dispatcher.schedule.alive),
        busy=dispatcher.schedule.at_work(),
        waiting=dispatcher.schedule.waiting,
        failures=tuple(failures) or ((obstacle,) if obstacle else ()),
        judged=counts.judgements.total(),
        repeated=counts.repeated,
        suspicious=counts.suspicious,
        ie=counts.judgements[Verdict.IE],
        tests=counts.tests,
        retries=counts.retries,
        sandbox_starts=counts.sandbox_starts,
        sandbox_recycles=counts.sandbox_recycles,
        worker_losses=counts.worker_losses,
        judged_per_s=judged_per_s,
        tests_per_s=tests_per_s,
        nodes=_nodes(crew, dispatcher),
        unplaced=sum(member.place is None for member in staying),
        is_hopeless=crew.is_hopeless(),
    )


def _nodes(crew: Crew, dispatcher: Dispatcher) -> tuple[NodeState, ...]:
    by_node: defaultdict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in crew.members:
        if member.place is not None:
            by_node[member.place.node, member.place.address].append(member)
    return tuple(
        NodeState(
            node,
            address,
            workers=len(members),
            alive=sum(member in dispatcher.schedule.alive for member in members),
            busy=sum(any(dispatcher.schedule.held(member)) for member in members),
            tests=sum(member.tests for member in members),
        )
        for (node, address), members in by_node.items()
    )
