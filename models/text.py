"""Defines texts for people, in both languages of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict


@dataclass(frozen=True)
class LocalizedText:
    """The same text in both languages."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    en: str
    es: str
