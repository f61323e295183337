"""What a regrade changed, submission by submission and all together."""

from __future__ import annotations

from typing import Any

from service.grading.rubric.difference import difference, summary


def grade(score: float | None, *checks: tuple[str, float, float], **more: Any) -> dict[str, Any]:
    made = [{"type": name, "name": None, "points": points, "max_points": most} for name, points, most in checks]
    return {"score": score, "max_score": 100.0, "checks": made, **more}


BEFORE = grade(70.0, ("metric", 40.0, 40.0), ("no_finding", 30.0, 30.0), ("metric", 0.0, 30.0))


def test_the_same_grade_is_unchanged_digit_for_digit() -> None:
    change = difference("sub_1", "ana", BEFORE, {**BEFORE})
    assert (change.change, change.delta, change.checks) == ("unchanged", 0.0, ())
    other = difference("sub_1", "ana", BEFORE, BEFORE | {"borderline": True})
    assert (other.change, other.delta) == ("same_score", 0.0)
    last_digit = difference("sub_1", "ana", grade(0.3), grade(0.1 + 0.2))
    assert last_digit.change == "raised"


def test_the_checks_that_changed_are_told() -> None:
    after = grade(55.5, ("metric", 40.0, 40.0), ("no_finding", 15.5, 30.0), ("uses", 0.0, 5.0))
    change = difference("sub_1", "ana", BEFORE, after, overridden=True)
    assert (change.change, change.delta, change.overridden) == ("lowered", -14.5, True)
    assert [(each.check, each.before, each.after, each.max_before, each.max_after) for each in change.checks] == [
        ("no_finding", 30.0, 15.5, 30.0, 30.0),
        ("uses", None, 0.0, None, 5.0),
        ("metric 2", 0.0, None, 30.0, None),
    ]


def test_grades_come_and_go() -> None:
    assert difference("s", "a", None, BEFORE).change == "new"
    assert difference("s", "a", BEFORE, None).change == "lost"
    assert difference("s", "a", None, None).change == "unchanged"
    assert difference("s", "a", grade(None), BEFORE).change == "new"


def test_all_together() -> None:
    changes = [
        difference("sub_1", "ana", BEFORE, BEFORE, overridden=True),
        difference("sub_2", "bea", BEFORE, grade(80.0)),
        difference("sub_3", "carl", BEFORE, grade(45.0), overridden=True),
        difference("sub_4", "dora", None, grade(1.0)),
    ]
    found = summary(changes)
    assert found.changes == {"unchanged": 1, "raised": 1, "lowered": 1, "new": 1}
    assert (found.submissions, found.overridden, found.greatest_gain, found.greatest_loss) == (4, 1, 10.0, 25.0)
    assert summary([]).greatest_loss == 0.0
