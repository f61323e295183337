"""Defines the exceptions that end an attempt at a job before its training has ended.

    Interruption
    ├── LostClaim          the row is another attempt's by now, or has ended: nothing may be written any more
    ├── CancelRequested    a client has asked for the end
    ├── TimedOut           the training has run longer than a job may
    ├── OutOfMemory        its process uses more memory than a training may
    ├── Stopping           this agent has been told to stop; the job goes back to the queue
    └── ChildDied          the process that trains is gone, or never came
        └── ProtocolError  it sent something that it may not send now; it is killed

Beside them stands :class:`Unfinished`, which leaves a workflow without an outcome, so that it is run again.
"""

from __future__ import annotations


class Interruption(Exception):
    """An attempt ends here."""


class LostClaim(Interruption):
    """The job's row does not carry this attempt as running any more."""


class CancelRequested(Interruption):
    """A client has asked for the job to be cancelled."""


class TimedOut(Interruption):
    """The attempt has lasted longer than ``job_timeout``."""


class OutOfMemory(Interruption):
    """The child holds more than ``max_child_memory``."""


class Stopping(Interruption):
    """The agent is shutting down."""


class ChildDied(Interruption):
    """The child's process ended before its training did."""


class ProtocolError(ChildDied):
    """The child broke the protocol; it gets no more work."""


class Unfinished(BaseException):
    """The workflow stays pending; its recovery gives it to a slot that can do it.

    No :class:`Exception`, because DBOS records each of those as the workflow's final outcome.
    """
