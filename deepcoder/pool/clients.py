"""The clients of a pool: their heartbeats, their calls, and how much each has at work. No Ray, asyncio, I/O or clock.

Runs: in the coordinator, and in the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from deepcoder.pool import backlog
from deepcoder.pool.calls import Call
from deepcoder.pool.commands import Command, HangUp, Warn

CLIENT_TIMEOUT_S = 10.0  # drop a client whose heartbeat is older than this
CLIENT_MOST_OPEN = 10_000  # submissions of one client at work or waiting; its next call waits until some are judged


@dataclass(eq=False)
class _ClientState:
    """Hold what is known of a client. The mutable state: everything."""

    heartbeat: float  # when the last one came
    share: backlog.Client = field(default_factory=backlog.Client)
    calls: set[Call] = field(default_factory=set)
    open: int = 0  # submissions at work or waiting


class Clients:
    """Knows which clients are alive and may have more at work. The mutable state: the state of each client, by name."""

    def __init__(self) -> None:
        self._states: dict[str, _ClientState] = {}

    def beat(self, client: str, now: float) -> None:
        """Note a heartbeat."""
        self._state(client, now)

    def enter(self, call: Call, now: float) -> None:
        """Note a call, which asks when there is room. A call is a heartbeat, too."""
        self._state(call.client, now).calls.add(call)

    def _state(self, client: str, now: float) -> _ClientState:
        state = self._states.setdefault(client, _ClientState(now))
        state.heartbeat = now
        return state

    def has_room(self, call: Call) -> bool:
        """Return whether the call's client may have more at work; also where the client is gone."""
        return call.is_over or self._states[call.client].open < CLIENT_MOST_OPEN

    def share(self, call: Call) -> backlog.Client:
        """Return the call's client as the backlog knows it."""
        return self._states[call.client].share

    def asked(self, call: Call) -> None:
        """Note that all that the call misses is at work or waits."""
        self._states[call.client].open += len(call.missing)

    def answered(self, call: Call) -> None:
        """Note that one submission of the call is judged."""
        if not call.is_over:
            self._states[call.client].open -= 1

    def leave(self, call: Call) -> None:
        """Note that the call has ended, with or without all its answers. Safe to repeat while `missing` is empty."""
        if not call.is_over:
            state = self._states[call.client]
            state.calls.discard(call)
            state.open -= len(call.missing)

    def drop_silent(self, now: float, deaf_s: float) -> list[Command]:
        """Drop the clients whose heartbeat timed out. `deaf_s`: the last seconds in which none could be heard."""
        commands: list[Command] = []
        for name, state in list(self._states.items()):
            state.heartbeat += deaf_s
            if now - state.heartbeat > CLIENT_TIMEOUT_S:
                if state.calls:
                    commands.append(Warn(f"no heartbeat from a client ({name}): its calls are dropped"))
                del self._states[name]
                for call in state.calls:
                    call.is_over = True
                    commands.append(HangUp(call))
        return commands
