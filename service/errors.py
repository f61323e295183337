"""The domain errors of the service. No HTTP here: ``service.http.problems`` decides the status of each family.

    ClinicError
    ├── Unreadable            the bytes are no document: broken JSON, wrong encoding, too deep
    ├── Invalid               the document can be read, but not be done; ``violations`` point to the places
    │   ├── InvalidSpec       … because the spec cannot train
    │   ├── UnsupportedModel  … because a spec cannot say what the Keras model holds
    │   └── KeyReused         … because its Idempotency-Key has come with another document
    ├── Unauthenticated       nobody knows who calls: no key, or none that is known
    ├── Forbidden             the caller is known, and may not do this
    ├── NotFound              there is nothing of this name
    ├── Conflict              it exists, but is not in a state for this
    │   ├── NotFinished       the job has not ended yet
    │   ├── NotSucceeded      the job has ended, and left no model
    │   ├── AlreadyEnded      the job has ended, and cannot be cancelled
    │   ├── InUse             something else needs it, so it cannot be deleted
    │   ├── ComparisonEnded   all its jobs have ended, and it cannot be cancelled
    │   ├── NothingToTry      nothing that is advised for the job can be tried
    │   ├── TrialEnded        nothing of it is to come, and it cannot be cancelled
    │   ├── NotAvailable      the job is of a kind that has no such result
    │   ├── NotOpen           the assignment takes no submissions yet
    │   ├── Closed            … or no longer
    │   ├── SubmissionEnded   it has been graded, or will never be, and cannot be cancelled
    │   ├── CalibrationEnded  all its trainings have ended, and it cannot be cancelled
    │   ├── NothingToRegrade  nothing has been graded yet
    │   └── NotGraded         there is no grade to be changed
    ├── Unconditional         a change must say which state it changes, by If-Match
    ├── Changed               the client's If-Match names a state that is gone
    ├── TooLarge              the body has more bytes than allowed
    ├── WrongMediaType        the body is of a type that is not read here
    ├── NotAcceptable         the client accepts none of the forms there are
    ├── QuotaExceeded         the caller has had its share, for now
    └── Unavailable           it could be done at another time
        ├── NotLoaded         … when the model has been loaded
        ├── QueueFull         … when jobs have left the queue
        └── DatabaseUnreachable … when the database answers again

Each class carries a ``type``, the stable name by which programs tell problems apart, and a ``title``, the same for
people; the message says what was received.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.violation import Violation


@dataclass(frozen=True)
class RequestViolation(Violation):
    """One thing that is wrong with a request: in its body, or in a parameter or header.

    Attributes:
        pointer: JSON pointer into the body; empty where it is not in the body.
        parameter: the query parameter, path parameter or header, if it is one of those.
    """

    parameter: str | None = None


@dataclass(frozen=True)
class Omitted(Violation):
    """Stands at the end of a list of violations for those that are left out.

    Attributes:
        count: so many are.
    """

    count: int = 0


MOST_VIOLATIONS = 100  # that one answer lists


def capped(violations: Sequence[Violation], total: int | None = None) -> list[Violation]:
    """The first violations and, where there are more than ``MOST_VIOLATIONS``, how many more.

    Args:
        violations: all, or at least one more than are listed.
        total: how many there are in all.

    Example:
        >>> capped([Violation("/a", "is wrong")] * 1000)[-1].detail
        'and 900 more'
    """
    if len(violations) <= MOST_VIOLATIONS or isinstance(violations[-1], Omitted):
        return list(violations)
    left = (len(violations) if total is None else total) - MOST_VIOLATIONS
    return [*violations[:MOST_VIOLATIONS], Omitted("", f"and {left:,} more", left)]


class ClinicError(Exception):
    """Base of all errors that a client is told about."""

    type: ClassVar[str] = "error"
    title: ClassVar[str] = "It could not be done"

    def __init_subclass__(cls, *, type: str, title: str) -> None:  # noqa: A002 - the names of RFC 9457
        super().__init_subclass__()
        cls.type, cls.title = type, title

    def __init__(self, detail: str, violations: Iterable[Violation] = (), *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = list(violations)
        self.retry_after = retry_after  # seconds


class Unreadable(ClinicError, type="unreadable_body", title="The body cannot be read"):
    """The bytes are no document."""


class Invalid(ClinicError, type="invalid_request", title="The request is not valid"):
    """The document can be read, but not be done."""

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> Invalid:
        """The error for these violations, of which it keeps the first ones; the very first is its detail."""
        listed = capped(violations)
        last = listed[-1]
        others = len(listed) - 1 + (last.count - 1 if isinstance(last, Omitted) else 0)
        more = f" (and {others} more)" if others else ""
        first = listed[0]
        where = first.parameter if isinstance(first, RequestViolation) else first.pointer
        return cls(f"{where}: {first.detail}{more}" if where else first.detail + more, listed)


class InvalidSpec(Invalid, type="invalid_spec", title="The spec cannot train"):
    """The spec cannot train."""


class UnsupportedModel(
    Invalid, type="unsupported_model", title="The Keras model holds something that is not supported"
):
    """A spec cannot say what the Keras model holds."""


class KeyReused(Invalid, type="idempotency_key_reused", title="The idempotency key belongs to another request"):
    """An Idempotency-Key came with two different documents."""


class Unauthenticated(ClinicError, type="unauthenticated", title="A key is needed"):
    """Nobody knows who calls.

    Args:
        detail: what is missing.
        presented: whether a key was sent, which is not known.
    """

    def __init__(self, detail: str, *, presented: bool = False) -> None:
        super().__init__(detail)
        self.presented = presented


class Forbidden(ClinicError, type="forbidden", title="The key does not allow it"):
    """The caller is known, and may not do this."""


class NotFound(ClinicError, type="not_found", title="There is no such thing"):
    """There is nothing of this name."""


class Conflict(ClinicError, type="conflict", title="Its state does not allow it"):
    """It exists, but is not in a state for this."""


class NotFinished(Conflict, type="job_not_finished", title="The job has not ended yet"):
    """The job has not ended yet."""


class NotSucceeded(Conflict, type="job_not_succeeded", title="The job has left no result"):
    """The job has ended and left no model."""


class AlreadyEnded(Conflict, type="job_already_ended", title="The job has already ended"):
    """The job has ended and cannot be cancelled."""


class InUse(Conflict, type="in_use", title="Something else needs it"):
    """Something else needs it; it cannot be deleted."""


class ComparisonEnded(Conflict, type="comparison_already_ended", title="The comparison has already ended"):
    """All jobs of the comparison have ended; it cannot be cancelled."""


class NothingToTry(Conflict, type="nothing_to_try", title="There is nothing to try"):
    """Nothing that is advised for the job can be tried."""


class TrialEnded(Conflict, type="trial_already_ended", title="The trial has already ended"):
    """The trial has ended; it cannot be cancelled."""


class NotAvailable(Conflict, type="result_not_available", title="This job has no such result"):
    """The job is of a kind that has no such result."""


class NotOpen(Conflict, type="assignment_not_open", title="The assignment is not open yet"):
    """The assignment takes no submissions yet."""


class Closed(Conflict, type="assignment_closed", title="The assignment is closed"):
    """The assignment takes no submissions any longer."""


class SubmissionEnded(Conflict, type="submission_already_ended", title="The submission has already ended"):
    """The submission has ended; it cannot be cancelled."""


class CalibrationEnded(Conflict, type="calibration_already_ended", title="The calibration has already ended"):
    """The calibration has ended; it cannot be cancelled."""


class NothingToRegrade(Conflict, type="nothing_to_regrade", title="There is nothing to grade again"):
    """Nothing has been graded yet."""


class NotGraded(Conflict, type="submission_not_graded", title="The submission has no grade"):
    """There is no grade to be changed."""


class Unconditional(ClinicError, type="precondition_required", title="If-Match is required"):
    """A change must say which state it changes."""


class Changed(ClinicError, type="precondition_failed", title="It has changed since"):
    """The client's If-Match names a state that is gone."""


class TooLarge(ClinicError, type="body_too_large", title="The body is too large"):
    """The body has more bytes than allowed."""


class WrongMediaType(ClinicError, type="unsupported_media_type", title="The body's media type is not supported"):
    """The body is of a type that is not read here."""


class NotAcceptable(ClinicError, type="not_acceptable", title="No accepted form is available"):
    """The client accepts none of the forms there are."""


class QuotaExceeded(ClinicError, type="quota_exceeded", title="The quota is used up"):
    """The caller has had its share, for now.

    Args:
        detail: what was asked for, and how much may be.
        quota: the name of what is limited.
        remaining: how much of it is left.
        retry_after: seconds until another try may succeed.
    """

    def __init__(self, detail: str, quota: str, remaining: int, *, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.quota = quota
        self.remaining = remaining


class Unavailable(ClinicError, type="unavailable", title="Not possible at the moment"):
    """It could be done at another time."""


class NotLoaded(Unavailable, type="model_not_loaded", title="The model is not loaded"):
    """The model is there, but does not answer now."""


class QueueFull(Unavailable, type="queue_full", title="The queue is full"):
    """Too many jobs wait already."""


class DatabaseUnreachable(Unavailable, type="database_unreachable", title="The database does not answer"):
    """The database does not answer."""
