"""Diagnoses of what is measured once, of the trained network; and of penalties."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from models.diagnoses.finding import Diagnosis, Finding
from models.diagnoses.judge import HEALTHY as VERDICT_HEALTHY
from models.diagnoses.judge import diagnose
from models.record import Record
from tests.models.diagnoses.documents import FRIEDMAN, HEALTHY, SIGMOID, Document, dense, job
from tests.models.diagnoses.records import LN2, falling, record, stuck

WHOLE = {"constant_loss": LN2, "train_rows": 150}
EXAMINED: dict[str, Any] = {
    "rows": 150,
    "loss": 0.2,
    "dead": {"dense": 0.0, "dense_1": 0.0, "dense_2": 0.0},
    "noise_scale": 100.0,
    "signal_to_noise": {"dense": 0.1},
    "batch_loss": None,
    "running_variance": {},
    "answers": {"class_counts": [70, 80], "std_ratio": None},
}
WANDERING = 0.4 + 0.03 * (np.arange(60) % 2)


def judged(made: Record) -> Diagnosis:
    """The diagnosis, which must be strict JSON."""
    diagnosis = diagnose(made)
    json.dumps(diagnosis.model_dump(mode="json"), allow_nan=False)
    return diagnosis


def made(document: Document = HEALTHY, course: Any = None, /, **examined: Any) -> Record:
    """A record with an examination that differs from a sound one in these."""
    return record(document, course, facts=WHOLE, examination={**EXAMINED, **examined})


def only(diagnosis: Diagnosis, code: str) -> Finding:
    (found,) = [finding for finding in diagnosis.findings if finding.code == code]
    return found


def codes(diagnosis: Diagnosis) -> set[str]:
    return {finding.code for finding in diagnosis.findings}


def test_a_sound_network_is_healthy() -> None:
    assert codes(judged(made())) <= {"test_rows_seen"}


class TestDead:
    NARROW = job([dense(8, "relu", "he_normal", repeat=3), SIGMOID])
    DEAD = {"dead_fraction": [0.0, 1.0, 0.0, 0.0]}  # noqa: RUF012

    def test_what_is_dead_on_the_probe_may_be_alive_on_other_rows(self) -> None:
        alive = {**EXAMINED, "dead": {"dense": 0.0, "dense_1": 0.25, "dense_2": 0.0}}
        probed = record(self.NARROW, stuck(), quantities=self.DEAD, facts=WHOLE)
        assert judged(probed).verdict == "dead_units"
        probed = record(self.NARROW, stuck(), quantities=self.DEAD, facts=WHOLE, examination=alive)
        assert "dead_units" not in codes(judged(probed))

    def test_some_of_the_rows_prove_no_more_than_the_probe(self) -> None:
        alive = {**EXAMINED, "rows": 100}
        probed = record(self.NARROW, stuck(), quantities=self.DEAD, facts=WHOLE, examination=alive)
        assert judged(probed).verdict == "dead_units"


class TestCollapse:
    def test_one_class_for_every_row(self) -> None:
        diagnosis = judged(made(HEALTHY, stuck(), answers={"class_counts": [150, 0], "std_ratio": None}))
        finding = only(diagnosis, "output_collapse")
        assert (finding.severity, finding.value, finding.quantity) == ("error", 0.0, "predicted_entropy_ratio")
        # It is a symptom: where nothing else explains it, learning nothing comes first.
        assert diagnosis.verdict == "no_learning"

    def test_with_a_class_that_is_nearly_everything_its_frequency_is_the_cause(self) -> None:
        facts = {**WHOLE, "class_counts": [145, 5]}
        examined = {**EXAMINED, "answers": {"class_counts": [150, 0], "std_ratio": None}}
        finding = only(judged(record(HEALTHY, facts=facts, examination=examined)), "output_collapse")
        assert (finding.severity, finding.causes[0].code) == ("warning", "class_frequencies")
        assert finding.advice[0].code == "class_weight"

    @pytest.mark.parametrize(("ratio", "found"), [(0.01, True), (0.3, False), (None, False)])
    def test_values_that_hardly_vary(self, ratio: float | None, *, found: bool) -> None:
        document = job([dense(8, "relu", "he_normal"), dense(1)], FRIEDMAN, "mse")
        facts = {**WHOLE, "class_counts": None}
        examined = {**EXAMINED, "answers": {"class_counts": None, "std_ratio": ratio}}
        diagnosis = judged(record(document, facts=facts, examination=examined))
        assert ("output_collapse" in codes(diagnosis)) is found

    def test_a_rare_class_that_is_sometimes_given_is_no_collapse(self) -> None:
        assert "output_collapse" not in codes(judged(made(answers={"class_counts": [148, 2], "std_ratio": None})))


class TestNoise:
    def test_a_loss_that_wanders(self) -> None:
        finding = only(judged(made(HEALTHY, WANDERING, noise_scale=5000.0)), "gradient_noise")
        assert (finding.severity, finding.value, finding.threshold) == ("info", 5000.0, 320.0)

    def test_a_gradient_that_cannot_be_told_from_zero(self) -> None:
        assert only(judged(made(HEALTHY, WANDERING, noise_scale=None)), "gradient_noise").value is None

    def test_a_loss_at_rest_may_have_noisy_gradients(self) -> None:
        assert "gradient_noise" not in codes(judged(made(noise_scale=1e6)))

    def test_steps_that_are_simply_too_long_are_no_noise(self) -> None:
        assert "gradient_noise" not in codes(judged(made(HEALTHY, WANDERING, noise_scale=10.0)))

    def test_a_batch_of_all_rows_has_none(self) -> None:
        whole = {**HEALTHY, "training": {**HEALTHY["training"], "batch_size": 150}}
        assert "gradient_noise" not in codes(judged(made(whole, WANDERING, noise_scale=1e6)))


class TestNormalization:
    NORMAL = job([dense(8), "batch_normalization", {"type": "activation", "activation": "relu"}, SIGMOID])

    def test_a_network_that_fails_only_with_its_averages(self) -> None:
        diagnosis = judged(made(self.NORMAL, falling(end=0.68), loss=0.68, batch_loss=0.1))
        assert diagnosis.verdict == "normalization_gap"
        assert only(diagnosis, "normalization_gap").advice[0].code == "faster_averages"

    def test_a_gap_in_a_good_network_is_a_warning(self) -> None:
        assert only(judged(made(self.NORMAL, loss=0.2, batch_loss=0.1)), "normalization_gap").severity == "warning"

    @pytest.mark.parametrize(("averaged", "batch"), [(0.13, 0.1), (0.02, 0.001), (0.1, 0.4)])
    def test_small_gaps_and_better_averages_are_no_alarm(self, averaged: float, batch: float) -> None:
        assert "normalization_gap" not in codes(judged(made(self.NORMAL, loss=averaged, batch_loss=batch)))

    def test_nothing_to_normalize(self) -> None:
        finding = only(judged(made(self.NORMAL, running_variance={"batch_normalization": 1e-9})), "normalization_gap")
        assert finding.quantity == "running_variance"


class TestPenalty:
    STRONG = job([dense(8, "relu", "he_normal", kernel_regularizer={"type": "l2", "l2": 0.5}), SIGMOID])

    def test_penalties_that_pull_harder_than_the_data(self) -> None:
        diagnosis = judged(record(self.STRONG, stuck(), quantities={"weight_norm": 2.0, "gradient_norm": 0.1}))
        finding = only(diagnosis, "dominant_penalty")
        assert diagnosis.verdict == "dominant_penalty"
        # 2 · 0.5 · 2 against 0.1, of the one kernel that is penalized.
        assert finding.value == pytest.approx(20.0)
        assert finding.layers == ["dense"]
        assert [advice.code for advice in finding.advice] == ["weaker_penalty", "no_penalty"]

    def test_kernels_that_shrink_to_nothing(self) -> None:
        norms = np.where(np.arange(61) < 3, 2.0, 1e-3)[:, None]
        finding = only(judged(record(self.STRONG, stuck(), quantities={"weight_norm": norms})), "dominant_penalty")
        assert finding.quantity == "kept_weight_norm"
        assert finding.value == pytest.approx(5e-4)

    def test_of_an_absolute_penalty_the_number_of_weights_counts(self) -> None:
        document = job([dense(8, "relu", "he_normal", kernel_regularizer={"type": "l1", "l1": 0.1}), SIGMOID])
        finding = only(judged(record(document, stuck())), "dominant_penalty")
        assert finding.value == pytest.approx(0.1 * np.sqrt(16) / 0.1)

    def test_gradients_in_balance_are_no_alarm(self) -> None:
        balanced = record(self.STRONG, stuck(), quantities={"weight_norm": 2.0, "gradient_norm": 2.0})
        assert "dominant_penalty" not in codes(judged(balanced))

    def test_a_lead_for_some_epochs_of_a_good_training_is_no_alarm(self) -> None:
        gradients = np.where(np.arange(61) < 10, 0.1, 2.0)[:, None]
        assert "dominant_penalty" not in codes(judged(record(self.STRONG, quantities={"gradient_norm": gradients})))

    def test_the_data_loss_alone_shows_what_was_learned(self) -> None:
        penalized = made(self.STRONG, falling(end=0.69))
        assert judged(penalized).verdict == VERDICT_HEALTHY
