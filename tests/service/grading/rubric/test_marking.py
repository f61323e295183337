"""From evidence to grades, and what students see of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import LocalizedText
from service.grading.rubric.assignment import Assignment
from service.grading.rubric.checks import DeadFraction, MetricCheck
from service.grading.rubric.checks.specimens import DIVERGING, SOUND, STILL, VANISHING
from service.grading.rubric.evidence import Evidence
from service.grading.rubric.grade import Grade
from service.grading.rubric.lateness import Lateness
from service.grading.rubric.marking import RULES, mark, more_seeds
from service.grading.rubric.measurement import Measurement
from service.grading.rubric.visibility import rubric_for_students, seen_by_student
from tests.service.grading.rubric.documents import METRIC, RUBRIC, assignment
from tests.service.grading.rubric.recorded import SEEDS, evidence, trainings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MANUAL = {"type": "manual", "name": "report", "points": 10}


class TestMark:
    def test_good_work_gets_all_points(self) -> None:
        grade = mark(assignment(), evidence(SOUND))
        assert (grade.score, grade.raw_score, grade.max_score) == (100, 100, 100)
        assert [check.points for check in grade.checks] == [40, 30, 20, 10]
        assert grade.seeds == list(SEEDS)
        assert (grade.borderline, grade.incomplete, grade.failed_by_us) == (False, False, False)
        assert grade.rules == RULES

    def test_bad_work_is_explained(self) -> None:
        grade = mark(assignment(), evidence(VANISHING))
        assert grade.score == 0
        metric, finding, *_ = grade.checks
        assert "vanishing_gradients" in metric.findings
        assert finding.advice
        assert all(advice.text.en and advice.text.es for advice in finding.advice)

    def test_it_is_repeated_digit_for_digit(self) -> None:
        first, second = (mark(assignment(), evidence(STILL)).model_dump_json() for _ in range(2))
        assert first == second
        assert Grade.model_validate_json(first).model_dump_json() == first

    def test_being_late_takes_a_share_of_the_greatest_score(self) -> None:
        late = Lateness(60.0, 0.25)
        grade = mark(assignment(), evidence(SOUND), lateness=late)
        assert (grade.score, grade.raw_score) == (75, 100)
        assert grade.late.model_dump() == {"late": True, "seconds": 60, "deducted": 0.25}
        assert mark(assignment(), evidence(VANISHING), lateness=late).score == 0

    def test_what_waits_for_a_teacher_is_incomplete(self) -> None:
        asked = assignment(rubric=[*RUBRIC, MANUAL])
        grade = mark(asked, evidence(SOUND))
        assert (grade.incomplete, grade.score, grade.max_score) == (True, 100, 110)
        given = mark(asked, evidence(SOUND, manual={"report": 7}))
        assert (given.incomplete, given.score) == (False, 107)

    def test_a_check_that_breaks_loses_no_other_mark(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(check: DeadFraction, evidence: Evidence) -> Measurement:
            raise ZeroDivisionError("a mistake of ours")

        monkeypatch.setattr(DeadFraction, "measure", broken)
        dead = {"type": "dead_fraction", "at_most": 0.5, "points": 5}
        grade = mark(assignment(rubric=[dead, METRIC]), evidence(SOUND))
        assert (grade.failed_by_us, grade.score, grade.incomplete) == (True, None, False)
        assert grade.checks[0].error == "ZeroDivisionError: a mistake of ours"
        assert (grade.checks[0].points, grade.checks[1].points) == (None, 40)
        assert more_seeds(assignment(), grade) == 0

    def test_numbers_that_json_cannot_hold_are_null(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def endless(check: MetricCheck, evidence: Evidence) -> Measurement:
            return Measurement(0.0, False, LocalizedText("a", "b"), {"value": float("inf"), "many": [float("nan")]})

        monkeypatch.setattr(MetricCheck, "measure", endless)
        grade = mark(assignment(rubric=[METRIC]), evidence(SOUND))
        assert grade.checks[0].evidence == {"value": None, "many": [None]}

    @pytest.mark.parametrize("spec", [SOUND, VANISHING, DIVERGING, STILL])
    def test_points_stay_within_what_there_are(self, spec: dict[str, Any]) -> None:
        grade = mark(assignment(), evidence(spec))
        json.dumps(grade.model_dump(mode="json"), allow_nan=False)
        assert grade.score is not None
        assert 0 <= grade.score <= grade.max_score
        assert all(check.points is not None and 0 <= check.points <= check.max_points for check in grade.checks)


class TestFormula:
    def test_it_is_a_share_of_all_points(self) -> None:
        asked = assignment(formula="0.5 * math.least(metric, no_finding) + 0.25 * gradient_ratio")
        assert mark(asked, evidence(SOUND)).score == 75

    @pytest.mark.parametrize(("formula", "score"), [("metric + 1.0", 100), ("metric - 2.0", 0)])
    def test_it_gives_no_more_and_no_less_than_there_is(self, formula: str, score: float) -> None:
        assert mark(assignment(formula=formula), evidence(SOUND)).score == score

    def test_one_that_breaks_is_ours(self) -> None:
        asked = assignment(formula="metric / (no_finding - gradient_ratio)")
        grade = mark(asked, evidence(SOUND))
        assert (grade.score, grade.failed_by_us) == (None, True)
        assert grade.error == "the formula is inf"
        assert [check.points for check in grade.checks] == [40, 30, 20, 10]

    def test_it_waits_for_the_teacher(self) -> None:
        asked = assignment(rubric=[METRIC, MANUAL], formula="metric * report")
        assert mark(asked, evidence(SOUND)).score is None
        assert mark(asked, evidence(SOUND, manual={"report": 5})).score == 25


class TestSeeds:
    def mixed(self, most: int | None) -> tuple[Assignment, Evidence]:
        """Two of three trainings are good."""
        asked = assignment(rubric=[METRIC], seeds={"count": 3, "max": most})
        own = [*trainings(SOUND, [1, 2]), *trainings(VANISHING, [3])]
        return asked, replace(evidence(SOUND), trainings=own)

    def test_more_are_asked_for_up_to_the_most(self) -> None:
        asked, given = self.mixed(5)
        grade = mark(asked, given)
        assert (grade.checks[0].straddles, grade.borderline) == (True, False)
        assert more_seeds(asked, grade) == 2
        assert more_seeds(*self.graded(None)) == 3

    def test_what_is_open_then_is_borderline(self) -> None:
        asked, grade = self.graded(3)
        assert grade.borderline is True
        assert more_seeds(asked, grade) == 0

    def test_what_is_decided_asks_for_none(self) -> None:
        grade = mark(assignment(), evidence(SOUND))
        assert more_seeds(assignment(), grade) == 0

    def test_a_check_without_points_decides_nothing(self) -> None:
        asked = assignment(rubric=[METRIC | {"points": 0}, RUBRIC[3]])
        _, given = self.mixed(3)
        assert mark(asked, given).borderline is False

    def graded(self, most: int | None) -> tuple[Assignment, Grade]:
        asked, given = self.mixed(most)
        return asked, mark(asked, given)


def keys(value: Any) -> set[str]:
    """All names in a document."""
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys(item)}
    return {key for item in value for key in keys(item)} if isinstance(value, list) else set()


class TestStudents:
    def test_they_see_what_is_visible(self) -> None:
        seen = seen_by_student(assignment(), mark(assignment(), evidence(VANISHING)), now=NOW, published=False)
        assert (seen["score"], seen["max_score"], seen["incomplete"]) == (0, 100, False)
        assert [check["type"] for check in seen["checks"]] == [check["type"] for check in RUBRIC]
        assert seen["checks"][0]["message"]["es"]
        assert seen["checks"][1]["advice"]

    def test_hidden_checks_are_absent(self) -> None:
        asked = assignment(rubric=[METRIC | {"visibility": "hidden"}, *RUBRIC[1:]])
        seen = seen_by_student(asked, mark(asked, evidence(SOUND)), now=NOW, published=True)
        assert (seen["score"], seen["max_score"]) == (60, 60)
        assert "metric" not in [check["type"] for check in seen["checks"]]
        assert [check["name"] for check in rubric_for_students(asked)] == [
            "no_finding",
            "gradient_ratio",
            "parameter_budget",
        ]

    @pytest.mark.parametrize(
        ("visibility", "due", "published", "shown"),
        [
            ("after_due", NOW + timedelta(1), True, False),
            ("after_due", NOW, False, True),
            ("after_due", None, False, False),
            ("after_due", None, True, True),
            ("after_published", NOW - timedelta(1), False, False),
            ("after_published", NOW + timedelta(1), True, True),
        ],
    )
    def test_some_come_later(self, visibility: str, due: datetime | None, published: bool, shown: bool) -> None:
        rubric = [METRIC | {"visibility": visibility}, *RUBRIC[1:]]
        asked = assignment(rubric=rubric, due_at=None if due is None else due.isoformat())
        seen = seen_by_student(asked, mark(asked, evidence(SOUND)), now=NOW, published=published)
        assert seen["max_score"] == 100
        assert seen["score"] == (100 if shown else 60)
        assert seen["incomplete"] is not shown
        assert (seen["checks"][0]["evidence"] != {}) is shown
        assert (seen["checks"][0]["passed"] is True) is shown

    def test_a_formula_s_value_is_shown_when_all_of_its_checks_are(self) -> None:
        asked = assignment(rubric=[METRIC | {"visibility": "hidden"}, *RUBRIC[1:]], formula="metric")
        assert seen_by_student(asked, mark(asked, evidence(SOUND)), now=NOW, published=True)["score"] is None
        open_ = assignment(formula="0.5 * metric")
        assert seen_by_student(open_, mark(open_, evidence(SOUND)), now=NOW, published=True)["score"] == 50

    def test_our_failures_are_not_theirs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(check: MetricCheck, evidence: Evidence) -> Measurement:
            raise RuntimeError("hidden row 0.731")

        monkeypatch.setattr(MetricCheck, "measure", broken)
        seen = seen_by_student(assignment(), mark(assignment(), evidence(SOUND)), now=NOW, published=True)
        assert (seen["score"], seen["incomplete"]) == (None, True)
        assert "0.731" not in json.dumps(seen)
        assert "our failure" in seen["checks"][0]["message"]["en"]

    @given(
        st.lists(st.sampled_from(["visible", "after_due", "after_published", "hidden"]), min_size=4, max_size=4),
        st.sampled_from([SOUND, VANISHING, DIVERGING, STILL]),
        st.booleans(),
    )
    def test_nothing_tells_of_seeds(self, visibilities: list[str], spec: dict[str, Any], published: bool) -> None:
        rubric = [check | {"visibility": how} for check, how in zip(RUBRIC, visibilities, strict=True)]
        asked = assignment(rubric=rubric)
        own = [replace(training, seed=3_000_000_000 + training.seed) for training in trainings(spec)]
        grade = mark(asked, replace(evidence(spec), trainings=own))
        seen = seen_by_student(asked, grade, now=NOW, published=published)
        assert not keys(seen) & {"per_seed", "straddles", "borderline", "error", "failed_by_us"}
        assert "seeds" not in seen
        assert all(str(training.seed) not in json.dumps(seen) for training in own)
        assert len(seen["checks"]) == 4 - visibilities.count("hidden")
