"""Judgements on random starts, by the share of starts that show something."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.diagnoses.catalog import DIAGNOSES, STARTS
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding
from models.diagnoses.initialization.exploding import stability
from models.diagnoses.initialization.start import Start
from models.diagnoses.preflight import report
from models.diagnoses.report import PreflightReport
from tests.models.diagnoses.documents import SIGMOID, dense, job
from tests.models.diagnoses.starts import Starts

TANH = job([dense(8, "tanh", repeat=4), SIGMOID], epochs=200)
NORMALIZED = job(
    [*[dense(8), {"type": "batch_normalization"}, {"type": "activation", "activation": "tanh"}] * 4, SIGMOID]
)
RELU = job([dense(8, "relu", "he_normal", repeat=4), SIGMOID], epochs=200)


def judged(starts: Starts, **changes: Any) -> PreflightReport:
    return report(starts.spec, starts.measured(**changes))


def found(answer: PreflightReport, code: str) -> Finding:
    return next(finding for finding in answer.findings if finding.code == code and finding.stage == "initialization")


def initial(answer: PreflightReport) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in answer.findings if finding.stage == "initialization"]


def test_every_judgement_speaks_with_a_diagnosis_of_the_list() -> None:
    codes = {rule.code for rule in DIAGNOSES}
    assert {judgement.rule.code for judgement in STARTS} <= codes


@pytest.mark.parametrize("document", [TANH, NORMALIZED, RELU])
def test_healthy_starts_show_nothing(document: Any) -> None:
    answer = judged(Starts(document))
    assert answer.verdict == "healthy"
    assert initial(answer) == []
    assert answer.born_dead == 0


FALLING = [0.5, 0.05, 0.005, 0.0005, 0.5]


@pytest.mark.parametrize(("starts", "severity"), [(20, "error"), (16, "error"), (15, "warning"), (4, "warning")])
def test_the_share_of_the_starts_decides(starts: int, severity: str) -> None:
    answer = judged(Starts(TANH).both("signal_std", starts, FALLING))
    finding = found(answer, "vanishing_gradients")
    assert (finding.severity, finding.probability) == (severity, starts / 20)
    assert (finding.value, finding.quantity) == (-3.0, "forward_attenuation")
    assert finding.evidence["seeds"] == list(range(starts))
    assert answer.verdict == ("vanishing_gradients" if severity == "error" else "healthy")


def test_few_starts_are_chance() -> None:
    assert initial(judged(Starts(TANH).both("signal_std", 3, FALLING))) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_does_not_last_is_not_reported(moment: str) -> None:
    starts = Starts(TANH)
    getattr(starts, moment)["delta_rms"][:] = [1e-8, 1e-7, 1e-6, 1e-3, 1e-3]
    assert initial(judged(starts)) == []


def test_with_normalization_only_what_comes_after_the_warm_up_counts() -> None:
    starts = Starts(NORMALIZED)
    starts.after["delta_rms"][:] = [1e-8, 1e-7, 1e-6, 1e-3, 1e-3]
    assert initial(judged(starts)) == [("vanishing_gradients", "error")]
    assert initial(judged(Starts(NORMALIZED).both("delta_rms", 20, [1.0, 0.1, 0.01, 1e-3, 1e-3]))) == []


def test_a_dead_layer_is_no_vanishing_gradient() -> None:
    starts = Starts(RELU).both("dead_fraction", 10, [0, 0, 1, 1, 0]).both("signal_std", 10, [0.5, 0.5, 0, 0, 0])
    answer = judged(starts.both("delta_rms", 10, [0, 0, 0, 0, 1]))
    assert initial(answer) == [("dead_units", "warning")]
    finding = found(answer, "dead_units")
    assert (finding.probability, finding.layers) == (0.5, ["dense_2", "dense_3"])
    assert [cause.code for cause in finding.causes] == ["born_dead"]
    assert answer.born_dead == 0.5


def test_half_a_dead_layer_is_a_remark() -> None:
    assert initial(judged(Starts(RELU).both("dead_fraction", 20, [0.6, 0, 0, 0, 0]))) == [("dead_units", "info")]


def test_saturation_counts_behind_the_first_layer() -> None:
    assert initial(judged(Starts(TANH).both("saturated_fraction", 20, [0.9, 0.1, 0.1, 0.1, 0.9]))) == []
    answer = judged(Starts(TANH).both("saturated_fraction", 20, [0.9, 0.9, 0.1, 0.1, 0.1]))
    assert initial(answer) == [("saturated_units", "error")]
    assert found(answer, "saturated_units").layers == ["dense_1"]
    assert initial(judged(Starts(RELU).both("saturated_fraction", 20, [0.9] * 5))) == []


class TestExploding:
    def test_a_number_that_is_not_finite_counts_whenever_it_comes(self) -> None:
        starts = Starts(TANH)
        starts.after["gradient_norm"][:, 1] = np.nan
        answer = judged(starts)
        assert initial(answer) == [("exploding_gradients", "error")]
        finding = found(answer, "exploding_gradients")
        assert (finding.layers, finding.evidence["direction"]) == (["dense_1"], "backward")
        assert finding.advice[0].code == "lower_learning_rate"
        assert answer.attenuation.forward.after_warm_up is None
        assert answer.after.non_finite == list(range(20))

    def test_growth_is_a_warning(self) -> None:
        starts = Starts(RELU).both("delta_rms", 20, [1.0, 0.1, 0.01, 0.001, 0.001])
        assert initial(judged(starts)) == [("exploding_gradients", "warning")]

    def test_growth_up_to_where_exponentials_end_is_an_error(self) -> None:
        starts = Starts(RELU).both("signal_std", 20, [0.1, 1, 10, 100, 1]).both("preactivation_max", 20, 85.0)
        assert initial(judged(starts)) == [("exploding_gradients", "error")]

    @pytest.mark.parametrize(
        ("optimizer", "bound"),
        [
            ({"type": "sgd"}, 200),
            ({"type": "sgd", "momentum": 0.9}, 380),
            ({"type": "sgd", "momentum": 0.9, "nesterov": True}, 380 / 2.8),
            ({"type": "sgd", "clipnorm": 1.0}, None),
            ({"type": "adam"}, None),
        ],
    )
    def test_the_bound_of_stability(self, optimizer: dict[str, Any], bound: float | None) -> None:
        starts = Starts(job([dense(8, "tanh", repeat=2), SIGMOID], optimizer=optimizer, epochs=200))
        starts.both("overall.sharpness", 20, 190.0)
        expected = None if bound is None else pytest.approx(bound)
        assert stability(Start(Design(starts.spec), starts.measured())) == expected
        flagged = bound is not None and bound < 190
        assert initial(judged(starts)) == ([("exploding_gradients", "warning")] if flagged else [])


def test_a_high_initial_loss_is_mentioned() -> None:
    answer = judged(Starts(TANH).both("overall.loss", 20, 3.0))
    assert initial(answer) == [("initial_loss", "info")]
    assert initial(judged(Starts(TANH).both("overall.loss", 20, 3.0), constant_loss=None)) == []


def test_the_way_through_the_layers_and_its_slope() -> None:
    forward = judged(Starts(TANH).both("signal_std", 20, FALLING)).attenuation.forward
    assert forward.median == pytest.approx(-3, abs=1e-6)
    assert forward.layers == pytest.approx([0, -1, -2, -3], abs=1e-6)
    assert forward.slope.factor == pytest.approx(0.1)
    assert forward.slope.r_squared == pytest.approx(1)
    assert forward.expected_layers is not None
    assert forward.expected is not None
    assert forward.expected == forward.expected_layers[-1]
    assert forward.expected < 0
    backward = judged(Starts(TANH).both("delta_rms", 20, [1, 2, 4, 8, 1])).attenuation.backward
    assert backward.slope.factor == pytest.approx(0.5)


def test_a_network_without_hidden_layers_has_an_answer() -> None:
    answer = judged(Starts(job([SIGMOID], epochs=200)))
    assert answer.verdict == "healthy"
    assert answer.attenuation.forward.slope.factor is None
    assert answer.attenuation.forward.layers == []


def test_the_spec_s_own_findings_are_there() -> None:
    answer = judged(Starts(job([dense(8, "relu"), dense(1, "softmax")])))
    assert answer.verdict == "output_contract"
