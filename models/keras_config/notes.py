"""Collects the errors and warnings of an import."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.specs import limits
from models.specs.spec import Path
from models.violation import Violation


class NotImported(Exception):
    """A Keras document that cannot be written as a spec.

    Attributes:
        errors: everything that stands in the way, at most ``limits.MAX_ERRORS``.
    """

    def __init__(self, errors: list[Violation]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in errors[:3]))
        self.errors = errors


@dataclass
class Notes:
    """The errors and warnings of an import, each with a pointer into the client's document.

    Attributes:
        errors: what no spec can say.
        warnings: what decides nothing here, or is read in another sense.
        keras3: whether Keras 3 has written the document, in whose sense words are read.
    """

    errors: list[Violation] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)
    keras3: bool = False

    def refuse(self, path: Path, detail: str) -> None:
        """Something cannot be taken over."""
        if len(self.errors) < limits.MAX_ERRORS:
            self.errors.append(Violation.at(path, detail))

    def warn(self, path: Path, detail: str) -> None:
        """Something is left behind."""
        if len(self.warnings) < limits.MAX_ERRORS:
            self.warnings.append(Violation.at(path, detail))
