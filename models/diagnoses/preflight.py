"""The whole answer to a preflight: what was measured, and what it means."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from models.diagnoses.catalogue import ON_A_BATCH, STARTS
from models.diagnoses.design import Design
from models.diagnoses.finding import Finding, Finite, Shape
from models.diagnoses.initialization.attenuation import Attenuation, attenuation
from models.diagnoses.initialization.start import Floats, Moment, Start, some
from models.diagnoses.judge import arranged, lint, verdict_of
from models.diagnoses.thresholds import VERSION
from models.events import Preflighted, SingleBatchFit
from models.specs.job import TrainingJobSpec

Values = list[Finite]
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


class MomentReport(Shape):
    """The networks at one moment; a number that is not finite, or was not measured, is null.

    Attributes:
        layers: quantity -> layer with a kernel -> median over the starts.
        overall: quantity -> start.
        non_finite: the starts, from 0, in which some number is not finite.
    """

    layers: dict[str, Values]
    overall: dict[str, Values]
    non_finite: list[int]


class SingleBatchReport(Shape):
    """How far the network of the spec's own seed learned one batch by heart.

    Attributes:
        rows: of the batch, the first ones of the first epoch.
        conflicting_rows: those of them whose features are another's, with different targets.
        steps: of the optimizer; they end where the rows are fitted, or the loss is not finite.
        learning_rate: of every step.
        first_loss: the data loss of the first step's output, in training mode and without penalties.
        last_loss: of the last step's; null where it is not finite.
        constant_loss: of the best constant prediction on these rows; null where it has no closed form.
        loss_left: the share of it that is left (where it is null and the targets are values, of their variance in
            squared errors); null where that is not known.
        accuracy: of the last step's output; null for values.
        fitted: null where the rows' targets are all alike, or nothing tells whether plain numbers are fitted.
    """

    rows: int
    conflicting_rows: int
    steps: int
    learning_rate: float
    first_loss: Finite
    last_loss: Finite
    constant_loss: Finite
    loss_left: Finite
    accuracy: Finite
    fitted: bool | None


class PreflightReport(Shape):
    """What the untrained network will do, over many random starts.

    Attributes:
        version: of the thresholds and rules.
        verdict: the code of the most causal error, or ``healthy``.
        findings: of the stages specification and initialization; errors first, causes before their consequences.
        seeds: of the weights of the K starts; rows, split and order are those of the spec's own seed.
        probe_rows: training rows on which it was measured.
        warm_up_steps: optimizer steps between the two moments; a finding about the start must outlive them.
        reduced: what is less, because the network is large: ``seeds``, ``rows``, ``curvature`` (this also where it
            does not exist).
        layers: the layers with kernels, in order from the input.
        attenuation: of signal and gradient through the hidden layers.
        born_dead: the share of starts in which a whole hidden layer is dead.
        constant_loss: of the best constant prediction; null where it has no closed form.
        before: the untrained networks.
        after: the same after the warm-up.
        single_batch: the test on one batch; null where it was not asked for.
        digest: of all measured numbers.
        versions: of what computed them.
        seconds: that measuring took.
    """

    version: str
    verdict: str
    findings: list[Finding]
    seeds: list[int]
    probe_rows: int
    warm_up_steps: int
    reduced: Annotated[list[str], Field(examples=[["rows"]])]
    layers: list[str]
    attenuation: Attenuation
    born_dead: float
    constant_loss: Finite
    before: MomentReport
    after: MomentReport
    single_batch: SingleBatchReport | None
    digest: str
    versions: dict[str, str]
    seconds: float


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
