"""Writes a grade as Codabench's ``scores.json``: numbers, named by the keys of the leaderboard's columns."""

from __future__ import annotations

from typing import Final

from service.grading.exports.outcome import Outcome

OWN: Final = frozenset({"score", "max_score", "late_seconds"})


def scores(outcome: Outcome) -> dict[str, float]:
    """The numbers of a grade; a number that is not known is left out, as the platform reads nothing else.

    Participants may read this file, so checks are in it only where they are visible at once. A check that is called
    like one of our own numbers gets ``check_`` before its name.
    """
    found = {"max_score": outcome.max_score, "late_seconds": outcome.late_seconds}
    if outcome.score is not None:
        found["score"] = outcome.score
    for check in outcome.checks():
        if check.visibility == "visible" and check.points is not None:
            found[f"check_{check.name}" if check.name in OWN else check.name] = check.points
    return found
