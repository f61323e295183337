"""Any document is answered with violations, never with another exception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.diagnoses.spec_check import check_spec
from models.pointers import tokens
from models.specs import limits
from models.specs.check import InvalidSpec, parse
from models.violation import Violation
from tests.models.specs.broken import BROKEN, Broken
from tests.models.specs.documents import changed, circles


def resolve(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer; KeyError or IndexError where there is none."""
    value = document
    for key in tokens(pointer):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def errors_of(document: Any) -> list[Violation]:
    with pytest.raises(InvalidSpec) as caught:
        parse(document)
    return caught.value.errors


def test_there_are_many() -> None:
    assert len(BROKEN) >= 300
    assert len({case.name for case in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: str(case.name))
def test_is_refused_at_its_place(case: Broken) -> None:
    errors = errors_of(case.document)
    assert case.pointer in {error.pointer for error in errors}, errors
    assert all(error.detail for error in errors)
    assert 1 <= len(errors) <= limits.MAX_ERRORS


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: str(case.name))
def test_points_into_the_document(case: Broken) -> None:
    for error in errors_of(case.document):
        if error.detail.endswith("is required") or 'field "type" is required' in error.detail:
            parent, _, missing = error.pointer.rpartition("/")
            holder = resolve(case.document, parent)
            if isinstance(holder, dict) and not isinstance(holder.get(missing), str):
                continue
        resolve(case.document, error.pointer)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: str(case.name))
def test_check_says_the_same(case: Broken) -> None:
    result = check_spec(case.document)
    assert not result.valid
    assert result.errors == errors_of(case.document)
    assert result.spec_hash is None
    result.model_dump_json().encode()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**300)
    | st.floats()
    | st.text()
    | st.sampled_from(["dense", "tanh", "sgd", "circles", "l1", "\ud800", "type", "<object>", "<list>"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["type", "layers", "units", "l1", "\udfff"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_value_is_answered(document: Any) -> None:
    result = check_spec(document)
    result.model_dump_json().encode()


def places(value: Any, pointer: str = "") -> list[str]:
    """Every pointer into ``value`` below its root."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return []
    return [place for key, item in inner for place in (f"{pointer}/{key}", *places(item, f"{pointer}/{key}"))]


@given(st.sampled_from(places(circles())), json_values)
def test_any_value_anywhere_is_answered(pointer: str, value: Any) -> None:
    document = changed(circles(), pointer, value)
    result = check_spec(document)
    result.model_dump_json().encode()
    for error in result.errors:
        assert error.pointer == "" or error.pointer.startswith("/")
