"""Diagnoses, by mean-field theory, signal or gradient that will vanish or explode in the untrained network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from models.diagnoses.advice import activations, layers, weights
from models.diagnoses.data_facts import second_moment
from models.diagnoses.design import Block, Design
from models.diagnoses.finding import Finding
from models.diagnoses.rule import SpecificationRule, cause
from models.diagnoses.specimens import OUTPUT, Document, dense, specimen
from models.diagnoses.thresholds import LIMITS
from models.text import LocalizedText
from models.theory.curve import Floats
from models.theory.gaussian import expectation

LARGEST = 1e300


class Expected(NamedTuple):
    """Decades that mean-field theory expects between the first and the last hidden layer.

    Attributes:
        forward: of the signal's variation between rows.
        backward: of the gradient with respect to the pre-activations, from the last to the first.
    """

    forward: float
    backward: float


class Profile(NamedTuple):
    """What mean-field theory expects at each of H hidden layers, in decades.

    Attributes:
        forward: of the signal's variation between rows, over that of the first hidden layer.
        backward: of the gradient with respect to the pre-activations, over that of the last hidden layer.
    """

    forward: list[float]
    backward: list[float]


class ExpectedAttenuation(SpecificationRule):
    """The signal or the gradient is expected to shrink or grow by much on its way through the untrained network.

    Symptom:
        Before any training the first layers get almost no gradient, or the last ones see no difference between rows;
        or both grow beyond measure.

    Why it matters:
        Each layer multiplies the signal and the gradient by a factor that depends on activation, width and weights.
        Over many layers a factor of 0.5 is a thousandth after ten.

    How it is detected:
        Mean-field theory with the layers' own widths: z is taken for normal with the variance q that comes in, the
        forward factor of a layer is √(n_in Var(W) E[φ'²]), the backward one √(n_out Var(W) E[φ'²]); both are
        multiplied over the hidden layers. It says nothing of networks with normalization or skips, nor of weights
        that are not centred.

    Remedy:
        The initializer made for the activation; an activation that does not saturate; normalization; fewer layers.

    References:
        Poole et al. 2016, arXiv 1606.05340; Schoenholz et al. 2017, arXiv 1611.01232.
    """

    code: ClassVar[str] = "expected_attenuation"
    title: ClassVar[LocalizedText] = LocalizedText("Expected attenuation", "Atenuación esperada")
    text: ClassVar[LocalizedText] = LocalizedText(
        "Theory expects signal or gradient to shrink or grow a hundredfold between the first and the last hidden "
        "layer of the untrained network.",
        "La teoría espera que la señal o el gradiente se reduzcan o crezcan cien veces entre la primera y la última "
        "capa oculta de la red sin entrenar.",
    )
    reference: ClassVar[str] = "Schoenholz et al. 2017, arXiv 1611.01232"
    suspect: ClassVar[bool] = True
    FAULTY: ClassVar[Document] = specimen([dense("sigmoid", "glorot_uniform", repeat=5), OUTPUT])
    HEALTHY: ClassVar[Document] = specimen([dense("tanh", "glorot_uniform", repeat=5), OUTPUT])

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for the direction that loses or gains most."""
        found = expected(design)
        if found is None:
            return
        quantity, value = max(
            (("forward_attenuation", found.forward), ("backward_attenuation", found.backward)),
            key=lambda pair: abs(pair[1]),
        )
        if abs(value) <= LIMITS.attenuation:
            return
        shrinks = value < 0
        yield self.finding(
            "warning",
            "specification",
            _message(value, backward=quantity == "backward_attenuation"),
            layers=[block.name for block in design.hidden],
            value=round(value, 3),
            threshold=-LIMITS.attenuation if shrinks else LIMITS.attenuation,
            quantity=quantity,
            evidence={
                "expected_forward": round(found.forward, 3),
                "expected_backward": round(found.backward, 3),
            },
            causes=[
                cause(
                    "saturating_activation" if _saturates(design) else "initial_scale",
                    "The activation flattens on both sides."
                    if _saturates(design)
                    else "The initial weights do not fit activation and width.",
                    "La activación se aplana por ambos lados."
                    if _saturates(design)
                    else "Los pesos iniciales no encajan con la activación y el ancho.",
                )
            ],
            advice=[
                *([] if _saturates(design) else [weights.matching(design)]),
                activations.relu_he(design),
                activations.selu_lecun(design),
                layers.batch_normalization(design),
                *([layers.shallower(design)] if layers.shallower(design).patch else []),
            ],
        )


def expected(design: Design) -> Expected | None:
    """What theory expects of the hidden layers; None where it does not apply."""
    found = profile(design)
    return None if found is None else Expected(found.forward[-1], found.backward[0])


def profile(design: Design) -> Profile | None:
    """What theory expects of each hidden layer; None where it does not apply."""
    hidden = design.hidden
    if len(hidden) < 2 or design.normalized or design.residual:
        return None
    if any(block.law.symmetric or block.fan_in * block.law.mean**2 > block.law.variance for block in hidden):
        return None
    q = hidden[0].fan_in * hidden[0].law.variance * second_moment(design)
    variation, sizes, gains = [0.0], list[float](), list[float]()
    for index, block in enumerate(hidden):
        value, slope = moments(block, q)
        sizes.append(_decades(value))
        if index:
            variation.append(variation[-1] + _decades(block.fan_in * block.law.variance * slope))
        if index + 1 < len(hidden):
            following = hidden[index + 1]
            gains.append(_decades(following.fan_out * following.law.variance * slope))
            q = following.fan_in * following.law.variance * value
    # Differences between rows cannot grow beyond the signal itself.
    forward = [min(sum_, size - sizes[0]) if sum_ > 0 else sum_ for sum_, size in zip(variation, sizes, strict=True)]
    return Profile(forward, [sum(gains[index:]) for index in range(len(hidden))])


def moments(block: Block, q: float) -> tuple[float, float]:
    """E[φ²] and E[φ'²] of all the non-linearities behind a kernel, for pre-activations of variance q."""

    def through(x: Floats) -> Floats:
        for curve in block.curves:
            x = curve.value(x)
        return np.square(np.clip(x, -LARGEST, LARGEST))

    def steepness(x: Floats) -> Floats:
        slope = np.ones_like(x)
        for curve in block.curves:
            slope, x = slope * curve.slope(x), curve.value(x)
        return np.square(np.clip(slope, -LARGEST, LARGEST))

    q = min(q, LARGEST)
    with np.errstate(over="ignore", invalid="ignore"):
        return expectation(through, q), expectation(steepness, q)


def _decades(variance: float) -> float:
    """Half the logarithm of a variance."""
    if not variance > 0:
        return -math.inf if variance == 0 else math.nan
    return 0.5 * math.log10(min(variance, LARGEST))


def _saturates(design: Design) -> bool:
    """Whether most hidden layers have activations that flatten on both sides."""
    bounded: Sequence[bool] = [block.bounded for block in design.hidden]
    return sum(bounded) * 2 > len(bounded)


def _message(value: float, *, backward: bool) -> LocalizedText:
    """The message."""
    what = ("gradient", "el gradiente") if backward else ("signal", "la señal")
    where = (
        ("from the last hidden layer to the first", "de la última capa oculta a la primera")
        if backward
        else ("from the first hidden layer to the last", "de la primera capa oculta a la última")
    )
    change = ("shrink", "se reduzca") if value < 0 else ("grow", "crezca")
    size = f"10^{abs(value):.1f}" if math.isfinite(value) else "∞"
    return LocalizedText(
        f"In the untrained network the {what[0]} is expected to {change[0]} by a factor of {size} {where[0]}.",
        f"En la red sin entrenar se espera que {what[1]} {change[1]} por un factor de {size} {where[1]}.",
    )
