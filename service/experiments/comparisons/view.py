"""Turns a comparison and the results of its jobs into the document that clients see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy.orm import Session

from service.database.job_states import LIVE, JobStatus
from service.database.tables import ComparisonRow
from service.experiments.comparisons.queries import Run, gradient_ratios, job_ids
from service.experiments.comparisons.schemas import Comparison, ComparisonLinks, ComparisonProgress, Difference, Variant
from service.experiments.replicates.sample import Sample, differences, sample
from service.http.conditional import tag_of
from service.http.routing import PREFIX
from service.jobs.queries import JobState


def path_of(comparison_id: str) -> str:
    """The URL path of a comparison."""
    return f"{PREFIX}/comparisons/{comparison_id}"


def etag_of(row: ComparisonRow, jobs: Mapping[str, JobState | Run]) -> str:
    """The strong ETag of a comparison: it changes with every change of a job."""
    versions = (jobs[job_id].version if job_id in jobs else "-" for job_id in job_ids(row))
    return tag_of(row.cancel_requested, *versions)


def live_jobs(row: ComparisonRow, jobs: Mapping[str, JobState | Run]) -> list[str]:
    """The jobs that have not ended, in the order of the queue."""
    return [job_id for job_id in job_ids(row) if job_id in jobs and jobs[job_id].status in LIVE]


def view(session: Session, row: ComparisonRow, found: Mapping[str, Run]) -> Comparison:
    """The comparison with what its jobs have found; what has not ended yet is null in it."""
    ids = job_ids(row)
    ratios = gradient_ratios(session, ids)
    variants = [_variant(variant, found, ratios) for variant in row.variants]
    base = path_of(row.id)
    return Comparison(
        id=row.id,
        status=_status(row, found.values()),
        created_at=row.created_at,
        seeds=row.seeds,
        progress=ComparisonProgress(jobs=len(ids) - len(live_jobs(row, found)), of=len(ids)),
        variants=variants,
        differences=list(_differences(variants)),
        links=ComparisonLinks(self=base, cancel=f"{base}/cancel"),
    )


def _status(row: ComparisonRow, found: Iterable[Run]) -> JobStatus:
    statuses = {run.status for run in found}
    if statuses & LIVE:
        return JobStatus.QUEUED if statuses == {JobStatus.QUEUED} else JobStatus.RUNNING
    if row.cancel_requested:
        return JobStatus.CANCELLED
    return next(
        (status for status in (JobStatus.SUCCEEDED, JobStatus.FAILED) if status in statuses), JobStatus.CANCELLED
    )


def _variant(stored: Mapping[str, Any], found: Mapping[str, Run], ratios: Mapping[str, float]) -> Variant:
    ids: list[str] = stored["jobs"]
    results = [found[job_id].result if job_id in found else None for job_id in ids]
    known = [result for result in results if result is not None]
    names = {(split, name): None for result in known for split, by in result["metrics"].items() for name in by}
    metrics: dict[str, dict[str, Sample]] = {}
    for split, name in names:
        values = [None if result is None else result["metrics"].get(split, {}).get(name) for result in results]
        metrics.setdefault(split, {})[name] = sample(values)
    gradient = [ratios.get(job_id) for job_id in ids]
    return Variant(
        name=stored["name"],
        spec_hash=stored["spec_hash"],
        jobs=ids,
        statuses=[found[job_id].status if job_id in found else "missing" for job_id in ids],
        metrics=metrics,
        verdicts=Counter(result["verdict"] for result in known if result["verdict"] is not None),
        stop_reasons=Counter(result["stop_reason"] for result in known),
        gradient=sample(gradient),
    )


def _differences(variants: Sequence[Variant]) -> Iterator[Difference]:
    for (a, first), (b, second) in combinations(enumerate(variants), 2):
        for split, metrics in first.metrics.items():
            for name, own in metrics.items():
                other = second.metrics.get(split, {}).get(name)
                if other is not None:
                    found = differences(other.values, own.values)
                    yield Difference(a=a, b=b, split=split, metric=name, **dict(found))
