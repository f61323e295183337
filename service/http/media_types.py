"""The forms in which rows come and answers go: one JSON document, JSON lines, or CSV."""

from __future__ import annotations

from email.message import Message
from enum import StrEnum

from service.errors import WrongMediaType


class Form(StrEnum):
    """A form, by its media type."""

    JSON = "application/json"
    LINES = "application/x-ndjson"
    CSV = "text/csv"


SPELLINGS = {
    Form.JSON.value: Form.JSON,
    Form.LINES.value: Form.LINES,
    "application/ndjson": Form.LINES,
    "application/jsonl": Form.LINES,
    "application/jsonlines": Form.LINES,
    "application/x-jsonlines": Form.LINES,
    Form.CSV.value: Form.CSV,
}
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


def form_of(content_type: str | None) -> Form:
    """The form that a Content-Type names.

    Raises:
        WrongMediaType: it names another, or an encoding that is not UTF-8.

    Example:
        >>> form_of("text/csv; charset=utf-8")
        <Form.CSV: 'text/csv'>
    """
    if (plain := SPELLINGS.get(content_type or "")) is not None:
        return plain
    header = Message()
    header["content-type"] = content_type or "none"
    media = header.get_content_type()
    form = SPELLINGS.get(media, Form.JSON if media.endswith("+json") else None)
    if form is None:
        known = ", ".join(Form)
        raise WrongMediaType(f"The body must be one of {known}; received Content-Type {content_type!r}.")
    charset = header.get_content_charset("utf-8")
    if charset not in CHARSETS:
        raise WrongMediaType(f"The body must be UTF-8, received charset {charset!r}.")
    return form
