"""The JSON Schema of specs describes what is read and what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from models.diagnoses.spec_check import SpecCheck, check_spec
from models.presets import presets
from models.specs.canonical import canonical
from models.specs.job import TrainingJobSpec
from tests.models.specs.broken import BROKEN, Broken
from tests.models.specs.documents import changed, circles

READ = Draft202012Validator(TrainingJobSpec.model_json_schema())
WRITTEN = Draft202012Validator(TrainingJobSpec.model_json_schema(mode="serialization"))

# What the reader says about one value by itself; what is between two values no schema can say.
STRUCTURAL = ("unknown ", "the field ", "must be ", "must have ", "entry ")


@pytest.mark.parametrize("document", [circles(), *(preset.document for preset in presets().values())])
def test_holds_for_what_is_read(document: dict[str, Any]) -> None:
    READ.validate(document)


@pytest.mark.parametrize("preset", presets())
def test_holds_for_what_is_written(preset: str) -> None:
    form = json.loads(json.dumps(canonical(presets()[preset].spec)))
    WRITTEN.validate(form)
    READ.validate(form)


def cases() -> Iterator[Any]:
    """The documents that the reader refuses; those of many rows keep the validator busy for seconds."""
    for case in BROKEN:
        if case.strict:
            long = len(json.dumps(case.document)) > 100_000
            yield pytest.param(case, id=str(case.name), marks=[pytest.mark.slow] if long else [])


@pytest.mark.parametrize("case", list(cases()))
def test_schema_and_reader_agree(case: Broken) -> None:
    errors = check_spec(case.document).errors
    assert READ.is_valid(case.document) != any(error.detail.startswith(STRUCTURAL) for error in errors)


def test_every_component_requires_its_type() -> None:
    definitions = TrainingJobSpec.model_json_schema()["$defs"]
    typed = [schema for schema in definitions.values() if "type" in schema.get("properties", {})]
    assert len(typed) > 100
    assert all("type" in schema["required"] for schema in typed)
    assert all("." not in name and "__" not in name for name in definitions)


def test_fields_are_described() -> None:
    sgd = TrainingJobSpec.model_json_schema()["$defs"]["Sgd"]
    assert "Attributes" not in sgd["description"]
    assert "keeps their direction" in sgd["properties"]["global_clipnorm"]["description"]


def test_check_of_anything_fits_its_schema() -> None:
    schema = Draft202012Validator(SpecCheck.model_json_schema(mode="serialization"))
    for document in (circles(), None, {}):
        schema.validate(json.loads(check_spec(document).model_dump_json()))


def test_string_shorthands_are_in_the_schema() -> None:
    document = circles()
    document["training"]["optimizer"] = "AdamW"
    document["data"]["source"] = "iris"
    READ.validate(document)
    assert check_spec(changed(circles(), "/training/optimizer", "AdamW")).valid
