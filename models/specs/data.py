"""Defines the spec of a data set: its source, its scaler and its split."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from models.specs.scalers import ScalerUnion
from models.specs.sources import SourceUnion
from models.specs.spec import Spec
from models.specs.splits import SplitUnion


def _none(value: object) -> object:
    """``"none"`` and ``{"type": "none"}`` are other words for null."""
    return None if value in ("none", {"type": "none"}) else value


class DataSpec(Spec):
    """A table, made the same way every time.

    Attributes:
        source: the rows.
        scaler: brings features to a common size; null: rows go in as they are.
        split: which rows train; null: all do, and there is no test.
    """

    source: SourceUnion
    scaler: ScalerUnion | None = None
    split: Annotated[SplitUnion | None, BeforeValidator(_none)] = None
