# An event loop.
# input: "3\n"
# output: "3\n"
import asyncio


async def main():
    print(sum(await asyncio.gather(*[one() for _ in range(int(input()))])))


async def one():
    await asyncio.sleep(0)
    return 1


asyncio.run(main())
