"""Judgements on a network that was trained on one batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.diagnoses.finding import Finding
from models.diagnoses.preflight import report
from models.diagnoses.report import PreflightReport
from models.events import Array, SingleBatchFit
from models.specs.canonical import canonical
from models.specs.check import parse
from tests.models.diagnoses.documents import FRIEDMAN, SIGMOID, dense, job
from tests.models.diagnoses.patching import applied
from tests.models.diagnoses.records import LN2
from tests.models.diagnoses.starts import Starts

SOUND = job([dense(8, "relu", "he_normal", repeat=2), SIGMOID], epochs=200)
FALLING = np.geomspace(0.7, 0.1, 1000)
FLAT = np.concatenate([np.geomspace(0.7, 0.3, 500), np.full(500, 0.3)])
STILL = np.full(1000, 0.7)


def judged(document: Any, losses: Any, **changes: Any) -> PreflightReport:
    """The answer to a preflight whose network made these losses, on rows that it did not fit."""
    members: dict[str, Any] = {
        "rows": 16,
        "conflicting": 0,
        "attainable": True,
        "rate": 0.01,
        "losses": Array.of(np.asarray(losses, np.float32)),
        "constant_loss": LN2,
        "left": float(losses[-1]) / LN2 if np.isfinite(losses[-1]) else None,
        "accuracy": 0.75,
        "fitted": False,
    }
    starts = Starts(document)
    return report(starts.spec, starts.measured(single_batch=SingleBatchFit(**members | changes)))


def found(answer: PreflightReport) -> Finding | None:
    return next((finding for finding in answer.findings if finding.code == "single_batch"), None)


def causes(answer: PreflightReport) -> list[str]:
    finding = found(answer)
    assert finding is not None
    return [cause.code for cause in finding.causes]


def test_what_was_not_asked_for_is_null() -> None:
    starts = Starts(SOUND)
    answer = report(starts.spec, starts.measured())
    assert answer.single_batch is None
    assert found(answer) is None


@pytest.mark.parametrize("fitted", [True, None])
def test_a_network_that_has_fitted_them_or_was_not_judged_is_healthy(fitted: bool | None) -> None:
    answer = judged(SOUND, FALLING, fitted=fitted)
    assert found(answer) is None
    assert answer.verdict == "healthy"
    assert answer.single_batch is not None
    assert answer.single_batch.fitted is fitted
    assert answer.single_batch.steps == 1000
    assert answer.single_batch.first_loss == pytest.approx(0.7)
    assert answer.single_batch.last_loss == pytest.approx(0.1)


def test_one_that_only_came_closer_is_warned_about() -> None:
    answer = judged(SOUND, FLAT)
    finding = found(answer)
    assert finding is not None
    assert (finding.severity, finding.stage, answer.verdict) == ("warning", "initialization", "healthy")
    assert finding.value == pytest.approx(0.3 / LN2, abs=1e-4)
    assert finding.threshold == 0.05
    assert finding.evidence["steps"][-1] == 1000
    assert len(finding.evidence["losses"]) == len(finding.evidence["steps"])
    assert "75%" in finding.message.en


def test_a_loss_that_stood_still_is_an_error() -> None:
    answer = judged(SOUND, STILL)
    assert answer.verdict == "single_batch"
    assert causes(answer) == ["learning_rate_too_low"]


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    answer = judged(SOUND, np.array([0.7, 9.0, np.nan]))
    assert answer.verdict == "single_batch"
    assert causes(answer) == ["learning_rate_too_high"]
    assert answer.single_batch is not None
    assert (answer.single_batch.last_loss, answer.single_batch.steps) == (None, 3)
    finding = found(answer)
    assert finding is not None
    assert finding.evidence["losses"][-1] is None


def test_rows_that_contradict_each_other_are_named_and_the_network_is_not_blamed() -> None:
    answer = judged(SOUND, STILL, conflicting=4, attainable=False)
    finding = found(answer)
    assert finding is not None
    assert (finding.severity, finding.advice, answer.verdict) == ("info", [], "healthy")
    assert causes(answer) == ["contradicting_rows"]
    assert "4" in finding.message.en
    assert "4" in finding.message.es


def test_what_else_was_found_is_the_cause_and_has_the_verdict() -> None:
    answer = judged(job([dense(8, "relu", "he_normal"), dense(1, "softmax")], epochs=200), FALLING)
    assert answer.verdict == "output_contract"
    assert causes(answer) == ["output_contract"]
    finding = found(answer)
    assert finding is not None
    assert finding.advice[0].patch[0].value["type"] == "sigmoid"


def test_what_concerns_many_rows_alone_is_no_cause() -> None:
    answer = judged(job(SOUND["architecture"]["layers"], epochs=1), FLAT)
    assert "step_budget" in {finding.code for finding in answer.findings}
    assert causes(answer) == ["small_network"]


@pytest.mark.parametrize(
    ("losses", "cause"),
    [
        (FALLING, "slow_steps"),
        (FLAT, "small_network"),
        (np.tile([0.7, 0.3], 500), "learning_rate_too_high"),
    ],
)
def test_the_course_of_the_loss_tells_the_cause(losses: Any, cause: str) -> None:
    assert cause in causes(judged(SOUND, losses))


def test_noise_and_penalties_are_suspected_where_there_are_any() -> None:
    penalized = dense(8, "relu", "he_normal", kernel_regularizer={"type": "l2", "l2": 0.1})
    document = job([penalized, {"type": "dropout", "rate": 0.5}, SIGMOID], epochs=200)
    answer = judged(document, np.tile([0.7, 0.3], 500))
    assert causes(answer)[:2] == ["strong_penalty", "strong_noise"]
    assert "learning_rate_too_high" not in causes(answer)


@pytest.mark.parametrize("losses", [FALLING, FLAT, STILL, np.array([0.7, np.inf])])
def test_its_advice_leads_to_other_valid_specs(losses: Any) -> None:
    for document in (SOUND, job([dense(8, "relu", "he_normal"), dense(1)], FRIEDMAN, "huber", epochs=200)):
        finding = found(judged(document, losses, accuracy=None, constant_loss=None, left=None))
        assert finding is not None
        assert finding.advice
        before = canonical(parse(document))
        for advice in finding.advice:
            after = applied(before, advice.patch)
            assert canonical(parse(after)) == after != before
