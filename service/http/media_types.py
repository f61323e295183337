"""The media types of rows and predictions: one JSON document, JSON lines, or CSV."""

from __future__ import annotations

from email.message import Message
from enum import StrEnum

from service.errors import WrongMediaType


class MediaType(StrEnum):
    """The media type of rows or predictions."""

    JSON = "application/json"
    LINES = "application/x-ndjson"
    CSV = "text/csv"


SPELLINGS = {
    MediaType.JSON.value: MediaType.JSON,
    MediaType.LINES.value: MediaType.LINES,
    "application/ndjson": MediaType.LINES,
    "application/jsonl": MediaType.LINES,
    "application/jsonlines": MediaType.LINES,
    "application/x-jsonlines": MediaType.LINES,
    MediaType.CSV.value: MediaType.CSV,
}
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def media_type_of(content_type: str | None) -> MediaType:
    """Read the media type that a Content-Type names.

    Raises:
        WrongMediaType: it names another, or an encoding that is not UTF-8.

    Example:
        >>> media_type_of("text/csv; charset=utf-8")
        <MediaType.CSV: 'text/csv'>
    """
    if (plain := SPELLINGS.get(content_type or "")) is not None:
        return plain
    header = Message()
    header["content-type"] = content_type or "none"
    media = header.get_content_type()
    found = SPELLINGS.get(media, MediaType.JSON if media.endswith("+json") else None)
    if found is None:
        known = ", ".join(MediaType)
        raise WrongMediaType(f"The body must be one of {known}; received Content-Type {content_type!r}.")
    charset = header.get_content_charset("utf-8")
    if charset not in CHARSETS:
        raise WrongMediaType(f"The body must be UTF-8, received charset {charset!r}.")
    return found
