"""The verdict is drawn from all findings, also where a record is short or has no trace."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.judge import HEALTHY as VERDICT_HEALTHY
from tests.models.diagnoses.documents import CIRCLES, HEALTHY, SIGMOID, dense, job
from tests.models.diagnoses.records import falling, record, stuck
from tests.models.diagnoses.test_judge import (
    DEEP,
    SHRINKING,
    errors,
    judged,
)


class TestVerdict:
    def test_nothing_learned_and_nothing_known(self) -> None:
        diagnosis = judged(record(HEALTHY, stuck()))
        assert diagnosis.verdict == "no_learning"

    def test_a_suspect_is_accused_where_nothing_measured_explains_the_failure(self) -> None:
        document = job([dense(5, "tanh", {"type": "random_uniform", "minval": 0, "maxval": 1}, repeat=3), SIGMOID])
        assert judged(record(document, stuck())).verdict == "one_sided_initialization"
        assert judged(record(document)).verdict == VERDICT_HEALTHY

    def test_a_broken_contract_comes_before_all_else(self) -> None:
        document = job([dense(8, "tanh", repeat=4), dense(1, "softmax")])
        diagnosis = judged(record(document, stuck(), quantities={"delta_rms": SHRINKING}))
        assert diagnosis.verdict == "output_contract"
        assert "vanishing_gradients" in errors(diagnosis)

    def test_errors_come_first(self) -> None:
        order = ["error", "warning", "info"]
        severities = [f.severity for f in judged(record(DEEP, stuck(), quantities={"delta_rms": SHRINKING})).findings]
        assert severities == sorted(severities, key=order.index)

    def test_a_penalty_in_the_loss_is_not_mistaken_for_failure(self) -> None:
        penalized = dense(8, "relu", "he_normal", kernel_regularizer={"type": "l2", "l2": 0.1})
        metrics: dict[str, dict[str, float | None]] = {"train": {"accuracy": 0.95}}
        made = record(job([penalized, SIGMOID], metrics=["accuracy"]), falling(end=0.68), metrics=metrics)
        assert judged(made).verdict == VERDICT_HEALTHY


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_short_trainings_are_judged(epochs: int) -> None:
    document: dict[str, Any] = job([dense(8, "tanh", repeat=2), SIGMOID], CIRCLES, epochs=epochs)
    assert judged(record(document, falling(epochs))).verdict


def test_a_record_without_a_trace_is_judged() -> None:
    made = record(DEEP)
    made.trace.epoch = made.trace.epoch[:0]
    made.trace.quantities.clear()
    made.trace.overall.clear()
    assert judged(made).verdict == VERDICT_HEALTHY
