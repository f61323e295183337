"""A comparison as its clients see it, computed anew from the rows of its jobs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from service.database.job_states import LIVE, JobStatus
from service.database.tables import ComparisonRow
from service.experiments.comparisons.queries import Run, gradient_ratios, job_ids, runs
from service.experiments.comparisons.schemas import Comparison, ComparisonLinks, ComparisonProgress, Difference, Variant
from service.experiments.replicates.sample import Sample, differences, sample
from service.http.routing import PREFIX


class Seen(NamedTuple):
    """A comparison's row and what its jobs say, at one moment."""

    row: ComparisonRow
    runs: Mapping[str, Run]

    @property
    def live(self) -> list[str]:
        """The jobs that have not ended, in the order of the queue."""
        return [job_id for job_id in job_ids(self.row) if job_id in self.runs and self.runs[job_id].status in LIVE]

    @property
    def etag(self) -> str:
        """The strong ETag: it changes with every change of a job."""
        parts = [str(self.row.cancel_requested)]
        for job_id in job_ids(self.row):
            run = self.runs.get(job_id)
            parts.append("-" if run is None else str(run.version))
        return f'"{hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]}"'


def look(session: Session, row: ComparisonRow) -> Seen:
    """See where the jobs of a comparison are."""
    return Seen(row, runs(session, row))


def path_of(comparison_id: str) -> str:
    """Where a comparison is."""
    return f"{PREFIX}/comparisons/{comparison_id}"


def view(session: Session, seen: Seen) -> Comparison:
    """The comparison; what has not ended yet is null in it."""
    row = seen.row
    ids = job_ids(row)
    ratios = gradient_ratios(session, ids)
    variants = [_variant(variant, seen.runs, ratios) for variant in row.variants]
    base = path_of(row.id)
    return Comparison(
        id=row.id,
        status=_status(row, seen.runs.values()),
        created_at=row.created_at,
        seeds=row.seeds,
        progress=ComparisonProgress(jobs=len(ids) - len(seen.live), of=len(ids)),
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
