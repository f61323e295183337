"""What the routes of foreign protocols have in common: bodies as bytes, predictions that may be compressed.

All other answers stay as they are: Triton's asynchronous client says that it accepts gzip, and unpacks only these.
"""

from __future__ import annotations

from typing import Any

import orjson
from anyio.to_thread import run_sync
from fastapi import Request, Response

from models.violation import Violation
from service.errors import Invalid, Unreadable
from service.http.encodings import decoded, encoded


async def body_of(request: Request) -> bytes:
    """The body, unpacked; of whatever media type the client says it is.

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
    return await run_sync(decoded, body, encoding, request.app.state.settings.max_body)


def document_of(content: bytes | memoryview) -> dict[str, Any]:
    """The JSON object in ``content``.

    Raises:
        Unreadable: it is no JSON.
        Invalid: it is no object.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The body is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise Invalid.of([Violation("", "an object is expected")])
    return document


def answer(request: Request, response: Response) -> Response:
    """``response``, compressed where the client accepts it and it pays."""
    content, encoding = encoded(bytes(response.body), request.headers.get("accept-encoding"))
    if encoding is not None:
        response.body = content
        response.headers["Content-Length"] = str(len(content))
        response.headers["Content-Encoding"] = encoding
        response.headers["Vary"] = "Accept-Encoding"
    return response
