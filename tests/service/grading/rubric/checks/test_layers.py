"""Which layer, which epoch, and which component is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.diagnoses.specimens import OUTPUT, dense, specimen
from models.specs.check import parse
from service.grading.rubric.checks import (
    Answer,
    GradientRatio,
    InitializerMatchesActivation,
    UpdateRatio,
    VarianceRatioAtInitialization,
)
from service.grading.rubric.checks.specimens import DIVERGING, SOUND, VANISHING
from service.grading.rubric.components import used
from service.grading.rubric.evidence import Evidence, Training, Unmeasured
from service.grading.rubric.trace import Epoch, LayerPosition, by_layer, layer_index, of_network
from tests.service.grading.rubric.recorded import evidence, trainings

NAMES = ["dense", "dense_1", "dense_2"]
RATIO = {"type": "gradient_ratio", "at_least": 0.01, "points": 1}


def ratio(given: Evidence, **changes: Any) -> float | None:
    value: float | None = GradientRatio.model_validate(RATIO | changes).measure(given).evidence["value"]
    return value


class TestPlaces:
    @pytest.mark.parametrize(
        ("place", "index"),
        [("first", 0), ("last", 2), (0, 0), (-1, 2), (-3, 0), (3, None), (-4, None), ("dense_1", 1), ("dense_3", None)],
    )
    def test_a_layer_is_named_in_four_ways(self, place: LayerPosition, index: int | None) -> None:
        assert layer_index(place, NAMES) == index
        assert layer_index(place, []) is None

    def test_the_ratio_is_that_of_the_trace(self) -> None:
        given = evidence(SOUND, [1])
        norms = given.trainings[0].record.trace.quantities["gradient_norm"]
        assert ratio(given, epoch=0) == pytest.approx(float(norms[0, 0] / norms[0, 2]))
        assert ratio(given, **{"from": 1, "to": "dense", "epoch": 5}) == pytest.approx(float(norms[5, 1] / norms[5, 0]))
        assert ratio(given, **{"from": "dense_7"}) is None

    def test_the_variance_is_counted_among_hidden_layers(self) -> None:
        given = evidence(SOUND, [1])
        stds = given.trainings[0].record.trace.quantities["signal_std"][0]
        document = {"type": "variance_ratio_at_initialization", "at_least": 0.1, "points": 1}
        check = VarianceRatioAtInitialization.model_validate(document)
        assert check.measure(given).evidence["value"] == pytest.approx(float((stds[1] / stds[0]) ** 2))
        assert check.measure(evidence(DIVERGING)).evidence["value"] is not None

    def test_the_layer_that_breaks_a_bound_most_counts(self) -> None:
        own = trainings(SOUND, [1])[0]
        trace = own.record.trace
        updates = np.broadcast_to(np.array([1e-6, 1e-3, 0.5], np.float32), (len(trace.epoch), 3))
        record = replace(own.record, trace=replace(trace, quantities=trace.quantities | {"update_ratio": updates}))
        given = Evidence(evidence(SOUND).spec, [replace(own, record=record)])

        def found(**bounds: float) -> float:
            document = {"type": "update_ratio", "points": 1, **bounds}
            value: float = UpdateRatio.model_validate(document).measure(given).evidence["value"]
            return value

        assert found(at_least=1e-4) == pytest.approx(1e-6)
        assert found(at_most=0.1) == pytest.approx(0.5)
        assert found(at_least=1e-4, at_most=1.0) == pytest.approx(1e-6)
        assert found(at_least=1e-4, at_most=0.1) == pytest.approx(0.5)


class TestEpochs:
    def sparse(self) -> Training:
        """A trace of the epochs 0, 10 and 20 only."""
        own = trainings(SOUND, [1])[0]
        trace = own.record.trace
        rows = [0, 10, 20]
        few = replace(
            trace,
            epoch=trace.epoch[rows],
            quantities={name: values[rows] for name, values in trace.quantities.items()},
            overall={name: values[rows] for name, values in trace.overall.items()},
        )
        return replace(own, record=replace(own.record, trace=few))

    @pytest.mark.parametrize(("epoch", "row"), [(0, 0), (1, 1), (10, 1), (11, 2), (20, 2), (999, 2), ("last", 2)])
    def test_the_first_recorded_one_from_there_on(self, epoch: Epoch, row: int) -> None:
        trace = self.sparse().record.trace
        assert by_layer(self.sparse(), "weight_norm", epoch) == trace.quantities["weight_norm"][row].tolist()
        assert of_network(self.sparse(), "gradient_norm", epoch) == float(trace.overall["gradient_norm"][row])

    def test_the_mean_leaves_the_untrained_network_out(self) -> None:
        trace = self.sparse().record.trace
        expected = trace.quantities["update_ratio"][1:].mean(axis=0).tolist()
        assert by_layer(self.sparse(), "update_ratio", "mean") == expected

    def test_what_was_not_recorded_is_our_failure(self) -> None:
        own = self.sparse()
        empty = replace(own, record=replace(own.record, trace=replace(own.record.trace, quantities={}, overall={})))
        with pytest.raises(Unmeasured):
            by_layer(empty, "weight_norm", 0)
        with pytest.raises(Unmeasured):
            of_network(empty, "clipped_fraction", 0)


class TestAnswers:
    @pytest.mark.parametrize(
        ("question", "answer", "right"),
        [
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, "dense_8", True),
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, " Dense_8 ", True),
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, -1, True),
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, 8, True),
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, 99, False),
            ({"type": "extreme_layer", "extreme": "largest", "epoch": 0}, True, False),
            ({"type": "verdict"}, "vanishing_gradients", True),
            ({"type": "verdict"}, "healthy", False),
            ({"type": "verdict"}, ["vanishing_gradients"], False),
            ({"type": "parameter_count"}, 537, True),
            ({"type": "parameter_count"}, 537.0, True),
            ({"type": "parameter_count", "counted": "non_trainable"}, 0, True),
            ({"type": "parameter_count"}, "537", False),
            ({"type": "metric_value", "metric": "accuracy", "split": "train"}, 0.5, True),
            ({"type": "metric_value", "metric": "accuracy", "split": "train"}, 0.6, False),
            ({"type": "metric_value", "metric": "auc"}, 0.5, False),
            ({"type": "metric_value", "metric": "accuracy"}, None, False),
        ],
        ids=str,
    )
    def test_the_truth_is_measured(self, question: dict[str, Any], answer: Any, right: bool) -> None:
        check = Answer.model_validate({"type": "answer", "question": question, "points": 1})
        found = check.measure(evidence(VANISHING, answers={"answer": answer}))
        assert found.passed is right
        assert "truth" not in found.evidence


class TestComponents:
    def test_sides_of_a_network(self) -> None:
        residual = {"type": "residual", "layers": [dense("selu", "lecun_normal")]}
        spec = parse(
            specimen(
                [
                    dense("tanh", repeat=2),
                    residual,
                    dense("linear", units=1),
                    {"type": "activation", "activation": "sigmoid"},
                ]
            )
        )
        found = {at.type: at.sides for at in used(spec, "activations")}
        assert found == {"tanh": {"hidden"}, "selu": {"hidden"}, "sigmoid": {"output"}}
        assert {at.type for at in used(spec, "initializers")} == {"he_normal", "lecun_normal"}
        assert [at.type for at in used(spec, "layers") if at.is_in("output")] == ["dense", "activation"]
        assert [(at.type, at.is_in("hidden")) for at in used(spec, "optimizers")] == [("adam", False)]

    def test_a_layer_that_repeats_up_to_the_output_is_both(self) -> None:
        spec = parse(specimen([dense("sigmoid", units=1, repeat=2)]))
        assert {at.sides for at in used(spec, "activations")} == {frozenset({"hidden", "output"})}

    def test_a_kernel_without_an_activation_is_linear(self) -> None:
        spec = parse(specimen([{"type": "dense", "units": 3}, OUTPUT]))
        assert [at.type for at in used(spec, "activations")] == ["linear", "sigmoid"]


class TestPairs:
    @pytest.mark.parametrize(
        ("activation", "initializer", "fits"),
        [
            ("relu", "he_uniform", True),
            ("relu", "glorot_uniform", False),
            ("relu", {"type": "variance_scaling", "scale": 2}, True),
            ("relu", {"type": "variance_scaling", "scale": 3}, False),
            ("selu", "lecun_normal", True),
            ("selu", "he_normal", False),
            ("tanh", "glorot_normal", True),
            ("tanh", "lecun_uniform", True),
            ("tanh", "he_normal", False),
            ("tanh", {"type": "random_uniform", "minval": 0, "maxval": 1}, False),
            ("gelu", "he_normal", True),
            ("gelu", "zeros", False),
        ],
    )
    def test_he_for_rectifiers_lecun_for_selu_glorot_for_tanh(
        self, activation: str, initializer: Any, fits: bool
    ) -> None:
        check = InitializerMatchesActivation.model_validate({"type": "initializer_matches_activation", "points": 1})
        given = Evidence(parse(specimen([dense(activation, initializer), OUTPUT])), [])
        assert check.measure(given).passed is fits
