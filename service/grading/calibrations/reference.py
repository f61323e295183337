"""Defines the references of a calibration as its row keeps them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from models.frozen import Frozen

Expected = Literal["pass", "fail"]


class Refusal(Frozen):
    """Why the constraints do not let a reference through."""

    pointer: str
    detail: str


class StoredReference(BaseModel):
    """One reference.

    Attributes:
        name: of it.
        expected: what it should do; null: nothing is expected.
        answers: to the rubric's questions.
        grading: through which it is trained; null where it was refused.
        refused: why it was.
        error: why it could not be trained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    expected: Expected | None = None
    answers: dict[str, Any] = {}
    grading: str | None = None
    refused: list[Refusal] = []
    error: dict[str, Any] | None = None
