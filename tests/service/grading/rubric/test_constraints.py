"""What a submission must keep, and how it is made ready."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.spec_check import check_spec
from models.diagnoses.specimens import OUTPUT, dense, specimen, table
from models.specs import limits
from models.specs.canonical import canonical, spec_hash
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from service.grading.rubric.constraints import completed, refuse
from service.grading.rubric.trainings import prepared
from tests.service.grading.rubric.documents import assignment


def refused(constraints: dict[str, Any], submitted: dict[str, Any], **changes: Any) -> dict[str, str]:
    """Pointer -> detail."""
    found = refuse(assignment(constraints=constraints, **changes), parse(submitted), submitted)
    return {fault.pointer: fault.detail for fault in found}


class TestRefusing:
    def test_what_keeps_everything_is_taken(self) -> None:
        assert refused({"max_parameters": 105, "max_epochs": 40, "max_layers": 3, "max_units": 8}, specimen()) == {}

    @pytest.mark.parametrize(
        ("constraints", "pointer", "detail"),
        [
            ({"max_parameters": 104}, "/architecture/layers", "has 105 parameters, the assignment allows 104"),
            ({"max_layers": 2}, "/architecture/layers", "has 3 layers"),
            ({"max_epochs": 39}, "/training/epochs", "has 40 epochs"),
            ({"max_steps": 199}, "/training/epochs", "has 200 steps"),
            ({"max_units": 7}, "/architecture/layers/0/units", "has 8 units"),
            ({"allowed_layers": ["dropout"]}, "/architecture/layers/0", "dense is not among the layers"),
            ({"forbidden_layers": ["Dense"]}, "/architecture/layers/0", "dense is forbidden"),
            ({"allowed_activations": ["relu"]}, "/architecture/layers/1/activation", "sigmoid is not among"),
            ({"forbidden_activations": ["relu"]}, "/architecture/layers/0/activation", "relu is forbidden"),
            (
                {"allowed_initializers": ["he_normal"]},
                "/architecture/layers/1",
                "glorot_uniform is not among",
            ),
            ({"forbidden_optimizers": ["adam"]}, "/training/optimizer", "adam is forbidden"),
            ({"allowed_losses": ["mse"]}, "/training/loss", "binary_crossentropy is not among"),
            ({"fixed": {"/training/loss": "mse"}}, "/training/loss", 'must be "mse"'),
            (
                {"fixed": {"/training/optimizer/learning_rate": 0.1}},
                "/training/optimizer/learning_rate",
                "must be 0.1",
            ),
            ({"fixed": {"/architecture/layers/2/units": 1}}, "/architecture/layers", "must be 1"),
            (
                {"fixed": {"/training/optimizer": {"type": "sgd", "momentum": 0.9}}},
                "/training/optimizer",
                "must be sgd with the arguments given there",
            ),
        ],
    )
    def test_the_place_and_the_reason_are_named(self, constraints: dict[str, Any], pointer: str, detail: str) -> None:
        found = refused(constraints, specimen())
        assert detail in found[pointer]

    @pytest.mark.parametrize(
        "fixed",
        [
            {"/training/loss": "binary_crossentropy"},
            {"/training/loss": {"type": "binary_crossentropy"}},
            {"/training/optimizer": {"type": "adam", "learning_rate": 0.01}},
            {"/training/epochs": 40.0},
            {"/training/early_stopping": None},
            {"/architecture/layers/1": {"type": "dense", "units": 1, "activation": "sigmoid"}},
        ],
        ids=str,
    )
    def test_what_is_fixed_may_be_written_in_any_way(self, fixed: dict[str, Any]) -> None:
        assert refused({"fixed": fixed}, specimen()) == {}

    def test_activations_count_as_layers_and_as_arguments(self) -> None:
        layers = [{"type": "dense", "units": 4}, "batch_normalization", {"type": "leaky_relu"}, OUTPUT]
        found = refused({"forbidden_activations": ["leaky_relu", "linear"]}, specimen(layers))
        assert list(found) == ["/architecture/layers/2"]
        assert refused({"forbidden_activations": ["linear"]}, specimen([{"type": "dense", "units": 4}, OUTPUT]))

    def test_the_data_are_the_assignment_s(self) -> None:
        assert list(refused({}, specimen(data=table(noise=0.0)))) == ["/data"]
        without = {name: part for name, part in specimen().items() if name != "data"}
        assert completed(assignment(), without)["data"] == canonical(parse(specimen()))["data"]
        assert parse(completed(assignment(), without)).data == assignment().data
        assert completed(assignment(), [1]) == [1]

    def test_a_metric_that_the_rubric_reads_cannot_be_bent(self) -> None:
        check = {"type": "metric", "metric": "recall", "at_least": 0.9, "points": 1}
        bent = specimen(metrics=["accuracy", {"type": "recall", "thresholds": 0.0}])
        assert list(refused({}, bent, rubric=[check])) == ["/training/metrics/1"]
        assert refused({}, specimen(metrics=["recall"]), rubric=[check]) == {}
        full = specimen(metrics=["accuracy"] * limits.MAX_METRICS)
        assert list(refused({}, full, rubric=[check])) == ["/training/metrics"]

    def test_a_loss_on_which_the_rubric_cannot_be_measured_is_refused(self) -> None:
        check = {"type": "metric", "metric": "sparse_categorical_crossentropy", "at_least": 0.9, "points": 1}
        found = refused({}, specimen(), rubric=[check])
        assert list(found) == ["/training/loss"]
        assert "cannot be computed here" in found["/training/loss"]


class TestPreparing:
    def test_the_hidden_data_are_in_place(self) -> None:
        made = prepared(assignment(), parse(specimen()))
        assert made.data == assignment().hidden_data
        assert prepared(assignment(hidden_data=None), parse(specimen())).data == assignment().data
        assert check_spec(canonical(made)).valid

    def test_what_decides_nothing_or_would_decide_luck_is_dropped(self) -> None:
        seeded = [
            dense("relu", {"type": "he_normal", "seed": 5}),
            {"type": "residual", "layers": [dense("relu", {"type": "he_normal", "seed": 6})]},
            {"type": "dropout", "rate": 0.1, "seed": 7},
            OUTPUT,
        ]
        submitted = specimen(seeded) | {"name": "mine", "labels": {"try": "9"}, "seed": 77}
        plain = [
            dense("relu", {"type": "he_normal"}),
            {"type": "residual", "layers": [dense("relu", {"type": "he_normal"})]},
            {"type": "dropout", "rate": 0.1},
            OUTPUT,
        ]
        one, other = (prepared(assignment(), parse(document)) for document in (submitted, specimen(plain)))
        assert one == other
        assert (one.name, one.labels, one.seed) == (None, {}, 0)
        assert spec_hash(one) == spec_hash(other)

    def test_a_seed_that_is_fixed_stays(self) -> None:
        initializer = {"type": "he_normal", "seed": 5}
        fixed = assignment(constraints={"fixed": {"/architecture/layers/0/kernel_initializer": initializer}})
        made = prepared(fixed, parse(specimen([dense("relu", initializer), OUTPUT])))
        assert canonical(made)["architecture"]["layers"][0]["kernel_initializer"] == initializer

    def test_what_the_rubric_reads_is_measured(self) -> None:
        rubric = [
            {"type": "metric", "metric": "auc", "at_least": 0.9, "points": 1},
            {"type": "metric", "metric": "loss", "at_most": 0.9, "points": 1},
            {"type": "answer", "question": {"type": "metric_value", "metric": "MeanSquaredError"}, "points": 1},
        ]
        made = prepared(assignment(rubric=rubric), parse(specimen(metrics=["accuracy"])))
        assert [metric.type for metric in made.training.metrics] == ["accuracy", "auc", "mse"]

    @pytest.mark.parametrize("epochs", [1, 40, 100_000])
    def test_the_trace_is_as_close_as_it_may_be(self, epochs: int) -> None:
        deep = specimen([dense(repeat=40), OUTPUT], epochs=epochs) | {"diagnostics": {"every": 1000}}
        made: TrainingJobSpec = prepared(assignment(), parse(deep))
        assert check_spec(canonical(made)).valid
        assert made.diagnostics.probe_size == 256
        assert (made.diagnostics.every == 1) is (epochs < 10_000)
