"""Defines the statuses of a job and the transitions between them.

    queued ──► running ──► succeeded     the training ended, also by diverging: that is data
      │  ▲       │  │├───► failed        it could not be done: data, memory, time, or too many attempts
      │  └───────┘  │└───► cancelled     its agent saw ``cancel_requested`` and killed the child
      │   handed    └──┐
      │   back         └─► running       its process died: the next attempt (``attempt`` grows)
      ├───► cancelled                    a client cancelled it before it began
      └───► failed                       it can no longer begin (no attempt is left, or its workflow is lost)

The API makes jobs and cancels those that wait; everything else is an agent's. A preflight lives the same life, except
that nobody cancels it. The database refuses every other transition itself (``migrations/versions/0007``), whoever
writes: a change here needs a migration.
"""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"  # the row and its workflow are stored; no agent has claimed it
    RUNNING = "running"  # claimed by an agent, whose writes carry the job's attempt
    SUCCEEDED = "succeeded"  # weights, record and diagnosis are stored
    FAILED = "failed"  # the row's error says why
    CANCELLED = "cancelled"  # ended by a client's wish


TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset(
        {
            JobStatus.RUNNING,  # an agent claims it
            JobStatus.CANCELLED,  # a client cancels it; or an agent that meets the flag at the claim
            JobStatus.FAILED,  # an agent finds that its attempts, or those of its workflow, are used up
        }
    ),
    JobStatus.RUNNING: frozenset(
        {
            JobStatus.RUNNING,  # claimed again, because the process that ran it died
            JobStatus.SUCCEEDED,  # its child has finished; weights, diagnosis and status are one commit
            JobStatus.FAILED,  # its child says that it cannot be done, time is up, or the last attempt has died
            JobStatus.CANCELLED,  # its agent saw the flag and killed the child
            JobStatus.QUEUED,  # its agent was told to stop and hands it back
        }
    ),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}

TERMINAL: frozenset[JobStatus] = frozenset(status for status, following in TRANSITIONS.items() if not following)
LIVE: frozenset[JobStatus] = frozenset(TRANSITIONS) - TERMINAL


def may_become(before: JobStatus, after: JobStatus) -> bool:
    """Whether a job may go from ``before`` to ``after``.

    Example:
        >>> may_become(JobStatus.QUEUED, JobStatus.CANCELLED), may_become(JobStatus.SUCCEEDED, JobStatus.CANCELLED)
        (True, False)
    """
    return after in TRANSITIONS[before]


def before(after: JobStatus) -> list[JobStatus]:
    """The statuses from which a job may become ``after``: what a write that moves it there must find.

    Example:
        >>> before(JobStatus.SUCCEEDED)
        [<JobStatus.RUNNING: 'running'>]
    """
    return [status for status in JobStatus if may_become(status, after)]
