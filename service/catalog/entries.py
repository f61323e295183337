"""Builds the catalog's entries from the classes that they describe."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic.json_schema import models_json_schema
from pydantic_core import to_jsonable_python

from models.diagnoses.catalog import DIAGNOSES
from models.diagnoses.rule import DataRule, Rule, SpecificationRule
from models.diagnoses.thresholds import LIMITS, VERSION
from models.quantities import QUANTITIES
from models.specs.spec import Component
from models.text import LocalizedText
from service.catalog.checks import check_kind
from service.catalog.kinds import KINDS, Kind, members
from service.catalog.schemas import (
    CheckKind,
    ComponentEntry,
    ComponentKind,
    DiagnosisEntry,
    DiagnosisKind,
    KindSummary,
    QuantityEntry,
    QuantityKind,
)
from service.http.routing import PREFIX

REFERENCE = "#/definitions/{model}"
# What a kind offers beside its list: link -> last part of the address.
EXTRAS = {"activations": ("curve", "curve"), "initializers": ("sample", "sample")}


def summaries() -> list[KindSummary]:
    """All kinds, and the presets, which have an address of their own."""
    found = [
        KindSummary(
            kind=kind.name,
            text=kind.text,
            count=kind.count,
            links={"self": f"{PREFIX}/catalog/{kind.name}"},
        )
        for kind in KINDS.values()
    ]
    return [*found, _presets()]


def _presets() -> KindSummary:
    from models.presets import presets

    return KindSummary(
        kind="presets",
        text=LocalizedText(en="Whole specs to start from", es="Especificaciones completas para empezar"),
        count=len(presets()),
        links={"self": f"{PREFIX}/presets"},
    )


@cache
def listing(name: str) -> ComponentKind | CheckKind | QuantityKind | DiagnosisKind:
    """Everything of a kind; made once, since nothing of it changes while the program runs."""
    kind = KINDS[name]
    if kind.union is not None:
        return _components(kind)
    match name:
        case "quantities":
            return _quantities(kind)
        case "checks":
            return check_kind(kind.text)
        case _:
            return _diagnoses(kind)


def _components(kind: Kind) -> ComponentKind:
    classes = members(kind.union)
    schemas, shared = models_json_schema([(cls, "validation") for cls in classes], ref_template=REFERENCE)
    definitions = dict(shared.get("$defs", {}))
    entries = []
    for cls in classes:
        reference = schemas[cls, "validation"]["$ref"].rpartition("/")[2]
        entries.append(_entry(kind.name, cls, {**definitions[reference]}))
    return ComponentKind(kind=kind.name, text=kind.text, data=entries, definitions=definitions)


def _entry(kind: str, cls: type[Component], schema: dict[str, object]) -> ComponentEntry:
    fields = {name: field for name, field in cls.model_fields.items() if name != "type"}
    name = cls.type_name()
    links = {"kind": f"{PREFIX}/catalog/{kind}"}
    if kind in EXTRAS:
        relation, last = EXTRAS[kind]
        links[relation] = f"{PREFIX}/catalog/{kind}/{name}/{last}"
    return ComponentEntry(
        name=name,
        text=cls.text,
        latex=cls.latex,
        target=cls.target,
        aliases=list(cls.aliases),
        defaults={
            name: to_jsonable_python(field.get_default(call_default_factory=True))
            for name, field in fields.items()
            if not field.is_required()
        },
        required=[name for name, field in fields.items() if field.is_required()],
        json_schema=schema,
        links=links,
    )


def _quantities(kind: Kind) -> QuantityKind:
    return QuantityKind(
        text=kind.text,
        data=[
            QuantityEntry(
                name=quantity.name,
                scope=quantity.scope,
                symbol=quantity.symbol,
                latex=quantity.formula,
                unit=quantity.unit,
                first_epoch=quantity.first_epoch,
                text=quantity.text,
                reference=quantity.reference,
            )
            for quantity in QUANTITIES
        ],
    )


def _diagnoses(kind: Kind) -> DiagnosisKind:
    return DiagnosisKind(
        text=kind.text,
        version=VERSION,
        thresholds=LIMITS.table(),
        data=[
            DiagnosisEntry(
                name=rule.code,
                title=rule.title,
                text=rule.text,
                needs=_needs(rule),
                reference=rule.reference,
                faulty=rule.FAULTY,
                healthy=rule.HEALTHY,
            )
            for rule in DIAGNOSES
        ],
    )


def _needs(rule: Rule) -> Literal["spec", "data", "record"]:
    match rule:
        case SpecificationRule():
            return "spec"
        case DataRule():
            return "data"
        case _:
            return "record"
