"""A student's file, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.config_files import MOST, entries
from service.grading.rubric.keras_specs import spec_of
from tests.models.keras_config.documents import (
    COMPILE,
    KERAS2_COMPILE,
    KERAS2_SEQUENTIAL,
    forms,
    functional,
    sequential,
)
from tests.models.keras_config.test_fuzz import MODELS, VALUES, mutated

ASSIGNMENT = Assignment.model_validate(
    {
        "title": "t",
        "data": {"source": "iris"},
        "rubric": [{"type": "parameter_budget", "at_most": 9, "points": 1}],
        "constraints": {"fixed": {"/training/epochs": 5, "/architecture/init_sharing": "shared"}},
    }
)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"spec": {"a": 1}}, [(False, "/spec", {})]),
        ({"a": 1}, [(False, "", {})]),
        ({"class_name": "Sequential"}, [(True, "", {})]),
        ({"keras": 1, "answers": {"q": "x"}}, [(True, "/keras", {"q": "x"})]),
        (
            {"specs": [{"a": 1}, {"spec": 2, "answers": {"q": 1}}], "answers": {"q": 0}},
            [(False, "/specs/0", {"q": 0}), (False, "/specs/1/spec", {"q": 1})],
        ),
    ],
)
def test_the_forms_of_a_file(config: Any, expected: list[tuple[bool, str, Any]]) -> None:
    found = entries(config)
    assert [(e.keras, "".join(f"/{key}" for key in e.path), e.answers) for e in found] == expected


KERAS = forms(KERAS2_SEQUENTIAL)
ROWS_OF_FOUR = KERAS2_SEQUENTIAL["config"]["layers"]


@pytest.mark.parametrize("wrap", ["config", "keras", "specs", "architecture"])
@pytest.mark.parametrize("name", KERAS)
def test_a_keras_model_in_every_form_and_place(name: str, wrap: str) -> None:
    """A file that holds it, its member, one of several, or beside what it was compiled with."""
    document, _ = KERAS[name]
    file = {
        "config": document,
        "keras": {"keras": document},
        "specs": {"specs": [document, {"keras": document}]},
        "architecture": {"keras": {"architecture": document, "compile": KERAS2_COMPILE}},
    }[wrap]
    for whole in (file, json.dumps(file)):
        for found in entries(whole):
            assert found.keras
            made = spec_of(ASSIGNMENT, found.document, found.path)
            assert len(made.document["architecture"]["layers"]) == len(ROWS_OF_FOUR)
            assert ("loss" in made.document["training"]) == (wrap == "architecture" or "H5" in name)


@pytest.mark.parametrize("wrap", [dict, lambda spec: {"spec": spec}, lambda spec: {"specs": [spec, spec]}])
def test_a_spec_as_text(wrap: Any) -> None:
    file = wrap({"architecture": {"layers": ["relu"]}})
    assert entries(json.dumps(file)) == entries(file)


def test_text_that_is_no_model() -> None:
    with pytest.raises(Invalid) as raised:
        spec_of(ASSIGNMENT, "{", ("keras",))
    assert [violation.pointer for violation in raised.value.violations] == ["/keras"]


@pytest.mark.parametrize(
    "config", [None, [], "x", {"specs": []}, {"specs": [{}] * (MOST + 1)}, {"specs": 1}, {"spec": 1, "x": 2}]
)
def test_other_files_are_refused(config: Any) -> None:
    with pytest.raises(Invalid) as raised:
        entries(config)
    assert raised.value.violations


def test_what_is_fixed_need_not_be_said() -> None:
    made = spec_of(ASSIGNMENT, {"architecture": sequential(), "compile": COMPILE} | {"architecture": MODELS[0]})
    assert made.document["training"]["epochs"] == 5
    assert made.document["architecture"]["init_sharing"] == "shared"
    said = spec_of(ASSIGNMENT, {"architecture": MODELS[0], "training": {"epochs": 7}})
    assert said.document["training"]["epochs"] == 7


def test_places_inside_blocks() -> None:
    model = functional({"a": ["x"], "s": ["x", "a"], "b": ["s"]}, "b")
    made = spec_of(ASSIGNMENT, {"architecture": model}, ("keras",))
    assert made.locate("/architecture/layers/0/layers/0/units") == "/keras/architecture/config/layers/1/config/units"
    assert made.locate("/architecture/layers/1") == "/keras/architecture/config/layers/3"
    assert made.locate("/architecture/layers") == "/keras"
    assert made.locate("/training/epochs") == "/keras/training/epochs"


@given(mutated(MODELS) | VALUES, st.none() | VALUES)
def test_whatever_comes_is_read_or_refused(model: Any, training: Any) -> None:
    places = where_it_leads(model, training)
    assert places
    assert all(place.startswith("/keras") for place in places)


def where_it_leads(model: Any, training: Any) -> list[str]:
    """Where violations of its spec lie in the request, or where it is refused itself."""
    try:
        made = spec_of(ASSIGNMENT, {"architecture": model, "training": training}, ("keras",))
    except Invalid as refused:
        return [violation.pointer for violation in refused.violations]
    return [made.locate(where) for where in ("", "/data", "/architecture/layers/0/units", "/training/loss")]
