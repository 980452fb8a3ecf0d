"""A proxy between two Unix sockets. While it is stopped (SIGSTOP), it is a hanging engine: clients get no answer."""

from __future__ import annotations

import asyncio
import sys


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass data on until the stream ends; the other direction may go on."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def main(front: str, back: str) -> None:
    at_work = set[asyncio.Task[None] | None]()  # held, or the collector ends them

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.add(asyncio.current_task())
        try:
            from_back, to_back = await asyncio.open_unix_connection(back)
        except OSError:  # the engine is down
            writer.close()
            at_work.discard(asyncio.current_task())
            return
        try:
            await asyncio.gather(_pass_on(reader, to_back), _pass_on(from_back, writer))
        finally:
            writer.close()
            to_back.close()
            at_work.discard(asyncio.current_task())

    async with await asyncio.start_unix_server(connected, front) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
