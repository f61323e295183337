"""Defines the base classes of data sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from models.specs import limits
from models.specs.spec import WHOLE, Component, Rows, Seed
from models.violation import Violation

Label = bool | int | float | str
Samples = Annotated[int, Field(ge=2, le=limits.MAX_ROWS), WHOLE]
Features = Annotated[int, Field(ge=1, le=limits.MAX_FEATURES), WHOLE]
Classes = Annotated[int, Field(ge=2, le=limits.MAX_CLASSES), WHOLE]


class SourceBase(Component):
    """Where rows and targets come from: a call that answers with features (N, D) and targets (N,) or (N, K).

    Attributes:
        all_positive: whether every feature is above zero; None: nobody knows before the rows are made.
        max_cells: features and targets of all rows together.
    """

    all_positive: ClassVar[bool | None] = None
    max_cells: ClassVar[int] = limits.MAX_CELLS

    def rows(self) -> int:
        """N, the number of rows."""
        raise NotImplementedError

    def columns(self) -> int:
        """D, the number of features."""
        raise NotImplementedError

    def labels(self) -> tuple[Label, ...] | None:
        """The classes in the order of their numbers, None where targets are plain numbers."""
        return None

    def targets_per_row(self) -> int:
        """K, the number of target values of a row."""
        return 1

    def violations(self) -> Iterator[Violation]:
        """The table is not too large."""
        cells = self.rows() * (self.columns() + self.targets_per_row())
        if cells > self.max_cells:
            yield Violation.at((), f"makes {cells} values, the limit is {self.max_cells}")


class Generated(SourceBase):
    """Rows that are drawn.

    Attributes:
        random_state: the seed of the draw; null: the job's seed.
    """

    random_state: Seed | None = None


class Planar(Generated):
    """Two classes in the plane.

    Attributes:
        n_samples: rows of both classes together.
    """

    all_positive: ClassVar[bool | None] = False
    n_samples: Samples = 100

    def rows(self) -> int:
        """As many as asked for."""
        return self.n_samples

    def columns(self) -> int:
        """The plane's two coordinates."""
        return 2

    def labels(self) -> tuple[Label, ...]:
        """0 and 1."""
        return (0, 1)


class Regressive(Generated):
    """Rows with numbers for targets."""

    n_samples: Rows = 100

    def rows(self) -> int:
        """As many as asked for."""
        return self.n_samples
