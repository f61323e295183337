"""Reads a string as the component of that type: ``"adam"`` stands for ``{"type": "adam"}``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from models.specs.spec import Component, concrete


@cache
def spellings(family: type[Component]) -> dict[str, str]:
    """Every accepted spelling of the types of ``family``: Keras's own names and aliases, then the types themselves."""
    names: dict[str, str] = {}
    for component in concrete(family):
        framework, _, own_name = component.target.rpartition(".")
        for alias in (*component.aliases, *([own_name] if framework.startswith("keras.") else [])):
            names[alias] = component.type_name()
    names.update({component.type_name(): component.type_name() for component in concrete(family)})
    return names


@dataclass(frozen=True)
class Shorthand:
    """Marks a union: a string is read as a component of ``family`` without arguments, in any of its spellings.

    Attributes:
        family: the base of the union's members.
    """

    family: type[Component]

    def expand(self, value: object) -> object:
        """``value`` with the shorthand written out and the type in its one spelling."""
        if isinstance(value, str):
            return {"type": spellings(self.family).get(value, value)}
        if isinstance(value, dict) and isinstance(name := value.get("type"), str) and name in spellings(self.family):
            return {**value, "type": spellings(self.family)[name]}
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Expands before the union looks at the type."""
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What is read may be a string; what is written never is."""
        full = handler(schema)
        if handler.mode == "serialization":
            return full
        free = {
            component.type_name()
            for component in concrete(self.family)
            if not any(field.is_required() for field in component.model_fields.values())
        }
        names = sorted(name for name, meant in spellings(self.family).items() if meant in free)
        return {"anyOf": [full, {"type": "string", "enum": names}]} if names else full
