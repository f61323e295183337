"""Requests one after the other on so many connections, and how long each took."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """What a server did.

    Attributes:
        p50: median milliseconds of a request; p99: of the slowest hundredth the fastest.
        per_second: requests.
        failed: what the first bad answer said; None: all were good.
    """

    p50: float
    p99: float
    per_second: float
    failed: str | None = None


class Connection(asyncio.Protocol):
    """One connection that is kept; every answer must have a length, or come in chunks."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to write."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole."""
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or self.answered is None:
            return
        fields = bytes(self.received[:head]).lower()
        _, named, length = fields.partition(b"\r\ncontent-length:")  # other fields end in the same words
        if named:
            whole = len(self.received) >= head + 4 + int(length.split(b"\r\n", 1)[0])
        else:
            whole = self.received.endswith(b"0\r\n\r\n")
        if whole:
            answer, self.received = bytes(self.received), bytearray()
            self.answered.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody will answer."""
        if self.answered is not None and not self.answered.done():
            self.answered.set_exception(exc or ConnectionResetError("the server closed the connection"))

    async def ask(self, request: bytes) -> bytes:
        """Send a request and wait for its answer."""
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered


def http(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST."""
    fields = {"Host": "localhost", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(port: int, request: bytes, connections: int, seconds: float) -> Measured:
    """Ask a server on so many connections for so long, after a third of that to warm up."""
    return asyncio.run(_measure(port, request, connections, seconds))


async def _measure(port: int, request: bytes, connections: int, seconds: float) -> Measured:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    bad: list[bytes] = []
    begin = time.perf_counter() + seconds / 3
    end = begin + seconds

    async def client() -> None:
        _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
        while (start := time.perf_counter()) < end and not bad:
            answer = await connection.ask(request)
            if not answer.startswith(b"HTTP/1.1 200"):
                bad.append(answer[:300])
            elif start >= begin:
                times.append(1000 * (time.perf_counter() - start))
        connection.transport.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    if bad or len(times) < 2:
        return Measured(0.0, 0.0, 0.0, bad[0].decode(errors="replace") if bad else "no answer in time")
    return Measured(
        statistics.median(times),
        statistics.quantiles(times, n=100, method="inclusive")[98],
        len(times) / (time.perf_counter() - begin),
    )
