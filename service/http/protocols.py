"""Reads the bodies of foreign protocols and writes their predictions, which may be compressed (RFC 9110, section 8.4).

All other answers stay as they are: Triton's asynchronous client says that it accepts gzip, and unpacks only these.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import orjson
from anyio.to_thread import run_sync
from fastapi import Request, Response

from models.violation import Violation
from service.errors import Invalid, TooLarge, Unreadable, WrongMediaType
from service.http.json import refuse_many_values

WORTH = 1024  # bytes of an answer below which compressing it gains nothing
LEVEL = 1  # the fastest: numbers shrink by their repeated digits, and little more by searching longer
EITHER_HEADER = zlib.MAX_WBITS | 32  # zlib finds out by itself whether it reads gzip's or its own


async def body_of(request: Request) -> bytes:
    """Read the body, unpacked; of whatever media type the client says it is.

    Raises:
        TooLarge: it is longer than allowed, as it came or unpacked.
        Unreadable: it cannot be unpacked.
        WrongMediaType: it is packed in a way that is not read here.
    """
    encoding = request.headers.get("content-encoding")
    body = await request.body()
    if encoding is None:
        return body
    # In a thread: few bytes may become many.
    return await run_sync(decode, body, encoding, request.app.state.settings.max_body)


def document_of(content: bytes | memoryview) -> dict[str, Any]:
    """Read the JSON object in ``content``.

    Raises:
        Unreadable: it is no JSON.
        TooLarge: it holds more values than are read; tensors may be sent as bytes instead.
        Invalid: it is no object.
    """
    refuse_many_values(content)
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The body is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise Invalid.of([Violation("", "an object is expected")])
    return document


def answer(request: Request, response: Response) -> Response:
    """Compress ``response`` where the client accepts it and it pays."""
    content, encoding = encode(bytes(response.body), request.headers.get("accept-encoding"))
    if encoding is not None:
        response.body = content
        response.headers["Content-Length"] = str(len(content))
        response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
    return response


def decode(body: bytes, encoding: str | None, limit: int) -> bytes:
    """Unpack a compressed body.

    Args:
        body: as it came.
        encoding: its Content-Encoding: ``gzip``, ``deflate`` (the zlib format), ``identity``, or None.
        limit: bytes that it may have when it is unpacked; no more are unpacked.

    Raises:
        TooLarge: it has more.
        Unreadable: it is not of this encoding, or not whole.
        WrongMediaType: nothing of this encoding is read here.
    """
    name = (encoding or "identity").strip().lower()
    if name == "identity":
        return body
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise WrongMediaType(f"Content-Encoding may be gzip or deflate, received {encoding!r}.")
    unpacker = zlib.decompressobj(EITHER_HEADER)
    try:
        content = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise Unreadable(f"The body is not {name}: {error}.") from error
    if len(content) > limit:
        raise TooLarge(f"The body may have {limit} bytes when it is unpacked.")
    if not unpacker.eof or unpacker.unused_data:
        raise Unreadable(f"The body is not one whole {name} stream.")
    return content


def encode(content: bytes, accepted: str | None) -> tuple[bytes, str | None]:
    """Compress ``content`` in an encoding that the client accepts, and name it; None where it stays as it is.

    Args:
        content: the answer.
        accepted: the Accept-Encoding header.
    """
    if accepted is None or len(content) < WORTH:
        return content, None
    names = _accepted(accepted)
    if "gzip" in names:
        return gzip.compress(content, LEVEL, mtime=0), "gzip"
    if "deflate" in names:
        return zlib.compress(content, LEVEL), "deflate"
    return content, None


def _accepted(header: str) -> set[str]:
    """The encodings that a client names without refusing them by a quality of 0."""
    parts = (part.replace(" ", "").partition(";q=") for part in header.lower().split(","))
    return {name for name, _, quality in parts if quality.strip("0.") or not quality}
