"""The one form in which everything says what is wrong with a document, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong: where in the client's document, and what.

    Attributes:
        pointer: JSON pointer (RFC 6901) into the document; empty for the whole of it.
        detail: what is wrong there, and what was received.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    pointer: str
    detail: str
