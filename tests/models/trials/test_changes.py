"""Independent changes, and specs without one of them."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.advice import activations, layers, penalties, rates
from models.diagnoses.design import Design
from models.diagnoses.finding import Operation
from models.specs.canonical import canonical
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.trials.changes import changed, changes
from models.trials.patching import apply, read
from models.trials.proposal import Unfit, propose
from tests.models.diagnoses.documents import CIRCLES, SIGMOID, dense, job

DEEP = parse(job([dense(8, "sigmoid"), dense(6, "sigmoid"), dense(4, "sigmoid", repeat=3), SIGMOID]))
SGD = {"type": "sgd", "learning_rate": 0.1}


def patched(spec: TrainingJobSpec, patch: list[Operation]) -> TrainingJobSpec:
    return parse(apply(canonical(spec), read([operation.model_dump() for operation in patch])))


def kinds(spec: TrainingJobSpec, other: TrainingJobSpec) -> list[str]:
    return [change.kind for change in changes(spec, other)]


def test_an_activation_and_its_weights_in_all_layers_are_two_changes() -> None:
    after = patched(DEEP, activations.relu_he(Design(DEEP)).patch)
    activation, initializer = changes(DEEP, after)
    assert (activation.kind, initializer.kind) == ("activation", "initializer")
    assert len(activation.operations) == len(initializer.operations) == 3
    alone = parse(changed(DEEP, [activation]))
    assert kinds(DEEP, alone) == ["activation"]
    assert kinds(alone, after) == ["initializer"]
    assert parse(changed(DEEP, [activation, initializer])) == after


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({"optimizer": {**SGD, "learning_rate": 0.01}}, ["learning_rate"]),
        ({"optimizer": {**SGD, "global_clipnorm": 1.0, "momentum": 0.9}}, ["optimizer", "clipping"]),
        ({"optimizer": {"type": "adam", "clipnorm": 1.0}}, ["optimizer"]),
        ({"batch_size": 64, "loss": "mse"}, ["loss", "batch_size"]),
        ({"validation": None}, ["early_stopping"]),
        ({"early_stopping": {"patience": 3}}, ["early_stopping"]),
        ({"class_weight": {"0": 2.0}}, ["class_weight"]),
        ({}, []),
    ],
)
def test_kinds_of_training(training: dict[str, Any], expected: list[str]) -> None:
    base = {"optimizer": SGD, "batch_size": 32}
    before, after = (parse(job([dense(4, "relu"), SIGMOID], **settings)) for settings in (base, {**base, **training}))
    assert sorted(kinds(before, after)) == sorted(expected)
    assert parse(changed(before, changes(before, after))) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([dense(4, "tanh"), SIGMOID], [dense(5, "relu"), SIGMOID], ["size", "activation"]),
        ([dense(4), "relu", SIGMOID], [dense(4), "leaky_relu", SIGMOID], ["activation"]),
        ([dense(4), "relu", SIGMOID], [dense(4), "batch_normalization", SIGMOID], ["layers"]),
        ([dense(4, "tanh"), SIGMOID], [dense(4, "relu"), dense(4, "relu"), SIGMOID], ["layers"]),
        ([dense(4), SIGMOID], [dense(4, kernel_regularizer={"type": "l2", "l2": 0.1}), SIGMOID], ["penalty"]),
        ([{"type": "dropout", "rate": 0.5}, SIGMOID], [{"type": "dropout", "rate": 0.1}, SIGMOID], ["noise"]),
    ],
)
def test_kinds_of_architecture(before: list[Any], after: list[Any], expected: list[str]) -> None:
    one, other = parse(job(before)), parse(job(after))
    assert sorted(kinds(one, other)) == sorted(expected)
    assert parse(changed(one, changes(one, other))) == other


def test_labels_may_be_anything() -> None:
    source = {"type": "inline", "features": [[0.0], [1.0]] * 5, "targets": ["a/b~", "c"] * 5}
    data = {"source": source, "split": None}
    one, other = (parse(job([SIGMOID], data, class_weight={"a/b~": weight, "c": 1.0})) for weight in (1.0, 2.0))
    assert parse(changed(one, changes(one, other))) == other


class TestProposals:
    def test_a_larger_batch_gets_the_epochs_for_as_many_steps(self) -> None:
        found = propose(DEEP, canonical(patched(DEEP, rates.larger_batch(Design(DEEP)).patch)))
        assert found.spec.training.batch_size == 128
        assert found.spec.training.epochs == 150  # of 2 steps: 60 epochs of 5 before
        assert ([change.kind for change in found.changes], found.same_steps) == (["batch_size"], True)

    def test_whoever_trains_longer_means_it(self) -> None:
        found = propose(DEEP, canonical(patched(DEEP, rates.longer(Design(DEEP), 5000).patch)))
        assert (found.spec.training.epochs, found.same_steps) == (1000, False)

    def test_what_the_specification_stage_refuses_is_not_worth_training(self) -> None:
        document = canonical(DEEP)
        document["architecture"]["layers"][-1]["activation"] = {"type": "softmax"}
        assert propose(DEEP, document).gate == ["output_contract"]
        broken = parse(document)
        assert propose(broken, document).gate == []  # the base has it as well

    def test_losses_with_other_penalties_do_not_compare(self) -> None:
        assert not propose(DEEP, canonical(patched(DEEP, penalties.decay(Design(DEEP)).patch))).same_loss
        assert propose(DEEP, canonical(patched(DEEP, layers.batch_normalization(Design(DEEP)).patch))).same_loss

    @pytest.mark.parametrize(
        ("path", "value", "pointer"),
        [
            ("/seed", 7, "/seed"),
            ("/data/source/noise", 0.5, "/data/source"),
            ("/data/split", None, "/data/split"),
            ("/training/metrics", [], "/training/metrics"),
            ("/diagnostics/every", 5, "/diagnostics"),
            ("/training/epochs", -1, "/training/epochs"),
        ],
    )
    def test_what_cannot_be_compared_is_refused(self, path: str, value: Any, pointer: str) -> None:
        base = parse(job([SIGMOID], CIRCLES, metrics=["accuracy"]))
        with pytest.raises(Unfit) as unfit:
            propose(base, apply(canonical(base), read([{"op": "replace", "path": path, "value": value}])))
        assert [error.pointer for error in unfit.value.errors] == [pointer]
