"""Assignments as documents: what is read, and what is refused with a pointer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from models.diagnoses.specimens import specimen, table
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.validation import violations
from tests.service.grading.rubric.documents import METRIC, RUBRIC, assignment, document


class TestReading:
    def test_the_contract_s_example_is_sound(self) -> None:
        made = assignment()
        assert violations(made) == []
        assert made.max_score == 100
        assert [check.name for check in made.checks] == [
            "metric",
            "no_finding",
            "gradient_ratio",
            "parameter_budget",
        ]
        assert (made.needs_baseline, made.needs_repeat) == (False, False)

    def test_it_is_read_as_it_is_written(self) -> None:
        made = assignment(due_at="2026-12-01T10:00:00+01:00", late={"type": "deduct", "per_day": 0.1})
        written = made.model_dump(mode="json")
        assert written["rubric"][2]["from"] == "first"
        assert Assignment.model_validate(json.loads(json.dumps(written))) == made
        assert made.due_at == datetime(2026, 12, 1, 9, tzinfo=UTC)

    def test_most_may_be_left_out(self) -> None:
        made = Assignment.model_validate({"title": "T", "data": table(), "rubric": [METRIC]})
        assert violations(made) == []
        assert (made.seeds.count, made.seeds.cap, made.graded_on) == (5, 10, made.data)

    def test_names_are_given_to_checks_that_have_none(self) -> None:
        checks = [METRIC, METRIC | {"name": "metric_2"}, METRIC, METRIC | {"name": "own"}]
        assert [check.name for check in assignment(rubric=checks).checks] == ["metric", "metric_2", "metric_3", "own"]

    def test_a_baseline_needs_no_data(self) -> None:
        baseline = specimen()
        del baseline["data"]
        beats = {"type": "beats_baseline", "metric": "accuracy", "points": 5}
        made = assignment(baseline=baseline, rubric=[beats, {"type": "reproduces", "points": 1}])
        assert violations(made) == []
        assert made.baseline is not None
        assert made.baseline.data == made.data
        assert (made.needs_baseline, made.needs_repeat) == (True, True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"title": ""},
            {"rubric": []},
            {"rubric": [METRIC | {"points": -1}]},
            {"rubric": [METRIC | {"points": "40"}]},
            {"rubric": [METRIC | {"type": "eval"}]},
            {"rubric": [METRIC | {"expected": 1}]},
            {"rubric": [METRIC | {"name": "Not a name"}]},
            {"rubric": [METRIC | {"visibility": "sometimes"}]},
            {"seeds": {"count": 0}},
            {"seeds": {"count": 51}},
            {"due_at": "2026-12-01T10:00:00"},
            {"late": {"type": "deduct"}},
            {"constraints": {"fixed": {"training/epochs": 5}}},
            {"hidden": True},
        ],
        ids=str,
    )
    def test_the_document_is_closed_and_typed(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            assignment(**changes)


def rubric(**changes: Any) -> dict[str, Any]:
    return {"rubric": [METRIC | changes]}


class TestSoundness:
    @pytest.mark.parametrize(
        ("changes", "pointer", "detail"),
        [
            (rubric(full_at=0.7), "/rubric/0/full_at", "greater than at_least"),
            (rubric(at_least=None), "/rubric/0", "needs at_least or at_most"),
            (rubric(at_most=0.9), "/rubric/0/full_at", "single bound"),
            (rubric(at_most=0.5, full_at=None), "/rubric/0/at_most", "at least at_least"),
            (rubric(metric="acuracy"), "/rubric/0/metric", "did you mean 'accuracy'"),
            (rubric(points=0), "/rubric", "no points"),
            ({"data": table() | {"split": None}, "hidden_data": None}, "/rubric/0/split", "no test rows"),
            ({"rubric": [METRIC | {"name": "a"}, METRIC | {"name": "a"}]}, "/rubric/1/name", "already"),
            (
                {"rubric": [{"type": "no_finding", "code": "vanishing", "points": 1}]},
                "/rubric/0/code",
                "did you mean 'vanishing_gradients'",
            ),
            (
                {"rubric": [{"type": "beats_baseline", "metric": "accuracy", "points": 1}]},
                "/rubric/0",
                "needs the assignment's baseline",
            ),
            (
                {"rubric": [{"type": "uses_component", "kind": "layers", "component": "batch_norm", "points": 1}]},
                "/rubric/0/component",
                "did you mean 'batch_normalization'",
            ),
            (
                {
                    "rubric": [
                        {"type": "answer", "question": {"type": "metric_value", "metric": "ac"}, "points": 1},
                    ]
                },
                "/rubric/0/question/metric",
                "there is no 'ac'",
            ),
            ({"seeds": {"count": 5, "max": 4}}, "/seeds/max", "at least count"),
            (
                {"opens_at": "2026-12-02T00:00:00Z", "due_at": "2026-12-01T00:00:00Z"},
                "/due_at",
                "after opens_at",
            ),
            ({"constraints": {"allowed_layers": ["dense", "conv"]}}, "/constraints/allowed_layers/1", "'conv'"),
            ({"constraints": {"forbidden_losses": ["msee"]}}, "/constraints/forbidden_losses/0", "'mse'"),
            (
                {"constraints": {"fixed": {"/training/rate": 1}}},
                "/constraints/fixed/~1training~1rate",
                "names nothing",
            ),
            (
                {"constraints": {"fixed": {"/training/epochs": "many"}}},
                "/constraints/fixed/~1training~1epochs",
                'cannot be "many"',
            ),
            ({"constraints": {"fixed": {"/seed": 1}}}, "/constraints/fixed/~1seed", "only parts of"),
            ({"hidden_data": {"source": "iris"}}, "/hidden_data", "4 features"),
            (
                {"hidden_data": table() | {"split": {"type": "head", "train_size": 200}}},
                "/hidden_data/split/train_size",
                "leave none to test",
            ),
            ({"statement": {"en": "", "es": ""}}, "/statement", "empty"),
            ({"formula": "metric * 2"}, "/formula", "with a point"),
            (
                {"baseline": specimen(metrics=["sparse_categorical_crossentropy"])},
                "/baseline/training/metrics/0",
                "needs an output",
            ),
            ({"baseline": specimen(data={"source": "iris"})}, "/baseline/data", "the assignment's data"),
        ],
    )
    def test_what_is_wrong_is_pointed_at(self, changes: dict[str, Any], pointer: str, detail: str) -> None:
        found = violations(assignment(**changes))
        assert pointer in [fault.pointer for fault in found]
        assert detail in next(fault.detail for fault in found if fault.pointer == pointer)

    @pytest.mark.parametrize(
        ("pointer", "value"),
        [
            ("/training/optimizer", "sgd"),
            ("/training/optimizer/learning_rate", 0.01),
            (
                "/training/optimizer/learning_rate",
                {"type": "cosine_decay", "initial_learning_rate": 0.1, "decay_steps": 9},
            ),
            ("/training/optimizer/momentum", 0.9),
            ("/training/loss", {"type": "binary_crossentropy", "from_logits": True}),
            ("/training/class_weight/1", 2),
            ("/architecture/layers/0/units", 5),
            ("/architecture/layers/0/layers/1/units", 5),
            ("/architecture/layers/0/kernel_initializer/maxval", 1),
            ("/architecture/layers", [{"type": "dense", "units": 5}]),
            ("/architecture", {"layers": [{"type": "dense", "units": 5}]}),
        ],
    )
    def test_everything_in_a_spec_can_be_fixed(self, pointer: str, value: Any) -> None:
        assert violations(assignment(constraints={"fixed": {pointer: value}})) == []

    def test_hidden_rows_have_the_classes_of_the_public_ones(self) -> None:
        def rows(*targets: Any) -> dict[str, Any]:
            source = {"type": "inline", "features": [[0.0], [1.0], [2.0], [3.0]], "targets": list(targets)}
            return {"source": source, "split": {"type": "head", "train_size": 2}}

        assert violations(assignment(data=rows("a", "b", "a", "b"), hidden_data=rows("b", "b", "a", "a"))) == []
        found = violations(assignment(data=rows("a", "b", "a", "b"), hidden_data=rows("a", "c", "a", "c")))
        assert [fault.pointer for fault in found] == ["/hidden_data"]
        found = violations(assignment(data=rows(0, 1, 0, 1), hidden_data=rows(0, 1, 2, 1)))
        assert [fault.pointer for fault in found] == ["/hidden_data"]

    def test_a_sign_test_needs_seeds_enough(self) -> None:
        check = {"type": "beats_baseline", "metric": "accuracy", "points": 1, "level": 0.95}
        few = assignment(rubric=[check], baseline=specimen(), seeds={"count": 5})
        assert [fault.pointer for fault in violations(few)] == ["/rubric/0/level"]
        assert violations(assignment(rubric=[check], baseline=specimen(), seeds={"count": 6})) == []

    def test_the_documents_of_tests_are_the_contract_s(self) -> None:
        assert {check["type"] for check in RUBRIC} == {
            "metric",
            "no_finding",
            "gradient_ratio",
            "parameter_budget",
        }
        assert set(document()) >= {"title", "statement", "data", "hidden_data", "seeds", "constraints", "rubric"}
