"""The specs that a comparison is asked for, and the specs of its jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session

from models.specs import limits
from models.specs.canonical import canonical
from models.specs.check import parse
from models.specs.job import TrainingJobSpec
from models.violation import Violation
from service.errors import Invalid, InvalidSpec, NotFound
from service.experiments.comparisons.schemas import MAX_JOBS, ComparisonRequest
from service.jobs.queries import find, labels_of
from service.specs.checks import parse_spec

MAX_BYTES = 32 * 2**20  # of the specs of all jobs together: each keeps its own, with the rows that it may hold inline


def read(session: Session, owner: str, request: ComparisonRequest) -> list[TrainingJobSpec]:
    """The specs that are to be compared.

    Raises:
        InvalidSpec: one of them cannot train; the pointers lead into the request.
        Invalid: a job does not exist, or the jobs are too many or too large together.
    """
    specs = _specs_of_jobs(session, owner, request.jobs or ()) if request.specs is None else _parse(request.specs)
    _refuse_many(specs, request.seeds)
    return specs


def _parse(documents: Sequence[Any]) -> list[TrainingJobSpec]:
    specs: list[TrainingJobSpec] = []
    violations: list[Violation] = []
    for index, document in enumerate(documents):
        try:
            specs.append(parse_spec(document))
        except InvalidSpec as refused:
            violations += [
                Violation(f"/specs/{index}{violation.pointer}", violation.detail) for violation in refused.violations
            ]
    if violations:
        raise InvalidSpec.of(violations[: limits.MAX_ERRORS])
    return specs


def _specs_of_jobs(session: Session, owner: str, job_ids: Sequence[str]) -> list[TrainingJobSpec]:
    rows = {}
    violations = []
    for index, job_id in enumerate(job_ids):
        try:
            rows[job_id] = find(session, owner, job_id)
        except NotFound as missing:
            violations.append(Violation(f"/jobs/{index}", missing.detail))
    if violations:
        raise Invalid.of(violations)
    labels = labels_of(session, list(rows))
    specs = {
        row.id: parse({**row.spec, "labels": labels[row.id]} | ({} if row.name is None else {"name": row.name}))
        for row in rows.values()
    }
    return [specs[job_id] for job_id in job_ids]


def _refuse_many(specs: Sequence[TrainingJobSpec], seeds: int) -> None:
    if len(specs) * seeds > MAX_JOBS:
        detail = f"{len(specs)} specs with {seeds} seeds are {len(specs) * seeds} jobs; at most {MAX_JOBS} are possible"
        raise Invalid.of([Violation("/seeds", detail)])
    size = seeds * sum(len(orjson.dumps(canonical(spec))) for spec in specs)
    if size > MAX_BYTES:
        detail = f"the specs of all jobs have {size} bytes together; at most {MAX_BYTES} are possible"
        raise Invalid.of([Violation("/seeds", detail)])
