"""The line of runs that wait for a turn."""

from __future__ import annotations

import asyncio

import pytest

from deepcoder.service.line import Full, Line


async def turns(line: Line, users: list[str], begun: list[str]) -> list[asyncio.Task[None]]:
    """Have these ask in this order; each notes when its turn has come, and keeps it until it is cancelled."""

    async def one(user: str) -> None:
        async with line.turn(user):
            begun.append(user)
            await asyncio.sleep(3600)

    tasks = [asyncio.create_task(one(user)) for user in users]
    await settle()
    return tasks


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_users_take_turns_however_much_one_asks_for() -> None:
    async def test() -> None:
        line, begun = Line(1, 100), list[str]()
        tasks = {user: await turns(line, [user] * count, begun) for user, count in (("a", 5), ("b", 2))}
        while any(tasks.values()):
            tasks[begun[-1]].pop(0).cancel()  # the one that is at work
            await settle()
        assert begun[:5] == ["a", "b", "a", "b", "a"] and len(begun) == 7

    asyncio.run(test())


def test_one_that_is_given_up_frees_its_place() -> None:
    async def test() -> None:
        line, begun = Line(1, 100), list[str]()
        first, second, third = await turns(line, ["a", "a", "b"], begun)
        assert (line.at_work, line.waiting, begun) == (1, 2, ["a"])
        second.cancel()
        await settle()
        assert (line.at_work, line.waiting) == (1, 1)
        first.cancel()
        await settle()
        assert (line.at_work, line.waiting, begun) == (1, 0, ["a", "b"])
        third.cancel()
        await settle()
        assert (line.at_work, line.waiting, line._users) == (0, 0, {})

    asyncio.run(test())


def test_turn_that_comes_as_it_is_given_up_goes_to_the_next() -> None:
    async def test() -> None:
        line, begun = Line(0, 100), list[str]()
        first, second = await turns(line, ["a", "b"], begun)
        line.most_at_work = 1
        line.admit()
        first.cancel()
        await settle()
        assert (line.at_work, begun) == (1, ["b"])
        second.cancel()
        await settle()

    asyncio.run(test())


def test_full_line_takes_no_more() -> None:
    async def test() -> None:
        line = Line(1, 1)
        tasks = await turns(line, ["a", "a"], [])
        with pytest.raises(Full):
            async with line.turn("a"):
                pass
        for task in tasks:
            task.cancel()

    asyncio.run(test())
