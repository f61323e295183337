"""The base of immutable Pydantic models that know all their members."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A model that cannot be changed once it is made, and refuses members that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
