"""Describes documents in OpenAPI by a model that does not validate them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class DescribedAs:
    """Marks a member or a body that OpenAPI describes as ``model``, while no validation takes place.

    Two uses: a body whose errors are found by other means, and an answer that was validated when it was stored.
    """

    def __init__(self, model: type[BaseModel], *, optional: bool = False) -> None:
        self.model = model
        self.optional = optional

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept anything."""
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give the model's schema."""
        self.model.model_rebuild()  # its schema may not have been needed before
        described = handler(self.model.__pydantic_core_schema__)
        return {"anyOf": [described, {"type": "null"}]} if self.optional else described
