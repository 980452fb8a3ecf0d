"""The conversation of a program with the interactor of an interactive problem: each reads what the other prints.

Runs: worker node. The two run in two sandboxes, and the worker carries the bytes. So it knows who ended first, neither
sees the other's files, and neither is charged for the other's time. Both may wait for each other for ever. That is the
program's fault: often it does not flush.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from deepcoder.rulings import JuryError
from deepcoder.sandbox.live import Live, Look, Said
from deepcoder.verdicts import fault_of
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Ended, Outcome, abandoned_after_s

POLL_S = 0.02  # how often the conversation looks at its limits and at the stop event
EXCHANGE_S = 0.05  # of wall time that one exchange may take on a machine with too much to do
EXCHANGES_S = 300.0  # that all exchanges together may take so
INTERACTOR_ALONE_S = 20.0  # asleep after the program's end, with nothing more to read
UNREAD_BYTES = 1 << 17  # of the program's output, which an interactor that keeps up leaves at no time
KEPT_BYTES = 1 << 16  # of the conversation, for people

Line = tuple[str, bytes]  # who said it, and what
PROGRAM, INTERACTOR = "program", "interactor"
_LIMITS = (Ended.TIME_LIMIT, Ended.MEMORY_LIMIT, Ended.OUTPUT_LIMIT)


class Stopped(Exception):
    """The worker wants nothing more of this submission."""


@dataclass(frozen=True)
class Conversation:
    """Hold how a conversation went. A side without an outcome was ended, since the verdict was clear without it."""

    program: Outcome | None
    interactor: Outcome | None
    interactor_first: bool = False  # whether it ended before the program did
    is_idle: bool = False  # whether both waited for longer than the program's time limit
    is_flooded: bool = False  # whether the interactor reached a limit with much of the program's output unread
    said: tuple[Line, ...] = ()  # the first of it


class _Talk:
    """A conversation under way.

    The mutable state: what was said, the seconds in which both slept, the bytes of the last look, and how both ended.
    """

    def __init__(self, program: Live, interactor: Live, limits: Limits) -> None:
        self.sides = {PROGRAM: program, INTERACTOR: interactor}
        self.outcomes: dict[str, Outcome] = {}  # in the order in which they came
        self.said: list[Line] = []
        self.exchanges = 0  # how often the other side spoke than before: one that drips earns no time
        self._speaker = ""
        self.idle_s = 0.0
        self._limits = limits
        self._kept_bytes = 0
        self._looks = {PROGRAM: Look(0, 0.0), INTERACTOR: Look(0, 0.0)}
        self._slept_s = {PROGRAM: 0.0, INTERACTOR: 0.0}  # between the last two looks
        self._quiet_looks = {PROGRAM: 0, INTERACTOR: 0}  # since something was said
        self._compiling = {PROGRAM, INTERACTOR}  # the sides of which nothing has come yet
        self._began = time.monotonic()  # when something had come of both
        self._names = {side.fileno(): name for name, side in self.sides.items()}
        self._poll = select.poll()
        for fd in self._names:
            self._poll.register(fd, select.POLLIN)

    def carry(self) -> None:
        """Wait until something comes from a side, and hand it on."""
        for fd, _ in self._poll.poll(1000 * POLL_S):
            name = self._names[fd]
            other = INTERACTOR if name == PROGRAM else PROGRAM
            for event in self.sides[name].events():
                self._note_begin(name)
                if isinstance(event, Said):
                    self._hand_on(name, other, event.data)
                elif isinstance(event, Look):
                    self._take_look(name, event)
                else:
                    self.outcomes[name] = event
                    self.sides[other].end_input()
                    self._poll.unregister(fd)
        for side in self.sides.values():
            side.check_alive()

    def _note_begin(self, name: str) -> None:
        if name in self._compiling:
            self._compiling.discard(name)
            self._began = time.monotonic()

    def _hand_on(self, name: str, other: str, data: bytes) -> None:
        self.sides[other].feed(data)
        self._quiet_looks = dict.fromkeys(self._quiet_looks, 0)
        self.exchanges += name != self._speaker
        self._speaker = name
        if self._kept_bytes < KEPT_BYTES:
            kept = data[: KEPT_BYTES - self._kept_bytes]
            self._kept_bytes += len(kept)
            if self.said and self.said[-1][0] == name:
                kept = self.said.pop()[1] + kept
            self.said.append((name, kept))

    def _take_look(self, name: str, look: Look) -> None:
        """Count the time since the side's last look as idle, if both slept and nothing was on its way.

        What a side says comes before its next look. So a second look at both shows that neither has said anything.
        """
        self._slept_s[name] = max(0.0, look.asleep_s - self._looks[name].asleep_s)
        self._looks[name] = look
        self._quiet_looks[name] += 1
        running = [each for each in self.sides if each not in self.outcomes]
        if name == running[0] and all(map(self._waits, running)):
            self.idle_s += min(self._slept_s[each] for each in running)

    def _waits(self, name: str) -> bool:
        """Return whether a side has read all that there is, and says nothing."""
        return self._quiet_looks[name] > 1 and self._looks[name].fed_bytes == self.sides[name].sent_bytes

    @property
    def is_idle(self) -> bool:
        """Return whether the program has waited for too long, or has taken far longer than it may on any machine."""
        passed_s = 0.0 if self._compiling else time.monotonic() - self._began
        most_s = abandoned_after_s(self._limits.wall_s) + min(EXCHANGES_S, EXCHANGE_S * self.exchanges)
        return PROGRAM not in self.outcomes and (self.idle_s > self._limits.cpu_s or passed_s > most_s)

    @property
    def is_flooded(self) -> bool:
        """Return whether the interactor reached a limit while it had much to read."""
        unread_bytes = self.sides[INTERACTOR].sent_bytes - self._looks[INTERACTOR].fed_bytes
        interactor = self.outcomes.get(INTERACTOR)
        return interactor is not None and interactor.ended in _LIMITS and unread_bytes > UNREAD_BYTES

    @property
    def is_alone(self) -> bool:
        """Return whether the interactor goes on for ever though the program has ended."""
        return PROGRAM in self.outcomes and self.idle_s > max(self._limits.cpu_s, INTERACTOR_ALONE_S)


def converse(
    program: Live,
    interactor: Live,
    limits: Limits,
    accepts: Callable[[Outcome], bool],
    stop: threading.Event | None = None,
) -> Conversation:
    """Carry what the two print to each other until both have ended, or the verdict is clear.

    Args:
        program: The program that is judged.
        interactor: The data set's own.
        limits: Of the program. It may wait for the interactor as long as that is at work.
        accepts: Whether the interactor's outcome says that the program is right, so that the program may go on.
        stop: Setting it from another thread ends the conversation.

    Raises:
        JuryError: The interactor goes on for ever.
        Stopped: `stop` was set.
        SandboxError: A sandbox broke.
    """
    talk = _Talk(program, interactor, limits)
    try:
        while not _is_clear(talk, accepts):
            if stop is not None and stop.is_set():
                raise Stopped
            if talk.is_alone:
                raise JuryError("the interactor waits for ever, though the program has ended")
            talk.carry()
    finally:
        program.close()
        interactor.close()
    first = next(iter(talk.outcomes), "")
    program_ended, interactor_ended = (talk.outcomes.get(name) for name in (PROGRAM, INTERACTOR))
    said = tuple(talk.said)
    return Conversation(program_ended, interactor_ended, first == INTERACTOR, talk.is_idle, talk.is_flooded, said)


def _is_clear(talk: _Talk, accepts: Callable[[Outcome], bool]) -> bool:
    """Return whether what is still to come cannot change the verdict."""
    program, interactor = (talk.outcomes.get(name) for name in (PROGRAM, INTERACTOR))
    if interactor is not None and (program is not None or not accepts(interactor)):
        return True
    return talk.is_idle or (program is not None and fault_of(program, Mode.INTERACTIVE) is not None)
