"""Defines the base of immutable Pydantic models that refuse unknown members."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable model that refuses unknown members."""

    model_config = ConfigDict(frozen=True, extra="forbid")
