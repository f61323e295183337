"""Limits what a connection may send before a request begins: the bytes of its headers, and the time for them."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADERS: Final = 2**16  # bytes of a request's line and headers together
SECONDS_FOR_HEADERS: Final = 30.0  # from a connection, or the first byte of another request, to the end of the headers


class BoundedConnection(HttpToolsProtocol):
    """A connection of the server that is closed when its headers have too many bytes or do not come to an end.

    The parser itself bounds neither, and puts a long header together piece by piece, in time that grows with the square
    of its length.
    """

    _waiting: asyncio.TimerHandle | None = None
    _reading_fields = False  # headers, or the trailers of a body in chunks
    _field_bytes = 0
    _sections = 0  # of fields that began within the bytes that are being read
    _in_message = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._end_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has come; refuse fields that are too long."""
        self._sections, between = 0, not self._in_message
        super().data_received(data)
        if not self._reading_fields or self.transport.is_closing():
            return
        if self._sections == 0 or (self._sections == 1 and between):  # else other things stand before them
            self._field_bytes += len(data)
        if self._field_bytes > MAX_HEADERS:
            self.send_400_response(f"The headers of a request may have {MAX_HEADERS} bytes.")

    def on_message_begin(self) -> None:
        """Count the bytes of a request's headers, and wait for their end."""
        super().on_message_begin()
        self._in_message = True
        self._begin_fields()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._reading_fields = False
        self._end_waiting()
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Count what follows: unless it is a chunk's content, it is trailers."""
        self._begin_fields()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._reading_fields = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._in_message = self._reading_fields = False
        super().on_message_complete()

    def _begin_fields(self) -> None:
        self._reading_fields, self._field_bytes = True, 0
        self._sections += 1

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(SECONDS_FOR_HEADERS, self._time_out)

    def _end_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _time_out(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()
