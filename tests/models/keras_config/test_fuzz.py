"""Any document is imported or refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.keras_config import KerasImport, NotImported, import_keras
from models.specs.architecture import ArchitectureSpec
from tests.models.keras_config.documents import (
    COMPILE,
    KERAS2_FUNCTIONAL,
    KERAS2_SEQUENTIAL,
    dense,
    functional,
    keras3,
    sequential,
)

BLOCKS = functional({"a": ["x"], "s": ["x", "a"], "b": ["s"], "t": ["b", "s"], "c": ["t"]}, "c")
MODELS = [sequential(dense(), keras3("Dropout", rate=0.2), dense(1)), BLOCKS, KERAS2_SEQUENTIAL, KERAS2_FUNCTIONAL]
WORDS = st.sampled_from(["Dense", "Sequential", "Add", "x", "a", "s", "relu", "class_name", "config", "keras", "name"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=3)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn, documents: list[Any]) -> Any:
    """A document with up to three values replaced, or copied from elsewhere in it."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(places(document)[1:] or [("",)]))
        place = document
        for key in way:
            place = place[key]
        if isinstance(place, dict | list):
            source = document
            for key in draw(st.sampled_from(places(document))):
                source = source[key]
            value = draw(VALUES) if draw(st.booleans()) else copy.deepcopy(source)
            place[last] = value
    return document


@given(mutated(MODELS), mutated([COMPILE]))
@settings(max_examples=400, deadline=None)
def test_documents_that_were_changed(model: Any, compiled: Any) -> None:
    found = outcome(model, compiled)
    if isinstance(found, KerasImport):
        written = found.architecture.model_dump(mode="json")
        assert ArchitectureSpec.model_validate(written) == found.architecture
    else:
        assert found
        assert all(pointer.startswith(("/architecture", "/compile")) for pointer in found)


def outcome(model: Any, compiled: Any) -> KerasImport | list[str]:
    """What is read, or where it is refused."""
    try:
        return import_keras(model, compiled)
    except NotImported as refused:
        return [error.pointer for error in refused.errors]


@given(VALUES, VALUES)
@settings(max_examples=200, deadline=None)
def test_any_json(model: Any, compiled: Any) -> None:
    with pytest.raises(NotImported):
        import_keras(model, compiled)
