"""Defines a preset: a spec with a title and a commentary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.text import LocalizedText


@dataclass(frozen=True)
class Preset:
    """A system of the notebook.

    Attributes:
        id: its name in the notebook's table, e.g. ``S2``.
        title: a line.
        commentary: what it shows, and what to look at.
        document: the job as a client would post it.
    """

    id: str
    title: LocalizedText
    commentary: LocalizedText
    document: dict[str, Any]

    @property
    def spec(self) -> TrainingJobSpec:
        """The document, read."""
        return parse(self.document)
