"""Limits the size of request bodies: nothing beyond the limit is read."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import TooLarge, WrongMediaType
from service.http.media_types import MediaType, media_type_of
from service.http.memory import give_back_memory
from service.http.problems import STATUS, problem

LARGE = 2**22  # bytes of a body after which memory is given back: that takes a few milliseconds


class BodyLimit:
    """Middleware: a body that is announced or turns out to be larger than ``limit`` bytes is answered 413.

    Bodies that are read line by line and never held whole have a limit of their own, ``stream_limit``.
    """

    def __init__(self, app: ASGIApp, limit: int, stream_limit: int) -> None:
        self.app = app
        self.limit = limit
        self.stream_limit = stream_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its bytes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self.stream_limit if _in_lines(scope, headers) else self.limit
        detail = f"The body may have {limit} bytes."
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced[:20]) > limit:
            answer = problem(scope["path"], TooLarge(detail), headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # FastAPI lets this kind of exception through while it reads a form.
                raise HTTPException(STATUS[TooLarge], detail)
            return message

        try:
            await self.app(scope, counted, send)
        finally:
            if received > LARGE:
                await run_sync(give_back_memory)


def _in_lines(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether a request sends rows to predict for as lines; all other bodies are one document."""
    if not scope["path"].endswith("/predictions"):
        return False
    try:
        return media_type_of(headers.get(b"content-type", b"").decode("latin-1")) is not MediaType.JSON
    except WrongMediaType:
        return False
