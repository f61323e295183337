"""What ends an attempt at a job before its training has.

    Interruption
    ├── LostClaim          the row is another attempt's by now, or has ended: nothing may be written any more
    ├── CancelRequested    a client has asked for the end
    ├── TimeIsUp           the training has run longer than a job may
    ├── TooLarge           its process uses more memory than a training may
    ├── Stopping           this agent has been told to stop; the job goes back to the queue
    └── ChildDied          the process that trains is gone, or never came
        └── ProtocolBroken it said something that it may not say now; it is killed

Beside them stands :class:`Unfinished`, which leaves a workflow without an outcome, so that it is run again.
"""

from __future__ import annotations


class Interruption(Exception):
    """An attempt ends here."""


class LostClaim(Interruption):
    """The job's row does not carry this attempt as running any more."""


class CancelRequested(Interruption):
    """The job's row carries the wish to cancel it."""


class TimeIsUp(Interruption):
    """The attempt has lasted longer than ``job_timeout``."""


class TooLarge(Interruption):
    """The child holds more than ``max_child_memory``."""


class Stopping(Interruption):
    """The agent is shutting down."""


class ChildDied(Interruption):
    """The child ended without an end to its training."""


class ProtocolBroken(ChildDied):
    """The child broke the protocol, so it cannot be trusted with more work."""


class Unfinished(BaseException):
    """The workflow stays pending; its recovery gives it to a slot that can do it.

    No :class:`Exception`, because DBOS records each of those as the workflow's final outcome.
    """
