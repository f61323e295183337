"""Reads a client's document as a spec; one that cannot train is refused with its violations."""

from __future__ import annotations

from typing import Any

from models.specs.check import InvalidSpec as Refused
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from service.errors import InvalidSpec


def parse_spec(document: Any) -> TrainingJobSpec:
    """Read a document as a spec.

    Raises:
        InvalidSpec: it cannot train; one violation for each reason.
    """
    try:
        return parse(document)
    except Refused as refused:
        raise InvalidSpec.of(refused.errors) from None
