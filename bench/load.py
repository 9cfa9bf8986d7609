"""Load over HTTP/1.1, as little of it as possible: what is measured is the server.

Open loop: requests are sent at a steady rate whatever comes back, and time runs from when each was
due, so that a server that stalls does not slow down those who would have come. Closed loop: so many
callers, each of whom waits for his answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Request = Callable[[int], bytes]
LATE_SECONDS = 0.0005


@dataclass(slots=True)
class Measured:
    """What came back: seconds of each answer, how often each status, and how long it all took."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    def milliseconds(self, part: float) -> float:
        """What so large a part of the answers stayed within, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1e3


def post(path: str, body: bytes, token: str = "") -> bytes:
    """A request as it is sent."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def closed(port: int, make: Request, total: int, callers: int) -> Measured:
    """So many requests by so many callers, each waiting for his answers."""
    return asyncio.run(_closed(port, make, total, callers))


def steady(port: int, make: Request, rate: float, seconds: float, connections: int) -> Measured:
    """Requests at a steady rate."""
    return asyncio.run(_steady(port, make, rate, seconds, connections))


async def _closed(port: int, make: Request, total: int, callers: int) -> Measured:
    found = Measured()
    numbers = iter(range(total))
    began = time.perf_counter()
    await asyncio.gather(*(_caller(port, make, numbers, found) for _ in range(callers)))
    found.took = time.perf_counter() - began
    return found


async def _caller(port: int, make: Request, numbers: Iterator[int], found: Measured) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n in numbers:
        began = time.perf_counter()
        status = await _asked(reader, writer, make(n))
        found.seconds.append(time.perf_counter() - began)
        found.statuses[status] += 1
    writer.close()


async def _steady(
    port: int, make: Request, rate: float, seconds: float, connections: int
) -> Measured:
    found = Measured()
    due: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
    workers = [asyncio.create_task(_worker(port, make, due, found)) for _ in range(connections)]
    began = time.perf_counter()
    for n in range(int(rate * seconds)):
        moment = began + n / rate
        early = moment - time.perf_counter()
        if early > LATE_SECONDS:
            await asyncio.sleep(early)
        due.put_nowait((n, moment))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    found.took = time.perf_counter() - began
    return found


async def _worker(
    port: int, make: Request, due: asyncio.Queue[tuple[int, float] | None], found: Measured
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (each := await due.get()) is not None:
        n, moment = each
        status = await _asked(reader, writer, make(n))
        found.seconds.append(time.perf_counter() - moment)
        found.statuses[status] += 1
    writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return int(head[9:12])
