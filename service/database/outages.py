"""Tells outages of the database from errors: the same transaction may succeed later."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

OUTAGES = (OperationalError, InterfaceError, PoolTimeoutError)  # gone, restarted, locked, full, no connection free
# PostgreSQL's own codes (its manual's appendix A) that its driver calls internal errors.
READ_ONLY = "25006"  # it has become a replica, or an operator has made it read-only
STOOD_STILL = "25P03"  # the transaction was ended because nothing happened in it


def is_outage(error: SQLAlchemyError) -> bool:
    """Whether an error is an outage: the database cannot do its work now, and nothing is wrong with what was asked.

    Example:
        >>> is_outage(OperationalError("INSERT …", {}, Exception("database or disk is full")))
        True
        >>> is_outage(SQLAlchemyError("a mistake of ours"))
        False
    """
    if isinstance(error, InternalError):
        return getattr(error.orig, "sqlstate", None) in {READ_ONLY, STOOD_STILL}
    return isinstance(error, OUTAGES)
