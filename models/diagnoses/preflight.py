"""Puts together the report on a preflight: what was measured, and the findings about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.diagnoses.catalog import ON_A_BATCH, STARTS
from models.diagnoses.design import Design
from models.diagnoses.initialization.attenuation import attenuation
from models.diagnoses.initialization.start import Floats, Moment, Start, some
from models.diagnoses.judge import arranged, lint, verdict_of
from models.diagnoses.report import MomentReport, PreflightReport, SingleBatchReport
from models.diagnoses.thresholds import VERSION
from models.events import Preflighted, SingleBatchFit
from models.specs.job import TrainingJobSpec

PER_LAYER = (
    "signal_std",
    "delta_rms",
    "gradient_norm",
    "weight_norm",
    "activation_mean",
    "activation_std",
    "preactivation_max",
    "saturated_fraction",
    "dead_fraction",
)


def report(spec: TrainingJobSpec, measured: Preflighted) -> PreflightReport:
    """Judge what was measured of a spec."""
    start = Start(Design(spec), measured)
    found = [*(finding for judgement in STARTS for finding in judgement.find(start)), *lint(spec)]
    findings = arranged([*found, *ON_A_BATCH.find(start, found)])
    return PreflightReport(
        version=VERSION,
        verdict=verdict_of(findings),
        findings=findings,
        attenuation=attenuation(start),
        born_dead=start.share(some(start.before.blocked)),
        before=_moment(start.before),
        after=_moment(start.after),
        single_batch=None if measured.single_batch is None else _fit(measured.single_batch),
        **{name: getattr(measured, name) for name in COPIED},
    )


COPIED = (
    "seeds",
    "probe_rows",
    "warm_up_steps",
    "reduced",
    "layers",
    "constant_loss",
    "digest",
    "versions",
    "seconds",
)


def _fit(fit: SingleBatchFit) -> SingleBatchReport:
    """The numbers of the test on one batch."""
    losses = fit.losses.numpy().tolist()
    return SingleBatchReport(
        rows=fit.rows,
        conflicting_rows=fit.conflicting,
        steps=len(losses),
        learning_rate=fit.rate,
        first_loss=losses[0],
        last_loss=losses[-1],
        constant_loss=fit.constant_loss,
        loss_left=fit.left,
        accuracy=fit.accuracy,
        fitted=fit.fitted,
    )


def _moment(moment: Moment) -> MomentReport:
    """The numbers of one moment."""
    return MomentReport(
        layers={name: _medians(moment.layers(name)) for name in PER_LAYER},
        overall={name: moment.overall(name).tolist() for name in moment.snapshot.overall},
        non_finite=np.flatnonzero(~moment.finite).tolist(),
    )


def _medians(values: Floats) -> list[Any]:
    """The median of each column; not a number where one of its values is not."""
    medians: list[Any] = np.median(values, axis=0).tolist()
    return medians
