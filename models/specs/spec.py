"""Defines the base classes of specs, and the types of their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, GetJsonSchemaHandler, Strict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from models.specs import docstrings, limits
from models.text import LocalizedText
from models.violation import Violation

Path = tuple[str | int, ...]


class Spec(BaseModel):
    """A closed, immutable part of a spec: no unknown fields, no silent conversions, no NaN, no infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    def violations(self) -> Iterator[Violation]:
        """What is wrong between this part's own fields, with pointers relative to the part."""
        return iter(())

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The JSON Schema, with the fields described by the docstring's attributes, and ``type`` required."""
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        schema["description"] = docstrings.summary(cls)
        descriptions = docstrings.attributes(cls)
        for name, field in schema.get("properties", {}).items():
            if name in descriptions:
                field["description"] = descriptions[name]
        if "type" in schema.get("properties", {}):
            schema["properties"]["type"].pop("default", None)
            schema["required"] = ["type", *schema.get("required", [])]
        return reference


class Component(Spec):
    """Something that a spec names by its ``type``: the typed form of one call.

    Attributes:
        target: the dotted path of what is called; the fields, without ``ours``, are its keyword arguments.
        text: what it does and when to use it.
        latex: its formula.
        aliases: other spellings of ``type`` that are read, never written.
        ours: the fields that are not arguments of ``target``.
    """

    target: ClassVar[str]
    text: ClassVar[LocalizedText]
    latex: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    ours: ClassVar[frozenset[str]] = frozenset({"type"})
    type: str

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments for ``target``; components among them are specs still."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in self.ours}

    @classmethod
    def type_name(cls) -> str:
        """The value of ``type`` that names this component."""
        return str(cls.model_fields["type"].default)


def concrete(family: type[Component]) -> Iterator[type[Component]]:
    """The classes of ``family`` that can be named, in the order of their definition."""
    if not family.model_fields["type"].is_required():
        yield family
    for below in family.__subclasses__():
        yield from concrete(below)


def _whole(value: object) -> object:
    """JSON has one kind of number: 5.0 is the integer 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shape(value: object) -> str:
    """The tag of a value that may be a number, a list or an object; no field is called like a tag."""
    if isinstance(value, list | tuple):
        return "<list>"
    return "<number>" if isinstance(value, bool | int | float) else "<object>"


WHOLE = BeforeValidator(_whole)
BY_SHAPE = Discriminator(_shape)
LIST = Strict(strict=False)  # a JSON array is a Python list; specs hold tuples, which cannot change

Int = Annotated[int, Field(ge=-limits.MAX_SAFE_INTEGER, le=limits.MAX_SAFE_INTEGER), WHOLE]
Seed = Annotated[int, Field(ge=0, le=limits.MAX_SEED), WHOLE]
Rows = Annotated[int, Field(ge=1, le=limits.MAX_ROWS), WHOLE]
Number = Annotated[float, Field(ge=-limits.MAX_NUMBER, le=limits.MAX_NUMBER)]
NonNegative = Annotated[float, Field(ge=0, le=limits.MAX_NUMBER)]
Positive = Annotated[float, Field(gt=0, le=limits.MAX_NUMBER)]
Share = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[tuple[Number, Number], LIST]
