"""The line of runs that wait for a turn, in which each user has the same share, whatever it asks for.

Runs: in the service. A run that has its turn has started, or is the next of some worker: what waits, waits here, where
it can be given up at no cost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from deepcoder.pool.backlog import Share, Turns


class Full(Exception):
    """Say that so many wait that no more may."""


@dataclass(eq=False)
class User(Share):
    """The share of one user. The mutable state: what waits."""

    name: str = ""
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Line:
    """Gives turns. The mutable state: the users that wait, and how many runs are at work and wait."""

    def __init__(self, most_at_work: int, most_waiting: int) -> None:
        self.most_at_work = most_at_work
        self.at_work = 0
        self.waiting = 0
        self._most_waiting = most_waiting
        self._users: dict[str, User] = {}
        self._turns: Turns[User] = Turns()

    @asynccontextmanager
    async def turn(self, user: str) -> AsyncIterator[None]:
        """Have a turn, when it comes.

        Raises:
            Full: Too many wait.
        """
        if self.waiting >= self._most_waiting:
            raise Full
        await self._wait(self._users.setdefault(user, User(name=user)))
        try:
            yield
        finally:
            self.at_work -= 1
            self.admit()

    async def _wait(self, user: User) -> None:
        mine = asyncio.get_running_loop().create_future()
        user.waiting.append(mine)
        self.waiting += 1
        self._turns.join(user)
        self.admit()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self.waiting -= 1
            else:  # its turn has come, too
                self.at_work -= 1
                self.admit()
            raise

    def admit(self) -> None:
        """Give turns while there are any."""
        while self.at_work < self.most_at_work and (user := self._turns.first()):
            while user.waiting and user.waiting[0].cancelled():
                user.waiting.popleft()
            if not user.waiting:
                self._turns.leave()
                del self._users[user.name]
                continue
            user.waiting.popleft().set_result(None)
            self.waiting -= 1
            self.at_work += 1
            self._turns.charge(1.0)
