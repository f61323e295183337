"""Defines the references of a calibration as its row keeps them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Expected = Literal["pass", "fail"]


class Refusal(BaseModel):
    """Why the constraints do not let a reference through."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
