"""Diagnoses of the data set, from rows in the spec and from what a training measured of others."""

from __future__ import annotations

from typing import Any

import pytest

from models.diagnoses.finding import Diagnosis, Finding
from models.diagnoses.judge import HEALTHY as VERDICT_HEALTHY
from models.diagnoses.judge import diagnose, lint
from models.diagnoses.thresholds import LIMITS
from models.specs.check import parse
from tests.models.diagnoses.documents import FRIEDMAN, HEALTHY, SIGMOID, Document, dense, job
from tests.models.diagnoses.records import falling, record, stuck

SOUND = {
    "constant": 0,
    "constant_names": [],
    "missing": 0,
    "spread_ratio": 2.0,
    "shift": 0.1,
    "size": 1.0,
    "repeated": 0,
}
REGRESSION = job([dense(8, "relu", "he_normal"), dense(1)], FRIEDMAN, "mse")
VALUES = {"class_counts": None}


def inline(features: list[list[float]], targets: list[Any], **data: Any) -> Document:
    """A job on rows of the spec."""
    source = {"type": "inline", "features": features, "targets": targets}
    return job([dense(8, "tanh"), SIGMOID], {"source": source, "scaler": "standard", "split": None, **data})


def only(found: Diagnosis | list[Finding], code: str) -> Finding:
    """The only finding of this code."""
    findings = found.findings if isinstance(found, Diagnosis) else found
    (finding,) = [each for each in findings if each.code == code]
    return finding


def codes(found: Diagnosis | list[Finding]) -> set[str]:
    return {finding.code for finding in (found.findings if isinstance(found, Diagnosis) else found)}


def measured(**features: Any) -> dict[str, Any]:
    """Facts of a sound table but for these."""
    return {"features": {**SOUND, **features}}


class TestInline:
    ROWS = [[float(i % 7), float(i % 5)] for i in range(60)]  # noqa: RUF012
    LABELS = [i % 2 for i in range(60)]  # noqa: RUF012

    def test_a_sound_table_is_left_alone(self) -> None:
        rows = [[i / 60, (i * i % 61) / 60] for i in range(60)]
        assert {finding.stage for finding in lint(parse(inline(rows, self.LABELS)))} <= {"specification"}

    def test_constant_columns_are_named(self) -> None:
        finding = only(lint(parse(inline([[i / 60, 4.0] for i in range(60)], self.LABELS))), "constant_columns")
        assert (finding.severity, finding.value, finding.evidence["columns"]) == ("info", 1.0, ["x1"])

    def test_a_table_of_constants_alone_is_a_warning(self) -> None:
        finding = only(lint(parse(inline([[1.0, 4.0]] * 60, self.LABELS))), "constant_columns")
        assert finding.severity == "warning"

    def test_rows_on_both_sides_of_the_split(self) -> None:
        document = inline(self.ROWS, self.LABELS, split={"type": "head", "train_size": 40})
        finding = only(lint(parse(document)), "repeated_rows")
        # 35 different rows, then they come again.
        assert (finding.severity, finding.value) == ("warning", 1.0)

    def test_where_a_draw_splits_the_copies_are_not_known_yet(self) -> None:
        document = inline(self.ROWS, self.LABELS, split={"type": "random", "test_size": 0.2})
        assert "repeated_rows" not in codes(lint(parse(document)))

    @pytest.mark.parametrize(
        "labels", [["a"] * 55 + ["b"] * 5, [True] * 55 + [False] * 5, [[1, 0]] * 55 + [[0, 1]] * 5]
    )
    def test_rare_classes(self, labels: list[Any]) -> None:
        finding = only(lint(parse(inline(self.ROWS, labels) | two_outputs(labels))), "class_imbalance")
        assert finding.value == 11.0
        assert finding.advice[0].patch[0].path == "/training/class_weight"

    def test_large_targets(self) -> None:
        document = inline(self.ROWS, [100.0 * i + 0.5 for i in range(60)])
        document["architecture"]["layers"][-1] = dense(1)
        document["training"] |= {"loss": "mse", "metrics": []}
        assert only(lint(parse(document)), "target_scale").severity == "warning"

    def test_sizes_are_unknown_behind_a_scaler(self) -> None:
        rows = [[1000.0 * x, y] for x, y in self.ROWS]
        assert "unscaled_features" not in codes(lint(parse(inline(rows, self.LABELS))))
        assert "unscaled_features" in codes(lint(parse(inline(rows, self.LABELS, scaler=None))))

    def test_a_record_that_knows_nothing_of_the_features_is_judged_by_the_rows(self) -> None:
        document = inline([[1000.0 * x, y] for x, y in self.ROWS], self.LABELS, scaler=None)
        assert diagnose(record(document, stuck())).verdict == "unscaled_features"


def two_outputs(labels: list[Any]) -> dict[str, Any]:
    """One-hot targets need an output a class."""
    if not isinstance(labels[0], list):
        return {}
    return {"architecture": {"layers": [dense(8, "tanh"), dense(2, "softmax")]}}


class TestMeasured:
    @pytest.mark.parametrize(
        ("fact", "value", "quantity"),
        [
            ("spread_ratio", 500.0, "feature_ratio"),
            ("shift", 5 * LIMITS.feature_shift, "feature_shift"),
            ("size", 5 * LIMITS.feature_size, "feature_size"),
        ],
    )
    def test_features_out_of_proportion(self, fact: str, value: float, quantity: str) -> None:
        finding = only(diagnose(record(HEALTHY, facts=measured(**{fact: value}))), "unscaled_features")
        assert (finding.severity, finding.quantity, finding.value) == ("warning", quantity, value)
        # There is a scaler, but not one for these columns.
        assert finding.causes[0].code == "unfit_scaler"
        assert diagnose(record(HEALTHY, stuck(), facts=measured(**{fact: value}))).verdict == "unscaled_features"

    @pytest.mark.parametrize(("end", "severity"), [(0.4, "error"), (0.1, "warning")])
    def test_features_far_out_of_proportion_explain_a_poor_end(self, end: float, severity: str) -> None:
        finding = only(diagnose(record(HEALTHY, falling(end=end), facts=measured(shift=300.0))), "unscaled_features")
        assert finding.severity == severity

    def test_a_sound_table_is_left_alone(self) -> None:
        made = record(HEALTHY, facts={**measured(), "dependence": None})
        assert {finding.stage for finding in diagnose(made).findings if finding.code != "test_rows_seen"} <= {
            "training"
        }

    @pytest.mark.parametrize(("repeated", "severity"), [(1, "info"), (20, "warning")])
    def test_repeated_rows(self, repeated: int, severity: str) -> None:
        finding = only(diagnose(record(HEALTHY, facts=measured(repeated=repeated))), "repeated_rows")
        assert (finding.severity, finding.value) == (severity, repeated / 50)

    def test_constant_columns_explain_a_failure(self) -> None:
        facts = measured(constant=2, constant_names=["x0", "x1"])
        assert diagnose(record(HEALTHY, stuck(), facts=facts)).verdict == "constant_columns"
        assert diagnose(record(HEALTHY, facts=facts)).verdict == VERDICT_HEALTHY

    def test_large_targets(self) -> None:
        facts = {"constant_loss": 1e4, "target_std": 100.0, **VALUES}
        assert diagnose(record(REGRESSION, stuck(at=1e4), facts=facts)).verdict == "target_scale"
        learned = diagnose(record(REGRESSION, falling(start=1e4, end=10.0), facts=facts))
        assert only(learned, "target_scale").severity == "warning"

    def test_rare_classes(self) -> None:
        diagnosis = diagnose(record(HEALTHY, facts={"class_counts": [140, 10]}))
        assert only(diagnosis, "class_imbalance").value == 14.0


class TestIndependentTargets:
    INDEPENDENT = {"rows": 200, "neighbours": 0.4, "columns": 0.7}  # noqa: RUF012

    def test_a_network_that_learns_nothing_from_shuffled_targets(self) -> None:
        diagnosis = diagnose(record(HEALTHY, stuck(), facts={"dependence": self.INDEPENDENT}))
        assert diagnosis.verdict == "independent_targets"
        assert only(diagnosis, "independent_targets").value == 0.4

    def test_one_that_learns_them_by_heart(self) -> None:
        metrics: dict[str, dict[str, float | None]] = {"test": {"loss": 1.2}}
        made = record(HEALTHY, falling(end=0.01), facts={"dependence": self.INDEPENDENT}, metrics=metrics)
        assert diagnose(made).verdict == "independent_targets"

    @pytest.mark.parametrize("seen", ["neighbours", "columns"])
    def test_either_baseline_can_show_dependence(self, seen: str) -> None:
        facts = {"dependence": {**self.INDEPENDENT, seen: 0.005}}
        assert "independent_targets" not in codes(diagnose(record(HEALTHY, stuck(), facts=facts)))

    def test_without_a_measurement_nothing_is_said(self) -> None:
        assert "independent_targets" not in codes(diagnose(record(HEALTHY, stuck(), facts={"dependence": None})))
