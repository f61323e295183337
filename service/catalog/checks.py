"""Builds the catalog's entries of checks from their classes."""

from __future__ import annotations

from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema
from pydantic_core import to_jsonable_python

from models.text import LocalizedText
from service.catalog.kinds import members
from service.catalog.schemas import CheckEntry, CheckExample, CheckKind
from service.grading.rubric.checks import Case, Check, CheckUnion

REFERENCE = "#/definitions/{model}"


def check_kind(text: LocalizedText) -> CheckKind:
    """Build the entries of all checks, in the order of their union."""
    classes: tuple[type[Check], ...] = members(CheckUnion)
    schemas, shared = models_json_schema([(cls, "validation") for cls in classes], ref_template=REFERENCE)
    definitions = dict(shared.get("$defs", {}))
    entries = []
    for cls in classes:
        reference = schemas[cls, "validation"]["$ref"].rpartition("/")[2]
        entries.append(_entry(cls, {**definitions[reference]}))
    return CheckKind(text=text, data=entries, definitions=definitions)


def _entry(cls: type[Check], schema: dict[str, object]) -> CheckEntry:
    fields = {_spelled(name, field): field for name, field in cls.model_fields.items() if name != "type"}
    return CheckEntry(
        name=cls.type_name(),
        text=cls.text,
        defaults={
            name: to_jsonable_python(field.get_default(call_default_factory=True))
            for name, field in fields.items()
            if not field.is_required()
        },
        required=[name for name, field in fields.items() if field.is_required()],
        json_schema=schema,
        related=list(cls.related),
        example=cls.EXAMPLES.check,
        passes=_example(cls.EXAMPLES.passes),
        fails=_example(cls.EXAMPLES.fails),
    )


def _spelled(name: str, field: FieldInfo) -> str:
    """A field's name in a document."""
    return field.alias or name


def _example(case: Case) -> CheckExample:
    return CheckExample(spec=case.spec, baseline=case.baseline, answers=dict(case.answers), manual=dict(case.manual))
