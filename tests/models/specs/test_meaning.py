"""Targets in every form that a client sends them in, and those that no network could mean anything by."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from models.diagnoses.spec_check import check_spec
from models.engine.data.dataset import load
from models.specs import losses
from models.specs.check import InvalidSpec, parse
from models.specs.spec import concrete
from tests.models.specs.documents import inline

LOSSES = [each for each in concrete(losses.LossBase) if issubclass(each, losses.LossBase)]
NUMERIC = [str(each.model_fields["type"].default) for each in LOSSES if not each.classifies]
BINARY = ["binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge"]
LABELS: dict[str, list[Any]] = {
    "whole numbers": [0, 1, 1, 0, 1, 0],
    "other whole numbers": [-1, 1, 1, -1, 1, -1],
    "numbers of JSON's other form": [0.0, 1.0, 1.0, 0.0, 1.0, 0.0],
    "truth values": [False, True, True, False, True, False],
    "names": ["no", "yes", "yes", "no", "yes", "no"],
    "fractions": [0.5, 1.5, 1.5, 0.5, 1.5, 0.5],
}


def refused(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidSpec) as caught:
        parse(document)
    return [(error.pointer, error.detail) for error in caught.value.errors]


@pytest.mark.parametrize(("labels", "loss"), list(product(LABELS, [*BINARY, "mse", "mae"])))
def test_a_column_is_what_its_values_are(labels: str, loss: str) -> None:
    flat = LABELS[labels]
    if labels == "names" and loss in NUMERIC:
        assert refused(inline([[label] for label in flat], 1, loss)) == refused(inline(flat, 1, loss))
        return
    column, row = parse(inline([[label] for label in flat], 1, loss)), parse(inline(flat, 1, loss))
    assert column == row
    assert load(column).digest == load(row).digest
    assert load(column).targets.classes == load(row).targets.classes


def test_a_column_for_one_output_a_class() -> None:
    for loss in ("sparse_categorical_crossentropy", "categorical_crossentropy"):
        data = load(parse(inline([[2], [0], [1], [2]], 3, loss)))
        assert data.targets.classes == [0, 1, 2]
        assert data.targets.labels.tolist() == [2, 0, 1, 2]


@pytest.mark.parametrize("targets", [[[0], [1, 2]], [[0], 1], [0, [1]], [[0], [None]], [[0], [[1]]], [[], [1]]])
def test_what_is_no_column_is_refused_where_it_stands(targets: list[Any]) -> None:
    (first, *_) = refused(inline(targets, 1, "binary_crossentropy"))
    assert first[0].startswith("/data/source/targets")


@pytest.mark.parametrize("loss", NUMERIC)
class TestNamesUnderANumericLoss:
    def test_two_names_on_one_output(self, loss: str) -> None:
        ((pointer, detail),) = refused(inline(["no", "yes", "no"], 1, loss))
        assert pointer == "/training/loss"
        assert '"no" and "yes"' in detail
        assert "binary_crossentropy" in detail

    def test_two_names_on_purpose(self, loss: str) -> None:
        assert check_spec(inline(["no", "yes", "no"], 1, loss, task="classification")).errors == []

    def test_an_output_a_name(self, loss: str) -> None:
        assert check_spec(inline(["no", "yes", "no"], 2, loss)).errors == []

    def test_numbers_in_quotes(self, loss: str) -> None:
        ((pointer, detail),) = refused(inline(["10.5", "9", "1e3"], 1, loss))
        assert pointer == "/training/loss"
        assert "without quotes" in detail


@pytest.mark.parametrize("loss", [*NUMERIC, *BINARY])
@pytest.mark.parametrize("task", [None, "classification"])
def test_three_names_on_one_output(loss: str, task: str | None) -> None:
    ((pointer, detail),) = refused(inline(["a", "b", "c", "a"], 1, loss, task=task))
    assert pointer == "/training/loss"
    assert "3 units" in detail


@pytest.mark.parametrize(
    "targets", [[2.5] * 4, [7] * 4, [7, 7.0, 7], [[2.5]] * 4, [[1.5, 2.0]] * 4, [0.0, -0.0, 0]], ids=str
)
def test_a_target_that_never_changes(targets: list[Any]) -> None:
    width = len(targets[0]) if isinstance(targets[0], list) else 1
    ((pointer, detail),) = refused(inline(targets, width))
    assert pointer == "/data/source/targets"
    assert "send targets that differ" in detail


def test_one_of_several_targets_may_stand_still() -> None:
    assert check_spec(inline([[1.5, 2.0], [1.5, 3.0]], 2)).errors == []
