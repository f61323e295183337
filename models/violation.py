"""Defines the one form in which something wrong with a document is reported: a JSON pointer and a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from pydantic import ConfigDict

from models.pointers import pointer


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

    @classmethod
    def at(cls, path: Iterable[str | int], detail: str) -> Self:
        """The violation at the end of a path of keys.

        Example:
            >>> Violation.at(["layers", 0, "units"], "must be at least 1").pointer
            '/layers/0/units'
        """
        return cls(pointer(path), detail)

    def below(self, path: Iterable[str | int]) -> Self:
        """The violation of a part as one of the document that has the part at ``path``.

        Example:
            >>> Violation("/units", "must be at least 1").below(["layers", 0]).pointer
            '/layers/0/units'
        """
        return replace(self, pointer=pointer(path) + self.pointer)
