"""Connections that send headers without end, or nothing: closed, while others are served. By real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from service.http import connections
from service.http.connections import MAX_HEADERS, BoundedConnection

pytestmark = pytest.mark.anyio
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    """The port of a server with the application."""
    config = uvicorn.Config(app, port=0, http=BoundedConnection, log_config=None, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    assert server.started
    serving = asyncio.create_task(server.main_loop())
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving
    await server.shutdown()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers are waited for only shortly; before ``streams``, whose connection begins to wait at once."""
    monkeypatch.setattr(connections, "SECONDS_FOR_HEADERS", 0.2)


@pytest.fixture
async def streams(port: int) -> AsyncIterator[Streams]:
    """A connection to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def status(streams: Streams, sent: bytes) -> int:
    reader, writer = streams
    writer.write(sent)
    return int((await reader.readline()).split()[1])


async def test_headers_up_to_the_limit(streams: Streams) -> None:
    padding = b"X-Padding: " + b"a" * (MAX_HEADERS - 1000) + b"\r\n\r\n"
    assert await status(streams, GET + padding) == 200


@pytest.mark.parametrize("many", [False, True], ids=["one header", "many headers"])
async def test_headers_beyond_it(streams: Streams, many: bool) -> None:
    piece = b"X-Padding: " + b"a" * 1000 + b"\r\n" if many else b"a" * 1000
    streams[1].write(GET + (b"" if many else b"X-Padding: "))
    assert await status(streams, piece * (MAX_HEADERS // 1000 + 10)) == 400
    assert b"65536 bytes" in await streams[0].read()


async def test_a_body_is_no_header(streams: Streams) -> None:
    """Also where it comes with the headers, and other requests follow on the same connection."""
    body = b"a" * (MAX_HEADERS * 3)
    request = GET.replace(b"GET", b"POST") + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert await status(streams, request + GET + b"\r\n") == 405


@pytest.mark.parametrize("sent", [b"", b"GET", GET, GET + b"X-Half: "])
async def test_who_never_ends_is_let_go(soon: None, streams: Streams, sent: bytes) -> None:
    reader, writer = streams
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), 10) == b""


async def test_who_is_answered_may_take_longer(soon: None, streams: Streams) -> None:
    streams[1].write(GET.replace(b"GET", b"POST") + b"Content-Length: 1\r\n\r\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(streams[0].read(), 0.5)


async def test_trailers_are_bounded_as_headers_are(streams: Streams) -> None:
    reader, writer = streams
    begun = GET.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n"
    writer.write(begun + b"1\r\na\r\n0\r\nX-Trailer: ")
    assert int((await reader.readline()).split()[1]) == 405
    try:
        for _ in range(20):
            writer.write(b"a" * MAX_HEADERS)
            await writer.drain()
        await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        pass  # closed while it was written to
    assert reader.at_eof() or reader.exception() is not None
