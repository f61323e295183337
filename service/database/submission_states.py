"""Defines the statuses of a submission, and of each of its gradings, and the transitions between them.

    queued ──► grading ──► graded        marked; points of a `manual` check may still be missing
      │           ├──────► failed        by us: a training could not be done, even when it was tried again
      │           └──────► cancelled     its author or teacher wished so
      ├──► failed                        its trainings can never be queued
      └──► cancelled

A queued one waits for room in the queue of jobs. Whatever has ended stays so: a regrade is another grading, whose
grade takes the place of the submission's. The database refuses every other transition itself
(``migrations/versions/0010``): a change here needs a migration.
"""

from __future__ import annotations

from enum import StrEnum


class SubmissionStatus(StrEnum):
    """Where a submission, or a grading, stands."""

    QUEUED = "queued"
    GRADING = "grading"
    GRADED = "graded"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[SubmissionStatus, frozenset[SubmissionStatus]] = {
    SubmissionStatus.QUEUED: frozenset({SubmissionStatus.GRADING, SubmissionStatus.FAILED, SubmissionStatus.CANCELLED}),
    SubmissionStatus.GRADING: frozenset({SubmissionStatus.GRADED, SubmissionStatus.FAILED, SubmissionStatus.CANCELLED}),
    SubmissionStatus.GRADED: frozenset(),
    SubmissionStatus.FAILED: frozenset(),
    SubmissionStatus.CANCELLED: frozenset(),
}

TERMINAL: frozenset[SubmissionStatus] = frozenset(status for status, following in TRANSITIONS.items() if not following)
LIVE: frozenset[SubmissionStatus] = frozenset(TRANSITIONS) - TERMINAL
COUNTED: frozenset[SubmissionStatus] = frozenset(SubmissionStatus) - {
    SubmissionStatus.FAILED,
    SubmissionStatus.CANCELLED,
}  # what has cost its author a try


def may_become(before: SubmissionStatus, after: SubmissionStatus) -> bool:
    """Whether one may go from ``before`` to ``after``.

    Example:
        >>> may_become(SubmissionStatus.GRADING, SubmissionStatus.GRADED)
        True
        >>> may_become(SubmissionStatus.GRADED, SubmissionStatus.CANCELLED)
        False
    """
    return after in TRANSITIONS[before]
