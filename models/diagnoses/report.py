"""Defines the report on a preflight, in the form in which clients read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.diagnoses.finding import Finding, Finite
from models.frozen import Frozen

Values = list[Finite]


class Slope(Frozen):
    """The straight line through ln s_l or ln d_l over the hidden layers, by least squares.

    Attributes:
        factor: e^b, by which a layer multiplies what passes through it, in the direction in which it passes.
        r_squared: how well the line fits, 1 for exactly.
        expected_factor: the same of mean-field theory; null where it does not apply.
    """

    factor: Annotated[Finite, Field(description="The median over the starts; null with fewer than two hidden layers.")]
    r_squared: Finite
    expected_factor: Finite


class Direction(Frozen):
    """One direction through the hidden layers.

    Attributes:
        decades: by start: log10 of what is left at the far end, up to the last layer before a dead one; null where
            numbers are not finite, or nothing is left.
        median: of them.
        after_warm_up: the median after the warm-up.
        expected: of mean-field theory; null where it does not apply.
        layers: by hidden layer, in the order in which it comes to them: log10 of the median over starts, over that of
            the first of them.
        expected_layers: the same of mean-field theory.
        slope: the straight line through them.
    """

    decades: list[Finite]
    median: Finite
    after_warm_up: Finite
    expected: Finite
    layers: list[Finite]
    expected_layers: list[Finite] | None
    slope: Slope


class Attenuation(Frozen):
    """Signal and gradient, kept apart.

    Attributes:
        forward: of the variation of the activations between rows, from the first hidden layer to the last.
        backward: of the gradient with respect to the pre-activations, from the last hidden layer to the first.
    """

    forward: Direction
    backward: Direction


class MomentReport(Frozen):
    """The networks at one moment; a number that is not finite, or was not measured, is null.

    Attributes:
        layers: quantity -> layer with a kernel -> median over the starts.
        overall: quantity -> start.
        non_finite: the starts, from 0, in which some number is not finite.
    """

    layers: dict[str, Values]
    overall: dict[str, Values]
    non_finite: list[int]


class SingleBatchReport(Frozen):
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


class PreflightReport(Frozen):
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
