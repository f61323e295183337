"""Diagnoses of records: each symptom is found, its harmless look-alike is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.diagnoses.finding import Diagnosis, Finding
from models.diagnoses.judge import HEALTHY as VERDICT_HEALTHY
from models.diagnoses.judge import diagnose
from models.record import Record
from tests.models.diagnoses.documents import HEALTHY, SIGMOID, dense, job
from tests.models.diagnoses.records import LN2, falling, record, stuck

DEEP = job([dense(8, "tanh", repeat=4), SIGMOID], metrics=["accuracy"])
NARROW = job([dense(8, "relu", "he_normal", repeat=3), SIGMOID], metrics=["accuracy"])
CLIPPED = job([dense(8, "tanh"), SIGMOID], optimizer={"type": "sgd", "learning_rate": 0.1, "clipnorm": 1.0})
NORMALIZED = job(
    [
        *[dense(8, use_bias=False), {"type": "batch_normalization"}, {"type": "activation", "activation": "relu"}] * 3,
        SIGMOID,
    ]
)
SHRINKING = [1e-6, 1e-5, 1e-4, 1e-3, 1e-3]  # toward the input, as gradients vanish
GROWING = [1.0, 1e1, 1e2, 1e3, 1e3]
DYING = np.where(np.arange(61) > 10, 1.0, 0.0)[:, None] * np.array([0.0, 1.0, 0.0, 0.0])


def judged(made: Record) -> Diagnosis:
    """The diagnosis, which must be strict JSON."""
    diagnosis = diagnose(made)
    json.dumps(diagnosis.model_dump(mode="json"), allow_nan=False)
    return diagnosis


def only(diagnosis: Diagnosis, code: str) -> Finding:
    """The only finding of this code."""
    (found,) = [finding for finding in diagnosis.findings if finding.code == code]
    return found


def errors(diagnosis: Diagnosis) -> list[str]:
    return [finding.code for finding in diagnosis.findings if finding.severity == "error"]


def test_a_training_that_learns_is_healthy() -> None:
    diagnosis = judged(record(HEALTHY))
    assert diagnosis.verdict == VERDICT_HEALTHY
    assert diagnosis.version == "2026.2"
    assert errors(diagnosis) == []


class TestVanishing:
    def test_a_gradient_that_shrinks_toward_the_input(self) -> None:
        diagnosis = judged(record(DEEP, stuck(), quantities={"delta_rms": SHRINKING}))
        assert diagnosis.verdict == "vanishing_gradients"
        finding = only(diagnosis, "vanishing_gradients")
        assert (finding.severity, finding.stage, finding.epoch) == ("error", "initialization", 0)
        assert finding.value == pytest.approx(-3.0)
        assert finding.quantity == "backward_attenuation"
        assert finding.layers == ["dense"]
        assert finding.causes[0].code == "saturating_activation"
        assert [advice.code for advice in finding.advice][:2] == ["relu_he", "selu_lecun"]

    def test_a_signal_that_shrinks_toward_the_output(self) -> None:
        diagnosis = judged(record(DEEP, stuck(), quantities={"signal_std": SHRINKING[::-1]}))
        finding = only(diagnosis, "vanishing_gradients")
        assert finding.quantity == "forward_attenuation"
        assert finding.layers == ["dense_3"]

    def test_only_the_initializer_is_to_blame_where_the_activation_is_fine(self) -> None:
        small = {"type": "random_normal", "stddev": 0.01}
        document = job([dense(8, "relu", small, repeat=4), SIGMOID])
        finding = only(judged(record(document, stuck(), quantities={"delta_rms": SHRINKING})), "vanishing_gradients")
        assert finding.causes[0].code == "small_initial_weights"
        assert finding.advice[0].code == "matching_initializer"

    def test_a_network_that_learned_all_the_same_is_only_warned(self) -> None:
        diagnosis = judged(record(DEEP, quantities={"delta_rms": [3e-6, 1e-5, 1e-4, 1e-3, 1e-3]}))
        assert diagnosis.verdict == VERDICT_HEALTHY
        assert only(diagnosis, "vanishing_gradients").severity == "warning"

    def test_a_zero_output_kernel_is_no_alarm(self) -> None:
        start = np.full((61, 5), 1e-3)
        start[0, :-1] = 0.0
        assert judged(record(DEEP, quantities={"delta_rms": start})).verdict == VERDICT_HEALTHY

    def test_what_is_gone_after_a_few_steps_is_no_alarm(self) -> None:
        start = np.full((61, 5), 1e-3)
        start[0] = SHRINKING
        assert errors(judged(record(DEEP, quantities={"delta_rms": start}))) == []

    def test_hidden_layers_that_stand_still_while_the_output_moves(self) -> None:
        diagnosis = judged(record(DEEP, stuck(), quantities={"update_ratio": [1e-5, 1e-5, 1e-5, 1e-4, 1e-2]}))
        finding = only(diagnosis, "vanishing_gradients")
        assert finding.stage == "training"
        assert finding.layers == ["dense", "dense_1", "dense_2", "dense_3"]
        # 1e-5 of a kernel of 64 weights against 1e-2 of one of 8, both of the same norm.
        assert finding.value == pytest.approx(-3 - np.log10(np.sqrt(64 / 8)), abs=0.01)

    def test_attenuation_that_comes_after_learning_is_no_alarm(self) -> None:
        late = np.full((61, 5), 1e-3)
        late[30:] = SHRINKING
        assert errors(judged(record(DEEP, quantities={"delta_rms": late, "update_ratio": late}))) == []


class TestExploding:
    def test_a_loss_that_is_no_number(self) -> None:
        loss = falling(60)
        loss[5:] = np.nan
        norms = np.full((61, 5), 0.1)
        norms[3:6, 1] = 1e6
        norms[6:] = np.nan
        diagnosis = judged(record(DEEP, loss[:6], quantities={"gradient_norm": norms[:7]}))
        assert diagnosis.verdict == "exploding_gradients"
        finding = only(diagnosis, "exploding_gradients")
        assert (finding.stage, finding.epoch, finding.layers) == ("training", 6, ["dense_1"])
        assert finding.causes[0].code == "learning_rate_too_high"
        assert finding.advice[0].code == "lower_learning_rate"

    def test_an_untrained_network_that_is_not_finite(self) -> None:
        document = job([dense(8, "exponential", "he_normal", repeat=4), SIGMOID])
        infinite = np.full((2, 5), np.nan)
        infinite[:, :2] = 1.0
        diagnosis = judged(record(document, np.array([np.inf]), quantities={"signal_std": infinite}))
        finding = only(diagnosis, "exploding_gradients")
        assert (finding.stage, finding.epoch, finding.layers) == ("initialization", 0, ["dense_2"])
        assert finding.evidence["direction"] == "forward"
        assert finding.causes[0].code == "exponential_activation"

    def test_growth_through_the_layers(self) -> None:
        diagnosis = judged(record(DEEP, stuck(at=3.0), quantities={"signal_std": GROWING}))
        assert only(diagnosis, "exploding_gradients").severity == "error"

    def test_growth_with_normalization_is_no_alarm(self) -> None:
        growing = {"delta_rms": [1.0, 1e-2, 1e-4, 1e-4]}
        assert judged(record(NORMALIZED, quantities=growing)).verdict == VERDICT_HEALTHY


class TestDeadUnits:
    def test_a_layer_that_dies(self) -> None:
        loss = np.concatenate([falling(10, LN2, 0.5), np.full(50, LN2)])
        diagnosis = judged(
            record(NARROW, loss, quantities={"dead_fraction": DYING, "update_ratio": (1 - DYING) * 1e-3})
        )
        assert diagnosis.verdict == "dead_units"
        finding = only(diagnosis, "dead_units")
        assert (finding.stage, finding.epoch, finding.layers, finding.value) == ("training", 11, ["dense_1"], 1.0)
        assert finding.causes[0].code == "long_steps"

    def test_a_layer_that_is_born_dead(self) -> None:
        diagnosis = judged(record(NARROW, stuck(), quantities={"dead_fraction": [0.0, 0.0, 1.0, 0.0]}))
        finding = only(diagnosis, "dead_units")
        assert (finding.stage, finding.epoch) == ("initialization", 0)
        assert finding.causes[0].code == "born_dead"

    def test_some_dead_units_in_a_good_network_are_a_warning(self) -> None:
        diagnosis = judged(record(NARROW, quantities={"dead_fraction": [0.0, 0.6, 0.0, 0.0]}))
        assert diagnosis.verdict == VERDICT_HEALTHY
        assert only(diagnosis, "dead_units").severity == "warning"

    def test_units_that_revived_are_counted(self) -> None:
        dead = np.zeros((61, 3))
        dead[20:, 1] = np.where(np.arange(20, 61) < 40, 0.875, 0.625)
        finding = only(diagnose(record(HEALTHY, quantities={"dead_fraction": dead})), "dead_units")
        assert finding.value == 0.625
        assert finding.evidence["revived_at_least"] == {"dense_1": 0.25}

    def test_units_that_come_back_are_no_alarm(self) -> None:
        diagnosis = judged(record(NARROW, quantities={"dead_fraction": DYING[::-1]}))
        assert "dead_units" not in {finding.code for finding in diagnosis.findings}


class TestSaturation:
    def test_saturation_while_the_loss_stands_still(self) -> None:
        diagnosis = judged(record(DEEP, stuck(), quantities={"saturated_fraction": [0.1, 0.2, 0.6, 0.9, 1.0]}))
        assert diagnosis.verdict == "saturated_units"
        assert only(diagnosis, "saturated_units").layers == ["dense_2", "dense_3"]

    def test_a_first_layer_saturated_by_its_inputs_is_no_error(self) -> None:
        diagnosis = judged(record(DEEP, quantities={"saturated_fraction": [0.8, 0.0, 0.0, 0.0, 0.0]}))
        assert diagnosis.verdict == VERDICT_HEALTHY

    def test_a_network_that_learned_may_saturate(self) -> None:
        late = np.full((61, 5), 0.1)
        late[30:] = 0.9
        assert judged(record(DEEP, quantities={"saturated_fraction": late})).verdict == VERDICT_HEALTHY

    def test_half_of_a_relu_is_always_flat(self) -> None:
        diagnosis = judged(record(NARROW, stuck(), quantities={"saturated_fraction": 0.7}))
        assert "saturated_units" not in {finding.code for finding in diagnosis.findings}


class TestSteps:
    def test_steps_that_are_too_short(self) -> None:
        diagnosis = judged(record(HEALTHY, stuck(), quantities={"update_ratio": 1e-7}))
        assert diagnosis.verdict == "small_updates"

    def test_a_network_at_rest_is_no_alarm(self) -> None:
        ratios = np.full((61, 3), 1e-3)
        ratios[20:] = 1e-7
        assert judged(record(HEALTHY, quantities={"update_ratio": ratios})).verdict == VERDICT_HEALTHY

    def test_steps_that_are_too_long(self) -> None:
        diagnosis = judged(record(HEALTHY, stuck(), quantities={"update_ratio": 0.5}))
        assert diagnosis.verdict == "large_updates"

    def test_a_loss_that_jumps(self) -> None:
        loss = np.where(np.arange(60) % 2, 0.2, 0.65)
        diagnosis = judged(record(HEALTHY, loss))
        assert "oscillating_loss" in errors(diagnosis)

    def test_noise_is_no_oscillation(self) -> None:
        loss = falling() + 0.01 * np.random.default_rng(0).standard_normal(60)
        assert judged(record(HEALTHY, loss)).verdict == VERDICT_HEALTHY

    def test_a_loss_that_rises_again(self) -> None:
        loss = np.concatenate([falling(40, LN2, 0.1), np.linspace(0.1, 0.6, 20)])
        loss[-6:] = 0.6
        assert "loss_rebound" in errors(judged(record(HEALTHY, loss)))

    @pytest.mark.parametrize(("share", "severity"), [(0.95, "warning"), (0.0, "info")])
    def test_clipping_that_always_or_never_acts(self, share: float, severity: str) -> None:
        diagnosis = judged(record(CLIPPED, overall={"clipped_fraction": share}))
        assert only(diagnosis, "clipping_share").severity == severity

    def test_clipping_that_sometimes_acts_is_what_it_is_for(self) -> None:
        codes = {f.code for f in judged(record(CLIPPED, overall={"clipped_fraction": 0.1})).findings}
        assert "clipping_share" not in codes

    def test_a_loss_still_falling_is_mentioned(self) -> None:
        diagnosis = judged(record(HEALTHY, np.linspace(LN2, 0.01, 60)))
        assert only(diagnosis, "unfinished").severity == "info"


class TestOverfitting:
    def test_a_validation_loss_that_rises(self) -> None:
        risen = np.concatenate([falling(20, LN2, 0.4), np.linspace(0.4, 0.9, 40)])
        metrics: dict[str, dict[str, float | None]] = {"train": {"accuracy": 1.0}, "test": {"accuracy": 0.8}}
        diagnosis = judged(record(HEALTHY, falling(end=0.01), val_loss=risen, metrics=metrics))
        assert diagnosis.verdict == "overfitting"
        assert only(diagnosis, "overfitting").advice[0].code == "early_stopping"

    def test_a_rising_loss_with_steady_accuracy_is_a_warning(self) -> None:
        risen = np.concatenate([falling(20, LN2, 0.4), np.linspace(0.4, 0.9, 40)])
        metrics: dict[str, dict[str, float | None]] = {"train": {"accuracy": 0.97}, "test": {"accuracy": 0.96}}
        diagnosis = judged(record(HEALTHY, falling(end=0.01), val_loss=risen, metrics=metrics))
        assert only(diagnosis, "overfitting").severity == "warning"

    def test_a_validation_loss_that_follows_is_no_alarm(self) -> None:
        diagnosis = judged(record(HEALTHY, val_loss=falling(end=0.25)))
        assert "overfitting" not in {finding.code for finding in diagnosis.findings}


class TestPlateau:
    @pytest.mark.parametrize(("last", "on_plateau"), [(0.685, False), (0.6899, True), (0.7, True)])
    def test_the_evidence_says_whether_the_loss_still_moved(self, last: float, on_plateau: bool) -> None:
        loss = np.full(60, 0.69)
        loss[-1] = last
        finding = only(diagnose(record(HEALTHY, loss)), "no_learning")
        assert finding.evidence["on_plateau"] is on_plateau
        assert finding.evidence["late_gain"] == pytest.approx(max(0.0, 1 - last / 0.69), abs=1e-6)

    def test_one_epoch_says_nothing_of_it(self) -> None:
        finding = only(diagnose(record(HEALTHY, stuck(1))), "no_learning")
        assert (finding.evidence["late_gain"], finding.evidence["on_plateau"]) == (None, None)
