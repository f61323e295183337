"""Reads what a client prefers: a media type by Accept (RFC 9110, section 12.5.1), a wait by Prefer (RFC 7240)."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import NotAcceptable

MAX_WAIT = 30  # seconds
PROBLEM = "application/problem+json"  # the media type of every error


def negotiate(accept: str | None, offered: list[str]) -> str:
    """The offered media type that ``accept`` rates best; among equals the one offered first.

    Args:
        accept: the header, or None.
        offered: media types, the service's own favourite first.

    Raises:
        NotAcceptable: the header excludes them all.

    Example:
        >>> negotiate("image/png, application/json;q=0.5", ["application/json", "image/png"])
        'image/png'
        >>> negotiate("application/problem+json", ["application/json", "image/png"])
        'application/json'
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    rated = [(_quality(form, ranges), -index) for index, form in enumerate(offered)]
    quality, index = max(rated)
    if quality <= 0 and {media for media, rated_at in ranges if rated_at > 0} == {PROBLEM}:
        return offered[0]  # the client only says that it reads problems
    if quality <= 0:
        raise NotAcceptable(f"Available here: {', '.join(offered)}; the Accept header was {accept!r}.")
    return offered[-index]


def wait_preference(values: Sequence[str]) -> int | None:
    """The seconds that a client prefers to wait, at most ``MAX_WAIT``; None where it prefers nothing readable.

    Args:
        values: the Prefer headers.

    Example:
        >>> wait_preference(["respond-async, wait=100"])
        30
    """
    for value in values:
        for preference in value.split(","):
            name, _, seconds = preference.partition(";")[0].partition("=")
            seconds = seconds.strip().strip('"')
            if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdigit():
                return min(int(seconds[:9]), MAX_WAIT)
    return None


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return media, 0.0
    return media, 1.0


def _quality(form: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that covers a media type; 0 where none does."""
    for pattern in (form, form.partition("/")[0] + "/*", "*/*"):
        for media, quality in ranges:
            if media == pattern:
                return quality
    return 0.0
