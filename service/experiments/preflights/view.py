"""Turns preflight rows into the documents that clients see."""

from __future__ import annotations

from typing import Any

from service.database.tables import PreflightRow
from service.experiments.preflights.schemas import Preflight, PreflightLinks, PreflightSummary
from service.http.routing import PREFIX
from service.jobs.schemas import Failure


def path_of(preflight_id: str) -> str:
    """The URL path of a preflight."""
    return f"{PREFIX}/preflights/{preflight_id}"


def etag_of(row: PreflightRow) -> str:
    """The strong ETag: it changes with every change of the row."""
    return f'"{row.version}"'


def summary(row: PreflightRow) -> PreflightSummary:
    """A preflight in a list."""
    return PreflightSummary(**_members(row))


def view(row: PreflightRow) -> Preflight:
    """A whole preflight."""
    return Preflight(**_members(row), spec=row.spec, result=row.result)


def _members(row: PreflightRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "spec_hash": row.spec_hash,
        "single_batch": row.single_batch,
        "attempt": row.attempt,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "verdict": None if row.result is None else row.result["verdict"],
        "error": None if row.error is None else Failure(**row.error),
        "links": PreflightLinks(self=path_of(row.id)),
    }
