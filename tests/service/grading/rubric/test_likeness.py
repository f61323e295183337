"""Specs that are nearly the same, and specs that are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.presets import presets
from models.specs.canonical import canonical
from models.specs.check import parse
from service.grading.rubric.distance import Outline, Scale
from service.grading.rubric.likeness import ComparedSpec, likenesses


def spec(*layers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A canonical spec with these hidden layers."""
    document = presets()["S3"].document
    own = {name: changes.pop(name) for name in ("name", "labels", "seed") if name in changes}
    hidden = list(layers) or document["architecture"]["layers"][:-1]
    architecture = {"layers": [*hidden, document["architecture"]["layers"][-1]]}
    training = document["training"] | changes
    return canonical(parse(document | own | {"architecture": architecture, "training": training}))


def dense(units: int, activation: str = "relu", **more: Any) -> dict[str, Any]:
    return {"type": "dense", "units": units, "activation": activation, **more}


def handed(*specs: tuple[str, dict[str, Any]]) -> list[ComparedSpec]:
    return [ComparedSpec(f"sub_{number}", author, each) for number, (author, each) in enumerate(specs)]


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    return Scale().distance(Outline.of(one), Outline.of(other))


BASE = spec()


@pytest.mark.parametrize(
    "same",
    [
        spec(name="mine", labels={"by": "me"}, seed=99),
        spec(*[dense(5, kernel_initializer="he_uniform")] * 5),
        spec(dense(5, kernel_initializer={"type": "he_uniform", "seed": 4}, repeat=2), *[
            dense(5, kernel_initializer="he_uniform")
        ] * 3),
        spec(optimizer={"type": "SGD", "learning_rate": 1e-2, "momentum": 0.9}),
        BASE | {"data": {}, "diagnostics": {"every": 7}},
    ],
)  # fmt: skip
def test_what_decides_nothing_makes_no_difference(same: dict[str, Any]) -> None:
    [found] = likenesses(handed(("ana", BASE), ("bea", same)))
    assert (found.equal, found.distance, found.differences, found.authors) == (True, 0.0, (), 2)


def test_a_pair_says_what_differs() -> None:
    disguised = spec(optimizer={"type": "sgd", "learning_rate": 0.011, "momentum": 0.9}, batch_size=31)
    [found] = likenesses(handed(("ana", BASE), ("bea", disguised)))
    assert (found.left.author, found.right.author, found.equal) == ("ana", "bea", False)
    assert 0 < found.distance < 0.02
    assert {(each.pointer, each.left, each.right) for each in found.differences} == {
        ("/training/optimizer/learning_rate", 0.01, 0.011),
        ("/training/batch_size", 32, 31),
    }


def test_a_layer_more_or_another_one_is_told_at_its_place() -> None:
    small = dense(5, kernel_initializer="he_uniform")
    inserted = spec(small, small, {"type": "batch_normalization"}, small, small, small)
    [found] = likenesses(handed(("ana", BASE), ("bea", inserted)), near=1.0)
    assert found.distance == 1.0
    [difference] = found.differences
    assert (difference.pointer, difference.left) == ("/architecture/layers/2", "absent")
    assert difference.right["type"] == "batch_normalization"
    wider = spec(small, small, dense(6, kernel_initializer="he_uniform"), small, small)
    [found] = likenesses(handed(("ana", BASE), ("bea", wider)))
    assert [(each.pointer, each.left, each.right) for each in found.differences] == [
        ("/architecture/layers/2/units", 5, 6)
    ]


def test_other_networks_are_not_alike_nor_are_an_authors_own() -> None:
    other = spec(dense(8, "tanh"), dense(4, "tanh"), optimizer="adam")
    assert likenesses(handed(("ana", BASE), ("bea", other), ("ana", BASE))) == []


def test_the_nearest_pair_of_two_authors_is_told_and_how_many_had_the_same() -> None:
    slower = spec(optimizer={"type": "sgd", "learning_rate": 0.009, "momentum": 0.9})
    found = likenesses(handed(("ana", slower), ("bea", BASE), ("ana", BASE), ("carl", BASE), ("bea", slower)))
    assert [(each.left.submission, each.right.submission, each.distance, each.authors) for each in found] == [
        ("sub_0", "sub_4", 0.0, 2),
        ("sub_1", "sub_3", 0.0, 3),
        ("sub_2", "sub_3", 0.0, 3),
    ]


layers = st.lists(
    st.one_of(
        st.builds(dense, st.integers(1, 4), st.sampled_from(["relu", "tanh"]), repeat=st.integers(1, 2)),
        st.just({"type": "batch_normalization"}),
        st.builds(lambda rate: {"type": "dropout", "rate": rate}, st.sampled_from([0.1, 0.2])),
    ),
    min_size=1,
    max_size=4,
)
specs = st.builds(lambda chosen, epochs: spec(*chosen, epochs=epochs), layers, st.integers(1, 3))


@given(specs, specs)
def test_it_is_a_distance_and_its_differences_explain_it(one: dict[str, Any], other: dict[str, Any]) -> None:
    scale, left, right = Scale(), Outline.of(one), Outline.of(other)
    far = scale.distance(left, right)
    assert far == apart(other, one)
    assert apart(one, one) == 0
    assert (far == 0) == (left.key == right.key) == (not list(scale.differences(left, right)))
    assert scale.distance(left, right, far) == far
