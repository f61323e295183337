"""What can go wrong below the routes. No HTTP here: ``service.http.problems`` decides the status of each family.

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


class ClinicError(Exception):
    """Base of all errors that a client is told about."""

    type: ClassVar[str] = "error"
    title: ClassVar[str] = "It could not be done"

    def __init__(self, detail: str, violations: Iterable[Violation] = (), *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = list(violations)
        self.retry_after = retry_after  # seconds


class Unreadable(ClinicError):
    """The bytes are no document."""

    type = "unreadable_body"
    title = "The body cannot be read"


class Invalid(ClinicError):
    """The document can be read, but not be done."""

    type = "invalid_request"
    title = "The request is not valid"

    @classmethod
    def of(cls, violations: Sequence[Violation]) -> Invalid:
        """The error for these violations; the first one is its detail."""
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        first = violations[0]
        where = first.parameter if isinstance(first, RequestViolation) else first.pointer
        return cls(f"{where}: {first.detail}{more}" if where else first.detail + more, violations)


class InvalidSpec(Invalid):
    """The spec cannot train."""

    type = "invalid_spec"
    title = "The spec cannot train"


class UnsupportedModel(Invalid):
    """A spec cannot say what the Keras model holds."""

    type = "unsupported_model"
    title = "The Keras model holds something that is not supported"


class KeyReused(Invalid):
    """An Idempotency-Key came with two different documents."""

    type = "idempotency_key_reused"
    title = "The idempotency key belongs to another request"


class Unauthenticated(ClinicError):
    """Nobody knows who calls.

    Args:
        detail: what is missing.
        presented: whether a key was sent, which is not known.
    """

    type = "unauthenticated"
    title = "A key is needed"

    def __init__(self, detail: str, *, presented: bool = False) -> None:
        super().__init__(detail)
        self.presented = presented


class Forbidden(ClinicError):
    """The caller is known, and may not do this."""

    type = "forbidden"
    title = "The key does not allow it"


class NotFound(ClinicError):
    """There is nothing of this name."""

    type = "not_found"
    title = "There is no such thing"


class Conflict(ClinicError):
    """It exists, but is not in a state for this."""

    type = "conflict"
    title = "Its state does not allow it"


class NotFinished(Conflict):
    """The job has not ended yet."""

    type = "job_not_finished"
    title = "The job has not ended yet"


class NotSucceeded(Conflict):
    """The job has ended and left no model."""

    type = "job_not_succeeded"
    title = "The job has left no result"


class AlreadyEnded(Conflict):
    """The job has ended and cannot be cancelled."""

    type = "job_already_ended"
    title = "The job has already ended"


class InUse(Conflict):
    """Something else needs it; it cannot be deleted."""

    type = "in_use"
    title = "Something else needs it"


class ComparisonEnded(Conflict):
    """All jobs of the comparison have ended; it cannot be cancelled."""

    type = "comparison_already_ended"
    title = "The comparison has already ended"


class NothingToTry(Conflict):
    """Nothing that is advised for the job can be tried."""

    type = "nothing_to_try"
    title = "There is nothing to try"


class TrialEnded(Conflict):
    """The trial has ended; it cannot be cancelled."""

    type = "trial_already_ended"
    title = "The trial has already ended"


class NotAvailable(Conflict):
    """The job is of a kind that has no such result."""

    type = "result_not_available"
    title = "This job has no such result"


class NotOpen(Conflict):
    """The assignment takes no submissions yet."""

    type = "assignment_not_open"
    title = "The assignment is not open yet"


class Closed(Conflict):
    """The assignment takes no submissions any longer."""

    type = "assignment_closed"
    title = "The assignment is closed"


class SubmissionEnded(Conflict):
    """The submission has ended; it cannot be cancelled."""

    type = "submission_already_ended"
    title = "The submission has already ended"


class CalibrationEnded(Conflict):
    """The calibration has ended; it cannot be cancelled."""

    type = "calibration_already_ended"
    title = "The calibration has already ended"


class NothingToRegrade(Conflict):
    """Nothing has been graded yet."""

    type = "nothing_to_regrade"
    title = "There is nothing to grade again"


class NotGraded(Conflict):
    """There is no grade to be changed."""

    type = "submission_not_graded"
    title = "The submission has no grade"


class Unconditional(ClinicError):
    """A change must say which state it changes."""

    type = "precondition_required"
    title = "If-Match is required"


class Changed(ClinicError):
    """The client's If-Match names a state that is gone."""

    type = "precondition_failed"
    title = "It has changed since"


class TooLarge(ClinicError):
    """The body has more bytes than allowed."""

    type = "body_too_large"
    title = "The body is too large"


class WrongMediaType(ClinicError):
    """The body is of a type that is not read here."""

    type = "unsupported_media_type"
    title = "The body's media type is not supported"


class NotAcceptable(ClinicError):
    """The client accepts none of the forms there are."""

    type = "not_acceptable"
    title = "No accepted form is available"


class QuotaExceeded(ClinicError):
    """The caller has had its share, for now.

    Args:
        detail: what was asked for, and how much may be.
        quota: the name of what is limited.
        remaining: how much of it is left.
        retry_after: seconds until another try may succeed.
    """

    type = "quota_exceeded"
    title = "The quota is used up"

    def __init__(self, detail: str, quota: str, remaining: int, *, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.quota = quota
        self.remaining = remaining


class Unavailable(ClinicError):
    """It could be done at another time."""

    type = "unavailable"
    title = "Not possible at the moment"


class NotLoaded(Unavailable):
    """The model is there, but does not answer now."""

    type = "model_not_loaded"
    title = "The model is not loaded"


class QueueFull(Unavailable):
    """Too many jobs wait already."""

    type = "queue_full"
    title = "The queue is full"


class DatabaseUnreachable(Unavailable):
    """The database does not answer."""

    type = "database_unreachable"
    title = "The database does not answer"
